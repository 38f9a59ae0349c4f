// What a flush will do, as data: built without changing anything, then run, or printed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/sql/statement.hpp>

#include "lifecycle/session_memory.hpp"
#include "mapping/ownership.hpp"
#include "planning/flush_choice.hpp"
#include "planning/write_reach.hpp"
#include "relations/key_text.hpp"

namespace kin::detail {

/// One kind of change to the rows of one model. plan_runner makes statements of it: one, or one for each row, as the
/// dialect can.
struct flush_step {
    enum class what : std::uint8_t {
        insert,     ///< nodes, one row each
        update,     ///< nodes, the columns of `mask`
        vacate,     ///< nodes: NULL, or a value that meets nobody, in the columns of `mask`; a later step writes them
        clear_key,  ///< children of removed parents: their nullable key becomes NULL (condition)
        refuse,     ///< children of removed parents, over a key that no constraint guards: there must be none
        remove_where,  ///< children that their removed parents own (condition)
        remove_tree,   ///< the same of models that own their like: level by level, as deep as the rows go
        remove,        ///< nodes, by key
        link,          ///< pairs, a row of the pivot each
        unlink,        ///< pairs, whose rows go
        restore,       ///< what was removed with the nodes, whose rows stayed, comes back with them
    };
    what does{};
    const mapping::model* model = nullptr;
    std::vector<graph::node*> nodes{};
    bool keeps = false;  ///< removals: rows of models that have a time of removal get it, and stay
    std::uint64_t mask = 0;
    const mapping::foreign_key* key = nullptr;
    sql::expr condition{};
    std::string why{};
    const mapping::link_pair* links = nullptr;
    std::vector<std::pair<graph::node*, graph::node*>> pairs{};
};

/// A key that is left NULL by the insert and written by a later update: where a cycle is broken.
struct deferred_key {
    graph::node* child;
    const mapping::foreign_key* key;
    bool by_hand = false;  ///< the member holds the value already
};

/// One key of one child, for looking it up.
struct child_key {
    const graph::node* child;
    const mapping::foreign_key* key;
    bool operator==(const child_key&) const = default;
};
struct child_key_hash {
    std::size_t operator()(const child_key& k) const noexcept {
        return std::hash<const void*>{}(k.child) * 31 + std::hash<const void*>{}(k.key);
    }
};

/// The steps in the order in which they run, and what memory has to know after them.
struct flush_plan {
    std::vector<flush_step> steps{};
    std::unordered_set<child_key, child_key_hash> deferred_set{};
    std::vector<deferred_key> deferred{};
    std::vector<graph::node*> removed{};
    std::vector<graph::node*> gone{};         ///< all whose row is no more, found while memory is synchronised
    held_back held{};                         ///< what is not in it
    std::vector<graph::node*> taken_along{};  ///< found while it ran: below removed rows, over rows nobody had loaded
    std::vector<graph::node*> returned{};     ///< found likewise: whose rows came back with restored ones
    /// Counted while it ran: how many rows let go of removed ones, or went with them, over each key that was asked.
    std::unordered_map<const mapping::foreign_key*, std::int64_t> let_go{};

    /// Whether the insert leaves this key NULL, for a later update.
    [[nodiscard]] bool defers(const graph::node* child, const mapping::foreign_key& k) const noexcept {
        return !deferred_set.empty() && deferred_set.contains({child, &k});
    }
};

/// Builds the plan of one flush out of the lists of memory, and changes nothing: where it throws, nothing has happened.
/// Its files: flush_plan.cpp (steps and their order), removal_steps.cpp (rows that go, and what goes before them),
/// holding_back.cpp (what waits for a later flush), key_order.cpp (rows that wait for the keys of others),
/// unique_order.cpp (unique-conflict resolution).
class plan_builder {
  public:
    plan_builder(session_memory& memory, write_reaches& reaches, const site& where)
        : memory_{memory}, reaches_{reaches}, where_{where} {}
    /// Of all that is staged, but for what is held back.
    [[nodiscard]] flush_plan build(held_back held = {});
    /// What this flush leaves for later.
    void hold_back(held_back&);
    /// What a removal does to the rows that refer to the parents that `condition` selects, but for those over `except`.
    [[nodiscard]] std::vector<flush_step> dependents(const mapping::model& parent, const sql::expr& condition,
                                                     const std::vector<const mapping::foreign_key*>& except,
                                                     bool keeps);

  private:
    std::vector<const mapping::model*> by_rank() const;
    void plan_inserts(const std::vector<const mapping::model*>&);
    void order_cycle(const std::vector<const mapping::model*>&);
    std::span<const deferred_key> break_cycles(const std::vector<graph::node*>& waiting);
    void plan_updates(const std::vector<const mapping::model*>&);
    void plan_links();
    /// flush_error where a row of a model that is only read would be written.
    void refuse_views() const;
    void plan_removals(const std::vector<const mapping::model*>&);
    void order_removals(std::vector<flush_step>&) const;
    void plan_removal(flush_step);
    void remove_dependents(const mapping::model& parent, const sql::expr& condition, const std::string& why,
                           bool keeps);
    void plan_restores();
    std::uint64_t changes_of(graph::node&);
    std::uint64_t changes_of(graph::node&, std::uint64_t by_member);
    graph::node* pending_parent(graph::node& child, const mapping::foreign_key&, bool& by_hand);

    // holding_back.cpp
    [[nodiscard]] bool lacks_parent(graph::node&);
    void hold_unready(held_back&);
    [[nodiscard]] bool release_needed(held_back&);

    // unique_order.cpp
    struct meeting;
    struct unit;
    void free_unique_values();
    [[nodiscard]] std::vector<meeting> meetings();
    [[nodiscard]] std::vector<unit> units_of(const std::vector<meeting>&);
    void add_key_needs(std::vector<unit>&);
    void add_rename_needs(std::vector<unit>&);
    void add_link_needs(std::vector<unit>&, std::size_t link,
                        const std::unordered_map<const graph::node*, std::size_t>& inserts) const;
    [[nodiscard]] std::vector<std::size_t> order(std::vector<unit>&);
    void break_ring(std::vector<unit>&, const std::vector<std::pair<std::size_t, std::size_t>>& ring);
    void lay_out(std::vector<unit>&, const std::vector<std::size_t>& order);
    [[nodiscard]] static std::vector<std::vector<std::size_t>> together(const std::vector<unit>&,
                                                                        const std::vector<std::size_t>& order);
    std::string wanted_value(graph::node&, const std::vector<std::uint16_t>& columns);
    [[nodiscard]] std::string held_value(const graph::node&, const std::vector<std::uint16_t>& columns) const;
    [[nodiscard]] graph::node* held_parent(const graph::node&, const mapping::foreign_key&) const;
    [[nodiscard]] graph::node* removed_owner(const graph::node&, int depth = 0) const;

    session_memory& memory_;
    write_reaches& reaches_;
    const site& where_;
    flush_plan plan_{};
    std::vector<const mapping::foreign_key*> except_{};
    /// Pending objects by what a key that was given by hand can name them with.
    std::map<std::pair<const mapping::model*, std::vector<std::uint16_t>>,
             std::unordered_map<std::string, graph::node*>>
        named_{};
};

/// The keys over which rows of the model own, directly or around others, rows of their own model.
[[nodiscard]] std::vector<const mapping::foreign_key*> ownership_ring(const mapping::model&, bool keeps = false);
/// flush_error where a polymorphic key that cannot be NULL says nothing.
void require_targets(const graph::node& child, const site&);
/// SELECT … LIMIT 1; foreign_key_violation where a row of the key's owner meets the condition.
void require_no_children(engine::connection&, const mapping::foreign_key&, const sql::expr& condition, const site&);

}  // namespace kin::detail
