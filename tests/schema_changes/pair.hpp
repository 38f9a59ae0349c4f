// Two random catalogues: A, and a B that A is to become.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <kin/schema/compare.hpp>
#include <kin/sql/dialect.hpp>

namespace kin::test {

/// A small generator of numbers of our own: the same ones on every machine.
class dice {
  public:
    explicit dice(std::uint64_t seed) : state_{seed * 0x9E3779B97F4A7C15U + 0x1234567U} {
        for (int i = 0; i < 4; ++i) (void)below(2);
    }
    [[nodiscard]] std::uint32_t below(std::uint32_t n) {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::uint32_t>((state_ >> 33) % n);
    }
    [[nodiscard]] bool one_in(std::uint32_t n) { return below(n) == 0; }
    template <class T>
    [[nodiscard]] auto& of(T& list) {
        return list[below(static_cast<std::uint32_t>(list.size()))];
    }

  private:
    std::uint64_t state_;
};

/// How many rows every table has. Keys are 1 … n, so that any of them refers to a row of any table.
inline constexpr int rows_of_each = 7;

/// The column that every table has and no mutation touches: by it a row is known again.
inline constexpr std::string_view mark = "mark";

struct pair {
    schema::catalogue a{};
    schema::catalogue b{};
    schema::compare_options renames{};
};

/// That of the engine of this run.
[[nodiscard]] const sql::dialect& this_dialect();

/// A as the seed has it.
[[nodiscard]] schema::catalogue random_catalogue(std::uint64_t seed, const sql::dialect&);

/// What one mutation makes of B; each has a seed of its own, so that any of them can be left out.
void mutate(pair&, std::uint64_t seed, const sql::dialect&);

/// The pair of a seed with some of its mutations left out, and with tables left out of both.
struct choice {
    std::uint64_t seed = 0;
    std::vector<std::uint64_t> mutations{};
    std::vector<std::string> without{};  ///< tables of A
};
[[nodiscard]] choice all_of(std::uint64_t seed);
[[nodiscard]] pair made(const choice&, const sql::dialect&);

/// The INSERTs that fill A with rows that meet all constraints of both.
[[nodiscard]] std::vector<std::string> filling(const pair&, const sql::dialect&);

/// Whether rows have a number that none of their columns has.
[[nodiscard]] bool numbered_by_sqlite_alone(const sql::table_definition&, const sql::dialect&);

/// What B calls a table, or column, of A; empty: it has none.
[[nodiscard]] const sql::table_definition* successor(const pair&, const sql::table_definition& of_a);
[[nodiscard]] const sql::column_definition* successor(const pair&, const sql::table_definition& of_a,
                                                      const sql::column_definition&);

}  // namespace kin::test
