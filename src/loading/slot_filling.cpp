// Handing loaded targets to their owners.
#include "loading/slot_filling.hpp"

#include <algorithm>
#include <cstring>

namespace kin::detail {

using graph::mark;
using graph::node;
using graph::slot_access;

void slot_filling::claim(std::span<node* const> owners) {
    memory_.contents.shows(owners, relation_, ask_.shows());
    if (relation_.computed()) memory_.contents.finds(owners, relation_);
    if (!relation_.to_many()) {
        for (node* n : owners) {
            std::uintptr_t& word = slot_access::word(slot_access::one(*n, relation_));
            if (graph::mark_of(word) == mark::added) additions_.push_back({n, word, 0, 0});
            word = tag();
        }
        return;
    }
    for (node* n : owners) {
        graph::to_many& slot = slot_access::many(*n, relation_);
        std::uintptr_t& word = slot_access::word(slot);
        if (graph::mark_of(word) == mark::added) {
            (void)graph::members(slot);  // without gaps
            additions_.push_back({n, word, slot_access::size(slot), slot_access::capacity(slot)});
        }
        word = tag();
        slot_access::size(slot) = slot_access::capacity(slot) = 0;
    }
}

void slot_filling::give_up(std::span<node* const> owners) noexcept {
    for (const addition& a : additions_) {
        if (!claimed(*a.owner)) continue;
        slot_access::word(*a.owner, relation_) = a.word;
        if (!relation_.to_many()) continue;
        graph::to_many& slot = slot_access::many(*a.owner, relation_);
        slot_access::size(slot) = a.size;
        slot_access::capacity(slot) = a.capacity;
    }
    for (node* n : owners) {
        if (claimed(*n)) slot_access::word(*n, relation_) = graph::tagged(mark::unloaded);
    }
}

void slot_filling::keep_claimed(std::span<node* const> owners, found_children& found) const {
    if (std::all_of(owners.begin(), owners.end(), [&](node* n) { return claimed(*n); })) return;
    found_children kept;
    std::uint32_t i = 0;
    for (const found_children::run& r : found.runs) {
        if (!claimed(*r.parent)) {
            i = r.end;
            continue;
        }
        for (; i < r.end; ++i) kept.add(r.parent, found.nodes[i], r.sided);
    }
    found = std::move(kept);
}

void slot_filling::distribute_ones(std::span<node* const> owners, const found_children& found) {
    const bool inverse = shows_parent();
    std::vector<node*> of_several;
    std::uint32_t i = 0;
    for (const found_children::run& r : found.runs) {
        std::uintptr_t& word = slot_access::word(slot_access::one(*r.parent, relation_));
        for (; i < r.end; ++i) {
            node* child = found.nodes[i];
            if (graph::mark_of(word) == mark::loaded && graph::pointer_of(word) != child)
                of_several.push_back(r.parent);
            word = graph::tagged(mark::loaded, child);
            if (inverse && !r.sided && !soft_removed(*r.parent)) set_parent_side(*child, r.parent);
        }
    }
    for (node* n : owners) {
        std::uintptr_t& word = slot_access::word(slot_access::one(*n, relation_));
        if (word == tag()) word = graph::tagged(mark::loaded);
    }
    if (auto known = memory_.contents.doubtful.find(&relation_); known != memory_.contents.doubtful.end()) {
        for (const node* n : owners) known->second.erase(n);
    }
    // Nobody else has to do with it: who touches one of these is told.
    for (node* n : of_several) {
        slot_access::word(slot_access::one(*n, relation_)) = graph::tagged(mark::unloaded);
        memory_.contents.doubtful[&relation_].insert(n);
    }
    // Who was given the place while nobody knew who has it; where only a part was asked for, nobody knows yet.
    for (const addition& a : std::exchange(additions_, {})) {
        if (ask_.partial()) {
            slot_access::word(*a.owner, relation_) = a.word;
        } else {
            memory_.parents.join_side(*a.owner, key(), *static_cast<node*>(graph::pointer_of(a.word)), false);
        }
    }
}

node* const* slot_filling::distribute(std::span<node* const> owners, const found_children& found) {
    graph::arena& home = memory_.objects.arena();
    const auto count = static_cast<std::uint32_t>(found.nodes.size());
    node** row = nullptr;
    if (count != 0) {
        row = home.array<node*>(count);
        std::memcpy(static_cast<void*>(row), found.nodes.data(), count * sizeof *row);
    }
    if (!relation_.to_many()) {
        distribute_ones(owners, found);
        return row;
    }
    memory_.parents.shows_others(owners, relation_);
    const bool inverse = shows_parent();
    bool shuffled = false;
    std::uint32_t begin = 0;
    for (const found_children::run& r : found.runs) {
        graph::to_many& slot = slot_access::many(*r.parent, relation_);
        shuffled |= graph::mark_of(slot_access::word(slot)) == mark::loaded;
        slot_access::word(slot) = graph::tagged(mark::loaded, row + begin);
        slot_access::size(slot) = r.end - begin;
        if (inverse && !r.sided && !soft_removed(*r.parent)) {
            for (std::uint32_t k = begin; k < r.end; ++k) set_parent_side(*row[k], r.parent);
        }
        begin = r.end;
    }
    if (shuffled) place_by_counting(owners, found, row);
    for (node* n : owners) {
        std::uintptr_t& word = slot_access::word(slot_access::many(*n, relation_));
        if (word == tag()) word = graph::tagged(mark::loaded);
    }
    // What is added and not written is put behind what is found. What is written by now is a row like others.
    for (const addition& a : std::exchange(additions_, {})) {
        auto** items = static_cast<node**>(graph::pointer_of(a.word));
        for (std::uint32_t i = 0; i < a.size; ++i) {
            if (memory_.unloading.unwritten(*a.owner, relation_, *items[i])) {
                memory_.parents.push_item(*a.owner, relation_, *items[i], true);
            }
        }
    }
    return row;
}

void slot_filling::place_by_counting(std::span<node* const> owners, const found_children& found, node** row) {
    for (node* n : owners) {
        graph::to_many& slot = slot_access::many(*n, relation_);
        slot_access::word(slot) = tag();
        slot_access::size(slot) = 0;
    }
    std::uint32_t begin = 0;
    for (const found_children::run& r : found.runs) {
        slot_access::size(slot_access::many(*r.parent, relation_)) += r.end - std::exchange(begin, r.end);
    }
    node** next = row;
    std::uint32_t i = 0;
    for (const found_children::run& r : found.runs) {
        graph::to_many& slot = slot_access::many(*r.parent, relation_);
        std::uintptr_t& word = slot_access::word(slot);
        if (word == tag()) {
            word = graph::tagged(mark::loaded, next);
            next += slot_access::size(slot);
            slot_access::size(slot) = 0;
        }
        auto** items = static_cast<node**>(graph::pointer_of(word));
        for (; i < r.end; ++i) items[slot_access::size(slot)++] = found.nodes[i];
    }
}

/// Whether its targets have a relation back that the load tells, too. A to-one shows no owner that is hidden: of one
/// with a scope only the database knows.
bool slot_filling::shows_parent() const noexcept {
    return !relation_.linked() && !relation_.through() && !relation_.tree() && key().child_side != nullptr &&
           key().target->scope == nullptr;
}

const mapping::relation* slot_filling::side_of_new() const noexcept {
    const bool plain = shows_parent() && !memory_.contents.said.any() && !memory_.log.changing() &&
                       memory_.contents.shown.usual() && !memory_.hooks.any();
    return plain ? key().child_side : nullptr;
}

void slot_filling::set_parent_side(node& child, node* parent) const {
    if (key().child_side == nullptr) return;
    const mapping::relation& side = *key().child_side;
    std::uintptr_t& word = slot_access::word(slot_access::one(child, side));
    if (graph::mark_of(word) != mark::unloaded) return;
    if (memory_.contents.said.any()) {
        const load_option* said = memory_.contents.said.of(child, side).said;
        if (said != nullptr && said->particular()) return;  // asks when it is touched
    }
    if (memory_.log.changing()) memory_.log.journal_slot(child, side);
    if (!memory_.contents.shown.usual()) memory_.contents.shown.set(child, side, content::whole, 0);
    word = graph::tagged(mark::loaded, parent);
}

void slot_filling::merge_staged(std::span<node* const> owners) {
    pair_list& staged = memory_.pairs.staged();
    if (staged.empty()) return;
    const bool forward = relation_.key == relation_.links->first;
    for (node* owner : owners) {
        for (const pair_key& pair : staged.of(*owner)) {
            if (pair.links != relation_.links || (forward ? pair.first : pair.second) != owner) continue;
            if (staged.find(pair)->state != staged_pair::what::added) continue;
            node& member = forward ? *pair.second : *pair.first;
            if (meets(relation_, member)) memory_.parents.push_item(*owner, relation_, member, true);
        }
    }
}

void slot_filling::journal(std::span<node* const> owners) {
    // What is read after a change, flushed or not, must be read again should the change be undone.
    if (!memory_.log.changing()) return;
    for (node* n : owners)
        relation_.to_many() ? memory_.log.journal_slot(*n, relation_) : memory_.log.journal_slot(*n, relation_);
}

}  // namespace kin::detail
