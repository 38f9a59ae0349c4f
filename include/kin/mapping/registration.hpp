// Which models the program has: each is enlisted before main by whoever uses it, and so is what its members name. Then
// the checks of keys, links and ways between models that are complete.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <kin/mapping/declaration.hpp>

// Windows' headers define these words.
#pragma push_macro("near")
#undef near
#pragma push_macro("far")
#undef far

namespace kin::mapping {

/// Puts a model on the list of all models of the program (before main), so that the core knows every table that may
/// refer to another one, whoever uses it. So is whatever its members name, if its definition is in the same unit.
/// Thread-safe; the same model again is nothing.
bool enlist(const model_declaration&) noexcept;

/// The same of one that another model's member names: behind those that the program uses itself, whose order it keeps.
bool enlist_named(const model_declaration&) noexcept;

/// The model's descriptor, bound to all models known so far. Thread-safe.
const model& describe(const model_declaration&);

template <class T>
struct registration {
    static inline const bool done = enlist(declaration_of<T>());
};

/// One that is only declared here is enlisted by whoever defines it and uses it.
template <class M, class Unit>
bool enlist_neighbour() {
    if constexpr (requires { sizeof(M); }) {
        if constexpr (could_be_model<M>()) return enlist_named(declaration_of<M>());
    }
    return false;
}

/// The column name that failed, as a template argument: g++ spells it in its message, clang the letters behind it.
struct shown_name {
    char text[40]{};
    constexpr explicit shown_name(std::string_view name) {
        for (std::size_t i = 0; i < name.size() && i < sizeof text - 1; ++i) text[i] = name[i];
    }
};
template <shown_name Name, char... Letters>
constexpr bool known_column() {
    constexpr bool known = sizeof...(Letters) == 0;
    static_assert(known, "kin: the table description names a column that the model does not have");
    return true;
}
template <class T>
inline constexpr std::string_view unknown_in = first_unknown(declaration_of<T>());
template <class T, std::size_t... At>
constexpr bool refuse_unknown(std::index_sequence<At...>) {
    return known_column<shown_name{unknown_in<T>}, unknown_in<T>[At]...>();
}
template <class T>
constexpr bool check_table() {
    if constexpr (unknown_in<T>.empty()) {
        return true;
    } else {
        return refuse_unknown<T>(std::make_index_sequence<unknown_in<T>.size()>{});
    }
}

/// The descriptor of T, of a `const T` as well. Instantiates T's own declaration and nothing of the models that T's
/// relations name.
template <class T>
const model& model_of() {
    if constexpr (std::is_const_v<T>) {
        return model_of<std::remove_const_t<T>>();
    } else {
        static_assert(check_table<T>());
        (void)registration<T>::done;
        if (const model* known = slot_of<T>.known()) return *known;
        return describe(declaration_of<T>());
    }
}

/// Whether one morph_to of the model, and only one, leads to the relation's owner.
template <class Holder, class Parent, class Relation>
constexpr bool check_morphs() {
    constexpr std::size_t found =
        count_morphs(declaration_of<Holder>(), type_number<Parent>, via_at(Relation::kin_declaration.options, 0));
    static_assert(found != 0, "kin: no morph_to of the other model has this one in its set");
    static_assert(found < 2, "kin: two morph_to of the other model lead here: name one with kin::via<\"member\">");
    return true;
}

template <class Owner, class Target, class Relation>
constexpr bool check_keys() {
    constexpr const relation_declaration& r = Relation::kin_declaration;
    if constexpr (r.morph == morph_side::owner && r.pivot_number == 0) {
        return check_morphs<Target, Owner, Relation>();
    } else if constexpr (r.kind == relation_kind::many_to_many) {
        if constexpr (r.pivot_number != 0) {
            using pivot = typename Relation::kin_pivot;
            static_assert(sizeof(pivot) > 0,
                          "kin: the association object is only declared here: include its definition");
            constexpr bool looped = type_number<Owner> == type_number<Target>;
            constexpr std::size_t near =
                r.morph == morph_side::owner
                    ? count_morphs(declaration_of<pivot>(), type_number<Owner>, via_at(r.options, 0))
                    : count_links(declaration_of<pivot>(), type_number<Owner>, r.options, true);
            constexpr std::size_t far =
                r.morph == morph_side::far
                    ? count_morphs(declaration_of<pivot>(), type_number<Target>, via_at(r.options, 1))
                    : count_links(declaration_of<pivot>(), type_number<Target>, r.options, false);
            static_assert(near != 0 && far != 0,
                          "kin: the pivot needs a kin::key<…> member for each of the two models");
            static_assert(
                !looped || r.options.via_count > 0,
                "kin: both keys of the pivot reach the same model: name this side's with kin::via<\"column\">");
            static_assert(near < 2, "kin: two keys of the pivot reach this model: name one with kin::via<\"column\">");
            (void)&registration<pivot>::done;
        }
        return true;
    } else if constexpr (requires { typename Relation::kin_between; }) {
        using between = typename Relation::kin_between;
        static_assert(sizeof(between) > 0,
                      "kin: the model between is only declared here: include its definition first");
        (void)&registration<between>::done;
        if constexpr (r.options.via_count == 0) {
            constexpr std::size_t near = count_ways(declaration_of<Owner>(), declaration_of<between>());
            constexpr std::size_t far = count_ways(declaration_of<between>(), declaration_of<Target>());
            static_assert(near != 0 && far != 0,
                          "kin: nothing leads through the model between: it needs a kin::key<…> of the owner, and the "
                          "target one of it; or name other relations with kin::via<\"first\", \"second\">");
            static_assert(near < 2 && far < 2,
                          "kin: several ways lead through the model between: name the relations with "
                          "kin::via<\"first\", \"second\">");
        }
        return true;
    } else {
        constexpr bool tree = r.kind == relation_kind::descendants || r.kind == relation_kind::ancestors;
        static_assert(!tree || type_number<Owner> == type_number<Target>,
                      "kin: descendants and ancestors are of the model that they stand in");
        constexpr std::size_t found = r.kind == relation_kind::belongs_to
                                          ? count_keys(declaration_of<Owner>(), type_number<Target>, r.options)
                                          : count_keys(declaration_of<Target>(), type_number<Owner>, r.options);
        constexpr bool misnamed =
            found == 0 &&
            names_no_column(r.kind == relation_kind::belongs_to ? declaration_of<Owner>() : declaration_of<Target>(),
                            r.options);
        static_assert(!misnamed, "kin: kin::via<\"…\"> names no column of the model that has the key");
        static_assert(found != 0 || misnamed,
                      "kin: no foreign key between the two models: the child needs a kin::key<Parent> member");
        static_assert(found < 2, "kin: two foreign keys reach the same model: name one with kin::via<\"column\">");
        return true;
    }
}

}  // namespace kin::mapping

#pragma pop_macro("near")
#pragma pop_macro("far")
