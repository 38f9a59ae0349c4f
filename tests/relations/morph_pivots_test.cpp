// The helpers of a many_to_many over a polymorphic pivot: each model's own links, and no other's.
#include "support/fixture.hpp"
#include "support/morph_models.hpp"

namespace {

using namespace morphed;
using namespace kin::expr;
using tag_keys = std::vector<kin::key<Tag>>;
using kin::test::thrown;

class morph_pivots
    : public kin::test::with_database<kin::models<Author, Post, Channel, Video, Comment, Note, Picture, Tag, Tagging>> {
  protected:
    morph_pivots() {
        run("INSERT INTO posts (id, title) VALUES (1, 'p'), (2, 'q'); INSERT INTO videos (id, url) VALUES (1, 'v');"
            "INSERT INTO tags (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c');"
            "INSERT INTO taggings (tag_id, tagged_type, tagged_id, \"by\") VALUES (1, 'post', 1, 'ada'),"
            " (1, 'Video', 1, 'bob'), (2, 'Video', 1, 'bob');");
        log.clear();
    }
    std::string table() {
        return rows(
            "SELECT tagged_type, tagged_id, tag_id, \"by\" FROM taggings ORDER BY tagged_type DESC, tagged_id, "
            "tag_id");
    }

    kin::session s{db};
    const std::size_t lock = db.connect()->dialect().for_update ? 1 : 0;
};

TEST_F(morph_pivots, attach_and_detach_are_one_statement_each) {
    auto post = s.get<Post>(1);
    log.clear();
    EXPECT_EQ(post->tags.attach({1, 2}, {.by = "eve"}).attached, tag_keys{2});
    EXPECT_EQ(log.count(), 1u) << log.text();
    EXPECT_EQ(log.count("INSERT"), 1u);
    log.clear();
    EXPECT_EQ(post->tags.detach({1, 3}).detached, tag_keys{1});
    EXPECT_EQ(log.count(), 1u) << log.text();
    s.commit();
    EXPECT_EQ(table(), "post|1|2|eve; Video|1|1|bob; Video|1|2|bob") << "the video with the same number keeps its own";
}

TEST_F(morph_pivots, sync_reads_and_writes_the_owners_own) {
    auto video = s.get<Video>(1);
    log.clear();
    const auto done = video->tags.sync({{2, {.by = "eve"}}, 3});
    EXPECT_EQ(log.count(), 3u + lock) << log.text();
    EXPECT_EQ(done.attached, tag_keys{3});
    EXPECT_EQ(done.detached, tag_keys{1});
    EXPECT_EQ(done.updated, tag_keys{2});
    EXPECT_EQ(video->tags.sync_without_detaching({3, 1}).attached, tag_keys{1});
    const auto turned = video->tags.toggle({1, 2});
    EXPECT_EQ(turned.detached, (tag_keys{1, 2}));
    s.commit();
    EXPECT_EQ(table(), "post|1|1|ada; Video|1|3|");
}

TEST_F(morph_pivots, rows_are_read_written_and_made_with_their_targets) {
    auto post = s.get<Post>(2);
    const auto made = post->tags.create(Tag{.name = "new"}, {.by = "eve"});
    EXPECT_EQ(post->tags.pivot(made)->by, "eve");
    EXPECT_TRUE(post->tags.update_existing_pivot(made, {.by = "ada"}).any());
    s.commit();
    EXPECT_EQ(
        rows("SELECT tagged_type, tagged_id, \"by\" FROM taggings t JOIN tags g ON g.id = t.tag_id WHERE g.name = "
             "'new'"),
        "post|2|ada");
    ASSERT_EQ(post->tags.size(), 1u);
    EXPECT_EQ(post->tags[0].name, "new");
}

TEST_F(morph_pivots, the_other_side_attaches_those_of_its_model) {
    auto tag = s.get<Tag>(3);
    EXPECT_EQ(tag->posts.attach({1, 2}, {.by = "eve"}).attached.size(), 2u);
    EXPECT_EQ(tag->videos.sync({1}).attached.size(), 1u);
    EXPECT_EQ(tag->posts.detach(1).detached.size(), 1u);
    s.commit();
    EXPECT_EQ(rows("SELECT tagged_type, tagged_id FROM taggings WHERE tag_id = 3 ORDER BY tagged_type DESC"),
              "post|2; Video|1");
}

TEST_F(morph_pivots, a_rollback_undoes_it_in_memory_too) {
    auto post = s.get<Post>(1);
    ASSERT_EQ(post->tags.size(), 1u);
    (void)post->tags.sync({2, 3});
    EXPECT_EQ(post->tags.size(), 2u);
    s.rollback();
    ASSERT_EQ(post->tags.size(), 1u);
    EXPECT_EQ(post->tags[0].name, "a");
    EXPECT_EQ(table(), "post|1|1|ada; Video|1|1|bob; Video|1|2|bob");
}

}  // namespace
