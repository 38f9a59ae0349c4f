// attach, detach, sync and their like.
#pragma once

#include <kin/graph/host.hpp>
#include <kin/graph/pivots.hpp>

#include "lifecycle/session_memory.hpp"
#include "reading/session_connection.hpp"
#include "writing/object_merging.hpp"

namespace kin::detail {

struct session_loading;
struct session_work;

/// They write rows of a pivot at once, whoever else writes them; link_writer does it for one call.
class pivot_writing {
  public:
    pivot_writing(session_memory& memory, session_loading& loading, session_work& work, object_merging& merging)
        : memory_{memory}, loading_{loading}, work_{work}, merging_{merging} {}

    /// attach, detach, sync, toggle and their like: flushes, runs link_writer, and says what it changed. usage_error
    /// within a hook of a flush, or where the owner is removed.
    graph::pivot_result change_pivot(graph::node& owner, const mapping::relation&, const graph::pivot_request&,
                                     const site&);
    /// The association object of a link, or null: by the identity map, else a SELECT.
    graph::node* find_pivot(graph::node& owner, const mapping::relation&, const graph::asked_link&, const site&);

  private:
    session_memory& memory_;
    session_loading& loading_;
    session_work& work_;
    object_merging& merging_;
};

}  // namespace kin::detail
