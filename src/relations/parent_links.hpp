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

/// Every change of either side ends in set_parent. It stages the new parent, in the child's relation or beside it where
/// it has none; the flush copies the key. Sends nothing.
class parent_links {
  public:
    parent_links(object_table& objects, undo_log& log, object_tracking& tracking)
        : objects_{objects}, log_{log}, tracking_{tracking} {}
    /// Before anything else.
    void report_to(relation_events& e) noexcept { events_ = &e; }

    [[nodiscard]] graph::node* parent_by_columns(const graph::node& child, const mapping::foreign_key&);
    void stage(graph::node& child, const mapping::foreign_key&, graph::node* parent);
    void set_parent(graph::node& child, const mapping::foreign_key&, graph::node* parent);
    void join_side(graph::node& parent, const mapping::foreign_key&, graph::node& child, bool maybe_there);
    void leave_side(graph::node& parent, const mapping::foreign_key&, graph::node& child);
    void push_item(graph::node& owner, const mapping::relation&, graph::node& child, bool maybe_there);
    void drop_item(graph::node& owner, const mapping::relation&, graph::node& child);
    [[nodiscard]] graph::node* parent_by_key(const graph::node& child, const mapping::foreign_key&);
    [[nodiscard]] bool has_parent(graph::node& child, const mapping::foreign_key&);
    /// Whether a parent is staged for the key, and which.
    [[nodiscard]] bool staged_parent(graph::node& child, const mapping::foreign_key&, graph::node*& parent) const;
    /// As above, of what is to be written: of a polymorphic key only what no other of its kind says.
    [[nodiscard]] bool written_parent(graph::node& child, const mapping::foreign_key&, graph::node*& parent);
    [[nodiscard]] graph::node* parent_now(graph::node& child, const mapping::foreign_key&);
    void require_single_parent(const graph::node& owner, const mapping::relation&, const graph::node& target);

    /// Parents that are staged for keys without a relation on the child.
    [[nodiscard]] std::unordered_map<link_key, graph::node*, link_hash>& staged() noexcept { return links_; }
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
