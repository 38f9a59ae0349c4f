// After a flush: the database has everything, and memory says so too.
#include "unit_of_work/flush_synchronisation.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <kin/graph/fields.hpp>

#include "graph/blank_object.hpp"
#include "lifecycle/gone_children.hpp"
#include "lifecycle/session_memory.hpp"
#include "planning/flush_plan.hpp"
#include "relations/key_matching.hpp"
#include "statements/soft_removal.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

void flush_synchronisation::sync(flush_plan& plan) {
    memory_.keys.forget_names();
    for (const flush_step& s : plan.steps) {
        // The unit of work has written keys into them.
        if (s.nodes.empty() || !memory_.objects.state_of(*s.model).indexed) continue;
        for (node* n : s.nodes) memory_.objects.rewrote(*n);
    }
    // First what went: what came in its place may have its key.
    if (!plan.removed.empty() || !plan.taken_along.empty()) sync_removed(plan);
    drop_gone(plan);
    std::vector<std::pair<std::size_t, node*>> unseen;  // with the number of their step
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const flush_step& s = plan.steps[i];
        if (s.does != flush_step::what::insert) continue;
        model_state& state = memory_.objects.state_of(*s.model);
        state.objects->identities.reserve(s.nodes.size());
        memory_.log.expect_transitions(s.nodes.size());
        memory_.objects.settled(state);
        memory_.log.expect_settled(s.nodes.size());
        for (node* n : s.nodes) {
            sync_inserted(*n);
            if (!memory_.keys.is_shown(*n)) unseen.emplace_back(i, n);
        }
    }
    memory_.keys.forget_names();
    std::size_t seen = 0;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const flush_step& s = plan.steps[i];
        for (; seen < unseen.size() && unseen[seen].first == i; ++seen)
            memory_.keys.show_to_parents(*unseen[seen].second);
        if (s.does != flush_step::what::update) continue;
        for (node* n : s.nodes) {
            if (n->state() == life::persistent) memory_.keys.follow_keys(*n, s.mask);
        }
    }
    std::vector<key_following::renamed_row> renamed;
    for (std::size_t at = 0; at < plan.steps.size(); ++at) {
        const flush_step& s = plan.steps[at];
        if (s.does != flush_step::what::update) continue;
        for (node* n : s.nodes) {
            if ((s.mask & s.model->referred_to) != 0) renamed.push_back({n, n->snapshot(), at});
            sync_updated(*n, s.mask);
        }
    }
    read_fixed_again();
    sync_returned(plan.returned);
    key_following::row_writes writes;
    for (std::size_t at = 0; !renamed.empty() && at < plan.steps.size(); ++at) {
        const flush_step& s = plan.steps[at];
        if (s.does != flush_step::what::insert && s.does != flush_step::what::update) continue;
        const std::uint64_t mask = s.does == flush_step::what::insert ? ~std::uint64_t{0} : s.mask;
        for (const node* n : s.nodes) writes[n].emplace_back(at, mask);
    }
    memory_.keys.follow_updates(renamed, writes);
    std::size_t listed = 0;
    for (const auto& s : memory_.objects.states()) listed += s == nullptr ? 0 : s->touched.size();
    memory_.log.expect_settled(listed);
}

/// What was staged of a relation stands in the database now, but for what waits for another flush. Who was removed
/// meanwhile, and keeps its row, is not shown.
static void sync_slot(node& n, const mapping::relation& r, const held_back& held) noexcept {
    std::uintptr_t& word = slot_access::word(n, r);
    if (graph::mark_of(word) != mark::staged || held.shown_by(n, r)) return;
    void* now = graph::pointer_of(word);
    if (r.holds_key() && now != nullptr && static_cast<const node*>(now)->state() == life::detached) now = nullptr;
    word = graph::tagged(mark::loaded, now);
}

void flush_synchronisation::finish(const flush_plan& plan) noexcept {
    // Backwards, as each stands for itself: those that `sync` came to last are in the cache still.
    for (auto s = plan.steps.rbegin(); s != plan.steps.rend(); ++s) {
        if (s->does != flush_step::what::insert && s->does != flush_step::what::update) continue;
        if (s->model->relations.empty()) continue;
        for (auto n = s->nodes.rbegin(); n != s->nodes.rend(); ++n) {
            for (const mapping::relation& r : s->model->relations) sync_slot(**n, r, plan.held);
        }
    }
    for (const node* n : plan.gone) memory_.objects.removed_for_good().erase(n);
    sync_sides(plan.held);
    memory_.keys.forget_names();
    const held_back& held = plan.held;
    for (const auto& s : memory_.objects.states()) {
        if (s == nullptr) continue;
        if (held.nodes.empty()) {  // nobody waits: no look at each
            s->pending.clear();
            s->removed.clear();
        } else {
            std::erase_if(s->pending, [&](node* n) { return n->state() != life::pending || !held.holds(n); });
            std::erase_if(s->removed, [&](node* n) { return n->state() != life::removed || !held.holds(n); });
        }
        s->stale_lists = s->left_unseen = false;
        settle(*s, held);
    }
    memory_.parents.staged().erase_if([&](const node& child) { return !held.holds(&child); });
    memory_.pairs.staged().erase_if([&](const auto& pair) { return !held.holds(pair.key, pair.now); });
    std::erase_if(memory_.objects.orphans(), [](const node* n) { return n->state() != life::removed; });
    outdate_written(plan);
    memory_.log.keep_all();
}

/// What was compared with its row, and is as the row says by now, is settled. What came on the list since, or may have
/// been changed by a hook behind the statements, is compared here.
void flush_synchronisation::settle(model_state& s, const held_back& held) noexcept {
    if (s.touched.empty()) return;
    std::size_t compared = memory_.hooks.hooks_flushes() ? 0 : s.compared;
    memory_.tracking.review(s, [&](const node& n) {
        if (held.holds(&n)) return true;
        return compared != 0 ? (--compared, false) : object_tracking::differs(n);
    });
}

void flush_synchronisation::sync_sides(const held_back& held) noexcept {
    memory_.log.sync_slots([&](node& n, const mapping::relation& r) {
        if (n.state() == life::detached) return false;
        if (held.holds(&n) || held.shown_by(n, r)) return true;
        sync_slot(n, r, held);
        if (!r.to_many() || graph::mark_of(n, r) != mark::added) return false;
        // Rows like others: whether a load shows them is for the database to say.
        graph::to_many& slot = slot_access::many(n, r);
        slot_access::word(slot) = graph::tagged(mark::unloaded);
        slot_access::size(slot) = slot_access::capacity(slot) = 0;
        return false;
    });
}

void flush_synchronisation::sync_inserted(node& n) {
    const mapping::model& m = *n.in->what;
    model_state& s = memory_.objects.state_of(m);
    const std::byte* packed = graph::pack(m, n.object(), memory_.objects.arena());
    memory_.log.expect_transitions(3);
    memory_.log.expect_dropped();
    memory_.log.expect_settled(1);
    if (node* there = s.objects->identities.insert(&n); there != &n) {
        // An object whose row is gone, by a rollback or by others.
        memory_.log.note(there, transition::deleted);
        s.objects->identities.erase(there);
        there->state(life::detached);
        s.objects->identities.insert(&n);
    }
    const bool had_row = n.snapshot() != nullptr;
    if (had_row) {
        memory_.log.note(&n, transition::dropped);
        memory_.log.drop(n.snapshot());
        // And behind what later flushes say of its new row.
        memory_.log.journal_snapshot(n, n.snapshot());
    }
    memory_.log.note(&n, transition::inserted);
    n.snapshot(packed);
    memory_.objects.rewrote(s, n);
    n.state(life::persistent);
    n.word &= ~node::writable;
    // One that is listed, as it was a row before, is settled with the others.
    if ((n.word & node::listed) == 0) memory_.log.records().settled.push_back(&n);
    if (had_row) leave_unsaid(n);
}

/// An object that came back, and whose key was set by hand: it is no child of those that its relations still show.
void flush_synchronisation::leave_unsaid(node& n) {
    for (const mapping::foreign_key& k : n.in->what->foreign_keys) {
        if (k.child_side == nullptr) continue;
        std::uintptr_t& word = slot_access::word(slot_access::one(n, *k.child_side));
        auto* shown = static_cast<node*>(graph::pointer_of(word));
        if (graph::mark_of(word) != mark::loaded || shown == nullptr ||
            shown == memory_.parents.parent_by_columns(n, k))
            continue;
        memory_.log.journal_slot(n, *k.child_side);
        word = graph::tagged(mark::unloaded);
        memory_.parents.leave_side(*shown, k, n);
    }
}

void flush_synchronisation::sync_updated(node& n, std::uint64_t mask) {
    if (n.state() != life::persistent) return;
    const mapping::model& m = *n.in->what;
    memory_.log.journal_snapshot(n, n.snapshot());
    const bool restored =
        m.soft_deleted != nullptr && !soft_removed(n) && (mask >> (m.soft_deleted - m.columns.data()) & 1) != 0;
    n.snapshot(graph::pack(m, n.object(), memory_.objects.arena()));
    memory_.objects.rewrote(n);
    refresh_fixed(n, mask);
    if (!restored) return;
    memory_.lifecycle.sync_restored(n);
    memory_.keys.show_to_parents(n);  // what was read meanwhile, and not flushed before, does not show it
}

/// Rows that came back with others: their objects are read with them again. What was assigned and not written while
/// they were gone still is not.
void flush_synchronisation::sync_returned(const std::vector<node*>& returned) {
    if (returned.empty()) return;
    memory_.lifecycle.take_back(returned);
    for (node* n : returned) {
        if (n->snapshot() != nullptr && (n->word & node::expired) == 0) sync_kept(*n, 0);
        memory_.lifecycle.sync_restored(*n);
    }
}

/// A custom join condition speaks of a column that was changed: who it may concern reads again.
void flush_synchronisation::refresh_fixed(node& n, std::uint64_t mask) {
    for (const mapping::relation* side : n.in->what->linked_by) {
        const bool concerned = std::any_of(side->fixed.begin(), side->fixed.end(),
                                           [&](const auto& f) { return (mask >> f.column & 1) != 0; });
        if (concerned) fixed_written_.insert(side);
    }
    for (const mapping::foreign_key& k : n.in->what->foreign_keys) {
        for (const mapping::relation* side : k.parent_sides) {
            const bool concerned = std::any_of(side->fixed.begin(), side->fixed.end(),
                                               [&](const auto& f) { return (mask >> f.column & 1) != 0; });
            node* parent = concerned ? memory_.parents.parent_now(n, k) : nullptr;
            if (parent == nullptr) continue;
            if (side->to_many()) {
                memory_.log.journal_slot(*parent, *side);
                graph::to_many& slot = slot_access::many(*parent, *side);
                slot_access::word(slot) = graph::tagged(mark::unloaded);
                slot_access::size(slot) = slot_access::capacity(slot) = 0;
            } else {
                memory_.log.journal_slot(*parent, *side);
                slot_access::word(slot_access::one(*parent, *side)) = graph::tagged(mark::unloaded);
            }
        }
    }
}

/// Which owners the pivot links it to, only the database knows.
void flush_synchronisation::read_fixed_again() {
    for (const mapping::relation* r : std::exchange(fixed_written_, {})) {
        graph::pool* owners = memory_.objects.arena().find_pool(*r->owner);
        for (graph::slab* s = owners == nullptr ? nullptr : owners->current; s != nullptr; s = s->next) {
            for (std::uint32_t i = 0; i < s->used; ++i) {
                node& n = *s->at(i);
                const mark now = graph::mark_of(n, *r);
                if (n.state() != life::persistent || (now != mark::loaded && now != mark::staged)) continue;
                memory_.log.journal_slot(n, *r);
                memory_.unloading.unload(n, *r);
            }
        }
    }
}

void flush_synchronisation::sync_removed(flush_plan& plan) {
    std::vector<node*>& gone = plan.gone;
    gone = plan.removed;
    std::unordered_set<const node*> all(gone.begin(), gone.end());
    gone_children children{memory_, plan.let_go, plan.removed, all};
    for (node* n : plan.taken_along) {
        if (n->state() != life::persistent || !all.insert(n).second) continue;
        if ((n->word & node::expired) == 0) memory_.tracking.track(*n);
        children.nobody_counted(*n);
        gone.push_back(n);
    }
    // Rows of one model at a time, and then those that went with them.
    for (std::size_t from = 0, to = 0; from != gone.size(); from = to) {
        to = gone.size();
        std::vector<const mapping::model*> models;
        for (std::size_t i = from; i < to; ++i) {
            const mapping::model* m = gone[i]->in->what;
            if (std::find(models.begin(), models.end(), m) == models.end()) models.push_back(m);
        }
        for (const mapping::model* m : models) {
            for (const mapping::foreign_key* k : m->incoming) forget_children(*k, children, gone, all);
        }
    }
    for (node* n : gone) leave_all(*n, all);
    memory_.pairs.drop_links_to(all, [&](const mapping::relation& r) { return children.links_nobody(r); });
    std::unordered_map<const node*, std::uint64_t> written;  // before it was removed
    for (const flush_step& step : plan.steps) {
        if (step.does != flush_step::what::update || step.model->soft_deleted == nullptr) continue;
        for (const node* n : step.nodes) written[n] |= step.mask;
    }
    for (node* n : gone) {
        if (!memory_.objects.keeps_row(*n) && n->snapshot() == nullptr) {
            // What its row said: should it come back, nobody has set that by hand.
            n->snapshot(graph::pack(*n->in->what, n->object(), memory_.objects.arena()));
        } else if (!memory_.objects.keeps_row(*n)) {
            sync_keys(*n);
        } else if (memory_.objects.keeps_row(*n) && n->snapshot() != nullptr) {
            const auto found = written.find(n);
            sync_kept(*n, found == written.end() ? 0 : found->second);
        }
    }
    memory_.log.expect_transitions(2 * gone.size());
}

void flush_synchronisation::drop_gone(const flush_plan& plan) noexcept {
    if (plan.gone.empty()) return;
    for (node* n : plan.gone) {
        if (n->state() == life::detached) continue;  // a new object has taken its key over
        memory_.objects.state_of(*n->in->what).objects->identities.erase(n);
        // What an expired one holds when it comes back by a rollback is not what its row says.
        if (n->snapshot() == nullptr || (n->word & node::expired) != 0) memory_.log.note(n, transition::read);
        memory_.log.note(n, transition::deleted);
        n->state(life::detached);
        memory_.objects.one_left();
    }
}

/// Foreign keys that were set by hand, and with which the object went: should it come back, they are what it said last.
void flush_synchronisation::sync_keys(node& n) {
    const mapping::model& m = *n.in->what;
    std::uint64_t changed = 0;
    graph::compare(m, n.object(), n.snapshot(), changed);
    std::uint64_t keys = 0;
    for (const mapping::foreign_key& k : m.foreign_keys) keys |= k.mask();
    for (const std::uint16_t c : m.primary_key) keys &= ~(std::uint64_t{1} << c);
    if ((changed & keys) == 0) return;
    for (const mapping::foreign_key& k : m.foreign_keys) {
        if (k.child_side == nullptr || (changed & k.mask()) == 0 || graph::mark_of(n, *k.child_side) != mark::loaded)
            continue;
        memory_.log.journal_slot(n, *k.child_side);
        slot_access::word(slot_access::one(n, *k.child_side)) = graph::tagged(mark::unloaded);
    }
    take_into_snapshot(n, changed & keys);
}

/// The row stays, with what the removal wrote: what else was assigned, then or later, is written once it is restored.
void flush_synchronisation::sync_kept(node& n, std::uint64_t written) {
    const mapping::model& m = *n.in->what;
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        const mapping::column& c = m.columns[i];
        if (&c == m.soft_deleted || &c == m.version || c.does == mapping::behaviour::updated_at)
            written |= std::uint64_t{1} << i;
    }
    take_into_snapshot(n, written);
}

/// The snapshot holds what the members say in these columns; in all others it stays.
void flush_synchronisation::take_into_snapshot(node& n, std::uint64_t columns) {
    const mapping::model& m = *n.in->what;
    const blank_object row{*m.type};
    graph::unpack(m, row.at, n.snapshot());
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        if ((columns >> i & 1) == 0) continue;
        value scratch;
        graph::assign(m.fields[i], row.at, graph::view(m.fields[i], n.object(), scratch));
    }
    memory_.log.journal_snapshot(n, n.snapshot());
    n.snapshot(graph::pack(m, row.at, memory_.objects.arena()));
    memory_.objects.rewrote(n);
}

/// Out of every collection that shows it: its relation, its row and its members may each name another parent.
void flush_synchronisation::leave_all(node& n, const std::unordered_set<const node*>& all) {
    for (const mapping::foreign_key& k : n.in->what->foreign_keys) {
        node* staged = nullptr;
        (void)memory_.parents.staged_parent(n, k, staged);
        node* shown =
            k.child_side == nullptr || graph::unloaded(n, *k.child_side)
                ? nullptr
                : static_cast<node*>(graph::pointer_of(slot_access::word(slot_access::one(n, *k.child_side))));
        node* const by_row = memory_.keys.referred(n, k, true);
        node* const by_member = n.snapshot() == nullptr ? by_row : memory_.keys.referred(n, k, false);
        for (node* parent : {staged, shown, by_row, by_member}) {
            if (parent != nullptr && !all.contains(parent)) memory_.parents.leave_side(*parent, k, n);
        }
    }
}

void flush_synchronisation::count_version(node& n) {
    const mapping::column* c = n.in->what->version;
    if (c == nullptr) return;
    value scratch;
    value_view version = graph::view(c->io, n.object(), scratch);
    ++version.integer;
    memory_.log.remember(n, c->io);
    graph::assign(c->io, n.object(), version);
}

/// Whether the object was removed, and its row stays.
bool flush_synchronisation::left_kept(const node& n) const noexcept {
    if (n.in->what->soft_deleted == nullptr || n.snapshot() == nullptr || !soft_removed(n)) return false;
    return n.state() == life::detached || (n.state() == life::removed && memory_.objects.keeps_row(n));
}

/// Such a row has lost its parent: should it be restored, its object says so, too.
void flush_synchronisation::leave_kept(node& n, const mapping::foreign_key& k) {
    const mapping::model& m = *k.owner;
    const blank_object row{*m.type};
    graph::unpack(m, row.at, n.snapshot());
    for (const std::uint16_t c : k.written()) {
        const field& f = m.fields[c];
        if (f.optional == nullptr) continue;
        if (graph::equal(f, n.object(), graph::packed(m, n.snapshot(), c))) {
            memory_.log.remember(n, f);
            f.optional->reset(static_cast<std::byte*>(n.object()) + f.offset);
        }
        f.optional->reset(static_cast<std::byte*>(row.at) + f.offset);
    }
    if (m.version != nullptr && !left_to_database(k)) {
        count_version(n);
        value scratch;
        graph::assign(m.version->io, row.at, graph::view(m.version->io, n.object(), scratch));
    }
    memory_.log.journal_snapshot(n, n.snapshot());
    n.snapshot(graph::pack(m, row.at, memory_.objects.arena()));
    memory_.objects.rewrote(n);
}

/// The objects of one model that refer to removed ones: gone with them, or without a parent from now on.
void flush_synchronisation::forget_children(const mapping::foreign_key& k, gone_children& all_children,
                                            std::vector<node*>& gone, std::unordered_set<const node*>& all) {
    if (memory_.objects.arena().find_pool(*k.owner) == nullptr) return;
    const bool owned = owned_by(k) || k.on_delete == mapping::referential_action::cascade;
    if (!owned && !k.nullable && k.target->soft_deleted == nullptr) return;
    const auto forget = [&](node* child) {
        node* staged = nullptr;
        if ((k.nullable || owned) && left_kept(*child)) {
            node* parent = memory_.keys.referred(*child, k, true);
            if (parent == nullptr || !all.contains(parent) || memory_.objects.keeps_row(*parent)) return;
            if (!owned) return leave_kept(*child, k);
            // Its row goes now: should it come back, then as a new one.
            const field& f = k.owner->soft_deleted->io;
            memory_.log.remember(*child, f);
            f.optional->reset(static_cast<std::byte*>(child->object()) + f.offset);
            memory_.objects.removed_for_good().insert(child);
            if (all.insert(child).second) gone.push_back(child);
            return;
        }
        if (child->state() != life::persistent || all.contains(child)) return;
        const bool told = memory_.parents.staged_parent(*child, k, staged);
        const bool moved = told || key_changed(*child, k);
        node* parent = told ? staged : memory_.keys.referred(*child, k, !moved);
        if (parent == nullptr || !all.contains(parent)) return;
        const bool stays = memory_.objects.keeps_row(*parent);
        // Its row came under the one that was removed, and went with it where rows stay; else it has left already.
        if (moved && !(stays && goes_along(k))) return;
        if (stays ? goes_along(k) : owned) {
            // With a snapshot, a rollback also undoes what happens to it while it is gone.
            if ((child->word & node::expired) == 0) memory_.tracking.track(*child);
            if (stays && k.owner->soft_deleted != nullptr) {
                value scratch;
                const value_view time = graph::view(k.target->soft_deleted->io, parent->object(), scratch);
                memory_.log.remember(*child, k.owner->soft_deleted->io);
                graph::assign(k.owner->soft_deleted->io, child->object(), time);
                count_version(*child);
            } else {
                memory_.objects.removed_for_good().insert(child);
            }
            gone.push_back(child);
            all.insert(child);
            return;
        }
        if (stays) {
            // Its key goes on saying whose it is.
            if (k.child_side == nullptr) return;
            memory_.log.journal_slot(*child, *k.child_side);
            slot_access::word(slot_access::one(*child, *k.child_side)) = graph::tagged(mark::loaded);
            return;
        }
        if (!k.nullable) return;
        if ((child->word & node::expired) != 0) {
            // Will be read again as it is now; if it goes before that, and comes back, it does not name who is gone.
            std::uint64_t cleared = 0;
            for (const std::uint16_t c : k.written()) {
                const field& f = k.owner->fields[c];
                if (f.optional == nullptr) continue;
                memory_.log.remember(*child, f);
                f.optional->reset(static_cast<std::byte*>(child->object()) + f.offset);
                cleared |= std::uint64_t{1} << c;
            }
            child->snapshot() != nullptr ? take_into_snapshot(*child, cleared) : memory_.objects.rewrote(*child);
            return;
        }
        memory_.tracking.track(*child);
        const std::byte* before = child->snapshot();
        for (const std::uint16_t c : k.written()) {
            const field& f = k.owner->fields[c];
            if (f.optional == nullptr) continue;
            memory_.log.remember(*child, f);
            f.optional->reset(static_cast<std::byte*>(child->object()) + f.offset);
        }
        if (!left_to_database(k)) count_version(*child);
        memory_.log.journal_snapshot(*child, before);
        child->snapshot(graph::pack(*k.owner, child->object(), memory_.objects.arena()));
        if (k.child_side != nullptr) {
            memory_.log.journal_slot(*child, *k.child_side);
            slot_access::word(slot_access::one(*child, *k.child_side)) = graph::tagged(mark::loaded);
        }
    };
    if (std::vector<node*> known; all_children.find(k, gone, known)) {
        for (node* child : known) forget(child);
        return;
    }
    std::vector<std::string> texts;
    for (const node* parent : gone) {
        if (parent->in->what == k.target) add_texts(*parent, k.target_columns, texts);
    }
    for (node* child : memory_.parents.by_columns(*k.owner, k.columns).all(texts)) forget(child);
}

}  // namespace kin::detail
