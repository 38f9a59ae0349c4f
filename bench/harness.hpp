// Runs workloads: both sides in turn, every result checked, medians, heap growth.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "own_schema.hpp"
#include "workloads.hpp"

namespace bench {

struct plan {
    engine on = engine::sqlite;
    std::string server{};  ///< its URL
    int repetitions = 7;
    double size = 1;  ///< of the data: so many times the users
    bool heap = true;
    std::optional<std::string> index{};  ///< --index, for `archive`
};

/// One side of one workload: its own database, filled, ready to be run any number of times.
class stand {
  public:
    stand(const side&, const workload&, const plan&);
    ~stand();
    stand(const stand&) = delete;
    stand& operator=(const stand&) = delete;

    /// One call with what belongs before and after it, of which only the call is timed. Returns milliseconds; throws
    /// std::runtime_error where the checksum or the state of the database is wrong.
    double run();
    /// As above, inside of `counted`.
    void run_counted();
    /// As above, but counts the heap instead: bytes.
    std::size_t run_counting_heap();
    /// Statements that the last run sent.
    [[nodiscard]] std::uint64_t statements() const noexcept { return statements_; }
    /// How often the last run waited for a server.
    [[nodiscard]] std::uint64_t round_trips() const noexcept { return round_trips_; }

  private:
    template <class Measure>
    auto guarded(Measure measure);
    void connect();
    void script(const std::string& sql);

    const side& side_;
    const workload& workload_;
    timed_function function_;
    context context_{};
    std::string file_{};                  ///< of a database on disk; empty for none
    std::optional<own_schema> schema_{};  ///< on a server
    std::uint64_t expected_ = 0;
    std::int64_t expected_state_ = 0;
    std::uint64_t statements_ = 0;
    std::uint64_t round_trips_ = 0;
    bool open_ = false;
};

struct side_result {
    const side* of = nullptr;
    double median_ms = 0;
    std::size_t peak_bytes = 0;
    std::uint64_t statements = 0;
    std::uint64_t round_trips = 0;
    double ratio = 0;   ///< a twin's: median of Kin / median of the twin
    double paired = 0;  ///< a twin's: median of the ratios of neighbouring runs: less moved by drift
};

struct result {
    const workload* of = nullptr;
    engine on = engine::sqlite;
    std::vector<side_result> sides{};  ///< as `sides_on`, without those that have no such workload

    [[nodiscard]] const side_result* find(const side&) const noexcept;
};

/// The first run of one workload on every side that has it, each in a process of its own: the heap alone. To be called
/// for all workloads before anything runs in this process.
[[nodiscard]] result measure_heap(const workload&, const plan&);
/// Adds the times: all sides in turn.
void measure_time(result&, const plan&);

/// Calls it. A name for a tool that counts the instructions of a function (valgrind's --toggle-collect).
[[gnu::noinline]] std::uint64_t counted(timed_function, context&);

/// `W3  12.3  11.8  1.04 …`; the heading comes apart.
[[nodiscard]] std::string table_heading(engine);
[[nodiscard]] std::string table_line(const result&);
/// One JSON object on one line.
[[nodiscard]] std::string json_line(const result&);

/// Registers every side of the workloads with Google Benchmark and runs it on the arguments left.
int run_google_benchmark(const std::vector<const workload*>&, const plan&, std::vector<char*> arguments);

}  // namespace bench
