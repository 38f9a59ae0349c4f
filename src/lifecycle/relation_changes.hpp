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

/// What users do to relations. Each call is made whole or not at all (those in _now are parts of a change that the
/// caller has opened). What a change has to know of a relation is read first, through the host: a SELECT where it is
/// unloaded. usage_error for objects of another session or of a stream, and for a new object over a relation without
/// the save_update cascade.
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
          host_{host} {
        lifecycle_.report_to(*this);
    }

    /// A to-one relation gets another target, or none. The former one of a delete_orphan relation is removed.
    void assign(graph::node& owner, const mapping::relation&, graph::node* target);
    /// A collection gets another member; of a keyed one the member with the same key leaves.
    void append(graph::node& owner, const mapping::relation&, graph::node& child);
    /// A member leaves the collection; nothing where it is not in it. With delete_orphan it is removed.
    void erase(graph::node& owner, const mapping::relation&, graph::node& child);
    /// assign of an object that is no session's yet: it is moved in.
    graph::node& assign_new(graph::node& owner, const mapping::relation&, void* object);
    /// append of an object that is no session's yet.
    graph::node& append_new(graph::node& owner, const mapping::relation&, void* object);
    /// What is listed becomes the collection; the rest leaves it as by erase. usage_error where only a part is loaded.
    void replace(graph::node& owner, const mapping::relation&, graph::node* const* members, std::size_t count);
    /// Before a new target is adopted: reads whom it may replace (of a has_one, or a keyed collection), while nothing
    /// half-made could be flushed for that.
    void load_replaced(graph::node& owner, const mapping::relation&);
    /// assign within a change that is open.
    void assign_now(graph::node& owner, const mapping::relation&, graph::node* target);
    /// append within a change that is open.
    void append_now(graph::node& owner, const mapping::relation&, graph::node& child);
    /// What is put into a relation with a condition gets its constants.
    void fill_constants(const mapping::relation&, graph::node& target);

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
