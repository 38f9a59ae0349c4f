// A database on an event loop, in a place of the test's own.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <thread>
#include <vector>

#include <kin/asio.hpp>

#include "support/blog.hpp"
#include "support/fixture.hpp"

namespace kin::test {

/// Runs an event loop in so many threads until it has nothing to do.
inline void run_in_threads(boost::asio::io_context& loop, int count) {
    std::vector<std::thread> all;
    for (int i = 1; i < count; ++i) all.emplace_back([&loop] { loop.run(); });
    loop.run();
    for (std::thread& each : all) each.join();
    loop.restart();
}

/// Where calls run in threads beside the loop, they begin while others are still being made: those that wait here do
/// not.
class beginning {
  public:
    void wait() const {
        if (!can(capability::a_server)) all_.wait();
    }
    void all_are_made() { made_.set_value(); }

  private:
    std::promise<void> made_{};
    std::shared_future<void> all_{made_.get_future()};
};

class on_a_loop : public ::testing::Test {
  protected:
    on_a_loop() {
        kin::database blocking{url};
        blocking.create<blog::all>();
        kin::session s{blocking};
        for (int u = 1; u <= 5; ++u) {
            blog::User user{.name = "user " + std::to_string(u)};
            for (int p = 1; p <= u; ++p) user.posts.push_back(blog::Post{.title = "post " + std::to_string(p)});
            s.add(std::move(user));
        }
        s.commit();
    }

    [[nodiscard]] std::string rows(std::string_view sql) {
        kin::database outside{url};
        return rows_of(*outside.connect(), sql);
    }

    place place_{};
    std::string url = place_.patient_url();
    boost::asio::io_context loop{};
};

}  // namespace kin::test
