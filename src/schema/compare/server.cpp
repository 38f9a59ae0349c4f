// Comparing with a database: what the models want is spelled as this database spells it, by itself.
#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include <kin/engine/connection.hpp>
#include <kin/mapping/model.hpp>
#include <kin/schema/compare.hpp>
#include <kin/schema/inspect.hpp>
#include <kin/sql/alteration.hpp>
#include <kin/sql/compiler.hpp>

#include "ignored.hpp"
#include "schema/known_schemas.hpp"
#include "schema/passing_databases.hpp"
#include "tokens.hpp"

namespace kin::schema {

namespace {

/// The schemas of a catalogue, in the order in which they come; the empty one first.
std::vector<std::string> schemas_of(const catalogue& all) {
    std::vector<std::string> found{std::string{}};
    const auto add = [&](const std::string& schema) {
        if (std::ranges::find(found, schema) == found.end()) found.push_back(schema);
    };
    for (const sql::table_definition& t : all.tables) add(t.schema);
    for (const sql::view_definition& v : all.views) add(v.schema);
    for (const sql::enum_definition& e : all.enums) add(e.schema);
    for (const sql::other_definition& o : all.others) add(o.schema);
    return found;
}

/// A transaction of its own, or a part of the one that is open; nothing of it stays.
class passing_change {
  public:
    explicit passing_change(engine::connection& on) : on_{on}, own_{!on.in_transaction()} {
        if (own_) {
            on_.begin();
        } else {
            on_.savepoint("kin_normalised");
        }
    }
    passing_change(const passing_change&) = delete;
    passing_change& operator=(const passing_change&) = delete;
    ~passing_change() {
        if (own_) {
            on_.rollback();
            return;
        }
        try {
            on_.undo_to("kin_normalised");
        } catch (const error&) {
            // The connection is lost, and whoever uses it next is told.
        }
    }

  private:
    engine::connection& on_;
    bool own_;
};

/// Schemas of our own that stand for those of a catalogue.
class scratch_schemas {
  public:
    scratch_schemas(const catalogue& all, const sql::dialect& d) : dialect_{d}, schemas_{schemas_of(all)} {}

    [[nodiscard]] std::size_t count() const noexcept { return schemas_.size(); }
    static std::string name(std::size_t at) { return "kin_normalised_" + std::to_string(at); }

    void into(catalogue& all) const {
        std::vector<comparing::new_name> others;
        std::set<std::pair<std::string, std::string>> there;
        for (std::size_t i = 1; i < schemas_.size(); ++i) others.push_back({schemas_[i], name(i)});
        for (const sql::table_definition& t : all.tables) there.emplace(t.schema, t.name);
        for (const sql::view_definition& v : all.views) there.emplace(v.schema, v.name);
        for (const sql::enum_definition& e : all.enums) there.emplace(e.schema, e.name);
        for (const sql::other_definition& o : all.others) there.emplace(o.schema, o.name);
        const auto has = [&](const std::string& schema, const std::string& name) {
            return there.contains({schema, name});
        };
        each_text(all, [&](std::string& sql) { sql = comparing::with_schemas(sql, others, has, dialect_); });
        each_schema(all, [&](std::string& schema) {
            const auto at = std::ranges::find(schemas_, schema);
            if (at != schemas_.end()) schema = name(static_cast<std::size_t>(at - schemas_.begin()));
        });
    }
    void out_of(catalogue& all) const {
        std::vector<comparing::new_name> ours;
        for (std::size_t i = 0; i < schemas_.size(); ++i) ours.push_back({name(i), schemas_[i]});
        const auto always = [](const std::string&, const std::string&) { return true; };
        each_text(all, [&](std::string& sql) { sql = comparing::with_schemas(sql, ours, always, dialect_); });
        each_schema(all, [&](std::string& schema) {
            for (std::size_t i = 0; i < schemas_.size(); ++i) {
                if (schema == name(i)) schema = schemas_[i];
            }
        });
    }

  private:
    template <class Change>
    static void each_schema(catalogue& all, const Change& change) {
        for (sql::table_definition& t : all.tables) {
            for (sql::foreign_key_definition& key : t.foreign_keys) {
                if (std::ranges::any_of(all.tables, [&](const auto& o) { return o.name == key.table; }))
                    change(key.schema);
            }
        }
        for (sql::table_definition& t : all.tables) change(t.schema);
        for (sql::view_definition& v : all.views) change(v.schema);
        for (sql::enum_definition& e : all.enums) change(e.schema);
        for (sql::other_definition& o : all.others) change(o.schema);
    }

    /// All SQL of a catalogue.
    template <class Change>
    static void each_text(catalogue& all, const Change& change) {
        const auto columns = [&](std::vector<sql::column_definition>& list) {
            for (sql::column_definition& c : list) {
                change(c.type);
                change(c.default_sql);
                change(c.generated_sql);
            }
        };
        const auto indexes = [&](std::vector<sql::index_definition>& list) {
            for (sql::index_definition& i : list) {
                change(i.where);
                for (sql::index_part& p : i.parts) {
                    change(p.expression);
                    change(p.operator_class);
                }
            }
        };
        const auto texts = [&](auto& list) {
            for (auto& each : list) change(each.sql);
        };
        for (sql::table_definition& t : all.tables) {
            columns(t.columns);
            indexes(t.indexes);
            change(t.primary_key.sql);
            change(t.options);
            texts(t.uniques);
            texts(t.foreign_keys);
            texts(t.checks);
            texts(t.other_constraints);
            texts(t.triggers);
            std::ranges::for_each(t.kept, change);
        }
        for (sql::view_definition& v : all.views) {
            change(v.sql);
            columns(v.columns);
            indexes(v.indexes);
            texts(v.triggers);
            std::ranges::for_each(v.kept, change);
        }
        texts(all.others);
    }

    const sql::dialect& dialect_;
    std::vector<std::string> schemas_;
};

/// In the order of `wanted`, and with all that a database cannot say of it.
catalogue in_order_of(catalogue found, const catalogue& wanted) {
    catalogue result;
    for (const sql::table_definition& t : wanted.tables) {
        const auto at =
            std::ranges::find_if(found.tables, [&](const auto& x) { return x.schema == t.schema && x.name == t.name; });
        result.tables.push_back(at == found.tables.end() ? t : std::move(*at));
    }
    for (const sql::view_definition& v : wanted.views) {
        const auto at =
            std::ranges::find_if(found.views, [&](const auto& x) { return x.schema == v.schema && x.name == v.name; });
        result.views.push_back(at == found.views.end() ? v : std::move(*at));
    }
    result.enums = wanted.enums;
    result.others = wanted.others;
    return result;
}

}  // namespace

namespace {

/// Databases are no part of a transaction: they are made, and dropped again.
catalogue normalised_by_mariadb(engine::connection& on, const catalogue& wanted, const scratch_schemas& scratch,
                                const catalogue& made, const site& where) {
    if (on.in_transaction()) return wanted;
    inspect_options only;
    for (std::size_t i = 0; i < scratch.count(); ++i) only.schemas.push_back(scratch_schemas::name(i));
    const passing_databases there{on, only.schemas};
    if (!there) return wanted;
    try {
        for (const std::string& sql : create_statements(made, on.dialect())) on.script(sql);
        catalogue found = inspect(on, only, where);
        scratch.out_of(found);
        return in_order_of(std::move(found), wanted);
    } catch (const statement_canceled&) {
        throw;
    } catch (const database_error&) {
        return wanted;
    }
}

/// Whether differences are of texts that the database rewrites: two spellings may be one.
bool may_be_spelling(std::span<const difference> all, const sql::dialect& d) {
    if (&d == &sql::sqlite_dialect()) return false;
    if (&d == &sql::postgresql_dialect()) return !all.empty();
    return std::ranges::any_of(all, [](const difference& x) {
        return x.what == change::default_value || x.what == change::generated || x.what == change::check_added ||
               x.what == change::view_changed;
    });
}

}  // namespace

catalogue normalised(engine::connection& on, const catalogue& wanted, const site& where) {
    const sql::dialect& d = on.dialect();
    if (&d == &sql::sqlite_dialect()) return wanted;
    on.at(where);
    const scratch_schemas scratch{wanted, d};
    catalogue made = wanted;
    scratch.into(made);
    if (&d == &sql::mariadb_dialect()) return normalised_by_mariadb(on, wanted, scratch, made, where);
    const passing_change nothing_stays{on};
    try {
        inspect_options only;
        for (std::size_t i = 0; i < scratch.count(); ++i) {
            on.script(sql::compile(sql::create_schema{scratch_schemas::name(i), false}, d));
            only.schemas.push_back(scratch_schemas::name(i));
        }
        // What the catalogue names and does not have (types, functions) is found where it was before.
        on.script(sql::look_up_first(scratch_schemas::name(0), d));
        for (const std::string& sql : create_statements(made, d)) on.script(sql);
        catalogue found = inspect(on, only, where);
        scratch.out_of(found);
        return in_order_of(std::move(found), wanted);
    } catch (const statement_canceled&) {
        throw;
    } catch (const database_error&) {
        return wanted;
    }
}

compare_options renames_of(model_list models) {
    compare_options said;
    for (const mapping::model* m : models) {
        if (!m->renamed_from.empty()) said.renamed_tables.push_back({m->schema, m->renamed_from, m->table});
        for (const mapping::column& c : m->columns) {
            if (!c.renamed_from.empty()) said.renamed_columns.push_back({m->schema, m->table, c.renamed_from, c.name});
        }
    }
    return said;
}

comparison side_by_side(model_list models, engine::connection& on, const compare_options& asked, const site& where) {
    const sql::dialect& d = on.dialect();
    comparison both{.wanted = catalogue_of(models, d, where), .options = asked};
    compare_options said = renames_of(models);
    std::ranges::move(said.renamed_tables, std::back_inserter(both.options.renamed_tables));
    std::ranges::move(said.renamed_columns, std::back_inserter(both.options.renamed_columns));
    on.at(where);
    const std::vector<std::string> named = schemas_of(both.wanted);
    const known_schemas schemas{on, {named.begin(), named.end()}};
    schemas.as_found(both.wanted);
    for (renamed_table& r : both.options.renamed_tables) r.schema = schemas.as_found(r.schema);
    for (renamed_column& r : both.options.renamed_columns) r.schema = schemas.as_found(r.schema);
    both.is = inspect(on, {.schemas = schemas.to_inspect()}, where);
    const ignored_columns ignored{models, schemas, both.options, d};
    ignored.leave_alone(both.is, both.wanted);
    both.differences = compare(both.is, both.wanted, d, both.options, where);
    // Asking the server what it makes of the models' SQL is worth while only where something differs.
    if (!may_be_spelling(both.differences, d)) return both;
    both.wanted = normalised(on, both.wanted, where);
    ignored.leave_alone(both.is, both.wanted);
    both.differences = compare(both.is, both.wanted, d, both.options, where);
    return both;
}

std::vector<difference> compare(model_list models, engine::connection& on, const compare_options& asked,
                                const site& where) {
    return side_by_side(models, on, asked, where).differences;
}

}  // namespace kin::schema
