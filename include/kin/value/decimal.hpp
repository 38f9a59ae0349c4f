// Decimal numbers as text, as databases give them: `-12.50`.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include <kin/value/error.hpp>
#include <kin/value/traits.hpp>

namespace kin {

/// A decimal number with all its digits, as a column: NUMERIC on PostgreSQL, text on SQLite, which knows no exact
/// numbers (there a condition compares texts). It counts nothing: give it to the arithmetic of your choice, or to the
/// database.
class decimal {
  public:
    decimal() = default;
    /// `-12.50`, `7`, `.5`, `NaN`; conversion_error for what is no number.
    explicit decimal(std::string_view text, const site& where = site::current());
    explicit decimal(std::int64_t whole) : text_{std::to_string(whole)} {}

    /// As it was given, or as the database shows it: with the digits behind the point that the column has.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// The nearest double.
    [[nodiscard]] double approximate() const noexcept;

    /// By value: 1.5 is 1.50. NaN is itself, and above all others, as databases have it.
    friend std::weak_ordering operator<=>(const decimal&, const decimal&) noexcept;
    friend bool operator==(const decimal& a, const decimal& b) noexcept { return (a <=> b) == 0; }

  private:
    std::string text_{"0"};
};

template <>
struct storage<decimal> {
    static constexpr layout rep = layout::string;
    static constexpr kind type = kind::decimal;
};

/// Whether kin::decimal takes the text.
[[nodiscard]] bool is_decimal(std::string_view text) noexcept;
/// The same number without an exponent: `1.0e-05` is `0.00001`. Other text stays as it is.
[[nodiscard]] std::string without_exponent(std::string_view number, double value);
/// Reads a decimal that is a whole number (`7`, `7.00`) of 64 bits; false for anything else.
bool parse_whole(std::string_view decimal, std::int64_t& to) noexcept;
/// Reads a decimal as the nearest double; false for what is no number.
bool parse_real(std::string_view decimal, double& to) noexcept;

}  // namespace kin
