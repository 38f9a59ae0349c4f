// Calls that are no longer wanted while the server, or the way to it, says nothing.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <stdexcept>

#include "gate.hpp"
#include "outcome.hpp"
#include "relay.hpp"

namespace {

using namespace blog;
using boost::asio::bind_cancellation_slot;
using boost::asio::cancellation_type;
using kin::test::contains;
using kin::test::gate;
using kin::test::pass_gate;
using kin::test::somebody_waits_at_a_gate;

class a_silent_server : public kin::test::on_a_loop {
  protected:
    void SetUp() override { KIN_NEEDS(a_server); }

    /// As soon as nothing else is to be done: the call that is running waits.
    void cancel_soon() {
        boost::asio::post(loop, [this] { signal.emit(cancellation_type::terminal); });
    }
    void run_a_while() { loop.run_for(std::chrono::seconds{20}); }

    boost::asio::cancellation_signal signal{};
    kin::test::outcome ended{};
};

/// What asks the server to end a call comes through when that call has long been hung up on.
TEST_F(a_silent_server, is_asked_for_one_call_and_not_for_the_next) {
    kin::test::relay between{url};
    kin::asio::database db{loop.get_executor(),
                           between.url(),
                           {.connections = 1, .timeout_milliseconds = 3'600'000, .patience_milliseconds = 500}};
    gate closed{url};
    db.read(&pass_gate, bind_cancellation_slot(signal.slot(), ended.handler()));
    kin::database outside{url};
    kin::session look{outside};
    while (!somebody_waits_at_a_gate(look)) loop.run_one_for(std::chrono::milliseconds{1});
    between.hold();
    signal.emit(cancellation_type::terminal);
    while (!ended.told || between.held() == 0) loop.run_one_for(std::chrono::milliseconds{1});
    between.let_through();
    loop.restart();
    EXPECT_TRUE(contains(ended.says<kin::asio::canceled>(), "the call was cancelled"));

    kin::test::outcome second;
    db.read(
        [&](kin::session&) {
            const auto one = db.blocking().connect();
            const auto another = db.blocking().connect();
        },
        bind_cancellation_slot(signal.slot(), second.handler()));
    while (db.blocking().pool().waiting() == 0) loop.run_one_for(std::chrono::milliseconds{1});
    signal.emit(cancellation_type::terminal);
    run_a_while();
    EXPECT_TRUE(contains(second.says<kin::asio::canceled>(), "the call was cancelled"));
    EXPECT_EQ(db.blocking().pool().idle(), 1u) << "its connection has met no interrupter";
    between.drop_held();
    closed.open();
}

TEST_F(a_silent_server, is_hung_up_on_while_it_rolls_back) {
    kin::test::relay between{url};
    kin::asio::database db{loop.get_executor(), between.url(), {.connections = 1, .patience_milliseconds = 1}};
    db.run(
        [&](kin::session& s) {
            s.add(User{.name = "never"});
            s.flush();
            between.freeze();
            cancel_soon();
            throw std::runtime_error{"the caller's own"};
        },
        bind_cancellation_slot(signal.slot(), ended.handler()));
    run_a_while();
    EXPECT_EQ(ended.says<std::runtime_error>(), "the caller's own");
    EXPECT_EQ(db.blocking().pool().size(), 0u);
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "5");
}

/// Nobody knows what became of it, and nobody says that it was cancelled.
TEST_F(a_silent_server, is_hung_up_on_while_it_commits) {
    kin::test::relay between{url};
    kin::asio::database db{loop.get_executor(), between.url(), {.connections = 1, .patience_milliseconds = 1}};
    db.transact(
        [&](kin::session& s) {
            s.add(User{.name = "never"});
            s.flush();
            between.freeze();
            cancel_soon();
        },
        bind_cancellation_slot(signal.slot(), ended.handler()));
    run_a_while();
    const std::string says = ended.says<kin::connection_lost>();
    EXPECT_TRUE(contains(says, "whether it was committed is not known")) << says;
    EXPECT_TRUE(contains(says, "COMMIT")) << says;
    EXPECT_EQ(between.held(), 0);
    EXPECT_EQ(db.measured().cancellations, 0u);
}

}  // namespace
