// merge: the state of an object that is in no session, over the session's own.
#pragma once

#include <vector>

#include <kin/graph/host.hpp>
#include <kin/graph/node.hpp>
#include <kin/value/value.hpp>

#include "lifecycle/session_memory.hpp"

namespace kin::detail {

struct session_loading;

/// The state of an object that is in no session, copied over the session's own. All that asks the database comes first;
/// where that fails nothing is changed, and later changes are made whole or not at all.
class object_merging {
  public:
    object_merging(session_memory& memory, session_loading& loading) : memory_{memory}, loading_{loading} {}

    /// The session's object with the same primary key gets the columns and relations that the given one says something
    /// of, and so do those that it holds; what has no row becomes a new object. A SELECT for each model. stale_object
    /// where a version says that the row has changed since.
    /// `written`: of the given object's columns these are copied and no others, whatever they hold.
    graph::node& merge(void* object, const mapping::model&, const std::vector<std::size_t>* written, const site&);
    /// Whether an object may be copied into this session: it was another's, and is nobody's any more.
    [[nodiscard]] bool left_another(const graph::node&) const noexcept;
    /// Copies the columns in which an object differs from a fresh one; recorded in the undo log.
    void copy_set_columns(const mapping::model&, graph::node& to, const void* from);
    /// Copies these columns, whatever they hold, but for keys and those that others fill; recorded in the undo log.
    void copy_columns(const mapping::model&, graph::node& to, const void* from, std::uint64_t columns);
    /// The session's object with this object's primary key, or null; sends nothing. stale_object where the object has
    /// another version.
    [[nodiscard]] graph::node* known_row(const mapping::model&, const void* object, const site&);
    /// The session's object with this object's primary key, or null; sends nothing.
    [[nodiscard]] graph::node* find_by_key(const mapping::model&, const void* object);

  private:
    void fetch_rows(const mapping::model&, const std::vector<const void*>& objects, const site&);
    graph::node* known_pending(const mapping::model&, const void* object);

    session_memory& memory_;
    session_loading& loading_;
};

}  // namespace kin::detail
