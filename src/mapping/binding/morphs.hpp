// A morph_to in a descriptor.
#pragma once

#include <cstdint>
#include <string>

#include <kin/mapping/model.hpp>

namespace kin::mapping {

/// Two columns, an index over them, and for each model of its set a belongs_to and its key.
void add_morph(model&, const morph_declaration&, const std::string& member, std::uint32_t offset);
/// When the key's target is known: its tag. mapping_error where it does not fit.
void bind_tag(foreign_key&);

}  // namespace kin::mapping
