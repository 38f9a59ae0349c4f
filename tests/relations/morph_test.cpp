// Polymorphic relations: two columns and a closed set of models, with both sides in step.
#include <kin/schema/schema.hpp>

#include "support/fixture.hpp"
#include "support/morph_models.hpp"

namespace {

using namespace morphed;
using namespace kin::expr;
using kin::ref;
using kin::test::contains;
using kin::test::thrown;

class morph : public kin::test::with_database<All> {
  protected:
    kin::session s{db};
};

constexpr const char* notes = "SELECT notable_type, notable_id FROM notes ORDER BY id";
constexpr const char* comments = "SELECT commentable_type, commentable_id FROM comments ORDER BY id";

// -- the graph and its flush ----------------------------------------------------------------------------------------

TEST_F(morph, a_graph_is_written_with_tags_and_keys) {
    s.add(Video{.url = "v0"});
    auto post =
        s.add(Post{.title = "p", .comments = {{.text = "one", .comments = {{.text = "reply"}}}, {.text = "two"}}});
    auto video = s.add(Video{.url = "v", .comments = {{.text = "three"}}});
    s.commit();
    EXPECT_EQ(rows(comments), "post|1; post|1; Video|2; Comment|1");
    EXPECT_EQ(log.count("INSERT INTO \"posts\""), 1u);
    EXPECT_EQ(log.count("INSERT INTO \"videos\""), 1u);
    EXPECT_EQ(log.count("INSERT INTO \"comments\""), 2u);  // what stands below comments comes after them
    EXPECT_EQ(log.count("INSERT"), 4u);
    const Comment& first = post->comments[0];
    EXPECT_EQ(first.commentable.get<Post>(), post.get());
    EXPECT_EQ(first.commentable.get<Video>(), nullptr);
    EXPECT_TRUE(video->comments[0].commentable.holds<Video>());
    EXPECT_EQ(first.comments[0].commentable.get<Comment>(), &first);
}

TEST_F(morph, the_child_can_name_its_parent) {
    auto post = s.add(Post{.title = "p"});
    auto a = s.add(Comment{.text = "a", .commentable = post});
    auto b = s.add(Comment{.text = "b", .commentable = Video{.url = "v"}});
    ASSERT_EQ(post->comments.size(), 1u);
    EXPECT_EQ(&post->comments[0], a.get());
    ASSERT_NE(b->commentable.get<Video>(), nullptr);
    EXPECT_EQ(b->commentable.get<Video>()->url, "v");
    s.commit();
    EXPECT_EQ(rows(comments), "post|1; Video|1");
}

TEST_F(morph, moving_to_another_model_is_one_update) {
    auto post = s.add(Post{.title = "p", .notes = {{.text = "n"}}});
    auto video = s.add(Video{.url = "v"});
    s.commit();
    log.clear();
    auto note = post->notes.handle(0);
    video->notes.push_back(note);  // the same number, another table
    EXPECT_TRUE(post->notes.empty());
    EXPECT_EQ(note->notable.get<Video>(), video.get());
    EXPECT_EQ(note->notable.get<Post>(), nullptr);
    s.commit();
    EXPECT_EQ(log.text(10), "UPDATE notes SET notable_type = ? WHERE id = ?");
    EXPECT_EQ(rows(notes), "Video|1");
    note->notable = post;
    EXPECT_TRUE(video->notes.empty());
    ASSERT_EQ(post->notes.size(), 1u);
    note->notable = nullptr;
    EXPECT_TRUE(post->notes.empty());
    EXPECT_TRUE(note->notable.empty());
    s.commit();
    EXPECT_EQ(rows(notes), "NULL|NULL");
    EXPECT_TRUE(note->notable == nullptr);
}

TEST_F(morph, moving_what_nobody_has_read) {
    s.add(Post{.title = "p", .notes = {{.text = "n"}}});
    s.add(Video{.url = "v"});
    s.commit();
    kin::session other{db};
    auto note = other.query<Note>().one();
    auto video = other.query<Video>().one();
    log.clear();
    note->notable = video;
    EXPECT_EQ(log.count(), 0u);
    other.commit();
    EXPECT_EQ(rows(notes), "Video|1");
    EXPECT_EQ(note->notable.get<Video>(), video.get());
    EXPECT_FALSE(note->notable.holds<Post>());
    log.clear();
    auto post = other.query<Post>().one();
    EXPECT_TRUE(post->notes.empty());
    note->notable = post;
    other.commit();
    EXPECT_EQ(rows(notes), "post|1");
}

TEST_F(morph, to_nothing_without_reading_what_it_was) {
    s.add(Video{.url = "v", .notes = {{.text = "n"}}});
    s.commit();
    kin::session other{db};
    auto note = other.query<Note>().one();
    log.clear();
    note->notable = nullptr;
    other.commit();
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(rows(notes), "NULL|NULL");
}

TEST_F(morph, there_and_back_is_nothing) {
    auto post = s.add(Post{.title = "p", .notes = {{.text = "n"}}});
    auto video = s.add(Video{.url = "v"});
    s.commit();
    log.clear();
    auto note = post->notes.handle(0);
    note->notable = video;
    note->notable = post;
    EXPECT_EQ(post->notes.size(), 1u);
    EXPECT_TRUE(video->notes.empty());
    s.commit();
    EXPECT_EQ(log.count("UPDATE"), 0u);
    EXPECT_EQ(rows(notes), "post|1");
}

TEST_F(morph, one_to_one) {
    auto post = s.add(Post{.title = "p", .picture = Picture{.file = "a.png"}});
    auto video = s.add(Video{.url = "v"});
    s.commit();
    EXPECT_EQ(rows("SELECT of_type, of_id FROM pictures"), "post|1");
    auto picture = post->picture.handle();
    video->picture = picture;
    EXPECT_FALSE(post->picture);
    EXPECT_EQ(picture->of.get<Video>(), video.get());
    s.commit();
    EXPECT_EQ(rows("SELECT of_type, of_id FROM pictures"), "Video|1");
    kin::session other{db};
    auto again = other.query<Video>().with(&Video::picture).one();
    log.clear();
    EXPECT_EQ(again->picture->file, "a.png");
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(morph, a_key_that_cannot_be_null_is_asked_for) {
    auto lost = s.add(Comment{.text = "lost"});
    const auto e = thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.what(), "Comment (new) has no commentable, but Comment.commentable_id cannot be NULL"))
        << e.what();
    auto video = s.add(Video{.url = "v"});
    lost->commentable = video;
    s.commit();
    EXPECT_EQ(rows(comments), "Video|1");
    lost->commentable = nullptr;
    const auto taken = thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_TRUE(contains(taken.what(), "cannot be NULL")) << taken.what();
}

TEST_F(morph, taken_from_its_owner_it_is_deleted) {
    auto post = s.add(Post{.title = "p", .comments = {{.text = "1"}, {.text = "2"}}});
    auto video = s.add(Video{.url = "v"});
    s.commit();
    post->comments[0].commentable = nullptr;
    post->comments.handle(0)->commentable = video;  // but not if it has another one
    s.commit();
    EXPECT_EQ(rows(comments), "Video|1");
}

TEST_F(morph, visiting_may_change) {
    auto note = s.add(Note{.text = "n", .notable = Post{.title = "p"}});
    s.commit();
    note->notable.visit(kin::overloads{[](Post& p) { p.title += "!"; }, [](Video&) {}});
    s.commit();
    EXPECT_EQ(rows("SELECT title FROM posts"), "p!");
}

TEST_F(morph, associated_it_is_written_at_once) {
    auto note = s.add(Note{.text = "n", .notable = Post{.title = "p"}});
    s.commit();
    note->notable.dissociate();
    EXPECT_TRUE(note->notable.empty());
    EXPECT_FALSE(s.dirty());
    note->notable.associate(Video{.url = "v"});
    EXPECT_FALSE(s.dirty());
    EXPECT_EQ(note->notable.get<Video>()->url, "v");
    s.commit();
    EXPECT_EQ(rows(notes), "Video|1");
}

TEST_F(morph, it_leads_where_another_one_does) {
    auto post = s.add(Post{.title = "p", .notes = {{.text = "n"}, {.text = "m"}}});
    auto video = s.add(Video{.url = "v", .notes = {{.text = "o"}}});
    auto n = post->notes.handle(0), m = post->notes.handle(1), o = video->notes.handle(0);
    auto none = s.add(Note{.text = "none"});
    n->notable = o->notable;
    EXPECT_EQ(video->notes.size(), 2u) << "while nothing has a key";
    EXPECT_EQ(post->notes.size(), 1u);
    s.commit();
    EXPECT_EQ(rows("SELECT text, notable_type FROM notes ORDER BY text"), "m|post; n|Video; none|NULL; o|Video");
    std::swap(m->notable, o->notable);
    EXPECT_EQ(m->notable.get<Video>(), video.get());
    EXPECT_EQ(o->notable.get<Post>(), post.get());
    o->notable = std::as_const(*none).notable;
    EXPECT_TRUE(post->notes.empty());
    s.commit();
    EXPECT_EQ(rows("SELECT text, notable_type FROM notes ORDER BY text"), "m|Video; n|Video; none|NULL; o|NULL");
    const auto of_n = n->id, of_none = none->id;
    s.clear();
    auto unread = s.get_one<Note>(of_n), nothing = s.get_one<Note>(of_none);
    std::swap(unread->notable, nothing->notable);
    s.commit();
    EXPECT_EQ(rows("SELECT text, notable_type FROM notes ORDER BY text"), "m|Video; n|NULL; none|Video; o|NULL");
}

TEST_F(morph, a_whole_object_that_leads_nowhere_is_assigned) {
    auto video = s.add(Video{.url = "v", .notes = {{.text = "o"}}});
    s.commit();
    auto note = video->notes.handle(0);
    *note = Note{.id = note->id, .text = "changed", .notable = nullptr};
    EXPECT_TRUE(video->notes.empty());
    s.commit();
    EXPECT_EQ(rows(notes), "NULL|NULL");
}

TEST_F(morph, rolled_back_and_adopted_it_does_not_bring_its_former_target) {
    auto post = s.add(Post{.title = "p"});
    s.commit();
    auto video = s.add(Video{.url = "v"});
    auto note = s.add(Note{.text = "n", .notable = video});
    s.rollback();
    post->notes.push_back(note);
    s.commit();
    EXPECT_EQ(rows(notes), "post|1");
    EXPECT_EQ(rows("SELECT count(*) FROM videos"), "0");
}

TEST_F(morph, a_savepoint_restores_one_that_was_removed_came_back_and_moved) {
    auto note = s.add(Note{.text = "n"});
    auto video = s.add(Video{.url = "v"});
    auto post = s.add(Post{.title = "p"});
    s.flush();
    EXPECT_FALSE(note->notable.holds<Video>());
    auto point = s.savepoint();
    s.remove(note);
    auto other = s.handle(video->notes.push_back({.text = "o"}));
    s.flush();
    note->notable = video;
    s.flush();
    post->notes = {note, other};
    s.flush();
    point.rollback();
    EXPECT_EQ(note->notable.get<Video>(), nullptr);
    EXPECT_EQ(note->notable.get<Post>(), nullptr);
    s.commit();
    EXPECT_EQ(rows(notes), "NULL|NULL");
}

TEST_F(morph, rollback_restores_both_sides) {
    auto post = s.add(Post{.title = "p", .notes = {{.text = "n"}}});
    auto video = s.add(Video{.url = "v"});
    s.commit();
    auto note = post->notes.handle(0);
    note->notable = video;
    s.flush();
    s.rollback();
    EXPECT_EQ(note->notable.get<Post>(), post.get());
    EXPECT_EQ(post->notes.size(), 1u);
    EXPECT_TRUE(video->notes.empty());
    log.clear();
    s.commit();
    EXPECT_EQ(log.count("UPDATE"), 0u);
    EXPECT_EQ(rows(notes), "post|1");
}

TEST_F(morph, a_savepoint_restores_both_sides) {
    auto post = s.add(Post{.title = "p", .notes = {{.text = "n"}}});
    auto video = s.add(Video{.url = "v"});
    s.flush();
    auto note = post->notes.handle(0);
    {
        auto point = s.savepoint();
        video->notes.push_back(note);
        s.flush();
        point.rollback();
    }
    EXPECT_EQ(note->notable.get<Post>(), post.get());
    EXPECT_EQ(post->notes.size(), 1u);
    s.commit();
    EXPECT_EQ(rows(notes), "post|1");
}

TEST_F(morph, a_failed_flush_leaves_memory_as_it_was) {
    auto post = s.add(Post{.title = "p", .notes = {{.text = "n"}}});
    auto video = s.add(Video{.url = "v"});
    s.commit();
    auto first = s.add(Tag{.name = "t"});
    auto second = s.add(Tag{.name = "t"});
    auto note = post->notes.handle(0);
    note->notable = video;
    EXPECT_THROW(s.flush(), kin::unique_violation);
    EXPECT_EQ(note->notable.get<Video>(), video.get());
    EXPECT_EQ(video->notes.size(), 1u);
    s.rollback();
    EXPECT_EQ(note->notable.get<Post>(), post.get());
    note->notable = video;
    s.commit();
    EXPECT_EQ(rows(notes), "Video|1");
}

TEST_F(morph, written_through_the_relation_at_once) {
    auto post = s.add(Post{.title = "p"});
    auto video = s.add(Video{.url = "v"});
    s.commit();
    auto note = post->notes.create(Note{.text = "n"});
    EXPECT_FALSE(s.dirty());
    EXPECT_EQ(note->notable.get<Post>(), post.get());
    video->notes.save(note);
    EXPECT_TRUE(post->notes.empty());
    auto again = video->notes.first_or_create(Note{.text = "n"}, &Note::text);
    EXPECT_EQ(again, note);
    auto other = post->notes.first_or_create(Note{.text = "n"}, &Note::text);
    EXPECT_NE(other, note);
    // A unique key that holds the tag: the row of another model is another row.
    auto one = post->pictures.first_or_create(Picture{.file = "a"}, &Picture::file);
    auto two = video->pictures.first_or_create(Picture{.file = "a"}, &Picture::file);
    EXPECT_NE(one, two);
    EXPECT_EQ(post->pictures.first_or_create(Picture{.file = "a"}, &Picture::file), one);
    s.commit();
    EXPECT_EQ(rows(notes), "Video|1; post|1");
    EXPECT_EQ(rows("SELECT file, also_of_type, also_of_id, of_type FROM pictures ORDER BY id"),
              "a|post|1|NULL; a|Video|1|NULL");
}

// -- reading --------------------------------------------------------------------------------------------------------

class morph_reading : public morph {
  protected:
    morph_reading() {
        auto ada = s.add(Author{.name = "Ada"});
        auto a = s.add(Post{.title = "a", .author = ada, .notes = {{.text = "a1"}, {.text = "a2"}}});
        auto b = s.add(Post{.title = "b", .author = ada});
        auto v = s.add(Video{.url = "v", .channel = Channel{.name = "C"}, .notes = {{.text = "v1"}}});
        b->notes.push_back(Note{.text = "b1"});
        s.add(Note{.text = "none"});
        s.commit();
        log.clear();
    }
    static std::string name_of(const Note& note) {
        return note.notable.visit(kin::overloads{[](const Post& p) { return "post " + p.title; },
                                                 [](const Video& v) { return "video " + v.url; }},
                                  [] { return std::string{"nothing"}; });
    }

    static std::string names_of(const kin::rows<Note>& notes) {
        std::string all;
        for (const Note& note : notes) all += note.text + ": " + name_of(note) + "; ";
        return all;
    }
    kin::session t{db};
};

constexpr const char* everything_read = "a1: post a; a2: post a; v1: video v; b1: post b; none: nothing; ";

TEST_F(morph_reading, touched_it_is_loaded_by_a_statement_for_each_model) {
    const auto all = t.query<Note>().order_by(&Note::id).all();
    log.clear();
    EXPECT_EQ(names_of(all), everything_read);
    EXPECT_EQ(log.text(5), "SELECT id, author_id, title FROM; SELECT id, channel_id, url FROM");
    EXPECT_EQ(names_of(all), everything_read);
    EXPECT_EQ(log.count(), 2u);
}

TEST_F(morph_reading, loaded_with_its_owners_by_a_statement_for_each_model) {
    const auto all = t.query<Note>().order_by(&Note::id).with(&Note::notable).all();
    EXPECT_EQ(log.count(), 3u);
    log.clear();
    EXPECT_EQ(names_of(all), everything_read);
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(morph_reading, below_it_each_model_has_its_own_path) {
    const auto all = t.query<Note>()
                         .order_by(&Note::id)
                         .with(&Note::notable, &Post::author)
                         .with(&Note::notable, &Video::channel)
                         .all();
    EXPECT_EQ(log.count(), 5u);
    log.clear();
    EXPECT_EQ(all[0].notable.get<Post>()->author->name, "Ada");
    EXPECT_EQ(all[2].notable.get<Video>()->channel->name, "C");
    EXPECT_EQ(log.count(), 0u);
    kin::session u{db};
    const auto again = u.query<Note>()
                           .order_by(&Note::id)
                           .with(selectin(&Note::notable).with(joined(&Post::author)).with(&Video::channel))
                           .all();
    EXPECT_EQ(log.count(), 4u);
    log.clear();
    EXPECT_EQ(again[0].notable.get<Post>()->author->name, "Ada");
    EXPECT_EQ(again[2].notable.get<Video>()->channel->name, "C");
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(morph_reading, a_subquery_reads_no_other_models_rows_of_the_same_number) {
    run("INSERT INTO posts (id, title) VALUES (71, 'p'), (72, 'q'); INSERT INTO videos (id, url) VALUES (72, 'v');"
        "INSERT INTO notes VALUES (71, 'a', 'post', 71), (72, 'b', 'Video', 72)");
    for (const bool limited : {false, true}) {
        kin::session t{db};
        auto notes = t.query<Note>();
        notes.where(col(&Note::id) > 70).order_by(&Note::id).with(subquery(&Note::notable));
        if (limited) notes.limit(2);
        const auto found = notes.all();
        log.clear();
        EXPECT_TRUE(found[0].notable.holds<Post>() && found[1].notable.get<Video>() != nullptr);
        EXPECT_TRUE(t.get<Post>(71) && t.get<Video>(72));
        EXPECT_EQ(log.count(), 0u);
        EXPECT_TRUE(t.get<Post>(72));  // nobody asked for it
        EXPECT_EQ(log.count(), 1u);
    }
}

TEST_F(morph_reading, every_strategy_gives_the_same) {
    const auto by = [&](auto loading, std::size_t then, std::size_t later) {
        kin::session u{db};
        log.clear();
        const auto all = u.query<Note>().order_by(&Note::id).with(loading).all();
        EXPECT_EQ(log.count(), then);
        EXPECT_EQ(names_of(all), everything_read);
        EXPECT_EQ(log.count(), then + later);
    };
    by(selectin(&Note::notable), 3, 0);
    by(subquery(&Note::notable), 3, 0);
    by(joined(&Note::notable), 1, 0);
    by(batch(&Note::notable), 1, 2);
    by(select(&Note::notable), 1, 3);  // the second note's post is known by then
    kin::session u{db};
    const auto raised = u.query<Note>().order_by(&Note::id).with(raise(&Note::notable)).all();
    const auto e = thrown<kin::raised_load>([&] { (void)raised[0].notable.get<Post>(); });
    EXPECT_TRUE(contains(e.what(), "Note.notable is not loaded")) << e.what();
    EXPECT_TRUE(raised[0].notable.holds<Post>());
    EXPECT_TRUE(raised[4].notable.empty());
    kin::session w{db};
    const auto blank = w.query<Note>().with(noload(&Note::notable)).all();
    log.clear();
    EXPECT_TRUE(blank[0].notable.empty());
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(morph_reading, the_other_side_by_one_statement_with_the_tag) {
    const auto posts = t.query<Post>().order_by(&Post::id).with(&Post::notes).all();
    ASSERT_EQ(log.count(), 2u);
    EXPECT_TRUE(contains(log.entries()[1].sql, R"("notable_type" = ?)")) << log.entries()[1].sql;
    EXPECT_EQ(posts[0].notes.size(), 2u);
    EXPECT_EQ(posts[1].notes.size(), 1u);
    log.clear();
    EXPECT_EQ(posts[0].notes[0].notable.get<Post>(), &posts[0]);
    EXPECT_EQ(log.count(), 0u);
    const auto videos = t.query<Video>().all();
    log.clear();
    EXPECT_EQ(videos[0].notes.size(), 1u);
    EXPECT_EQ(log.count(), 1u);
}

TEST_F(morph_reading, as_a_query) {
    auto posts = t.query<Post>().order_by(&Post::id).all();
    EXPECT_EQ(posts[0].notes.where(col(&Note::text) != "a1").all().size(), 1u);
    auto videos = t.query<Video>().all();
    EXPECT_EQ(videos[0].notes.query().count(), 1);
}

TEST_F(morph_reading, an_unknown_tag_is_an_error_of_that_row_alone) {
    run("UPDATE notes SET notable_type = 'photo' WHERE text = 'a1'");
    const auto all = t.query<Note>().order_by(&Note::id).with(&Note::notable).all();
    EXPECT_EQ(name_of(all[1]), "post a");
    EXPECT_EQ(name_of(all[2]), "video v");
    const auto e = thrown<kin::mapping_error>([&] { (void)name_of(all[0]); });
    EXPECT_TRUE(contains(e.what(),
                         "Note 1.notable: its row says 'photo', which is the tag of no model in the set: "
                         "post, Video"))
        << e.what();
    kin::session u{db};
    auto lazily = u.query<Note>().order_by(&Note::id).all();
    EXPECT_EQ(name_of(lazily[1]), "post a");
    EXPECT_THROW((void)lazily[0].notable.holds<Post>(), kin::mapping_error);
    lazily[0].notable = lazily[1].notable.handle<Post>();
    u.commit();
    EXPECT_EQ(rows("SELECT notable_type FROM notes WHERE text = 'a1'"), "post");
}

TEST_F(morph_reading, what_it_names_may_be_gone) {
    run("DELETE FROM videos");
    const auto all = t.query<Note>().order_by(&Note::id).all();
    EXPECT_TRUE(all[2].notable.empty());
    EXPECT_FALSE(all[2].notable.holds<Video>());
    EXPECT_EQ(
        thrown<kin::not_found>([&] { all[2].notable.visit([](const auto& target) { (void)target.id; }); }).message(),
        "Note.notable is null");
}

TEST_F(morph_reading, loaded_when_asked_for) {
    auto all = t.query<Note>().order_by(&Note::id).all();
    log.clear();
    t.load(all, &Note::notable);
    EXPECT_EQ(log.count(), 2u);
    EXPECT_TRUE(all[0].notable.loaded());
    EXPECT_TRUE(all[4].notable.loaded());
    log.clear();
    t.load_missing(all, &Note::notable, &Post::author);
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(names_of(all), everything_read);
    EXPECT_EQ(log.count(), 1u);
}

TEST_F(morph_reading, a_strict_session_loads_nothing_by_itself) {
    t.strict();
    const auto all = t.query<Note>().order_by(&Note::id).all();
    EXPECT_THROW((void)all[0].notable.get<Post>(), kin::raised_load);
    EXPECT_EQ(all[4].notable.get<Post>(), nullptr);  // nothing to load
    EXPECT_TRUE(all[2].notable.holds<Video>());
}

TEST_F(morph_reading, refreshed_it_follows_its_row) {
    auto note = t.query<Note>().order_by(&Note::id).first();
    EXPECT_TRUE(note->notable.get<Post>() != nullptr);
    run("UPDATE notes SET notable_type = 'Video' WHERE id = " + std::to_string(note->id.value));
    t.rollback();
    t.refresh(note);
    EXPECT_TRUE(note->notable.holds<Video>());
    EXPECT_EQ(note->notable.get<Video>()->url, "v");
    EXPECT_EQ(note->notable.get<Post>(), nullptr);
}

TEST_F(morph_reading, merged_it_leads_where_its_copy_does) {
    auto video = t.query<Video>().one();
    Note copy{.id = {1}, .text = "merged", .notable = video};
    auto note = t.merge(std::move(copy));
    EXPECT_EQ(note->notable.get<Video>(), video.get());
    t.commit();
    EXPECT_EQ(rows("SELECT text, notable_type, notable_id FROM notes WHERE id = 1"), "merged|Video|1");
}

TEST_F(morph_reading, a_value_keeps_what_its_row_says) {
    auto note = t.query<Note>().order_by(&Note::id).first();
    Note value = *note;
    value.id = {};
    auto copy = t.add(std::move(value));
    t.commit();
    EXPECT_EQ(copy->notable.get<Post>()->title, "a");
    *note = Note{.id = note->id, .text = "whole", .notable = t.query<Video>().one()};
    t.commit();
    EXPECT_EQ(note->notable.get<Video>()->url, "v");
    *note = Note{.id = note->id, .text = "silent"};
    t.commit();
    EXPECT_EQ(rows("SELECT text, notable_type, notable_id FROM notes WHERE id = 1"), "silent|Video|1");
}

// -- conditions -----------------------------------------------------------------------------------------------------

TEST_F(morph_reading, whether_it_leads_to_a_row_of_some_models) {
    const auto texts = [&](const kin::condition& c) {
        std::string all;
        for (const Note& note : t.query<Note>().where(c).order_by(&Note::id).all()) all += note.text + " ";
        return all;
    };
    EXPECT_EQ(texts(any<Post>(&Note::notable)), "a1 a2 b1 ");
    EXPECT_EQ(texts(any<Post>(&Note::notable, col(&Post::title) == "a")), "a1 a2 ");
    EXPECT_EQ(texts(any<Post, Video>(&Note::notable, col(&Post::title) == "b", col(&Video::url) == "v")), "v1 b1 ");
    EXPECT_EQ(texts(any<Post, Video>(&Note::notable)), "a1 a2 v1 b1 ");
    EXPECT_EQ(texts(none<Post>(&Note::notable)), "v1 none ");
    EXPECT_EQ(texts(none<Post, Video>(&Note::notable, col(&Post::title) == "b", {})), "a1 a2 none ");
    EXPECT_EQ(texts(any<Post>(&Note::notable, any(&Post::author, col(&Author::name) == "Ada"))), "a1 a2 b1 ");
    EXPECT_EQ(texts(any(&Note::notable, {"post"})), "a1 a2 b1 ");
    EXPECT_EQ(texts(any(&Note::notable, std::vector<std::string_view>{})), "");
    EXPECT_EQ(texts(none(&Note::notable, std::vector<std::string_view>{})), "a1 a2 v1 b1 none ");
    EXPECT_TRUE(contains(thrown<kin::unknown_name>([&] { (void)any(&Note::notable, {"photo"}); }).what(),
                         "Note.notable leads to no 'photo'; there are: post, Video"));
}

TEST_F(morph_reading, which_object_it_leads_to) {
    const auto count = [&](const kin::condition& c) { return t.query<Note>().where(c).count(); };
    const auto post = t.query<Post>().where(col(&Post::title) == "a").one();
    const auto video = t.query<Video>().one();  // also number 1
    EXPECT_EQ(count(col(&Note::notable) == post), 2);
    EXPECT_EQ(count(col(&Note::notable) != post), 3);
    EXPECT_EQ(count(col(&Note::notable) == video), 1);
    EXPECT_EQ(count(col(&Note::notable) == nullptr), 1);
    EXPECT_EQ(count(col(&Note::notable) != nullptr), 4);
    EXPECT_EQ(count(col(&Note::notable).tag() == "post"), 3);
    EXPECT_EQ(count(col(&Note::notable).id() == 1), 3);
}

TEST_F(morph_reading, counted_and_asked_for_from_the_other_side) {
    const auto posts = t.query<Post>().order_by(&Post::id).with_count(&Post::notes).all();
    EXPECT_EQ(posts[0].notes.count(), 2);
    EXPECT_EQ(posts[1].notes.count(), 1);
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(t.query<Post>().where(any(&Post::notes, col(&Note::text) == "v1")).count(), 0);
    EXPECT_EQ(t.query<Video>().where(any(&Video::notes, col(&Note::text) == "v1")).count(), 1);
    EXPECT_EQ(t.query<Post>().where(count(&Post::notes) >= 2).count(), 1);
    const auto holding = [&](const char* text) {
        const auto note = t.query<Note>().where(col(&Note::text) == text).one();
        return t.query<Video>().where(col(&Video::notes).contains(note)).count();
    };
    EXPECT_EQ(holding("v1"), 1);
    EXPECT_EQ(holding("a1"), 0);
    EXPECT_EQ(t.query<Video>().join(&Video::notes).where(col(&Note::text) == "a1").count(), 0);
    EXPECT_EQ(t.query<Post>().join(&Post::notes).where(col(&Note::text) == "a1").count(), 1);
}

TEST_F(morph_reading, a_path_from_outside) {
    const auto all = t.query<Note>().order_by(&Note::id).with("notable.author").with("notable.channel").all();
    EXPECT_EQ(log.count(), 5u);
    log.clear();
    EXPECT_EQ(all[0].notable.get<Post>()->author->name, "Ada");
    EXPECT_EQ(all[2].notable.get<Video>()->channel->name, "C");
    EXPECT_EQ(log.count(), 0u);
    EXPECT_THROW((void)t.query<Note>().with("notable.owner").all(), kin::unknown_name);
    EXPECT_THROW((void)t.query<Note>().where("notable.title", "=", "a").all(), kin::mapping_error);
}

TEST_F(morph, keys_of_text_and_a_strategy_in_the_declaration) {
    auto malta = s.add(Country{.id = {"MT"}});
    s.add(Flag{.of = malta});
    s.add(Flag{.of = Region{.id = {"DE-BY"}}});
    s.commit();
    EXPECT_EQ(rows("SELECT of_type, of_id FROM flags ORDER BY id"), "Country|MT; Region|DE-BY");
    kin::session other{db};
    log.clear();
    const auto flags = other.query<Flag>().order_by(&Flag::id).all();
    EXPECT_EQ(log.count(), 3u);
    EXPECT_EQ(flags[0].of.get<Country>()->id.value, "MT");
    EXPECT_EQ(flags[1].of.get<Region>()->id.value, "DE-BY");
    EXPECT_EQ(log.count(), 3u);
    EXPECT_EQ(other.query<Flag>().where(col(&Flag::of) == other.query<Country>().one()).count(), 1);
}

// -- removal --------------------------------------------------------------------------------------------------------

TEST_F(morph, what_is_owned_goes_with_its_parent) {
    auto post = s.add(
        Post{.title = "p", .comments = {{.text = "1", .comments = {{.text = "2", .comments = {{.text = "3"}}}}}}});
    s.add(Video{.url = "v", .comments = {{.text = "4"}}});
    s.commit();
    kin::session other{db};
    other.remove(other.query<Post>().one());
    other.commit();
    EXPECT_EQ(rows("SELECT text FROM comments"), "4");
}

TEST_F(morph, what_is_not_owned_loses_its_parent) {
    auto post = s.add(Post{.title = "p", .notes = {{.text = "n"}}});
    auto video = s.add(Video{.url = "v", .notes = {{.text = "m"}}});
    s.commit();
    auto note = post->notes.handle(0);
    log.clear();
    s.remove(post);
    s.commit();
    EXPECT_EQ(rows(notes), "NULL|NULL; Video|1");
    EXPECT_TRUE(note->notable.empty());
    EXPECT_EQ(video->notes.size(), 1u);
    EXPECT_EQ(video->notes[0].notable.get<Video>(), video.get());
}

TEST_F(morph, what_must_have_a_parent_keeps_it) {
    auto video = s.add(Video{.url = "v", .comments = {{.text = "c"}}});
    s.add(Post{.title = "p"});
    s.commit();
    s.remove(video);
    const auto e = thrown<kin::foreign_key_violation>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.what(), "a Video cannot be removed: Comment.commentable refers to it and cannot be NULL"))
        << e.what();
    s.rollback();
    s.remove(video->comments.handle(0));
    s.remove(video);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM videos"), "0");
    EXPECT_EQ(rows("SELECT count(*) FROM comments"), "0");
}

// -- many to many ---------------------------------------------------------------------------------------------------

constexpr const char* taggings = "SELECT tag_id, tagged_type, tagged_id FROM taggings ORDER BY 1, 2, 3";

class morph_links : public morph {
  protected:
    ref<Post> post = s.add(Post{.title = "p", .tags = {{.name = "red"}, {.name = "blue"}}});
    ref<Video> video = s.add(Video{.url = "v"});
    ref<Tag> red = post->tags.handle(0);
    ref<Tag> blue = post->tags.handle(1);
    morph_links() {
        video->tags.push_back(red);
        s.commit();
        log.clear();
    }
};

TEST_F(morph_links, both_sides_agree) {
    EXPECT_EQ(rows(taggings), "1|Video|1; 1|post|1; 2|post|1");
    ASSERT_EQ(red->posts.size(), 1u);
    ASSERT_EQ(red->videos.size(), 1u);
    EXPECT_EQ(&red->videos[0], video.get());
    EXPECT_TRUE(blue->videos.empty());
    blue->videos.push_back(video);
    EXPECT_EQ(video->tags.size(), 2u);
    red->posts.erase(post);
    EXPECT_EQ(post->tags.size(), 1u);
    s.commit();
    EXPECT_EQ(rows(taggings), "1|Video|1; 2|Video|1; 2|post|1");
}

TEST_F(morph_links, loaded_by_one_statement_with_the_tag) {
    kin::session other{db};
    log.clear();
    const auto posts = other.query<Post>().with(&Post::tags).all();
    EXPECT_EQ(log.count(), 2u);
    ASSERT_EQ(posts[0].tags.size(), 2u);
    const auto tags = other.query<Tag>().order_by(&Tag::id).with(&Tag::posts).with(&Tag::videos).all();
    EXPECT_EQ(log.count(), 5u);
    EXPECT_EQ(tags[0].posts.size(), 1u);
    EXPECT_EQ(tags[0].videos.size(), 1u);
    EXPECT_EQ(tags[1].posts.size(), 1u);
    EXPECT_EQ(tags[1].videos.size(), 0u);
    kin::session third{db};
    log.clear();
    const auto joined_tags = third.query<Tag>().order_by(&Tag::id).with(joined(&Tag::videos)).all();
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(joined_tags[0].videos.size(), 1u);
    EXPECT_EQ(joined_tags[1].videos.size(), 0u);
}

TEST_F(morph_links, a_pair_leaves_without_its_row_being_read) {
    kin::session other{db};
    auto found = other.query<Post>().with(&Post::tags).one();
    found->tags.erase(other.query<Tag>().where(col(&Tag::name) == "red").one());
    other.commit();
    EXPECT_EQ(rows(taggings), "1|Video|1; 2|post|1");
}

TEST_F(morph_links, in_conditions_and_counts) {
    EXPECT_EQ(s.query<Post>().where(any(&Post::tags, col(&Tag::name) == "blue")).count(), 1);
    EXPECT_EQ(s.query<Video>().where(any(&Video::tags, col(&Tag::name) == "blue")).count(), 0);
    EXPECT_EQ(s.query<Tag>().where(any(&Tag::videos)).count(), 1);
    EXPECT_EQ(s.query<Video>().where(count(&Video::tags) == 1).count(), 1);
    EXPECT_EQ(post->tags.where(col(&Tag::name) == "red").all().size(), 1u);
    EXPECT_EQ(video->tags.query().count(), 1);
    EXPECT_EQ(s.query<Video>().where(col(&Video::tags).contains(blue)).count(), 0);
    EXPECT_EQ(s.query<Post>().where(col(&Post::tags).contains(blue)).count(), 1);
}

TEST_F(morph_links, links_go_with_either_end) {
    s.remove(post);
    s.commit();
    EXPECT_EQ(rows(taggings), "1|Video|1");
    EXPECT_TRUE(red->posts.empty());
    EXPECT_EQ(red->videos.size(), 1u);
    s.remove(red);
    s.commit();
    EXPECT_EQ(rows(taggings), "");
    EXPECT_TRUE(video->tags.empty());
}

TEST_F(morph_links, the_rows_between_are_objects) {
    auto tagging = s.add(Tagging{.tagged = video, .by = "ada", .tag = blue});
    ASSERT_EQ(video->tags.size(), 2u);
    EXPECT_EQ(&video->tags[1], blue.get());
    s.commit();
    EXPECT_EQ(rows("SELECT tag_id, \"by\" FROM taggings WHERE tagged_type = 'Video' ORDER BY 1"), "1|; 2|ada");
    s.remove(tagging);
    EXPECT_EQ(video->tags.size(), 1u);
    s.rollback();
    EXPECT_EQ(video->tags.size(), 2u);
}

TEST_F(morph_links, a_rollback_restores_pairs) {
    post->tags.erase(red);
    video->tags.push_back(blue);
    s.flush();
    s.rollback();
    EXPECT_EQ(post->tags.size(), 2u);
    EXPECT_EQ(video->tags.size(), 1u);
    s.commit();
    EXPECT_EQ(rows(taggings), "1|Video|1; 1|post|1; 2|post|1");
}

// -- the table ------------------------------------------------------------------------------------------------------

TEST_F(morph, the_table_has_an_index_and_no_constraint) {
    const std::vector<const kin::mapping::model*> models{&kin::mapping::model_of<Note>()};
    std::string all;
    for (const std::string& each : kin::schema::create_statements(models, s.connection().dialect(), false, {})) {
        all += each + "\n";
    }
    EXPECT_FALSE(contains(all, "REFERENCES")) << all;
    EXPECT_TRUE(contains(all, R"("ix_notes_notable_type_notable_id" ON "notes" ("notable_type", "notable_id"))"))
        << all;
}

}  // namespace
