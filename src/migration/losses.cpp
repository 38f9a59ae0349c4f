// What drops and what deletes.
#include "migration/losses.hpp"

#include <algorithm>
#include <iterator>

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

/// The last name of `DROP TABLE IF EXISTS "a"`, of `… RENAME TO a`: without quotes, in capitals. Empty where it is not
/// known for certain.
std::string last_name(const std::vector<std::string>& pieces) {
    std::string name = pieces.back();
    if (name.size() > 2 && (name.front() == '"' || name.front() == '`'))
        return in_capitals(name.substr(1, name.size() - 2));
    const bool word = (name.front() >= 'A' && name.front() <= 'Z') || name.front() == '_' || (name.front() & 0x80) != 0;
    return word ? name : std::string{};
}

bool takes_its_place(const std::vector<std::string>& dropped, const std::vector<script_statement>& all,
                     const sql::dialect& d) {
    const std::string name = last_name(dropped);
    if (name.empty() || std::ranges::find(dropped, ",") != dropped.end()) return false;
    return std::ranges::any_of(all, [&](const script_statement& each) {
        if (first_words(each.text, 2, d) != "ALTER TABLE") return false;
        const std::vector<std::string> pieces = pieces_of(each.text, d);
        const std::size_t count = pieces.size();
        return count > 4 && pieces[count - 3] == "RENAME" && pieces[count - 2] == "TO" && last_name(pieces) == name;
    });
}

bool loses(const script_statement& statement, const std::vector<script_statement>& all, const sql::dialect& d) {
    const std::string words = first_words(statement.text, 2, d);
    if (words == "DROP TABLE") {
        // What is temporary holds nothing that would stay.
        if (in_capitals(one_line(statement.text)).starts_with("DROP TABLE TEMP.")) return false;
        return !takes_its_place(pieces_of(statement.text, d), all, d);
    }
    if (words == "DROP SCHEMA" || words == "DROP DATABASE" || words == "DELETE FROM") return true;
    if (words.starts_with("TRUNCATE")) return true;
    if (words != "ALTER TABLE") return false;
    // All that ALTER TABLE drops and that holds nothing has its kind behind the word.
    const std::vector<std::string> pieces = pieces_of(statement.text, d);
    for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
        if (pieces[i] != "DROP") continue;
        constexpr std::string_view harmless[] = {"CONSTRAINT", "NOT", "DEFAULT", "IDENTITY", "EXPRESSION"};
        if (std::ranges::find(harmless, pieces[i + 1]) != std::end(harmless)) continue;
        constexpr std::string_view of_mariadb[] = {"INDEX", "KEY", "FOREIGN", "PRIMARY"};
        if (d.indexes_of_tables && std::ranges::find(of_mariadb, pieces[i + 1]) != std::end(of_mariadb)) continue;
        return true;
    }
    return false;
}

}  // namespace

std::vector<std::string> losses_of(const planned_step& planned, const sql::dialect& d) {
    std::vector<std::string> out;
    if (planned.step->sections.empty() && !planned.up) out.emplace_back("a function that takes the step back");
    for (const std::string& each : planned.losses) out.push_back(shortened(each));
    for (const script_statement& each : planned.statements) {
        if (loses(each, planned.statements, d)) out.push_back(shortened(one_line(each.text)));
    }
    return out;
}

}  // namespace kin::detail
