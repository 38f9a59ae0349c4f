// SQLite: what its ALTER TABLE can, and the rest by its twelve steps, where a table is written again
// (https://www.sqlite.org/lang_altertable.html#otheralter).
#include <algorithm>
#include <iterator>

#include <kin/sql/alteration.hpp>
#include <kin/sql/compiler.hpp>

#include "../compare/expressions.hpp"
#include "../compare/tokens.hpp"
#include "../compare/types.hpp"
#include "plan.hpp"

namespace kin::schema::changing {

namespace {

using comparing::mentions;
using comparing::same_name;
using comparing::table_match;
using comparing::token;
using comparing::token_kind;

class sqlite_writer {
  public:
    explicit sqlite_writer(change_plan& plan) : plan_{plan}, dialect_{plan.dialect} {
        for (const table_match& m : plan.tables) {
            if (!altered_in_place(m)) rebuilt_.push_back(&m);
        }
    }

    change_script write() {
        script_.foreign_keys_off = !rebuilt_.empty() || !plan_.dropped.empty();
        // Who runs the statements by hand has to know it before rows are gone.
        if (script_.foreign_keys_off) append(sql::require_foreign_keys_off(dialect_));
        stand_aside();
        for (const sql::view_definition* v : plan_.dropped_views)
            add(sql::compile(sql::drop_view{v->schema, v->name}, dialect_));
        for (const placed_trigger& t : plan_.dropped_triggers)
            add(sql::compile(sql::drop_trigger{t.schema, t.table, t.trigger.name}, dialect_));
        append(rename_statements(plan_));
        drop_indexes();
        add_tables();
        for (const table_match& m : plan_.tables) {
            if (rebuilds(m)) {
                rebuild(m);
            } else {
                alter(m);
            }
        }
        for (const sql::table_definition* t : plan_.dropped)
            add(sql::compile(sql::drop_table{t->schema, t->name}, dialect_));
        others();
        make_indexes();
        for (const sql::view_definition* v : plan_.made_views) {
            add(v->sql);
            for (const sql::trigger_definition& t : v->triggers) add(t.sql);
        }
        for (const placed_trigger& t : plan_.made_triggers) add(t.trigger.sql);
        for (const sql::table_definition* t : plan_.added) {
            for (const sql::trigger_definition& trigger : t->triggers) add(trigger.sql);
        }
        if (script_.foreign_keys_off) check_keys();
        return std::move(script_);
    }

  private:
    void add(std::string sql) { script_.statements.push_back(std::move(sql)); }
    void append(std::vector<std::string> list) { std::ranges::move(list, std::back_inserter(script_.statements)); }

    [[nodiscard]] bool rebuilds(const table_match& m) const {
        return std::ranges::find(rebuilt_, &m) != rebuilt_.end();
    }

    /// ADD COLUMN takes a default that is a plain literal, no key, and NOT NULL only with such a default.
    [[nodiscard]] bool can_be_added(const sql::column_definition& c) const {
        if (c.identity != sql::identity::none) return false;
        if (!c.generated_sql.empty()) return !c.stored && c.nullable;
        const std::vector<token> said = comparing::tokens_of(c.default_sql, dialect_);
        if (said.empty()) return c.nullable;
        const bool sign = said.front().is("-") || said.front().is("+");
        if (said.size() != (sign ? 2U : 1U)) return false;
        const token& value = said.back();
        if (value.is("null")) return c.nullable;
        return value.kind == token_kind::number || value.kind == token_kind::text || value.is("true") ||
               value.is("false");
    }

    /// The keys that can stand behind a column that is added.
    [[nodiscard]] std::vector<sql::foreign_key_definition> references(const table_match& m,
                                                                      const sql::column_definition& c) const {
        std::vector<sql::foreign_key_definition> found;
        for (const auto* key : m.foreign_keys.added) {
            if (key->columns.size() == 1 && same_name(key->columns.front(), c.name, dialect_) && c.nullable &&
                c.default_sql.empty() && c.generated_sql.empty())
                found.push_back(*key);
        }
        return found;
    }

    [[nodiscard]] std::vector<sql::check_definition> checks_of(const table_match& m,
                                                               const sql::column_definition& c) const {
        std::vector<sql::check_definition> found;
        for (const auto* check : m.checks.added) {
            if (!check->column.empty() && same_name(check->column, c.name, dialect_)) found.push_back(*check);
        }
        return found;
    }

    /// DROP COLUMN refuses one that anything else of the table names.
    [[nodiscard]] bool can_be_dropped(const table_match& m, const sql::column_definition& c) const {
        const sql::table_definition& t = *m.from;
        const auto is = [&](const std::string& name) { return same_name(name, c.name, dialect_); };
        const auto in = [&](const auto& constraint) { return std::ranges::any_of(constraint.columns, is); };
        if (in(t.primary_key) || std::ranges::any_of(t.uniques, in) || std::ranges::any_of(t.foreign_keys, in))
            return false;
        const auto says = [&](const std::string& sql) { return mentions(sql, c.name, dialect_); };
        if (std::ranges::any_of(t.checks, [&](const auto& k) { return is(k.column) || says(k.sql); })) return false;
        if (std::ranges::any_of(t.other_constraints, [&](const auto& k) { return says(k.sql); })) return false;
        if (std::ranges::any_of(t.columns, [&](const auto& other) { return says(other.generated_sql); })) return false;
        return std::ranges::none_of(plan_.base.tables, [&](const sql::table_definition& other) {
            return std::ranges::any_of(other.foreign_keys, [&](const sql::foreign_key_definition& key) {
                return same_name(key.table, t.name, dialect_) && std::ranges::any_of(key.target_columns, is);
            });
        });
    }

    [[nodiscard]] bool altered_in_place(const table_match& m) const {
        if (m.options || m.primary_key || !m.columns.changed.empty() || !m.uniques.same()) return false;
        if (!m.foreign_keys.dropped.empty() || !m.foreign_keys.changed.empty()) return false;
        if (!m.checks.dropped.empty() || !m.constraints.same()) return false;
        std::size_t keys = 0;
        std::size_t checks = 0;
        for (const auto* c : m.columns.added) {
            if (!can_be_added(*c)) return false;
            keys += references(m, *c).size();
            checks += checks_of(m, *c).size();
        }
        if (keys != m.foreign_keys.added.size() || checks != m.checks.added.size()) return false;
        return std::ranges::all_of(m.columns.dropped, [&](const auto* c) { return can_be_dropped(m, *c); });
    }

    /// Dropping looks through all triggers and views, and refuses where one of them no longer fits. Renaming changes
    /// their text with the name: what names a table that is only renamed stays where it is.
    void stand_aside() {
        std::vector<std::string> names;
        for (const table_match& m : plan_.tables) {
            if (rebuilds(m) || !m.columns.dropped.empty()) names.push_back(m.to->name);
        }
        for (const sql::table_definition* t : plan_.dropped) names.push_back(t->name);
        plan_.take_out_of_the_way(names, true);
    }

    /// Names of indexes belong to the whole database: all that go, go before others come.
    void drop_indexes() {
        const auto drop = [&](const sql::index_definition& i) {
            add(sql::compile(sql::drop_index{{}, i.name}, dialect_));
        };
        for (const sql::table_definition* t : plan_.dropped) std::ranges::for_each(t->indexes, drop);
        for (const table_match& m : plan_.tables) {
            if (rebuilds(m)) {
                std::ranges::for_each(m.from->indexes, drop);
                continue;
            }
            for (const auto* i : m.indexes.dropped) drop(*i);
            for (const auto& [was, wanted] : m.indexes.changed) drop(*was);
        }
    }

    void make_indexes() {
        for (const table_match& m : plan_.tables) {
            const auto make = [&](const sql::index_definition& i) {
                add(sql::compile(sql::create_index{m.to->schema, m.to->name, i}, dialect_));
            };
            if (rebuilds(m)) {
                std::ranges::for_each(m.to->indexes, make);
                continue;
            }
            for (const auto* i : m.indexes.added) make(*i);
            for (const auto& [was, wanted] : m.indexes.changed) make(*wanted);
        }
        for (const sql::table_definition* t : plan_.added) {
            for (const sql::index_definition& i : t->indexes)
                add(sql::compile(sql::create_index{t->schema, t->name, i}, dialect_));
        }
    }

    void add_tables() {
        catalogue alone;
        for (const sql::table_definition* t : plan_.added) {
            alone.tables.push_back(*t);
            alone.tables.back().indexes.clear();
            alone.tables.back().triggers.clear();
        }
        append(create_statements(alone, dialect_));
    }

    /// Virtual tables.
    void others() {
        for (const difference& d : plan_.differences) {
            if (d.what == change::other_dropped) {
                for (const sql::other_definition& o : plan_.base.others) {
                    if (o.name == d.name && o.sql == d.was)
                        add(sql::compile(sql::drop_other{o.what, o.schema, o.name}, dialect_));
                }
            }
            if (d.what == change::other_added) add(d.wanted);
        }
    }

    void alter(const table_match& m) {
        const auto one = [&](sql::table_action action) {
            add(sql::compile(sql::alter_table{m.to->schema, m.to->name, {std::move(action)}}, dialect_));
        };
        for (const auto* c : m.columns.added) one(sql::add_column{*c, references(m, *c), checks_of(m, *c)});
        for (const auto* c : m.columns.dropped) one(sql::drop_column{c->name});
    }

    [[nodiscard]] std::string free_name(const std::string& table) const {
        std::string name = "kin_new_" + table;
        const auto taken = [&](const catalogue& all) {
            return std::ranges::any_of(all.tables, [&](const auto& t) { return same_name(t.name, name, dialect_); }) ||
                   std::ranges::any_of(all.views, [&](const auto& v) { return same_name(v.name, name, dialect_); });
        };
        while (taken(plan_.from) || taken(plan_.to)) name += '_';
        return name;
    }

    void rebuild(const table_match& m) {
        sql::table_definition made = *m.to;
        made.name = free_name(m.to->name);
        add(sql::compile(sql::create_table{made, false}, dialect_));
        sql::copy_rows copy{.schema = m.to->schema, .from = m.from->name, .to = made.name};
        copy_numbers(m, copy);
        for (const sql::column_definition& c : m.to->columns) {
            const sql::column_definition* had = comparing::column_in(*m.from, c.name, dialect_);
            if (had == nullptr || !c.generated_sql.empty()) continue;
            const bool may_lack = had->nullable && !c.nullable && c.identity == sql::identity::none;
            copy.columns.push_back({c.name, had->name, may_lack ? c.default_sql : std::string{}});
        }
        if (!copy.columns.empty()) add(sql::compile(copy, dialect_));
        if (counts_on(*m.from) && counts_on(*m.to)) append(sql::keep_counter(m.from->name, made.name, dialect_));
        add(sql::compile(sql::drop_table{m.from->schema, m.from->name}, dialect_));
        add(sql::compile(sql::rename_table{m.to->schema, made.name, m.to->name}, dialect_));
    }

    /// Rows that no column numbers keep their numbers: others may have written them down, full text indexes do.
    void copy_numbers(const table_match& m, sql::copy_rows& copy) const {
        for (const sql::table_definition* t : {m.from, m.to}) {
            if (comparing::is_without_rowid(*t, dialect_)) return;
        }
        if (comparing::rowid_column(*m.to, dialect_) != nullptr) return;
        const auto free = [&](const sql::table_definition& t) {
            const auto found = std::ranges::find_if(comparing::rowid_names, [&](std::string_view name) {
                return comparing::column_in(t, name, dialect_) == nullptr;
            });
            return found == comparing::rowid_names.end() ? std::string{} : std::string{*found};
        };
        const std::string from = free(*m.from);
        const std::string to = free(*m.to);
        // Where columns have all three names, nobody can name the number.
        if (!from.empty() && !to.empty()) copy.columns.push_back({to, from, {}});
    }

    static bool counts_on(const sql::table_definition& t) {
        return std::ranges::any_of(t.columns, [](const auto& c) { return c.identity == sql::identity::never_again; });
    }

    /// Keys of tables that were written again, and of those that refer to them or to what is gone.
    void check_keys() {
        std::vector<std::string> children;
        const auto concerned = [&](const std::string& name) {
            const auto is = [&](const std::string& other) { return same_name(other, name, dialect_); };
            return std::ranges::any_of(rebuilt_, [&](const auto* m) { return is(m->to->name); }) ||
                   std::ranges::any_of(plan_.dropped, [&](const auto* t) { return is(t->name); });
        };
        for (const sql::table_definition& t : plan_.to.tables) {
            const auto refers = [&](const auto& key) { return concerned(key.table); };
            if (t.foreign_keys.empty() || comparing::table_in(plan_.base, t.schema, t.name, dialect_) == nullptr)
                continue;
            if (concerned(t.name) || std::ranges::any_of(t.foreign_keys, refers)) children.push_back(t.name);
        }
        if (!children.empty()) append(sql::require_foreign_keys(children, dialect_));
    }

    change_plan& plan_;
    const sql::dialect& dialect_;
    std::vector<const table_match*> rebuilt_;
    change_script script_;
};

}  // namespace

change_script sqlite_changes(change_plan& plan) { return sqlite_writer{plan}.write(); }

}  // namespace kin::schema::changing
