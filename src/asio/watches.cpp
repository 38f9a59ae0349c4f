// Registering sockets with an event loop, and taking them back from it.
#include "asio/watches.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <boost/system/system_error.hpp>
#include <cerrno>

namespace kin::asio::detail {

namespace {

/// Libraries close their sockets when they lose a server, and the number is somebody else's from then on. A number of
/// our own stays ours.
int duplicate_of(int socket) {
    const int own = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (own < 0) throw boost::system::system_error{errno, boost::system::system_category(), "cannot watch a socket"};
    return own;
}

}  // namespace

watch::watch(std::shared_ptr<watches> home, int socket)
    : home_{std::move(home)}, descriptor_{std::make_unique<boost::asio::posix::stream_descriptor>(home_->executor_)} {
    const int own = duplicate_of(socket);
    try {
        descriptor_->assign(own);
    } catch (...) {
        ::close(own);
        throw;
    }
    const std::lock_guard lock{home_->mutex_};
    home_->all_.insert(this);
}

watch::~watch() {
    const std::lock_guard lock{home_->mutex_};
    home_->all_.erase(this);
    leave();
}

/// The library's own number stays open.
void watch::leave() noexcept { descriptor_.reset(); }

boost::asio::posix::stream_descriptor& watches::of(engine::kept_socket& socket) {
    auto* known = dynamic_cast<watch*>(socket.watched_by.get());
    if (known == nullptr || !known->is_of(*this)) {
        socket.watched_by.reset();
        auto made = std::make_unique<watch>(shared_from_this(), socket.number());
        known = made.get();
        socket.watched_by = std::move(made);
    }
    return known->descriptor();
}

void watches::end() noexcept {
    const std::lock_guard lock{mutex_};
    for (watch* const each : all_) each->leave();
    all_.clear();
}

}  // namespace kin::asio::detail
