// Rows by plain INSERTs.
#include <algorithm>

#include <kin/sql/compiler.hpp>

#include "pair.hpp"

namespace kin::test {

namespace {

bool contains(const std::vector<std::string>& list, const std::string& what) {
    return std::ranges::find(list, what) != list.end();
}

/// Whether a row may have NULL in it: where B wants a value, only if its default can be that of several rows.
bool may_be_null(const pair& p, const sql::table_definition& t, const sql::column_definition& c) {
    if (!c.nullable || contains(t.primary_key.columns, c.name)) return false;
    const sql::table_definition* after = successor(p, t);
    const sql::column_definition* wanted = successor(p, t, c);
    if (wanted == nullptr || wanted->nullable) return true;
    const auto has = [&](const std::vector<std::string>& list) { return contains(list, wanted->name); };
    const bool unique = has(after->primary_key.columns) ||
                        std::ranges::any_of(after->uniques, [&](const auto& u) { return has(u.columns); }) ||
                        std::ranges::any_of(after->indexes, [&](const auto& i) {
                            return i.unique && std::ranges::any_of(i.parts, [&](const auto& part) {
                                       return part.column == wanted->name;
                                   });
                        });
    return !wanted->default_sql.empty() && !unique;
}

std::string value(const pair& p, const sql::table_definition& t, const sql::column_definition& c, int row) {
    const bool refers = std::ranges::any_of(t.foreign_keys, [&](const auto& k) { return contains(k.columns, c.name); });
    int salt = 0;
    for (const char letter : c.name) salt = (salt + letter) % 10;
    if (may_be_null(p, t, c) && (row + salt) % 4 == 0) return "NULL";
    const std::string digit = std::to_string(row);
    if (c.type == "BOOLEAN") return std::to_string(row % 2);
    if (c.type == "boolean") return row % 2 == 0 ? "true" : "false";
    if (c.type == "date") return "'2020-01-0" + digit + "'";
    if (c.type == "timestamp with time zone") return "'2020-01-0" + digit + " 12:00:00+00'";
    if (c.type == "datetime(6)") return "'2020-01-0" + digit + " 12:00:00'";
    if (c.type == "mood") return row % 2 == 0 ? "'calm'" : "'glad'";
    if (c.type == "jsonb" || c.type == "json") return "'{\"n\": " + digit + "}'";
    if (c.type == "uuid") return "'00000000-0000-4000-8000-00000000000" + digit + "'";
    int number = row * 10 + salt;
    if (refers) number = row * 3 % rows_of_each + 1;
    if (c.name == mark || contains(t.primary_key.columns, c.name)) number = row;
    const bool text = c.type == "TEXT" || c.type == "text" || c.type == "longtext" || c.type.starts_with("character") ||
                      c.type.starts_with("varchar");
    return text ? "'" + std::to_string(number) + "'" : std::to_string(number);
}

}  // namespace

std::vector<std::string> filling(const pair& p, const sql::dialect& d) {
    std::vector<std::string> out;
    for (const sql::table_definition& t : p.a.tables) {
        for (int row = 1; row <= rows_of_each; ++row) {
            std::string names;
            std::string values;
            for (const sql::column_definition& c : t.columns) {
                if (!c.generated_sql.empty()) continue;
                names += (names.empty() ? "" : ", ") + sql::quote(c.name, d);
                values += (values.empty() ? "" : ", ") + value(p, t, c, row);
            }
            if (numbered_by_sqlite_alone(t, d)) {
                names += ", rowid";
                values += ", " + std::to_string(100 - row);
            }
            const bool always =
                std::ranges::any_of(t.columns, [](const auto& c) { return c.identity == sql::identity::always; });
            out.push_back("INSERT INTO " + sql::quote(t.name, d) + " (" + names + ")" +
                          (always ? " OVERRIDING SYSTEM VALUE" : "") + " VALUES (" + values + ")");
        }
    }
    return out;
}

}  // namespace kin::test
