// The unit of work: plans, runs the plan in one transaction, and brings memory to it, or back.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/graph/host.hpp>

#include "lifecycle/session_memory.hpp"
#include "loading/session_loading.hpp"
#include "planning/flush_choice.hpp"
#include "planning/flush_plan.hpp"
#include "planning/flush_preparation.hpp"
#include "unit_of_work/flush_synchronisation.hpp"

namespace kin::detail {

/// A flush: preparation, plan, hooks, statements, synchronisation of memory. Where one fails, the database goes back to
/// the flush's savepoint (or the transaction's begin, where nothing was written before), and memory to where it was:
/// the members that the unit of work wrote, what hooks changed and what was staged for it, by memory_restorer when the
/// all_or_nothing around the flush ends. The user's own staged changes stay staged. If the database gave up its whole
/// transaction, memory goes back to the transaction's begin. What cannot be undone now, because memory is out, is
/// undone at the next call (finish_undoing).
class unit_of_work {
  public:
    unit_of_work(session_memory& memory, session_loading& loading, write_reaches& reaches,
                 flush_preparation& preparation, flush_synchronisation& sync)
        : memory_{memory}, loading_{loading}, reaches_{reaches}, preparation_{preparation}, sync_{sync} {}

    /// Of everything that is staged: its statements in the transaction, which it opens (BEGIN), behind a savepoint
    /// where it has written before. Nothing within a flush. Throws what the database says, stale_object, flush_error,
    /// usage_error.
    void flush(const site&);
    /// A flush that a statement of the session's causes (autoflush): it leaves what is still being made.
    void flush(const site&, const flush_choice&);
    /// Whether the last flush brought rows back with their owners: what was assigned to their objects while they were
    /// gone is left to the next one.
    [[nodiscard]] bool brought_back() const noexcept { return brought_back_; }
    /// What a flush would do, in words; nothing is changed.
    [[nodiscard]] std::string explain(const site&);
    /// For each object the slug that it is to have in a column; empty where it has one. `nodes`: those of the objects,
    /// where they are the session's, so that staged parents count.
    std::vector<std::string> make_slugs(const mapping::model&, const mapping::column&,
                                        const std::vector<const void*>& objects, const std::vector<graph::node*>& nodes,
                                        const site&);
    /// Those among the columns that tell objects apart are what their sources say: without a number.
    static void fill_slug_keys(const mapping::model&, const std::vector<std::uint16_t>& columns, void* object);
    /// usage_error where a flush runs, and so one of its hooks.
    void require_no_flush(const char* what, const site&) const;

    // -- after errors
    /// The database as before the statements that failed: ROLLBACK TO the flush's savepoint where they stand behind one
    /// (`nested`), else ROLLBACK.
    void undo_statements(engine::connection&, bool nested) noexcept;
    /// ROLLBACK TO one of the savepoints that are open, in the database and in memory.
    void undo_savepoint(std::size_t at);
    /// Whether an error has left something that has to be undone first.
    [[nodiscard]] bool is_unfinished() const noexcept {
        const session_connection& c = loading_.connection;
        return memory_.restorer.unfinished() || c.owes_undo || c.owed_savepoint != 0;
    }
    /// Undoes it, in the database and in memory.
    void finish_undoing();

  private:
    /// Once; `slugs` receives those that were made. unique_violation may say that one of them was taken meanwhile.
    void flush_once(std::vector<std::string>& slugs, const site&, const flush_choice&);
    /// The statements of a plan, and memory as far as that may fail: all of it or nothing.
    void write(flush_plan&, std::vector<std::string>& slugs, const site&);
    void add_rows_of_pairs(flush_plan&);
    struct wanted_slugs;
    void read_slugs(wanted_slugs&, const site&);
    /// Of all that the plan writes; gives what it made.
    std::vector<std::string> fill_slugs(const flush_plan&, const site&);
    [[nodiscard]] std::string in_words(const site&);

    session_memory& memory_;
    session_loading& loading_;
    write_reaches& reaches_;
    flush_preparation& preparation_;
    flush_synchronisation& sync_;
    bool brought_back_ = false;
};

}  // namespace kin::detail
