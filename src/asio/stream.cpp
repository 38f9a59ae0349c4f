// One side waiting for the other, and listening.
#include <kin/asio/stream.hpp>

#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <condition_variable>

#include <kin/asio/errors.hpp>
#include <kin/engine/cancellation.hpp>
#include <kin/engine/flow.hpp>

namespace kin::asio {

namespace detail {

struct turnstile::state {
    std::mutex mutex{};
    std::condition_variable passed{};
    bool open = false;
    engine::flow* waits = nullptr;
};

turnstile::turnstile() : state_{std::make_unique<state>()} {}
turnstile::~turnstile() = default;

void turnstile::wait() {
    using namespace std::chrono_literals;
    constexpr std::int64_t for_ever = std::int64_t{1} << 40;  // milliseconds
    const engine::cancellation* const wish = engine::cancellation::current();
    engine::flow* const self = engine::flow::current();
    std::unique_lock lock{state_->mutex};
    while (!std::exchange(state_->open, false)) {
        if (wish != nullptr) wish->throw_if_requested(site::current());
        if (self == nullptr) {
            state_->passed.wait_for(lock, 20ms);  // now and then it looks whether it is still wanted
            continue;
        }
        state_->waits = self;
        lock.unlock();
        const bool woken = self->park(for_ever);
        lock.lock();
        state_->waits = nullptr;
        if (!woken && !state_->open) throw statement_canceled{"nobody asks any more", {.where = site::current()}};
    }
}

void turnstile::pass() noexcept {
    const std::lock_guard lock{state_->mutex};
    state_->open = true;
    state_->passed.notify_one();
    if (state_->waits != nullptr) state_->waits->unpark();
}

std::exception_ptr no_database() {
    return std::make_exception_ptr(canceled{"the stream has no next value: its database has gone", {}});
}

}  // namespace detail

boost::asio::awaitable<stream<engine::notification>> listen(database& db, std::vector<std::string> channels,
                                                            site where) {
    stream<engine::notification> heard{db,
                                       [&pool = db.blocking().pool(), channels = std::move(channels), where](
                                           session&, sink<engine::notification>& to) {
                                           engine::notifications from{pool.acquire(where), channels, where};
                                           to({});  // it listens
                                           for (;;) {
                                               if (std::optional<engine::notification> each = from.next(-1, where))
                                                   to(std::move(*each));
                                           }
                                       },
                                       where};
    (void)co_await heard.next(boost::asio::use_awaitable);
    co_return heard;
}

}  // namespace kin::asio
