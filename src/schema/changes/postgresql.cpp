// PostgreSQL: everything in one transaction, in one order: what stands in the way, types, tables, columns, constraints,
// indexes, foreign keys, what is not wanted any more, views.
#include <algorithm>
#include <iterator>

#include <kin/sql/alteration.hpp>
#include <kin/sql/compiler.hpp>

#include "../compare/tokens.hpp"
#include "../order.hpp"
#include "afterwards.hpp"
#include "plan.hpp"
#include "postgresql_table.hpp"

namespace kin::schema::changing {

namespace {

using comparing::table_match;

bool same_place(const std::string& schema, const std::string& name, const sql::table_definition& t) {
    return schema == t.schema && name == t.name;
}

class postgresql_writer {
  public:
    postgresql_writer(change_plan& plan, const change_options& o) : plan_{plan}, options_{o}, dialect_{plan.dialect} {
        for (const table_match& m : plan.tables) steps_.push_back(steps_of(plan, m));
    }

    change_script write() {
        sort_keys();
        stand_aside();
        append(rename_statements(plan_));
        for (const placed_trigger& t : plan_.dropped_triggers)
            add(sql::compile(sql::drop_trigger{t.schema, t.table, t.trigger.name}, dialect_));
        keep_rights();
        drop_views();
        drop_keys();
        types();
        add_tables();
        alter_tables();
        indexes();
        add_keys();
        drop_rest();
        add_others(other_place::behind_tables);
        make_views();
        add_others(other_place::behind_views);
        for (const table_steps& s : steps_) {
            for (const sql::comment_on& c : s.comments) add(sql::compile(c, dialect_));
            append(s.kept);
        }
        bring_back();
        for (const placed_trigger& t : plan_.made_triggers) add(t.trigger.sql);
        return std::move(script_);
    }

  private:
    void add(std::string sql) {
        if (!sql.empty()) script_.statements.push_back(std::move(sql));
    }
    void append(std::vector<std::string> list) {
        for (std::string& sql : list) add(std::move(sql));
    }
    void alter(const std::string& schema, const std::string& table, std::vector<sql::table_action> actions) {
        if (!actions.empty()) add(sql::compile(sql::alter_table{schema, table, std::move(actions)}, dialect_));
    }

    /// Views hold on to the columns that they show.
    void stand_aside() {
        std::vector<std::string> names;
        for (const table_match& m : plan_.tables) {
            if (!m.columns.dropped.empty() || !touched_columns(plan_, m).empty()) names.push_back(m.to->name);
        }
        for (const sql::table_definition* t : plan_.dropped) names.push_back(t->name);
        plan_.take_out_of_the_way(names, false);
    }

    /// Rights were given to what is dropped and made again, and who owns it may be somebody else: both are the
    /// database's that the statements run on, which need not be the one that they were computed for.
    void keep_rights() {
        const auto again = [&](const sql::view_definition* v) {
            return std::ranges::any_of(
                plan_.made_views, [&](const auto* made) { return made->schema == v->schema && made->name == v->name; });
        };
        for (const sql::view_definition* v : plan_.dropped_views) {
            if (again(v)) kept_rights_.views.push_back(sql::qualified(v->schema, v->name, dialect_));
        }
        for (const table_steps& s : steps_) {
            if (s.rights) kept_rights_.tables.push_back(sql::qualified(s.schema, s.table, dialect_));
        }
        if (!kept_rights_.empty()) add(sql::save_rights(kept_rights_, dialect_));
    }

    void bring_back() {
        if (!kept_rights_.empty()) add(sql::restore_rights(kept_rights_, dialect_));
        // A constraint takes what is said about it along.
        for (const sql::table_definition& t : plan_.base.tables) {
            for (const std::string& sql : t.kept) {
                if (sql.starts_with("COMMENT ON CONSTRAINT") && says_of_one_made_again(t, sql)) add(sql);
            }
        }
    }

    [[nodiscard]] bool says_of_one_made_again(const sql::table_definition& t, const std::string& sql) const {
        const std::vector<comparing::token> said = comparing::tokens_of(sql, dialect_);
        const std::string& name = said.at(3).text;
        const auto key = [&](const placed_key& k) { return same_place(k.schema, k.table, t) && k.key.name == name; };
        if (std::ranges::any_of(added_keys_, key)) return true;
        return std::ranges::any_of(
            steps_, [&](const table_steps& s) { return same_place(s.schema, s.table, t) && holds(s.again, name); });
    }

    void drop_views() {
        for (const sql::view_definition* v : plan_.dropped_views)
            add(sql::compile(sql::drop_view{v->schema, v->name, false, v->materialized}, dialect_));
    }

    void make_views() {
        catalogue alone;
        for (const sql::view_definition* v : plan_.made_views) alone.views.push_back(*v);
        append(create_statements(alone, dialect_));
        for (const sql::view_definition& v : plan_.to.views) {
            if (holds(plan_.made_views, &v) || !plan_.listed(change::comment, v.schema, v.name, {})) continue;
            const std::string what = v.materialized ? "MATERIALIZED VIEW" : "VIEW";
            add(sql::compile(sql::comment_on{what, v.schema, v.name, {}, v.comment}, dialect_));
        }
    }

    [[nodiscard]] const table_match* match_of(const std::string& schema, const std::string& table) const {
        const auto found =
            std::ranges::find_if(plan_.tables, [&](const table_match& m) { return same_place(schema, table, *m.to); });
        return found == plan_.tables.end() ? nullptr : &*found;
    }

    /// Whether a key has to go while one of its ends is changed: the types of its columns, or what makes them unique.
    [[nodiscard]] bool in_the_way(const sql::table_definition& t, const sql::foreign_key_definition& key) const {
        const auto touches = [&](const table_match& m, const std::vector<std::string>& columns) {
            const std::vector<std::string> touched = touched_columns(plan_, m);
            return std::ranges::any_of(
                columns, [&](const std::string& c) { return std::ranges::find(touched, c) != touched.end(); });
        };
        if (const table_match* own = match_of(t.schema, t.name); own != nullptr && touches(*own, key.columns))
            return true;
        const table_match* target = match_of(key.schema, key.table);
        if (target == nullptr) return false;
        const std::vector<std::string>& columns =
            key.target_columns.empty() ? target->from->primary_key.columns : key.target_columns;
        const auto unique = [](const sql::index_definition* index) { return index->unique; };
        return target->primary_key || !target->uniques.dropped.empty() ||
               std::ranges::any_of(target->indexes.dropped, unique) ||
               std::ranges::any_of(target->indexes.changed, unique, [](const auto& p) { return p.first; }) ||
               touches(*target, columns);
    }

    void sort_keys() {
        for (const sql::table_definition& t : plan_.base.tables) {
            const auto gone = [&](const sql::table_definition* other) { return other == &t; };
            const table_match* m = match_of(t.schema, t.name);
            const bool drops = std::ranges::any_of(plan_.dropped, gone);
            for (const sql::foreign_key_definition& key : t.foreign_keys) {
                if (drops) {
                    dropped_keys_.push_back({t.schema, t.name, key});
                    continue;
                }
                const auto is = [&](const sql::foreign_key_definition* k) { return k == &key; };
                const bool unwanted = m != nullptr && (std::ranges::any_of(m->foreign_keys.dropped, is) ||
                                                       std::ranges::any_of(m->foreign_keys.changed, is,
                                                                           [](const auto& p) { return p.first; }));
                if (!unwanted && !in_the_way(t, key)) continue;
                dropped_keys_.push_back({t.schema, t.name, key});
                if (unwanted) continue;
                added_keys_.push_back({t.schema, t.name, key});
            }
        }
        for (const table_match& m : plan_.tables) {
            for (const auto* key : m.foreign_keys.added) added_keys_.push_back({m.to->schema, m.to->name, *key});
            for (const auto& [from, to] : m.foreign_keys.changed)
                added_keys_.push_back({m.to->schema, m.to->name, *to});
        }
    }

    void drop_keys() {
        std::vector<std::pair<const placed_key*, std::vector<sql::table_action>>> by_table;
        for (const placed_key& k : dropped_keys_) {
            sql::drop_constraint drop{k.key.name.empty() ? usual_name(k.table, k.key.columns, "fkey") : k.key.name};
            const auto known = std::ranges::find_if(
                by_table, [&](const auto& p) { return p.first->schema == k.schema && p.first->table == k.table; });
            if (known != by_table.end()) {
                known->second.emplace_back(std::move(drop));
            } else {
                by_table.push_back({&k, {std::move(drop)}});
            }
        }
        for (auto& [where, actions] : by_table) alter(where->schema, where->table, std::move(actions));
    }

    void add_keys() {
        for (const placed_key& k : added_keys_) {
            sql::foreign_key_definition key = k.key;
            if (options_.validate_later && key.validated) {
                if (key.name.empty()) key.name = usual_name(k.table, key.columns, "fkey");
                key.validated = false;
                validate(k.schema, k.table, key.name);
            }
            alter(k.schema, k.table, {sql::add_key{std::move(key)}});
        }
    }

    void validate(const std::string& schema, const std::string& table, const std::string& name) {
        script_.after.push_back(
            sql::compile(sql::alter_table{schema, table, {sql::validate_constraint{name}}}, dialect_));
    }

    /// Whether a definition of `to` says the label, which it can only after the transaction that adds it.
    [[nodiscard]] bool is_used(const std::string& label) const {
        const std::string text = sql::literal(label, dialect_);
        const auto says = [&](const std::string& sql) { return sql.find(text) != std::string::npos; };
        return std::ranges::any_of(
                   plan_.to.tables,
                   [&](const sql::table_definition& t) {
                       return std::ranges::any_of(
                                  t.columns,
                                  [&](const auto& c) { return says(c.default_sql) || says(c.generated_sql); }) ||
                              std::ranges::any_of(t.checks, [&](const auto& c) { return says(c.sql); }) ||
                              std::ranges::any_of(t.indexes,
                                                  [&](const auto& i) {
                                                      return says(i.where) ||
                                                             std::ranges::any_of(i.parts, [&](const auto& p) {
                                                                 return says(p.expression);
                                                             });
                                                  }) ||
                              std::ranges::any_of(t.triggers, [&](const auto& g) { return says(g.sql); });
                   }) ||
               std::ranges::any_of(plan_.to.views, [&](const auto& v) { return says(v.sql); });
    }

    [[nodiscard]] const sql::enum_definition* wanted_enum(const difference& d) const {
        const auto found = std::ranges::find_if(
            plan_.to.enums, [&](const auto& e) { return e.schema == d.schema && e.name == d.name; });
        return found == plan_.to.enums.end() ? nullptr : &*found;
    }

    void types() {
        for (const difference& d : plan_.differences) {
            const sql::enum_definition* e = wanted_enum(d);
            if (d.what == change::enum_added && e != nullptr) {
                catalogue alone;
                alone.enums.push_back(*e);
                append(create_statements(alone, dialect_));
            } else if (d.what == change::enum_label_added && e != nullptr) {
                add_label(d, *e);
            } else if (d.what == change::enum_labels_changed && e != nullptr) {
                add(sql::compile(sql::rename_enum{d.schema, d.name, old_name(d.name)}, dialect_));
                add(sql::compile(sql::create_enum{*e}, dialect_));
                if (!e->comment.empty())
                    add(sql::compile(sql::comment_on{"TYPE", e->schema, e->name, {}, e->comment}, dialect_));
            } else if (d.what == change::comment && d.table.empty() && e != nullptr) {
                add(sql::compile(sql::comment_on{"TYPE", e->schema, e->name, {}, e->comment}, dialect_));
            }
        }
        add_others(other_place::before_tables);
    }

    void add_others(other_place place) {
        for (const difference& d : plan_.differences) {
            if ((d.what != change::other_added && d.what != change::other_changed) || !has_statement(d, dialect_))
                continue;
            const auto o = std::ranges::find_if(plan_.to.others, [&](const sql::other_definition& other) {
                return other.schema == d.schema && other.name == d.name && other.sql == d.wanted;
            });
            if (o != plan_.to.others.end() && place_of(*o, plan_.to, dialect_) == place) add(d.wanted);
        }
    }

    void add_label(const difference& d, const sql::enum_definition& e) {
        const auto at = std::ranges::find(e.labels, d.wanted);
        const auto was = std::ranges::find_if(plan_.from.enums,
                                              [&](const auto& x) { return x.schema == e.schema && x.name == e.name; });
        // Before the next one that is there already.
        const auto next = std::find_if(at, e.labels.end(), [&](const std::string& label) {
            return was != plan_.from.enums.end() && std::ranges::find(was->labels, label) != was->labels.end();
        });
        const std::string sql = sql::compile(
            sql::add_enum_label{e.schema, e.name, d.wanted, next == e.labels.end() ? std::string{} : *next}, dialect_);
        const bool early = is_used(d.wanted);
        (early ? script_.before : script_.statements).push_back(sql);
        if (early) script_.gone_before.push_back(d);
    }

    static std::string old_name(const std::string& type) { return "kin_old_" + type; }

    /// New tables; keys to tables that are still to be changed come with the others.
    void add_tables() {
        catalogue alone;
        for (const sql::table_definition* t : plan_.added) {
            sql::table_definition made = *t;
            made.triggers.clear();
            std::erase_if(made.foreign_keys, [&](const sql::foreign_key_definition& key) {
                if (match_of(key.schema, key.table) == nullptr) return false;
                added_keys_.push_back({t->schema, t->name, key});
                return true;
            });
            for (const sql::trigger_definition& g : t->triggers) plan_.made_triggers.push_back({t->schema, t->name, g});
            alone.tables.push_back(std::move(made));
        }
        for (const table_steps& s : steps_) {
            for (const sql::drop_index& i : s.drop_indexes) add(sql::compile(i, dialect_));
            for (const made_index& i : s.indexes) {
                if (!options_.concurrently && !i.instead_of.empty())
                    add(sql::compile(sql::drop_index{s.schema, i.instead_of}, dialect_));
            }
        }
        for (const sql::table_definition* t : plan_.dropped) {
            for (const sql::index_definition& i : t->indexes)
                add(sql::compile(sql::drop_index{t->schema, i.name}, dialect_));
        }
        append(create_statements(alone, dialect_));
    }

    void alter_tables() {
        for (table_steps& s : steps_) {
            later_checks(s);
            // One statement where nothing has to happen between the two.
            const bool types =
                std::ranges::any_of(s.first, [](const auto& a) { return std::holds_alternative<sql::set_type>(a); });
            const bool computed = std::ranges::any_of(s.second, [](const auto& a) {
                const auto* column = std::get_if<sql::add_column>(&a);
                return column != nullptr && !column->column.generated_sql.empty();
            });
            const bool checked_late = std::ranges::any_of(plan_.base.tables, [](const auto& t) {
                return std::ranges::any_of(t.foreign_keys,
                                           [](const auto& k) { return k.deferring == sql::deferring::at_commit; });
            });
            if (s.fills.empty() && !(types && computed)) {
                std::ranges::move(s.second, std::back_inserter(s.first));
                s.second.clear();
            }
            alter(s.schema, s.table, std::move(s.first));
            for (const sql::fill_nulls& f : s.fills) add(sql::compile(f, dialect_));
            if (!s.fills.empty() && checked_late) add("SET CONSTRAINTS ALL IMMEDIATE");
            alter(s.schema, s.table, std::move(s.second));
            append(s.counters);
        }
    }

    void later_checks(table_steps& s) {
        if (!options_.validate_later) return;
        for (sql::table_action& a : s.second) {
            auto* check = std::get_if<sql::add_check>(&a);
            if (check == nullptr || !check->check.validated) continue;
            if (check->check.name.empty()) continue;  // its name is known to the database alone
            check->check.validated = false;
            validate(s.schema, s.table, check->check.name);
        }
    }

    void note_later(const table_steps& s, const std::string& index) {
        for (const difference& x : plan_.differences) {
            const bool about = x.what == change::index_added || x.what == change::index_changed;
            if (about && x.schema == s.schema && x.table == s.table && x.name == index) script_.gone_after.push_back(x);
        }
    }

    void indexes() {
        for (const table_steps& s : steps_) {
            for (const made_index& made : s.indexes) {
                const bool later = options_.concurrently && !made.at_once;
                if (later) note_later(s, made.index.name);
                const auto say = [&](std::string sql) {
                    if (!sql.empty()) (later ? script_.after : script_.statements).push_back(std::move(sql));
                };
                sql::create_index create{s.schema, s.table, made.index, false, later};
                // Nobody is without the old one until the new one is there.
                const bool replaces = later && !made.instead_of.empty();
                if (replaces) create.index.name = "kin_new_" + made.index.name;
                say(sql::compile(create, dialect_));
                if (replaces) {
                    say(sql::compile(sql::drop_index{s.schema, made.instead_of, true}, dialect_));
                    say(sql::compile(sql::rename_index{s.schema, create.index.name, made.index.name}, dialect_));
                }
                if (!made.index.comment.empty())
                    say(sql::compile(sql::comment_on{"INDEX", s.schema, made.index.name, {}, made.index.comment},
                                     dialect_));
            }
        }
    }

    void drop_rest() {
        for (table_steps& s : steps_) alter(s.schema, s.table, std::move(s.last));
        for (const sql::table_definition* t : plan_.dropped)
            add(sql::compile(sql::drop_table{t->schema, t->name}, dialect_));
        for (const difference& d : plan_.differences) {
            if (d.what == change::enum_dropped) add(sql::compile(sql::drop_enum{d.schema, d.name}, dialect_));
            if (d.what == change::enum_labels_changed)
                add(sql::compile(sql::drop_enum{d.schema, old_name(d.name)}, dialect_));
            if (d.what != change::other_dropped) continue;
            for (const sql::other_definition& o : plan_.base.others) {
                if (o.schema == d.schema && o.name == d.name && o.sql == d.was)
                    add(sql::compile(sql::drop_other{o.what, o.schema, o.name}, dialect_));
            }
        }
    }

    change_plan& plan_;
    const change_options& options_;
    const sql::dialect& dialect_;
    std::vector<table_steps> steps_;
    std::vector<placed_key> dropped_keys_;
    std::vector<placed_key> added_keys_;
    sql::rights kept_rights_;
    change_script script_;
};

}  // namespace

change_script postgresql_changes(change_plan& plan, const change_options& o) {
    return postgresql_writer{plan, o}.write();
}

}  // namespace kin::schema::changing
