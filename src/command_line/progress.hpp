// A line on the terminal while a step takes its time.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include <kin/migration/migrations.hpp>

namespace kin::command_line {

/// Says on stderr which statement of which step runs, and for how long, from its second second on. Where stderr is no
/// terminal it says nothing.
class progress_line {
  public:
    progress_line();
    ~progress_line();
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;

    void tell(const migration_progress&);

  private:
    void show();

    std::mutex mutex_{};
    std::condition_variable changed_{};
    std::string doing_{};  ///< empty: nothing
    std::chrono::steady_clock::time_point since_{};
    bool shown_ = false;
    bool over_ = false;
    std::thread thread_{};
};

}  // namespace kin::command_line
