// The part of a wanted table that is as it is.
#include "ignored.hpp"

#include <algorithm>
#include <iterator>

#include <kin/mapping/model.hpp>

#include "matching.hpp"
#include "schema/model_tables.hpp"
#include "tokens.hpp"

namespace kin::schema {

ignored_columns::ignored_columns(model_list models, const known_schemas& schemas, const compare_options& options,
                                 const sql::dialect& d)
    : dialect_{d} {
    for (const mapping::model* m : models) {
        if (m->ignored.empty()) continue;
        table& t = tables_.emplace_back(table{.schema = schemas.as_found(schema_of(*m, d)), .name = name_of(*m, d)});
        for (const mapping::ignored_column& c : m->ignored) t.columns.push_back(c.name);
        for (const renamed_table& r : options.renamed_tables) {
            if (r.schema == t.schema && comparing::same_name(r.to, t.name, d)) t.was = r.from;
        }
    }
}

void ignored_columns::leave_alone(const catalogue& is, catalogue& wanted) const {
    for (const table& t : tables_) {
        const sql::table_definition* had = comparing::table_in(is, t.schema, t.name, dialect_);
        if (had == nullptr) had = comparing::table_in(is, t.schema, t.was, dialect_);
        if (had == nullptr) continue;
        for (sql::table_definition& each : wanted.tables) {
            const bool same = each.schema == t.schema && comparing::same_name(each.name, t.name, dialect_);
            if (same) leave_alone(t, *had, each);
        }
    }
}

void ignored_columns::leave_alone(const table& t, const sql::table_definition& is,
                                  sql::table_definition& wanted) const {
    const auto ours = [&](const std::string& name) {
        return std::ranges::any_of(t.columns,
                                   [&](const std::string& c) { return comparing::same_name(c, name, dialect_); });
    };
    const auto any_of_ours = [&](const std::vector<std::string>& names) { return std::ranges::any_of(names, ours); };
    const auto mentioned = [&](const std::string& sql) {
        return std::ranges::any_of(t.columns,
                                   [&](const std::string& c) { return comparing::mentions(sql, c, dialect_); });
    };
    const auto as_it_is = [](const auto& from, auto& to, const auto& names_one) {
        std::erase_if(to, names_one);
        std::ranges::copy_if(from, std::back_inserter(to), names_one);
    };
    as_it_is(is.columns, wanted.columns, [&](const auto& c) { return ours(c.name); });
    as_it_is(is.uniques, wanted.uniques, [&](const auto& u) { return any_of_ours(u.columns) || mentioned(u.sql); });
    as_it_is(is.foreign_keys, wanted.foreign_keys, [&](const auto& key) { return any_of_ours(key.columns); });
    as_it_is(is.checks, wanted.checks, [&](const auto& c) { return mentioned(c.sql); });
    as_it_is(is.indexes, wanted.indexes, [&](const auto& i) {
        return any_of_ours(i.included) || mentioned(i.where) || std::ranges::any_of(i.parts, [&](const auto& part) {
                   return ours(part.column) || mentioned(part.expression);
               });
    });
}

}  // namespace kin::schema
