// Which tables a flush would write.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <kin/mapping/model.hpp>

#include "query/tables_read.hpp"

namespace kin::detail {

/// What a flush writes because of one changed object of a model: what the mapping alone says.
struct write_reach {
    std::uint32_t bindings = 0;  ///< of how many the mapping consisted
    model_set changed{};         ///< inserted or updated: its own table, and those that it touches
    std::uint64_t telling = 0;   ///< columns whose change others follow
    model_set followers{};       ///< these others
    model_set displaced{};       ///< what goes with the one whose place in a has_one it takes
    model_set removed{};         ///< where its row stays, too: `kept`
    model_set kept{};

    explicit write_reach(const mapping::model&);
};

/// Kept for each model.
class write_reaches {
  public:
    /// Computed at the first call, and anew when the mapping has grown.
    [[nodiscard]] const write_reach& of(const mapping::model&);

  private:
    std::vector<std::unique_ptr<write_reach>> reaches_{};  ///< by mapping::model::number
};

/// Whether a child that takes the place of another in a has_one has it deleted.
[[nodiscard]] bool replaces(const mapping::relation&) noexcept;

}  // namespace kin::detail
