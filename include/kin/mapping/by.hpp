// A column that tells objects apart, named by its member.
#pragma once

#include <cstddef>

#include <kin/mapping/column.hpp>
#include <kin/mapping/registration.hpp>
#include <kin/value/error.hpp>

namespace kin {
namespace detail {

/// Where the member stands, which must be a column.
template <class M, class C>
std::size_t column_offset(C M::*member) noexcept {
    static_assert(
        !requires { typename C::kin_relation; }, "kin: this member is a relation, not a column");
    return mapping::offset_of(member);
}

}  // namespace detail

/// A column that tells one T from another, and the call that it stands in.
template <class T>
struct by {
    template <class C>
    by(C T::*member, const site& at = site::current()) : offset{detail::column_offset(member)}, where{at} {}
    std::size_t offset;
    site where;
};

}  // namespace kin
