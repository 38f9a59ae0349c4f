// The relation members of models: belongs_to, has_one, has_many; many_to_many has a file of its own. Read like a
// pointer or a container, changed in place; both sides of a relationship agree at once.
//
// Longer than 500 lines, since this is what a reader of a model's type looks up: `one` and `many` hold every operation
// of the relations that share them, each with the SQL that it sends; a part of a class cannot stand in another file.
#pragma once

#include <initializer_list>
#include <type_traits>
#include <utility>
#include <vector>

#include <kin/graph/host.hpp>
#include <kin/graph/ref.hpp>
#include <kin/mapping/asked_key.hpp>
#include <kin/mapping/by.hpp>
#include <kin/mapping/registration.hpp>

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

/// An index and the call that it stands in: an operator takes no default argument.
struct position {
    position(std::size_t index, const site& at = site::current()) noexcept
        : i{static_cast<std::ptrdiff_t>(index)}, where{at} {}
    std::ptrdiff_t i;
    site where;
};

/// What a handle leads to; an empty one is refused.
template <class T>
[[nodiscard]] node* given(const ref<T>& object, const site& where) {
    if (!object) throw usage_error{"an empty kin::ref was given to a relation", {.where = where}};
    return object.kin_node();
}

/// What belongs_to and has_one share: a pointer that loads.
template <class T, bool ViewOnly>
class one : public to_one {
  public:
    using kin_relation = T;
    using element_type = T;

    one() noexcept = default;
    one(std::nullptr_t) {
        check_writable();
        set(nullptr);
    }
    one(const ref<T>& target) {
        check_writable();
        set(target.kin_node());
    }
    one(T&& value) {
        check_writable();
        set_new(transients<T>, &value);
    }
    /// A plain object would be copied: say `std::move`, or pass its handle (`s.handle(user)`).
    one(const T&) = delete;
    one(one& other, same_targets same) : to_one(other, same) { check_writable(); }

    one& operator=(std::nullptr_t) {
        check_writable();
        set(nullptr);
        return *this;
    }
    one& operator=(const ref<T>& target) {
        check_writable();
        set(target.kin_node());
        return *this;
    }
    one& operator=(T&& value) {
        check_writable();
        set_new(transients<T>, &value);
        return *this;
    }
    one& operator=(const T&) = delete;
    /// `post->editor = post->author`: leads where the other one does. From the side without the key the target moves.
    template <class Other>
    requires(std::is_base_of_v<one, Other> && !std::is_const_v<Other>) one& operator=(Other& other) {
        check_writable();
        follow(other);
        return *this;
    }

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
        node& n = required();
        look(&n);
        return *static_cast<const T*>(n.object());
    }
    T& operator*() {
        use_model<T>();
        node& n = required();
        touch(&n);
        return *static_cast<T*>(n.object());
    }
    [[nodiscard]] explicit operator bool() const {
        use_model<T>();
        return target() != nullptr;
    }
    /// The target, or the given object where there is none.
    [[nodiscard]] const T& value_or(const T& other, const site& where = site::current()) const {
        const T* p = get(where);
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

    friend bool operator==(const one& a, std::nullptr_t) { return a.get(site{}) == nullptr; }
    friend bool operator==(const one& a, const ref<T>& b) { return a.get(site{}) == b.get(); }

  protected:
    static constexpr void check_writable() {
        static_assert(!ViewOnly, "kin: this relation is viewonly: change what it is a view of");
    }
    ref<T> save_new(T&& value, const site& where) {
        check_writable();
        use_model<T>();
        return ref<T>::of(save(&value, nullptr, where));
    }
    ref<T> save_node(node* n, const site& where) {
        check_writable();
        use_model<T>();
        return ref<T>::of(save(nullptr, n, where));
    }
    [[nodiscard]] node* node_in(const T& object, const site& where) const { return session_node(&object, where); }
    ref<T> save_named(const value& key, const site& where) {
        check_writable();
        use_model<T>();
        return ref<T>::of(save_key(key, where));
    }
    ref<T> seek(T&& value, bool update, const std::vector<std::size_t>* written, const site& where) {
        check_writable();
        use_model<T>();
        return ref<T>::of(&find_or_create({.object = &value, .update = update, .written = written}, where));
    }
};

/// Writes what a relation's stand-in says into a fresh object.
void set_stand_in(const mapping::model&, const mapping::relation_options&, void* object);

/// As `one`, but where there is no target it reads as a stand-in. `->` and `*` are read only, as what is changed in it
/// would be lost: `get` and `handle` lead to the target alone.
template <class T, class... Options>
class one_or_default : public one<T, mapping::read_options<Options...>().viewonly> {
    using base = one<T, mapping::read_options<Options...>().viewonly>;

  public:
    using base::base;
    using base::operator=;

    const T* operator->() const { return &**this; }
    const T& operator*() const {
        const T* there = this->get();
        return there != nullptr ? *there : stand_in();
    }

  private:
    static const T& stand_in() {
        // Never destroyed: others may look at it while the program ends.
        static const T* const made = [] {
            T* fresh = new T{};
            try {
                set_stand_in(mapping::model_of<T>(), mapping::read_options<Options...>(), fresh);
                (mapping::make_stand_in<Options>::of(*fresh), ...);
            } catch (...) {
                delete fresh;  // by hand: <memory> is slow to compile
                throw;
            }
            return fresh;
        }();
        return *made;
    }
};

template <class T, class... Options>
using belongs_to_base =
    std::conditional_t<mapping::read_options<Options...>().has_stand_in, one_or_default<T, Options...>,
                       one<T, mapping::read_options<Options...>().viewonly>>;

}  // namespace graph

/// Many to one: this model holds a key<T>; nullable where that key is optional. Sends, at first touch of an unloaded
/// one: SELECT … FROM t WHERE id IN (…), for all siblings at once, and nothing for keys that are NULL or known.
template <class T, class... Options>
class belongs_to : public graph::belongs_to_base<T, Options...> {
    using base = graph::belongs_to_base<T, Options...>;

  public:
    static constexpr mapping::relation_declaration kin_declaration{
        mapping::relation_kind::belongs_to, mapping::named_slot<T>, mapping::shared_options<Options...>(),
        mapping::type_number<T>};
    using base::base;
    using base::operator=;
    belongs_to() noexcept = default;
    /// With the target of an object\'s relation, or its members: `Box{.items = box->items}`.
    template <class Same>
    requires(std::is_same_v<Same, belongs_to>) belongs_to(Same& other) : base(other, graph::same_targets{}) {}

    /// Assignment that is written at once: flushes, in the session's transaction; on an error memory is as it was.
    /// usage_error where this object is in no session.
    ref<T> associate(const ref<T>& target, const site& where = site::current()) {
        return this->save_node(graph::given(target, where), where);
    }
    ref<T> associate(T&& target, const site& where = site::current()) {
        return this->save_new(std::move(target), where);
    }
    ref<T> associate(const T& target, const site& where = site::current()) {
        return this->save_node(this->node_in(target, where), where);
    }
    /// The same with the one that has this key; a SELECT where the session does not know it, not_found where there is
    /// none.
    template <mapping::asked_key Key>
    ref<T> associate(const Key& target, const site& where = site::current()) {
        return this->save_named(mapping::key_value<T>(target), where);
    }
    /// `= nullptr`, written at once: the key becomes NULL.
    void dissociate(const site& where = site::current()) { (void)this->save_node(nullptr, where); }
};

/// One to one, seen from the side without the key. More than one row found is an error (multiple_found).
template <class T, class... Options>
class has_one : public graph::one<T, mapping::read_options<Options...>().viewonly> {
    using base = graph::one<T, mapping::read_options<Options...>().viewonly>;

  public:
    static constexpr mapping::relation_declaration kin_declaration{
        mapping::relation_kind::has_one, mapping::named_slot<T>, mapping::keyless_options<Options...>(),
        mapping::type_number<T>};
    using base::base;
    using base::operator=;
    has_one() noexcept = default;
    /// With the target of an object\'s relation, or its members: `Box{.items = box->items}`.
    template <class Same>
    requires(std::is_same_v<Same, has_one>) has_one(Same& other) : base(other, graph::same_targets{}) {}

    /// A new target, written at once: flushes, in the session's transaction; on an error memory is as it was. What was
    /// there before gives way as with an assignment. usage_error where this object is in no session.
    ref<T> create(T&& target, const site& where = site::current()) { return this->save_new(std::move(target), where); }
    ref<T> save(T&& target, const site& where = site::current()) { return this->save_new(std::move(target), where); }
    /// The same with one of the session.
    ref<T> save(const ref<T>& target, const site& where = site::current()) {
        return this->save_node(graph::given(target, where), where);
    }
    ref<T> save(const T& target, const site& where = site::current()) {
        return this->save_node(this->node_in(target, where), where);
    }
    /// The one that is there, or this one. SELECT where it is not loaded, and INSERT where there is none.
    ref<T> first_or_create(T&& target, const site& where = site::current()) {
        return this->seek(std::move(target), false, nullptr, where);
    }
    /// What the value says (the columns that differ from those of a fresh T) onto the one that is there, or this one.
    ref<T> update_or_create(T&& target, const site& where = site::current()) {
        return this->seek(std::move(target), true, nullptr, where);
    }
    /// The same; one that is there takes over these columns and no others, whatever the value holds:
    /// `ada->profile.update_or_create(Profile{.views = 0}, &Profile::views)`.
    template <class... C>
    ref<T> update_or_create(T&& target, by<std::type_identity_t<T>> column, C T::*... more) {
        const std::vector<std::size_t> written{column.offset, detail::column_offset(more)...};
        return this->seek(std::move(target), true, &written, column.where);
    }
};

namespace graph {

/// What a collection's options change about its members.
enum class shape : unsigned char { list, set, keyed };

constexpr shape shape_of(const mapping::relation_options& o) {
    if (!o.keyed_by.empty()) return shape::keyed;
    return o.as_set ? shape::set : shape::list;
}

/// What has_many and many_to_many share: a collection that loads.
template <class T, shape Shape, bool ViewOnly>
class many : public to_many {
  public:
    using kin_relation = T;
    using value_type = T;
    using iterator = graph::iterator<T>;
    using const_iterator = graph::iterator<const T>;

    many() noexcept = default;
    /// New members, for whole graphs as literals.
    many(std::initializer_list<T> members) {
        check_writable();
        for (const T& member : members) {
            // One copy for each member; what it holds itself is taken over, not copied again.
            taking_over guard;
            T copy{member};
            push_new(transients<T>, &copy);
        }
    }
    many(std::initializer_list<ref<T>> members) {
        check_writable();
        for (const ref<T>& member : members) push(member.kin_node());
    }
    many(many& other, same_targets same) : to_many(other, same) { check_writable(); }
    /// Replaces the collection; only the difference is written. `= {}` empties it.
    many& operator=(std::initializer_list<T> members) {
        if (members.size() == 0) {
            clear();
        } else {
            to_many::operator=(many(members));
        }
        return *this;
    }
    template <class Handle>
    requires std::is_same_v<Handle, ref<T>> many& operator=(std::initializer_list<Handle> members) {
        to_many::operator=(many(members));
        return *this;
    }
    /// The same members as the other one's: children leave it, as a child has one parent; of a many_to_many both have
    /// them. Loads what it has to know of either, and flushes nothing.
    template <class Other>
    requires(std::is_base_of_v<many, Other> && !std::is_const_v<Other>) many& operator=(Other& other) {
        check_writable();
        follow(other);
        return *this;
    }

    [[nodiscard]] const_iterator begin(const site& where = site::current()) const {
        use_model<T>();
        return const_iterator{items(where).data};
    }
    [[nodiscard]] const_iterator end(const site& where = site::current()) const {
        const auto all = items(where);
        return const_iterator{all.data + all.size};
    }
    [[nodiscard]] iterator begin(const site& where = site::current()) {
        use_model<T>();
        return iterator{items(where).data};
    }
    [[nodiscard]] iterator end(const site& where = site::current()) {
        const auto all = items(where);
        return iterator{all.data + all.size};
    }
    [[nodiscard]] std::size_t size(const site& where = site::current()) const {
        use_model<T>();
        return how_many(where);
    }
    [[nodiscard]] bool empty(const site& where = site::current()) const { return size(where) == 0; }
    /// The i-th member.
    const T& operator[](position at) const requires(Shape == shape::list) { return begin(at.where)[at.i]; }
    T& operator[](position at) requires(Shape == shape::list) { return begin(at.where)[at.i]; }
    const T& front(const site& where = site::current()) const { return *begin(where); }
    T& front(const site& where = site::current()) { return *begin(where); }
    const T& back(const site& where = site::current()) const { return *(end(where) - 1); }
    T& back(const site& where = site::current()) { return *(end(where) - 1); }
    /// The handle of the i-th member.
    [[nodiscard]] ref<T> handle(std::size_t i, const site& where = site::current()) const {
        return ref<T>::of(with_handle(items(where).data[i]));
    }
    [[nodiscard]] bool contains(const ref<T>& member, const site& where = site::current()) const {
        use_model<T>();
        return holds(member.kin_node(), where);
    }
    /// By the key of a keyed collection: the member, or an empty handle.
    [[nodiscard]] ref<T> find(const value& key, const site& where = site::current()) const
        requires(Shape == shape::keyed) {
        use_model<T>();
        node* n = find_keyed(key.view(), where);
        return n == nullptr ? ref<T>{} : ref<T>::of(with_handle(n));
    }
    [[nodiscard]] bool contains(const value& key, const site& where = site::current()) const
        requires(Shape == shape::keyed) {
        use_model<T>();
        return find_keyed(key.view(), where) != nullptr;
    }
    /// As `find`; not_found where there is none.
    const T& at(const value& key, const site& where = site::current()) const requires(Shape == shape::keyed) {
        use_model<T>();
        node& n = require_keyed(key.view(), where);
        look(&n);
        return *static_cast<const T*>(n.object());
    }
    T& at(const value& key, const site& where = site::current()) requires(Shape == shape::keyed) {
        use_model<T>();
        node& n = require_keyed(key.view(), where);
        touch(&n);
        return *static_cast<T*>(n.object());
    }
    const T& operator[](const value& key) const requires(Shape == shape::keyed) { return at(key, site{}); }
    T& operator[](const value& key) requires(Shape == shape::keyed) { return at(key, site{}); }

    /// A new member, moved from; the other side knows at once, its row is written by the next flush.
    T& push_back(T&& member) requires(Shape == shape::list) { return insert(std::move(member)); }
    /// One that exists; a child leaves its former parent's collection.
    void push_back(const ref<T>& member) requires(Shape == shape::list) { insert(member); }
    void push_back(const T&) = delete;
    template <class... Args>
    T& emplace_back(Args&&... args) requires(Shape == shape::list) {
        return insert(T{std::forward<Args>(args)...});
    }
    /// A keyed collection lets go of the member that has the same key (of more than 16: and had it when it came in).
    T& insert(T&& member) {
        check_writable();
        use_model<T>();
        return *static_cast<T*>(push_new(transients<T>, &member).object());
    }
    void insert(const ref<T>& member) {
        check_writable();
        use_model<T>();
        push(member.kin_node());
    }
    void insert(const T&) = delete;
    /// Takes a member out: of a has_many its key becomes NULL at the next flush (with `owned` its row is deleted), of a
    /// many_to_many the row of the pivot is deleted. Nothing where it is no member.
    void erase(const ref<T>& member) {
        check_writable();
        use_model<T>();
        take_out(member.kin_node());
    }
    /// As above; returns the position behind it.
    iterator erase(iterator at) {
        check_writable();
        const auto index = at - begin(site{});
        take_out(at.kin_node());
        return begin(site{}) + index;
    }
    void erase(const value& key, const site& where = site::current()) requires(Shape == shape::keyed) {
        check_writable();
        use_model<T>();
        if (node* n = find_keyed(key.view(), where)) take_out(n);
    }
    /// Takes every member out.
    void clear() {
        check_writable();
        use_model<T>();
        take_out_all();
    }
    // Write helpers: they flush, inside the session's transaction, so that the row is there when they return. Where
    // that fails, memory is as it was before the call; of an object that is in no session they are a usage_error.

    /// A new member. Sends INSERT (of a many_to_many, another one for the pivot's row), behind what else is staged.
    ref<T> create(T&& member, const site& where = site::current()) {
        node* n = nullptr;
        write(&member, &n, 1, where);
        return ref<T>::of(n);
    }
    /// New members: one INSERT for all of them.
    std::vector<ref<T>> create_many(std::vector<T> members, const site& where = site::current()) {
        std::vector<node*> nodes(members.size());
        write(members.data(), nodes.data(), nodes.size(), where);
        std::vector<ref<T>> created;
        for (node* n : nodes) created.push_back(ref<T>::of(n));
        return created;
    }
    /// One that exists, or a new one. A child that had another parent sends one UPDATE.
    ref<T> save(const ref<T>& member, const site& where = site::current()) {
        node* n = given(member, where);
        write(nullptr, &n, 1, where);
        return member;
    }
    ref<T> save(T&& member, const site& where = site::current()) { return create(std::move(member), where); }
    ref<T> save(const T& member, const site& where = site::current()) {
        node* n = session_node(&member, where);
        write(nullptr, &n, 1, where);
        return ref<T>::of(n);
    }
    /// Many of them in one flush.
    void save_many(const std::vector<ref<T>>& members, const site& where = site::current()) {
        std::vector<node*> nodes;
        for (const ref<T>& member : members) nodes.push_back(given(member, where));
        write(nullptr, nodes.data(), nodes.size(), where);
    }
    /// The member with these values in these columns, or this one as a new member:
    /// `ada->posts.first_or_create(Post{.title = "On looms"}, &Post::title)`. Sends SELECT, and INSERT where there is
    /// none. Where the columns (of a has_many together with its key) are unique, it is one row whoever else asks for it
    /// at the same moment: INSERT … ON CONFLICT DO NOTHING and SELECT, or nothing where the session knows it.
    template <class... C>
    ref<T> first_or_create(T&& member, by<std::type_identity_t<T>> column, C T::*... more) {
        return seek({&member, {column.offset, detail::column_offset(more)...}, false}, column.where);
    }
    /// The same; one that is found takes over what else the value says: its columns that differ from those of a fresh
    /// T. One UPDATE where that changes anything.
    template <class... C>
    ref<T> update_or_create(T&& member, by<std::type_identity_t<T>> column, C T::*... more) {
        return seek({&member, {column.offset, detail::column_offset(more)...}, true}, column.where);
    }
    /// The same; one that is found takes over these columns and no others, whatever the value holds:
    /// `ada->posts.update_or_create(Post{.title = "On looms", .views = 0}, {&Post::title}, {&Post::views})`.
    ref<T> update_or_create(T&& member, std::initializer_list<by<T>> same, std::initializer_list<by<T>> written,
                            const site& where = site::current()) {
        const std::vector<std::size_t> columns = offsets_of(written);
        return seek({&member, offsets_of(same), true, &columns}, where);
    }

    // The relation as a query: what the database says, whatever is in memory. usage_error where the owner has no row.
    // (A function of its own each, so that relations need not know what queries are made of.)
    [[nodiscard]] kin::query<T> query(const site& at = site::current()) const { return {*this, at}; }
    /// `ada->posts.where(col(&Post::views) > 9).order_by(&Post::title).all()`; of a many_to_many through an
    /// association object, its columns can be named, too.
    template <class Condition>
    [[nodiscard]] kin::query<T> where(const Condition& c, const site& at = site::current()) const {
        return std::move(query(at).where(c));
    }
    template <class... Order>
    [[nodiscard]] kin::query<T> order_by(const Order&... order) const {
        return std::move(query().order_by(order...));
    }
    [[nodiscard]] bool loaded() const noexcept { return is_loaded(); }

  protected:
    static constexpr void check_writable() {
        static_assert(!ViewOnly, "kin: this relation is viewonly: change what it is a view of");
    }

  private:
    void write(void* objects, node** nodes, std::size_t count, const site& where) {
        check_writable();
        use_model<T>();
        to_many::save(objects, nodes, count, nullptr, where);
    }
    ref<T> seek(const sought& what, const site& where) {
        check_writable();
        use_model<T>();
        return ref<T>::of(&find_or_create(what, where));
    }
    static std::vector<std::size_t> offsets_of(std::initializer_list<by<T>> columns) {
        std::vector<std::size_t> offsets;
        for (const by<T>& each : columns) offsets.push_back(each.offset);
        return offsets;
    }
};

}  // namespace graph

/// One to many: T holds a key of this model. Sends, at first touch of an unloaded one: SELECT … FROM t WHERE
/// parent_id IN (…), for all siblings at once.
template <class T, class... Options>
class has_many : public graph::many<T, graph::shape_of(mapping::read_options<Options...>()),
                                    mapping::read_options<Options...>().viewonly> {
    using base = graph::many<T, graph::shape_of(mapping::read_options<Options...>()),
                             mapping::read_options<Options...>().viewonly>;

  public:
    static constexpr mapping::relation_declaration kin_declaration{
        mapping::relation_kind::has_many, mapping::named_slot<T>, mapping::keyless_options<Options...>(),
        mapping::type_number<T>};
    using base::base;
    using base::operator=;
    has_many() noexcept = default;
    /// With the target of an object\'s relation, or its members: `Box{.items = box->items}`.
    template <class Same>
    requires(std::is_same_v<Same, has_many>) has_many(Same& other) : base(other, graph::same_targets{}) {}
};

}  // namespace kin
