// A relation as a query, and one to one from the side of the key.
#include "support/fixture.hpp"
#include "support/link_models.hpp"

using namespace kin::expr;
using namespace sample;
using kin::test::contains;
using kin::test::thrown;

namespace relation_queries {

struct Tag;
struct Entry;
struct EntryTag {
    kin::key<Entry> entry_id{};
    kin::key<Tag> tag_id{};
    std::string added_by{};
    static constexpr auto table = kin::table("entry_tag").primary_key("entry_id", "tag_id");
};
struct Entry {
    kin::key<Entry> id{};
    std::string title{};
    kin::many_to_many<Tag, EntryTag> tags{};
};
struct Tag {
    kin::key<Tag> id{};
    std::string name{};
};
struct Seat;
struct Guest {
    kin::key<Guest> id{};
    std::string name{};
    kin::has_one<Seat> seat{};
};
struct Seat {
    kin::key<Seat> id{};
    std::optional<kin::key<Guest>> guest_id{};
    int number{};
    kin::belongs_to<Guest> guest{};
    static constexpr auto table = kin::table("seat").unique("guest_id");
};

}  // namespace relation_queries

namespace {

namespace rq = relation_queries;

class relation_query
    : public kin::test::with_database<
          kin::models<User, Profile, Post, Comment, rq::Entry, rq::Tag, rq::EntryTag, rq::Guest, rq::Seat>> {};

TEST_F(relation_query, asks_the_database_whatever_is_in_memory) {
    kin::session s{db};
    auto ada =
        s.add(User{.name = "Ada", .email = "a@x", .posts = {{.title = "b", .views = 1}, {.title = "a", .views = 9}}});
    auto bob = s.add(User{.name = "Bob", .email = "b@x", .posts = {{.title = "c", .views = 9}}});
    s.commit();
    log.clear();
    const auto found = ada->posts.where(col(&Post::views) >= 1).order_by(&Post::title).all();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].title, "a");
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(ada->posts.where(col(&Post::views) > 5).count(), 1);
    EXPECT_EQ(bob->posts.query().count(), 1);
    // No condition of the user's lets others in.
    EXPECT_EQ(bob->posts.where(col(&Post::views) == 1 || col(&Post::views) == 9).count(), 1);
    EXPECT_EQ(ada->posts.order_by(desc(&Post::title)).limit(1).one()->title, "b");
    // What is staged is flushed first.
    ada->posts.push_back(Post{.title = "new"});
    EXPECT_EQ(ada->posts.query().count(), 3);
}

TEST_F(relation_query, over_a_pivot_with_its_columns) {
    run("INSERT INTO entry VALUES (1, 'e'), (2, 'f'); INSERT INTO tag VALUES (1, 'x'), (2, 'y'), (3, 'z');"
        "INSERT INTO entry_tag VALUES (1, 1, 'ada'), (1, 2, 'bob'), (2, 3, 'ada');");
    kin::session s{db};
    const auto entry = s.get<rq::Entry>(1);
    const auto by_ada = entry->tags.where(col(&rq::EntryTag::added_by) == "ada").all();
    ASSERT_EQ(by_ada.size(), 1u);
    EXPECT_EQ(by_ada[0].name, "x");
    const auto ordered = entry->tags.order_by(desc(&rq::EntryTag::added_by)).all();
    ASSERT_EQ(ordered.size(), 2u);
    EXPECT_EQ(ordered[0].name, "y");
}

TEST_F(relation_query, needs_an_owner_with_a_row) {
    kin::session s{db};
    User plain{.name = "P"};
    (void)thrown<kin::usage_error>([&] { (void)plain.posts.query(); });
    s.autoflush(false);
    const auto ada = s.add(User{.name = "Ada", .email = "a@x"});
    const auto refused = thrown<kin::usage_error>([&] { (void)ada->posts.query(); });
    EXPECT_TRUE(contains(refused.what(), "User.posts cannot be queried")) << refused.what();
}

TEST_F(relation_query, a_place_that_nobody_read_is_given_up_by_who_had_it) {
    run("INSERT INTO guest VALUES (1, 'a'), (2, 'b'); INSERT INTO seat VALUES (1, 1, 10), (2, 2, 20), (3, NULL, 30);");
    kin::session s{db};
    auto first = s.get<rq::Guest>(1);
    auto second = s.get<rq::Guest>(2);
    s.get<rq::Seat>(3)->guest = first;
    s.add(rq::Seat{.number = 40})->guest = second;
    log.clear();
    s.commit();
    EXPECT_EQ(rows("SELECT id, guest_id FROM seat ORDER BY id"), "1|NULL; 2|NULL; 3|1; 4|2");
    EXPECT_EQ(first->seat->number, 30);
    EXPECT_EQ(second->seat->number, 40);
    EXPECT_EQ(log.count("SELECT"), 1u) << log.text();
}

}  // namespace
