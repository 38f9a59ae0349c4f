#include "statements/pivot_statements.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>
#include <vector>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/sql/compiler.hpp>
#include <kin/sql/dialect.hpp>

#include "mapping/scope.hpp"
#include "statements/key_conditions.hpp"
#include "statements/pair_rows.hpp"
#include "statements/soft_removal.hpp"
#include "statements/stamping.hpp"

namespace kin::detail {

namespace {

enum class change : std::uint8_t { remove, add, add_arrays };

engine::fixed_statement statement(const mapping::link_pair& links, const sql::dialect& d, change what) {
    const mapping::model& m = *links.through;
    if (what == change::remove) {
        sql::remove s;
        s.from = mapping::every_row_of(m);
        for (const std::uint16_t c : links.unique_columns) {
            s.where =
                sql::both(s.where, sql::binary(sql::op::equal, sql::column(&m, m.columns[c].name), sql::placeholder()));
        }
        return engine::fixed_statement{sql::compile(s, d).text};
    }
    sql::insert s;
    s.into = mapping::every_row_of(m);
    for (const std::uint16_t c : links.unique_columns) {
        s.columns.push_back(m.columns[c].name);
        if (what == change::add_arrays) s.arrays.push_back(m.columns[c].io.type);
    }
    if (links.unique) {
        s.conflict = sql::on_conflict::do_nothing;
        s.conflict_columns = s.columns;
    }
    return engine::fixed_statement{sql::compile(s, d).text};
}

bound_statement update_statement(const mapping::link_pair& links, const sql::dialect& d, std::uint64_t columns,
                                 bool revives) {
    const mapping::model& m = *links.through;
    sql::update s;
    s.table = mapping::every_row_of(m);
    std::vector<field> fields;
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        const mapping::column& c = m.columns[i];
        if ((columns >> i & 1) == 0 && c.does != mapping::behaviour::updated_at) continue;
        s.set.push_back({c.name, sql::placeholder()});
        fields.push_back(c.io);
    }
    if (m.version != nullptr) s.set.push_back({m.version->name, sql::raw(sql::quote(m.version->name, d) + " + 1")});
    for (const std::uint16_t c : links.unique_columns) {
        s.where =
            sql::both(s.where, sql::binary(sql::op::equal, sql::column(&m, m.columns[c].name), sql::placeholder()));
        fields.push_back(m.fields[c]);
    }
    // What was removed and stays is nobody's link: only who links the pair anew writes it.
    if (m.soft_deleted != nullptr)
        s.where = sql::both(s.where, revives ? sql::negated(not_removed(m)) : not_removed(m));
    return {engine::fixed_statement{sql::compile(s, d).text}, std::move(fields)};
}

/// Built once in the program, as the statements of models are. Thread-safe.
template <class Statement, class... Key, class Build>
const Statement& kept(const std::tuple<Key...>& key, Build build) {
    static std::mutex lock;
    static auto* all = new std::map<std::tuple<Key...>, std::unique_ptr<Statement>>;
    const std::scoped_lock guard{lock};
    auto& known = (*all)[key];
    if (known == nullptr) known = std::make_unique<Statement>(build());
    return *known;
}

const engine::fixed_statement& statement_of(const mapping::link_pair& links, const sql::dialect& d, change what) {
    return kept<engine::fixed_statement>(std::tuple{&links, &d, what}, [&] { return statement(links, d, what); });
}

}  // namespace

const engine::fixed_statement& pair_statement(const mapping::link_pair& links, const sql::dialect& d, bool add) {
    return statement_of(links, d, add ? change::add : change::remove);
}

void refuse_keyless_pivot(const error& e, const mapping::link_pair& links) {
    const bool keyless =
        e.context().code == "42P10" || e.message().find("ON CONFLICT clause does not match") != std::string::npos;
    if (!keyless || !links.unique) return;
    const mapping::model& m = *links.through;
    std::string columns;
    for (const std::uint16_t c : links.unique_columns) columns += (columns.empty() ? "" : ", ") + m.columns[c].name;
    throw mapping_error{m.table + " has no primary key or unique index over (" + columns +
                            "): declare its relations kin::pivot_without_key, or give the table one",
                        e.context()};
}

const bound_statement& pair_update(const mapping::link_pair& links, const sql::dialect& d, std::uint64_t columns,
                                   bool revives) {
    return kept<bound_statement>(std::tuple{&links, &d, columns, revives},
                                 [&] { return update_statement(links, d, columns, revives); });
}

engine::cursor write_pairs(engine::connection& c, const mapping::link_pair& links,
                           std::span<const std::pair<graph::node*, graph::node*>> pairs, bool add,
                           std::int64_t* removed) {
    pair_rows rows{links, pairs.size()};
    std::vector<const void*> objects;
    objects.reserve(pairs.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        rows.set(i, *links.first, *pairs[i].first);
        rows.set(i, *links.second, *pairs[i].second);
        objects.push_back(rows.at(i));
    }
    if (!add && links.through->soft_deleted != nullptr) {
        const mapping::model& m = *links.through;
        key_set keys{m, links.unique_columns};
        for (std::size_t i = 0; i < rows.size(); ++i) {
            std::vector<value> key;
            for (const field& f : rows.fields()) {
                value scratch;
                key.emplace_back(graph::view(f, rows.at(i), scratch));
            }
            keys.add(std::move(key));
        }
        std::int64_t kept = 0;
        for (const sql::expr& condition : keys.exact()) kept += remove_softly(c, m, condition, now_in_microseconds());
        // Which of them, a statement over all does not say.
        if (removed != nullptr) std::fill_n(removed, std::min(kept, static_cast<std::int64_t>(pairs.size())), 1);
        return {};
    }
    if (add && pairs.size() >= as_arrays && c.dialect().row_arrays) {
        return c.run(statement_of(links, c.dialect(), change::add_arrays),
                     {.fields = rows.fields(), .objects = objects});
    }
    c.run_each(pair_statement(links, c.dialect(), add), rows.fields(), objects, {.affected = removed});
    return {};
}

}  // namespace kin::detail
