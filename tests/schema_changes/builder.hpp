// Parts of random catalogues: tables, columns, constraints that the rows of `filling` meet wherever they come in. Whole
// numbers of a column are all different, keys are 1 … n, and checks are true of every value.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <kin/sql/compiler.hpp>

#include "pair.hpp"

namespace kin::test {

using sql::column_definition;
using sql::table_definition;

inline bool is_sqlite(const sql::dialect& d) { return &d == &sql::sqlite_dialect(); }
inline bool is_postgresql(const sql::dialect& d) { return &d == &sql::postgresql_dialect(); }
inline bool is_mariadb(const sql::dialect& d) { return &d == &sql::mariadb_dialect(); }

inline std::string q(const std::string& name, const sql::dialect& d) { return sql::quote(name, d); }

inline bool is_reference(const table_definition& t, const std::string& column) {
    return std::ranges::any_of(
        t.foreign_keys, [&](const auto& key) { return std::ranges::find(key.columns, column) != key.columns.end(); });
}

inline bool is_target(const schema::catalogue& all, const table_definition& t, const std::string& column) {
    return std::ranges::any_of(all.tables, [&](const table_definition& other) {
        return std::ranges::any_of(other.foreign_keys, [&](const auto& key) {
            return key.table == t.name && std::ranges::find(key.target_columns, column) != key.target_columns.end();
        });
    });
}

inline column_definition* find_column(table_definition& t, const std::string& name) {
    for (column_definition& c : t.columns) {
        if (c.name == name) return &c;
    }
    return nullptr;
}

/// Types whose values are whole numbers of a row, in one spelling or another.
inline bool is_numbered(const column_definition& c) {
    return c.generated_sql.empty() && c.type != "BOOLEAN" && c.type != "boolean" && c.type != "date" &&
           c.type != "timestamp with time zone" && c.type != "mood" && c.type != "jsonb" && c.type != "uuid" &&
           c.type != "json" && c.type != "datetime(6)";
}
inline bool is_integer(const column_definition& c) {
    if (!c.generated_sql.empty()) return false;
    return c.type == "INTEGER" || c.type == "integer" || c.type == "int" || c.type == "bigint" || c.type == "smallint";
}
inline bool is_text(const column_definition& c) {
    return c.type == "TEXT" || c.type == "text" || c.type == "longtext" || c.type.starts_with("character varying") ||
           c.type.starts_with("varchar");
}
/// What no index of MariaDB's has as a whole.
inline bool is_long(const column_definition& c) { return c.type == "longtext" || c.type == "json"; }

/// Whether rows must differ in it. Such a column has no default, which a row might get that has no value.
inline bool is_unique(const table_definition& t, const std::string& column) {
    const auto in = [&](const std::vector<std::string>& list) { return std::ranges::find(list, column) != list.end(); };
    return in(t.primary_key.columns) || std::ranges::any_of(t.uniques, [&](const auto& u) { return in(u.columns); }) ||
           std::ranges::any_of(t.indexes, [&](const auto& i) {
               return i.unique && std::ranges::any_of(i.parts, [&](const auto& p) { return p.column == column; });
           });
}
inline bool can_be_unique(const column_definition& c) { return is_numbered(c) && c.default_sql.empty() && !is_long(c); }

class builder {
  public:
    builder(schema::catalogue& all, dice& random, const sql::dialect& d) : all_{all}, random_{random}, dialect_{d} {}

    /// Names are never given twice, neither in A nor by a mutation.
    std::string fresh(std::string_view prefix) {
        static constexpr std::array<std::string_view, 4> odd{"", " b", "Q", "_order"};
        std::string name{prefix};
        name += std::to_string(random_.below(1000000));
        return name.append(random_.one_in(4) ? odd[random_.below(4)] : "");
    }

    [[nodiscard]] std::string random_type(bool strict) {
        if (is_sqlite(dialect_)) {
            static const std::vector<std::string> loose{"INTEGER", "INTEGER", "TEXT", "REAL",
                                                        "BOOLEAN", "NUMERIC", "BLOB"};
            static const std::vector<std::string> strict_ones{"INTEGER", "INTEGER", "TEXT", "REAL"};
            return random_.of(strict ? strict_ones : loose);
        }
        static const std::vector<std::string> of_mariadb{
            "int",           "bigint", "smallint", "longtext", "varchar(20)", "varchar(40)", "decimal(20,4)",
            "decimal(12,2)", "double", "boolean",  "date",     "datetime(6)", "json",        "uuid"};
        if (is_mariadb(dialect_)) return random_.of(of_mariadb);
        static const std::vector<std::string> types{"integer",
                                                    "bigint",
                                                    "smallint",
                                                    "text",
                                                    "character varying(20)",
                                                    "character varying(40)",
                                                    "numeric",
                                                    "numeric(12,2)",
                                                    "double precision",
                                                    "boolean",
                                                    "date",
                                                    "timestamp with time zone",
                                                    "jsonb",
                                                    "uuid"};
        if (!all_.enums.empty() && random_.one_in(6)) return "mood";
        return random_.of(types);
    }

    [[nodiscard]] std::string random_default(const column_definition& c) {
        if (c.type == "BOOLEAN") return random_.one_in(2) ? "0" : "1";
        if (c.type == "boolean") return random_.one_in(2) ? "true" : "false";
        if (is_mariadb(dialect_)) {
            if (c.type == "date") return "'2020-02-02'";
            if (c.type == "datetime(6)") return random_.one_in(2) ? "now(6)" : "CURRENT_TIMESTAMP(6)";
            if (c.type == "json") return "'{}'";
            if (c.type == "uuid") return "'00000000-0000-4000-8000-000000000001'";
            if (is_text(c)) return random_.one_in(4) ? "concat('', 5)" : "'5'";
            if (random_.one_in(5)) return "(2 + 3)";
        }
        if (c.type == "date") return "'2020-02-02'::date";
        if (c.type == "timestamp with time zone") return random_.one_in(2) ? "now()" : "CURRENT_TIMESTAMP";
        if (c.type == "mood") return "'calm'::mood";
        if (c.type == "jsonb") return "'{}'::jsonb";
        if (c.type == "uuid") return "'00000000-0000-4000-8000-000000000001'::uuid";
        if (c.type == "text") return "'5'::text";
        if (c.type.starts_with("character varying")) return "'5'::character varying";
        if (c.type == "TEXT") return random_.one_in(4) ? "(printf('%d', 5))" : "'5'";
        if (is_sqlite(dialect_) && random_.one_in(5)) return "(2 + 3)";
        return std::to_string(random_.below(5) + 3);
    }

    column_definition random_column(bool strict) {
        column_definition c;
        c.name = fresh("c");
        c.type = random_type(strict);
        c.nullable = random_.below(3) != 0;
        if (!c.nullable || random_.one_in(3)) c.default_sql = random_default(c);
        if (is_sqlite(dialect_) && !c.nullable && random_.one_in(5)) c.options = "NOT NULL ON CONFLICT FAIL";
        if (is_text(c) && random_.one_in(3)) c.collation = collations(dialect_)[0];
        if (c.type == "datetime(6)" && random_.one_in(3)) c.options = "ON UPDATE current_timestamp(6)";
        if (!is_sqlite(dialect_) && random_.one_in(5)) c.comment = "it's " + c.name;
        return c;
    }

    /// One for a new column, and another one for changes.
    static std::array<std::string, 2> collations(const sql::dialect& d) {
        if (is_mariadb(d)) return {"utf8mb4_general_ci", "utf8mb4_unicode_ci"};
        return is_sqlite(d) ? std::array<std::string, 2>{"NOCASE", "RTRIM"} : std::array<std::string, 2>{"C", "POSIX"};
    }

    void add_generated(table_definition& t) {
        const auto* source = any_column(t, [&](const column_definition& c) {
            return is_integer(c) && !(is_mariadb(dialect_) && is_set_by_others(t, c));
        });
        if (source == nullptr) return;
        column_definition c;
        c.name = fresh("g");
        c.type = is_sqlite(dialect_) ? "INTEGER" : "bigint";
        c.nullable = true;
        c.generated_sql = !is_postgresql(dialect_)
                              ? q(source->name, dialect_) + " + " + std::to_string(random_.below(9))
                              : "(" + q(source->name, dialect_) + " + " + std::to_string(random_.below(9) + 1) + ")";
        c.stored = is_postgresql(dialect_) || random_.one_in(2);
        t.columns.push_back(std::move(c));
    }

    /// No check and no computed column of MariaDB's may speak of what a key sets, or of what the database counts.
    static bool is_set_by_others(const table_definition& t, const column_definition& c) {
        return is_reference(t, c.name) || c.identity != sql::identity::none;
    }

    template <class Fits>
    const column_definition* any_column(const table_definition& t, const Fits& fits) {
        std::vector<const column_definition*> possible;
        for (const column_definition& c : t.columns) {
            if (fits(c)) possible.push_back(&c);
        }
        return possible.empty() ? nullptr : random_.of(possible);
    }

    void add_unique(table_definition& t) {
        sql::unique_definition u;
        if (random_.one_in(2)) u.name = fresh("uq");
        const auto* first = any_column(t, can_be_unique);
        const auto* second = any_column(t, can_be_unique);
        if (first == nullptr) return;
        u.columns.push_back(first->name);
        if (second != first && random_.one_in(2)) u.columns.push_back(second->name);
        if (is_postgresql(dialect_) && random_.one_in(4)) u.deferring = sql::deferring::can_be;
        for (const auto& other : t.uniques) {
            if (other.columns == u.columns) return;
        }
        if (t.primary_key.columns == u.columns) return;
        u.sql = conflict("UNIQUE", u.columns);
        t.uniques.push_back(std::move(u));
    }

    void add_check(table_definition& t) {
        const auto* c = any_column(t, [&](const column_definition& x) {
            return (is_numbered(x) || is_integer(x)) && !(is_mariadb(dialect_) && is_set_by_others(t, x));
        });
        if (c == nullptr) return;
        const std::string name = q(c->name, dialect_);
        sql::check_definition check;
        if (random_.one_in(2)) check.name = fresh("ck");
        const std::string limit = std::to_string(100000 + random_.below(1000));
        if (is_integer(*c)) {
            const std::array<std::string, 3> forms{name + " < " + limit, name + " BETWEEN -1 AND " + limit,
                                                   name + " NOT IN (" + limit + ", -7)"};
            check.sql = forms[random_.below(3)];
        } else if (is_text(*c)) {
            check.sql = "length(" + name + ") < " + limit;
        } else {
            check.sql = name + " IS NULL OR " + name + " IS NOT NULL";
        }
        if (random_.one_in(2)) check.column = c->name;
        t.checks.push_back(std::move(check));
    }

    void add_index(table_definition& t) {
        sql::index_definition i;
        i.name = fresh("ix");
        const std::uint32_t parts = 1 + random_.below(2);
        for (std::uint32_t n = 0; n < parts; ++n) {
            const auto* c = any_column(t, [](const column_definition& x) { return x.type != "jsonb" && !is_long(x); });
            sql::index_part p;
            p.column = c->name;
            p.descending = random_.one_in(3);
            if (is_mariadb(dialect_)) {
                if (std::ranges::any_of(i.parts, [&](const auto& other) { return other.column == p.column; })) continue;
                if (is_text(*c) && random_.one_in(3)) p.operator_class = "(5)";
            } else if (is_integer(*c) && random_.one_in(3)) {
                p.column.clear();
                p.expression = q(c->name, dialect_) + " % 100";
                if (is_postgresql(dialect_)) p.expression = "(" + p.expression + ")";
            } else if (is_text(*c) && random_.one_in(3)) {
                p.collation = is_sqlite(dialect_) ? "RTRIM" : "POSIX";
            }
            i.parts.push_back(std::move(p));
        }
        if (!is_mariadb(dialect_) && random_.one_in(3)) {
            if (const auto* c = any_column(t, is_integer)) i.where = q(c->name, dialect_) + " > 3";
        }
        const auto first = std::ranges::find(t.columns, i.parts.front().column, &column_definition::name);
        i.unique = first != t.columns.end() && can_be_unique(*first) && i.parts.front().collation.empty() &&
                   i.parts.front().operator_class.empty() && random_.one_in(3);
        t.indexes.push_back(std::move(i));
    }

    /// Columns of its own that refer to a key of a table, or to another unique column of it.
    void add_reference(table_definition& t) {
        table_definition& target = all_.tables[random_.below(static_cast<std::uint32_t>(all_.tables.size()))];
        sql::foreign_key_definition key;
        key.table = target.name;
        if (random_.one_in(3)) key.name = fresh("fk");
        const bool mark_too = random_.one_in(3);
        key.target_columns = mark_too || target.primary_key.columns.empty()
                                 ? std::vector<std::string>{std::string{mark}}
                                 : target.primary_key.columns;
        for (const std::string& column : key.target_columns) {
            const auto end = std::ranges::find(target.columns, column, &column_definition::name);
            column_definition own;
            own.name = fresh("r");
            own.type = end->type;
            own.nullable = true;
            key.columns.push_back(own.name);
            t.columns.push_back(std::move(own));
        }
        static const std::vector<std::string> actions{"", "", "CASCADE", "SET NULL", "RESTRICT"};
        key.on_delete = random_.of(actions);
        key.on_update = random_.one_in(4) ? "CASCADE" : "";
        if (!is_mariadb(dialect_) && random_.one_in(4)) key.deferring = sql::deferring::at_commit;
        t.foreign_keys.push_back(std::move(key));
    }

    table_definition random_table() {
        table_definition t;
        t.name = fresh("t");
        const bool strict = is_sqlite(dialect_) && random_.one_in(5);
        const std::string integer = is_sqlite(dialect_) ? "INTEGER" : "bigint";
        const std::uint32_t kind = random_.below(5);
        if (kind <= 1) {
            column_definition id{.name = fresh("id"), .type = integer};
            id.identity = is_postgresql(dialect_) && random_.one_in(3) ? sql::identity::always
                          : is_sqlite(dialect_) && kind == 1           ? sql::identity::never_again
                                                                       : sql::identity::by_default;
            t.primary_key.columns = {id.name};
            t.columns.push_back(std::move(id));
        } else if (kind == 2) {
            const char* type = is_sqlite(dialect_) ? "TEXT" : is_mariadb(dialect_) ? "varchar(40)" : "text";
            column_definition id{.name = fresh("id"), .type = type};
            t.primary_key.columns = {id.name};
            t.columns.push_back(std::move(id));
        } else if (kind == 3) {
            for (int i = 0; i < 2; ++i) {
                column_definition id{.name = fresh("id"), .type = integer};
                t.primary_key.columns.push_back(id.name);
                t.columns.push_back(std::move(id));
            }
        }
        if (!t.primary_key.columns.empty()) t.primary_key.sql = conflict("PRIMARY KEY", t.primary_key.columns);
        t.columns.push_back({.name = std::string{mark}, .type = integer});
        t.uniques.push_back({.columns = {std::string{mark}}});
        if (is_sqlite(dialect_)) {
            if (strict) t.options = "STRICT";
            if (kind >= 2 && kind != 4 && random_.one_in(3)) t.options += strict ? ", WITHOUT ROWID" : "WITHOUT ROWID";
        }
        const std::uint32_t columns = 1 + random_.below(4);
        for (std::uint32_t i = 0; i < columns; ++i) t.columns.push_back(random_column(strict));
        if (random_.one_in(2)) add_generated(t);
        if (!is_sqlite(dialect_) && random_.one_in(4)) t.comment = "about " + t.name;
        if (is_mariadb(dialect_) && random_.one_in(6))
            t.options = "ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci";
        return t;
    }

    void furnish(table_definition& t) {
        if (random_.one_in(2)) add_reference(t);
        if (random_.one_in(2)) add_unique(t);
        if (random_.one_in(2)) add_check(t);
        for (std::uint32_t i = random_.below(3); i > 0; --i) add_index(t);
        if (random_.one_in(3)) add_trigger(t);
    }

    void add_trigger(table_definition& t) {
        const table_definition& other = random_.of(all_.tables);
        sql::trigger_definition g;
        g.name = fresh("tr");
        if (is_sqlite(dialect_)) {
            // What it does is harm: rows are gone where anything fires it.
            g.sql = "CREATE TRIGGER " + q(g.name, dialect_) + " AFTER DELETE ON " + q(t.name, dialect_) +
                    " BEGIN DELETE FROM " + q(other.name, dialect_) + " WHERE " + q(std::string{mark}, dialect_) +
                    " > " + std::to_string(random_.below(4)) + "; END";
        } else if (is_mariadb(dialect_)) {
            g.sql = "CREATE TRIGGER " + q(g.name, dialect_) + " AFTER DELETE ON " + q(t.name, dialect_) +
                    " FOR EACH ROW BEGIN DELETE FROM " + q(other.name, dialect_) + " WHERE " +
                    q(std::string{mark}, dialect_) + " > " + std::to_string(random_.below(4)) + "; END";
        } else {
            g.sql = "CREATE TRIGGER " + g_name(g.name) + " AFTER DELETE ON " + q(t.name, dialect_) + " FOR EACH " +
                    (random_.one_in(2) ? "ROW" : "STATEMENT") + " EXECUTE FUNCTION harm()";
        }
        t.triggers.push_back(std::move(g));
    }

    void add_view() {
        const table_definition& t = random_.of(all_.tables);
        sql::view_definition v;
        v.name = fresh("v");
        const auto* c = any_column(t, [](const column_definition&) { return true; });
        v.materialized = is_postgresql(dialect_) && random_.one_in(3);
        std::string from = q(t.name, dialect_);
        std::string column = q(c->name, dialect_);
        if (!all_.views.empty() && random_.one_in(3)) {
            const sql::view_definition& below = random_.of(all_.views);
            from = q(below.name, dialect_);
            column = "seen";
        }
        v.sql = std::string{v.materialized ? "CREATE MATERIALIZED VIEW " : "CREATE VIEW "} + q(v.name, dialect_) +
                " AS SELECT " + column + " AS seen, " + std::to_string(random_.below(9)) + " AS n FROM " + from;
        all_.views.push_back(std::move(v));
    }

  private:
    /// What a constraint of SQLite's may say besides; mostly nothing.
    [[nodiscard]] std::string conflict(const std::string& what, const std::vector<std::string>& columns) {
        if (!is_sqlite(dialect_) || !random_.one_in(4)) return {};
        std::string list;
        for (const std::string& c : columns) list += (list.empty() ? "" : ", ") + q(c, dialect_);
        return what + " (" + list + ") ON CONFLICT FAIL";
    }

    [[nodiscard]] std::string g_name(const std::string& name) const { return q(name, dialect_); }

    schema::catalogue& all_;
    dice& random_;
    const sql::dialect& dialect_;
};

}  // namespace kin::test
