// The figure by which both sides prove that they have read the same objects, related in the same way.
#pragma once

#include <cstdint>
#include <string_view>

namespace bench {

/// A sum, so that the order of objects does not matter, and cheap, so that it hides no difference in speed.
class checksum {
  public:
    void add(std::int64_t field) noexcept { sum_ += static_cast<std::uint64_t>(field); }
    void add(std::string_view field) noexcept {
        sum_ += field.size();
        if (!field.empty())
            sum_ += static_cast<unsigned char>(field.front()) + static_cast<unsigned char>(field.back());
    }
    /// That the second object hangs on the first one: sees children under the wrong parent, which `add` cannot.
    void link(std::int64_t parent, std::int64_t child) noexcept {
        sum_ += static_cast<std::uint64_t>(parent) * static_cast<std::uint64_t>(child);
    }
    [[nodiscard]] std::uint64_t value() const noexcept { return sum_; }

  private:
    std::uint64_t sum_ = 0;
};

}  // namespace bench
