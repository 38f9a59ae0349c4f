// SQLite: its PRAGMAs and the text of sqlite_master. PostgreSQL: pg_catalog. MariaDB: information_schema.
#include "reading.hpp"

#include <algorithm>

#include <kin/sql/dialect.hpp>

namespace kin::test {

namespace {

bool is_sqlite(engine::connection& on) { return &on.dialect() == &sql::sqlite_dialect(); }
bool is_mariadb(engine::connection& on) { return &on.dialect() == &sql::mariadb_dialect(); }

std::string quoted(const std::string& name) {
    std::string text{'"'};
    for (const char c : name) text.append(c == '"' ? 2 : 1, c);
    return text += '"';
}

std::string in_text(const std::string& name) {
    std::string text{'\''};
    for (const char c : name) text.append(c == '\'' ? 2 : 1, c);
    return text += '\'';
}

std::string line(const std::vector<std::optional<std::string>>& row) {
    std::string text;
    for (const auto& cell : row) text += (text.empty() ? "" : " | ") + cell.value_or("NULL");
    return text;
}

/// Without quotes of names, without white space but for single blanks, in lower case.
std::string plain(const std::string& sql) {
    std::string text;
    for (const char c : sql) {
        if (c == '"') continue;
        if (c == ' ' || c == '\n' || c == '\t') {
            if (!text.empty() && text.back() != ' ') text += ' ';
            continue;
        }
        text += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == ';')) text.pop_back();
    return text;
}

/// What stands between the outermost parentheses, cut at its commas.
std::vector<std::string> items(const std::string& sql) {
    std::vector<std::string> found(1);
    int depth = 0;
    char quote = 0;
    for (std::size_t i = sql.find('('); i < sql.size(); ++i) {
        const char c = sql[i];
        if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '(') {
            if (++depth == 1) continue;
        } else if (c == ')') {
            if (--depth == 0) break;
        } else if (c == ',' && depth == 1) {
            found.emplace_back();
            continue;
        }
        found.back() += c;
    }
    return found;
}

std::string affinity(const std::string& type) {
    if (type.find("INT") != std::string::npos) return "INTEGER";
    for (const char* part : {"CHAR", "CLOB", "TEXT"}) {
        if (type.find(part) != std::string::npos) return "TEXT";
    }
    if (type.empty() || type.find("BLOB") != std::string::npos) return "BLOB";
    for (const char* part : {"REAL", "FLOA", "DOUB"}) {
        if (type.find(part) != std::string::npos) return "REAL";
    }
    return "NUMERIC";
}

void erase_name(std::string& item) {
    for (std::size_t at = item.find("constraint "); at != std::string::npos; at = item.find("constraint ")) {
        const std::size_t check =
            std::min({item.find("check (", at), item.find("unique (", at), item.find("foreign key", at),
                      item.find("primary key", at), item.find("references ", at)});
        if (check == std::string::npos) return;
        item.erase(at, check - at);
    }
}

std::vector<std::string> describe_sqlite(engine::connection& on) {
    std::vector<std::string> out;
    for (const auto& t : read(on,
                              "SELECT m.name, m.sql, l.wr, l.strict FROM sqlite_master m JOIN pragma_table_list l ON "
                              "l.name = m.name AND l.schema = 'main' WHERE m.type = 'table' AND m.name NOT LIKE "
                              "'sqlite_%'")) {
        const std::string name = *t[0];
        const auto add = [&](const std::string& text) { out.push_back(name + ": " + text); };
        add("table " + *t[2] + *t[3] + (plain(*t[1]).find("autoincrement") != std::string::npos ? " counts" : ""));
        for (const auto& c :
             read(on, "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(" +
                          in_text(name) + ")")) {
            auto row = c;
            row[1] = affinity(row[1].value_or(""));
            if (*row[4] != "0") row[2] = "key";
            add("column " + line(row));
        }
        std::map<std::string, std::string> keys;
        for (const auto& k : read(on,
                                  "SELECT id, \"from\", \"table\", \"to\", on_update, on_delete FROM "
                                  "pragma_foreign_key_list(" +
                                      in_text(name) + ") ORDER BY id, seq"))
            keys[*k[0]] += line({k.begin() + 1, k.end()}) + ";";
        for (const auto& [id, text] : keys) add("key " + text);
        for (const auto& i :
             read(on, "SELECT i.name, i.\"unique\", i.origin, i.partial, m.sql FROM pragma_index_list(" +
                          in_text(name) + ") i LEFT JOIN sqlite_master m ON m.type = 'index' AND m.name = i.name")) {
            std::string text = "index " + line({i.begin() + 1, i.begin() + 4});
            for (const auto& part : read(on, "SELECT name, \"desc\", coll FROM pragma_index_xinfo(" + in_text(*i[0]) +
                                                 ") WHERE key ORDER BY seqno"))
                text += " (" + line(part) + ")";
            // Which collation a part has is said above, whether it is its own or its column's.
            std::string said = i[4] ? plain(*i[4]) : "";
            for (const char* own : {" collate rtrim", " collate nocase"}) {
                for (std::size_t at = said.find(own); at != std::string::npos; at = said.find(own))
                    said.erase(at, std::string_view{own}.size());
            }
            add(text.append(1, ' ').append(said));
        }
        for (const std::string& item : items(*t[1])) {
            std::string text = plain(item);
            while (!text.empty() && text.front() == ' ') text.erase(0, 1);
            erase_name(text);
            if (text.starts_with("foreign key")) {
                add(text.find("deferr") != std::string::npos ? "a deferred key" : "a key");
                continue;
            }
            if (const std::size_t at = text.find(" references "); at != std::string::npos) {
                add(text.find("deferr") != std::string::npos ? "a deferred key" : "a key");
                text.erase(at);
            }
            for (const char* part : {" check (", " collate ", " as (", " on conflict "}) {
                if (const std::size_t at = text.find(part); at != std::string::npos)
                    add("says " + text.substr(0, text.find(' ')) + text.substr(at));
            }
            if (text.starts_with("check")) add(text);
        }
    }
    for (const auto& o :
         read(on, "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')"))
        out.push_back(*o[0] + " " + *o[1] + " " + plain(*o[3]));
    if (!read(on, "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").empty()) {
        for (const auto& s : read(on, "SELECT name FROM sqlite_sequence WHERE name LIKE 'kin_%'"))
            out.push_back("left behind " + line(s));
    }
    std::ranges::sort(out);
    return out;
}

std::vector<std::string> describe_postgresql(engine::connection& on) {
    static const std::vector<std::string> questions{
        "SELECT 'column', r.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
        "a.attidentity::text, "
        "a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid), c.collname, col_description(r.oid, a.attnum) FROM "
        "pg_attribute a "
        "JOIN pg_class r ON r.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum LEFT "
        "JOIN pg_collation c ON c.oid = a.attcollation WHERE r.relnamespace = current_schema()::regnamespace AND "
        "r.relkind IN ('r', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped",
        "SELECT 'constraint', r.relname, pg_get_constraintdef(k.oid), k.convalidated, k.condeferrable, k.condeferred "
        "FROM pg_constraint k JOIN pg_class r ON r.oid = k.conrelid WHERE k.connamespace = "
        "current_schema()::regnamespace AND k.contype <> 't'",
        "SELECT 'index', t.relname, r.relname, replace(pg_get_indexdef(i.indexrelid), current_schema() || '.', ''), "
        "obj_description(r.oid) FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid JOIN pg_class t ON t.oid = "
        "i.indrelid WHERE "
        "r.relnamespace = current_schema()::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE "
        "k.conindid = i.indexrelid AND k.contype IN ('p', 'u'))",
        "SELECT 'trigger', replace(pg_get_triggerdef(g.oid), current_schema() || '.', '') FROM pg_trigger g JOIN "
        "pg_class r ON r.oid = g.tgrelid "
        "WHERE r.relnamespace = current_schema()::regnamespace AND NOT g.tgisinternal",
        "SELECT 'view', relname, relkind::text, pg_get_viewdef(oid) FROM pg_class WHERE relnamespace = "
        "current_schema()::regnamespace AND relkind IN ('v', 'm')",
        "SELECT 'table', relname, obj_description(oid) FROM pg_class WHERE relnamespace = "
        "current_schema()::regnamespace AND relkind = 'r'",
        "SELECT 'type', t.typname, string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e JOIN pg_type t "
        "ON t.oid = e.enumtypid WHERE t.typnamespace = current_schema()::regnamespace GROUP BY 2",
    };
    std::vector<std::string> out;
    for (const std::string& q : questions) {
        for (const auto& row : read(on, q)) out.push_back(line(row));
    }
    std::ranges::sort(out);
    return out;
}

/// An index that a key needs is the server's where nobody has made one: its name is nobody's business.
std::vector<std::string> describe_mariadb(engine::connection& on) {
    static const std::vector<std::string> questions{
        "SELECT 'column', table_name, column_name, column_type, is_nullable, column_default, extra, collation_name, "
        "column_comment, generation_expression FROM information_schema.columns WHERE table_schema = database()",
        "SELECT 'check', table_name, check_clause, level FROM information_schema.check_constraints WHERE "
        "constraint_schema = database()",
        "SELECT 'trigger', trigger_name, event_object_table, action_timing, event_manipulation, action_statement FROM "
        "information_schema.triggers WHERE trigger_schema = database()",
        "SELECT 'view', table_name, replace(view_definition, concat('`', database(), '`.'), ''), security_type FROM "
        "information_schema.views WHERE table_schema = database()",
        "SELECT 'table', table_name, engine, table_collation, table_comment, create_options FROM "
        "information_schema.tables WHERE table_schema = database() AND table_type = 'BASE TABLE'",
    };
    std::vector<std::string> out;
    for (const std::string& q : questions) {
        for (const auto& row : read(on, q)) out.push_back(line(row));
    }
    std::vector<std::string> keys;
    for (const auto& k :
         read(on,
              "SELECT k.table_name, group_concat(k.column_name ORDER BY k.ordinal_position), "
              "k.referenced_table_name, group_concat(k.referenced_column_name ORDER BY k.ordinal_position), "
              "max(r.delete_rule), max(r.update_rule) FROM information_schema.key_column_usage k JOIN "
              "information_schema.referential_constraints r ON r.constraint_schema = k.constraint_schema AND "
              "r.constraint_name = k.constraint_name AND r.table_name = k.table_name WHERE k.table_schema = "
              "database() GROUP BY k.table_name, k.constraint_name, k.referenced_table_name")) {
        out.push_back("key | " + line(k));
        keys.push_back(*k[0] + ' ' + *k[1]);
    }
    for (const auto& i :
         read(on,
              "SELECT table_name, group_concat(column_name ORDER BY seq_in_index), group_concat(collation ORDER BY "
              "seq_in_index), group_concat(coalesce(sub_part, 'all') ORDER BY seq_in_index), index_name, non_unique, "
              "index_type, index_comment FROM information_schema.statistics WHERE table_schema = database() GROUP BY "
              "table_name, index_name, non_unique, index_type, index_comment")) {
        auto row = i;
        const bool of_key = std::ranges::find(keys, *row[0] + ' ' + *row[1]) != keys.end();
        const bool named = row[4]->starts_with("ix") || *row[4] == "PRIMARY";
        if (of_key || !named) row[4] = "";
        out.push_back("index | " + line(row));
    }
    std::ranges::sort(out);
    return out;
}

}  // namespace

cells read(engine::connection& on, const std::string& sql) {
    cells found;
    engine::cursor rows = on.run(sql);
    while (rows.next()) {
        auto& row = found.emplace_back();
        for (int i = 0; i < rows.columns(); ++i) {
            if (rows.is_null(i)) {
                row.emplace_back(std::nullopt);
                continue;
            }
            const value_view cell = rows.cell(i);
            switch (cell.type) {
                case kind::boolean:
                case kind::int16:
                case kind::int32:
                case kind::int64:
                    row.emplace_back(std::to_string(cell.integer));
                    break;
                default:
                    row.emplace_back(std::string{cell.bytes});
            }
        }
    }
    return found;
}

std::vector<std::string> description(engine::connection& on) {
    if (is_sqlite(on)) return describe_sqlite(on);
    return is_mariadb(on) ? describe_mariadb(on) : describe_postgresql(on);
}

namespace {

constexpr std::string_view tables_of_mariadb =
    "SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND table_type = 'BASE TABLE'";

std::string columns_of_mariadb(const std::string& table) {
    return "SELECT column_name FROM information_schema.columns WHERE table_schema = database() AND table_name = " +
           in_text(table) + " ORDER BY ordinal_position";
}

}  // namespace

contents read_all(engine::connection& on) {
    contents all;
    const bool sqlite = is_sqlite(on);
    const bool mariadb = is_mariadb(on);
    const std::string_view text = mariadb ? "CHAR" : "TEXT";
    const cells tables =
        mariadb  ? read(on, std::string{tables_of_mariadb})
        : sqlite ? read(on, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
                 : read(on,
                        "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND "
                        "relkind = 'r'");
    for (const auto& t : tables) {
        const cells columns =
            mariadb  ? read(on, columns_of_mariadb(*t[0]))
            : sqlite ? read(on, "SELECT name FROM pragma_table_xinfo(" + in_text(*t[0]) + ")")
                     : read(on, "SELECT attname::text FROM pg_attribute WHERE attrelid = " + in_text(quoted(*t[0])) +
                                    "::regclass AND attnum > 0 AND NOT attisdropped");
        std::string list = "CAST(\"mark\" AS " + std::string{text} + ")";
        for (const auto& c : columns) {
            const std::string name = quoted(*c[0]);
            list += sqlite ? ", typeof(" + name + ") || ' ' || CAST(" + name + " AS TEXT)"
                           : ", CAST(" + name + " AS " + std::string{text} + ")";
        }
        const bool numbered =
            sqlite && !read(on, "SELECT 1 FROM pragma_table_list(" + in_text(*t[0]) + ") WHERE wr = 0").empty();
        if (numbered) list += ", CAST(rowid AS TEXT)";
        auto& rows = all[*t[0]];
        for (const auto& row : read(on, "SELECT " + list + " FROM " + quoted(*t[0]))) {
            for (std::size_t i = 0; i < columns.size(); ++i) rows[*row[0]][*columns[i][0]] = row[i + 1];
            if (numbered) rows[*row[0]][std::string{row_number}] = row[columns.size() + 1];
        }
    }
    return all;
}

}  // namespace kin::test
