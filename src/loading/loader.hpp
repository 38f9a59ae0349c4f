// Loading one relation of many owners.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <unordered_set>
#include <vector>

#include <kin/graph/tree_list.hpp>

#include "loading/load_statements.hpp"
#include "loading/session_loading.hpp"
#include "loading/slot_filling.hpp"
#include "query/load_options.hpp"
#include "statements/key_conditions.hpp"
#include "statements/recursion.hpp"
#include "statements/row_shape.hpp"

namespace kin::detail {

class unmatched_keys;

/// An owner and a target.
struct pair_of_nodes {
    const graph::node* owner;
    const graph::node* target;
    bool operator==(const pair_of_nodes&) const = default;
};
struct hash_of_nodes {
    std::size_t operator()(const pair_of_nodes& p) const noexcept {
        return std::hash<const void*>{}(p.owner) * 31 + std::hash<const void*>{}(p.target);
    }
};

/// Loads one relation of many owners in a few statements, by the kind of the relation: load_parents (belongs_to),
/// load_children (has_one, has_many), load_linked and load_by_pairs (many_to_many), load_through, load_trees
/// (descendants, ancestors). load_statements says what is asked, slot_filling who gets what is found; this class reads
/// between them. What is staged in memory wins over the rows. An error gives all slots back as unloaded. A new relation
/// kind needs its branch in `run`.
class loader {
  public:
    loader(session_memory&, session_loading&, const load_option& ask, load_level below, const site&);
    loader(const loader&) = delete;
    loader& operator=(const loader&) = delete;
    ~loader();

    /// Asks the database for the targets of all owners, which are unloaded. `all_of_table`: they are their whole
    /// table. `origin`: the statement that found them, for a subquery instead of their keys.
    void run(std::span<graph::node* const> owners, bool all_of_table, const sql::select* origin = nullptr);
    /// Of a belongs_to: fills it where its key is NULL or leads to a whole object that is here; else false and nothing.
    /// Sends nothing.
    bool fill_from_memory(graph::node& owner);
    /// Sends what `run` will read, so that it travels with the selects of other loaders.
    void send_ahead(std::span<graph::node* const> owners, bool all_of_table, const sql::select* origin);
    /// Takes the targets from rows that a join brought.
    void fill(std::span<graph::node* const> owners, const found_children&);
    /// What came with the targets in their own statement; null for nothing.
    [[nodiscard]] const join_loading* joined() const noexcept { return joins_.get(); }
    /// A group for the targets that come: who is served along with one of them later.
    [[nodiscard]] graph::group* new_group(const mapping::model&);
    /// Whether it goes with the next flush, and so is not shown; should it be added again before, it has to be.
    [[nodiscard]] bool leaves(const graph::node&);
    /// Whether a target that the database names is one in memory, too: what is staged wins over what the row says.
    [[nodiscard]] bool belongs(graph::node& parent, graph::node& child, bool known);

    /// What stands below (or above) each of the owners of a descendants or ancestors relation; fills nothing.
    [[nodiscard]] std::vector<graph::tree_list> walk(std::span<graph::node* const> owners, bool all_of_table,
                                                     const sql::select* origin);

    /// Puts the targets in some order, each once.
    void unique_found();

    std::vector<graph::node*> found{};  ///< the targets, once each, in the order in which they came
    bool whole = false;                 ///< they are their whole table
    /// The statement that found them, for subqueries of the next level; without columns where there is none.
    sql::select statement{};

  private:
    const mapping::foreign_key& key() const noexcept { return *relation_.key; }
    /// Whether a target that is here need not be asked for: it has its columns, and they are not to be read again.
    [[nodiscard]] bool complete(const graph::node& target) const noexcept {
        const bool again = target.state() == graph::life::persistent && (target.word & graph::node::expired) != 0;
        return !again && (target.in->missing & ~shape_.missing) == 0;
    }
    /// A has_one that shows one of the rows that refer to its owner.
    bool one_of_many() const noexcept { return relation_.options.chosen != mapping::choice::all; }
    void read_keys(std::span<graph::node* const> owners);
    void load_parents(std::span<graph::node* const>, const sql::select* origin);
    void load_children(std::span<graph::node* const>, bool all_of_table, const sql::select* origin);
    void load_linked(std::span<graph::node* const>, bool all_of_table, const sql::select* origin);
    void load_trees(std::span<graph::node* const>, bool all_of_table, const sql::select* origin);
    void fill(graph::node& owner, const graph::tree_list&, graph::node* const* row);
    void load_through(std::span<graph::node* const>, bool all_of_table, const sql::select* origin);
    [[nodiscard]] bool leaves(graph::node& object, graph::node& owner, graph::node& target);
    [[nodiscard]] graph::node* match(const graph::node& child, const std::vector<graph::node*>& parents) const;
    [[nodiscard]] graph::node* find_owner(const graph::node& child) const;

    [[nodiscard]] sql::select with_joins(sql::select);
    [[nodiscard]] bool repeated(engine::cursor&, const graph::node* parent, graph::node& child);
    [[nodiscard]] engine::cursor send(const sql::select&);
    void find_between();
    // pair_loading.cpp
    void load_by_pairs(std::span<graph::node* const> owners, const std::vector<sql::select>& selects);
    template <class Read>
    void read_answers(const std::vector<sql::select>& selects, const sql::select* origin, Read);
    void read_parents(engine::cursor, graph::group*, std::vector<graph::node*>& out);
    std::size_t read_children(engine::cursor, graph::group*, found_children&, unmatched_keys&);
    void read_linked(engine::cursor, graph::group*, found_children&, std::vector<graph::node*>& fresh, unmatched_keys&);
    void require_matches(const std::vector<graph::node*>& waiting, const std::vector<graph::node*>& came, bool asked);
    [[nodiscard]] bool is_claimed(const graph::node& n) const noexcept {
        return slots_.claimed(const_cast<graph::node&>(n));
    }

    session_memory& memory_;
    session_loading& loading_;
    const load_option& ask_;
    const mapping::relation& relation_;
    load_level below_;
    const site& where_;
    row_shape shape_;
    load_statements statements_;
    slot_filling slots_;
    std::unique_ptr<join_loading> joins_{};
    std::unordered_set<pair_of_nodes, hash_of_nodes> shown_{};  ///< joined collections show pairs several times
    std::unordered_set<const graph::node*> ends_{};             ///< a tree goes on behind these, below its last level
    std::vector<engine::cursor> sent_ahead_{};                  ///< sent ahead
};

/// Reads what was asked ahead, or else asks one question after the other.
template <class Read>
void loader::read_answers(const std::vector<sql::select>& selects, const sql::select* origin, Read read) {
    if (origin != nullptr && !selects.empty() &&
        (relation_.holds_key() || (!ask_.limit && !ask_.offset && !one_of_many()))) {
        statement = selects.back();
    }
    if (sent_ahead_.empty()) {
        for (const sql::select& s : selects) read(send(with_joins(s)));
        return;
    }
    for (engine::cursor& row : std::exchange(sent_ahead_, {})) read(std::move(row));
}

}  // namespace kin::detail
