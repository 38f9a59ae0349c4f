// Makes the face of a model from lists of its members. One file for each family includes it.
#pragma once

#include <type_traits>
#include <utility>

#include "face.hpp"

namespace reading {

/// Members, in the order of the schema's columns and relations.
template <auto... Member>
struct members {};
template <class M>
struct listed;  ///< columns, relations, and the model's number

template <class T>
struct member_type;
template <class M, class T>
struct member_type<T M::*> {
    using owner = M;
    using type = T;
};
template <auto Member>
using owner_of = typename member_type<decltype(Member)>::owner;
template <auto Member>
using type_of = typename member_type<decltype(Member)>::type;

// -- cells ------------------------------------------------------------------------------------------------------------

inline cell cell_of(std::int64_t v) { return v; }
template <class M>
cell cell_of(const kin::key<M>& k) {
    return k.value;
}
template <class T>
cell cell_of(const std::optional<T>& v) {
    return v ? cell_of(*v) : cell{};
}
inline cell cell_of(const kin::soft_deleted_at& at) { return at.has_value() ? cell{1} : cell{}; }

inline void put_cell(int& v, const cell& c) { v = static_cast<int>(c.value_or(0)); }
inline void put_cell(std::int64_t& v, const cell& c) { v = c.value_or(0); }
template <class M>
void put_cell(kin::key<M>& k, const cell& c) {
    k.value = c.value_or(0);
}
template <class T>
void put_cell(std::optional<T>& v, const cell& c) {
    v.reset();
    if (c) put_cell(v.emplace(), c);
}
inline void put_cell(kin::soft_deleted_at&, const cell&) {}

template <auto Member>
column_face column_face_of() {
    using M = owner_of<Member>;
    return {[] { return column_of_library{kin::expr::col(Member).tree()}; },
            [] { return text_of_library{kin::expr::col(Member).tree()}; },
            [](const void* object) { return cell_of(static_cast<const M*>(object)->*Member); },
            [](void* object, const cell& c) { put_cell(static_cast<M*>(object)->*Member, c); }};
}

// -- loadings ---------------------------------------------------------------------------------------------------------

/// What a relation leads to: a model, or the models of a morph_to.
template <class R>
using target_of = typename R::kin_relation;
template <class R>
inline constexpr bool is_morph = false;
template <class R>
requires requires { R::kin_morph; }
inline constexpr bool is_morph<R> = true;

void apply_window(auto& loading, const family& f, std::size_t target, const window& w) {
    if (w.where) loading.where(built(f, target, *w.where));
    for (const sort& by : w.order) {
        const column_of_library c = f.faces[target].columns[by.column].of();
        loading.order_by(by.descending ? kin::expr::desc(c) : kin::expr::asc(c));
    }
    if (w.limit) loading.limit(*w.limit);
    if (w.offset) loading.offset(*w.offset);
}

template <class Loading, auto... Column>
void keep(Loading& to, members<Column...>, const std::vector<std::size_t>& only) {
    for (const std::size_t wanted : only) {
        std::size_t at = 0;
        ((at++ == wanted ? (void)to.only(Column) : void()), ...);
    }
}

template <auto Member>
auto loading_of(const family&, const ask&);

/// Gives the loading below one of T's relations to something.
template <class T, auto... Relation, class Take>
void dispatch(members<Relation...>, const family& f, const ask& a, const Take& take) {
    if (a.owner != listed<T>::number) return;
    std::size_t at = 0;
    ((at++ == a.relation ? take(loading_of<Relation>(f, a)) : void()), ...);
}
template <class M, class T>
void nest(kin::loading<M, T>& to, const family& f, const ask& below) {
    dispatch<T>(typename listed<T>::relations{}, f, below, [&](const auto& made) { to.with(made); });
}
template <class M, class... T>
void nest(kin::loading<M, kin::mapping::morph_set<T...>>& to, const family& f, const ask& below) {
    (dispatch<T>(typename listed<T>::relations{}, f, below, [&](const auto& made) { to.with(made); }), ...);
}

template <auto Member>
auto started(const ask& a) {
    using namespace kin::expr;
    using R = type_of<Member>;
    switch (a.how) {
        case strategy::joined:
            if constexpr (!requires { requires R::kin_declaration.options.viewonly; }) return joined(Member);
            [[fallthrough]];
        case strategy::selectin:
            return selectin(Member);
        case strategy::subquery:
            return subquery(Member);
        case strategy::batch:
            return batch(Member);
        case strategy::select:
            return select(Member);
        case strategy::raise:
            return raise(Member);
        case strategy::raise_on_sql:
            return raise_on_sql(Member);
        case strategy::noload:
            return noload(Member);
        case strategy::write_only:
            return write_only(Member);
        default:
            return contains_eager(Member);
    }
}

template <auto Member>
auto loading_of(const family& f, const ask& a) {
    using R = type_of<Member>;
    using T = target_of<R>;
    auto made = started<Member>(a);
    if constexpr (!is_morph<R>) {
        const std::size_t target = listed<T>::number;
        if (a.how != strategy::contains_eager) apply_window(made, f, target, a.part);
        keep(made, typename listed<T>::columns{}, a.only);
        if constexpr (std::is_same_v<owner_of<Member>, T>) {
            const number depth = f.shape->models[a.owner].relations[a.relation].tree() ? a.part.depth : a.depth;
            if (a.depth != 1 || a.part.depth != 0) made.depth(static_cast<std::uint32_t>(depth));
        }
        if constexpr (kin::mapping::has_behaviour<T>(kin::mapping::behaviour::soft_deleted_at)) {
            if (a.part.sees == sight::with_removed) made.with_removed();
            if (a.part.sees == sight::only_removed) made.only_removed();
        }
        if (a.part.sees == sight::without_scope) made.without_scope();
    }
    for (const ask& below : a.with) nest(made, f, below);
    return made;
}

// -- relations --------------------------------------------------------------------------------------------------------

template <class T>
void add_found(std::vector<found>& to, const T* object) {
    if (object != nullptr) to.push_back({listed<T>::number, object});
}
template <class R, class... T>
void read_morph(const R& relation, std::vector<found>& to, kin::mapping::morph_set<T...>) {
    (add_found(to, relation.template get<T>()), ...);
}
template <auto Member, class... T>
kin::condition any_of_morph(kin::mapping::morph_set<T...>, std::size_t target, const kin::condition& c, bool negated) {
    kin::condition made;
    const auto one = [&]<class M>(const M*) {
        if (listed<M>::number != target) return;
        made = negated ? kin::expr::none<M>(Member, c) : kin::expr::any<M>(Member, c);
    };
    (one(static_cast<const T*>(nullptr)), ...);
    return made;
}

template <auto Member>
relation_face relation_face_of() {
    using M = owner_of<Member>;
    using R = type_of<Member>;
    using T = target_of<R>;
    relation_face f{};
    f.loaded = [](const void* owner) { return (static_cast<const M*>(owner)->*Member).loaded(); };
    if constexpr (is_morph<R>) {
        f.any = [](std::size_t target, const kin::condition& c, bool negated) {
            return any_of_morph<Member>(T{}, target, c, negated);
        };
        f.read = [](const void* owner, std::vector<found>& to) {
            read_morph(static_cast<const M*>(owner)->*Member, to, T{});
        };
    } else {
        f.any = [](std::size_t, const kin::condition& c, bool negated) {
            return negated ? kin::expr::none(Member, c) : kin::expr::any(Member, c);
        };
        f.count = [](const kin::condition& c) { return kin::expr::count(Member, c); };
        f.counted = [](const void* owner, std::string_view alias) {
            return (static_cast<const M*>(owner)->*Member).count(alias);
        };
        constexpr bool fixed = R::kin_declaration.options.viewonly;
        if constexpr (requires(const R& r) { r.size(); }) {
            f.read = [](const void* owner, std::vector<found>& to) {
                for (const T& each : static_cast<const M*>(owner)->*Member) add_found(to, &each);
            };
            if constexpr (!fixed) {
                f.put = [](kin::session& s, void* owner, void* target) {
                    (static_cast<M*>(owner)->*Member).insert(s.handle(*static_cast<T*>(target)));
                };
                f.take = [](kin::session& s, void* owner, void* target) {
                    (static_cast<M*>(owner)->*Member).erase(s.handle(*static_cast<T*>(target)));
                };
            }
        } else {
            f.read = [](const void* owner, std::vector<found>& to) {
                add_found<T>(to, (static_cast<const M*>(owner)->*Member).get());
            };
            if constexpr (!fixed) {
                f.put = [](kin::session& s, void* owner, void* target) {
                    (static_cast<M*>(owner)->*Member) = s.handle(*static_cast<T*>(target));
                };
                f.take = [](kin::session&, void* owner, void*) { (static_cast<M*>(owner)->*Member) = nullptr; };
            }
        }
    }
    return f;
}

// -- models -----------------------------------------------------------------------------------------------------------

template <class M>
kin::ref<M> handle_of(kin::session& s, const void* object) {
    return s.handle(const_cast<M&>(*static_cast<const M*>(object)));
}

template <auto... Relation, class Q>
void count_with(members<Relation...>, const family& f, Q& q, const counted& c) {
    const auto one = [&]<auto Member>() {
        if constexpr (!is_morph<type_of<Member>>) {
            const std::size_t target = listed<target_of<type_of<Member>>>::number;
            q.with_count(Member, c.where ? built(f, target, *c.where) : kin::condition{}, c.alias);
        }
    };
    std::size_t at = 0;
    ((at++ == c.relation ? one.template operator()<Relation>() : void()), ...);
}
template <auto... Relation, class Q>
void join_with(members<Relation...>, Q& q, std::size_t relation) {
    const auto one = [&]<auto Member>() {
        if constexpr (!is_morph<type_of<Member>>) q.join(Member);
    };
    std::size_t at = 0;
    ((at++ == relation ? one.template operator()<Relation>() : void()), ...);
}

template <class M>
answered run(const family& f, kin::session& s, const query& asked) {
    using relations = typename listed<M>::relations;
    kin::query<M> q = s.query<M>();
    if (asked.join) join_with(relations{}, q, *asked.join);
    if (asked.where) q.where(built(f, asked.model, *asked.where));
    if (asked.join && asked.joined_where.what != operation::always)
        q.where(built(f, f.shape->models[asked.model].relations[*asked.join].target, asked.joined_where));
    for (const sort& by : asked.order) {
        const column_of_library c = f.faces[asked.model].columns[by.column].of();
        q.order_by(by.descending ? kin::expr::desc(c) : kin::expr::asc(c));
    }
    if (asked.limit) q.limit(*asked.limit);
    if (asked.offset) q.offset(*asked.offset);
    if constexpr (kin::mapping::has_behaviour<M>(kin::mapping::behaviour::soft_deleted_at)) {
        if (asked.sees == sight::with_removed) q.with_removed();
        if (asked.sees == sight::only_removed) q.only_removed();
    }
    if (asked.sees == sight::without_scope) q.without_scope();
    keep(q, typename listed<M>::columns{}, asked.only);
    for (const ask& a : asked.asks) dispatch<M>(relations{}, f, a, [&](const auto& made) { q.with(made); });
    if (asked.rest == strategy::raise) q.with(kin::expr::raise(kin::expr::all));
    if (asked.rest == strategy::raise_on_sql) q.with(kin::expr::raise_on_sql(kin::expr::all));
    if (asked.rest == strategy::batch) q.with(kin::expr::batch(kin::expr::all));
    if (asked.rest == strategy::select) q.with(kin::expr::select(kin::expr::all));
    if (asked.rest == strategy::noload) q.with(kin::expr::noload(kin::expr::all));
    for (const counted& c : asked.counts) count_with(relations{}, f, q, c);
    answered out;
    const std::uint64_t before = s.statements();
    const auto one = [&](const kin::ref<M>& o) {
        if (o) out.objects.push_back(o.get());
    };
    switch (asked.ends) {
        case terminal::count:
            out.count = q.count();
            break;
        case terminal::exists:
            out.count = q.exists() ? 1 : 0;
            break;
        case terminal::first:
            one(q.first());
            break;
        case terminal::one_or_none:
            one(q.one_or_none());
            break;
        case terminal::page: {
            const auto page = q.page(asked.page, 2);
            for (const M& each : page.items) out.objects.push_back(&each);
            out.count = page.total;
            break;
        }
        default: {
            const auto all = q.all();
            for (const M& each : all) out.objects.push_back(&each);
            for (const ask& a : asked.then_load)
                dispatch<M>(relations{}, f, a, [&](const auto& made) { s.load(all, made); });
        }
    }
    out.sent = s.statements() - before;
    return out;
}

template <class M, auto... Column>
M made_of(members<Column...>, const row& r) {
    M object{};
    std::size_t at = 0;
    (put_cell(object.*Column, r[at++]), ...);
    return object;
}

template <class M, auto... Relation>
void load_missing(members<Relation...>, kin::session& s, const void* object, std::size_t relation) {
    std::size_t at = 0;
    ((at++ == relation ? s.load_missing(handle_of<M>(s, object), Relation) : void()), ...);
}

template <class M, auto... Column, auto... Relation>
face face_from(members<Column...>, members<Relation...>) {
    face f{};
    f.columns = {column_face_of<Column>()...};
    f.relations = {relation_face_of<Relation>()...};
    f.run = run<M>;
    f.load = [](const family& in, kin::session& s, const void* object, const ask& a) {
        dispatch<M>(members<Relation...>{}, in, a, [&](const auto& made) { s.load(handle_of<M>(s, object), made); });
    };
    f.load_missing = [](kin::session& s, const void* object, std::size_t relation) {
        load_missing<M>(members<Relation...>{}, s, object, relation);
    };
    f.get = [](kin::session& s, const key& k) -> const void* {
        if constexpr (listed<M>::parts == 2) {
            return s.get<M>({k[0], k[1]}).get();
        } else if constexpr (requires { listed<M>::key_of(k[0]); }) {
            return s.get<M>(listed<M>::key_of(k[0])).get();
        } else {
            return s.get<M>(k[0]).get();
        }
    };
    f.add = [](const family&, kin::session& s, std::size_t, const row& r) -> const void* {
        return s.add(made_of<M>(members<Column...>{}, r)).get();
    };
    f.remove = [](kin::session& s, const void* object) { s.remove(handle_of<M>(s, object)); };
    f.expire = [](kin::session& s, const void* object) { s.expire(handle_of<M>(s, object)); };
    f.refresh = [](kin::session& s, const void* object) { s.refresh(handle_of<M>(s, object)); };
    f.look = [](kin::session& s, const void* object) { (void)*kin::ref<const M>{handle_of<M>(s, object)}; };
    f.edit = [](kin::session& s, const void* object) -> void* { return &*handle_of<M>(s, object); };
    return f;
}
template <class M>
face face_of() {
    return face_from<M>(typename listed<M>::columns{}, typename listed<M>::relations{});
}

}  // namespace reading
