// A small forum: filled by the write helpers, and shown.
#pragma once

#include <string>

#include <kin/kin.hpp>

namespace forum {

/// Makes the tables and what stands in them.
void fill(kin::database&);
/// Everything that there is to see, with the number of statements that each part took.
[[nodiscard]] std::string show(kin::database&);

}  // namespace forum
