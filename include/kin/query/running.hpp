// What queries ask of their session: compiled functions over descriptors, which the templates in front of them call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include <kin/graph/ref.hpp>
#include <kin/mapping/types.hpp>
#include <kin/query/load_tree.hpp>
#include <kin/sql/expr.hpp>
#include <kin/value/counted.hpp>
#include <kin/value/field.hpp>
#include <kin/value/value.hpp>

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

}  // namespace kin::detail
