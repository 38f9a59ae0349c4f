// From models to the statements that create and drop their tables.
#include <kin/schema/schema.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include <kin/engine/connection.hpp>
#include <kin/sql/compiler.hpp>

#include "index_names.hpp"
#include "order.hpp"

namespace kin::schema {

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

sql::foreign_key_definition definition(const mapping::model& m, const mapping::foreign_key& key, const site& where) {
    if (key.target == nullptr) refuse_key(m, key, "is not bound to a model yet", where);
    const bool sets_null = key.on_delete == mapping::referential_action::set_null ||
                           key.on_update == mapping::referential_action::set_null;
    // SQLite would accept the table and refuse every delete of a parent, even by DROP TABLE.
    if (sets_null && std::ranges::any_of(key.columns, [&](auto i) { return !m.columns[i].nullable(); })) {
        refuse_key(m, key, "is set to NULL with its parent, but cannot be NULL", where);
    }
    const positions& targets = key.target_columns.empty() ? key.target->primary_key : key.target_columns;
    return {.columns = names(m, key.columns),
            .schema = key.target->schema,
            .table = key.target->table,
            .target_columns = names(*key.target, targets),
            .on_delete = std::string{text_of(key.on_delete)},
            .on_update = std::string{text_of(key.on_update)}};
}

// Whether the index begins with these columns, in any order: that finds the rows of a key as well.
bool begins_with(const positions& index, const positions& columns) {
    return index.size() >= columns.size() && std::is_permutation(columns.begin(), columns.end(), index.begin());
}

sql::create_table table_of(const mapping::model& m, bool if_not_exists, index_names& called) {
    sql::create_table table{.schema = m.schema, .table = m.table, .if_not_exists = if_not_exists};
    for (const mapping::column& c : m.columns) {
        const bool whole = c.io.type == kind::int16 || c.io.type == kind::int32 || c.io.type == kind::int64;
        if (c.computed && !c.identity && c.generated_sql.empty()) {
            throw mapping_error{m.name + "." + c.name +
                                " is generated, and its table's description does not say from what: "
                                "table.generated(\"" +
                                c.member + "\", \"SQL\")"};
        }
        table.columns.push_back({.name = c.name,
                                 .type = c.io.type,
                                 .length = c.length,
                                 .nullable = c.nullable() && !c.primary_key,
                                 .generated_key = c.generated && whole,
                                 .default_sql = c.default_sql,
                                 .generated_sql = c.generated_sql,
                                 .part_of_key = c.primary_key && m.primary_key.size() > 1,
                                 .identity = c.identity});
    }
    table.primary_key = names(m, m.primary_key);
    for (const mapping::index& i : m.indexes) {
        if (!i.unique) continue;
        table.uniques.push_back({called.of("uq", m, i), names(m, i.columns)});
    }
    for (const mapping::check& c : m.checks) table.checks.push_back({c.name, c.sql});
    return table;
}

void add_indexes(std::vector<std::string>& out, const mapping::model& m, const sql::dialect& d, bool if_not_exists,
                 index_names& called) {
    std::vector<positions> known{m.primary_key};
    for (const mapping::index& i : m.indexes) known.push_back(i.columns);
    const auto add = [&](std::string name, const positions& columns) {
        out.push_back(sql::compile(sql::create_index{.name = std::move(name),
                                                     .schema = m.schema,
                                                     .table = m.table,
                                                     .columns = names(m, columns),
                                                     .if_not_exists = if_not_exists},
                                   d));
    };
    for (const mapping::index& i : m.indexes) {
        if (!i.unique) add(called.of("ix", m, i), i.columns);
    }
    // Without an index every delete of a parent, and every load of its children, reads the whole table.
    for (const mapping::foreign_key& key : m.foreign_keys) {
        if (key.tagged) continue;  // has its own, behind the tag
        if (std::ranges::any_of(known, [&](const positions& p) { return begins_with(p, key.columns); })) continue;
        add(called.made("ix", m, key.columns), key.columns);
        known.push_back(key.columns);
    }
}

/// The models, and the pivots that no struct describes between them.
std::vector<const mapping::model*> with_pivots(model_list models) {
    std::vector<const mapping::model*> all(models.begin(), models.end());
    for (const mapping::model* m : models) {
        for (const mapping::relation& r : m->relations) {
            if (!r.linked() || r.links == nullptr || !r.links->through->implied) continue;
            if (std::ranges::find(models, r.target) == models.end()) continue;
            if (std::ranges::find(all, r.links->through) == all.end()) all.push_back(r.links->through);
        }
    }
    return all;
}

void add_schemas(std::vector<std::string>& out, const creation_order& ordered, const sql::dialect& d) {
    if (!d.schemas) return;
    std::unordered_set<std::string_view> made;
    for (const mapping::model* m : ordered.models) {
        // Always "if not exists": a schema is shared with tables that are not ours.
        if (!m->schema.empty() && made.insert(m->schema).second)
            out.push_back(sql::compile(sql::create_schema{m->schema, true}, d));
    }
}

/// A transaction of its own, unless the caller has one open already.
class scoped_transaction {
  public:
    explicit scoped_transaction(engine::connection& on) : on_{on}, own_{!on.in_transaction()} {
        if (own_) on_.begin();
    }
    scoped_transaction(const scoped_transaction&) = delete;
    scoped_transaction& operator=(const scoped_transaction&) = delete;
    ~scoped_transaction() {
        if (own_) on_.rollback();
    }
    void commit() {
        if (own_) on_.commit();
        own_ = false;
    }

  private:
    engine::connection& on_;
    bool own_;
};

void run(engine::connection& on, const std::vector<std::string>& statements, const site& where) {
    on.at(where);
    scoped_transaction transaction{on};
    for (const std::string& s : statements) on.script(s);
    transaction.commit();
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

std::vector<std::string> statements_that_create(model_list models, const sql::dialect& d, bool if_not_exists,
                                                const taken_names& taken, const site& where) {
    const creation_order ordered = order(with_pivots(models));
    std::vector<std::string> statements;
    std::vector<std::string> late_keys;
    index_names called{d, ordered.models, taken};
    add_schemas(statements, ordered, d);

    std::unordered_set<const mapping::model*> later{ordered.models.begin(), ordered.models.end()};
    for (const mapping::model* m : ordered.models) {
        later.erase(m);
        sql::create_table table = table_of(*m, if_not_exists, called);
        for (const mapping::foreign_key& key : m->foreign_keys) {
            if (key.tagged) continue;
            require_on_delete(*m, key, where);
            sql::foreign_key_definition defined = definition(*m, key, where);
            if (!d.add_constraint || !later.contains(key.target)) {
                table.foreign_keys.push_back(std::move(defined));
                continue;
            }
            late_keys.push_back(sql::compile(sql::add_foreign_key{.name = called.made("fk", *m, key.columns),
                                                                  .schema = m->schema,
                                                                  .table = m->table,
                                                                  .if_not_exists = if_not_exists,
                                                                  .key = std::move(defined)},
                                             d));
        }
        statements.push_back(sql::compile(table, d));
        add_indexes(statements, *m, d, if_not_exists, called);
    }
    for (std::string& key : late_keys) statements.push_back(std::move(key));
    return statements;
}

}  // namespace

std::vector<std::string> create_statements(model_list models, const sql::dialect& d, bool if_not_exists,
                                           const site& where) {
    return statements_that_create(models, d, if_not_exists, {}, where);
}

std::vector<std::string> drop_statements(model_list models, const sql::dialect& d, bool if_exists, const site&) {
    const creation_order ordered = order(with_pivots(models));
    std::vector<std::string> statements;
    if (ordered.cyclic && !d.drop_cycle_before.empty()) statements.emplace_back(d.drop_cycle_before);
    for (auto at = ordered.models.rbegin(); at != ordered.models.rend(); ++at) {
        statements.push_back(sql::compile(
            sql::drop_table{
                .schema = (*at)->schema, .table = (*at)->table, .if_exists = if_exists, .cascade = ordered.cyclic},
            d));
    }
    if (ordered.cyclic && !d.drop_cycle_after.empty()) statements.emplace_back(d.drop_cycle_after);
    return statements;
}

void create(engine::connection& on, model_list models, bool if_not_exists, const site& where) {
    on.at(where);
    // An index that is there already is left out by its name alone, whosever it is.
    const taken_names taken = if_not_exists ? taken_names{on} : taken_names{};
    run(on, statements_that_create(models, on.dialect(), if_not_exists, taken, where), where);
}

void drop(engine::connection& on, model_list models, bool if_exists, const site& where) {
    const sql::dialect& d = on.dialect();
    try {
        run(on, drop_statements(models, d, if_exists, where), where);
    } catch (...) {
        // What was switched off outlives the transaction; on a lost connection it no longer matters.
        if (!d.drop_cycle_after.empty() && on.alive()) on.script(d.drop_cycle_after);
        throw;
    }
}

}  // namespace kin::schema
