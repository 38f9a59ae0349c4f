// Decimal numbers as text, as databases give them: `-12.50`.
#pragma once

#include <cstdint>
#include <string_view>

namespace kin {

/// Reads a decimal that is a whole number (`7`, `7.00`) of 64 bits; false for anything else.
bool parse_whole(std::string_view decimal, std::int64_t& to) noexcept;
/// Reads a decimal as the nearest double; false for what is no number.
bool parse_real(std::string_view decimal, double& to) noexcept;

}  // namespace kin
