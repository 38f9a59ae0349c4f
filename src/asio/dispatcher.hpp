// Who runs what when: a queue of work, and so many that do it.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include <kin/asio/options.hpp>
#include <kin/asio/work.hpp>
#include <kin/session/database.hpp>

#include "asio/ticket.hpp"

namespace kin::asio::detail {

/// The queue; those that do the work differ by what a driver waits for.
class dispatcher : public std::enable_shared_from_this<dispatcher> {
  public:
    dispatcher(const boost::asio::any_io_executor&, std::string_view url, const options&, const site&);
    virtual ~dispatcher() = default;
    dispatcher(const dispatcher&) = delete;
    dispatcher& operator=(const dispatcher&) = delete;

    /// Begins it where somebody is free, lets it wait, or refuses it. `limit`: until its deadline; 0: none.
    void submit(std::unique_ptr<work>, std::chrono::milliseconds limit);
    /// Ends it: it leaves the queue, or whoever runs it is interrupted. Nothing where it is over. From any thread.
    void cancel(const std::shared_ptr<ticket>&, reason);
    /// Ends what runs, and drops what waits.
    virtual void stop() noexcept = 0;

    [[nodiscard]] kin::database& database() noexcept { return database_; }
    [[nodiscard]] const boost::asio::any_io_executor& executor() const noexcept { return executor_; }
    [[nodiscard]] const options& its_options() const noexcept { return options_; }
    [[nodiscard]] metrics measured() noexcept;
    [[nodiscard]] std::size_t waiting() const noexcept;
    [[nodiscard]] std::size_t running() const noexcept;

  protected:
    /// Work of one lane begins in the order in which it came.
    enum class lane : unsigned char { any, reading };

    // Called locked:
    [[nodiscard]] virtual lane lane_of(const work&) const { return lane::any; }
    /// Whether one more of the lane can run.
    [[nodiscard]] virtual bool room_in(lane) const = 0;
    /// Begins it, elsewhere; it has been counted in `running_`.
    virtual void launch(std::unique_ptr<work>) = 0;
    /// It runs and is no longer wanted, as its ticket says.
    virtual void interrupt(const std::shared_ptr<ticket>&) {}
    /// What waits longest of all for which there is room, or null. Not counted yet.
    [[nodiscard]] std::unique_ptr<work> take_waiting();
    /// Gives away what waits, as far as there is room.
    void launch_waiting();

    void expect_deadlines();
    /// It is over: nobody can end it any more.
    void close(ticket&) noexcept;

    /// Calls it with a session; what went wrong, or null. Not locked.
    [[nodiscard]] std::exception_ptr perform(work&);
    /// Counts what is over and tells the listener. Not locked.
    void count(work&, const std::exception_ptr&) noexcept;
    /// Counts it and tells whoever asked, if the database is still there; when its place has been given to others. Not
    /// locked.
    void tell(work&, std::exception_ptr) noexcept;
    /// And what runs is no longer wanted.
    void drop_waiting() noexcept;
    [[nodiscard]] bool stopped() const noexcept;

    const options options_;
    mutable std::mutex mutex_;
    std::size_t running_ = 0;
    bool stopped_ = false;

  private:
    [[nodiscard]] std::size_t count_waiting() const noexcept;
    [[nodiscard]] std::unique_ptr<work> take_out(std::list<waiting_work>& from, std::list<waiting_work>::iterator);
    void expect_time_outs();
    void refuse_those_who_waited_too_long();
    void cancel_those_who_are_late();
    void attempt(work&);
    [[nodiscard]] std::exception_ptr as_told(const ticket&, std::exception_ptr) const noexcept;

    boost::asio::any_io_executor executor_;
    kin::database database_;
    boost::asio::steady_timer timer_;
    bool timed_ = false;
    std::array<std::list<waiting_work>, 2> lanes_;
    std::vector<std::shared_ptr<ticket>> taken_;  ///< which run
    metrics measured_;
    boost::asio::steady_timer deadline_timer_;
    moment next_deadline_ = moment::max();  ///< which the timer waits for
    std::multimap<moment, std::shared_ptr<ticket>> deadlines_;
};

/// Coroutines on the executor, for drivers that wait for sockets.
[[nodiscard]] std::shared_ptr<dispatcher> make_coroutine_dispatcher(const boost::asio::any_io_executor&,
                                                                    std::string_view url, const options&, const site&);
/// Threads, for drivers that have nothing to wait for.
[[nodiscard]] std::shared_ptr<dispatcher> make_thread_dispatcher(const boost::asio::any_io_executor&,
                                                                 std::string_view url, const options&, const site&);

}  // namespace kin::asio::detail
