// Which objects the next flush looks at.
#pragma once

#include <kin/graph/node.hpp>

#include "memory/object_table.hpp"
#include "memory/relation_contents.hpp"
#include "memory/session_phase.hpp"
#include "memory/undo_log.hpp"

namespace kin::detail {

/// Puts objects into the lists of their model: new ones as pending, touched ones with a snapshot that a flush compares.
/// What may fail (allocations) comes before anything is marked, so an error leaves the lists as they were. Sends
/// nothing.
class object_tracking {
  public:
    object_tracking(session_phase& phase, object_table& objects, relation_contents& contents, undo_log& log)
        : phase_{phase}, objects_{objects}, contents_{contents}, log_{log} {}

    /// Takes a snapshot of the object, if it has none, so that the next flush compares it. An object that lacks columns
    /// does not become writable by that: a user's first access still goes through column_loading::touch, which reads
    /// them first. usage_error for objects of a stream.
    void track(graph::node&);
    /// Moves one object into the arena as a pending one; its relations are the caller's business (attach_plain,
    /// attach_silent, object_lifecycle::attach).
    graph::node& take_in(void* object, const mapping::model&);
    /// The common case of a new object, one that has nothing in any relation: its relations become the session's.
    /// False, and nothing is done, where it has something.
    static bool attach_plain(graph::node&) noexcept;
    /// The relations of a new object that hold nothing become the session's at once: others may be put into them while
    /// the rest is attached.
    static void attach_silent(graph::node&) noexcept;
    /// Lists the object as new; recorded in the undo log.
    void become_pending(graph::node&);
    /// Drops nodes from `pending` and `removed` that are neither any more; called before something is listed again.
    void tidy(model_state&);
    /// Marks every relation of the object as unloaded, whatever it held; records nothing in the undo log.
    void unload_relations(graph::node&) noexcept;

  private:
    session_phase& phase_;
    object_table& objects_;
    relation_contents& contents_;
    undo_log& log_;
};

}  // namespace kin::detail
