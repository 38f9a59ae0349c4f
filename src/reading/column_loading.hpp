// Columns of objects that are here: those that a query left out, and those that are to be read again.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/graph/slot_access.hpp>

#include "lifecycle/session_memory.hpp"
#include "reading/row_hydrator.hpp"
#include "reading/session_connection.hpp"

namespace kin::detail {

/// Reads columns into objects that are here already. A statement serves the siblings of the object that asks, a
/// thousand at a time. not_found where the row of the object is gone; what was read until then stays read.
class column_loading {
  public:
    column_loading(session_connection& connection, row_hydrator& hydrator, session_memory& memory)
        : connection_{connection}, hydrator_{hydrator}, memory_{memory} {}

    /// The object's row read again, over its changes: a SELECT of every column by its key. Its relations are unloaded,
    /// and what refresh_expire leads to is expired.
    void refresh(graph::node&, const site&);
    /// Reads these columns of the objects that lack them, or of all of them `again`: SELECT key, columns WHERE key IN
    /// (…).
    void load_columns(std::span<graph::node* const>, std::uint64_t columns, bool again, const site&);
    /// Before a user may write: reads the object again if it is expired, and what its query left out; then it is
    /// tracked.
    void touch(graph::node& n) {
        if ((n.word & graph::node::expired) != 0 || graph::left_out(n) != 0) return complete_and_touch(n);
        memory_.tracking.track(n);
    }
    /// An expired object, and its expired siblings, are read again: a SELECT.
    void reload(graph::node&);
    /// A deferred column at its first look, for all siblings: a SELECT. raised_load in a strict session.
    void read_column(graph::node& owner, std::size_t column, const site&);
    /// Those of the objects that are expired: a statement for each group. Whose row is gone stays expired.
    void read_expired(std::span<graph::node* const>, const site&);
    /// The same of objects that are to be removed; who has no row stays expired.
    void read_removed(std::span<graph::node* const>, const site&);
    /// Reads what these lack, but for some columns.
    void complete(std::span<graph::node* const>, std::uint64_t but, const site&);
    /// What a get hands out for an object that is in memory: null where it is removed (of a scope only the database
    /// knows). Columns that it lacks are read.
    [[nodiscard]] graph::node* shown(graph::node& known, const site&);

  private:
    void read_again(std::vector<graph::node*>, const site&);
    void complete_and_touch(graph::node&);
    /// Reads what queries left out of the object, and of its siblings.
    void complete(graph::node&, const site&);

    session_connection& connection_;
    row_hydrator& hydrator_;
    session_memory& memory_;
};

/// usage_error before a refresh of what has no row.
void require_row(const graph::node&, const site&);
/// not_found: the row of an object is no more.
[[noreturn]] void throw_gone(const mapping::model&, const site&);

}  // namespace kin::detail
