// Which table has to stand before which.
#pragma once

#include <vector>

#include <kin/schema/schema.hpp>

namespace kin::schema {

/// The models, referenced ones first and otherwise as listed; a model that is listed twice stands once.
struct creation_order {
    std::vector<const mapping::model*> models{};
    bool cyclic = false;  ///< some refer to each other: no order satisfies every foreign key
};

[[nodiscard]] creation_order order(model_list);

}  // namespace kin::schema
