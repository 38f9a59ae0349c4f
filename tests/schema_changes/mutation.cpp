// What may become of a catalogue: one change of one thing, with all that hangs on it.
#include "builder.hpp"

namespace kin::test {

namespace {

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
        in(t.primary_key.sql);
        for (auto& u : t.uniques) {
            std::ranges::for_each(u.columns, name);
            in(u.sql);
        }
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

    [[nodiscard]] static bool is_indexed(const table_definition& t, const std::string& column) {
        return is_unique(t, column) || std::ranges::any_of(t.indexes, [&](const auto& i) {
                   return std::ranges::any_of(i.parts, [&](const auto& p) { return p.column == column; });
               });
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
                                  (p.column == c.name && (!p.collation.empty() || !p.operator_class.empty()));
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
        static const std::vector<std::string> of_mariadb{"int",         "bigint",        "longtext",      "varchar(20)",
                                                         "varchar(40)", "decimal(20,4)", "decimal(12,2)", "double"};
        static const std::vector<std::string> texts_of_mariadb{"longtext", "varchar(20)", "varchar(40)"};
        const std::string type = is_sqlite(dialect_)    ? random_.of(strict(t) ? strict_ones : loose)
                                 : is_mariadb(dialect_) ? random_.of(family ? texts_of_mariadb : of_mariadb)
                                                        : random_.of(family ? texts : numbered);
        if (type == c.type || c.type == "BLOB") return;
        if (type == "longtext" && is_indexed(t, c.name)) return;
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
        c.options.clear();
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
            if (!is_postgresql(dialect_) && random_.one_in(2)) c.stored = !c.stored;
            return;
        }
    }

    void change_collation(table_definition& t) {
        for (column_definition& c : t.columns) {
            if (!is_text(c) || is_reference(t, c.name) || is_target(pair_.b, t, c.name)) continue;
            c.collation = c.collation.empty() ? builder::collations(dialect_)[1] : std::string{};
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
        if (!is_mariadb(dialect_) && random_.one_in(3))
            key.deferring = key.deferring == sql::deferring::never ? sql::deferring::at_commit : sql::deferring::never;
    }

    void change_index(table_definition& t) {
        if (t.indexes.empty()) return;
        auto& i = random_.of(t.indexes);
        if (random_.one_in(2)) i.parts.front().descending = !i.parts.front().descending;
        if (!is_mariadb(dialect_) && random_.one_in(2))
            i.where = i.where.empty() ? q(std::string{mark}, dialect_) + " > 2" : std::string{};
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
                if (!is_postgresql(dialect_) || pair_.b.enums.empty()) return;
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

void mutate(pair& p, std::uint64_t seed, const sql::dialect& d) {
    dice random{seed};
    mutation{p, random, d}.apply();
}

}  // namespace kin::test
