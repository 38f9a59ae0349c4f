// Relations that are unloaded: the next touch, or the next query, loads them again.
#pragma once

#include <vector>

#include <kin/graph/node.hpp>

#include "memory/object_table.hpp"
#include "memory/relation_contents.hpp"
#include "memory/session_phase.hpp"
#include "relations/link_pairs.hpp"
#include "relations/parent_links.hpp"

namespace kin::detail {

/// What is staged and not written stays: a collection that is unloaded keeps its additions. Sends nothing, and records
/// nothing in the undo log (what is read again can be read once more).
class relation_unloading {
  public:
    relation_unloading(relation_contents& contents, parent_links& parents, link_pairs& pairs)
        : contents_{contents}, parents_{parents}, pairs_{pairs} {}

    /// Every relation of the object, but for what is about to refer to it: those are changes of others.
    void unload(graph::node&);
    /// Whether the next flush writes that this relation of the owner leads to the child.
    [[nodiscard]] bool unwritten(graph::node& owner, const mapping::relation&, graph::node& child);
    /// One relation.
    void unload(graph::node&, const mapping::relation&);

  private:
    relation_contents& contents_;
    parent_links& parents_;
    link_pairs& pairs_;
};

}  // namespace kin::detail
