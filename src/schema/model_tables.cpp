// What models want of a database, as a catalogue.
#include "model_tables.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <kin/sql/compiler.hpp>

#include "index_names.hpp"
#include "order.hpp"

namespace kin::schema {

std::string schema_of(const mapping::model& m, const sql::dialect& d) { return d.schemas ? m.schema : std::string{}; }

std::string name_of(const mapping::model& m, const sql::dialect& d) {
    return d.schemas || m.schema.empty() ? m.table : m.schema + '.' + m.table;
}

std::vector<const mapping::model*> with_pivots(model_list models) {
    std::vector<const mapping::model*> all;
    for (const mapping::model* m : models) {
        if (std::ranges::find(all, m) == all.end()) all.push_back(m);
    }
    for (const mapping::model* m : models) {
        for (const mapping::relation& r : m->relations) {
            if (!r.linked() || r.links == nullptr || !r.links->through->implied) continue;
            if (std::ranges::find(models, r.target) == models.end()) continue;
            if (std::ranges::find(all, r.links->through) == all.end()) all.push_back(r.links->through);
        }
    }
    return all;
}

namespace {

using positions = std::vector<std::uint16_t>;

std::vector<std::string> names(const mapping::model& m, const positions& columns) {
    std::vector<std::string> result;
    result.reserve(columns.size());
    for (const std::uint16_t i : columns) result.push_back(m.columns[i].name);
    return result;
}

std::string_view text_of(mapping::referential_action action) {
    switch (action) {
        case mapping::referential_action::no_action:
            break;
        case mapping::referential_action::restrict:
            return "RESTRICT";
        case mapping::referential_action::cascade:
            return "CASCADE";
        case mapping::referential_action::set_null:
            return "SET NULL";
        case mapping::referential_action::set_default:
            return "SET DEFAULT";
    }
    return {};
}

[[noreturn]] void refuse_key(const mapping::model& m, const mapping::foreign_key& key, std::string_view why,
                             const site& where) {
    std::string message = "the foreign key (";
    const char* between = "";
    for (const std::string& name : names(m, key.columns)) {
        message.append(between).append(name);
        between = ", ";
    }
    message.append(") of ").append(m.name).append(1, ' ').append(why);
    throw mapping_error{message, error_context{.where = where}};
}

/// Whether the database checks it: a morph_to's key and one to a view stand in no constraint.
bool constrains(const mapping::foreign_key& key) { return !key.tagged && (key.target == nullptr || !key.target->view); }

sql::foreign_key_definition definition(const mapping::model& m, const mapping::foreign_key& key, const sql::dialect& d,
                                       const site& where) {
    if (key.target == nullptr) refuse_key(m, key, "is not bound to a model yet", where);
    const bool sets_null = key.on_delete == mapping::referential_action::set_null ||
                           key.on_update == mapping::referential_action::set_null;
    // SQLite would accept the table and refuse every delete of a parent, even by DROP TABLE.
    if (sets_null && std::ranges::any_of(key.columns, [&](auto i) { return !m.columns[i].nullable(); })) {
        refuse_key(m, key, "is set to NULL with its parent, but cannot be NULL", where);
    }
    const positions& targets = key.target_columns.empty() ? key.target->primary_key : key.target_columns;
    return {.columns = names(m, key.columns),
            .schema = schema_of(*key.target, d),
            .table = name_of(*key.target, d),
            .target_columns = names(*key.target, targets),
            .on_delete = std::string{text_of(key.on_delete)},
            .on_update = std::string{text_of(key.on_update)},
            .deferring = key.deferred ? sql::deferring::at_commit : sql::deferring::never};
}

// Whether the index begins with these columns, in any order: that finds the rows of a key as well.
bool begins_with(const positions& index, const positions& columns) {
    return index.size() >= columns.size() && std::is_permutation(columns.begin(), columns.end(), index.begin());
}

/// What is left to the database is said to it: without ON DELETE it would refuse the removal.
void require_on_delete(const mapping::model& m, const mapping::foreign_key& key, const site& where) {
    if (key.on_delete != mapping::referential_action::no_action) return;
    const auto require = [&](const mapping::relation& side) {
        if (side.key != &key || !side.options.passive_deletes) return;
        throw mapping_error{side.owner->name + "." + side.name + " is passive_deletes, which leaves the rows of " +
                                m.table +
                                " to the database, but their key says nothing of ON DELETE: table.foreign_key(\"" +
                                m.columns[key.columns[0]].member + "\", kin::on_delete::cascade), set_null or restrict",
                            {.where = where}};
    };
    for (const mapping::relation* side : key.parent_sides) require(*side);
    for (const mapping::link_pair* links : m.links) {
        for (const mapping::relation* side : links->sides) require(*side);
    }
}

sql::identity identity_of(const mapping::model& m, const mapping::column& c, const sql::dialect& d) {
    if (c.identity) return sql::identity::always;
    // The numbers of a sequence that is said.
    if (!d.rowid_key && !c.default_sql.empty()) return sql::identity::none;
    const bool whole = c.io.type == kind::int16 || c.io.type == kind::int32 || c.io.type == kind::int64;
    // A rowid is a key of one column.
    if (!c.generated || !whole || (d.rowid_key && m.primary_key.size() > 1)) return sql::identity::none;
    return c.never_again && d.rowid_key ? sql::identity::never_again : sql::identity::by_default;
}

/// Whether the column stands in a key or in an index.
bool is_looked_up(const mapping::model& m, std::size_t column) {
    const auto stands_in = [column](const positions& all) { return std::ranges::find(all, column) != all.end(); };
    const auto is_part = [column](const mapping::index_part& part) {
        return part.expression.empty() && part.column == column;
    };
    return stands_in(m.primary_key) ||
           std::ranges::any_of(m.foreign_keys, [&](const auto& key) { return stands_in(key.columns); }) ||
           std::ranges::any_of(m.indexes, [&](const mapping::index& i) {
               return stands_in(i.columns) || std::ranges::any_of(i.parts, is_part);
           });
}

std::string type_of(const mapping::model& m, const mapping::column& c, bool rowid, const sql::dialect& d) {
    if (rowid) return "INTEGER";
    // A type of names is text where there are no such types.
    if (!c.labels.empty() && d.enum_types) return sql::qualified(schema_of(m, d), c.sql_type, d);
    if (!c.sql_type.empty() && c.labels.empty()) return c.sql_type;
    const bool bounded = d.key_length != 0 && c.length == 0 && (c.io.type == kind::text || c.io.type == kind::blob) &&
                         is_looked_up(m, static_cast<std::size_t>(&c - m.columns.data()));
    return d.type_name(c.io.type, bounded ? d.key_length : c.length);
}

void add_columns(sql::table_definition& table, const mapping::model& m, const sql::dialect& d, const site& where) {
    for (const mapping::column& c : m.columns) {
        if (c.computed && !c.identity && c.generated_sql.empty()) {
            throw mapping_error{m.name + "." + c.name +
                                    " is generated, and its table's description does not say from what: "
                                    "table.generated(\"" +
                                    c.member + "\", \"SQL\")",
                                {.where = where}};
        }
        const sql::identity identity = identity_of(m, c, d);
        const bool rowid =
            d.rowid_key && (identity == sql::identity::by_default || identity == sql::identity::never_again);
        table.columns.push_back(
            {.name = c.name,
             .type = type_of(m, c, rowid, d),
             .nullable = c.primary_key ? c.null_there && d.rowid_key && !rowid : c.nullable() || c.null_there,
             .identity = identity,
             .default_sql = c.default_sql,
             .generated_sql = c.generated_sql,
             .collation = c.collation,
             .comment = d.comments == sql::comment_style::none ? std::string{} : c.comment});
        if (c.length != 0 && c.io.type == kind::text && d.length_checks && c.sql_type.empty()) {
            table.checks.push_back({.sql = sql::length_condition(c.name, c.length, d), .column = c.name});
        }
    }
    // All of it stands behind the name: what it is, is nobody's business here.
    for (const mapping::ignored_column& c : m.ignored) {
        if (!c.sql.empty()) table.columns.push_back({.name = c.name, .type = c.sql, .nullable = true});
    }
}

/// By which its rows are found: of one that has all rows.
positions leading_columns(const mapping::index& i) {
    if (i.parts.empty()) return i.columns;
    positions columns;
    for (const mapping::index_part& part : i.parts) {
        if (!i.where.empty() || !i.method.empty() || !part.expression.empty()) break;
        columns.push_back(part.column);
    }
    return columns;
}

sql::index_definition described(const mapping::model& m, const mapping::index& i, index_names& called) {
    sql::index_definition made{.name = called.of(i.unique_parts ? "uq" : "ix", m, i),
                               .unique = i.unique_parts,
                               .where = i.where,
                               .method = i.method,
                               .included = names(m, i.included)};
    for (const mapping::index_part& part : i.parts) {
        made.parts.push_back({.column = part.expression.empty() ? m.columns[part.column].name : std::string{},
                              .expression = part.expression,
                              .descending = part.descending,
                              .operator_class = part.operator_class});
    }
    return made;
}

void add_indexes(sql::table_definition& table, const mapping::model& m, index_names& called) {
    std::vector<positions> known{m.primary_key};
    for (const mapping::index& i : m.indexes) known.push_back(leading_columns(i));
    const auto add = [&](std::string name, const positions& columns) {
        sql::index_definition& made = table.indexes.emplace_back();
        made.name = std::move(name);
        for (std::string& column : names(m, columns)) made.parts.push_back({.column = std::move(column)});
    };
    for (const mapping::index& i : m.indexes) {
        if (!i.parts.empty()) {
            table.indexes.push_back(described(m, i, called));
        } else if (!i.unique) {
            add(called.of("ix", m, i), i.columns);
        }
    }
    // Without an index every delete of a parent, and every load of its children, reads the whole table.
    for (const mapping::foreign_key& key : m.foreign_keys) {
        if (key.tagged || key.unindexed) continue;  // a tagged one has its own, behind the tag
        if (std::ranges::any_of(known, [&](const positions& p) { return begins_with(p, key.columns); })) continue;
        add(called.made("ix", m, key.columns), key.columns);
        known.push_back(key.columns);
    }
}

sql::table_definition table_of(const mapping::model& m, const sql::dialect& d, index_names& called, const site& where) {
    sql::table_definition table;
    table.schema = schema_of(m, d);
    table.name = name_of(m, d);
    if (d.comments != sql::comment_style::none) table.comment = m.comment;
    table.options = m.options;
    add_columns(table, m, d, where);
    table.primary_key.columns = names(m, m.primary_key);
    for (const mapping::index& i : m.indexes) {
        if (i.unique && i.parts.empty()) table.uniques.push_back({called.of("uq", m, i), names(m, i.columns)});
    }
    for (const mapping::check& c : m.checks) table.checks.push_back({.name = c.name, .sql = c.sql});
    for (const mapping::foreign_key& key : m.foreign_keys) {
        if (!constrains(key)) continue;
        require_on_delete(m, key, where);
        table.foreign_keys.push_back(definition(m, key, d, where));
    }
    add_indexes(table, m, called);
    return table;
}

/// The types of names that the model's columns have; several columns may share one.
void add_enums(catalogue& all, const mapping::model& m, const sql::dialect& d, const site& where) {
    if (!d.enum_types) return;
    for (const mapping::column& c : m.columns) {
        if (c.labels.empty()) continue;
        const auto same = [&](const sql::enum_definition& e) { return e.name == c.sql_type && e.schema == m.schema; };
        const auto known = std::ranges::find_if(all.enums, same);
        if (known != all.enums.end() && known->labels != c.labels) {
            throw mapping_error{m.name + "." + c.name + ": the type \"" + c.sql_type +
                                    "\" has other values in another place: they are one type",
                                {.where = where}};
        }
        if (known != all.enums.end()) continue;
        all.enums.push_back({.schema = m.schema, .name = c.sql_type, .labels = c.labels});
    }
}

sql::view_definition view_of(const mapping::model& m, const sql::dialect& d) {
    sql::view_definition view{.schema = schema_of(m, d), .name = name_of(m, d)};
    view.sql = sql::compile(sql::create_view{view.schema, view.name, m.view_sql}, d);
    return view;
}

/// The names of the tables and whom they refer to, nothing else: what their order needs.
sql::table_definition outline_of(const mapping::model& m, const sql::dialect& d) {
    sql::table_definition table{.schema = schema_of(m, d), .name = name_of(m, d)};
    for (const mapping::foreign_key& key : m.foreign_keys) {
        if (!constrains(key) || key.target == nullptr) continue;
        table.foreign_keys.push_back({.schema = schema_of(*key.target, d), .table = name_of(*key.target, d)});
    }
    return table;
}

struct ordered_models {
    std::vector<const mapping::model*> models{};
    bool cyclic = false;
};

ordered_models ordered(model_list models, const sql::dialect& d) {
    const std::vector<const mapping::model*> all = with_pivots(models);
    std::vector<sql::table_definition> outlines;
    outlines.reserve(all.size());
    for (const mapping::model* m : all) outlines.push_back(outline_of(*m, d));
    const creation_order found = order(outlines);
    ordered_models result{.cyclic = found.cyclic};
    for (const sql::table_definition* t : found.tables) result.models.push_back(all[t - outlines.data()]);
    return result;
}

}  // namespace

catalogue catalogue_of(model_list models, const sql::dialect& d, const taken_names& taken, const site& where) {
    const ordered_models all = ordered(models, d);
    index_names called{d, all.models, taken};
    catalogue result;
    for (const mapping::model* m : all.models) {
        add_enums(result, *m, d, where);
        if (!m->view) {
            result.tables.push_back(table_of(*m, d, called, where));
        } else if (!m->view_sql.empty()) {
            result.views.push_back(view_of(*m, d));
        }
    }
    if (!all.cyclic || !d.add_constraint) return result;
    // Keys that close a cycle are added behind the tables, by a name.
    std::size_t made_tables = 0;
    for (std::size_t i = 0; i < all.models.size(); ++i) {
        const mapping::model& m = *all.models[i];
        if (m.view) continue;
        sql::table_definition& table = result.tables[made_tables++];
        std::size_t at = 0;
        for (const mapping::foreign_key& key : m.foreign_keys) {
            if (!constrains(key)) continue;
            sql::foreign_key_definition& made = table.foreign_keys[at++];
            const auto target = std::ranges::find(all.models, key.target);
            if (target - all.models.begin() > static_cast<std::ptrdiff_t>(i) && target != all.models.end()) {
                made.name = called.made("fk", m, key.columns);
            }
        }
    }
    return result;
}

catalogue catalogue_of(model_list models, const sql::dialect& d, const site& where) {
    return catalogue_of(models, d, {}, where);
}

catalogue outline_of(model_list models, const sql::dialect& d) {
    catalogue result;
    for (const mapping::model* m : ordered(models, d).models) {
        if (!m->view) {
            result.tables.push_back(outline_of(*m, d));
        } else if (!m->view_sql.empty()) {
            result.views.push_back({.schema = schema_of(*m, d), .name = name_of(*m, d)});
        }
    }
    return result;
}

}  // namespace kin::schema
