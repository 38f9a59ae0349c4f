// The polymorphic relations: morph_to on the side with the key, morph_many, morph_one on the others.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <kin/graph/many_to_many.hpp>

// Windows' headers define these words.
#pragma push_macro("far")
#undef far

namespace kin {

/// An option of morph_to: it may lead to nothing, and its two columns can be NULL.
struct nullable {};
/// An option of morph_to: the type of its targets' keys, if it is not std::int64_t.
template <class Key>
struct id_as {};

namespace graph {

/// What stands between a morph_to's options: the models, whether it may be empty, its key.
template <class T>
struct morph_argument {
    static constexpr bool is_model = !mapping::is_option<T>;
    static constexpr bool is_nullable = false;
};
template <>
struct morph_argument<nullable> {
    static constexpr bool is_model = false;
    static constexpr bool is_nullable = true;
};
template <class Key>
struct morph_argument<id_as<Key>> {
    static constexpr bool is_model = false;
    static constexpr bool is_nullable = false;
};

template <class Id, class... Rest>
struct morph_id {
    using type = Id;
};
template <class Id, class First, class... Rest>
struct morph_id<Id, First, Rest...> : morph_id<Id, Rest...> {};
template <class Id, class Key, class... Rest>
struct morph_id<Id, id_as<Key>, Rest...> {
    using type = Key;
};

/// The models among the arguments.
template <class Found, class... Rest>
struct morph_models {
    using type = Found;
};
template <class... Found, class First, class... Rest>
struct morph_models<mapping::morph_set<Found...>, First, Rest...>
    : morph_models<std::conditional_t<morph_argument<First>::is_model, mapping::morph_set<Found..., First>,
                                      mapping::morph_set<Found...>>,
                   Rest...> {};

/// The options among the arguments, as every arm has them.
template <class T>
constexpr mapping::relation_options morph_options_with(mapping::relation_options o) {
    if constexpr (mapping::is_option<T>) mapping::option_reader<T>::read(o);
    return o;
}
template <class... T>
constexpr mapping::relation_options morph_options() {
    mapping::relation_options o;
    ((o = morph_options_with<T>(o)), ...);
    return o;
}

/// One word of a morph_to: a relation to one of its models.
class morph_arm : public to_one {};

/// Leads `to`, of an object of a session, where `from` does. False where it is not in a session, or where `from` is a
/// value that says something else than none: then its members say all.
bool morph_follow(morph_arm* to, morph_arm* from, std::size_t count);
/// A value's hold what those of an object of a session lead to; false where these are not in one.
bool morph_take(morph_arm* value, morph_arm* from, std::size_t count) noexcept;

/// What every morph_to consists of. Its columns are nobody's to write but the unit of work's.
template <class Type, class Id, std::size_t Arms>
struct morph_members {
    Type type{};
    Id id{};
    morph_arm arms[Arms];

    morph_members() noexcept = default;
    morph_members(const morph_members&) = default;
    morph_members(morph_members&& other) noexcept {
        if (!morph_take(arms, other.arms, Arms)) say(std::move(other));
    }
    ~morph_members() = default;
    // Between objects of a session: leads where the other one does.
    morph_members& operator=(const morph_members& other) {
        if (this == &other || morph_follow(arms, const_cast<morph_arm*>(other.arms), Arms)) return *this;
        say(morph_members{other});
        return *this;
    }
    morph_members& operator=(morph_members&& other) {
        if (this != &other && !morph_follow(arms, other.arms, Arms)) say(std::move(other));
        return *this;
    }

  private:
    // Where a whole object is assigned, what says nothing of its target leaves the row as it is.
    void say(morph_members&& other) {
        if (!(other.type == Type{})) {
            type = std::move(other.type);
            id = std::move(other.id);
        }
        for (std::size_t i = 0; i < Arms; ++i) arms[i] = std::move(other.arms[i]);
    }
};

/// The target, or null, and in `which` its place in the set; loads it where that is allowed. An object that says of
/// itself what no model in the set is called is a mapping_error.
[[nodiscard]] node* morph_target(const void* morph, const mapping::morph_declaration&, std::size_t& which,
                                 const site& where);
/// The place in the set of what it leads to, `count` for nothing; sends nothing.
[[nodiscard]] std::size_t morph_place(const void* morph, const mapping::morph_declaration&);
[[nodiscard]] bool morph_loaded(const void* morph, const mapping::morph_declaration&);
void morph_set(void* morph, const mapping::morph_declaration&, std::size_t which, node* target);
void morph_set_new(void* morph, const mapping::morph_declaration&, std::size_t which, group& transient, void* object);
/// The same, written at once.
node* morph_save(void* morph, const mapping::morph_declaration&, std::size_t which, void* object, node*, const site&);
node* morph_save_key(void* morph, const mapping::morph_declaration&, std::size_t which, const value& key, const site&);
void morph_clear(void* morph, const mapping::morph_declaration&, const site&);
[[noreturn]] void morph_throw_empty(const void* morph, const mapping::morph_declaration&);

template <class T, class... Model>
constexpr std::size_t place_in() {
    std::size_t at = 0;
    bool found = false;
    ((found = found || std::is_same_v<T, Model>, at += found ? 0 : 1), ...);
    return at;
}

}  // namespace graph

namespace mapping {

/// The declaration of the same relation over the keys of a morph_to.
constexpr relation_declaration polymorphic(relation_declaration d, morph_side side) {
    d.morph = side;
    return d;
}

/// Whether the model's key is of this type, as far as its members say.
template <class T, class Id>
constexpr bool has_key_like() {
    constexpr field wanted = describe_field<Id>(0, "");
    const model_declaration& d = declaration_of<T>();
    if (d.has_table) {
        for (const table_description::rule& r : *d.table) {
            if (r.what == table_description::rule_kind::primary_key) return r.columns.count == 1;
        }
    }
    name_walker names{d.spelled_members};
    for (std::size_t i = 0; i < d.count; ++i) {
        const std::string_view name = names.next();
        const member_type& m = *d.members[i];
        if (m.kind != member_type::what::column || m.is_optional || (name != "id" && m.key_number != d.number))
            continue;
        return m.io.rep == wanted.rep && m.io.type == wanted.type;
    }
    return true;
}

}  // namespace mapping

/// Several functions as one, for visiting.
template <class... F>
struct overloads : F... {
    using F::operator()...;
};
template <class... F>
overloads(F...) -> overloads<F...>;

/// Many to one, to an object of one of several models: two columns, `…_type` (the model's tag: its struct's name, or
/// `table(…).morph("post")`) and `…_id`, with an index and without a constraint. Options: `nullable`, `id_as<Key>`,
/// `lazy<…>`. Sends, at first touch of an unloaded one: SELECT … FROM the target's table WHERE id IN (…), for all
/// siblings that lead to that model.
template <class... Arguments>
class morph_to {
    using models = typename graph::morph_models<mapping::morph_set<>, Arguments...>::type;
    using id_type = typename graph::morph_id<std::int64_t, Arguments...>::type;
    static constexpr bool is_nullable = (graph::morph_argument<Arguments>::is_nullable || ...);
    static constexpr mapping::relation_options options = graph::morph_options<Arguments...>();
    static_assert(models::size > 0, "kin: a morph_to names the models that it can lead to");
    static_assert(!options.removes() && !options.removes_orphans(),
                  "kin: a morph_to does not own what it leads to: declare the other side owned");

    template <class Id>
    using column = std::conditional_t<is_nullable, std::optional<Id>, Id>;
    using members = graph::morph_members<column<std::string>, column<id_type>, models::size>;

    template <class T>
    static constexpr bool among = models::template holds<T>;

    template <class Set>
    struct arms_of;
    template <class... T>
    struct arms_of<mapping::morph_set<T...>> {
        static constexpr mapping::relation_declaration all[] = {
            {mapping::relation_kind::belongs_to, mapping::named_slot<T>, options, mapping::type_number<T>, nullptr, 0,
             mapping::morph_side::arm}...};
        template <class Wanted>
        static constexpr std::size_t place = graph::place_in<Wanted, T...>();
        static void use() { (graph::use_model<T>(), ...); }

        template <class Self, class Visitor>
        static decltype(auto) visit(Self& self, graph::node* n, std::size_t which, Visitor& visitor) {
            if (n == nullptr) graph::morph_throw_empty(&self, kin_morph);
            return call<Self, Visitor, T...>(n, which, visitor);
        }
        template <class Self, class Visitor, class First, class... Rest>
        static decltype(auto) call(graph::node* n, std::size_t which, Visitor& visitor) {
            using object = std::conditional_t<std::is_const_v<Self>, const First, First>;
            if constexpr (sizeof...(Rest) > 0) {
                if (which != 0) return call<Self, Visitor, Rest...>(n, which - 1, visitor);
            }
            if constexpr (std::is_const_v<Self>) {
                graph::look(n);
            } else {
                graph::touch(n);
            }
            return visitor(*static_cast<object*>(n->object()));
        }
    };
    using arms = arms_of<models>;

    template <class T>
    static constexpr void refuse_others() {
        static_assert(among<T>, "kin: this model is not in the morph_to's set");
        static_assert(mapping::has_key_like<T, id_type>(),
                      "kin: the models of a morph_to have keys of one type: say which with kin::id_as<…>");
    }
    static constexpr field type_field = describe_field<column<std::string>>(__builtin_offsetof(members, type), "");
    static constexpr field id_field = describe_field<column<id_type>>(__builtin_offsetof(members, id), "");

  public:
    using kin_relation = models;
    static constexpr mapping::morph_declaration kin_morph{
        arms::all, models::size, static_cast<std::uint32_t>(__builtin_offsetof(members, arms)), &type_field, &id_field};
    static constexpr const mapping::relation_declaration& kin_declaration = arms::all[0];
    /// Where its first relation stands in the struct, seen from the member.
    static constexpr std::size_t kin_first_arm = kin_morph.first_arm;
    /// The same of the relation to one of its models.
    template <class T>
    static constexpr std::size_t kin_arm() {
        static_assert(among<T>, "kin: this model is not in the morph_to's set");
        return kin_first_arm + arms::template place<T> * sizeof(void*);
    }
    using kin_id = column<id_type>;
    using kin_tag = column<std::string>;

    morph_to() noexcept = default;
    morph_to(std::nullptr_t) { *this = nullptr; }
    template <class T>
    requires(models::template holds<T>) morph_to(const ref<T>& target) { *this = target; }
    template <class T>
    requires(models::template holds<T>) morph_to(T&& value) { *this = std::move(value); }
    /// A plain object would be copied: say `std::move`, or pass its handle (`s.handle(post)`).
    template <class T>
    requires(models::template holds<T>) morph_to(const T&)
    = delete;

    morph_to& operator=(std::nullptr_t) {
        graph::morph_set(this, kin_morph, 0, nullptr);
        return *this;
    }
    template <class T>
    requires(models::template holds<T>) morph_to& operator=(const ref<T>& target) {
        refuse_others<T>();
        graph::morph_set(this, kin_morph, arms::template place<T>, target.kin_node());
        return *this;
    }
    template <class T>
    requires(models::template holds<T>) morph_to& operator=(T&& value) {
        refuse_others<T>();
        graph::morph_set_new(this, kin_morph, arms::template place<T>, graph::transients<T>, &value);
        return *this;
    }
    template <class T>
    requires(models::template holds<T>) morph_to& operator=(const T&) = delete;

    /// The target if it is a T, else null; loads it at first touch (or throws raised_load, as its strategy says).
    template <class T>
    [[nodiscard]] const T* get(const site& where = site::current()) const {
        graph::node* n = target_if<T>(where);
        if (n == nullptr) return nullptr;
        graph::look(n);
        return static_cast<const T*>(n->object());
    }
    template <class T>
    [[nodiscard]] T* get(const site& where = site::current()) {
        graph::node* n = target_if<T>(where);
        if (n == nullptr) return nullptr;
        graph::touch(n);
        return static_cast<T*>(n->object());
    }
    /// The handle of the target if it is a T; else empty.
    template <class T>
    [[nodiscard]] ref<T> handle(const site& where = site::current()) const {
        return ref<T>::of(graph::with_handle(target_if<T>(where)));
    }
    /// Calls the visitor with the target, whichever it is: `visit([](const auto& target) { … })`, or with
    /// `overloads{[](const Post& post) { … }, [](const Video& video) { … }}`. Where there is none: not_found.
    template <class Visitor>
    decltype(auto) visit(Visitor&& visitor, const site& where = site::current()) const {
        std::size_t which = 0;
        graph::node* n = target_of_any(which, where);
        return arms::visit(*this, n, which, visitor);
    }
    template <class Visitor>
    decltype(auto) visit(Visitor&& visitor, const site& where = site::current()) {
        std::size_t which = 0;
        graph::node* n = target_of_any(which, where);
        return arms::visit(*this, n, which, visitor);
    }
    /// As above; where there is none, calls `none`, which takes nothing.
    template <class Visitor, class Nobody>
    requires std::is_invocable_v<Nobody&>
    auto visit(Visitor&& visitor, Nobody&& none, const site& where = site::current()) const -> decltype(none()) {
        std::size_t which = 0;
        graph::node* n = target_of_any(which, where);
        if (n == nullptr) return none();
        return arms::visit(*this, n, which, visitor);
    }
    template <class Visitor, class Nobody>
    requires std::is_invocable_v<Nobody&>
    auto visit(Visitor&& visitor, Nobody&& none, const site& where = site::current()) -> decltype(none()) {
        std::size_t which = 0;
        graph::node* n = target_of_any(which, where);
        if (n == nullptr) return none();
        return arms::visit(*this, n, which, visitor);
    }
    /// Whether it leads to a T. Sends nothing.
    template <class T>
    [[nodiscard]] bool holds() const {
        refuse_others<T>();
        return graph::morph_place(this, kin_morph) == arms::template place<T>;
    }
    /// Assignment that is written at once: flushes, in the session's transaction; on an error memory is as it was.
    /// usage_error where this object is in no session.
    template <class T>
    ref<T> associate(const ref<T>& target, const site& where = site::current()) {
        refuse_others<T>();
        return saved<T>(nullptr, graph::given(target, where), where);
    }
    template <class T>
    requires(models::template holds<T>) ref<T> associate(T&& target, const site& where = site::current()) {
        refuse_others<T>();
        return saved<T>(&target, nullptr, where);
    }
    /// The same with the T that has this key, `note->on.associate<Post>(7)`: a SELECT where the session does not know
    /// it, not_found where there is none.
    template <class T, mapping::asked_key Key>
    ref<T> associate(const Key& target, const site& where = site::current()) {
        refuse_others<T>();
        graph::use_model<T>();
        return ref<T>::of(
            graph::morph_save_key(this, kin_morph, arms::template place<T>, mapping::key_value<T>(target), where));
    }
    /// `= nullptr`, written at once: the two columns become NULL.
    void dissociate(const site& where = site::current()) { graph::morph_clear(this, kin_morph, where); }
    /// Whether it leads to nothing, also where what it names is gone.
    [[nodiscard]] bool empty(const site& where = site::current()) const {
        std::size_t which = 0;
        return graph::morph_target(this, kin_morph, which, where) == nullptr;
    }
    [[nodiscard]] explicit operator bool() const { return !empty(site{}); }
    /// Whether reading it would send nothing.
    [[nodiscard]] bool loaded() const { return graph::morph_loaded(this, kin_morph); }

    friend bool operator==(const morph_to& a, std::nullptr_t) { return a.empty(site{}); }
    template <class T>
    requires(models::template holds<T>) friend bool operator==(const morph_to& a, const ref<T>& b) {
        return a.template get<T>(site{}) == b.get();
    }

  private:
    [[nodiscard]] graph::node* target_of_any(std::size_t& which, const site& where) const {
        arms::use();
        return graph::morph_target(this, kin_morph, which, where);
    }
    template <class T>
    ref<T> saved(void* object, graph::node* n, const site& where) {
        return ref<T>::of(graph::morph_save(this, kin_morph, arms::template place<T>, object, n, where));
    }
    template <class T>
    [[nodiscard]] graph::node* target_if(const site& where) const {
        refuse_others<T>();
        graph::use_model<T>();
        std::size_t which = 0;
        graph::node* n = graph::morph_target(this, kin_morph, which, where);
        return which == arms::template place<T> ? n : nullptr;
    }

    members members_{};
};

/// One to many: T has this model in a morph_to's set. Loads, counts and cascades as has_many; every statement names the
/// tag, too: WHERE …_type = ? AND …_id IN (…). Where T has two such members, `via<"member">` says which.
template <class T, class... Options>
class morph_many : public has_many<T, Options...> {
    using base = has_many<T, Options...>;

  public:
    static constexpr mapping::relation_declaration kin_declaration =
        mapping::polymorphic(base::kin_declaration, mapping::morph_side::owner);
    using base::base;
    using base::operator=;
    morph_many() noexcept = default;
    /// With the target of an object\'s relation, or its members: `Box{.items = box->items}`.
    template <class Same>
    requires(std::is_same_v<Same, morph_many>) morph_many(Same& other) : base(other, graph::same_targets{}) {}
};

/// One to one, as morph_many. More than one row found is an error (multiple_found).
template <class T, class... Options>
class morph_one : public has_one<T, Options...> {
    using base = has_one<T, Options...>;

  public:
    static constexpr mapping::relation_declaration kin_declaration =
        mapping::polymorphic(base::kin_declaration, mapping::morph_side::owner);
    using base::base;
    using base::operator=;
    morph_one() noexcept = default;
    /// With the target of an object\'s relation, or its members: `Box{.items = box->items}`.
    template <class Same>
    requires(std::is_same_v<Same, morph_one>) morph_one(Same& other) : base(other, graph::same_targets{}) {}
};

/// Many to many: the association object has a morph_to that leads here, and a key of T:
/// `struct Taggable { key<Tag> tag_id{}; morph_to<Post, Video> taggable{}; … }`. As many_to_many through it; every
/// statement names the tag, too.
template <class T, class Pivot, class... Options>
class morph_to_many : public many_to_many<T, Pivot, Options...> {
    using base = many_to_many<T, Pivot, Options...>;

  public:
    static constexpr mapping::relation_declaration kin_declaration =
        mapping::polymorphic(base::kin_declaration, mapping::morph_side::owner);
    using base::base;
    using base::operator=;
    morph_to_many() noexcept = default;
    /// With the target of an object\'s relation, or its members: `Box{.items = box->items}`.
    template <class Same>
    requires(std::is_same_v<Same, morph_to_many>) morph_to_many(Same& other) : base(other, graph::same_targets{}) {}
};

/// The other side of a morph_to_many: those of one model, T.
template <class T, class Pivot, class... Options>
class morphed_by_many : public many_to_many<T, Pivot, Options...> {
    using base = many_to_many<T, Pivot, Options...>;

  public:
    static constexpr mapping::relation_declaration kin_declaration =
        mapping::polymorphic(base::kin_declaration, mapping::morph_side::far);
    using base::base;
    using base::operator=;
    morphed_by_many() noexcept = default;
    /// With the target of an object\'s relation, or its members: `Box{.items = box->items}`.
    template <class Same>
    requires(std::is_same_v<Same, morphed_by_many>) morphed_by_many(Same& other) : base(other, graph::same_targets{}) {}
};

}  // namespace kin

#pragma pop_macro("far")
