// Members that fill themselves: slugs and uuids.
#include <kin/repository.hpp>
#include <kin/session/transact.hpp>
#include <kin/value/uuid.hpp>
#include <set>
#include <thread>

#include "support/fixture.hpp"

namespace kin::test {
namespace {

using namespace kin::expr;

struct Topic {
    kin::key<Topic> id{};
    std::string name{};
    kin::slug<"name"> slug{};

    static constexpr auto table = kin::table("topics").unique("name").length("slug", 12);
};

struct Doc;
struct Folder {
    kin::key<Folder, kin::uuid> id{};
    std::string name{};
    kin::has_many<Doc> docs{};
};
struct Doc {
    kin::key<Doc, kin::uuid> id{};
    kin::key<Folder, kin::uuid> folder_id{};
    kin::uuid token{};
    std::string title{};
    kin::slug<"title"> path{};
    kin::soft_deleted_at removed_at{};
    kin::belongs_to<Folder> folder{};

    static constexpr auto table = kin::table("docs").uuid("id", 4).uuid("token", 4);
};

struct Page {
    kin::key<Page> id{};
    std::string address{};
    std::string title{};
    kin::slug<"title"> path{};
    kin::soft_deleted_at removed_at{};

    static constexpr auto table = kin::table("pages").unique("address");
};

class slugs : public with_database<models<Topic, Folder, Doc, Page>> {};

TEST_F(slugs, fill_themselves_and_stay_unique) {
    session s{db};
    auto a = s.add(Topic{.name = "On looms"});
    auto b = s.add(Topic{.name = "on: Looms"});
    auto c = s.add(Topic{.name = "On Looms!", .slug = {"mine"}});
    auto d = s.add(Topic{.name = "!"});
    s.commit();
    EXPECT_EQ(log.count("SELECT \"slug\""), 1u);
    EXPECT_EQ(log.count("INSERT"), 1u);
    EXPECT_EQ(a->slug, "on-looms");
    EXPECT_EQ(b->slug, "on-looms-2");
    EXPECT_EQ(c->slug, "mine");
    EXPECT_EQ(d->slug, "topic");
    EXPECT_EQ(rows("SELECT slug FROM topics ORDER BY id"), "on-looms; on-looms-2; mine; topic");

    session other{db};
    EXPECT_EQ(other.add(Topic{.name = "on looms?"})->slug.text, "");
    auto e = other.add(Topic{.name = "Mine"});
    other.flush();
    EXPECT_EQ(other.query<Topic>().where(col(&Topic::name) == "on looms?").one()->slug, "on-looms-3");
    EXPECT_EQ(e->slug, "mine-2");
    // One that has it does not ask.
    log.clear();
    e->name = "Yours";
    other.commit();
    EXPECT_EQ(log.text(2), "UPDATE topics");
    EXPECT_EQ(e->slug, "mine-2");
    e->slug = {};
    other.commit();
    EXPECT_EQ(e->slug, "yours");
    EXPECT_EQ(other.query<Topic>().where(col(&Topic::slug) == "yours").count(), 1);
}

TEST_F(slugs, are_as_long_as_the_column) {
    session s{db};
    auto a = s.add(Topic{.name = "A very long name"});
    auto b = s.add(Topic{.name = "A very long nail"});
    s.commit();
    EXPECT_EQ(a->slug, "a-very-long");
    EXPECT_EQ(b->slug, "a-very-lon-2");
}

TEST_F(slugs, of_rows_that_were_removed_and_kept_are_taken) {
    session s{db};
    auto f = s.add(Folder{.name = "f"});
    auto old = s.add(Doc{.folder_id = {}, .title = "Plan", .folder = f});
    s.flush();
    s.remove(old);
    s.flush();
    auto fresh = s.add(Doc{.title = "Plan", .folder = f});
    s.commit();
    EXPECT_EQ(fresh->path, "plan-2");
}

TEST_F(slugs, a_failed_flush_takes_them_back) {
    session s{db};
    auto a = s.add(Topic{.name = "same"});
    auto b = s.add(Topic{.name = "same"});
    (void)thrown<unique_violation>([&] { s.flush(); });
    EXPECT_EQ(a->slug.text, "");
    b->name = "other";
    s.commit();
    EXPECT_EQ(rows("SELECT slug FROM topics ORDER BY id"), "same; other");
}

TEST_F(slugs, one_that_was_taken_meanwhile_is_made_anew) {
    // Between the question and the insert somebody else takes it, on a connection of his own, and commits.
    int times = 0;
    db.on_statement([&](const engine::statement_event& e) {
        if (e.sql.starts_with("SELECT \"slug\"") && times++ == 0) {
            run("INSERT INTO topics (name, slug) VALUES ('first', 'race')");
        }
    });
    int attempts = 0;
    // Beginning to write, it would take its turn before the other one of a SQLite database.
    const auto mine = transact(db, {.writes = false}, [&](session& s) {
        ++attempts;
        s.add(Topic{.name = "Other"});
        return s.add(Topic{.name = "Race"});
    });
    db.on_statement({});
    EXPECT_EQ(mine->slug, "race-2");
    // Where a transaction sees what others commit, only the flush is tried again; else all of it.
    EXPECT_EQ(attempts, can(capability::row_locks) ? 1 : 2);
    EXPECT_EQ(times, 2);
    EXPECT_EQ(rows("SELECT slug FROM topics ORDER BY slug"), "other; race; race-2");
}

TEST_F(slugs, a_slug_that_is_taken_by_who_has_not_committed_is_waited_for) {
    KIN_NEEDS(row_locks);
    session first{db};
    first.add(Topic{.name = "Race"});
    first.flush();
    std::thread second{[&] {
        session s{db};
        s.add(Topic{.name = "race"});
        s.commit();
    }};
    // It has asked before it is blocked by the first one's row.
    const std::string_view waiting = engine_says({}, "SELECT count(*) FROM pg_locks WHERE NOT granted",
                                                 "SELECT variable_value FROM information_schema.global_status "
                                                 "WHERE variable_name = 'Innodb_row_lock_current_waits'");
    while (rows(waiting) == "0") std::this_thread::yield();
    first.commit();
    second.join();
    EXPECT_EQ(rows("SELECT name, slug FROM topics ORDER BY slug"), "Race|race; race|race-2");
}

TEST_F(slugs, do_not_bring_a_removed_row_back) {
    session s{db};
    auto old = s.add(Page{.address = "/a", .title = "Looms"});
    s.commit();
    s.remove(old);
    s.commit();
    EXPECT_THROW((void)s.get_or_create(Page{.address = "/a", .title = "Looms"}, &Page::address), unique_violation);
    s.rollback();
    EXPECT_THROW((void)repository<Page>{s}.upsert_many({{.address = "/a", .title = "Yarn"}}, &Page::address),
                 unique_violation);
    s.rollback();
    EXPECT_EQ(rows("SELECT address, title, removed_at IS NULL FROM pages"), "/a|Looms|0");
}

TEST_F(slugs, come_with_get_or_create_and_upserts) {
    session s{db};
    s.add(Topic{.name = "red"});
    s.flush();
    const auto all =
        s.get_or_create(std::vector<Topic>{{.name = "Red"}, {.name = "red"}, {.name = "blue"}}, &Topic::name);
    EXPECT_EQ(all[0]->slug, "red-2");
    EXPECT_EQ(all[1]->slug, "red");
    EXPECT_EQ(all[2]->slug, "blue");
    repository<Topic> topics{s};
    const auto again = topics.upsert_many({{.name = "red"}, {.name = "green"}}, &Topic::name);
    EXPECT_EQ(again[0]->slug, "red");
    EXPECT_EQ(again[1]->slug, "green");
    session other{db};
    s.commit();
    EXPECT_EQ(repository<Topic>{other}.upsert_many({{.name = "red"}}, &Topic::name)[0]->slug, "red");
}

TEST_F(slugs, uuid_keys_are_made_by_the_flush) {
    session s{db};
    auto f = s.add(Folder{.name = "f", .docs = {{.title = "one"}, {.title = "two"}}});
    auto g = s.add(Folder{.name = "g"});
    s.commit();
    EXPECT_EQ(f->id.value.version(), 7);
    EXPECT_LT(f->id, g->id);
    std::set<uuid> made;
    for (const Doc& d : std::as_const(*f).docs) {
        EXPECT_EQ(d.folder_id, f->id);
        EXPECT_EQ(d.id.value.version(), 4);
        EXPECT_EQ(d.token.version(), 4);
        made.insert(d.id.value);
        made.insert(d.token);
    }
    EXPECT_EQ(made.size(), 4u);
    const auto id = uuid::v4();
    auto given = s.add(Folder{.id = id, .name = "given"});
    s.commit();
    EXPECT_EQ(given->id.value, id);
    EXPECT_EQ(s.get<Folder>(id), given);
    session other{db};
    EXPECT_EQ(other.get_one<Folder>(f->id)->docs.size(), 2u);
    other.remove(other.get_one<Folder>(given->id));
    other.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM folder"), "2");
}

TEST_F(slugs, uuids_of_a_failed_flush_are_taken_back) {
    session s{db};
    auto f = s.add(Folder{.name = "f"});
    s.add(Topic{.name = "x"});
    s.add(Topic{.name = "x"});
    (void)thrown<unique_violation>([&] { s.flush(); });
    EXPECT_TRUE(f->id.value.is_nil());
}

}  // namespace
}  // namespace kin::test
