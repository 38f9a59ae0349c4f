// What stands behind a relation's target: `has_many<Post, via<"author_id">, lazy<load::raise>, owned>`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kin {

/// A string as a template argument.
template <std::size_t N>
struct name_literal {
    char text[N]{};
    constexpr name_literal(const char (&s)[N]) {
        for (std::size_t i = 0; i < N; ++i) text[i] = s[i];
    }
    [[nodiscard]] constexpr std::string_view view() const { return {text, N - 1}; }
};

/// How a relation is loaded. Carried out in src/loading/loading_strategies.hpp, where a new strategy would go.
enum class load : std::uint8_t {
    batch,         ///< at first touch, for every sibling of the same result, in one statement (the default)
    select,        ///< at first touch, for the one object touched
    selectin,      ///< with the owners, in one further statement for each level
    joined,        ///< with the owners, in their statement
    subquery,      ///< with the owners, in one further statement that repeats theirs as a subquery
    raise,         ///< never implicitly: touching it unloaded throws raised_load
    raise_on_sql,  ///< as raise, but what the session knows already may be read
    noload,        ///< never: it reads as empty
    write_only,    ///< for large collections: can be added to and taken from, and is read by queries only
};

/// Sent with the owners or right after them, not at first touch.
[[nodiscard]] constexpr bool with_owners(load how) noexcept {
    return how == load::selectin || how == load::joined || how == load::subquery;
}

/// The foreign key's columns, where two foreign keys reach the same model.
template <name_literal... Columns>
struct via {
    static_assert(sizeof...(Columns) >= 1 && sizeof...(Columns) <= 4, "kin: via takes one to four column names");
};
/// The loading strategy of the declaration.
template <load Strategy>
struct lazy {};
/// The order of a collection: column names of the target, `-` in front for descending.
template <name_literal... Columns>
struct order_by {};
/// The children belong to the parent alone: deleted with it, and when they are taken out of it.
struct owned {};
/// The target's unique columns that `via` refers to, where it is not the primary key:
/// `belongs_to<Country, via<"country_code">, references<"code">>` declares the foreign key, too.
template <name_literal... Columns>
struct references {
    static_assert(sizeof...(Columns) >= 1 && sizeof...(Columns) <= 4, "kin: references takes one to four column names");
};
/// The table behind a many_to_many without an association object, and its columns: those that refer to this model
/// first. Default: `post_tag` with `post_id` and `tag_id`.
template <name_literal Table, name_literal... Columns>
struct pivot {
    static_assert(sizeof...(Columns) <= 8, "kin: a pivot has at most eight columns");
};

/// Of a many_to_many without an association object: its pivot has neither a primary key nor a unique index over the two
/// columns (Rails' create_join_table). The helpers read which pairs are there before they add one; a pair that two
/// programs add at once, or that is added unread, stands in two rows.
struct pivot_without_key {};

/// Text or a whole number as a template argument.
template <std::size_t N>
struct constant {
    char text[N]{};
    long long number = 0;
    bool is_text = false;
    constexpr constant(const char (&s)[N]) : is_text{true} {
        for (std::size_t i = 0; i < N; ++i) text[i] = s[i];
    }
    constexpr constant(long long n) : number{n} {}
};
constant(long long)->constant<1>;
/// A custom join condition: only targets whose column has this value. What is added to the relation gets it.
template <name_literal Column, constant Value>
struct where {};

/// A belongs_to without a target reads as a stand-in, which is never written: a fresh object with this value in this
/// column; several options set several columns, `with_default<>` sets none.
template <name_literal Column = "", constant Value = 0LL>
struct with_default {};

/// The same where a function says what it is, called once with the fresh object: `void nobody(User& u) { u.name = "—";
/// } … belongs_to<User, with_default_from<nobody>>`.
template <auto Function>
struct with_default_from {};

/// What the session writes of an object sets the updated_at of the target of this belongs_to, and what that one touches
/// in its turn; in the same flush, one UPDATE for all targets. Their kin::version stays: who edits one loses nothing.
struct touches {};

/// A collection without positions: `insert`, `contains`, `erase`.
struct as_set {};
/// A collection found by a column of its members: `notes["keyword"]`, `find`, `insert` (replaces the one with the key).
template <name_literal Column>
struct keyed_by {};
/// A target has one owner at a time: giving it to a second one is a usage_error.
struct single_parent {};
/// Read only: no mutators. Follows what changes in the session.
struct viewonly {};
/// Deleting the owner leaves the rows that refer to it to the database (ON DELETE …).
struct passive_deletes {};

/// Of a has_one, where many rows refer to the owner: the one with the greatest value in the column (in the columns, one
/// after the other); of equal ones the one with the greater primary key. Without a column the primary key alone
/// decides. Rows that are NULL there are passed over. Read only.
template <name_literal... Columns>
struct latest {};
/// The same with the least value.
template <name_literal... Columns>
struct oldest {};

/// What happens to the other end along a relation.
enum class cascades : std::uint8_t {
    save_update = 1,     ///< it enters the session with its owner; without it, it must be there already
    merge = 2,           ///< it is merged with its owner
    refresh_expire = 4,  ///< what is loaded of it is expired when its owner is expired or refreshed
    expunge = 8,         ///< it leaves the session with its owner
    remove = 16,         ///< it is deleted with its owner; of a belongs_to or many_to_many, others may refer to it
    remove_orphan = 32,  ///< it is deleted when it is taken out of its owner
};
/// Exactly these cascades; without the option save_update and merge, with `owned` all of them.
template <cascades... Each>
struct cascade {};

namespace mapping {

/// Which of the rows that refer to the owner a has_one shows, in the order of its columns.
enum class choice : std::uint8_t { all, first, last };

struct relation_options {
    std::string_view via[4]{};
    std::string_view references[4]{};
    std::string_view order[4]{};
    std::string_view pivot_table{};
    std::string_view pivot_columns[8]{};
    std::string_view keyed_by{};
    struct fixed_column {
        std::string_view column{};
        std::string_view text{};
        long long number = 0;
        bool is_text = false;
    };
    fixed_column where[2]{};
    fixed_column stand_in[4]{};  ///< what a default target says
    std::uint8_t via_count = 0;
    std::uint8_t references_count = 0;
    std::uint8_t order_count = 0;
    std::uint8_t pivot_count = 0;
    std::uint8_t where_count = 0;
    std::uint8_t stand_in_count = 0;
    bool has_stand_in = false;
    bool touches = false;
    load strategy = load::batch;
    choice chosen = choice::all;
    std::uint8_t cascade =
        static_cast<std::uint8_t>(cascades::save_update) | static_cast<std::uint8_t>(cascades::merge);
    bool as_set = false;
    bool single_parent = false;
    bool viewonly = false;
    bool passive_deletes = false;
    bool keyless_pivot = false;

    [[nodiscard]] constexpr bool has(cascades c) const noexcept {
        return (cascade & static_cast<std::uint8_t>(c)) != 0;
    }
    /// Whether the targets are deleted with their owner.
    [[nodiscard]] constexpr bool removes() const noexcept { return has(cascades::remove); }
    /// Whether a target that is taken out of its owner is deleted.
    [[nodiscard]] constexpr bool removes_orphans() const noexcept { return has(cascades::remove_orphan); }
};

template <name_literal L>
inline constexpr const char (&literal_text)[sizeof(L.text)] = L.text;
template <constant C>
inline constexpr const char (&constant_text)[sizeof(C.text)] = C.text;

/// How each option is read; what has none is no option.
template <class Option>
struct option_reader;
template <class Option>
inline constexpr bool is_option = requires {
    sizeof(option_reader<Option>);
};
template <name_literal... Columns>
struct option_reader<via<Columns...>> {
    static constexpr void read(relation_options& o) {
        ((o.via[o.via_count++] = std::string_view{literal_text<Columns>}), ...);
    }
};
template <name_literal... Columns>
struct option_reader<order_by<Columns...>> {
    static constexpr void read(relation_options& o) {
        ((o.order[o.order_count++] = std::string_view{literal_text<Columns>}), ...);
    }
};
template <load Strategy>
struct option_reader<lazy<Strategy>> {
    static constexpr void read(relation_options& o) { o.strategy = Strategy; }
};
template <>
struct option_reader<owned> {
    static constexpr void read(relation_options& o) { o.cascade = 63; }
};
template <name_literal... Columns>
struct option_reader<references<Columns...>> {
    static constexpr void read(relation_options& o) {
        ((o.references[o.references_count++] = std::string_view{literal_text<Columns>}), ...);
    }
};
template <name_literal Table, name_literal... Columns>
struct option_reader<pivot<Table, Columns...>> {
    static constexpr void read(relation_options& o) {
        o.pivot_table = std::string_view{literal_text<Table>};
        ((o.pivot_columns[o.pivot_count++] = std::string_view{literal_text<Columns>}), ...);
    }
};
template <name_literal Column, constant Value>
struct option_reader<where<Column, Value>> {
    static constexpr void read(relation_options& o) {
        o.where[o.where_count++] = {std::string_view{literal_text<Column>},
                                    Value.is_text ? std::string_view{constant_text<Value>} : std::string_view{},
                                    Value.number, Value.is_text};
    }
};
template <name_literal Column, constant Value>
struct option_reader<with_default<Column, Value>> {
    static constexpr void read(relation_options& o) {
        o.has_stand_in = true;
        if (Column.view().empty()) return;
        o.stand_in[o.stand_in_count++] = {std::string_view{literal_text<Column>},
                                          Value.is_text ? std::string_view{constant_text<Value>} : std::string_view{},
                                          Value.number, Value.is_text};
    }
};
template <auto Function>
struct option_reader<with_default_from<Function>> {
    static constexpr void read(relation_options& o) { o.has_stand_in = true; }
};
/// What an option does with a stand-in.
template <class Option>
struct make_stand_in {
    template <class T>
    static void of(T&) {}
};
template <auto Function>
struct make_stand_in<with_default_from<Function>> {
    template <class T>
    static void of(T& fresh) {
        Function(fresh);
    }
};
template <>
struct option_reader<touches> {
    static constexpr void read(relation_options& o) { o.touches = true; }
};
template <>
struct option_reader<as_set> {
    static constexpr void read(relation_options& o) { o.as_set = true; }
};
template <name_literal Column>
struct option_reader<keyed_by<Column>> {
    static constexpr void read(relation_options& o) { o.keyed_by = std::string_view{literal_text<Column>}; }
};
template <>
struct option_reader<single_parent> {
    static constexpr void read(relation_options& o) { o.single_parent = true; }
};
template <>
struct option_reader<viewonly> {
    static constexpr void read(relation_options& o) { o.viewonly = true; }
};
template <>
struct option_reader<passive_deletes> {
    static constexpr void read(relation_options& o) { o.passive_deletes = true; }
};
template <>
struct option_reader<pivot_without_key> {
    static constexpr void read(relation_options& o) { o.keyless_pivot = true; }
};
/// Nobody changes it, and nothing happens along it.
constexpr relation_options computed(relation_options o) {
    o.viewonly = true;
    o.cascade = 0;
    return o;
}
template <name_literal... Columns>
struct option_reader<latest<Columns...>> {
    static constexpr void read(relation_options& o) {
        o.chosen = choice::last;
        ((o.order[o.order_count++] = std::string_view{literal_text<Columns>}), ...);
        o = computed(o);
    }
};
template <name_literal... Columns>
struct option_reader<oldest<Columns...>> {
    static constexpr void read(relation_options& o) {
        option_reader<latest<Columns...>>::read(o);
        o.chosen = choice::first;
    }
};
template <cascades... Each>
struct option_reader<cascade<Each...>> {
    static constexpr void read(relation_options& o) {
        o.cascade = static_cast<std::uint8_t>((0 | ... | static_cast<int>(Each)));
    }
};

template <class... Options>
constexpr relation_options read_options() {
    static_assert((is_option<Options> && ...), "kin: this is no option of a relation");
    relation_options o;
    if constexpr ((is_option<Options> && ...)) (option_reader<Options>::read(o), ...);
    return o;
}

/// The options of a relation whose targets others may have as well.
template <class... Options>
constexpr relation_options shared_options() {
    constexpr relation_options o = read_options<Options...>();
    static_assert(!o.removes_orphans() || o.single_parent,
                  "kin: what an owned belongs_to or many_to_many lets go of is removed, and others may have it too: "
                  "say kin::single_parent as well");
    return o;
}
/// The options of a relation that holds no key.
template <class... Options>
constexpr relation_options keyless_options() {
    constexpr relation_options o = read_options<Options...>();
    static_assert(!o.touches, "kin: kin::touches is an option of belongs_to, on the side with the key");
    return o;
}

}  // namespace mapping
}  // namespace kin
