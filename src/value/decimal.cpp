// Decimals read as numbers: what sums and averages of databases are.
#include <charconv>

#include <kin/value/decimal.hpp>

namespace kin {

bool parse_whole(std::string_view decimal, std::int64_t& to) noexcept {
    const char* end = decimal.data() + decimal.size();
    const auto [at, problem] = std::from_chars(decimal.data(), end, to);
    if (problem != std::errc{}) return false;
    if (at == end) return true;
    return *at == '.' &&
           decimal.find_first_not_of('0', static_cast<std::size_t>(at - decimal.data()) + 1) == std::string_view::npos;
}

bool parse_real(std::string_view decimal, double& to) noexcept {
    const char* end = decimal.data() + decimal.size();
    const auto [at, problem] = std::from_chars(decimal.data(), end, to);
    return problem == std::errc{} && at == end;
}

}  // namespace kin
