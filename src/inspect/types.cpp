// SQL types as C++ types. SQLite's are advice: there the rows decide, where there are any.
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "names.hpp"
#include "plan.hpp"

namespace kin::reverse {

namespace {

std::string upper(std::string_view text) {
    std::string out{text};
    for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}
bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// `character varying(45)` -> 45
std::size_t number_in_parentheses(std::string_view type) {
    const std::size_t at = type.find('(');
    return at == std::string_view::npos ? 0 : std::strtoul(std::string{type.substr(at + 1)}.c_str(), nullptr, 10);
}

// --- SQLite ----------------------------------------------------------------------------------------------------------

std::string moment_type(const std::string& type, const column_facts& f) {
    if (f.integers + f.reals + f.blobs > 0) return {};
    if (f.texts > 0 && f.dates == f.texts) return "std::chrono::sys_days";
    if (f.texts > 0 && f.moments == f.texts) return "kin::moment";
    if (f.texts > 0 && f.milliseconds == f.texts) return "kin::stored_as<kin::moment, kin::form::iso<3, ' ', false>>";
    if (f.texts > 0) return "std::string";
    return type == "DATE" ? "std::chrono::sys_days" : "kin::moment";
}

/// By what the declaration says alone.
std::string declared_type(const std::string& type) {
    if (has(type, "BOOL")) return "bool";
    if (has(type, "INT")) return "std::int64_t";
    if (has(type, "CHAR") || has(type, "CLOB") || has(type, "TEXT")) return "std::string";
    if (type.empty() || has(type, "BLOB") || has(type, "BINARY")) return "std::vector<std::byte>";
    if (has(type, "REAL") || has(type, "FLOA") || has(type, "DOUB")) return "double";
    return "kin::stored_as<kin::decimal, kin::form::real>";
}

void choose_sqlite(planned_column& c, const column_facts* f) {
    const std::string type = upper(c.source->type);
    const bool moment = type == "DATE" || type.starts_with("DATETIME") || type.starts_with("TIMESTAMP");
    c.value_type = moment ? moment_type(type, f != nullptr ? *f : column_facts{}) : declared_type(type);
    c.comment = c.source->type;
    if (f == nullptr || f->integers + f->reals + f->texts + f->blobs == 0) return;
    // What the rows have is believed before what the declaration says.
    const bool numbers = f->integers + f->reals > 0;
    const bool mixed = (numbers ? 1 : 0) + (f->texts > 0 ? 1 : 0) + (f->blobs > 0 ? 1 : 0) > 1;
    if (mixed && f->blobs == 0 && f->reals == 0 && !has(type, "BLOB")) {
        c.value_type = "kin::stored_as<std::string, kin::form::number_or_text>";
    } else if (mixed) {
        c.value_type.clear();
        c.comment += fmt::format("{}its rows have {} numbers, {} texts and {} blobs, which no member holds together",
                                 c.comment.empty() ? "" : ": ", f->integers + f->reals, f->texts, f->blobs);
    } else if (f->blobs > 0) {
        c.value_type = "std::vector<std::byte>";
    } else if (f->texts > 0) {
        const bool text = c.value_type == "std::string" || (moment && !c.value_type.empty());
        if (!text) {
            c.value_type = "std::string";
            c.comment += c.comment.empty() ? "its rows have texts" : ", and its rows have texts";
        }
    } else if (c.value_type == "bool") {
        if (f->reals > 0) c.value_type = "double";
        if (f->reals == 0 && f->beyond_boolean > 0) c.value_type = "std::int64_t";
    } else if (c.value_type == "std::int64_t" && f->reals > 0) {
        c.value_type = "double";
        c.comment += c.comment.empty() ? "its rows have fractions" : ", and its rows have fractions";
    } else if (c.value_type != "std::int64_t" && c.value_type != "double" && !has(c.value_type, "decimal")) {
        c.value_type = f->reals > 0 ? "double" : "std::int64_t";
        c.comment += c.comment.empty() ? "its rows have numbers" : ", and its rows have numbers";
    }
}

// --- PostgreSQL ------------------------------------------------------------------------------------------------------

/// What a domain stands for: `CREATE DOMAIN year AS integer CONSTRAINT …`
std::string behind_domain(const std::string& type, const schema::catalogue& all) {
    for (const sql::other_definition& o : all.others) {
        if (o.what != "DOMAIN" || (o.name != type && o.schema + '.' + o.name != type)) continue;
        std::string base = o.sql.substr(o.sql.find(" AS ") + 4);
        for (const std::string_view end : {" DEFAULT ", " NOT NULL", " CONSTRAINT ", " COLLATE "}) {
            base = base.substr(0, base.find(end));
        }
        return base;
    }
    return type;
}

std::string postgresql_type(const std::string& type) {
    const std::string plain = type.substr(0, type.find('('));
    if (type.ends_with("[]")) {
        const std::string of = plain.substr(0, plain.find('['));
        if (of == "bigint" || of == "integer" || of == "smallint") return "std::vector<std::int64_t>";
        if (of == "double precision" || of == "real") return "std::vector<double>";
        if (of == "text" || of == "character varying") return "std::vector<std::string>";
        return {};
    }
    if (plain == "bigint") return "std::int64_t";
    if (plain == "integer") return "std::int32_t";
    if (plain == "smallint") return "std::int16_t";
    if (plain == "boolean") return "bool";
    if (plain == "real") return "float";
    if (plain == "double precision") return "double";
    if (plain == "numeric") return "kin::decimal";
    if (plain == "text" || plain == "character varying" || plain == "character" || plain == "bpchar" ||
        plain == "citext" || plain == "name" || type == "\"char\"") {
        return "std::string";
    }
    if (plain == "bytea") return "std::vector<std::byte>";
    if (plain == "date") return "std::chrono::sys_days";
    if (plain == "uuid") return "kin::uuid";
    if (plain == "json" || plain == "jsonb") return "kin::json";
    if (type.starts_with("timestamp")) return "kin::moment";
    if (type.starts_with("time") && !has(type, "with time zone")) return "kin::time_of_day";
    return {};
}

void choose_postgresql(planned_column& c, const model_plan& plan) {
    const std::string& type = c.source->type;
    for (const planned_enum& e : plan.enums) {
        if (type == e.source->name || type == e.source->schema + '.' + e.source->name ||
            type == '"' + e.source->name + '"') {
            c.value_type = e.name;
            return;
        }
    }
    const std::string base = behind_domain(type, *plan.catalogue);
    c.value_type = postgresql_type(base);
    if (base.starts_with("character varying(")) c.length = number_in_parentheses(base);
    c.comment = type;
    if (c.value_type.empty()) c.comment += ": Kin reads no values of this type";
    // What the member's type says by itself.
    for (const std::string_view usual : {"bigint", "integer", "smallint", "boolean", "real", "double precision", "text",
                                         "bytea", "date", "uuid", "jsonb", "timestamp with time zone", "numeric"}) {
        if (type == usual) c.comment.clear();
    }
    if (type.starts_with("character varying")) c.comment.clear();
}

// --- MariaDB ---------------------------------------------------------------------------------------------------------

std::string mariadb_type(const std::string& type) {
    std::string plain = type.substr(0, type.find('('));
    const bool sign = type.find("unsigned") == std::string::npos;
    plain = plain.substr(0, plain.find(' '));
    if (type == "tinyint(1)") return "bool";
    if (plain == "tinyint") return "std::int16_t";
    if (plain == "smallint") return sign ? "std::int16_t" : "std::int32_t";
    if (plain == "mediumint") return "std::int32_t";
    if (plain == "int") return sign ? "std::int32_t" : "std::int64_t";
    if (plain == "bigint" || plain == "bit") return "std::int64_t";
    if (plain == "year") return "std::int32_t";
    if (plain == "float") return "float";
    if (plain == "double") return "double";
    if (plain == "decimal") return "kin::decimal";
    if (plain == "json") return "kin::json";
    if (plain == "uuid") return "kin::uuid";
    if (plain == "date") return "std::chrono::sys_days";
    if (plain == "datetime" || plain == "timestamp") return "kin::moment";
    if (plain == "time") return "kin::time_of_day";
    if (plain.ends_with("char") || plain.ends_with("text") || plain == "enum" || plain == "set") return "std::string";
    if (plain.ends_with("blob") || plain.ends_with("binary")) return "std::vector<std::byte>";
    if (plain == "inet6" || plain == "inet4") return "std::string";
    return {};
}

void choose_mariadb(planned_column& c, const model_plan& plan) {
    const std::string& type = c.source->type;
    for (const planned_enum& e : plan.enums) {
        if (e.source->comment != type) continue;
        c.value_type = e.name;
        return;
    }
    c.value_type = mariadb_type(type);
    if (type.starts_with("varchar(")) {
        c.length = number_in_parentheses(type);
        return;
    }
    c.comment = c.value_type.empty() ? type + ": Kin reads no values of this type" : type;
}

}  // namespace

std::string_view own_type(std::string_view t, const sql::dialect& d) {
    struct row {
        std::string_view member, on_sqlite, on_postgresql, on_mariadb;
    };
    static constexpr row all[] = {
        {"std::int64_t", "INTEGER", "bigint", "bigint(20)"},
        {"std::int32_t", "INTEGER", "integer", "int(11)"},
        {"std::int16_t", "INTEGER", "smallint", "smallint(6)"},
        {"std::string", "TEXT", "text", "longtext"},
        {"bool", "BOOLEAN", "boolean", "tinyint(1)"},
        {"double", "REAL", "double precision", "double"},
        {"float", "REAL", "real", "float"},
        {"std::vector<std::byte>", "BLOB", "bytea", "longblob"},
        {"std::chrono::sys_days", "TEXT", "date", "date"},
        {"kin::moment", "TEXT", "timestamp with time zone", "datetime(6)"},
        {"kin::time_of_day", "TEXT", "time without time zone", "time(6)"},
        {"kin::uuid", "BLOB", "uuid", "uuid"},
        {"kin::decimal", "TEXT", "numeric", "decimal(65,30)"},
        {"kin::json", "TEXT", "jsonb", "json"},
        {"kin::stored_as<kin::decimal, kin::form::real>", "REAL", "double precision", "double"},
        {"std::vector<std::int64_t>", "TEXT", "bigint[]", "json"},
        {"std::vector<double>", "TEXT", "double precision[]", "json"},
        {"std::vector<std::string>", "TEXT", "text[]", "json"}};
    const bool sqlite = &d == &sql::sqlite_dialect();
    for (const row& r : all) {
        if (t == r.member) return sqlite ? r.on_sqlite : &d == &sql::mariadb_dialect() ? r.on_mariadb : r.on_postgresql;
    }
    return sqlite ? "TEXT" : "";
}

void choose_type(planned_column& c, const model_plan& plan, const column_facts* facts) {
    if (plan.dialect == &sql::sqlite_dialect()) {
        choose_sqlite(c, facts);
    } else if (plan.dialect == &sql::mariadb_dialect()) {
        choose_mariadb(c, plan);
    } else {
        choose_postgresql(c, plan);
    }
}

std::vector<sql::enum_definition> enums_in_columns(const schema::catalogue& all) {
    std::vector<sql::enum_definition> found;
    for (const sql::table_definition& t : all.tables) {
        for (const sql::column_definition& c : t.columns) {
            if (!c.type.starts_with("enum(")) continue;
            const auto same = [&](const sql::enum_definition& e) { return e.comment == c.type; };
            if (std::ranges::any_of(found, same)) continue;
            // Several columns of one name may have other labels: then the table's name tells them apart.
            const bool taken = std::ranges::any_of(found, [&](const auto& e) { return e.name == c.name; });
            sql::enum_definition made{.name = taken ? t.name + '_' + c.name : c.name, .comment = c.type};
            for (std::size_t at = c.type.find('\''); at != std::string::npos && at < c.type.size();) {
                std::string label;
                for (++at; at < c.type.size(); ++at) {
                    if (c.type[at] == '\'' && (at + 1 == c.type.size() || c.type[++at] != '\'')) break;
                    label += c.type[at];
                }
                made.labels.push_back(std::move(label));
                at = c.type.find('\'', at);
            }
            found.push_back(std::move(made));
        }
    }
    return found;
}

}  // namespace kin::reverse
