// What staged changes bring about before a flush is planned.
#pragma once

#include <kin/graph/node.hpp>

#include "lifecycle/session_memory.hpp"
#include "planning/flush_choice.hpp"

namespace kin::detail {

struct session_loading;

/// Stages it as if the user had: who goes along with the removed, who is displaced by a new has_one, who leaves a
/// parent that goes. May read, and writes nothing.
class flush_preparation {
  public:
    flush_preparation(session_memory& memory, session_loading& loading) : memory_{memory}, loading_{loading} {}

    void remove_along(const held_back&, const site&);
    /// Whether anybody may have gone.
    bool replace_one_to_one(const held_back&, const site&);
    /// Whether anybody had to: then what goes may take others along.
    bool leave_removed(const held_back&, const site&);

  private:
    [[nodiscard]] graph::node* removed_by_hand(graph::node& child, const mapping::foreign_key&);
    void clear_key(graph::node& child, const mapping::foreign_key&);
    void keep_shared(graph::node& child, const mapping::foreign_key&, graph::node& parent);

    session_memory& memory_;
    session_loading& loading_;
};

}  // namespace kin::detail
