// The clock of stamps, and what is left to the database.
#include "statements/stamping.hpp"

#include <chrono>

#include "graph/blank_object.hpp"

namespace kin::detail {

std::int64_t now_in_microseconds() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::uint64_t left_to_default(const mapping::model& m, const void* object) {
    const blank_object fresh{*m.type};
    std::uint64_t out = 0;
    for (std::uint64_t left = m.defaulted; left != 0; left &= left - 1) {
        const field& f = m.fields[static_cast<std::size_t>(__builtin_ctzll(left))];
        if (graph::equal(f, object, f, fresh.at)) out |= left & -left;
    }
    return out;
}

}  // namespace kin::detail
