// Slugs: at the end of their column, several in a model, within a parent, as a key, and asked for by many at once.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <kin/repository.hpp>
#include <kin/session/transact.hpp>

#include "support/fixture.hpp"

namespace slug_kinds {

struct Entry;
struct Journal {
    kin::key<Journal> id{};
    std::string name{};
    kin::has_many<Entry> entries{};
};
struct Entry {
    kin::key<Entry> id{};
    kin::key<Journal> journal_id{};
    std::string title{};
    kin::slug<"title", kin::within<"journal_id">> path{};
    kin::belongs_to<Journal> journal{};
};
struct Page {
    kin::key<Page> id{};
    std::string title{};
    std::string section{};
    kin::slug<"title"> path{};
    kin::slug<"section", kin::separator<'_'>> part{};
    static constexpr auto table = kin::table("pages").length("path", 8);
};
struct Mark {
    kin::key<Mark> id{};
    std::string name{};
    kin::slug<"name"> slug{};
    static constexpr auto table = kin::table("marks").unique("name");
};
struct Tag {
    kin::key<Tag> id{};
    std::string name{};
    int uses{};
    kin::slug<"name"> slug{};
};

}  // namespace slug_kinds

namespace {

using namespace kin::expr;
using namespace slug_kinds;
using kin::test::contains;
using kin::test::thrown;

class slug_kinds_test : public kin::test::with_database<kin::models<Journal, Entry, Page, Mark, Tag>> {};

TEST_F(slug_kinds_test, are_told_apart_at_the_end_of_their_column) {
    for (int i = 1; i <= 120; ++i) {
        kin::session s{db};
        const auto long_one = s.add(Tag{.name = std::string(250, 'x')});
        const auto short_one = s.add(Page{.title = "abcdefgh", .section = std::to_string(i)});
        s.commit();
        const std::string number = i == 1 ? "" : "-" + std::to_string(i);
        EXPECT_EQ(long_one->slug.text, std::string(200 - number.size(), 'x') + number);
        EXPECT_EQ(short_one->path.text, std::string{"abcdefgh"}.substr(0, 8 - number.size()) + number);
    }
}

TEST_F(slug_kinds_test, may_be_several_in_a_model) {
    kin::session s{db};
    auto first = s.add(Page{.title = "One two", .section = "The end"});
    auto second = s.add(Page{.title = "One two", .section = "The end"});
    s.commit();
    EXPECT_EQ(first->path, "one-two");
    EXPECT_EQ(first->part, "the_end");
    EXPECT_EQ(second->path, "one-tw-2");
    EXPECT_EQ(second->part, "the_end_2");
    EXPECT_EQ(log.count("SELECT \"path\""), 1u);
    EXPECT_EQ(log.count("SELECT \"part\""), 1u);
}

TEST_F(slug_kinds_test, may_be_unique_within_a_parent) {
    kin::session s{db};
    auto a = s.add(Journal{.name = "a", .entries = {{.title = "Day"}, {.title = "Day"}}});
    auto b = s.add(Journal{.name = "b", .entries = {{.title = "Day"}}});
    s.commit();
    EXPECT_EQ(rows("SELECT journal_id, path FROM entry ORDER BY journal_id, path"), "1|day; 1|day-2; 2|day");
    log.clear();
    a->entries.push_back(Entry{.title = "Day"});
    auto by_key = s.add(Entry{.journal_id = b->id, .title = "Day"});
    s.add(Journal{.name = "c", .entries = {{.title = "Day"}}});
    s.commit();
    EXPECT_EQ(log.count("SELECT \"path\""), 1u) << "one statement for all parents";
    EXPECT_EQ(by_key->path, "day-2");
    EXPECT_EQ(rows("SELECT journal_id, path FROM entry ORDER BY journal_id, path"),
              "1|day; 1|day-2; 1|day-3; 2|day; 2|day-2; 3|day");
    EXPECT_THROW(run("INSERT INTO entry (journal_id, title, path) VALUES (1, 'x', 'day')"), kin::unique_violation);
    // As a key beside its parent.
    auto found = s.get_or_create(Entry{.journal_id = b->id, .title = "DAY"}, &Entry::journal_id, &Entry::path);
    EXPECT_EQ(found->path, "day");
    EXPECT_EQ(found->journal_id, b->id);
    EXPECT_EQ(b->entries.first_or_create(Entry{.title = "day!"}, &Entry::path), found);
    EXPECT_EQ(b->entries.first_or_create(Entry{.title = "Night"}, &Entry::path)->path, "night");
}

TEST_F(slug_kinds_test, may_be_what_objects_are_known_by) {
    kin::session s{db};
    s.add(Tag{.name = "Python"});
    s.commit();
    const auto got =
        s.get_or_create(std::vector<Tag>{{.name = "python"}, {.name = "Rust"}, {.name = "PYTHON!"}}, &Tag::slug);
    EXPECT_EQ(got[0]->name, "Python");
    EXPECT_EQ(got[1]->slug, "rust");
    EXPECT_EQ(got[2], got[0]);
    kin::repository<Tag> tags{s};
    const auto all =
        tags.upsert_many({{.name = "python", .uses = 3}, {.name = "Rust", .uses = 2}, {.name = "Go"}}, &Tag::slug);
    EXPECT_EQ(all[2]->slug, "go");
    s.commit();
    EXPECT_EQ(rows("SELECT name, uses, slug FROM tag ORDER BY slug"), "Go|0|go; python|3|python; Rust|2|rust");
    EXPECT_TRUE(contains(thrown<kin::usage_error>([&] { (void)s.get_or_create(Tag{.name = "?!"}, &Tag::slug); }).what(),
                         "needs a value for Tag.slug: name has no letter"));
}

/// `threads` of them, each so many times, at once.
template <class Action>
void at_once(int threads, int times, Action action) {
    std::atomic<int> ready{0};
    std::vector<std::thread> all;
    for (int t = 0; t < threads; ++t) {
        all.emplace_back([&, t] {
            ++ready;
            while (ready < threads) std::this_thread::yield();
            for (int i = 0; i < times; ++i) action(t, i);
        });
    }
    for (std::thread& each : all) each.join();
}

TEST_F(slug_kinds_test, get_or_create_of_many_at_once_fails_for_nobody) {
    KIN_NEEDS(row_locks);
    kin::database many{url, {.max = 8}};
    std::atomic<int> failed{0};
    at_once(6, 100, [&](int, int round) {
        try {
            kin::session s{many};
            (void)s.query<Mark>().exists();
            s.commit();
            (void)s.get_or_create(Mark{.name = "mark " + std::to_string(round)}, &Mark::name);
            s.commit();
        } catch (const kin::error& e) {
            ++failed;
            ADD_FAILURE() << e.what();
        }
    });
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(rows("SELECT count(*), count(DISTINCT slug) FROM marks"), "100|100");
    EXPECT_EQ(rows("SELECT count(*) FROM marks WHERE slug = replace(name, ' ', '-')"), "100");
}

TEST_F(slug_kinds_test, the_same_title_of_many_at_once_fails_for_nobody) {
    kin::database many{place_.patient_url(), {.max = 8}};
    std::atomic<int> failed{0};
    at_once(6, 25, [&](int, int) {
        try {
            kin::transact(many, {}, [](kin::session& s) { s.add(Tag{.name = "Same"}); });
            kin::transact(many, {}, [](kin::session& s) { (void)s.get_or_create(Tag{.name = "By slug"}, &Tag::slug); });
        } catch (const kin::error& e) {
            ++failed;
            ADD_FAILURE() << e.what();
        }
    });
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(rows("SELECT count(*), count(DISTINCT slug) FROM tag"), "151|151");
}

}  // namespace
