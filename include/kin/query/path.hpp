// Members as relations and as what a query orders by, checked against their models.
#pragma once

#include <type_traits>
#include <vector>

#include <kin/graph/outside.hpp>
#include <kin/graph/relations.hpp>
#include <kin/mapping/column.hpp>
#include <kin/mapping/terms.hpp>

// Windows' headers define these words.
#pragma push_macro("far")
#undef far

namespace kin::detail {

template <class Relation>
concept relation_member = requires {
    typename Relation::kin_relation;
};

template <class Relation>
concept morph_member = relation_member<Relation> && requires {
    Relation::kin_morph;
};

/// The relation of a member, checked against both models.
template <class M, class R>
const mapping::relation& relation_of(R M::*member) {
    static_assert(relation_member<R>, "kin: this member is a column, not a relation");
    static_assert(!morph_member<R>, "kin: a morph_to leads to several models: name them, any<Post, Video>(…)");
    using target = typename R::kin_relation;
    static_assert(sizeof(target) > 0, "kin: the relation's model is only declared here: include its definition first");
    if constexpr (!morph_member<R>) {  // one error is enough
        static_assert(mapping::check_keys<M, target, R>());
        (void)mapping::model_of<target>();
    }
    return *mapping::find_relation_at(mapping::model_of<M>(), mapping::offset_of(member));
}

template <class M, class R, name_literal Name>
const mapping::relation& relation_of(const outside_relation<M, R, Name>& step) {
    using target = typename R::kin_relation;
    static_assert(mapping::check_keys<M, target, R>());
    (void)mapping::model_of<target>();
    return step.kin_relation();
}

/// A morph_to's first relation stands for all of them: what takes a path adds the others.
template <class M, class R>
requires morph_member<R>
const mapping::relation& loaded_relation(R M::*member) {
    return *mapping::find_relation_at(mapping::model_of<M>(), mapping::offset_of(member) + R::kin_first_arm);
}
template <class Step>
const mapping::relation& loaded_relation(const Step& step) {
    return relation_of(step);
}

/// Members, and relations declared outside.
template <class Step>
concept path_step = requires {
    typename mapping::path_step<Step>::owner;
};

/// rows, a handle, or a relation.
template <class O>
concept holds_objects = relation_member<O> || requires(const O& o) {
    o.kin_list();
} || requires(const O& o) {
    o.kin_node();
};
/// What they are objects of.
template <class O>
struct held_by {
    using type = typename O::kin_relation;
};
template <class T>
struct held_by<rows<T>> {
    using type = T;
};
template <class T>
struct held_by<ref<T>> {
    using type = std::remove_const_t<T>;
};
template <class O>
using held = typename held_by<O>::type;

template <class T, class... Steps>
inline constexpr bool are_columns_of = ((std::is_same_v<typename mapping::path_step<Steps>::owner, T> &&
                                         !mapping::leads_on<typename mapping::path_step<Steps>::type>)&&...);

/// Walks a path of members, each of the model that the one before leads to.
template <class From>
void follow(std::vector<const mapping::relation*>&) {}
template <class From, class Step, class... Rest>
void follow(std::vector<const mapping::relation*>& path, Step step, Rest... rest) {
    using M = typename mapping::path_step<Step>::owner;
    using R = typename mapping::path_step<Step>::type;
    constexpr bool joined = mapping::leads_to<From, M>;
    static_assert(
        joined, "kin: this path is broken: each member must belong to the model that the relation before it leads to");
    constexpr bool leads_on = mapping::leads_on<R>;
    static_assert(leads_on, "kin: this member is a column, not a relation");
    if constexpr (!joined || !leads_on) {
        return;  // one error is enough
    } else if constexpr (relation_member<R>) {
        path.push_back(&loaded_relation(step));
        follow<typename R::kin_relation>(path, rest...);
    } else {
        follow<M>(path, R::kin_via);
        if (const mapping::relation* far = R::kin_far()) path.push_back(far);
        follow<typename R::kin_proxy>(path, rest...);
    }
}

}  // namespace kin::detail

#pragma pop_macro("far")
