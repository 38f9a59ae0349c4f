// From models to a catalogue, where names are known that are somebody else's.
#pragma once

#include <kin/mapping/model.hpp>
#include <kin/schema/catalogue.hpp>

#include "index_names.hpp"

namespace kin::schema {

[[nodiscard]] catalogue catalogue_of(model_list, const sql::dialect&, const taken_names&, const site&);

/// The models, and the pivots that no struct describes between them; one that is listed twice stands once.
[[nodiscard]] std::vector<const mapping::model*> with_pivots(model_list);
/// Where names are not qualified, the schema is a part of the table's name.
[[nodiscard]] std::string schema_of(const mapping::model&, const sql::dialect&);
[[nodiscard]] std::string name_of(const mapping::model&, const sql::dialect&);

/// The models, and the pivots that no struct describes between them; one that is listed twice stands once.
[[nodiscard]] std::vector<const mapping::model*> with_pivots(model_list);
/// Where names are not qualified, the schema is a part of the table's name.
[[nodiscard]] std::string schema_of(const mapping::model&, const sql::dialect&);
[[nodiscard]] std::string name_of(const mapping::model&, const sql::dialect&);

/// The tables and views of the models without columns, in their order: enough to drop them.
[[nodiscard]] catalogue outline_of(model_list, const sql::dialect&);

}  // namespace kin::schema
