// What drops and what deletes.
#include "migration/losses.hpp"

#include <algorithm>

namespace kin::detail {

namespace {

constexpr std::size_t longest_line = 100;

/// A statement in one line: white space is one space. Comments stay, and so does white space in quotes: for looking at.
std::string one_line(std::string_view statement) {
    std::string out;
    for (const char c : statement) {
        const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!space) out += c;
        if (space && !out.empty() && out.back() != ' ') out += ' ';
    }
    return out;
}

std::string shortened(std::string line) {
    if (line.size() <= longest_line) return line;
    std::size_t end = longest_line;
    while (end > 0 && (line[end] & 0xC0) == 0x80) --end;
    line.resize(end);
    return line + "…";
}

std::string in_capitals(std::string text) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

/// The last name of `DROP TABLE IF EXISTS "a"`, of `… RENAME TO a`: without quotes, in capitals.
std::string last_name(std::string_view line) {
    while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
    std::string name = in_capitals(std::string{line.substr(line.rfind(' ') + 1)});
    std::erase(name, '"');
    return name.substr(name.rfind('.') + 1);
}

bool takes_its_place(const std::string& dropped, const std::vector<script_statement>& all) {
    return std::ranges::any_of(all, [&](const script_statement& each) {
        const std::string line = in_capitals(one_line(each.text));
        return line.starts_with("ALTER TABLE ") && line.find(" RENAME TO ") != std::string::npos &&
               last_name(line) == dropped;
    });
}

bool loses(const script_statement& statement, const std::vector<script_statement>& all) {
    const std::string words = first_words(statement.text, 2);
    if (words == "DROP TABLE") {
        const std::string line = one_line(statement.text);
        // What is temporary holds nothing that would stay.
        if (in_capitals(line).starts_with("DROP TABLE TEMP.")) return false;
        return !takes_its_place(last_name(line), all);
    }
    if (words == "DROP SCHEMA" || words == "DROP DATABASE" || words == "DELETE FROM") return true;
    if (words.starts_with("TRUNCATE")) return true;
    if (words != "ALTER TABLE") return false;
    // All that ALTER TABLE drops and that holds nothing has its kind behind the word.
    const std::string line = in_capitals(one_line(statement.text));
    constexpr std::string_view drop = " DROP ";
    for (std::size_t at = line.find(drop); at != std::string::npos; at = line.find(drop, at + 1)) {
        const std::string_view what = std::string_view{line}.substr(at + drop.size());
        constexpr std::string_view harmless[] = {"CONSTRAINT ", "NOT NULL", "DEFAULT", "IDENTITY", "EXPRESSION"};
        if (std::ranges::none_of(harmless, [&](std::string_view each) { return what.starts_with(each); })) return true;
    }
    return false;
}

}  // namespace

std::vector<std::string> losses_of(const planned_step& planned) {
    std::vector<std::string> out;
    if (planned.step->sections.empty() && !planned.up) out.emplace_back("a function that takes the step back");
    for (const script_statement& each : planned.statements) {
        if (loses(each, planned.statements)) out.push_back(shortened(one_line(each.text)));
    }
    return out;
}

}  // namespace kin::detail
