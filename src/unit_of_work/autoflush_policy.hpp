// Whether a read has to flush first: which tables pending changes would write.
#pragma once

#include <cstdint>

#include "lifecycle/session_memory.hpp"
#include "planning/write_reach.hpp"
#include "reading/flush_gate.hpp"
#include "unit_of_work/unit_of_work.hpp"

namespace kin::detail {

/// Answers what flush_gate asks before a statement is sent.
class autoflush_policy final : public pending_writes {
  public:
    autoflush_policy(session_memory& memory, write_reaches& reaches, unit_of_work& flushing)
        : memory_{memory}, reaches_{reaches}, flushing_{flushing} {}

    [[nodiscard]] bool dirty() const override;
    [[nodiscard]] bool would_write(const tables_read&, const mapping::model* unknown) override;
    [[nodiscard]] bool would_write(const mapping::model&);
    [[nodiscard]] bool concerned(const mapping::model&) const override;
    void flush(const site&) override;
    void flush_ready(const site&) override;
    void flush_for(const tables_read&, const site&) override;

  private:
    /// The columns that an update would write; of those that a staged parent says, all of its key.
    [[nodiscard]] std::uint64_t pending_columns(graph::node&) const;
    /// Whether the flush will look who has the place that the child was given, and have him deleted.
    [[nodiscard]] bool replaces_another(graph::node& child) const;

    session_memory& memory_;
    write_reaches& reaches_;
    unit_of_work& flushing_;
};

}  // namespace kin::detail
