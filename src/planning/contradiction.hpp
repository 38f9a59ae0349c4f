// A key that was set by hand to one object and a relation over it that was set to another.
#pragma once

#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>
#include <kin/value/error.hpp>

namespace kin::detail {

/// Whether the key of a child that has a row was set by hand, and not to the parent that its relation says.
[[nodiscard]] bool contradicts(const graph::node& child, const mapping::foreign_key&, const graph::node& parent);
/// flush_error that names both. `parent`: whom the relation says; null for nobody.
[[noreturn]] void refuse_contradiction(const graph::node& child, const mapping::foreign_key&, const graph::node* parent,
                                       const site& where);

}  // namespace kin::detail
