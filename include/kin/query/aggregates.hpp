// What with_count, load_count and their like ask of a relation.
#pragma once

#include <type_traits>

#include <kin/query/path.hpp>

namespace kin::detail {

/// A question about a relation, as long as the call that asks it.
struct asked {
    const mapping::relation& over;
    graph::aggregate_ask what;
    const sql::expr& condition;
};

template <class T, path_step Step>
const mapping::relation& relation_of_model(Step relation) {
    static_assert(std::is_same_v<std::remove_const_t<T>, typename mapping::path_step<Step>::owner>,
                  "kin: this relation belongs to another model than the objects");
    return relation_of(relation);
}

template <class R>
struct pivot_of {
    using type = void;
};
template <class R>
requires requires { typename R::kin_pivot; }
struct pivot_of<R> {
    using type = typename R::kin_pivot;
};

template <class Step, class M>
inline constexpr bool leads_to_column =
    std::is_same_v<M, typename mapping::path_step<Step>::type::kin_relation> ||
    std::is_same_v<M, typename pivot_of<typename mapping::path_step<Step>::type>::type>;

template <class T, class Answer, path_step Step>
asked ask(graph::aggregate what, Step relation, const condition& c, std::string_view alias) {
    return {relation_of_model<T>(relation), graph::ask_for<Answer>(what, alias), c.tree()};
}
template <class T, class Answer, path_step Step, class M, class C>
asked ask(graph::aggregate what, Step relation, C M::*column, const condition& c, std::string_view alias) {
    static_assert(leads_to_column<Step, M>, "kin: this column belongs to another model than the relation leads to");
    return {relation_of_model<T>(relation), graph::ask_for<Answer>(what, column, alias), c.tree()};
}

/// The objects of a handle or of a result.
struct object_list {
    template <class T>
    object_list(const ref<T>& object, const site& where) : object_list{object.kin_node(), where} {}
    template <class T>
    object_list(const rows<T>& objects, const site&) noexcept
        : all{objects.kin_list().begin()}, count{objects.size()} {}
    object_list(graph::node* one, const site&);
    object_list(const object_list&) = delete;

    graph::node* only = nullptr;
    graph::node* const* all = &only;
    std::size_t count = 1;
};

}  // namespace kin::detail
