// Counting statements for tests.
#include <kin/testing.hpp>

#include <fmt/format.h>

namespace kin::testing {

statement_counter::statement_counter()
    : watch_{[this](const engine::statement_event& e) {
          if (!e.control) sent_.push_back({std::string{e.sql}, e.parameters, e.runs, e.where, e.failed});
      }} {}

std::string statement_counter::text() const {
    std::string out;
    for (std::size_t i = 0; i < sent_.size(); ++i) {
        const entry& e = sent_[i];
        out += fmt::format("{}{}. {}", i == 0 ? "" : "\n", i + 1, e.sql);
        if (!e.parameters.empty()) out += fmt::format("  {}", e.parameters);
        if (e.runs > 1) out += fmt::format("  ({} objects)", e.runs);
        if (e.failed) out += "  (failed)";
        if (e.where.line() != 0) out += fmt::format("  at {}:{}", e.where.file_name(), e.where.line());
    }
    return out;
}

void statement_counter::require(std::size_t expected, const site& where) const {
    if (count() == expected) return;
    throw statement_count_error{
        fmt::format("{} {} expected, {} sent{}{}", expected, expected == 1 ? "statement was" : "statements were",
                    count(), sent_.empty() ? "" : ":\n", text()),
        {.where = where}};
}

}  // namespace kin::testing
