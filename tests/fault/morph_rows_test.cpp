// Every single row of a flush over polymorphic relations is made to fail in turn, by triggers that count down.
#include "support/countdown.hpp"
#include "support/fixture.hpp"
#include "support/morph_models.hpp"

namespace {

using namespace morphed;
using kin::ref;
using kin::test::contains;
namespace countdown = kin::test::countdown;

const std::vector<std::string> tables{"posts", "videos", "comments", "notes", "pictures", "tags", "taggings"};

class morph_rows : public kin::test::with_database<All> {
  protected:
    morph_rows() {
        run(countdown::script(tables));
        for (const std::string n : {"0", "1"}) {
            posts.push_back(s.add(Post{.title = "p" + n,
                                       .comments = {{.text = "a" + n, .comments = {{.text = "b" + n}}}},
                                       .notes = {{.text = "n" + n}},
                                       .picture = Picture{.file = "i" + n}}));
            videos.push_back(s.add(Video{.url = "v" + n, .notes = {{.text = "m" + n}}}));
            tags.push_back(s.add(Tag{.name = "t" + n}));
            posts.back()->tags.push_back(tags.back());
            notes.push_back(posts.back()->notes.handle(0));
            notes.push_back(videos.back()->notes.handle(0));
        }
        s.commit();
    }
    void change() {
        notes[0]->notable = videos[0];           // the same number in another table
        posts[1]->notes.push_back(notes[1]);     // and back
        notes[3]->notable = Video{.url = "v2"};  // to one that has no row yet
        videos[1]->picture = posts[0]->picture.handle();
        videos[0]->tags.push_back(tags[0]);
        posts[0]->tags.erase(tags[0]);
        posts[0]->comments.push_back(Comment{.text = "c", .comments = {{.text = "d"}}});
        videos[0]->comments.push_back(posts[1]->comments.handle(0));
        s.remove(posts[1]);
    }
    /// What every object says, without loading anything.
    std::string memory() const {
        std::string out;
        const auto list = [&](const auto& many) {
            if (!many.loaded())
                out += "?";
            else
                for (const auto& each : many) out += std::to_string(each.id.value) + ",";
            out += " ";
        };
        for (const auto& p : posts) {
            const Post& post = *p.get();
            out += "post: ";
            list(post.comments), list(post.notes), list(post.tags);
            out += post.picture.loaded() && post.picture ? post.picture->file : "-";
        }
        for (const auto& v : videos) {
            const Video& video = *v.get();
            out += "video: ";
            list(video.comments), list(video.notes), list(video.tags);
            out += video.picture.loaded() && video.picture ? video.picture->file : "-";
        }
        for (const auto& n : notes) {
            const Note& note = *n.get();
            out += "note: " + note.notable.visit(kin::overloads{[](const Post& p) { return "post " + p.title; },
                                                                [](const Video& v) { return "video " + v.url; }},
                                                 [] { return std::string{"nothing"}; });
        }
        return out;
    }
    std::string database() {
        std::string all;
        for (const std::string& table : tables) {
            all += rows("SELECT * FROM " + table + " ORDER BY 1, 2") + "\n";
        }
        return all;
    }

    kin::session s{db};
    std::vector<ref<Post>> posts;
    std::vector<ref<Video>> videos;
    std::vector<ref<Note>> notes;
    std::vector<ref<Tag>> tags;
};

TEST_F(morph_rows, memory_and_database_are_as_before) {
    change();
    const std::string was = memory();
    const std::string rows_were = database();
    const std::string plan = s.explain_flush();
    int row = 1;
    for (;; ++row) {
        ASSERT_LT(row, 100);
        SCOPED_TRACE(row);
        run(countdown::at(row));
        try {
            s.flush();
            break;
        } catch (const kin::constraint_violation& e) {
            EXPECT_TRUE(contains(e.message(), countdown::planned)) << e.what();
        }
        ASSERT_EQ(memory(), was);
        ASSERT_EQ(database(), rows_were);
        ASSERT_EQ(s.explain_flush(), plan);
    }
    EXPECT_GT(row, 10);  // the flush touches as many rows
    s.commit();
    EXPECT_FALSE(s.dirty());
    // New rows by what they say: which keys are left after the failures is the engine's business.
    EXPECT_EQ(
        rows("SELECT text, notable_type, (SELECT url FROM videos WHERE id = notable_id) FROM notes ORDER BY text"),
        "m0|NULL|NULL; m1|Video|v2; n0|Video|v0; n1|NULL|NULL");
    EXPECT_EQ(rows("SELECT c.text, c.commentable_type, CASE c.commentable_type "
                   "WHEN 'post' THEN (SELECT title FROM posts WHERE id = c.commentable_id) "
                   "WHEN 'Video' THEN (SELECT url FROM videos WHERE id = c.commentable_id) "
                   "ELSE (SELECT o.text FROM comments o WHERE o.id = c.commentable_id) END FROM comments c ORDER BY 1"),
              "a0|post|p0; a1|Video|v0; b0|Comment|a0; b1|Comment|a1; c|post|p0; d|Comment|c");
    EXPECT_EQ(rows("SELECT file, of_type, of_id FROM pictures ORDER BY file"), "i0|Video|2; i1|NULL|NULL");
    EXPECT_EQ(rows("SELECT tag_id, tagged_type, tagged_id FROM taggings"), "1|Video|1");
}

TEST_F(morph_rows, and_each_failure_can_be_rolled_back) {
    const std::string at_first = memory();
    const std::string rows_were = database();
    for (int row = 1; row < 20; ++row) {
        SCOPED_TRACE(row);
        run(countdown::at(row));
        change();
        try {
            s.flush();
        } catch (const kin::constraint_violation&) {
        }
        s.rollback();
        ASSERT_EQ(memory(), at_first);
        ASSERT_EQ(database(), rows_were);
        ASSERT_FALSE(s.dirty());
    }
}

}  // namespace
