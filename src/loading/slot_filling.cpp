// Handing loaded targets to their owners.
#include "loading/slot_filling.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_set>

namespace kin::detail {

using graph::mark;
using graph::node;
using graph::slot_access;

void slot_filling::claim(std::span<node* const> owners) {
    memory_.contents.shows(owners, relation_, ask_.shows());
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

void slot_filling::keep_claimed(std::span<node* const> owners, std::vector<node*>& children,
                                std::vector<node*>& parents) const {
    if (std::all_of(owners.begin(), owners.end(), [&](node* n) { return claimed(*n); })) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < children.size(); ++i) {
        if (!claimed(*parents[i])) continue;
        children[kept] = children[i];
        parents[kept++] = parents[i];
    }
    children.resize(kept);
    parents.resize(kept);
}

void slot_filling::distribute_ones(std::span<node* const> owners, node* const* row, const std::vector<node*>& parents) {
    for (std::size_t i = 0; i < parents.size(); ++i) {
        std::uintptr_t& word = slot_access::word(slot_access::one(*parents[i], relation_));
        if (graph::mark_of(word) == mark::loaded && graph::pointer_of(word) != row[i]) {
            for (node* n : owners) slot_access::word(slot_access::one(*n, relation_)) = tag();
            throw multiple_found{relation_.owner->name + "." + relation_.name + ": more than one " +
                                     relation_.target->name + " refers to the same " + relation_.owner->name,
                                 {.where = where_}};
        }
        word = graph::tagged(mark::loaded, row[i]);
        set_inverse(*row[i], parents[i]);
    }
    for (node* n : owners) {
        std::uintptr_t& word = slot_access::word(slot_access::one(*n, relation_));
        if (word == tag()) word = graph::tagged(mark::loaded);
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

node* const* slot_filling::distribute(std::span<node* const> owners, const std::vector<node*>& children,
                                      const std::vector<node*>& parents) {
    graph::arena& home = memory_.objects.arena();
    const auto count = static_cast<std::uint32_t>(children.size());
    node** row = nullptr;
    if (count != 0) {
        row = home.array<node*>(count);
        std::memcpy(static_cast<void*>(row), children.data(), count * sizeof *row);
    }
    if (!relation_.to_many()) {
        distribute_ones(owners, row, parents);
        return row;
    }
    const bool inverse = shows_parent();
    bool shuffled = false;
    for (std::uint32_t i = 0; i < count && !shuffled;) {
        std::uint32_t end = i + 1;
        while (end < count && parents[end] == parents[i]) ++end;
        graph::to_many& slot = slot_access::many(*parents[i], relation_);
        shuffled = graph::mark_of(slot_access::word(slot)) == mark::loaded;
        slot_access::word(slot) = graph::tagged(mark::loaded, row + i);
        slot_access::size(slot) = end - i;
        if (inverse && !soft_removed(*parents[i])) {
            for (std::uint32_t k = i; k < end; ++k) set_parent_side(*row[k], parents[k]);
        }
        i = end;
    }
    if (shuffled) place_by_counting(owners, children, parents, row);
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

void slot_filling::place_by_counting(std::span<node* const> owners, const std::vector<node*>& children,
                                     const std::vector<node*>& parents, node** row) {
    for (node* n : owners) {
        graph::to_many& slot = slot_access::many(*n, relation_);
        slot_access::word(slot) = tag();
        slot_access::size(slot) = 0;
    }
    for (node* p : parents) ++slot_access::size(slot_access::many(*p, relation_));
    node** next = row;
    for (std::size_t i = 0; i < children.size(); ++i) {
        graph::to_many& slot = slot_access::many(*parents[i], relation_);
        std::uintptr_t& word = slot_access::word(slot);
        if (word == tag()) {
            word = graph::tagged(mark::loaded, next);
            next += slot_access::size(slot);
            slot_access::size(slot) = 0;
        }
        static_cast<node**>(graph::pointer_of(word))[slot_access::size(slot)++] = children[i];
        set_inverse(*children[i], parents[i]);
    }
}

/// Whether its targets have a relation back that the load tells, too. A to-one shows no owner that is hidden: of one
/// with a scope only the database knows.
bool slot_filling::shows_parent() const noexcept {
    return !relation_.linked() && !relation_.through() && !relation_.tree() && key().child_side != nullptr &&
           key().target->scope == nullptr;
}

void slot_filling::set_inverse(node& child, node* parent) const {
    if (shows_parent() && !soft_removed(*parent)) set_parent_side(child, parent);
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
    if (memory_.pairs.staged().empty()) return;
    const std::unordered_set<const node*> wanted(owners.begin(), owners.end());
    const bool forward = relation_.key == relation_.links->first;
    std::vector<std::pair<node*, node*>> more;
    for (const auto& [pair, staged] : memory_.pairs.staged()) {
        if (pair.links != relation_.links || staged.state != staged_pair::what::added) continue;
        node* owner = forward ? pair.first : pair.second;
        if (wanted.contains(owner)) more.emplace_back(owner, forward ? pair.second : pair.first);
    }
    for (const auto& [owner, target] : more) memory_.parents.push_item(*owner, relation_, *target, true);
}

void slot_filling::journal(std::span<node* const> owners) {
    // What is read after a change, flushed or not, must be read again should the change be undone.
    if (!memory_.log.changing()) return;
    for (node* n : owners)
        relation_.to_many() ? memory_.log.journal_slot(*n, relation_) : memory_.log.journal_slot(*n, relation_);
}

}  // namespace kin::detail
