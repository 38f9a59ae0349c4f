// Rows that are removed and stay.
#include "statements/soft_removal.hpp"
#include "statements/joining.hpp"

#include <algorithm>
#include <map>

#include <kin/graph/fields.hpp>
#include <kin/sql/compiler.hpp>

#include "mapping/scope.hpp"
#include "statements/key_conditions.hpp"
#include "statements/stamping.hpp"

namespace kin::detail {

using graph::node;

namespace {

sql::update set_time(const mapping::model& m, const sql::expr& rows, const value& time, std::int64_t now) {
    sql::update u;
    u.table = mapping::every_row_of(m);
    u.set.push_back({m.soft_deleted->name, sql::literal(time)});
    for (const mapping::column& c : m.columns) {
        const sql::expr column = sql::column(&m, c.name);
        if (c.does == mapping::behaviour::updated_at) {
            u.set.push_back({c.name, sql::literal(value{now, kind::timestamp})});
        }
        if (c.does == mapping::behaviour::version) {
            u.set.push_back({c.name, sql::binary(sql::op::add, column, sql::literal(value{1}))});
        }
    }
    u.where = rows;
    return u;
}

}  // namespace

sql::update soft_removal(const mapping::model& m, const sql::expr& rows, std::optional<std::int64_t> at) {
    return at ? set_time(m, rows, value{*at, kind::timestamp}, *at) : soft_return(m, rows, now_in_microseconds());
}

sql::update soft_return(const mapping::model& m, const sql::expr& rows, std::int64_t now) {
    return set_time(m, rows, value{}, now);
}

sql::expr not_removed(const mapping::model& m) {
    return sql::unary(sql::op::is_null, sql::column(&m, m.soft_deleted->name));
}

std::int64_t remove_softly(engine::connection& c, const mapping::model& m, const sql::expr& rows, std::int64_t at) {
    const sql::compiled text = sql::compile(soft_removal(m, sql::both(rows, not_removed(m)), at), c.dialect());
    return c.execute(text.text, text.parameters);
}

namespace {

key_set select_keys(engine::connection& c, const mapping::model& m, const sql::expr& rows, auto&& found,
                    const site& where) {
    sql::select q;
    q.from.push_back(mapping::every_row_of(m));
    q.where = rows;
    for (const std::uint16_t each : m.primary_key) q.columns.push_back({sql::column(&m, m.columns[each].name), {}});
    const sql::compiled text = sql::compile(q, c.dialect(), where);
    key_set keys{m, m.primary_key};
    engine::cursor row = c.run(text.text, {.values = text.parameters});
    while (row.next()) {
        std::vector<value> key;
        for (int i = 0; i < row.columns(); ++i) key.emplace_back(row.cell(i));
        found(key);
        keys.add(std::move(key));
    }
    return keys;
}

}  // namespace

void restore_owned(engine::connection& c, const mapping::model& m, const std::vector<node*>& nodes, std::int64_t now,
                   const returned_row& returned, const site& where) {
    std::map<std::int64_t, std::vector<node*>> by_time;
    for (node* n : nodes) {
        const auto column = static_cast<std::size_t>(m.soft_deleted - m.columns.data());
        by_time[graph::packed(m, n->snapshot(), column).integer].push_back(n);
    }
    struct rows {
        const mapping::model* of;
        sql::expr where;
    };
    for (const auto& [removed_at, together] : by_time) {
        const std::int64_t time = removed_at;
        std::vector<rows> open;
        for (sql::expr& keys : key_conditions(m, together)) open.push_back({&m, std::move(keys)});
        while (!open.empty()) {
            const rows parents = std::move(open.back());
            open.pop_back();
            for (const mapping::foreign_key* k : parents.of->incoming) {
                const mapping::model& child = *k->owner;
                if (!goes_along(*k) || child.soft_deleted == nullptr) continue;
                const sql::expr removed = sql::binary(sql::op::equal, sql::column(&child, child.soft_deleted->name),
                                                      sql::literal(value{time, kind::timestamp}));
                const key_set keys = select_keys(
                    c, child, sql::both(mapping::children_of(*k, parents.where), removed),
                    [&](const std::vector<value>& key) { returned(child, key, time); }, where);
                if (keys.empty()) continue;
                for (sql::expr& each : keys.exact()) {
                    const sql::compiled text = sql::compile(soft_return(child, each, now), c.dialect(), where);
                    (void)c.execute(text.text, text.parameters);
                    open.push_back({&child, std::move(each)});
                }
            }
        }
    }
}

}  // namespace kin::detail
