// What a database on an event loop has done, in numbers for whoever watches it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <kin/value/error.hpp>

namespace kin::asio {

/// One call, when it is over; for histograms.
struct call_event {
    std::string_view operation{};       ///< run, read, transact
    site where{};                       ///< of the call
    std::int64_t wait_nanoseconds = 0;  ///< for a connection: db.client.connection.wait_time
    std::int64_t use_nanoseconds = 0;   ///< with it: db.client.connection.use_time
    int attempts = 0;                   ///< how often the function was called; 0: never
    std::string error_type{};           ///< error.type: the name of the error's class; empty: it went well
};
/// Called in whichever thread ends the call, beside nothing else that it could wait for; what it throws is dropped.
using call_listener = std::function<void(const call_event&)>;

/// Where things stand, and what has been since the database was made. Names, units and attributes are those of
/// OpenTelemetry's conventions for database clients where these have one, else `kin.…`.
struct metrics {
    std::uint64_t connections_used = 0;
    std::uint64_t connections_idle = 0;
    std::uint64_t connections_max = 0;
    std::uint64_t pending_requests = 0;  ///< calls that wait
    std::uint64_t timeouts = 0;          ///< calls that have waited too long for a connection
    std::uint64_t calls = 0;             ///< that are over, however
    std::uint64_t failures = 0;          ///< of them, with an error
    std::uint64_t cancellations = 0;     ///< of these, by canceled or deadline_passed
    std::uint64_t refusals = 0;          ///< overloaded
    std::uint64_t retries = 0;           ///< attempts behind the first of a `transact`
    std::int64_t wait_nanoseconds = 0;   ///< of all calls together
    std::int64_t use_nanoseconds = 0;

    /// Calls `f(name, attribute, unit, value)` for each number.
    template <class F>
    void each(F f) const {
        const auto count = [](std::uint64_t n) { return static_cast<double>(n); };
        const auto seconds = [](std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; };
        f("db.client.connection.count", "state=used", "{connection}", count(connections_used));
        f("db.client.connection.count", "state=idle", "{connection}", count(connections_idle));
        f("db.client.connection.max", "", "{connection}", count(connections_max));
        f("db.client.connection.pending_requests", "", "{request}", count(pending_requests));
        f("db.client.connection.timeouts", "", "{timeout}", count(timeouts));
        f("db.client.connection.wait_time", "", "s", seconds(wait_nanoseconds));
        f("db.client.connection.use_time", "", "s", seconds(use_nanoseconds));
        f("kin.calls", "", "{call}", count(calls));
        f("kin.calls.failures", "", "{call}", count(failures));
        f("kin.calls.cancellations", "", "{call}", count(cancellations));
        f("kin.calls.refusals", "", "{call}", count(refusals));
        f("kin.calls.retries", "", "{attempt}", count(retries));
    }
};

}  // namespace kin::asio
