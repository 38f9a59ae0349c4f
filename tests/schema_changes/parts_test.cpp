// Scripts in parts over random pairs of catalogues, on filled tables: what takes a part back leaves what was there
// before it. KIN_DIFFERENTIAL=2000 runs that many pairs, KIN_DIFFERENTIAL_SEED=… begins at that one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>
#include <kin/schema/changes.hpp>
#include <kin/schema/inspect.hpp>

#include "pair.hpp"
#include "support/environment.hpp"
#include "support/place.hpp"
#include "support/validated.hpp"

namespace {

using namespace kin;

/// What a database says of a catalogue that was created in it.
schema::catalogue created(const schema::catalogue& all, const sql::dialect& d) {
    const test::place place;
    engine::connection db{engine::open_driver(engine::url::parse(place.url()))};
    for (const std::string& sql : schema::create_statements(all, d)) db.script(sql);
    return schema::inspect(db);
}

class filled_database {
  public:
    explicit filled_database(const test::pair& p) : db_{engine::open_driver(engine::url::parse(place_.url()))} {
        for (const std::string& sql : schema::create_statements(p.a, dialect())) db_.script(sql);
        db_.begin();
        db_.script(test::engine_says("PRAGMA defer_foreign_keys = ON", "SET LOCAL session_replication_role = replica",
                                     "SET foreign_key_checks = 0"));
        for (const std::string& sql : test::filling(p, dialect())) db_.script(sql);
        db_.commit();
        if (dialect().table_changes_commit) db_.script("SET foreign_key_checks = 1");
    }
    [[nodiscard]] const sql::dialect& dialect() const { return db_.dialect(); }
    [[nodiscard]] schema::catalogue look() { return schema::inspect(db_); }

    void run(const std::vector<std::string>& statements, bool transaction) {
        transaction = transaction && !dialect().table_changes_commit;
        if (transaction) db_.begin();
        for (const std::string& sql : statements) {
            try {
                db_.script(sql);
            } catch (const std::exception& e) {
                db_.rollback();
                throw std::runtime_error{sql + "\n  failed: " + e.what()};
            }
        }
        if (transaction) db_.commit();
    }
    void without_keys(bool off) {
        if (sqlite()) db_.script(off ? "PRAGMA foreign_keys = OFF" : "PRAGMA foreign_keys = ON");
    }
    void run(const schema::change_script& script) {
        without_keys(script.foreign_keys_off);
        run(script.before, false);
        run(script.statements, true);
        run(script.after, false);
        without_keys(false);
    }

  private:
    [[nodiscard]] bool sqlite() const { return &db_.dialect() == &sql::sqlite_dialect(); }
    test::place place_{};
    engine::connection db_;
};

std::string there_and_back(const test::pair& p, std::size_t& parts) {
    filled_database db{p};
    const sql::dialect& d = db.dialect();
    schema::compare_options options = p.renames;
    options.exact = true;
    const schema::catalogue begin = db.look();
    const schema::catalogue wanted = created(p.b, d);
    const auto differences = schema::compare(begin, wanted, d, options);
    const schema::change_options how{.concurrently = true, .validate_later = true};
    const schema::change_script up = schema::changes(begin, wanted, differences, d, how);
    const schema::way_back back = schema::changes_back(begin, wanted, differences, d, how);
    const auto left = [&](const schema::catalogue& was, const std::string& when) {
        const auto found = schema::compare(test::validated(db.look()), test::validated(was), d, {.exact = true});
        return found.empty() ? std::string{} : when + ": " + schema::report(found);
    };
    std::string what = "the way up";
    try {
        db.run(up.before, false);
        const schema::catalogue second = db.look();
        db.without_keys(up.foreign_keys_off);
        db.run(up.statements, true);
        db.without_keys(false);
        const schema::catalogue third = db.look();
        db.run(up.after, false);
        parts += (up.before.empty() ? 0U : 1U) + (up.after.empty() ? 0U : 1U);
        what = "what takes the last part back";
        db.run(back.after.script);
        if (const std::string text = left(third, what); !text.empty()) return text;
        what = "what takes the transaction back";
        db.run(back.statements.script);
        if (const std::string text = left(second, what); !text.empty()) return text;
        what = "what takes the first part back";
        db.run(back.before.script);
        return left(begin, what);
    } catch (const std::exception& e) {
        return what + ": " + e.what();
    }
}

TEST(parts_of_changes, are_taken_back_one_at_a_time) {
    const sql::dialect& d = test::this_dialect();
    const unsigned first = test::number_in("KIN_DIFFERENTIAL_SEED", 1);
    const unsigned count = test::number_in("KIN_DIFFERENTIAL", test::engine_name() == "sqlite" ? 50 : 20);
    unsigned failed = 0;
    std::size_t parts = 0;
    for (unsigned seed = first; seed < first + count && failed < 3; ++seed) {
        const std::string why = there_and_back(test::made(test::all_of(seed), d), parts);
        if (why.empty()) continue;
        ++failed;
        ADD_FAILURE() << "seed " << seed << ", " << why;
    }
    std::cout << count << " pairs, " << parts << " parts around a transaction\n";
    EXPECT_EQ(parts > 0, test::engine_name() == "postgresql");
}

}  // namespace
