// What sessions call: compiled functions over descriptors. The templates in front of them only say which
// model and which member is meant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <kin/graph/ref.hpp>
#include <kin/mapping/types.hpp>
#include <kin/memory/hooks.hpp>
#include <kin/query/running.hpp>
#include <kin/sql/expr.hpp>
#include <kin/value/counted.hpp>
#include <kin/value/field.hpp>
#include <kin/value/value.hpp>

namespace kin {
class database;
class read_your_writes;
}  // namespace kin
namespace kin::engine {
class connection;
}

namespace kin::detail {

class session_core;

[[noreturn]] void throw_moved_session(const site&);
[[nodiscard]] session_core* open_session(database&, const site&);
/// `after` may be null.
[[nodiscard]] session_core* open_reading_session(database&, const read_your_writes* after, const site&);
void close_session(session_core*) noexcept;
void strict(session_core&, bool) noexcept;
void autoflush(session_core&, bool) noexcept;

// -- objects
[[nodiscard]] graph::node* get(session_core&, const mapping::model&, std::int64_t key, const site&);
[[nodiscard]] graph::node* get(session_core&, const mapping::model&, const std::vector<value>& key, const site&);
graph::node& add(session_core&, void* object, const mapping::model&, const site&);
void add(session_core&, graph::node&, const site&);
void remove(session_core&, graph::node&, const site&);
void remove_for_good(session_core&, graph::node&, const site&);
graph::node& bring_back(session_core&, graph::node&, const site&);
void refresh(session_core&, graph::node&, const site&);
void expire(session_core&, graph::node&, const site&);
void expire_all(session_core&, const site&);
void expunge(session_core&, graph::node&, const site&);
void clear(session_core&, const site&);
/// For each of `count` objects side by side: the one of the session or the database with the same values in the columns
/// at these offsets, or itself as a new row.
[[nodiscard]] std::vector<graph::node*> get_or_create(session_core&, const mapping::model&, void* first,
                                                      std::size_t count, std::initializer_list<std::size_t> offsets,
                                                      const site&);
/// `written`: of the object's columns these alone, whatever they hold; null for all that say something.
graph::node& merge(session_core&, void* object, const mapping::model&, const std::vector<std::size_t>* written,
                   const site&);
/// Whether the object is nobody's any more and lives where another session was: it comes in as a copy.
[[nodiscard]] bool left_another(const session_core&, const graph::node&) noexcept;
/// What a column was, for session::history.
bool former(const session_core&, const graph::node&, std::size_t offset, void* member, bool& changed, const site&);
void add_hook(session_core&, event, const mapping::model*, const erased_hook&);
[[nodiscard]] graph::node& node_of(const session_core&, const void* object, const site&);

// -- the unit of work
void flush(session_core&, const site&);
void commit(session_core&, const site&);
void rollback(session_core&, const site&);
[[nodiscard]] std::string explain(session_core&, const site&);
[[nodiscard]] std::size_t savepoint(session_core&, const site&);
void release(session_core&, std::size_t, const site&);
void rollback_to(session_core&, std::size_t, const site&);
[[nodiscard]] std::uint64_t statements(const session_core&) noexcept;
[[nodiscard]] engine::connection& open_connection(session_core&, const site&);
[[nodiscard]] bool dirty(const session_core&);

}  // namespace kin::detail
