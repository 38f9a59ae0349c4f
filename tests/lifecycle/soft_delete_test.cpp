// Rows that are removed and stay.
#include "support/fixture.hpp"

namespace kin::test {
namespace {

using namespace kin::expr;

struct Entry;
struct Note;
struct Sticker;
struct Reader;
struct Mark;

struct Author {
    kin::key<Author> id{};
    std::string name{};
    kin::soft_deleted_at removed_at{};
    kin::has_many<Entry> entries{};
};

/// Refers to its author and goes on living without it; owns notes (which stay, too), marks (which do not).
struct Entry {
    kin::key<Entry> id{};
    std::optional<kin::key<Author>> author_id{};
    std::string title{};
    kin::updated_at updated_at{};
    kin::soft_deleted_at removed_at{};
    kin::version version{};
    kin::belongs_to<Author> author{};
    kin::has_many<Note, kin::owned> notes{};
    kin::has_many<Mark, kin::owned> marks{};
    kin::many_to_many<Sticker> stickers{};
};

/// A tree of its own below each entry.
struct Note {
    kin::key<Note> id{};
    std::optional<kin::key<Entry>> entry_id{};
    std::optional<kin::key<Note>> parent_id{};
    std::string text{};
    kin::soft_deleted_at removed_at{};
    kin::belongs_to<Entry> entry{};
    kin::has_many<Note, kin::owned> answers{};
};

struct Mark {
    kin::key<Mark> id{};
    kin::key<Entry> entry_id{};
    int stars{};
};

struct Sticker {
    kin::key<Sticker> id{};
    std::string word{};
    kin::many_to_many<Entry> entries{};
};

using base = with_database<models<Author, Entry, Note, Mark, Sticker>>;
class soft_delete : public base {
  protected:
    soft_delete() {
        run("INSERT INTO author VALUES (1, 'Ada', NULL), (2, 'Bob', NULL), (3, 'Cyd', '2020-01-01 00:00:00');"
            "INSERT INTO entry VALUES (1, 1, 'one', '2020-01-01 00:00:00', NULL, 1), (2, 1, 'two', '2020-01-01 "
            "00:00:00', NULL, 1), (3, 3, 'three', '2020-01-01 00:00:00', NULL, "
            "1),"
            " (4, 2, 'old', '2020-01-01 00:00:00', '2020-01-01 00:00:00', 1);"
            "INSERT INTO note VALUES (1, 1, NULL, 'a', NULL), (2, 1, NULL, 'b', '2020-01-01 00:00:00'), (3, NULL, 1, "
            "'a.a', NULL),"
            " (4, NULL, 3, 'a.a.a', NULL), (5, 2, NULL, 'c', NULL);"
            "INSERT INTO mark VALUES (1, 1, 5), (2, 2, 4);"
            "INSERT INTO sticker VALUES (1, 'red');"
            "INSERT INTO entry_sticker VALUES (1, 1), (2, 1);");
    }

    std::string here(const std::string& table) {
        return rows("SELECT id FROM " + table + " WHERE removed_at IS NULL ORDER BY id");
    }
    template <class Range>
    static std::string names(const Range& range) {
        std::string all;
        for (const Author& a : range) all += (all.empty() ? "" : ", ") + a.name;
        return all;
    }
};

TEST_F(soft_delete, the_members_of_a_removed_owner_have_none) {
    session s{db};
    const auto authors = s.query<Author>().only_removed().with(&Author::entries).all();
    ASSERT_EQ(authors[0].entries.size(), 1u);
    EXPECT_FALSE(authors[0].entries[0].author);
    const auto all = s.query<Author>().with_removed().all();
    s.load(all, &Author::entries);
    EXPECT_FALSE(authors[0].entries[0].author);
    EXPECT_EQ(s.get<Entry>(1)->author->name, "Ada");
}

TEST_F(soft_delete, removing_writes_the_time_and_the_row_stays) {
    session s{db};
    auto bob = s.get_one<Author>(2);
    log.clear();
    s.remove(bob);
    s.commit();
    EXPECT_EQ(log.text(), "UPDATE author SET");
    EXPECT_EQ(here("author"), "1");
    EXPECT_EQ(rows("SELECT count(*) FROM author"), "3");
    EXPECT_TRUE(bob->removed_at);
    EXPECT_EQ(names(s.query<Author>().all()), "Ada");
    EXPECT_EQ(names(s.query<Author>().with_removed().order_by("id").all()), "Ada, Bob, Cyd");
    EXPECT_EQ(names(s.query<Author>().only_removed().order_by("id").all()), "Bob, Cyd");
    EXPECT_FALSE(s.get<Author>(2));
    EXPECT_FALSE(s.get<Author>(3));
}

TEST_F(soft_delete, no_or_and_no_relation_shows_what_was_removed) {
    session s{db};
    EXPECT_EQ(names(s.query<Author>().where(col(&Author::id) == 1 || col(&Author::id) == 3).all()), "Ada");
    EXPECT_EQ(names(s.query<Author>().only_removed().where(col(&Author::id) == 1 || col(&Author::id) == 3).all()),
              "Cyd");
    const auto entries = s.query<Entry>().with(&Entry::author, &Author::entries).order_by("id").all();
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_TRUE(entries[0].author);
    EXPECT_FALSE(entries[2].author);
    EXPECT_EQ(s.query<Author>().where(any(&Author::entries)).count(), 1) << "Bob's only entry is removed";
    EXPECT_EQ(s.query<Author>().with_count(&Author::entries).order_by("id").all()[1].entries.count(), 0);
    const auto all = s.query<Entry>().with(selectin(&Entry::author).with_removed()).order_by("id").all();
    EXPECT_TRUE(all[2].author);
}

TEST_F(soft_delete, what_it_owns_goes_along_and_what_refers_to_it_stays) {
    session s{db};
    auto one = s.get_one<Entry>(1);
    auto ada = s.query<Author>().with(&Author::entries).where(col(&Author::id) == 1).one();
    const auto red = s.query<Sticker>().with(&Sticker::entries).one();
    const auto a = s.get_one<Note>(1);
    ASSERT_EQ(ada->entries.size(), 2u);
    s.remove(one);
    s.flush();
    EXPECT_EQ(ada->entries.size(), 1u);
    EXPECT_EQ(red->entries.size(), 1u);
    EXPECT_TRUE(a->removed_at);
    s.commit();
    EXPECT_EQ(here("entry"), "2; 3");
    EXPECT_EQ(here("note"), "5");
    EXPECT_EQ(rows("SELECT removed_at FROM note WHERE id = 2"), "2020-01-01 00:00:00")
        << "removed before: it keeps its time";
    EXPECT_EQ(rows("SELECT count(DISTINCT removed_at) FROM note WHERE id <> 2"), "1");
    EXPECT_EQ(rows("SELECT id FROM mark"), "2") << "as usual";
    EXPECT_EQ(rows("SELECT count(*) FROM entry_sticker"), "2") << "a link leads to a row, which is there";
    EXPECT_EQ(rows("SELECT version FROM entry WHERE id = 1 AND updated_at > '2021-01-01 00:00:00'"), "2");

    s.remove(ada);
    s.commit();
    EXPECT_EQ(rows("SELECT author_id FROM entry WHERE id = 2"), "1") << "whose it is stays known";
    EXPECT_FALSE(s.get_one<Entry>(2)->author);
}

TEST_F(soft_delete, who_was_given_to_others_in_the_same_flush_is_shown_to_nobody) {
    session s{db};
    const auto bob = s.get<Author>(2);
    const auto one = s.get<Entry>(1);
    const auto give_and_remove = [&] {
        one->author = bob;
        s.remove(bob);
        s.flush();
        EXPECT_FALSE(one->author);
    };
    give_and_remove();
    s.rollback();
    EXPECT_EQ(one->author->name, "Ada");
    give_and_remove();
    s.commit();
    EXPECT_EQ(rows("SELECT author_id FROM entry WHERE id = 1"), "2");
}

TEST_F(soft_delete, restoring_brings_back_what_went_along) {
    session s{db};
    auto one = s.get_one<Entry>(1);
    auto ada = s.query<Author>().with(&Author::entries).where(col(&Author::id) == 1).one();
    const auto red = s.query<Sticker>().with(&Sticker::entries).one();
    s.remove(one);
    s.commit();
    ASSERT_EQ(ada->entries.size(), 1u);

    EXPECT_EQ(s.restore(one), one);
    EXPECT_FALSE(one->removed_at);
    EXPECT_EQ(ada->entries.size(), 2u);
    one->title = "back";
    s.commit();
    EXPECT_EQ(here("entry"), "1; 2; 3");
    EXPECT_EQ(here("note"), "1; 3; 4; 5");
    EXPECT_EQ(rows("SELECT title FROM entry WHERE id = 1"), "back");
    EXPECT_EQ(one->notes.size(), 1u);
    EXPECT_EQ(one->author, ada);
    EXPECT_EQ(red->entries.size(), 2u);
    EXPECT_EQ(s.get<Entry>(1), one);

    // From another session.
    s.remove(one);
    s.commit();
    session other{db};
    other.restore(other.query<Entry>().with_removed().where(col(&Entry::id) == 1).one());
    other.commit();
    EXPECT_EQ(here("note"), "1; 3; 4; 5");
}

TEST_F(soft_delete, what_comes_back_with_an_owner_is_the_object_that_went) {
    session s{db};
    const auto one = s.get_one<Entry>(1);
    const auto a = s.get_one<Note>(1);
    const auto below = s.get_one<Note>(3);
    ASSERT_EQ(one->notes.size(), 1u);
    for (const bool flushed : {false, true}) {
        s.remove(one);
        s.flush();
        EXPECT_TRUE(a->removed_at);
        a->text = flushed ? "after" : "before";
        s.restore(one);
        s.flush();
        EXPECT_FALSE(a->removed_at);
        EXPECT_FALSE(below->removed_at);
        ASSERT_EQ(one->notes.size(), 1u);
        EXPECT_EQ(one->notes.handle(0), a);
        EXPECT_EQ(a->entry, one);
        EXPECT_EQ(a->answers.size(), 1u);
        EXPECT_EQ(s.get<Note>(3), below);
        EXPECT_EQ(s.query<Note>().where(col(&Note::id) == 1).one(), a) << "and writes what was assigned meanwhile";
        s.commit();
        EXPECT_EQ(rows("SELECT text FROM note WHERE id = 1"), a->text);
    }
    EXPECT_EQ(here("note"), "1; 3; 4; 5");
    log.clear();
    s.commit();
    EXPECT_EQ(log.count("UPDATE"), 0u) << log.text(4);
}

TEST_F(soft_delete, pairs_that_came_and_went_before_are_written_with_it) {
    kin::session s{db};
    auto one = s.get<Entry>(1), three = s.get<Entry>(3);
    s.get<Sticker>(1)->entries.push_back(three);
    one->stickers.clear();
    s.remove(one);
    s.remove(three);
    s.commit();
    EXPECT_EQ(rows("SELECT entry_id FROM entry_sticker ORDER BY entry_id"), "2; 3");
    EXPECT_EQ(std::as_const(*s.get<Sticker>(1)).entries.size(), 1u);
    s.restore(one);
    s.restore(three);
    s.commit();
    EXPECT_EQ(one->stickers.size(), 0u);
    EXPECT_EQ(three->stickers.size(), 1u);
}

TEST_F(soft_delete, what_is_restored_and_removed_before_a_flush_stays_removed) {
    session s{db};
    const auto bob = s.get_one<Author>(2);
    const auto one = s.get_one<Entry>(1);
    const auto a = s.get_one<Note>(1);
    s.remove(bob);
    s.remove(one);
    s.commit();
    const std::string times = rows("SELECT removed_at FROM entry WHERE id = 1");
    s.restore(bob);
    s.restore(one);
    s.remove(bob);
    s.remove(one);
    log.clear();
    s.commit();
    EXPECT_EQ(log.count("UPDATE \"entry\""), 0u) << log.text(4);
    EXPECT_EQ(here("author"), "1");
    EXPECT_EQ(rows("SELECT removed_at FROM entry WHERE id = 1"), times);
    EXPECT_TRUE(one->removed_at);
    EXPECT_FALSE(s.get<Author>(2));
    s.restore(bob);
    s.restore(one);
    s.commit();
    EXPECT_EQ(here("author"), "1; 2");
    EXPECT_EQ(s.get<Note>(1), a) << "which went at that time";
}

TEST_F(soft_delete, what_was_assigned_is_kept_where_a_return_that_expired_is_undone) {
    session s{db};
    const auto bob = s.get_one<Author>(2);
    bob->name = "Rob";
    s.remove(bob);
    auto point = s.savepoint();
    s.restore(bob);
    s.flush();
    s.expire(bob);
    point.rollback();
    s.restore(bob);
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM author WHERE id = 2 AND removed_at IS NULL"), "Rob");
}

TEST_F(soft_delete, what_came_back_with_an_owner_is_gone_where_that_is_undone) {
    session s{db};
    const auto one = s.get_one<Entry>(1);
    const auto a = s.get_one<Note>(1);
    s.remove(one);
    s.commit();
    for (const bool by_savepoint : {false, true}) {
        auto point = s.savepoint();
        s.restore(one);
        s.flush();
        ASSERT_EQ(s.get<Note>(1), a);
        by_savepoint ? point.rollback() : s.rollback();
        EXPECT_TRUE(a->removed_at);
        EXPECT_FALSE(s.get<Note>(1));
        EXPECT_EQ(here("note"), "5");
    }
    s.restore(one);
    s.commit();
    EXPECT_EQ(s.get<Note>(1), a);
    EXPECT_EQ(a->entry, one);
    s.remove(one);  // and can go again
    s.commit();
    EXPECT_TRUE(a->removed_at);
    EXPECT_EQ(here("note"), "5");
}

TEST_F(soft_delete, what_was_read_again_meanwhile_comes_back_too) {
    session s{db};
    const auto one = s.get_one<Entry>(1);
    const auto expired = s.get_one<Note>(3);
    s.expire(expired);
    s.remove(one);
    s.commit();
    const auto gone = s.query<Note>().only_removed().where(col(&Note::id) == 4).one();
    EXPECT_TRUE(gone->removed_at);
    s.restore(one);
    s.flush();
    EXPECT_FALSE(gone->removed_at);
    EXPECT_EQ(s.get<Note>(4), gone);
    EXPECT_EQ(s.get<Note>(3), expired);
    EXPECT_EQ(expired->text, "a.a");
    EXPECT_FALSE(expired->removed_at);
    ASSERT_EQ(expired->answers.size(), 1u);
    EXPECT_EQ(expired->answers.handle(0), gone);
    s.commit();
    EXPECT_EQ(here("note"), "1; 3; 4; 5");
}

TEST_F(soft_delete, what_was_taken_out_by_the_same_flush_comes_back_with_its_owner) {
    session s{db};
    const auto one = s.get_one<Entry>(1);
    const auto a = s.get_one<Note>(1);
    one->notes.erase(a);
    s.remove(one);
    s.flush();
    s.restore(one);
    s.flush();
    EXPECT_EQ(s.get<Note>(1), a);
    EXPECT_EQ(a->entry, one);
    ASSERT_EQ(one->notes.size(), 1u);
    EXPECT_FALSE(s.dirty());
    s.commit();
    EXPECT_EQ(rows("SELECT entry_id FROM note WHERE id = 1 AND removed_at IS NULL"), "1");
}

TEST_F(soft_delete, one_that_is_restored_is_shown_by_what_an_assignment_has_read_meanwhile) {
    session s{db};
    const auto ada = s.get_one<Author>(1);
    const auto one = s.get_one<Entry>(1);
    const auto two = s.get_one<Entry>(2);
    s.remove(one);
    s.flush();
    s.restore(one);
    ada->entries.erase(two);  // reads them without a flush
    s.flush();
    ASSERT_EQ(ada->entries.size(), 1u);
    EXPECT_EQ(ada->entries.handle(0), one);
    EXPECT_EQ(one->author, ada);
    EXPECT_FALSE(s.dirty());
    s.rollback();
    EXPECT_EQ(ada->entries.size(), 2u);
}

TEST_F(soft_delete, a_removal_that_was_not_flushed_is_taken_back) {
    session s{db};
    auto one = s.get_one<Entry>(1);
    s.remove(one);
    s.restore(one);
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 0u);
    EXPECT_EQ(here("entry"), "1; 2; 3");
}

TEST_F(soft_delete, for_good) {
    session s{db};
    s.remove_for_good(s.get_one<Entry>(1));
    s.remove_for_good(s.query<Entry>().only_removed().one());
    s.commit();
    EXPECT_EQ(rows("SELECT id FROM entry"), "2; 3");
    EXPECT_EQ(rows("SELECT id FROM note"), "5");
    EXPECT_EQ(rows("SELECT count(*) FROM entry_sticker"), "1");
    auto ada = s.get_one<Author>(1);
    auto two = s.get_one<Entry>(2);
    s.remove_for_good(ada);
    s.commit();
    EXPECT_EQ(rows("SELECT author_id FROM entry WHERE id = 2"), "NULL");
    EXPECT_FALSE(two->author_id);
    (void)thrown<usage_error>([&] { s.restore(ada); });
}

TEST_F(soft_delete, one_whose_row_stayed_goes_with_its_owner_for_good) {
    session s{db};
    auto one = s.get_one<Entry>(1);
    auto two = s.get_one<Entry>(2);
    auto note = s.get_one<Note>(1);
    s.remove(note);
    s.commit();
    s.remove_for_good(one);
    s.flush();
    EXPECT_EQ(rows_of(s.connection(), "SELECT id FROM note"), "5");
    s.rollback();
    EXPECT_TRUE(std::as_const(*note).removed_at.has_value());
    s.restore(note);
    s.flush();
    EXPECT_EQ(rows_of(s.connection(), "SELECT count(*) FROM note WHERE removed_at IS NULL"), "4");
    s.rollback();
    s.remove_for_good(one);
    s.commit();
    two->notes.push_back(note);
    log.clear();
    s.commit();
    EXPECT_EQ(log.count("INSERT"), 1u);
    EXPECT_EQ(log.count("UPDATE"), 0u);
    EXPECT_EQ(rows("SELECT id, entry_id, text FROM note WHERE removed_at IS NULL ORDER BY id"), "1|2|a; 5|2|c");
}

TEST_F(soft_delete, rollback_and_savepoints_bring_everything_back) {
    session s{db};
    auto one = s.get_one<Entry>(1);
    auto ada = s.query<Author>().with(&Author::entries).where(col(&Author::id) == 1).one();
    ASSERT_EQ(one->notes.size(), 1u);
    {
        savepoint here{s.savepoint()};
        s.remove(one);
        s.flush();
        EXPECT_FALSE(s.get<Entry>(1));
        here.rollback();
    }
    EXPECT_FALSE(one->removed_at);
    EXPECT_EQ(ada->entries.size(), 2u);
    EXPECT_EQ(s.get<Entry>(1), one);
    s.remove(one);
    s.commit();
    {
        savepoint here{s.savepoint()};
        s.restore(one);
        s.flush();
        EXPECT_EQ(ada->entries.size(), 2u);
        here.rollback();
    }
    EXPECT_TRUE(one->removed_at);
    EXPECT_EQ(ada->entries.size(), 1u);
    EXPECT_FALSE(s.get<Entry>(1));
    s.restore(one);
    s.rollback();
    EXPECT_TRUE(one->removed_at);
    EXPECT_EQ(here("entry"), "2; 3");
    s.restore(one);
    s.remove(one);
    s.rollback();
    EXPECT_FALSE(s.get<Entry>(1));
}

TEST_F(soft_delete, a_failed_flush_leaves_memory_as_it_was) {
    session s{db};
    auto one = s.get_one<Entry>(1);
    s.commit();
    run("UPDATE entry SET version = 9 WHERE id = 1");
    s.remove(one);
    (void)thrown<stale_object>([&] { s.flush(); });
    EXPECT_FALSE(one->removed_at);
    EXPECT_EQ(one->version.value, 1);
    s.rollback();
    EXPECT_EQ(here("entry"), "1; 2; 3");
    // Without a version: somebody else removed it.
    auto bob = s.get_one<Author>(2);
    s.commit();
    run("UPDATE author SET removed_at = '2020-01-01 00:00:00' WHERE id = 2");
    s.remove(bob);
    (void)thrown<stale_object>([&] { s.commit(); });
    EXPECT_EQ(rows("SELECT removed_at FROM author WHERE id = 2"), "2020-01-01 00:00:00");
}

TEST_F(soft_delete, many_rows_by_condition) {
    session s{db};
    EXPECT_EQ(s.query<Entry>().where(col(&Entry::id) < 3).remove(), 2);
    EXPECT_EQ(s.query<Entry>().remove(), 1);
    EXPECT_EQ(s.query<Entry>().where(col(&Entry::id) == 1 || col(&Entry::id) == 4).restore(), 2);
    EXPECT_EQ(s.query<Entry>().where(col(&Entry::id) == 4).remove_for_good(), 1);
    s.commit();
    EXPECT_EQ(here("entry"), "1");
    EXPECT_EQ(rows("SELECT count(*) FROM entry"), "3");
    EXPECT_EQ(s.query<Entry>().where(col(&Entry::removed_at) == nullptr).count(), 1);
}

TEST_F(soft_delete, many_objects_in_one_statement) {
    session s{db};
    for (Author& a : s.query<Author>().all()) s.remove(a);
    log.clear();
    s.flush();
    EXPECT_EQ(log.count("UPDATE"), 1u) << log.text();
    EXPECT_EQ(log.count(), 1u) << log.text();
}

TEST_F(soft_delete, the_plan_says_it) {
    session s{db};
    s.remove(s.get_one<Entry>(2));
    EXPECT_TRUE(contains(s.explain_flush(), "remove (and keep) 1 row from entry: Entry 2")) << s.explain_flush();
    EXPECT_TRUE(contains(s.explain_flush(), "delete from mark by entry_id")) << s.explain_flush();
}

TEST_F(soft_delete, an_object_that_is_gone_can_be_added_anew) {
    session s{db};
    auto bob = s.get_one<Author>(2);
    s.remove(bob);
    s.commit();
    bob->id = 0;
    bob->removed_at.reset();
    s.add(bob);
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM author WHERE removed_at IS NULL ORDER BY id"), "Ada; Bob");
}

TEST_F(soft_delete, one_whose_parent_goes_for_good_comes_back_without_it) {
    for (const bool at_once : {true, false}) {
        SCOPED_TRACE(at_once);
        session t{db};
        auto author = t.add(Author{.name = "a", .entries = {{.title = "e"}}});
        t.flush();
        auto entry = author->entries.handle(0);
        const std::string row =
            "SELECT title, author_id, version FROM entry WHERE id = " + std::to_string(entry->id.value);
        t.remove(entry);
        if (!at_once) t.flush();
        t.remove_for_good(author);
        t.flush();
        entry = t.restore(entry);
        EXPECT_FALSE(entry->author_id);
        EXPECT_FALSE(entry->author);
        entry->title = "back";
        t.flush();
        EXPECT_EQ(rows_of(t.connection(), row), "back|NULL|4");
        t.rollback();
    }
}

}  // namespace
}  // namespace kin::test
