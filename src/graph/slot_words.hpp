// The words of slots as values: what slots.cpp, which reads and changes them, and slot_values.cpp, which copies and
// moves them, have in common.
#pragma once

#include <kin/graph/arena.hpp>
#include <kin/graph/host.hpp>
#include <kin/graph/slot_access.hpp>
#include <kin/graph/slots.hpp>

namespace kin::graph {

[[nodiscard]] inline arena* home_of(const void* slot) noexcept { return slab::around(slot)->home; }

/// The session of the object that the slot stands in; raised_load where it is gone.
[[nodiscard]] host& host_of(const void* slot, const mapping::relation&, const site& where = {});
/// mapping_error where its binding found a problem.
[[nodiscard]] const mapping::relation& relation_of(const node* owner, const void* slot);

[[nodiscard]] inline bool attached(std::uintptr_t word) noexcept { return mark_of(word) >= mark::unloaded; }

/// What a relation holds that was moved from another one, which could not be read: nothing that anybody may use.
inline constexpr std::uintptr_t unreadable = static_cast<std::uintptr_t>(mark::shared);

/// Plain objects inside of one another that are copied and destroyed by recursion; deeper ones are by a list.
inline constexpr unsigned deepest_value = 64;

/// Gives back what a transient slot holds: a handle, or an object of its own.
void drop_node(node*) noexcept;
void drop_word(std::uintptr_t) noexcept;
/// A counted handle.
[[nodiscard]] std::uintptr_t share(node*);

// A transient list holds nodes: its own on the heap, and counted ones of arenas; the node says which.
[[nodiscard]] inline node** list_of(std::uintptr_t word) noexcept { return static_cast<node**>(pointer_of(word)); }
void make_room(std::uintptr_t& word, std::uint32_t size, std::uint32_t& capacity);
[[nodiscard]] inline mark held_as(const node* n) noexcept {
    return n->in->home == nullptr ? mark::owned : mark::shared;
}

}  // namespace kin::graph
