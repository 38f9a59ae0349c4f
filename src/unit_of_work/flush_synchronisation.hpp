// After the statements of a flush: memory says what the database has.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "lifecycle/session_memory.hpp"
#include "planning/flush_plan.hpp"

namespace kin::detail {

/// `sync` does all that may fail, and is undone with the statements where it does; `finish` does the rest and cannot.
class flush_synchronisation {
  public:
    explicit flush_synchronisation(session_memory& memory) : memory_{memory} {}

    /// Memory says what the database has. What may fail comes first, and is undone with the rest where it does.
    void sync(flush_plan&);
    /// The rest, once all of it is sure.
    void finish(const flush_plan&) noexcept;
    void sync_sides(const held_back&) noexcept;
    void drop_gone(const flush_plan&) noexcept;
    void sync_inserted(graph::node&);
    void sync_updated(graph::node&, std::uint64_t mask);
    /// Finds all that is gone, into `plan.gone`.
    void sync_removed(flush_plan&);
    /// As a statement over a set has done for its row.
    void count_version(graph::node&);

  private:
    void outdate_computed(const flush_plan&) noexcept;
    void leave_unsaid(graph::node&);
    void sync_kept(graph::node&, std::uint64_t written);
    [[nodiscard]] bool left_kept(const graph::node&) const noexcept;
    void leave_kept(graph::node&, const mapping::foreign_key&);
    void leave_all(graph::node& gone, const std::unordered_set<const graph::node*>& all);
    void forget_children(const mapping::foreign_key&, std::vector<graph::node*>& gone,
                         std::unordered_set<const graph::node*>& all);
    void refresh_fixed(graph::node&, std::uint64_t mask);

    session_memory& memory_;
};

}  // namespace kin::detail
