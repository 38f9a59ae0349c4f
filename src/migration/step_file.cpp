// Steps out of files: what a name says, what the sections are, what is refused.
#include "migration/step_file.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include <kin/migration/error.hpp>
#include <kin/value/transfer.hpp>

#include "migration/statements.hpp"
#include "value/text_hash.hpp"

namespace kin::detail {

namespace {

constexpr std::size_t largest_file = 16 * 1024 * 1024;
constexpr std::size_t most_files = 100000;
constexpr std::string_view databases[] = {"sqlite", "postgresql", "mariadb"};

[[noreturn]] void refuse(std::string_view file, std::size_t line, std::string_view why, const site& where) {
    if (line == 0) throw migration_error{fmt::format("{}: {}", file, why), {.where = where}};
    throw migration_error{fmt::format("{}:{}: {}", file, line, why), {.where = where}};
}

void refuse_control_characters(std::string_view name, const site& where) {
    if (std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; })) return;
    throw migration_error{"the name of a step has a control character in it", {.where = where}};
}

/// Whether somebody has changed a file by mistake, not whether somebody forges it.
std::string checksum_of(std::string_view text) { return fmt::format("{:016x}", text_hash(text)); }

/// Without a byte order mark, with `\n` at the ends of lines.
std::string normalised(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r') {
            out += text[i];
        } else if (i + 1 == text.size() || text[i + 1] != '\n') {
            out += '\n';
        }
    }
    return out;
}

/// `0007_add_slugs` as its number and its name.
void read_name(migration_step& step, std::string_view file, const site& where) {
    std::string_view name = file;
    name.remove_suffix(std::string_view{".sql"}.size());
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (name.empty() || name.front() < '0' || name.front() > '9' || problem == std::errc::invalid_argument) {
        refuse(file, 0, "the name of a step begins with its number: 0007_add_slugs.sql", where);
    }
    if (problem != std::errc{}) refuse(file, 0, "the number is too large", where);
    name.remove_prefix(static_cast<std::size_t>(end - name.data()));
    while (!name.empty() && (name.front() == '_' || name.front() == '-' || name.front() == ' ')) name.remove_prefix(1);
    if (name.empty()) refuse(file, 0, "a step has a name behind its number: 0007_add_slugs.sql", where);
    step.number = number;
    step.name = name;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// The words of a line `-- up sqlite`, single spaces between; empty where it is none.
std::string words_of(std::string_view line) {
    line = trimmed(line);
    if (!line.starts_with("--")) return {};
    std::string out;
    for (const char c : trimmed(line.substr(2))) {
        const bool space = c == ' ' || c == '\t';
        if (!space || out.back() != ' ') out += space ? ' ' : c;
    }
    return out;
}

/// The sections of a file, line by line.
class section_reader {
  public:
    section_reader(migration_step& step, const site& where) : step_{step}, where_{where} {}

    void read(std::string_view text) {
        std::vector<line_place> places = places_of_lines(text, "");
        std::size_t number = 0;
        std::size_t before = 0;  // lines before the first of `places`
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            const std::string_view whole = text.substr(0, std::min(end + 1, text.size()));
            text.remove_prefix(whole.size());
            const line_place place = places[number - before];
            ++number;
            const std::string words = words_of(whole.substr(0, end));
            if (place != line_place::within_quotes && is_directive(words)) {
                if (place == line_place::disputed) {
                    refuse(step_.called, number,
                           "this line stands within quotes for one database and outside for another: a section of one "
                           "database says so (`-- up sqlite`)",
                           where_);
                }
                const std::size_t sections = step_.sections.size();
                obey(words, number);
                if (step_.sections.size() != sections) {  // a section is read as its database reads it
                    places = places_of_lines(text, step_.sections.back().dialect);
                    before = number;
                }
                if (!step_.sections.empty()) step_.sections.back().text += '\n';  // so that lines keep their numbers
            } else {
                // Asked about once too often does no harm: of a disputed line too.
                constexpr std::string_view loss = "loses data: ";
                if (place != line_place::within_quotes && words.starts_with(loss)) {
                    (step_.sections.empty() ? every_ : step_.sections.back())
                        .losses.push_back(words.substr(loss.size()));
                }
                add_line(whole, number);
            }
        }
        if (std::ranges::none_of(step_.sections, &migration_section::up)) {
            refuse(step_.called, 0, "there is no line `-- up`, and so nothing to run", where_);
        }
    }

  private:
    static bool is_directive(std::string_view words) {
        if (words == "no transaction" || words == "foreign keys off" || words == "up" || words == "down") return true;
        const bool up = words.starts_with("up ");
        // Of more words it is a sentence.
        return (up || words.starts_with("down ")) && words.find(' ', up ? 3 : 5) == std::string_view::npos;
    }

    void obey(std::string_view words, std::size_t number) {
        if (words == "no transaction" || words == "foreign keys off") {
            migration_section& to = step_.sections.empty() ? every_ : step_.sections.back();
            (words == "no transaction" ? to.one_transaction : to.foreign_keys_off) = words != "no transaction";
            return;
        }
        const bool up = words.starts_with("up");
        open(up, trimmed(words.substr(up ? 2 : 4)), number);
    }

    void open(bool up, std::string_view dialect, std::size_t number) {
        if (!dialect.empty() && std::ranges::find(databases, dialect) == std::end(databases)) {
            refuse(step_.called, number,
                   fmt::format(
                       "there is no database '{}': `-- {} sqlite` and `-- {} postgresql` are sections for one alone",
                       dialect, up ? "up" : "down", up ? "up" : "down"),
                   where_);
        }
        for (const migration_section& each : step_.sections) {
            if (each.up != up || each.dialect != dialect) continue;
            refuse(step_.called, number,
                   fmt::format("there is a second section `-- {}{}{}`", up ? "up" : "down", dialect.empty() ? "" : " ",
                               dialect),
                   where_);
        }
        migration_section made = every_;
        made.up = up;
        if (!up) made.losses.clear();  // in front of all stands what the way up loses
        made.dialect = dialect;
        made.line = number;  // the line of the section itself stays, empty
        step_.sections.push_back(std::move(made));
    }

    void add_line(std::string_view whole, std::size_t number) {
        if (!step_.sections.empty()) {
            step_.sections.back().text += whole;
            return;
        }
        const std::string_view line = trimmed(whole.substr(0, whole.find('\n')));
        if (!line.empty() && !line.starts_with("--")) {
            refuse(step_.called, number, "this stands before the line `-- up`", where_);
        }
    }

    migration_step& step_;
    const site& where_;
    migration_section every_{};  ///< what stands before the first section is said of all
};

std::string text_of(const std::filesystem::path& path, const std::string& name, const site& where) {
    std::error_code problem;
    const bool regular = std::filesystem::is_regular_file(path, problem);
    if (problem) refuse(name, 0, "the file cannot be read", where);
    if (!regular) refuse(name, 0, "this is no regular file", where);
    const auto size = std::filesystem::file_size(path, problem);
    if (!problem && size > largest_file) {
        refuse(name, 0, fmt::format("the file has {} bytes, more than {}", size, largest_file), where);
    }
    std::ifstream in{path, std::ios::binary};
    // One more than allowed, so that a file that grows is refused and not cut off.
    std::string text(std::min<std::size_t>(problem ? 0 : size, largest_file) + 1, '\0');
    std::size_t filled = 0;
    while (in && filled <= largest_file) {
        if (filled == text.size()) text.resize(std::min(2 * text.size(), largest_file + 1));
        in.read(text.data() + filled, static_cast<std::streamsize>(text.size() - filled));
        filled += static_cast<std::size_t>(in.gcount());
    }
    if (problem || in.bad() || !in.is_open()) refuse(name, 0, "the file cannot be read", where);
    text.resize(filled);
    return text;
}

}  // namespace

migration_step read_step(std::string_view file, std::string_view text, const site& where) {
    migration_step step;
    if (!file.ends_with(".sql")) refuse(file, 0, "the name of a step ends with .sql: 0007_add_slugs.sql", where);
    if (!valid_utf8(file)) throw migration_error{"the name of a step is no UTF-8", {.where = where}};
    refuse_control_characters(file, where);
    step.called = file;
    read_name(step, file, where);
    if (text.size() > largest_file) {
        refuse(file, 0, fmt::format("the text has {} bytes, more than {}", text.size(), largest_file), where);
    }
    if (!valid_utf8(text)) refuse(file, 0, "the text is no UTF-8", where);
    if (text.find('\0') != std::string_view::npos) refuse(file, 0, "there is a zero byte in the text", where);
    const std::string lines = normalised(text);
    step.checksum = checksum_of(lines);
    section_reader{step, where}.read(lines);
    return step;
}

std::vector<migration_step> read_steps(const std::string& folder, const site& where) {
    namespace files = std::filesystem;
    std::vector<files::path> found;
    std::error_code problem;
    for (files::directory_iterator each{folder, problem}, end; !problem && each != end; each.increment(problem)) {
        const std::string name = each->path().filename().string();
        std::error_code ignored;
        if (name.starts_with('.') || !name.ends_with(".sql") || each->is_directory(ignored)) continue;
        if (found.size() == most_files) refuse(folder, 0, fmt::format("more than {} steps", most_files), where);
        found.push_back(each->path());
    }
    if (problem) {
        refuse(folder, 0, fmt::format("the folder of the steps cannot be read: {}", problem.message()), where);
    }
    std::ranges::sort(found);  // so that of several mistakes the same one is told each time
    std::vector<migration_step> steps;
    for (const files::path& path : found) {
        const std::string name = path.filename().string();
        steps.push_back(read_step(name, text_of(path, name, where), where));
    }
    return steps;
}

migration_step step_of(migration from, const site& where) {
    refuse_control_characters(from.name, where);
    const std::string called = fmt::format("step {} ({})", from.number, from.name);
    if (from.number < 0) refuse(called, 0, "the number of a step is not negative", where);
    if (from.name.empty() || !valid_utf8(from.name)) refuse(called, 0, "a step has a name, in UTF-8", where);
    if (!from.up) refuse(called, 0, "the step has no function", where);
    migration_step step;
    step.number = from.number;
    step.checksum = checksum_of(from.name);
    step.name = std::move(from.name);
    step.called = called;
    step.up = std::move(from.up);
    step.down = std::move(from.down);
    step.in_batches = from.in_batches;
    return step;
}

}  // namespace kin::detail
