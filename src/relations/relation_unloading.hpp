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

/// What is staged and not written stays.
class relation_unloading {
  public:
    relation_unloading(relation_contents& contents, parent_links& parents, link_pairs& pairs)
        : contents_{contents}, parents_{parents}, pairs_{pairs} {}

    void unload(graph::node&);
    [[nodiscard]] bool unwritten(graph::node& owner, const mapping::relation&, graph::node& child);
    void blank(graph::node&, const mapping::relation&);

  private:
    relation_contents& contents_;
    parent_links& parents_;
    link_pairs& pairs_;
};

}  // namespace kin::detail
