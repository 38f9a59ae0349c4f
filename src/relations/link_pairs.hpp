// Many to many: pairs of objects, staged until the flush writes them as rows of the pivot, and every collection that
// sees them kept in step.
#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <kin/graph/host.hpp>
#include <kin/graph/node.hpp>

#include "memory/object_table.hpp"
#include "memory/object_tracking.hpp"
#include "memory/relation_contents.hpp"
#include "memory/staged_pairs.hpp"
#include "memory/undo_log.hpp"
#include "relations/pair_rows_reader.hpp"
#include "relations/parent_links.hpp"
#include "relations/relation_events.hpp"

namespace kin::detail {

/// Where the pivot is an association object its rows are objects like others, and the pairs follow them.
class link_pairs {
  public:
    link_pairs(object_table& objects, relation_contents& contents, undo_log& log, object_tracking& tracking,
               parent_links& parents, graph::host& host, pair_rows_reader& rows)
        : objects_{objects},
          contents_{contents},
          log_{log},
          tracking_{tracking},
          parents_{parents},
          host_{host},
          rows_{rows} {}
    /// Before anything else.
    void report_to(relation_events& e) noexcept { events_ = &e; }

    void link(graph::node& owner, const mapping::relation&, graph::node& target);
    void unlink(graph::node& owner, const mapping::relation&, graph::node& target, bool unseen = false);
    void leave_pair(const pair_key&);
    void stage_pair(const pair_key&, staged_pair);
    void row_moved(graph::node& row, const mapping::foreign_key&, graph::node* before, graph::node* after);
    void row_leaves(graph::node& row);
    void row_returns(graph::node& row);
    void drop_pairs_of(graph::node&);
    void drop_links_to(const std::unordered_set<const graph::node*>& gone);
    [[nodiscard]] graph::node* find_row(const pair_key&, bool walks = true);
    [[nodiscard]] bool row_by_key(const pair_key&, graph::node*& row);

    using staged_pairs = std::unordered_map<pair_key, staged_pair, pair_hash>;
    /// What the next flush does with pairs.
    [[nodiscard]] staged_pairs& staged() noexcept { return pairs_; }
    [[nodiscard]] const staged_pairs& staged() const noexcept { return pairs_; }
    void clear() noexcept {
        if (!pairs_.empty()) pairs_.clear();  // an empty table would still be wiped
    }

  private:
    void each_row_of(const pair_key&, auto&& visit);
    void join_pair(const pair_key&, bool maybe_there);
    void unstage_row(const pair_key&, staged_pair);
    [[nodiscard]] std::vector<graph::node*> rows_of_pair(const pair_key&);
    [[nodiscard]] bool linked_by_another(const pair_key&, const graph::node& but);
    bool replace_row(const pair_key&);
    [[nodiscard]] graph::node& make_row(const pair_key&);

    object_table& objects_;
    relation_contents& contents_;
    undo_log& log_;
    object_tracking& tracking_;
    parent_links& parents_;
    graph::host& host_;
    pair_rows_reader& rows_;
    relation_events* events_ = nullptr;
    staged_pairs pairs_{};
};

}  // namespace kin::detail
