// The hooks of a database or a session, and their calls around a flush.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include <kin/session/hooks.hpp>

#include "session/core.hpp"

namespace kin::detail {

class hook_table {
  public:
    hook_table() = default;
    ~hook_table();
    hook_table(const hook_table&) = delete;
    hook_table& operator=(const hook_table&) = delete;

    void add(event, const mapping::model*, const erased_hook&);
    [[nodiscard]] bool has(event e, const mapping::model* m) const noexcept;
    /// Whether any are called around a flush.
    [[nodiscard]] bool of_flushes() const noexcept;
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

/// The hooks of one flush. Where it fails, its session puts back what they changed.
class hook_calls {
  public:
    hook_calls(session_core& session, const site& where)
        : session_{session}, where_{where}, any_{session.hooks_flushes()} {}

    /// Calls what is due before the plan runs; planned anew where that may have changed something.
    void before(flush_plan&);
    /// Calls what is due after its statements. A hook that changes the session here is a usage_error.
    void after(const flush_plan&);

  private:
    bool call(event, graph::node&);

    session_core& session_;
    const site& where_;
    bool any_;
    std::set<std::pair<event, const graph::node*>> done_{};
};

}  // namespace kin::detail
