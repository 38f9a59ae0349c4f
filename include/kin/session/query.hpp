// query<T>: a typed front over a statement as data. Nothing is sent before a terminal: all, first, one, count, ….
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <kin/graph/relations.hpp>
#include <kin/mapping/column.hpp>
#include <kin/session/core.hpp>

namespace kin {

namespace detail {

template <class Relation>
concept relation_member = requires {
    typename Relation::kin_relation;
};

/// The relation of a member, checked against both models.
template <class M, class R>
const mapping::relation& relation_of(R M::*member) {
    static_assert(relation_member<R>, "kin: this member is a column, not a relation");
    using target = typename R::kin_relation;
    static_assert(sizeof(target) > 0, "kin: the relation's model is only declared here: include its definition first");
    static_assert(mapping::check_keys<M, target, R>());
    (void)mapping::model_of<target>();
    return *mapping::find_relation_at(mapping::model_of<M>(), mapping::offset_of(member));
}

/// Walks a path of members, each of the model that the one before leads to.
template <class From>
void follow(std::vector<const mapping::relation*>&) {}
template <class From, class M, class R, class... Rest>
void follow(std::vector<const mapping::relation*>& path, R M::*member, Rest... rest) {
    static_assert(
        std::is_same_v<From, M>,
        "kin: this path is broken: each member must belong to the model that the relation before it leads to");
    constexpr bool is_relation = relation_member<R>;
    static_assert(is_relation, "kin: this member is a column, not a relation");
    if constexpr (std::is_same_v<From, M> && is_relation) {
        path.push_back(&relation_of(member));
        follow<typename R::kin_relation>(path, rest...);
    }
}

/// Adds a path to a tree of relations to load.
void add_path(std::vector<eager>&, const std::vector<const mapping::relation*>& path);
/// The same from text, `posts.comments`, checked against the mapping.
void add_path(std::vector<eager>&, const mapping::model&, std::string_view dotted, const site&);

const sql::ordering& as_ordering(const sql::ordering&);
template <class T>
sql::ordering as_ordering(const expression<T>& e) {
    return {e.tree(), false, {}};
}
template <class M, class T>
sql::ordering as_ordering(T M::*member) {
    return {expr::col(member).tree(), false, {}};
}
template <class T>
const expression<T>& as_expression(const expression<T>& e) {
    return e;
}
template <class M, class T>
expression<T> as_expression(T M::*member) {
    return expr::col(member);
}
template <class E>
using expression_type = typename std::remove_cvref_t<decltype(as_expression(std::declval<E>()))>::type;

void start(query_plan&, const mapping::model&);
void restrict_to(query_plan&, const sql::expr&);
void order(query_plan&, sql::ordering);
void join(query_plan&, sql::join_kind, sql::source, const sql::expr& on);
/// Joins along a relation: the ON is its key.
void join(query_plan&, sql::join_kind, const mapping::relation&);
[[nodiscard]] std::int64_t count(session_core&, const query_plan&, const site&);
[[nodiscard]] bool exists(session_core&, const query_plan&, const site&);
[[nodiscard]] sql::expr named_condition(const mapping::model&, std::string_view column, std::string_view op, value,
                                        const site&);
void named_order(query_plan&, std::string_view names, const site&);
[[noreturn]] void throw_no_row(const mapping::model&, const site&);
[[noreturn]] void throw_not_one(const mapping::model&, bool none, const site&);
std::int64_t update(session_core&, const query_plan&, std::vector<sql::assignment>, const site&);
std::int64_t remove(session_core&, const query_plan&, const site&);

}  // namespace detail

namespace expr {

/// column = value (or expression), for `query.update(set(&Post::views, 0), …)`.
template <class M, class T, class V>
[[nodiscard]] sql::assignment set(T M::*member, const V& to) {
    using base = detail::base_of<T>;
    static_assert(
        detail::is_null_constant<V> ? detail::is_nullable<T> : detail::are_comparable<base, detail::base_of<V>>(),
        "kin: a column of this type cannot be set to a value of that type");
    const mapping::model& m = mapping::model_of<M>();
    const sql::expr column = mapping::column_expression(m, mapping::offset_of(member));
    return {column->text, detail::as_operand<base>(to)};
}

}  // namespace expr

/// Rows of chosen columns and expressions instead of objects.
template <class... T>
class projection {
  public:
    projection(detail::session_core& core, sql::select select) : core_{core}, select_{std::move(select)} {}

    /// Sends the SELECT; one tuple a row.
    [[nodiscard]] std::vector<std::tuple<T...>> all(const site& where = site::current()) {
        std::vector<std::tuple<T...>> out;
        engine::cursor row = detail::rows(core_, select_, where);
        while (row.next()) out.push_back(read(row, std::index_sequence_for<T...>{}));
        return out;
    }
    /// The first row's first column, or nothing.
    [[nodiscard]] auto value(const site& where = site::current()) {
        using first = std::tuple_element_t<0, std::tuple<T...>>;
        std::optional<first> out;
        engine::cursor row = detail::rows(core_, select_, where);
        if (row.next()) out = std::get<0>(read(row, std::index_sequence_for<T...>{}));
        return out;
    }
    /// One aggregate a row, its members filled in order: as many as there are columns.
    template <class A>
    [[nodiscard]] std::vector<A> into(const site& where = site::current()) {
        static_assert(std::is_aggregate_v<A>, "kin: into<A> needs an aggregate");
        static_assert(mapping::members_in<A> == sizeof...(T), "kin: into<A> needs a member for each selected column");
        const mapping::model_declaration& d = mapping::declaration_of<A>();
        std::array<field, sizeof...(T)> fields;
        for (std::size_t i = 0; i < sizeof...(T); ++i) {
            fields[i] = d.members[i]->io;
            fields[i].offset = static_cast<std::uint32_t>(static_cast<const volatile char*>(d.addresses[i]) -
                                                          static_cast<const volatile char*>(d.base));
        }
        std::vector<A> out;
        engine::cursor row = detail::rows(core_, select_, where);
        while (row.next()) row.decode(fields, &out.emplace_back());
        return out;
    }
    /// For `in(…)` and scalar subqueries.
    [[nodiscard]] const sql::select& statement() const noexcept { return select_; }
    /// The one column as an expression of an outer query; NULL where there is no row.
    [[nodiscard]] auto scalar() const {
        using first = std::tuple_element_t<0, std::tuple<T...>>;
        return expression<detail::maybe<first, true>>{sql::subquery(select_)};
    }

  private:
    template <std::size_t... I>
    static std::tuple<T...> read(engine::cursor& row, std::index_sequence<I...>) {
        std::tuple<T...> out;
        (read_one(row, std::get<I>(out), static_cast<int>(I)), ...);
        return out;
    }
    template <class V>
    static void read_one(engine::cursor& row, V& to, int column) {
        static constexpr field f = describe_field<V>(0, "");
        row.decode({&f, 1}, &to, column);
    }

    detail::session_core& core_;
    sql::select select_;
};

template <class T>
class query {
  public:
    explicit query(detail::session_core& core) : core_{&core} { detail::start(plan_, mapping::model_of<T>()); }

    /// Both this and what was asked before.
    query& where(const condition& c) {
        detail::restrict_to(plan_, c.tree());
        return *this;
    }
    /// Names and operators from outside, verified: unknown_name lists what there is.
    query& where(std::string_view column, std::string_view op, value v, const site& at = site::current()) {
        detail::restrict_to(plan_, detail::named_condition(*plan_.what, column, op, std::move(v), at));
        return *this;
    }
    template <class... Order>
    requires(sizeof...(Order) > 0 &&
             !(std::is_convertible_v<Order, std::string_view> || ...)) query& order_by(const Order&... order) {
        (detail::order(plan_, detail::as_ordering(order)), ...);
        return *this;
    }
    /// `"-created_at,title"`: column names from outside, verified; `-` for descending.
    query& order_by(std::string_view names, const site& at = site::current()) {
        detail::named_order(plan_, names, at);
        return *this;
    }
    query& limit(std::int64_t n) {
        plan_.select.limit = n;
        return *this;
    }
    query& offset(std::int64_t n) {
        plan_.select.offset = n;
        return *this;
    }
    query& distinct() {
        plan_.select.distinct = true;
        return *this;
    }
    template <class... E>
    query& group_by(const E&... e) {
        (plan_.select.group_by.push_back(detail::as_expression(e).tree()), ...);
        return *this;
    }
    query& having(const condition& c) {
        plan_.select.having = sql::both(plan_.select.having, c.tree());
        return *this;
    }

    /// INNER JOIN along a relation of a model of this query.
    template <class M, class R>
    query& join(R M::*relation) {
        return join_along(sql::join_kind::inner, detail::relation_of(relation));
    }
    template <class M, class R>
    query& left_join(R M::*relation) {
        return join_along(sql::join_kind::left, detail::relation_of(relation));
    }
    template <class M>
    query& join(const condition& on) {
        return join_source(sql::join_kind::inner, mapping::source_of(mapping::model_of<M>()), on);
    }
    template <class M>
    query& left_join(const condition& on) {
        return join_source(sql::join_kind::left, mapping::source_of(mapping::model_of<M>()), on);
    }
    template <class M>
    query& join(const alias<M>& other, const condition& on) {
        return join_source(sql::join_kind::inner, other.source(), on);
    }
    template <class M>
    query& left_join(const alias<M>& other, const condition& on) {
        return join_source(sql::join_kind::left, other.source(), on);
    }

    /// Loads a path of relations with the result, a statement for each step: `with(&User::posts, &Post::comments)`.
    template <class M, class R, class... Rest>
    query& with(R M::*first, Rest... rest) {
        std::vector<const mapping::relation*> path;
        detail::follow<T>(path, first, rest...);
        detail::add_path(plan_.with, path);
        return *this;
    }
    /// The same from outside: `with("posts.comments")`; unknown_name lists what there is.
    query& with(std::string_view path, const site& at = site::current()) {
        detail::add_path(plan_.with, *plan_.what, path, at);
        return *this;
    }
    /// Objects that the session knows already take the values of the row; changes to them are lost.
    query& refresh() {
        plan_.refresh = true;
        return *this;
    }

    /// Sends the SELECT, and one more for each relation asked for.
    [[nodiscard]] rows<T> all(const site& at = site::current()) { return rows<T>{detail::run(*core_, plan_, at)}; }
    /// The first, or an empty handle. LIMIT 1.
    [[nodiscard]] ref<T> first(const site& at = site::current()) {
        detail::query_plan one = plan_;
        one.select.limit = 1;
        const graph::row_list found = detail::run(*core_, one, at);
        return found.size() == 0 ? ref<T>{} : ref<T>::of(*found.begin());
    }
    /// The only one; not_found or multiple_found where there is none or more. LIMIT 2.
    [[nodiscard]] ref<T> one(const site& at = site::current()) {
        ref<T> r = one_or_none(at);
        if (!r) detail::throw_not_one(*plan_.what, true, at);
        return r;
    }
    /// The only one, or an empty handle; multiple_found where there are more. LIMIT 2.
    [[nodiscard]] ref<T> one_or_none(const site& at = site::current()) {
        detail::query_plan two = plan_;
        two.select.limit = 2;
        const graph::row_list found = detail::run(*core_, two, at);
        if (found.size() > 1) detail::throw_not_one(*plan_.what, false, at);
        return found.size() == 0 ? ref<T>{} : ref<T>::of(*found.begin());
    }
    /// SELECT count(*) of what `all` would return.
    [[nodiscard]] std::int64_t count(const site& at = site::current()) const {
        return detail::count(*core_, plan_, at);
    }
    [[nodiscard]] bool exists(const site& at = site::current()) const { return detail::exists(*core_, plan_, at); }

    /// Columns and expressions instead of objects.
    template <class... E>
    [[nodiscard]] auto select(const E&... e) const {
        sql::select s = plan_.select;
        s.columns.clear();
        (s.columns.push_back({detail::as_expression(e).tree(), {}}), ...);
        return projection<detail::expression_type<E>...>{*core_, std::move(s)};
    }

    /// UPDATE … WHERE; returns the rows changed. Objects in memory are not: refresh or expire them.
    template <class... Assignment>
    std::int64_t update(const Assignment&... set) {
        return detail::update(*core_, plan_, {set...}, site::current());
    }
    /// DELETE … WHERE; returns the rows removed. No cascade but the database's.
    std::int64_t remove(const site& at = site::current()) { return detail::remove(*core_, plan_, at); }

  private:
    query& join_along(sql::join_kind how, const mapping::relation& r) {
        detail::join(plan_, how, r);
        return *this;
    }
    query& join_source(sql::join_kind how, sql::source to, const condition& on) {
        detail::join(plan_, how, std::move(to), on.tree());
        return *this;
    }

    detail::session_core* core_;
    detail::query_plan plan_{};
};

}  // namespace kin
