// Sessions in coroutines, as many as there are connections.
#include <boost/asio/thread_pool.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "asio/coroutine.hpp"
#include "asio/dispatcher.hpp"

namespace kin::asio::detail {

namespace {

/// A coroutine that does one piece of work after the other: its stack is made once.
class worker final : public coroutine::body {
  public:
    worker(const boost::asio::any_io_executor& executor, std::shared_ptr<watches> sockets, std::size_t stack_bytes)
        : own{std::make_shared<coroutine>(executor, std::move(sockets), *this, stack_bytes)} {}

    void run(coroutine& self) override;

    const std::shared_ptr<coroutine> own;
    class coroutine_dispatcher* home = nullptr;
    std::unique_ptr<work> given{};  ///< which it has yet to take; under the lock
};

class coroutine_dispatcher final : public dispatcher {
  public:
    using dispatcher::dispatcher;
    ~coroutine_dispatcher() override { end(); }

    void stop() noexcept override { end(); }

    [[nodiscard]] bool room_in(lane) const override { return running_ < options_.connections; }

    void launch(std::unique_ptr<work> what) override {
        if (idle_.empty()) {
            auto made = std::make_unique<worker>(executor(), sockets_, options_.stack_bytes);
            made->home = this;
            all_.push_back(std::move(made));
            idle_.reserve(all_.size());
            idle_.push_back(all_.back().get());
        }
        worker& w = *idle_.back();
        idle_.pop_back();
        what->its_ticket()->runner = w.own.get();
        w.given = std::move(what);
        w.own->resume_soon();
    }

    void interrupt(const std::shared_ptr<ticket>& which) override {
        if (which->runner == nullptr) return;
        if (!helpers_) helpers_.emplace(1);
        which->runner->interrupt(which, *helpers_, options_.patience_milliseconds);
    }

    /// In its coroutine: does what it was given, and what waits.
    void serve(worker& w) {
        while (!w.own->abandoned()) {
            std::unique_ptr<work> what = take_given(w);
            while (what != nullptr) {
                w.own->works_on(what->its_ticket());
                std::exception_ptr error = perform(*what);
                w.own->works_on(nullptr);
                std::unique_ptr<work> next = take_next(w, *what);
                tell(*what, std::move(error));
                what = std::move(next);
            }
            w.own->sleep();
        }
    }

  private:
    [[nodiscard]] std::unique_ptr<work> take_given(worker& w) {
        const std::lock_guard lock{mutex_};
        return std::move(w.given);
    }
    /// What it does when this is done; null where it has nothing to do, and is listed among those.
    [[nodiscard]] std::unique_ptr<work> take_next(worker& w, const work& done) {
        const std::lock_guard lock{mutex_};
        close(*done.its_ticket());
        expect_deadlines();
        --running_;
        std::unique_ptr<work> next = take_waiting();
        if (next != nullptr) {
            ++running_;
            next->its_ticket()->runner = w.own.get();
        } else if (!stopped_) {
            idle_.push_back(&w);
        }
        return next;
    }

    void end() noexcept {
        drop_waiting();
        for (const auto& w : all_) {
            w->own->abandon();
            const std::unique_ptr<work> not_begun = take_given(*w);
        }
        sockets_->end();
        if (helpers_) helpers_->join();
    }

    const std::shared_ptr<watches> sockets_ = std::make_shared<watches>(executor());
    std::vector<std::unique_ptr<worker>> all_;
    std::vector<worker*> idle_;
    std::optional<boost::asio::thread_pool> helpers_;  ///< what takes a thread: asking a server to end a statement
};

void worker::run(coroutine&) { home->serve(*this); }

}  // namespace

std::shared_ptr<dispatcher> make_coroutine_dispatcher(const boost::asio::any_io_executor& executor,
                                                      std::string_view url, const options& o, const site& where) {
    return std::make_shared<coroutine_dispatcher>(executor, url, o, where);
}

}  // namespace kin::asio::detail
