// The statements that the unit of work runs for one model in one dialect.
#include "statements/model_statements.hpp"

#include <algorithm>
#include <map>

#include <kin/mapping/column.hpp>
#include <kin/sql/compiler.hpp>

#include "mapping/scope.hpp"

namespace kin::detail {
namespace {

sql::expr key_condition(const mapping::model& m) {
    sql::expr all;
    for (const std::uint16_t c : m.primary_key) {
        all = sql::both(all, sql::binary(sql::op::equal, sql::column(&m, m.columns[c].name), sql::placeholder()));
    }
    return all;
}

std::string text_by_key(const mapping::model& m, const row_shape& shape, const sql::dialect& d, bool visible) {
    sql::select s;
    s.from.push_back(mapping::every_row_of(m));
    if (visible) s.from[0].only = mapping::visible_rows(m, {.scope = false});
    shape.add_to(s);
    s.where = key_condition(m);
    return sql::compile(s, d).text;
}

bound_statement text_insert(const mapping::model& m, const sql::dialect& d, bool with_key, std::uint64_t without = 0,
                            std::span<const std::uint16_t> unless = {}, std::uint64_t else_set = 0) {
    sql::insert s;
    s.into = mapping::every_row_of(m);
    if (!unless.empty()) s.conflict = else_set == 0 ? sql::on_conflict::do_nothing : sql::on_conflict::update;
    for (const std::uint16_t c : unless) s.conflict_columns.push_back(m.columns[c].name);
    std::vector<field> fields;
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        const mapping::column& c = m.columns[i];
        if (else_set != 0 && &c == m.version) {
            const sql::expr stored = sql::column(&m, c.name);
            s.conflict_set.push_back({c.name, sql::binary(sql::op::add, stored, sql::raw("1"))});
        } else if ((else_set >> i & 1) != 0 || (else_set != 0 && c.does == mapping::behaviour::updated_at)) {
            s.conflict_set.push_back({c.name, sql::excluded(c.name)});
        }
        if ((c.generated && !with_key) || c.computed || (without >> i & 1) != 0) continue;
        s.columns.push_back(c.name);
        fields.push_back(c.io);
    }
    if (!with_key && d.returning && unless.empty()) s.returning = {m.columns[m.made_key].name};
    return {engine::fixed_statement{sql::compile(s, d).text}, std::move(fields)};
}

bound_statement text_insert_arrays(const mapping::model& m, const sql::dialect& d, std::uint64_t without = 0) {
    if (!d.row_arrays) return {engine::fixed_statement{{}}, {}};
    sql::insert s;
    s.into = mapping::every_row_of(m);
    std::vector<field> fields;
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        const mapping::column& c = m.columns[i];
        if (c.computed || (without >> i & 1) != 0) continue;
        s.columns.push_back(c.name);
        s.arrays.push_back(c.io.type);
        fields.push_back(c.io);
    }
    if (fields.empty()) return {engine::fixed_statement{{}}, {}};
    return {engine::fixed_statement{sql::compile(s, d).text}, std::move(fields)};
}

}  // namespace

sql::select select_of(const mapping::model& m, std::string_view alias) {
    sql::select s;
    s.from.push_back(mapping::every_row_of(m, alias));
    select_columns(s, m, alias);
    return s;
}

void select_columns(sql::select& s, const mapping::model& m, std::string_view alias) {
    s.columns.reserve(s.columns.size() + m.columns.size());
    for (const mapping::column& c : m.columns) s.columns.push_back({sql::column(&m, c.name, alias), {}});
}

model_sql::model_sql(const mapping::model& m, const sql::dialect& d)
    : what{m},
      dialect{d},
      shape{m, columns_left_out(m, 0, 0, 0)},
      by_key{text_by_key(m, shape, d, true)},
      whole{text_by_key(m, row_shape{m, 0}, d, false)},
      insert{text_insert(m, d, true), text_insert(m, d, false), text_insert_arrays(m, d)},
      key_block{m.columns[m.made_key].generated
                    ? sql::key_block(mapping::every_row_of(m), m.columns[m.made_key].name, d)
                    : std::string{}} {}

const insert_statements& model_sql::insert_without(std::uint64_t columns) const {
    if (columns == 0) return insert;
    const std::scoped_lock guard{lock_};
    auto& known = inserts_[columns];
    if (known == nullptr) {
        known = std::make_unique<insert_statements>(text_insert(what, dialect, true, columns),
                                                    text_insert(what, dialect, false, columns),
                                                    text_insert_arrays(what, dialect, columns));
    }
    return *known;
}

bound_statement model_sql::text_update(std::uint64_t mask, bool arrays) const {
    sql::update s;
    s.table = mapping::every_row_of(what);
    std::vector<field> fields;
    for (std::size_t i = 0; i < what.columns.size(); ++i) {
        const mapping::column& c = what.columns[i];
        if (&c == what.version || (mask >> i & 1) == 0) continue;
        s.set.push_back({c.name, sql::placeholder()});
        fields.push_back(c.io);
    }
    s.where = key_condition(what);
    for (const std::uint16_t c : what.primary_key) fields.push_back(what.fields[c]);
    if (what.version != nullptr) {
        // The object still holds the version that was read; the database counts on from it.
        const sql::expr version = sql::column(&what, what.version->name);
        s.set.push_back({what.version->name, sql::raw(sql::quote(what.version->name, dialect) + " + 1")});
        s.where = sql::both(s.where, sql::binary(sql::op::equal, version, sql::placeholder()));
        fields.push_back(what.version->io);
    }
    if (arrays) {
        for (const field& f : fields) s.arrays.push_back(f.type);
        for (const sql::assignment& each : s.set) s.array_columns.push_back(each.column);
        for (const std::uint16_t c : what.primary_key) s.array_columns.push_back(what.columns[c].name);
    }
    return {engine::fixed_statement{sql::compile(s, dialect).text}, std::move(fields)};
}

const bound_statement& model_sql::update(std::uint64_t mask) const {
    const std::scoped_lock guard{lock_};
    auto& known = updates_[mask];
    if (known == nullptr) known = std::make_unique<bound_statement>(text_update(mask, false));
    return *known;
}

const bound_statement* model_sql::update_arrays(std::uint64_t mask) const {
    if (!dialect.row_arrays || what.version != nullptr) return nullptr;
    const auto written = [&](std::uint16_t c) { return (mask >> c & 1) != 0; };
    // Rows change in an order of the database's choice; the plan's lets a value go before it comes elsewhere.
    if (std::ranges::any_of(what.primary_key, written)) return nullptr;
    for (const mapping::index& i : what.indexes) {
        if (i.unique && std::ranges::any_of(i.columns, written)) return nullptr;
    }
    const std::scoped_lock guard{lock_};
    auto& known = array_updates_[mask];
    if (known == nullptr) known = std::make_unique<bound_statement>(text_update(mask, true));
    return known.get();
}

const bound_statement& model_sql::upsert(const std::vector<std::uint16_t>& there, bool with_key, std::uint64_t mask,
                                         std::uint64_t without) const {
    const std::scoped_lock guard{lock_};
    auto& known = upserts_[{there, with_key, mask, without}];
    if (known == nullptr) {
        known = std::make_unique<bound_statement>(text_insert(what, dialect, with_key, without, there, mask));
    }
    return *known;
}

const bound_statement& model_sql::remove_one() const {
    const std::scoped_lock guard{lock_};
    if (remove_one_ == nullptr) {
        sql::remove s;
        s.from = mapping::every_row_of(what);
        s.where = key_condition(what);
        std::vector<field> fields;
        for (const std::uint16_t c : what.primary_key) fields.push_back(what.fields[c]);
        if (what.version != nullptr) {
            s.where = sql::both(
                s.where, sql::binary(sql::op::equal, sql::column(&what, what.version->name), sql::placeholder()));
            fields.push_back(what.version->io);
        }
        remove_one_ = std::make_unique<bound_statement>(
            bound_statement{engine::fixed_statement{sql::compile(s, dialect).text}, std::move(fields)});
    }
    return *remove_one_;
}

const model_sql& statements_of(const mapping::model& m, const sql::dialect& d) {
    static std::mutex lock;
    static auto* all = new std::map<std::pair<const mapping::model*, const sql::dialect*>, std::unique_ptr<model_sql>>;
    const std::scoped_lock guard{lock};
    auto& known = (*all)[{&m, &d}];
    if (known == nullptr) known = std::make_unique<model_sql>(m, d);
    return *known;
}

}  // namespace kin::detail
