// A pivot without a primary key and without a unique index: pairs are written nevertheless, or it is said what to
// declare.
#include "support/fixture.hpp"

namespace {

struct Tag;
struct Post {
    kin::key<Post> id{};
    kin::many_to_many<Tag, kin::pivot<"keyless_posts_tags", "post_id", "tag_id">, kin::pivot_without_key> tags{};
    static constexpr auto table = kin::table("keyless_post");
};
struct Tag {
    kin::key<Tag> id{};
    std::string name{};
    static constexpr auto table = kin::table("keyless_tag");
};
// The same table, of which the model does not know better.
struct Unaware {
    kin::key<Unaware> id{};
    kin::many_to_many<Tag, kin::pivot<"keyless_unaware_tags", "post_id", "tag_id">> tags{};
    static constexpr auto table = kin::table("keyless_unaware");
};

class keyless_pivot : public kin::test::with_database<kin::models<Post, Tag, Unaware>> {
  protected:
    keyless_pivot() {
        for (const char* table : {"keyless_posts_tags", "keyless_unaware_tags"}) {
            run(std::string{"DROP TABLE "} + table);
            run(std::string{"CREATE TABLE "} + table + " (post_id BIGINT NOT NULL, tag_id BIGINT NOT NULL)");
        }
    }
    std::string pairs() { return rows("SELECT post_id, tag_id FROM keyless_posts_tags ORDER BY post_id, tag_id"); }
    kin::session s{db};
};

TEST_F(keyless_pivot, pairs_come_and_go_in_every_way) {
    auto post = s.add(Post{.tags = {Tag{.name = "a"}}});
    auto b = s.add(Tag{.name = "b"});
    s.commit();
    EXPECT_EQ(pairs(), "1|1");
    post->tags.attach(b);
    post->tags.attach(b);  // is there
    s.commit();
    EXPECT_EQ(pairs(), "1|1; 1|2");
    post->tags.sync({2});
    s.commit();
    EXPECT_EQ(pairs(), "1|2");
    post->tags.toggle({1, 2});
    s.commit();
    EXPECT_EQ(pairs(), "1|1");
    for (int i = 0; i < 20; ++i) post->tags.push_back(Tag{.name = "many"});
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM keyless_posts_tags"), "21");
    post->tags = {b};
    s.commit();
    EXPECT_EQ(pairs(), "1|2");
}

TEST_F(keyless_pivot, one_that_is_not_declared_is_refused_with_what_to_declare) {
    KIN_NEEDS(conflicts_by_columns);
    const std::string wanted =
        "keyless_unaware_tags has no primary key or unique index over (tag_id, post_id): declare its relations "
        "kin::pivot_without_key, or give the table one";
    auto post = s.add(Unaware{});
    auto tag = s.add(Tag{});
    s.commit();
    post->tags.push_back(tag);
    EXPECT_EQ(kin::test::thrown<kin::mapping_error>([&] { s.commit(); }).message(), wanted);
    s.rollback();
    EXPECT_EQ(kin::test::thrown<kin::mapping_error>([&] { s.get<Unaware>(1)->tags.attach(s.get<Tag>(1)); }).message(),
              wanted);
    s.rollback();
    for (int i = 0; i < 20; ++i) s.get<Unaware>(1)->tags.push_back(Tag{});
    EXPECT_EQ(kin::test::thrown<kin::mapping_error>([&] { s.commit(); }).message(), wanted);
    s.rollback();
    EXPECT_EQ(rows("SELECT count(*) FROM keyless_unaware_tags"), "0");
}

}  // namespace
