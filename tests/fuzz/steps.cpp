// Files of steps: refused, or taken apart into statements that are taken apart into the same when they are put
// together.
#include <kin/migration/migrations.hpp>

#include "fuzzing.hpp"

using namespace fuzzing;

namespace {

/// As SQLite's steps; nothing is run.
bool statements_of(std::string_view text, std::vector<std::string>& out) {
    static kin::database db{"sqlite::memory:"};
    return !refused([&] {
        kin::migrations steps;
        steps.add_sql("1_step.sql", text);
        out = steps.preview_up(db).front().statements;
        (void)steps.sql(db);
    });
}

/// In small letters, with one space between words: as a line of a step is read.
std::string simplified(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\t';
        if (blank && !out.empty() && out.back() == ' ') continue;
        out += static_cast<char>(blank ? ' ' : c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    std::vector<std::string> statements;
    if (!statements_of(text, statements)) return 0;
    const std::string lower = simplified(text);
    // Outside of a transaction a step may say END by itself.
    std::string together =
        lower.find("no transaction") == std::string::npos ? "-- up sqlite\n" : "-- up sqlite\n-- no transaction\n";
    for (const std::string& each : statements) {
        require(!each.empty() && each.find_first_not_of(" \t\n") == 0, "a statement begins with something", each);
        together += each + ";\n";
    }
    // A trigger that does not end takes all that follows.
    if (lower.find("trigger") != std::string::npos) return 0;
    std::vector<std::string> again;
    require(statements_of(together, again), "what was taken apart is a step", together);
    require(again == statements, "and the same one", together);
    return 0;
}
