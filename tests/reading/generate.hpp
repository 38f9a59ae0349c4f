// Random rows, and random sessions over them.
#pragma once

#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include "program.hpp"

namespace reading {

/// The same numbers on every platform.
class dice {
  public:
    /// Scrambled: seeds that follow each other would else see the same numbers, one draw later.
    explicit dice(std::uint64_t seed) : state_{seed} { state_ = next(); }
    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15u;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
    bool chance(std::size_t percent) { return below(100) < percent; }
    template <class Range>
    const auto& of(const Range& all) {
        return all[below(std::size(all))];
    }

  private:
    std::uint64_t state_;
};

/// What programs are made of can be left out by its name, to look past a fault that is known: `parts`, `strict`, ….
class ingredients {
  public:
    ingredients() = default;
    /// Names with commas between them.
    explicit ingredients(std::string_view without);
    [[nodiscard]] bool has(std::string_view name) const { return !without_.contains(std::string{name}); }

  private:
    std::set<std::string> without_;
};

[[nodiscard]] program generated(const schema&, std::size_t family, std::uint64_t seed, const ingredients&);

}  // namespace reading
