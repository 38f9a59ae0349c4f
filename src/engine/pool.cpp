// The pool: idle connections, and a queue of those who wait for one.
#include <fmt/format.h>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <kin/engine/cancellation.hpp>
#include <kin/engine/connection.hpp>
#include <kin/engine/flow.hpp>
#include <kin/engine/pool.hpp>
#include <kin/engine/registry.hpp>
#include <kin/engine/url.hpp>

#include "engine/repetitions.hpp"

namespace kin::engine {

namespace detail {

/// Somebody who waits. Whoever frees a connection hands it over by name, so that no newcomer can take it first.
struct waiter {
    std::condition_variable woken;
    flow* suspended = flow::current();  ///< it waits in place of a thread
    std::unique_ptr<connection> given;  ///< null: room to open one
    bool served = false;

    /// Whether it was served in time.
    bool wait(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds longest) {
        if (suspended == nullptr) return woken.wait_for(lock, longest, [this] { return served; });
        const auto until = std::chrono::steady_clock::now() + longest;
        while (!served) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
            lock.unlock();
            const bool woken_up = left.count() > 0 && suspended->park(left.count());
            lock.lock();
            if (!woken_up) break;
        }
        return served;
    }
    void wake() noexcept {
        served = true;
        if (suspended != nullptr) {
            suspended->unpark();
        } else {
            woken.notify_one();
        }
    }
};

struct pool_state {
    url address;
    pool_options options;
    mutable std::mutex mutex;
    std::vector<std::unique_ptr<connection>> idle;
    std::deque<waiter*> queue;
    std::size_t size = 0;
    statement_listener listener;
    statement_listener watch;  ///< for repetitions

    [[nodiscard]] statement_listener all() const {
        if (!listener || !watch) return listener ? listener : watch;
        return [first = listener, second = watch](const statement_event& event) {
            first(event);
            second(event);
        };
    }

    /// Hands a connection, or the room for one, to whoever waits longest; keeps it otherwise. Call it locked.
    void hand_over(std::unique_ptr<connection> freed) {
        if (!queue.empty()) {
            waiter& next = *queue.front();
            queue.pop_front();
            next.given = std::move(freed);
            next.wake();
        } else if (freed) {
            idle.push_back(std::move(freed));  // does not throw: room was reserved for all
        } else {
            --size;
        }
    }
};

}  // namespace detail

namespace {

url isolated(url address) {
    if (address.is_shared_memory()) {
        static std::atomic<unsigned> count{0};
        address.path = fmt::format("kin-memory-{}", count.fetch_add(1) + 1);
        std::erase_if(address.options, [](const url::option& each) { return each.name == "mode"; });
        address.options.push_back({"mode", "memory"});
    }
    return address;
}

}  // namespace

// -- lease ----------------------------------------------------------------------------------------------------------

lease::lease() noexcept = default;
lease::lease(lease&& from) noexcept
    : state_{std::move(from.state_)}, connection_{std::exchange(from.connection_, nullptr)} {}
lease::lease(counted<detail::pool_state> state, connection* owned) noexcept
    : state_{std::move(state)}, connection_{owned} {}

lease& lease::operator=(lease&& from) noexcept {
    if (this != &from) {
        release();
        state_ = std::move(from.state_);
        connection_ = std::exchange(from.connection_, nullptr);
    }
    return *this;
}

lease::~lease() { release(); }

void lease::release() noexcept {
    if (!connection_) return;
    connection_->rollback();
    connection_->at(site{});
    connection_->heed(nullptr);
    std::unique_ptr<connection> back{std::exchange(connection_, nullptr)};
    // Which could not be told to end, may be interrupted yet, or is lost: closing does it.
    if (back->in_transaction() || back->spoiled()) back.reset();
    {
        const std::lock_guard lock{state_->mutex};
        state_->hand_over(std::move(back));
    }
    state_ = {};
}

// -- pool -----------------------------------------------------------------------------------------------------------

pool::pool(url address, const pool_options& options) : state_{counted<detail::pool_state>::make()} {
    state_->options = options;
    if (options.max == 0) state_->options.max = 1;
    if (address.is_private_memory()) state_->options.max = 1;
    state_->address = isolated(std::move(address));
    state_->idle.reserve(state_->options.max);
}

pool::~pool() = default;

lease pool::acquire(const site& where) {
    detail::pool_state& state = *state_;
    std::unique_ptr<connection> link;
    statement_listener listener;
    cancellation* const wish = cancellation::current();
    if (wish != nullptr) wish->throw_if_requested(where);
    {
        std::unique_lock lock{state.mutex};
        if (!state.idle.empty()) {  // then nobody waits
            link = std::move(state.idle.back());
            state.idle.pop_back();
        } else if (state.size < state.options.max) {
            ++state.size;
        } else {
            detail::waiter self;
            state.queue.push_back(&self);
            if (!self.wait(lock, std::chrono::milliseconds{state.options.timeout_milliseconds})) {
                std::erase(state.queue, &self);
                if (wish != nullptr) wish->throw_if_requested(where);
                throw timed_out(where);
            }
            link = std::move(self.given);
        }
    }
    try {
        {
            const std::lock_guard lock{state.mutex};
            listener = state.all();
        }
        const cancellation::during connecting{wish, cancellation::phase::connecting};
        if (link && !link->alive()) link.reset();
        if (!link) {
            link = std::make_unique<connection>(open_driver(state.address, where), state.options.statement_cache);
        }
        link->at(where);
        link->on_statement(std::move(listener));
        link->heed(wish);
    } catch (...) {
        {
            const std::lock_guard lock{state.mutex};
            state.hand_over(nullptr);
        }
        if (wish != nullptr) wish->throw_if_requested(where);  // rather than what ended the connecting
        throw;
    }
    return {state_, link.release()};
}

void pool::on_statement(statement_listener listener) {
    const std::lock_guard lock{state_->mutex};
    std::swap(state_->listener, listener);  // the old one ends with `listener`, when the lock is gone
}

void pool::watch_repetitions(repetition_listener report, std::size_t threshold) {
    statement_listener watch =
        threshold == 0 ? statement_listener{} : watching_repetitions(std::move(report), threshold);
    const std::lock_guard lock{state_->mutex};
    std::swap(state_->watch, watch);
}

pool_timeout pool::timed_out(const site& where) const {
    return pool_timeout{
        fmt::format("no connection became free within {} ms: all {} of the pool for {} are in use",
                    state_->options.timeout_milliseconds, state_->options.max, state_->address.printed()),
        {.where = where}};
}

std::size_t pool::size() const noexcept {
    const std::lock_guard lock{state_->mutex};
    return state_->size;
}
std::size_t pool::idle() const noexcept {
    const std::lock_guard lock{state_->mutex};
    return state_->idle.size();
}
std::size_t pool::waiting() const noexcept {
    const std::lock_guard lock{state_->mutex};
    return state_->queue.size();
}
std::size_t pool::max() const noexcept { return state_->options.max; }
const url& pool::address() const noexcept { return state_->address; }

}  // namespace kin::engine
