// How objects come into a session and leave it, and whom they take along.
#pragma once

#include <vector>

#include <kin/graph/host.hpp>
#include <kin/graph/node.hpp>

#include "lifecycle/settled_objects.hpp"
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

class relation_changes;

/// The states of an object (transient, pending, persistent, removed, detached) and the changes between them: add,
/// remove, restore, expunge, expire, with the cascades that memory alone decides. What a removal takes along over rows
/// nobody has loaded is planned at the flush (planning/). Public calls are all or nothing; readd to withdraw are parts
/// of a change that the caller has opened. Sends nothing, but restore_removed, which may read.
class object_lifecycle final : public relation_events {
  public:
    object_lifecycle(session_phase& phase, object_table& objects, undo_log& log, object_tracking& tracking,
                     settled_objects& settled, parent_links& parents, link_pairs& pairs, relation_unloading& unloading,
                     key_following& keys, graph::host& host)
        : phase_{phase},
          objects_{objects},
          log_{log},
          tracking_{tracking},
          settled_{settled},
          parents_{parents},
          pairs_{pairs},
          unloading_{unloading},
          keys_{keys},
          host_{host} {}

    /// A new object, moved into the session as pending, with all that its relations hold (save_update). All or nothing:
    /// where a part of the graph is refused, none of it stays.
    graph::node& adopt(void* object, const mapping::model&);
    /// The same as a part of a change that the caller has opened.
    graph::node& adopt_now(void* object, const mapping::model&);
    /// Who links what is attached; set once, before anything else is called.
    void report_to(relation_changes& c) noexcept { changes_ = &c; }
    /// One that left the session (by rollback, expunge or removal) comes back, with all that it leads to.
    void add(graph::node&, const site&);
    /// Marks an object for the DELETE of the next flush (a new one just leaves); where its model keeps rows, an UPDATE
    /// sets its time of removal. usage_error where it is another session's, or has left this one.
    void remove(graph::node&, const site&) override;
    /// The same within a change that is open already; what was removed for good, or as an orphan, stays so.
    void remove_one(graph::node&, const site&);
    /// A DELETE also where its model keeps rows.
    void remove_for_good(graph::node&, const site&);
    /// Undoes a removal whose row stayed, and gives the object that has the row. An expired one is read: a SELECT.
    /// usage_error where there is no such row.
    graph::node& restore_removed(graph::node&, const site&);
    /// After the flush of that: objects whose rows came back with it are theirs again, and are seen. May allocate;
    /// undone with the flush.
    void take_back(const std::vector<graph::node*>&);
    /// After the flush of that: collections whose rows came back with it are read again.
    void sync_restored(graph::node&);
    /// The object, and what refresh_expire leads to, is read again at the next look; changes not flushed are lost.
    void expire(graph::node&, const site&);
    /// The same of every object, after a commit or a rollback.
    void expire_all(const site&);
    /// The object, and what the expunge cascade leads to, leaves the session as it is; nothing is written.
    void expunge(graph::node&, const site&);

    // -- relation_events
    /// An object that left the session (by rollback, expunge or removal) comes back, with all that it reaches: as a new
    /// one, or as that row where its row stayed. Nothing for one that is there.
    void readd(graph::node&) override;
    /// delete_orphan: removes what nobody owns any more. It can be adopted until the user's own flush
    /// (object_table::orphans).
    void remove_orphan(graph::node&) override;
    /// What a transient object holds in its relations becomes relations of the session, from the bottom up, with a
    /// stack of its own: chains may be longer than the thread's.
    void attach(graph::node&) override;
    /// A new object is not written after all: its children have no parent in it, or go with it.
    void withdraw(graph::node& pending) override;
    void row_moved(graph::node& row, const mapping::foreign_key& k, graph::node* before, graph::node* after) override {
        pairs_.row_moved(row, k, before, after);
    }

  private:
    void expunge_one(graph::node&);
    void readd_one(graph::node&, std::vector<graph::node*>& reached);
    void claim(graph::node& child, const mapping::foreign_key&, graph::node& parent);
    void revive(graph::node&);
    void show_again(const std::vector<graph::node*>&);

    session_phase& phase_;
    object_table& objects_;
    undo_log& log_;
    object_tracking& tracking_;
    settled_objects& settled_;
    parent_links& parents_;
    link_pairs& pairs_;
    relation_unloading& unloading_;
    key_following& keys_;
    graph::host& host_;
    relation_changes* changes_ = nullptr;
};

}  // namespace kin::detail
