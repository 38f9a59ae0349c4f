// kin_bench_async: 10,000 requests in flight on one thread, over 16 connections; Kin beside libpq by hand.
#include <time.h>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <kin/kin.hpp>
#include <string>
#include <vector>

#include "side.hpp"

namespace {

using namespace bench::async;
using clock = std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

struct plan {
    std::size_t in_flight = 10'000;
    std::size_t requests = 50'000;
    std::size_t connections = 16;
    int rounds = 5;
};

struct outcome {
    double per_second = 0;
    double median = 0;  ///< milliseconds from asking to being told
    double late = 0;    ///< the 99th percentile
    double memory = 0;  ///< MiB above idle, at most
    double stall = 0;   ///< milliseconds of the processor between two looks of the loop at its events, at most
    std::int64_t sum = 0;
    std::size_t told = 0;
};

std::int64_t kibibytes(const char* what) {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(what)) return std::atoll(line.c_str() + std::strlen(what));
    }
    return 0;
}

double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// As many clients as requests are in flight: each asks again when it is told.
class clients {
  public:
    clients(side& s, const plan& p) : side_{s}, plan_{p} { latencies_.reserve(p.requests); }

    void start() {
        for (std::size_t i = 0; i < plan_.in_flight && asked_ < plan_.requests; ++i) ask();
    }
    [[nodiscard]] bool done() const noexcept { return latencies_.size() == plan_.requests; }
    void report(outcome& to) {
        to.told = latencies_.size();
        to.sum = sum_;
        if (latencies_.empty()) return;
        std::sort(latencies_.begin(), latencies_.end());
        to.median = latencies_[latencies_.size() / 2] * 1000;
        to.late = latencies_[latencies_.size() * 99 / 100] * 1000;
    }

  private:
    void ask() {
        const std::size_t number = asked_++;
        const request r{static_cast<std::int64_t>(number * 7919 % users) + 1, number % 10 == 9};
        side_.ask(r, [this, since = clock::now()](std::int64_t read) {
            latencies_.push_back(seconds{clock::now() - since}.count());
            sum_ += read;
            if (asked_ < plan_.requests) ask();
        });
    }

    side& side_;
    const plan& plan_;
    std::size_t asked_ = 0;
    std::int64_t sum_ = 0;
    std::vector<double> latencies_{};
};

using maker = std::unique_ptr<side> (*)(boost::asio::io_context&, const std::string&, std::size_t);

/// `looks`: measures stalls, which takes time of its own.
outcome measure(maker make, const std::string& url, const plan& p, bool looks) {
    outcome result;
    boost::asio::io_context loop{1};
    const std::unique_ptr<side> s = make(loop, url, p.connections);
    {
        plan warm = p;
        warm.in_flight = p.connections;
        warm.requests = p.connections * 20;
        clients few{*s, warm};
        few.start();
        loop.run();
        loop.restart();
    }
    const std::int64_t idle = kibibytes("VmRSS:");
    std::ofstream{"/proc/self/clear_refs"} << "5";  // the highest is counted anew
    const auto since = clock::now();
    clients all{*s, p};
    all.start();
    if (looks) {
        auto work = boost::asio::make_work_guard(loop);
        while (!all.done()) {
            const double before = thread_seconds();
            if (loop.poll_one() != 0) {
                result.stall = std::max(result.stall, (thread_seconds() - before) * 1000);
            } else {
                loop.run_one();
            }
        }
        work.reset();
    }
    loop.run();
    result.per_second = static_cast<double>(p.requests) / seconds{clock::now() - since}.count();
    result.memory = static_cast<double>(kibibytes("VmHWM:") - idle) / 1024;
    all.report(result);
    return result;
}

void print(const char* name, const outcome& o, double stall) {
    std::printf("%-8s %9.0f/s  p50 %7.1f ms  p99 %7.1f ms  %6.1f MiB above idle  longest stall %.2f ms\n", name,
                o.per_second, o.median, o.late, o.memory, stall);
}

/// The round of the middle.
outcome middle(std::vector<outcome> all) {
    std::sort(all.begin(), all.end(), [](const outcome& a, const outcome& b) { return a.per_second < b.per_second; });
    outcome result = all[all.size() / 2];
    for (const outcome& each : all) result.memory = std::max(result.memory, each.memory);
    return result;
}

int refuse(const char* what) {
    std::fprintf(stderr, "kin_bench_async: %s\n", what);
    return 2;
}

int run(const plan& p, const std::string& url, const std::string& for_libpq) {
    prepare(url);
    const bool beside = !for_libpq.empty();
    std::vector<outcome> kin;
    std::vector<outcome> twin;
    for (int round = 0; round < p.rounds; ++round) {
        kin.push_back(measure(&kin_side, url, p, false));
        if (beside) twin.push_back(measure(&libpq_side, for_libpq, p, false));
    }
    const outcome looked_at = measure(&kin_side, url, p, true);
    const outcome of_kin = middle(kin);
    std::printf("%zu requests, %zu in flight on one thread, %zu connections\n", p.requests, p.in_flight, p.connections);
    print("kin", of_kin, looked_at.stall);
    bool lost = false;
    for (const outcome& each : kin) lost = lost || each.told != p.requests || each.sum != kin[0].sum;
    if (beside) {
        const outcome of_twin = middle(twin);
        print("libpq", of_twin, measure(&libpq_side, for_libpq, p, true).stall);
        std::printf("throughput %.2f of libpq's (at least 0.9), p99 %.2f of it (at most 1.5)\n",
                    of_kin.per_second / of_twin.per_second, of_kin.late / of_twin.late);
        for (const outcome& each : twin) lost = lost || each.told != p.requests || each.sum != kin[0].sum;
    }
    if (lost) return refuse("a request was lost, or answered wrongly");
    return 0;
}

}  // namespace

int main(int count, char** values) {
    plan p;
    bool sqlite = false;
    for (int i = 1; i < count; ++i) {
        const std::string_view argument = values[i];
        const auto number = [&](std::size_t& to) {
            const std::string_view text = argument.substr(argument.find('=') + 1);
            return std::from_chars(text.data(), text.data() + text.size(), to).ec == std::errc{} && to > 0;
        };
        bool known = argument == "--sqlite";
        sqlite = sqlite || known;
        if (argument.starts_with("--requests=")) known = number(p.requests);
        if (argument.starts_with("--in-flight=")) known = number(p.in_flight);
        if (argument.starts_with("--connections=")) known = number(p.connections);
        if (!known) return refuse("[--sqlite] [--requests=N] [--in-flight=N] [--connections=N]");
    }
    try {
        if (sqlite) {
            const auto file =
                std::filesystem::temp_directory_path() / ("kin_bench_async_" + std::to_string(::getpid()));
            const int result = run(p, "sqlite:" + file.string(), {});
            for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
            return result;
        }
        const char* server = std::getenv("KIN_TEST_POSTGRESQL");
        if (server == nullptr) return refuse("wants a server's URL in KIN_TEST_POSTGRESQL: ./dev bench async");
        const std::string name = "kin_bench_async_" + std::to_string(::getpid());
        kin::database outside{server};
        outside.script("CREATE SCHEMA " + name);
        const std::string base{server};
        const std::string url = base + (base.find('?') == std::string::npos ? '?' : '&') +
                                "options=-c%20search_path%3D" + name + "%20-c%20client_min_messages%3Dwarning";
        const int result = run(p, url, url);
        outside.script("DROP SCHEMA " + name + " CASCADE");
        return result;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "kin_bench_async: %s\n", e.what());
        return 1;
    }
}
