// Queries, gets and statements over sets: what is sent, and the objects that come back.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/graph/ref.hpp>
#include <kin/sql/statement.hpp>

#include "lifecycle/session_memory.hpp"
#include "memory/model_state.hpp"

namespace kin::detail {

struct session_loading;
struct query_plan;

/// Every read passes flush_gate first; writes mark the transaction as changed and outdate what was counted. Errors are
/// those of the database with the statement and its place; objects of rows before the error stay in the identity map.
class query_runner {
  public:
    query_runner(session_memory& memory, session_loading& loading) : memory_{memory}, loading_{loading} {}

    /// The object with this key: from the identity map, else a SELECT by key; null where there is none, or the model's
    /// scope hides it.
    graph::node* get(const mapping::model&, std::int64_t key, const site&);
    /// The same of any key. usage_error where it has another number of columns.
    graph::node* get(const mapping::model&, std::span<const value> key, const site&);
    /// Runs a query: its SELECT, its objects, and what its load options ask for with them.
    [[nodiscard]] graph::row_list run(query_plan&, const site&);
    /// The first object, or null: LIMIT 1.
    [[nodiscard]] graph::node* first(const query_plan&, const site&);
    /// A SELECT of values, not of objects.
    [[nodiscard]] engine::cursor rows(const sql::select&, const site&);
    /// Objects of a model from a text of the user's; everything pending is flushed first.
    [[nodiscard]] graph::row_list run_raw(const mapping::model&, std::string_view sql, std::span<const value>,
                                          const site&);
    /// UPDATE over a set; gives the number of rows. Objects in memory stay as they are.
    std::int64_t execute(const sql::update&, const mapping::model&, const site&);
    /// DELETE over a set; gives the number of rows.
    std::int64_t execute(const sql::remove&, const mapping::model&, const site&);
    /// A text of the user's, after a flush of everything.
    std::int64_t execute(std::string_view sql, std::span<const value>, const site&);

    /// Restricts a query on the targets of a relation to those of one owner.
    void plan_along(graph::node& owner, const mapping::relation&, query_plan&, const site&);
    /// All rows of a pivot that link the two objects; without a flush.
    void read_rows_of(const pair_key&);

  private:
    graph::node* load_one(model_state&, engine::cursor&& row, std::span<const value> key, const site&);
    void load_declared(graph::node*, const site&);
    graph::node* load_visible(model_state&, std::span<const value> key, const site&);
    graph::node* load_in_scope(model_state&, std::span<const value> key, const site&);

    session_memory& memory_;
    session_loading& loading_;
    std::vector<graph::node*> scratch_{};
};

}  // namespace kin::detail
