// PostgreSQL's catalogue. What its structures do not hold, the server's own pg_get_…def functions say as text.
#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "postgresql_statements.hpp"
#include "reading.hpp"

namespace kin::schema {

namespace {

std::string action(const std::string& letter) {
    if (letter == "r") return "RESTRICT";
    if (letter == "c") return "CASCADE";
    if (letter == "n") return "SET NULL";
    if (letter == "d") return "SET DEFAULT";
    return {};
}

std::string_view deferring_text(sql::deferring when) {
    if (when == sql::deferring::never) return {};
    return when == sql::deferring::can_be ? " DEFERRABLE" : " DEFERRABLE INITIALLY DEFERRED";
}

class postgresql_reader {
  public:
    postgresql_reader(engine::connection& on, const inspect_options& options)
        : on_{on}, options_{options}, sql_{options.schemas} {}

    catalogue read() {
        read_relations();
        read_columns();
        read_constraints();
        read_indexes();
        read_enums();
        read_statements();
        read_others();
        return std::move(all_);
    }

  private:
    /// A table or a view; their number in the catalogue of the server leads to them.
    struct relation {
        bool view = false;
        std::size_t at = 0;
    };
    [[nodiscard]] sql::table_definition* table(std::int64_t number) {
        const auto found = relations_.find(number);
        return found == relations_.end() || found->second.view ? nullptr : &all_.tables[found->second.at];
    }
    [[nodiscard]] sql::view_definition* view(std::int64_t number) {
        const auto found = relations_.find(number);
        return found == relations_.end() || !found->second.view ? nullptr : &all_.views[found->second.at];
    }

    static std::string qualified(const std::string& schema, const std::string& name) {
        return (schema.empty() ? "" : in_quotes(schema, '"') + '.') + in_quotes(name, '"');
    }

    void read_relations() {
        catalogue_rows rows{on_, sql_.relations()};
        while (rows.next()) {
            const std::string schema = rows.text(1);
            const std::string name = rows.text(2);
            const std::string kind = rows.text(3);
            if (!wanted(options_, schema, name)) continue;
            if (kind == "r" || kind == "p") {
                relations_[rows.number(0)] = {false, all_.tables.size()};
                all_.tables.push_back(
                    {.schema = schema, .name = name, .options = rows.text(5), .comment = rows.text(4)});
                continue;
            }
            const bool materialized = kind == "m";
            std::string sql = materialized ? "CREATE MATERIALIZED VIEW " : "CREATE VIEW ";
            sql += qualified(schema, name);
            if (!rows.text(5).empty()) sql += ' ' + rows.text(5);
            sql += " AS" + (rows.text(6).starts_with(' ') ? rows.text(6) : ' ' + rows.text(6));
            if (sql.ends_with(';')) sql.pop_back();
            relations_[rows.number(0)] = {true, all_.views.size()};
            all_.views.push_back({.schema = schema,
                                  .name = name,
                                  .sql = std::move(sql),
                                  .materialized = materialized,
                                  .comment = rows.text(4)});
        }
    }

    void read_columns() {
        catalogue_rows rows{on_, sql_.columns()};
        while (rows.next()) {
            const std::int64_t of = rows.number(0);
            sql::column_definition c{.name = rows.text(1),
                                     .type = rows.text(2),
                                     .nullable = rows.number(3) == 0,
                                     .collation = rows.text(7),
                                     .comment = rows.text(8)};
            const std::string identity = rows.text(4);
            const std::string generated = rows.text(5);
            if (identity == "a") c.identity = sql::identity::always;
            if (identity == "d") c.identity = sql::identity::by_default;
            (generated.empty() ? c.default_sql : c.generated_sql) = rows.text(6);
            if (!generated.empty()) {
                c.generated_sql = without_parentheses(std::move(c.generated_sql));
                c.stored = generated == "s";
            }
            if (sql::view_definition* v = view(of)) {
                v->columns.push_back(std::move(c));
            } else if (sql::table_definition* t = table(of)) {
                if (rows.number(9) != 0) {
                    c.identity = sql::identity::by_default;
                    serial_.emplace(t->schema, t->name + '_' + c.name + "_seq");
                }
                t->columns.push_back(std::move(c));
            }
        }
    }

    struct constraint {
        std::int64_t number = 0;
        std::int64_t of = 0;
        std::string name{};
        char kind = 0;
        sql::deferring deferring{};
        bool validated = true;
        std::string definition{};
        std::string expression{};
        std::string target_schema{};
        std::string target{};
        std::string on_delete{};
        std::string on_update{};
        std::vector<std::string> columns{};
        std::vector<std::string> target_columns{};
        std::string list{};  // of the columns, as the server writes it
    };

    void read_constraints() {
        catalogue_rows rows{on_, sql_.constraints()};
        constraint k;
        while (rows.next()) {
            if (rows.number(0) != k.number) {
                if (k.number != 0) add(k);
                k = {.number = rows.number(0),
                     .of = rows.number(1),
                     .name = rows.text(2),
                     .kind = rows.text(3).front(),
                     .deferring = static_cast<sql::deferring>(rows.number(4)),
                     .validated = rows.number(5) != 0,
                     .definition = rows.text(6),
                     .expression = rows.text(7),
                     .target_schema = rows.text(8),
                     .target = rows.text(9),
                     .on_delete = action(rows.text(10)),
                     .on_update = action(rows.text(11))};
            }
            if (!rows.is_null(12)) k.columns.push_back(rows.text(12));
            if (!rows.is_null(13)) k.target_columns.push_back(rows.text(13));
            if (!rows.is_null(14)) k.list += (k.list.empty() ? "" : ", ") + rows.text(14);
        }
        if (k.number != 0) add(k);
    }

    void add(constraint& k) {
        sql::table_definition* t = table(k.of);
        if (t == nullptr) return;
        if (k.kind == 'p' || k.kind == 'u') {
            const std::string usual = (k.kind == 'p' ? "PRIMARY KEY (" : "UNIQUE (") + k.list + ')';
            sql::unique_definition key{.name = k.name, .columns = k.columns, .deferring = k.deferring};
            if (k.definition != usual + std::string{deferring_text(k.deferring)}) key.sql = k.definition;
            if (k.kind == 'p') {
                t->primary_key = std::move(key);
            } else {
                t->uniques.push_back(std::move(key));
            }
        } else if (k.kind == 'f') {
            sql::foreign_key_definition key{.name = k.name,
                                            .columns = k.columns,
                                            .schema = k.target_schema,
                                            .table = k.target,
                                            .target_columns = k.target_columns,
                                            .on_delete = k.on_delete,
                                            .on_update = k.on_update,
                                            .deferring = k.deferring,
                                            .validated = k.validated};
            const bool more = k.definition.find(" MATCH FULL") != std::string::npos ||
                              k.definition.find(" ON DELETE SET NULL (") != std::string::npos ||
                              k.definition.find(" ON DELETE SET DEFAULT (") != std::string::npos;
            if (more) key.sql = k.definition;
            t->foreign_keys.push_back(std::move(key));
        } else if (k.kind == 'c' && !k.definition.ends_with(" NO INHERIT")) {
            t->checks.push_back({.name = k.name, .sql = without_parentheses(k.expression), .validated = k.validated});
        } else {
            t->other_constraints.push_back({.name = k.name, .sql = k.definition, .validated = k.validated});
        }
    }

    void read_indexes() {
        catalogue_rows rows{on_, sql_.indexes()};
        std::int64_t last = 0;
        std::vector<sql::index_definition>* into = nullptr;
        while (rows.next()) {
            if (rows.number(0) != last) {
                last = rows.number(0);
                into = nullptr;
                if (sql::table_definition* t = table(rows.number(1))) into = &t->indexes;
                if (sql::view_definition* v = view(rows.number(1))) into = &v->indexes;
                if (into != nullptr && rows.number(9) == 0) {
                    // What a CREATE INDEX CONCURRENTLY that failed has left behind; no query uses it.
                    all_.others.push_back({.what = "INVALID INDEX", .name = rows.text(2), .sql = rows.text(10)});
                    into = nullptr;
                }
                if (into != nullptr) into->push_back(index(rows));
            }
            if (into == nullptr) continue;
            if (rows.number(11) == 0) {
                into->back().included.push_back(rows.text(12));
                continue;
            }
            sql::index_part part{.column = rows.text(12),
                                 .expression = without_parentheses(rows.text(13)),
                                 .descending = rows.number(14) != 0,
                                 .collation = rows.text(16),
                                 .operator_class = rows.text(17)};
            const bool nulls_first = rows.number(15) != 0;
            if (nulls_first != part.descending) part.nulls_first = nulls_first;
            into->back().parts.push_back(std::move(part));
        }
    }

    static sql::index_definition index(catalogue_rows& rows) {
        const std::string method = rows.text(5);
        return {.name = rows.text(2),
                .unique = rows.number(3) != 0,
                .nulls_distinct = rows.number(4) != 0,
                .where = without_parentheses(rows.text(7)),
                .method = method == "btree" ? std::string{} : method,
                .options = rows.text(6),
                .comment = rows.text(8)};
    }

    void read_enums() {
        catalogue_rows rows{on_, sql_.enums()};
        while (rows.next()) {
            const std::string schema = rows.text(0);
            const std::string name = rows.text(1);
            if (all_.enums.empty() || all_.enums.back().name != name || all_.enums.back().schema != schema) {
                all_.enums.push_back({.schema = schema, .name = name, .comment = rows.text(2)});
            }
            all_.enums.back().labels.push_back(rows.text(3));
        }
    }

    void read_statements() {
        catalogue_rows rows{on_, sql_.statements_of_tables()};
        while (rows.next()) {
            const std::string kind = rows.text(1);
            sql::table_definition* t = table(rows.number(0));
            if (kind == "trigger") {
                sql::view_definition* v = view(rows.number(0));
                if (t != nullptr) t->triggers.push_back({rows.text(2), rows.text(3)});
                if (v != nullptr) v->triggers.push_back({rows.text(2), rows.text(3)});
            } else if (t != nullptr && !(kind == "sequence" && is_serial(*t, rows.text(2)))) {
                t->kept.push_back(rows.text(3));
            } else if (sql::view_definition* v = view(rows.number(0)); v != nullptr) {
                v->kept.push_back(rows.text(3));
            }
        }
    }
    [[nodiscard]] bool is_serial(const sql::table_definition& t, const std::string& column) const {
        return serial_.contains({t.schema, t.name + '_' + column + "_seq"});
    }

    void read_others() {
        if (!options_.tables.empty()) return;
        catalogue_rows rows{on_, sql_.others()};
        while (rows.next()) {
            sql::other_definition other{
                .what = rows.text(0), .schema = rows.text(1), .name = rows.text(2), .sql = rows.text(3)};
            if (other.what == "SEQUENCE" && serial_.contains({other.schema, other.name})) continue;
            all_.others.push_back(std::move(other));
        }
    }

    engine::connection& on_;
    const inspect_options& options_;
    postgresql_statements sql_;
    catalogue all_{};
    std::unordered_map<std::int64_t, relation> relations_{};
    std::set<std::pair<std::string, std::string>> serial_{};  // schemas and names of sequences
};

}  // namespace

catalogue inspect_postgresql(engine::connection& on, const inspect_options& options, const site& where) {
    if (!options.schemas.empty()) {
        std::vector<std::string> there;
        {
            catalogue_rows rows{on,
                                "SELECT nspname::text FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname "
                                "<> 'information_schema' ORDER BY nspname"};
            while (rows.next()) there.push_back(rows.text(0));
        }
        for (const std::string& schema : options.schemas) {
            if (std::ranges::find(there, schema) != there.end()) continue;
            throw usage_error{"there is no schema \"" + schema + "\" to inspect, only " + listed(there),
                              {.where = where}};
        }
    }
    return postgresql_reader{on, options}.read();
}

}  // namespace kin::schema
