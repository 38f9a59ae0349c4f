// A rename is an entry of a list; whoever mentions a name is told the new one.
#include "renames.hpp"

#include <algorithm>
#include <iterator>

#include "matching.hpp"
#include "tokens.hpp"

namespace kin::schema::comparing {

namespace {

/// What a table of `from` is called afterwards.
const std::string& name_after(const sql::table_definition& t, const compare_options& o, const sql::dialect& d) {
    const auto found = std::ranges::find_if(
        o.renamed_tables, [&](const renamed_table& r) { return r.schema == t.schema && same_name(r.from, t.name, d); });
    return found == o.renamed_tables.end() ? t.name : found->to;
}

[[noreturn]] void refuse(const std::string& what, const std::string& why, const site& where) {
    throw mapping_error{what + " cannot be a rename: " + why, {.where = where}};
}

/// The new name of a column of the table that is called `table` afterwards.
const std::string* renamed(const compare_options& o, const std::string& schema, const std::string& table,
                           const std::string& column, const sql::dialect& d) {
    for (const renamed_column& r : o.renamed_columns) {
        if (r.schema == schema && same_name(r.table, table, d) && same_name(r.from, column, d)) return &r.to;
    }
    return nullptr;
}

class renaming {
  public:
    renaming(const compare_options& o, const sql::dialect& d) : options_{o}, dialect_{d} {
        for (const renamed_table& r : o.renamed_tables) tables_.push_back({r.from, r.to});
    }

    /// `t` is still called as before.
    void apply(sql::table_definition& t) const {
        const std::string after = name_after(t, options_, dialect_);
        std::vector<new_name> columns;
        for (const renamed_column& r : options_.renamed_columns) {
            if (r.schema == t.schema && same_name(r.table, after, dialect_)) columns.push_back({r.from, r.to});
        }
        const auto in_sql = [&](std::string& sql) { sql = with_names(sql, columns, dialect_); };
        const auto in_lists = [&](std::string& sql) { sql = with_names_in_brackets(sql, columns, dialect_); };
        const auto name = [&](std::string& column) { rename(column, t.schema, after); };
        const auto names = [&](std::vector<std::string>& list) { std::ranges::for_each(list, name); };
        for (sql::column_definition& c : t.columns) {
            name(c.name);
            in_sql(c.generated_sql);
        }
        names(t.primary_key.columns);
        in_lists(t.primary_key.sql);
        for (sql::unique_definition& u : t.uniques) {
            names(u.columns);
            in_lists(u.sql);
        }
        for (sql::check_definition& c : t.other_constraints) in_lists(c.sql);
        for (sql::check_definition& c : t.checks) {
            in_sql(c.sql);
            name(c.column);
        }
        for (sql::index_definition& i : t.indexes) {
            for (sql::index_part& p : i.parts) {
                name(p.column);
                in_sql(p.expression);
            }
            in_sql(i.where);
            names(i.included);
        }
        for (sql::foreign_key_definition& key : t.foreign_keys) {
            names(key.columns);
            key_sql(key, columns);
            name_again(key, t.name, after);
            target(key);
        }
        std::vector<new_name> all = columns;
        std::ranges::copy(tables_, std::back_inserter(all));
        for (sql::trigger_definition& trigger : t.triggers) trigger.sql = with_names(trigger.sql, all, dialect_);
        for (std::string& sql : t.kept) sql = with_names(sql, all, dialect_);
        t.name = after;
    }

    void apply(sql::view_definition& v) const {
        v.sql = with_names(v.sql, tables_, dialect_);
        for (sql::trigger_definition& t : v.triggers) t.sql = with_names(t.sql, tables_, dialect_);
        for (std::string& sql : v.kept) sql = with_names(sql, tables_, dialect_);
    }

  private:
    void rename(std::string& column, const std::string& schema, const std::string& table) const {
        if (const std::string* now = renamed(options_, schema, table, column, dialect_)) column = *now;
    }

    /// FOREIGN KEY (own) REFERENCES target (its own) … SET NULL (own); before the target's name in it is replaced.
    void key_sql(sql::foreign_key_definition& key, const std::vector<new_name>& own) const {
        if (key.sql.empty()) return;
        std::vector<new_name> targets;
        for (const renamed_column& r : options_.renamed_columns) {
            const std::string* before = &r.table;
            for (const renamed_table& t : options_.renamed_tables) {
                if (t.schema == r.schema && same_name(t.to, r.table, dialect_)) before = &t.from;
            }
            if (r.schema == key.schema && same_name(*before, key.table, dialect_)) targets.push_back({r.from, r.to});
        }
        std::size_t name = key.sql.size();  // of the target, its columns, and what is behind them
        std::size_t list = key.sql.size();
        std::size_t rest = key.sql.size();
        for (const token& t : tokens_of(key.sql, dialect_)) {
            if (t.is("references") && name == key.sql.size()) name = t.end;
            if (t.is("(") && t.begin > name && list == key.sql.size()) list = t.begin;
            if (t.is(")") && t.begin > name && rest == key.sql.size()) rest = t.end;
        }
        key.sql = with_names_in_brackets(key.sql.substr(0, name), own, dialect_) +
                  with_names(key.sql.substr(name, list - name), tables_, dialect_) +
                  with_names_in_brackets(key.sql.substr(list, rest - list), targets, dialect_) +
                  with_names_in_brackets(key.sql.substr(rest), own, dialect_);
    }

    /// InnoDB renames the keys that it has named itself, after their table.
    void name_again(sql::foreign_key_definition& key, const std::string& was, const std::string& now) const {
        const std::string made = was + "_ibfk_";
        if (dialect_.whole_columns && key.name.starts_with(made)) key.name = now + key.name.substr(was.size());
    }

    void target(sql::foreign_key_definition& key) const {
        for (const renamed_table& r : options_.renamed_tables) {
            if (r.schema != key.schema || !same_name(r.from, key.table, dialect_)) continue;
            key.table = r.to;
            break;
        }
        for (std::string& column : key.target_columns) rename(column, key.schema, key.table);
    }

    const compare_options& options_;
    const sql::dialect& dialect_;
    std::vector<new_name> tables_;
};

void flatten(std::string& schema, std::string& name) {
    if (!schema.empty()) name = schema + '.' + name;
    schema.clear();
}

}  // namespace

catalogue without_schemas(catalogue all, const sql::dialect& d) {
    if (d.schemas) return all;
    for (sql::table_definition& t : all.tables) {
        flatten(t.schema, t.name);
        for (sql::foreign_key_definition& key : t.foreign_keys) flatten(key.schema, key.table);
    }
    for (sql::view_definition& v : all.views) flatten(v.schema, v.name);
    return all;
}

compare_options without_schemas(compare_options o, const sql::dialect& d) {
    if (d.schemas) return o;
    for (renamed_table& r : o.renamed_tables) {
        if (!r.schema.empty()) r.from = r.schema + '.' + r.from;
        flatten(r.schema, r.to);
    }
    for (renamed_column& r : o.renamed_columns) flatten(r.schema, r.table);
    return o;
}

compare_options pending_renames(const catalogue& from, const catalogue& to, const compare_options& said,
                                const sql::dialect& d, const site& where) {
    compare_options pending = said;
    const auto leaves_table = [&](const renamed_table& r) {
        return std::ranges::any_of(said.renamed_tables, [&](const renamed_table& other) {
            return other.schema == r.schema && same_name(other.from, r.to, d);
        });
    };
    std::erase_if(pending.renamed_tables, [&](const renamed_table& r) {
        if (table_in(to, r.schema, r.to, d) == nullptr)
            refuse("\"" + r.from + "\" to \"" + r.to + "\"", "there is to be no table \"" + r.to + "\"", where);
        if (table_in(from, r.schema, r.from, d) == nullptr) return true;
        return table_in(from, r.schema, r.to, d) != nullptr && !leaves_table(r);
    });
    std::erase_if(pending.renamed_columns, [&](const renamed_column& r) {
        const sql::table_definition* wanted = table_in(to, r.schema, r.table, d);
        if (wanted == nullptr || column_in(*wanted, r.to, d) == nullptr) {
            refuse("\"" + r.table + "\".\"" + r.from + "\" to \"" + r.to + "\"",
                   "there is to be no column \"" + r.to + "\" in a table \"" + r.table + "\"", where);
        }
        const auto had = std::ranges::find_if(from.tables, [&](const sql::table_definition& t) {
            return t.schema == r.schema && same_name(name_after(t, pending, d), r.table, d);
        });
        if (had == from.tables.end() || column_in(*had, r.from, d) == nullptr) return true;
        return column_in(*had, r.to, d) != nullptr && renamed(said, r.schema, r.table, r.to, d) == nullptr;
    });
    return pending;
}

compare_options renames_in(std::span<const difference> all) {
    compare_options found;
    for (const difference& d : all) {
        if (d.what == change::table_renamed) found.renamed_tables.push_back({d.schema, d.was, d.wanted});
        if (d.what == change::column_renamed) found.renamed_columns.push_back({d.schema, d.table, d.was, d.wanted});
    }
    return found;
}

catalogue with_renames(catalogue from, const compare_options& pending, const sql::dialect& d) {
    if (pending.renamed_tables.empty() && pending.renamed_columns.empty()) return from;
    const renaming all{pending, d};
    for (sql::table_definition& t : from.tables) all.apply(t);
    for (sql::view_definition& v : from.views) all.apply(v);
    return from;
}

}  // namespace kin::schema::comparing
