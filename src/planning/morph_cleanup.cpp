// What constraints do for other keys, the unit of work does for polymorphic ones.
#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/sql/compiler.hpp>

#include "mapping/scope.hpp"
#include "planning/flush_plan.hpp"

namespace kin::detail {

void require_targets(const graph::node& child, const site& where) {
    const mapping::model& m = *child.in->what;
    for (const mapping::foreign_key& k : m.foreign_keys) {
        if (!k.tagged || k.nullable || !graph::unset(m.fields[k.tag.column], child.object())) continue;
        throw flush_error{name_of(child) + " has no " + k.morph + ", but " + m.name + "." +
                              m.columns[k.columns[0]].name + " cannot be NULL",
                          {.where = where}};
    }
}

void require_no_children(engine::connection& c, const mapping::foreign_key& k, const sql::expr& condition,
                         const site& where) {
    sql::select q;
    q.from.push_back(mapping::every_row_of(*k.owner));
    q.columns.push_back({sql::literal(value{1}), {}});
    q.where = condition;
    q.limit = 1;
    const sql::compiled text = sql::compile(q, c.dialect(), where);
    engine::cursor row = c.run(text.text, {.values = text.parameters});
    if (!row.next()) return;
    std::string owners;
    for (const mapping::relation* r : k.parent_sides)
        owners += " or declare " + k.target->name + "." + r->name + " owned";
    throw foreign_key_violation{"a " + k.target->name + " cannot be removed: " + k.owner->name + "." + k.morph +
                                    " refers to it and cannot be NULL; remove those rows first" + owners,
                                {.sql = text.text, .where = where}};
}

}  // namespace kin::detail
