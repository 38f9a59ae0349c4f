// What users do to relations: assign, append, erase, replace.
#pragma once

#include <cstddef>

#include <kin/graph/host.hpp>
#include <kin/graph/node.hpp>

#include "lifecycle/object_lifecycle.hpp"
#include "memory/object_table.hpp"
#include "memory/relation_contents.hpp"
#include "memory/undo_log.hpp"
#include "relations/link_pairs.hpp"
#include "relations/parent_links.hpp"

namespace kin::detail {

/// Each is made whole or not at all. What a change has to know of a relation is read first, by way of the host.
class relation_changes {
  public:
    relation_changes(object_table& objects, relation_contents& contents, undo_log& log, parent_links& parents,
                     link_pairs& pairs, object_lifecycle& lifecycle, graph::host& host)
        : objects_{objects},
          contents_{contents},
          log_{log},
          parents_{parents},
          pairs_{pairs},
          lifecycle_{lifecycle},
          host_{host} {}

    void assign(graph::node& owner, const mapping::relation&, graph::node* target);
    void append(graph::node& owner, const mapping::relation&, graph::node& child);
    void erase(graph::node& owner, const mapping::relation&, graph::node& child);
    graph::node& assign_new(graph::node& owner, const mapping::relation&, void* object);
    graph::node& append_new(graph::node& owner, const mapping::relation&, void* object);
    void replace(graph::node& owner, const mapping::relation&, graph::node* const* members, std::size_t count);
    /// Before a new target is adopted: reads what it may displace, while nothing half-made could be flushed for that.
    void load_replaced(graph::node& owner, const mapping::relation&);
    void assign_now(graph::node& owner, const mapping::relation&, graph::node* target);
    void append_now(graph::node& owner, const mapping::relation&, graph::node& child);

  private:
    void erase_now(graph::node& owner, const mapping::relation&, graph::node& child);
    void erase_unseen(graph::node& owner, const mapping::relation&, graph::node& child);
    void replace_keyed(graph::node& owner, const mapping::relation&, graph::node& child);

    object_table& objects_;
    relation_contents& contents_;
    undo_log& log_;
    parent_links& parents_;
    link_pairs& pairs_;
    object_lifecycle& lifecycle_;
    graph::host& host_;
};

}  // namespace kin::detail
