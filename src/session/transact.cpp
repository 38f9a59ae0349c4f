// Trying a transaction again.
#include <chrono>
#include <random>
#include <thread>

#include <kin/engine/connection.hpp>
#include <kin/engine/flow.hpp>
#include <kin/session/transact.hpp>
#include <kin/sql/dialect.hpp>

#include "session/core.hpp"

namespace kin::detail {

namespace {

std::string_view name_of(isolation level) {
    switch (level) {
        case isolation::read_committed:
            return "READ COMMITTED";
        case isolation::repeatable_read:
            return "REPEATABLE READ";
        case isolation::usual:
        case isolation::serializable:
            break;
    }
    return "SERIALIZABLE";
}

void isolate(session& s, isolation level, const site& where) {
    engine::connection& c = s.connection(where);
    const std::string_view sql = c.dialect().set_isolation;
    if (sql.empty()) return;
    const bool begun = c.in_transaction() && c.dialect().isolation_before_begin;
    if (begun) c.rollback();  // nothing is in it yet
    c.execute(std::string{sql}.append(name_of(level)));
    if (begun) c.begin();
}

/// In microseconds: longer with each attempt, and never the same for two that met.
[[gnu::noinline]] std::int64_t length_of_pause(int attempt) {
    thread_local std::minstd_rand random{std::random_device{}()};
    const int longest = 1 << (attempt < 8 ? attempt : 8);
    return static_cast<std::int64_t>(random() % (1000U * static_cast<unsigned>(longest)));
}

void pause(int attempt) {
    const std::int64_t length = length_of_pause(attempt);
    if (engine::flow* const f = engine::flow::current()) return f->pause(length);
    std::this_thread::sleep_for(std::chrono::microseconds{length});
}

}  // namespace

void transact(database& db, const retry& how, void (*call)(void* function, session&), void* function,
              const site& where) {
    for (int attempt = 1;; ++attempt) {
        try {
            session s{db, where};
            if (how.writes) s.kin_core(where).loading.connection.writes = true;
            if (how.level != isolation::usual) isolate(s, how.level, where);
            call(function, s);
            s.commit(where);
            return;
        } catch (const serialization_failure&) {
            if (attempt >= how.attempts) throw;
        } catch (const stale_object&) {  // somebody wrote the row in between: the next session reads what it says now
            if (attempt >= how.attempts) throw;
        }
        pause(attempt);
    }
}

}  // namespace kin::detail
