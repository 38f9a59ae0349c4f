// Runs a program in a session and compares all that it shows with the oracle.
#pragma once

#include <memory>

#include "face.hpp"
#include "support/place.hpp"

namespace reading {

/// A family's tables, filled anew for each program.
class stage {
  public:
    explicit stage(const family&);
    [[nodiscard]] const family& models() const noexcept { return *models_; }
    [[nodiscard]] kin::database& database() noexcept { return *database_; }
    void fill(const std::vector<std::map<key, row>>&);

  private:
    const family* models_;
    kin::test::place place_{};
    std::unique_ptr<kin::database> database_{};
    std::string empty_{};  ///< the statements that empty the tables
};

struct tally {
    std::uint64_t programs = 0;
    std::uint64_t steps = 0;
    std::uint64_t objects = 0;    ///< compared
    std::uint64_t relations = 0;  ///< read and compared
};

/// The first difference, or "".
[[nodiscard]] std::string difference(stage&, const program&, tally&);

/// A program that still differs, as small as could be found.
[[nodiscard]] program shrunk(stage&, const program&);

}  // namespace reading
