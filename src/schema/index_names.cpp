// Names that are told apart, the same ones whenever they are made.
#include "index_names.hpp"

#include <kin/engine/connection.hpp>

namespace kin::schema {

namespace {

/// Eight hexadecimal digits that differ where the texts do (FNV-1a, 32 bits).
std::string digest(std::string_view text) {
    std::uint32_t hash = 2166136261U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    std::string digits(8, '0');
    for (std::size_t i = 8; i-- > 0; hash >>= 4) digits[i] = "0123456789abcdef"[hash & 15];
    return digits;
}

/// All names that an index cannot have: schema (empty where names are looked up), name, the table that it is an index
/// of. Null where indexes of different tables may have the same name.
std::string_view names_in(const sql::dialect& d) {
    if (&d == &sql::sqlite_dialect()) {
        return "SELECT '', name, CASE type WHEN 'index' THEN tbl_name ELSE '' END FROM sqlite_master "
               "WHERE type IN ('table', 'view', 'index')";
    }
    if (&d == &sql::postgresql_dialect()) {
        return "SELECT CASE WHEN s.nspname = current_schema() AND side = 0 THEN '' ELSE s.nspname::text END, "
               "r.relname::text, "
               "coalesce(t.relname::text, '') FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace s ON s.oid = "
               "r.relnamespace "
               "LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = r.oid "
               "LEFT JOIN pg_catalog.pg_class t ON t.oid = i.indrelid CROSS JOIN generate_series(0, 1) AS side "
               "WHERE s.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')";
    }
    if (&d == &sql::mariadb_dialect()) {  // an index has its name within its table alone
        return "SELECT CASE WHEN table_schema = database() AND side = 0 THEN '' ELSE table_schema END, table_name, '' "
               "FROM information_schema.tables CROSS JOIN (SELECT 0 AS side UNION ALL SELECT 1) sides "
               "WHERE table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')";
    }
    return {};
}

std::string joined(const std::string& schema, const std::string& name) { return schema + '\0' + name; }

}  // namespace

taken_names::taken_names(engine::connection& on) : schemas_{on.dialect().schemas} {
    const std::string_view ask = names_in(on.dialect());
    if (ask.empty()) return;
    engine::cursor rows = on.run_aside(ask, {});
    const auto text = [&rows](int column) { return std::string{rows.cell(column).bytes}; };
    while (rows.next()) {
        std::string name = joined(text(0), text(1));
        table_of_.insert_or_assign(std::move(name), text(2));
    }
}

bool taken_names::by_others(const std::string& name, const mapping::model& m) const {
    const auto found = table_of_.find(joined(schemas_ ? m.schema : std::string{}, name));
    if (found == table_of_.end()) return false;
    return found->second != (schemas_ || m.schema.empty() ? m.table : m.schema + '.' + m.table);
}

bool taken_names::contains(const std::string& schema, const std::string& name) const {
    return table_of_.contains(joined(schema, name));
}

index_names::index_names(const sql::dialect& d, const std::vector<const mapping::model*>& models,
                         const taken_names& taken)
    : dialect_{d}, taken_{taken} {
    for (const mapping::model* m : models) {
        if (!d.indexes_of_tables) said_.emplace(key(*m, m->table), m);
    }
    for (const mapping::model* m : models) {
        for (const mapping::index& i : m->indexes) {
            if (!i.name.empty()) said_.emplace(key(*m, i.name), &i);
        }
    }
}

std::string index_names::key(const mapping::model& m, const std::string& name) const {
    const std::string whose = dialect_.schemas ? m.schema : std::string{};
    return joined(dialect_.indexes_of_tables ? joined(whose, m.table) : whose, name);
}

bool index_names::elsewhere(const std::string& name, const mapping::model& m) const {
    return !dialect_.indexes_of_tables && taken_.by_others(name, m);
}

bool index_names::too_long(const std::string& name) const noexcept {
    return dialect_.max_identifier != 0 && name.size() > dialect_.max_identifier;
}

std::string index_names::told_apart(std::string name, const std::string& exact) const {
    const std::string end = '_' + digest(exact);
    if (too_long(name + end)) {
        std::size_t cut = dialect_.max_identifier - end.size();
        while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xC0) == 0x80) --cut;  // whole characters
        name.resize(cut);
    }
    return name + end;
}

std::string index_names::made(std::string_view prefix, const mapping::model& m,
                              const std::vector<std::uint16_t>& columns) {
    std::vector<std::string> parts;
    parts.reserve(columns.size());
    for (const std::uint16_t i : columns) parts.push_back(m.columns[i].name);
    return made(prefix, m, parts, {});
}

/// `beside`: what it says that its name does not.
std::string index_names::made(std::string_view prefix, const mapping::model& m, const std::vector<std::string>& parts,
                              std::string_view beside) {
    std::string name{prefix};
    std::string exact{prefix};  // what two names share only if they stand for the same
    const auto add = [&](const std::string& part) {
        name += '_' + part;
        exact.append(1, '\0').append(part);
    };
    if (!m.schema.empty()) add(m.schema);
    add(m.table);
    for (const std::string& part : parts) add(part);
    if (!beside.empty()) exact.append(1, '\0').append(beside);
    const bool free = !too_long(name) && !said_.contains(key(m, name)) && !elsewhere(name, m);
    // A foreign key's name is the whole schema's also where an index's is its table's.
    const bool of_table = dialect_.indexes_of_tables && prefix != "fk";
    const auto take = [&] { return made_.insert(of_table ? key(m, name) : name).second; };
    if (free && take()) return name;
    name = told_apart(std::move(name), exact);
    take();
    return name;
}

std::string index_names::of(std::string_view prefix, const mapping::model& m, const mapping::index& i) {
    if (i.name.empty() && i.parts.empty()) return made(prefix, m, i.columns);
    if (i.name.empty()) {
        std::vector<std::string> parts;
        std::string beside = i.where + '\0' + i.method;
        for (const mapping::index_part& part : i.parts) {
            parts.push_back(part.expression.empty() ? m.columns[part.column].name : std::string{"expression"});
            beside += part.expression + (part.descending ? " DESC" : "") + '\0';
        }
        return made(prefix, m, parts, beside);
    }
    const bool own = said_.at(key(m, i.name)) == &i;
    if (own && !too_long(i.name) && !elsewhere(i.name, m)) return i.name;
    std::string exact = joined(m.schema, m.table);
    exact.append(1, '\0').append(i.name);
    return told_apart(i.name, exact);
}

}  // namespace kin::schema
