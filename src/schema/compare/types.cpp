// SQLite's rules of affinity, and PostgreSQL's aliases.
#include "types.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
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

}  // namespace

std::string canonical_type(std::string_view type, const sql::dialect& d, bool strict) {
    if (&d == &sql::sqlite_dialect()) {
        if (!strict) return affinity(type);
        std::string base = parts_of(type, d).base;
        return base == "int" ? "integer" : base;
    }
    return postgresql_canonical(type, d);
}

bool is_strict(const sql::table_definition& t, const sql::dialect& d) { return says(t, "strict", d); }
bool is_without_rowid(const sql::table_definition& t, const sql::dialect& d) { return says(t, "rowid", d); }

bool widens(std::string_view from, std::string_view to, const sql::dialect& d) {
    const std::string a = canonical_type(from, d);
    const std::string b = canonical_type(to, d);
    if (a == b) return true;
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
    if (b == "text" || b == "character varying") return true;
    static constexpr std::array<std::string_view, 3> integers{"smallint", "integer", "bigint"};
    const auto size = [&](std::string_view t) { return std::ranges::find(integers, t) - integers.begin(); };
    if (size(a) < 3)
        return b == "numeric" || (size(b) < 3 && size(a) < size(b)) || (b == "double precision" && size(a) < 2);
    return (a == "real" && b == "double precision") || (a == "date" && b.starts_with("timestamp")) ||
           (a == "json" && b == "jsonb");
}

}  // namespace kin::schema::comparing
