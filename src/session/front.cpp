// What sessions and queries call, handed on to the core.
#include <kin/session/session.hpp>

#include "session/core.hpp"

namespace kin::detail {

using graph::node;

session_link::session_link(session_core& core) : life_{core.lifeline()} {}
session_core* session_link::find() const noexcept { return life_->core; }
session_core& session_link::at(const site& where) const {
    if (life_->core == nullptr) throw usage_error{"the session of this query or savepoint is gone", {.where = where}};
    return *life_->core;
}
void throw_moved_session(const site& where) {
    throw usage_error{"this session was moved from: the one that it was moved to goes on", {.where = where}};
}

key_parts::key_parts(const key_parts& other)
    : number_{other.number_}, parts_{other.parts_ == nullptr ? nullptr : new std::vector<value>{*other.parts_}} {}
void key_parts::add(value part) {
    if (parts_ == nullptr) parts_ = new std::vector<value>;
    parts_->push_back(std::move(part));
}
void key_parts::drop() noexcept { delete parts_; }

session_core* open_session(database& db, const site& where) { return new session_core{db, where}; }
void close_session(session_core* core) noexcept { delete core; }
void strict(session_core& core, bool on) noexcept { core.memory.phase.strict = on; }
void autoflush(session_core& core, bool on) noexcept { core.memory.phase.autoflush = on; }

node* get(session_core& core, const mapping::model& m, std::int64_t key, const site& where) {
    const session_guard guard{core, where};
    guard.before_reading();
    return core.loading.queries.get(m, key, where);
}
node* get(session_core& core, const mapping::model& m, const std::vector<value>& key, const site& where) {
    const session_guard guard{core, where};
    guard.before_reading();
    return core.loading.queries.get(m, key, where);
}
node& add(session_core& core, void* object, const mapping::model& m, const site& where) {
    const session_guard guard{core, where};
    return core.memory.lifecycle.adopt(object, m);
}
void add(session_core& core, node& n, const site& where) {
    const session_guard guard{core, where};
    core.memory.lifecycle.add(n, where);
}
void remove(session_core& core, node& n, const site& where) {
    const session_guard guard{core, where};
    core.memory.lifecycle.remove(n, where);
}
void remove_for_good(session_core& core, node& n, const site& where) {
    const session_guard guard{core, where};
    core.memory.lifecycle.remove_for_good(n, where);
}
node& bring_back(session_core& core, node& n, const site& where) {
    const session_guard guard{core, where};
    return core.memory.lifecycle.restore_removed(n, where);
}
void refresh(session_core& core, node& n, const site& where) {
    const session_guard guard{core, where};
    core.loading.columns.refresh(n, where);
}
void expire(session_core& core, node& n, const site& where) {
    const session_guard guard{core, where};
    core.memory.lifecycle.expire(n, where);
}
void expire_all(session_core& core, const site& where) {
    const session_guard guard{core, where};
    core.memory.lifecycle.expire_all(where);
}
void expunge(session_core& core, node& n, const site& where) {
    const session_guard guard{core, where};
    guard.require_outermost("expunge objects of", where);
    core.memory.lifecycle.expunge(n, where);
}
void clear(session_core& core, const site& where) { core.clear(where); }
std::vector<node*> get_or_create(session_core& core, const mapping::model& m, void* first, std::size_t count,
                                 std::initializer_list<std::size_t> offsets, const site& where) {
    const session_guard guard{core, where};
    return core.writing.creation.get_or_create(m, first, count, {offsets.begin(), offsets.size()}, where);
}
node& merge(session_core& core, void* object, const mapping::model& m, const std::vector<std::size_t>* written,
            const site& where) {
    const session_guard guard{core, where};
    return core.writing.merging.merge(object, m, written, where);
}
bool left_another(const session_core& core, const node& n) noexcept { return core.writing.merging.left_another(n); }
node& node_of(const session_core& core, const void* object, const site& where) {
    return core.memory.objects.node_of(object, where);
}

graph::row_list run(session_core& core, query_plan& plan, const site& where) {
    const session_guard guard{core, where};
    guard.before_reading();
    return core.loading.queries.run(plan, where);
}
graph::row_list run_raw(session_core& core, const mapping::model& m, std::string_view sql,
                        const std::vector<value>& parameters, const site& where) {
    const session_guard guard{core, where};
    return core.loading.queries.run_raw(m, sql, parameters, where);
}
std::int64_t execute(session_core& core, std::string_view sql, const std::vector<value>& parameters,
                     const site& where) {
    const session_guard guard{core, where};
    return core.loading.queries.execute(sql, parameters, where);
}
void load(session_core& core, node* const* nodes, std::size_t count, const load_tree& what, bool missing_only,
          const site& where) {
    const session_guard guard{core, where};
    core.loading.relations.load({nodes, count}, what, missing_only, where);
}

void flush(session_core& core, const site& where) {
    const session_guard guard{core, where};
    core.work.flushing.flush(where);
}
void commit(session_core& core, const site& where) { core.commit(where); }
void rollback(session_core& core, const site& where) { core.rollback(where); }
std::string explain(session_core& core, const site& where) {
    const session_guard guard{core, where};
    return core.work.flushing.explain(where);
}
std::size_t savepoint(session_core& core, const site& where) { return core.savepoint(where); }
void release(session_core& core, std::size_t n, const site& where) { core.release(n, where); }
void rollback_to(session_core& core, std::size_t n, const site& where) { core.rollback_to(n, where); }
std::uint64_t statements(const session_core& core) noexcept { return core.loading.connection.statements(); }
/// For others to write through: a failed flush leaves what they did.
engine::connection& open_connection(session_core& core, const site& where) {
    const session_guard guard{core, where};
    core.loading.connection.before_any_sql();
    core.memory.phase.wrote = true;
    return core.loading.connection.open(where);
}
bool dirty(const session_core& core) {
    const session_guard guard{core, site{}};
    return core.work.pending.dirty();
}
void add_hook(session_core& core, event e, const mapping::model* m, const erased_hook& hook) {
    add_hook(core.memory.hooks.own, e, m, hook);
}

}  // namespace kin::detail
