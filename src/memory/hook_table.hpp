// Hooks as they are kept: without their types; and what leads sessions to those of their database.
#pragma once

#include <atomic>
#include <vector>

#include <kin/memory/hooks.hpp>

namespace kin::detail {

/// The hooks of a session, or of a database for all its sessions, in the order in which they were added.
class hook_table {
  public:
    hook_table() = default;
    ~hook_table();
    hook_table(const hook_table&) = delete;
    hook_table& operator=(const hook_table&) = delete;

    /// Takes over the hook, which is destroyed with the table.
    void add(event, const mapping::model*, const erased_hook&);
    /// Whether a hook waits for this event of this model.
    [[nodiscard]] bool has(event e, const mapping::model* m) const noexcept;
    /// Whether any are called around a flush.
    [[nodiscard]] bool of_flushes() const noexcept;
    /// Calls all that wait for it, in order; what one throws ends it.
    void call(event e, const mapping::model* m, void* object) const;

  private:
    struct entry {
        event when;
        const mapping::model* what;
        erased_hook hook;
    };
    std::vector<entry> entries_{};
    unsigned events_ = 0;  ///< a bit for each event that anything waits for
};

/// What outlives a database for those that still lead to it.
struct database_life {
    std::atomic<bool> here{true};
    hook_table* hooks = nullptr;  ///< those of all its sessions
};

}  // namespace kin::detail
