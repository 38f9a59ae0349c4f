// Positions in logs: read and compared.
#include "sql/positions.hpp"

#include <charconv>
#include <optional>

namespace kin::sql {

namespace {

template <class Number>
bool read(std::string_view text, Number& number, int base) {
    const char* const end = text.data() + text.size();
    const auto [at, problem] = std::from_chars(text.data(), end, number, base);
    return problem == std::errc{} && at == end;
}

std::optional<std::uint64_t> log_position(std::string_view text) {
    const std::size_t slash = text.find('/');
    std::uint32_t high = 0;
    std::uint32_t low = 0;
    if (slash == std::string_view::npos || !read(text.substr(0, slash), high, 16) ||
        !read(text.substr(slash + 1), low, 16)) {
        return std::nullopt;
    }
    return std::uint64_t{high} << 32U | low;
}

struct transaction_id {
    std::uint32_t domain = 0;
    std::uint32_t server = 0;
    std::uint64_t number = 0;
};

/// Takes the first one off a list; nothing where it is none, or where a comma is all that follows.
std::optional<transaction_id> take(std::string_view& list) {
    const std::size_t comma = list.find(',');
    const std::string_view one = list.substr(0, comma);
    if (comma + 1 == list.size()) return std::nullopt;
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    const std::size_t first = one.find('-');
    const std::size_t second = first == std::string_view::npos ? first : one.find('-', first + 1);
    transaction_id id;
    if (second == std::string_view::npos || !read(one.substr(0, first), id.domain, 10) ||
        !read(one.substr(first + 1, second - first - 1), id.server, 10) ||
        !read(one.substr(second + 1), id.number, 10)) {
        return std::nullopt;
    }
    return id;
}

}  // namespace

standing compare_log_positions(std::string_view have, std::string_view wanted) {
    const auto here = log_position(have);
    const auto there = log_position(wanted);
    if (!here || !there) return standing::unreadable;
    return *here >= *there ? standing::reached : standing::behind;
}

standing compare_transaction_ids(std::string_view have, std::string_view wanted) {
    standing result = standing::reached;
    if (wanted.empty()) return standing::unreadable;
    while (!wanted.empty()) {
        const auto there = take(wanted);
        if (!there) return standing::unreadable;
        bool reached = false;
        for (std::string_view rest = have; !rest.empty();) {
            const auto here = take(rest);
            if (!here) return standing::unreadable;
            reached = reached || (here->domain == there->domain && here->number >= there->number);
        }
        if (!reached) result = standing::behind;
    }
    return result;
}

}  // namespace kin::sql
