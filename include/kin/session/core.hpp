// What sessions and queries call: compiled functions over descriptors. The templates in front of them only say which
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
#include <kin/session/hooks.hpp>
#include <kin/session/load_tree.hpp>
#include <kin/sql/expr.hpp>
#include <kin/value/counted.hpp>
#include <kin/value/field.hpp>
#include <kin/value/value.hpp>

namespace kin {
class database;
}
namespace kin::engine {
class connection;
}

namespace kin::detail {

class session_core;
struct asked;
struct object_list;

/// A query on one model, as data. Only compiled functions know its parts, which are slow to compile.
struct query_plan;

/// The query plan of one builder.
class plan_owner {
  public:
    explicit plan_owner(const mapping::model&);
    plan_owner(const plan_owner&);
    plan_owner(plan_owner&& other) noexcept : plan_{other.plan_} { other.plan_ = nullptr; }
    plan_owner& operator=(plan_owner other) noexcept {
        query_plan* mine = plan_;
        plan_ = other.plan_;
        other.plan_ = mine;
        return *this;
    }
    ~plan_owner();
    [[nodiscard]] query_plan& operator*() noexcept { return *plan_; }
    [[nodiscard]] const query_plan& operator*() const noexcept { return *plan_; }

  private:
    query_plan* plan_;
};

/// Where the rows of a projection go: `next` makes room for one more, or says with null that no more are wanted.
struct row_sink {
    void* rows;
    void* (*next)(void* rows);
};

struct session_life;

/// Leads to a session for as long as it is there: queries, projections and savepoints may outlive it.
class session_link {
  public:
    explicit session_link(session_core&);
    /// usage_error where the session is gone.
    [[nodiscard]] session_core& at(const site&) const;
    [[nodiscard]] session_core* find() const noexcept;

  private:
    counted<session_life> life_;
};

[[noreturn]] void throw_moved_session(const site&);
[[nodiscard]] session_core* open_session(database&, const site&);
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
graph::node& merge(session_core&, void* object, const mapping::model&, const site&);
/// Whether the object is nobody's any more and lives where another session was: it comes in as a copy.
[[nodiscard]] bool left_another(const session_core&, const graph::node&) noexcept;
/// What a column was, for session::history.
bool former(const session_core&, const graph::node&, std::size_t offset, void* member, bool& changed, const site&);
void add_hook(session_core&, event, const mapping::model*, const erased_hook&);
[[nodiscard]] graph::node& node_of(const session_core&, const void* object, const site&);

// -- queries
[[nodiscard]] graph::row_list run(session_core&, query_plan&, const site&);
void read_rows(session_core&, const sql::select&, const field*, std::size_t fields, row_sink, const site&);
[[nodiscard]] graph::row_list run_raw(session_core&, const mapping::model&, std::string_view sql,
                                      const std::vector<value>&, const site&);
std::int64_t execute(session_core&, std::string_view sql, const std::vector<value>&, const site&);
void load(session_core&, graph::node* const*, std::size_t count, const std::vector<const mapping::relation*>& path,
          bool missing_only, const site&);
void load(session_core&, graph::node* const*, std::size_t count, const load_tree&, bool missing_only, const site&);
/// Counts, sums, … over a relation of objects that are here, kept beside them.
void load(session_core&, const object_list&, const asked&, const site&);
/// The columns at these offsets, of those that lack them; of all of them `again`.
void load_columns(session_core&, graph::node* const*, std::size_t count, std::initializer_list<std::size_t> offsets,
                  bool again, const site&);
/// A column or, where it says so, a relation.
struct named_member {
    std::size_t offset;
    const mapping::relation* relation;
};
/// Reads these again.
void refresh(session_core&, graph::node&, std::initializer_list<named_member>, const site&);
[[nodiscard]] bool has_column(const graph::node&, std::size_t offset);

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
