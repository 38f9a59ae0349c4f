// Whether a read has to flush first: does it read a table that the next flush would write?
#include "unit_of_work/autoflush_policy.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>

namespace kin::detail {

using graph::life;
using graph::node;
using mapping::foreign_key;
using mapping::model;
using mapping::relation;

namespace {

/// Whether the insert makes the object's key, which nobody can know before.
bool without_key(const node& n) {
    const model& m = *n.in->what;
    return std::any_of(m.primary_key.begin(), m.primary_key.end(),
                       [&](std::uint16_t c) { return graph::unset(m.fields[c], n.object()); });
}

}  // namespace

/// The columns that an update would write; of those that a staged parent says, all of its key.
std::uint64_t autoflush_policy::pending_columns(node& n) const {
    if (n.snapshot() == nullptr || n.state() != life::persistent) return 0;
    const model& m = *n.in->what;
    std::uint64_t changed = 0;
    (void)graph::compare(m, n.object(), n.snapshot(), changed);
    for (const foreign_key& k : m.foreign_keys) {
        node* parent = nullptr;
        if (memory_.parents.staged_parent(n, k, parent)) changed |= k.mask();
    }
    return changed;
}

/// Whether the flush will look who has the place that the child was given, and have him deleted.
bool autoflush_policy::replaces_another(node& child) const {
    for (const foreign_key& k : child.in->what->foreign_keys) {
        for (const relation* r : k.parent_sides) {
            node* parent = nullptr;
            if (!replaces(*r) || !memory_.parents.staged_parent(child, k, parent) || parent == nullptr) continue;
            if (parent->state() == life::persistent && graph::unloaded(*parent, *r)) return true;
        }
    }
    return false;
}

bool autoflush_policy::has_changes_of(const model& m) const {
    for (const auto& [key, staged] : memory_.pairs.staged()) {
        if (key.links->through == &m) return true;
        if (m.links.empty()) break;
    }
    if (m.number >= memory_.objects.states().size() || memory_.objects.states()[m.number] == nullptr) return false;
    model_state& s = *memory_.objects.states()[m.number];
    const auto are = [](const std::vector<node*>& list, life wanted) {
        return std::any_of(list.begin(), list.end(), [&](const node* n) { return n->state() == wanted; });
    };
    return are(s.pending, life::pending) || are(s.removed, life::removed) ||
           any_changed(s, [](node&, std::uint64_t) { return true; });
}

/// Whether any object of the list holds a change of the wanted kind. Those that hold none are settled, so that the next
/// who asks does not compare them again; not within a flush, which settles them itself.
bool autoflush_policy::any_changed(model_state& s, auto&& wanted) const {
    memory_.log.expect_settled(s.touched.size());
    bool found = false;
    memory_.tracking.review(s, [&](node& n) {
        if (found) return true;
        const std::uint64_t changed = pending_columns(n);
        found = changed != 0 && wanted(n, changed);
        return changed != 0 || memory_.phase.flushing;
    });
    return found;
}

bool autoflush_policy::would_write(const tables_read& reads, const model* unknown) {
    if (reads.unknown()) return dirty();
    const mapping::link_pair* met = nullptr;
    for (const auto& [key, staged] : memory_.pairs.staged()) {
        if (key.links == met) continue;
        met = key.links;
        if (reads.meets(reaches_.of(*met->through).removed)) return true;
    }
    for (const auto& state : memory_.objects.states()) {
        if (state == nullptr || (state->pending.empty() && state->removed.empty() && state->touched.empty())) continue;
        const model& m = *state->objects->what;
        const write_reach& reach = reaches_.of(m);
        const bool itself = reads.meets(reach.changed);
        const bool others = itself && &m != unknown;  // what is changed here is known
        const bool followed = reads.meets(reach.followers);
        const bool displaced = reads.meets(reach.displaced);
        for (node* n : state->removed) {
            if (n->state() == life::removed && reads.meets(memory_.objects.keeps_row(*n) ? reach.kept : reach.removed))
                return true;
        }
        if (itself || displaced) {
            for (node* n : state->pending) {
                if (n->state() != life::pending) continue;
                if (others || (itself && !without_key(*n)) || (displaced && replaces_another(*n))) return true;
            }
        }
        if (!others && !followed && !displaced) continue;
        const bool any = any_changed(*state, [&](node& n, std::uint64_t changed) {
            return others || (followed && (changed & reach.telling) != 0) || (displaced && replaces_another(n));
        });
        if (any) return true;
    }
    return false;
}

bool autoflush_policy::dirty() const {
    if (!memory_.pairs.staged().empty()) return true;
    for (const auto& s : memory_.objects.states()) {
        if (s != nullptr && has_changes_of(*s->objects->what)) return true;
    }
    return false;
}

bool autoflush_policy::would_write(const model& m) {
    tables_read reads;
    reads.add(m);
    return would_write(reads, nullptr);
}

void autoflush_policy::flush(const site& where) { flushing_.flush(where); }
void autoflush_policy::flush_ready(const site& where) { flushing_.flush(where, flush_choice::ready()); }
void autoflush_policy::flush_for(const tables_read& tables, const site& where) {
    flushing_.flush(where, flush_choice::for_reading(tables));
}

}  // namespace kin::detail
