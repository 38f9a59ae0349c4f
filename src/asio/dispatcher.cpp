// The queue in front of the connections.
#include "asio/dispatcher.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <utility>

#include <kin/asio/database.hpp>
#include <kin/kin.hpp>

namespace kin::asio::detail {

namespace {

engine::pool_options pool_options_of(const options& o) {
    return {.max = o.connections, .timeout_milliseconds = o.timeout_milliseconds, .statement_cache = o.statement_cache};
}

}  // namespace

dispatcher::dispatcher(const boost::asio::any_io_executor& executor, std::string_view url, const options& o,
                       const site& where)
    : options_{o}, executor_{executor}, database_{url, pool_options_of(o), where}, timer_{executor} {}

std::size_t dispatcher::count_waiting() const noexcept { return lanes_[0].size() + lanes_[1].size(); }

std::size_t dispatcher::waiting() const noexcept {
    const std::lock_guard lock{mutex_};
    return count_waiting();
}

std::size_t dispatcher::running() const noexcept {
    const std::lock_guard lock{mutex_};
    return running_;
}

void dispatcher::submit(std::unique_ptr<work> what) {
    std::size_t waiting = 0;
    {
        const std::lock_guard lock{mutex_};
        auto& queue = lanes_[static_cast<std::size_t>(lane_of(*what))];
        waiting = count_waiting();
        if ((queue.empty() && room_in(lane_of(*what))) || waiting < options_.max_waiting) {
            queue.push_back({std::move(what), std::chrono::steady_clock::now() +
                                                  std::chrono::milliseconds{options_.timeout_milliseconds}});
            launch_waiting();
            expect_time_outs();
            return;
        }
    }
    const site where = what->where();
    what->complete(std::make_exception_ptr(
        overloaded{fmt::format("{} calls wait for one of {} connections, and max_waiting is {}: try again later",
                               waiting, options_.connections, options_.max_waiting),
                   {.where = where}}));
}

std::exception_ptr dispatcher::perform(work& w) {
    try {
        if (w.how() == manner::transact) {
            kin::detail::transact(
                database_, w.again(), [](void* what, session& s) { static_cast<work*>(what)->call(s); }, &w, w.where());
        } else {
            session s{database_, w.where()};
            w.call(s);
        }
        return nullptr;
    } catch (...) {
        return std::current_exception();
    }
}

void dispatcher::tell(work& w, std::exception_ptr error) const noexcept {
    if (!stopped()) w.complete(std::move(error));
}

bool dispatcher::stopped() const noexcept {
    const std::lock_guard lock{mutex_};
    return stopped_;
}

std::unique_ptr<work> dispatcher::take_waiting() {
    std::deque<waiting_work>* from = nullptr;
    for (auto& queue : lanes_) {
        if (stopped_ || queue.empty() || !room_in(lane_of(*queue.front().what))) continue;
        if (from == nullptr || queue.front().until < from->front().until) from = &queue;
    }
    if (from == nullptr) return nullptr;
    std::unique_ptr<work> next = std::move(from->front().what);
    from->pop_front();
    if (count_waiting() == 0 && std::exchange(timed_, false))
        timer_.cancel();  // a loop ends where nothing is left to do
    return next;
}

void dispatcher::launch_waiting() {
    while (std::unique_ptr<work> next = take_waiting()) {
        ++running_;
        launch(std::move(next));
    }
}

void dispatcher::drop_waiting() noexcept {
    std::array<std::deque<waiting_work>, 2> dropped;  // goes when the lock is gone
    {
        const std::lock_guard lock{mutex_};
        stopped_ = true;
        dropped.swap(lanes_);
    }
    timer_.cancel();
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
    std::deque<std::unique_ptr<work>> late;
    {
        const std::lock_guard lock{mutex_};
        const auto now = std::chrono::steady_clock::now();
        for (auto& queue : lanes_) {
            while (!queue.empty() && queue.front().until <= now) {
                late.push_back(std::move(queue.front().what));
                queue.pop_front();
            }
        }
        timed_ = false;
        expect_time_outs();
    }
    for (const std::unique_ptr<work>& each : late) {
        each->complete(std::make_exception_ptr(database_.pool().timed_out(each->where())));
    }
}

}  // namespace kin::asio::detail
