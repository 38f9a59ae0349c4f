// From models to the statements that create and drop their tables.
#include <kin/schema/schema.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include <kin/engine/connection.hpp>
#include <kin/sql/compiler.hpp>

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

/// Eight hexadecimal digits that differ where the texts do (FNV-1a, 32 bits).
std::string digest(std::string_view text) {
    std::uint32_t hash = 2166136261U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    std::string digits(8, '0');
    for (std::size_t i = 8; i-- > 0; hash >>= 4) digits[i] = "0123456789abcdef"[hash & 15];
    return digits;
}

/// The names of indexes and constraints that nobody has named: `ix_table_column_column`. Index names share one space
/// in a database, so the schema is part of them. A name that is too long for the database, or that another index of
/// these models has already, ends in a digest of what it stands for.
class name_maker {
  public:
    explicit name_maker(const sql::dialect& d) : longest_{d.max_identifier} {}

    std::string operator()(std::string_view prefix, const mapping::model& m, const positions& columns) {
        std::string name{prefix};
        std::string exact{prefix};  // what two names share only if they stand for the same
        const auto add = [&](const std::string& part) {
            name += '_' + part;
            exact.append(1, '\0').append(part);
        };
        if (!m.schema.empty()) add(m.schema);
        add(m.table);
        for (const std::uint16_t i : columns) add(m.columns[i].name);
        const bool too_long = longest_ != 0 && name.size() > longest_;
        if (too_long || !made_.insert(name).second) {
            const std::string end = '_' + digest(exact);
            if (longest_ != 0 && name.size() + end.size() > longest_) {
                std::size_t cut = longest_ - end.size();
                while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xC0) == 0x80) --cut;  // whole characters
                name.resize(cut);
            }
            name += end;
            made_.insert(name);
        }
        return name;
    }

  private:
    std::uint32_t longest_;
    std::unordered_set<std::string> made_{};
};

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

sql::create_table table_of(const mapping::model& m, bool if_not_exists, name_maker& generated_name) {
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
        table.uniques.push_back({i.name.empty() ? generated_name("uq", m, i.columns) : i.name, names(m, i.columns)});
    }
    for (const mapping::check& c : m.checks) table.checks.push_back({c.name, c.sql});
    return table;
}

void add_indexes(std::vector<std::string>& out, const mapping::model& m, const sql::dialect& d, bool if_not_exists,
                 name_maker& generated_name) {
    std::vector<positions> known{m.primary_key};
    for (const mapping::index& i : m.indexes) known.push_back(i.columns);
    const auto add = [&](const std::string& name, const positions& columns) {
        out.push_back(sql::compile(sql::create_index{.name = name.empty() ? generated_name("ix", m, columns) : name,
                                                     .schema = m.schema,
                                                     .table = m.table,
                                                     .columns = names(m, columns),
                                                     .if_not_exists = if_not_exists},
                                   d));
    };
    for (const mapping::index& i : m.indexes) {
        if (!i.unique) add(i.name, i.columns);
    }
    // Without an index every delete of a parent, and every load of its children, reads the whole table.
    for (const mapping::foreign_key& key : m.foreign_keys) {
        if (key.tagged) continue;  // has its own, behind the tag
        if (std::ranges::any_of(known, [&](const positions& p) { return begins_with(p, key.columns); })) continue;
        add({}, key.columns);
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

}  // namespace

std::vector<std::string> create_statements(model_list models, const sql::dialect& d, bool if_not_exists,
                                           const site& where) {
    const creation_order ordered = order(with_pivots(models));
    std::vector<std::string> statements;
    std::vector<std::string> late_keys;
    name_maker generated_name{d};
    add_schemas(statements, ordered, d);

    std::unordered_set<const mapping::model*> later{ordered.models.begin(), ordered.models.end()};
    for (const mapping::model* m : ordered.models) {
        later.erase(m);
        sql::create_table table = table_of(*m, if_not_exists, generated_name);
        for (const mapping::foreign_key& key : m->foreign_keys) {
            if (key.tagged) continue;
            sql::foreign_key_definition defined = definition(*m, key, where);
            if (!d.add_constraint || !later.contains(key.target)) {
                table.foreign_keys.push_back(std::move(defined));
                continue;
            }
            late_keys.push_back(sql::compile(sql::add_foreign_key{.name = generated_name("fk", *m, key.columns),
                                                                  .schema = m->schema,
                                                                  .table = m->table,
                                                                  .if_not_exists = if_not_exists,
                                                                  .key = std::move(defined)},
                                             d));
        }
        statements.push_back(sql::compile(table, d));
        add_indexes(statements, *m, d, if_not_exists, generated_name);
    }
    for (std::string& key : late_keys) statements.push_back(std::move(key));
    return statements;
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
    run(on, create_statements(models, on.dialect(), if_not_exists, where), where);
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
