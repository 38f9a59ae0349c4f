// MariaDB's information_schema: tables, columns, keys, indexes, checks and views.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include <kin/sql/compiler.hpp>

#include "reading.hpp"

namespace kin::schema {

namespace {

/// As Kin's own tables compare text: what is not said of a column.
constexpr std::string_view usual_collation = "utf8mb4_nopad_bin";

std::string rule(std::string said) { return said == "NO ACTION" ? std::string{} : said; }

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
        return std::move(all_);
    }

  private:
    /// The condition that finds the rows of the schemas that were asked for, and their names: empty is the current one.
    void find_schemas() {
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
                                     ", t.table_name, t.table_type, t.table_comment, v.view_definition "
                                     "FROM information_schema.tables t LEFT JOIN information_schema.views v "
                                     "ON v.table_schema = t.table_schema AND v.table_name = t.table_name "
                                     "WHERE t.table_schema" +
                                     in_schemas_ + " ORDER BY t.table_schema, t.table_name"};
        while (rows.next()) {
            const std::string schema = rows.text(0);
            const std::string name = rows.text(1);
            if (!wanted(options_, schema, name)) continue;
            if (rows.text(2) == "BASE TABLE") {
                tables_.emplace(key(schema, name), all_.tables.size());
                all_.tables.push_back({.schema = schema, .name = name, .comment = rows.text(3)});
            } else if (rows.text(2) == "VIEW") {
                views_.emplace(key(schema, name), all_.views.size());
                all_.views.push_back(
                    {.schema = schema,
                     .name = name,
                     .sql = "CREATE VIEW " + sql::qualified(schema, name, on_.dialect()) + " AS " + rows.text(4)});
            }
        }
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
                                     .type = rows.text(3),
                                     .nullable = rows.text(4) == "YES",
                                     .default_sql = rows.text(5),
                                     .generated_sql = rows.text(9),
                                     .stored = !extra.starts_with("VIRTUAL"),
                                     .collation = rows.text(7),
                                     .comment = rows.text(8)};
            if (c.default_sql == "NULL") c.default_sql.clear();
            if (c.collation == usual_collation) c.collation.clear();
            if (extra.find("auto_increment") != std::string::npos) c.identity = sql::identity::by_default;
            if (sql::table_definition* t = table(schema, name)) {
                t->columns.push_back(std::move(c));
            } else if (const auto view = views_.find(key(schema, name)); view != views_.end()) {
                all_.views[view->second].columns.push_back(std::move(c));
            }
        }
    }

    /// `json` is text with a check of its column's name.
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
            if (of_column && clause == "json_valid(" + in_quotes(name, '"') + ')') {
                for (sql::column_definition& c : t->columns) {
                    if (c.name != name) continue;
                    c.type = "json";
                    c.collation.clear();
                }
                continue;
            }
            t->checks.push_back(
                {.name = of_column ? std::string{} : name, .sql = clause, .column = of_column ? name : std::string{}});
        }
    }

    void read_indexes() {
        catalogue_rows rows{on_, "SELECT " + schema_of("table_schema") +
                                     ", table_name, index_name, non_unique, column_name, collation, index_type "
                                     "FROM information_schema.statistics WHERE table_schema" +
                                     in_schemas_ + " ORDER BY table_schema, table_name, index_name, seq_in_index"};
        while (rows.next()) {
            sql::table_definition* t = table(rows.text(0), rows.text(1));
            if (t == nullptr) continue;
            const std::string name = rows.text(2);
            if (name == "PRIMARY") {
                t->primary_key.columns.push_back(rows.text(4));
            } else if (rows.number(3) == 0) {
                if (t->uniques.empty() || t->uniques.back().name != name) t->uniques.push_back({.name = name});
                t->uniques.back().columns.push_back(rows.text(4));
            } else {
                if (t->indexes.empty() || t->indexes.back().name != name) {
                    t->indexes.push_back({.name = name, .method = rows.text(6) == "BTREE" ? "" : rows.text(6)});
                }
                t->indexes.back().parts.push_back({.column = rows.text(4), .descending = rows.text(5) == "D"});
            }
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

    engine::connection& on_;
    const inspect_options& options_;
    const site& where_;
    std::string in_schemas_{};
    catalogue all_{};
    std::unordered_map<std::string, std::size_t> tables_{};
    std::unordered_map<std::string, std::size_t> views_{};
};

}  // namespace

catalogue inspect_mariadb(engine::connection& on, const inspect_options& options, const site& where) {
    return mariadb_reader{on, options, where}.read();
}

}  // namespace kin::schema
