// A call that is cancelled while it migrates: its connection goes back as it came, and nothing stays locked.
#include <kin/engine/cancellation.hpp>
#include <kin/engine/connection.hpp>

#include "migration/running.hpp"

namespace {

using kin::migration_failed;
using kin::migrations;
using kin::engine::cancellation;
using kin::test::engine_says;
using running::running_migrations;
using running::thrown;

/// Current from its beginning to its end.
class wish {
  public:
    wish() : before_{cancellation::exchange(&here_)} {}
    ~wish() { cancellation::exchange(before_); }
    wish(const wish&) = delete;
    wish& operator=(const wish&) = delete;
    void request() { here_.request(); }

  private:
    cancellation here_{};
    cancellation* before_;
};

class cancelled_migrations : public running_migrations {
  protected:
    /// `up` of a pool with one connection, cancelled before the last statement of the step.
    std::string cancelled(const migrations& steps, std::int64_t step, std::size_t statement) {
        wish cancelled;
        return thrown<migration_failed>([&] {
                   (void)steps.up(one, {.on_progress = [&](const kin::migration_progress& p) {
                                      if (p.number == step && p.statement == statement) cancelled.request();
                                  }});
               })
            .message();
    }
    std::string of_one(std::string_view sql) { return kin::test::rows_of(*one.connect(), sql); }
    /// What a step changes of its session.
    std::string session() {
        return of_one(engine_says("PRAGMA foreign_keys", "SELECT current_setting('search_path')",
                                  "SELECT database(), @@foreign_key_checks, @@sql_mode, @@autocommit"));
    }
    std::string number() {
        return of_one(engine_says("SELECT 0", "SELECT pg_backend_pid()", "SELECT connection_id()"));
    }
    static std::string changed() {
        return std::string{engine_says("-- foreign keys off\n",
                                       "SELECT pg_catalog.set_config('search_path', 'pg_catalog', false);\n",
                                       "USE mysql;\nSET foreign_key_checks = 0, sql_mode = '';\n")};
    }

    kin::database one{place.url(), {.max = 1}};
};

TEST_F(cancelled_migrations, leave_a_connection_as_it_was) {
    migrations steps = first();
    steps.add_sql("2_x.sql", "-- up\n" + changed() + "SELECT 1;\n");
    const std::string was = session();
    const std::string connection = number();
    const std::string why = cancelled(steps, 2,
                                      kin::test::engine_name() == "mariadb"      ? 3
                                      : kin::test::engine_name() == "postgresql" ? 2
                                                                                 : 1);
    EXPECT_TRUE(kin::test::contains(why, "the call was cancelled")) << why;
    EXPECT_EQ(session(), was);
    EXPECT_EQ(number(), connection);
    EXPECT_EQ(history(), "1|done|up");
    EXPECT_EQ(steps.status(db).locked_by, "");
    EXPECT_EQ(steps.up(db).size(), 1u);
}

TEST_F(cancelled_migrations, remember_what_is_half_done) {
    migrations steps = first();
    steps.add_sql("2_x.sql",
                  "-- up\n-- no transaction\nINSERT INTO notes (id, text) VALUES (1, 'a');\n"
                  "INSERT INTO notes (id, text) VALUES (2, 'b');\n");
    const std::string connection = number();
    (void)cancelled(steps, 2, 2);
    EXPECT_EQ(history(), "1|done|up; 2|failed|up");
    EXPECT_EQ(texts(), "a");
    EXPECT_EQ(steps.status(db).steps[1].statements, 1);
    EXPECT_EQ(steps.status(db).locked_by, "");
    EXPECT_EQ(number(), connection);
    steps.mark_done(db, 2);
}

/// What cannot be taken back is nobody else's to find.
TEST_F(cancelled_migrations, a_connection_that_cannot_go_back_is_closed) {
    if (kin::test::engine_name() != "mariadb") GTEST_SKIP();
    const std::string here = rows("SELECT database()");
    const std::string other = here + "_gone";
    db.script("CREATE DATABASE " + other);
    std::string url = place.url();
    url.replace(url.find('/' + here), here.size() + 1, '/' + other);
    kin::database there{url, {.max = 1}};
    const std::string before = kin::test::rows_of(*there.connect(), "SELECT connection_id()");
    migrations steps;
    steps.add_sql("1_gone.sql", "-- up\nDROP DATABASE " + other + ";\nUSE mysql;\nSELECT 1;\n");
    EXPECT_THROW((void)steps.up(there), kin::error);
    EXPECT_EQ(there.pool().idle(), 0u);
    db.script("CREATE DATABASE " + other);
    EXPECT_NE(kin::test::rows_of(*there.connect(), "SELECT connection_id()"), before);
    EXPECT_EQ(kin::test::rows_of(*there.connect(), "SELECT database()"), other);
    EXPECT_EQ(steps.status(there).locked_by, "");
    db.script("DROP DATABASE " + other);
}

}  // namespace
