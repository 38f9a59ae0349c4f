// The queue in front of the connections.
#include "asio/dispatcher.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <utility>

#include <kin/asio/errors.hpp>
#include <kin/kin.hpp>

namespace kin::asio::detail {

namespace {

engine::pool_options pool_options_of(const options& o) {
    return {.max = o.connections, .timeout_milliseconds = o.timeout_milliseconds, .statement_cache = o.statement_cache};
}

}  // namespace

std::shared_ptr<ticket> make_ticket() { return std::make_shared<ticket>(); }

dispatcher::dispatcher(const boost::asio::any_io_executor& executor, std::string_view url, const options& o,
                       const site& where)
    : options_{o},
      executor_{executor},
      database_{url, pool_options_of(o), where},
      timer_{executor},
      deadline_timer_{executor} {}

std::size_t dispatcher::count_waiting() const noexcept { return lanes_[0].size() + lanes_[1].size(); }

std::size_t dispatcher::waiting() const noexcept {
    const std::lock_guard lock{mutex_};
    return count_waiting();
}

std::size_t dispatcher::running() const noexcept {
    const std::lock_guard lock{mutex_};
    return running_;
}

void dispatcher::submit(std::unique_ptr<work> what, std::chrono::milliseconds limit) {
    std::size_t waiting = 0;
    {
        const std::lock_guard lock{mutex_};
        const auto in = static_cast<unsigned char>(lane_of(*what));
        std::list<waiting_work>& queue = lanes_[in];
        waiting = count_waiting();
        if ((queue.empty() && room_in(lane_of(*what))) || waiting < options_.max_waiting) {
            const std::shared_ptr<ticket> its = what->its_ticket();
            const moment now = std::chrono::steady_clock::now();
            its->place =
                queue.insert(queue.end(), {nullptr, now + std::chrono::milliseconds{options_.timeout_milliseconds}});
            its->place->what = std::move(what);
            its->lane = in;
            its->asked = now;
            its->where = ticket::state::waiting;
            if (limit.count() > 0) {
                its->due = deadlines_.emplace(now + limit, its);
                its->has_deadline = true;
            }
            launch_waiting();
            expect_time_outs();
            expect_deadlines();
            return;
        }
    }
    const site where = what->where();
    tell(*what, std::make_exception_ptr(overloaded{
                    fmt::format("{} calls wait for one of {} connections, and max_waiting is {}: try again later",
                                waiting, options_.connections, options_.max_waiting),
                    {.where = where}}));
}

// -- ending calls ---------------------------------------------------------------------------------------------------

void dispatcher::cancel(const std::shared_ptr<ticket>& which, reason why) {
    std::unique_ptr<work> left;
    {
        const std::lock_guard lock{mutex_};
        if (stopped_ || which->requested()) return;
        if (which->where != ticket::state::waiting && which->where != ticket::state::running) return;
        which->why = why;
        which->request();
        if (which->where == ticket::state::running) return interrupt(which);
        left = take_out(lanes_[which->lane], which->place);
        close(*which);
        expect_deadlines();
    }
    const site where = left->where();
    tell(*left, as_told(*which, std::make_exception_ptr(statement_canceled{
                                    "it waited for a connection, nothing was sent", {.where = where}})));
}

void dispatcher::close(ticket& which) noexcept {
    if (which.where == ticket::state::running) {
        std::erase_if(taken_, [&](const std::shared_ptr<ticket>& each) { return each.get() == &which; });
    }
    which.where = ticket::state::done;
    which.runner = nullptr;
    if (std::exchange(which.has_deadline, false)) deadlines_.erase(which.due);
}

/// What a call that was ended fails with, if it is that what it fails with.
std::exception_ptr dispatcher::as_told(const ticket& which, std::exception_ptr error) const noexcept {
    if (!which.requested()) return error;
    const auto ended = [&](const database_error& e) {
        if (which.why == reason::deadline) {
            return std::make_exception_ptr(
                deadline_passed{"the call was not done by its deadline: " + e.message(), e.context()});
        }
        return std::make_exception_ptr(canceled{"the call was cancelled: " + e.message(), e.context()});
    };
    try {
        try {
            std::rethrow_exception(error);
        } catch (const statement_canceled& e) {
            return ended(e);
        } catch (const connection_lost& e) {  // it was hung up on
            return e.context().sql == "COMMIT" ? error : ended(e);
        }
    } catch (...) {
        return error;
    }
}

/// Called locked. One timer for all.
void dispatcher::expect_deadlines() {
    if (deadlines_.empty() || stopped_) {
        if (next_deadline_ != moment::max()) deadline_timer_.cancel();  // a loop ends where nothing is left to do
        next_deadline_ = moment::max();
        return;
    }
    const moment first = deadlines_.begin()->first;
    if (first >= next_deadline_) return;
    next_deadline_ = first;
    deadline_timer_.expires_at(first);
    deadline_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!error && self != nullptr) self->cancel_those_who_are_late();
    });
}

void dispatcher::cancel_those_who_are_late() {
    std::list<std::shared_ptr<ticket>> late;
    {
        const std::lock_guard lock{mutex_};
        const moment now = std::chrono::steady_clock::now();
        while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
            late.push_back(deadlines_.begin()->second);
            late.back()->has_deadline = false;
            deadlines_.erase(deadlines_.begin());
        }
        next_deadline_ = moment::max();
        expect_deadlines();
    }
    for (const std::shared_ptr<ticket>& each : late) cancel(each, reason::deadline);
}

// -- doing the work -------------------------------------------------------------------------------------------------

void dispatcher::attempt(work& w) {
    if (w.how() == manner::transact) {
        const auto call = [](void* what, session& s) {
            auto& to = *static_cast<work*>(what);
            ++to.its_ticket()->attempts;
            to.call(s);
        };
        return kin::detail::transact(database_, w.again(), call, &w, w.where());
    }
    session s{database_, w.where()};
    ++w.its_ticket()->attempts;
    w.call(s);
}

std::exception_ptr dispatcher::perform(work& w) {
    const std::shared_ptr<ticket> its = w.its_ticket();
    engine::cancellation* const outer = engine::cancellation::exchange(its.get());
    std::exception_ptr error;
    try {
        its->throw_if_requested(w.where());
        attempt(w);
    } catch (...) {
        error = std::current_exception();
    }
    engine::cancellation::exchange(outer);
    return error != nullptr ? as_told(*its, std::move(error)) : error;
}

void dispatcher::tell(work& w, std::exception_ptr error) noexcept {
    count(w, error);
    if (!stopped()) w.complete(std::move(error));
}

bool dispatcher::stopped() const noexcept {
    const std::lock_guard lock{mutex_};
    return stopped_;
}

std::unique_ptr<work> dispatcher::take_waiting() {
    std::list<waiting_work>* from = nullptr;
    for (auto& queue : lanes_) {
        if (stopped_ || queue.empty() || !room_in(lane_of(*queue.front().what))) continue;
        if (from == nullptr || queue.front().until < from->front().until) from = &queue;
    }
    if (from == nullptr) return nullptr;
    taken_.push_back(from->front().what->its_ticket());
    std::unique_ptr<work> next = take_out(*from, from->begin());
    ticket& its = *next->its_ticket();
    its.where = ticket::state::running;
    its.began = std::chrono::steady_clock::now();
    return next;
}

std::unique_ptr<work> dispatcher::take_out(std::list<waiting_work>& from, std::list<waiting_work>::iterator which) {
    std::unique_ptr<work> taken = std::move(which->what);
    from.erase(which);
    if (count_waiting() == 0 && std::exchange(timed_, false)) timer_.cancel();  // as below: nothing is left to do
    return taken;
}

void dispatcher::launch_waiting() {
    while (std::unique_ptr<work> next = take_waiting()) {
        ++running_;
        launch(std::move(next));
    }
}

void dispatcher::drop_waiting() noexcept {
    std::array<std::list<waiting_work>, 2> dropped;  // goes when the lock is gone
    {
        const std::lock_guard lock{mutex_};
        stopped_ = true;
        dropped.swap(lanes_);
        for (const auto& queue : dropped) {
            for (const waiting_work& each : queue) close(*each.what->its_ticket());
        }
        for (const std::shared_ptr<ticket>& each : taken_) each->request();
        timer_.cancel();
        deadline_timer_.cancel();
    }
}

/// Called locked. One timer for all.
void dispatcher::expect_time_outs() {
    if (timed_ || count_waiting() == 0 || stopped_) return;
    timed_ = true;
    auto first = std::chrono::steady_clock::time_point::max();
    for (const auto& queue : lanes_) {
        if (!queue.empty()) first = std::min(first, queue.front().until);
    }
    timer_.expires_at(first);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!error && self != nullptr) self->refuse_those_who_waited_too_long();
    });
}

void dispatcher::refuse_those_who_waited_too_long() {
    std::list<std::unique_ptr<work>> late;
    {
        const std::lock_guard lock{mutex_};
        const auto now = std::chrono::steady_clock::now();
        for (auto& queue : lanes_) {
            while (!queue.empty() && queue.front().until <= now) {
                close(*queue.front().what->its_ticket());
                late.push_back(std::move(queue.front().what));
                queue.pop_front();
            }
        }
        timed_ = false;
        expect_deadlines();
        expect_time_outs();
    }
    for (const std::unique_ptr<work>& each : late) {
        tell(*each, std::make_exception_ptr(database_.pool().timed_out(each->where())));
    }
}

}  // namespace kin::asio::detail
