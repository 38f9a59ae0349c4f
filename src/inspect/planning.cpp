// From tables to structs: names, columns, and which column is the key where the database says none.
#include <algorithm>

#include <fmt/format.h>

#include "names.hpp"
#include "plan.hpp"

namespace kin::reverse {

namespace {

void plan_enums(model_plan& plan, std::set<std::string>& taken) {
    for (const sql::enum_definition& e : plan.catalogue->enums) {
        if (e.labels.empty()) continue;  // no value is one of it
        planned_enum made{.source = &e, .name = take_free(taken, type_name(e.name)), .as_labels = true};
        std::set<std::string> names;
        for (const std::string& label : e.labels) {
            // What is in capitals alone is left to macros.
            const bool small = std::ranges::any_of(label, [](char c) { return c >= 'a' && c <= 'z'; });
            made.as_labels = made.as_labels && small && is_cpp_name(label);
            made.enumerators.push_back(take_free(names, member_name(label)));
        }
        if (made.as_labels) made.enumerators = e.labels;
        plan.enums.push_back(std::move(made));
    }
}

void add_columns(planned_model& m, const std::vector<sql::column_definition>& columns, const model_plan& plan,
                 const table_facts& facts, const model_options& options, const std::set<std::string>& types) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const sql::column_definition& source = columns[i];
        planned_column c{.source = &source, .optional = source.nullable};
        const bool as_column = options.members_as_columns && is_cpp_name(source.name);
        // A member that is called as a type would hide it.
        const bool type = as_column && types.contains(source.name);
        c.member = take_free(m.taken, as_column && !type ? source.name : member_name(source.name));
        choose_type(c, plan, facts.known ? &facts.columns[i] : nullptr);
        m.columns.push_back(std::move(c));
    }
}

/// SQLite's own number of a row, where the table has one that no column hides.
bool use_rowid(planned_model& m) {
    static const sql::column_definition rowid{.name = "rowid", .type = "INTEGER"};
    const bool hidden = std::ranges::any_of(m.columns, [](const planned_column& c) { return c.member == "rowid"; });
    if (hidden || m.table->options.find("ROWID") != std::string::npos) return false;
    m.columns.insert(m.columns.begin(), {.source = &rowid, .member = "rowid", .value_type = "std::int64_t"});
    m.taken.insert("rowid");
    m.key = {"rowid"};
    m.read_only = true;
    m.comments.push_back("No key holds for all rows. SQLite's rowid tells its rows apart; they are only read.");
    return true;
}

/// SQLite lets NULL into a primary key; rows that have it there have no key that a member could hold.
bool has_null(const planned_model& m, const table_facts& facts) {
    for (std::size_t i = 0; facts.known && i < m.columns.size(); ++i) {
        const column_facts& f = facts.columns[i];
        const bool key = std::ranges::find(m.key, m.columns[i].source->name) != m.key.end();
        if (key && f.integers + f.reals + f.texts + f.blobs < facts.rows) return true;
    }
    return false;
}

/// Which column tells the rows apart, where no key says it. Views and tables without one.
void find_key(planned_model& m, const table_facts& facts, bool sqlite) {
    if (m.table != nullptr) {
        for (const sql::unique_definition& u : m.table->uniques) {
            const bool sure = std::ranges::all_of(u.columns, [&](const std::string& name) {
                const planned_column* c = m.find(name);
                return c != nullptr && !c->source->nullable;
            });
            if (sure && m.key.empty()) m.key = u.columns;
        }
        if (!m.key.empty()) {
            m.comments.push_back("The table has no primary key; these columns are UNIQUE and not NULL.");
            return;
        }
    }
    if (m.table != nullptr && sqlite && use_rowid(m)) return;
    if (!facts.known || facts.rows == 0) return;
    for (std::size_t i = 0; i < m.columns.size() && m.key.empty(); ++i) {
        const planned_column& c = m.columns[i];
        if (facts.columns[i].distinct && !c.value_type.empty() && c.value_type != "double" && c.value_type != "float") {
            m.key = {c.source->name};
        }
    }
    if (m.key.empty()) return;
    m.comments.push_back(fmt::format("No key says so, but today no two rows have the same {}.", m.key[0]));
}

void check_key(planned_model& m) {
    if (m.key.empty()) {
        m.left_out =
            m.view != nullptr ? "no column tells its rows apart" : "it has no key, and no column tells its rows apart";
        return;
    }
    if (m.key.size() > 4) m.left_out = "its key has more than four columns";
    for (const std::string& name : m.key) {
        planned_column* c = m.find(name);
        if (c == nullptr || c->value_type.empty()) {
            m.left_out = fmt::format("no member can hold its key: {} ({})", name, c == nullptr ? "" : c->comment);
            return;
        }
        c->optional = false;
    }
}

/// A model has so many members, its relations among them.
void limit_columns(planned_model& m, const model_plan& plan) {
    constexpr std::size_t members = 64;
    std::size_t relations = 0;
    std::set<std::string> needed{m.key.begin(), m.key.end()};
    for (const planned_model& other : plan.models) {
        if (other.table == nullptr || m.table == nullptr) continue;
        for (const sql::foreign_key_definition& key : other.table->foreign_keys) {
            if (other.table == m.table) needed.insert(key.columns.begin(), key.columns.end());
            const bool here = key.table == m.table->name && key.schema == m.table->schema;
            if (here) needed.insert(key.target_columns.begin(), key.target_columns.end());
            relations += (here ? 2 : 0) + (other.table == m.table ? 1 : 0);  // a many_to_many beside the has_many
        }
    }
    const std::size_t taken = relations + needed.size();
    const std::size_t most = taken < members ? members - taken : 0;
    std::size_t seen = 0;
    for (planned_column& c : m.columns) {
        if (c.value_type.empty() || needed.contains(c.source->name) || ++seen <= most) continue;
        c.value_type.clear();
        c.comment += ": a model has at most 64 members; put those that you need in the place of others";
    }
}

}  // namespace

std::string member_list(const planned_model& m, const std::vector<std::string>& columns) {
    std::string text;
    for (const std::string& name : columns) {
        const planned_column* c = m.find(name);
        text += (text.empty() ? "" : ", ") + literal(c != nullptr ? c->member : name);
    }
    return text;
}

model_plan plan_models(const schema::catalogue& all, const sql::dialect& d, const all_facts& facts,
                       const model_options& options) {
    const bool sqlite = &d == &sql::sqlite_dialect();
    model_plan plan{.catalogue = &all, .dialect = &d};
    std::set<std::string> types;
    plan_enums(plan, types);
    const auto facts_of = [&](const std::string& schema, const std::string& name) {
        const auto found = facts.find(facts_name(schema, name));
        return found == facts.end() ? table_facts{} : found->second;
    };
    // All names of types first: no member is called as one.
    std::vector<std::string> names;
    for (const sql::table_definition& t : all.tables) {
        names.push_back(take_free(types, struct_name(t.name), type_name(t.schema)));
    }
    for (const sql::view_definition& v : all.views) {
        names.push_back(take_free(types, struct_name(v.name), "View"));
    }
    auto name = names.begin();
    for (const sql::table_definition& t : all.tables) {
        planned_model m{.table = &t, .name = *name++};
        m.key = t.primary_key.columns;
        const table_facts known = facts_of(t.schema, t.name);
        add_columns(m, t.columns, plan, known, options, types);
        if (has_null(m, known)) m.key.clear();
        if (m.key.empty()) find_key(m, known, sqlite);
        plan.models.push_back(std::move(m));
    }
    for (const sql::view_definition& v : all.views) {
        planned_model m{.view = &v, .name = *name++};
        const table_facts known = facts_of(v.schema, v.name);
        add_columns(m, v.columns, plan, known, options, types);
        find_key(m, known, sqlite);
        plan.models.push_back(std::move(m));
    }
    for (planned_model& m : plan.models) {
        check_key(m);
        limit_columns(m, plan);
    }
    plan_relations(plan, options);
    plan_rules(plan, options);
    for (const sql::other_definition& o : all.others) {
        plan.comments.push_back(fmt::format("{} {}", o.what, o.name));
    }
    return plan;
}

}  // namespace kin::reverse
