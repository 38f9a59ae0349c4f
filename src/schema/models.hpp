// From models to a catalogue, where names are known that are somebody else's.
#pragma once

#include <kin/mapping/model.hpp>
#include <kin/schema/catalogue.hpp>

#include "index_names.hpp"

namespace kin::schema {

[[nodiscard]] catalogue catalogue_of(model_list, const sql::dialect&, const taken_names&, const site&);

/// The tables and views of the models without columns, in their order: enough to drop them.
[[nodiscard]] catalogue outline_of(model_list, const sql::dialect&);

}  // namespace kin::schema
