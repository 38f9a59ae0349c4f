// Whether a database can serve the models.
#include <kin/schema/check.hpp>

#include <algorithm>
#include <set>

#include <kin/engine/connection.hpp>
#include <kin/schema/inspect.hpp>

#include "../compare/types.hpp"
#include "schema/known_schemas.hpp"
#include "schema/model_tables.hpp"
#include "type_fit.hpp"

namespace kin::schema {

namespace {

/// The columns that a table or view has.
struct relation_found {
    const std::vector<sql::column_definition>* columns = nullptr;
    bool view = false;
    bool has_rowid = false;  ///< SQLite numbers its rows, in a column that nothing lists
};

class checker {
  public:
    checker(const catalogue& found, const known_schemas& schemas, const sql::dialect& d)
        : found_{found}, schemas_{schemas}, dialect_{d} {}

    void look_at(const mapping::model& m) {
        model_ = &m;
        table_ = name_of(m, dialect_);
        const relation_found there = find(schemas_.as_found(schema_of(m, dialect_)));
        if (there.columns == nullptr) return add({}, "is not there");
        for (const mapping::column& c : m.columns) look_at(c, there);
        if (!there.view && !m.view) look_at_others(*there.columns);
    }
    [[nodiscard]] std::vector<mismatch> take() { return std::move(all_); }

  private:
    [[nodiscard]] relation_found find(const std::string& schema) const {
        const auto named = [&](const auto& each) { return each.schema == schema && same_name(each.name, table_); };
        const auto table = std::ranges::find_if(found_.tables, named);
        if (table != found_.tables.end()) {
            const bool numbered = dialect_.rowid_key && !comparing::is_without_rowid(*table, dialect_);
            return {&table->columns, false, numbered};
        }
        const auto view = std::ranges::find_if(found_.views, named);
        if (view != found_.views.end()) return {&view->columns, true};
        return {};
    }
    [[nodiscard]] bool is_rowid(const mapping::column& c) const {
        return std::ranges::any_of(comparing::rowid_names,
                                   [&](std::string_view name) { return same_name(c.name, std::string{name}); });
    }
    void look_at(const mapping::column& c, const relation_found& there) {
        const auto same = [&](const sql::column_definition& each) { return same_name(each.name, c.name); };
        const auto has = std::ranges::find_if(*there.columns, same);
        if (has == there.columns->end()) {
            if (!there.has_rowid || !is_rowid(c)) add(c.name, "is not there");
            return;
        }
        if (!type_fits(has->type, c.io.type, dialect_)) {
            add(c.name, "is " + has->type + ", which holds no " + std::string{kin::name_of(c.io.type)});
        }
        // Views do not say which of their columns can be NULL.
        if (has->nullable && !c.nullable() && !c.null_there && !there.view && !c.primary_key) {
            add(c.name, "can be NULL, and the member " + c.member + " is not optional");
        }
        if (!has->nullable && c.nullable() && has->default_sql.empty() && !there.view && !c.computed) {
            add(c.name, "cannot be NULL, and the member " + c.member + " is optional");
        }
    }
    /// What an INSERT of the model would leave out.
    void look_at_others(const std::vector<sql::column_definition>& columns) {
        for (const sql::column_definition& has : columns) {
            const auto named = [&](const auto& c) { return same_name(has.name, c.name); };
            const bool given =
                std::ranges::any_of(model_->columns, named) || std::ranges::any_of(model_->ignored, named);
            const bool fills_itself = has.nullable || !has.default_sql.empty() || !has.generated_sql.empty() ||
                                      has.identity != sql::identity::none;
            if (!given && !fills_itself) add(has.name, "has to be given, and no member does");
        }
    }
    /// SQLite's names are the same whatever the case of their letters.
    [[nodiscard]] bool same_name(std::string_view a, std::string_view b) const {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
        return dialect_.schemas ? a == b : std::ranges::equal(a, b, {}, lower, lower);
    }
    void add(std::string column, std::string reason) {
        all_.push_back({model_->name, table_, std::move(column), std::move(reason)});
    }

    const catalogue& found_;
    const known_schemas& schemas_;
    const sql::dialect& dialect_;
    const mapping::model* model_ = nullptr;
    std::string table_{};
    std::vector<mismatch> all_{};
};

std::set<std::string> schemas_of(const std::vector<const mapping::model*>& models, const sql::dialect& d) {
    std::set<std::string> named;
    for (const mapping::model* m : models) named.insert(schema_of(*m, d));
    return named;
}

inspect_options what_is_needed(const std::vector<const mapping::model*>& models, const known_schemas& schemas,
                               const sql::dialect& d) {
    inspect_options which{.schemas = schemas.to_inspect()};
    // Where the case of letters is no difference to the database, it is one to this list.
    if (!d.schemas) return which;
    for (const mapping::model* m : models) {
        const std::string name = name_of(*m, d);
        // A name with letters that mean something here: everything is read.
        if (name.find_first_of(".*") != std::string::npos) return {.schemas = which.schemas};
        which.tables.push_back(name);
    }
    return which;
}

}  // namespace

std::vector<mismatch> mismatches(engine::connection& on, model_list models, const site& where) {
    const sql::dialect& d = on.dialect();
    const std::vector<const mapping::model*> all = with_pivots(models);
    on.at(where);
    const known_schemas schemas{on, schemas_of(all, d)};
    const catalogue found = inspect(on, what_is_needed(all, schemas, d), where);
    checker all_models{found, schemas, d};
    for (const mapping::model* m : all) all_models.look_at(*m);
    return all_models.take();
}

void(check)(engine::connection& on, model_list models, const site& where) {
    const std::vector<mismatch> all = mismatches(on, models, where);
    if (all.empty()) return;
    std::string message{"the database does not fit the models:"};
    for (const mismatch& each : all) {
        message += "\n  " + each.model + ": " + (each.column.empty() ? "the table " : "") + each.table +
                   (each.column.empty() ? "" : '.' + each.column) + ' ' + each.reason;
    }
    message += "\n  bring it up to date (kin::migrations, or the program's `up`), or change the models";
    throw schema_mismatch{message, {.where = where}};
}

}  // namespace kin::schema
