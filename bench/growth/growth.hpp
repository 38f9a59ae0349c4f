// How operations grow: each runs n times in a session of its own, for n = 3,000, 30,000 and 300,000, in a process of
// its own, and the time and the memory of one are printed beside each other. What is flat has the same figures in each
// column.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace growth {

/// One operation: `prepare(n)` makes what it needs and returns what is measured, which does it n times, but no more
/// than `at_most` times: beside n objects, then.
struct operation {
    const char* name;
    std::function<std::function<void()>(std::size_t n)> prepare;
    std::size_t at_most = SIZE_MAX;
};

struct measured {
    double microseconds = 0;  ///< of one
    double bytes = 0;         ///< of one, at the peak
};

/// A line of /proc/self/status, in bytes; 0 where there is none.
inline double memory(std::string_view what) {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(what)) return std::strtod(line.c_str() + what.size() + 1, nullptr) * 1024;
    }
    return 0;
}

inline measured measure(const operation& o, std::size_t n) {
    const std::function<void()> run = o.prepare(n);
    std::ofstream{"/proc/self/clear_refs"} << "5";  // the peak starts anew
    const double before = memory("VmRSS");
    const auto start = std::chrono::steady_clock::now();
    run();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    const auto count = static_cast<double>(std::min(n, o.at_most));
    return {took.count() / count, (memory("VmHWM") - before) / count};
}

/// In a process of its own, whose memory nobody has used before. False where it failed.
inline bool measure_apart(const operation& o, std::size_t n, measured& into) {
    int ends[2];
    if (pipe(ends) != 0) return false;
    const pid_t child = fork();
    if (child == 0) {
        const measured m = measure(o, n);
        const bool told = write(ends[1], &m, sizeof m) == static_cast<ssize_t>(sizeof m);
        _exit(told ? 0 : 1);
    }
    close(ends[1]);
    const bool told = child > 0 && read(ends[0], &into, sizeof into) == static_cast<ssize_t>(sizeof into);
    close(ends[0]);
    if (child > 0) waitpid(child, nullptr, 0);
    return told;
}

/// The table. Arguments: a part of the names of those that are to run, or `--sizes=3000,30000`.
inline int run(int argc, char** argv, const std::vector<operation>& all) {
    std::vector<std::size_t> sizes{3'000, 30'000, 300'000};
    std::string_view wanted;
    for (int i = 1; i < argc; ++i) {
        if (std::strncmp(argv[i], "--sizes=", 8) != 0) {
            wanted = argv[i];
            continue;
        }
        sizes.clear();
        for (char* at = argv[i] + 8; *at != '\0'; at += *at == ',') sizes.push_back(std::strtoul(at, &at, 10));
    }
    std::printf("%-48s", "microseconds (bytes) of one, by how many");
    for (const std::size_t n : sizes) std::printf(" %16zu", n);
    std::printf("   last/first\n");
    int failed = 0;
    for (const operation& o : all) {
        if (std::string_view{o.name}.find(wanted) == std::string_view::npos) continue;
        std::printf("%-48s", o.name);
        std::fflush(stdout);
        std::vector<measured> found;
        for (const std::size_t n : sizes) {
            measured m;
            if (!measure_apart(o, n, m)) {
                std::printf(" %16s", "failed");
                ++failed;
                break;
            }
            found.push_back(m);
            std::printf(" %8.2f (%5.0f)", m.microseconds, m.bytes);
            std::fflush(stdout);
        }
        if (found.size() > 1) std::printf("   %10.2f", found.back().microseconds / found.front().microseconds);
        std::printf("\n");
    }
    return failed;
}

}  // namespace growth
