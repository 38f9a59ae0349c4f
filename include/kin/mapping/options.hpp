// What stands behind a relation's target: `has_many<Post, via<"author_id">, lazy<load::raise>, owned>`.
#pragma once

#include <array>
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

/// How a relation is loaded.
enum class load : std::uint8_t {
    batch,     ///< at first touch, for every sibling of the same result, in one statement (the default)
    select,    ///< at first touch, for the one object touched
    selectin,  ///< with the parents, in one further statement
    raise,     ///< never implicitly: touching it unloaded throws raised_load
};

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

namespace mapping {

struct relation_options {
    std::array<std::string_view, 4> via{};
    std::uint8_t via_count = 0;
    load strategy = load::batch;
    bool owned = false;
    std::array<std::string_view, 4> order{};
    std::uint8_t order_count = 0;
};

template <class Option>
struct option_reader {
    static_assert(sizeof(Option) == 0, "kin: this is no option of a relation");
};
template <name_literal... Columns>
struct option_reader<via<Columns...>> {
    static constexpr void read(relation_options& o) {
        ((o.via[o.via_count++] = std::string_view{option_text<Columns>}), ...);
    }
    template <name_literal C>
    static constexpr const char (&option_text)[sizeof(C.text)] = C.text;
};
template <name_literal... Columns>
struct option_reader<order_by<Columns...>> {
    static constexpr void read(relation_options& o) {
        ((o.order[o.order_count++] = std::string_view{option_text<Columns>}), ...);
    }
    template <name_literal C>
    static constexpr const char (&option_text)[sizeof(C.text)] = C.text;
};
template <load Strategy>
struct option_reader<lazy<Strategy>> {
    static constexpr void read(relation_options& o) { o.strategy = Strategy; }
};
template <>
struct option_reader<owned> {
    static constexpr void read(relation_options& o) { o.owned = true; }
};

template <class... Options>
constexpr relation_options read_options() {
    relation_options o;
    (option_reader<Options>::read(o), ...);
    return o;
}

}  // namespace mapping
}  // namespace kin
