// Members with behaviour: stamps and the optimistic lock. Values like others, written by the unit of work.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <kin/mapping/types.hpp>
#include <kin/value/traits.hpp>

namespace kin {

/// A moment in UTC, in microseconds since 1970-01-01 00:00:00.
struct moment {
    std::int64_t microseconds = 0;

    /// The current time.
    [[nodiscard]] static moment now() noexcept;
    friend constexpr bool operator==(const moment&, const moment&) = default;
    friend constexpr auto operator<=>(const moment&, const moment&) = default;
};

/// Set by the insert, unless a value was given.
struct created_at : moment {
    static constexpr mapping::behaviour kin_behaviour = mapping::behaviour::created_at;
};
/// Set by the insert (unless a value was given) and by every update.
struct updated_at : moment {
    static constexpr mapping::behaviour kin_behaviour = mapping::behaviour::updated_at;
};
/// When the object was removed; empty while it is there. `session.remove` writes it instead of deleting the row, and
/// whoever reads the model does not see the row any more: see `query::with_removed`. The row keeps its unique values:
/// who takes one of them gets unique_violation. What else was assigned is written once the object is restored.
struct soft_deleted_at : std::optional<moment> {
    static constexpr mapping::behaviour kin_behaviour = mapping::behaviour::soft_deleted_at;
    using kin_optional = moment;
    using std::optional<moment>::operator=;
};
/// Of a slug: unique among the rows with the same values in these columns, `kin::within<"blog_id">`.
template <name_literal... Columns>
struct within {
    static constexpr const char* kin_within[] = {Columns.text..., nullptr};
};
/// Of a slug: what stands between its words, and before its number. `-`, `_`, `.` or `~`, which addresses leave as is.
template <char Between>
struct separator {
    static_assert(Between == '-' || Between == '_' || Between == '.' || Between == '~',
                  "kin: the words of a slug stand apart by '-', '_', '.' or '~'");
    static constexpr char kin_separator = Between;
};

namespace detail {
template <class Option>
constexpr void take_slug_option(mapping::slug_declaration& to) {
    if constexpr (requires { Option::kin_within; }) {
        to.within = Option::kin_within;
    } else if constexpr (requires { Option::kin_separator; }) {
        to.separator = Option::kin_separator;
    } else {
        static_assert(sizeof(Option) == 0, "kin: the options of a slug are kin::within<…> and kin::separator<…>");
    }
}
template <class... Options>
constexpr mapping::slug_declaration slug_made_from(const char* source) {
    mapping::slug_declaration made{source};
    (take_slug_option<Options>(made), ...);
    return made;
}
}  // namespace detail

/// A readable part of an address, made by the flush from another column where it is empty, as `slugify` does, and told
/// apart from others by a number (`on-looms-2`) within the length of its column: one SELECT for each slug of a model,
/// and the UNIQUE constraint that it brings with it. Does not follow when the other column changes; empty it to have it
/// made anew. `kin::slug<"title", kin::within<"blog_id">>` is unique in its blog. As the key of `get_or_create`,
/// `upsert_many` and their like it is what the other column says, without a number.
template <name_literal Column, class... Options>
struct slug {
    static constexpr mapping::behaviour kin_behaviour = mapping::behaviour::slug;
    static constexpr mapping::slug_declaration kin_slug = detail::slug_made_from<Options...>(Column.text);
    std::string text{};

    operator std::string_view() const noexcept { return text; }
    friend bool operator==(const slug&, const slug&) = default;
    friend bool operator==(const slug& a, std::string_view b) noexcept { return a.text == b; }
};

/// The optimistic lock: counted by every update, which together with delete fails with stale_object where the row has
/// another count than the object. Of rows that go, or let go, set by set with a removed owner those in memory are asked
/// for it first: SELECT … FOR UPDATE.
struct version {
    static constexpr mapping::behaviour kin_behaviour = mapping::behaviour::version;
    std::int64_t value = 0;

    friend constexpr bool operator==(const version&, const version&) = default;
    friend constexpr auto operator<=>(const version&, const version&) = default;
};

template <>
struct storage<moment> {
    static constexpr layout rep = layout::i64;
    static constexpr kind type = kind::timestamp;
};
template <>
struct storage<created_at> : storage<moment> {};
template <>
struct storage<updated_at> : storage<moment> {};
template <>
struct detail::member_form<soft_deleted_at> : detail::member_form<std::optional<moment>> {};
template <name_literal Column, class... Options>
struct transparent<slug<Column, Options...>> {
    using type = std::string;
};
template <>
struct transparent<version> {
    using type = std::int64_t;
};

}  // namespace kin
