// key<M>: a model's key as a type of its own, so that a user's id cannot be passed where a post's is wanted.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <kin/value/traits.hpp>

namespace kin {

/// The key of model M. In M itself it is the primary key; anywhere else it is a foreign key to M.
/// 0 (or the empty string, the nil uuid) means "not given yet": the database makes integer keys at flush.
template <class M, class Rep = std::int64_t>
struct key {
    using model = M;
    using representation = Rep;

    Rep value{};

    constexpr key() = default;
    constexpr key(Rep v) : value{std::move(v)} {}

    constexpr explicit operator const Rep&() const noexcept { return value; }
    friend constexpr bool operator==(const key&, const key&) = default;
    friend constexpr auto operator<=>(const key&, const key&) = default;
};

/// Keys of two models are never the same: deleted, so that the compiler says it in few words.
template <class A, class RepA, class B, class RepB>
requires(!std::is_same_v<A, B>) bool operator==(const key<A, RepA>&, const key<B, RepB>&) = delete;

/// Stored as its representation.
template <class M, class Rep>
struct transparent<key<M, Rep>> {
    using type = Rep;
};

}  // namespace kin

template <class M, class Rep>
struct std::hash<kin::key<M, Rep>> {
    std::size_t operator()(const kin::key<M, Rep>& k) const noexcept { return std::hash<Rep>{}(k.value); }
};
