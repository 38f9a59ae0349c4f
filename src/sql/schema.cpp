// Tables, indexes and foreign keys as text.
#include "writer.hpp"

namespace kin::sql {

namespace {

std::string names(const std::vector<std::string>& list, const dialect& d) {
    std::string text;
    for (const std::string& name : list) {
        if (!text.empty()) text += ", ";
        text += quote(name, d);
    }
    return text;
}

std::string foreign_key(const foreign_key_definition& key, const dialect& d) {
    if (key.columns.empty() || (!key.target_columns.empty() && key.target_columns.size() != key.columns.size())) {
        throw mapping_error{"a foreign key to \"" + key.table + "\" has " + std::to_string(key.columns.size()) +
                            " columns and refers to " + std::to_string(key.target_columns.size())};
    }
    std::string text = "FOREIGN KEY (" + names(key.columns, d) + ") REFERENCES " + table_name(key.schema, key.table, d);
    if (!key.target_columns.empty()) text += " (" + names(key.target_columns, d) + ")";
    if (!key.on_delete.empty()) text += " ON DELETE " + key.on_delete;
    if (!key.on_update.empty()) text += " ON UPDATE " + key.on_update;
    if (key.deferred && d.deferrable_keys) text += " DEFERRABLE INITIALLY DEFERRED";
    return text;
}

std::string column_text(const column_definition& column, const dialect& d) {
    std::string text = quote(column.name, d);
    if (column.generated_key && d.rowid_key && !column.part_of_key) return text + " INTEGER PRIMARY KEY";
    text += ' ' + d.type_name(column.type, column.length);
    if (!column.nullable) text += " NOT NULL";
    if (column.identity && d.identity_always.empty()) {
        throw mapping_error{"the column \"" + column.name + "\" is to be counted by the database, which " +
                            std::string{d.name} + " does for keys alone"};
    }
    if (column.identity) {
        text.append(1, ' ').append(d.identity_always);
    } else if (column.generated_key && !d.autoincrement.empty())
        text.append(1, ' ').append(d.autoincrement);
    if (!column.default_sql.empty()) text += " DEFAULT " + column.default_sql;
    if (!column.generated_sql.empty()) text += " GENERATED ALWAYS AS (" + column.generated_sql + ") STORED";
    if (column.length != 0 && column.type == kind::text && d.length_checks) {
        text.append(" CHECK (").append(d.length_function).append(1, '(');
        text += quote(column.name, d) + ") <= " + std::to_string(column.length) + ')';
    }
    return text;
}

}  // namespace

std::string compile(const create_schema& s, const dialect& d) {
    if (!d.schemas) return {};
    return (s.if_not_exists ? "CREATE SCHEMA IF NOT EXISTS " : "CREATE SCHEMA ") + quote(s.schema, d);
}

std::string compile(const create_table& s, const dialect& d) {
    if (s.columns.empty()) throw mapping_error{"the table \"" + s.table + "\" has no columns"};
    std::string text = s.if_not_exists ? "CREATE TABLE IF NOT EXISTS " : "CREATE TABLE ";
    text += table_name(s.schema, s.table, d) + " (";
    bool key_written = false;
    bool first = true;
    const auto item = [&](std::string_view part) {
        if (!first) text += ", ";
        first = false;
        text += part;
    };
    for (const column_definition& column : s.columns) {
        item(column_text(column, d));
        key_written = key_written || (column.generated_key && d.rowid_key && !column.part_of_key);
    }
    if (!s.primary_key.empty() && !key_written) item("PRIMARY KEY (" + names(s.primary_key, d) + ")");
    for (const unique_definition& u : s.uniques) {
        item((u.name.empty() ? std::string{} : "CONSTRAINT " + quote(u.name, d) + ' ') + "UNIQUE (" +
             names(u.columns, d) + ")");
    }
    for (const foreign_key_definition& key : s.foreign_keys) item(foreign_key(key, d));
    for (const check_definition& c : s.checks) {
        item((c.name.empty() ? std::string{} : "CONSTRAINT " + quote(c.name, d) + ' ') + "CHECK (" + c.sql + ")");
    }
    return text + ')';
}

std::string compile(const create_index& s, const dialect& d) {
    std::string text = s.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
    if (s.if_not_exists) text += "IF NOT EXISTS ";
    return text + quote(s.name, d) + " ON " + table_name(s.schema, s.table, d) + " (" + names(s.columns, d) + ")";
}

std::string compile(const add_foreign_key& s, const dialect& d) {
    std::string text = "ALTER TABLE " + table_name(s.schema, s.table, d) + ' ';
    const std::string name = s.name.empty() ? std::string{} : quote(s.name, d);
    std::string key = foreign_key(s.key, d);
    if (s.if_not_exists && d.key_if_not_exists) {
        key.insert(std::string_view{"FOREIGN KEY"}.size(), " IF NOT EXISTS");
    } else if (s.if_not_exists && !name.empty()) {
        text += "DROP CONSTRAINT IF EXISTS " + name + ", ";
    }
    return text + "ADD " + (name.empty() ? std::string{} : "CONSTRAINT " + name + ' ') + key;
}

std::string compile(const drop_table& s, const dialect& d) {
    std::string text = s.if_exists ? "DROP TABLE IF EXISTS " : "DROP TABLE ";
    text += table_name(s.schema, s.table, d);
    if (s.cascade && !d.drop_cascade.empty()) text.append(1, ' ').append(d.drop_cascade);
    return text;
}

}  // namespace kin::sql
