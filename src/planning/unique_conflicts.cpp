// Values of unique columns that are put aside while they change hands.
#include "planning/unique_conflicts.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/sql/compiler.hpp>

#include "mapping/scope.hpp"
#include "statements/key_conditions.hpp"

namespace kin::detail {

using graph::node;

namespace {

/// Where few rows are: a time of the day, the years 1000 to 1870, whole negative numbers; or, for a CHECK that refuses
/// those, the years from 2939 on and positive ones.
value random_value(kind k, bool high) {
    std::uint64_t any = 0;
    const uuid id = uuid::v4();
    std::memcpy(&any, id.bytes + 8, sizeof any);
    const auto below = [&](std::int64_t end) {
        return static_cast<std::int64_t>(any % static_cast<std::uint64_t>(end));
    };
    constexpr std::int64_t day = 86'400'000'000;
    constexpr std::int64_t days = 317'000;
    const std::int64_t first = high ? 354'000 : -354'000;
    switch (k) {
        case kind::date:
            return {first + below(days), k};
        case kind::time:
            return {below(86'400) * 1'000'000, k};
        case kind::timestamp:
            return {first * day + below(days * 86'400) * 1'000'000, k};
        default:
            return (high ? 1.0 : -1.0) * static_cast<double>(below(std::int64_t{1} << 24));
    }
}

std::pair<std::int64_t, std::int64_t> range_of(kind k) noexcept {
    switch (k) {
        case kind::int16:
            return {std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max()};
        case kind::int32:
            return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
        default:
            return {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
    }
}

/// The whole numbers that rows of a column hold, or will: looked up once, and wider with each value that is made up.
struct held_numbers {
    bool known = false;
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::set<std::int64_t> taken{};  ///< what this flush writes or has made up
};

bool is_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool speaks_of(const mapping::check& check, const std::string& column) {
    for (auto at = check.sql.find(column); at != std::string::npos; at = check.sql.find(column, at + 1)) {
        const auto end = at + column.size();
        if ((at == 0 || !is_word(check.sql[at - 1])) && (end == check.sql.size() || !is_word(check.sql[end])))
            return true;
    }
    return false;
}

/// Whether the row's CHECKs would allow the value: the database says so, of a row that only the SELECT has.
bool checks_allow(engine::connection& connection, const mapping::model& m, const mapping::column& c, node& n,
                  const value& candidate, const site& where) {
    sql::select row;
    row.from.push_back(mapping::every_row_of(m));
    row.where = key_conditions(m, {&n})[0];
    for (const mapping::column& each : m.columns) {
        const sql::expr held = sql::column(&m, each.name);
        // The CASE gives the value the column's type.
        row.columns.push_back(
            {&each == &c ? sql::raw("CASE WHEN 1 = 0 THEN ? ELSE ? END", {held, sql::literal(candidate)}) : held,
             each.name});
    }
    sql::select refused;
    refused.from.push_back(sql::derived(std::move(row), m.table, &m));
    refused.columns.push_back({sql::raw("1"), {}});
    std::string all;
    for (const mapping::check& each : m.checks) {
        if (speaks_of(each, c.name)) all += (all.empty() ? "(" : " AND (") + each.sql + ")";
    }
    refused.where = sql::raw("NOT (" + all + ")");
    const sql::compiled text = sql::compile(refused, connection.dialect(), where);
    return !connection.run(text.text, {.values = text.parameters}).next();
}

value unused_value(engine::connection& connection, const flush_plan& plan, const mapping::model& m,
                   const mapping::column& c, node& n, held_numbers& held, const site& where) {
    const sql::expr column = sql::column(&m, c.name);
    const auto ask = [&](std::vector<sql::result_column> columns, const sql::expr& condition) {
        sql::select q;
        q.from.push_back(mapping::every_row_of(m));
        q.columns = std::move(columns);
        q.where = condition;
        const sql::compiled text = sql::compile(q, connection.dialect(), where);
        std::vector<value> cells;
        engine::cursor row = connection.run(text.text, {.values = text.parameters});
        if (row.next()) {
            for (int i = 0; i < row.columns(); ++i) cells.emplace_back(row.cell(i));
        }
        return cells;
    };
    const auto nobody_holds = [&](const value& candidate) {
        return ask({{column, {}}}, sql::binary(sql::op::equal, column, sql::literal(candidate))).empty();
    };
    const bool checked = placeholders_of(m, c.name) != placeholders::free;
    const auto allowed = [&](const value& candidate) {
        return !checked || checks_allow(connection, m, c, n, candidate, where);
    };
    switch (c.io.type) {
        case kind::uuid: {
            const uuid id = uuid::v4();
            value candidate{std::string_view{reinterpret_cast<const char*>(id.bytes), sizeof id.bytes}, kind::uuid};
            if (allowed(candidate)) return candidate;
            break;
        }
        case kind::text:
        case kind::blob: {
            if (c.length == 0 || c.length >= 20 || c.io.type == kind::blob) {
                std::string text = "kin:" + uuid::v4().to_string();
                if (c.length != 0) text.resize(std::min<std::size_t>(text.size(), c.length));
                value candidate{std::move(text), c.io.type};
                if (allowed(candidate)) return candidate;
                break;
            }
            for (int tries = 0; tries < 100; ++tries) {
                std::string text = uuid::v4().to_string();
                text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
                text.resize(c.length);
                value candidate{std::move(text)};
                if (nobody_holds(candidate) && allowed(candidate)) return candidate;
            }
            break;
        }
        case kind::float32:
        case kind::float64:
        case kind::date:
        case kind::time:
        case kind::timestamp:
            for (int tries = 0; tries < 100; ++tries) {
                value candidate = random_value(c.io.type, checked && tries % 2 != 0);
                if (nobody_holds(candidate) && allowed(candidate)) return candidate;
            }
            break;
        case kind::int16:
        case kind::int32:
        case kind::int64: {
            if (!held.known) {
                const std::vector<value> ends =
                    ask({{sql::function("min", {column}), {}}, {sql::function("max", {column}), {}}}, {});
                if (ends.size() != 2 || ends[0].is_null()) return {};  // no rows: the update will say so
                held = {true, ends[0].integer(), ends[1].integer(), {}};
                // What this flush writes before the row gets its own value must not be met either.
                for (const flush_step& s : plan.steps) {
                    if (s.model != &m || s.does == flush_step::what::remove) continue;
                    for (const node* each : s.nodes) {
                        value scratch;
                        const value_view v = graph::view(c.io, each->object(), scratch);
                        if (v.is_null()) continue;
                        held.first = std::min(held.first, v.integer);
                        held.last = std::max(held.last, v.integer);
                        held.taken.insert(v.integer);
                    }
                }
            }
            const auto [lowest, highest] = range_of(c.io.type);
            if (held.first > lowest) {
                const std::int64_t below = std::min<std::int64_t>(held.first, 0) - 1;
                if (allowed({below, c.io.type})) return {held.first = below, c.io.type};
            }
            if (held.last < highest && allowed({held.last + 1, c.io.type})) return {++held.last, c.io.type};
            // A CHECK leaves neither: perhaps a gap.
            std::int64_t gap = held.first;
            for (int tries = 0; checked && tries < 100 && ++gap < held.last; ++tries) {
                const value candidate{gap, c.io.type};
                if (held.taken.contains(gap) || !nobody_holds(candidate) || !allowed(candidate)) continue;
                held.taken.insert(gap);
                return candidate;
            }
            break;
        }
        default:
            break;
    }
    throw flush_error{std::string{"there is no unused value of "} + m.name + "." + c.name +
                          (checked ? " that the CHECKs allow" : "") + " to put aside what " + name_of(n) +
                          " holds while its value changes hands",
                      {.where = where}};
}

}  // namespace

placeholders placeholders_of(const mapping::model& m, const std::string& column) {
    placeholders found = placeholders::free;
    for (const mapping::check& each : m.checks) {
        if (!speaks_of(each, column)) continue;
        // In a SELECT of ours it would be a placeholder.
        if (each.sql.find('?') != std::string::npos) return placeholders::impossible;
        found = placeholders::checked;
    }
    return found;
}

void vacate(engine::connection& c, const flush_plan& plan, const flush_step& s, const site& where) {
    const mapping::model& m = *s.model;
    const auto write = [&](const sql::update& u) {
        const sql::compiled text = sql::compile(u, c.dialect(), where);
        (void)c.execute(text.text, text.parameters);
    };
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        if ((s.mask >> i & 1) == 0) continue;
        sql::update u;
        u.table = mapping::every_row_of(m);
        u.set.push_back({m.columns[i].name, sql::literal({})});
        if (m.columns[i].nullable()) {
            for (const sql::expr& rows : key_conditions(m, s.nodes)) {
                u.where = rows;
                write(u);
            }
            continue;
        }
        held_numbers held;
        for (node* n : s.nodes) {
            u.set[0].to = sql::literal(unused_value(c, plan, m, m.columns[i], *n, held, where));
            u.where = key_conditions(m, {n})[0];
            write(u);
        }
    }
}

}  // namespace kin::detail
