// A transaction that is tried again where it lost against another one.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include <kin/kin.hpp>

namespace kin {

/// How much of others a transaction sees. SQLite's are always serializable.
enum class isolation : std::uint8_t { usual, read_committed, repeatable_read, serializable };

/// How `transact` goes about it.
struct retry {
    int attempts = 5;  ///< at most; the last error goes to the caller
    isolation level = isolation::usual;
    bool writes = true;  ///< false: it only reads, and waits for no writer of a SQLite database
};

namespace detail {
void transact(database&, const retry&, void (*call)(void* function, session&), void* function, const site&);
}

/// Runs the function with a session of its own and commits. Where the transaction loses against another one
/// (serialization_failure, deadlock, database_locked, stale_object), it is rolled back and the function runs again,
/// after a short pause and with a new session: what it does outside of the session it may do several times. Any other
/// error, and the last one, is the caller's. Returns what the function returns. SQLite: BEGIN IMMEDIATE, so that
/// nobody writes between what it reads and what it writes (unless the URL says `begin=deferred`, or `writes` is false).
/// PostgreSQL: SET TRANSACTION where a level is asked for.
template <class F>
auto transact(database& db, const retry& how, F&& function, const site& where = site::current()) {
    using result = std::invoke_result_t<F&, session&>;
    if constexpr (std::is_void_v<result>) {
        // As any other address: the function may be const.
        detail::transact(
            db, how, [](void* f, session& s) { (*static_cast<std::remove_reference_t<F>*>(f))(s); },
            const_cast<void*>(static_cast<const void*>(&function)), where);
    } else {
        struct context {
            std::remove_reference_t<F>& function;
            std::optional<result> made{};
        } own{function};
        detail::transact(
            db, how,
            [](void* c, session& s) {
                auto& to = *static_cast<context*>(c);
                to.made.emplace(to.function(s));
            },
            &own, where);
        return std::move(*own.made);
    }
}

template <class F>
auto database::transact(const retry& how, F&& function, const site& where) {
    return kin::transact(*this, how, std::forward<F>(function), where);
}

}  // namespace kin
