// Random pairs of catalogues: A is created and filled, and becomes B by the computed statements. What the database then
// says of itself is what it says of a B that was created; rows are what they were; the way back ends at A.
// KIN_DIFFERENTIAL=2000 runs that many pairs, KIN_DIFFERENTIAL_SEED=… begins at that one. A pair that fails is made
// smaller, and printed as SQL.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>
#include <kin/schema/changes.hpp>
#include <kin/schema/inspect.hpp>

#include "pair.hpp"
#include "reading.hpp"
#include "support/environment.hpp"
#include "support/place.hpp"

namespace {

using namespace kin;
using namespace kin::test;

struct failure {
    std::string what{};
};

class database {
  public:
    database() : connection_{engine::open_driver(engine::url::parse(place_.url()))} {}
    engine::connection& operator*() { return connection_; }
    engine::connection* operator->() { return &connection_; }

    void run(const std::vector<std::string>& statements) {
        for (const std::string& sql : statements) {
            try {
                connection_.script(sql);
            } catch (const std::exception& e) {
                throw failure{sql + "\n  failed: " + e.what()};
            }
        }
    }

    /// As a migration does it.
    void run(const schema::change_script& script) {
        if (script.foreign_keys_off) connection_.script("PRAGMA foreign_keys = OFF");
        run(script.before);
        if (connection_.dialect().table_changes_commit) {
            run(script.statements);
            return run(script.after);
        }
        connection_.begin();
        try {
            run(script.statements);
        } catch (...) {
            connection_.rollback();
            throw;
        }
        connection_.commit();
        run(script.after);
        if (script.foreign_keys_off) connection_.script("PRAGMA foreign_keys = ON");
    }

  private:
    test::place place_;
    engine::connection connection_;
};

std::string lines(const std::vector<std::string>& list) {
    std::string text;
    for (const std::string& l : list) text += "  " + l + "\n";
    return text;
}

void same_description(engine::connection& is, engine::connection& should_be, const std::string& when) {
    const std::vector<std::string> found = description(is);
    const std::vector<std::string> wanted = description(should_be);
    if (found == wanted) return;
    std::vector<std::string> more;
    std::vector<std::string> less;
    std::ranges::set_difference(found, wanted, std::back_inserter(more));
    std::ranges::set_difference(wanted, found, std::back_inserter(less));
    throw failure{when + ", the database says\n" + lines(more) + "and should say\n" + lines(less)};
}

/// '17', 17 and 17.0 are one number in three types.
bool same_number(const std::string& a, const std::string& b) {
    const auto number_in = [](const std::string& text) {
        const std::size_t blank = text.find(' ');
        return std::atof(text.substr(blank == std::string::npos ? 0 : blank + 1).c_str());
    };
    return number_in(a) == number_in(b);
}

/// Rows of tables that both have, in columns that both have.
void same_rows(const pair& p, const contents& before, const contents& after, bool back, const std::string& when,
               const sql::dialect& d) {
    for (const sql::table_definition& t : p.a.tables) {
        const sql::table_definition* next = successor(p, t);
        if (next == nullptr) continue;
        const auto& rows = before.at(t.name);
        const auto& now = after.at(back ? t.name : next->name);
        if (rows.size() != now.size())
            throw failure{when + ", \"" + t.name + "\" has " + std::to_string(now.size()) + " rows and had " +
                          std::to_string(rows.size())};
        if (numbered_by_sqlite_alone(t, d) && numbered_by_sqlite_alone(*next, d)) {
            for (const auto& [row, cells] : rows) {
                if (now.at(row).at(std::string{row_number}) != cells.at(std::string{row_number}))
                    throw failure{when + ", row " + row + " of \"" + t.name + "\" has another rowid"};
            }
        }
        for (const sql::column_definition& c : t.columns) {
            const sql::column_definition* wanted = successor(p, t, c);
            if (wanted == nullptr || !c.generated_sql.empty() || !wanted->generated_sql.empty()) continue;
            for (const auto& [row, cells] : rows) {
                const auto& was = cells.at(c.name);
                const auto& is = now.at(row).at(back ? c.name : wanted->name);
                const bool filled = !was && c.nullable && !wanted->nullable;
                if (filled ? is.has_value() : was == is) continue;
                if (was && is && c.type != wanted->type && same_number(*was, *is)) continue;
                throw failure{when + ", row " + row + " of \"" + t.name + "\" has in \"" + c.name + "\" " +
                              is.value_or("NULL") + " and had " + was.value_or("NULL")};
            }
        }
    }
}

/// Without some that nothing else of the list needs.
std::vector<schema::difference> some_of(std::vector<schema::difference> all) {
    bool odd = false;
    std::erase_if(all, [&, list = all](const schema::difference& x) {
        const auto reads_it = [&](const schema::difference& other) {
            return other.what == schema::change::view_added && other.name != x.name &&
                   other.wanted.find(x.name) != std::string::npos;
        };
        const bool alone = x.what == schema::change::comment || x.what == schema::change::column_options ||
                           x.what == schema::change::trigger_added ||
                           (x.what == schema::change::view_added && std::ranges::none_of(list, reads_it));
        return alone && (odd = !odd);
    });
    return all;
}

/// Whoever counts rows goes on behind the highest number that was ever given.
std::optional<failure> run(const pair& p, const sql::dialect& d, std::string* log) {
    const auto note = [&](const std::string& text) {
        if (log != nullptr) *log += text;
    };
    const auto statements = [](const schema::change_script& s) {
        std::string text;
        for (const std::string& sql : s.all()) text += sql + ";\n";
        return text;
    };
    note("-- A\n");
    for (const std::string& sql : schema::create_statements(p.a, d)) note(sql + ";\n");
    note("-- B\n");
    for (const std::string& sql : schema::create_statements(p.b, d)) note(sql + ";\n");
    for (const auto& r : p.renames.renamed_tables) note("-- renamed " + r.from + " to " + r.to + "\n");
    for (const auto& r : p.renames.renamed_columns) note("-- renamed " + r.table + "." + r.from + " to " + r.to + "\n");
    try {
        database a;
        database fresh_a;
        database fresh_b;
        a.run(schema::create_statements(p.a, d));
        fresh_a.run(schema::create_statements(p.a, d));
        fresh_b.run(schema::create_statements(p.b, d));
        a->begin();
        a->script(engine_says("PRAGMA defer_foreign_keys = ON", "SET LOCAL session_replication_role = replica",
                              "SET foreign_key_checks = 0"));
        a.run(filling(p, d));
        a->commit();
        if (d.table_changes_commit) a->script("SET foreign_key_checks = 1");
        const contents before = read_all(*a);

        schema::compare_options options = p.renames;
        options.exact = true;
        const schema::catalogue was = schema::inspect(*a);
        const schema::catalogue wanted = schema::inspect(*fresh_b);
        const auto go = [&](const schema::catalogue& is, const std::vector<schema::difference>& differences,
                            const std::string& way) {
            const schema::change_script up = schema::changes(is, wanted, differences, d);
            note("-- " + way + "\n" + schema::report(differences) + statements(up));
            a.run(up);
            const auto said = schema::afterwards(is, wanted, differences, d);
            if (const auto left = schema::compare(schema::inspect(*a), said, d, {.exact = true}); !left.empty())
                throw failure{way + " ends elsewhere than was said:\n" + schema::report(left)};
        };
        auto differences = schema::compare(was, wanted, d, options);
        go(was, some_of(differences), "up, a part of the way");
        const schema::catalogue between = schema::inspect(*a);
        differences = schema::compare(between, wanted, d, options);
        if (!differences.empty()) go(between, differences, "up");
        same_description(*a, *fresh_b, "after the way up");
        same_rows(p, before, read_all(*a), false, "after the way up", d);
        const schema::catalogue now = schema::inspect(*a);
        if (const auto left = schema::compare(now, wanted, d, {.exact = true}); !left.empty())
            throw failure{"after the way up, compare finds\n" + schema::report(left)};

        const auto back = schema::compare(now, was, d, schema::reversed(options));
        const schema::change_script down = schema::changes(now, was, back, d);
        note("-- down\n" + schema::report(back) + statements(down));
        a.run(down);
        same_description(*a, *fresh_a, "after the way down");
        same_rows(p, before, read_all(*a), true, "after the way down", d);
        if (const auto left = schema::compare(schema::inspect(*a), was, d, {.exact = true}); !left.empty())
            throw failure{"after the way down, compare finds\n" + schema::report(left)};
    } catch (const failure& f) {
        return f;
    } catch (const std::exception& e) {
        return failure{std::string{"thrown: "} + e.what()};
    }
    return std::nullopt;
}

/// Leaves out mutations, and then tables, as long as it fails without them.
choice smaller(choice c, const sql::dialect& d) {
    const auto fails = [&](const choice& x) { return run(made(x, d), d, nullptr).has_value(); };
    for (bool again = true; again;) {
        again = false;
        for (std::size_t i = 0; i < c.mutations.size(); ++i) {
            choice less = c;
            less.mutations.erase(less.mutations.begin() + static_cast<std::ptrdiff_t>(i));
            if (!fails(less)) continue;
            c = std::move(less);
            again = true;
            break;
        }
    }
    for (const sql::table_definition& t : random_catalogue(c.seed, d).tables) {
        choice less = c;
        less.without.push_back(t.name);
        if (fails(less)) c = std::move(less);
    }
    return c;
}

TEST(round_trip, any_catalogue_becomes_any_other_and_itself_again) {
    const sql::dialect& d = this_dialect();
    const unsigned first = test::number_in("KIN_DIFFERENTIAL_SEED", 1);
    const unsigned count = test::number_in("KIN_DIFFERENTIAL", 100);
    unsigned failed = 0;
    std::size_t mutations = 0;
    for (unsigned seed = first; seed < first + count && failed < 5; ++seed) {
        const choice c = all_of(seed);
        mutations += c.mutations.size();
        if (!run(made(c, d), d, nullptr)) continue;
        ++failed;
        const choice least = smaller(c, d);
        std::string log;
        const auto why = run(made(least, d), d, &log);
        ADD_FAILURE() << "seed " << seed << ": " << (why ? why->what : "not again") << '\n' << log;
    }
    std::cout << count << " pairs from seed " << first << ", " << mutations << " mutations\n";
}

}  // namespace
