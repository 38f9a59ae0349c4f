// Which parts of a table are which parts of another one: what both have, and what only one has.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <kin/schema/compare.hpp>

namespace kin::schema::comparing {

template <class T>
struct matched {
    std::vector<const T*> dropped{};
    std::vector<const T*> added{};
    std::vector<std::pair<const T*, const T*>> changed{};  ///< recognised as one, and not the same
    std::vector<std::pair<const T*, const T*>> kept{};

    [[nodiscard]] bool same() const noexcept { return dropped.empty() && added.empty() && changed.empty(); }
};

/// What is not the same about a column that both have.
struct column_changes {
    bool type = false;
    bool nullability = false;
    bool default_value = false;
    bool generated = false;
    bool identity = false;
    bool collation = false;
    bool options = false;
    bool comment = false;

    [[nodiscard]] bool any() const noexcept {
        return type || nullability || default_value || generated || identity || collation || options || comment;
    }
};

struct table_match {
    const sql::table_definition* from = nullptr;
    const sql::table_definition* to = nullptr;
    matched<sql::column_definition> columns{};
    matched<sql::unique_definition> uniques{};
    matched<sql::foreign_key_definition> foreign_keys{};
    matched<sql::check_definition> checks{};
    matched<sql::check_definition> constraints{};  ///< EXCLUDE
    matched<sql::index_definition> indexes{};
    matched<sql::trigger_definition> triggers{};
    bool primary_key = false;
    bool options = false;
    bool comment = false;

    [[nodiscard]] bool same() const noexcept {
        return columns.same() && uniques.same() && foreign_keys.same() && checks.same() && constraints.same() &&
               indexes.same() && triggers.same() && !primary_key && !options && !comment;
    }
};

/// Both tables by the same names: renames have been made before. What the result points at is theirs.
[[nodiscard]] table_match match(const sql::table_definition& from, const sql::table_definition& to, const sql::dialect&,
                                bool exact);
[[nodiscard]] column_changes changes_of(const sql::column_definition& from, const sql::column_definition& to,
                                        const sql::table_definition& from_table, const sql::table_definition& to_table,
                                        const sql::dialect&, bool exact);

[[nodiscard]] bool same_name(std::string_view, std::string_view, const sql::dialect&);
/// Whether `to` wants another one; one that only `from` has is nobody's business unless `exact`.
[[nodiscard]] bool other_comment(const std::string& from, const std::string& to, const sql::dialect&, bool exact);
[[nodiscard]] bool same_view(const sql::view_definition&, const sql::view_definition&, const sql::dialect&, bool exact);

/// The table of a catalogue by the dialect's rules of names; null: there is none.
[[nodiscard]] const sql::table_definition* table_in(const catalogue&, std::string_view schema, std::string_view name,
                                                    const sql::dialect&);
/// The INTEGER PRIMARY KEY that is the number of SQLite's rows; null: there is none.
[[nodiscard]] const sql::column_definition* rowid_column(const sql::table_definition&, const sql::dialect&);
[[nodiscard]] const sql::column_definition* column_in(const sql::table_definition&, std::string_view name,
                                                      const sql::dialect&);

}  // namespace kin::schema::comparing
