// merge: what a value says of a row, and of the rows that it refers to, onto the session's objects.
#include "writing/object_merging.hpp"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <utility>

#include <kin/graph/fields.hpp>
#include <kin/sql/compiler.hpp>

#include "graph/blank_object.hpp"
#include "lifecycle/session_memory.hpp"
#include "loading/session_loading.hpp"
#include "relations/key_text.hpp"
#include "statements/key_conditions.hpp"
#include "statements/model_statements.hpp"

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

bool has_key(const mapping::model& m, const void* object) {
    for (const std::uint16_t c : m.primary_key) {
        if (!graph::unset(m.fields[c], object)) return true;
    }
    return false;
}

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
    /// The objects that say which rows they are.
    [[nodiscard]] std::vector<std::pair<const mapping::model*, std::vector<const void*>>> by_model() const {
        std::vector<std::pair<const mapping::model*, std::vector<const void*>>> models;
        for (const part& p : all) {
            if (p.object == nullptr || !has_key(*p.what, p.object)) continue;
            const auto known =
                std::find_if(models.begin(), models.end(), [&](const auto& m) { return m.first == p.what; });
            auto& of = known != models.end() ? *known : models.emplace_back(p.what, std::vector<const void*>{});
            of.second.push_back(p.object);
        }
        return models;
    }
    /// Takes what the i-th part says of its relations out of it.
    void take_relations(std::size_t i) {
        auto* object = static_cast<std::byte*>(all[i].object);
        for (const mapping::relation& r : all[i].what->relations) {
            if (r.outside != nullptr) continue;
            auto& first = *reinterpret_cast<std::uintptr_t*>(object + r.offset);
            if (graph::mark_of(first) == mark::empty || graph::mark_of(first) >= mark::unloaded) continue;
            if (!r.options.has(cascades::merge)) continue;
            graph::require_readable(first);
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

}  // namespace

void object_merging::copy_set_columns(const mapping::model& m, node& to, const void* from) {
    const blank_object blank{*m.type};
    graph::look(&to);
    memory_.log.keep_values(to, graph::pack(m, to.object(), memory_.objects.arena()), true);
    for (const mapping::column& c : m.columns) {
        if (c.primary_key || c.computed || &c == m.version || c.does == mapping::behaviour::updated_at) continue;
        if (graph::equal(c.io, from, c.io, blank.at) || graph::equal(c.io, from, c.io, to.object())) continue;
        graph::touch(&to);
        value scratch;
        graph::assign(c.io, to.object(), graph::view(c.io, from, scratch));
    }
}

void object_merging::copy_columns(const mapping::model& m, node& to, const void* from, std::uint64_t columns) {
    graph::look(&to);
    memory_.log.keep_values(to, graph::pack(m, to.object(), memory_.objects.arena()), true);
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        const mapping::column& c = m.columns[i];
        if ((columns >> i & 1) == 0 || c.primary_key || c.computed || &c == m.version) continue;
        const bool filled = c.does != mapping::behaviour::none || c.uuid_version != 0;
        if (filled && graph::unset(c.io, from)) continue;
        if (graph::equal(c.io, from, c.io, to.object())) continue;
        graph::touch(&to);
        value scratch;
        graph::assign(c.io, to.object(), graph::view(c.io, from, scratch));
    }
}

/// Reads the rows of these objects of one model that the session does not know, in one statement.
void object_merging::fetch_rows(const mapping::model& m, const std::vector<const void*>& objects, const site& where) {
    model_state& s = memory_.objects.state_of(m);
    key_set keys{m, m.primary_key};
    for (const void* object : objects) {
        if (find_by_key(m, object) == nullptr) (void)keys.add(m, m.primary_key, object);
    }
    keys.sort();
    for (const sql::expr& condition : keys.exact()) {
        sql::select q = select_of(m);
        q.where = condition;
        engine::connection& c = loading_.connection.open(where);
        const sql::compiled text = sql::compile(q, c.dialect(), where);
        engine::cursor row = c.run(text.text, {.values = text.parameters});
        while (row.next()) (void)loading_.hydrator.hydrate(s, row, 0, nullptr, false);
    }
}

node* object_merging::find_by_key(const mapping::model& m, const void* object) {
    value scratch[8];
    value_view key[8];
    for (std::size_t i = 0; i < m.primary_key.size(); ++i) {
        key[i] = graph::view(m.fields[m.primary_key[i]], object, scratch[i]);
        if (key[i].is_null()) return nullptr;
    }
    return memory_.objects.state_of(m).objects->identities.find(std::span<const value_view>{key, m.primary_key.size()});
}

node* object_merging::known_row(const mapping::model& m, const void* object, const site& where) {
    if (!has_key(m, object)) return nullptr;
    node* n = find_by_key(m, object);
    if (n == nullptr || n->state() == life::removed) return nullptr;
    graph::look(n);
    if (m.version == nullptr || graph::unset(m.version->io, object)) return n;
    if (!graph::equal(m.version->io, object, m.version->io, n->object())) {
        throw stale_object{"the " + m.name + " to merge was read before its row was changed", {.where = where}};
    }
    return n;
}

node* object_merging::known_pending(const mapping::model& m, const void* object) {
    if (!has_key(m, object)) return nullptr;
    const model_state& s = memory_.objects.state_of(m);
    if (s.pending.empty()) return nullptr;
    const std::string key = key_text(m, object, m.primary_key);
    if (key.empty()) return nullptr;
    return memory_.parents.by_columns(m, m.primary_key).first(key, [&](const node& n) {
        return n.state() == life::pending &&
               std::all_of(m.primary_key.begin(), m.primary_key.end(), [&](std::uint16_t c) {
                   return graph::matches(m.fields[c], n.object(), m.fields[c], object);
               });
    });
}

node& object_merging::merge(void* object, const mapping::model& m, const std::vector<std::size_t>* written,
                            const site& where) {
    parts list;
    list.all.emplace_back(part{.object = object, .what = &m});
    for (std::size_t i = 0; i < list.all.size(); ++i) {
        if (list.all[i].object != nullptr) list.take_relations(i);
    }
    // First all that asks the database: nothing is changed where that fails.
    for (const auto& [model, objects] : list.by_model()) fetch_rows(*model, objects, where);
    for (part& p : list.all) {
        if (p.object != nullptr) {
            p.result = known_row(*p.what, p.object, where);
        } else if (p.result != nullptr) {
            memory_.objects.require_mine(*p.result, where);
        }
    }
    graph::all_or_nothing whole{memory_.host};
    for (part& p : list.all) {
        if (p.object != nullptr) {
            if (p.result == nullptr) p.result = known_pending(*p.what, p.object);
            if (p.result == nullptr) {
                p.result = &memory_.lifecycle.adopt(p.object, *p.what);
            } else if (p.object == object && written != nullptr) {
                std::uint64_t columns = 0;
                for (const std::size_t offset : *written) columns |= column_bit(m, offset);
                copy_columns(m, *p.result, object, columns);
            } else {
                copy_set_columns(*p.what, *p.result, p.object);
            }
        }
        if (p.relation == nullptr) continue;
        node& owner = *list.all[p.owner].result;
        if (p.relation->to_many()) {
            memory_.changes.append(owner, *p.relation, *p.result);
        } else {
            memory_.changes.assign(owner, *p.relation, p.result);
        }
    }
    whole.done();
    return *list.all.front().result;
}

bool object_merging::left_another(const node& n) const noexcept {
    return n.in->home != &memory_.objects.arena() && (n.state() == life::detached || n.in->home->session() == nullptr);
}

}  // namespace kin::detail
