// kin_bench: the command line of the benchmark.
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "harness.hpp"
#include "threads.hpp"

namespace {

constexpr const char* usage =
    "usage: kin_bench [--postgresql|--mariadb] [W…] [--repetitions N] [--size X] [--threads] [--json] [--no-heap]\n"
    "                 [--index FILE] [--gbench [OPTION…]]\n"
    "\n"
    "  W…               workloads to run: W1 … W9, W8c, archive (default: all but archive)\n"
    "  --postgresql     on the server whose URL is in KIN_TEST_POSTGRESQL (./dev bench --postgresql starts one), "
    "beside\n"
    "                   libpq one statement after the other and libpq with pipelines and statements over sets; "
    "`trips`\n"
    "                   are waits for the server. Server and client belong on one processor: ratios say nothing else\n"
    "  --mariadb        on the server whose URL is in KIN_TEST_MARIADB (./dev bench --mariadb starts one), beside\n"
    "                   Connector/C one statement after the other and Connector/C with many rows a statement\n"
    "  --repetitions N  timed runs of each side, at least 7 (default: 7)\n"
    "  --size X         so many times the users, from 0.1 on (default: 1)\n"
    "  --counted        Kin's side alone, once to warm up and once more inside the function bench::counted\n"
    "  --by-hand        with --counted: the hand-written side instead\n"
    "  --threads        W2, W3 and W5 on 1, 2, 4 and 8 threads beside the twin, in a file or on the server\n"
    "  --json           one JSON object a line instead of the table\n"
    "  --no-heap        without the runs that measure memory\n"
    "  --index FILE     the package index for archive (default: as the archive example)\n"
    "  --gbench         run under Google Benchmark, which gets all options that follow\n"
    "  --list           the workloads\n";

int refuse(const std::string& what) {
    std::fprintf(stderr, "kin_bench: %s (see --help)\n", what.c_str());
    return 2;
}

const bench::workload* find(std::string_view name) {
    for (const bench::workload& w : bench::workloads()) {
        if (w.name == name) return &w;
    }
    return nullptr;
}

bench::side& hand_written(const bench::plan& plan) {
    return plan.on == bench::engine::postgresql ? bench::sequential_twin()
           : plan.on == bench::engine::mariadb  ? bench::mariadb_twin()
                                                : bench::sqlite_twin();
}

}  // namespace

int main(int count, char** values) {
    bench::plan plan;
    std::vector<const bench::workload*> selected;
    std::vector<char*> for_google;
    bool json = false;
    bool counted = false;
    bool by_hand = false;
    bool threads = false;
    for (int i = 1; i < count; ++i) {
        const std::string_view argument = values[i];
        const bool has_next = i + 1 < count;
        if (argument == "--help" || argument == "-h") {
            std::fputs(usage, stdout);
            return 0;
        }
        if (argument == "--list") {
            for (const bench::workload& w : bench::workloads()) {
                std::printf("%-8.*s %.*s\n", static_cast<int>(w.name.size()), w.name.data(),
                            static_cast<int>(w.what.size()), w.what.data());
            }
            return 0;
        }
        if (argument == "--json") {
            json = true;
        } else if (argument == "--postgresql") {
            plan.on = bench::engine::postgresql;
        } else if (argument == "--mariadb") {
            plan.on = bench::engine::mariadb;
        } else if (argument == "--no-heap") {
            plan.heap = false;
        } else if (argument == "--index") {
            if (!has_next) return refuse("--index needs a file");
            plan.index = values[++i];
        } else if (argument == "--repetitions") {
            const std::string_view text = has_next ? values[++i] : "";
            const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), plan.repetitions);
            if (failure != std::errc{} || end != text.data() + text.size() || plan.repetitions < 7) {
                return refuse("--repetitions needs a number, 7 or more");
            }
        } else if (argument == "--counted") {
            counted = true;
        } else if (argument == "--by-hand") {
            by_hand = true;
        } else if (argument == "--threads") {
            threads = true;
        } else if (argument == "--size") {
            const std::string_view text = has_next ? values[++i] : "";
            const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), plan.size);
            if (failure != std::errc{} || end != text.data() + text.size() ||
                !(plan.size >= 0.1 && plan.size <= 1000)) {
                return refuse("--size needs a number from 0.1 to 1000");
            }
        } else if (argument == "--gbench") {
            for_google.push_back(values[0]);
            for (++i; i < count; ++i) for_google.push_back(values[i]);
        } else if (const bench::workload* w = find(argument)) {
            selected.push_back(w);
        } else {
            return refuse("no workload or option '" + std::string{argument} + "'");
        }
    }
    if (plan.on != bench::engine::sqlite) {
        const bool maria = plan.on == bench::engine::mariadb;
        const std::string variable = maria ? "KIN_TEST_MARIADB" : "KIN_TEST_POSTGRESQL";
        const char* server = std::getenv(variable.c_str());
        if (server == nullptr) return refuse("a server's URL has to be in " + variable);
        if (!hand_written(plan).open) return refuse("this program was built without that database");
        plan.server = server;
        for (const bench::workload* w : selected) {
            if (!w->runs_on(plan.on)) return refuse("'" + std::string{w->name} + "' runs on SQLite only");
        }
    }
    if (selected.empty() && threads) selected = {find("W2"), find("W3"), find("W5")};
    if (selected.empty()) {
        for (const bench::workload& w : bench::workloads()) {
            if (w.tables != bench::table_set::archive) selected.push_back(&w);
        }
    }
    try {
        if (!for_google.empty()) return bench::run_google_benchmark(selected, plan, std::move(for_google));
        if (threads) return bench::measure_threads(selected, plan);
        if (counted) {
            for (const bench::workload* w : selected) {
                bench::stand one{by_hand ? hand_written(plan) : bench::kin_side(), *w, plan};
                one.run();
                one.run_counted();
            }
            return 0;
        }
        std::vector<bench::result> results;
        for (const bench::workload* w : selected) results.push_back(bench::measure_heap(*w, plan));
        if (!json) std::printf("%s\n", bench::table_heading(plan.on).c_str());
        for (bench::result& r : results) {
            bench::measure_time(r, plan);
            std::printf("%s\n", (json ? bench::json_line(r) : bench::table_line(r)).c_str());
            std::fflush(stdout);
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "kin_bench: %s\n", e.what());
        return 1;
    }
    return 0;
}
