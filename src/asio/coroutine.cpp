// Suspending and resuming.
#include "asio/coroutine.hpp"

#include <sys/socket.h>
#include <boost/asio/post.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <chrono>
#include <utility>

#include <kin/engine/connection.hpp>

namespace kin::asio::detail {

using engine::has;
using engine::readiness;

namespace {

/// Tells the sanitizers where the stack is.
class marked_stack {
  public:
    marked_stack(std::size_t size, stack_marks& marks) : base_{size}, marks_{&marks} {}

    boost::context::stack_context allocate() {
        boost::context::stack_context made = base_.allocate();
        marks_->describe(static_cast<const char*>(made.sp) - made.size, made.size);
        return made;
    }
    void deallocate(boost::context::stack_context& stack) noexcept { base_.deallocate(stack); }

  private:
    boost::context::protected_fixedsize_stack base_;  // an overflow meets a page that nobody may write
    stack_marks* marks_;
};

}  // namespace

coroutine::coroutine(const boost::asio::any_io_executor& executor, body& b, std::size_t stack_bytes)
    : strand_{boost::asio::make_strand(executor)},
      descriptor_{strand_},
      timer_{strand_},
      patience_{strand_},
      body_{b},
      stack_bytes_{stack_bytes},
      state_{this} {}

coroutine::~coroutine() { marks_.forget(); }

void coroutine::resume() {
    if (ended_) return;
    if (!inside_) {
        inside_ = boost::context::fiber{std::allocator_arg, marked_stack{stack_bytes_, marks_},
                                        [this](boost::context::fiber&& from) {
                                            outside_ = std::move(from);
                                            marks_.entered();
                                            body_.run(*this);
                                            ended_ = true;
                                            marks_.before_suspend();
                                            return std::move(outside_);
                                        }};
    }
    marks_.before_resume();
    state_.swap();
    inside_ = std::move(inside_).resume();
    state_.swap();
    marks_.after_resume();
}

void coroutine::suspend() {
    marks_.before_suspend();
    outside_ = std::move(outside_).resume();
    marks_.entered();
}

void coroutine::came(std::uint64_t turn, readiness what) {
    if (turn != turn_) return;
    what_came_ = what;
    resume();
}

void coroutine::resume_soon() {
    boost::asio::post(strand_, [self = shared_from_this()] {
        if (std::exchange(self->sleeping_, false)) self->resume();
    });
}

void coroutine::sleep() {
    if (abandoned_) return;
    sleeping_ = true;
    ++turn_;
    suspend();
}

void coroutine::abandon() noexcept {
    abandoned_ = true;
    if (inside_) resume();  // what it waits for is told to have come, and fails
    ended_ = true;          // also where it had not begun
}

void coroutine::expire_after(std::int64_t microseconds) {
    timer_.expires_after(std::chrono::microseconds{microseconds});
    timer_.async_wait([self = shared_from_this(), turn = turn_](const boost::system::error_code& error) {
        if (!error) self->came(turn, readiness::none);
    });
}

readiness coroutine::wait(int socket, readiness wanted, int milliseconds) {
    if (const readiness at_once = engine::wait_for(socket, wanted, 0); at_once != readiness::none) return at_once;
    const auto lost = [&] {
        // Whoever reads or writes now is told that nobody is there.
        ::shutdown(socket, SHUT_RDWR);
        return wanted;
    };
    const auto idles = [&] {
        return works_on_ != nullptr && works_on_->requested() &&
               works_on_->now() == engine::cancellation::phase::idling;
    };
    if (abandoned_ || given_up()) return lost();
    if (idles()) return readiness::none;
    const std::uint64_t turn = ++turn_;
    boost::system::error_code failed;
    descriptor_.assign(socket, failed);
    if (failed) return lost();
    const auto listen = [&](readiness to, boost::asio::posix::descriptor_base::wait_type type) {
        if (!has(wanted, to)) return;
        descriptor_.async_wait(type, [self = shared_from_this(), turn, to](const boost::system::error_code& error) {
            if (error != boost::asio::error::operation_aborted) self->came(turn, to);
        });
    };
    listen(readiness::read, boost::asio::posix::descriptor_base::wait_read);
    listen(readiness::write, boost::asio::posix::descriptor_base::wait_write);
    if (milliseconds > 0) expire_after(std::int64_t{milliseconds} * 1000);
    waits_ = true;
    suspend();
    waits_ = false;
    if (milliseconds > 0) timer_.cancel();
    descriptor_.release();  // and cancels what did not come
    if (abandoned_ || given_up()) return lost();
    return what_came_;
}

void coroutine::pause(std::int64_t microseconds) {
    if (abandoned_ || unwanted()) return;
    ++turn_;
    pauses_ = true;
    expire_after(microseconds);
    suspend();
    pauses_ = false;
    timer_.cancel();
}

bool coroutine::park(std::int64_t milliseconds) {
    if (abandoned_ || unwanted()) return false;
    if (std::exchange(unparked_, false)) return true;
    ++turn_;
    parked_ = true;
    pauses_ = true;
    expire_after(milliseconds * 1000);
    suspend();
    timer_.cancel();
    parked_ = false;
    pauses_ = false;
    return std::exchange(unparked_, false);
}

// -- calls that are no longer wanted --------------------------------------------------------------------------------

bool ticket::settle() noexcept { return runner == nullptr || runner->settle(); }

bool coroutine::unwanted() const noexcept { return works_on_ != nullptr && works_on_->requested(); }

bool coroutine::given_up() const noexcept {
    return severed_ || (unwanted() && works_on_->now() == engine::cancellation::phase::connecting);
}

void coroutine::works_on(std::shared_ptr<ticket> what) noexcept {
    works_on_ = std::move(what);
    severed_ = false;
    if (std::exchange(patient_, false)) patience_.cancel();
}

void coroutine::interrupt(std::shared_ptr<ticket> which, boost::asio::thread_pool& helpers, std::int64_t patience) {
    boost::asio::post(strand_, [self = shared_from_this(), which = std::move(which), &helpers, patience] {
        if (self->works_on_ == which && !self->abandoned_) self->interrupt_now(helpers, patience);
    });
}

void coroutine::wake() { came(turn_, readiness::none); }

void coroutine::interrupt_now(boost::asio::thread_pool& helpers, std::int64_t patience) {
    if (pauses_) return wake();
    if (!waits_) return;  // it has yet to begin
    if (works_on_->now() != engine::cancellation::phase::statements) return wake();
    for (engine::connection* const each : works_on_->connections()) {
        std::shared_ptr<engine::interrupter> by = each->make_interrupter();
        if (by == nullptr) continue;
        ++interrupters_;
        boost::asio::post(helpers, [self = shared_from_this(), by = std::move(by)]() mutable {
            by->interrupt();
            boost::asio::post(self->strand_, [self] {
                if (--self->interrupters_ == 0 && self->settling_) self->wake();
            });
        });
    }
    if (interrupters_ == 0) return;
    patient_ = true;
    patience_.expires_after(std::chrono::milliseconds{patience});
    patience_.async_wait([self = shared_from_this(), which = works_on_](const boost::system::error_code& error) {
        if (error || self->works_on_ != which) return;
        self->severed_ = true;
        if (self->waits_ || self->settling_) self->wake();
    });
}

bool coroutine::settle() noexcept {
    while (interrupters_ > 0 && !severed_ && !abandoned_) {
        settling_ = true;
        ++turn_;
        suspend();
        settling_ = false;
    }
    return interrupters_ == 0;
}

void coroutine::unpark() noexcept {
    boost::asio::post(strand_, [self = shared_from_this()] {
        self->unparked_ = true;
        if (self->parked_) self->came(self->turn_, readiness::none);
    });
}

}  // namespace kin::asio::detail
