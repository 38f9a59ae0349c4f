// Many to many: pairs of objects, staged until the flush writes them as rows of the pivot, and every collection that
// sees them kept in step.
#pragma once

#include <functional>
#include <unordered_set>
#include <vector>

#include <kin/graph/host.hpp>
#include <kin/graph/node.hpp>

#include "memory/object_table.hpp"
#include "memory/object_tracking.hpp"
#include "memory/relation_contents.hpp"
#include "memory/staged_pairs.hpp"
#include "memory/undo_log.hpp"
#include "relations/pair_list.hpp"
#include "relations/pair_rows_reader.hpp"
#include "relations/parent_links.hpp"
#include "relations/relation_events.hpp"

namespace kin::detail {

/// The links of many_to_many relations. A pair is staged here until a flush writes it as a row of the pivot, and every
/// collection that sees it is kept in step. Where the pivot is an association object, its rows are objects like others
/// and the pairs follow them. Recorded in the undo log before it changes, as in parent_links.
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
    /// Who decides cascades; set once, before anything else is called.
    void report_to(relation_events& e) noexcept { events_ = &e; }

    /// Links two objects: stages an INSERT into the pivot, or makes an association object. Nothing where they are
    /// linked already. Of two objects that have rows, and over an association object, the collection is loaded first (a
    /// SELECT), since a second row would be refused. usage_error as set_parent's.
    void link(graph::node& owner, const mapping::relation&, graph::node& target);
    /// Takes a link back: stages a DELETE of the pivot's row, or removes its association objects (where there may be
    /// several, they are read: a SELECT). Nothing where the owner's collection does not show the target, unless it is
    /// `unseen`: not loaded, or loaded in part.
    void unlink(graph::node& owner, const mapping::relation&, graph::node& target, bool unseen = false);
    /// No collection shows the pair any more; nothing is staged.
    void leave_pair(const pair_key&);
    /// What the next flush does with the pair; `none` forgets it.
    void stage_pair(const pair_key&, staged_pair);
    /// One end of an association object has changed: the pairs follow.
    void row_moved(graph::node& row, const mapping::foreign_key&, graph::node* before, graph::node* after);
    /// An association object is removed: what it linked is not linked any more, unless another row links it too.
    void row_leaves(graph::node& row);
    /// The removal of an association object is taken back.
    void row_returns(graph::node& row);
    /// A new object is not written after all: its staged pairs go with it.
    void drop_pairs_of(graph::node&);
    /// Rows that are gone leave the collections of all that were linked to them, but for those of relations of which
    /// `nobody` says that none of them was linked.
    void drop_links_to(const std::unordered_set<const graph::node*>& gone,
                       const std::function<bool(const mapping::relation&)>& nobody);
    /// The association object that links the two, if it is in memory; also one that is to be removed.
    [[nodiscard]] graph::node* find_row(const pair_key&);
    /// Where the pair is the primary key of its rows: true, and the association object in memory, or null.
    [[nodiscard]] bool row_by_key(const pair_key&, graph::node*& row);

    /// What the next flush does with pairs.
    [[nodiscard]] pair_list& staged() noexcept { return pairs_; }
    [[nodiscard]] const pair_list& staged() const noexcept { return pairs_; }
    /// Forgets all that is staged.
    void clear() noexcept {
        pairs_.clear();
        half_linked_ = false;
    }

  private:
    void each_row_of(const pair_key&, auto&& visit);
    void drop_members(graph::node& owner, const mapping::relation&, const std::unordered_set<const graph::node*>&);
    void join_pair(const pair_key&, bool maybe_there);
    void unstage_row(const pair_key&, staged_pair);
    void put_back(graph::node& row, const pair_key&);
    void remove_row(const pair_key&, graph::node& row);
    [[nodiscard]] graph::node* row_to_remove(const pair_key&);
    [[nodiscard]] std::vector<graph::node*> rows_of_pair(const pair_key&);
    [[nodiscard]] bool linked_by_another(const pair_key&, const graph::node& but);
    bool replace_row(const pair_key&);
    [[nodiscard]] static bool without_key(const graph::node& end, const mapping::foreign_key&);
    [[nodiscard]] bool joins(graph::node& row, const pair_key&);
    [[nodiscard]] graph::node& make_row(const pair_key&);

    object_table& objects_;
    relation_contents& contents_;
    undo_log& log_;
    object_tracking& tracking_;
    parent_links& parents_;
    graph::host& host_;
    pair_rows_reader& rows_;
    relation_events* events_ = nullptr;
    pair_list pairs_{};
    const graph::node* making_ = nullptr;  ///< gets its other end next
    bool half_linked_ = false;             ///< association objects were given one of their ends
};

}  // namespace kin::detail
