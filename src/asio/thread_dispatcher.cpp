// Sessions in threads, for a database that is a library: one that may write, and readers beside it.
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <utility>

#include "asio/dispatcher.hpp"

namespace kin::asio::detail {

namespace {

class thread_dispatcher final : public dispatcher {
  public:
    thread_dispatcher(const boost::asio::any_io_executor& executor, std::string_view url, const options& o,
                      const site& where)
        : dispatcher{executor, url, o, where}, database_max_{(database().pool().max)()}, threads_{database_max_} {}
    ~thread_dispatcher() override { end(); }

    void stop() noexcept override { end(); }

    [[nodiscard]] lane lane_of(const work& what) const override {
        return what.how() == manner::read ? lane::reading : lane::any;
    }
    [[nodiscard]] bool room_in(lane l) const override {
        return running_ < database_max_ && (l == lane::reading || !writes_);
    }

    void launch(std::unique_ptr<work> what) override {
        const bool writes = lane_of(*what) != lane::reading;
        writes_ = writes_ || writes;
        boost::asio::post(threads_, [this, writes, own = std::move(what)]() mutable {
            if (stopped()) return;
            std::exception_ptr error = perform(*own);
            {
                const std::lock_guard lock{mutex_};
                --running_;
                close(*own->its_ticket());
                expect_deadlines();
                if (writes) writes_ = false;
                launch_waiting();
            }
            tell(*own, std::move(error));
        });
    }

  private:
    void end() noexcept {
        drop_waiting();
        threads_.join();
    }

    const std::size_t database_max_;  ///< one where the database is its only connection's own
    bool writes_ = false;
    boost::asio::thread_pool threads_;
};

}  // namespace

std::shared_ptr<dispatcher> make_thread_dispatcher(const boost::asio::any_io_executor& executor, std::string_view url,
                                                   const options& o, const site& where) {
    return std::make_shared<thread_dispatcher>(executor, url, o, where);
}

}  // namespace kin::asio::detail
