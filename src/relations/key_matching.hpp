// Whom a foreign key names, by values: for keys that no identity map finds, and keys that were set by hand.
#pragma once

#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>

namespace kin::detail {

/// Whether what the object is called beside its primary key is known: an expired one may have another name by now, or
/// no row at all, and another object its former name.
[[nodiscard]] inline bool known_by_name(const graph::node& n) noexcept {
    return n.state() != graph::life::persistent || (n.word & graph::node::expired) == 0;
}
/// Whether the child's key names the parent by what the parent's row says, whatever its members say by now; over
/// columns beside the primary key only one that is known_by_name.
[[nodiscard]] bool names_row(const graph::node& child, const mapping::foreign_key&, const graph::node& parent);
/// Whether the child's key names the parent by what its members say; the same holds.
[[nodiscard]] bool names_object(const graph::node& child, const mapping::foreign_key&, const graph::node& parent);
/// Whether the child's key was set since its row was read or written; false where nothing of it could have been.
[[nodiscard]] bool key_changed(const graph::node& child, const mapping::foreign_key&);

}  // namespace kin::detail
