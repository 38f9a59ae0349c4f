// Which of the two ways a database's driver takes.
#include <kin/asio/database.hpp>
#include <kin/engine/registry.hpp>
#include <kin/engine/url.hpp>

#include "asio/dispatcher.hpp"

namespace kin::asio {

database::database(const boost::asio::any_io_executor& executor, std::string_view url, const options& o,
                   const site& where)
    : calls{engine::waiting_of(engine::url::parse(url, where), where) == engine::waiting::for_sockets
                ? detail::make_coroutine_dispatcher(executor, url, o, where)
                : detail::make_thread_dispatcher(executor, url, o, where),
            std::chrono::milliseconds{o.deadline_milliseconds}} {}

database::~database() { dispatcher_->stop(); }

kin::database& database::blocking() noexcept { return dispatcher_->database(); }
metrics database::measured() const noexcept { return dispatcher_->measured(); }
std::size_t database::waiting() const noexcept { return dispatcher_->waiting(); }
std::size_t database::running() const noexcept { return dispatcher_->running(); }

}  // namespace kin::asio
