// A flush with everything in it, cancelled in every place: memory and database are as before, and the connection goes
// on with the next call.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>

#include <kin/asio.hpp>

#include "gate.hpp"
#include "support/whole_graph.hpp"

namespace {

using namespace whole;

class cancelled_flush : public ::testing::Test {
  protected:
    cancelled_flush() { create(outside); }

    void empty() {
        std::string all;
        std::string script =
            std::string{kin::test::engine_says("PRAGMA foreign_keys=OFF;", "", "SET foreign_key_checks=0;")};
        for (const std::string& table : tables) {
            all += (all.empty() ? "" : ", ") + table;
            script += std::string{kin::test::engine_says("DELETE FROM ", "", "TRUNCATE TABLE ")} + table + ";";
        }
        if (kin::test::engine_name() == "postgresql") script = "TRUNCATE " + all + " RESTART IDENTITY CASCADE";
        script += kin::test::engine_says("PRAGMA foreign_keys=ON", "", "SET foreign_key_checks=1");
        kin::database{url}.script(script);
    }
    std::string committed() { return database_of(*outside.connect()); }

    /// Calls a flush off in one place. `until_there` is called beside it when it begins, and cancels. Whether it was
    /// called off at all.
    bool cancel_one(bool nested, const std::function<void()>& begins, const std::function<void()>& beside) {
        empty();
        std::string connection;
        std::string rows_were;
        std::atomic<bool> flushing = false;
        bool flushed = false;
        std::exception_ptr error;
        db.run(
            [&](kin::session& s) {
                connection = kin::test::number_of_connection(s);
                graph g{s};
                g.start();
                rows_were = database_of(s.connection());
                if (nested) {
                    g.at<User>(2)->age = 1;
                    s.flush();
                    g.at<User>(2)->age = 0;
                } else {
                    s.rollback();
                }
                g.change();
                const std::string was = g.memory();
                const std::string plan = s.explain_flush();
                flushing = true;
                begins();
                try {
                    s.flush();
                    flushed = true;
                } catch (const kin::statement_canceled&) {
                    EXPECT_EQ(g.memory(), was);
                    EXPECT_EQ(s.explain_flush(), plan);
                    throw;
                }
                s.rollback();
            },
            boost::asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr e) { error = e; }));
        while (!flushing) loop.run_one();
        beside();
        loop.run();
        loop.restart();
        EXPECT_EQ(error != nullptr, !flushed);
        if (error != nullptr) {
            EXPECT_THROW(std::rethrow_exception(error), kin::asio::canceled);
        }
        EXPECT_EQ(committed(), rows_were);
        std::string next;
        db.read([](kin::session& s) { return kin::test::number_of_connection(s) + ": " + database_of(s.connection()); },
                [&](std::exception_ptr, std::string made) { next = made; });
        loop.run();
        loop.restart();
        EXPECT_EQ(next, connection + ": " + rows_were);
        return !flushed;
    }

    kin::test::place place_{};
    std::string url = place_.patient_url();
    kin::database outside{url};
    boost::asio::io_context loop{};
    boost::asio::cancellation_signal signal{};
    kin::asio::database db{loop.get_executor(), url, {.connections = 1}};

    /// Behind each statement, before the next one is begun.
    void between_statements(bool nested) {
        int left = 0;
        db.blocking().on_statement([&](const kin::engine::statement_event&) {
            if (left > 0 && --left == 0) signal.emit(boost::asio::cancellation_type::terminal);
        });
        int places = 0;
        for (bool cancelled = true; cancelled && !HasFailure();) {
            SCOPED_TRACE(++places);
            ASSERT_LT(places, 200);
            cancelled = cancel_one(
                nested, [&] { left = places; }, [] {});
            left = 0;
        }
        EXPECT_GT(places, 20);
    }
    /// Wherever it is suspended.
    void while_it_waits(bool nested) {
        KIN_NEEDS(a_server);
        int places = 0;
        for (bool cancelled = true; cancelled && !HasFailure();) {
            SCOPED_TRACE(places);
            ASSERT_LT(places, 400);
            cancelled = cancel_one(
                nested, [] {},
                [&] {
                    for (int i = 0; i < places; ++i) loop.run_one();
                    signal.emit(boost::asio::cancellation_type::terminal);
                });
            ++places;
        }
        EXPECT_GT(places, 3);
    }
};

TEST_F(cancelled_flush, between_its_statements) { between_statements(false); }
TEST_F(cancelled_flush, between_its_statements_behind_an_earlier_one) { between_statements(true); }
TEST_F(cancelled_flush, while_it_waits) { while_it_waits(false); }
TEST_F(cancelled_flush, while_it_waits_behind_an_earlier_one) { while_it_waits(true); }

}  // namespace
