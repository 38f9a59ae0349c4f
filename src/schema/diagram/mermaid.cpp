// A drawing in Mermaid's language.
#include <string_view>

#include <fmt/format.h>

#include "drawing.hpp"

namespace kin::schema {

namespace {

/// Names of entities may hold anything but quotes and line ends when they are quoted.
std::string entity(const sql::table_definition& t) {
    std::string name{'"'};
    for (const char c : t.schema.empty() ? t.name : t.schema + '.' + t.name) {
        name += c == '"' || static_cast<unsigned char>(c) < 32 ? '\'' : c;
    }
    return name + '"';
}

/// A type or a column is one word of letters, digits, `_`, `-`, `[]` and `()`, which begins with a letter.
std::string word(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool other = (c >= '0' && c <= '9') || std::string_view{"_-[]()"}.find(c) != std::string_view::npos;
        if (out.empty() && !letter) out += 'x';
        out += letter || other ? c : '_';
    }
    return out.empty() ? "any" : out;
}

}  // namespace

std::string mermaid(const catalogue& all, const diagram_options& options) {
    const drawing d = draw(all, options);
    std::string out = "erDiagram\n";
    for (const drawn_table& t : d.tables) {
        out += fmt::format("    {} {{\n", entity(*t.of));
        for (const drawn_column& c : t.columns) {
            std::string keys;
            for (const auto& [is, mark] : {std::pair{c.primary, "PK"}, {c.foreign, "FK"}, {c.unique, "UK"}}) {
                if (is) keys += (keys.empty() ? " " : ", ") + std::string{mark};
            }
            out += fmt::format("        {} {}{}{}\n", options.types ? word(c.of->type) : "any", word(c.of->name), keys,
                               c.of->nullable ? " \"may be NULL\"" : "");
        }
        out += "    }\n";
    }
    for (const drawn_line& l : d.lines) {
        const std::string_view shape = l.many_to_many ? "}o--o{"
                                       : l.optional   ? (l.one_to_one ? "|o--o|" : "|o--o{")
                                                      : (l.one_to_one ? "||--o|" : "||--o{");
        std::string name;
        for (const char c : l.name) name += c == '"' || static_cast<unsigned char>(c) < 32 ? '\'' : c;
        out += fmt::format("    {} {} {} : \"{}\"\n", entity(*d.tables[l.to].of), shape, entity(*d.tables[l.from].of),
                           name);
    }
    return out;
}

}  // namespace kin::schema
