// One session, or one connection, on each of several threads.
#include "threads.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <thread>

namespace bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::array<std::size_t, 4> thread_counts{1, 2, 4, 8};
constexpr int rounds = 7;
constexpr double seconds_a_round = 0.25;

/// A database that all threads of both sides read.
class shared_database {
  public:
    shared_database(const workload& w, const plan& p, const dataset& data) {
        place_.data = &data;
        place_.on = p.on;
        const std::string name = "kin_bench_threads_" + std::to_string(::getpid());
        if (p.on != engine::sqlite) {
            schema_.emplace(p.on, p.server, "threads_" + std::to_string(::getpid()));
            place_.place = schema_->url();
        } else {
            file_ = (std::filesystem::temp_directory_path() / (name + ".db")).string();
            remove_file();
            place_.place = file_;
        }
        if (schema_) schema_->create(kin_side());
        context c = place_;
        kin_side().open(c);
        kin_side().script(c, setup_script(w, c));
        if (const std::string settle = settle_script(w, c); !settle.empty()) kin_side().script(c, settle);
        kin_side().close(c);
    }
    ~shared_database() {
        if (schema_) schema_->drop(kin_side());
        if (!file_.empty()) remove_file();
    }
    shared_database(const shared_database&) = delete;
    shared_database& operator=(const shared_database&) = delete;

    [[nodiscard]] const context& place() const noexcept { return place_; }

  private:
    void remove_file() const {
        for (const char* suffix : {"", "-wal", "-shm"}) {
            std::error_code ignored;
            std::filesystem::remove(file_ + suffix, ignored);
        }
    }

    context place_{};
    std::string file_{};
    std::optional<own_schema> schema_{};
};

/// The contexts of one side. Kin's threads share a database and have a session each; a connection belongs to a thread.
class readers {
  public:
    readers(const side& s, const context& place, std::size_t threads) : side_{s} {
        const bool shared = &s == &kin_side();
        for (std::size_t i = 0; i < threads; ++i) {
            contexts_.push_back(place);
            if (shared && i > 0) {
                contexts_.back().state = contexts_.front().state;
            } else {
                side_.open(contexts_.back());
                ++open_;
            }
        }
    }
    ~readers() {
        for (std::size_t i = 0; i < open_; ++i) side_.close(contexts_[i]);
    }
    readers(const readers&) = delete;
    readers& operator=(const readers&) = delete;

    /// Calls a second, of all threads together.
    double run(timed_function call, std::uint64_t expected, std::size_t threads) {
        std::barrier ready{static_cast<std::ptrdiff_t>(threads) + 1};
        std::vector<std::size_t> calls(threads);
        std::vector<std::string> failures(threads);
        std::vector<double> seconds(threads);
        {
            std::vector<std::jthread> all;
            for (std::size_t i = 0; i < threads; ++i) {
                all.emplace_back([&, i] {
                    const auto once = [&] {
                        if (call(contexts_[i]) != expected) throw std::runtime_error{"a checksum is wrong"};
                    };
                    try {
                        once();
                    } catch (const std::exception& e) {
                        failures[i] = e.what();
                    }
                    ready.arrive_and_wait();
                    const auto start = clock::now();
                    const auto passed = [&] { return std::chrono::duration<double>(clock::now() - start).count(); };
                    try {
                        while (failures[i].empty() && passed() < seconds_a_round) {
                            once();
                            ++calls[i];
                        }
                    } catch (const std::exception& e) {
                        failures[i] = e.what();
                    }
                    seconds[i] = passed();
                });
            }
            ready.arrive_and_wait();
        }
        double sum = 0;
        for (std::size_t i = 0; i < threads; ++i) {
            if (!failures[i].empty()) throw std::runtime_error{std::string{side_.name} + ": " + failures[i]};
            sum += static_cast<double>(calls[i]) / seconds[i];
        }
        return sum;
    }

  private:
    const side& side_;
    std::vector<context> contexts_{};
    std::size_t open_ = 0;
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

}  // namespace

int measure_threads(const std::vector<const workload*>& selected, const plan& p) {
    const side& twin = *sides_on(p.on)[1];
    const dataset data = standard_data(p.size);
    std::printf("%-8s%8s%14s%14s%8s%12s%12s%8s\n", "", "threads", "kin calls/s", "twin calls/s", "ratio", "kin scales",
                "twin scales", "ratio");
    for (const workload* w : selected) {
        if (w->tables != table_set::blog || w->restore != restoring::nothing) {
            throw std::runtime_error{std::string{w->name} + " changes what the others read"};
        }
        const shared_database database{*w, p, data};
        const std::uint64_t expected = w->expected(database.place());
        readers kin{kin_side(), database.place(), thread_counts.back()};
        readers by_hand{twin, database.place(), thread_counts.back()};
        std::array<double, 2> alone{};
        for (const std::size_t threads : thread_counts) {
            std::array<std::vector<double>, 2> figures;
            for (int i = 0; i < rounds; ++i) {
                figures[0].push_back(kin.run(kin_side().find(w->name), expected, threads));
                figures[1].push_back(by_hand.run(twin.find(w->name), expected, threads));
            }
            const std::array<double, 2> now{median(std::move(figures[0])), median(std::move(figures[1]))};
            if (threads == 1) alone = now;
            const double kin_scales = now[0] / alone[0];
            const double twin_scales = now[1] / alone[1];
            std::printf("%-8s%8zu%14.1f%14.1f%8.2f%12.2f%12.2f%8.2f\n", std::string{w->name}.c_str(), threads, now[0],
                        now[1], now[1] / now[0], kin_scales, twin_scales, kin_scales / twin_scales);
            std::fflush(stdout);
        }
    }
    return 0;
}

}  // namespace bench
