// A line between a client and the server of this run that a test can hold up.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/place.hpp"

namespace kin::test {

class relay {
  public:
    /// Between whoever uses `url()` and the server of this URL, which names the folder or the file of its socket.
    explicit relay(const std::string& url) : server_{path_in(url)} {
        acceptor_.open();
        acceptor_.bind(folder_.file(name()));
        acceptor_.listen();
        url_ = url;
        const std::filesystem::path here =
            engine_name() == "postgresql" ? folder_.path() : folder_.path() / std::string{name()};
        url_.replace(place_in(url), length_in(url), here.string());
        boost::asio::co_spawn(loop_, accept(), boost::asio::detached);
        thread_ = std::thread{[this] { loop_.run(); }};
    }
    ~relay() {
        loop_.stop();
        thread_.join();
    }
    relay(const relay&) = delete;
    relay& operator=(const relay&) = delete;

    [[nodiscard]] const std::string& url() const noexcept { return url_; }

    /// Connections that are made from now on reach nobody.
    void hold() noexcept { holds_ = true; }
    void let_through() noexcept { holds_ = false; }
    /// Those that reached nobody.
    [[nodiscard]] int held() const noexcept { return held_; }
    void drop_held() {
        boost::asio::post(loop_, [this] { held_lines_.clear(); });
    }
    /// Nothing that anybody says from now on arrives.
    void freeze() noexcept { frozen_ = true; }

  private:
    using line = boost::asio::local::stream_protocol::socket;
    using shared_line = std::shared_ptr<line>;

    static std::string_view option() { return engine_says("", "host=", "socket="); }
    static std::string_view name() { return engine_says("", ".s.PGSQL.5432", "socket"); }
    static std::size_t place_in(const std::string& url) { return url.find(option()) + option().size(); }
    static std::size_t length_in(const std::string& url) {
        return std::min(url.find('&', place_in(url)), url.size()) - place_in(url);
    }
    static std::string path_in(const std::string& url) {
        const std::string named = url.substr(place_in(url), length_in(url));
        return engine_name() == "postgresql" ? named + "/" + std::string{name()} : named;
    }

    boost::asio::awaitable<void> accept() {
        for (;;) {
            auto client = std::make_shared<line>(co_await acceptor_.async_accept(boost::asio::use_awaitable));
            if (holds_) {
                held_lines_.push_back(std::move(client));
                ++held_;
                continue;
            }
            auto server = std::make_shared<line>(loop_);
            server->connect(server_);
            boost::asio::co_spawn(loop_, pass_on(client, server), boost::asio::detached);
            boost::asio::co_spawn(loop_, pass_on(server, client), boost::asio::detached);
        }
    }
    boost::asio::awaitable<void> pass_on(shared_line from, shared_line to) {
        constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
        std::array<char, 16384> said{};
        for (;;) {
            const auto [ended, count] = co_await from->async_read_some(boost::asio::buffer(said), token);
            if (ended) break;
            if (frozen_) continue;
            if (const auto [failed, n] =
                    co_await boost::asio::async_write(*to, boost::asio::buffer(said, count), token);
                failed)
                break;
        }
        boost::system::error_code ignored;
        to->shutdown(line::shutdown_both, ignored);
    }

    temporary_directory folder_{};
    boost::asio::io_context loop_{};
    boost::asio::local::stream_protocol::acceptor acceptor_{loop_};
    boost::asio::local::stream_protocol::endpoint server_;
    std::vector<shared_line> held_lines_{};
    std::string url_{};
    std::atomic<bool> holds_ = false;
    std::atomic<bool> frozen_ = false;
    std::atomic<int> held_ = 0;
    std::thread thread_{};
};

}  // namespace kin::test
