// Functions of the user's that the session calls as objects come and go: `s.on<kin::before_insert>([](User& u) { … })`.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include <kin/mapping/registration.hpp>
#include <kin/value/error.hpp>

namespace kin {

/// When a hook is called. `before_…` hooks may change their object's columns and relations, add objects and remove
/// them: the same flush writes it. All others take `const T&` and only look.
enum class event : std::uint8_t {
    before_insert,
    before_update,
    before_remove,  ///< of objects that the session removes itself: not of rows that go with an owner
    after_insert,   ///< the row is sent and the key is there; nothing is committed
    after_update,
    after_remove,
    after_load,      ///< a row became an object; its relations cannot be loaded yet
    after_commit,    ///< no argument; what it throws comes as a hook_error: the transaction is committed
    after_rollback,  ///< no argument
};
using enum event;

namespace detail {

/// A hook without its type: once for each model and event, not for each object.
struct erased_hook {
    void* state;
    void (*call)(void* state, void* object);
    void (*drop)(void* state) noexcept;
};

class hook_table;

template <class F>
struct hook_parameter {};
template <class F>
requires requires { &F::operator(); }
struct hook_parameter<F> : hook_parameter<decltype(&F::operator())> {};
template <class R>
struct hook_parameter<R (*)()> {
    using type = void;
};
template <class R, class A>
struct hook_parameter<R (*)(A)> {
    using type = A;
};
template <class C, class R, class... A>
struct hook_parameter<R (C::*)(A...) const> : hook_parameter<R (*)(A...)> {};
template <class C, class R, class... A>
struct hook_parameter<R (C::*)(A...)> : hook_parameter<R (*)(A...)> {};
template <class C, class R, class... A>
struct hook_parameter<R (C::*)(A...) const noexcept> : hook_parameter<R (*)(A...)> {};
template <class C, class R, class... A>
struct hook_parameter<R (C::*)(A...) noexcept> : hook_parameter<R (*)(A...)> {};

template <event E>
inline constexpr bool of_transaction = E == after_commit || E == after_rollback;

/// The model that a hook is for, by its parameter; null for those of the transaction.
template <event E, class F>
const mapping::model* hooked_model() {
    constexpr bool says_model = requires { typename hook_parameter<F>::type; };
    static_assert(
        says_model,
        "kin: a hook says whose it is, [](User& u); one for any model, [](auto& u), is given for each of them");
    if constexpr (says_model) {  // one error is enough
        using parameter = typename hook_parameter<F>::type;
        if constexpr (of_transaction<E>) {
            static_assert(std::is_void_v<parameter>, "kin: a hook after a commit or rollback takes no argument");
        } else {
            static_assert(std::is_lvalue_reference_v<parameter>,
                          "kin: a hook takes its object by reference: [](User& u)");
            constexpr bool looks = E >= after_insert;
            static_assert(!looks || std::is_const_v<std::remove_reference_t<parameter>>,
                          "kin: a hook that runs after the fact looks only: [](const User& u)");
            return &mapping::model_of<std::remove_cvref_t<parameter>>();
        }
    }
    return nullptr;
}

template <event E, class F>
erased_hook erase(F f) {
    return {new F(std::move(f)),
            [](void* state, [[maybe_unused]] void* object) {
                if constexpr (of_transaction<E>) {
                    (*static_cast<F*>(state))();
                } else if constexpr (requires { typename hook_parameter<F>::type; }) {
                    using model = std::remove_cvref_t<typename hook_parameter<F>::type>;
                    (*static_cast<F*>(state))(*static_cast<model*>(object));
                }
            },
            [](void* state) noexcept { delete static_cast<F*>(state); }};
}

void add_hook(hook_table*&, event, const mapping::model*, const erased_hook&);
void drop_hooks(hook_table*) noexcept;

}  // namespace detail
}  // namespace kin
