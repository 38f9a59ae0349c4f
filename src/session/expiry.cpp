// Objects that are read again: marked by expire (what was staged of them goes then), read when they are looked at,
// together with those that came with them.
#include <algorithm>

#include <kin/graph/fields.hpp>
#include <kin/sql/compiler.hpp>

#include "mapping/scope.hpp"
#include "session/core.hpp"
#include "session/key_conditions.hpp"
#include "session/model_sql.hpp"
#include "session/siblings.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

void require_row(const node& n, const site& where) {
    if (n.state() == life::persistent) return;
    throw usage_error{"only an object that has a row can be refreshed: this " + n.in->what->name + " has none",
                      {.where = where}};
}
void throw_gone(const mapping::model& m, const site& where) {
    throw not_found{"the row of this " + m.name + " is gone", {.where = where}};
}

// -- what is staged of an object ------------------------------------------------------------------------------------

/// Where memory shows the object over each of its keys: in the order of the keys. What was assigned to its columns is
/// dropped first: nobody moved it because of that.
std::vector<node*> session_core::parents_shown(node& n) {
    const mapping::model& m = *n.in->what;
    if (n.snapshot() != nullptr) graph::unpack(m, n.object(), n.snapshot());
    std::vector<node*> shown;
    for (const mapping::foreign_key& k : m.foreign_keys) {
        node* parent = nullptr;
        if (!staged_parent(n, k, parent)) parent = parent_by_columns(n, k);
        shown.push_back(parent);
    }
    return shown;
}

/// Its columns are as its row says: no parent is staged any more, and either side shows it where they say.
void session_core::follow_row(node& n, const std::vector<node*>& shown) {
    const mapping::model& m = *n.in->what;
    for (std::size_t i = 0; i < m.foreign_keys.size(); ++i) {
        const mapping::foreign_key& k = m.foreign_keys[i];
        if (k.child_side != nullptr) {
            std::uintptr_t& word = slot_access::word(slot_access::one(n, *k.child_side));
            if (graph::mark_of(word) == mark::staged) journal_slot(n, *k.child_side);
            word = graph::tagged(mark::unloaded);
        } else if (const auto staged = links_.find({&n, &k}); staged != links_.end()) {
            past_.journal.push_back({.did = undo::what::link,
                                     .at = &n,
                                     .key = &k,
                                     .word = reinterpret_cast<std::uintptr_t>(staged->second) | 1});
            links_.erase(staged);
        }
        node* const now = parent_by_columns(n, k);
        if (now == shown[i]) continue;
        if (shown[i] != nullptr) leave_side(*shown[i], k, n);
        if (now != nullptr) show_in(*now, k, n);
        if (k.link) row_moved(n, k, shown[i], now);
    }
}

/// Forgets what its relations hold, but for what is about to refer to it: changes of others.
void session_core::unload(node& n) {
    for (const mapping::relation& r : n.in->what->relations) {
        if (r.to_many()) {
            blank(n, r);
            continue;
        }
        std::uintptr_t& word = slot_access::word(n, r);
        const mark now = graph::mark_of(word);
        node* const held = now < mark::loaded ? nullptr : static_cast<node*>(graph::pointer_of(word));
        const bool changed = now == mark::staged || now == mark::added;
        if (changed && !r.holds_key() && held != nullptr && unwritten(n, r, *held)) continue;
        if (now >= mark::loaded) word = graph::tagged(mark::unloaded);
        contents_.set(n, r, content::whole, 0);
    }
}

// -- marked ---------------------------------------------------------------------------------------------------------

void session_core::expire(node& n, const site& where) {
    const session_guard guard{*this, where};
    require_mine(n, where);
    for (node* each : reached_by(n, cascades::refresh_expire)) expire_one(*each);
}

void session_core::expire_one(node& n) {
    if (n.state() != life::persistent) return;
    if (n.snapshot() != nullptr) {
        follow_row(n, parents_shown(n));  // its own changes are lost, those of others stay
        auto& touched = state_of(*n.in->what).touched;
        touched.erase(std::remove(touched.begin(), touched.end(), &n), touched.end());
    }
    n.word = node::expired;
    expired_ = true;
    unload(n);
    arena_->aggregates().outdate();
}

void session_core::expire_all(const site& where) {
    const session_guard guard{*this, where};
    arena_->aggregates().outdate();
    // First what is staged, while every object still says where it stands.
    for (const auto& state : states_) {
        if (state == nullptr) continue;
        for (node* n : std::exchange(state->touched, {})) {
            if (n->state() == life::persistent && n->snapshot() != nullptr) follow_row(*n, parents_shown(*n));
            // What is removed is not expired: should it stay after all, so do its changes.
            if (n->state() == life::removed) state->touched.push_back(n);
        }
    }
    expired_ = true;
    for (const auto& state : states_) {
        if (state == nullptr) continue;
        model_state& s = *state;
        std::erase_if(s.touched, [](const node* n) { return n->state() != life::removed; });
        for (graph::slab* b = s.objects->current; b != nullptr; b = b->next) {
            for (std::uint32_t i = 0; i < b->used; ++i) {
                node* n = b->at(i);
                if (n->state() != life::persistent) continue;
                n->word = node::expired;
                unload(*n);
            }
        }
    }
}

// -- read again -----------------------------------------------------------------------------------------------------

void session_core::refresh(node& n, const site& where) {
    const session_guard guard{*this, where};
    require_mine(n, where);
    const mapping::model& m = *n.in->what;
    require_row(n, where);
    for (node* each : reached_by(n, cascades::refresh_expire)) {
        if (each != &n) expire_one(*each);
    }
    model_state& s = state_of(m);
    if (n.snapshot() != nullptr) restore_key(n);
    std::vector<field> key;
    for (const std::uint16_t c : m.primary_key) key.push_back(m.fields[c]);
    engine::cursor row = connection(where).run(sql_of(s, m, where).whole, {.fields = key, .object = n.object()});
    if (!row.next()) throw_gone(m, where);
    const std::vector<node*> shown = parents_shown(n);
    const std::byte* packed = overwrite(n, m, row, 0, *arena_);
    row.finish();
    n.word &= ~node::expired;
    arena_->aggregates().outdate();
    if (n.snapshot() != nullptr) n.snapshot(packed);
    n.in = lacking(*n.in, 0);
    if (wrote_) past_.turns.emplace_back(&n, turn::read);
    follow_row(n, shown);
    unload(n);
}

/// Reads the rows of objects of one model again: their columns, and nothing else. Who has none stays expired.
void session_core::read_again(std::vector<node*> nodes, const site& where) {
    const mapping::model& m = *nodes[0]->in->what;
    model_state& s = state_of(m);
    if (nodes.size() == 1 && nodes[0]->in->missing == 0) {
        std::vector<field> key;
        for (const std::uint16_t c : m.primary_key) key.push_back(m.fields[c]);
        engine::cursor row =
            connection(where).run(sql_of(s, m, where).whole, {.fields = key, .object = nodes[0]->object()});
        if (row.next()) (void)hydrate(s, row, 0, nullptr, false);
        return;
    }
    // A statement for those that have the same columns.
    std::sort(nodes.begin(), nodes.end(), [](const node* a, const node* b) { return a->in->missing < b->in->missing; });
    for (std::size_t from = 0, to = 0; from < nodes.size(); from = to) {
        const row_shape shape{m, nodes[from]->in->missing};
        key_set keys{m, m.primary_key};
        for (; to < nodes.size() && nodes[to]->in->missing == shape.missing; ++to) {
            (void)keys.add(m, m.primary_key, nodes[to]->object());
        }
        keys.sort();
        for (const sql::expr& some : keys.exact()) {
            sql::select q;
            q.from.push_back(mapping::every_row_of(m));
            shape.add_to(q);
            q.where = some;
            engine::connection& c = connection(where);
            const sql::compiled text = sql::compile(q, c.dialect(), where);
            engine::cursor row = c.run(text.text, {.values = text.parameters});
            while (row.next()) (void)hydrate(s, row, 0, nullptr, false, &shape);
        }
    }
}

void session_core::read_expired(std::span<node* const> nodes, const site& where) {
    if (!expired_) return;
    std::vector<node*> waiting;
    for (node* n : nodes) {
        if ((n->word & node::expired) != 0 && n->state() == life::persistent) waiting.push_back(n);
    }
    if (!waiting.empty()) read_again(std::move(waiting), where);
}

void session_core::reload(node& n) {
    const site where = site::current();
    const session_guard guard{*this, where};
    // One that is to be removed can be looked at until it is.
    if (n.state() != life::removed) require_row(n, where);
    bool all = true;
    const auto wants = [&](const node& each) {
        return (each.word & node::expired) != 0 && (each.state() == life::persistent || &each == &n);
    };
    read_again(siblings(n, all, wants), where);
    if ((n.word & node::expired) != 0) throw_gone(*n.in->what, where);
}

}  // namespace kin::detail
