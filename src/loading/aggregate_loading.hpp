// What is counted, summed up, … over the relations of objects: with the query that finds them, or for objects that are
// here.
#pragma once

#include <span>
#include <vector>

#include <kin/graph/aggregate_table.hpp>
#include <kin/sql/statement.hpp>

#include "lifecycle/session_memory.hpp"

namespace kin::detail {

struct session_loading;

struct query_plan;

/// The answers lie beside the objects, in the arena's aggregate_table; the next write outdates them. An error leaves
/// the answers of rows before it.
class aggregate_loading {
  public:
    aggregate_loading(session_memory& memory, session_loading& loading) : memory_{memory}, loading_{loading} {}

    /// Counts for objects that are here: SELECT key, (SELECT …) FROM owners WHERE key IN (…), for a thousand at a time.
    /// usage_error for one without a row.
    void load(std::span<graph::node* const>, const mapping::relation&, const graph::aggregate_ask&,
              const sql::expr& condition, const site&);
    /// What was counted for the owner; outdated, it is counted again, with its siblings. raised_load in a strict
    /// session where it was not asked for.
    const void* answer(graph::node& owner, const mapping::relation&, const graph::aggregate_ask&, const site&);
    /// Adds the columns that the query wants counted behind those of its model.
    [[nodiscard]] std::vector<graph::kept_aggregate*> add_aggregates(const query_plan&, sql::select&, const site&);

  private:
    void load_answers(std::span<graph::node* const>, graph::kept_aggregate&, const sql::expr& condition, const site&);

    session_memory& memory_;
    session_loading& loading_;
};

}  // namespace kin::detail
