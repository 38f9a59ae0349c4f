// Rows of chosen columns and expressions instead of objects, and such selects as tables of other queries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <kin/graph/ref.hpp>
#include <kin/mapping/terms.hpp>
#include <kin/query/path.hpp>
#include <kin/query/running.hpp>

namespace kin {

template <class... T>
class projection;
template <class... T>
class derived;

namespace detail {

class table_expression;

/// Reads rows whose columns are objects and values; the objects of one place are siblings, as if a query had found
/// them.
class entity_reader {
  public:
    entity_reader(session_core&, const sql::select&, const site&);
    entity_reader(const entity_reader&) = delete;
    entity_reader& operator=(const entity_reader&) = delete;
    ~entity_reader();

    [[nodiscard]] bool next();
    /// The object at this column, null where a left join found none; moves on to the column behind it.
    [[nodiscard]] graph::node* object(const mapping::model&, int& column);
    void value(const field&, void* to, int& column);
    /// After the last row: loads a path of relations of the objects read, a statement a level.
    void load(const std::vector<const mapping::relation*>& path);

  private:
    struct state;
    state* state_;
};

template <class T>
inline constexpr bool is_entity = false;
template <class M>
inline constexpr bool is_entity<ref<M>> = true;

/// A select of columns, whatever their types.
class selected {
  public:
    selected(const session_link&, const sql::select& from, std::initializer_list<sql::expr> columns);

    /// For `in(…)` and `exists`.
    [[nodiscard]] const sql::select& statement() const noexcept;

  protected:
    void restrict_to(const sql::expr&, const site&);
    void order_by_one(const sql::ordering&);
    void limit_to(std::int64_t);
    void begin_at(std::int64_t);
    void make_distinct();
    [[nodiscard]] sql::expr as_scalar() const;
    [[nodiscard]] selected combined(sql::set_operation, const selected& other) const;
    [[nodiscard]] table_expression table(std::string_view name, bool common) const;
    [[nodiscard]] table_expression itself(std::string_view name) const;
    [[nodiscard]] table_expression recursion(std::string_view name, const selected& step) const;

    session_link session_;
    counted<const sql::select> select_;
};

/// A select under a name, as a table that others read.
class table_expression {
  public:
    /// Puts it into a select: as a source, and among what stands WITH it.
    [[nodiscard]] sql::source joined_to(sql::select&) const;

  protected:
    [[nodiscard]] sql::expr column(std::size_t) const;
    [[nodiscard]] selected selecting(std::initializer_list<sql::expr>) const;

  private:
    friend class selected;
    struct parts;
    explicit table_expression(counted<const parts> p) noexcept : parts_{static_cast<counted<const parts>&&>(p)} {}

    counted<const parts> parts_;
};

}  // namespace detail

namespace detail {
template <class First, class...>
struct first_type {
    using type = First;
};
template <class... T>
using first_of = typename first_type<T...>::type;

/// A std::tuple is not without <tuple>, which costs as much as all relations: only who reads tuples includes it.
template <class T>
concept complete = requires {
    sizeof(T);
};
}  // namespace detail

/// A select as a table: `auto ranked = s.query<Post>().select(&Post::id, over(row_number(), …)).as("ranked");`
/// `auto [id, place] = ranked.columns();` and then `join(ranked, id == col(&Post::id)).where(place <= 3)`.
template <class... T>
class derived : public detail::table_expression {
    static_assert(!(detail::is_entity<T> || ...), "kin: a table is made of columns, not of objects: select members");

  public:
    explicit derived(table_expression t) : table_expression{std::move(t)} {}

    /// Its columns as expressions, in the order that they were selected in.
    [[nodiscard]] std::tuple<expression<T>...> columns() const { return columns(std::index_sequence_for<T...>{}); }
    /// SELECT … FROM it.
    template <class... E>
    [[nodiscard]] auto select(const E&... e) const {
        return projection<detail::expression_type<E>...>{selecting({detail::as_expression(e).tree()...})};
    }

  private:
    template <std::size_t... At>
    std::tuple<expression<T>...> columns(std::index_sequence<At...>) const {
        return {expression<T>{column(At)}...};
    }
};

/// Rows of chosen columns and expressions instead of objects.
template <class... T>
class projection : public detail::selected {
  public:
    explicit projection(detail::selected s) : selected{std::move(s)} {}

    /// Sends the SELECT; a std::vector of std::tuple<T...>, one a row. Objects (`entity<User>()`) are the session's
    /// own, and empty where a left join found none.
    [[nodiscard]] auto all(const site& where = site::current()) {
        using row = std::tuple<T...>;
        static_assert(detail::complete<row>, "kin: rows of selected columns are tuples: include <tuple>");
        if constexpr (!detail::complete<row>) {
            return;  // one error is enough
        } else if constexpr ((detail::is_entity<T> || ...)) {
            std::vector<row> out;
            detail::entity_reader from{session_.at(where), statement(), where};
            while (from.next()) read_all(from, out.emplace_back(), std::index_sequence_for<T...>{});
            for (const auto& path : with_) from.load(path);
            return out;
        } else {
            field fields[]{describe_field<T>(0, "")...};
            const row specimen{};
            place(fields, specimen, std::index_sequence_for<T...>{});
            return read<row>(fields, where);
        }
    }
    /// The first row's first column, or nothing.
    [[nodiscard]] auto value(const site& where = site::current()) {
        using first = detail::first_of<T...>;
        static_assert(!(detail::is_entity<T> || ...), "kin: value() is of a column, not of an object");
        static constexpr field one = describe_field<first>(0, "");
        std::optional<first> out;
        const auto next = [](void* to) -> void* {
            auto& found = *static_cast<std::optional<first>*>(to);
            return found ? nullptr : &found.emplace();
        };
        detail::read_rows(session_.at(where), statement(), &one, 1, {&out, next}, where);
        return out;
    }
    /// One aggregate a row, its members filled in order: as many as there are columns.
    template <class A>
    [[nodiscard]] std::vector<A> into(const site& where = site::current()) {
        static_assert(std::is_aggregate_v<A>, "kin: into<A> needs an aggregate");
        static_assert(mapping::members_in<A> == sizeof...(T), "kin: into<A> needs a member for each selected column");
        const mapping::model_declaration& d = mapping::declaration_of<A>();
        field fields[sizeof...(T)];
        for (std::size_t i = 0; i < sizeof...(T); ++i) {
            fields[i] = d.members[i]->io;
            fields[i].offset = distance(d.base, d.addresses[i]);
        }
        return read<A>(fields, where);
    }
    /// The one column as an expression of an outer query; NULL where there is no row.
    [[nodiscard]] auto scalar() const {
        using first = detail::first_of<T...>;
        return expression<detail::maybe<first, true>>{as_scalar()};
    }

    /// What comes with the rows' objects, for all of them: `select(entity<Post>(),
    /// entity<User>()).with(&Post::comments)`.
    template <detail::path_step First, detail::path_step... Rest>
    projection& with(First first, Rest... rest) {
        using owner = typename mapping::path_step<First>::owner;
        static_assert((std::is_same_v<T, ref<owner>> || ...), "kin: no object in these rows has this relation");
        detail::follow<owner>(with_.emplace_back(), first, rest...);
        return *this;
    }

    /// Both this and what was asked before, of the rows before they are combined with others.
    projection& where(const condition& c, const site& at = site::current()) {
        restrict_to(c.tree(), at);
        return *this;
    }
    /// Of combined selects: columns that are selected.
    template <class... Order>
    projection& order_by(const Order&... order) {
        (order_by_one(detail::as_ordering(order)), ...);
        return *this;
    }
    projection& limit(std::int64_t n) {
        limit_to(n);
        return *this;
    }
    projection& offset(std::int64_t n) {
        begin_at(n);
        return *this;
    }
    projection& distinct() {
        make_distinct();
        return *this;
    }

    /// UNION, UNION ALL, INTERSECT, EXCEPT, from left to right; order and limit set afterwards are about the whole.
    [[nodiscard]] projection unite(const projection& other) const {
        return projection{combined(sql::set_operation::unite, other)};
    }
    [[nodiscard]] projection unite_all(const projection& other) const {
        return projection{combined(sql::set_operation::unite_all, other)};
    }
    [[nodiscard]] projection intersect(const projection& other) const {
        return projection{combined(sql::set_operation::intersect, other)};
    }
    [[nodiscard]] projection except(const projection& other) const {
        return projection{combined(sql::set_operation::except, other)};
    }

    /// As a table of another query: `(SELECT …) AS name`.
    [[nodiscard]] derived<T...> as(std::string_view name) const { return derived<T...>{table(name, false)}; }
    /// The same as `WITH name AS (SELECT …)`, written once however often the statement reads it.
    [[nodiscard]] derived<T...> as_cte(std::string_view name) const { return derived<T...>{table(name, true)}; }
    /// WITH RECURSIVE: these rows, and as long as there are new ones those that `step(above)` selects.
    template <class Step>
    [[nodiscard]] derived<T...> recursive(std::string_view name, const Step& step) const {
        const derived<T...> above{itself(name)};
        static_assert(std::is_same_v<decltype(step(above)), projection>,
                      "kin: the step of a recursion must select columns of the same types as its beginning");
        return derived<T...>{recursion(name, step(above))};
    }

  private:
    static std::uint32_t distance(const volatile void* from, const volatile void* to) noexcept {
        return static_cast<std::uint32_t>(static_cast<const volatile char*>(to) -
                                          static_cast<const volatile char*>(from));
    }
    template <std::size_t... At>
    static void place(field* fields, const std::tuple<T...>& specimen, std::index_sequence<At...>) noexcept {
        ((fields[At].offset = distance(&specimen, &get<At>(specimen))), ...);
    }
    template <class Row>
    std::vector<Row> read(const field* fields, const site& where) {
        std::vector<Row> out;
        const auto next = [](void* to) -> void* { return &static_cast<std::vector<Row>*>(to)->emplace_back(); };
        detail::read_rows(session_.at(where), statement(), fields, sizeof...(T), {&out, next}, where);
        return out;
    }
    std::vector<std::vector<const mapping::relation*>> with_{};

    template <class Row, std::size_t... At>
    static void read_all(detail::entity_reader& from, Row& to, std::index_sequence<At...>) {
        int column = 0;
        (read_one(from, get<At>(to), column), ...);
    }
    template <class V>
    static void read_one(detail::entity_reader& from, V& to, int& column) {
        if constexpr (detail::is_entity<V>) {
            to = V::of(from.object(mapping::model_of<typename V::element_type>(), column));
        } else {
            static constexpr field f = describe_field<V>(0, "");
            from.value(f, &to, column);
        }
    }
};

namespace detail {
/// All columns of a model, for a select.
[[nodiscard]] sql::expr entity_columns(const mapping::model&, std::string_view alias);
}  // namespace detail

namespace expr {

/// A model's object in a select: `s.query<Post>().join(&Post::author).select(entity<Post>(), entity<User>())`.
template <class M>
[[nodiscard]] expression<ref<M>> entity() {
    return expression<ref<M>>{detail::entity_columns(mapping::model_of<M>(), {})};
}
template <class M>
[[nodiscard]] expression<ref<M>> entity(const alias<M>& of) {
    return expression<ref<M>>{detail::entity_columns(mapping::model_of<M>(), of.source().alias)};
}

}  // namespace expr
}  // namespace kin
