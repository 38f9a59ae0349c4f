// Rows of pivots that were removed and stay: a link that is made anew takes its row again.
#include "unit_of_work/plan_runner.hpp"

#include <algorithm>
#include <unordered_map>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/sql/compiler.hpp>

#include "graph/blank_object.hpp"
#include "lifecycle/session_memory.hpp"
#include "planning/flush_plan.hpp"
#include "statements/key_conditions.hpp"
#include "statements/model_statements.hpp"
#include "statements/pivot_statements.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

/// Of new rows of a pivot those whose pair has a row that was removed: it is theirs, as if it were new.
std::unordered_set<const node*> plan_runner::take_kept_rows(const mapping::model& m, const std::vector<node*>& nodes) {
    std::unordered_set<const node*> taken;
    if (m.soft_deleted == nullptr) return taken;
    const auto unique = std::find_if(m.links.begin(), m.links.end(), [](const auto* links) { return links->unique; });
    if (unique == m.links.end()) return taken;
    const mapping::link_pair& links = **unique;
    // What gets its row by this flush was linked to nothing.
    const auto fresh = [&](node& row, const mapping::foreign_key* k) {
        const node* end = memory_.parents.parent_now(row, *k);
        return end != nullptr && end->state() == life::pending;
    };
    std::vector<node*> asked;
    std::vector<const void*> objects;
    for (node* n : nodes) {
        if (fresh(*n, links.first) || fresh(*n, links.second)) continue;
        asked.push_back(n);
        objects.push_back(n->object());
    }
    if (asked.empty()) return taken;
    std::uint64_t columns = 0;
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        const mapping::column& each = m.columns[i];
        const bool of_pair =
            std::find(links.unique_columns.begin(), links.unique_columns.end(), i) != links.unique_columns.end();
        if (each.primary_key || &each == m.version || each.does == mapping::behaviour::updated_at || of_pair) continue;
        columns |= std::uint64_t{1} << i;
    }
    const bound_statement& statement = pair_update(links, connection_.dialect(), columns, true);
    std::vector<std::int64_t> affected(asked.size());
    connection_.run_each(statement.text, statement.fields, objects, {.affected = affected.data()});
    std::unordered_map<std::string, node*> by_pair;
    key_set pairs{m, links.unique_columns};
    for (std::size_t i = 0; i < asked.size(); ++i) {
        if (affected[i] == 0) continue;
        taken.insert(asked[i]);
        by_pair.emplace(key_text(m, asked[i]->object(), links.unique_columns), asked[i]);
        (void)pairs.add(m, links.unique_columns, asked[i]->object());
    }
    // The row has a version, and maybe a key of its own, that the new object does not know.
    const bool whole = std::all_of(m.primary_key.begin(), m.primary_key.end(), [&](std::uint16_t each) {
        return std::find(links.unique_columns.begin(), links.unique_columns.end(), each) != links.unique_columns.end();
    });
    if (taken.empty() || (whole && m.version == nullptr)) return taken;
    for (const sql::expr& condition : pairs.exact()) {
        sql::select q = select_of(m);
        q.where = sql::both(q.where, condition);
        const sql::compiled text = sql::compile(q, connection_.dialect(), where_);
        engine::cursor row = connection_.run(text.text, {.values = text.parameters});
        while (row.next()) {
            const blank_object read{*m.type};
            row.decode(m.fields, read.at, 0);
            const auto at = by_pair.find(key_text(m, read.at, links.unique_columns));
            if (at == by_pair.end()) continue;
            const auto bring = [&](const field& f) {
                value scratch;
                memory_.log.remember(*at->second, f);
                graph::assign(f, at->second->object(), graph::view(f, read.at, scratch));
            };
            for (const std::uint16_t each : m.primary_key) bring(m.fields[each]);
            if (m.version != nullptr) bring(m.version->io);
        }
    }
    return taken;
}

}  // namespace kin::detail
