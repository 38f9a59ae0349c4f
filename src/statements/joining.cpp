// How the tables of a relation meet, as conditions.
#include "statements/joining.hpp"

#include <kin/mapping/column.hpp>

#include "mapping/scope.hpp"

namespace kin::mapping {

sql::expr key_condition(const foreign_key& k, std::string_view owner_alias, std::string_view target_alias) {
    sql::expr on;
    for (std::size_t i = 0; i < k.columns.size(); ++i) {
        on = sql::both(
            on, sql::binary(sql::op::equal, sql::column(k.owner, k.owner->columns[k.columns[i]].name, owner_alias),
                            sql::column(k.target, k.target->columns[k.target_columns[i]].name, target_alias)));
    }
    return sql::both(tag_condition(k, owner_alias), on);
}

sql::expr tag_condition(const foreign_key& k, std::string_view owner_alias) {
    if (!k.tagged) return {};
    return sql::binary(sql::op::equal, sql::column(k.owner, k.owner->columns[k.tag.column].name, owner_alias),
                       sql::literal(k.tag.is));
}

sql::expr fixed_condition(const relation& r, std::string_view target_alias) {
    sql::expr all;
    for (const fixed_value& f : r.fixed) {
        const sql::expr column = sql::column(r.target, r.target->columns[f.column].name, target_alias);
        all = sql::both(all, sql::binary(sql::op::equal, column, sql::literal(f.is)));
    }
    return all;
}

namespace {

bool descends(const relation& r, std::string_view& name) {
    const bool minus = !name.empty() && name[0] == '-';
    if (minus) name.remove_prefix(1);
    return minus != (r.options.chosen == choice::last);
}

}  // namespace

sql::expr candidate_condition(const relation& r, std::string_view target_alias) {
    sql::expr all;
    if (r.options.chosen == choice::all) return all;
    for (const sql::ordering& o : chosen_order(r, target_alias)) {
        if (r.target->require_column(o.by->text, site::current()).nullable())
            all = sql::both(all, sql::unary(sql::op::is_not_null, o.by));
    }
    return all;
}

std::vector<sql::ordering> chosen_order(const relation& r, std::string_view target_alias) {
    std::vector<sql::ordering> order;
    add_order(order, r, target_alias);
    for (const std::uint16_t c : r.target->primary_key) {
        order.push_back(
            {sql::column(r.target, r.target->columns[c].name, target_alias), r.options.chosen == choice::last, {}});
    }
    return order;
}

sql::expr chosen_condition(const relation& r, std::string_view target_alias) {
    if (r.options.chosen == choice::all) return {};
    constexpr const char* other = "kin_other";
    const auto outer = [&](const std::string& column) { return sql::outer_column(r.target, column, target_alias); };
    sql::expr before;
    const std::vector<sql::ordering> order = chosen_order(r, other);
    for (std::size_t i = order.size(); i-- > 0;) {
        const sql::expr& theirs = order[i].by;
        const sql::expr mine = outer(theirs->text);
        const sql::expr better = sql::binary(order[i].descending ? sql::op::greater : sql::op::less, theirs, mine);
        before =
            before.empty() ? better : sql::either(better, sql::both(sql::binary(sql::op::equal, theirs, mine), before));
    }
    sql::select s;
    s.columns.push_back({sql::literal(value{1}), {}});
    s.from.push_back(source_of(*r.target, other));
    for (const std::uint16_t c : r.key->columns) {
        const std::string& name = r.target->columns[c].name;
        s.where = sql::both(s.where, sql::binary(sql::op::equal, sql::column(r.target, name, other), outer(name)));
    }
    s.where = sql::both(sql::both(s.where, sql::both(tag_condition(*r.key, other), fixed_condition(r, other))), before);
    return sql::both(candidate_condition(r, target_alias), sql::exists(std::move(s), true));
}

void add_order(std::vector<sql::ordering>& order, const relation& r, std::string_view target_alias) {
    for (std::size_t i = 0; i < r.options.order_count; ++i) {
        std::string_view name = r.options.order[i];
        const bool descending = descends(r, name);
        const column& c = r.target->require_column(name, site::current());
        order.push_back({sql::column(r.target, c.name, target_alias), descending, {}});
    }
}

sql::expr children_of(const foreign_key& k, const sql::expr& condition) {
    const model& child = *k.owner;
    const model& parent = *k.target;
    sql::select parents;
    parents.from.push_back(every_row_of(parent));
    parents.where = condition;
    for (const std::uint16_t c : k.target_columns) {
        parents.columns.push_back({sql::column(&parent, parent.columns[c].name), {}});
    }
    sql::expr subject = sql::column(&child, child.columns[k.columns[0]].name);
    if (k.columns.size() > 1) {
        std::vector<sql::expr> parts;
        for (const std::uint16_t c : k.columns) parts.push_back(sql::column(&child, child.columns[c].name));
        subject = sql::list(sql::op::row, std::move(parts));
    }
    return sql::both(tag_condition(k), sql::in_select(subject, parents));
}

}  // namespace kin::mapping
