// Unique values that a flush frees and gives away again: the row that lets go is written before the row that takes.
#include <algorithm>
#include <string>
#include <unordered_set>

#include <kin/graph/fields.hpp>

#include "session/flush_plan.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

namespace {

/// A unique column's value as text that two rows share only if they share the value; false for NULL, which is never
/// equal to another.
bool append(std::string& to, const value_view& v) {
    if (v.is_null()) return false;
    to += describe(v, static_cast<std::size_t>(-1));
    to += '\0';
    return true;
}

}  // namespace

/// What the object's row will hold in the columns after the flush; empty where one is NULL or not known yet.
std::string plan_builder::wanted_value(node& n, const std::vector<std::uint16_t>& columns) {
    const mapping::model& m = *n.in->what;
    std::string text;
    for (const std::uint16_t c : columns) {
        const field* f = &m.fields[c];
        const node* from = &n;
        for (const mapping::foreign_key& k : m.foreign_keys) {
            const auto at = std::find(k.columns.begin(), k.columns.end(), c);
            node* parent = nullptr;
            if (at == k.columns.end() || !session_.staged_parent(n, k, parent)) continue;
            if (parent == nullptr || parent->state() == life::pending) return {};
            f = &k.target->fields[k.target_columns[static_cast<std::size_t>(at - k.columns.begin())]];
            from = parent;
        }
        value scratch;
        if (!append(text, graph::view(*f, from->object(), scratch))) return {};
    }
    return text;
}

/// What the object's row holds now.
std::string plan_builder::held_value(const node& n, const std::vector<std::uint16_t>& columns) const {
    const mapping::model& m = *n.in->what;
    std::string text;
    for (const std::uint16_t c : columns) {
        value scratch;
        const value_view v =
            n.snapshot() != nullptr ? graph::packed(m, n.snapshot(), c) : graph::view(m.fields[c], n.object(), scratch);
        if (!append(text, v)) return {};
    }
    return text;
}

/// Moves removals and updates of rows that hold what new rows want to the front. Only where values really meet: every
/// other flush keeps the usual order, in which nothing is deleted before what refers to it has moved on.
void plan_builder::free_unique_values() {
    std::vector<flush_step> first;
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
        const flush_step& inserting = plan_.steps[i];
        if (inserting.does != flush_step::what::insert || inserting.model == nullptr) continue;
        const mapping::model& m = *inserting.model;
        std::vector<std::vector<std::uint16_t>> uniques{m.primary_key};
        for (const mapping::index& each : m.indexes) {
            if (each.unique) uniques.push_back(each.columns);
        }
        if (uniques.size() == 1 && m.columns[m.primary_key[0]].generated) continue;
        for (const auto& columns : uniques) {
            std::unordered_set<std::string> wanted;
            bool prepared = false;
            for (flush_step& s : plan_.steps) {
                const bool frees = s.does == flush_step::what::remove || s.does == flush_step::what::update;
                if (s.model != &m || !frees || s.nodes.empty()) continue;
                if (!prepared) {
                    for (node* n : inserting.nodes) wanted.insert(wanted_value(*n, columns));
                    wanted.erase("");
                    prepared = true;
                }
                if (wanted.empty()) break;
                flush_step early = s;
                early.nodes.clear();
                std::vector<node*> later;
                for (node* n : s.nodes) {
                    const bool meets = n->state() != life::pending && wanted.contains(held_value(*n, columns)) &&
                                       (s.does == flush_step::what::remove || can_update_now(*n));
                    (meets ? early.nodes : later).push_back(n);
                }
                if (early.nodes.empty()) continue;
                early.why = "frees a unique value";
                if (s.does == flush_step::what::remove) {
                    // What depends on the removed rows goes first, as it would have.
                    for (flush_step& each : plan_.steps) {
                        const bool dependent =
                            each.does == flush_step::what::clear_key || each.does == flush_step::what::remove_where;
                        if (dependent && each.key->target == &m) first.push_back(std::exchange(each, {}));
                    }
                }
                first.push_back(std::move(early));
                s.nodes = std::move(later);
            }
        }
    }
    if (first.empty()) return;
    for (flush_step& s : plan_.steps) {
        const bool by_condition = s.does == flush_step::what::clear_key || s.does == flush_step::what::remove_where;
        if (s.model == nullptr || (!by_condition && s.nodes.empty())) continue;
        first.push_back(std::move(s));
    }
    plan_.steps = std::move(first);
}

/// Whether the update needs no row that this flush has yet to insert.
bool plan_builder::can_update_now(node& n) {
    for (const mapping::foreign_key& k : n.in->what->foreign_keys) {
        node* parent = nullptr;
        if (session_.staged_parent(n, k, parent) && parent != nullptr && parent->state() == life::pending) return false;
    }
    return true;
}

}  // namespace kin::detail
