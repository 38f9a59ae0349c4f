// The tables between an owner and the targets of a through relation, as joins and conditions.
#include "statements/way_to_targets.hpp"

#include <algorithm>

#include <kin/mapping/column.hpp>

#include "mapping/scope.hpp"
#include "statements/joining.hpp"

namespace kin::mapping {
namespace {

/// Puts a table into the select; under a name of its own where it is there already. Owners are here, whatever their
/// model shows: of them `all_rows`.
std::string add(sql::select& s, const model& m, const auto& condition, bool all_rows = false) {
    const auto same = [&](const sql::source& each) { return each.identity == &m; };
    const bool there = std::any_of(s.from.begin(), s.from.end(), same) ||
                       std::any_of(s.joins.begin(), s.joins.end(), [&](const sql::join& j) { return same(j.to); });
    std::string alias = there ? "kin_" + std::to_string(s.joins.size() + 1) : std::string{};
    sql::source rows = all_rows ? every_row_of(m, alias) : source_of(m, alias);
    s.joins.push_back({sql::join_kind::inner, std::move(rows), condition(alias)});
    return alias;
}

/// From the target of the hop before `count`, which stands in the select under `alias`, back to the owner.
owner_columns join_back(sql::select& s, const std::vector<const relation*>& hops, std::size_t count,
                        std::string alias) {
    for (std::size_t i = count; i-- > 0;) {
        const relation& hop = *hops[i];
        const model& from = *hop.owner;
        s.where = sql::both(s.where, fixed_condition(hop, alias));
        if (hop.holds_key()) {
            alias = add(
                s, from, [&](const std::string& as) { return key_condition(*hop.key, as, alias); }, i == 0);
            continue;
        }
        if (hop.linked()) {
            alias =
                add(s, *hop.links->through, [&](const std::string& as) { return key_condition(*hop.far, as, alias); });
        }
        // The key says who the owner is: its own table need not be read.
        if (i == 0 && hop.key->to_primary_key) {
            s.where = sql::both(s.where, tag_condition(*hop.key, alias));
            return {hop.key->owner, hop.key->columns, alias};
        }
        alias = add(
            s, from, [&](const std::string& as) { return key_condition(*hop.key, alias, as); }, i == 0);
    }
    const model& owner = *hops[0]->owner;
    return {&owner, owner.primary_key, alias};
}

}  // namespace

owner_columns join_owners(sql::select& targets, const relation& through) {
    return join_back(targets, through.hops, through.hops.size(), {});
}

way_to_targets::way_to_targets(const relation& through) : relation_{through} {
    const relation& last = *through.hops.back();
    const foreign_key& k = last.linked() ? *last.far : *last.key;
    const bool held = last.holds_key();
    const model& at = *(last.linked() ? last.links->through : last.owner);
    for (const std::uint16_t c : held || last.linked() ? k.target_columns : k.columns) {
        subject_.push_back(sql::column(last.target, last.target->columns[c].name));
    }
    between_.from.push_back(source_of(at));
    for (const std::uint16_t c : held || last.linked() ? k.columns : k.target_columns) {
        between_.columns.push_back({sql::column(&at, at.columns[c].name), {}});
    }
    if (held || last.linked()) between_.where = tag_condition(k);
    std::string alias;
    if (last.linked()) {
        alias = add(between_, *last.owner, [&](const std::string& as) { return key_condition(*last.key, {}, as); });
    }
    owners_ = join_back(between_, through.hops, through.hops.size() - 1, std::move(alias));
}

sql::expr way_to_targets::from(const sql::expr& owners_are) const {
    sql::select s = between_;
    s.where = sql::both(s.where, owners_are);
    const sql::expr subject = subject_.size() == 1 ? subject_[0] : sql::list(sql::op::row, subject_);
    const relation& last = *relation_.hops.back();
    const sql::expr tag = last.holds_key() || last.linked() ? sql::expr{} : tag_condition(*last.key);
    return sql::both(sql::both(tag, sql::in_select(subject, s)), fixed_condition(last));
}

std::vector<sql::expr> expressions(const owner_columns& at) {
    std::vector<sql::expr> all;
    for (const std::uint16_t c : at.columns) all.push_back(sql::column(at.of, at.of->columns[c].name, at.alias));
    return all;
}

}  // namespace kin::mapping
