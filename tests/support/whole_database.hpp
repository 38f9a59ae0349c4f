// The frame of a test over a database that somebody else made, whole: what its rows are before and after, told apart
// table by table by a connection that knows nothing of sessions and models.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/place.hpp"
#include "support/whole_tables.hpp"

namespace kin::test {

/// How many rows of a table there were, and how many others there are.
struct row_changes {
    std::size_t gone = 0;
    std::size_t come = 0;
    bool operator==(const row_changes&) const = default;
    friend void PrintTo(const row_changes& c, std::ostream* out) { *out << "{" << c.gone << ", " << c.come << "}"; }
};
using changes_of_tables = std::map<std::string, row_changes>;

class whole_database : public testing::Test {
  protected:
    /// Of each row of a table, in the order of the hashes.
    using row_hashes = std::vector<std::size_t>;
    using contents = std::map<std::string, row_hashes>;

    /// A copy of a file of SQLite's, which may be written to.
    void open_copy(const std::filesystem::path& from) {
        directory_ = std::make_unique<temporary_directory>();
        const std::filesystem::path copy = directory_->file("copy.db");
        std::filesystem::copy_file(from, copy);
        std::filesystem::permissions(copy, std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
        open(directory_->sqlite_url("copy.db") + "?synchronous=off");
    }
    void open(const std::string& url) { db_ = std::make_unique<kin::database>(url); }
    void TearDown() override { db_.reset(); }

    static std::int64_t number(session& s, const std::string& sql) { return number_of(s, sql); }

    /// All rows of all tables.
    contents everything() {
        contents all;
        const auto outside = db_->connect();
        for (const std::string& table : texts(*outside, engine_says(sqlite_tables, postgresql_tables))) {
            row_hashes& rows = all[table];
            for (const std::string& row : texts(*outside, whole_rows(*outside, table)))
                rows.push_back(std::hash<std::string>{}(row));
            std::sort(rows.begin(), rows.end());
        }
        return all;
    }
    /// The tables whose rows are others than before; no key leads nowhere.
    changes_of_tables changed_since(const contents& before) {
        changes_of_tables changed;
        contents now = everything();
        for (const auto& [table, rows] : before) {
            const row_changes each{missing(rows, now[table]), missing(now[table], rows)};
            if (each != row_changes{}) changed[table] = each;
        }
        EXPECT_EQ(now.size(), before.size());
        if (engine_name() == "sqlite") {
            EXPECT_EQ(texts(*db_->connect(), "PRAGMA foreign_key_check"), std::vector<std::string>{});
        }
        return changed;
    }

    std::unique_ptr<temporary_directory> directory_{};
    std::unique_ptr<kin::database> db_{};

  private:
    static constexpr const char* sqlite_tables =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY name";
    static constexpr const char* postgresql_tables =
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename";

    /// The first cell of each row.
    static std::vector<std::string> texts(engine::connection& c, std::string_view sql) {
        std::vector<std::string> all;
        for (auto row = c.run(sql); row.next();) all.emplace_back(row.cell(0).bytes);
        return all;
    }
    /// Each row of a table as one text, to the bit.
    static std::string whole_rows(engine::connection& c, const std::string& table) {
        if (engine_name() != "sqlite") return "SELECT t::text FROM \"" + table + "\" t";
        std::string columns;
        for (const std::string& name : texts(c, "SELECT name FROM pragma_table_info('" + table + "')"))
            columns += (columns.empty() ? "quote(\"" : " || ',' || quote(\"") + name + "\")";
        return "SELECT " + columns + " FROM \"" + table + "\"";
    }
    /// How many rows of the one are not in the other.
    static std::size_t missing(const row_hashes& of, const row_hashes& in) {
        row_hashes left;
        std::set_difference(of.begin(), of.end(), in.begin(), in.end(), std::back_inserter(left));
        return left.size();
    }
};

}  // namespace kin::test
