// The wish that work ends before it is done, and what databases need to end it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include <kin/value/error.hpp>

namespace kin::engine {

class connection;

/// Ends the statement that a connection is running. It shares nothing with the connection: it is called in any thread,
/// and the connection may be gone.
class interrupter {
  public:
    interrupter() = default;
    interrupter(const interrupter&) = delete;
    interrupter& operator=(const interrupter&) = delete;
    virtual ~interrupter() = default;
    /// Asks the database, and waits until it was told. Where no statement is running, nothing happens.
    virtual void interrupt() noexcept = 0;
};

/// Whether work is still wanted. Connections that are borrowed while it is current begin nothing once it is `requested`
/// (statement_canceled); what undoes is run all the same. For whoever couples Kin to an event loop.
class cancellation {
  public:
    cancellation() = default;
    cancellation(const cancellation&) = delete;
    cancellation& operator=(const cancellation&) = delete;
    virtual ~cancellation();

    /// From any thread. What is running goes on: that is for `connections` and their interrupters.
    void request() noexcept { requested_.store(true, std::memory_order_release); }
    [[nodiscard]] bool requested() const noexcept { return requested_.load(std::memory_order_acquire); }
    [[nodiscard]] const std::atomic<bool>& flag() const noexcept { return requested_; }
    /// Throws statement_canceled where it is requested.
    void throw_if_requested(const site& where) const {
        if (requested()) [[unlikely]]
            refuse(where);
    }

    /// Waits until no interrupter of a connection is at work any more; false where one may still be. A connection calls
    /// it before it undoes anything and before it goes back to its pool.
    [[nodiscard]] virtual bool settle() noexcept { return true; }

    /// What is being waited for, if anything is.
    enum class phase : std::uint8_t {
        statements,  ///< their interrupters end them
        connecting,  ///< nobody but the client can end it
        idling,      ///< until somebody else says something
    };
    [[nodiscard]] phase now() const noexcept { return phase_; }
    /// In a phase; `of` may be null.
    class during {
      public:
        during(cancellation* of, phase p) noexcept : of_{of}, before_{of != nullptr ? of->phase_ : p} {
            if (of_ != nullptr) of_->phase_ = p;
        }
        during(const during&) = delete;
        during& operator=(const during&) = delete;
        ~during() {
            if (of_ != nullptr) of_->phase_ = before_;
        }

      private:
        cancellation* of_;
        phase before_;
    };

    /// Those that may be running statements for it.
    [[nodiscard]] const std::vector<connection*>& connections() const noexcept { return connections_; }

    /// The one of the flow or thread that runs right now, or null.
    [[nodiscard]] static cancellation* current() noexcept;
    /// Makes another one current; gives the one that was.
    static cancellation* exchange(cancellation*) noexcept;

  private:
    friend class connection;
    [[noreturn]] static void refuse(const site& where);

    std::atomic<bool> requested_ = false;
    phase phase_ = phase::statements;
    std::vector<connection*> connections_{};
};

}  // namespace kin::engine
