// Sockets that stay with an event loop from wait to wait.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <mutex>
#include <unordered_set>

#include <kin/engine/wait.hpp>

namespace kin::asio::detail {

class watches;

/// The place of one socket. Used by whoever has the connection; goes with that, or with the loop's database, whichever
/// is first.
class watch final : public engine::kept_socket::watch {
  public:
    watch(std::shared_ptr<watches> home, int socket);
    ~watch() override;

    [[nodiscard]] boost::asio::posix::stream_descriptor& descriptor() noexcept { return *descriptor_; }
    [[nodiscard]] bool is_of(const watches& home) const noexcept { return home_.get() == &home; }

  private:
    friend class watches;
    void leave() noexcept;

    std::shared_ptr<watches> home_;
    std::unique_ptr<boost::asio::posix::stream_descriptor> descriptor_;
};

/// All of one database: none of them outlives it.
class watches : public std::enable_shared_from_this<watches> {
  public:
    explicit watches(const boost::asio::any_io_executor& executor) : executor_{executor} {}

    /// The socket's place here; made where it has none, or one elsewhere. Throws boost::system::system_error.
    [[nodiscard]] boost::asio::posix::stream_descriptor& of(engine::kept_socket&);
    /// All leave, and none comes any more.
    void end() noexcept;

  private:
    friend class watch;

    boost::asio::any_io_executor executor_;
    std::mutex mutex_;
    std::unordered_set<watch*> all_;
};

}  // namespace kin::asio::detail
