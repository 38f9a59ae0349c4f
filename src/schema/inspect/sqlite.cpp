// SQLite's catalogue: sqlite_master joined with the pragmas that stand for tables, and for what they do not tell the
// text of each CREATE TABLE.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <unordered_map>
#include <utility>

#include "reading.hpp"
#include "table_text.hpp"

namespace kin::schema {

namespace {

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}
/// SQLite's names are equal where their ASCII letters are, in either case.
bool same_name(std::string_view a, std::string_view b) { return lower(a) == lower(b); }

/// One database of a connection: "main", "temp", or an attached one.
class sqlite_reader {
  public:
    sqlite_reader(engine::connection& on, const inspect_options& options, std::string database, catalogue& into)
        : on_{on}, options_{options}, database_{std::move(database)}, into_{into} {
        if (database_ != "main") schema_ = database_;
    }

    void read() {
        read_master();
        if (has_virtual_) leave_out_shadows();
        number_tables();
        read_columns("table");
        try {
            read_columns("view");
        } catch (const database_error&) {
            // A view whose tables are gone: SQLite tells nothing of any of them then, so each is asked for by itself.
            read_views_one_by_one();
        }
        read_indexes();
        read_foreign_keys();
        for (auto& [table, text] : tables_) finish(table, text);
        for (auto& [table, text] : tables_) into_.tables.push_back(std::move(table));
        resolve_targets();
    }

  private:
    using table = std::pair<sql::table_definition, table_text>;
    struct index_row {
        int number = 0;  // of those that constraints brought: sqlite_autoindex_table_number
        bool unique = false;
        std::string origin{};  // of its index: c, u, pk
        std::vector<sql::index_part> parts{};
    };

    [[nodiscard]] std::string master() const { return in_quotes(database_, '"') + ".sqlite_master"; }
    /// Rows of a pragma for each table (or view).
    [[nodiscard]] std::string each(std::string_view columns, std::string_view type, std::string_view pragmas,
                                   std::string_view more = {}) const {
        std::string sql = "SELECT m.name";
        sql.append(columns).append(" FROM ").append(master()).append(" m ").append(pragmas);
        sql.append(" WHERE m.type = '").append(type).append("' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
        return sql.append(" AND m.sql NOT LIKE 'CREATE VIRTUAL%'").append(more);
    }
    [[nodiscard]] std::string pragma(std::string_view name, std::string_view argument) const {
        return "JOIN pragma_" + std::string{name} + "(" + std::string{argument} + ", " + in_quotes(database_, '\'') +
               ") ";
    }

    void read_master() {
        catalogue_rows rows{on_, "SELECT type, name, tbl_name, sql FROM " + master() + " ORDER BY rowid"};
        while (rows.next()) {
            const std::string type = rows.text(0);
            const std::string name = rows.text(1);
            const std::string of = rows.text(2);
            if (of.starts_with("sqlite_") || rows.is_null(3) || !wanted(options_, schema_, of)) continue;
            const std::string sql = rows.text(3);
            if (type == "index") {
                indexes_of_[lower(of)].emplace_back(name, sql);
            } else if (type == "trigger") {
                triggers_of_[lower(of)].push_back({name, sql});
            } else if (type == "view") {
                into_.views.push_back({.schema = schema_, .name = name, .sql = sql});
            } else if (lower(sql.substr(0, 14)) == "create virtual") {
                has_virtual_ = true;
                if (options_.tables.empty() || wanted(options_, schema_, name)) {
                    into_.others.push_back({.what = "VIRTUAL TABLE", .schema = schema_, .name = name, .sql = sql});
                }
            } else {
                tables_.emplace_back(sql::table_definition{.schema = schema_, .name = name}, parse_create_table(sql));
            }
        }
    }

    /// Tables in which virtual ones keep what they hold, which nobody else makes or reads.
    void leave_out_shadows() {
        catalogue_rows rows{
            on_, "SELECT name FROM pragma_table_list WHERE type = 'shadow' AND schema = " + in_quotes(database_, '\'')};
        while (rows.next()) {
            const std::string name = rows.text(0);
            std::erase_if(tables_, [&](const table& t) { return t.first.name == name; });
        }
    }

    void number_tables() {
        for (std::size_t i = 0; i < tables_.size(); ++i) table_at_.emplace(lower(tables_[i].first.name), i);
        for (sql::view_definition& v : into_.views) {
            if (v.schema == schema_) v.triggers = std::move(triggers_of_[lower(v.name)]);
        }
    }

    table* find(const std::string& name) {
        const auto found = table_at_.find(lower(name));
        return found == table_at_.end() ? nullptr : &tables_[found->second];
    }
    sql::view_definition* find_view(std::string_view name) {
        const auto found = std::ranges::find_if(
            into_.views, [&](const sql::view_definition& v) { return v.schema == schema_ && v.name == name; });
        return found == into_.views.end() ? nullptr : &*found;
    }

    static constexpr std::string_view column_fields = ", c.name, c.type, c.\"notnull\", c.dflt_value, c.pk, c.hidden";

    void read_columns(std::string_view type) {
        for (sql::view_definition& v : into_.views) {
            if (type == "view" && v.schema == schema_) v.columns.clear();
        }
        catalogue_rows rows{
            on_, each(column_fields, type, pragma("table_xinfo", "m.name") + "c", " ORDER BY m.rowid, c.cid")};
        while (rows.next()) add_column(rows, type == "view");
    }

    void read_views_one_by_one() {
        for (sql::view_definition& v : into_.views) {
            if (v.schema != schema_) continue;
            v.columns.clear();
            try {
                catalogue_rows rows{on_, each(column_fields, "view", pragma("table_xinfo", "m.name") + "c",
                                              " AND m.name = " + in_quotes(v.name, '\'') + " ORDER BY c.cid")};
                while (rows.next()) add_column(rows, true);
            } catch (const database_error&) {
                v.columns.clear();  // nobody can read it, so it has none
            }
        }
    }

    void add_column(catalogue_rows& rows, bool of_view) {
        const std::string of = rows.text(0);
        const std::int64_t hidden = rows.number(6);
        sql::column_definition c{.name = rows.text(1), .type = rows.text(2), .nullable = rows.number(3) == 0};
        if (of_view) {
            if (sql::view_definition* v = find_view(of)) v->columns.push_back(std::move(c));
            return;
        }
        table* t = find(of);
        if (t == nullptr) return;
        auto& [definition, text] = *t;
        const auto written =
            std::ranges::find_if(text.columns, [&](const auto& w) { return same_name(w.name, c.name); });
        if (written != text.columns.end()) {
            c.default_sql = written->default_sql;
            c.generated_sql = written->generated_sql;
            c.collation = written->collation;
            c.options = written->options;
        } else if (!rows.is_null(4)) {
            c.default_sql = '(' + rows.text(4) + ')';
        }
        if (hidden == 2) c.stored = false;
        if (const auto place = static_cast<std::size_t>(rows.number(5)); place > 0) {
            auto& key = definition.primary_key.columns;
            if (key.size() < place) key.resize(place);
            key[place - 1] = c.name;
        }
        definition.columns.push_back(std::move(c));
    }

    void read_indexes() {
        // By table and name; those that constraints brought have no text of their own.
        std::map<std::pair<std::string, std::string>, index_row> all;
        catalogue_rows rows{on_, each(", l.name, l.\"unique\", l.origin, x.cid, x.name, x.\"desc\", x.coll", "table",
                                      pragma("index_list", "m.name") + "l " + pragma("index_xinfo", "l.name") + "x",
                                      " AND x.\"key\" = 1 ORDER BY m.rowid, l.seq, x.seqno")};
        while (rows.next()) {
            const std::string name = rows.text(1);
            index_row& i = all[{lower(rows.text(0)), name}];
            i.unique = rows.number(2) != 0;
            i.origin = rows.text(3);
            if (i.origin != "c") i.number = std::atoi(name.c_str() + name.rfind('_') + 1);
            const std::int64_t place = rows.number(4);
            i.parts.push_back({.column = place == -1 ? "rowid" : rows.text(5),
                               .descending = rows.number(6) != 0,
                               .collation = rows.text(7)});
        }
        for (auto& [definition, text] : tables_) add_indexes(definition, text, all);
    }

    void add_indexes(sql::table_definition& definition, const table_text& text,
                     std::map<std::pair<std::string, std::string>, index_row>& all) {
        const std::string of = lower(definition.name);
        std::vector<index_row> constraints;
        const auto first = all.lower_bound({of, {}});
        for (auto i = first; i != all.end() && i->first.first == of; ++i) {
            if (i->second.origin == "u") constraints.push_back(i->second);
            if (i->second.origin == "pk") key_has_index_.push_back(&definition);
        }
        std::ranges::sort(constraints, [](const auto& a, const auto& b) { return a.number < b.number; });
        for (const index_row& i : constraints) definition.uniques.push_back(constraint(i, text));
        // The index of the key is that of a UNIQUE of the same columns, whose ON CONFLICT then is the key's.
        for (const sql::unique_definition& u : text.uniques) {
            const bool of_the_key = !key_has_index_.empty() && key_has_index_.back() == &definition &&
                                    std::ranges::equal(u.columns, definition.primary_key.columns, same_name);
            if (of_the_key && !u.sql.empty()) definition.uniques.push_back(u);
        }
        for (const auto& [name, sql] : indexes_of_[of]) {
            const auto found = all.find({of, name});
            if (found == all.end()) continue;
            definition.indexes.push_back(index(definition, name, parse_create_index(sql), found->second));
        }
    }

    static sql::unique_definition constraint(const index_row& i, const table_text& text) {
        sql::unique_definition key;
        for (const sql::index_part& p : i.parts) key.columns.push_back(p.column);
        // Several of the same columns share one index, and the ON CONFLICT that one of them says.
        for (const sql::unique_definition& u : text.uniques) {
            if (!std::ranges::equal(u.columns, key.columns, same_name)) continue;
            if (key.name.empty()) key.name = u.name;
            if (key.sql.empty()) key.sql = u.sql;
        }
        return key;
    }

    static sql::index_definition index(const sql::table_definition& of, const std::string& name, const index_text& text,
                                       const index_row& row) {
        sql::index_definition i{.name = name, .parts = row.parts, .unique = row.unique, .where = text.where};
        for (std::size_t p = 0; p < i.parts.size(); ++p) {
            sql::index_part& part = i.parts[p];
            std::string usual = "BINARY";
            for (const sql::column_definition& c : of.columns) {
                if (c.name == part.column && !c.collation.empty()) usual = c.collation;
            }
            if (same_name(part.collation, usual)) part.collation.clear();
            if (part.column.empty() && p < text.parts.size()) part.expression = without_parentheses(text.parts[p]);
        }
        return i;
    }

    void read_foreign_keys() {
        std::unordered_map<std::string, std::map<std::int64_t, sql::foreign_key_definition>> all;
        {
            catalogue_rows rows{on_,
                                each(", k.id, k.\"from\", k.\"to\", k.\"table\", k.on_delete, k.on_update", "table",
                                     pragma("foreign_key_list", "m.name") + "k", " ORDER BY m.rowid, k.id, k.seq")};
            const auto action = [](std::string text) { return text == "NO ACTION" ? std::string{} : text; };
            while (rows.next()) {
                sql::foreign_key_definition& key = all[lower(rows.text(0))][rows.number(1)];
                key.columns.push_back(rows.text(2));
                if (!rows.is_null(3)) key.target_columns.push_back(rows.text(3));
                key.schema = schema_;
                key.table = rows.text(4);
                key.on_delete = action(rows.text(5));
                key.on_update = action(rows.text(6));
            }
        }
        for (auto& [definition, text] : tables_) {
            auto& keys = all[lower(definition.name)];
            for (auto k = keys.rbegin(); k != keys.rend(); ++k) {  // numbered from the last to the first
                const std::size_t place = definition.foreign_keys.size();
                if (keys.size() == text.foreign_keys.size()) {
                    k->second.name = text.foreign_keys[place].name;
                    k->second.deferring = text.foreign_keys[place].deferring;
                }
                definition.foreign_keys.push_back(std::move(k->second));
            }
        }
    }

    /// What the pragmas do not tell at all.
    void finish(sql::table_definition& definition, table_text& text) {
        definition.primary_key.name = text.primary_key.name;
        definition.primary_key.sql = text.primary_key.sql;
        definition.checks = text.checks;
        definition.other_constraints = text.others;
        definition.options = text.options;
        definition.triggers = std::move(triggers_of_[lower(definition.name)]);
        const bool own_index = std::ranges::find(key_has_index_, &definition) != key_has_index_.end();
        if (definition.primary_key.columns.size() != 1 || own_index) return;
        // A key of one column without an index is the rowid, whatever its text says.
        for (sql::column_definition& c : definition.columns) {
            if (c.name != definition.primary_key.columns[0]) continue;
            c.type = "INTEGER";
            c.nullable = false;
            const auto counted = std::ranges::any_of(
                text.columns, [&](const column_text& w) { return w.autoincrement && same_name(w.name, c.name); });
            c.identity = counted ? sql::identity::never_again : sql::identity::by_default;
        }
    }

    /// Names of targets as they are spelled where they are, and the columns of a key that names none.
    void resolve_targets() {
        std::unordered_map<std::string, const sql::table_definition*> by_name;
        for (const sql::table_definition& t : into_.tables) {
            if (t.schema == schema_) by_name.emplace(lower(t.name), &t);
        }
        for (sql::table_definition& t : into_.tables) {
            if (t.schema != schema_) continue;
            for (sql::foreign_key_definition& key : t.foreign_keys) {
                spell(key.columns, t);
                const auto target = by_name.find(lower(key.table));
                if (target == by_name.end()) continue;
                key.table = target->second->name;
                spell(key.target_columns, *target->second);
                if (!key.target_columns.empty()) continue;
                const auto& columns = target->second->primary_key.columns;
                if (columns.size() == key.columns.size()) key.target_columns = columns;
            }
            for (sql::check_definition& c : t.checks) {
                std::vector<std::string> one{c.column};
                spell(one, t);
                c.column = one[0];
            }
        }
    }
    static void spell(std::vector<std::string>& names, const sql::table_definition& as_in) {
        for (std::string& name : names) {
            for (const sql::column_definition& c : as_in.columns) {
                if (same_name(c.name, name)) name = c.name;
            }
        }
    }

    engine::connection& on_;
    const inspect_options& options_;
    std::string database_;
    std::string schema_{};
    catalogue& into_;
    bool has_virtual_ = false;
    std::vector<table> tables_{};
    std::unordered_map<std::string, std::size_t> table_at_{};  // by names in lower case, as the others
    std::unordered_map<std::string, std::vector<std::pair<std::string, std::string>>> indexes_of_{};
    std::unordered_map<std::string, std::vector<sql::trigger_definition>> triggers_of_{};
    std::vector<const sql::table_definition*> key_has_index_{};
};

}  // namespace

catalogue inspect_sqlite(engine::connection& on, const inspect_options& options, const site& where) {
    catalogue all;
    if (options.schemas.empty()) {
        sqlite_reader{on, options, "main", all}.read();
        return all;
    }
    std::vector<std::string> there;
    {
        catalogue_rows rows{on, "SELECT name FROM pragma_database_list"};
        while (rows.next()) there.push_back(rows.text(0));
    }
    for (const std::string& database : options.schemas) {
        if (std::ranges::find(there, database) == there.end() && database != "temp") {
            throw usage_error{"there is no schema \"" + database + "\" to inspect, only " + listed(there),
                              {.where = where}};
        }
        sqlite_reader{on, options, database, all}.read();
    }
    return all;
}

}  // namespace kin::schema
