// Objects that were changed, or may have been, and that the next flush does not look at any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <kin/graph/arena.hpp>
#include <kin/graph/node.hpp>

#include "memory/object_table.hpp"
#include "memory/object_tracking.hpp"
#include "memory/undo_log.hpp"

namespace kin::detail {

/// A flush compares what was accessed since the last one (model_state::touched); then those objects are settled. Those
/// that the transaction touched (undo_log::history::settled) are compared once more at its commit, for the sake of
/// plain references that somebody has kept, and a rollback puts their values back. After that a kept reference is not
/// tracked any more. What is written through it is not lost silently: settled objects keep their snapshots, every
/// commit verifies some of them, and those that leave the session are verified as they leave. Sends nothing.
class settled_objects {
  public:
    settled_objects(object_table& objects, object_tracking& tracking, undo_log& log)
        : objects_{objects}, tracking_{tracking}, log_{log} {}

    /// Before a commit: its flush compares all that the transaction has touched.
    void compare_again();
    /// After COMMIT, before the undo log is forgotten.
    void committed() noexcept;
    /// After a rollback: what the transaction touched is compared at the next commit, too, so that whoever mends and
    /// tries again may do so through the references that he has.
    void rolled_back() noexcept;

    /// usage_error where a settled object differs from its row: of those that the last commit settled, and of some of
    /// the others, which take turns. The next call begins with the one that was found.
    void verify_some(const site&);
    /// The same of all objects, and of one.
    void verify_all(const site&) const;
    void verify(const graph::node&, const site&) const;

    /// These objects are gone. Whose turn it is, is told anew.
    template <class IsGone>
    void forget(IsGone is_gone) noexcept {
        std::erase_if(recent_, is_gone);
        slab_ = nullptr;
    }
    /// All objects are.
    void clear() noexcept;

  private:
    [[nodiscard]] static bool is_settled(const graph::node&) noexcept;
    void require_unchanged(const graph::node&, const site&) const;
    [[nodiscard]] bool tracked_in_transaction(const graph::node&) const noexcept;

    object_table& objects_;
    object_tracking& tracking_;
    undo_log& log_;
    std::vector<graph::node*> recent_{};  ///< of those that the last commit settled
    // Whose turn it is.
    std::size_t model_ = 0;
    graph::slab* slab_ = nullptr;
    std::uint32_t at_ = 0;
};

}  // namespace kin::detail
