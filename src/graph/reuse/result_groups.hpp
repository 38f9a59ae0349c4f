// The groups of an arena in which objects came, and the lists of their rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <kin/graph/arena.hpp>
#include <kin/graph/node.hpp>
#include <kin/graph/ref.hpp>

namespace kin::graph {

/// Every statement that brings objects makes a group. An object belongs to the last one that brought it, so a group
/// ends with its last object, and its list with the last result that shows it. That is looked for once as much memory
/// has gone into groups as a walk over all objects is worth. The place of a group is only ever a group's again: a
/// handle that is let go in another thread may be on its way through it to the arena.
class result_groups {
  public:
    explicit result_groups(arena& home) noexcept : home_{home} {}

    /// A new one, without rows.
    [[nodiscard]] group* open(const mapping::model&);
    /// The group's copy for those of its objects that lack these columns.
    [[nodiscard]] group* part_of(group&, std::uint64_t missing);
    /// All of its objects have come: lists them. What is left open lasts as long as the arena.
    row_list close(group&, std::span<node* const> rows);
    /// The same of a list that is another's, too.
    static void close(group&, node* const* rows, std::size_t count) noexcept;
    /// The objects are gone.
    void clear() noexcept;

  private:
    struct result : group {
        std::uint32_t holders = 0;  ///< row_lists
        bool open = true;
        bool own_rows = false;
    };
    static void list(group&, node* const* rows, std::size_t count) noexcept;
    [[nodiscard]] static bool is_over(const result&) noexcept;
    void sweep() noexcept;
    void give_back(result&) noexcept;

    arena& home_;
    std::vector<result*> all_{};
    std::vector<result*> spare_{};  ///< has room for all
    group* spare_parts_ = nullptr;
    std::size_t since_ = 0;  ///< bytes, since the last sweep
    std::size_t next_ = 64 * 1024;
};

}  // namespace kin::graph
