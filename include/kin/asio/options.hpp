// How a database on an event loop behaves.
#pragma once

#include <cstddef>
#include <cstdint>

#include <kin/asio/metrics.hpp>

namespace kin::asio {

struct options {
    std::size_t connections = 16;                ///< and coroutines (or threads, for SQLite) that run at a time
    std::size_t max_waiting = 100'000;           ///< calls that wait for one of them; more are refused: overloaded
    std::int64_t timeout_milliseconds = 30'000;  ///< how long a call waits for one of them before pool_timeout
    std::int64_t deadline_milliseconds = 0;      ///< from a call to its end, before it is cancelled; 0: for ever
    std::int64_t patience_milliseconds = 5'000;  ///< for a server to end what was cancelled, before it is hung up on
    std::size_t statement_cache = 256;           ///< prepared statements kept by each connection
    std::size_t stack_bytes = 256 * 1024;        ///< of each coroutine; only what is used of it takes memory
    call_listener on_call{};                     ///< told of each call that is over
};

}  // namespace kin::asio
