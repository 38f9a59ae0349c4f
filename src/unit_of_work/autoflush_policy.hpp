// Whether a read has to flush first: which tables pending changes would write.
#pragma once

#include <cstdint>

#include "lifecycle/session_memory.hpp"
#include "planning/write_reach.hpp"
#include "reading/flush_gate.hpp"
#include "unit_of_work/unit_of_work.hpp"

namespace kin::detail {

/// Answers what flush_gate asks before a statement is sent: changes in memory against the tables that it reads, by what
/// a change of each model makes a flush write (write_reach). Reads memory alone.
class autoflush_policy final : public pending_writes {
  public:
    autoflush_policy(session_memory& memory, write_reaches& reaches, unit_of_work& flushing)
        : memory_{memory}, reaches_{reaches}, flushing_{flushing} {}

    /// Whether anything is pending.
    [[nodiscard]] bool dirty() const override;
    /// Whether a flush would write one of these tables, cascades included. `unknown`: of this model only rows are read
    /// that the session does not know.
    [[nodiscard]] bool would_write(const tables_read&, const mapping::model* unknown) override;
    /// The same of one model's table.
    [[nodiscard]] bool would_write(const mapping::model&);
    /// Whether objects, or pairs, of the model itself hold a change.
    [[nodiscard]] bool has_changes_of(const mapping::model&) const override;
    /// These three are unit_of_work::flush with a flush_choice.
    void flush(const site&) override;
    void flush_ready(const site&) override;
    void flush_for(const tables_read&, const site&) override;

  private:
    /// The columns that an update would write; of those that a staged parent says, all of its key.
    [[nodiscard]] std::uint64_t pending_columns(graph::node&) const;
    [[nodiscard]] bool any_changed(model_state&, auto&& wanted) const;
    /// Whether the flush will look who has the place that the child was given, and have him deleted.
    [[nodiscard]] bool replaces_another(graph::node& child) const;

    session_memory& memory_;
    write_reaches& reaches_;
    unit_of_work& flushing_;
};

}  // namespace kin::detail
