// Members with behaviour: stamps and the optimistic lock. Values like others, written by the unit of work.
#pragma once

#include <cstdint>
#include <optional>

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
/// whoever reads the model does not see the row any more: see `query::with_removed`.
struct soft_deleted_at : std::optional<moment> {
    static constexpr mapping::behaviour kin_behaviour = mapping::behaviour::soft_deleted_at;
    using kin_optional = moment;
    using std::optional<moment>::operator=;
};
/// The optimistic lock: counted by every update, which together with delete fails with stale_object where the row has
/// another count than the object.
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
template <>
struct transparent<version> {
    using type = std::int64_t;
};

}  // namespace kin
