// Everything that a session knows without asking its database: the parts of memory/, relations/ and lifecycle/, from
// the ground up.
#pragma once

#include <kin/graph/host.hpp>

#include "lifecycle/memory_restorer.hpp"
#include "lifecycle/object_lifecycle.hpp"
#include "lifecycle/relation_changes.hpp"
#include "lifecycle/settled_objects.hpp"
#include "memory/hook_caller.hpp"
#include "memory/object_table.hpp"
#include "memory/object_tracking.hpp"
#include "memory/relation_contents.hpp"
#include "memory/session_phase.hpp"
#include "memory/undo_log.hpp"
#include "relations/key_following.hpp"
#include "relations/link_pairs.hpp"
#include "relations/parent_links.hpp"
#include "relations/relation_unloading.hpp"

namespace kin::detail {

/// Owns the parts and hands each those below it. No part knows the database, and none sends anything by itself: what
/// has to be read is asked of `host` or of a pair_rows_reader.
struct session_memory {
    /// `of_stream`: its objects are for reading.
    session_memory(graph::host&, pair_rows_reader&, const counted<database_life>&, bool of_stream);
    session_memory(const session_memory&) = delete;
    session_memory& operator=(const session_memory&) = delete;

    graph::host& host;
    session_phase phase{};
    object_table objects;
    relation_contents contents{};
    undo_log log;
    hook_caller hooks;
    object_tracking tracking;
    settled_objects settled;
    parent_links parents;
    link_pairs pairs;
    relation_unloading unloading;
    key_following keys;
    object_lifecycle lifecycle;
    relation_changes changes;
    memory_restorer restorer;

    /// Gives back the blocks of objects that have left the session, where nobody holds any object of it and there is
    /// nothing to undo. Whether any were.
    bool drop_departed() noexcept;
    /// Forgets everything; objects that results still hold live on in the old arena.
    void clear();
};

}  // namespace kin::detail
