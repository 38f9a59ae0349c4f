// The models of a database, as data: what `planning` decides and `writing` writes.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <kin/schema/catalogue.hpp>

#include "rows.hpp"

namespace kin::reverse {

struct model_options {
    bool members_as_columns = false;  ///< members are called as their columns where those are C++ names
    bool describe = true;             ///< also what only `create` and `compare` need of a table
    std::string name_space{};         ///< around all of it; empty: none
    std::string from{};               ///< what the first line says that it was made from
};

struct planned_column {
    const sql::column_definition* source = nullptr;
    std::string member{};
    std::string value_type{};  ///< without optional; empty: no member can hold it
    bool optional = false;
    std::string initial{};  ///< between the braces
    std::string comment{};
    std::size_t length = 0;  ///< of a text, where the database limits it
    bool key_type = false;   ///< a kin::key<…>
};
struct planned_relation {
    std::string type{};
    std::string member{};
    std::string comment{};
};
struct planned_model {
    const sql::table_definition* table = nullptr;  ///< null: a view
    const sql::view_definition* view = nullptr;
    std::string name{};
    bool read_only = false;  ///< a table that is nobody's to write: its rows have no key
    std::string left_out{};  ///< why there is no struct; empty: there is one
    std::vector<planned_column> columns{};
    std::vector<std::string> key{};  ///< columns, as the database calls them
    std::vector<planned_relation> relations{};
    std::vector<std::string> rules{};     ///< behind kin::table(…): `.unique("name")`; but for names of columns
    std::vector<std::string> comments{};  ///< what a model cannot say
    std::set<std::string> taken{};        ///< names of members

    [[nodiscard]] const std::string& schema() const { return table != nullptr ? table->schema : view->schema; }
    [[nodiscard]] const std::string& table_name() const { return table != nullptr ? table->name : view->name; }
    [[nodiscard]] planned_column* find(const std::string& column) {
        for (planned_column& c : columns) {
            if (c.source->name == column) return &c;
        }
        return nullptr;
    }
    [[nodiscard]] const planned_column* find(const std::string& column) const {
        return const_cast<planned_model*>(this)->find(column);
    }
};
struct planned_enum {
    const sql::enum_definition* source = nullptr;
    std::string name{};
    std::vector<std::string> enumerators{};
    bool as_labels = false;  ///< the enumerators are the labels
};
struct model_plan {
    const schema::catalogue* catalogue = nullptr;
    const sql::dialect* dialect = nullptr;
    std::vector<planned_enum> enums{};
    std::vector<planned_model> models{};
    std::vector<std::string> pivots{};    ///< what is said of tables that a many_to_many stands for
    std::vector<std::string> comments{};  ///< of the whole database

    [[nodiscard]] planned_model* find(const std::string& schema, const std::string& table) {
        for (planned_model& m : models) {
            if (m.table != nullptr && m.table->name == table && m.table->schema == schema) return &m;
        }
        return nullptr;
    }
};

/// What all of the catalogue is as models. It has to outlive the plan.
[[nodiscard]] model_plan plan_models(const schema::catalogue&, const sql::dialect&, const all_facts&,
                                     const model_options&);
/// The header.
[[nodiscard]] std::string write_models(const model_plan&, const model_options&);

// --- parts of planning -----------------------------------------------------------------------------------------------

/// The C++ type of a column; sets value_type, length and comment.
void choose_type(planned_column&, const model_plan&, const column_facts*);
/// Members for keys, and all that leads along them.
void plan_relations(model_plan&, const model_options&);
/// Keys, indexes, checks, defaults and names.
void plan_rules(model_plan&, const model_options&);

/// The enums that stand in the types of columns alone (MariaDB), each called as its column; the comment is the type,
/// `enum('a','b')`.
[[nodiscard]] std::vector<sql::enum_definition> enums_in_columns(const schema::catalogue&);

/// The SELECT of a view; empty where it alone does not make the same view.
[[nodiscard]] std::string query_of(const sql::view_definition&);
/// What Kin itself calls the type of a member; empty where it has no such members.
[[nodiscard]] std::string_view own_type(std::string_view value_type, const sql::dialect&);

/// "a", "b"
[[nodiscard]] std::string member_list(const planned_model&, const std::vector<std::string>& columns);

}  // namespace kin::reverse
