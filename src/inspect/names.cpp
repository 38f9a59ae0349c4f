// English plurals in a few rules, with the words that real tables have and that follow none.
#include "names.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace kin::reverse {

namespace {

constexpr std::array keywords{
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char",
    "char8_t", "char16_t", "char32_t", "class", "compl", "concept", "const", "consteval", "constexpr", "constinit",
    "const_cast", "continue", "co_await", "co_return", "co_yield", "decltype", "default", "delete", "do", "double",
    "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if",
    "inline", "int", "long", "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or",
    "or_eq", "private", "protected", "public", "register", "reinterpret_cast", "requires", "return", "short", "signed",
    "sizeof", "static", "static_assert", "static_cast", "struct", "switch", "template", "this", "thread_local", "throw",
    "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void", "volatile",
    "wchar_t", "while", "xor", "xor_eq",
    // What stands in every model beside its columns, and what macros of the C library take.
    "table", "scope", "kin", "std", "errno", "assert", "stdin", "stdout", "stderr", "linux", "unix", "major", "minor",
    "makedev", "alloca", "offsetof", "setjmp", "sigmask", "va_arg", "va_copy", "va_end", "va_start", "sa_handler",
    "sched_priority", "st_atime", "st_ctime", "st_mtime", "strdupa", "strndupa", "main"};
/// Of those in capitals the ones that somebody may call a column.
constexpr std::array macros{"NULL",   "EOF",      "NAN",       "INFINITY",   "BUFSIZ",        "NSIG",       "FAIL",
                            "TEST",   "SUCCEED",  "HUGE_VAL",  "BYTE_ORDER", "LITTLE_ENDIAN", "BIG_ENDIAN", "NZERO",
                            "DOMAIN", "OVERFLOW", "UNDERFLOW", "SING",       "PLOSS",         "TLOSS",      "I"};

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

/// How a name in capitals begins or ends that a header of the C library may have for a macro.
bool could_be_macro(std::string_view name) {
    if (std::ranges::any_of(name, is_lower)) return false;
    if (std::ranges::find(macros, name) != macros.end()) return true;
    const bool error = name.size() > 2 && name.front() == 'E' && name.find('_') == std::string_view::npos;
    const auto begins = [&](std::string_view with) { return name.starts_with(with); };
    return error || begins("SIG") || begins("LC_") || begins("M_") || begins("CLOCK_") || begins("SEEK_") ||
           begins("EXIT_") || name.ends_with("_MAX") || name.ends_with("_MIN") || name.ends_with("_WIDTH");
}

/// Letters, digits and `_`, in lower case: `CustomerID` -> `customer_id`, `HTTPHeader` -> `http_header`.
std::string snake(std::string_view name) {
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (!is_upper(c) && !is_lower(c) && !is_digit(c)) {
            if (!out.empty() && out.back() != '_') out += '_';
            continue;
        }
        const bool after_lower = i > 0 && (is_lower(name[i - 1]) || is_digit(name[i - 1]));
        const bool last_of_capitals = i > 0 && is_upper(name[i - 1]) && i + 1 < name.size() && is_lower(name[i + 1]);
        if (is_upper(c) && (after_lower || last_of_capitals) && !out.empty() && out.back() != '_') out += '_';
        out += to_lower(c);
    }
    while (!out.empty() && out.back() == '_') out.pop_back();
    return out;
}

std::string pascal(std::string_view snake_name) {
    std::string out;
    bool starts = true;
    for (const char c : snake_name) {
        if (c != '_') out += starts ? to_upper(c) : c;
        starts = c == '_';
    }
    return out;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> irregular{{{"person", "people"},
                                                                                   {"child", "children"},
                                                                                   {"man", "men"},
                                                                                   {"woman", "women"},
                                                                                   {"foot", "feet"},
                                                                                   {"mouse", "mice"},
                                                                                   {"datum", "data"},
                                                                                   {"medium", "media"},
                                                                                   {"criterion", "criteria"},
                                                                                   {"index", "indexes"},
                                                                                   {"movie", "movies"},
                                                                                   {"analysis", "analyses"},
                                                                                   {"address", "addresses"},
                                                                                   {"status", "statuses"}}};
constexpr std::array alike{"series", "species", "news",  "staff",   "equipment", "information", "metadata",
                           "sheep",  "fish",    "money", "history", "inventory", "stock",       "usage"};

/// Where the last word of a name begins.
std::size_t last_word(std::string_view name) {
    const std::size_t at = name.rfind('_');
    return at == std::string_view::npos ? 0 : at + 1;
}
bool is_vowel(char c) { return std::string_view{"aeiou"}.find(c) != std::string_view::npos; }

std::string plural_word(std::string_view w) {
    for (const auto& [one, many] : irregular) {
        if (w == one || w == many) return std::string{many};
    }
    if (std::ranges::find(alike, w) != alike.end() || w.empty()) return std::string{w};
    const std::string word{w};
    if (w.ends_with('y') && w.size() > 1 && !is_vowel(w[w.size() - 2])) return word.substr(0, w.size() - 1) + "ies";
    if (w.ends_with("s") || w.ends_with("x") || w.ends_with("z") || w.ends_with("ch") || w.ends_with("sh")) {
        return word + "es";
    }
    return word + 's';
}

std::string singular_word(std::string_view w) {
    for (const auto& [one, many] : irregular) {
        if (w == one || w == many) return std::string{one};
    }
    if (std::ranges::find(alike, w) != alike.end()) return std::string{w};
    const std::string word{w};
    if (w.ends_with("ies") && w.size() > 4) return word.substr(0, w.size() - 3) + 'y';
    for (const std::string_view end : {"sses", "xes", "ches", "shes", "zes"}) {
        if (w.ends_with(end)) return word.substr(0, w.size() - 2);
    }
    if (w.ends_with("ss") || w.ends_with("us") || w.ends_with("is")) return word;
    if (w.ends_with('s') && w.size() > 2) return word.substr(0, w.size() - 1);
    return word;
}

/// `class` -> `class_`; table_2 and those behind it are further descriptions.
std::string no_keyword(std::string name) {
    const bool further = name.starts_with("table_") && name.size() > 6 && is_digit(name[6]);
    if (further || std::ranges::find(keywords, name) != keywords.end()) name += '_';
    return name;
}

}  // namespace

std::string member_name(std::string_view column) {
    std::string name = snake(column);
    if (name.empty()) return "column";
    if (is_digit(name.front())) name.insert(0, "n_");
    return no_keyword(std::move(name));
}

bool is_cpp_name(std::string_view name) {
    const auto letter = [](char c) { return is_upper(c) || is_lower(c) || c == '_'; };
    if (name.empty() || !letter(name.front()) || name.starts_with("_") || name.find("__") != std::string_view::npos) {
        return false;
    }
    // table_2 and those behind it are further descriptions.
    return std::ranges::all_of(name, [&](char c) { return letter(c) || is_digit(c); }) && !could_be_macro(name) &&
           !name.starts_with("table_") && std::ranges::find(keywords, name) == keywords.end();
}

std::string type_name(std::string_view name) {
    std::string made = pascal(snake(name));
    if (made.empty()) made = "Table";
    if (is_digit(made.front())) made.insert(0, "T");
    return made;
}

std::string struct_name(std::string_view table) { return type_name(singular(snake(table))); }

std::string singular(std::string_view name) {
    const std::size_t at = last_word(name);
    return std::string{name.substr(0, at)} + singular_word(name.substr(at));
}

std::string plural(std::string_view name) {
    const std::size_t at = last_word(name);
    return std::string{name.substr(0, at)} + plural_word(singular_word(name.substr(at)));
}

std::string without_key_suffix(std::string_view member) {
    for (const std::string_view end : {"_id", "_uuid", "_guid", "_key", "_code", "_no", "_number", "_ref", "_fk"}) {
        if (member.size() > end.size() && member.ends_with(end)) {
            return std::string{member.substr(0, member.size() - end.size())};
        }
    }
    for (const std::string_view start : {"id_", "fk_"}) {
        if (member.size() > start.size() && member.starts_with(start)) return std::string{member.substr(start.size())};
    }
    // authorid, as those write it who know no underscore
    if (member.size() > 4 && member.ends_with("id") && !member.ends_with("aid") && !member.ends_with("oid")) {
        return std::string{member.substr(0, member.size() - 2)};
    }
    return std::string{member};
}

std::string take_free(std::set<std::string>& taken, std::string name, std::string_view behind) {
    name = no_keyword(std::move(name));  // what is left of true_id
    if (taken.insert(name).second) return name;
    if (!behind.empty()) {
        name += '_';
        name += behind;
        if (taken.insert(name).second) return name;
    }
    for (int i = 2;; ++i) {
        std::string numbered = fmt::format("{}_{}", name, i);
        if (taken.insert(numbered).second) return numbered;
    }
}

std::string literal(std::string_view text) {
    std::string out{'"'};
    for (const char c : text) {
        switch (c) {
            case '?':  // two of them begin a trigraph
                out += out.back() == '?' ? "\\?" : "?";
                break;
            case '"':
            case '\\':
                out += '\\';
                out += c;
                break;
            case '\n':
                out += "\\n";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                if (static_cast<unsigned char>(c) < 32) {
                    out += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
                } else {
                    out += c;
                }
        }
    }
    return out += '"';
}

}  // namespace kin::reverse
