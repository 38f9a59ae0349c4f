// The relation members of models: belongs_to, has_one, has_many. Read like a pointer or a container, changed in place;
// both sides of a relationship agree at once.
#pragma once

#include <initializer_list>
#include <type_traits>
#include <utility>

#include <kin/graph/ref.hpp>
#include <kin/mapping/declaration.hpp>

namespace kin {

template <class T>
class query;

namespace graph {

/// Registers T wherever a relation to it is used with T complete; one readable error where it is not.
template <class T>
void use_model() {
    static_assert(sizeof(T) > 0, "kin: the relation's model is only declared here: include its definition first");
    (void)mapping::registration<T>::done;
}

/// The group of all T that transient objects own.
template <class T>
inline group transients{nullptr, nullptr, &mapping::operations_of<T>};

/// What belongs_to and has_one share: a pointer that loads.
template <class T>
class one : public to_one {
  public:
    using kin_relation = T;
    using element_type = T;

    one() noexcept = default;
    one(std::nullptr_t) { set(nullptr); }
    one(const ref<T>& target) { set(target.kin_node()); }
    one(T&& value) { set_new(transients<T>, &value); }
    /// A plain object would be copied: say `std::move`, or pass its handle (`s.handle(user)`).
    one(const T&) = delete;

    one& operator=(std::nullptr_t) {
        set(nullptr);
        return *this;
    }
    one& operator=(const ref<T>& target) {
        set(target.kin_node());
        return *this;
    }
    one& operator=(T&& value) {
        set_new(transients<T>, &value);
        return *this;
    }
    one& operator=(const T&) = delete;

    /// The target, or null; loads it at first touch (or throws raised_load, as its strategy says).
    [[nodiscard]] const T* get(const site& where = site::current()) const {
        use_model<T>();
        node* n = target(where);
        if (n == nullptr) return nullptr;
        look(n);
        return static_cast<const T*>(n->object());
    }
    [[nodiscard]] T* get(const site& where = site::current()) {
        use_model<T>();
        node* n = target(where);
        if (n == nullptr) return nullptr;
        touch(n);
        return static_cast<T*>(n->object());
    }
    /// As `get`; where there is no target, not_found names the relation.
    const T* operator->() const { return &**this; }
    T* operator->() { return &**this; }
    const T& operator*() const {
        use_model<T>();
        node& n = require();
        look(&n);
        return *static_cast<const T*>(n.object());
    }
    T& operator*() {
        use_model<T>();
        node& n = require();
        touch(&n);
        return *static_cast<T*>(n.object());
    }
    [[nodiscard]] explicit operator bool() const {
        use_model<T>();
        return target() != nullptr;
    }
    /// The target, or the given object where there is none.
    [[nodiscard]] const T& value_or(const T& other) const {
        const T* p = get();
        return p == nullptr ? other : *p;
    }
    [[nodiscard]] const T& value_or(const T&& other) const = delete;
    /// The target's handle; empty where there is none.
    [[nodiscard]] ref<T> handle(const site& where = site::current()) const {
        use_model<T>();
        return ref<T>::of(with_handle(target(where)));
    }
    /// Whether reading it would send nothing.
    [[nodiscard]] bool loaded() const noexcept { return is_loaded(); }

    friend bool operator==(const one& a, std::nullptr_t) { return a.get() == nullptr; }
    friend bool operator==(const one& a, const ref<T>& b) { return a.get() == b.get(); }
};

}  // namespace graph

/// Many to one: this model holds a key<T>; nullable where that key is optional. Sends, at first touch of an unloaded
/// one: SELECT … FROM t WHERE id IN (…), for all siblings at once, and nothing for keys that are NULL or known.
template <class T, class... Options>
class belongs_to : public graph::one<T> {
  public:
    static constexpr mapping::relation_declaration kin_declaration{
        mapping::relation_kind::belongs_to, &mapping::slot_of<T>, mapping::read_options<Options...>()};
    using graph::one<T>::one;
    using graph::one<T>::operator=;
};

/// One to one, seen from the side without the key. More than one row found is an error (multiple_found).
template <class T, class... Options>
class has_one : public graph::one<T> {
  public:
    static constexpr mapping::relation_declaration kin_declaration{
        mapping::relation_kind::has_one, &mapping::slot_of<T>, mapping::read_options<Options...>()};
    using graph::one<T>::one;
    using graph::one<T>::operator=;
};

/// One to many: T holds a key of this model. Sends, at first touch of an unloaded one: SELECT … FROM t WHERE
/// parent_id IN (…), for all siblings at once.
template <class T, class... Options>
class has_many : public graph::to_many {
  public:
    using kin_relation = T;
    using value_type = T;
    using iterator = graph::iterator<T>;
    using const_iterator = graph::iterator<const T>;
    static constexpr mapping::relation_declaration kin_declaration{
        mapping::relation_kind::has_many, &mapping::slot_of<T>, mapping::read_options<Options...>()};

    has_many() noexcept = default;
    /// New children, for whole graphs as literals.
    has_many(std::initializer_list<T> children) {
        for (const T& child : children) {
            // One copy for each child; what it holds itself is taken over, not copied again.
            graph::taking_over guard;
            T copy{child};
            push_new(graph::transients<T>, &copy);
        }
    }
    /// Replaces the collection; `= {}` empties it.
    has_many& operator=(std::initializer_list<T> children) {
        if (children.size() == 0) {
            clear();
        } else {
            to_many::operator=(has_many(children));
        }
        return *this;
    }
    has_many(std::initializer_list<ref<T>> children) {
        for (const ref<T>& child : children) push(child.kin_node());
    }

    [[nodiscard]] const_iterator begin(const site& where = site::current()) const {
        graph::use_model<T>();
        return const_iterator{items(where).data};
    }
    [[nodiscard]] const_iterator end(const site& where = site::current()) const {
        const auto all = items(where);
        return const_iterator{all.data + all.size};
    }
    [[nodiscard]] iterator begin(const site& where = site::current()) {
        graph::use_model<T>();
        return iterator{items(where).data};
    }
    [[nodiscard]] iterator end(const site& where = site::current()) {
        const auto all = items(where);
        return iterator{all.data + all.size};
    }
    [[nodiscard]] std::size_t size(const site& where = site::current()) const {
        graph::use_model<T>();
        return items(where).size;
    }
    [[nodiscard]] bool empty(const site& where = site::current()) const { return size(where) == 0; }
    const T& operator[](std::size_t i) const { return begin()[static_cast<std::ptrdiff_t>(i)]; }
    T& operator[](std::size_t i) { return begin()[static_cast<std::ptrdiff_t>(i)]; }
    const T& front() const { return *begin(); }
    T& front() { return *begin(); }
    const T& back() const { return *(end() - 1); }
    T& back() { return *(end() - 1); }
    /// The handle of the i-th child.
    [[nodiscard]] ref<T> handle(std::size_t i) const { return ref<T>::of(graph::with_handle(items().data[i])); }

    /// A new child, moved from; its parent is set at once, its row is written by the next flush.
    T& push_back(T&& child) {
        graph::use_model<T>();
        return *static_cast<T*>(push_new(graph::transients<T>, &child).object());
    }
    /// A child that exists: it leaves its former parent's collection.
    void push_back(const ref<T>& child) {
        graph::use_model<T>();
        push(child.kin_node());
    }
    void push_back(const T&) = delete;
    template <class... Args>
    T& emplace_back(Args&&... args) {
        return push_back(T{std::forward<Args>(args)...});
    }
    /// Takes a child out: its key becomes NULL at the next flush (with `owned` its row is deleted).
    void erase(const ref<T>& child) {
        graph::use_model<T>();
        take_out(child.kin_node());
    }
    /// As above; returns the position behind it.
    iterator erase(iterator at) {
        const auto index = at - begin();
        take_out(at.kin_node());
        return begin() + index;
    }
    /// Takes every child out.
    void clear() {
        graph::use_model<T>();
        take_out_all();
    }
    [[nodiscard]] bool loaded() const noexcept { return is_loaded(); }
};

}  // namespace kin
