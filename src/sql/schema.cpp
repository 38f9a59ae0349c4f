// Tables, indexes, foreign keys and types as text.
#include <algorithm>

#include <kin/sql/alteration.hpp>

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

std::string named(const std::string& name, const dialect& d) {
    return name.empty() ? std::string{} : "CONSTRAINT " + quote(name, d) + ' ';
}

void add_deferring(std::string& text, deferring when, const dialect& d) {
    if (when == deferring::never || !d.deferrable_keys) return;
    text += when == deferring::can_be ? " DEFERRABLE" : " DEFERRABLE INITIALLY DEFERRED";
}

/// Without its name.
std::string foreign_key(const foreign_key_definition& key, const dialect& d) {
    if (key.columns.empty() || (!key.target_columns.empty() && key.target_columns.size() != key.columns.size())) {
        throw mapping_error{"a foreign key to \"" + key.table + "\" has " + std::to_string(key.columns.size()) +
                            " columns and refers to " + std::to_string(key.target_columns.size())};
    }
    if (!key.sql.empty()) return key.sql;
    std::string text = "FOREIGN KEY (" + names(key.columns, d) + ") REFERENCES " + table_name(key.schema, key.table, d);
    if (!key.target_columns.empty()) text += " (" + names(key.target_columns, d) + ")";
    if (!key.on_delete.empty()) text += " ON DELETE " + key.on_delete;
    if (!key.on_update.empty()) text += " ON UPDATE " + key.on_update;
    add_deferring(text, key.deferring, d);
    return text;
}

/// Whether the column is the number of its rows.
bool is_rowid(const table_definition& table, const column_definition& column, const dialect& d) {
    const bool counted = column.identity == identity::by_default || column.identity == identity::never_again;
    return d.rowid_key && counted && table.primary_key.columns.size() == 1;
}

/// INTEGER, and the key where it says no more than that: ON CONFLICT stands in a clause of its own.
std::string rowid_text(const unique_definition& key, const column_definition& column, const dialect& d) {
    if (!key.sql.empty()) return " INTEGER";
    std::string text = " INTEGER " + named(key.name, d) + "PRIMARY KEY";
    return column.identity == identity::never_again ? text + " AUTOINCREMENT" : text;
}

std::string key_text(const table_definition& table, const dialect& d) {
    std::string text = text_of(table.primary_key, true, d);
    const auto never_again = [](const column_definition& c) { return c.identity == identity::never_again; };
    if (!table.primary_key.sql.empty() && std::any_of(table.columns.begin(), table.columns.end(), never_again))
        text.insert(text.rfind(')'), " AUTOINCREMENT");
    return text;
}

/// A column that the database counts and that has a sequence's number for a default is one of PostgreSQL's serial ones,
/// whose type brings the sequence along.
std::string_view serial_type(const column_definition& column, const dialect& d) {
    if (!d.sequences || column.identity != identity::by_default || column.default_sql.empty()) return {};
    if (column.type == "integer") return "serial";
    return column.type == "bigint" ? "bigserial" : "smallserial";
}

/// What its table does not say already.
std::string_view collation_of(const table_definition& table, const column_definition& column, const dialect& d) {
    if (!column.collation.empty() || table.options.empty() || !takes_collation(column.type)) return column.collation;
    return d.usual_collation;
}

void add_identity(std::string& text, const column_definition& column, const dialect& d) {
    if (column.identity == identity::always && d.identity_always.empty()) {
        throw mapping_error{"the column \"" + column.name + "\" is to be counted by the database, which " +
                            std::string{d.name} + " does for keys alone"};
    }
    if (column.identity == identity::always) {
        text.append(1, ' ').append(d.identity_always);
    } else if (column.identity != identity::none && !d.autoincrement.empty()) {
        text.append(1, ' ').append(d.autoincrement);
    }
}

}  // namespace

std::string text_of(const unique_definition& key, bool primary, const dialect& d) {
    if (!key.sql.empty()) return named(key.name, d) + key.sql;
    std::string text = named(key.name, d) + (primary ? "PRIMARY KEY (" : "UNIQUE (") + names(key.columns, d) + ")";
    add_deferring(text, key.deferring, d);
    return text;
}

std::string text_of(const foreign_key_definition& key, const dialect& d) {
    return named(key.name, d) + foreign_key(key, d);
}

std::string text_of(const check_definition& c, const dialect& d) { return named(c.name, d) + "CHECK (" + c.sql + ")"; }

std::string length_condition(std::string_view column, std::size_t characters, const dialect& d) {
    return std::string{d.length_function} + '(' + quote(column, d) + ") <= " + std::to_string(characters);
}

bool takes_collation(std::string_view type) {
    const auto says = [&](std::string_view word) {
        return std::search(type.begin(), type.end(), word.begin(), word.end(),
                           [](char a, char b) { return (a | 0x20) == b; }) != type.end();
    };
    return says("char") || says("text") || says("enum(") || says("set(");
}

std::string qualified(std::string_view schema, std::string_view name, const dialect& d) {
    return table_name(schema, name, d);
}

std::string literal(std::string_view text, const dialect& d) {
    std::string out{'\''};
    for (const char c : text) {
        if (c == '\'' || (c == '\\' && d.backslash_escapes)) out += c;
        out += c;
    }
    return out += '\'';
}

std::string column_text(const table_definition& table, const column_definition& column, const dialect& d) {
    std::string text = quote(column.name, d);
    if (is_rowid(table, column, d)) {
        text += rowid_text(table.primary_key, column, d);
    } else {
        const std::string_view serial = serial_type(column, d);
        if (!column.type.empty()) text.append(1, ' ').append(serial.empty() ? column.type : serial);
        const std::string_view collation = collation_of(table, column, d);
        if (!collation.empty()) text += " COLLATE " + quote(collation, d);
        // Whether a computed one is NULL, its expression knows.
        const bool says_null = column.generated_sql.empty() || !d.whole_columns;
        if (!column.nullable && says_null && !column.options.starts_with("NOT NULL")) text += " NOT NULL";
        if (serial.empty()) add_identity(text, column, d);
        if (!column.default_sql.empty() && serial.empty()) text += " DEFAULT " + column.default_sql;
        const std::string options = column.options.empty() ? std::string{} : ' ' + column.options;
        if (!d.whole_columns) text += options;
        if (!column.generated_sql.empty()) {
            text += " GENERATED ALWAYS AS (" + column.generated_sql + (column.stored ? ") STORED" : ") VIRTUAL");
        }
        if (d.whole_columns) text += options;
    }
    for (const check_definition& c : table.checks) {
        if (d.column_checks && c.column == column.name) text.append(1, ' ').append(text_of(c, d));
    }
    if (!column.comment.empty() && d.comments == comment_style::clause)
        text += " COMMENT " + literal(column.comment, d);
    return text;
}

std::string compile(const create_schema& s, const dialect& d) {
    if (!d.schemas) return {};
    return (s.if_not_exists ? "CREATE SCHEMA IF NOT EXISTS " : "CREATE SCHEMA ") + quote(s.schema, d);
}

std::string compile(const create_enum& s, const dialect& d) {
    if (!d.enum_types) return {};
    std::string text = "CREATE TYPE " + table_name(s.type.schema, s.type.name, d) + " AS ENUM (";
    for (std::size_t i = 0; i < s.type.labels.size(); ++i) {
        if (i > 0) text += ", ";
        text += literal(s.type.labels[i], d);
    }
    return text + ')';
}

std::string compile(const create_table& s, const dialect& d) {
    const table_definition& table = s.table;
    if (table.columns.empty()) throw mapping_error{"the table \"" + table.name + "\" has no columns"};
    std::string text = s.if_not_exists ? "CREATE TABLE IF NOT EXISTS " : "CREATE TABLE ";
    text += table_name(table.schema, table.name, d) + " (";
    bool key_written = false;
    bool first = true;
    const auto item = [&](std::string_view part) {
        if (!first) text += ", ";
        first = false;
        text += part;
    };
    for (const column_definition& column : table.columns) {
        item(column_text(table, column, d));
        key_written = key_written || (is_rowid(table, column, d) && table.primary_key.sql.empty());
    }
    if (!table.primary_key.columns.empty() && !key_written) item(key_text(table, d));
    for (const unique_definition& u : table.uniques) item(text_of(u, false, d));
    for (const foreign_key_definition& key : table.foreign_keys) item(text_of(key, d));
    for (const check_definition& c : table.checks) {
        if (c.column.empty() || !d.column_checks) item(text_of(c, d));
    }
    for (const check_definition& c : table.other_constraints) item(named(c.name, d) + c.sql);
    text += ')';
    const std::string_view options = table.options.empty() ? d.table_options : table.options;
    if (!options.empty()) text.append(1, ' ').append(options);
    if (!table.comment.empty() && d.comments == comment_style::clause) text += " COMMENT " + literal(table.comment, d);
    return text;
}

namespace {

/// FULLTEXT and SPATIAL of MariaDB are kinds of indexes, and no methods that an index uses.
bool is_kind(std::string_view method) { return method == "FULLTEXT" || method == "SPATIAL"; }

std::string index_begins(const index_definition& index, const dialect& d) {
    if (d.plain_indexes && is_kind(index.method)) return index.method + " INDEX ";
    return index.unique ? "UNIQUE INDEX " : "INDEX ";
}

void refuse_more_than_columns(const index_definition& index, const dialect& d) {
    if (!d.plain_indexes) return;
    const bool expression =
        std::any_of(index.parts.begin(), index.parts.end(), [](const index_part& p) { return !p.expression.empty(); });
    if (!expression && index.where.empty()) return;
    throw mapping_error{"the index \"" + index.name + "\" " +
                        (expression ? "has an expression: index a generated column instead, for "
                                    : "has a condition, which it cannot have: ") +
                        std::string{d.name} + " has indexes over columns, with all rows"};
}

/// From the brackets on.
std::string index_rest(const index_definition& index, const dialect& d) {
    std::string text = "(";
    for (std::size_t i = 0; i < index.parts.size(); ++i) {
        const index_part& part = index.parts[i];
        if (i > 0) text += ", ";
        text += part.expression.empty() ? quote(part.column, d) : '(' + part.expression + ')';
        if (!part.collation.empty()) text += " COLLATE " + quote(part.collation, d);
        if (!part.operator_class.empty()) text += ' ' + part.operator_class;
        if (part.descending) text += " DESC";
        if (part.nulls_first) text += *part.nulls_first ? " NULLS FIRST" : " NULLS LAST";
    }
    text += ')';
    if (!index.included.empty()) text += " INCLUDE (" + names(index.included, d) + ")";
    if (!index.nulls_distinct) text += " NULLS NOT DISTINCT";
    if (!index.options.empty()) text += d.plain_indexes ? ' ' + index.options : " WITH (" + index.options + ")";
    if (!index.comment.empty() && d.comments == comment_style::clause) text += " COMMENT " + literal(index.comment, d);
    if (!index.where.empty()) text += " WHERE " + index.where;
    return text;
}

}  // namespace

std::string index_text(const index_definition& index, const dialect& d) {
    refuse_more_than_columns(index, d);
    std::string text = index_begins(index, d) + quote(index.name, d) + ' ';
    if (!index.method.empty() && !is_kind(index.method)) text += "USING " + index.method + ' ';
    return text + index_rest(index, d);
}

std::string compile(const create_index& s, const dialect& d) {
    const index_definition& index = s.index;
    refuse_more_than_columns(index, d);
    std::string text = "CREATE " + index_begins(index, d);
    if (s.concurrently) text += "CONCURRENTLY ";
    if (s.if_not_exists) text += "IF NOT EXISTS ";
    text += quote(index.name, d);
    const std::string on = " ON " + table_name(s.schema, s.table, d);
    const bool uses = !index.method.empty() && !(d.plain_indexes && is_kind(index.method));
    const std::string method = uses ? " USING " + index.method : std::string{};
    return text + (d.indexes_of_tables ? method + on : on + method) + ' ' + index_rest(index, d);
}

std::string compile(const add_foreign_key& s, const dialect& d) {
    std::string text = "ALTER TABLE " + table_name(s.schema, s.table, d) + ' ';
    std::string key = foreign_key(s.key, d);
    if (s.if_not_exists && d.key_if_not_exists) {
        key.insert(std::string_view{"FOREIGN KEY"}.size(), " IF NOT EXISTS");
    } else if (s.if_not_exists && !s.key.name.empty()) {
        text += "DROP CONSTRAINT IF EXISTS " + quote(s.key.name, d) + ", ";
    }
    text += "ADD " + named(s.key.name, d) + key;
    return s.key.validated ? text : text + " NOT VALID";
}

std::string compile(const create_view& s, const dialect& d) {
    return "CREATE VIEW " + table_name(s.schema, s.name, d) + " AS " + s.select;
}

std::string compile(const drop_view& s, const dialect& d) {
    std::string text = s.materialized ? "DROP MATERIALIZED VIEW " : "DROP VIEW ";
    if (s.if_exists) text += "IF EXISTS ";
    return text + table_name(s.schema, s.name, d);
}

std::string compile(const comment_on& s, const dialect& d) {
    if (d.comments != comment_style::statement) return {};
    std::string text = "COMMENT ON " + s.what + ' ' + table_name(s.schema, s.name, d);
    if (!s.column.empty()) text += '.' + quote(s.column, d);
    return text + " IS " + (s.text.empty() ? std::string{"NULL"} : literal(s.text, d));
}

std::string compile(const drop_table& s, const dialect& d) {
    std::string text = s.if_exists ? "DROP TABLE IF EXISTS " : "DROP TABLE ";
    text += table_name(s.schema, s.table, d);
    if (s.cascade && !d.drop_cascade.empty()) text.append(1, ' ').append(d.drop_cascade);
    return text;
}

}  // namespace kin::sql
