// Constraints are made so that the rows of `filling` meet them wherever they come in: whole numbers of a column are
// all different, keys are 1 … n, and checks are true of every value.
#include "pair.hpp"

#include <algorithm>
#include <array>

#include <kin/sql/compiler.hpp>

namespace kin::test {

namespace {

using sql::column_definition;
using sql::table_definition;

bool is_sqlite(const sql::dialect& d) { return &d == &sql::sqlite_dialect(); }

std::string q(const std::string& name, const sql::dialect& d) { return sql::quote(name, d); }

bool is_reference(const table_definition& t, const std::string& column) {
    return std::ranges::any_of(
        t.foreign_keys, [&](const auto& key) { return std::ranges::find(key.columns, column) != key.columns.end(); });
}

bool is_target(const schema::catalogue& all, const table_definition& t, const std::string& column) {
    return std::ranges::any_of(all.tables, [&](const table_definition& other) {
        return std::ranges::any_of(other.foreign_keys, [&](const auto& key) {
            return key.table == t.name && std::ranges::find(key.target_columns, column) != key.target_columns.end();
        });
    });
}

column_definition* find_column(table_definition& t, const std::string& name) {
    for (column_definition& c : t.columns) {
        if (c.name == name) return &c;
    }
    return nullptr;
}

table_definition* find_table(schema::catalogue& all, const std::string& name) {
    for (table_definition& t : all.tables) {
        if (t.name == name) return &t;
    }
    return nullptr;
}

/// Types whose values are whole numbers of a row, in one spelling or another.
bool is_numbered(const column_definition& c) {
    return c.generated_sql.empty() && c.type != "BOOLEAN" && c.type != "boolean" && c.type != "date" &&
           c.type != "timestamp with time zone" && c.type != "mood" && c.type != "jsonb" && c.type != "uuid";
}
bool is_integer(const column_definition& c) {
    if (!c.generated_sql.empty()) return false;
    return c.type == "INTEGER" || c.type == "integer" || c.type == "bigint" || c.type == "smallint";
}
bool is_text(const column_definition& c) {
    return c.type == "TEXT" || c.type == "text" || c.type.starts_with("character varying");
}

/// Whether rows must differ in it. Such a column has no default, which a row might get that has no value.
bool is_unique(const table_definition& t, const std::string& column) {
    const auto in = [&](const std::vector<std::string>& list) { return std::ranges::find(list, column) != list.end(); };
    return in(t.primary_key.columns) || std::ranges::any_of(t.uniques, [&](const auto& u) { return in(u.columns); }) ||
           std::ranges::any_of(t.indexes, [&](const auto& i) {
               return i.unique && std::ranges::any_of(i.parts, [&](const auto& p) { return p.column == column; });
           });
}
bool can_be_unique(const column_definition& c) { return is_numbered(c) && c.default_sql.empty(); }

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
        if (is_text(c) && random_.one_in(3)) c.collation = is_sqlite(dialect_) ? "NOCASE" : "C";
        if (!is_sqlite(dialect_) && random_.one_in(5)) c.comment = "it's " + c.name;
        return c;
    }

    void add_generated(table_definition& t) {
        const column_definition* source = any_column(t, is_integer);
        if (source == nullptr) return;
        column_definition c;
        c.name = fresh("g");
        c.type = is_sqlite(dialect_) ? "INTEGER" : "bigint";
        c.nullable = true;
        c.generated_sql = is_sqlite(dialect_)
                              ? q(source->name, dialect_) + " + " + std::to_string(random_.below(9))
                              : "(" + q(source->name, dialect_) + " + " + std::to_string(random_.below(9) + 1) + ")";
        c.stored = !is_sqlite(dialect_) || random_.one_in(2);
        t.columns.push_back(std::move(c));
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
        if (!is_sqlite(dialect_) && random_.one_in(4)) u.deferring = sql::deferring::can_be;
        for (const auto& other : t.uniques) {
            if (other.columns == u.columns) return;
        }
        if (t.primary_key.columns == u.columns) return;
        t.uniques.push_back(std::move(u));
    }

    void add_check(table_definition& t) {
        const auto* c = any_column(t, [&](const column_definition& x) { return is_numbered(x) || is_integer(x); });
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
            const auto* c = any_column(t, [](const column_definition& x) { return x.type != "jsonb"; });
            sql::index_part p;
            p.column = c->name;
            p.descending = random_.one_in(3);
            if (is_integer(*c) && random_.one_in(3)) {
                p.column.clear();
                p.expression = q(c->name, dialect_) + " % 100";
                if (!is_sqlite(dialect_)) p.expression = "(" + p.expression + ")";
            } else if (is_text(*c) && random_.one_in(3)) {
                p.collation = is_sqlite(dialect_) ? "RTRIM" : "POSIX";
            }
            i.parts.push_back(std::move(p));
        }
        if (random_.one_in(3)) {
            if (const auto* c = any_column(t, is_integer)) i.where = q(c->name, dialect_) + " > 3";
        }
        const auto first = std::ranges::find(t.columns, i.parts.front().column, &column_definition::name);
        i.unique =
            first != t.columns.end() && can_be_unique(*first) && i.parts.front().collation.empty() && random_.one_in(3);
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
        if (random_.one_in(4)) key.deferring = sql::deferring::at_commit;
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
            id.identity = !is_sqlite(dialect_) && random_.one_in(3) ? sql::identity::always
                          : is_sqlite(dialect_) && kind == 1        ? sql::identity::never_again
                                                                    : sql::identity::by_default;
            t.primary_key.columns = {id.name};
            t.columns.push_back(std::move(id));
        } else if (kind == 2) {
            column_definition id{.name = fresh("id"), .type = is_sqlite(dialect_) ? "TEXT" : "text"};
            t.primary_key.columns = {id.name};
            t.columns.push_back(std::move(id));
        } else if (kind == 3) {
            for (int i = 0; i < 2; ++i) {
                column_definition id{.name = fresh("id"), .type = integer};
                t.primary_key.columns.push_back(id.name);
                t.columns.push_back(std::move(id));
            }
        }
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
        v.materialized = !is_sqlite(dialect_) && random_.one_in(3);
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
    [[nodiscard]] std::string g_name(const std::string& name) const { return q(name, dialect_); }

    schema::catalogue& all_;
    dice& random_;
    const sql::dialect& dialect_;
};

class mutation {
  public:
    mutation(pair& p, dice& random, const sql::dialect& d)
        : pair_{p}, random_{random}, dialect_{d}, build_{p.b, random, d} {}

    void apply() {
        if (pair_.b.tables.empty()) return;
        table_definition& t = random_.of(pair_.b.tables);
        switch (random_.below(24)) {
            case 0:
                return rename_table(t);
            case 1:
                return rename_column(t);
            case 2:
            case 3:
                return add_column(t);
            case 4:
            case 5:
                return drop_column(t);
            case 6:
            case 7:
                return change_type(t);
            case 8:
                return change_nullability(t);
            case 9:
                return change_default(t);
            case 10:
                return build_.add_generated(t);
            case 11:
                return change_generated(t);
            case 12:
                return change_collation(t);
            case 13:
                return random_.one_in(2) ? build_.add_unique(t) : drop_unique(t);
            case 14:
                return build_.add_reference(t);
            case 15:
                return change_reference(t);
            case 16:
                return random_.one_in(2) ? build_.add_check(t) : drop_one(t.checks);
            case 17:
                return random_.one_in(2) ? build_.add_index(t) : drop_one(t.indexes);
            case 18:
                return change_index(t);
            case 19:
                return random_.one_in(2) ? add_table() : drop_table(t);
            case 20:
                return change_key(t);
            case 21:
                return change_options(t);
            case 22:
                return random_.one_in(2) ? build_.add_view() : drop_view();
            default:
                return change_rest(t);
        }
    }

  private:
    /// Views and triggers are not followed by renames: those that say an old name go.
    void forget(const std::string& name) {
        const auto says = [&](const std::string& sql) { return sql.find(q(name, dialect_)) != std::string::npos; };
        for (table_definition& t : pair_.b.tables)
            std::erase_if(t.triggers, [&](const auto& g) { return says(g.sql); });
        std::vector<std::string> gone;
        std::erase_if(pair_.b.views, [&](const auto& v) {
            if (!says(v.sql)) return false;
            gone.push_back(v.name);
            return true;
        });
        for (const std::string& view : gone) forget(view);
    }

    static void replace(std::string& text, const std::string& from, const std::string& to) {
        for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
    }

    [[nodiscard]] bool in_a(const std::string& table) const {
        return std::ranges::any_of(pair_.a.tables, [&](const auto& t) { return t.name == table; });
    }

    void rename_table(table_definition& t) {
        const std::string was = t.name;
        if (!in_a(was)) return;
        const std::string now = build_.fresh("t");
        if (random_.one_in(2)) {
            follow(was, now);
        } else {
            forget(was);
        }
        for (table_definition& other : pair_.b.tables) {
            for (auto& key : other.foreign_keys) {
                if (key.table == was) key.table = now;
            }
        }
        t.name = now;
        for (auto& r : pair_.renames.renamed_columns) {
            if (r.table == was) r.table = now;
        }
        pair_.renames.renamed_tables.push_back({"", was, now});
    }

    void follow(const std::string& was, const std::string& now) {
        const auto in = [&](std::string& sql) { replace(sql, q(was, dialect_), q(now, dialect_)); };
        for (table_definition& t : pair_.b.tables) {
            for (auto& g : t.triggers) in(g.sql);
        }
        for (auto& v : pair_.b.views) in(v.sql);
    }

    [[nodiscard]] const table_definition* of_a(const table_definition& t) const {
        for (const table_definition& a : pair_.a.tables) {
            const auto* now = successor(pair_, a);
            if (now == &t) return &a;
        }
        return nullptr;
    }

    void rename_column(table_definition& t) {
        const table_definition* before = of_a(t);
        column_definition& c = random_.of(t.columns);
        const std::string was = c.name;
        if (before == nullptr || was == mark) return;
        if (std::ranges::none_of(before->columns, [&](const auto& x) { return x.name == was; })) return;
        const std::string now = build_.fresh("c");
        forget(was);
        const auto name = [&](std::string& text) {
            if (text == was) text = now;
        };
        const auto in = [&](std::string& sql) { replace(sql, q(was, dialect_), q(now, dialect_)); };
        for (column_definition& other : t.columns) {
            name(other.name);
            in(other.generated_sql);
        }
        std::ranges::for_each(t.primary_key.columns, name);
        for (auto& u : t.uniques) std::ranges::for_each(u.columns, name);
        for (auto& k : t.foreign_keys) std::ranges::for_each(k.columns, name);
        for (auto& k : t.checks) {
            name(k.column);
            in(k.sql);
        }
        for (auto& i : t.indexes) {
            in(i.where);
            for (auto& p : i.parts) {
                name(p.column);
                in(p.expression);
            }
        }
        for (table_definition& other : pair_.b.tables) {
            for (auto& key : other.foreign_keys) {
                if (key.table == t.name) std::ranges::for_each(key.target_columns, name);
            }
        }
        pair_.renames.renamed_columns.push_back({"", t.name, was, now});
    }

    [[nodiscard]] static bool strict(const table_definition& t) {
        return t.options.find("STRICT") != std::string::npos;
    }

    void add_column(table_definition& t) {
        column_definition c = build_.random_column(strict(t));
        t.columns.insert(t.columns.begin() + random_.below(static_cast<std::uint32_t>(t.columns.size() + 1)), c);
    }

    /// Whether anything but the column itself says its name.
    [[nodiscard]] bool named(const table_definition& t, const std::string& name) const {
        const auto in = [&](const std::vector<std::string>& list) {
            return std::ranges::find(list, name) != list.end();
        };
        const auto says = [&](const std::string& sql) { return sql.find(q(name, dialect_)) != std::string::npos; };
        return in(t.primary_key.columns) || is_reference(t, name) || is_target(pair_.b, t, name) ||
               std::ranges::any_of(t.uniques, [&](const auto& u) { return in(u.columns); }) ||
               std::ranges::any_of(t.checks, [&](const auto& c) { return says(c.sql); }) ||
               std::ranges::any_of(t.columns, [&](const auto& c) { return says(c.generated_sql); }) ||
               std::ranges::any_of(t.indexes, [&](const auto& i) {
                   return says(i.where) || std::ranges::any_of(i.parts, [&](const auto& p) {
                              return p.column == name || says(p.expression);
                          });
               });
    }

    /// With all that names it, where the way back can give it values.
    void drop_column(table_definition& t) {
        column_definition& c = random_.of(t.columns);
        const std::string name = c.name;
        const bool back = c.nullable || !c.generated_sql.empty();
        if (name == mark || !back || is_target(pair_.b, t, name)) return;
        const auto in = [&](const std::vector<std::string>& list) {
            return std::ranges::find(list, name) != list.end();
        };
        if (in(t.primary_key.columns)) return;
        const auto says = [&](const std::string& sql) { return sql.find(q(name, dialect_)) != std::string::npos; };
        if (std::ranges::any_of(t.columns, [&](const auto& x) { return says(x.generated_sql); })) return;
        if (!c.default_sql.empty() && named(t, name)) return;
        forget(name);
        std::erase_if(t.uniques, [&](const auto& u) { return in(u.columns); });
        std::erase_if(t.foreign_keys, [&](const auto& k) { return in(k.columns); });
        std::erase_if(t.checks, [&](const auto& k) { return k.column == name || says(k.sql); });
        std::erase_if(t.indexes, [&](const auto& i) {
            return says(i.where) ||
                   std::ranges::any_of(i.parts, [&](const auto& p) { return p.column == name || says(p.expression); });
        });
        std::erase_if(t.columns, [&](const auto& x) { return x.name == name; });
        std::erase_if(pair_.renames.renamed_columns, [&](const auto& r) { return r.table == t.name && r.to == name; });
    }

    void change_type(table_definition& t) {
        column_definition& c = random_.of(t.columns);
        if (c.name == mark || !is_numbered(c) || is_reference(t, c.name) || is_target(pair_.b, t, c.name) ||
            c.identity != sql::identity::none)
            return;
        // Conditions and expressions fit the type that they were made for.
        const bool spoken_of =
            std::ranges::any_of(
                t.columns,
                [&](const auto& x) { return x.generated_sql.find(q(c.name, dialect_)) != std::string::npos; }) ||
            std::ranges::any_of(t.checks,
                                [&](const auto& k) { return k.sql.find(q(c.name, dialect_)) != std::string::npos; }) ||
            std::ranges::any_of(t.indexes, [&](const auto& i) {
                return i.where.find(q(c.name, dialect_)) != std::string::npos ||
                       std::ranges::any_of(i.parts, [&](const auto& p) {
                           return p.expression.find(q(c.name, dialect_)) != std::string::npos ||
                                  (p.column == c.name && !p.collation.empty());
                       });
            });
        const bool family = !is_sqlite(dialect_) && is_text(c) && random_.one_in(2);
        if (spoken_of && !family) return;
        static const std::vector<std::string> numbered{
            "integer",       "bigint",          "text", "character varying(20)", "character varying(40)", "numeric",
            "numeric(12,2)", "double precision"};
        static const std::vector<std::string> texts{"text", "character varying(20)", "character varying(40)"};
        static const std::vector<std::string> loose{"INTEGER", "TEXT", "REAL", "NUMERIC"};
        static const std::vector<std::string> strict_ones{"INTEGER", "TEXT", "REAL"};
        const std::string type =
            is_sqlite(dialect_) ? random_.of(strict(t) ? strict_ones : loose) : random_.of(family ? texts : numbered);
        if (type == c.type || c.type == "BLOB") return;
        c.type = type;
        if (!is_text(c)) c.collation.clear();
        if (!c.default_sql.empty()) c.default_sql = build_.random_default(c);
    }

    void change_nullability(table_definition& t) {
        column_definition& c = random_.of(t.columns);
        if (c.name == mark || !c.generated_sql.empty() || c.identity != sql::identity::none) return;
        if (std::ranges::find(t.primary_key.columns, c.name) != t.primary_key.columns.end()) return;
        if (is_reference(t, c.name)) return;
        if ((!c.nullable && c.default_sql.empty()) || is_unique(t, c.name)) return;
        c.nullable = !c.nullable;
        if (!c.nullable && c.default_sql.empty() && random_.one_in(2)) c.default_sql = build_.random_default(c);
    }

    void change_default(table_definition& t) {
        column_definition& c = random_.of(t.columns);
        if (c.name == mark || !c.generated_sql.empty() || c.identity != sql::identity::none ||
            is_reference(t, c.name) || is_unique(t, c.name))
            return;
        if (!c.nullable && !c.default_sql.empty()) {
            c.default_sql = build_.random_default(c);
        } else if (c.nullable) {
            c.default_sql = c.default_sql.empty() ? build_.random_default(c) : std::string{};
        }
    }

    void change_generated(table_definition& t) {
        for (column_definition& c : t.columns) {
            if (c.generated_sql.empty()) continue;
            const std::size_t plus = c.generated_sql.rfind("+ ");
            c.generated_sql.replace(plus + 2, 1, std::to_string(random_.below(8) + 1));
            if (is_sqlite(dialect_) && random_.one_in(2)) c.stored = !c.stored;
            return;
        }
    }

    void change_collation(table_definition& t) {
        for (column_definition& c : t.columns) {
            if (!is_text(c) || is_reference(t, c.name) || is_target(pair_.b, t, c.name)) continue;
            c.collation = c.collation.empty() ? (is_sqlite(dialect_) ? "RTRIM" : "POSIX") : std::string{};
            return;
        }
    }

    void drop_unique(table_definition& t) {
        if (t.uniques.size() < 2) return;
        t.uniques.erase(t.uniques.begin() + 1 + random_.below(static_cast<std::uint32_t>(t.uniques.size() - 1)));
    }

    template <class T>
    void drop_one(std::vector<T>& list) {
        if (list.empty()) return;
        list.erase(list.begin() + random_.below(static_cast<std::uint32_t>(list.size())));
    }

    void change_reference(table_definition& t) {
        if (t.foreign_keys.empty()) return;
        auto& key = random_.of(t.foreign_keys);
        if (random_.one_in(3)) return drop_one(t.foreign_keys);
        static const std::vector<std::string> actions{"", "CASCADE", "SET NULL", "RESTRICT"};
        key.on_delete = random_.of(actions);
        if (random_.one_in(3))
            key.deferring = key.deferring == sql::deferring::never ? sql::deferring::at_commit : sql::deferring::never;
    }

    void change_index(table_definition& t) {
        if (t.indexes.empty()) return;
        auto& i = random_.of(t.indexes);
        if (random_.one_in(2)) i.parts.front().descending = !i.parts.front().descending;
        if (random_.one_in(2)) i.where = i.where.empty() ? q(std::string{mark}, dialect_) + " > 2" : std::string{};
    }

    void add_table() {
        pair_.b.tables.push_back(build_.random_table());
        build_.furnish(pair_.b.tables.back());
    }

    void drop_table(table_definition& t) {
        const std::string name = t.name;
        // Rows of A that refer to it would stand in the way back.
        const table_definition* before = of_a(t);
        for (const table_definition& other : pair_.a.tables) {
            if (before == nullptr || other.name == before->name) continue;
            for (const auto& key : other.foreign_keys) {
                if (key.table == before->name) return;
            }
        }
        forget(name);
        for (table_definition& other : pair_.b.tables) {
            if (other.name == name) continue;
            std::erase_if(other.foreign_keys, [&](const auto& k) { return k.table == name; });
        }
        std::erase_if(pair_.renames.renamed_tables, [&](const auto& r) { return r.to == name; });
        std::erase_if(pair_.renames.renamed_columns, [&](const auto& r) { return r.table == name; });
        std::erase_if(pair_.b.tables, [&](const auto& x) { return x.name == name; });
    }

    /// Another column becomes the key; the old one stays, as an ordinary column.
    void change_key(table_definition& t) {
        if (std::ranges::any_of(t.primary_key.columns, [&](const auto& c) { return is_target(pair_.b, t, c); })) return;
        if (t.options.find("ROWID") != std::string::npos) return;
        for (column_definition& c : t.columns) c.identity = sql::identity::none;
        t.primary_key = {};
        if (random_.one_in(3)) return;
        t.primary_key.columns = {std::string{mark}};
        const column_definition* other = build_.any_column(
            t, [&](const column_definition& c) { return !c.nullable && can_be_unique(c) && c.name != mark; });
        if (other != nullptr)
            t.primary_key.columns.push_back(other->name);
        else if (is_sqlite(dialect_))
            find_column(t, std::string{mark})->identity = sql::identity::by_default;
    }

    void change_options(table_definition& t) {
        if (!is_sqlite(dialect_)) {
            t.comment = t.comment.empty() ? "other" : "";
            return;
        }
        const bool counted =
            std::ranges::any_of(t.columns, [](const auto& c) { return c.identity != sql::identity::none; });
        if (counted) {
            for (column_definition& c : t.columns) {
                if (c.identity == sql::identity::none) continue;
                c.identity =
                    c.identity == sql::identity::never_again ? sql::identity::by_default : sql::identity::never_again;
            }
        } else if (t.options.empty() && !t.primary_key.columns.empty()) {
            t.options = "WITHOUT ROWID";
        } else if (t.options == "WITHOUT ROWID") {
            t.options.clear();
        }
    }

    void drop_view() {
        if (pair_.b.views.empty()) return;
        const std::string name = random_.of(pair_.b.views).name;
        std::erase_if(pair_.b.views, [&](const auto& v) { return v.name == name; });
        forget(name);
    }

    void change_rest(table_definition& t) {
        switch (random_.below(4)) {
            case 0:
                return drop_one(t.triggers);
            case 1:
                return build_.add_trigger(t);
            case 2: {
                if (pair_.b.views.empty()) return;
                auto& v = random_.of(pair_.b.views);
                const std::size_t at = v.sql.rfind(", ");
                v.sql.replace(at + 2, 1, std::to_string(random_.below(9)));
                return;
            }
            default:
                if (is_sqlite(dialect_) || pair_.b.enums.empty()) return;
                auto& labels = pair_.b.enums.front().labels;
                if (random_.one_in(2)) {
                    labels.insert(labels.begin() + random_.below(static_cast<std::uint32_t>(labels.size() + 1)),
                                  "mood" + std::to_string(random_.below(1000)));
                } else if (labels.back() == "wild") {
                    labels.pop_back();
                }
        }
    }

    pair& pair_;
    dice& random_;
    const sql::dialect& dialect_;
    builder build_;
};

}  // namespace

schema::catalogue random_catalogue(std::uint64_t seed, const sql::dialect& d) {
    dice random{seed};
    schema::catalogue all;
    if (!is_sqlite(d)) {
        if (random.one_in(2)) all.enums.push_back({.name = "mood", .labels = {"calm", "glad", "wild"}});
        all.others.push_back({"FUNCTION", "", "harm",
                              "CREATE OR REPLACE FUNCTION harm() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
                              "EXCEPTION 'a row was removed'; END $$"});
    }
    builder build{all, random, d};
    const std::uint32_t tables = 1 + random.below(4);
    for (std::uint32_t i = 0; i < tables; ++i) all.tables.push_back(build.random_table());
    for (table_definition& t : all.tables) build.furnish(t);
    for (std::uint32_t i = random.below(3); i > 0; --i) build.add_view();
    return all;
}

void mutate(pair& p, std::uint64_t seed, const sql::dialect& d) {
    dice random{seed};
    mutation{p, random, d}.apply();
}

choice all_of(std::uint64_t seed) {
    dice random{seed + 7};
    choice c{.seed = seed};
    const std::uint32_t count = 1 + random.below(8);
    for (std::uint32_t i = 0; i < count; ++i) c.mutations.push_back(seed * 1000 + i);
    return c;
}

pair made(const choice& c, const sql::dialect& d) {
    pair p;
    p.a = random_catalogue(c.seed, d);
    for (const std::string& name : c.without) {
        const std::string quoted = q(name, d);
        std::erase_if(p.a.tables, [&](const auto& t) { return t.name == name; });
        for (table_definition& t : p.a.tables) {
            std::erase_if(t.foreign_keys, [&](const auto& k) { return k.table == name; });
            std::erase_if(t.triggers, [&](const auto& g) { return g.sql.find(quoted) != std::string::npos; });
        }
        std::erase_if(p.a.views, [&](const auto&) { return true; });
    }
    p.b = p.a;
    for (const std::uint64_t seed : c.mutations) mutate(p, seed, d);
    return p;
}

const sql::table_definition* successor(const pair& p, const table_definition& t) {
    std::string name = t.name;
    for (const auto& r : p.renames.renamed_tables) {
        if (r.from == name) name = r.to;
    }
    return p.b.find_table("", name);
}

const sql::column_definition* successor(const pair& p, const table_definition& t, const column_definition& c) {
    const table_definition* after = successor(p, t);
    if (after == nullptr) return nullptr;
    std::string name = c.name;
    for (const auto& r : p.renames.renamed_columns) {
        if (r.table == after->name && r.from == name) name = r.to;
    }
    for (const column_definition& x : after->columns) {
        if (x.name == name) return &x;
    }
    return nullptr;
}

}  // namespace kin::test
