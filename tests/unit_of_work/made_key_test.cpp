// Keys that the database makes and that are no INTEGER PRIMARY KEY or bigint of Kin's own.
#include <gtest/gtest.h>

#include <kin/engine/connection.hpp>
#include <kin/kin.hpp>
#include <kin/query/numbering.hpp>

#include "support/place.hpp"

namespace {

struct Thing {
    kin::key<Thing> id{};
    std::string name{};
    static constexpr auto table = kin::table("made_thing");
};

TEST(postgresql_made_key, a_numeric_one_arrives) {
    if (kin::test::engine_name() != "postgresql") GTEST_SKIP() << "numeric keys are PostgreSQL's";
    const kin::test::place place;
    kin::database db{place.url()};
    db.script(
        "CREATE SEQUENCE made_things START 99999999; "
        "CREATE TABLE made_thing(id numeric(18) PRIMARY KEY DEFAULT nextval('made_things'), name text NOT NULL)");
    kin::session s{db};
    auto first = s.add(Thing{.name = "a"});
    s.commit();
    auto second = s.add(Thing{.name = "b"});
    s.commit();
    EXPECT_EQ(first->id.value, 99999999);
    EXPECT_EQ(second->id.value, 100000000);  // trailing zeros are not sent
    second->name = "changed";
    s.commit();
    auto rows = s.connection().run("SELECT name FROM made_thing WHERE id = 100000000");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.cell(0).bytes, "changed");
}

TEST(sqlite_made_key, a_view_whose_trigger_inserts_elsewhere_tells_no_key) {
    if (kin::test::engine_name() != "sqlite") GTEST_SKIP() << "about last_insert_rowid";
    const kin::test::place place;
    kin::database db{place.url()};
    db.script(
        "CREATE TABLE people(id INTEGER PRIMARY KEY, full_name TEXT NOT NULL); "
        "CREATE VIEW made_thing AS SELECT id, full_name AS name FROM people; "
        "CREATE TRIGGER i INSTEAD OF INSERT ON made_thing BEGIN "
        "INSERT INTO people(id, full_name) VALUES (NEW.id, NEW.name); END");
    kin::session s{db};
    auto thing = s.add(Thing{.name = "a"});
    try {
        s.commit();
        FAIL() << "an object without a key";
    } catch (const kin::flush_error& e) {
        EXPECT_NE(e.message().find("made no key for a new Thing: made_thing.id"), std::string::npos) << e.message();
    }
    EXPECT_EQ(thing->id.value, 0);
    // Mended as the message says: given its key, it is written.
    thing->id = {7};
    s.commit();
    auto rows = s.connection().run("SELECT count(*) FROM people WHERE id = 7");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.cell(0).integer, 1);
}

struct Part {
    kin::key<Part> tenant{};
    std::int64_t number{};
    std::string name{};
    static constexpr auto table = kin::table("made_part").primary_key("tenant", "number").database_default("number");
};
struct Counted {
    kin::key<Counted> id{};
    std::int64_t number{};
    static constexpr auto table = kin::table("made_counted").identity_always("id").identity_always("number");
};

TEST(postgresql_made_key, an_identity_that_nobody_may_write_is_not_written_however_many_rows_there_are) {
    if (kin::test::engine_name() != "postgresql") GTEST_SKIP() << "identities are PostgreSQL's";
    const kin::test::place place;
    kin::database db{place.url()};
    db.script("CREATE TABLE made_thing(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)");
    for (const int n : {1, 15, 16, 40}) {
        kin::session s{db};
        std::vector<kin::ref<Thing>> all;
        for (int i = 0; i < n; ++i) all.push_back(s.add(Thing{.name = "x"}));
        s.commit();
        for (const auto& each : all) EXPECT_NE(each->id.value, 0);
        EXPECT_EQ(all.back()->id.value, s.query<Thing>().count());
    }
    db.create<kin::models<Counted>>();
    kin::session s{db};
    auto counted = s.add(Counted{.number = 7});
    s.commit();
    EXPECT_EQ(counted->id.value, 1);
    EXPECT_EQ(counted->number, 1);
}

TEST(postgresql_made_key, a_sequence_that_no_column_owns_is_asked_for_many_and_restarted) {
    if (kin::test::engine_name() != "postgresql") GTEST_SKIP() << "sequences are PostgreSQL's";
    const kin::test::place place;
    kin::database db{place.url()};
    const auto statements = [&](const char* key) {
        db.script(
            "DROP TABLE IF EXISTS made_thing; DROP SEQUENCE IF EXISTS \"Made's\"; CREATE SEQUENCE \"Made's\"; "
            "CREATE TABLE made_thing(id bigint PRIMARY KEY DEFAULT " +
            std::string{key} + ", name text NOT NULL)");
        kin::session s{db};
        for (int i = 0; i < 100; ++i) s.add(Thing{.name = "x"});
        const auto before = s.statements();
        s.commit();
        return s.statements() - before;
    };
    EXPECT_EQ(statements("nextval('\"Made''s\"')"), 1u);
    kin::session s{db};
    s.add(Thing{.id = {150}, .name = "given"});
    s.commit();
    kin::restart_numbering<kin::models<Thing>>(s);
    auto after = s.add(Thing{.name = "after"});
    s.commit();
    EXPECT_EQ(after->id.value, 151);
    // One that makes more of the number is asked row by row.
    EXPECT_EQ(statements("nextval('\"Made''s\"') + 1000"), 1u);
    s.clear();
    EXPECT_TRUE(s.get<Thing>(1100));
}

TEST(made_key, one_part_of_a_key_of_several_columns_is_made_where_the_database_can) {
    const kin::test::place place;
    kin::database db{place.url()};
    if (kin::test::engine_name() == "mariadb") {  // a numbered column is the first of a key
        EXPECT_THROW(db.create<kin::models<Part>>(), kin::database_error);
        return;
    }
    db.create<kin::models<Part>>();
    kin::session s{db};
    std::vector<kin::ref<Part>> all;
    for (int i = 0; i < 3; ++i) all.push_back(s.add(Part{.tenant = {4}, .name = "a"}));
    if (!kin::test::can(kin::test::capability::made_parts_of_keys)) {
        EXPECT_THROW(s.commit(), kin::flush_error);
        return;
    }
    s.commit();
    EXPECT_EQ(all[2]->number, 3);
    all[2]->name = "changed";
    for (int i = 0; i < 20; ++i) all.push_back(s.add(Part{.tenant = {5}, .name = "b"}));
    s.commit();
    EXPECT_EQ(all[22]->number, 23);
    auto rows = s.connection().run("SELECT string_agg(name || number, ',') FROM made_part WHERE tenant = 4");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.cell(0).bytes, "a1,a2,changed3");
}

}  // namespace
