// Places in an arena that were given back, for others of their size.
#pragma once

#include <array>
#include <cstddef>

#include <kin/graph/arena.hpp>

namespace kin::graph {

/// An arena gives its memory back as one. What comes and goes with each transaction, snapshots above all, would fill it
/// all the same: such places are given back one by one, and the next of their size takes one. Each holds the address of
/// the next in its first bytes, so that giving back cannot fail.
class spare_places {
  public:
    /// Sizes are rounded up to this.
    static constexpr std::size_t step = 32;
    /// Larger ones are not kept here.
    static constexpr std::size_t largest = largest_in_block;

    /// One of that size, or null.
    [[nodiscard]] std::byte* take(std::size_t size) noexcept;
    void give(void* place, std::size_t size) noexcept;
    void clear() noexcept;

  private:
    std::array<std::byte*, largest / step + 1> first_{};  ///< of each size
    bool any_ = false;
};

}  // namespace kin::graph
