// One address for each type, complete or not: how descriptors name models that they do not compile.
#pragma once

#include <cstdint>

namespace kin::mapping {

struct model;

template <class T>
constexpr const char* spell_type() noexcept {
    return __PRETTY_FUNCTION__;
}
/// A number for a type, complete or not, for comparing types while compiling: under -fsanitize=undefined g++ does not
/// compare the addresses of slots there. (FNV-1a over the spelled name.)
template <class T>
inline constexpr std::uint64_t type_number = [] {
    std::uint64_t h = 0xcbf29ce484222325u;
    for (const char* c = spell_type<T>(); *c != '\0'; ++c) h = (h ^ static_cast<unsigned char>(*c)) * 0x100000001b3u;
    return h;
}();

/// Filled when the model is registered. It is written to, so no linker may fold two of them. A type that a shared
/// library keeps to itself (-fvisibility=hidden) has one for each: `one_of` says which of them speaks for all.
struct model_slot {
    const char* spelled = nullptr;     ///< the type, as spell_type has it
    model_slot* one = nullptr;         ///< under the registry's lock
    const model* described = nullptr;  ///< published once the model is bound; see `known`
    const model* built = nullptr;      ///< before that; under the registry's lock

    // The compiler's atomics: <atomic> would cost every including unit a third of its compile time.
    [[nodiscard]] const model* known() const noexcept { return __atomic_load_n(&described, __ATOMIC_ACQUIRE); }
    void publish(const model* m) noexcept { __atomic_store_n(&described, m, __ATOMIC_RELEASE); }
};

template <class T>
#if defined(__GNUC__)
[[gnu::visibility("default")]]
#endif
inline constinit model_slot slot_of{.spelled = spell_type<T>()};

}  // namespace kin::mapping
