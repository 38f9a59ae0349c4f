// Which objects the next flush looks at.
#pragma once

#include <kin/graph/node.hpp>

#include "memory/object_table.hpp"
#include "memory/relation_contents.hpp"
#include "memory/session_phase.hpp"
#include "memory/undo_log.hpp"

namespace kin::detail {

/// Puts objects into the lists of their model: new ones as pending, touched ones with a snapshot that a flush compares.
class object_tracking {
  public:
    object_tracking(session_phase& phase, object_table& objects, relation_contents& contents, undo_log& log)
        : phase_{phase}, objects_{objects}, contents_{contents}, log_{log} {}

    void track(graph::node&);
    graph::node& take_in(void* object, const mapping::model&);
    static bool attach_plain(graph::node&) noexcept;
    static void attach_silent(graph::node&) noexcept;
    void become_pending(graph::node&);
    void tidy(model_state&);
    void unload_relations(graph::node&) noexcept;

  private:
    session_phase& phase_;
    object_table& objects_;
    relation_contents& contents_;
    undo_log& log_;
};

}  // namespace kin::detail
