// After the statements of a flush: memory says what the database has.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_set>
#include <vector>

#include "lifecycle/session_memory.hpp"
#include "planning/flush_plan.hpp"

namespace kin::detail {

class gone_children;

/// Post-flush synchronisation: objects get their snapshots, removed ones leave the identity map and every collection,
/// what ON DELETE and ON UPDATE did to rows is done to their objects. `sync` does all that may fail, before the
/// savepoint is released, and is undone with the statements where it does; `finish` does the rest and cannot. Sends
/// nothing.
class flush_synchronisation {
  public:
    explicit flush_synchronisation(session_memory& memory) : memory_{memory} {}

    /// All that may fail: first what went, then what came, then what moved.
    void sync(flush_plan&);
    /// The rest, once all of it is sure.
    void finish(const flush_plan&) noexcept;
    /// Staged relations stand in the database now, on either side, but for those that are held back.
    void sync_sides(const held_back&) noexcept;
    /// Objects whose row is gone become detached.
    void drop_gone(const flush_plan&) noexcept;
    /// A pending object has a row: persistent, in the identity map.
    void sync_inserted(graph::node&);
    /// The columns in the mask were written: the snapshot says so, relations over keys among them follow.
    void sync_updated(graph::node&, std::uint64_t mask);
    /// Removed objects leave every collection, and what the database did to rows that referred to them is done to the
    /// objects of those rows. Finds all whose row is gone, into `plan.gone`.
    void sync_removed(flush_plan&);
    /// What was found by a query over tables that were written is read again.
    void outdate_computed(const std::function<bool(const mapping::model&)>& written) noexcept;
    /// Relations over a pivot whose condition speaks of a column that was written.
    void read_fixed_again();
    /// The version, one higher, as a statement over a set has made it in the row.
    void count_version(graph::node&);

  private:
    void settle(model_state&, const held_back&) noexcept;
    void outdate_written(const flush_plan&) noexcept;
    void leave_unsaid(graph::node&);
    void sync_returned(const std::vector<graph::node*>&);
    void sync_keys(graph::node&);
    void sync_kept(graph::node&, std::uint64_t written);
    void take_into_snapshot(graph::node&, std::uint64_t columns);
    [[nodiscard]] bool left_kept(const graph::node&) const noexcept;
    void leave_kept(graph::node&, const mapping::foreign_key&);
    void leave_all(graph::node& gone, const std::unordered_set<const graph::node*>& all);
    void forget_children(const mapping::foreign_key&, gone_children&, std::vector<graph::node*>& gone,
                         std::unordered_set<const graph::node*>& all);
    void refresh_fixed(graph::node&, std::uint64_t mask);

    session_memory& memory_;
    std::unordered_set<const mapping::relation*> fixed_written_{};
};

}  // namespace kin::detail
