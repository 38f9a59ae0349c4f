// Sessions that only read: where they read, what they refuse, and that they are never older than they may be.
#include <kin/session/advisory_lock.hpp>
#include <kin/session/stream.hpp>
#include <set>
#include <thread>

#include "servers.hpp"

namespace {

using namespace kin::test;
using kin::read_only;
using kin::read_your_writes;

class replicas_reading : public replicated {};

INSTANTIATE_TEST_SUITE_P(on, replicas_reading, engines_with_replicas, name_of_engine);

TEST_P(replicas_reading, goes_to_the_replicas_in_turn) {
    kin::database db{servers().url(0), both()};
    std::set<std::size_t> seen;
    for (int i = 0; i < 4; ++i) seen.insert(server_of(db));
    EXPECT_EQ(seen, (std::set<std::size_t>{1, 2}));
    kin::session writing{db};
    EXPECT_EQ(server_of(writing), 0U);
}

TEST_P(replicas_reading, costs_no_statement_of_the_session) {
    kin::database db{servers().url(0), both()};
    write(db, "one");
    servers().wait_for(1);
    servers().wait_for(2);
    kin::session s{db, read_only};
    EXPECT_EQ(count(s), 1U);
    EXPECT_EQ(s.statements(), 1U);
}

TEST_P(replicas_reading, tells_the_listener_of_the_database) {
    kin::database db{servers().url(0), both()};
    std::vector<std::string> sent;
    db.on_statement([&](const kin::engine::statement_event& e) { sent.emplace_back(e.sql); });
    kin::session s{db, read_only};
    EXPECT_EQ(count(s), 0U);
    EXPECT_EQ(sent, says<std::vector<std::string>>(
                        {"BEGIN READ ONLY", "SELECT \"id\", \"text\" FROM \"notes\""},
                        {"START TRANSACTION READ ONLY", "SELECT \"id\", \"text\" FROM \"notes\""}));
}

TEST_P(replicas_reading, refuses_what_kin_would_write_before_it_is_sent) {
    kin::database db{servers().url(0), both()};
    write(db, "one");
    servers().heal();
    kin::session s{db, read_only};
    auto note = s.query<Note>().one();
    const auto sent = s.statements();
    note->text = "two";
    EXPECT_THROW(s.flush(), kin::read_only_database);
    EXPECT_THROW(s.commit(), kin::read_only_database);
    s.rollback();
    s.add(Note{.text = "three"});
    EXPECT_THROW((void)s.query<Note>().all(), kin::read_only_database);  // it would flush
    s.rollback();
    EXPECT_THROW(s.query<Note>().where(kin::expr::col(&Note::text) == "one").remove(), kin::read_only_database);
    EXPECT_THROW((void)s.query<Note>().for_update().all(), kin::read_only_database);
    EXPECT_THROW((void)s.query<Note>().for_update().stream(10), kin::read_only_database);
    EXPECT_THROW(kin::advisory_lock(s, "notes"), kin::read_only_database);
    EXPECT_EQ(s.statements(), sent);
    EXPECT_EQ(texts(db), "one;");
    s.rollback();
    EXPECT_EQ(count(s), 1U);  // and goes on
}

TEST_P(replicas_reading, has_the_database_refuse_sql_of_the_users_own) {
    kin::database db{servers().url(0), both()};
    write(db, "one");
    servers().stop(1);
    servers().stop(2);
    // The primary, too.
    kin::session s{db, read_only};
    EXPECT_EQ(server_of(s), 0U);
    EXPECT_THROW(s.execute("DELETE FROM notes"), kin::read_only_database);
    s.rollback();
    EXPECT_THROW((void)s.raw<Note>("INSERT INTO notes (text) VALUES ('two') RETURNING *"), kin::read_only_database);
    s.rollback();
    EXPECT_EQ(count(s), 1U);
    s.commit();
    write(db, "two");  // over the same connection
    EXPECT_EQ(texts(db), "one;two;");
}

TEST_P(replicas_reading, shows_what_was_committed_before_the_moment) {
    kin::database db{servers().url(0), both({.wait_milliseconds = 50})};
    (void)server_of(db);
    servers().pause(1);
    servers().pause(2);
    write(db, "one");
    const read_your_writes mine{db};
    {
        kin::session s{db, read_only, mine};
        EXPECT_EQ(count(s), 1U);
        EXPECT_EQ(server_of(s), 0U);  // after its wait
        kin::session any{db, read_only};
        EXPECT_EQ(count(any), 0U);
        EXPECT_NE(server_of(any), 0U);
    }
    servers().resume(2);
    servers().wait_for(2);
    for (int i = 0; i < 3; ++i) {
        kin::session s{db, read_only, read_your_writes{mine.text()}};
        EXPECT_EQ(count(s), 1U);
        EXPECT_EQ(server_of(s), 2U);
    }
}

TEST_P(replicas_reading, waits_for_a_replica_that_is_about_to_have_it) {
    kin::database db{servers().url(0), both({.wait_milliseconds = 60000})};
    (void)server_of(db);  // how far they are behind is known from here on
    (void)server_of(db);
    servers().stop(2);
    servers().delay(1, 300);
    write(db, "one");
    const read_your_writes mine{db};
    kin::session s{db, read_only, mine};
    EXPECT_EQ(count(s), 1U);
    EXPECT_EQ(server_of(s), 1U);
}

TEST_P(replicas_reading, does_without_replicas) {
    kin::database db{servers().url(0)};
    write(db, "one");
    kin::session s{db, read_only, read_your_writes{db}};
    EXPECT_EQ(count(s), 1U);
    EXPECT_EQ(server_of(s), 0U);
    s.add(Note{.text = "two"});
    EXPECT_THROW(s.commit(), kin::read_only_database);
}

TEST_P(replicas_reading, refuses_what_is_no_moment) {
    kin::database db{servers().url(0), both()};
    for (const char* text :
         {"yesterday", says<const char*>("0-1-17", "0/17A5"), "1/2/3", "/", "1/100000000", "0-1", "0-1-2,"}) {
        try {
            const kin::session s{db, read_only, read_your_writes{text}};
            FAIL() << text;
        } catch (const kin::usage_error& e) {
            EXPECT_NE(e.message().find(text), std::string::npos) << e.message();
        }
    }
    // None at all is any.
    const kin::session s{db, read_only, read_your_writes{}};
}

}  // namespace
