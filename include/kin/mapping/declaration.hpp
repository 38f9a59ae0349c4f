// The narrow seam to the compiler: counts an aggregate's members, learns their names, offsets and types, and hands all
// of it to the compiled core as constant data. With C++26 reflection this file is replaced and nothing else moves.
//
// Longer than 500 lines for that reason: all that depends on how members are found stands in this one file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include <kin/mapping/bindings.hpp>
#include <kin/mapping/key.hpp>
#include <kin/mapping/listing.hpp>
#include <kin/mapping/table.hpp>
#include <kin/mapping/types.hpp>
#include <kin/value/traits.hpp>

// Windows' headers define these words.
#pragma push_macro("near")
#undef near

namespace kin::sql {
class expr;
}

namespace kin::mapping {

// -- counting -------------------------------------------------------------------------------------------------------

/// Initialises any member in an unevaluated aggregate initialisation.
struct anything {
    template <class T>
    constexpr operator T() const noexcept {
        __builtin_unreachable();
    }
};

inline constexpr std::size_t has_an_array = static_cast<std::size_t>(-1);

/// Braces initialise the elements of a C array one by one, round brackets do not: where they differ, there is one.
template <class T, class... Initialisers>
constexpr std::size_t count_members() {
    if constexpr (requires { T{Initialisers{}..., anything{}}; }) {
        return count_members<T, Initialisers..., anything>();
    } else if constexpr (sizeof...(Initialisers) < 2 || requires { T(Initialisers{}...); }) {
        return sizeof...(Initialisers);
    } else {
        return has_an_array;
    }
}

/// Becomes a base class of T and nothing else: what initialises T first, if T has one.
template <class T>
struct any_base {
    template <class B>
    requires(std::is_base_of_v<B, T> && !std::is_same_v<B, T>) constexpr operator B() const noexcept {
        __builtin_unreachable();
    }
};
template <class T>
concept has_base = requires {
    T{any_base<T>{}};
};

template <class T>
using listing_of = listing<std::remove_cv_t<decltype(members_of<T>)>>;

template <class T>
constexpr std::size_t count_all() {
    if constexpr (listing_of<T>::given) {
        return listing_of<T>::count;
    } else {
        return count_members<T>();
    }
}
template <class T>
inline constexpr std::size_t members_in = count_all<T>();

// -- addresses and names --------------------------------------------------------------------------------------------

/// A structural type, so that it can be a template argument.
template <std::size_t N>
struct member_addresses {
    const volatile void* at[N]{};
};

struct take_addresses {
    template <class... M>
    constexpr auto operator()(const M&... member) const noexcept {
        return member_addresses<sizeof...(M)>{{static_cast<const volatile void*>(&member)...}};
    }
};

/// Hands the members of a specimen to a function.
template <class T, class F>
constexpr auto visit_members(F f) {
    if constexpr (listing_of<T>::given) {
        return listing_of<T>::visit(specimen<T>.value, f);
    } else {
        return bind_members(std::as_const(specimen<T>.value), member_count<members_in<T>>{}, f);
    }
}

template <auto Addresses>
constexpr const char* spell() noexcept {
    return __PRETTY_FUNCTION__;
}
template <class T>
inline constexpr auto addresses_of = bind_members(std::as_const(specimen<T>.value), member_count<members_in<T>>{},
                                                  take_addresses{});

// -- member types ---------------------------------------------------------------------------------------------------

struct model_declaration;

/// What Kin knows of one member's type; one constant for each distinct type, shared by all models.
struct member_type {
    enum class what : std::uint8_t { column, relation, embedded, proxy, morph, unsuitable };
    what kind{};
    field io{};
    behaviour does = behaviour::none;
    // Beside the pointers, which cannot be compared while compiling: see type_number.
    std::uint64_t key_number = 0;
    bool is_optional = false;
    const model_slot* key_of = nullptr;
    const relation_declaration* relation = nullptr;
    const model_declaration* embedded = nullptr;
    const proxy_declaration* proxy = nullptr;
    std::uint32_t absent_at = 0;  ///< deferred: where in the member its flag is; else 0
    const slug_declaration* slug = nullptr;
    const morph_declaration* morph = nullptr;
};

/// Everything that the compiler knows of a model, as constants.
struct model_declaration {
    model_slot* slot = nullptr;
    const type_operations* type = nullptr;
    std::uint64_t number = 0;  ///< type_number
    bool has_table = false;
    const table_description* table = nullptr;
    const member_type* const* members = nullptr;
    const volatile void* const* addresses = nullptr;
    const volatile void* base = nullptr;
    std::size_t count = 0;
    const char* spelled_members = "{";
    const char* spelled_type = nullptr;
    void (*scope)(sql::expr&) = nullptr;  ///< the model's own condition
};

namespace {
/// This translation unit. What it knows of a model that a member names may be more than another one knows, so each
/// enlists those that it sees defined: an entity of its own, not one that the linker picks.
struct this_unit;
}  // namespace

/// Enlists M if the unit knows its definition by its end, where this is instantiated (registration.hpp).
template <class M, class Unit>
bool enlist_neighbour();
template <class M, class Unit>
struct neighbour {
    static inline bool known = enlist_neighbour<M, Unit>();
};

/// The slot of a model that a member names.
template <class M>
inline constexpr model_slot* named_slot = ((void)&neighbour<M, this_unit>::known, &slot_of<M>);

template <class T>
inline constexpr const model_slot* key_target = nullptr;
template <class M, class R>
inline constexpr const model_slot* key_target<key<M, R>> = named_slot<M>;
template <class M, class R>
inline constexpr const model_slot* key_target<std::optional<key<M, R>>> = named_slot<M>;

template <class T>
inline constexpr std::uint64_t key_number = 0;
template <class M, class R>
inline constexpr std::uint64_t key_number<key<M, R>> = type_number<M>;
template <class M, class R>
inline constexpr std::uint64_t key_number<std::optional<key<M, R>>> = type_number<M>;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// Members with behaviour say so by `static constexpr mapping::behaviour kin_behaviour`.
template <class T>
constexpr behaviour behaviour_of() {
    if constexpr (requires { T::kin_behaviour; }) return T::kin_behaviour;
    return behaviour::none;
}

/// A deferred member's flag stands behind its value; 0 for all others.
template <class T>
constexpr std::uint32_t absent_at() {
    if constexpr (requires { typename T::kin_deferred; }) return sizeof(typename T::kin_deferred);
    return 0;
}

/// How a member is made from another one.
template <class T>
constexpr const slug_declaration* slug_of() {
    if constexpr (requires { T::kin_slug; }) return &T::kin_slug;
    return nullptr;
}

template <class T>
constexpr const model_declaration& declaration_of();

/// Whether a type that is complete can be a model, or a value of several columns: a key may name one that is neither.
template <class T>
constexpr bool could_be_model();

template <class T>
constexpr member_type describe_member() {
    if constexpr (std::is_array_v<T>) {
        return {.kind = member_type::what::unsuitable};
    } else if constexpr (requires { T::kin_morph; }) {
        return {.kind = member_type::what::morph, .morph = &T::kin_morph};
    } else if constexpr (requires { typename T::kin_relation; }) {
        return {.kind = member_type::what::relation, .relation = &T::kin_declaration};
    } else if constexpr (requires { typename T::kin_proxy; }) {
        return {.kind = member_type::what::proxy, .proxy = &T::kin_declaration};
    } else if constexpr (storable<T>) {
        return {.kind = member_type::what::column,
                .io = describe_field<T>(0, ""),
                .does = behaviour_of<T>(),
                .key_number = mapping::key_number<T>,
                .is_optional = mapping::is_optional<T>,
                .key_of = key_target<T>,
                .absent_at = absent_at<T>(),
                .slug = slug_of<T>()};
    } else if constexpr (could_be_model<T>()) {
        return {.kind = member_type::what::embedded, .embedded = &declaration_of<T>()};
    } else {
        return {.kind = member_type::what::unsuitable};  // refuse_members says it, where it is a model's
    }
}

template <class T>
inline constexpr member_type member_type_of = describe_member<T>();

template <class... M>
struct member_table {
    static constexpr const member_type* at[sizeof...(M)] = {&member_type_of<M>...};
};

struct take_types {
    template <class... M>
    constexpr auto operator()(const M&...) const noexcept -> const member_type* const* {
        return member_table<std::remove_cv_t<M>...>::at;
    }
};

// -- the declaration ------------------------------------------------------------------------------------------------

template <class T>
constexpr auto copier() -> void (*)(void*, const void*) {
    if constexpr (std::is_copy_constructible_v<T>) {
        return [](void* place, const void* from) { ::new (place) T(*static_cast<const T*>(from)); };
    } else {
        return nullptr;
    }
}
template <class T>
inline constexpr type_operations operations_of = {
    sizeof(T),
    alignof(T),
    [](void* place) { ::new (place) T{}; },
    [](void* object) noexcept { static_cast<T*>(object)->~T(); },
    [](void* first, std::size_t stride, std::size_t count) noexcept {
        for (auto* at = static_cast<char*>(first); count != 0; --count, at += stride) reinterpret_cast<T*>(at)->~T();
    },
    [](void* place, void* from) { ::new (place) T(std::move(*static_cast<T*>(from))); },
    copier<T>(),
    std::is_trivially_destructible_v<T>,
};

template <class T>
inline constexpr bool is_described =
    !std::is_same_v<std::remove_cv_t<decltype(table_of<T>)>, std::nullptr_t> || requires {
    T::table;
};
template <class T>
constexpr const table_description* description_of() {
    if constexpr (!std::is_same_v<std::remove_cv_t<decltype(table_of<T>)>, std::nullptr_t>) {
        return &table_of<T>;
    } else if constexpr (requires { T::table; }) {
        return &T::table;
    } else {
        return nullptr;
    }
}

/// `static auto scope() { return col(&Post::published) == true; }`: what every query on the model asks for.
template <class T>
constexpr auto scope_of() -> void (*)(sql::expr&) {
    if constexpr (requires { T::scope().tree(); }) {
        return [](sql::expr& to) { to = T::scope().tree(); };
    } else {
        return nullptr;
    }
}

template <class T>
constexpr bool has_fit_members() {
    const member_type* const* members = visit_members<T>(take_types{});
    for (std::size_t i = 0; i < members_in<T>; ++i) {
        if (members[i]->kind == member_type::what::unsuitable) return false;
    }
    return true;
}
/// Whether the members can be told apart by their addresses: bit fields have none.
template <class T>
concept has_addresses = requires {
    typename std::bool_constant<has_fit_members<T>()>;
};
template <class T>
constexpr bool could_be_model() {
    if constexpr (std::is_union_v<T> || alignof(T) > 16 || sizeof(T) > 32 * 1024) {
        return false;
    } else if constexpr (listing_of<T>::given) {
        return std::is_default_constructible_v<T> && std::is_move_constructible_v<T> && has_fit_members<T>();
    } else if constexpr (std::is_aggregate_v<T>) {
        if constexpr (has_base<T> || !std::is_move_assignable_v<T>) {
            return false;  // its members cannot be told apart from its base's; they cannot be written
        } else if constexpr (members_in<T> >= 1 && members_in<T> <= 64) {
            if constexpr (has_addresses<T>) return has_fit_members<T>();
            return false;
        } else {
            return false;
        }
    } else {
        return false;
    }
}

/// What value/list.hpp would know.
template <class T>
inline constexpr bool could_be_list = false;
template <class T>
inline constexpr bool could_be_list<std::vector<T>> = std::is_arithmetic_v<T> || std::is_same_v<T, std::string>;

template <class T>
constexpr void refuse_member() {
    static_assert(!std::is_array_v<T>, "kin: a C array cannot be a column: use std::array with a codec, or a relation");
    if constexpr (member_type_of<T>.kind == member_type::what::unsuitable && !std::is_array_v<T>) {
        if constexpr (std::is_aggregate_v<T> || std::is_union_v<T>) {
            (void)declaration_of<T>();  // says what is wrong with it
        } else if constexpr (could_be_list<T>) {
            constexpr bool column = storable<T>;
            static_assert(column, "kin: a list of numbers or texts is a column with #include <kin/value/list.hpp>");
        } else {
            constexpr bool column = storable<T>;
            static_assert(
                column,
                "kin: a member of this type is no column: specialise kin::codec for it, or make it an aggregate");
        }
    }
}
struct refuse_members {
    template <class... M>
    constexpr bool operator()(const M&...) const noexcept {
        (refuse_member<std::remove_cv_t<M>>(), ...);
        return false;
    }
};

/// What is wrong with a type that is to be a model, in its own words.
template <class T>
constexpr bool check_shape() {
    static_assert(sizeof(T) > 0, "kin: this model is only declared here: include its definition first");
    static_assert(alignof(T) <= 16, "kin: a model may not ask for more than 16 bytes of alignment");
    static_assert(sizeof(T) <= 32 * 1024, "kin: a model may take at most 32 KiB");
    if constexpr (could_be_model<T>()) {
        return true;
    } else if constexpr (listing_of<T>::given) {
        constexpr bool makeable = std::is_default_constructible_v<T> && std::is_move_constructible_v<T>;
        static_assert(makeable, "kin: a model needs a default constructor and a move constructor");
        return visit_members<T>(refuse_members{});
    } else {
        constexpr bool structure = !std::is_union_v<T>;
        static_assert(
            structure,
            "kin: a union is no model and no column: nobody can tell which member it holds; make it a struct, or "
            "specialise kin::codec for it");
        constexpr bool aggregate = std::is_aggregate_v<T>;
        static_assert(aggregate,
                      "kin: a model must be an aggregate: no constructors, no private members, no virtual functions; "
                      "the members of others are listed with kin::members_of");
        constexpr bool alone = !aggregate || !has_base<T>;
        static_assert(alone,
                      "kin: a model has no base class: what several share is a struct of its own and a member of each, "
                      "an embedded value; or list the members, the base's too, with kin::members_of");
        constexpr bool writable = !aggregate || !alone || std::is_move_assignable_v<T>;
        static_assert(
            writable,
            "kin: a model has no const members and no references: rows are read into its members, and written to");
        if constexpr (structure && aggregate && alone && writable) {
            constexpr bool arrays = members_in<T> == has_an_array;
            static_assert(!arrays, "kin: a C array cannot be a column: use std::array with a codec, or a relation");
            constexpr bool countable = members_in<T> >= 1 && members_in<T> <= 64;
            static_assert(arrays || countable, "kin: a model has 1 to 64 members");
            if constexpr (countable) {
                constexpr bool apart = has_addresses<T>;
                static_assert(apart,
                              "kin: a bit field, a volatile member or an anonymous union is no column: nothing can be "
                              "read into it");
                if constexpr (apart) return visit_members<T>(refuse_members{});
            }
        }
        return false;
    }
}

template <class T>
constexpr const volatile void* const* all_addresses() {
    if constexpr (listing_of<T>::given) {
        return listing_of<T>::template addresses<T>;
    } else {
        return addresses_of<T>.at;
    }
}
template <class T>
constexpr const char* all_spelled() {
    if constexpr (listing_of<T>::given) {
        return listing_of<T>::spelled.text;
    } else {
        return spell<addresses_of<T>>();
    }
}

/// Empty for a struct that cannot be a model: one error is enough.
template <class T, bool Sound = check_shape<T>()>
struct declaration_holder {
    static constexpr model_declaration value{};
};
template <class T>
struct declaration_holder<T, true> {
    static constexpr model_declaration value{
        &slot_of<T>,        &operations_of<T>,   type_number<T>,
        is_described<T>,    description_of<T>(), visit_members<T>(take_types{}),
        all_addresses<T>(), &specimen<T>,        members_in<T>,
        all_spelled<T>(),   spell_type<T>(),     scope_of<T>(),
    };
};

template <class T>
constexpr const model_declaration& declaration_of() {
    return declaration_holder<T>::value;
}

// -- names at compile time ------------------------------------------------------------------------------------------

/// Whether one of the model's members does this.
template <class T>
constexpr bool has_behaviour(behaviour wanted) {
    const model_declaration& d = declaration_of<T>();
    for (std::size_t i = 0; i < d.count; ++i) {
        if (d.members[i]->kind == member_type::what::column && d.members[i]->does == wanted) return true;
    }
    return false;
}

/// Walks the spelled addresses: each member's name ends at a `)`, `,` or `}` and starts after the last `.` or `:`.
/// Brackets that open behind the `&` belong to its scopes: `{anonymous}::User::id`, `main()::User::id`.
class name_walker {
  public:
    constexpr explicit name_walker(const char* spelled) : at_{spelled} {
        // Both compilers print the template argument after "Addresses = "; the type of the argument has no braces.
        while (*at_ != '{') ++at_;
    }
    constexpr std::string_view next() {
        while (*at_ != '&') ++at_;
        const char* start = at_ + 1;
        for (int depth = 0;; ++at_) {
            if (*at_ == '(' || *at_ == '{') ++depth;
            if (*at_ == ')' || *at_ == '}' || *at_ == ',') {
                if (depth == 0) break;
                if (*at_ != ',') --depth;
            }
            if (*at_ == '.' || *at_ == ':') start = at_ + 1;
            if (*at_ == '<') skip_arguments();
        }
        return {start, static_cast<std::size_t>(at_ - start)};
    }

  private:
    constexpr void skip_arguments() {
        int depth = 0;
        do {
            if (*at_ == '<') ++depth;
            if (*at_ == '>') --depth;
            if (depth > 0) ++at_;
        } while (depth > 0);
    }
    const char* at_;
};

/// Whether `name` is a column of the declared model: a member, or `member_inner` of an embedded one.
constexpr bool has_column(const model_declaration& d, std::string_view name) {
    name_walker names{d.spelled_members};
    for (std::size_t i = 0; i < d.count; ++i) {
        const std::string_view member = names.next();
        if (d.members[i]->kind == member_type::what::column && member == name) return true;
        if (d.members[i]->kind == member_type::what::embedded && name.size() > member.size() + 1 &&
            name.substr(0, member.size()) == member && name[member.size()] == '_' &&
            has_column(*d.members[i]->embedded, name.substr(member.size() + 1))) {
            return true;
        }
        if (d.members[i]->kind == member_type::what::morph && name.substr(0, member.size()) == member &&
            (name.substr(member.size()) == "_type" || name.substr(member.size()) == "_id")) {
            return true;
        }
    }
    return false;
}

/// The first name in the table description that is no column of the model; empty if there is none.
constexpr std::string_view first_unknown(const model_declaration& d) {
    if (!d.has_table) return {};
    for (const table_description::rule r : *d.table) {
        for (std::size_t i = 0; i < r.columns.count; ++i) {
            if (!has_column(d, r.columns.names[i])) return r.columns.names[i];
        }
    }
    return {};
}

/// Foreign keys that a belongs_to of the child declares itself, with `references`: counted once for each `via`.
constexpr std::size_t count_referring(const model_declaration& child, std::uint64_t parent, const relation_options& o) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < child.count; ++i) {
        if (child.members[i]->kind != member_type::what::relation) continue;
        const relation_declaration& r = *child.members[i]->relation;
        if (r.kind != relation_kind::belongs_to || r.options.references_count == 0 || r.target_number != parent)
            continue;
        if (o.via_count > 0 && o.via[0] != r.options.via[0]) continue;
        bool again = false;
        for (std::size_t k = 0; k < i; ++k) {
            if (child.members[k]->kind != member_type::what::relation) continue;
            const relation_declaration& other = *child.members[k]->relation;
            again = again || (other.options.references_count > 0 && other.options.via[0] == r.options.via[0]);
        }
        if (!again) ++found;
    }
    return found;
}

/// Foreign keys from `child` to `parent` that fit the option `via`: none, one, or more.
constexpr std::size_t count_keys(const model_declaration& child, std::uint64_t parent, const relation_options& o) {
    std::size_t found = 0;
    name_walker names{child.spelled_members};
    for (std::size_t i = 0; i < child.count; ++i) {
        const std::string_view member = names.next();
        const member_type& m = *child.members[i];
        if (m.kind != member_type::what::column || m.key_number != parent) continue;
        // In its own model a key that cannot be empty is the primary key, not a reference to a parent.
        if (child.number == parent && !m.is_optional && (member == "id" || o.via_count == 0)) continue;
        if (o.via_count > 0 && o.via[0] != member) continue;
        ++found;
    }
    if (child.has_table) {
        for (const table_description::rule r : *child.table) {
            if (r.what != table_description::rule_kind::foreign_key || r.target_number != parent) continue;
            bool fits = o.via_count == 0 || o.via_count == r.columns.count;
            for (std::size_t i = 0; fits && i < o.via_count; ++i) fits = o.via[i] == r.columns.names[i];
            if (fits) ++found;
        }
    }
    return found == 0 ? count_referring(child, parent, o) : found;
}

/// Whether `via` names what is no column of the model that has the key.
constexpr bool names_no_column(const model_declaration& child, const relation_options& o) {
    for (std::size_t i = 0; i < o.via_count; ++i) {
        if (!has_column(child, o.via[i])) return true;
    }
    return false;
}

constexpr std::string_view via_at(const relation_options& o, std::size_t at) {
    return o.via_count > at ? o.via[at] : std::string_view{};
}

/// A model's morph_to members that can hold another model: all of them, or the one that `via` names.
constexpr std::size_t count_morphs(const model_declaration& child, std::uint64_t parent, std::string_view via) {
    std::size_t found = 0;
    name_walker names{child.spelled_members};
    for (std::size_t i = 0; i < child.count; ++i) {
        const std::string_view member = names.next();
        if (child.members[i]->kind != member_type::what::morph || (!via.empty() && via != member)) continue;
        const morph_declaration& m = *child.members[i]->morph;
        for (std::uint32_t k = 0; k < m.count; ++k) found += m.arms[k].target_number == parent ? 1 : 0;
    }
    return found;
}

/// Keys of a pivot that can lead to a model: all of them, or the one that `via` names first.
constexpr std::size_t count_links(const model_declaration& pivot, std::uint64_t to, const relation_options& said,
                                  bool near) {
    relation_options o;
    if (near && said.via_count > 0) o.via[o.via_count++] = said.via[0];
    std::size_t found = count_keys(pivot, to, o);
    if (found != 0 || !pivot.has_table || o.via_count == 0) return found;
    for (const table_description::rule r : *pivot.table) {
        const bool key = r.what == table_description::rule_kind::foreign_key && r.target_number == to;
        if (key && r.columns.names[0] == o.via[0]) ++found;
    }
    return found;
}

/// Ways from one model to the next of a through relation, of the first sort that there is: keys of `to`, keys of
/// `from`, the same of a morph_to, many_to_many relations of `from`, and those of `to`.
constexpr std::size_t count_ways(const model_declaration& from, const model_declaration& to) {
    const auto links = [](const model_declaration& of, std::uint64_t target) {
        std::size_t found = 0;
        for (std::size_t i = 0; i < of.count; ++i) {
            if (of.members[i]->kind != member_type::what::relation) continue;
            const relation_declaration& r = *of.members[i]->relation;
            if (r.kind == relation_kind::many_to_many && r.target_number == target) ++found;
        }
        return found;
    };
    if (const std::size_t found = count_keys(to, from.number, relation_options{}); found != 0) return found;
    if (const std::size_t found = count_keys(from, to.number, relation_options{}); found != 0) return found;
    if (const std::size_t found = count_morphs(to, from.number, {}); found != 0) return found;
    if (const std::size_t found = count_morphs(from, to.number, {}); found != 0) return found;
    if (const std::size_t found = links(from, to.number); found != 0) return found;
    return links(to, from.number);
}

/// Relations and proxies.
template <class T>
concept leads_on = requires {
    typename T::kin_relation;
}
|| requires { typename T::kin_proxy; };

/// The relation as its owner's descriptor has it; mapping_error where the owner was bound before it was declared.
[[nodiscard]] const relation& relation_of(const outside_declaration&, const model& owner, const site&);
/// Where a proxy of this type stands in its model; mapping_error where it does not, or twice.
[[nodiscard]] std::size_t offset_of_proxy(const model_declaration&, const member_type&);
/// Whether the objects between can lead to each target only once: their table says so.
[[nodiscard]] bool leads_once(const model&, std::size_t offset_of_proxy);

/// What a step of a path belongs to, and what kind of member it is.
template <class Step>
struct path_step {};
template <class M, class T>
struct path_step<T M::*> {
    using owner = M;
    using type = T;
};

}  // namespace kin::mapping

#pragma pop_macro("near")
