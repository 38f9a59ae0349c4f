// One to many and one to one, over a foreign key: both sides in step.
#pragma once

#include <deque>
#include <span>

#include <kin/graph/node.hpp>
#include <kin/graph/slot_access.hpp>

#include "memory/object_table.hpp"
#include "memory/object_tracking.hpp"
#include "memory/relation_contents.hpp"
#include "memory/undo_log.hpp"
#include "relations/finding/column_index.hpp"
#include "relations/finding/owners_by_member.hpp"
#include "relations/parent_list.hpp"
#include "relations/relation_events.hpp"

namespace kin::detail {

/// Every change of either side ends in set_parent: it stages the new parent, in the child's relation or, where the
/// child has none, beside it (`staged`), and keeps the other side in step. The flush copies the key. Sends nothing.
/// Every slot is recorded in the undo log before it changes; a call that throws may have done a part, which the
/// all_or_nothing change around it takes back.
class parent_links {
  public:
    parent_links(object_table& objects, undo_log& log, object_tracking& tracking)
        : objects_{objects}, log_{log}, tracking_{tracking} {}
    /// Who decides cascades; set once, before anything else is called.
    void report_to(relation_events& e) noexcept { events_ = &e; }

    /// The object that the child's columns name, if it is in memory: also over columns that are no primary key. A key
    /// as the row has it is compared with what the rows of parents say, a key that was set by hand with what the
    /// parents say now.
    [[nodiscard]] graph::node* parent_by_columns(const graph::node& child, const mapping::foreign_key&);
    /// The next flush writes the parent's key (null: NULL) into the child. The parent's side is not told: that is
    /// set_parent.
    void stage(graph::node& child, const mapping::foreign_key&, graph::node* parent);
    /// The child gets this parent, or none: staged, and both sides show it. What comes with it is reported to
    /// relation_events: an object that left the session returns, the occupant of a has_one becomes an orphan, an
    /// association object moves its pair. usage_error where the parent is another session's, or the relation is
    /// single_parent and the parent taken.
    void set_parent(graph::node& child, const mapping::foreign_key&, graph::node* parent);
    /// A new object that was told to have no parent, and then got a key that cannot be NULL by hand: the key is its
    /// last word, and nothing is staged. Without a key the flush refuses the object by name.
    void follow_key_by_hand(graph::node& child, const mapping::foreign_key&);
    /// A new object says that it has no parent.
    void said_none() noexcept { said_none_ = true; }
    /// Whether any did: else there is nobody for follow_key_by_hand.
    [[nodiscard]] bool any_said_none() const noexcept { return said_none_; }
    /// The relations of the parent over this key show the child, as far as they are in memory; a has_one sends its
    /// occupant away. `maybe_there`: the child may be in a list already and is looked for.
    void join_side(graph::node& parent, const mapping::foreign_key&, graph::node& child, bool maybe_there);
    /// The relations of the parent over this key do not show the child any more.
    void leave_side(graph::node& parent, const mapping::foreign_key&, graph::node& child);
    /// Adds an item to one collection; one that is not loaded keeps it as an addition.
    void push_item(graph::node& owner, const mapping::relation&, graph::node& child, bool maybe_there);
    /// Takes an item out of one collection, if it is there. Ranges and the undo log keep what they know of the array.
    void drop_item(graph::node& owner, const mapping::relation&, graph::node& child);
    /// The object that the child's columns name over a primary key, by the identity map; null where it is not in
    /// memory.
    [[nodiscard]] graph::node* parent_by_key(const graph::node& child, const mapping::foreign_key&);
    /// Whether the child has a parent, by its relation or by its row, in memory or not.
    [[nodiscard]] bool has_parent(graph::node& child, const mapping::foreign_key&);
    /// Whether a parent is staged for the key, and which (null: none is to be).
    [[nodiscard]] bool staged_parent(graph::node& child, const mapping::foreign_key& k, graph::node*& parent) const {
        if (k.child_side == nullptr) return staged_.find(child, k, parent);
        const std::uintptr_t word = graph::slot_access::word(graph::slot_access::one(child, *k.child_side));
        if (graph::mark_of(word) != graph::mark::staged) return false;
        parent = static_cast<graph::node*>(graph::pointer_of(word));
        return true;
    }
    /// As staged_parent, of what a flush writes: of a polymorphic key only what no other of its kind says.
    [[nodiscard]] bool written_parent(graph::node& child, const mapping::foreign_key& k, graph::node*& parent) const {
        return staged_parent(child, k, parent) && (!k.tagged || parent != nullptr || says_so(child, k));
    }
    /// The parent as memory knows it: staged, loaded or named by the columns; null also where that is unknown.
    [[nodiscard]] graph::node* parent_now(graph::node& child, const mapping::foreign_key&);
    /// usage_error where the target stands in the same single_parent relation of another owner in memory.
    void require_single_parent(graph::node& owner, const mapping::relation&, const graph::node& target);

    /// The objects of a model by some of its columns: of a key, of the columns that one refers to.
    [[nodiscard]] column_index& by_columns(const mapping::model&, const std::vector<std::uint16_t>& columns);
    /// The rows of a pivot by both of their ends.
    [[nodiscard]] column_index& by_ends(const mapping::link_pair&);

    /// The objects whose collections show the member, as far as they are loaded.
    [[nodiscard]] std::vector<graph::node*> owners_showing(const mapping::relation&, const graph::node& member);
    /// Collections were loaded, or are as they were.
    void shows_others(std::span<graph::node* const> owners, const mapping::relation& r) noexcept {
        for (owners_by_member& each : showing_) {
            if (&each.relation() != &r) continue;
            for (graph::node* n : owners) each.shows_others(*n);
        }
    }

    /// Parents that are staged for keys without a relation on the child.
    [[nodiscard]] parent_list& staged() noexcept { return staged_; }
    /// Forgets all that is staged, and the objects.
    void clear() noexcept {
        said_none_ = false;
        forget_indexes();
    }
    /// The same of what is staged, of nothing any more, and of what finds objects: it is made again where it is worth
    /// it.
    void forget_indexes() noexcept {
        staged_.clear();
        if (!indexes_.empty()) indexes_.clear();
        if (!showing_.empty()) showing_.clear();
    }

  private:
    [[nodiscard]] static bool says_so(graph::node& child, const mapping::foreign_key&);
    void leave_former(graph::node& child, const mapping::foreign_key&, graph::node& parent);
    /// Whether it is known who the child's parent is, or that there is none; sends nothing.
    [[nodiscard]] bool known_parent(graph::node& child, const mapping::foreign_key&, graph::node*& parent);
    /// Whether the child's columns name a parent.
    [[nodiscard]] static bool names_parent(const graph::node& child, const mapping::foreign_key&);
    [[nodiscard]] bool overruled_by_hand(graph::node& child, const mapping::foreign_key&, const graph::node* parent);
    [[nodiscard]] static bool may_follow_key(const graph::node& child, const mapping::foreign_key&);
    void forget_key(graph::node& child, const mapping::foreign_key&);
    void leave_other_arms(graph::node& child, const mapping::foreign_key&);

    object_table& objects_;
    undo_log& log_;
    object_tracking& tracking_;
    relation_events* events_ = nullptr;
    bool said_none_ = false;
    parent_list staged_{};
    std::deque<column_index> indexes_{};
    std::deque<owners_by_member> showing_{};
};

}  // namespace kin::detail
