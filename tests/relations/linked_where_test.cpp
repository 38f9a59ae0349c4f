// Relations over a pivot with a condition, and those to one: what is put into them gets the constants.
#include "support/fixture.hpp"

namespace linked_where {

struct Tag;
struct PostTag;
struct Badge;
struct Post {
    kin::key<Post> id{};
    kin::many_to_many<Tag> tags{};
    kin::many_to_many<Tag, kin::where<"kind", "skill">> skills{};
    kin::many_to_many<Tag, PostTag> marks{};
    kin::many_to_many<Tag, PostTag, kin::where<"kind", "skill">> best{};
    kin::has_one<Badge, kin::where<"kind", "main">> badge{};
};
struct Tag {
    kin::key<Tag> id{};
    std::string kind{"plain"};
    kin::version version{};
};
struct PostTag {
    kin::key<Post> post_id{};
    kin::key<Tag> tag_id{};
    int weight{};
    static constexpr auto table = kin::table("mark").primary_key("post_id", "tag_id");
};
struct Badge {
    kin::key<Badge> id{};
    std::optional<kin::key<Post>> post_id{};
    std::string kind{"other"};
};

}  // namespace linked_where

namespace kin::test {
namespace {

using namespace linked_where;
using namespace kin::expr;
using tag_keys = std::vector<key<Tag>>;

class linked_where_of : public with_database<models<Post, Tag, PostTag, Badge>> {
  protected:
    linked_where_of() {
        run("INSERT INTO post VALUES (1), (2); INSERT INTO tag VALUES (1, 'plain', 1), (2, 'skill', 1), (3, 'plain', "
            "1),"
            "(4, 'plain', 1); INSERT INTO post_tag VALUES (1, 1), (1, 2); INSERT INTO mark VALUES (1, 1, 7);"
            "INSERT INTO badge VALUES (1, NULL, 'other')");
        log.clear();
    }
    /// What memory shows is what the database has.
    void agrees(const ref<Post>& post, const std::string& tags, const std::string& skills) {
        EXPECT_EQ(sorted(post->tags), tags);
        EXPECT_EQ(sorted(post->skills), skills);
        EXPECT_EQ(ids(post->tags.order_by(&Tag::id).all()), tags);
        EXPECT_EQ(ids(post->skills.order_by(&Tag::id).all()), skills);
    }
    template <class Relation>
    static std::string sorted(const Relation& r) {
        std::vector<const Tag*> all;
        for (const Tag& t : r) all.push_back(&t);
        std::sort(all.begin(), all.end(), [](const Tag* a, const Tag* b) { return a->id < b->id; });
        std::string text;
        for (const Tag* t : all) text += (text.empty() ? "" : ",") + std::to_string(t->id.value);
        return text;
    }
    session s{db};
};

TEST_F(linked_where_of, every_way_in_fills_the_constant) {
    auto post = s.get_one<Post>(1);
    agrees(post, "1,2", "2");
    EXPECT_EQ(post->skills.create(Tag{})->kind, "skill");
    agrees(post, "1,2,5", "2,5");
    post->skills.push_back(Tag{});
    s.flush();
    agrees(post, "1,2,5,6", "2,5,6");
    post->skills.push_back(s.get_one<Tag>(3));
    EXPECT_EQ(s.get_one<Tag>(3)->kind, "skill");
    s.flush();
    agrees(post, "1,2,3,5,6", "2,3,5,6");
    post->skills = {s.get_one<Tag>(3), s.get_one<Tag>(4)};
    s.flush();
    agrees(post, "1,3,4", "3,4");
    post->skills = {Tag{}};
    s.commit();
    agrees(post, "1,7", "7");
    EXPECT_EQ(rows("SELECT id FROM tag WHERE kind = 'skill' ORDER BY id"), "2; 3; 4; 5; 6; 7");
    auto fresh = s.add(Post{.skills = {Tag{}}});
    s.commit();
    agrees(fresh, "8", "8");
}

TEST_F(linked_where_of, a_sibling_shows_what_meets_its_condition) {
    auto post = s.get_one<Post>(1);
    agrees(post, "1,2", "2");
    post->tags.create(Tag{.kind = "plain"});
    agrees(post, "1,2,5", "2");
    post->tags.push_back(Tag{.kind = "skill"});
    s.flush();
    agrees(post, "1,2,5,6", "2,6");
    post->tags.attach({3, 4});
    agrees(post, "1,2,3,4,5,6", "2,6");
    // And what comes to meet it.
    s.get_one<Tag>(1)->kind = "skill";
    s.get_one<Tag>(2)->kind = "plain";
    s.flush();
    agrees(post, "1,2,3,4,5,6", "1,6");
    s.rollback();
    agrees(post, "1,2", "2");
}

TEST_F(linked_where_of, helpers_of_the_pivot_fill_it_too) {
    auto post = s.get_one<Post>(1);
    const auto third = s.get_one<Tag>(3);
    agrees(post, "1,2", "2");
    log.clear();
    EXPECT_EQ(post->skills.attach({3, 4}).attached, (tag_keys{3, 4}));
    agrees(post, "1,2,3,4", "2,3,4");
    EXPECT_EQ(third->kind, "skill");
    third->kind = "skill";
    s.flush();
    // One that is linked already, but not as this.
    EXPECT_EQ(post->skills.sync({1, 2}).detached.size(), 2u);
    agrees(post, "1,2", "1,2");
    s.rollback();
    EXPECT_EQ(third->kind, "plain");
    agrees(post, "1,2", "2");
    EXPECT_EQ(post->skills.toggle({2, 3}).attached, tag_keys{3});
    s.commit();
    agrees(post, "1,3", "3");
    third->kind = "other";  // its version is the row's
    s.commit();
    agrees(post, "1,3", "");
}

TEST_F(linked_where_of, over_an_association_object) {
    auto post = s.get_one<Post>(1);
    EXPECT_EQ(sorted(post->best), "");
    // What is linked, but not as this, is none of its links.
    EXPECT_FALSE(post->best.pivot(1));
    EXPECT_TRUE(post->marks.pivot(1));
    EXPECT_FALSE(post->best.update_existing_pivot(1, {.weight = 9}).any());
    EXPECT_FALSE(post->best.detach(1).any());
    EXPECT_FALSE(post->best.detach().any());
    // The row is there, and hidden by the condition: it is not written a second time.
    post->best.push_back(s.get_one<Tag>(1));
    s.flush();
    EXPECT_EQ(sorted(post->best), "1");
    EXPECT_EQ(sorted(post->marks), "1");
    EXPECT_EQ(post->best.pivot(1)->weight, 7);
    EXPECT_EQ(post->best.create(Tag{}, PostTag{.weight = 3})->kind, "skill");
    EXPECT_EQ(sorted(post->best), "1,5");
    s.commit();
    EXPECT_EQ(rows("SELECT tag_id, weight FROM mark ORDER BY 1"), "1|7; 5|3");
}

TEST_F(linked_where_of, to_one) {
    auto post = s.get_one<Post>(1);
    EXPECT_FALSE(post->badge);
    post->badge = s.get_one<Badge>(1);
    EXPECT_TRUE(post->badge);
    s.flush();
    EXPECT_EQ(post->badge->kind, "main");
    auto other = s.get_one<Post>(2);
    EXPECT_EQ(other->badge.create(Badge{})->kind, "main");
    s.commit();
    EXPECT_EQ(rows("SELECT post_id, kind FROM badge ORDER BY id"), "1|main; 2|main");
}

}  // namespace
}  // namespace kin::test
