// Relations in conditions, as correlated subqueries.
#include "query/existence.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/query/existence.hpp>

#include "mapping/scope.hpp"
#include "statements/joining.hpp"
#include "statements/key_conditions.hpp"
#include "statements/recursion.hpp"
#include "statements/way_to_targets.hpp"

namespace kin::detail {

using graph::node;

namespace {

sql::expr column_of(const mapping::model& m, std::uint16_t c) { return sql::column(&m, m.columns[c].name); }

/// The two ends of a key, one of which belongs to the select around (so many of them out): also where both are one
/// table.
sql::expr correlated(const mapping::foreign_key& k, bool owner_outside, std::string_view alias = {},
                     std::uint8_t levels = 1) {
    const mapping::model& in = owner_outside ? *k.target : *k.owner;
    const mapping::model& out = owner_outside ? *k.owner : *k.target;
    const auto& inner = owner_outside ? k.target_columns : k.columns;
    const auto& outer = owner_outside ? k.columns : k.target_columns;
    sql::expr all;
    if (k.tagged) {
        const std::string& tag = k.owner->columns[k.tag.column].name;
        all = sql::binary(sql::op::equal,
                          owner_outside ? sql::outer_column(&out, tag, alias, levels) : sql::column(&in, tag),
                          sql::literal(k.tag.is));
    }
    for (std::size_t i = 0; i < inner.size(); ++i) {
        all = sql::both(all, sql::binary(sql::op::equal, column_of(in, inner[i]),
                                         sql::outer_column(&out, out.columns[outer[i]].name, alias, levels)));
    }
    return all;
}

/// What leads to the targets of the row of the select around theirs.
sql::expr through(const mapping::relation& r, std::string_view owner_alias) {
    const mapping::way_to_targets way{r};
    const std::vector<sql::expr> inner = mapping::expressions(way.owners());
    sql::expr same;
    for (std::size_t i = 0; i < inner.size(); ++i) {
        const mapping::column& key = r.owner->columns[r.owner->primary_key[i]];
        same = sql::both(same,
                         sql::binary(sql::op::equal, inner[i], sql::outer_column(r.owner, key.name, owner_alias, 2)));
    }
    return way.from(same);
}

/// Whether the row of the select around has anything below (or above) it: the next one, that is not itself, is enough.
sql::expr has_next(const mapping::relation& r, std::string_view owner_alias) {
    const mapping::model& m = *r.target;
    std::vector<sql::expr> itself;
    for (const std::uint16_t c : m.primary_key)
        itself.push_back(sql::outer_column(&m, m.columns[c].name, owner_alias, 1));
    const bool up = r.kind == mapping::relation_kind::ancestors;
    sql::select next;
    next.columns.push_back({sql::literal(value{1}), {}});
    next.from.push_back(mapping::source_of(m));
    next.where =
        sql::both(correlated(*r.key, up, owner_alias), sql::negated(mapping::equal_columns(m, m.primary_key, itself)));
    return sql::exists(std::move(next));
}

/// The rows above those that are meant, or below them, have them below, or above: a walk from a row is needed only
/// where it is meant itself, as a cycle may lead back to it, and it is not below itself. `from_there`: that walk.
sql::expr in_tree(const mapping::relation& r, const sql::expr& condition, std::string_view owner_alias,
                  sql::select from_there) {
    const mapping::model& m = *r.target;
    mapping::recursion walk = mapping::recursion_of(r, false);
    walk.down = !walk.down;
    sql::select meant;
    meant.from.push_back(mapping::source_of(m));
    for (const std::uint16_t c : m.primary_key) meant.columns.push_back({column_of(m, c), {}});
    meant.where = condition;
    const sql::expr starts = walk.down ? sql::in_select(mapping::row_of(m, r.key->columns), meant)
                                       : sql::both(mapping::visible_rows(m), condition);
    const sql::expr others = sql::in_select(mapping::row_of(m, m.primary_key, owner_alias), meant, true);
    return sql::both(mapping::in_met(walk, starts, owner_alias),
                     sql::either(others, sql::exists(std::move(from_there))));
}

/// What the row of the select around has, walked from there: with keys that are indexed a count over a large tree costs
/// what its rows have, and not a search among the pairs of the whole table for each of them.
void walk_from_outer(sql::select& s, const mapping::relation& r, std::string_view owner_alias) {
    const mapping::model& m = *r.target;
    const mapping::recursion walk = mapping::recursion_of(r, false);
    const auto outer = [&](std::uint8_t levels) {
        std::vector<sql::expr> key;
        for (const std::uint16_t c : m.primary_key)
            key.push_back(sql::outer_column(&m, m.columns[c].name, owner_alias, levels));
        return key;
    };
    s.with.push_back(walk.from(mapping::equal_columns(m, walk.begins(), outer(1))));
    s.joins.push_back({sql::join_kind::inner, mapping::recursion::source(), walk.of_met()});
    // Of what was met, not of the target: databases keep a table of targets for all rows then.
    sql::expr itself;
    const std::vector<sql::expr> met = walk.met();
    const std::vector<sql::expr> root = outer(1);
    for (std::size_t i = 0; i < met.size(); ++i)
        itself = sql::both(itself, sql::binary(sql::op::equal, met[i], root[i]));
    s.where = sql::both(s.where, sql::negated(itself));
}

const mapping::relation& bound(const mapping::relation& r, const site& where) {
    if (!r.problem.empty()) throw mapping_error{r.problem, {.where = where}};
    return r;
}

/// What a target has to be besides the owner's.
sql::expr restriction(const mapping::relation& r) {
    return sql::both(mapping::fixed_condition(r), mapping::chosen_condition(r));
}

sql::select from_rows(sql::source rows, sql::expr condition) {
    sql::select s;
    s.columns.push_back({sql::literal(value{1}), {}});
    s.from.push_back(std::move(rows));
    s.where = std::move(condition);
    return s;
}

/// The objects by their values in some columns; an object without a row has none.
class named_objects {
  public:
    named_objects(const mapping::model& in, const std::vector<std::uint16_t>& columns, const mapping::model& of,
                  const std::vector<std::uint16_t>& from, const site& where, std::string_view alias = {})
        : in_{in}, columns_{columns}, of_{of}, from_{from}, where_{where}, keys_{in, columns, alias} {}

    void add(node& n) {
        graph::look(&n);
        for (const std::uint16_t c : from_) {
            if (n.state() == graph::life::persistent || !graph::unset(of_.fields[c], n.object())) continue;
            throw usage_error{"this " + of_.name + " has no row yet, so no condition can name it: flush first",
                              {.where = where_}};
        }
        (void)keys_.add(of_, from_, n.object());
    }
    [[nodiscard]] sql::expr condition() {
        keys_.sort();
        sql::expr any;
        for (const sql::expr& each : keys_.exact()) any = sql::either(any, each);
        // One of no values: nothing.
        return any.empty() ? sql::list(sql::op::in, {column_of(in_, columns_[0])}) : any;
    }

  private:
    const mapping::model& in_;
    const std::vector<std::uint16_t>& columns_;
    const mapping::model& of_;
    const std::vector<std::uint16_t>& from_;
    const site& where_;
    key_set keys_;
};

/// A key without a value in one of its columns refers to nothing.
sql::expr key_is_null(const mapping::foreign_key& k) {
    sql::expr any;
    for (const std::uint16_t c : k.columns) {
        if (!k.owner->columns[c].nullable() && k.nullable) continue;
        any = sql::either(any, sql::unary(sql::op::is_null, column_of(*k.owner, c)));
    }
    return any;
}

}  // namespace

namespace {

bool mentions(const sql::expr& e, const void* identity) {
    if (e.empty()) return false;
    return (e->what == sql::op::column && e->identity == identity) ||
           std::any_of(e->args.begin(), e->args.end(), [&](const sql::expr& each) { return mentions(each, identity); });
}

/// Targets of a pivot that may hold a pair in several rows: each once.
sql::select targets_once(const mapping::relation& r, const sql::expr& condition, std::string_view owner_alias) {
    const mapping::model& pivot = *r.links->through;
    sql::expr linked = correlated(*r.key, r.holds_key(), owner_alias, 2);
    linked = sql::both(sql::both(mapping::key_condition(*r.far), linked), condition);
    sql::select s;
    s.from.push_back(mapping::source_of(*r.target));
    s.where = sql::both(sql::exists(from_rows(mapping::source_of(pivot), linked)), restriction(r));
    return s;
}

}  // namespace

sql::select targets_of(const mapping::relation& r, const sql::expr& condition, std::string_view owner_alias,
                       const site& where) {
    sql::select s;
    s.from.push_back(mapping::source_of(*bound(r, where).target));
    if (r.tree()) {
        walk_from_outer(s, r, owner_alias);
    } else {
        s.where = r.through() ? through(r, owner_alias) : correlated(*r.key, r.holds_key(), owner_alias);
    }
    if (r.linked()) {
        s.joins.push_back(
            {sql::join_kind::inner, mapping::source_of(*r.links->through), mapping::key_condition(*r.far)});
    }
    s.where = sql::both(sql::both(s.where, restriction(r)), condition);
    return s;
}

sql::expr existing(const mapping::relation& r, const sql::expr& condition, bool negated, const site& where) {
    return existing({}, r, condition, negated, where);
}

sql::expr existing(const std::vector<const mapping::relation*>& path, const sql::expr& condition, bool negated,
                   const site& where) {
    sql::expr inner = condition;
    for (std::size_t i = path.size(); i-- > 0;) inner = existing(*path[i], inner, negated && i == 0, where);
    return inner;
}

sql::expr existing(std::string_view owner_alias, const mapping::relation& r, const sql::expr& condition, bool negated,
                   const site& where) {
    sql::select s = targets_of(r, condition, owner_alias, where);
    s.columns.push_back({sql::literal(value{1}), {}});
    if (!r.tree()) return sql::exists(std::move(s), negated);
    const sql::expr has =
        condition.empty() ? has_next(r, owner_alias) : in_tree(r, condition, owner_alias, std::move(s));
    return negated ? sql::negated(has) : has;
}

sql::expr aggregate_of(const mapping::relation& r, const sql::expr& aggregate, const sql::expr& condition,
                       std::string_view owner_alias, const site& where) {
    // An association object may link a pair twice; the relation holds its target once.
    const bool repeats = bound(r, where).linked() && !r.links->unique && !mentions(aggregate, r.links->through);
    const bool count_keys = repeats && aggregate.empty() && r.target->primary_key.size() == 1;
    sql::select s =
        repeats && !count_keys ? targets_once(r, condition, owner_alias) : targets_of(r, condition, owner_alias, where);
    sql::expr what = aggregate;
    const bool met_are_targets = r.kind == mapping::relation_kind::descendants || !r.target->scoped();
    if (r.tree() && what.empty() && condition.empty() && restriction(r).empty() && met_are_targets) {
        s.from = {mapping::recursion::source()};  // nothing is asked of them but that they are there
        s.joins.clear();
    }
    if (what.empty()) {
        what = count_keys ? sql::function("count", {column_of(*r.target, r.target->primary_key[0])}, true)
                          : sql::function("count", {sql::star()});
    }
    s.columns.push_back({what, {}});
    return sql::subquery(std::move(s));
}

sql::expr related(const mapping::relation& r, const sql::expr& aggregate, const sql::expr& condition,
                  const site& where) {
    return aggregate_of(r, aggregate, condition, {}, where);
}

condition relation_side::leads_to(const std::vector<node*>& objects, bool negated, const site& where) const {
    const mapping::relation& r = bound(*relation_, where);
    const bool by_key = r.holds_key() && r.fixed.empty();
    const auto& named = by_key ? r.key->target_columns : r.target->primary_key;
    named_objects them = by_key ? named_objects{*r.owner, r.key->columns, *r.target, named, where}
                                : named_objects{*r.target, named, *r.target, named, where};
    bool nothing = false;
    bool some = objects.empty();
    for (node* n : objects) {
        if (n == nullptr) {
            nothing = true;
        } else {
            them.add(*n);
            some = true;
        }
    }
    const sql::expr no_target = by_key ? key_is_null(*r.key) : existing(r, {}, true, where);
    sql::expr all;
    if (some) {
        const sql::expr one = by_key ? sql::both(mapping::tag_condition(*r.key), them.condition()) : them.condition();
        all = by_key ? (negated ? sql::negated(one) : one) : existing(r, one, negated, where);
        // Compared with NULL, a key is neither equal nor unequal: said in so many words.
        if (by_key && negated && r.key->nullable && !nothing) all = sql::either(all, no_target);
    }
    if (nothing) all = negated ? sql::both(all, sql::negated(no_target)) : sql::either(all, no_target);
    return condition{all};
}

sql::expr related_to(node* owner, const mapping::relation& r, const site& where) {
    if (owner == nullptr) throw usage_error{"with_parent was given an empty kin::ref", {.where = where}};
    (void)bound(r, where);
    if (r.holds_key()) {
        // What the row refers to: its object may hold a change that is not flushed.
        named_objects row{*r.owner, r.owner->primary_key, *r.owner, r.owner->primary_key, where};
        row.add(*owner);
        const sql::source rows = mapping::every_row_of(*r.owner);  // it is here, whoever else sees it
        return sql::both(sql::exists(from_rows(rows, sql::both(correlated(*r.key, false), row.condition()))),
                         restriction(r));
    }
    if (r.through()) {
        const mapping::way_to_targets way{r};
        named_objects row{*way.owners().of,  way.owners().columns, *r.owner, r.owner->primary_key, where,
                          way.owners().alias};
        row.add(*owner);
        return way.from(row.condition());
    }
    if (r.tree()) {
        const mapping::recursion walk = mapping::recursion_of(r, false);
        named_objects starts{*r.target, walk.down ? r.key->columns : r.owner->primary_key, *r.owner,
                             r.owner->primary_key, where};
        named_objects self{*r.target, r.owner->primary_key, *r.owner, r.owner->primary_key, where};
        starts.add(*owner);
        self.add(*owner);
        return sql::both(mapping::in_met(walk, starts.condition()), sql::negated(self.condition()));
    }
    named_objects row{*r.key->owner, r.key->columns, *r.owner, r.key->target_columns, where};
    row.add(*owner);
    sql::expr mine = sql::both(mapping::tag_condition(*r.key), row.condition());
    if (r.linked()) {
        mine =
            sql::exists(from_rows(mapping::source_of(*r.links->through), sql::both(correlated(*r.far, false), mine)));
    }
    return sql::both(mine, restriction(r));
}

}  // namespace kin::detail
