// members_of: the members of a model, listed outside it: for types that are no aggregates, or that you cannot touch.
#pragma once

#include <cstddef>

#include <kin/mapping/options.hpp>

namespace kin {

/// One member of a list: what its column (or relation) is called, and where it is.
template <name_literal Name, auto Pointer>
struct member {};

/// A list of members, in the order of the columns; what is not listed is no business of Kin's.
template <class... Member>
struct members {};

/// Describes a model outside its type, which needs a default constructor and a move constructor and nothing else:
/// `template <> inline constexpr auto kin::members_of<Place> = kin::members<kin::member<"id", &Place::id>, …>{};`
/// Its table's description, `kin::table_of<Place>`, names the plain numbers that are foreign keys:
/// `kin::table("place").foreign_key<Country>("country_id")`.
template <class T>
inline constexpr std::nullptr_t members_of = nullptr;

namespace mapping {

/// Storage for a T that is never constructed: its members have addresses, and addresses have names.
template <class T>
union unborn {
    char nothing;
    T value;
    constexpr unborn() noexcept : nothing{} {}
    constexpr ~unborn() {}
};
template <class T>
inline unborn<T> specimen{};

template <class List>
struct listing {
    static constexpr bool given = false;
};
template <name_literal... Names, auto... Pointers>
struct listing<members<member<Names, Pointers>...>> {
    static constexpr bool given = true;
    static constexpr std::size_t count = sizeof...(Names);

    template <class T, class F>
    static constexpr auto visit(const T& t, F f) {
        return f(t.*Pointers...);
    }
    template <class T>
    static constexpr const volatile void* addresses[sizeof...(Names)] = {&(specimen<T>.value.*Pointers)...};

    /// As the compiler spells addresses: `{&id,&name}`.
    struct spelling {
        char text[(sizeof Names.text + ... + std::size_t{2}) + sizeof...(Names)]{};
    };
    static constexpr spelling spelled = [] {
        spelling s;
        std::size_t n = 0;
        s.text[n++] = '{';
        const auto add = [&](std::string_view name) {
            s.text[n++] = '&';
            for (const char c : name) s.text[n++] = c;
            s.text[n++] = ',';
        };
        (add(Names.view()), ...);
        s.text[n - 1] = '}';
        return s;
    }();
};

}  // namespace mapping
}  // namespace kin
