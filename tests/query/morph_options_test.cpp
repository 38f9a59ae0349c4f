// A morph_to: how it is loaded, of each of its models; its columns; whom it is given by key.
#include <tuple>

#include "support/fixture.hpp"

#include <kin/morph.hpp>

namespace morph_options {

struct Comment;
struct Author;
struct Post {
    kin::key<Post> id{};
    std::optional<kin::key<Author>> author_id{};
    std::string title{};
    std::string body{};
    kin::soft_deleted_at gone{};
    kin::belongs_to<Author> author{};
};
struct Author {
    kin::key<Author> id{};
};
struct Video {
    kin::key<Video> id{};
    std::string url{};
    kin::soft_deleted_at gone{};
    static auto scope() { return kin::expr::col(&Video::url) != "secret"; }
};
struct Photo {
    kin::key<Photo> id{};
};
struct Comment {
    kin::key<Comment> id{};
    kin::morph_to<Post, Video, Photo, kin::nullable> on{};
    static constexpr auto table = kin::table("comment");
};

}  // namespace morph_options

namespace kin::test {
namespace {

using namespace morph_options;
using namespace kin::expr;

class morph_options_of : public with_database<models<Post, Author, Video, Photo, Comment>> {
  protected:
    morph_options_of() {
        run("INSERT INTO author VALUES (1);"
            "INSERT INTO post VALUES (1, 1, 'a', 'A', NULL), (2, NULL, 'b', 'B', '2020-01-01 00:00:00');"
            "INSERT INTO video VALUES (1, 'x', NULL), (2, 'y', '2020-01-01 00:00:00'), (3, 'secret', NULL);"
            "INSERT INTO photo VALUES (1);"
            "INSERT INTO comment VALUES (1, 'Post', 1), (2, 'Post', 2), (3, 'Video', 1), (4, 'Video', 2),"
            "(5, 'Photo', 1), (6, NULL, NULL), (7, 'Video', 3)");
        log.clear();
    }
    template <class Loading>
    std::string shown(const Loading& how) {
        s.clear();
        std::string all;
        for (const Comment& c : s.query<Comment>().order_by(&Comment::id).with(how).all())
            if (c.on) all += std::to_string(c.id.value);
        return all;
    }
    session s{db};
};

TEST_F(morph_options_of, what_is_removed_of_each_model) {
    EXPECT_EQ(shown(selectin(&Comment::on)), "135");
    EXPECT_EQ(shown(selectin(&Comment::on).with_removed()), "12345");
    EXPECT_EQ(shown(selectin(&Comment::on).only_removed()), "245");
    EXPECT_EQ(shown(selectin(&Comment::on).without_scope()), "1357");
    EXPECT_EQ(shown(joined(&Comment::on).with_removed()), "12345");
    EXPECT_EQ(shown(subquery(&Comment::on).with_removed().without_scope()), "123457");
}

TEST_F(morph_options_of, a_condition_is_about_one_model) {
    EXPECT_EQ(shown(selectin(&Comment::on).where(col(&Post::id) == 7)), "35");
    EXPECT_EQ(shown(selectin(&Comment::on).where(col(&Video::id) == 7)), "15");
    EXPECT_EQ(shown(selectin(&Comment::on).where<Video>(col(&Video::url).like("z%")).where(col(&Post::id) == 1)), "15");
    EXPECT_EQ(shown(batch(&Comment::on).where(col(&Photo::id) > 1)), "13");
}

TEST_F(morph_options_of, columns_and_what_is_below_are_one_models_too) {
    const auto all = s.query<Comment>()
                         .order_by(&Comment::id)
                         .with(selectin(&Comment::on).only(&Post::title).with(selectin(&Post::author)))
                         .all();
    log.clear();
    const Post* post = all[0].on.get<Post>();
    EXPECT_EQ(post->title, "a");
    EXPECT_EQ(post->body, "");
    EXPECT_EQ(post->author->id, 1);
    EXPECT_EQ(all[2].on.get<Video>()->url, "x");
    EXPECT_EQ(log.count(), 0u) << log.text();
    EXPECT_EQ(shown(selectin(&Comment::on).defer(&Post::body).with(&Post::author)), "135");
}

TEST_F(morph_options_of, its_tag_may_be_null) {
    const auto rows = s.query<Comment>()
                          .group_by(col(&Comment::on).tag())
                          .order_by(col(&Comment::on).tag())
                          .select(col(&Comment::on).tag(), count_all())
                          .all();
    std::string all;
    for (const auto& [tag, n] : rows) all += tag.value_or("-") + std::to_string(n) + " ";
    EXPECT_TRUE(all == "-1 Photo1 Post2 Video3 " || all == "Photo1 Post2 Video3 -1 ") << all;
    EXPECT_EQ(s.query<Comment>().where(col(&Comment::on).tag() == "Post").count(), 2);
    EXPECT_EQ(s.query<Comment>().where(col(&Comment::on).tag().is_null()).select(col(&Comment::on).id()).all()[0],
              std::tuple{std::optional<std::int64_t>{}});
    // As what a model may have not said yet.
    const auto gone = s.query<Post>().with_removed().order_by(&Post::id).select(&Post::gone).all();
    EXPECT_FALSE(std::get<0>(gone[0]));
    EXPECT_TRUE(std::get<0>(gone[1]));
}

TEST_F(morph_options_of, refreshed_as_a_member_it_is_read_again) {
    auto comment = s.get_one<Comment>(1);
    EXPECT_EQ(comment->on.get<Post>()->title, "a");
    run("INSERT INTO post VALUES (9, NULL, 'nine', '', NULL); UPDATE comment SET on_id = 9 WHERE id = 2");
    s.commit();
    auto other = s.get_one<Comment>(2);
    s.refresh(other, &Comment::on);
    EXPECT_EQ(other->on.get<Post>()->title, "nine");
    s.refresh(comment, &Comment::on);
    EXPECT_TRUE(s.is_loaded(comment, &Comment::on));
    s.refresh(comment, &Comment::on, &Comment::id);
}

TEST_F(morph_options_of, associated_by_key) {
    auto comment = s.get_one<Comment>(6);
    EXPECT_EQ(comment->on.associate<Video>(1)->url, "x");
    EXPECT_TRUE(comment->on.holds<Video>());
    EXPECT_EQ(comment->on.associate<Post>(key<Post>{1})->title, "a");
    (void)thrown<not_found>([&] { comment->on.associate<Photo>(7); });
    EXPECT_TRUE(comment->on.holds<Post>());
    s.commit();
    EXPECT_EQ(rows("SELECT on_type, on_id FROM comment WHERE id = 6"), "Post|1");
}

}  // namespace
}  // namespace kin::test
