// What a change of a relation brings about for the objects at its ends.
#pragma once

#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>

namespace kin::detail {

/// What parent_links and link_pairs tell of: cascades are decided by object_lifecycle.
class relation_events {
  public:
    /// It is linked to: one that left, or was to be removed, is in the session again.
    virtual void readd(graph::node&) = 0;
    /// An association object goes with its link.
    virtual void remove(graph::node&, const site&) = 0;
    /// Nobody owns it any more.
    virtual void remove_orphan(graph::node&) = 0;
    /// A new one is not to be written after all: its children have no parent in it, or go with it.
    virtual void withdraw(graph::node&) = 0;
    /// What its relations say becomes relations of the session.
    virtual void attach(graph::node&) = 0;
    /// One of the two ends of an association object has changed.
    virtual void row_moved(graph::node& row, const mapping::foreign_key&, graph::node* before, graph::node* after) = 0;

  protected:
    ~relation_events() = default;
};

}  // namespace kin::detail
