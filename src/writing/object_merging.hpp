// merge: the state of an object that is in no session, over the session's own.
#pragma once

#include <vector>

#include <kin/graph/host.hpp>
#include <kin/graph/node.hpp>
#include <kin/value/value.hpp>

#include "lifecycle/session_memory.hpp"

namespace kin::detail {

struct session_loading;

/// Reads what it has to know a statement for each model and level.
class object_merging {
  public:
    object_merging(session_memory& memory, session_loading& loading) : memory_{memory}, loading_{loading} {}

    graph::node& merge(void* object, const mapping::model&, const site&);
    [[nodiscard]] bool left_another(const graph::node&) const noexcept;
    void copy_set_columns(const mapping::model&, graph::node& to, const void* from);
    [[nodiscard]] graph::node* find_by_key(const mapping::model&, const void* object);

  private:
    void fetch_rows(const mapping::model&, const std::vector<const void*>& objects, const site&);
    graph::node* known_row(const mapping::model&, const void* object, const site&);
    graph::node* known_pending(const mapping::model&, const void* object);

    session_memory& memory_;
    session_loading& loading_;
};

}  // namespace kin::detail
