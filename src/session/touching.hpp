// Children that touch their parents: what a flush writes of a child is seen at the parent's updated_at.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <kin/engine/connection.hpp>

#include "session/core.hpp"
#include "session/flush_plan.hpp"

namespace kin::detail {

/// One UPDATE for each model of parents, and one for each of theirs that touches further.
class parent_touching {
  public:
    parent_touching(session_core& session, const flush_plan& plan, const site& where)
        : session_{session}, plan_{plan}, where_{where} {}
    /// Before anything is written: what will be touched, a line for each UPDATE, without a number.
    [[nodiscard]] std::vector<std::string> in_words();
    /// When the children are written: their columns hold the keys.
    void write(engine::connection&);
    /// When memory follows: the parents that are here.
    void settle();

  private:
    [[nodiscard]] std::vector<value> left_parent(const flush_step&, const graph::node& child,
                                                 const mapping::foreign_key&) const;
    void touch(engine::connection&, const mapping::model&, const sql::expr& rows,
               std::vector<const mapping::model*> below);

    session_core& session_;
    const flush_plan& plan_;
    const site& where_;
    std::int64_t now_ = 0;
    std::vector<graph::node*> parents_{};
};

}  // namespace kin::detail
