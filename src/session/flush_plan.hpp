// What a flush will do, as data: built without changing anything, then run, or printed.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include <kin/sql/statement.hpp>

#include "session/core.hpp"

namespace kin::detail {

struct flush_step {
    enum class what : std::uint8_t {
        insert,        ///< nodes, one row each
        update,        ///< nodes, the columns of `mask`
        clear_key,     ///< children of removed parents: their nullable key becomes NULL (condition)
        remove_where,  ///< children that their removed parents own (condition)
        remove,        ///< nodes, by key
    };
    what does{};
    const mapping::model* model = nullptr;
    std::vector<graph::node*> nodes{};
    std::uint64_t mask = 0;
    const mapping::foreign_key* key = nullptr;
    sql::expr condition{};
    std::string why{};
};

/// A key that is left NULL by the insert and written by a later update: where a cycle is broken.
struct deferred_key {
    graph::node* child;
    const mapping::foreign_key* key;
};

struct flush_plan {
    std::vector<flush_step> steps{};
    std::vector<deferred_key> deferred{};
    std::vector<graph::node*> inserted{};
    std::vector<graph::node*> removed{};

    [[nodiscard]] bool defers(const graph::node* child, const mapping::foreign_key& k) const noexcept {
        for (const deferred_key& d : deferred) {
            if (d.child == child && d.key == &k) return true;
        }
        return false;
    }
};

class plan_builder {
  public:
    plan_builder(session_core& session, const site& where) : session_{session}, where_{where} {}
    [[nodiscard]] flush_plan build();

  private:
    std::vector<const mapping::model*> by_rank() const;
    void plan_inserts(const std::vector<const mapping::model*>&);
    void order_cycle(const std::vector<const mapping::model*>&);
    void break_cycle(const std::vector<graph::node*>& waiting);
    void plan_updates(const std::vector<const mapping::model*>&);
    void plan_removals(const std::vector<const mapping::model*>&);
    void remove_dependents(const mapping::model& parent, const sql::expr& condition, const std::string& why,
                           std::vector<const mapping::model*>& above);
    std::uint64_t changes_of(graph::node&);

    session_core& session_;
    const site& where_;
    flush_plan plan_{};
};

/// `Post 17`, `User (new)`: for messages.
[[nodiscard]] std::string name_of(const graph::node&);
/// The nodes' primary keys as one condition on their model.
[[nodiscard]] std::vector<sql::expr> key_conditions(const mapping::model&, const std::vector<graph::node*>&,
                                                    const std::vector<std::uint16_t>& columns, const mapping::model& on,
                                                    const std::vector<std::uint16_t>& on_columns);

}  // namespace kin::detail
