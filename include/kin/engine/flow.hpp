// Who runs a session: a thread, or a coroutine that an event loop resumes on whatever of its threads is free.
#pragma once

#include <cstdint>

#include <kin/engine/wait.hpp>

namespace kin::engine {

class cancellation;
class thread_watch;

/// A stackful coroutine in which sessions run. Where a driver, the pool or a retry would make a thread wait, it is
/// suspended instead. For whoever couples Kin to an event loop; `kin::asio` is one.
class flow {
  public:
    flow() = default;
    flow(const flow&) = delete;
    flow& operator=(const flow&) = delete;
    virtual ~flow() = default;

    /// As wait_for, suspended meanwhile.
    virtual readiness wait(int socket, readiness wanted, int milliseconds) = 0;
    /// The same for a socket that it may remember.
    virtual readiness wait(kept_socket& socket, readiness wanted, int milliseconds) {
        return wait(socket.number(), wanted, milliseconds);
    }
    /// Suspends for so many microseconds.
    virtual void pause(std::int64_t microseconds) = 0;
    /// Suspends until `unpark` is called, or was called since the last time; false where the time is up before.
    virtual bool park(std::int64_t milliseconds) = 0;
    /// Ends the flow's `park`. From any thread.
    virtual void unpark() noexcept = 0;

    /// The one that this thread runs right now, or null.
    [[nodiscard]] static flow* current() noexcept;
};

/// What names the flow or thread that runs right now.
[[nodiscard]] const void* running() noexcept;

/// What a thread keeps of that which it runs, and a flow takes along: which flow it is, whether it is still wanted, its
/// watches, the exceptions that it is handling. A flow has one of its own while it is suspended, and the thread's while
/// it runs.
class running_state {
  public:
    running_state() = default;
    explicit running_state(flow* of) noexcept : flow_{of} {}
    /// Exchanges it with this thread's.
    void swap() noexcept;

  private:
    flow* flow_ = nullptr;
    cancellation* cancellation_ = nullptr;
    thread_watch* watch_ = nullptr;
    void* caught_ = nullptr;  ///< __cxa_eh_globals: the exceptions whose handlers are being run
    unsigned uncaught_ = 0;   ///< and how many are on their way to one
};

}  // namespace kin::engine
