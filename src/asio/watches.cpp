// Registering sockets with an event loop, and taking them back from it.
#include "asio/watches.hpp"

namespace kin::asio::detail {

watch::watch(std::shared_ptr<watches> home, int socket)
    : home_{std::move(home)},
      descriptor_{std::make_unique<boost::asio::posix::stream_descriptor>(home_->executor_, socket)} {
    try {
        const std::lock_guard lock{home_->mutex_};
        home_->all_.insert(this);
    } catch (...) {
        leave();
        throw;
    }
}

watch::~watch() {
    const std::lock_guard lock{home_->mutex_};
    home_->all_.erase(this);
    leave();
}

/// The socket itself stays open.
void watch::leave() noexcept {
    if (descriptor_ != nullptr) descriptor_->release();
    descriptor_.reset();
}

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
