// From rows to objects: one row, one object, by way of the identity map.
#pragma once

#include <cstdint>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/graph/ref.hpp>

#include "lifecycle/session_memory.hpp"
#include "memory/model_state.hpp"
#include "reading/session_connection.hpp"
#include "statements/row_shape.hpp"

namespace kin::detail {

/// Rows become objects, each key looked up in the identity map first: an object is in memory once. Rows that are whole
/// objects with an integer key, nearly all of them, take the short way of row_reader. An error (of a codec, of a hook)
/// leaves the objects of the rows before it in the identity map.
class row_hydrator {
  public:
    row_hydrator(session_connection& connection, session_memory& memory) : connection_{connection}, memory_{memory} {}

    /// The statements of a model in the dialect of the connection, which it opens.
    const model_sql& sql_of(model_state&, const mapping::model&, const site&);
    /// The object of the current row, whose columns begin at `first`: a new one, or the one that has this key, which
    /// stays as it is but for what it lacks (with `refresh`: which takes the row's values). `shape`: where the row has
    /// which columns; null for all in their order.
    graph::node* hydrate(model_state&, engine::cursor&, int first, graph::group*, bool refresh,
                         const row_shape* shape = nullptr);
    /// A row of an object that the session has: it stays as it is, but for what it lacks, or what is expired;
    /// `refresh`: it takes the row's values.
    graph::node* hydrate_known(graph::node&, engine::cursor&, int first, graph::group*, bool refresh, const row_shape*);
    /// A new object of a row: that it is here is undone with the rest, and its hooks are called.
    void now_read(graph::node&);  // row_reader.hpp
    /// A group for the objects that a statement brings; finish_rows or list_rows ends it.
    graph::group* new_group(const mapping::model&, const site&);
    /// The group, or its copy for those of its objects that lack these columns.
    graph::group* lacking(graph::group&, std::uint64_t columns);
    /// Lists the objects that came with a group, in their order: the siblings that a batch serves.
    void list_rows(graph::group&, graph::node* const*, std::size_t count) noexcept;
    /// The end of a statement: lists its rows for the group and gives them as a result.
    graph::row_list finish_rows(graph::group*, std::vector<graph::node*>&);

  private:
    void announce_read(graph::node&);

    session_connection& connection_;
    session_memory& memory_;
};

/// Brings columns of a row into an object and into its snapshot: they are no change. What was assigned to them since
/// stays, or is lost.
void supply(graph::node&, const row_shape&, engine::cursor&, int first, std::uint64_t columns, bool over_changes,
            graph::arena& home);
/// The object has these columns now, those among them that are deferred.
void mark_read(graph::node&, std::uint64_t columns) noexcept;
/// The row's values over an object that exists; its relations are the caller's business. Returns them packed.
const std::byte* overwrite(graph::node&, const mapping::model&, engine::cursor&, int first, graph::arena& home);
/// The same error, which says whose row could not be read.
[[noreturn]] void throw_of_row(const mapping::model&, const conversion_error&, const std::string& key);
/// The object that the primary key in a row, from a column on, leads to.
[[nodiscard]] graph::node* node_at(graph::pool&, engine::cursor&, int first);

}  // namespace kin::detail
