// What sessions and queries call, handed on to the core.
#include "session/core.hpp"

namespace kin::detail {

session_link::session_link(session_core& core) : life_{core.lifeline()} {}
session_core* session_link::find() const noexcept { return life_->core; }
session_core& session_link::at(const site& where) const {
    if (life_->core == nullptr) throw usage_error{"the session of this query or savepoint is gone", {.where = where}};
    return *life_->core;
}
void throw_moved_session(const site& where) {
    throw usage_error{"this session was moved from: the one that it was moved to goes on", {.where = where}};
}

session_core* open_session(database& db, const site& where) { return new session_core{db, where}; }
void close_session(session_core* core) noexcept { delete core; }
void strict(session_core& core, bool on) noexcept { core.strict = on; }
void autoflush(session_core& core, bool on) noexcept { core.autoflush = on; }

graph::node* get(session_core& core, const mapping::model& m, std::int64_t key, const site& where) {
    return core.get(m, key, where);
}
graph::node* get(session_core& core, const mapping::model& m, const std::vector<value>& key, const site& where) {
    return core.get(m, key, where);
}
graph::node& add(session_core& core, void* object, const mapping::model& m, const site& where) {
    return core.add(object, m, where);
}
void add(session_core& core, graph::node& n, const site& where) { core.add(n, where); }
void remove(session_core& core, graph::node& n, const site& where) { core.remove(n, where); }
void remove_for_good(session_core& core, graph::node& n, const site& where) { core.remove_for_good(n, where); }
graph::node& bring_back(session_core& core, graph::node& n, const site& where) { return core.bring_back(n, where); }
void refresh(session_core& core, graph::node& n, const site& where) { core.refresh(n, where); }
void expire(session_core& core, graph::node& n, const site& where) { core.expire(n, where); }
void expire_all(session_core& core, const site& where) { core.expire_all(where); }
void expunge(session_core& core, graph::node& n, const site& where) { core.expunge(n, where); }
void clear(session_core& core, const site& where) { core.clear(where); }
std::vector<graph::node*> get_or_create(session_core& core, const mapping::model& m, void* first, std::size_t count,
                                        std::initializer_list<std::size_t> offsets, const site& where) {
    return core.get_or_create(m, first, count, {offsets.begin(), offsets.size()}, where);
}
graph::node& merge(session_core& core, void* object, const mapping::model& m, const site& where) {
    return core.merge(object, m, where);
}
bool left_another(const session_core& core, const graph::node& n) noexcept { return core.left_another(n); }
bool former(const session_core& core, const graph::node& n, std::size_t offset, void* member, bool& changed,
            const site& where) {
    const session_guard guard{core, where};
    return core.former(n, offset, member, changed, where);
}
graph::node& node_of(const session_core& core, const void* object, const site& where) {
    return core.node_of(object, where);
}

graph::row_list run(session_core& core, query_plan& plan, const site& where) { return core.run(plan, where); }
graph::row_list run_raw(session_core& core, const mapping::model& m, std::string_view sql,
                        const std::vector<value>& parameters, const site& where) {
    return core.run_raw(m, sql, parameters, where);
}
std::int64_t execute(session_core& core, std::string_view sql, const std::vector<value>& parameters,
                     const site& where) {
    return core.execute(sql, parameters, where);
}
void load(session_core& core, graph::node* const* nodes, std::size_t count, const load_tree& what, bool missing_only,
          const site& where) {
    core.load({nodes, count}, what, missing_only, where);
}

void flush(session_core& core, const site& where) { core.flush(where); }
void commit(session_core& core, const site& where) { core.commit(where); }
void rollback(session_core& core, const site& where) { core.rollback(where); }
std::string explain(session_core& core, const site& where) { return core.explain(where); }
std::size_t savepoint(session_core& core, const site& where) { return core.savepoint(where); }
void release(session_core& core, std::size_t n, const site& where) { core.release(n, where); }
void rollback_to(session_core& core, std::size_t n, const site& where) { core.rollback_to(n, where); }
std::uint64_t statements(const session_core& core) noexcept { return core.statements(); }
engine::connection& open_connection(session_core& core, const site& where) { return core.open_connection(where); }
bool dirty(const session_core& core) {
    const session_guard guard{core, site::current()};
    return core.dirty();
}

}  // namespace kin::detail
