// The rows of a flush plan one by one, and what each of them has to wait for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "planning/flush_plan.hpp"

namespace kin::detail {

inline constexpr std::size_t nobody = static_cast<std::size_t>(-1);

inline std::uint64_t mask_of(const std::vector<std::uint16_t>& columns) noexcept {
    std::uint64_t mask = 0;
    for (const std::uint16_t c : columns) mask |= std::uint64_t{1} << c;
    return mask;
}

/// Whether the step changes what keys refer to.
inline bool renames(const flush_step& s) noexcept {
    return s.does == flush_step::what::update && (s.mask & s.model->referred_to) != 0;
}

/// A row that lets go of unique values, and one that takes them; by step and place in it.
struct plan_builder::meeting {
    graph::node* giver;
    std::size_t taker_step;
    std::size_t taker_at;
    std::vector<std::uint16_t> columns;  ///< empty: not the giver's own row, but one that it takes along
};

/// One row of one step, and what has to be done before it.
struct plan_builder::unit {
    struct need {
        std::size_t of;
        std::vector<std::uint16_t> unique{};  ///< the columns whose value is let go; empty: all of the row
        bool soft = false;                    ///< the flush works without, if less directly
    };
    std::size_t step;
    graph::node* row;  ///< null: a step that is no list of rows
    std::uint64_t mask = 0;
    std::uint64_t vacated = 0;
    bool frees = false;
    std::vector<need> needs{};
};

}  // namespace kin::detail
