// How objects come into a session and leave it, and whom they take along.
#pragma once

#include <vector>

#include <kin/graph/host.hpp>
#include <kin/graph/node.hpp>

#include "memory/object_table.hpp"
#include "memory/object_tracking.hpp"
#include "memory/session_phase.hpp"
#include "memory/undo_log.hpp"
#include "relations/key_following.hpp"
#include "relations/link_pairs.hpp"
#include "relations/parent_links.hpp"
#include "relations/relation_events.hpp"
#include "relations/relation_unloading.hpp"

namespace kin::detail {

/// add, remove, restore and expunge, with the cascades that memory alone decides. Sends nothing.
class object_lifecycle final : public relation_events {
  public:
    object_lifecycle(session_phase& phase, object_table& objects, undo_log& log, object_tracking& tracking,
                     parent_links& parents, link_pairs& pairs, relation_unloading& unloading, key_following& keys,
                     graph::host& host)
        : phase_{phase},
          objects_{objects},
          log_{log},
          tracking_{tracking},
          parents_{parents},
          pairs_{pairs},
          unloading_{unloading},
          keys_{keys},
          host_{host} {}

    /// A new object and all that it leads to, all or nothing; it is moved from.
    graph::node& adopt(void* object, const mapping::model&);
    /// One that left the session (by rollback, expunge or removal) comes back, with all that it leads to.
    void add(graph::node&, const site&);
    void remove(graph::node&, const site&) override;
    /// What was removed for good, or as an orphan, stays so.
    void remove_one(graph::node&, const site&);
    /// Also where its model keeps rows.
    void remove_for_good(graph::node&, const site&);
    /// Undoes a removal whose row stayed; gives the object that has the row.
    graph::node& bring_back(graph::node&, const site&);
    /// What came back with the row of an object is read again.
    void sync_restored(graph::node&);
    void expire(graph::node&, const site&);
    void expire_all();
    void expunge(graph::node&, const site&);

    // -- relation_events
    void readd(graph::node&) override;
    void remove_orphan(graph::node&) override;
    void attach(graph::node&) override;
    void let_go(graph::node& pending) override;
    void row_moved(graph::node& row, const mapping::foreign_key& k, graph::node* before, graph::node* after) override {
        pairs_.row_moved(row, k, before, after);
    }

  private:
    void expunge_one(graph::node&);
    void readd_one(graph::node&, std::vector<graph::node*>& reached);
    void claim(graph::node& child, const mapping::foreign_key&, graph::node& parent);
    void revive(graph::node&);
    void show_again(graph::node&);

    session_phase& phase_;
    object_table& objects_;
    undo_log& log_;
    object_tracking& tracking_;
    parent_links& parents_;
    link_pairs& pairs_;
    relation_unloading& unloading_;
    key_following& keys_;
    graph::host& host_;
};

}  // namespace kin::detail
