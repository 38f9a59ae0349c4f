// Parameters as text, for errors and for the statement log.
#pragma once

#include <string>

#include <kin/engine/prepared.hpp>

namespace kin::engine {

/// `1, 'text', NULL`, in the order of the placeholders.
[[nodiscard]] std::string describe(const parameters&);

}  // namespace kin::engine
