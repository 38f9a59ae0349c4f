// MariaDB's information_schema: tables, columns, keys, indexes, checks, triggers and views.
#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include <kin/sql/compiler.hpp>

#include "../compare/tokens.hpp"
#include "reading.hpp"

namespace kin::schema {

namespace {

/// As Kin's own tables compare text: what is not said of a column.
constexpr std::string_view usual_collation = "utf8mb4_nopad_bin";

/// InnoDB does the same for RESTRICT as for NO ACTION, and says it where nothing was said.
std::string rule(std::string said) { return said == "NO ACTION" || said == "RESTRICT" ? std::string{} : said; }

/// The server prints texts with backslashes in whatever sql_mode, `'it\'s\n'`, and Kin reads them without: as they are
/// written, with quotes doubled. Names are in quotes that double themselves.
std::string as_written(std::string_view sql) {
    std::string out;
    char quote = 0;
    for (std::size_t at = 0; at < sql.size(); ++at) {
        const char c = sql[at];
        if (quote == 0 && (c == '\'' || c == '"' || c == '`')) {
            quote = c;
        } else if (c == quote) {
            quote = 0;  // a doubled one begins the next part
        } else if (quote == '\'' && c == '\\' && at + 1 < sql.size()) {
            switch (const char next = sql[++at]) {
                case 'n':
                    out += '\n';
                    break;
                case 'r':
                    out += '\r';
                    break;
                case '0':
                    out += '\0';
                    break;
                case 'Z':
                    out += '\x1A';
                    break;
                case '\'':
                    out += "''";
                    break;
                default:
                    out += next;
            }
            continue;
        }
        out += c;
    }
    return out;
}

/// With names as Kin quotes them, and without the schema in which they are looked up.
std::string in_our_quotes(std::string_view sql, const std::string& current, const sql::dialect& d) {
    const std::vector<comparing::token> tokens = comparing::tokens_of(sql, d);
    std::string out;
    std::size_t done = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const comparing::token& t = tokens[i];
        if (sql[t.begin] != '`') continue;
        out += sql.substr(done, t.begin - done);
        std::string name;
        for (std::size_t at = t.begin + 1; at + 1 < t.end; ++at) {
            name += sql[at];
            if (sql[at] == '`') ++at;
        }
        done = t.end;
        if (name == current && i + 1 < tokens.size() && tokens[i + 1].is(".")) {
            done = tokens[i + 1].end;
        } else {
            out += sql::quote(name, d);
        }
    }
    return out.append(sql.substr(done));
}

/// What stands behind the column: ON UPDATE current_timestamp(), INVISIBLE.
std::string column_options(const std::string& extra) {
    std::string out;
    if (const std::size_t at = extra.find("on update "); at != std::string::npos) {
        out = "ON UPDATE " + extra.substr(at + 10, extra.find_first_of(", ", at + 10) - at - 10);
    }
    if (extra.find("INVISIBLE") != std::string::npos) out += out.empty() ? "INVISIBLE" : " INVISIBLE";
    if (extra.find("WITHOUT SYSTEM VERSIONING") != std::string::npos) {
        out += out.empty() ? "WITHOUT SYSTEM VERSIONING" : " WITHOUT SYSTEM VERSIONING";
    }
    return out;
}

class mariadb_reader {
  public:
    mariadb_reader(engine::connection& on, const inspect_options& options, const site& where)
        : on_{on}, options_{options}, where_{where} {}

    catalogue read() {
        find_schemas();
        read_relations();
        read_columns();
        read_checks();
        read_indexes();
        read_foreign_keys();
        read_triggers();
        read_rest();
        return std::move(all_);
    }

  private:
    /// A statement is prepared once, and stays with the schema that was current then: others ask with other texts.
    [[nodiscard]] std::string current_schema() {
        std::string sql = "SELECT database()";
        for (const std::string& name : options_.schemas) sql += ", " + sql::literal(name, on_.dialect());
        catalogue_rows row{on_, sql};
        return row.next() ? row.text(0) : std::string{};
    }

    /// The condition that finds the rows of the schemas that were asked for, and their names: empty is the current one.
    void find_schemas() {
        current_ = current_schema();
        if (options_.schemas.empty()) {
            in_schemas_ = " = database()";
            return;
        }
        in_schemas_ = " IN (";
        for (const std::string& name : options_.schemas) {
            const std::string text = sql::literal(name, on_.dialect());
            catalogue_rows there{on_, "SELECT 1 FROM information_schema.schemata WHERE schema_name = " + text};
            if (!there.next()) {
                throw usage_error{"there is no database \"" + name + "\"", {.where = where_}};
            }
            in_schemas_ += (in_schemas_.ends_with('(') ? "" : ", ") + text;
        }
        in_schemas_ += ')';
    }
    /// What names a schema in a statement: nothing, where names are looked up in it.
    static std::string schema_of(const std::string& column) { return "nullif(" + column + ", database())"; }

    [[nodiscard]] static std::string key(const std::string& schema, const std::string& name) {
        return schema + '.' + name;
    }
    [[nodiscard]] sql::table_definition* table(const std::string& schema, const std::string& name) {
        const auto found = tables_.find(key(schema, name));
        return found == tables_.end() ? nullptr : &all_.tables[found->second];
    }

    void read_relations() {
        catalogue_rows rows{on_, "SELECT " + schema_of("t.table_schema") +
                                     ", t.table_name, t.table_type, t.table_comment, v.view_definition, "
                                     "v.check_option, v.security_type, v.algorithm, t.engine, t.table_collation, "
                                     "t.create_options "
                                     "FROM information_schema.tables t LEFT JOIN information_schema.views v "
                                     "ON v.table_schema = t.table_schema AND v.table_name = t.table_name "
                                     "WHERE t.table_schema" +
                                     in_schemas_ + " ORDER BY t.table_schema, t.table_name"};
        while (rows.next()) {
            const std::string schema = rows.text(0);
            const std::string name = rows.text(1);
            if (!wanted(options_, schema, name)) continue;
            const std::string type = rows.text(2);
            if (type == "BASE TABLE" || type == "SYSTEM VERSIONED") {
                tables_.emplace(key(schema, name), all_.tables.size());
                all_.tables.push_back(
                    {.schema = schema, .name = name, .options = options_of(rows), .comment = rows.text(3)});
                // Only the statement that makes it says how it is divided.
                if (type != "BASE TABLE" || rows.text(10).find("partitioned") != std::string::npos)
                    to_ask_.push_back(all_.tables.size() - 1);
            } else if (type == "SEQUENCE") {
                sequences_.push_back({schema, name});
            } else if (rows.text(2) == "VIEW") {
                views_.emplace(key(schema, name), all_.views.size());
                all_.views.push_back({.schema = schema, .name = name, .sql = view_text(schema, name, rows)});
            }
        }
    }

    [[nodiscard]] std::string view_text(const std::string& schema, const std::string& name, catalogue_rows& rows) {
        std::string text = "CREATE ";
        if (const std::string how = rows.text(7); !how.empty() && how != "UNDEFINED") text += "ALGORITHM=" + how + ' ';
        if (rows.text(6) == "INVOKER") text += "SQL SECURITY INVOKER ";
        text += "VIEW " + sql::qualified(schema, name, on_.dialect()) + " AS " +
                in_our_quotes(as_written(rows.text(4)), current_, on_.dialect());
        if (const std::string check = rows.text(5); !check.empty() && check != "NONE")
            text += " WITH " + check + " CHECK OPTION";
        return text;
    }

    /// Empty where it is made as Kin makes tables.
    [[nodiscard]] static std::string options_of(catalogue_rows& rows) {
        const std::string engine = rows.text(8);
        const std::string collation = rows.text(9);
        std::string rest;
        for (const std::string& word : words_of(rows.text(10))) {
            if (word != "partitioned") rest += ' ' + word;
        }
        if (engine == "InnoDB" && collation == usual_collation && rest.empty()) return {};
        return "ENGINE=" + engine + " DEFAULT CHARSET=" + collation.substr(0, collation.find('_')) +
               " COLLATE=" + collation + rest;
    }
    [[nodiscard]] static std::vector<std::string> words_of(const std::string& text) {
        std::vector<std::string> words;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find(' ', at), text.size());
            if (end > at) words.push_back(text.substr(at, end - at));
            at = end + 1;
        }
        return words;
    }

    void read_columns() {
        catalogue_rows rows{on_, "SELECT " + schema_of("table_schema") +
                                     ", table_name, column_name, column_type, is_nullable, column_default, extra, "
                                     "collation_name, column_comment, generation_expression "
                                     "FROM information_schema.columns WHERE table_schema" +
                                     in_schemas_ + " ORDER BY table_schema, table_name, ordinal_position"};
        while (rows.next()) {
            const std::string schema = rows.text(0);
            const std::string name = rows.text(1);
            const std::string extra = rows.text(6);
            sql::column_definition c{.name = rows.text(2),
                                     .type = as_written(rows.text(3)),
                                     .nullable = rows.text(4) == "YES",
                                     .default_sql = as_written(rows.text(5)),
                                     .generated_sql = as_written(rows.text(9)),
                                     .stored = !extra.starts_with("VIRTUAL"),
                                     .collation = rows.text(7),
                                     .comment = rows.text(8),
                                     .options = column_options(extra)};
            if (c.default_sql == "NULL") c.default_sql.clear();
            // Of a moment that follows changes, takes no NULL and has no default: no such day can be said again.
            if (c.default_sql.starts_with("'0000-00-00") && extra.find("on update") != std::string::npos)
                c.default_sql.clear();
            if (c.collation == usual_collation) c.collation.clear();
            if (extra.find("auto_increment") != std::string::npos) c.identity = sql::identity::by_default;
            if (sql::table_definition* t = table(schema, name)) {
                t->columns.push_back(std::move(c));
            } else if (const auto view = views_.find(key(schema, name)); view != views_.end()) {
                all_.views[view->second].columns.push_back(std::move(c));
            }
        }
    }

    /// `json` is text with a check of its own. A check behind a column is called as the column was when it was made: a
    /// rename leaves the name as it is.
    void read_checks() {
        catalogue_rows rows{on_, "SELECT " + schema_of("constraint_schema") +
                                     ", table_name, constraint_name, check_clause, level "
                                     "FROM information_schema.check_constraints WHERE constraint_schema" +
                                     in_schemas_ + " ORDER BY constraint_schema, table_name, constraint_name"};
        while (rows.next()) {
            sql::table_definition* t = table(rows.text(0), rows.text(1));
            if (t == nullptr) continue;
            const std::string name = rows.text(2);
            const std::string clause = rows.text(3);
            const bool of_column = rows.text(4) == "Column";
            if (of_column && is_json(*t, clause)) continue;
            t->checks.push_back({.name = of_column ? std::string{} : name,
                                 .sql = as_written(clause),
                                 .column = of_column ? name : std::string{}});
            const auto called = [&](const sql::column_definition& c) { return c.name == name; };
            if (of_column && std::ranges::none_of(t->columns, called)) to_find_.insert(t);
        }
    }
    static bool is_json(sql::table_definition& t, const std::string& clause) {
        for (sql::column_definition& c : t.columns) {
            if (clause != "json_valid(" + in_quotes(c.name, '"') + ')') continue;
            c.type = "json";
            c.collation.clear();
            return true;
        }
        return false;
    }
    /// `  "name" … CHECK (clause),` is where a check stands.
    void find_columns_of_checks(sql::table_definition& t) {
        catalogue_rows row{on_, "SHOW CREATE TABLE " + sql::qualified(t.schema, t.name, on_.dialect())};
        if (!row.next()) return;
        const std::string made = row.text(1);
        for (std::size_t begin = 0; begin < made.size();) {
            const std::size_t end = std::min(made.find('\n', begin), made.size());
            const std::string line = as_written(std::string_view{made}.substr(begin, end - begin));
            begin = end + 1;
            for (sql::check_definition& check : t.checks) {
                if (check.column.empty() || line.find(" CHECK (" + check.sql + ")") == std::string::npos) continue;
                for (const sql::column_definition& c : t.columns) {
                    if (line.starts_with("  " + in_quotes(c.name, '"') + ' ')) check.column = c.name;
                }
            }
        }
    }

    /// A UNIQUE constraint is a unique index; one of parts of columns, or that descends, is told as such.
    void read_indexes() {
        catalogue_rows rows{on_, "SELECT " + schema_of("table_schema") +
                                     ", table_name, index_name, non_unique, column_name, collation, index_type, "
                                     "sub_part, index_comment, ignored "
                                     "FROM information_schema.statistics WHERE table_schema" +
                                     in_schemas_ + " ORDER BY table_schema, table_name, index_name, seq_in_index"};
        while (rows.next()) {
            sql::table_definition* t = table(rows.text(0), rows.text(1));
            if (t == nullptr) continue;
            const std::string name = rows.text(2);
            if (name == "PRIMARY") {
                t->primary_key.columns.push_back(rows.text(4));
                continue;
            }
            if (t->indexes.empty() || t->indexes.back().name != name) {
                const std::string type = rows.text(6);
                t->indexes.push_back({.name = name,
                                      .unique = rows.number(3) == 0,
                                      .method = type == "BTREE" || type == "HASH" ? "" : type,
                                      .options = rows.text(9) == "YES" ? "IGNORED" : "",
                                      .comment = rows.text(8)});
            }
            sql::index_part part{.column = rows.text(4), .descending = rows.text(5) == "D"};
            const bool whole = rows.is_null(7) || !t->indexes.back().method.empty();
            if (!whole) part.operator_class = '(' + std::to_string(rows.number(7)) + ')';
            t->indexes.back().parts.push_back(std::move(part));
        }
        for (sql::table_definition& t : all_.tables) {
            std::erase_if(t.indexes, [&](const sql::index_definition& i) {
                const bool plain =
                    i.options.empty() && i.comment.empty() && std::ranges::all_of(i.parts, [](const auto& p) {
                        return !p.descending && p.operator_class.empty();
                    });
                if (!i.unique || !plain) return false;
                t.uniques.push_back({.name = i.name});
                for (const sql::index_part& p : i.parts) t.uniques.back().columns.push_back(p.column);
                return true;
            });
        }
    }

    void read_foreign_keys() {
        catalogue_rows rows{
            on_, "SELECT " + schema_of("k.table_schema") +
                     ", k.table_name, k.constraint_name, "
                     "k.column_name, " +
                     schema_of("k.referenced_table_schema") +
                     ", k.referenced_table_name, k.referenced_column_name, r.delete_rule, r.update_rule "
                     "FROM information_schema.key_column_usage k "
                     "JOIN information_schema.referential_constraints r "
                     "ON r.constraint_schema = k.constraint_schema AND r.table_name = k.table_name "
                     "AND r.constraint_name = k.constraint_name WHERE k.table_schema" +
                     in_schemas_ + " ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position"};
        while (rows.next()) {
            sql::table_definition* t = table(rows.text(0), rows.text(1));
            if (t == nullptr) continue;
            const std::string name = rows.text(2);
            if (t->foreign_keys.empty() || t->foreign_keys.back().name != name) {
                t->foreign_keys.push_back({.name = name,
                                           .schema = rows.text(4),
                                           .table = rows.text(5),
                                           .on_delete = rule(rows.text(7)),
                                           .on_update = rule(rows.text(8))});
            }
            t->foreign_keys.back().columns.push_back(rows.text(3));
            t->foreign_keys.back().target_columns.push_back(rows.text(6));
        }
    }

    /// What a trigger does is kept as it was written.
    void read_triggers() {
        catalogue_rows rows{on_, "SELECT " + schema_of("event_object_schema") +
                                     ", event_object_table, trigger_name, action_timing, event_manipulation, "
                                     "action_statement FROM information_schema.triggers WHERE event_object_schema" +
                                     in_schemas_ +
                                     " ORDER BY event_object_schema, event_object_table, action_timing, "
                                     "event_manipulation, action_order"};
        while (rows.next()) {
            const std::string schema = rows.text(0);
            sql::table_definition* t = table(schema, rows.text(1));
            if (t == nullptr) continue;
            const std::string name = rows.text(2);
            t->triggers.push_back({name, "CREATE TRIGGER " + sql::qualified(schema, name, on_.dialect()) + ' ' +
                                             rows.text(3) + ' ' + rows.text(4) + " ON " +
                                             sql::qualified(schema, t->name, on_.dialect()) + " FOR EACH ROW " +
                                             rows.text(5)});
        }
    }

    /// What the statement alone that makes it says: how rows are divided, what a sequence counts.
    void read_rest() {
        for (sql::table_definition* t : to_find_) find_columns_of_checks(*t);
        for (const std::size_t at : to_ask_) {
            sql::table_definition& t = all_.tables[at];
            catalogue_rows row{on_, "SHOW CREATE TABLE " + sql::qualified(t.schema, t.name, on_.dialect())};
            if (!row.next()) continue;
            const std::string made = row.text(1);
            std::string rest = made.substr(std::min(made.rfind("\n)") + 2, made.size()));
            std::size_t at_options = rest.find("ENGINE=");
            if (at_options == std::string::npos) continue;
            rest.erase(0, at_options);
            // What rows are there says nothing of how the table is made, and its comment stands elsewhere.
            t.options = as_written(without_option(without_option(rest, "AUTO_INCREMENT="), "COMMENT="));
        }
        for (const auto& [schema, name] : sequences_) {
            all_.others.push_back({"SEQUENCE", schema, name, "CREATE SEQUENCE " + sequence_text(schema, name)});
        }
    }
    [[nodiscard]] std::string sequence_text(const std::string& schema, const std::string& name) {
        catalogue_rows row{on_, "SHOW CREATE SEQUENCE " + sql::qualified(schema, name, on_.dialect())};
        if (!row.next()) return sql::qualified(schema, name, on_.dialect());
        const std::string made = row.text(1);
        const std::size_t start = made.find(" start with ");
        return sql::qualified(schema, name, on_.dialect()) +
               (start == std::string::npos ? std::string{} : made.substr(start, made.find(" ENGINE=") - start));
    }
    [[nodiscard]] static std::string without_option(std::string text, std::string_view option) {
        const std::size_t at = text.find(option);
        if (at == std::string::npos) return text;
        std::size_t end = at + option.size();
        if (end < text.size() && text[end] == '\'') {
            do end = text.find('\'', end + 1) + 1;
            while (end != 0 && end < text.size() && text[end] == '\'');
        } else {
            end = std::min(text.find_first_of(" \n", end), text.size());
        }
        return text.erase(at, std::min(end + 1, text.size()) - at);
    }

    engine::connection& on_;
    const inspect_options& options_;
    const site& where_;
    std::string in_schemas_{};
    std::string current_{};
    std::set<sql::table_definition*> to_find_{};  ///< whose checks are called after no column
    std::vector<std::size_t> to_ask_{};           ///< tables of which not all is known yet
    std::vector<std::pair<std::string, std::string>> sequences_{};
    catalogue all_{};
    std::unordered_map<std::string, std::size_t> tables_{};
    std::unordered_map<std::string, std::size_t> views_{};
};

}  // namespace

catalogue inspect_mariadb(engine::connection& on, const inspect_options& options, const site& where) {
    return mariadb_reader{on, options, where}.read();
}

}  // namespace kin::schema
