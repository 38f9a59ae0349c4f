// merge: what a value says of a row, and of the rows that it refers to, onto the session's objects.
#include <cstdlib>
#include <deque>
#include <utility>

#include <kin/graph/fields.hpp>

#include "session/blank_object.hpp"
#include "session/core.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

namespace {

/// A part of the graph that is merged: a value, a handle that it holds, or "none".
struct part {
    void* object = nullptr;
    const mapping::model* what = nullptr;
    std::size_t owner = 0;
    const mapping::relation* relation = nullptr;
    node* held = nullptr;    ///< a transient node to destroy, or a handle to give back
    node* result = nullptr;  ///< the session's object, as far as it is known
};

struct parts {
    std::deque<part> all{};
    parts() = default;
    parts(const parts&) = delete;
    parts& operator=(const parts&) = delete;
    ~parts() {
        for (const part& p : all) {
            if (p.held == nullptr) continue;
            if (p.held->in->home == nullptr) {
                graph::destroy_transient(p.held);
            } else {
                p.held->in->home->release();
            }
        }
    }
    void add(node* held, std::size_t owner, const mapping::relation& r) {
        part& p = all.emplace_back(part{.what = r.target, .owner = owner, .relation = &r, .held = held});
        if (held == nullptr) return;
        if (held->in->home == nullptr) {
            p.object = held->object();
        } else {
            p.result = held;
        }
    }
    /// Takes what the i-th part says of its relations out of it.
    void take_relations(std::size_t i) {
        auto* object = static_cast<std::byte*>(all[i].object);
        for (const mapping::relation& r : all[i].what->relations) {
            if (r.outside != nullptr) continue;
            auto& first = *reinterpret_cast<std::uintptr_t*>(object + r.offset);
            if (graph::mark_of(first) == mark::empty || graph::mark_of(first) >= mark::unloaded) continue;
            if (!r.options.has(cascades::merge)) continue;
            if (!r.problem.empty()) throw mapping_error{r.problem};
            if (!r.to_many()) {
                add(static_cast<node*>(graph::pointer_of(first)), i, r);
                first = 0;
                continue;
            }
            auto& slot = *reinterpret_cast<graph::to_many*>(object + r.offset);
            auto** items = static_cast<node**>(graph::pointer_of(first));
            for (std::uint32_t at = 0; at < slot_access::size(slot); ++at) {
                add(items[at], i, r);
                items[at] = nullptr;
            }
            std::free(items);
            first = 0;
            slot_access::size(slot) = slot_access::capacity(slot) = 0;
        }
    }
};

bool has_key(const mapping::model& m, const void* object) {
    for (const std::uint16_t c : m.primary_key) {
        if (!graph::unset(m.fields[c], object)) return true;
    }
    return false;
}

void copy_set_columns(const mapping::model& m, node& to, const void* from) {
    const blank_object blank{*m.type};
    for (const mapping::column& c : m.columns) {
        if (c.primary_key || &c == m.version || c.does == mapping::behaviour::updated_at) continue;
        if (graph::equal(c.io, from, c.io, blank.at) || graph::equal(c.io, from, c.io, to.object())) continue;
        graph::touch(&to);
        value scratch;
        graph::assign(c.io, to.object(), graph::view(c.io, from, scratch));
    }
}

}  // namespace

node* session_core::known_row(const mapping::model& m, const void* object, const site& where) {
    if (!has_key(m, object)) return nullptr;
    std::vector<value> key;
    value scratch;
    for (const std::uint16_t c : m.primary_key) key.emplace_back(graph::view(m.fields[c], object, scratch));
    node* n = get(m, key, where);
    if (n == nullptr || m.version == nullptr || graph::unset(m.version->io, object)) return n;
    if (!graph::equal(m.version->io, object, m.version->io, n->object())) {
        throw stale_object{"the " + m.name + " to merge was read before its row was changed", {.where = where}};
    }
    return n;
}

node* session_core::known_pending(const mapping::model& m, const void* object) {
    if (!has_key(m, object)) return nullptr;
    for (node* n : state_of(m).pending) {
        bool same = n->state() == life::pending;
        for (const std::uint16_t c : m.primary_key) {
            same = same && graph::equal(m.fields[c], n->object(), m.fields[c], object);
        }
        if (same) return n;
    }
    return nullptr;
}

node& session_core::merge(void* object, const mapping::model& m, const site& where) {
    const session_guard guard{*this, where};
    parts list;
    list.all.emplace_back(part{.object = object, .what = &m});
    // First all that asks the database: nothing is changed where that fails.
    for (std::size_t i = 0; i < list.all.size(); ++i) {
        if (list.all[i].object != nullptr) {
            list.take_relations(i);
            list.all[i].result = known_row(*list.all[i].what, list.all[i].object, where);
        } else if (list.all[i].result != nullptr) {
            require_mine(*list.all[i].result, where);
        }
    }
    const history_mark before = now();
    std::vector<std::pair<node*, const std::byte*>> values;
    try {
        for (part& p : list.all) {
            if (p.object != nullptr) {
                if (p.result == nullptr) p.result = known_pending(*p.what, p.object);
                if (p.result == nullptr) {
                    p.result = &adopt(p.object, *p.what);
                } else {
                    values.emplace_back(p.result, graph::pack(*p.what, p.result->object(), *arena_));
                    copy_set_columns(*p.what, *p.result, p.object);
                }
            }
            if (p.relation == nullptr) continue;
            node& owner = *list.all[p.owner].result;
            if (p.relation->to_many()) {
                append(owner, *p.relation, *p.result);
            } else {
                assign(owner, *p.relation, p.result);
            }
        }
    } catch (...) {
        for (std::size_t i = values.size(); i-- > 0;) {
            graph::unpack(*values[i].first->in->what, values[i].first->object(), values[i].second);
        }
        restore(before, false);
        throw;
    }
    return *list.all.front().result;
}

/// Whether it may be copied into this session: nobody else's any more.
bool session_core::left_another(const node& n) const noexcept {
    return n.in->home != arena_ && (n.state() == life::detached || n.in->home->session() == nullptr);
}

}  // namespace kin::detail
