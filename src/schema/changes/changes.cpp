// Which dialect's way is gone.
#include <kin/schema/changes.hpp>

#include <algorithm>
#include <iterator>

#include "../compare/renames.hpp"
#include "afterwards.hpp"
#include "plan.hpp"

namespace kin::schema {

std::vector<std::string> change_script::all() const {
    std::vector<std::string> list = before;
    std::ranges::copy(statements, std::back_inserter(list));
    std::ranges::copy(after, std::back_inserter(list));
    return list;
}

change_script changes(const catalogue& from, const catalogue& to, std::span<const difference> differences,
                      const sql::dialect& d, const change_options& options, const site& where) {
    const catalogue was = comparing::without_schemas(from, d);
    const catalogue wanted = comparing::without_schemas(to, d);
    changing::change_plan plan{was, wanted, differences, d, where};
    change_script script = d.whole_columns    ? changing::mariadb_changes(plan)
                           : d.add_constraint ? changing::postgresql_changes(plan, options)
                                              : changing::sqlite_changes(plan);
    script.risk = worst(differences);
    for (const difference& x : differences) {
        if (changing::has_statement(x, d)) continue;
        script.by_hand.push_back('"' + (x.table.empty() ? x.name : x.table) + "\": " + x.reason);
    }
    return script;
}

std::vector<std::string> change_statements(const catalogue& from, const catalogue& to,
                                           std::span<const difference> differences, const sql::dialect& d,
                                           const change_options& options, const site& where) {
    return changes(from, to, differences, d, options, where).all();
}

}  // namespace kin::schema
