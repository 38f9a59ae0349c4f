// Everything of a session that reads: the parts of loading/, from the ground up.
#pragma once

#include "loading/aggregate_loading.hpp"
#include "loading/loading_strategies.hpp"
#include "loading/query_runner.hpp"
#include "reading/column_loading.hpp"
#include "reading/flush_gate.hpp"
#include "reading/row_hydrator.hpp"
#include "reading/session_connection.hpp"

namespace kin::detail {

struct session_loading {
    session_loading(session_memory& memory, engine::pool& pool, const counted<database_life>& life)
        : connection{pool, life, memory.phase},
          gate{memory},
          hydrator{connection, memory},
          columns{connection, hydrator, memory},
          relations{memory, *this},
          aggregates{memory, *this},
          queries{memory, *this} {}
    /// Of a stream's objects.
    session_loading(session_memory& memory, session_connection& outer)
        : connection{outer, memory.phase},
          gate{memory},
          hydrator{connection, memory},
          columns{connection, hydrator, memory},
          relations{memory, *this},
          aggregates{memory, *this},
          queries{memory, *this} {}
    session_loading(const session_loading&) = delete;
    session_loading& operator=(const session_loading&) = delete;

    session_connection connection;
    flush_gate gate;
    row_hydrator hydrator;
    column_loading columns;
    loading_strategies relations;
    aggregate_loading aggregates;
    query_runner queries;
};

}  // namespace kin::detail
