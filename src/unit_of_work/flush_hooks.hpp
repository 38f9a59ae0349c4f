// The calls of hooks around a flush.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include <kin/memory/hooks.hpp>

#include "lifecycle/session_memory.hpp"
#include "planning/flush_plan.hpp"
#include "planning/flush_preparation.hpp"
#include "planning/write_reach.hpp"

namespace kin::detail {

/// The hooks of one flush. Where it fails, its session puts back what they changed.
class hook_calls {
  public:
    hook_calls(session_memory& memory, flush_preparation& preparation, write_reaches& reaches, const site& where)
        : memory_{memory},
          preparation_{preparation},
          reaches_{reaches},
          where_{where},
          any_{memory.hooks.hooks_flushes()} {}

    /// Calls what is due before the plan runs; planned anew where that may have changed something.
    void before(flush_plan&);
    /// Calls what is due after its statements. A hook that changes the session here is a usage_error.
    void after(const flush_plan&);

  private:
    bool call(event, graph::node&);

    session_memory& memory_;
    flush_preparation& preparation_;
    write_reaches& reaches_;
    const site& where_;
    bool any_;
    std::set<std::pair<event, const graph::node*>> done_{};
};

}  // namespace kin::detail
