// Objects that were changed, or may have been, and that the next flush does not look at any more.
#include "lifecycle/settled_objects.hpp"

#include <algorithm>
#include <new>

#include <kin/graph/fields.hpp>

#include "relations/key_text.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

namespace {

// What a commit verifies at most, whatever the session holds.
constexpr std::size_t recent_compared = 32;
constexpr unsigned others_compared = 32;
constexpr unsigned others_passed = 256;  // most objects of a session are only read

}  // namespace

bool settled_objects::is_settled(const node& n) noexcept {
    return n.state() == life::persistent && n.snapshot() != nullptr && (n.word & (node::expired | node::listed)) == 0;
}

bool settled_objects::tracked_in_transaction(const node& n) const noexcept {
    const auto& tracked = log_.records().settled;
    return std::find(tracked.begin(), tracked.end(), &n) != tracked.end();
}

void settled_objects::require_unchanged(const node& n, const site& where) const {
    std::uint64_t changed = 0;
    if (graph::compare(*n.in->what, n.object(), n.snapshot(), changed) == 0 || tracked_in_transaction(n)) return;
    const mapping::column& first = n.in->what->columns[static_cast<std::size_t>(__builtin_ctzll(changed))];
    throw usage_error{name_of(n) + " was changed (" + first.name +
                          ") through a reference that was kept across the end of a transaction, and that nobody "
                          "tracks any more: take the object from its handle (a kin::ref, a range, a relation) again, "
                          "and the next flush writes the change",
                      {.where = where}};
}

// -- the transaction ------------------------------------------------------------------------------------------------

void settled_objects::compare_again() {
    // What settles from here on comes behind these, and so behind every savepoint that is open, should the commit fail.
    for (node* n : log_.records().settled) {
        if (is_settled(*n)) tracking_.list(*n);
    }
    log_.records().carried = 0;
}

void settled_objects::committed() noexcept {
    const auto& tracked = log_.records().settled;
    if (tracked.empty()) return;
    try {
        const std::size_t kept = std::min(tracked.size(), recent_compared);
        recent_.assign(tracked.end() - static_cast<std::ptrdiff_t>(kept), tracked.end());
    } catch (const std::bad_alloc&) {
        recent_.clear();  // they have their turn
    }
}

void settled_objects::rolled_back() noexcept {
    auto& tracked = log_.records().settled;
    std::size_t listed = 0;
    for (const auto& s : objects_.states()) {
        if (s != nullptr) listed += s->touched.size();
    }
    try {
        log_.expect_settled(listed);
    } catch (const std::bad_alloc&) {
        // What finds no room stays on the list.
    }
    for (const auto& s : objects_.states()) {
        if (s != nullptr) tracking_.review(*s, [](const node&) { return false; });
    }
    // Those of the transaction before this one are not carried further.
    tracked.erase(tracked.begin(), tracked.begin() + static_cast<std::ptrdiff_t>(log_.records().carried));
    std::erase_if(tracked, [](const node* n) { return !is_settled(*n); });
    log_.records().carried = tracked.size();
}

// -- verifying ------------------------------------------------------------------------------------------------------

void settled_objects::verify_some(const site& where) {
    for (const node* n : recent_) {
        if (is_settled(*n)) require_unchanged(*n, where);
    }
    const auto& states = objects_.states();
    unsigned compared = 0;
    std::size_t pools = 0;  // no more than all of them once, and the rest of the first
    for (unsigned passed = 0; compared < others_compared && passed < others_passed && pools <= states.size();) {
        if (slab_ == nullptr) {
            ++pools;
            model_ = model_ + 1 < states.size() ? model_ + 1 : 0;
            if (model_ < states.size() && states[model_] != nullptr && states[model_]->any_settled)
                slab_ = states[model_]->objects->current;
            at_ = 0;
        } else if (at_ == slab_->used) {
            slab_ = slab_->next;
            at_ = 0;
        } else {
            const node& n = *slab_->at(at_);
            ++passed;
            if (is_settled(n)) {
                require_unchanged(n, where);
                ++compared;
            }
            ++at_;
        }
    }
}

void settled_objects::verify_all(const site& where) const {
    if (!objects_.any_settled()) return;
    for (const auto& s : objects_.states()) {
        if (s == nullptr || !s->any_settled) continue;
        for (graph::slab* b = s->objects->current; b != nullptr; b = b->next) {
            for (std::uint32_t i = 0; i < b->used; ++i) verify(*b->at(i), where);
        }
    }
}

void settled_objects::verify(const node& n, const site& where) const {
    if (is_settled(n)) require_unchanged(n, where);
}

void settled_objects::clear() noexcept {
    recent_.clear();
    model_ = 0;
    slab_ = nullptr;
    at_ = 0;
}

}  // namespace kin::detail
