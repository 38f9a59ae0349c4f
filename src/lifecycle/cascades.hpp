// Which objects a relation with a cascade leads to.
#pragma once

#include <vector>

#include <kin/graph/node.hpp>
#include <kin/mapping/options.hpp>

namespace kin::detail {

/// The object and all that relations with this cascade lead to, as far as they are loaded.
[[nodiscard]] std::vector<graph::node*> reached_by(graph::node&, cascades);

}  // namespace kin::detail
