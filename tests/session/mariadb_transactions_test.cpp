// MariaDB: deadlocks that are tried again, levels of isolation, rows that are locked, limits in lists.
#include <atomic>
#include <barrier>
#include <kin/session/transact.hpp>
#include <thread>
#include <utility>

#include "support/fixture.hpp"

namespace mariadb_transactions_sample {

struct Purse {
    kin::key<Purse> id{};
    std::int64_t coins{};

    static constexpr auto table = kin::table("purse");
};

struct Label {
    kin::key<Label> id{};
    std::string text{};

    static constexpr auto table = kin::table("label");
};

}  // namespace mariadb_transactions_sample

namespace {

using namespace kin::expr;
using kin::sql::when_locked;
using mariadb_transactions_sample::Label;
using mariadb_transactions_sample::Purse;

class mariadb_transactions : public ::testing::Test {
  protected:
    void SetUp() override {
        if (kin::test::engine_name() != "mariadb") GTEST_SKIP() << "there is no server";
        place = std::make_unique<kin::test::place>();
        db = std::make_unique<kin::database>(place->url(), kin::engine::pool_options{.max = 4});
        db->create<kin::models<Purse>>();
        kin::session s{*db};
        for (int i = 0; i < 4; ++i) s.add(Purse{.coins = 10});
        s.commit();
    }
    [[nodiscard]] std::string rows(std::string_view sql) const { return kin::test::rows_of(*db->connect(), sql); }
    [[nodiscard]] std::int64_t coins_of_the_first(kin::session& s) const {
        return s.query<Purse>().where(col(&Purse::id) == 1).select(&Purse::coins).value().value_or(-1);
    }

    std::unique_ptr<kin::test::place> place;
    std::unique_ptr<kin::database> db;
};

TEST_F(mariadb_transactions, a_deadlock_is_tried_again) {
    std::barrier both_have_one{2};
    std::atomic<int> runs{0};
    const auto add_to = [&](int first, int second) {
        bool again = false;
        db->transact({}, [&](kin::session& s) {
            ++runs;
            s.get_one<Purse>(first)->coins += 1;
            s.flush();
            if (!std::exchange(again, true)) both_have_one.arrive_and_wait();
            s.get_one<Purse>(second)->coins += 1;
        });
    };
    std::thread other{[&] { add_to(2, 1); }};
    add_to(1, 2);
    other.join();
    EXPECT_EQ(runs, 3) << "one of the two began again";
    EXPECT_EQ(rows("SELECT id, coins FROM purse WHERE id <= 2 ORDER BY id"), "1|12; 2|12");
}

TEST_F(mariadb_transactions, a_deadlock_says_what_it_is) {
    kin::session a{*db};
    kin::session b{*db};
    a.execute("UPDATE purse SET coins = 1 WHERE id = 1");
    for (const int id : {2, 3, 4}) b.execute("UPDATE purse SET coins = 1 WHERE id = ?", id);
    // Who has written less is the one to go.
    std::thread other{[&] { b.execute("UPDATE purse SET coins = 1 WHERE id = 1"); }};
    const auto waiting =
        "SELECT variable_value FROM information_schema.global_status "
        "WHERE variable_name = 'Innodb_row_lock_current_waits'";
    while (rows(waiting) == "0") std::this_thread::yield();
    const auto e = kin::test::thrown<kin::deadlock>([&] { a.execute("UPDATE purse SET coins = 1 WHERE id = 2"); });
    EXPECT_EQ(e.number(), 1213);
    EXPECT_EQ(e.code(), "40001");
    other.join();
    a.rollback();
    b.rollback();
    EXPECT_EQ(rows("SELECT sum(coins) FROM purse"), "40");
}

TEST_F(mariadb_transactions, the_level_is_that_of_its_own_transaction) {
    const auto sees_what_others_commit = [&](kin::isolation level) {
        return db->transact({.level = level}, [&](kin::session& s) {
            const auto before = coins_of_the_first(s);
            db->connect()->execute("UPDATE purse SET coins = coins + 1 WHERE id = 1");
            return coins_of_the_first(s) != before;
        });
    };
    EXPECT_TRUE(sees_what_others_commit(kin::isolation::read_committed));
    EXPECT_FALSE(sees_what_others_commit(kin::isolation::repeatable_read));
    EXPECT_FALSE(sees_what_others_commit(kin::isolation::usual)) << "the one before has left nothing behind";
}

TEST_F(mariadb_transactions, locked_rows_are_passed_over) {
    kin::session a{*db};
    kin::session b{*db};
    const auto take = [](kin::session& s) {
        return s.query<Purse>().order_by(&Purse::id).limit(1).for_update(when_locked::skip).first();
    };
    EXPECT_EQ(take(a)->id.value, 1);
    EXPECT_EQ(take(b)->id.value, 2);
}

TEST_F(mariadb_transactions, a_list_that_is_a_select_may_have_a_limit) {
    kin::session s{*db};
    auto last = s.query<Purse>().order_by(desc(&Purse::id)).limit(2).select(&Purse::id);
    EXPECT_EQ(kin::test::ids(s.query<Purse>().where(col(&Purse::id).in(last.statement())).order_by(&Purse::id).all()),
              "3,4");
    auto second = s.query<Purse>().order_by(&Purse::id).limit(1).offset(1).select(&Purse::id);
    EXPECT_EQ(s.query<Purse>().where(col(&Purse::id).in(second.statement())).remove(), 1);
    s.commit();
    EXPECT_EQ(rows("SELECT id FROM purse ORDER BY id"), "1; 3; 4");
}

/// What a backslash is in the text of a statement, the session says.
TEST_F(mariadb_transactions, texts_of_a_long_list_mean_what_they_say_in_every_session) {
    db->create<kin::models<Label>>();
    kin::session s{*db};
    std::vector<std::string> texts{"a\\", "it's", "\\' OR 1 = 1) -- ", "\\n", "ü\\"};
    for (const std::string& each : texts) s.add(Label{.text = each});
    s.add(Label{.text = "\n"});
    s.add(Label{.text = "A\\"});
    s.commit();
    while (texts.size() < 66000) texts.push_back("none of them " + std::to_string(texts.size()));
    for (const char* mode : {"", "SET sql_mode = 'ANSI_QUOTES'"}) {
        if (*mode != 0) s.connection().script(mode);
        EXPECT_EQ(kin::test::ids(s.query<Label>().where(col(&Label::text).in(texts)).order_by(&Label::id).all()),
                  "1,2,3,4,5")
            << mode;
    }
}

}  // namespace
