// Memory as it was: reads the undo log backwards.
#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <kin/graph/host.hpp>

#include "memory/object_table.hpp"
#include "memory/object_tracking.hpp"
#include "memory/relation_contents.hpp"
#include "memory/session_phase.hpp"
#include "memory/undo_log.hpp"
#include "memory/undo_records.hpp"
#include "relations/link_pairs.hpp"
#include "relations/parent_links.hpp"

namespace kin::detail {

/// A restoration that an error ended.
struct unfinished_restoration {
    graph::history_mark to{};
    bool values = false;
};

/// Rollback, savepoint, failed flush, failed helper: memory goes back to a mark of the undo log here, in whatever order
/// the records ask for, newest first. What cannot be undone because memory is out stays `unfinished`: the next call
/// into the session begins with it (session/guard.hpp). Sends nothing.
class memory_restorer {
  public:
    memory_restorer(session_phase& phase, object_table& objects, relation_contents& contents, undo_log& log,
                    object_tracking& tracking, parent_links& parents, link_pairs& pairs)
        : phase_{phase},
          objects_{objects},
          contents_{contents},
          log_{log},
          tracking_{tracking},
          parents_{parents},
          pairs_{pairs} {}

    /// Undoes what happened since the mark: of objects, of what the unit of work wrote into them, of their relations,
    /// and (with `values`) of what was changed in them and not flushed.
    void restore(const graph::history_mark&, bool values = true);
    /// As `restore`, where an error is under way: what cannot be undone now is undone before anything else is done.
    /// Values stay by default: a flush that failed takes back what it did, a rollback what the user did, too.
    void restore_or_later(const graph::history_mark&, bool values = false) noexcept;

    /// The rest of what an error ended.
    void finish();
    /// Whether an error has left something to undo.
    [[nodiscard]] bool unfinished() const noexcept { return unfinished_.has_value(); }
    /// The end of a change: it is taken back unless it is done.
    void end(graph::all_or_nothing&) noexcept;

  private:
    void take_back(const graph::all_or_nothing&) noexcept;
    void undo_transitions(const graph::history_mark&);
    void restore_values(graph::node&);
    void undo_slots(const graph::history_mark&);
    void undo_slot(const undo_record&);
    void unload_way_to_those_who_left();
    void undo_place(const undo_record&, graph::to_many&) noexcept;
    [[nodiscard]] bool begins_as_it_was(const undo_record&, graph::to_many&) noexcept;
    void undo_writes(const graph::history_mark&);
    void undo_assignments(const graph::history_mark&);

    session_phase& phase_;
    object_table& objects_;
    relation_contents& contents_;
    undo_log& log_;
    object_tracking& tracking_;
    parent_links& parents_;
    link_pairs& pairs_;
    std::optional<unfinished_restoration> unfinished_{};
    std::unordered_set<const graph::node*> unremoved_{};  ///< while changes are undone: removals that are
    std::unordered_set<const graph::node*> left_{};       ///< while changes are undone: expunged since
    std::vector<std::pair<graph::node*, const mapping::relation*>> undone_{};  ///< and, if any are, slots
    bool came_back_ = false;  ///< while changes are undone: an object has the snapshot that it had before it went
    struct compared_arrays {
        graph::node* const* now = nullptr;
        graph::node* const* then = nullptr;
        std::uint32_t size = 0;  ///< so many members are the same
    };
    std::unordered_map<const graph::to_many*, compared_arrays> compared_{};  ///< while changes are undone
};

}  // namespace kin::detail
