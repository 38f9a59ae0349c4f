// A catalogue as statements.
#include <kin/schema/catalogue.hpp>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include <kin/sql/compiler.hpp>

#include "order.hpp"

namespace kin::schema {

namespace {

template <class T>
const T* find(const std::vector<T>& list, std::string_view schema, std::string_view name) noexcept {
    const auto found = std::ranges::find_if(list, [&](const T& t) { return t.name == name && t.schema == schema; });
    return found == list.end() ? nullptr : &*found;
}

/// Adds what is no empty text, as a dialect's that has no such statement is.
class statement_list {
  public:
    void add(std::string sql) {
        if (!sql.empty()) all_.push_back(std::move(sql));
    }
    void add(const std::vector<std::string>& list) {
        for (const std::string& sql : list) add(sql);
    }
    [[nodiscard]] std::vector<std::string> take() { return std::move(all_); }

  private:
    std::vector<std::string> all_{};
};

void add_schemas(statement_list& out, const catalogue& all, const creation_order& ordered, const sql::dialect& d) {
    std::unordered_set<std::string_view> made;
    const auto need = [&](const std::string& schema) {
        // Always "if not exists": a schema is shared with tables that are not ours.
        if (!schema.empty() && made.insert(schema).second) out.add(sql::compile(sql::create_schema{schema, true}, d));
    };
    for (const sql::enum_definition& e : all.enums) need(e.schema);
    for (const sql::other_definition& o : all.others) need(o.schema);
    for (const sql::table_definition* t : ordered.tables) need(t->schema);
    for (const sql::view_definition& v : all.views) need(v.schema);
}

void add_indexes(statement_list& out, const std::string& schema, const std::string& table,
                 const std::vector<sql::index_definition>& indexes, const sql::dialect& d, bool if_not_exists) {
    for (const sql::index_definition& i : indexes) {
        out.add(sql::compile(sql::create_index{schema, table, i, if_not_exists, false}, d));
        if (!i.comment.empty()) out.add(sql::compile(sql::comment_on{"INDEX", schema, i.name, {}, i.comment}, d));
    }
}

void add_comments(statement_list& out, std::string_view what, const std::string& schema, const std::string& name,
                  const std::string& comment, const std::vector<sql::column_definition>& columns,
                  const sql::dialect& d) {
    if (!comment.empty()) out.add(sql::compile(sql::comment_on{std::string{what}, schema, name, {}, comment}, d));
    for (const sql::column_definition& c : columns) {
        if (!c.comment.empty()) out.add(sql::compile(sql::comment_on{"COLUMN", schema, name, c.name, c.comment}, d));
    }
}

void add_triggers(statement_list& out, const std::vector<sql::trigger_definition>& triggers) {
    for (const sql::trigger_definition& t : triggers) out.add(t.sql);
}

}  // namespace

const sql::table_definition* catalogue::find_table(std::string_view schema, std::string_view name) const noexcept {
    return find(tables, schema, name);
}

const sql::view_definition* catalogue::find_view(std::string_view schema, std::string_view name) const noexcept {
    return find(views, schema, name);
}

std::vector<std::string> create_statements(const catalogue& all, const sql::dialect& d, bool if_not_exists) {
    const creation_order ordered = order(all.tables);
    statement_list out;
    statement_list late_keys;
    add_schemas(out, all, ordered, d);
    for (const sql::enum_definition& e : all.enums) {
        out.add(sql::compile(sql::create_enum{e}, d));
        if (!e.comment.empty()) out.add(sql::compile(sql::comment_on{"TYPE", e.schema, e.name, {}, e.comment}, d));
    }
    const auto add_others = [&](other_place place) {
        for (const sql::other_definition& o : all.others) {
            if (place_of(o, all, d) == place) out.add(o.sql);
        }
    };
    add_others(other_place::before_tables);

    std::unordered_set<const sql::table_definition*> later{ordered.tables.begin(), ordered.tables.end()};
    for (const sql::table_definition* t : ordered.tables) {
        later.erase(t);
        sql::create_table made{*t, if_not_exists};
        std::erase_if(made.table.foreign_keys, [&](const sql::foreign_key_definition& key) {
            const bool waits = d.add_constraint && later.contains(all.find_table(key.schema, key.table));
            if (waits || !key.validated) {
                late_keys.add(sql::compile(sql::add_foreign_key{t->schema, t->name, if_not_exists, key}, d));
            }
            return waits || !key.validated;
        });
        out.add(sql::compile(made, d));
        add_indexes(out, t->schema, t->name, t->indexes, d, if_not_exists);
        add_comments(out, "TABLE", t->schema, t->name, t->comment, t->columns, d);
        out.add(t->kept);
    }
    out.add(late_keys.take());
    add_others(other_place::behind_tables);
    for (const sql::view_definition& v : all.views) {
        out.add(v.sql);
        add_indexes(out, v.schema, v.name, v.indexes, d, if_not_exists);
        add_comments(out, v.materialized ? "MATERIALIZED VIEW" : "VIEW", v.schema, v.name, v.comment, v.columns, d);
    }
    add_others(other_place::behind_views);
    for (const sql::view_definition& v : all.views) {
        add_triggers(out, v.triggers);
        out.add(v.kept);
    }
    for (const sql::table_definition* t : ordered.tables) add_triggers(out, t->triggers);
    return out.take();
}

}  // namespace kin::schema
