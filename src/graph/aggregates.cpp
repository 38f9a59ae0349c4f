// Counts, sums, … of the relations of objects: kept, and read back.
#include <kin/graph/aggregate_table.hpp>
#include <kin/graph/arena.hpp>
#include <kin/graph/slots.hpp>

namespace kin::graph {

const kept_aggregate* aggregate_table::find(const mapping::relation& r, const aggregate_ask& ask) const noexcept {
    if (all_.empty()) return nullptr;
    const mapping::column* column = ask.of == nullptr ? nullptr : ask.of->column_at(ask.column);
    for (const auto& each : all_) {
        if (each->over == &r && each->what == ask.what && each->column == column && each->alias == ask.alias) {
            return each.get();
        }
    }
    return nullptr;
}

kept_aggregate& aggregate_table::keep(const mapping::relation& r, const aggregate_ask& ask, const site& where) {
    if (const kept_aggregate* known = find(r, ask)) return *const_cast<kept_aggregate*>(known);
    const mapping::column* column = ask.of == nullptr ? nullptr : ask.of->column_at(ask.column);
    if (ask.of != nullptr) {
        const bool there = ask.of == r.target || (r.linked() && ask.of == r.links->through);
        if (column == nullptr || !there) {
            throw usage_error{
                r.owner->name + "." + r.name + " has no such column to sum up: one of " + r.target->name + " is wanted",
                {.where = where}};
        }
    }
    auto made = std::make_unique<kept_aggregate>();
    made->over = &r;
    made->what = ask.what;
    made->column = column;
    made->column_of = ask.of;
    made->alias = ask.alias;
    made->io = ask.io;
    made->type = ask.type;
    all_.push_back(std::move(made));
    return *all_.back();
}

std::string aggregate_table::aliases(const mapping::relation& r) const {
    std::string all;
    for (const auto& each : all_) {
        if (each->over != &r || each->alias.empty()) continue;
        all += (all.empty() ? "" : ", ") + each->alias;
    }
    return all.empty() ? "none" : all;
}

void* aggregate_table::room(kept_aggregate& in, const node& n, const sql::expr& condition, arena& home) {
    kept_aggregate::answer& a = in.answers[&n];
    if (a.value == nullptr) {
        a.value = home.bytes(in.type->size);
    } else {
        in.type->destroy(a.value);
    }
    in.type->construct(a.value);
    a.condition = condition;
    a.epoch = 0;
    return a.value;
}

void aggregate_table::drop() noexcept {
    for (const auto& each : all_) {
        if (each->type->trivially_destructible) continue;
        for (const auto& [n, a] : each->answers) each->type->destroy(a.value);
    }
    all_.clear();
}

// -- through the relation -------------------------------------------------------------------------------------------

std::int64_t countable::count(std::string_view alias, const site& where) const {
    return *static_cast<const std::int64_t*>(answer(ask_for<std::int64_t>(aggregate::count, alias), where));
}

bool countable::exists(std::string_view alias, const site& where) const {
    return *static_cast<const bool*>(answer(ask_for<bool>(aggregate::exists, alias), where));
}

const void* countable::answer(const aggregate_ask& ask, const site& where) const {
    // A slot's word is its first member, of a to-one and of a to-many alike.
    if (mark_of(*reinterpret_cast<const std::uintptr_t*>(this)) < mark::unloaded) {
        throw usage_error{"a relation is counted in the database: add its object to a session first", {.where = where}};
    }
    node& owner = *owner_of(this);
    const auto offset = reinterpret_cast<const std::byte*>(this) - static_cast<const std::byte*>(owner.object());
    const mapping::relation& r = *owner.in->what->relation_at(static_cast<std::size_t>(offset));
    if (!r.problem.empty()) throw mapping_error{r.problem, {.where = where}};
    arena& home = *slab::around(this)->home;
    const kept_aggregate* kept = home.aggregates().find(r, ask);
    const kept_aggregate::answer* known = kept == nullptr ? nullptr : kept->find(owner);
    if (known != nullptr && home.aggregates().fresh(*known)) return known->value;
    if (home.session() != nullptr) return home.session()->answer(owner, r, ask, where);
    if (known != nullptr) return known->value;
    throw raised_load{r.owner->name + "." + r.name + " was not counted, and its session is gone", {.where = where}};
}

}  // namespace kin::graph
