// Which values a database's type can hold.
#include "type_fit.hpp"

#include <string>

namespace kin::schema {

namespace {

enum class group { unknown, boolean, whole, real, decimal, text, blob, date, time, timestamp, uuid, json, list };

/// Lower case, without what stands in brackets: `character varying(120)` is `character varying`.
std::string bare(std::string_view type) {
    std::string out;
    int depth = 0;
    for (const char c : type) {
        if (c == '(') ++depth;
        if (depth == 0) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (c == ')' && depth > 0) --depth;
    }
    while (out.ends_with(' ')) out.pop_back();
    return out;
}

/// As format_type spells them.
group postgresql_group(std::string_view type) {
    const std::string name = bare(type);
    if (name.ends_with("[]")) return group::list;
    if (name == "boolean") return group::boolean;
    for (const std::string_view each : {"smallint", "integer", "bigint", "oid"}) {
        if (name == each) return group::whole;
    }
    if (name == "real" || name == "double precision") return group::real;
    if (name == "numeric") return group::decimal;
    for (const std::string_view each :
         {"text", "character varying", "character", "name", "\"char\"", "citext", "xml"}) {
        if (name == each) return group::text;
    }
    if (name == "bytea") return group::blob;
    if (name == "date") return group::date;
    if (name.starts_with("timestamp")) return group::timestamp;
    if (name.starts_with("time")) return group::time;
    if (name == "uuid") return group::uuid;
    if (name == "json" || name == "jsonb") return group::json;
    return group::unknown;
}

bool fits_postgresql(group has, kind wanted) {
    switch (wanted) {
        case kind::null:
            return true;
        case kind::boolean:
            return has == group::boolean;
        case kind::int16:
        case kind::int32:
        case kind::int64:
            return has == group::whole || has == group::decimal;
        case kind::float32:
        case kind::float64:
            return has == group::whole || has == group::real || has == group::decimal;
        case kind::decimal:
            return has == group::decimal;
        case kind::text:
            return has == group::text || has == group::json || has == group::uuid;
        case kind::blob:
            return has == group::blob;
        case kind::date:
            return has == group::date;
        case kind::time:
            return has == group::time;
        case kind::timestamp:
            return has == group::timestamp;
        case kind::uuid:
            return has == group::uuid;
        case kind::json:
            return has == group::json || has == group::text;
        case kind::integers:
        case kind::reals:
        case kind::texts:
            return has == group::list;
    }
    return true;
}

/// As information_schema spells them.
group mariadb_group(std::string_view type) {
    std::string name = bare(type);
    if (name.ends_with(" unsigned")) name.resize(name.size() - std::string_view{" unsigned"}.size());
    for (const std::string_view each : {"tinyint", "smallint", "mediumint", "int", "bigint", "bit", "year"}) {
        if (name == each) return group::whole;
    }
    if (name == "float" || name == "double") return group::real;
    if (name == "decimal") return group::decimal;
    if (name.ends_with("text") || name.ends_with("char") || name == "enum" || name == "set") return group::text;
    if (name.ends_with("blob") || name.ends_with("binary")) return group::blob;
    if (name == "date") return group::date;
    if (name == "time") return group::time;
    if (name == "datetime" || name == "timestamp") return group::timestamp;
    if (name == "uuid") return group::uuid;
    if (name == "json") return group::json;
    return group::unknown;
}

/// A truth is a number there, and a list is JSON. What is sent as text can stand in a column of text, but a uuid's text
/// is none in one of bytes.
bool fits_mariadb(group has, kind wanted) {
    if (wanted == kind::boolean) return has == group::whole || has == group::decimal;
    if (is_list(wanted)) return has == group::json || has == group::text;
    const bool as_text =
        wanted == kind::uuid || wanted == kind::decimal || wanted == kind::date || wanted == kind::timestamp;
    if (as_text && has == group::text) return true;
    return fits_postgresql(has, wanted);
}

}  // namespace

bool type_fits(std::string_view type, kind wanted, const sql::dialect& d) {
    if (&d == &sql::postgresql_dialect()) {
        const group has = postgresql_group(type);
        return has == group::unknown || fits_postgresql(has, wanted);
    }
    if (&d == &sql::mariadb_dialect()) {
        const group has = mariadb_group(type);
        return has == group::unknown || fits_mariadb(has, wanted);
    }
    return true;  // SQLite: any column holds any value
}

}  // namespace kin::schema
