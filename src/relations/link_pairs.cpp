// Many to many: pairs of objects, staged until the flush, and every collection that sees them kept in step. Where the
// pivot is an association object, its rows are objects like others, and the pairs follow them.
#include "relations/link_pairs.hpp"

#include <algorithm>
#include <cstring>

#include <kin/graph/fields.hpp>
#include <kin/query/query.hpp>

#include "graph/blank_object.hpp"
#include "statements/joining.hpp"
#include "statements/key_conditions.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

namespace {

/// What an undone change had brought is read again, or is nobody's row any more.
bool row_is_gone(node& row) {
    return row.state() == life::persistent && (row.word & node::expired) != 0 && !still_there(row);
}
bool goes_on(const node& n) noexcept { return n.state() == life::persistent || n.state() == life::pending; }
bool has_row(const node& n) noexcept { return n.state() == life::persistent || n.state() == life::removed; }

}  // namespace

// -- what relations ask for -----------------------------------------------------------------------------------------

void link_pairs::link(node& owner, const mapping::relation& r, node& target) {
    objects_.require_mine(target, site::current());
    events_->readd(owner);
    events_->readd(target);
    const pair_key key = pair_of(r, owner, target);
    const auto found = pairs_.find(key);
    if (found != nullptr && found->state == staged_pair::what::added) return;
    if (r.options.single_parent) parents_.require_single_parent(owner, r, target);
    if (found != nullptr && found->state == staged_pair::what::removed) {
        // Taken out and put back: nothing to write.
        node* row = found->row;
        if (row == nullptr) {
            stage_pair(key, {});
            join_pair(key, true);
            return;
        }
        const bool elsewhere = row->state() == life::persistent &&
                               parents_.parent_now(*row, *key.links->first) != nullptr &&
                               parents_.parent_now(*row, *key.links->second) != nullptr;
        if (!elsewhere) {
            put_back(*row, key);
            return;
        }
    }
    // Only two objects with rows can be linked already.
    const bool maybe_there = has_row(owner) && has_row(target);
    if (maybe_there) {
        // The database takes a pair of a plain pivot twice; a second association object it would refuse.
        if (!r.links->through->implied && contents_.strategy_of(owner, r) != kin::load::write_only)
            host_.load_for_change(owner, r);
        for (const mapping::relation* side : r.links->sides) {
            node& at = side->key == r.links->first ? *key.first : *key.second;
            if (among(at, *side, &at == key.first ? *key.second : *key.first)) return;
        }
    }
    if (r.links->through->implied) {
        stage_pair(key, {staged_pair::what::added});
        join_pair(key, maybe_there);
        return;
    }
    // A row that links them may be there though the relation's condition hides it.
    if (maybe_there && !r.fixed.empty()) rows_.read_rows_of(key);
    if (node* row = find_row(key)) {
        if (row->state() == life::removed) {  // before both of its ends were here
            put_back(*row, key);
            return;
        }
        // One whose row was removed and stays is no link: the new one takes its row.
        if (still_there(*row) && !soft_removed(*row)) {
            join_pair(key, true);
            return;
        }
    }
    node& row = make_row(key);
    making_ = &row;
    parents_.set_parent(row, *key.links->first, key.first);
    making_ = nullptr;
    parents_.set_parent(row, *key.links->second, key.second);
}

/// An association object that was taken out, or removed, links its pair again.
void link_pairs::put_back(node& row, const pair_key& key) {
    parents_.set_parent(row, *key.links->first, key.first);
    parents_.set_parent(row, *key.links->second, key.second);
}

/// Whether only staged rows can lead to the object: there is no key yet that one could name it by.
bool link_pairs::without_key(const node& end, const mapping::foreign_key& k) {
    if (has_row(end)) return false;
    return std::any_of(k.target_columns.begin(), k.target_columns.end(),
                       [&](std::uint16_t c) { return graph::unset(k.target->fields[c], end.object()); });
}

void link_pairs::remove_row(const pair_key& key, node& row) {
    parents_.leave_side(*key.first, *key.links->first, row);
    parents_.leave_side(*key.second, *key.links->second, row);
    events_->remove(row, site::current());
}

/// The association object of a pair that is taken out. One that others refer to is read: it goes as objects go, with
/// what it owns.
node* link_pairs::row_to_remove(const pair_key& key) {
    if (node* row = find_row(key)) return row;
    if (key.links->through->incoming.empty() || !has_row(*key.first) || !has_row(*key.second)) return nullptr;
    const std::vector<node*> rows = rows_of_pair(key);
    return rows.empty() ? nullptr : rows.front();
}

void link_pairs::unlink(node& owner, const mapping::relation& r, node& target, bool unseen) {
    if (!unseen && !among(owner, r, target)) return;
    const pair_key key = pair_of(r, owner, target);
    const auto found = pairs_.find(key);
    const bool staged = found != nullptr && found->state == staged_pair::what::added;
    if (r.links->through->implied) {
        // Added and taken out before it was written: nothing to write.
        stage_pair(key, staged ? staged_pair{} : staged_pair{staged_pair::what::removed});
        leave_pair(key);
    } else if (!key.links->unique && has_row(owner) && has_row(target)) {
        for (node* row : rows_of_pair(key)) remove_row(key, *row);
    } else if (node* row = staged && found->row != nullptr ? found->row : row_to_remove(key);
               row != nullptr && row->state() != life::removed) {
        remove_row(key, *row);
    } else {
        stage_pair(key, {staged_pair::what::removed});
        leave_pair(key);
    }
    if (r.options.removes_orphans() && target.state() != life::detached) events_->remove_orphan(target);
}

/// Every collection that sees the pair shows it.
void link_pairs::join_pair(const pair_key& key, bool maybe_there) {
    for (const mapping::relation* side : key.links->sides) {
        const bool forward = side->key == key.links->first;
        node& member = forward ? *key.second : *key.first;
        if (!side->fixed.empty()) graph::look(&member);
        if (meets(*side, member)) parents_.push_item(forward ? *key.first : *key.second, *side, member, maybe_there);
    }
}

void link_pairs::leave_pair(const pair_key& key) {
    for (const mapping::relation* side : key.links->sides) {
        const bool forward = side->key == key.links->first;
        parents_.drop_item(forward ? *key.first : *key.second, *side, forward ? *key.second : *key.first);
    }
}

void link_pairs::stage_pair(const pair_key& key, staged_pair now) {
    const auto found = pairs_.find(key);
    const staged_pair before = found == nullptr ? staged_pair{} : *found;
    const std::uint32_t order = log_.journal_pair(key, before);
    if (now.state == staged_pair::what::none) {
        pairs_.erase(key);
        return;
    }
    now.order = order;
    pairs_.set(key, now);
}

/// An association object does not link the pair any more; what it stood in for goes all the same.
void link_pairs::unstage_row(const pair_key& key, staged_pair was) {
    stage_pair(key, was.replaces ? staged_pair{staged_pair::what::removed} : staged_pair{});
}

// -- association objects --------------------------------------------------------------------------------------------

bool link_pairs::row_by_key(const pair_key& key, node*& row) {
    const mapping::link_pair& links = *key.links;
    const mapping::model& m = *links.through;
    if (!has_row(*key.first) || !has_row(*key.second) || m.primary_key.size() != links.unique_columns.size())
        return false;
    value scratch[8];
    value_view parts[8];
    std::size_t known = 0;
    for (std::size_t i = 0; i < m.primary_key.size(); ++i) {
        for (const auto& [k, end] : {std::pair{links.first, key.first}, std::pair{links.second, key.second}}) {
            for (std::size_t c = 0; c < k->columns.size(); ++c) {
                if (k->columns[c] != m.primary_key[i]) continue;
                parts[i] = graph::view(k->target->fields[k->target_columns[c]], end->object(), scratch[i]);
                ++known;
                break;
            }
            if (!k->tagged || k->tag.column != m.primary_key[i]) continue;
            parts[i] = k->tag.is.view();
            ++known;
        }
    }
    if (known != m.primary_key.size()) return false;
    graph::pool* rows = objects_.arena().find_pool(m);
    row = rows == nullptr ? nullptr : rows->identities.find(std::span<const value_view>{parts, m.primary_key.size()});
    return true;
}

node* link_pairs::find_row(const pair_key& key) {
    // One that has left the pair, and may lead elsewhere by now, is no row of it.
    const auto staged = pairs_.find(key);
    if (staged != nullptr && staged->row != nullptr && staged->state == staged_pair::what::added) return staged->row;
    graph::pool* rows = objects_.arena().find_pool(*key.links->through);
    if (rows == nullptr || rows->current == nullptr) return nullptr;
    if (node* known = nullptr; row_by_key(key, known)) return known;
    // Where one of the ends shows all its rows, and they are few, it is among these.
    for (const auto& [k, end] : {std::pair{key.links->first, key.first}, std::pair{key.links->second, key.second}}) {
        for (const mapping::relation* side : k->parent_sides) {
            if (!side->to_many()) continue;
            graph::to_many& slot = slot_access::many(*end, *side);
            const mark now = graph::mark_of(slot_access::word(slot));
            if (now < mark::loaded || now == mark::added || slot_access::size(slot) > graph::large_lists::small)
                continue;
            std::vector<node*> all;
            for (node* row : graph::members(slot)) {
                if (joins(*row, key)) all.push_back(row);
            }
            const auto found = std::find_if_not(all.begin(), all.end(), [](node* row) { return row_is_gone(*row); });
            return found == all.end() ? nullptr : *found;
        }
    }
    // Rows that are staged to both ends are found with their pair; those of one end alone may have the other by its
    // key.
    if (!half_linked_ && (without_key(*key.first, *key.links->first) || without_key(*key.second, *key.links->second)))
        return nullptr;
    node* known = nullptr;
    each_row_of(key, [&](node& row) {
        if (known == nullptr || goes_on(row)) known = &row;
        return goes_on(row);
    });
    return known;
}

/// Visits the association objects in memory that link the two, until `visit` says true; some come twice.
void link_pairs::each_row_of(const pair_key& key, auto&& visit) {
    if (objects_.arena().find_pool(*key.links->through) == nullptr) return;
    std::vector<node*> all;  // before any of them is read again
    parents_.by_ends(*key.links).find(pair_texts(*key.links, *key.first, *key.second), [&](node& row) {
        if (joins(row, key)) all.push_back(&row);
        return false;
    });
    for (node* row : all) {
        if (!row_is_gone(*row) && visit(*row)) return;
    }
}

bool link_pairs::joins(node& row, const pair_key& key) {
    return row.state() != life::detached && parents_.parent_now(row, *key.links->first) == key.first &&
           parents_.parent_now(row, *key.links->second) == key.second;
}

/// All association objects that link the two, where a pair may have several: those of the database are read.
std::vector<node*> link_pairs::rows_of_pair(const pair_key& key) {
    rows_.read_rows_of(key);
    std::vector<node*> all;
    each_row_of(key, [&](node& row) {
        if (goes_on(row) && std::find(all.begin(), all.end(), &row) == all.end()) all.push_back(&row);
        return false;
    });
    return all;
}

/// Whether another row links the two ends of one that goes: a pair that stands in several rows is one.
bool link_pairs::linked_by_another(const pair_key& key, const node& but) {
    bool another = false;
    if (key.links->unique) return false;
    each_row_of(key, [&](node& row) { return another = goes_on(row) && &row != &but; });
    return another;
}

/// A new association object, its own columns as its struct says.
node& link_pairs::make_row(const pair_key& key) {
    const mapping::model& m = *key.links->through;
    graph::pool& p = *objects_.state_of(m).objects;
    node* n = objects_.arena().reserve(p);
    m.type->construct(n->object());
    objects_.arena().keep(p);
    n->in = &p.loners;
    n->word = 0;
    n->state(life::detached);
    tracking_.become_pending(*n);
    events_->attach(*n);
    return *n;
}

namespace {

/// Whether a new association object holds no more than its pair, as those do that the direct relation makes: it gives
/// way to one that the user brings.
bool says_nothing(const node& row, const mapping::link_pair& links) {
    if (row.state() != life::pending) return false;
    const mapping::model& m = *row.in->what;
    const blank_object blank{*m.type};
    for (std::size_t i = 0; i < m.fields.size(); ++i) {
        const auto of = [&](const mapping::foreign_key* k) { return (k->mask() >> i & 1) != 0; };
        if (of(links.first) || of(links.second)) continue;
        if (!graph::equal(m.fields[i], row.object(), m.fields[i], blank.at)) return false;
    }
    return true;
}

}  // namespace

/// A pair that is linked gets another association object: the one that it has goes. Whether nobody has that in memory.
bool link_pairs::replace_row(const pair_key& key) {
    if (!key.links->unique || !has_row(*key.first) || !has_row(*key.second)) return false;
    if (node* row = find_row(key)) {
        if (row->state() != life::persistent || !still_there(*row) || soft_removed(*row)) return false;
        parents_.leave_side(*key.first, *key.links->first, *row);
        parents_.leave_side(*key.second, *key.links->second, *row);
        events_->remove(*row, site::current());
        return false;
    }
    return std::any_of(key.links->sides.begin(), key.links->sides.end(), [&](const mapping::relation* side) {
        const bool forward = side->key == key.links->first;
        node& end = forward ? *key.first : *key.second;
        return !graph::unloaded(end, *side) && among(end, *side, forward ? *key.second : *key.first);
    });
}

void link_pairs::row_moved(node& row, const mapping::foreign_key& k, node* before, node* after) {
    for (const mapping::link_pair* links : row.in->what->links) {
        if (links->first != &k && links->second != &k) continue;
        const bool first = links->first == &k;
        node* other = parents_.parent_now(row, first ? *links->second : *links->first);
        if (other == nullptr) {
            half_linked_ = half_linked_ || &row != making_;
            continue;
        }
        const auto key_with = [&](node* end) {
            return first ? pair_key{links, end, other} : pair_key{links, other, end};
        };
        if (before != nullptr) {
            const pair_key key = key_with(before);
            const auto found = pairs_.find(key);
            if (linked_by_another(key, row)) {
                // It stays linked.
            } else if (found != nullptr && found->row == &row) {
                unstage_row(key, *found);
            } else if (found == nullptr && has_row(row)) {
                stage_pair(key, {staged_pair::what::removed, &row});
            }
            if (!linked_by_another(key, row)) leave_pair(key);
        }
        if (after != nullptr) {
            const pair_key key = key_with(after);
            auto found = pairs_.find(key);
            node* made = found == nullptr ? nullptr : found->row;
            if (made != nullptr && made != &row && says_nothing(*made, *links)) {
                events_->remove(*made, site::current());
                found = pairs_.find(key);
            }
            const bool was_removed = found != nullptr && found->state == staged_pair::what::removed;
            if (was_removed && found->row == &row) {
                stage_pair(key, {});  // back where it was
            } else {
                const bool replaces = found != nullptr ? was_removed && found->row == nullptr
                                                       : row.state() == life::pending && replace_row(key);
                stage_pair(key, {.state = staged_pair::what::added, .row = &row, .replaces = replaces});
            }
            join_pair(key, true);
        }
    }
}

void link_pairs::row_leaves(node& row) {
    for (const mapping::link_pair* links : row.in->what->links) {
        node* first = parents_.parent_now(row, *links->first);
        node* second = parents_.parent_now(row, *links->second);
        if (first == nullptr || second == nullptr) continue;
        const pair_key key{links, first, second};
        if (linked_by_another(key, row)) continue;
        const auto found = pairs_.find(key);
        if (row.state() != life::pending && (found == nullptr || !found->replaces)) {
            stage_pair(key, {staged_pair::what::removed, &row});
        } else if (found != nullptr) {
            unstage_row(key, *found);
        }
        leave_pair(key);
    }
}

void link_pairs::row_returns(node& row) {
    for (const mapping::link_pair* links : row.in->what->links) {
        node* first = parents_.parent_now(row, *links->first);
        node* second = parents_.parent_now(row, *links->second);
        if (first != nullptr) parents_.join_side(*first, *links->first, row, true);
        if (second != nullptr) parents_.join_side(*second, *links->second, row, true);
        if (first == nullptr || second == nullptr) continue;
        const pair_key key{links, first, second};
        if (pairs_.contains(key)) stage_pair(key, {});
        join_pair(key, true);
    }
}

// -- objects that go ------------------------------------------------------------------------------------------------

void link_pairs::drop_pairs_of(node& n) {
    if (pairs_.empty() || (n.in->what->linked_by.empty() && n.in->what->relations.empty())) return;
    for (const pair_key& key : pairs_.of(n)) {
        const staged_pair* staged = pairs_.find(key);
        node* row = staged == nullptr ? nullptr : staged->row;
        stage_pair(key, {});
        // Its own collections keep what they show: they are linked anew should it come back.
        for (const mapping::relation* side : key.links->sides) {
            const bool forward = side->key == key.links->first;
            node& end = forward ? *key.first : *key.second;
            if (&end != &n) parents_.drop_item(end, *side, forward ? *key.second : *key.first);
        }
        if (row == nullptr || row->state() != life::pending) continue;
        if (key.first != &n) parents_.leave_side(*key.first, *key.links->first, *row);
        if (key.second != &n) parents_.leave_side(*key.second, *key.links->second, *row);
        log_.note(row, transition::withdrawn);
        row->state(life::detached);
        objects_.state_of(*row->in->what).stale_lists = true;
        events_->withdraw(*row);
    }
}

/// What others see of the array stays as it was.
void link_pairs::drop_members(node& owner, const mapping::relation& r, const std::unordered_set<const node*>& gone) {
    graph::to_many& slot = slot_access::many(owner, r);
    const auto members = graph::members(slot);
    log_.journal_slot(owner, r);
    auto** const rest = objects_.arena().array<node*>(members.size());
    node** const end =
        std::remove_copy_if(members.begin(), members.end(), rest, [&](const node* n) { return gone.contains(n); });
    slot_access::word(slot) = graph::tagged(graph::mark_of(slot_access::word(slot)), rest);
    slot_access::size(slot) = static_cast<std::uint32_t>(end - rest);
    slot_access::capacity(slot) = static_cast<std::uint32_t>(members.size());
}

void link_pairs::drop_links_to(const std::unordered_set<const node*>& gone,
                               const std::function<bool(const mapping::relation&)>& nobody) {
    std::vector<const mapping::model*> models;
    for (const node* n : gone) {
        if (std::find(models.begin(), models.end(), n->in->what) == models.end()) models.push_back(n->in->what);
    }
    for (const mapping::model* m : models) {
        for (const mapping::relation* r : m->linked_by) {
            if (objects_.arena().find_pool(*r->owner) == nullptr || nobody(*r)) continue;
            std::vector<node*> owners;
            for (const node* n : gone) {
                if (n->in->what != m) continue;
                const std::vector<node*> showing = parents_.owners_showing(*r, *n);
                owners.insert(owners.end(), showing.begin(), showing.end());
            }
            std::sort(owners.begin(), owners.end());
            owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
            for (node* owner : owners) {
                if (owner->state() != life::detached && !gone.contains(owner)) drop_members(*owner, *r, gone);
            }
        }
    }
}

}  // namespace kin::detail
