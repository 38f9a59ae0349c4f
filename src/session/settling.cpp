// After a flush: the database has everything, and memory says so too.
#include <algorithm>
#include <set>
#include <unordered_set>

#include <kin/graph/fields.hpp>

#include "session/core.hpp"
#include "session/flush_plan.hpp"
#include "session/soft_removal.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

/// All that may fail, and that is undone with the statements where it does.
void session_core::settle(flush_plan& plan) {
    for (const flush_step& s : plan.steps) {
        if (s.does != flush_step::what::insert) continue;
        model_state& state = state_of(*s.model);
        state.objects->identities.reserve(s.nodes.size());
        make_room(past_.turns, s.nodes.size());
        make_room(state.touched, s.nodes.size());
        for (node* n : s.nodes) settle_inserted(*n);
    }
    for (const flush_step& s : plan.steps) {
        if (s.does != flush_step::what::update) continue;
        for (node* n : s.nodes) settle_updated(*n, s.mask);
    }
    if (!plan.removed.empty() || !plan.taken_along.empty()) settle_removed(plan);
}

/// What was staged of a relation stands in the database now.
static void settle_slots(node& n) noexcept {
    for (const mapping::relation& r : n.in->what->relations) {
        std::uintptr_t& word = slot_access::word(n, r);
        if (graph::mark_of(word) == mark::staged) word = graph::tagged(mark::loaded, graph::pointer_of(word));
    }
}

void session_core::settled(const flush_plan& plan) noexcept {
    for (const flush_step& s : plan.steps) {
        if (s.does != flush_step::what::insert && s.does != flush_step::what::update) continue;
        if (s.model->relations.empty()) continue;
        for (node* n : s.nodes) settle_slots(*n);
    }
    drop_gone(plan);
    settle_sides();
    for (const auto& s : states_) {
        if (s == nullptr) continue;
        s->pending.clear();
        s->removed.clear();
        s->stale_lists = false;
    }
    links_.clear();
    pairs_.clear();
    outdate_computed(plan);
    keep_all();
}

/// What was staged since the last flush stands in the database now, on either side.
void session_core::settle_sides() noexcept {
    for (; settled_ < past_.journal.size(); ++settled_) {
        const undo& u = past_.journal[settled_];
        if (u.did != undo::what::one_slot && u.did != undo::what::many_slot) continue;
        std::uintptr_t& word = slot_access::word(*u.at, *u.side);
        if (graph::mark_of(word) == mark::staged) word = graph::tagged(mark::loaded, graph::pointer_of(word));
        if (graph::mark_of(word) != mark::added) continue;
        // Rows like others: whether a load shows them is for the database to say.
        word = graph::tagged(mark::unloaded);
        slot_access::size(slot_access::many(*u.at, *u.side)) = 0;
        slot_access::capacity(slot_access::many(*u.at, *u.side)) = 0;
    }
}

void session_core::settle_inserted(node& n) {
    const mapping::model& m = *n.in->what;
    model_state& s = state_of(m);
    const std::byte* packed = graph::pack(m, n.object(), *arena_);
    make_room(past_.turns, 2);
    make_room(s.touched);
    if (node* there = s.objects->identities.insert(&n); there != &n) {
        // An object whose row is gone, by a rollback or by others.
        if (there->state() == life::removed)
            past_.fresh.push_back({{.did = undo::what::returned, .at = there}, past_.journal.size()});
        past_.turns.emplace_back(there, turn::deleted);
        s.objects->identities.erase(there);
        there->state(life::detached);
        s.objects->identities.insert(&n);
    }
    s.touched.push_back(&n);
    past_.turns.emplace_back(&n, turn::inserted);
    n.snapshot(packed);
    n.state(life::persistent);
    show_to_parents(n);
}

/// The row of a pair stands in the database: collections that are loaded show it.
void session_core::show_pair(const pair_key& key) {
    for (const mapping::relation* side : key.links->sides) {
        const bool forward = side->key == key.links->first;
        node& at = forward ? *key.first : *key.second;
        const mark now = graph::mark_of(slot_access::word(slot_access::many(at, *side)));
        if (now == mark::loaded || now == mark::staged) push_item(at, *side, forward ? *key.second : *key.first, true);
    }
}

/// A key that was given by hand puts the object into its parent's collection, if that is loaded.
void session_core::show_to_parents(node& n) {
    for (const mapping::foreign_key& k : n.in->what->foreign_keys) {
        if (k.parent_sides.empty()) continue;
        if (k.child_side != nullptr &&
            graph::mark_of(slot_access::word(slot_access::one(n, *k.child_side))) != mark::unloaded) {
            continue;
        }
        if (!links_.empty() && links_.contains({&n, &k})) continue;
        node* parent = parent_by_key(n, k);
        if (parent == nullptr) continue;
        for (const mapping::relation* side : k.parent_sides) {
            if (side->to_many()) {
                const mark now = graph::mark_of(slot_access::word(slot_access::many(*parent, *side)));
                if (now == mark::loaded || now == mark::staged) push_item(*parent, *side, n, true);
            } else {
                std::uintptr_t& word = slot_access::word(slot_access::one(*parent, *side));
                if (graph::mark_of(word) != mark::loaded || graph::pointer_of(word) != nullptr) continue;
                journal_one(*parent, *side);
                word = graph::tagged(mark::loaded, &n);
            }
        }
    }
    for (const mapping::link_pair* links : n.in->what->links) {
        node* first = parent_now(n, *links->first);
        node* second = parent_now(n, *links->second);
        if (first == nullptr || second == nullptr) continue;
        const auto staged = pairs_.find({links, first, second});
        if (staged == pairs_.end() || staged->second.state == staged_pair::what::removed) {
            show_pair({links, first, second});
        }
    }
}

void session_core::settle_updated(node& n, std::uint64_t mask) {
    if (n.state() != life::persistent) return;
    const mapping::model& m = *n.in->what;
    follow_keys(n, mask);
    past_.journal.push_back(
        {.did = undo::what::snapshot, .at = &n, .word = reinterpret_cast<std::uintptr_t>(n.snapshot())});
    const bool restored =
        m.soft_deleted != nullptr && !soft_removed(n) && (mask >> (m.soft_deleted - m.columns.data()) & 1) != 0;
    n.snapshot(graph::pack(m, n.object(), *arena_));
    refresh_fixed(n, mask);
    if (restored) settle_restored(n);
}

/// A custom join condition speaks of a column that was changed: who it may concern reads again.
void session_core::refresh_fixed(node& n, std::uint64_t mask) {
    for (const mapping::foreign_key& k : n.in->what->foreign_keys) {
        for (const mapping::relation* side : k.parent_sides) {
            const bool concerned = std::any_of(side->fixed.begin(), side->fixed.end(),
                                               [&](const auto& f) { return (mask >> f.column & 1) != 0; });
            node* parent = concerned ? parent_now(n, k) : nullptr;
            if (parent == nullptr) continue;
            if (side->to_many()) {
                journal_many(*parent, *side);
                graph::to_many& slot = slot_access::many(*parent, *side);
                slot_access::word(slot) = graph::tagged(mark::unloaded);
                slot_access::size(slot) = slot_access::capacity(slot) = 0;
            } else {
                journal_one(*parent, *side);
                slot_access::word(slot_access::one(*parent, *side)) = graph::tagged(mark::unloaded);
            }
        }
    }
}

/// Where a key was changed by hand, the relations over it follow: out of the old parent, into the new one.
void session_core::follow_keys(node& n, std::uint64_t mask) {
    const mapping::model& m = *n.in->what;
    struct move {
        const mapping::foreign_key* along;
        node* before;
        node* after;
    };
    std::vector<move> moves;
    for (const mapping::foreign_key& k : m.foreign_keys) {
        const bool changed = (mask & k.mask()) != 0;
        node* staged = nullptr;
        if (!changed || staged_parent(n, k, staged)) continue;
        node* before = nullptr;
        if (k.child_side != nullptr) {
            std::uintptr_t& word = slot_access::word(slot_access::one(n, *k.child_side));
            before = graph::mark_of(word) == mark::loaded ? static_cast<node*>(graph::pointer_of(word)) : nullptr;
            journal_one(n, *k.child_side);
            word = graph::tagged(mark::unloaded);
        }
        const bool said = !k.tagged || graph::packed(m, n.snapshot(), k.tag.column).bytes == k.tag.is.view().bytes;
        if (before == nullptr && said && k.target_columns == k.target->primary_key) {
            std::vector<value_view> was;
            bool null = false;
            for (const std::uint16_t c : k.columns)
                null = was.emplace_back(graph::packed(m, n.snapshot(), c)).is_null() || null;
            graph::pool* p = arena_->find_pool(*k.target);
            if (p != nullptr && !null) before = p->identities.find(was);
        }
        node* after = parent_by_key(n, k);
        if (after != nullptr && k.child_side != nullptr) {
            slot_access::word(slot_access::one(n, *k.child_side)) = graph::tagged(mark::loaded, after);
        }
        if (before == after) continue;
        if (k.link) moves.push_back({&k, before, after});
        if (before != nullptr) leave_side(*before, k, n);
        if (after == nullptr) continue;
        for (const mapping::relation* side : k.parent_sides) {
            if (!side->to_many()) {
                std::uintptr_t& word = slot_access::word(slot_access::one(*after, *side));
                const auto* there = static_cast<const node*>(graph::pointer_of(word));
                // One whose key was changed as well (two rows that swapped theirs) makes room.
                const bool leaves = there != nullptr && parent_by_key(*there, k) != after;
                if (graph::mark_of(word) < mark::loaded || (there != nullptr && !leaves)) continue;
                journal_one(*after, *side);
                word = graph::tagged(mark::loaded, &n);
                continue;
            }
            const mark now = graph::mark_of(slot_access::word(slot_access::many(*after, *side)));
            if (now == mark::loaded || now == mark::staged) push_item(*after, *side, n, true);
        }
    }
    if (moves.empty()) return;
    for (const mapping::link_pair* links : m.links) {
        const auto pair = [&](node* move::*when) {
            pair_key key{links, parent_now(n, *links->first), parent_now(n, *links->second)};
            for (const move& each : moves) {
                if (each.along == links->first) key.first = each.*when;
                if (each.along == links->second) key.second = each.*when;
            }
            return key;
        };
        const pair_key was = pair(&move::before);
        const pair_key is = pair(&move::after);
        if (was == is) continue;
        if (was.first != nullptr && was.second != nullptr) leave_pair(was);
        if (is.first != nullptr && is.second != nullptr) show_pair(is);
    }
}

/// Removed objects leave the identity map and every collection; what the database did to rows that referred to them
/// is done to the objects of those rows.
void session_core::settle_removed(flush_plan& plan) {
    std::vector<node*>& gone = plan.gone;
    gone = plan.removed;
    std::unordered_set<const node*> all(gone.begin(), gone.end());
    for (node* n : plan.taken_along) {
        if (n->state() != life::persistent || !all.insert(n).second) continue;
        if ((n->word & node::expired) == 0) track(*n);
        gone.push_back(n);
    }
    // Rows of one model at a time: the pools of its children are walked once for each model, not each object; and once
    // more where the walk found parents of what it had passed already.
    for (std::size_t known = 0; known != gone.size();) {
        known = gone.size();
        std::vector<const mapping::model*> models;
        for (const node* n : gone) {
            if (std::find(models.begin(), models.end(), n->in->what) == models.end()) models.push_back(n->in->what);
        }
        for (const mapping::model* m : models) {
            for (const mapping::foreign_key* k : m->incoming) forget_children(*k, gone, all);
        }
    }
    for (node* n : gone) {
        for (const mapping::foreign_key& k : n->in->what->foreign_keys) {
            node* parent = nullptr;
            if (!staged_parent(*n, k, parent) || parent == nullptr) parent = parent_by_key(*n, k);
            if (parent != nullptr && !all.contains(parent)) leave_side(*parent, k, *n);
        }
    }
    drop_links_to(all);
    make_room(past_.turns, gone.size());
}

void session_core::drop_gone(const flush_plan& plan) noexcept {
    if (plan.gone.empty()) return;
    for (node* n : plan.gone) {
        if (n->state() == life::detached) continue;  // a new object has taken its key over
        state_of(*n->in->what).objects->identities.erase(n);
        past_.turns.emplace_back(n, turn::deleted);
        n->state(life::detached);
    }
    for_good_.clear();
    for (const auto& s : states_) {
        if (s == nullptr) continue;
        s->touched.erase(std::remove_if(s->touched.begin(), s->touched.end(),
                                        [](const node* n) { return n->state() == life::detached; }),
                         s->touched.end());
    }
}

/// The objects of one pool that refer to removed ones: gone with them, or without a parent from now on.
void session_core::forget_children(const mapping::foreign_key& k, std::vector<node*>& gone,
                                   std::unordered_set<const node*>& all) {
    graph::pool* children = arena_->find_pool(*k.owner);
    if (children == nullptr || k.target_columns != k.target->primary_key) return;
    bool owned = k.link || k.on_delete == mapping::referential_action::cascade;
    for (const mapping::relation* side : k.parent_sides) owned = owned || side->options.removes();
    if (!owned && !k.nullable && k.target->soft_deleted == nullptr) return;
    for (graph::slab* b = children->current; b != nullptr; b = b->next) {
        for (std::uint32_t at = 0; at < b->used; ++at) {
            node* child = b->at(at);
            if (child->state() != life::persistent || all.contains(child)) continue;
            node* parent = parent_by_key(*child, k);
            if (parent == nullptr || !all.contains(parent)) continue;
            const bool stays = keeps_row(*parent);
            if (stays ? goes_along(k) : owned) {
                // With a snapshot, a rollback also undoes what happens to it while it is gone.
                if ((child->word & node::expired) == 0) track(*child);
                if (stays && k.owner->soft_deleted != nullptr) {
                    value scratch;
                    const value_view time = graph::view(k.target->soft_deleted->io, parent->object(), scratch);
                    remember(*child, k.owner->soft_deleted->io);
                    graph::assign(k.owner->soft_deleted->io, child->object(), time);
                } else {
                    for_good_.insert(child);
                }
                gone.push_back(child);
                all.insert(child);
                continue;
            }
            if (stays) {
                // Its key goes on saying whose it is.
                if (k.child_side == nullptr) continue;
                journal_one(*child, *k.child_side);
                slot_access::word(slot_access::one(*child, *k.child_side)) = graph::tagged(mark::loaded);
                continue;
            }
            if (!k.nullable) continue;
            if ((child->word & node::expired) != 0) continue;  // will be read again as it is now
            track(*child);
            const std::byte* before = child->snapshot();
            for (const std::uint16_t c : k.written()) {
                const field& f = k.owner->fields[c];
                if (f.optional == nullptr) continue;
                remember(*child, f);
                f.optional->reset(static_cast<std::byte*>(child->object()) + f.offset);
            }
            past_.journal.push_back(
                {.did = undo::what::snapshot, .at = child, .word = reinterpret_cast<std::uintptr_t>(before)});
            child->snapshot(graph::pack(*k.owner, child->object(), *arena_));
            if (k.child_side != nullptr) {
                journal_one(*child, *k.child_side);
                slot_access::word(slot_access::one(*child, *k.child_side)) = graph::tagged(mark::loaded);
            }
        }
    }
}

}  // namespace kin::detail
