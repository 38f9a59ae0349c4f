// Many threads on a few connections, for as long as KIN_TEST_SECONDS says: transfers, eager and lazy reads, streams,
// links, flushes that fail, rollbacks, announcements. Every read has to add up, and so have the tables at the end; no
// connection stays lent, and memory does not grow.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <kin/engine/connection.hpp>
#include <kin/engine/notifications.hpp>
#include <kin/session/transact.hpp>
#include <mutex>
#include <random>
#include <thread>

#include "support/place.hpp"

/// For the address sanitizer, which else keeps hundreds of MiB of what was freed: memory must not seem to grow.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=8:thread_local_quarantine_size_kb=64"; }

namespace ledger {

struct Entry;
struct Label;

struct Account {
    kin::key<Account> id{};
    std::string name{};
    std::int64_t balance{};
    kin::has_many<Entry, kin::owned> entries{};
    kin::many_to_many<Label> labels{};

    static constexpr auto table = kin::table("account").unique("name");
};
struct Entry {
    kin::key<Entry> id{};
    kin::key<Account> account_id{};
    std::int64_t amount{};
    std::string text{};
    kin::belongs_to<Account> account{};
};
struct Label {
    kin::key<Label> id{};
    std::string name{};
    kin::many_to_many<Account> accounts{};

    static constexpr auto table = kin::table("label").unique("name");
};

using All = kin::models<Account, Entry, Label>;

}  // namespace ledger

namespace {

using namespace ledger;
using namespace kin::expr;
using kin::isolation;
using kin::session;

constexpr int threads = 32;
constexpr std::size_t connections = 8;
constexpr int accounts = 64;
constexpr int labels = 16;
constexpr std::int64_t opening = 1000;
/// Who loses tries again until it is done.
constexpr int attempts = 10000;

std::chrono::milliseconds duration() {
    const char* text = std::getenv("KIN_TEST_SECONDS");
    return std::chrono::milliseconds{text != nullptr ? std::atoll(text) * 1000 : 2000};
}

/// Memory of this process that is really there, in MiB.
std::size_t resident() {
    std::size_t size = 0;
    std::size_t pages = 0;
    std::ifstream{"/proc/self/statm"} >> size >> pages;
    return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

/// What all threads share.
struct shared {
    kin::database& db;
    std::atomic<bool> over{false};
    std::atomic<bool> settled{false};  ///< nobody works any more: nothing will be announced
    std::atomic<int> announced{0};
    std::array<std::atomic<int>, 8> done{};  ///< by kind of work
    std::atomic<int> lost{0};                ///< transactions that had to begin again
    std::mutex lock{};
    std::vector<std::string> errors{};

    void fail(const std::string& what) {
        const std::scoped_lock guard{lock};
        errors.push_back(what);
        over = true;
    }
    void require(bool holds, const char* what) {
        if (!holds) fail(what);
    }
};

struct changed_my_mind {};

class worker {
  public:
    worker(shared& in, unsigned seed) : all_{in}, random_{seed} {}

    void work() {
        while (!all_.over) {
            const std::size_t what = kinds[below(std::size(kinds))];
            try {
                (this->*actions[what])();
            } catch (const std::exception& e) {
                return all_.fail("work " + std::to_string(what) + ": " + e.what());
            }
            ++all_.done[what];
        }
    }

  private:
    int below(std::size_t n) { return static_cast<int>(random_() % n); }
    std::int64_t an_account() { return 1 + below(accounts); }
    template <class F>
    void transact(isolation level, F function) {
        int runs = 0;
        all_.db.transact({.attempts = attempts, .level = level}, [&](session& s) {
            if (++runs > 1) ++all_.lost;
            function(s);
        });
    }

    void transfer() {
        const std::int64_t from = an_account();
        const std::int64_t to = 1 + from % accounts;
        const int amount = 1 + below(100);
        const bool announce = kin::test::can(kin::test::capability::announcements) && below(10) == 0;
        transact(isolation::serializable, [&](session& s) {
            const auto a = s.get_one<Account>(from);
            const auto b = s.get_one<Account>(to);
            a->balance -= amount;
            b->balance += amount;
            s.add(Entry{.amount = -amount, .text = "to " + b->name, .account = a});
            s.add(Entry{.amount = amount, .text = "from " + a->name, .account = b});
            if (announce) s.execute("SELECT pg_notify(?, ?)", "transfers", std::to_string(amount));
        });
        if (announce) ++all_.announced;
    }
    /// One entry for all of an account's.
    void close_the_books() {
        transact(isolation::serializable, [&](session& s) {
            const auto a = s.query<Account>().where(col(&Account::id) == an_account()).with(&Account::entries).one();
            if (a->entries.size() < 20) return;
            std::int64_t sum = 0;
            for (const Entry& e : std::as_const(*a).entries) sum += e.amount;
            a->entries.clear();
            a->entries.push_back(Entry{.amount = sum, .text = "balance"});
        });
    }
    void check(const kin::rows<Account>& some) {
        for (const Account& a : some) {
            std::int64_t sum = 0;
            for (const Entry& e : a.entries) {
                sum += e.amount;
                all_.require(e.account->id == a.id, "an entry of another account");
            }
            all_.require(sum == a.balance, "entries that do not add up");
            for (const Label& l : a.labels) all_.require(l.name.starts_with("label "), "a label of another name");
        }
    }
    void read_eagerly() {
        transact(isolation::repeatable_read, [&](session& s) {
            const auto some = s.query<Account>()
                                  .where(col(&Account::id) > an_account() - 5)
                                  .with(&Account::entries)
                                  .with(&Account::labels)
                                  .order_by(&Account::id)
                                  .limit(10)
                                  .all();
            check(some);
        });
    }
    void read_at_first_touch() {
        transact(isolation::repeatable_read, [&](session& s) {
            const auto some = s.query<Account>().where(col(&Account::id) <= an_account()).limit(5).all();
            check(some);
        });
    }
    void stream() {
        transact(isolation::repeatable_read, [&](session& s) {
            std::int64_t sum = 0;
            for (const auto& chunk : s.query<Entry>().with(&Entry::account).stream(100)) {
                for (const Entry& e : chunk) {
                    sum += e.amount;
                    all_.require(!e.account->name.empty(), "an account without a name");
                }
            }
            all_.require(sum == accounts * opening, "a stream that does not add up");
        });
    }
    void link() {
        transact(isolation::usual, [&](session& s) {
            const auto label = s.get_or_create(Label{.name = "label " + std::to_string(below(labels))}, &Label::name);
            const auto a = s.get_one<Account>(an_account());
            if (below(3) == 0) {
                a->labels.detach({label});
            } else {
                a->labels.attach({label});
            }
        });
    }
    void fail_to_flush() {
        transact(isolation::usual, [&](session& s) {
            const auto a = s.get_one<Account>(an_account());
            const std::int64_t before = a->balance;
            const auto twin = s.add(Account{.name = "account 1", .balance = 5});
            a->balance += 7;
            try {
                s.flush();
                all_.fail("two accounts of one name");
            } catch (const kin::unique_violation&) {
                all_.require(twin->id.value == 0 && a->balance == before + 7, "memory is not as before the flush");
            }
            s.rollback();
            all_.require(a->balance == before, "rollback left a value");
        });
    }
    void roll_back() {
        try {
            transact(isolation::usual, [&](session& s) {
                const auto a = s.get_one<Account>(an_account());
                const std::int64_t before = a->balance;
                {
                    auto point = s.savepoint();
                    a->balance = -1;
                    s.flush();
                    point.rollback();
                }
                all_.require(a->balance == before, "a savepoint left a value");
                s.add(Account{.name = "never " + std::to_string(random_()), .entries = {{.amount = 1}, {.amount = 2}}});
                a->balance = -2;
                s.flush();
                throw changed_my_mind{};
            });
        } catch (const changed_my_mind&) {
        }
    }

    using action = void (worker::*)();
    static constexpr action actions[] = {&worker::transfer,     &worker::close_the_books,     &worker::stream,
                                         &worker::roll_back,    &worker::read_at_first_touch, &worker::link,
                                         &worker::read_eagerly, &worker::fail_to_flush};
    /// How often there is what.
    static constexpr std::uint8_t kinds[] = {0, 0, 0, 0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7};

    shared& all_;
    std::minstd_rand random_;
};

TEST(stress, many_threads_share_a_few_connections) {
    const kin::test::place place;
    kin::database db{place.patient_url(), {.max = connections}};
    db.create<All>();
    {
        session s{db};
        for (int i = 1; i <= accounts; ++i) {
            s.add(Account{.name = "account " + std::to_string(i),
                          .balance = opening,
                          .entries = {{.amount = opening, .text = "opening"}}});
        }
        s.commit();
    }
    shared all{.db = db};
    std::atomic<int> heard{0};
    std::thread listener;
    kin::database far{place.url(), {.max = 1}};
    if (kin::test::can(kin::test::capability::announcements)) {
        listener = std::thread{[&, inbox = std::make_shared<kin::engine::notifications>(
                                       far.connect(), std::vector<std::string>{"transfers"})] {
            // Afterwards, until all is heard that was announced.
            const auto enough = [&] { return all.settled && heard >= all.announced; };
            for (int silent = 0; silent < 50 && !enough();) {
                if (inbox->next(100)) {
                    ++heard;
                } else if (all.settled) {
                    ++silent;
                }
            }
        }};
    }

    std::vector<std::thread> workers;
    for (unsigned t = 0; t < threads; ++t) {
        workers.emplace_back([&all, t] { worker{all, t + 1}.work(); });
    }
    const auto time = duration();
    const auto until = std::chrono::steady_clock::now() + time;
    std::size_t early = 0;
    while (!all.over && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        if (early == 0 && std::chrono::steady_clock::now() > until - time * 3 / 4) early = resident();
    }
    all.over = true;
    for (std::thread& each : workers) each.join();
    all.settled = true;
    const std::size_t late = resident();
    if (listener.joinable()) listener.join();

    for (const std::string& each : all.errors) ADD_FAILURE() << each;
    int sum = 0;
    std::string counts;
    for (const auto& each : all.done) {
        EXPECT_GT(each, 0) << "of one kind there was nothing";
        sum += each;
        counts += " " + std::to_string(each);
    }
    std::cout << sum << " transactions (" << counts.substr(1) << "), " << all.lost << " begun again, " << heard
              << " announcements, " << early << " MiB, then " << late << " MiB\n";
    EXPECT_EQ(heard, all.announced);
    EXPECT_LE(late, early + early / 4 + 32) << "memory grows";
    EXPECT_LE(db.pool().size(), connections);
    EXPECT_EQ(db.pool().idle(), db.pool().size()) << "a connection is still lent";
    EXPECT_EQ(db.pool().waiting(), 0U);

    session s{db};
    const auto list = s.query<Account>().with(&Account::entries).all();
    EXPECT_EQ(list.size(), static_cast<std::size_t>(accounts)) << "what was rolled back is there";
    std::int64_t total = 0;
    for (const Account& a : list.view()) {
        std::int64_t of_entries = 0;
        for (const Entry& e : a.entries) of_entries += e.amount;
        EXPECT_EQ(a.balance, of_entries) << a.name;
        total += a.balance;
    }
    EXPECT_EQ(total, accounts * opening);
    EXPECT_LE(s.query<Label>().count(), labels);
}

}  // namespace
