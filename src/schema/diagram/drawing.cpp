// Which tables are boxes, which are lines, and which belong together.
#include "drawing.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace kin::schema {

namespace {

bool has(const std::vector<std::string>& list, const std::string& name) {
    return std::ranges::find(list, name) != list.end();
}

/// Whether the columns are unique together, in any order.
bool is_unique(const sql::table_definition& t, std::vector<std::string> columns) {
    std::ranges::sort(columns);
    const auto same = [&](std::vector<std::string> others) {
        std::ranges::sort(others);
        return others == columns;
    };
    if (same(t.primary_key.columns)) return true;
    if (std::ranges::any_of(t.uniques, [&](const auto& u) { return same(u.columns); })) return true;
    return std::ranges::any_of(t.indexes, [&](const sql::index_definition& i) {
        std::vector<std::string> names;
        for (const sql::index_part& p : i.parts) names.push_back(p.column);
        return i.unique && i.where.empty() && same(names);
    });
}

class draughtsman {
  public:
    draughtsman(const catalogue& all, const diagram_options& options) : all_{all}, options_{options} {}

    drawing draw() {
        for (const sql::table_definition& t : all_.tables) by_name_.emplace(std::pair{t.schema, t.name}, &t);
        for (const sql::table_definition& t : all_.tables) {
            if (is_pivot(t)) continue;
            number_.emplace(&t, out_.tables.size());
            out_.tables.push_back({.of = &t});
        }
        const bool whole = out_.tables.size() <= options_.all_columns_up_to;
        for (drawn_table& t : out_.tables) {
            add_columns(t, whole);
            out_.several_schemas = out_.several_schemas || t.of->schema != out_.tables[0].of->schema;
        }
        for (const sql::table_definition& t : all_.tables) {
            number_.contains(&t) ? add_keys(t) : add_pivot(t);
        }
        group();
        return std::move(out_);
    }

  private:
    [[nodiscard]] const sql::table_definition* target(const sql::foreign_key_definition& key) const {
        const auto found = by_name_.find({key.schema, key.table});
        return found == by_name_.end() ? nullptr : found->second;
    }

    /// Two keys, which are all of its columns, and nobody refers to it.
    [[nodiscard]] bool is_pivot(const sql::table_definition& t) const {
        if (t.foreign_keys.size() != 2) return false;
        std::size_t covered = 0;
        for (const sql::column_definition& c : t.columns) {
            covered += has(t.foreign_keys[0].columns, c.name) || has(t.foreign_keys[1].columns, c.name) ? 1U : 0U;
        }
        if (covered != t.columns.size() || is_unique(t, t.foreign_keys[0].columns) ||
            is_unique(t, t.foreign_keys[1].columns)) {
            return false;
        }
        for (const sql::foreign_key_definition& key : t.foreign_keys) {
            if (target(key) == nullptr || target(key) == &t) return false;
        }
        return std::ranges::none_of(all_.tables, [&](const sql::table_definition& other) {
            return std::ranges::any_of(other.foreign_keys, [&](const auto& key) { return target(key) == &t; });
        });
    }

    static void add_columns(drawn_table& t, bool whole) {
        for (const sql::column_definition& c : t.of->columns) {
            drawn_column d{.of = &c, .primary = has(t.of->primary_key.columns, c.name)};
            d.unique = is_unique(*t.of, {c.name}) && !d.primary;
            d.foreign = std::ranges::any_of(t.of->foreign_keys, [&](const auto& k) { return has(k.columns, c.name); });
            if (whole || d.primary || d.foreign || d.unique) {
                t.columns.push_back(d);
            } else {
                ++t.left_out;
            }
        }
    }

    void add_keys(const sql::table_definition& t) {
        for (const sql::foreign_key_definition& key : t.foreign_keys) {
            const sql::table_definition* to = target(key);
            if (to == nullptr || !number_.contains(to) || key.columns.empty()) continue;
            drawn_line line{.from = number_.at(&t), .to = number_.at(to), .from_column = key.columns[0]};
            if (!key.target_columns.empty()) line.to_column = key.target_columns[0];
            line.optional = std::ranges::any_of(t.columns, [&](const sql::column_definition& c) {
                return c.nullable && has(key.columns, c.name) && !has(t.primary_key.columns, c.name);
            });
            line.one_to_one = is_unique(t, key.columns);
            line.name = key.columns[0];
            out_.lines.push_back(std::move(line));
        }
    }

    void add_pivot(const sql::table_definition& t) {
        const sql::foreign_key_definition* keys = t.foreign_keys.data();
        drawn_line line{.from = number_.at(target(keys[0])), .to = number_.at(target(keys[1])), .name = t.name};
        if (!keys[0].target_columns.empty()) line.from_column = keys[0].target_columns[0];
        if (!keys[1].target_columns.empty()) line.to_column = keys[1].target_columns[0];
        line.many_to_many = true;
        out_.lines.push_back(std::move(line));
    }

    void group() {
        std::vector<std::size_t> above(out_.tables.size());
        std::iota(above.begin(), above.end(), 0U);
        const auto root = [&](std::size_t i) {
            while (above[i] != i) i = above[i] = above[above[i]];
            return i;
        };
        for (const drawn_line& l : out_.lines) above[root(l.from)] = root(l.to);
        std::map<std::size_t, std::size_t> number;
        for (std::size_t i = 0; i < out_.tables.size(); ++i) {
            out_.tables[i].group = number.emplace(root(i), number.size()).first->second;
        }
        out_.groups = number.size();
    }

    const catalogue& all_;
    const diagram_options& options_;
    drawing out_{};
    std::map<std::pair<std::string, std::string>, const sql::table_definition*> by_name_{};
    std::map<const sql::table_definition*, std::size_t> number_{};
};

}  // namespace

drawing draw(const catalogue& all, const diagram_options& options) { return draughtsman{all, options}.draw(); }

}  // namespace kin::schema
