// What becomes of a call: the compiled part.
#include <algorithm>

#include <kin/asio/calls.hpp>

#include "asio/dispatcher.hpp"

namespace kin::asio {

namespace detail {

canceller::canceller(std::weak_ptr<dispatcher> d, std::shared_ptr<ticket> t, manner how) noexcept
    : dispatcher_{std::move(d)}, ticket_{std::move(t)}, how_{how} {}

void canceller::operator()(boost::asio::cancellation_type type) const {
    using boost::asio::cancellation_type;
    cancellation_type can = cancellation_type::terminal | cancellation_type::partial;
    if (how_ != manner::run) can = can | cancellation_type::total;
    if ((type & can) == cancellation_type::none) return;
    if (const std::shared_ptr<dispatcher> d = dispatcher_.lock()) d->cancel(ticket_, reason::cancelled);
}

}  // namespace detail

calls::calls(std::shared_ptr<detail::dispatcher> d, std::chrono::milliseconds limit) noexcept
    : dispatcher_{std::move(d)}, limit_{limit} {}

calls calls::within(std::chrono::milliseconds limit) const {
    return {dispatcher_, std::max(limit, std::chrono::milliseconds{1})};
}

boost::asio::any_io_executor calls::get_executor() const noexcept { return dispatcher_->executor(); }

void calls::submit(std::unique_ptr<detail::work> what) const { dispatcher_->submit(std::move(what), limit_); }

}  // namespace kin::asio
