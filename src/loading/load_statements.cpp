// The statements that ask for the targets of many owners.
#include "loading/load_statements.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>

#include "memory/object_state.hpp"
#include "sql/rewriting.hpp"
#include "statements/joining.hpp"
#include "statements/model_statements.hpp"
#include "statements/way_to_targets.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

namespace {

/// With fewer owners a second statement costs more than columns that come again.
constexpr std::size_t worth_two_statements = 256;

bool by_whole_number(const mapping::foreign_key& k, const graph::pool& targets) {
    return !k.nullable && !k.tagged && k.to_primary_key && targets.identities.integer_key();
}

}  // namespace

std::vector<sql::expr> load_statements::conditions(const mapping::model& m, const std::vector<std::uint16_t>& columns,
                                                   key_set& keys, const mapping::model& of,
                                                   const std::vector<std::uint16_t>& from, const sql::select* origin,
                                                   std::string_view alias) const {
    if (origin == nullptr) {
        keys.sort();
        return ask_.partial() || relation_.tree() ? keys.exact() : keys.ranges();
    }
    sql::select inner = *origin;
    inner.columns.clear();
    for (const std::uint16_t c : from) {
        inner.columns.push_back({sql::column(&of, of.columns[c].name, inner.from[0].alias), {}});
    }
    // Of a polymorphic key the owners that speak of these targets: others have the same numbers.
    const bool tagged = relation_.holds_key() && key().tagged;
    if (!inner.limit && !inner.offset) {
        inner.order_by.clear();
        if (tagged) inner.where = sql::both(mapping::tag_condition(key(), inner.from[0].alias), inner.where);
    } else {
        // Not every database takes a LIMIT inside of IN (…).
        sql::select outer;
        for (const std::uint16_t c : from) {
            outer.columns.push_back({sql::column(&of, of.columns[c].name, "kin_owners"), {}});
        }
        if (tagged) {
            const std::string& tag = of.columns[key().tag.column].name;
            inner.columns.push_back({sql::column(&of, tag, inner.from[0].alias), {}});
            outer.where = mapping::tag_condition(key(), "kin_owners");
        }
        outer.from.push_back(sql::derived(std::move(inner), "kin_owners", &of));
        inner = std::move(outer);
    }
    std::vector<sql::expr> row;
    for (const std::uint16_t c : columns) row.push_back(sql::column(&m, m.columns[c].name, alias));
    return {sql::in_select(row.size() == 1 ? row[0] : sql::list(sql::op::row, row), std::move(inner))};
}

/// The SELECT of targets; of a many_to_many and a through relation with the keys of their owners behind their columns,
/// a row for each pair.
sql::select load_statements::select_targets(const sql::expr& condition, bool ordered) const {
    sql::select s;
    s.from.push_back(source_of_target(ask_));
    shape_.add_to(s);
    auto label = [&, i = 0]() mutable {
        return ask_.limit || ask_.offset ? "kin_key" + std::to_string(i++) : std::string{};
    };
    if (relation_.through()) {
        for (sql::expr& c : mapping::expressions(mapping::join_owners(s, relation_))) {
            s.columns.push_back({std::move(c), label()});
        }
    } else if (relation_.linked()) {
        const mapping::model& pivot = *relation_.links->through;
        s.joins.push_back({sql::join_kind::inner, mapping::source_of(pivot), mapping::key_condition(*relation_.far)});
        const auto add = [&](const std::vector<std::uint16_t>& columns) {
            for (const std::uint16_t c : columns) {
                s.columns.push_back({sql::column(&pivot, pivot.columns[c].name), label()});
            }
        };
        add(key().columns);
        if (between != nullptr) add(pivot.primary_key);
    }
    s.where = sql::both(s.where, sql::both(condition, mapping::fixed_condition(relation_)));
    // The targets' own, or the pivot's rows; a belongs_to's owners were looked at.
    if (!relation_.holds_key() && !relation_.through()) s.where = sql::both(mapping::tag_condition(key()), s.where);
    if (one_of_many()) {
        s.where = sql::both(s.where, mapping::candidate_condition(relation_));
        return per_owner(std::move(s));
    }
    s.where = sql::both(s.where, ask_.where);
    if (!ordered) return s;
    s.order_by = ask_.order;
    mapping::add_order(s.order_by, relation_);
    return ask_.limit || ask_.offset ? per_owner(std::move(s)) : s;
}

/// The same with the rows of each owner counted in their order, and only those that were asked for.
sql::select load_statements::per_owner(sql::select s) const {
    constexpr const char* place = "kin_row";
    const mapping::model& m = *relation_.target;
    sql::window w;
    if (relation_.through()) {
        for (auto c = s.columns.begin() + shape_.width(); c != s.columns.end(); ++c) w.partition_by.push_back(c->what);
    } else {
        const mapping::model& keyed = relation_.linked() ? *relation_.links->through : m;
        for (const std::uint16_t c : key().columns)
            w.partition_by.push_back(sql::column(&keyed, keyed.columns[c].name));
    }
    sql::select outer;
    if (one_of_many()) {
        w.order_by = mapping::chosen_order(relation_);
        outer.where = sql::at_alias(ask_.where, &m, m.table);  // of the chosen one: it does not choose
    } else {
        w.order_by = std::exchange(s.order_by, {});
        for (const std::uint16_t c : m.primary_key)
            w.order_by.push_back({sql::column(&m, m.columns[c].name), false, {}});
    }
    for (const sql::result_column& c : s.columns) {
        outer.columns.push_back({sql::column(&m, c.label.empty() ? c.what->text : c.label, m.table), {}});
    }
    // What the chosen one is asked about has to be there, whether it is read or not.
    for (std::size_t c = 0; one_of_many() && !ask_.where.empty() && c < m.columns.size(); ++c) {
        if ((shape_.missing >> c & 1) != 0) s.columns.push_back({sql::column(&m, m.columns[c].name), {}});
    }
    const sql::expr row = sql::column(&m, place, m.table);
    // A target that several ways lead to is one: its rows are equal in the order.
    const bool repeats = relation_.through() || (relation_.linked() && !relation_.links->unique);
    const char* number = repeats ? "dense_rank" : "row_number";
    s.columns.push_back({sql::over(sql::function(number, {}), std::move(w)), place});
    const std::int64_t first = one_of_many() ? 0 : ask_.offset.value_or(0);
    const std::optional<std::int64_t> limit = one_of_many() ? 1 : ask_.limit;
    if (first > 0) outer.where = sql::binary(sql::op::greater, row, sql::literal(value{first}));
    if (limit) {
        outer.where =
            sql::both(outer.where, sql::binary(sql::op::less_equal, row, sql::literal(value{first + *limit})));
    }
    outer.order_by.push_back({row, false, {}});
    outer.from.push_back(sql::derived(std::move(s), m.table, &m));
    return outer;
}

std::vector<sql::select> load_statements::selects(key_set& keys, bool all_of_table, const sql::select* origin) const {
    std::vector<sql::select> all;
    if (keys.empty()) return all;
    if (relation_.holds_key()) {
        for (const sql::expr& condition :
             conditions(*relation_.target, key().target_columns, keys, *relation_.owner, key().columns, origin)) {
            all.push_back(select_targets(condition, false));
        }
        return all;
    }
    const mapping::model& keyed = relation_.linked() ? *relation_.links->through : *relation_.target;
    const auto ask_for = [&](const sql::expr& condition) {
        all.push_back(apart ? select_pairs(condition) : select_targets(condition, true));
    };
    if (all_of_table) {
        const bool some = !relation_.linked() && key().nullable;
        ask_for(some ? sql::unary(sql::op::is_not_null, sql::column(&keyed, keyed.columns[key().columns[0]].name))
                     : sql::expr{});
        return all;
    }
    for (const sql::expr& condition :
         conditions(keyed, key().columns, keys, *relation_.owner, key().target_columns, origin)) {
        ask_for(condition);
    }
    return all;
}

key_set load_statements::keys_of(std::span<node* const> owners, bool all_of_table) const {
    key_set keys{relation_.linked() ? *relation_.links->through : *relation_.target, key().columns};
    for (node* n : owners) {
        if (unset(*n, key().target_columns)) continue;
        if (n->snapshot() == nullptr || key().to_primary_key) {
            (void)keys.add(*relation_.owner, key().target_columns, n->object());
            if (all_of_table && !keys.empty()) break;
            continue;
        }
        // Rows refer to a row by what it holds, whatever it is to be called after the flush.
        std::vector<value> row;
        value scratch;
        for (const std::uint16_t c : key().target_columns) row.emplace_back(row_value(*n, c, scratch));
        if (std::ranges::none_of(row, [](const value& v) { return v.view().is_null(); })) keys.add(std::move(row));
        if (all_of_table && !keys.empty()) break;  // nobody names them
    }
    return keys;
}

bool load_statements::unset(const node& n, const std::vector<std::uint16_t>& columns) const {
    if (n.state() != life::pending) return false;
    return std::any_of(columns.begin(), columns.end(),
                       [&](std::uint16_t c) { return graph::unset(relation_.owner->fields[c], n.object()); });
}

std::vector<sql::select> load_statements::selects_through(std::span<node* const> owners, bool all_of_table,
                                                          const sql::select* origin) const {
    const mapping::model& owner = *relation_.owner;
    sql::select scratch;
    scratch.from.push_back(mapping::source_of(*relation_.target));
    const mapping::owner_columns at = mapping::join_owners(scratch, relation_);
    key_set keys{*at.of, at.columns, at.alias};
    for (node* n : owners) {
        if (!unset(*n, owner.primary_key)) (void)keys.add(owner, owner.primary_key, n->object());
    }
    if (keys.empty()) return {};
    if (all_of_table) return {select_targets({}, true)};
    std::vector<sql::select> all;
    for (const sql::expr& condition :
         conditions(*at.of, at.columns, keys, owner, owner.primary_key, origin, at.alias)) {
        all.push_back(select_targets(condition, true));
    }
    return all;
}

bool load_statements::pairs_apart(std::size_t owners, const sql::select* origin) const {
    if (owners < worth_two_statements || origin != nullptr || between != nullptr) return false;
    if (!relation_.links->unique) return false;  // it may hold a pair twice
    if (ask_.partial() || !ask_.order.empty() || relation_.options.order_count != 0 || !relation_.fixed.empty() ||
        relation_.target->scoped()) {
        return false;
    }
    if (below_.said != nullptr && std::any_of(below_.said->begin(), below_.said->end(),
                                              [](const load_option& e) { return e.how == kin::load::joined; })) {
        return false;
    }
    return by_whole_number(key(), *memory_.objects.state_of(*relation_.owner).objects) &&
           by_whole_number(*relation_.far, *memory_.objects.state_of(*relation_.target).objects);
}

/// Rows of the owner's key and the target's.
sql::select load_statements::select_pairs(const sql::expr& condition) const {
    const mapping::model& pivot = *relation_.links->through;
    sql::select s;
    s.from.push_back(mapping::source_of(pivot));
    for (const mapping::foreign_key* k : {&key(), relation_.far}) {
        s.columns.push_back({sql::column(&pivot, pivot.columns[k->columns[0]].name), {}});
    }
    s.where = condition;
    return s;
}

std::vector<sql::select> load_statements::select_targets_of(const std::vector<sql::select>& pairs,
                                                            key_set& keys) const {
    keys.sort();
    std::vector<sql::expr> conditions = keys.ranges();
    if (conditions.size() > pairs.size()) {
        const mapping::model& m = *relation_.target;
        conditions.clear();
        for (sql::select inner : pairs) {
            inner.columns.erase(inner.columns.begin());
            conditions.push_back(sql::in_select(sql::column(&m, m.columns[m.primary_key[0]].name), std::move(inner)));
        }
    }
    std::vector<sql::select> all;
    for (sql::expr& condition : conditions) {
        sql::select s;
        s.from.push_back(source_of_target(ask_));
        shape_.add_to(s);
        s.where = std::move(condition);
        all.push_back(std::move(s));
    }
    return all;
}

sql::select load_statements::select_tree(const mapping::recursion& walk, const sql::expr& starts) const {
    const mapping::model& m = *relation_.target;
    sql::select s;
    s.with.push_back(walk.from(starts));
    s.from.push_back(walk.rows);
    s.joins.push_back({sql::join_kind::inner, mapping::recursion::source(), walk.of_met()});
    shape_.add_to(s);
    if (walk.rooted) {
        for (sql::expr& c : walk.roots()) s.columns.push_back({std::move(c), {}});
    }
    if (walk.depth != 0) s.columns.push_back({walk.goes_on(), {}});
    if (!walk.down) s.where = walk.where;  // of what was met last
    s.order_by = ask_.order;
    mapping::add_order(s.order_by, relation_);
    for (const std::uint16_t c : m.primary_key) s.order_by.push_back({sql::column(&m, m.columns[c].name), false, {}});
    return s;
}

}  // namespace kin::detail
