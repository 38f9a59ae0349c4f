// Who shows an object in a collection.
#include "relations/finding/owners_by_member.hpp"

#include <algorithm>
#include <new>

#include "memory/object_state.hpp"
#include "relations/finding/worth.hpp"

namespace kin::detail {

using graph::mark;
using graph::node;
using graph::slot_access;

bool owners_by_member::is_shown(node& owner, const node& member) const noexcept {
    return among(owner, relation_, member);
}

std::vector<node*> owners_by_member::look_at_all(const node& member) {
    std::vector<node*> found;
    for (graph::slab* b = objects_.state_of(*relation_.owner).objects->current; b != nullptr; b = b->next) {
        looked_ += b->used;
        for (std::uint32_t i = 0; i < b->used; ++i) {
            if (is_shown(*b->at(i), member)) found.push_back(b->at(i));
        }
    }
    return found;
}

std::vector<node*> owners_by_member::owners_of(const node& member) {
    if (!made_ && !worth_an_index(looked_, *objects_.state_of(*relation_.owner).objects)) return look_at_all(member);
    bring_up();
    std::vector<node*> found;
    const auto [from, to] = owners_.equal_range(&member);
    for (auto at = from; at != to; ++at) {
        if (is_shown(*at->second, member)) found.push_back(at->second);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

void owners_by_member::shows(node& owner, const node& member) noexcept {
    if (!made_) return;
    // One with more outdated entries than others is better made anew.
    if (owners_.size() > few_objects + 4 * made_of_) return forget();
    try {
        owners_.emplace(&member, &owner);
    } catch (const std::bad_alloc&) {
        forget();
    }
}

void owners_by_member::shows_others(node& owner) noexcept {
    if (!made_) return;
    if (changed_.size() > few_objects + made_of_) return forget();
    try {
        changed_.insert(&owner);
    } catch (const std::bad_alloc&) {
        forget();
    }
}

void owners_by_member::forget() noexcept {
    made_ = false;
    owners_.clear();
    changed_.clear();
}

void owners_by_member::add(node& owner) {
    graph::to_many& slot = slot_access::many(owner, relation_);
    const std::uintptr_t word = slot_access::word(slot);
    if (graph::mark_of(word) < mark::loaded) return;
    auto* const* const items = static_cast<node* const*>(graph::pointer_of(word));
    for (std::uint32_t i = 0; i < slot_access::size(slot); ++i) owners_.emplace(graph::member_at(items + i), &owner);
}

void owners_by_member::bring_up() {
    if (made_ && owners_.size() > few_objects + 4 * made_of_) forget();
    try {
        for (node* owner : changed_) add(*owner);
        changed_.clear();
        if (made_) return;
        for (graph::slab* b = objects_.state_of(*relation_.owner).objects->current; b != nullptr; b = b->next) {
            for (std::uint32_t i = 0; i < b->used; ++i) add(*b->at(i));
        }
        made_ = true;
        made_of_ = owners_.size();
    } catch (...) {
        forget();
        throw;
    }
}

}  // namespace kin::detail
