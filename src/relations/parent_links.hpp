// One to many and one to one, over a foreign key: both sides in step.
#pragma once

#include <unordered_map>

#include <kin/graph/node.hpp>

#include "memory/object_table.hpp"
#include "memory/object_tracking.hpp"
#include "memory/relation_contents.hpp"
#include "memory/staged_pairs.hpp"
#include "memory/undo_log.hpp"
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

    /// The object that the child's columns name, if it is in memory: also over columns that are no primary key, by a
    /// walk over the objects of the parent's model. A key as the row has it is compared with what the rows of parents
    /// say, a key that was set by hand with what the parents say now.
    [[nodiscard]] graph::node* parent_by_columns(const graph::node& child, const mapping::foreign_key&);
    /// The next flush writes the parent's key (null: NULL) into the child. The parent's side is not told: that is
    /// set_parent.
    void stage(graph::node& child, const mapping::foreign_key&, graph::node* parent);
    /// The child gets this parent, or none: staged, and both sides show it. What comes with it is reported to
    /// relation_events: an object that left the session returns, the occupant of a has_one becomes an orphan, an
    /// association object moves its pair. usage_error where the parent is another session's, or the relation is
    /// single_parent and the parent taken.
    void set_parent(graph::node& child, const mapping::foreign_key&, graph::node* parent);
    /// The relations of the parent over this key show the child, as far as they are in memory; a has_one sends its
    /// occupant away. `maybe_there`: the child may be in a list already and is looked for.
    void join_side(graph::node& parent, const mapping::foreign_key&, graph::node& child, bool maybe_there);
    /// The relations of the parent over this key do not show the child any more.
    void leave_side(graph::node& parent, const mapping::foreign_key&, graph::node& child);
    /// Adds an item to one collection; one that is not loaded keeps it as an addition.
    void push_item(graph::node& owner, const mapping::relation&, graph::node& child, bool maybe_there);
    /// Takes an item out of one collection, if it is there. The array is copied, never shifted: undo log and ranges
    /// keep the old one.
    void drop_item(graph::node& owner, const mapping::relation&, graph::node& child);
    /// The object that the child's columns name over a primary key, by the identity map; null where it is not in
    /// memory.
    [[nodiscard]] graph::node* parent_by_key(const graph::node& child, const mapping::foreign_key&);
    /// Whether the child has a parent, by its relation or by its row, in memory or not.
    [[nodiscard]] bool has_parent(graph::node& child, const mapping::foreign_key&);
    /// Whether a parent is staged for the key, and which (null: none is to be).
    [[nodiscard]] bool staged_parent(graph::node& child, const mapping::foreign_key&, graph::node*& parent) const;
    /// As staged_parent, of what a flush writes: of a polymorphic key only what no other of its kind says.
    [[nodiscard]] bool written_parent(graph::node& child, const mapping::foreign_key&, graph::node*& parent);
    /// The parent as memory knows it: staged, loaded or named by the columns; null also where that is unknown.
    [[nodiscard]] graph::node* parent_now(graph::node& child, const mapping::foreign_key&);
    /// usage_error where the target stands in the same single_parent relation of another owner in memory.
    void require_single_parent(const graph::node& owner, const mapping::relation&, const graph::node& target);

    /// Parents that are staged for keys without a relation on the child.
    [[nodiscard]] std::unordered_map<link_key, graph::node*, link_hash>& staged() noexcept { return links_; }
    /// Forgets all that is staged.
    void clear() noexcept {
        if (!links_.empty()) links_.clear();  // an empty table would still be wiped
    }

  private:
    void leave_former(graph::node& child, const mapping::foreign_key&, graph::node& parent);
    /// Whether it is known who the child's parent is, or that there is none; sends nothing.
    [[nodiscard]] bool known_parent(graph::node& child, const mapping::foreign_key&, graph::node*& parent);
    /// Whether the child's columns name a parent.
    [[nodiscard]] static bool names_parent(const graph::node& child, const mapping::foreign_key&);
    void leave_other_arms(graph::node& child, const mapping::foreign_key&);

    object_table& objects_;
    undo_log& log_;
    object_tracking& tracking_;
    relation_events* events_ = nullptr;
    std::unordered_map<link_key, graph::node*, link_hash> links_{};
};

}  // namespace kin::detail
