// Runs a flush plan: the statements of each step, and what the unit of work writes into objects on the way.
//
// A few more than 40 member functions: one for each kind of step, over one connection and what is gone by now.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/sql/compiler.hpp>

#include "loading/session_loading.hpp"
#include "planning/flush_plan.hpp"

namespace kin::detail {

struct insert_statements;

/// Turns each step into its statements: texts of model_statements for rows by key (INSERT, UPDATE, DELETE), of
/// pivot_statements for pairs, and statements over sets (delete_steps.cpp) for what a removal takes along; a soft
/// removal is an UPDATE (statements/soft_removal.hpp), kin::touches another (parent_touching.hpp). Keys, stamps and
/// versions are written into objects on the way, each recorded in the undo log first; an error leaves them to
/// memory_restorer, and the statements to unit_of_work::undo_statements. stale_object where a row is not the version
/// that was read.
class plan_runner {
  public:
    plan_runner(session_memory&, session_loading&, write_reaches&, engine::connection&, const flush_plan&, const site&);

    /// Runs the plan. Gives the objects of the session whose rows went along with others.
    std::vector<graph::node*> run();
    /// And those whose rows came back with others.
    [[nodiscard]] std::vector<graph::node*> returned() { return std::move(returned_); }
    /// As flush_plan::let_go.
    [[nodiscard]] std::unordered_map<const mapping::foreign_key*, std::int64_t> let_go() { return std::move(let_go_); }

  private:
    void run(const std::vector<flush_step>&);
    void read_answers();
    void fetch_keys();
    [[nodiscard]] static bool keyless(const graph::node&);

    // -- members
    void remember(graph::node&, const field&);
    void write_integer(graph::node&, const field&, std::int64_t, kind = kind::int64);
    void stamp_members(graph::node&, bool fresh);
    void bump(graph::node&);

    // -- keys
    void copy_keys(graph::node& child);
    void copy_tag(graph::node& child, const mapping::foreign_key&, const graph::node* parent);
    void copy_key(graph::node& child, const mapping::foreign_key&, graph::node* parent);
    void copy_values(graph::node& child, const mapping::foreign_key&, graph::node* parent);
    void require_agreement(graph::node& child, const mapping::foreign_key&, const graph::node& parent) const;
    [[noreturn]] void refuse_orphan(const graph::node& child, const mapping::foreign_key&) const;

    // -- rows
    void insert(const flush_step&);
    void insert_rows(const mapping::model&, const insert_statements&, const std::vector<const void*>& keyed,
                     const std::vector<const void*>& unkeyed, const std::vector<graph::node*>& fresh);
    /// Rows of a pivot that keeps what was removed: those that a new pair has already come back. Gives the objects that
    /// need no INSERT.
    [[nodiscard]] std::unordered_set<const graph::node*> take_kept_rows(const mapping::model&,
                                                                        const std::vector<graph::node*>&);
    void update(const flush_step&);
    void insert_with_defaults(const mapping::model&, const model_sql&, const std::vector<const void*>& keyed,
                              const std::vector<const void*>& unkeyed, const std::vector<graph::node*>& fresh);
    /// Brings what the database made of these columns into the objects, whose rows were just written: a SELECT.
    void read_filled(const mapping::model&, const std::vector<graph::node*>&, std::uint64_t columns);
    void write_rows(const std::vector<graph::node*>&, const mapping::model&, std::uint64_t mask, bool removes = false);
    void unlink(const flush_step&);
    [[noreturn]] void refuse_stale(const graph::node&, std::string_view sql) const;
    [[noreturn]] void refuse_many(const graph::node&, std::int64_t rows, std::string_view sql) const;
    [[noreturn]] void refuse_keyless(const mapping::model&, const mapping::column& key, std::string_view sql) const;

    // restore_steps.cpp
    void restore(const flush_step&);
    void note_returned(graph::node&);

    // delete_steps.cpp
    /// Whether an owner is gone, for what refers to it by the key.
    using is_gone = std::function<bool(const graph::node&, const mapping::foreign_key&)>;
    void clear_key(const flush_step&);
    std::int64_t run_clear_key(const mapping::foreign_key&, const sql::expr& condition, bool rows_stay);
    void remove_where(const flush_step&);
    std::int64_t remove_rows(const mapping::model&, const sql::expr& condition, bool keeps);
    void remove_tree(const flush_step&);
    void keep_removed(const flush_step&);
    void remove(const flush_step&);
    void remove_by_key(const flush_step&);
    void note_kept(graph::node&);
    void require_all(const flush_step&, std::int64_t affected);
    void require_versions(const mapping::foreign_key&, const sql::expr& rows);
    void require_version(const graph::node&, const value_view&) const;
    [[nodiscard]] std::vector<graph::node*> referring_to(const graph::node& parent, const mapping::foreign_key&);
    [[nodiscard]] std::vector<graph::node*> going(const mapping::model&);
    [[nodiscard]] bool goes_along_with(const graph::node&, const is_gone&, int depth = 0);
    [[nodiscard]] bool went_along(const graph::node&);
    [[nodiscard]] bool is_stored(const graph::node&);
    [[nodiscard]] bool is_uncounted(const mapping::model&);
    /// Whether no row was counted because triggers of a view write them; there is one with the object's key.
    [[nodiscard]] bool written_by_view(const graph::node&);
    [[noreturn]] void refuse_removal(const flush_step&, const foreign_key_violation&) const;

    std::int64_t run(const sql::compiled& statement) {
        return connection_.execute(statement.text, statement.parameters);
    }

    session_memory& memory_;
    session_loading& loading_;
    write_reaches& reaches_;
    engine::connection& connection_;
    const flush_plan& plan_;
    const site& where_;
    std::int64_t now_;
    std::vector<graph::node*> taken_along_{};
    std::vector<graph::node*> returned_{};
    std::unordered_map<const mapping::foreign_key*, std::int64_t> let_go_{};
    std::unordered_set<const graph::node*> removed_{};       ///< by the steps until now
    const flush_step* removing_ = nullptr;                   ///< the removal that runs
    std::unordered_set<const mapping::model*> some_gone_{};  ///< set by set
    std::vector<engine::cursor> sent_{};                     ///< and not waited for
};

/// In the handler of what the database said, which knows that something refers to a row: the mapping knows what it can
/// be. Throws the same with that, or what came where it knows of nothing.
[[noreturn]] void refuse_removal(const mapping::model&, const std::string& who, const foreign_key_violation&);

}  // namespace kin::detail
