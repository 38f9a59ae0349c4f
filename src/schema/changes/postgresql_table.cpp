// PostgreSQL makes the actions of one ALTER TABLE in passes of its own: drops, types, columns, constraints, defaults.
// What needs another order stands in another statement.
#include "postgresql_table.hpp"

#include <algorithm>
#include <array>

#include <kin/sql/compiler.hpp>

#include "../compare/tokens.hpp"
#include "../compare/types.hpp"

namespace kin::schema::changing {

namespace {

using comparing::canonical_type;
using comparing::column_changes;
using comparing::mentions;
using comparing::table_match;

bool is_text(const std::string& canonical) { return canonical == "text" || canonical.starts_with("character"); }

/// How values become the type; empty where an assignment does it, which refuses what has no place instead of cutting
/// it off.
std::string cast_of(const std::string& column, const std::string& from, const std::string& to, bool by_text,
                    const sql::dialect& d) {
    const std::string name = sql::quote(column, d);
    const std::string type = canonical_type(to, d);
    if (by_text) return name + (type.ends_with("[]") ? "::text[]::" : "::text::") + to;
    const std::string was = canonical_type(from, d);
    if (is_text(type) || was == type) return {};
    static constexpr std::array<std::string_view, 6> numbers{"smallint", "integer",          "bigint",
                                                             "real",     "double precision", "numeric"};
    const auto is_number = [](const std::string& t) {
        return t.starts_with("numeric(") || std::ranges::find(numbers, t) != numbers.end();
    };
    const auto is_moment = [](const std::string& t) { return t == "date" || t.starts_with("timestamp"); };
    if ((is_number(was) && is_number(type)) || (is_moment(was) && is_moment(type))) return {};
    // boolean knows integer alone, and no way leads from a number to it but this one.
    if (was == "boolean" && is_number(type)) return name + "::integer::" + to;
    if (type == "boolean" && is_number(was)) return name + " <> 0";
    return name + "::" + to;
}

class table_writer {
  public:
    table_writer(const change_plan& plan, const table_match& m)
        : plan_{plan}, match_{m}, dialect_{plan.dialect}, touched_{touched_columns(plan, m)} {
        steps_.schema = m.to->schema;
        steps_.table = m.to->name;
    }

    table_steps write() {
        indexes();
        constraints_that_go();
        columns();
        constraints_that_come();
        keep();
        comments();
        return std::move(steps_);
    }

  private:
    [[nodiscard]] bool names_touched(const std::string& sql) const {
        return std::ranges::any_of(touched_, [&](const std::string& c) { return mentions(sql, c, dialect_); });
    }
    [[nodiscard]] bool remade(const std::string& column) const {
        return std::ranges::any_of(regenerated(), [&](const auto* c) { return c->name == column; });
    }
    /// Whether it goes with a column that is made again under its name.
    [[nodiscard]] bool has_remade(const std::vector<std::string>& columns, const std::string& sql = {}) const {
        return std::ranges::any_of(columns, [&](const std::string& c) { return remade(c); }) ||
               (!sql.empty() &&
                std::ranges::any_of(regenerated(), [&](const auto* c) { return mentions(sql, c->name, dialect_); }));
    }

    /// Generated columns that are dropped and added: they say something else, or name a column of another type.
    [[nodiscard]] std::vector<const sql::column_definition*> regenerated() const {
        std::vector<const sql::column_definition*> found;
        for (const auto& [from, to] : match_.columns.changed) {
            if (to->generated_sql.empty()) continue;
            const column_changes c = changed(*from, *to);
            if (c.generated || c.type || c.collation || uses_remade_type(plan_, *from)) found.push_back(to);
        }
        for (const auto& [from, to] : match_.columns.kept) {
            if (!to->generated_sql.empty() && names_touched(to->generated_sql)) found.push_back(to);
        }
        return found;
    }

    [[nodiscard]] column_changes changed(const sql::column_definition& from, const sql::column_definition& to) const {
        return comparing::changes_of(from, to, *match_.from, *match_.to, dialect_, true);
    }

    void indexes() {
        const auto drop = [&](const sql::index_definition& i) {
            steps_.drop_indexes.push_back({match_.to->schema, i.name});
        };
        for (const auto* i : match_.indexes.dropped) drop(*i);
        for (const auto& [from, to] : match_.indexes.changed) {
            const bool stays = !goes_first(*from) && !a_key_needs(*from) && !a_key_needs(*to);
            if (!stays) drop(*from);
            steps_.indexes.push_back({*to, stays ? from->name : std::string{}, !stays});
        }
        for (const auto* i : match_.indexes.added) steps_.indexes.push_back({*i, {}, a_key_needs(*i)});
        for (const auto& [from, to] : match_.indexes.kept) {
            if (!names_touched(*to)) continue;
            drop(*from);
            steps_.indexes.push_back({*to, {}, true});
        }
    }

    [[nodiscard]] bool names_touched(const sql::index_definition& i) const {
        return names_touched(i.where) || has_remade(i.included) ||
               std::ranges::any_of(i.parts, [&](const sql::index_part& p) {
                   return names_touched(p.expression) || remade(p.column) || holds(touched_, p.column);
               });
    }
    /// Whether it has to be gone before the columns are changed, or goes with one of them.
    [[nodiscard]] bool goes_first(const sql::index_definition& i) const {
        if (names_touched(i)) return true;
        return std::ranges::any_of(match_.columns.dropped, [&](const auto* c) {
            return mentions(i.where, c->name, dialect_) || holds(i.included, c->name) ||
                   std::ranges::any_of(i.parts, [&](const sql::index_part& p) {
                       return p.column == c->name || mentions(p.expression, c->name, dialect_);
                   });
        });
    }
    [[nodiscard]] bool a_key_needs(const sql::index_definition& i) const {
        if (!i.unique) return false;
        std::vector<std::string> columns;
        for (const sql::index_part& p : i.parts) columns.push_back(p.column);
        return std::ranges::any_of(plan_.to.tables, [&](const sql::table_definition& t) {
            return std::ranges::any_of(t.foreign_keys, [&](const sql::foreign_key_definition& key) {
                return key.schema == match_.to->schema && key.table == match_.to->name &&
                       std::ranges::is_permutation(key.target_columns, columns);
            });
        });
    }

    void drop_constraint(const std::string& name, const std::vector<std::string>& columns, std::string_view kind) {
        steps_.first.emplace_back(
            sql::drop_constraint{name.empty() ? usual_name(match_.from->name, columns, kind) : name});
    }

    void constraints_that_go() {
        for (const auto* c : match_.checks.dropped) drop_constraint(c->name, {c->column}, "check");
        for (const auto& [from, to] : match_.checks.kept) {
            if (names_touched(from->sql)) drop_constraint(from->name, {from->column}, "check");
        }
        for (const auto* c : match_.constraints.dropped) drop_constraint(c->name, {}, {});
        for (const auto& [from, to] : match_.constraints.kept) {
            if (has_remade({}, from->sql)) drop_constraint(from->name, {}, {});
        }
        for (const auto* u : match_.uniques.dropped) drop_constraint(u->name, u->columns, "key");
        for (const auto& [from, to] : match_.uniques.kept) {
            if (has_remade(from->columns, from->sql)) drop_constraint(from->name, from->columns, "key");
        }
        const sql::unique_definition& key = match_.from->primary_key;
        if (!key.columns.empty() && (match_.primary_key || has_remade(key.columns, key.sql)))
            drop_constraint(key.name, {}, "pkey");
    }

    void constraints_that_come() {
        const auto come = [&](sql::table_action action, const std::string& name) {
            steps_.second.push_back(std::move(action));
            steps_.again.push_back(name);
        };
        const sql::unique_definition& key = match_.to->primary_key;
        if (!key.columns.empty() && (match_.primary_key || has_remade(key.columns, key.sql)))
            come(sql::add_primary_key{key}, key.name);
        for (const auto* u : match_.uniques.added) steps_.second.emplace_back(sql::add_unique{*u});
        for (const auto& [from, to] : match_.uniques.kept) {
            if (has_remade(from->columns, from->sql)) come(sql::add_unique{*from}, from->name);
        }
        for (const auto* c : match_.constraints.added) steps_.second.emplace_back(sql::add_constraint{c->name, c->sql});
        for (const auto& [from, to] : match_.constraints.kept) {
            if (has_remade({}, from->sql)) come(sql::add_constraint{from->name, from->sql}, from->name);
        }
        for (const auto* c : match_.checks.added) steps_.second.emplace_back(sql::add_check{*c});
        for (const auto& [from, to] : match_.checks.kept) {
            if (names_touched(from->sql)) come(sql::add_check{*from}, from->name);
        }
    }

    /// Statistics, storage and rights go with a column, in silence.
    void keep() {
        const std::vector<const sql::column_definition*> again = regenerated();
        steps_.rights = !again.empty();
        for (const std::string& sql : match_.from->kept) {
            if (!sql.starts_with("CREATE STATISTICS") && sql.find(" ALTER COLUMN ") == std::string::npos) continue;
            if (std::ranges::any_of(again, [&](const auto* c) { return mentions(sql, c->name, dialect_); }))
                steps_.kept.push_back(sql);
        }
    }

    void columns() {
        const std::vector<const sql::column_definition*> again = regenerated();
        for (const sql::column_definition* c : again) steps_.first.emplace_back(sql::drop_column{c->name});
        for (const auto& [from, to] : match_.columns.changed) {
            if (std::ranges::find(again, to) == again.end()) change_column(*from, *to);
        }
        for (const auto& [from, to] : match_.columns.kept) {
            if (std::ranges::find(again, to) == again.end() && uses_remade_type(plan_, *to)) retype(*from, *to, true);
        }
        // Computed ones last: they name others.
        for (const bool generated : {false, true}) {
            for (const sql::column_definition* c : match_.columns.added) {
                if (c->generated_sql.empty() != generated) steps_.second.emplace_back(sql::add_column{*c, {}, {}});
            }
        }
        for (const sql::column_definition* c : again) steps_.second.emplace_back(sql::add_column{*c, {}, {}});
        for (const bool generated : {true, false}) {
            for (const sql::column_definition* c : match_.columns.dropped) {
                if (c->generated_sql.empty() == generated) continue;
                // A type is not changed under what is computed of it.
                const bool first = generated && names_touched(c->generated_sql);
                (first ? steps_.first : steps_.last).emplace_back(sql::drop_column{c->name});
            }
        }
    }

    void retype(const sql::column_definition& from, const sql::column_definition& to, bool by_text) {
        if (!from.default_sql.empty()) steps_.first.emplace_back(sql::set_default{to.name, {}});
        steps_.first.emplace_back(
            sql::set_type{to.name, to.type, to.collation, cast_of(to.name, from.type, to.type, by_text, dialect_)});
        if (!to.default_sql.empty()) steps_.second.emplace_back(sql::set_default{to.name, to.default_sql});
    }

    void change_column(const sql::column_definition& from, const sql::column_definition& to) {
        const column_changes c = changed(from, to);
        if (c.generated && to.generated_sql.empty()) steps_.first.emplace_back(sql::drop_expression{to.name});
        if (c.identity && to.identity == sql::identity::none)
            steps_.first.emplace_back(sql::set_identity{to.name, from.identity, to.identity});
        const bool by_text = uses_remade_type(plan_, from);
        if (c.type || c.collation || by_text) {
            retype(from, to, by_text);
        } else if (c.default_value) {
            steps_.second.emplace_back(sql::set_default{to.name, to.default_sql});
        }
        if (c.nullability) {
            if (!to.nullable && !to.default_sql.empty())
                steps_.fills.push_back({match_.to->schema, match_.to->name, to.name, to.default_sql});
            // NOT NULL is said by a key as well, and goes when the key is gone.
            steps_.second.emplace_back(sql::set_nullable{to.name, to.nullable});
        }
        if (!c.identity || to.identity == sql::identity::none) return;
        steps_.second.emplace_back(sql::set_identity{to.name, from.identity, to.identity});
        sql::source table;
        table.schema = match_.to->schema;
        table.table = match_.to->name;
        steps_.counters.push_back(sql::keys_behind(table, to.name, dialect_));
    }

    void comments() {
        const sql::table_definition& t = *match_.to;
        const auto comment = [&](std::string_view what, const std::string& column, const std::string& text) {
            steps_.comments.push_back({std::string{what}, t.schema, t.name, column, text});
        };
        if (plan_.listed(change::comment, t.schema, t.name, {})) comment("TABLE", {}, t.comment);
        const std::vector<const sql::column_definition*> again = regenerated();
        for (const sql::column_definition& c : t.columns) {
            const bool made = std::ranges::find(match_.columns.added, &c) != match_.columns.added.end();
            const bool remade_now = std::ranges::find(again, &c) != again.end();
            if (plan_.listed(change::comment, t.schema, t.name, c.name) || ((made || remade_now) && !c.comment.empty()))
                comment("COLUMN", c.name, c.comment);
        }
    }

    const change_plan& plan_;
    const table_match& match_;
    const sql::dialect& dialect_;
    std::vector<std::string> touched_;
    table_steps steps_;
};

}  // namespace

bool uses_remade_type(const change_plan& plan, const sql::column_definition& c) {
    return std::ranges::any_of(plan.differences, [&](const difference& d) {
        return d.what == change::enum_labels_changed && mentions(c.type, d.name, plan.dialect);
    });
}

std::vector<std::string> touched_columns(const change_plan& plan, const table_match& m) {
    std::vector<std::string> found;
    for (const auto& [from, to] : m.columns.changed) {
        const column_changes c = comparing::changes_of(*from, *to, *m.from, *m.to, plan.dialect, true);
        if (c.type || c.collation || (c.generated && !to->generated_sql.empty()) || uses_remade_type(plan, *from))
            found.push_back(to->name);
    }
    for (const auto& [from, to] : m.columns.kept) {
        const bool names_other = std::ranges::any_of(
            found, [&](const std::string& other) { return mentions(to->generated_sql, other, plan.dialect); });
        if (names_other || uses_remade_type(plan, *from)) found.push_back(to->name);
    }
    return found;
}

table_steps steps_of(const change_plan& plan, const table_match& m) { return table_writer{plan, m}.write(); }

std::string usual_name(const std::string& table, const std::vector<std::string>& columns, std::string_view kind) {
    std::string name = table;
    for (const std::string& c : columns) {
        if (!c.empty()) name += '_' + c;
    }
    return name.append(1, '_').append(kind);
}

}  // namespace kin::schema::changing
