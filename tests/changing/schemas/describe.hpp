// From a model to its description: the one place where the histories know types.
#pragma once

#include <optional>
#include <type_traits>

#include <kin/kin.hpp>

#include "asking.hpp"
#include "schema.hpp"

namespace changing {

template <class V>
cell to_cell(const V& v) {
    if constexpr (requires { typename V::kin_optional; }) {
        return v ? "removed" : null;
    } else if constexpr (requires { v.has_value(); }) {
        return v ? to_cell(*v) : null;
    } else if constexpr (std::is_integral_v<V>) {
        return std::to_string(v);
    } else if constexpr (std::is_same_v<V, std::string>) {
        return v;
    } else {
        const cell c = to_cell(v.value);
        return c == "0" || c.empty() ? null : c;
    }
}
template <class V>
void from_cell(V& v, const cell& c) {
    if constexpr (requires { typename V::kin_optional; }) {
        v.reset();
    } else if constexpr (requires { v.has_value(); }) {
        if (c == null) return v.reset();
        from_cell(v.emplace(), c);
    } else if constexpr (std::is_integral_v<V>) {
        v = c == null ? V{} : static_cast<V>(std::stoll(c));
    } else if constexpr (std::is_same_v<V, std::string>) {
        v = c == null ? V{} : c;
    } else {
        from_cell(v.value, c);
    }
}

template <class M>
struct parts;
template <class T, class C>
struct parts<C T::*> {
    using owner = T;
    using type = C;
};
template <auto P>
using owner_of = typename parts<decltype(P)>::owner;
template <auto P>
using type_of = typename parts<decltype(P)>::type;

template <auto P>
column col(const char* name, column::what is = column::what::data) {
    column c{.name = name, .is = is};
    c.nullable = requires(type_of<P> v) { v.has_value(); };
    c.text = std::is_same_v<type_of<P>, std::string>;
    c.get = [](const void* o) { return to_cell(static_cast<const owner_of<P>*>(o)->*P); };
    c.set = [](void* o, const cell& to) { from_cell(static_cast<owner_of<P>*>(o)->*P, to); };
    c.read = [](kin::session& s, const any_object& o) { return s.is_loaded(typed<owner_of<P>>(o), P); };
    c.refresh = [](kin::session& s, const any_object& o) { s.refresh(typed<owner_of<P>>(o), P); };
    c.history = [](kin::session& s, const any_object& o) -> former_value {
        const auto h = s.history(typed<owner_of<P>>(o), P);
        return {.old = h.old ? to_cell(*h.old) : "", .now = to_cell(h.now), .changed = h.changed};
    };
    return c;
}
inline column unique(column c) {
    c.unique = true;
    return c;
}

template <class T>
model describe(const char* name, const char* table, std::vector<column> columns) {
    model m{.name = name, .table = table, .columns = std::move(columns)};
    if (const int id = m.first(column::what::id); id >= 0) m.key = {id};
    m.keeps = m.first(column::what::removed) >= 0;
    m.type = &type_tag<T>;
    m.add = [](kin::session& s, const filling& fill) {
        T object{};
        fill(&object);
        return erase_type(s.add(std::move(object)));
    };
    m.merge = [](kin::session& s, const filling& fill) {
        T object{};
        fill(&object);
        return erase_type(s.merge(std::move(object)));
    };
    m.change = [](const any_object& o) -> void* { return &*typed<T>(o); };
    m.look = [](const any_object& o) -> const void* { return &*kin::ref<const T>{typed<T>(o)}; };
    m.remove = [](kin::session& s, const any_object& o) { s.remove(typed<T>(o)); };
    m.remove_for_good = [](kin::session& s, const any_object& o) { s.remove_for_good(typed<T>(o)); };
    m.readd = [](kin::session& s, const any_object& o) { (void)s.add(typed<T>(o)); };
    if constexpr (requires(T t) { t.deleted_at; }) {
        m.restore = [](kin::session& s, const any_object& o) { return erase_type(s.restore(typed<T>(o))); };
    }
    m.refresh = [](kin::session& s, const any_object& o) { s.refresh(typed<T>(o)); };
    m.expire = [](kin::session& s, const any_object& o) { s.expire(typed<T>(o)); };
    m.get = [](kin::session& s, const std::vector<cell>& key) {
        if constexpr (requires(T t) { t.id.value; }) {
            if constexpr (std::is_integral_v<decltype(T{}.id.value)>) {
                return erase_type(s.get<T>(kin::key_of<T>{std::stoll(key[0])}));
            } else {
                return erase_type(s.get<T>(kin::key_of<T>{key[0]}));
            }
        } else {
            return erase_type(s.get<T>(kin::key_of<T>{std::stoll(key[0]), std::stoll(key[1])}));
        }
    };
    m.expunge = [](kin::session& s, const any_object& o) { s.expunge(typed<T>(o)); };
    m.write = write<T>;
    m.ask = ask<T>;
    m.hook = [](kin::session& s, const filling& call) {
        s.on<kin::before_insert>([call](T& t) { call(&t); });
        s.on<kin::before_update>([call](T& t) { call(&t); });
        s.on<kin::before_remove>([call](T& t) { call(&t); });
    };
    return m;
}

template <auto P>
auto& slot(void* owner) {
    return static_cast<owner_of<P>*>(owner)->*P;
}
template <auto P>
const auto& slot(const void* owner) {
    return static_cast<const owner_of<P>*>(owner)->*P;
}

template <auto P>
void load(kin::session& s, const any_object& owner, int how) {
    const auto& o = typed<owner_of<P>>(owner);
    how == 1 ? s.load(o, P) : how == 2 ? s.load_missing(o, P) : s.refresh(o, P);
}

template <auto P>
relation to_one(const char* name, relation::what is) {
    using T = typename type_of<P>::element_type;
    relation r{.is = is, .name = name};
    r.loaded = [](const void* o) { return slot<P>(o).loaded(); };
    r.load = load<P>;
    r.get = [](const void* o) { return erase_type(slot<P>(o).handle()); };
    r.set = [](void* o, int, const any_object& target) {
        if (!target) {
            slot<P>(o) = nullptr;
        } else {
            slot<P>(o) = typed<T>(target);
        }
    };
    r.set_new = [](void* o, const filling& fill) {
        T object{};
        fill(&object);
        slot<P>(o) = std::move(object);
    };
    r.copy = [](void* to, const void* from) { slot<P>(to) = slot<P>(from); };
    return r;
}
template <auto P>
relation belongs_to(const char* name) {
    using T = typename type_of<P>::element_type;
    relation r = to_one<P>(name, relation::what::belongs_to);
    r.create = [](void* o, const filling& fill) {
        T object{};
        fill(&object);
        return erase_type(slot<P>(o).associate(std::move(object)));
    };
    r.save = [](void* o, const any_object& target) {
        target ? (void)slot<P>(o).associate(typed<T>(target)) : slot<P>(o).dissociate();
    };
    return r;
}
template <auto P>
relation has_one(const char* name) {
    using T = typename type_of<P>::element_type;
    relation r = to_one<P>(name, relation::what::has_one);
    r.create = [](void* o, const filling& fill) {
        T object{};
        fill(&object);
        return erase_type(slot<P>(o).create(std::move(object)));
    };
    r.save = [](void* o, const any_object& target) { (void)slot<P>(o).save(typed<T>(target)); };
    return r;
}

template <auto P>
relation to_many(const char* name, relation::what is) {
    using T = typename type_of<P>::value_type;
    relation r{.is = is, .name = name};
    r.loaded = [](const void* o) { return slot<P>(o).loaded(); };
    r.load = load<P>;
    r.list = [](const void* o) {
        const auto& many = slot<P>(o);
        std::vector<any_object> all;
        for (std::size_t i = 0, n = many.size(); i < n; ++i) all.push_back(erase_type(many.handle(i)));
        return all;
    };
    r.push = [](void* o, const any_object& target) { slot<P>(o).push_back(typed<T>(target)); };
    r.push_new = [](kin::session& s, void* o, const filling& fill) {
        T object{};
        fill(&object);
        return erase_type(s.handle(slot<P>(o).push_back(std::move(object))));
    };
    r.create = [](void* o, const filling& fill) {
        T object{};
        fill(&object);
        return erase_type(slot<P>(o).create(std::move(object)));
    };
    r.save = [](void* o, const any_object& target) { (void)slot<P>(o).save(typed<T>(target)); };
    r.erase = [](void* o, const any_object& target) { slot<P>(o).erase(typed<T>(target)); };
    r.clear = [](void* o) { slot<P>(o).clear(); };
    r.assign = [](void* o, const std::vector<any_object>& to) {
        auto& many = slot<P>(o);
        switch (to.size()) {
            case 0:
                many = {};
                return;
            case 1:
                many = {typed<T>(to[0])};
                return;
            case 2:
                many = {typed<T>(to[0]), typed<T>(to[1])};
                return;
            default:
                many = {typed<T>(to[0]), typed<T>(to[1]), typed<T>(to[2])};
        }
    };
    r.copy = [](void* to, const void* from) { slot<P>(to) = slot<P>(from); };
    r.swap = [](void* a, void* b) { std::swap(slot<P>(a), slot<P>(b)); };
    return r;
}
template <auto P>
relation has_many(const char* name) {
    return to_many<P>(name, relation::what::has_many);
}
template <auto P>
relation many_to_many(const char* name) {
    using T = typename type_of<P>::value_type;
    relation r = to_many<P>(name, relation::what::many_to_many);
    r.save = [](void* o, const any_object& target) { (void)slot<P>(o).attach(typed<T>(target)); };
    r.detach = [](void* o, const any_object& target) { (void)slot<P>(o).detach(typed<T>(target)); };
    r.sync = [](void* o, const std::vector<any_object>& to) {
        std::vector<kin::ref<T>> targets;
        for (const any_object& each : to) targets.push_back(typed<T>(each));
        (void)slot<P>(o).sync(targets);
    };
    return r;
}

/// Collects what the files of shapes say.
class collector {
  public:
    explicit collector(schema& into) : s_{into} {}

    template <class T>
    int add(const char* name, const char* table, std::vector<column> columns) {
        s_.models.push_back(describe<T>(name, table, std::move(columns)));
        const int number = int(s_.models.size()) - 1;
        s_.shapes.back().models.push_back(number);
        return number;
    }
    void shape(const char* name) { s_.shapes.push_back({.name = name}); }
    model& at(int m) { return s_.models[std::size_t(m)]; }

    /// A key of `child`: column names on both sides.
    foreign_key& key(int child, std::vector<std::string> columns, int parent, std::vector<std::string> to = {"id"}) {
        foreign_key k{.child = child, .parents = {parent}};
        k.nullable = true;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const int c = at(child).find(columns[i]);
            k.columns.push_back(c);
            k.to.push_back(at(parent).find(to[i]));
        }
        k.nullable = at(child).columns[std::size_t(k.columns.back())].nullable;
        s_.keys.push_back(std::move(k));
        return s_.keys.back();
    }
    /// The column names rows of a model by one of its columns.
    void names(int child, const char* column_name, int parent, const char* by = "id") {
        column& c = at(child).columns[std::size_t(at(child).find(column_name))];
        c.refers = parent;
        c.refers_column = at(parent).find(by);
        if (c.is == column::what::data) c.is = column::what::key;
    }
    int last_key() const { return int(s_.keys.size()) - 1; }
    void child_side(int key_number, relation r) {
        foreign_key& k = s_.keys[std::size_t(key_number)];
        r.owner = k.child;
        r.targets = k.parents;
        r.key = key_number;
        k.child_side = int(s_.relations.size());
        s_.relations.push_back(std::move(r));
    }
    void parent_side(int key_number, relation r, bool owned = false, int owner = -1) {
        foreign_key& k = s_.keys[std::size_t(key_number)];
        r.owner = owner < 0 ? k.parents[0] : owner;
        r.targets = {k.child};
        r.key = key_number;
        k.owned = k.owned || owned;
        k.single = k.single || r.is == relation::what::has_one;
        k.parent_sides.push_back(int(s_.relations.size()));
        s_.relations.push_back(std::move(r));
    }
    int link(pivot p) {
        s_.pivots.push_back(std::move(p));
        return int(s_.pivots.size()) - 1;
    }
    void linked(int pivot_number, bool forward, relation r) {
        const pivot& p = s_.pivots[std::size_t(pivot_number)];
        r.owner = forward ? p.first : p.second;
        r.targets = {forward ? p.second : p.first};
        r.pivot = pivot_number;
        r.forward = forward;
        s_.relations.push_back(std::move(r));
    }
    relation& last_relation() { return s_.relations.back(); }

  private:
    schema& s_;
};

}  // namespace changing
