// PostgreSQL: transaction control travels with what it is for, and fails where that fails.
#include <poll.h>

#include <kin/engine/driver.hpp>
#include <kin/engine/pool.hpp>
#include <kin/engine/wait.hpp>

#include "postgresql_support.hpp"

namespace {

using namespace kin::engine::test;
using kin::engine::cursor;
using kin::engine::readiness;

int waits = 0;

readiness counting_wait(int socket, readiness wanted, int milliseconds) {
    if (milliseconds < 0 && wanted == readiness::read) ++waits;
    pollfd one{socket, POLLIN, 0};
    if (has(wanted, readiness::write)) one.events |= POLLOUT;
    return ::poll(&one, 1, milliseconds) == 0 ? readiness::none : wanted;
}

class postgresql_transaction : public on_postgresql {
  protected:
    ~postgresql_transaction() override { kin::engine::wait_with(nullptr); }
    /// How often the server was waited for.
    template <class Action>
    int trips(Action action) {
        waits = 0;
        kin::engine::wait_with(counting_wait);
        action();
        kin::engine::wait_with(nullptr);
        return waits;
    }
};

TEST_F(postgresql_transaction, begin_goes_with_the_first_statement) {
    EXPECT_EQ(number("SELECT 1"), 1);  // prepared
    EXPECT_EQ(trips([&] {
                  db().begin();
                  EXPECT_EQ(number("SELECT 1"), 1);
                  db().commit();
              }),
              2);
    EXPECT_EQ(trips([&] {
                  db().begin();
                  db().rollback();
              }),
              0)
        << "nothing was sent";
    EXPECT_FALSE(db().in_transaction());
    EXPECT_EQ(trips([&] {
                  db().begin();
                  db().commit();
              }),
              1);
    EXPECT_EQ(number("SELECT 1"), 1);
}

TEST_F(postgresql_transaction, savepoints_go_with_what_follows) {
    db().script("CREATE TABLE t (v int)");
    db().execute("INSERT INTO t VALUES (1)");
    db().begin();
    db().execute("INSERT INTO t VALUES (1)");
    EXPECT_EQ(trips([&] {
                  db().savepoint("a");
                  db().savepoint("b");
                  db().execute("INSERT INTO t VALUES (1)");
                  db().release("b");
                  db().release("a");
                  db().commit();
              }),
              2);
    EXPECT_EQ(number("SELECT count(*) FROM t"), 3);
    db().begin();
    db().savepoint("a");
    db().execute("INSERT INTO t VALUES (1)");
    db().savepoint("b");
    db().rollback_to("b");
    db().rollback_to("a");
    db().execute("INSERT INTO t VALUES (1)");
    db().commit();
    EXPECT_EQ(number("SELECT count(*) FROM t"), 4);
    db().begin();
    thrown<kin::database_error>([&] { db().execute("SELECT nonsense"); });
    EXPECT_TRUE(contains(thrown<kin::database_error>([&] { db().savepoint("late"); }).message(), "aborted"))
        << "what fails for sure fails at once";
    db().rollback();
}

TEST_F(postgresql_transaction, every_kind_of_run_is_inside_of_it) {
    db().script("CREATE TABLE t (v int)");
    const auto undone = [&](auto&& action) {
        db().begin();
        action();
        EXPECT_TRUE(db().in_transaction());
        db().rollback();
        EXPECT_EQ(number("SELECT count(*) FROM t"), 0);
    };
    undone([&] { db().script("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)"); });
    undone([&] { db().execute("INSERT INTO t VALUES (1)"); });
    undone([&] {
        static constexpr kin::field fields[] = {kin::describe_field<std::int32_t>(0, "v")};
        const std::int32_t numbers[] = {1, 2, 3};
        const void* objects[] = {&numbers[0], &numbers[1], &numbers[2]};
        db().run_each(kin::engine::fixed_statement{"INSERT INTO t VALUES ($1)"}, fields, objects, {});
    });
    undone([&] {
        cursor rows = db().run_holding("SELECT generate_series(1, 30)", {}, 10);
        for (int i = 0; i < 25; ++i) EXPECT_TRUE(rows.next());
    });
    undone([&] { cursor unread = db().run("INSERT INTO t VALUES (1)"); });
    const auto pooled = connect("&prepare=off");
    pooled->begin();
    pooled->execute("INSERT INTO t VALUES (1)");
    pooled->rollback();
    EXPECT_EQ(number("SELECT count(*) FROM t"), 0);
}

TEST_F(postgresql_transaction, has_the_isolation_that_the_url_asks_for) {
    const auto strict = connect("&isolation=serializable");
    strict->begin();
    cursor rows = strict->run("SELECT current_setting('transaction_isolation')");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.cell(0).bytes, "serializable");
}

TEST_F(postgresql_transaction, what_follows_a_refused_begin_is_not_run) {
    db().script("CREATE TABLE t (v int)");
    const auto driver = open(url());
    const auto first = driver->prepare("INSERT INTO t VALUES (1)");
    const auto second = driver->prepare("INSERT INTO t VALUES (2)");
    ASSERT_TRUE(driver->send_with_next("BEGIN ISOLATION LEVEL NONE AT ALL"));
    first->start({});
    const auto e = thrown<kin::database_error>([&] { first->next(); });
    EXPECT_EQ(e.sql(), "BEGIN ISOLATION LEVEL NONE AT ALL");
    EXPECT_EQ(e.code(), "42601");
    EXPECT_FALSE(driver->in_transaction());
    EXPECT_TRUE(driver->alive());
    second->start({});
    EXPECT_FALSE(second->next()) << "the connection is in step";
    second->finish();
    EXPECT_EQ(number("SELECT count(*) FROM t WHERE v = 1"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM t WHERE v = 2"), 1);
    // Nobody has read the answer when the next one is sent: it must not go alone.
    ASSERT_TRUE(driver->send_with_next("BEGIN NONSENSE"));
    first->start({});
    second->start({});
    EXPECT_FALSE(driver->alive());
    EXPECT_TRUE(contains(thrown<kin::connection_lost>([&] { second->next(); }).message(), "BEGIN NONSENSE"));
    EXPECT_EQ(thrown<kin::connection_lost>([&] { first->next(); }).code(), "42601");
    const auto other = open(url());
    const auto unread = other->prepare("INSERT INTO t VALUES (3)");
    ASSERT_TRUE(other->send_with_next("BEGIN NONSENSE"));
    unread->start({});
    unread->finish();
    EXPECT_FALSE(other->alive()) << "nobody was told";
    EXPECT_EQ(number("SELECT count(*) FROM t"), 1);
}

TEST_F(postgresql_transaction, a_connection_that_is_lost_before_it_says_so_at_the_first_statement) {
    const auto other = connect();
    terminate(*other);
    thrown<kin::connection_lost>([&] {
        other->begin();
        other->execute("SELECT 1");
    });
    EXPECT_FALSE(other->in_transaction());
    EXPECT_FALSE(other->alive());
}

TEST_F(postgresql_transaction, is_logged_in_its_order) {
    std::string log;
    db().on_statement([&](const kin::engine::statement_event& event) {
        log += std::string{event.sql} + (event.control ? "!" : "") + "; ";
    });
    db().begin();
    db().savepoint("a");
    EXPECT_EQ(number("SELECT 7"), 7);
    db().release("a");
    db().commit();
    EXPECT_EQ(log, "BEGIN!; SAVEPOINT \"a\"!; SELECT 7; RELEASE SAVEPOINT \"a\"!; COMMIT!; ");
}

}  // namespace
