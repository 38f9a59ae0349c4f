// Statements that a transaction sends again and again: counted by text and line, for each connection.
#include "engine/repetitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kin::engine {

namespace {

/// From here on a statement is the batch that others should be.
constexpr std::int64_t batch = 100;

struct shape {
    std::string sql;
    site where;
    std::size_t count;
};

struct counts {
    counts(repetition_listener r, std::size_t t) : report{std::move(r)}, threshold{t} {}

    repetition_listener report;
    std::size_t threshold;
    std::mutex mutex{};
    std::unordered_map<const connection*, std::unordered_map<std::string, shape>> open{};

    void hear(const statement_event& e) {
        if (e.control) {
            // Savepoints leave the transaction open.
            if (e.sql.starts_with("COMMIT") || e.sql == "ROLLBACK") end(e.on);
            return;
        }
        if (e.failed || e.runs > 1 || e.rows > batch || std::count(e.sql.begin(), e.sql.end(), '?') > batch) return;
        const std::lock_guard lock{mutex};
        std::string name = fmt::format("{}:{}:{}", e.where.file_name(), e.where.line(), e.sql);
        auto& seen = open[e.on].try_emplace(std::move(name), shape{std::string{e.sql}, e.where, 0}).first->second;
        ++seen.count;
    }

    void end(const connection* c) {
        std::vector<shape> repeated;
        {
            const std::lock_guard lock{mutex};
            const auto at = open.find(c);
            if (at == open.end()) return;
            for (auto& [name, each] : at->second) {
                if (each.count >= threshold) repeated.push_back(std::move(each));
            }
            open.erase(at);
        }
        std::sort(repeated.begin(), repeated.end(), [](const shape& a, const shape& b) { return a.count > b.count; });
        for (const shape& each : repeated) {
            if (report) {
                report({each.sql, each.count, each.where});
            } else {
                fmt::print(stderr, "kin: {} times from {}:{}: {}\n", each.count, each.where.file_name(),
                           each.where.line(), each.sql);
            }
        }
    }
};

}  // namespace

statement_listener watching_repetitions(repetition_listener report, std::size_t threshold) {
    auto all = counted<counts>::make(std::move(report), threshold);
    return [all = std::move(all)](const statement_event& e) { all->hear(e); };
}

}  // namespace kin::engine
