// Relations in conditions: whether there is a related row, how many, and which. Correlated subqueries, so they stand
// wherever an expression does: in where, order_by and projections.
#pragma once

#include <initializer_list>
#include <type_traits>
#include <vector>

#include <kin/query/path.hpp>

namespace kin {

namespace detail {

/// EXISTS (SELECT 1 FROM the relation's targets WHERE they are the row's own AND the condition).
[[nodiscard]] sql::expr existing(const mapping::relation&, const sql::expr& condition, bool negated, const site&);
/// (SELECT the aggregate FROM the same); empty: their number.
[[nodiscard]] sql::expr related(const mapping::relation&, const sql::expr& aggregate, const sql::expr& condition,
                                const site&);
/// The same along several relations, EXISTS within EXISTS.
[[nodiscard]] sql::expr existing(const std::vector<const mapping::relation*>& path, const sql::expr& condition,
                                 bool negated, const site&);
/// The same for the owner under an alias.
[[nodiscard]] sql::expr existing(std::string_view owner_alias, const mapping::relation&, const sql::expr& condition,
                                 bool negated, const site&);
[[nodiscard]] sql::expr related_to(graph::node* owner, const mapping::relation&, const site&);

/// A relation as a part of a condition.
class relation_side {
  public:
    explicit relation_side(const mapping::relation& r) noexcept : relation_{&r} {}

    /// Whether the relation leads to one of these, where null stands for "to nothing".
    [[nodiscard]] condition leads_to(const std::vector<graph::node*>&, bool negated, const site&) const;

  private:
    const mapping::relation* relation_;
};

template <class T, class U>
graph::node* handled(const ref<U>& object) noexcept {
    static_assert(std::is_same_v<T, std::remove_const_t<U>>,
                  "kin: the relation leads to another model than the handle");
    return object.kin_node();
}

template <class T, class Objects>
std::vector<graph::node*> handled_all(const Objects& objects) {
    std::vector<graph::node*> nodes;
    for (const auto& each : objects) nodes.push_back(handled<T>(each));
    return nodes;
}
template <class T, class U>
std::vector<graph::node*> handled_all(const rows<U>& objects) {
    static_assert(std::is_same_v<T, U>, "kin: the relation leads to another model than the rows");
    return {objects.kin_list().begin(), objects.kin_list().end()};
}

template <class Relation>
requires std::is_base_of_v<relation_side, Relation> sql::ordering as_ordering(const Relation&) {
    static_assert(!std::is_same_v<Relation, Relation>, "kin: this member is a relation, not a column");
    return {};
}

}  // namespace detail

/// `col(&Post::author)`: the key where the row holds it, else EXISTS. An object without a row is a usage_error.
template <class T>
class related_one : public detail::relation_side {
  public:
    using detail::relation_side::relation_side;

    /// One of these objects; an empty handle stands for none.
    [[nodiscard]] condition in(std::initializer_list<ref<T>> objects, const site& where = site::current()) const {
        return leads_to(detail::handled_all<T>(objects), false, where);
    }
    template <class Objects>
    [[nodiscard]] condition in(const Objects& objects, const site& where = site::current()) const {
        return leads_to(detail::handled_all<T>(objects), false, where);
    }
    [[nodiscard]] condition not_in(std::initializer_list<ref<T>> objects, const site& where = site::current()) const {
        return leads_to(detail::handled_all<T>(objects), true, where);
    }
    template <class Objects>
    [[nodiscard]] condition not_in(const Objects& objects, const site& where = site::current()) const {
        return leads_to(detail::handled_all<T>(objects), true, where);
    }
    [[nodiscard]] condition is_null(const site& where = site::current()) const {
        return leads_to({nullptr}, false, where);
    }
    [[nodiscard]] condition is_not_null(const site& where = site::current()) const {
        return leads_to({nullptr}, true, where);
    }
};

/// `col(&User::posts)`.
template <class T>
class related_many : public detail::relation_side {
  public:
    using detail::relation_side::relation_side;

    /// EXISTS (… AND the member's key = ?). An object without a row is a usage_error.
    template <class U>
    [[nodiscard]] condition contains(const ref<U>& member, const site& where = site::current()) const {
        return leads_to({detail::handled<T>(member)}, false, where);
    }
};

template <class T, class U>
[[nodiscard]] condition operator==(const related_one<T>& relation, const ref<U>& object) {
    return relation.leads_to({detail::handled<T>(object)}, false, site::current());
}
/// Another one, or none.
template <class T, class U>
[[nodiscard]] condition operator!=(const related_one<T>& relation, const ref<U>& object) {
    return relation.leads_to({detail::handled<T>(object)}, true, site::current());
}
template <class T>
[[nodiscard]] condition operator==(const related_one<T>& relation, std::nullptr_t) {
    return relation.is_null();
}
template <class T>
[[nodiscard]] condition operator!=(const related_one<T>& relation, std::nullptr_t) {
    return relation.is_not_null();
}

namespace detail {
template <class R>
using related_of = std::conditional_t<std::is_base_of_v<graph::to_many, R>, related_many<typename R::kin_relation>,
                                      related_one<typename R::kin_relation>>;

/// An aggregate over a column or an expression of the targets, as a subquery.
template <class Step, class T>
expression<T> related(Step relation, const expression<T>& aggregate, const condition& c, const site& where) {
    return expression<T>{related(relation_of(relation), aggregate.tree(), c.tree(), where)};
}

/// A relation, or a proxy: then the condition is about what it shows.
template <class Step>
sql::expr existing_at(Step step, const sql::expr& condition, bool negated, const site& where) {
    if constexpr (relation_member<typename mapping::path_step<Step>::type>) {
        return existing(relation_of(step), condition, negated, where);
    } else {
        std::vector<const mapping::relation*> path;
        follow<typename mapping::path_step<Step>::owner>(path, step);
        return existing(path, condition, negated, where);
    }
}
template <class M, class Step>
const mapping::relation& relation_under(Step relation) {
    static_assert(std::is_same_v<M, typename mapping::path_step<Step>::owner>,
                  "kin: this relation belongs to another model than the alias");
    return relation_of(relation);
}
}  // namespace detail

namespace expr {

/// A relation in a condition: `col(&Post::author) == ada`, `col(&User::posts).contains(post)`.
template <class M, class R>
requires detail::relation_member<R>
[[nodiscard]] detail::related_of<R> col(R M::*relation) { return detail::related_of<R>{detail::relation_of(relation)}; }
template <class M, class R, name_literal Name>
[[nodiscard]] detail::related_of<R> col(const outside_relation<M, R, Name>& relation) {
    return detail::related_of<R>{detail::relation_of(relation)};
}

/// Rows that the relation leads to, for which the condition holds, exist. The condition is about the relation's model,
/// and of a many_to_many also about its pivot; it may hold further `any`.
template <detail::path_step Step>
[[nodiscard]] condition any(Step relation, const condition& c = {}, const site& where = site::current()) {
    return condition{detail::existing_at(relation, c.tree(), false, where)};
}
/// There is none of them.
template <detail::path_step Step>
[[nodiscard]] condition none(Step relation, const condition& c = {}, const site& where = site::current()) {
    return condition{detail::existing_at(relation, c.tree(), true, where)};
}
/// The same of rows that the query reads under an alias: `any(boss, &User::posts)`.
template <class M, detail::path_step Step>
[[nodiscard]] condition any(const alias<M>& of, Step relation, const condition& c = {},
                            const site& where = site::current()) {
    return condition{detail::existing(of.source().alias, detail::relation_under<M>(relation), c.tree(), false, where)};
}
template <class M, detail::path_step Step>
[[nodiscard]] condition none(const alias<M>& of, Step relation, const condition& c = {},
                             const site& where = site::current()) {
    return condition{detail::existing(of.source().alias, detail::relation_under<M>(relation), c.tree(), true, where)};
}
/// How many of them: `count(&User::posts, col(&Post::published) == true) >= 3`.
template <detail::path_step Step>
requires detail::relation_member<typename mapping::path_step<Step>::type>
[[nodiscard]] expression<std::int64_t> count(Step relation, const condition& c = {},
                                             const site& where = site::current()) {
    return expression<std::int64_t>{detail::related(detail::relation_of(relation), {}, c.tree(), where)};
}
/// Over a column or an expression of them: `sum(&User::posts, &Post::views)`; NULL where there is none.
template <detail::path_step Step, class E>
[[nodiscard]] auto sum(Step relation, const E& what, const condition& c = {}, const site& where = site::current()) {
    return detail::related(relation, sum(detail::as_expression(what)), c, where);
}
template <detail::path_step Step, class E>
[[nodiscard]] auto(min)(Step relation, const E& what, const condition& c = {}, const site& where = site::current()) {
    return detail::related(relation, (min)(detail::as_expression(what)), c, where);
}
template <detail::path_step Step, class E>
[[nodiscard]] auto(max)(Step relation, const E& what, const condition& c = {}, const site& where = site::current()) {
    return detail::related(relation, (max)(detail::as_expression(what)), c, where);
}
template <detail::path_step Step, class E>
[[nodiscard]] auto avg(Step relation, const E& what, const condition& c = {}, const site& where = site::current()) {
    return detail::related(relation, avg(detail::as_expression(what)), c, where);
}

/// What the owner's relation leads to: `query<Post>().where(with_parent(ada, &User::posts))`. A usage_error where the
/// owner has no row.
template <class P, detail::path_step Step>
[[nodiscard]] condition with_parent(const ref<P>& owner, Step relation, const site& where = site::current()) {
    static_assert(std::is_same_v<std::remove_const_t<P>, typename mapping::path_step<Step>::owner>,
                  "kin: this relation belongs to another model than the handle");
    return condition{detail::related_to(owner.kin_node(), detail::relation_of(relation), where)};
}

}  // namespace expr
}  // namespace kin
