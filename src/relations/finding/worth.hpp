// When an index of objects is worth its memory.
#pragma once

#include <cstddef>

#include <kin/graph/arena.hpp>

namespace kin::detail {

/// Up to so many looking at each of them is as good.
inline constexpr std::size_t few_objects = 2048;

/// Whether so many objects were looked at, and all of them twice.
[[nodiscard]] inline bool worth_an_index(std::size_t looked, const graph::pool& all) noexcept {
    return looked > few_objects + 2 * all.identities.size();
}

}  // namespace kin::detail
