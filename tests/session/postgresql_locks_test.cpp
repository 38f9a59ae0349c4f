// PostgreSQL: rows that are locked, levels of isolation, and tables in several namespaces.
#include <kin/session/transact.hpp>

#include "support/fixture.hpp"
#include "support/postgresql.hpp"

namespace postgresql_locks_sample {

struct Worker;

struct Job {
    kin::key<Job> id{};
    std::string name{};
    std::optional<kin::key<Worker>> worker_id{};
    kin::belongs_to<Worker> worker{};

    static constexpr auto table = kin::table("job").in_schema("kin_jobs").unique("name");
};
struct Worker {
    kin::key<Worker> id{};
    std::string name{};
    std::optional<kin::key<Job>> current_id{};
    kin::belongs_to<Job, kin::via<"current_id">> current{};
    kin::has_many<Job> jobs{};

    static constexpr auto table = kin::table("worker").in_schema("kin_people");
};
using All = kin::models<Job, Worker>;

}  // namespace postgresql_locks_sample

namespace {

using namespace kin::expr;
using namespace postgresql_locks_sample;
using kin::sql::when_locked;
using kin::test::rows_of;
using kin::test::thrown;

class postgresql_locks : public ::testing::Test {
  protected:
    void SetUp() override {
        if (kin::test::postgresql_server().empty()) GTEST_SKIP() << "no server";
        place = std::make_unique<kin::test::scratch_database>();
        db = std::make_unique<kin::database>(place->url(), kin::engine::pool_options{.max = 4});
        db->create<All>();
        kin::session s{*db};
        for (const char* name : {"a", "b", "c"}) s.add(Job{.name = name});
        s.commit();
    }
    std::string rows(std::string_view sql) { return rows_of(*db->connect(), sql); }
    /// The next job that nobody else has.
    static kin::ref<Job> take(kin::session& s) {
        return s.query<Job>().order_by(&Job::id).limit(1).for_update(when_locked::skip).first();
    }

    std::unique_ptr<kin::test::scratch_database> place;
    std::unique_ptr<kin::database> db;
};

TEST_F(postgresql_locks, rows_that_others_have_are_skipped_or_refused) {
    kin::session first{*db};
    kin::session second{*db};
    kin::session third{*db};
    EXPECT_EQ(take(first)->name, "a");
    EXPECT_EQ(take(second)->name, "b");
    EXPECT_EQ(third.query<Job>().order_by(&Job::id).for_update(when_locked::skip).all().size(), 1u);
    EXPECT_EQ(third.query<Job>().count(), 3) << "reading waits for nobody";
    const auto refused =
        thrown<kin::database_locked>([&] { (void)third.query<Job>().for_update(when_locked::fail).all(); });
    EXPECT_EQ(refused.code(), "55P03");
    third.rollback();
    first.rollback();
    EXPECT_EQ(third.query<Job>().order_by(&Job::id).for_update(when_locked::skip).all().size(), 2u);
}

TEST_F(postgresql_locks, a_transaction_has_the_level_that_it_asks_for) {
    const auto level = [](kin::session& s) {
        return rows_of(s.connection(), "SELECT current_setting('transaction_isolation')");
    };
    EXPECT_EQ(db->transact({}, level), "read committed");
    EXPECT_EQ(db->transact({.level = kin::isolation::read_committed}, level), "read committed");
    EXPECT_EQ(db->transact({.level = kin::isolation::repeatable_read}, level), "repeatable read");
    EXPECT_EQ(db->transact({.level = kin::isolation::serializable}, level), "serializable");
    EXPECT_EQ(db->transact({}, level), "read committed") << "of one transaction";
    for (const auto& [option, is] : {std::pair{"read-committed", "read committed"},
                                     {"repeatable-read", "repeatable read"},
                                     {"serializable", "serializable"}}) {
        kin::database other{place->url() + "&isolation=" + option};
        kin::session s{other};
        EXPECT_EQ(level(s), is);
    }
    // What was read once stays as it was.
    db->transact({.level = kin::isolation::repeatable_read}, [&](kin::session& s) {
        EXPECT_EQ(s.query<Job>().count(), 3);
        kin::session other{*db};
        other.add(Job{.name = "d"});
        other.commit();
        EXPECT_EQ(s.query<Job>().count(), 3);
    });
    EXPECT_EQ(rows("SELECT count(*) FROM kin_jobs.job"), "4");
}

TEST_F(postgresql_locks, tables_of_two_namespaces_refer_to_each_other) {
    EXPECT_EQ(rows("SELECT count(*) FROM information_schema.columns WHERE table_schema LIKE 'kin_%' AND is_identity = "
                   "'YES' AND identity_generation = 'BY DEFAULT'"),
              "2");
    kin::session s{*db};
    const auto ada = s.add(Worker{.name = "Ada"});
    const auto jobs = s.query<Job>().order_by(&Job::id).all();
    for (std::size_t i = 0; i < jobs.size(); ++i) ada->jobs.push_back(jobs.handle(i));
    s.flush();
    ada->current = ada->jobs.handle(1);
    s.commit();
    EXPECT_EQ(rows("SELECT j.name FROM kin_people.worker w JOIN kin_jobs.job j ON j.id = w.current_id AND j.worker_id "
                   "= w.id"),
              "b");
    const auto taken = s.query<Job>().with(&Job::worker).where(col(&Job::name) == "c").one();
    EXPECT_EQ(taken->worker->current->name, "b");
    thrown<kin::foreign_key_violation>([&] { db->script("DELETE FROM kin_people.worker"); });
    s.rollback();  // who has read a table keeps others from changing it
    db->create_missing<All>();
    EXPECT_EQ(rows("SELECT count(*) FROM kin_jobs.job"), "3");
    db->drop<All>();
    EXPECT_EQ(rows("SELECT count(*) FROM information_schema.tables WHERE table_schema LIKE 'kin_%'"), "0");
    db->create<All>();
    EXPECT_EQ(rows("SELECT count(*) FROM kin_jobs.job"), "0");
}

}  // namespace
