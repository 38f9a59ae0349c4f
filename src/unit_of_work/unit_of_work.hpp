// The unit of work: plans, runs the plan in one transaction, and brings memory to it, or back.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/graph/host.hpp>

#include "lifecycle/session_memory.hpp"
#include "planning/flush_choice.hpp"
#include "planning/flush_plan.hpp"
#include "planning/flush_preparation.hpp"
#include "unit_of_work/flush_synchronisation.hpp"

namespace kin::detail {

struct session_loading;

/// Where a flush fails, the database and memory are as before it.
class unit_of_work {
  public:
    unit_of_work(session_memory& memory, session_loading& loading, write_reaches& reaches,
                 flush_preparation& preparation, flush_synchronisation& sync)
        : memory_{memory}, loading_{loading}, reaches_{reaches}, preparation_{preparation}, sync_{sync} {}

    /// Of everything that is staged: its statements in the transaction, which it opens.
    void flush(const site&);
    /// One that a statement of the session's causes.
    void flush(const site&, const flush_choice&);
    /// What a flush would do, in words; nothing is changed.
    [[nodiscard]] std::string explain(const site&);
    /// For each object the slug that it is to have; empty where it has one.
    std::vector<std::string> make_slugs(const mapping::model&, const std::vector<const void*>& objects, const site&);
    /// usage_error where a flush runs, and so one of its hooks.
    void require_no_flush(const char* what, const site&) const;

    // -- after errors
    /// The database as before the statements that failed; `nested`: they stand behind a savepoint.
    void undo_statements(engine::connection&, bool nested) noexcept;
    /// Back to one of the savepoints that are open, in the database and in memory.
    void undo_savepoint(std::size_t at);
    /// Whether an error has left something that has to be undone first.
    [[nodiscard]] bool is_unfinished() const noexcept;
    void finish_undoing();

  private:
    /// Once; `slugs` receives those that were made. unique_violation may say that one of them was taken meanwhile.
    void flush_once(std::vector<std::string>& slugs, const site&, const flush_choice&);
    /// The statements of a plan, and memory as far as that may fail: all of it or nothing.
    void write(flush_plan&, std::vector<std::string>& slugs, const site&);
    void add_rows_of_pairs(flush_plan&);
    void read_slugs(const mapping::model&, const mapping::column&, const std::vector<std::string>& wanted,
                    std::unordered_set<std::string>& taken, const site&);
    /// Of all that the plan writes; gives what it made.
    std::vector<std::string> fill_slugs(const flush_plan&, const site&);
    [[nodiscard]] std::string in_words(const site&);

    session_memory& memory_;
    session_loading& loading_;
    write_reaches& reaches_;
    flush_preparation& preparation_;
    flush_synchronisation& sync_;
};

}  // namespace kin::detail
