// One table's changes on PostgreSQL, sorted into what has to happen when.
#pragma once

#include <string>
#include <vector>

#include <kin/sql/alteration.hpp>

#include "plan.hpp"

namespace kin::schema::changing {

/// An index that is made, and the one whose place it takes.
struct made_index {
    sql::index_definition index{};
    /// Of an old one that can stay until it is there; empty: there is none, or it goes before.
    std::string instead_of{};
    /// A key or a column that is changed in the transaction wants it there.
    bool at_once = false;
};

struct table_steps {
    std::string schema{};
    std::string table{};
    std::vector<sql::drop_index> drop_indexes{};
    std::vector<sql::table_action> first{};   ///< what goes, and types
    std::vector<sql::fill_nulls> fills{};     ///< rows, between the two
    std::vector<sql::table_action> second{};  ///< what comes and needs them
    std::vector<made_index> indexes{};
    std::vector<sql::table_action> last{};  ///< columns that are not wanted any more
    std::vector<sql::comment_on> comments{};
    std::vector<std::string> again{};     ///< constraints that are dropped and come back by their names
    std::vector<std::string> kept{};      ///< statements for what a column that is made again took along
    bool rights = false;                  ///< whether it is made again, with the rights that were given to it
    std::vector<std::string> counters{};  ///< numbers begin behind what rows have
};

/// Columns whose values become others, or that are made again: what names them is made again, too.
[[nodiscard]] std::vector<std::string> touched_columns(const change_plan&, const comparing::table_match&);
/// Types whose labels are changed by making them again, by schema and name.
[[nodiscard]] bool uses_remade_type(const change_plan&, const sql::column_definition&);

[[nodiscard]] table_steps steps_of(const change_plan&, const comparing::table_match&);

/// The name that PostgreSQL gives a constraint that has none.
[[nodiscard]] std::string usual_name(const std::string& table, const std::vector<std::string>& columns,
                                     std::string_view kind);

}  // namespace kin::schema::changing
