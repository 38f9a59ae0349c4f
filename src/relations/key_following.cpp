// Where keys changed and no relation said so, the relations over them follow: keys that were set by hand, columns that
// two keys share, and what a database does by ON UPDATE.
#include "relations/key_following.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <kin/graph/fields.hpp>

#include "relations/key_matching.hpp"
#include "relations/key_text.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

namespace {

/// Of a polymorphic key another arm may speak.
bool refers_to_none(const node& n, const mapping::foreign_key& k) {
    return !k.tagged && std::any_of(k.columns.begin(), k.columns.end(), [&](std::uint16_t c) {
        value scratch;
        return graph::view(k.owner->fields[c], n.object(), scratch).is_null();
    });
}

/// Whether the row of a pivot links anything.
bool links_two(const node& n, const mapping::link_pair& links) {
    return !refers_to_none(n, *links.first) && !refers_to_none(n, *links.second) &&
           graph::speaks_of(*links.first, n.object()) && graph::speaks_of(*links.second, n.object());
}

/// The key's values as `key_text` writes them; empty where one is NULL, or where the key is not the one that speaks.
std::string text_of(const node& n, const mapping::foreign_key& k, bool before) {
    std::string text;
    if (!before || n.snapshot() == nullptr) {
        return graph::speaks_of(k, n.object()) ? key_text(*k.owner, n.object(), k.columns) : text;
    }
    for (const std::uint16_t c : k.columns) {
        if (!append_key(text, graph::packed(*k.owner, n.snapshot(), c))) return {};
    }
    return text;
}

}  // namespace

node* key_following::referred(const node& n, const mapping::foreign_key& k, bool before) {
    if (k.target == nullptr || (graph::left_out(n) & k.mask()) != 0) return nullptr;
    graph::pool* targets = objects_.arena().find_pool(*k.target);
    if (targets == nullptr) return nullptr;
    if (k.to_primary_key) {
        if (!before || n.snapshot() == nullptr) return parents_.parent_by_key(n, k);
        value_view key[8];
        if (k.columns.size() > std::size(key)) return nullptr;
        if (k.tagged && !graph::same(graph::packed(*k.owner, n.snapshot(), k.tag.column), k.tag.is.view()))
            return nullptr;
        for (std::size_t i = 0; i < k.columns.size(); ++i) {
            key[i] = graph::packed(*k.owner, n.snapshot(), k.columns[i]);
            if (key[i].is_null()) return nullptr;
        }
        return targets->identities.find(std::span<const value_view>{key, k.columns.size()});
    }
    const std::string text = text_of(n, k, before);
    if (text.empty()) return nullptr;
    const auto name_of_target = [&](const node& target) {
        std::string name;
        for (const std::uint16_t c : k.target_columns) {
            value scratch;
            if (!append_key(name, before ? row_value(target, c, scratch)
                                         : graph::view(k.target->fields[c], target.object(), scratch)))
                return std::string{};
        }
        return name;
    };
    const auto may_be = [&](const node& target) {
        return (target.state() == life::persistent && known_by_name(target)) ||
               (before && target.state() == life::removed);
    };
    // Those that are listed may be many while a flush runs, and then each is asked for.
    const auto [at, fresh] = named_.try_emplace({&k, before});
    if (fresh) {
        const model_state& s = objects_.state_of(*k.target);
        for (const auto* list : {&s.pending, &s.touched, &s.removed}) {
            for (node* target : *list) {
                if (!may_be(*target)) continue;
                if (std::string name = name_of_target(*target); !name.empty())
                    at->second.try_emplace(std::move(name), target);
            }
        }
    }
    if (const auto found = at->second.find(text); found != at->second.end()) return found->second;
    return parents_.by_columns(*k.target, k.target_columns).first(text, [&](const node& target) {
        return may_be(target) && name_of_target(target) == text;
    });
}

void key_following::expire_one(node& n) {
    if (n.state() != life::persistent) return;
    if (n.snapshot() != nullptr) follow_row(n, parents_shown(n));  // its own changes are lost, those of others stay
    tracking_.forget_row(n);
    phase_.expired = true;
    unloading_.unload(n);
    objects_.arena().aggregates().outdate();
}

/// The parent's relations show the child, as far as they are loaded; nothing is staged.
void key_following::show_in(node& parent, const mapping::foreign_key& k, node& child) {
    for (const mapping::relation* side : k.parent_sides) {
        if (!meets(*side, child)) continue;
        const mark now = graph::mark_of(parent, *side);
        if (now != mark::loaded && now != mark::staged) continue;
        if (side->to_many()) {
            parents_.push_item(parent, *side, child, true);
            continue;
        }
        std::uintptr_t& word = slot_access::word(parent, *side);
        auto* there = static_cast<node*>(graph::pointer_of(word));
        if (there == &child) continue;
        // One that has gone elsewhere as well (two rows that swapped their keys) makes room; else the rows have to say
        // who has the place.
        node* of_it = nullptr;
        if (there != nullptr && !parents_.staged_parent(*there, k, of_it))
            of_it = parents_.parent_by_columns(*there, k);
        log_.journal_slot(parent, *side);
        word = of_it == &parent ? graph::tagged(mark::unloaded) : graph::tagged(mark::loaded, &child);
    }
}

/// The relations over a key say what its columns say, whatever was read of them before: out of what the row referred
/// to, into what it refers to now, which is returned.
node* key_following::follow_key(node& n, const mapping::foreign_key& k, node* held) {
    node* after = referred(n, k, false);
    node* shown = nullptr;
    if (k.child_side != nullptr) {
        const mapping::relation& r = *k.child_side;
        std::uintptr_t& word = slot_access::word(slot_access::one(n, r));
        if (graph::mark_of(word) >= mark::loaded) shown = static_cast<node*>(graph::pointer_of(word));
        // What the relation does not show of all rows, a query knows.
        const bool seen = after != nullptr && r.fixed.empty() && k.target->scope == nullptr && !soft_removed(*after);
        const std::uintptr_t now = seen                   ? graph::tagged(mark::loaded, after)
                                   : refers_to_none(n, k) ? graph::tagged(mark::loaded)
                                                          : graph::tagged(mark::unloaded);
        if (word != now) {
            log_.journal_slot(n, r);
            word = now;
            contents_.shown.set(n, r, content::whole, 0);
        }
    }
    for (node* former : {shown, held == shown ? nullptr : held}) {
        if (former != nullptr && former != after) parents_.leave_side(*former, k, n);
    }
    if (after != nullptr) show_in(*after, k, n);
    return after;
}

/// The row of a pair stands in the database: collections that are loaded show it.
void key_following::show_pair(const pair_key& key) {
    for (const mapping::relation* side : key.links->sides) {
        const bool forward = side->key == key.links->first;
        node& at = forward ? *key.first : *key.second;
        node& member = forward ? *key.second : *key.first;
        const mark now = graph::mark_of(slot_access::word(slot_access::many(at, *side)));
        if (now != mark::loaded && now != mark::staged) continue;
        if (!side->fixed.empty()) graph::look(&member);
        if (meets(*side, member)) parents_.push_item(at, *side, member, true);
    }
}

/// A pair of which only one object is here: what it shows of the other side is read again.
void key_following::unload_pairs(const mapping::link_pair& links, node* first, node* second) {
    for (const mapping::relation* side : links.sides) {
        node* const at = side->key == links.first ? first : second;
        if (at == nullptr || graph::unloaded(*at, *side)) continue;
        log_.journal_slot(*at, *side);
        unloading_.unload(*at, *side);
    }
}

void key_following::show_to_parents(node& n) {
    const mapping::model& m = *n.in->what;
    for (const mapping::foreign_key& k : m.foreign_keys) {
        node* staged = nullptr;
        if (parents_.staged_parent(n, k, staged)) continue;
        const bool told = k.child_side != nullptr && !graph::unloaded(n, *k.child_side);
        if (told || !k.parent_sides.empty()) (void)follow_key(n, k, nullptr);
    }
    for (const mapping::link_pair* links : m.links) {
        node* first = parents_.parent_now(n, *links->first);
        node* second = parents_.parent_now(n, *links->second);
        if (first == nullptr || second == nullptr) {
            if (links_two(n, *links)) unload_pairs(*links, first, second);
            continue;
        }
        const staged_pair* staged = pairs_.staged().find({links, first, second});
        if (staged == nullptr || staged->state == staged_pair::what::removed) {
            show_pair({links, first, second});
        }
    }
}

bool key_following::is_shown(node& n) const {
    const mapping::model& m = *n.in->what;
    node* parent = nullptr;
    for (const mapping::foreign_key& k : m.foreign_keys) {
        if (!k.link && !parents_.staged_parent(n, k, parent)) return false;
    }
    for (const mapping::link_pair* links : m.links) {  // of the others
        node* first = nullptr;
        node* second = nullptr;
        (void)parents_.staged_parent(n, *links->first, first);
        (void)parents_.staged_parent(n, *links->second, second);
        if (first == nullptr || second == nullptr) return false;
        const staged_pair* staged = pairs_.staged().find({links, first, second});
        if (staged == nullptr || staged->state == staged_pair::what::removed) return false;
    }
    return true;
}

void key_following::follow_keys(node& n, std::uint64_t mask) {
    const mapping::model& m = *n.in->what;
    struct move {
        const mapping::foreign_key* along;
        node* before;
        node* after;
    };
    std::vector<move> moves;
    for (const mapping::foreign_key& k : m.foreign_keys) {
        node* staged = nullptr;
        if ((mask & k.mask()) == 0 || parents_.staged_parent(n, k, staged)) continue;
        node* before = referred(n, k, true);
        node* after = follow_key(n, k, before);
        if (k.link && before != after) moves.push_back({&k, before, after});
    }
    if (moves.empty()) return;
    for (const mapping::link_pair* links : m.links) {
        const auto pair = [&](node* move::*when) {
            pair_key key{links, parents_.parent_now(n, *links->first), parents_.parent_now(n, *links->second)};
            for (const move& each : moves) {
                if (each.along == links->first) key.first = each.*when;
                if (each.along == links->second) key.second = each.*when;
            }
            return key;
        };
        const pair_key was = pair(&move::before);
        const pair_key is = pair(&move::after);
        if (was == is) continue;
        if (was.first != nullptr && was.second != nullptr) {
            pairs_.leave_pair(was);
        } else if (phase_.expired) {  // it may show one whose name nobody knows
            unload_pairs(*links, was.first, was.second);
        }
        if (is.first != nullptr && is.second != nullptr) {
            show_pair(is);
        } else if (links_two(n, *links)) {
            unload_pairs(*links, is.first, is.second);
        }
    }
}

void key_following::note_read_by_hand(node& n, const mapping::foreign_key& k) {
    if (n.state() == life::persistent && key_changed(n, k)) {
        const bool first = read_by_hand_.emplace(&n, &k).second;
        // The value is nothing that the undo log knows: a rollback has to find what was shown before.
        if (first && k.child_side != nullptr) log_.journal_slot(n, *k.child_side);
    } else {
        read_by_hand_.erase({&n, &k});
    }
}

void key_following::forget_written() {
    std::erase_if(read_by_hand_, [](const auto& each) {
        return each.first->state() != life::persistent || !key_changed(*each.first, *each.second);
    });
}

void key_following::forget(const node& n) {
    std::erase_if(read_by_hand_, [&](const auto& each) { return each.first == &n; });
}

void key_following::follow_keys_set_back() {
    if (read_by_hand_.empty()) return;
    for (const auto& [n, k] : read_by_hand_) {
        node* staged = nullptr;
        if (n->state() != life::persistent || (n->word & node::expired) != 0 || key_changed(*n, *k) ||
            parents_.staged_parent(*n, *k, staged))
            continue;
        if (k->child_side != nullptr && !graph::unloaded(*n, *k->child_side)) {
            (void)follow_key(*n, *k, nullptr);
        } else if (node* const parent = referred(*n, *k, false)) {
            show_in(*parent, *k, *n);
        }
    }
}

// -- ON UPDATE ------------------------------------------------------------------------------------------------------

void key_following::follow_updates(const std::vector<renamed_row>& renamed, const row_writes& writes) {
    const auto written_behind = [&](const node& n, const mapping::foreign_key& k, std::size_t step) {
        const auto found = writes.find(&n);
        return found != writes.end() && std::ranges::any_of(found->second, [&](const auto& each) {
                   return each.first > step && (each.second & k.mask()) != 0;
               });
    };
    std::vector<followers> all;
    for (const renamed_row& each : renamed) {
        if (each.row->state() != life::persistent) continue;
        const mapping::model& m = *each.row->in->what;
        std::uint64_t changed = 0;
        for (std::uint16_t c = 0; c < m.columns.size(); ++c) {
            if (!graph::equal(m.fields[c], each.row->object(), graph::packed(m, each.was, c)))
                changed |= std::uint64_t{1} << c;
        }
        find_followers(
            *each.row, each.was, changed,
            [&](const node& n, const mapping::foreign_key& k) { return written_behind(n, k, each.step); }, all);
    }
    for (const followers& each : all) {
        for (node* child : each.children) follow_parent(*child, *each.key, *each.parent);
        if (each.key->on_update == mapping::referential_action::cascade)
            show_all_in(*each.parent, *each.key, each.children);
    }
}

/// Who refers to the row by the columns that have changed, and whoever refers to those by what they got: parents first.
/// A key that the flush itself has written later is not what the database followed.
void key_following::find_followers(node& parent, const std::byte* was, std::uint64_t changed, auto&& written_behind,
                                   std::vector<followers>& all, int depth) {
    const mapping::model& m = *parent.in->what;
    for (const mapping::foreign_key* k : m.incoming) {
        using action = mapping::referential_action;
        if (k->on_update == action::no_action || k->on_update == action::restrict) continue;  // nobody referred to it
        bool renamed = false;
        bool null = false;
        for (const std::uint16_t c : k->target_columns) {
            null = null || graph::packed(m, was, c).is_null();
            renamed = renamed || (changed >> c & 1) != 0;
        }
        if (!renamed || null || objects_.arena().find_pool(*k->owner) == nullptr) continue;
        std::string text;
        for (const std::uint16_t c : k->target_columns) (void)append_key(text, graph::packed(m, was, c));
        const auto referred_to_it = [&](const node& child) {
            if ((graph::left_out(child) & k->mask()) != 0) return false;
            for (std::size_t i = 0; i < k->columns.size(); ++i) {
                value scratch;
                const value_view old = graph::packed(m, was, k->target_columns[i]);
                if (!graph::matches(row_value(child, k->columns[i], scratch), old) ||
                    !graph::matches(k->owner->fields[k->columns[i]], child.object(), old))
                    return false;
            }
            return true;
        };
        followers found{&parent, k, {}};
        for (node* child : parents_.by_columns(*k->owner, k->columns).all({&text, 1})) {
            // An expired one is read again as it is now.
            if (child->state() != life::persistent || (child->word & node::expired) != 0) continue;
            if (child == &parent || !referred_to_it(*child) || written_behind(*child, *k)) continue;
            found.children.push_back(child);
        }
        if (found.children.empty()) continue;
        all.push_back(found);
        if ((k->owner->referred_to & k->mask()) == 0 || depth == 16) continue;
        for (node* child : found.children) {
            tracking_.track(*child);
            find_followers(*child, child->snapshot(), k->mask(), written_behind, all, depth + 1);
        }
    }
}

/// As `show_in` of many, most of which are there already: one that got its key by hand in the same flush is not.
void key_following::show_all_in(node& parent, const mapping::foreign_key& k, const std::vector<node*>& children) {
    for (const mapping::relation* side : k.parent_sides) {
        if (graph::unloaded(parent, *side)) continue;
        std::unordered_set<const node*> there;
        each_loaded(parent, *side, [&](node& child) { there.insert(&child); });
        for (node* child : children) {
            if (there.contains(child) || !meets(*side, *child)) continue;
            if (side->to_many()) {
                parents_.push_item(parent, *side, *child, false);
            } else if (there.empty()) {
                log_.journal_slot(parent, *side);
                slot_access::word(parent, *side) = graph::tagged(mark::loaded, child);
                break;
            }
        }
    }
}

void key_following::follow_parent(node& child, const mapping::foreign_key& k, node& parent) {
    const mapping::model& m = *child.in->what;
    if (k.on_update == mapping::referential_action::set_default) {
        parents_.leave_side(parent, k, child);
        expire_one(child);
        return;
    }
    const bool cascades = k.on_update == mapping::referential_action::cascade;
    tracking_.track(child);
    const std::byte* was = child.snapshot();
    // Other keys with these columns refer to something else now, too.
    std::vector<std::pair<const mapping::foreign_key*, node*>> others;
    for (const mapping::foreign_key& other : m.foreign_keys) {
        if (&other != &k && (other.mask() & k.mask()) != 0) others.emplace_back(&other, referred(child, other, true));
    }
    const auto in_key = [&](std::uint16_t c) {
        return std::find(m.primary_key.begin(), m.primary_key.end(), c) != m.primary_key.end();
    };
    const bool renamed = std::any_of(k.columns.begin(), k.columns.end(), in_key);
    graph::identity_map& identities = objects_.state_of(m).objects->identities;
    if (renamed) {
        // Undone as if it had gone and come back under its new key.
        log_.expect_transitions(3);
        log_.expect_dropped(2);
        identities.erase(&child);
        log_.note(&child, transition::deleted);
        log_.note(&child, transition::dropped);
        log_.drop(was);
    }
    log_.journal_snapshot(child, was);
    for (std::size_t i = 0; i < k.columns.size(); ++i) {
        const field& f = m.fields[k.columns[i]];
        log_.remember(child, f);
        if (cascades) {
            const field& from = k.target->fields[k.target_columns[i]];
            value scratch;
            graph::assign(f, child.object(), graph::view(from, parent.object(), scratch));
        } else if (f.optional != nullptr) {
            f.optional->reset(static_cast<std::byte*>(child.object()) + f.offset);
        }
    }
    child.snapshot(graph::pack(m, child.object(), objects_.arena()));
    if (renamed) {
        log_.note(&child, transition::revived);
        log_.drop(child.snapshot());
        identities.insert(&child);
    }
    named_.clear();
    if (k.child_side != nullptr && !graph::unloaded(child, *k.child_side)) {
        std::uintptr_t& word = slot_access::word(slot_access::one(child, *k.child_side));
        log_.journal_slot(child, *k.child_side);
        word = cascades ? graph::tagged(mark::loaded, &parent) : graph::tagged(mark::loaded);
    }
    if (!cascades) parents_.leave_side(parent, k, child);
    for (const auto& [other, held] : others) (void)follow_key(child, *other, held);
}

std::vector<node*> key_following::parents_shown(node& n) {
    const mapping::model& m = *n.in->what;
    std::vector<node*> shown(m.foreign_keys.size());
    std::uint64_t by_hand = 0;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const mapping::foreign_key& k = m.foreign_keys[i];
        if (k.link || !key_changed(n, k)) continue;
        // Read meanwhile, the parent of its row does not show it.
        shown[i] = parents_.parent_by_columns(n, k);
        by_hand |= k.mask();
    }
    if (n.snapshot() != nullptr) graph::unpack(m, n.object(), n.snapshot());
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const mapping::foreign_key& k = m.foreign_keys[i];
        if (parents_.staged_parent(n, k, shown[i])) continue;
        if (k.link || (by_hand & k.mask()) == 0) shown[i] = parents_.parent_by_columns(n, k);
    }
    return shown;
}

void key_following::follow_row(node& n, const std::vector<node*>& shown) {
    const mapping::model& m = *n.in->what;
    for (std::size_t i = 0; i < m.foreign_keys.size(); ++i) {
        const mapping::foreign_key& k = m.foreign_keys[i];
        if (k.child_side != nullptr) {
            std::uintptr_t& word = slot_access::word(slot_access::one(n, *k.child_side));
            if (graph::mark_of(word) == mark::staged) log_.journal_slot(n, *k.child_side);
            word = graph::tagged(mark::unloaded);
        } else if (node* staged = nullptr; parents_.staged().find(n, k, staged)) {
            log_.journal_parent(n, k, true, staged);
            parents_.staged().erase(n, k);
        }
        node* const now = parents_.parent_by_columns(n, k);
        if (now == shown[i]) continue;
        if (shown[i] != nullptr) parents_.leave_side(*shown[i], k, n);
        if (now != nullptr) show_in(*now, k, n);
        if (k.link) pairs_.row_moved(n, k, shown[i], now);
    }
}

}  // namespace kin::detail
