// SQLite's rules of affinity, and the aliases of PostgreSQL and MariaDB.
#include "types.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <span>
#include <utility>

#include "tokens.hpp"

namespace kin::schema::comparing {

namespace {

/// A type in its parts: `timestamp (3) with time zone []`.
struct type_parts {
    std::string base{};
    std::string arguments{};
    std::string behind{};
    std::string arrays{};
};

type_parts parts_of(std::string_view type, const sql::dialect& d) {
    type_parts parts;
    bool inside = false;
    const std::vector<token> tokens = tokens_of(type, d);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const token& t = tokens[i];
        if (i + 1 < tokens.size() && t.text == "pg_catalog" && tokens[i + 1].is(".")) {
            ++i;
        } else if (t.is("(")) {
            inside = true;
        } else if (t.is(")")) {
            inside = false;
        } else if (inside) {
            parts.arguments += t.text;
        } else if (t.is("[")) {
            parts.arrays += "[]";
        } else if (t.is("]") || (t.kind == token_kind::number && !parts.arrays.empty())) {
            continue;
        } else {
            std::string& to = parts.arguments.empty() ? parts.base : parts.behind;
            const bool dotted = t.is(".") || (i > 0 && tokens[i - 1].is("."));
            if (!to.empty() && !dotted) to += ' ';
            to += t.text;
        }
    }
    return parts;
}

std::string affinity(std::string_view type) {
    std::string upper{type};
    for (char& c : upper) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    const auto has = [&](std::string_view part) { return upper.find(part) != std::string::npos; };
    if (has("INT")) return "INTEGER";
    if (has("CHAR") || has("CLOB") || has("TEXT")) return "TEXT";
    if (upper.empty() || has("BLOB")) return "BLOB";
    if (has("REAL") || has("FLOA") || has("DOUB")) return "REAL";
    return "NUMERIC";
}

std::string postgresql_canonical(std::string_view type, const sql::dialect& d) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 19> aliases{{
        {"int8", "bigint"},
        {"int4", "integer"},
        {"int", "integer"},
        {"int2", "smallint"},
        {"serial", "integer"},
        {"bigserial", "bigint"},
        {"smallserial", "smallint"},
        {"float8", "double precision"},
        {"float", "double precision"},
        {"float4", "real"},
        {"varchar", "character varying"},
        {"char varying", "character varying"},
        {"char", "character"},
        {"bpchar", "character"},
        {"bool", "boolean"},
        {"decimal", "numeric"},
        {"dec", "numeric"},
        {"varbit", "bit varying"},
        {"national character", "character"},
    }};
    type_parts parts = parts_of(type, d);
    for (const std::string_view moment : {"timestamp", "time"}) {
        if (parts.base == std::string{moment} + "tz" || parts.base == std::string{moment} + " with time zone") {
            parts.base = moment;
            parts.behind = "with time zone";
        } else if (parts.base == moment || parts.base == std::string{moment} + " without time zone") {
            parts.base = moment;
            if (parts.behind.empty()) parts.behind = "without time zone";
        }
    }
    const auto alias = std::ranges::find(aliases, parts.base, [](const auto& a) { return a.first; });
    if (alias != aliases.end()) parts.base = alias->second;
    if ((parts.base == "character" || parts.base == "bit") && parts.arguments.empty()) parts.arguments = "1";
    if (parts.base == "double precision" && !parts.arguments.empty()) {
        if (std::atoi(parts.arguments.c_str()) <= 24) parts.base = "real";
        parts.arguments.clear();
    }
    if (parts.base == "numeric" && !parts.arguments.empty() && parts.arguments.find(',') == std::string::npos)
        parts.arguments += ",0";
    std::string text = std::move(parts.base);
    if (!parts.arguments.empty()) text += '(' + parts.arguments + ')';
    if (!parts.behind.empty()) text += ' ' + parts.behind;
    return text + parts.arrays;
}

/// As information_schema has it, without what the server adds by itself: `int(11)` is `int`, `boolean` is `tinyint(1)`.
std::string mariadb_canonical(std::string_view type, const sql::dialect& d) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 27> aliases{{
        {"integer", "int"},
        {"int4", "int"},
        {"int1", "tinyint"},
        {"int2", "smallint"},
        {"int3", "mediumint"},
        {"middleint", "mediumint"},
        {"int8", "bigint"},
        {"dec", "decimal"},
        {"numeric", "decimal"},
        {"fixed", "decimal"},
        {"double precision", "double"},
        {"real", "double"},
        {"float8", "double"},
        {"float4", "float"},
        {"character varying", "varchar"},
        {"varcharacter", "varchar"},
        {"char varying", "varchar"},
        {"national varchar", "varchar"},
        {"character", "char"},
        {"national char", "char"},
        {"nchar", "char"},
        {"long", "mediumtext"},
        {"long varchar", "mediumtext"},
        {"long varbinary", "mediumblob"},
        {"clob", "longtext"},
        {"raw", "varbinary"},
        {"varchar2", "varchar"},
    }};
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> usual{{{"decimal", "10,0"},
                                                                                         {"char", "1"},
                                                                                         {"binary", "1"},
                                                                                         {"bit", "1"},
                                                                                         {"year", "4"},
                                                                                         {"datetime", "0"},
                                                                                         {"time", "0"}}};
    type_parts parts = parts_of(type, d);
    if (parts.behind.empty() && parts.arguments.empty()) {
        // The words that say no size stand behind the name.
        for (const std::string_view word : {" zerofill", " unsigned", " signed"}) {
            if (!parts.base.ends_with(word)) continue;
            parts.base.resize(parts.base.size() - word.size());
            parts.behind = std::string{word.substr(1)} + (parts.behind.empty() ? "" : " ") + parts.behind;
        }
    }
    if (parts.behind == "signed") parts.behind.clear();
    if (parts.base == "bool" || parts.base == "boolean") return "tinyint(1)";
    const auto alias = std::ranges::find(aliases, parts.base, [](const auto& a) { return a.first; });
    if (alias != aliases.end()) parts.base = alias->second;
    if (parts.base == "timestamp" && parts.arguments.empty()) parts.arguments = "0";
    const auto said = std::ranges::find(usual, parts.base, [](const auto& a) { return a.first; });
    if (said != usual.end() && parts.arguments.empty()) parts.arguments = said->second;
    if (parts.base == "decimal" && parts.arguments.find(',') == std::string::npos) parts.arguments += ",0";
    const bool whole = parts.base == "int" || parts.base == "bigint" || parts.base == "smallint" ||
                       parts.base == "mediumint" || parts.base == "tinyint";
    // The width of a whole number is how it is shown; of tinyint(1), what is meant by it.
    const bool truth = parts.base == "tinyint" && parts.arguments == "1" && parts.behind.empty();
    if (whole && !truth && parts.behind.find("zerofill") == std::string::npos) parts.arguments.clear();
    std::string text = std::move(parts.base);
    if (!parts.arguments.empty()) text += '(' + parts.arguments + ')';
    if (!parts.behind.empty()) text += ' ' + parts.behind;
    return text;
}

bool says(const sql::table_definition& t, std::string_view word, const sql::dialect& d) {
    if (&d != &sql::sqlite_dialect()) return false;
    return mentions(t.options, word, d);
}

/// How large a type of a family is; 0: as large as one likes.
std::optional<int> length_in(std::string_view canonical, std::string_view family) {
    if (canonical == family) return 0;
    if (canonical.size() < family.size() + 2 || !canonical.starts_with(family) || canonical[family.size()] != '(')
        return std::nullopt;
    return std::atoi(canonical.data() + family.size() + 1);
}

/// InnoDB lengthens a varchar without writing rows again where the length of a value takes as many bytes as before.
bool mariadb_widens(const std::string& a, const std::string& b) {
    constexpr int one_byte = 63;  // characters of four bytes each
    const auto from = length_in(a, "varchar");
    const auto to = length_in(b, "varchar");
    return from && to && *from <= *to && (*from > one_byte || *to <= one_byte);
}

std::optional<std::size_t> place_in(std::span<const std::string_view> list, std::string_view what) {
    const auto at = std::ranges::find(list, what);
    return at == list.end() ? std::nullopt : std::optional{static_cast<std::size_t>(at - list.begin())};
}

/// Of decimals: digits in front of the point and behind it.
bool decimal_fits(const std::string& a, const std::string& b) {
    const auto digits = [](const std::string& type) {
        const char* end = type.c_str() + type.find('(') + 1;
        const int all = std::atoi(end);
        const std::size_t comma = type.find(',');
        const int behind = comma == std::string::npos ? 0 : std::atoi(type.c_str() + comma + 1);
        return std::pair{all - behind, behind};
    };
    const auto [from_front, from_behind] = digits(a);
    const auto [to_front, to_behind] = digits(b);
    return from_front <= to_front && from_behind <= to_behind;
}

bool mariadb_keeps(const std::string& a, const std::string& b) {
    static constexpr std::array<std::string_view, 5> integers{"tinyint", "smallint", "mediumint", "int", "bigint"};
    static constexpr std::array<std::string_view, 4> texts{"tinytext", "text", "mediumtext", "longtext"};
    static constexpr std::array<std::string_view, 4> blobs{"tinyblob", "blob", "mediumblob", "longblob"};
    const std::string from = a == "tinyint(1)" ? "tinyint" : a;
    const auto small = place_in(integers, from);
    if (const auto large = place_in(integers, b); small && large) return *small <= *large;
    if (b == "longtext") return !a.ends_with("blob") && a.find("binary") == std::string::npos && a != "json";
    for (const auto& family : {std::span<const std::string_view>{texts}, std::span<const std::string_view>{blobs}}) {
        const auto one = place_in(family, a);
        const auto other = place_in(family, b);
        if (one && other) return *one <= *other;
    }
    const auto length = length_in(b, "varchar");
    if (length && length_in(a, "varchar")) return *length_in(a, "varchar") <= *length;
    if (length && small) return *length >= 20;
    if (a.starts_with("decimal(") && b.starts_with("decimal(")) return decimal_fits(a, b);
    if (b == "double") return a == "float" || (small && *small < 4);
    return (a == "date" && b.starts_with("datetime(")) || (a.starts_with("datetime(") && b == "datetime(6)");
}

}  // namespace

std::string canonical_type(std::string_view type, const sql::dialect& d, bool strict) {
    if (&d == &sql::sqlite_dialect()) {
        if (!strict) return affinity(type);
        std::string base = parts_of(type, d).base;
        return base == "int" ? "integer" : base;
    }
    return &d == &sql::mariadb_dialect() ? mariadb_canonical(type, d) : postgresql_canonical(type, d);
}

bool is_strict(const sql::table_definition& t, const sql::dialect& d) { return says(t, "strict", d); }
bool is_without_rowid(const sql::table_definition& t, const sql::dialect& d) { return says(t, "rowid", d); }

bool widens(std::string_view from, std::string_view to, const sql::dialect& d) {
    const std::string a = canonical_type(from, d);
    const std::string b = canonical_type(to, d);
    if (a == b) return true;
    if (&d == &sql::mariadb_dialect()) return mariadb_widens(a, b);
    const auto varying = length_in(a, "character varying");
    if (varying && b == "text") return true;
    if (const auto wanted = length_in(b, "character varying"))
        return (varying && (*wanted == 0 || (*varying != 0 && *varying <= *wanted))) || (a == "text" && *wanted == 0);
    return a.starts_with("numeric(") && b == "numeric";
}

bool keeps_values(std::string_view from, std::string_view to, const sql::dialect& d) {
    if (widens(from, to, d)) return true;
    const std::string a = canonical_type(from, d);
    const std::string b = canonical_type(to, d);
    if (&d == &sql::sqlite_dialect()) return b == "BLOB" || b == "TEXT" || (a == "INTEGER" && b == "NUMERIC");
    if (&d == &sql::mariadb_dialect()) return mariadb_keeps(a, b);
    if (b == "text" || b == "character varying") return true;
    static constexpr std::array<std::string_view, 3> integers{"smallint", "integer", "bigint"};
    const auto size = [&](std::string_view t) { return std::ranges::find(integers, t) - integers.begin(); };
    if (size(a) < 3)
        return b == "numeric" || (size(b) < 3 && size(a) < size(b)) || (b == "double precision" && size(a) < 2);
    return (a == "real" && b == "double precision") || (a == "date" && b.starts_with("timestamp")) ||
           (a == "json" && b == "jsonb");
}

}  // namespace kin::schema::comparing
