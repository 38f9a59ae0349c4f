// MariaDB makes all actions of one ALTER TABLE at once: what is dropped and what is added may have one name, and an
// index that a key needs may be replaced.
#include "mariadb_table.hpp"

#include <algorithm>

#include <kin/sql/compiler.hpp>

#include "../compare/tokens.hpp"

namespace kin::schema::changing {

namespace {

using comparing::column_changes;
using comparing::same_name;
using comparing::table_match;

class mariadb_table_writer {
  public:
    mariadb_table_writer(const change_plan& plan, const table_match& m)
        : plan_{plan}, match_{m}, dialect_{plan.dialect} {
        steps_.schema = m.to->schema;
        steps_.table = m.to->name;
        for (const auto& [from, to] : m.columns.changed) {
            if (is_made_anew(*from, *to)) anew_.push_back(to->name);
        }
    }

    mariadb_steps write() {
        rest_of_table();
        checks_that_go();
        columns();
        indexes();
        for (const auto* c : match_.columns.dropped) steps_.second.emplace_back(sql::drop_column{c->name});
        for (const auto* c : match_.checks.added) steps_.second.emplace_back(sql::add_check{*c});
        for (const std::string& name : guards_) steps_.second.emplace_back(sql::drop_constraint{name});
        if (steps_.fills.empty() && guards_.empty()) {
            std::ranges::move(steps_.second, std::back_inserter(steps_.first));
            steps_.second.clear();
        }
        return std::move(steps_);
    }

  private:
    [[nodiscard]] column_changes changed(const sql::column_definition& from, const sql::column_definition& to) const {
        return comparing::changes_of(from, to, *match_.from, *match_.to, dialect_, true);
    }

    /// What is computed when it is read, and what is not, do not become each other.
    [[nodiscard]] bool is_made_anew(const sql::column_definition& from, const sql::column_definition& to) const {
        if (from.generated_sql.empty() && to.generated_sql.empty()) return false;
        const bool was_virtual = !from.generated_sql.empty() && !from.stored;
        const bool is_virtual = !to.generated_sql.empty() && !to.stored;
        return was_virtual != is_virtual;
    }
    [[nodiscard]] bool is_anew(const std::string& column) const {
        return std::ranges::any_of(anew_, [&](const auto& c) { return same_name(c, column, dialect_); });
    }

    void rest_of_table() {
        const sql::table_definition& t = *match_.to;
        if (match_.options) steps_.first.emplace_back(sql::set_options{t.options});
        if (plan_.listed(change::comment, t.schema, t.name, {})) steps_.first.emplace_back(sql::set_comment{t.comment});
    }

    // --- columns ---------------------------------------------------------------------------------------------------

    /// Says its collation where the table has another one.
    [[nodiscard]] sql::column_definition said(sql::column_definition c) const {
        if (c.collation.empty() && !match_.to->options.empty() && sql::takes_collation(c.type))
            c.collation = dialect_.usual_collation;
        return c;
    }
    /// The condition that stands behind a column and stays there.
    [[nodiscard]] std::string check_behind(const std::string& column) const {
        for (const auto& [from, to] : match_.checks.kept) {
            if (from->name.empty() && same_name(from->column, column, dialect_)) return from->sql;
        }
        return {};
    }
    [[nodiscard]] sql::modify_column modified(const sql::column_definition& c) const {
        return {said(c), check_behind(c.name)};
    }

    void columns() {
        for (const auto& [from, to] : match_.columns.changed) change_column(*from, *to);
        for (const auto& [from, to] : match_.columns.kept) {
            if (loses_check(to->name)) steps_.first.emplace_back(modified(*to));
        }
        // Computed ones last: they name others.
        for (const bool generated : {false, true}) {
            for (const auto* c : match_.columns.added) {
                if (c->generated_sql.empty() != generated) add_column(*c);
            }
        }
    }

    void change_column(const sql::column_definition& from, const sql::column_definition& to) {
        const column_changes c = changed(from, to);
        if (is_anew(to.name)) return make_anew(to);
        const bool filled = c.nullability && !to.nullable && !to.default_sql.empty() && to.generated_sql.empty();
        if (filled) {
            if (c.type || c.collation || c.generated) {
                sql::column_definition between = to;
                between.nullable = true;
                steps_.first.emplace_back(modified(between));
            }
            fill(to);
        }
        // Numbers of its own are made for keys alone, which come and go in the same statement.
        (filled || c.identity ? steps_.second : steps_.first).emplace_back(modified(to));
    }

    void fill(const sql::column_definition& to) {
        sql::fill_nulls made{match_.to->schema, match_.to->name, to.name, to.default_sql, {}};
        for (const sql::column_definition& c : match_.from->columns) {
            const bool moves = c.options.find("ON UPDATE") != std::string::npos;
            const bool stays = comparing::column_in(*match_.to, c.name, dialect_) != nullptr;
            if (moves && stays && !same_name(c.name, to.name, dialect_)) made.kept.push_back(c.name);
        }
        steps_.fills.push_back(std::move(made));
    }

    void make_anew(const sql::column_definition& to) {
        if (to.generated_sql.empty()) return keep_computed(to);
        steps_.second.emplace_back(sql::drop_column{to.name});
        steps_.second.emplace_back(sql::add_column{said(to), {}, {}});
    }

    /// What was computed when it was read is written down before it is gone.
    void keep_computed(const sql::column_definition& to) {
        const auto alter = [&](std::vector<sql::table_action> actions) {
            steps_.values.push_back(
                sql::compile(sql::alter_table{match_.to->schema, match_.to->name, std::move(actions)}, dialect_));
        };
        sql::column_definition beside = said(to);
        beside.name = "kin_new_" + to.name;
        beside.nullable = true;
        beside.identity = sql::identity::none;
        alter({sql::add_column{beside, {}, {}}});
        std::string copy = "UPDATE " + sql::qualified(match_.to->schema, match_.to->name, dialect_) + " SET " +
                           sql::quote(beside.name, dialect_) + " = " + sql::quote(to.name, dialect_);
        for (const sql::column_definition& c : match_.from->columns) {
            if (c.options.find("ON UPDATE") == std::string::npos) continue;
            const std::string name = sql::quote(c.name, dialect_);
            copy += ", " + name + " = " + name;
        }
        steps_.values.push_back(std::move(copy));
        std::vector<sql::table_action> swap;
        for (const std::string& name : indexes_of_anew()) swap.emplace_back(sql::drop_own_index{name});
        swapped_ = true;
        swap.emplace_back(sql::drop_column{to.name});
        alter(std::move(swap));
        steps_.values.push_back(
            sql::compile(sql::rename_column{match_.to->schema, match_.to->name, beside.name, to.name}, dialect_));
        steps_.first.emplace_back(modified(to));
    }

    /// A new column that takes no NULL would get 0 or an empty text where rows are: they are asked for values instead,
    /// and nothing has happened where there are any.
    void add_column(const sql::column_definition& c) {
        const bool given =
            c.nullable || !c.default_sql.empty() || !c.generated_sql.empty() || c.identity != sql::identity::none;
        if (given) {
            const bool counted = c.identity != sql::identity::none;
            (counted ? steps_.second : steps_.first).emplace_back(sql::add_column{said(c), {}, {}});
            return;
        }
        sql::column_definition between = said(c);
        between.nullable = true;
        steps_.first.emplace_back(sql::add_column{between, {}, {}});
        const std::string name = "kin_needs_values_" + c.name;
        guards_.push_back(name.substr(0, dialect_.max_identifier));
        steps_.first.emplace_back(
            sql::add_check{{.name = guards_.back(), .sql = sql::quote(c.name, dialect_) + " IS NOT NULL"}});
        steps_.second.emplace_back(modified(c));
    }

    // --- checks ----------------------------------------------------------------------------------------------------

    [[nodiscard]] bool loses_check(const std::string& column) const {
        return std::ranges::any_of(match_.checks.dropped, [&](const auto* c) {
            return c->name.empty() && same_name(c->column, column, dialect_);
        });
    }
    void checks_that_go() {
        for (const auto* c : match_.checks.dropped) {
            if (!c->name.empty()) steps_.first.emplace_back(sql::drop_constraint{c->name});
        }
    }

    // --- keys and indexes ------------------------------------------------------------------------------------------

    [[nodiscard]] bool has_anew(const std::vector<std::string>& columns) const {
        return std::ranges::any_of(columns, [&](const std::string& c) { return is_anew(c); });
    }
    /// Those that have a column which is made anew, and stay.
    [[nodiscard]] std::vector<std::string> indexes_of_anew() const {
        std::vector<std::string> names;
        for (const auto& [from, to] : match_.uniques.kept) {
            if (has_anew(from->columns)) names.push_back(from->name);
        }
        for (const auto& [from, to] : match_.indexes.kept) {
            if (has_anew(columns_of(*from))) names.push_back(from->name);
        }
        return names;
    }

    void drop(const std::string& name) { steps_.second.emplace_back(sql::drop_own_index{name}); }

    void indexes() {
        const bool had_key = !match_.from->primary_key.columns.empty();
        if (match_.primary_key && had_key) steps_.second.emplace_back(sql::drop_primary_key{});
        for (const auto* u : match_.uniques.dropped) drop(u->name);
        for (const auto* i : match_.indexes.dropped) drop(i->name);
        for (const auto& [from, to] : match_.indexes.changed) drop(from->name);
        if (!swapped_) std::ranges::for_each(indexes_of_anew(), [&](const auto& name) { drop(name); });
        for (const auto& [from, to] : match_.indexes.kept) {
            if (would_go(*from)) drop(from->name);
        }

        if (match_.primary_key && !match_.to->primary_key.columns.empty())
            steps_.second.emplace_back(sql::add_primary_key{match_.to->primary_key});
        for (const auto* u : match_.uniques.added) add(*u);
        for (const auto* i : match_.indexes.added) add(*i);
        for (const auto& [from, to] : match_.indexes.changed) add(*to);
        for (const auto& [from, to] : match_.uniques.kept) {
            if (has_anew(from->columns)) add(*from);
        }
        for (const auto& [from, to] : match_.indexes.kept) {
            if (has_anew(columns_of(*from)) || would_go(*from)) add(*from);
        }
    }
    /// The server drops an index that it has made for a key where another one comes that serves the key: one that stays
    /// is made again as somebody's.
    [[nodiscard]] bool would_go(const sql::index_definition& i) const {
        const std::vector<std::string> columns = columns_of(i);
        if (i.unique || !i.method.empty() || has_anew(columns)) return false;
        const auto of_key = [&](const sql::foreign_key_definition& key) {
            return key.columns.size() == columns.size() && begins_with(columns, key.columns, dialect_);
        };
        const auto serves = [&](const std::vector<std::string>& other) {
            return begins_with(other, columns, dialect_);
        };
        return std::ranges::any_of(match_.to->foreign_keys, of_key) &&
               ((match_.primary_key && serves(match_.to->primary_key.columns)) ||
                std::ranges::any_of(match_.uniques.added, [&](const auto* u) { return serves(u->columns); }) ||
                std::ranges::any_of(match_.indexes.added, [&](const auto* o) { return serves(columns_of(*o)); }) ||
                std::ranges::any_of(match_.indexes.changed,
                                    [&](const auto& p) { return serves(columns_of(*p.second)); }));
    }

    void add(const sql::unique_definition& u) { steps_.second.emplace_back(sql::add_unique{u}); }
    void add(const sql::index_definition& i) { steps_.second.emplace_back(sql::add_index{i}); }

    const change_plan& plan_;
    const table_match& match_;
    const sql::dialect& dialect_;
    std::vector<std::string> anew_;
    std::vector<std::string> guards_;
    bool swapped_ = false;
    mariadb_steps steps_;
};

}  // namespace

mariadb_steps mariadb_steps_of(const change_plan& plan, const table_match& m) {
    return mariadb_table_writer{plan, m}.write();
}

std::vector<std::string> columns_under_keys(const change_plan& plan, const table_match& m) {
    std::vector<std::string> found;
    for (const auto& [from, to] : m.columns.changed) {
        const column_changes c = comparing::changes_of(*from, *to, *m.from, *m.to, plan.dialect, true);
        if (c.type || c.collation || c.nullability || c.identity || c.generated) found.push_back(to->name);
    }
    return found;
}

bool begins_with(const std::vector<std::string>& index, const std::vector<std::string>& columns,
                 const sql::dialect& d) {
    return index.size() >= columns.size() &&
           std::equal(columns.begin(), columns.end(), index.begin(),
                      [&](const auto& a, const auto& b) { return same_name(a, b, d); });
}

std::vector<std::string> columns_of(const sql::index_definition& i) {
    std::vector<std::string> columns;
    for (const sql::index_part& p : i.parts) columns.push_back(p.column);
    return columns;
}

}  // namespace kin::schema::changing
