// Suspending and resuming.
#include "asio/coroutine.hpp"

#include <sys/socket.h>
#include <boost/asio/bind_executor.hpp>
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

coroutine::coroutine(const boost::asio::any_io_executor& executor, std::shared_ptr<watches> sockets, body& b,
                     std::size_t stack_bytes)
    : watches_{std::move(sockets)},
      strand_{boost::asio::make_strand(executor)},
      descriptor_{strand_},
      timer_{strand_},
      patience_{strand_},
      again_{strand_},
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

template <class Descriptor>
void coroutine::listen(Descriptor& descriptor, readiness wanted) {
    const auto for_one = [&](readiness to, boost::asio::posix::descriptor_base::wait_type type) {
        if (!has(wanted, to)) return;
        ++listening_;
        descriptor.async_wait(type, boost::asio::bind_executor(strand_, [self = shared_from_this(), turn = turn_,
                                                                         to](const boost::system::error_code& error) {
                                  if (turn != self->turn_) return;
                                  --self->listening_;
                                  if (error != boost::asio::error::operation_aborted) self->came(turn, to);
                              }));
    };
    listening_ = 0;
    for_one(readiness::read, boost::asio::posix::descriptor_base::wait_read);
    for_one(readiness::write, boost::asio::posix::descriptor_base::wait_write);
}

/// Until something comes, or nobody wants it any more.
void coroutine::suspend_for(int milliseconds) {
    if (milliseconds > 0) expire_after(std::int64_t{milliseconds} * 1000);
    waits_ = true;
    suspend();
    waits_ = false;
    if (milliseconds > 0) timer_.cancel();
}

/// Whoever reads or writes now is told that nobody is there.
readiness coroutine::lose(int socket, readiness wanted) noexcept {
    ::shutdown(socket, SHUT_RDWR);
    return wanted;
}

bool coroutine::idles_in_vain() const noexcept {
    return unwanted() && works_on_->now() == engine::cancellation::phase::idling;
}

readiness coroutine::wait(int socket, readiness wanted, int milliseconds) {
    if (const readiness at_once = engine::wait_for(socket, wanted, 0); at_once != readiness::none) return at_once;
    if (abandoned_ || given_up()) return lose(socket, wanted);
    if (idles_in_vain()) return readiness::none;
    ++turn_;
    boost::system::error_code failed;
    descriptor_.assign(socket, failed);
    if (failed) return lose(socket, wanted);
    listen(descriptor_, wanted);
    suspend_for(milliseconds);
    descriptor_.release();  // and cancels what did not come
    if (abandoned_ || given_up()) return lose(socket, wanted);
    return what_came_;
}

/// The loop looks at the socket anew each time that somebody begins to wait: what has come by then is not missed.
readiness coroutine::wait(engine::kept_socket& socket, readiness wanted, int milliseconds) {
    if (abandoned_ || given_up()) return lose(socket.number(), wanted);
    if (idles_in_vain()) return readiness::none;
    boost::asio::posix::stream_descriptor* descriptor = nullptr;
    try {
        descriptor = &watches_->of(socket);
    } catch (const boost::system::system_error&) {
        return lose(socket.number(), wanted);
    }
    ++turn_;
    listen(*descriptor, wanted);
    suspend_for(milliseconds);
    if (abandoned_) return lose(socket.number(), wanted);  // where nothing is cancelled any more
    if (listening_ > 0) descriptor->cancel();
    if (given_up()) return lose(socket.number(), wanted);
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
    if (!std::exchange(patient_, false)) return;
    patience_.cancel();
    again_.cancel();
}

void coroutine::interrupt(std::shared_ptr<ticket> which, boost::asio::thread_pool& helpers, std::int64_t patience) {
    boost::asio::post(strand_, [self = shared_from_this(), which = std::move(which), &helpers, patience] {
        if (self->works_on_ == which && !self->abandoned_) self->interrupt_now(helpers, patience);
    });
}

void coroutine::wake() { came(turn_, readiness::none); }

void coroutine::interrupt_now(boost::asio::thread_pool& helpers, std::int64_t patience) {
    // Also where nobody can be asked: what undoes may wait for a server that never answers.
    patient_ = true;
    patience_.expires_after(std::chrono::milliseconds{patience});
    patience_.async_wait([self = shared_from_this(), which = works_on_](const boost::system::error_code& error) {
        if (error || self->works_on_ != which) return;
        self->severed_ = true;
        if (self->waits_ || self->settling_) self->wake();
    });
    if (pauses_) return wake();
    if (!waits_) return;  // it has yet to begin
    if (works_on_->now() != engine::cancellation::phase::statements) return wake();
    ask_to_end(helpers);
}

void coroutine::ask_to_end(boost::asio::thread_pool& helpers) {
    for (engine::connection* const each : works_on_->connections()) {
        std::shared_ptr<engine::interrupter> by = each->make_interrupter();
        if (by == nullptr) continue;
        ++works_on_->interrupters;
        boost::asio::post(helpers, [self = shared_from_this(), by = std::move(by), which = works_on_, &helpers] {
            by->interrupt();
            boost::asio::post(self->strand_, [self, which, &helpers] { self->asked_for(*which, helpers); });
        });
    }
}

/// It may come late, where the server has lost the patience of whoever was interrupted: what is done by then is another
/// call's, which nobody wants to end.
void coroutine::asked_for(ticket& which, boost::asio::thread_pool& helpers) {
    if (--which.interrupters > 0 || works_on_.get() != &which) return;
    if (settling_) return wake();
    if (waits_) ask_again(helpers);
}

/// What met the server between two statements has ended nothing.
void coroutine::ask_again(boost::asio::thread_pool& helpers) {
    again_.expires_after(std::chrono::milliseconds{20});
    again_.async_wait([self = shared_from_this(), which = works_on_, &helpers](const boost::system::error_code& error) {
        if (error || self->works_on_ != which || self->abandoned_ || which->interrupters > 0) return;
        if (self->waits_) self->ask_to_end(helpers);
    });
}

bool coroutine::settle() noexcept {
    const std::shared_ptr<ticket> which = works_on_;
    if (which == nullptr) return true;
    while (which->interrupters > 0 && !severed_ && !abandoned_) {
        settling_ = true;
        ++turn_;
        suspend();
        settling_ = false;
    }
    return which->interrupters == 0;
}

void coroutine::unpark() noexcept {
    boost::asio::post(strand_, [self = shared_from_this()] {
        self->unparked_ = true;
        if (self->parked_) self->came(self->turn_, readiness::none);
    });
}

}  // namespace kin::asio::detail
