// Children that touch their parents: what a flush writes of a child is seen at the parent's updated_at.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <kin/engine/connection.hpp>

#include "lifecycle/session_memory.hpp"
#include "planning/flush_plan.hpp"
#include "statements/key_conditions.hpp"
#include "unit_of_work/flush_synchronisation.hpp"

namespace kin::detail {

/// kin::touches: one UPDATE of updated_at for each model of parents, and one for each of theirs that touches further.
/// Part of a flush, undone with it.
class parent_touching {
  public:
    parent_touching(session_memory& memory, flush_synchronisation& sync, const flush_plan& plan, const site& where)
        : memory_{memory}, sync_{sync}, plan_{plan}, where_{where} {}
    /// Before anything is written: what will be touched, a line for each UPDATE, without a number.
    [[nodiscard]] std::vector<std::string> in_words();
    /// A child that no object stands for, and the columns that it holds.
    void add(const mapping::model&, const void* row, std::uint64_t columns);
    /// When the children are written: their columns hold the keys.
    void write(engine::connection&);
    /// When memory follows: the parents that are here.
    void sync_memory();

  private:
    [[nodiscard]] std::vector<value> left_parent(const flush_step&, const graph::node& child,
                                                 const mapping::foreign_key&) const;
    void add_pairs(const flush_step&, const std::unordered_set<const graph::node*>& written);
    [[nodiscard]] key_set& keys_of(const mapping::foreign_key&);
    void touch_known(graph::node* parent);
    void touch(engine::connection&, const mapping::model&, const sql::expr& rows,
               std::vector<const mapping::model*> below);

    session_memory& memory_;
    flush_synchronisation& sync_;
    const flush_plan& plan_;
    const site& where_;
    std::int64_t now_ = 0;
    /// The parents' keys, by model and columns.
    std::map<std::pair<const mapping::model*, std::vector<std::uint16_t>>, key_set> wanted_{};
    std::unordered_set<const graph::node*> known_{};
    std::vector<graph::node*> parents_{};
};

}  // namespace kin::detail
