// Rows of a pivot whose columns are named, what is computed over a pivot after its helpers, and pivot() itself.
#include <algorithm>

#include "support/fixture.hpp"

namespace pivot_columns {

struct Tag;
struct Fan;
struct PostTag;
struct Post {
    kin::key<Post> id{};
    std::string title{};
    kin::many_to_many<Tag, PostTag> tags{};
    kin::has_many_through<Fan, Tag, kin::via<"tags", "fans">> fans{};
    kin::latest_of_many<PostTag, "weight"> heaviest{};
    kin::updated_at updated_at{};
};
struct Tag {
    kin::key<Tag> id{};
    kin::has_many<Fan> fans{};
};
struct Fan {
    kin::key<Fan> id{};
    kin::key<Tag> tag_id{};
    std::string name{};
    static constexpr auto table = kin::table("fan").unique("name");
};
struct PostTag {
    kin::key<Post> post_id{};
    kin::key<Tag> tag_id{};
    bool published{};
    int weight{};
    std::optional<std::string> note{};
    kin::version version{};
    kin::belongs_to<Post, kin::touches> post{};
    static constexpr auto table = kin::table("post_tag").primary_key("post_id", "tag_id");
};

// Rows of a pivot that others refer to.
struct Shelf;
struct Slot;
struct Ticket;
struct Book {
    kin::key<Book> id{};
    kin::many_to_many<Shelf, Slot> shelves{};
};
struct Shelf {
    kin::key<Shelf> id{};
};
struct Slot {
    kin::key<Slot> id{};
    kin::key<Book> book_id{};
    kin::key<Shelf> shelf_id{};
    kin::has_many<Ticket> tickets{};
    static constexpr auto table = kin::table("slot").unique("book_id", "shelf_id");
};
struct Ticket {
    kin::key<Ticket> id{};
    kin::key<Slot> slot_id{};
    kin::belongs_to<Slot> slot{};
};

}  // namespace pivot_columns

namespace kin::test {
namespace {

using namespace pivot_columns;
using namespace kin::expr;
using tag_keys = std::vector<key<Tag>>;

class pivot_columns_of : public with_database<models<Post, Tag, Fan, PostTag>> {
  protected:
    pivot_columns_of() {
        run("INSERT INTO post VALUES (1, 'p', '2020-01-01 00:00:00'), (2, 'q', '2020-01-01 00:00:00');"
            "INSERT INTO tag VALUES (1), (2), (3); INSERT INTO fan VALUES (1, 1, 'a'), (2, 2, 'b');"
            "INSERT INTO post_tag (post_id, tag_id, published, weight, note, version) VALUES (1, 1, TRUE, 5, 'n', 1),"
            "(1, 2, TRUE, 3, NULL, 1);");
        log.clear();
    }
    std::string table() {
        return rows(
            "SELECT tag_id, CASE WHEN published THEN 'yes' ELSE 'no' END, weight, coalesce(note, '-') "
            "FROM post_tag WHERE post_id = 1 ORDER BY 1");
    }
    std::string touched() { return rows("SELECT id FROM post WHERE updated_at > '2021-01-01 00:00:00' ORDER BY id"); }
    session s{db};
};

TEST_F(pivot_columns_of, named_ones_are_written_whatever_they_become) {
    auto post = s.get_one<Post>(1);
    const auto row = post->tags.pivot(1);
    EXPECT_EQ(post->tags.update_existing_pivot({1, 3}, set(&PostTag::published, false)).updated, tag_keys{1});
    EXPECT_FALSE(row->published);
    EXPECT_EQ(row->weight, 5);
    EXPECT_EQ(post->tags.update_existing_pivot({1, 2}, set(&PostTag::weight, 0), set(&PostTag::note, nullptr)).updated,
              (tag_keys{1, 2}));
    EXPECT_EQ(row->note, std::nullopt);
    EXPECT_EQ(row->version.value, 3);
    s.commit();
    EXPECT_EQ(table(), "1|no|0|-; 2|yes|0|-");
}

TEST_F(pivot_columns_of, of_each_link_of_a_sync) {
    auto post = s.get_one<Post>(1);
    const auto done = post->tags.sync({{1, set(&PostTag::published, false)},
                                       {2, {set(&PostTag::weight, 0), set(&PostTag::note, "new")}},
                                       {3, {.published = true, .weight = 9}}});
    EXPECT_EQ(done.updated, (tag_keys{1, 2}));
    EXPECT_EQ(done.attached, tag_keys{3});
    s.commit();
    EXPECT_EQ(table(), "1|no|5|n; 2|yes|0|new; 3|yes|9|-");
    // For all of them: what is new has the values, what is there and says so already is left alone.
    EXPECT_EQ(post->tags.sync({1, 2, 3}, set(&PostTag::published, false)).updated, (tag_keys{2, 3}));
    post->tags.detach(3);
    EXPECT_EQ(post->tags.sync_without_detaching({1, 3}, set(&PostTag::published, true)).attached, tag_keys{3});
    s.commit();
    EXPECT_EQ(table(), "1|yes|5|n; 2|no|0|new; 3|yes|0|-");
}

TEST_F(pivot_columns_of, a_row_that_says_nothing_and_a_key_are_refused) {
    auto post = s.get_one<Post>(1);
    const auto refused = thrown<usage_error>([&] { post->tags.update_existing_pivot(1, {.published = false}); });
    EXPECT_TRUE(contains(refused.what(), "kin::expr::set(&PostTag::")) << refused.what();
    EXPECT_TRUE(contains(refused.where().file_name(), "pivot_columns_test"));
    const auto key = thrown<usage_error>([&] { post->tags.update_existing_pivot(1, set(&PostTag::tag_id, 7)); });
    EXPECT_TRUE(contains(key.what(), "PostTag.tag_id")) << key.what();
    (void)thrown<usage_error>([&] { post->tags.sync(1, set(&PostTag::version, 7)); });
    s.commit();
    EXPECT_EQ(table(), "1|yes|5|n; 2|yes|3|-");
}

TEST_F(pivot_columns_of, what_is_computed_over_the_pivot_is_read_again) {
    auto post = s.get_one<Post>(1);
    const auto shows = [&] {
        std::string all;
        for (const Fan& f : std::as_const(*post).fans) all += f.name;
        std::sort(all.begin(), all.end());
        const PostTag* heaviest = std::as_const(*post).heaviest.get();
        return all + (heaviest == nullptr ? "-" : std::to_string(heaviest->tag_id.value));
    };
    EXPECT_EQ(shows(), "ab1");
    post->tags.detach(1);
    EXPECT_EQ(shows(), "b2");
    post->tags.attach(1, {.weight = 1});
    EXPECT_EQ(shows(), "ab2");
    post->tags.update_existing_pivot(1, {.weight = 8});
    EXPECT_EQ(shows(), "ab1");
    post->tags.sync({2});
    EXPECT_EQ(shows(), "b2");
    post->tags.toggle({1, 2});
    EXPECT_EQ(shows(), "a1");
    s.get_or_create(Fan{.tag_id = {1}, .name = "c"}, &Fan::name);
    EXPECT_EQ(shows(), "ac1");
    s.rollback();
    EXPECT_EQ(shows(), "ab1");
}

TEST_F(pivot_columns_of, pivot_after_a_rollback_is_an_empty_handle) {
    auto post = s.get_one<Post>(2);
    for (int i = 0; i < 2; ++i) {
        post->tags.attach(1, {.weight = 5});
        EXPECT_EQ(post->tags.pivot(1)->weight, 5);
        if (i == 0) {
            s.rollback();
        } else {
            auto point = s.savepoint();
            post->tags.attach(3);
            EXPECT_TRUE(post->tags.pivot(3));
            point.rollback();
            EXPECT_FALSE(post->tags.pivot(3));
            EXPECT_EQ(post->tags.size(), 1u);
            s.rollback();
        }
        EXPECT_FALSE(post->tags.pivot(1));
        EXPECT_TRUE(post->tags.empty());
    }
    post->tags.attach(1, {.weight = 6});
    EXPECT_EQ(post->tags.pivot(1)->weight, 6);
    s.commit();
    EXPECT_EQ(rows("SELECT weight FROM post_tag WHERE post_id = 2"), "6");
}

TEST_F(pivot_columns_of, pivot_is_read_through_const_and_in_streams) {
    const auto posts = s.query<Post>().order_by(&Post::id).with(&Post::tags).all();
    const ref<const PostTag> row = posts[0].tags.pivot(1);
    EXPECT_EQ(row->weight, 5);
    EXPECT_FALSE(posts[1].tags.pivot(1));
    EXPECT_FALSE(s.dirty());
    std::string all;
    for (const auto& chunk : s.query<Post>().order_by(&Post::id).stream(1)) {
        for (const Post& p : chunk) {
            for (const Tag& t : p.tags) all += std::to_string(p.tags.pivot(t.id)->weight) + " ";
        }
    }
    EXPECT_EQ(all, "5 3 ");
}

TEST_F(pivot_columns_of, rows_that_are_added_by_keys_are_links) {
    auto post = s.get_one<Post>(1);
    EXPECT_EQ(post->tags.size(), 2u);
    auto row = s.add(PostTag{.post_id = {1}, .tag_id = {3}, .weight = 4});
    EXPECT_EQ(post->tags.pivot(3), row);
    s.flush();
    EXPECT_EQ(post->tags.size(), 3u);
    EXPECT_EQ(post->tags.pivot(3), row);
    EXPECT_FALSE(post->tags.attach(3).any());
    post->tags.detach(3);
    EXPECT_EQ(post->tags.size(), 2u);
    EXPECT_FALSE(post->tags.pivot(3));
    // The same pair twice: the database has the last word, and memory stays as it was.
    s.add(PostTag{.post_id = {1}, .tag_id = {2}});
    (void)thrown<unique_violation>([&] { s.flush(); });
    s.rollback();
    EXPECT_EQ(post->tags.size(), 2u);
    EXPECT_EQ(post->tags.pivot(2)->weight, 3);
    EXPECT_EQ(post->tags.sync({2, 2, 2}).detached, tag_keys{1});
    EXPECT_EQ(post->tags.attach({3, 3}).attached, tag_keys{3});
    EXPECT_EQ(post->tags.detach({3, 3, 2}).detached, (tag_keys{3, 2}));
    s.commit();
    EXPECT_EQ(table(), "");
}

TEST_F(pivot_columns_of, helpers_touch_what_the_rows_touch) {
    auto post = s.get_one<Post>(1);
    const auto act = [&](auto what) {
        s.execute("UPDATE post SET updated_at = '2020-01-01 00:00:00'");
        s.refresh(post);
        const auto before = std::as_const(*post).updated_at;
        what();
        EXPECT_EQ(std::as_const(*post).updated_at > before, true);
        s.commit();
        return touched();
    };
    log.clear();
    EXPECT_EQ(act([&] { post->tags.attach(3); }), "1");
    EXPECT_EQ(act([&] { post->tags.update_existing_pivot(3, {.weight = 2}); }), "1");
    EXPECT_EQ(act([&] { post->tags.detach(3); }), "1");
    EXPECT_EQ(act([&] { post->tags.toggle(2); }), "1");
    EXPECT_EQ(act([&] { post->tags.sync({1, 2}); }), "1");
    EXPECT_EQ(
        act([&] { s.get_or_create(PostTag{.post_id = {1}, .tag_id = {3}}, &PostTag::post_id, &PostTag::tag_id); }),
        "1");
    // A flush that takes out what nobody has read, too.
    s.clear();
    post = s.get_one<Post>(1);
    EXPECT_EQ(act([&] {
                  post->tags.erase(s.get_one<Tag>(2));
                  EXPECT_TRUE(contains(s.explain_flush(), "touch 1 row of post")) << s.explain_flush();
                  s.flush();
              }),
              "1");
    // What changes nothing touches nobody; a rollback takes it back.
    s.execute("UPDATE post SET updated_at = '2020-01-01 00:00:00'");
    s.refresh(post);
    const auto before = std::as_const(*post).updated_at;
    post->tags.attach(1);
    EXPECT_EQ(std::as_const(*post).updated_at, before);
    s.commit();
    post->tags.detach(1);
    s.rollback();
    EXPECT_EQ(std::as_const(*post).updated_at, before);
    EXPECT_EQ(touched(), "");
}

TEST_F(pivot_columns_of, rows_that_others_refer_to_are_not_detached_and_it_is_said_why) {
    db.create<models<Book, Shelf, Slot, Ticket>>();
    session s{db};
    auto book = s.add(Book{.shelves = {Shelf{}, Shelf{}}});
    s.commit();
    s.add(Ticket{.slot = book->shelves.pivot(1)});
    s.commit();
    for (const auto& act :
         {+[](Book& b) { b.shelves.detach(1); }, +[](Book& b) { b.shelves.toggle(1); },
          +[](Book& b) { b.shelves.sync(std::vector<key<Shelf>>{{2}}); }, +[](Book& b) { b.shelves.detach(); }}) {
        const auto error = thrown<foreign_key_violation>([&] { act(*book); });
        EXPECT_TRUE(contains(error.what(), "Ticket.slot_id may refer to it and cannot be NULL")) << error.what();
        EXPECT_TRUE(contains(error.what(), "declare Slot.tickets owned")) << error.what();
        s.rollback();
        EXPECT_EQ(book->shelves.size(), 2u);
    }
    book->shelves.detach(2);
    s.commit();
    EXPECT_EQ(rows("SELECT book_id, shelf_id FROM slot"), "1|1");
}

}  // namespace
}  // namespace kin::test
