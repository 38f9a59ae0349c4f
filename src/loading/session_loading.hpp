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
    session_loading(session_memory& of, engine::pool& pool, const counted<database_life>& life)
        : memory{of}, connection{pool, life, of.phase} {}
    /// Of a stream's objects.
    session_loading(session_memory& of, session_connection& outer) : memory{of}, connection{outer, of.phase} {}
    session_loading(const session_loading&) = delete;
    session_loading& operator=(const session_loading&) = delete;

    session_memory& memory;
    session_connection connection;
    flush_gate gate{memory};
    row_hydrator hydrator{connection, memory};
    column_loading columns{connection, hydrator, memory};
    loading_strategies relations{memory, *this};
    aggregate_loading aggregates{memory, *this};
    query_runner queries{memory, *this};
};

}  // namespace kin::detail
