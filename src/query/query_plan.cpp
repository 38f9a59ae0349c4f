// What the builders of queries do with their plans.
#include "query/query_plan.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <kin/query/query.hpp>

#include "query/load_options.hpp"
#include "statements/joining.hpp"
#include "statements/row_shape.hpp"

namespace kin::detail {

plan_owner::plan_owner(const mapping::model& m) {
    auto plan = std::make_unique<query_plan>();
    start(*plan, m);
    plan_ = plan.release();
}
plan_owner::plan_owner(const plan_owner& other) : plan_{new query_plan(*other.plan_)} {}
plan_owner::~plan_owner() { delete plan_; }

bool query_plan::unrestricted() const noexcept {
    return select.where.empty() && select.from[0].only.empty() && select.joins.empty() && select.group_by.empty() &&
           !select.limit && !select.offset && select.from.size() == 1;
}

std::uint64_t query_plan::missing() const noexcept {
    load_option root;
    root.kept = kept;
    root.skipped = skipped;
    root.wanted = wanted;
    return root.missing(*what);
}

void query_plan::add_relation_order() {
    if (along != nullptr) mapping::add_order(select.order_by, *std::exchange(along, nullptr));
}

void page_end::note(engine::cursor& row, const row_shape& shape) {
    last.clear();
    for (const std::uint16_t c : columns) last.emplace_back(row.cell(shape.at(c)));
}

void limit(query_plan& plan, std::int64_t n) noexcept { plan.select.limit = n; }
void offset(query_plan& plan, std::int64_t n) noexcept { plan.select.offset = n; }
void distinct(query_plan& plan) noexcept { plan.select.distinct = true; }
void group_by(query_plan& plan, const sql::expr& e) { plan.select.group_by.push_back(e); }
void having(query_plan& plan, const sql::expr& e) { plan.select.having = sql::both(plan.select.having, e); }
void refresh(query_plan& plan) noexcept { plan.refresh = true; }

namespace {
void look_again(query_plan& plan) { plan.select.from[0].only = mapping::visible_rows(*plan.what, plan.sees); }
}  // namespace

void with_removed(query_plan& plan, bool only) {
    plan.sees.soft = only ? mapping::visibility::removed::alone : mapping::visibility::removed::shown;
    look_again(plan);
}
void without_scope(query_plan& plan) {
    plan.sees.scope = false;
    look_again(plan);
}

void load_with(query_plan& plan, const std::vector<const mapping::relation*>& path) { plan.with.add(path); }
void load_with(query_plan& plan, std::string_view dotted, const site& where) {
    plan.with.add(*plan.what, dotted, where);
}
void load_with(query_plan& plan, const load_tree& what) { plan.with.add(what); }
void load_with(query_plan& plan, const mapping::relation& r, const sql::expr& condition) {
    load_tree what{&r, kin::load::selectin};
    what.restrict_to(condition);
    plan.with.add(what);
}
void keep_column(query_plan& plan, std::size_t offset) { plan.kept |= column_bit(*plan.what, offset); }
void skip_column(query_plan& plan, std::size_t offset) { plan.skipped |= column_bit(*plan.what, offset); }
void want_column(query_plan& plan, std::size_t offset) { plan.wanted |= column_bit(*plan.what, offset); }

const sql::select& statement_of(const query_plan& plan) noexcept { return plan.select; }
sql::expr existing(const sql::select& s) { return sql::exists(s); }

sql::assignment assigned(const sql::expr& column, sql::expr to) { return {column->text, std::move(to)}; }

}  // namespace kin::detail
