// A stackful coroutine that an event loop resumes, and in which sessions run.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <kin/engine/flow.hpp>

#include "asio/ticket.hpp"
#include "asio/watches.hpp"

#include "asio/switching.hpp"

// A fiber's constructor enters its stack for a moment, of which sanitizers cannot be told: they must not take the
// frames of this entrance for the thread's.
#if defined(KIN_SWITCHES_ARE_TOLD) && defined(__clang__)
#pragma clang attribute push(__attribute__((disable_sanitizer_instrumentation)), apply_to = function)
#include <boost/context/fiber.hpp>
#pragma clang attribute pop
#else
#include <boost/context/fiber.hpp>
#endif

namespace kin::asio::detail {

/// Its handlers are on a strand: it is resumed by one thread at a time.
class coroutine final : public engine::flow, public std::enable_shared_from_this<coroutine> {
  public:
    /// What it runs, once; it ends with it. `body` is not called before `resume_soon`.
    class body {
      public:
        virtual void run(coroutine&) = 0;

      protected:
        ~body() = default;
    };

    coroutine(const boost::asio::any_io_executor&, std::shared_ptr<watches>, body&, std::size_t stack_bytes);
    ~coroutine() override;

    /// Starts it, or ends its `sleep`, in the executor.
    void resume_soon();
    /// Until `resume_soon`.
    void sleep();
    /// What it does from now on, or null; inside of it.
    void works_on(std::shared_ptr<ticket> what) noexcept;
    /// Ends what it waits for, if it still works on that: `helpers` ask the server to, and where it does not within so
    /// many milliseconds, the connection is given up. From any thread.
    void interrupt(std::shared_ptr<ticket>, boost::asio::thread_pool& helpers, std::int64_t patience);
    /// As cancellation::settle; inside of it.
    [[nodiscard]] bool settle() noexcept;
    /// Runs it to its end in this thread, which no event loop is in: whatever it waits for has failed.
    void abandon() noexcept;
    [[nodiscard]] bool abandoned() const noexcept { return abandoned_; }

    engine::readiness wait(int socket, engine::readiness wanted, int milliseconds) override;
    engine::readiness wait(engine::kept_socket&, engine::readiness wanted, int milliseconds) override;
    void pause(std::int64_t microseconds) override;
    bool park(std::int64_t milliseconds) override;
    void unpark() noexcept override;

  private:
    using strand = boost::asio::strand<boost::asio::any_io_executor>;
    using timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                    boost::asio::wait_traits<std::chrono::steady_clock>, strand>;

    void resume();
    void suspend();
    /// What came ends the suspension that `turn` was, and no other. On the strand, where nobody runs the coroutine.
    void came(std::uint64_t turn, engine::readiness what);
    template <class Descriptor>
    void listen(Descriptor&, engine::readiness wanted);
    void suspend_for(int milliseconds);
    static engine::readiness lose(int socket, engine::readiness wanted) noexcept;
    [[nodiscard]] bool idles_in_vain() const noexcept;
    void expire_after(std::int64_t microseconds);
    void interrupt_now(boost::asio::thread_pool& helpers, std::int64_t patience);
    void ask_to_end(boost::asio::thread_pool& helpers);
    void ask_again(boost::asio::thread_pool& helpers);
    /// An interrupter for the ticket is done.
    void asked_for(ticket&, boost::asio::thread_pool& helpers);
    /// Ends whatever suspension it is in.
    void wake();
    /// Whether what it is about to wait for, or has waited for, is not wanted any more, and nobody else can end it.
    [[nodiscard]] bool given_up() const noexcept;
    [[nodiscard]] bool unwanted() const noexcept;

    std::shared_ptr<watches> watches_;
    strand strand_;
    boost::asio::posix::basic_stream_descriptor<strand> descriptor_;
    timer timer_;
    timer patience_;
    timer again_;
    body& body_;
    std::size_t stack_bytes_;
    boost::context::fiber inside_;   ///< while it is suspended
    boost::context::fiber outside_;  ///< while it runs
    engine::running_state state_;
    stack_marks marks_;
    std::uint64_t turn_ = 0;  ///< suspensions so far
    engine::readiness what_came_ = engine::readiness::none;
    unsigned listening_ = 0;  ///< to what has not come yet
    bool sleeping_ = true;    ///< or not started
    bool parked_ = false;
    bool unparked_ = false;
    bool ended_ = false;
    bool abandoned_ = false;
    std::shared_ptr<ticket> works_on_{};
    bool patient_ = false;  ///< the timer for the server runs
    bool severed_ = false;  ///< the server did not end what it was asked to end
    bool settling_ = false;
    bool waits_ = false;   ///< for a socket
    bool pauses_ = false;  ///< or for a time, or for somebody
};

}  // namespace kin::asio::detail
