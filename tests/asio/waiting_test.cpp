// Drivers that wait for a server: the loop goes on meanwhile.
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <functional>
#include <future>

#include "gate.hpp"

namespace {

using namespace blog;
using boost::asio::use_future;

using kin::test::gate;
using kin::test::pass_gate;
using kin::test::rows_of;
using kin::test::somebody_waits_at_a_gate;

class waiting_on_a_loop : public kin::test::on_a_loop {
  protected:
    void SetUp() override { KIN_NEEDS(a_server); }
};

/// One thread: what the first call waits for, it gets from what comes after the second.
TEST_F(waiting_on_a_loop, nobody_waits_for_who_waits) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 2}};
    gate closed{url};
    bool first = false;
    db.transact(
        [](kin::session& s) {
            s.get<User>(1)->name = "changed";
            pass_gate(s);
        },
        [&](std::exception_ptr e) { first = !e; });
    std::function<void()> look = [&] {
        db.read(&somebody_waits_at_a_gate, [&](std::exception_ptr e, bool waits) {
            ASSERT_FALSE(e);
            EXPECT_FALSE(first);
            if (!waits) return look();
            closed.open();
        });
    };
    look();
    loop.run();
    EXPECT_TRUE(first);
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = 1"), "changed");
}

TEST_F(waiting_on_a_loop, a_session_does_one_thing_at_a_time) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 2}};
    gate closed{url};
    kin::session* shared = nullptr;
    auto first = db.read(
        [&](kin::session& s) {
            shared = &s;
            (void)s.raw<User>(
                kin::test::engine_says("", "SELECT users.* FROM users, (SELECT pg_advisory_lock(4711)) AS passed",
                                       "SELECT users.* FROM users, (SELECT GET_LOCK('kin 4711', 600)) AS passed"));
        },
        use_future);
    std::string said;
    std::function<void()> look = [&] {
        db.read(
            [&](kin::session& s) {
                if (!somebody_waits_at_a_gate(s)) return false;
                try {
                    (void)shared->query<User>().count();
                } catch (const kin::usage_error& e) {
                    said = e.what();
                }
                return true;
            },
            [&](std::exception_ptr, bool done) {
                if (!done) return look();
                closed.open();
            });
    };
    look();
    loop.run();
    first.get();
    EXPECT_TRUE(kin::test::contains(said, "two threads at once")) << said;
}

TEST_F(waiting_on_a_loop, a_server_that_ends_a_connection_ends_its_call) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
    auto cut = db.run(
        [](kin::session& s) {
            s.add(User{.name = "never"});
            s.flush();
            rows_of(s.connection(), kin::test::engine_says("", "SELECT pg_terminate_backend(pg_backend_pid())",
                                                           "KILL CONNECTION CONNECTION_ID()"));
        },
        use_future);
    loop.run();
    loop.restart();
    EXPECT_THROW(cut.get(), kin::connection_lost);
    EXPECT_EQ(db.measured().connections_idle, 0u) << "nobody can use it any more";
    EXPECT_EQ(db.blocking().pool().size(), 0u);
    auto next = db.run([](kin::session& s) { return s.query<User>().count(); }, use_future);
    loop.run();
    EXPECT_EQ(next.get(), 5);
    EXPECT_EQ(db.measured().connections_idle, 1u);
}

/// The libraries close a socket that they have lost, and the next one has its number: the loop does not take that for
/// the old one's.
TEST_F(waiting_on_a_loop, what_has_the_number_of_a_lost_connection_is_waited_for) {
    using line = boost::asio::local::stream_protocol::socket;
    line one{loop};
    line other{loop};
    char heard[2]{};
    int arrived = 0;
    {
        kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
        db.run(
            [&](kin::session& s) {
                (void)s.query<User>().count();
                EXPECT_THROW(
                    rows_of(s.connection(), kin::test::engine_says("", "SELECT pg_terminate_backend(pg_backend_pid())",
                                                                   "KILL CONNECTION CONNECTION_ID()")),
                    kin::connection_lost);
                boost::asio::local::connect_pair(one, other);
                const auto told = [&](const boost::system::error_code& e, std::size_t) { arrived += !e; };
                one.async_read_some(boost::asio::buffer(&heard[0], 1), told);
                other.async_read_some(boost::asio::buffer(&heard[1], 1), told);
            },
            [](std::exception_ptr e) { EXPECT_FALSE(e); });
        while (db.running() > 0) loop.run_one();
    }
    boost::asio::write(one, boost::asio::buffer("a", 1));
    boost::asio::write(other, boost::asio::buffer("b", 1));
    loop.run_for(std::chrono::seconds{10});
    EXPECT_EQ(arrived, 2);
}

TEST_F(waiting_on_a_loop, who_waits_too_long_for_a_connection_is_told) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1, .timeout_milliseconds = 20}};
    gate closed{url};
    auto first = db.read([](kin::session& s) { pass_gate(s); }, use_future);
    std::exception_ptr told;
    db.read([](kin::session& s) { return s.query<User>().count(); },
            [&](std::exception_ptr e, std::int64_t) {
                told = e;
                closed.open();
            });
    loop.run();
    first.get();
    ASSERT_TRUE(told);
    EXPECT_THROW(std::rethrow_exception(told), kin::pool_timeout);
}

/// The database goes after so many steps of the loop, until a call has got as far as it can.
TEST_F(waiting_on_a_loop, calls_go_with_the_database_wherever_they_are) {
    gate closed{url};
    bool at_the_gate = false;
    int steps = 0;
    while (!at_the_gate) {
        ASSERT_LT(++steps, 200);
        bool told = false;
        {
            kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
            db.transact(
                [&](kin::session& s) {
                    auto user = s.add(User{.name = "half"});
                    user->posts.push_back(Post{.title = "one"});
                    s.flush();
                    (void)s.query<Post>().all();
                    at_the_gate = true;
                    pass_gate(s);
                },
                [&](std::exception_ptr) { told = true; });
            for (int i = 0; i < steps && !at_the_gate; ++i) loop.run_one();
        }
        loop.run();
        loop.restart();
        EXPECT_FALSE(told);
        EXPECT_EQ(rows("SELECT count(*) FROM users"), "5");
    }
    // MariaDB's library looks for an answer before it waits for one: a fast server makes nobody wait.
    if (kin::test::engine_name() != "mariadb") {
        EXPECT_GE(steps, 3);
    }
}

}  // namespace
