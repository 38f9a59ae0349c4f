// What is to be done, table by table, before anybody says how.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <kin/schema/changes.hpp>

#include "../compare/matching.hpp"

namespace kin::schema::changing {

/// A trigger with the table or view that it belongs to, as called after renames.
struct placed_trigger {
    std::string schema{};
    std::string table{};
    sql::trigger_definition trigger{};
};

/// A foreign key with the table that has it, as called after renames.
struct placed_key {
    std::string schema{};
    std::string table{};
    sql::foreign_key_definition key{};
};

template <class T>
[[nodiscard]] bool holds(const std::vector<T>& list, const std::type_identity_t<T>& what) {
    return std::ranges::find(list, what) != list.end();
}

class change_plan {
  public:
    change_plan(const catalogue& from, const catalogue& asked, std::span<const difference>, const sql::dialect&,
                const site& = site::current());
    change_plan(const change_plan&) = delete;
    change_plan& operator=(const change_plan&) = delete;

    /// Whether the list has it.
    [[nodiscard]] bool listed(change, const std::string& schema, const std::string& table,
                              const std::string& name) const;

    const sql::dialect& dialect;
    std::span<const difference> differences;
    const catalogue& from;
    const catalogue& asked;  ///< what was to be made of it, as far as the list says so
    compare_options renames;
    catalogue base;                                          ///< `from` after the renames
    catalogue to;                                            ///< `base` after all of the list
    std::vector<comparing::table_match> tables;              ///< what both have and the list names: of base, of to
    std::vector<const sql::table_definition*> added;         ///< of to
    std::vector<const sql::table_definition*> dropped;       ///< of base
    std::vector<const sql::view_definition*> dropped_views;  ///< of base; also those that are to be others
    std::vector<const sql::view_definition*> made_views;     ///< of to, in its order
    std::vector<placed_trigger> dropped_triggers;
    std::vector<placed_trigger> made_triggers;

    /// Views that name one of these tables, or a view that does, are dropped and made again; so are triggers, where
    /// asked.
    void take_out_of_the_way(const std::vector<std::string>& names, bool triggers);

  private:
    site where_;
    /// How a view comes back.
    [[nodiscard]] const sql::view_definition* made_again(const sql::view_definition& had) const;
    /// Refuses to make again what names a column by the name that it has no more; `sql` is the database's.
    void require_names(const std::string& what, const std::string& name, const std::string& sql) const;
    /// Of a trigger of a table, before names in it were replaced.
    [[nodiscard]] const std::string& text_before(const sql::trigger_definition&) const;
    /// Who names another view stands behind it.
    [[nodiscard]] std::vector<const sql::view_definition*> in_order(std::vector<const sql::view_definition*>) const;
    /// Whether a column of it has a type whose labels are changed by making it again.
    [[nodiscard]] bool has_remade_type(const sql::table_definition&) const;
    void collect_tables();
    void collect_views();
    void collect_triggers();
};

/// The renames in an order in which no name is taken: by way of a third name where two change places.
[[nodiscard]] std::vector<std::string> rename_statements(const change_plan&);

/// All statements of a plan, in the order in which the database takes them.
[[nodiscard]] change_script sqlite_changes(change_plan&);
[[nodiscard]] change_script postgresql_changes(change_plan&, const change_options&);
[[nodiscard]] change_script mariadb_changes(change_plan&);

}  // namespace kin::schema::changing
