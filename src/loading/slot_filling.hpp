// Handing loaded targets to their owners: what the slots of a relation show when its rows are here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/graph/slot_access.hpp>
#include <kin/mapping/model.hpp>

#include "lifecycle/session_memory.hpp"
#include "loading/found_children.hpp"
#include "query/load_options.hpp"

namespace kin::detail {

/// Handing loaded targets to their owners. A load marks the slots of its owners (`claim`), so that rows of others that
/// come along are told from theirs by a glance. What was added and is not written is merged with what the database has.
/// Slots are recorded in the undo log first (`journal`); after an error, `give_up` leaves the relations that were not
/// filled as they were. Sends nothing.
class slot_filling {
  public:
    slot_filling(session_memory& memory, const load_option& ask) : memory_{memory}, ask_{ask}, relation_{*ask.what} {}
    slot_filling(const slot_filling&) = delete;  // slots hold its address while it runs
    slot_filling& operator=(const slot_filling&) = delete;

    /// Whether the load is for this owner: one that merely has rows among those that come is not filled.
    [[nodiscard]] bool claimed(graph::node& owner) const noexcept {
        return graph::slot_access::word(owner, relation_) == tag();
    }
    /// Marks the owners' slots; additions are put aside. A query of a hook that runs meanwhile takes its own way.
    void claim(std::span<graph::node* const> owners);
    /// The load failed: what it had not filled is as it was.
    void give_up(std::span<graph::node* const> owners) noexcept;
    /// Leaves out owners that a hook has loaded, or changed, meanwhile.
    void keep_claimed(std::span<graph::node* const> owners, found_children&) const;
    /// Records the owners' slots in the undo log, before `claim`.
    void journal(std::span<graph::node* const>);
    /// Hands every child to its parent, which is a claimed one. Children of one parent mostly come in a run, and then
    /// stay where they are: the parent's collection is a span of the row array. Where a parent has several runs, each
    /// child gets a place by counting. Returns all of them in one array, for their group.
    graph::node* const* distribute(std::span<graph::node* const> owners, const found_children&);
    /// The relation of a new child that shows its parent, where nothing else has to be looked at: whoever makes the
    /// child sets it while the child is in the cache. Null for none.
    [[nodiscard]] const mapping::relation* side_of_new() const noexcept;
    /// The child's own relation over the key, where there is one, shows this parent as loaded.
    void set_parent_side(graph::node& child, graph::node* parent) const;
    /// Pairs that are staged and not written yet join the collections.
    void merge_staged(std::span<graph::node* const> owners);

  private:
    /// What was added to a collection and is not written, aside while the collection is loaded.
    struct addition {
        graph::node* owner;
        std::uintptr_t word;
        std::uint32_t size;
        std::uint32_t capacity;
    };

    [[nodiscard]] const mapping::foreign_key& key() const noexcept { return *relation_.key; }
    /// What the slots of its owners hold while it runs: unloaded, with its own address.
    [[nodiscard]] std::uintptr_t tag() const noexcept { return graph::tagged(graph::mark::unloaded, this); }
    void distribute_ones(std::span<graph::node* const> owners, const found_children&);
    void place_by_counting(std::span<graph::node* const> owners, const found_children&, graph::node** row);
    [[nodiscard]] bool shows_parent() const noexcept;

    session_memory& memory_;
    const load_option& ask_;
    const mapping::relation& relation_;
    std::vector<addition> additions_{};
};

/// Owners that rows name by whole numbers, mostly in runs of one owner.
class owner_finder {
  public:
    owner_finder(const graph::identity_map& owners, const slot_filling& slots) noexcept
        : owners_{owners}, slots_{slots} {}

    /// The owner of this key that the load is for; null for none.
    [[nodiscard]] graph::node* find(std::int64_t key) {
        if (key != key_ || !looked_up_) {
            owner_ = owners_.find(key);
            if (owner_ != nullptr && !slots_.claimed(*owner_)) owner_ = nullptr;
            key_ = key;
            looked_up_ = true;
        }
        return owner_;
    }

  private:
    const graph::identity_map& owners_;
    const slot_filling& slots_;
    std::int64_t key_ = 0;
    graph::node* owner_ = nullptr;
    bool looked_up_ = false;
};

}  // namespace kin::detail
