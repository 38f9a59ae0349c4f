// A catalogue of a seed, and what its mutations make of it.
#include "pair.hpp"

#include "builder.hpp"
#include "support/place.hpp"

namespace kin::test {

const sql::dialect& this_dialect() {
    if (engine_name() == "sqlite") return sql::sqlite_dialect();
    return engine_name() == "mariadb" ? sql::mariadb_dialect() : sql::postgresql_dialect();
}

schema::catalogue random_catalogue(std::uint64_t seed, const sql::dialect& d) {
    dice random{seed};
    schema::catalogue all;
    if (is_postgresql(d)) {
        if (random.one_in(2)) all.enums.push_back({.name = "mood", .labels = {"calm", "glad", "wild"}});
        all.others.push_back({"FUNCTION", "", "harm",
                              "CREATE OR REPLACE FUNCTION harm() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
                              "EXCEPTION 'a row was removed'; END $$"});
    }
    builder build{all, random, d};
    const std::uint32_t tables = 1 + random.below(4);
    for (std::uint32_t i = 0; i < tables; ++i) all.tables.push_back(build.random_table());
    for (table_definition& t : all.tables) build.furnish(t);
    for (std::uint32_t i = random.below(3); i > 0; --i) build.add_view();
    return all;
}

choice all_of(std::uint64_t seed) {
    dice random{seed + 7};
    choice c{.seed = seed};
    const std::uint32_t count = 1 + random.below(8);
    for (std::uint32_t i = 0; i < count; ++i) c.mutations.push_back(seed * 1000 + i);
    return c;
}

pair made(const choice& c, const sql::dialect& d) {
    pair p;
    p.a = random_catalogue(c.seed, d);
    for (const std::string& name : c.without) {
        const std::string quoted = q(name, d);
        std::erase_if(p.a.tables, [&](const auto& t) { return t.name == name; });
        for (table_definition& t : p.a.tables) {
            std::erase_if(t.foreign_keys, [&](const auto& k) { return k.table == name; });
            std::erase_if(t.triggers, [&](const auto& g) { return g.sql.find(quoted) != std::string::npos; });
        }
        std::erase_if(p.a.views, [&](const auto&) { return true; });
    }
    p.b = p.a;
    for (const std::uint64_t seed : c.mutations) mutate(p, seed, d);
    return p;
}

bool numbered_by_sqlite_alone(const table_definition& t, const sql::dialect& d) {
    if (!is_sqlite(d) || t.options.find("ROWID") != std::string::npos) return false;
    if (t.primary_key.columns.size() != 1) return true;
    const auto key = std::ranges::find(t.columns, t.primary_key.columns.front(), &column_definition::name);
    return key == t.columns.end() || key->type != "INTEGER";
}

const sql::table_definition* successor(const pair& p, const table_definition& t) {
    std::string name = t.name;
    for (const auto& r : p.renames.renamed_tables) {
        if (r.from == name) name = r.to;
    }
    return p.b.find_table("", name);
}

const sql::column_definition* successor(const pair& p, const table_definition& t, const column_definition& c) {
    const table_definition* after = successor(p, t);
    if (after == nullptr) return nullptr;
    std::string name = c.name;
    for (const auto& r : p.renames.renamed_columns) {
        if (r.table == after->name && r.from == name) name = r.to;
    }
    for (const column_definition& x : after->columns) {
        if (x.name == name) return &x;
    }
    return nullptr;
}

}  // namespace kin::test
