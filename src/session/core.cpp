// What the objects of a session ask of it, handed to its parts.
#include "session/core.hpp"

#include <kin/session/database.hpp>

namespace kin::detail {

using graph::node;
using mapping::relation;

session_core::session_core(database& db, const site&)
    : memory{*this, *this, db.kin_life(), false},
      loading{memory, db.pool(), db.kin_life()},
      work{memory, loading},
      writing{memory, loading, work} {
    connect_parts();
}

session_core::session_core(session_core& outer)
    : memory{*this, *this, outer.loading.connection.life(), true},
      loading{memory, outer.loading.connection},
      work{memory, loading},
      writing{memory, loading, work} {
    connect_parts();
}

/// What is told of upwards.
void session_core::connect_parts() {
    memory.parents.report_to(memory.lifecycle);
    memory.pairs.report_to(memory.lifecycle);
    loading.gate.ask(work.pending);
}

session_core::~session_core() {
    if (life_) life_->core = nullptr;
}

const counted<session_life>& session_core::lifeline() {
    if (!life_) life_ = counted<session_life>::make(session_life{this});
    return life_;
}

// -- reading --------------------------------------------------------------------------------------------------------

void session_core::touch(node& n) {
    const session_guard guard{*this, site{}};
    loading.columns.touch(n);
}
void session_core::reload(node& n) {
    const session_guard guard{*this, site{}};
    loading.columns.reload(n);
}
void session_core::load(node& owner, const relation& r, const site& where) {
    const session_guard guard{*this, where};
    loading.relations.load(owner, r, where);
}
void session_core::read_column(node& owner, std::size_t column, const site& where) {
    const session_guard guard{*this, where};
    loading.columns.read_column(owner, column, where);
}
void session_core::load_for_change(node& owner, const relation& r) {
    const session_guard guard{*this, owner.in->where};
    loading.relations.load_for_change(owner, r);
}
const void* session_core::answer(node& owner, const relation& r, const graph::aggregate_ask& ask, const site& where) {
    const session_guard guard{*this, where};
    return loading.aggregates.answer(owner, r, ask, where);
}
node& session_core::node_of(const void* object, const site& where) const {
    return memory.objects.node_of(object, where);
}
void session_core::read_rows_of(const pair_key& key) { loading.queries.read_rows_of(key); }

// -- changing -------------------------------------------------------------------------------------------------------

void session_core::assign(node& owner, const relation& r, node* target) {
    const session_guard guard{*this, site{}};
    memory.changes.assign(owner, r, target);
}
void session_core::append(node& owner, const relation& r, node& child) {
    const session_guard guard{*this, site{}};
    memory.changes.append(owner, r, child);
}
void session_core::erase(node& owner, const relation& r, node& child) {
    const session_guard guard{*this, site{}};
    memory.changes.erase(owner, r, child);
}
node& session_core::assign_new(node& owner, const relation& r, void* object) {
    const session_guard guard{*this, site{}};
    return memory.changes.assign_new(owner, r, object);
}
node& session_core::append_new(node& owner, const relation& r, void* object) {
    const session_guard guard{*this, site{}};
    return memory.changes.append_new(owner, r, object);
}
void session_core::replace(node& owner, const relation& r, node* const* members, std::size_t count) {
    const session_guard guard{*this, site{}};
    memory.changes.replace(owner, r, members, count);
}

// -- writing at once ------------------------------------------------------------------------------------------------

void session_core::save(node& owner, const relation& r, void* objects, node** nodes, std::size_t count, void* pivot,
                        const site& where) {
    const session_guard guard{*this, where};
    writing.creation.save(owner, r, objects, nodes, count, pivot, where);
}
node& session_core::with_key(const relation& r, const value& key, const site& where) {
    const session_guard guard{*this, where};
    node* n = loading.queries.get(*r.target, {&key, 1}, where);
    if (n == nullptr) throw not_found{r.target->name + " has no row with this key", {.where = where}};
    return *n;
}
node& session_core::find_or_create(node& owner, const relation& r, const graph::sought& what, const site& where) {
    const session_guard guard{*this, where};
    return writing.creation.find_or_create(owner, r, what, where);
}
graph::pivot_result session_core::change_pivot(node& owner, const relation& r, const graph::pivot_request& ask,
                                               const site& where) {
    const session_guard guard{*this, where};
    return writing.pivots.change_pivot(owner, r, ask, where);
}
node* session_core::find_pivot(node& owner, const relation& r, const graph::asked_link& ask, const site& where) {
    const session_guard guard{*this, where};
    return writing.pivots.find_pivot(owner, r, ask, where);
}

}  // namespace kin::detail
