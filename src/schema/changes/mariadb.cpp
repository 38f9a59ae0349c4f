// MariaDB: every statement is committed by itself, so there are few, and each does as much as it can at once: what
// stands in the way, names, keys, tables, keys again, what is not wanted any more, views.
#include <algorithm>
#include <iterator>

#include <kin/sql/alteration.hpp>
#include <kin/sql/compiler.hpp>

#include "mariadb_table.hpp"
#include "plan.hpp"

namespace kin::schema::changing {

namespace {

using comparing::table_match;

class mariadb_writer {
  public:
    explicit mariadb_writer(change_plan& plan) : plan_{plan}, dialect_{plan.dialect} {}

    change_script write() {
        sort_keys();
        stand_aside();
        for (const sql::view_definition* v : plan_.dropped_views)
            add(sql::compile(sql::drop_view{v->schema, v->name}, dialect_));
        for (const placed_trigger& t : plan_.dropped_triggers)
            add(sql::compile(sql::drop_trigger{t.schema, t.table, t.trigger.name}, dialect_));
        append(rename_statements(plan_));
        drop_keys();
        others(change::other_added);
        add_tables();
        for (const table_match& m : plan_.tables) alter(mariadb_steps_of(plan_, m));
        for (const placed_key& k : added_keys_) alter(k.schema, k.table, {sql::add_key{k.key}});
        for (const sql::table_definition* t : plan_.dropped)
            add(sql::compile(sql::drop_table{t->schema, t->name}, dialect_));
        others(change::other_dropped);
        catalogue alone;
        for (const sql::view_definition* v : plan_.made_views) alone.views.push_back(*v);
        append(create_statements(alone, dialect_));
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
    void alter(mariadb_steps s) {
        append(std::move(s.values));
        alter(s.schema, s.table, std::move(s.first));
        for (const sql::fill_nulls& f : s.fills) add(sql::compile(f, dialect_));
        alter(s.schema, s.table, std::move(s.second));
    }

    /// Views and triggers are texts: a rename leaves them with the old name.
    void stand_aside() {
        std::vector<std::string> names;
        for (const renamed_table& r : plan_.renames.renamed_tables) names.push_back(r.to);
        for (const renamed_column& r : plan_.renames.renamed_columns) names.push_back(r.table);
        plan_.take_out_of_the_way(names, true);
    }

    [[nodiscard]] const table_match* match_of(const std::string& schema, const std::string& table) const {
        const auto found = std::ranges::find_if(
            plan_.tables, [&](const table_match& m) { return m.to->schema == schema && m.to->name == table; });
        return found == plan_.tables.end() ? nullptr : &*found;
    }

    /// Whether an index goes that begins with these columns, and no other one is there then.
    [[nodiscard]] bool loses_index(const table_match& m, const std::vector<std::string>& columns) const {
        const auto begins = [&](const std::vector<std::string>& index) {
            return begins_with(index, columns, dialect_);
        };
        const auto unique = [&](const sql::unique_definition* u) { return begins(u->columns); };
        const auto index = [&](const sql::index_definition* i) { return begins(columns_of(*i)); };
        const bool goes = (m.primary_key && begins(m.from->primary_key.columns)) ||
                          std::ranges::any_of(m.uniques.dropped, unique) ||
                          std::ranges::any_of(m.indexes.dropped, index) ||
                          std::ranges::any_of(m.indexes.changed, index, [](const auto& p) { return p.first; });
        if (!goes) return false;
        const auto is_there = [&](const sql::table_definition& t) {
            return begins(t.primary_key.columns) ||
                   std::ranges::any_of(t.uniques, [&](const auto& u) { return unique(&u); }) ||
                   std::ranges::any_of(t.indexes, [&](const auto& i) { return i.method.empty() && index(&i); });
        };
        return !is_there(*m.to);
    }

    /// Whether a key has to go while one of its ends is changed.
    [[nodiscard]] bool in_the_way(const sql::table_definition& t, const sql::foreign_key_definition& key) const {
        const auto touches = [&](const table_match& m, const std::vector<std::string>& columns) {
            const std::vector<std::string> touched = columns_under_keys(plan_, m);
            return std::ranges::any_of(columns, [&](const std::string& c) { return holds(touched, c); });
        };
        if (const table_match* own = match_of(t.schema, t.name)) {
            if (touches(*own, key.columns) || loses_index(*own, key.columns)) return true;
        }
        const table_match* target = match_of(key.schema, key.table);
        return target != nullptr && (target->primary_key || touches(*target, key.target_columns) ||
                                     loses_index(*target, key.target_columns));
    }

    void sort_keys() {
        for (const sql::table_definition& t : plan_.base.tables) {
            const table_match* m = match_of(t.schema, t.name);
            const bool drops = std::ranges::find(plan_.dropped, &t) != plan_.dropped.end();
            for (const sql::foreign_key_definition& key : t.foreign_keys) {
                const auto is = [&](const sql::foreign_key_definition* k) { return k == &key; };
                const bool unwanted = m != nullptr && (std::ranges::any_of(m->foreign_keys.dropped, is) ||
                                                       std::ranges::any_of(m->foreign_keys.changed, is,
                                                                           [](const auto& p) { return p.first; }));
                if (!drops && !unwanted && !in_the_way(t, key)) continue;
                dropped_keys_.push_back({t.schema, t.name, key});
                if (!drops && !unwanted) added_keys_.push_back({t.schema, t.name, key});
            }
        }
        for (const table_match& m : plan_.tables) {
            for (const auto* key : m.foreign_keys.added) added_keys_.push_back({m.to->schema, m.to->name, *key});
            for (const auto& [from, to] : m.foreign_keys.changed)
                added_keys_.push_back({m.to->schema, m.to->name, *to});
        }
    }

    void drop_keys() {
        while (!dropped_keys_.empty()) {
            const placed_key first = dropped_keys_.front();
            std::vector<sql::table_action> actions;
            std::erase_if(dropped_keys_, [&](const placed_key& k) {
                if (k.schema != first.schema || k.table != first.table) return false;
                actions.emplace_back(sql::drop_foreign_key{k.key.name});
                return true;
            });
            alter(first.schema, first.table, std::move(actions));
        }
    }

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
        append(create_statements(alone, dialect_));
    }

    /// Sequences.
    void others(change what) {
        for (const difference& d : plan_.differences) {
            if (d.what != what) continue;
            if (what == change::other_added) {
                add(d.wanted);
                continue;
            }
            for (const sql::other_definition& o : plan_.base.others) {
                if (o.schema == d.schema && o.name == d.name && o.sql == d.was)
                    add(sql::compile(sql::drop_other{o.what, o.schema, o.name}, dialect_));
            }
        }
    }

    change_plan& plan_;
    const sql::dialect& dialect_;
    std::vector<placed_key> dropped_keys_;
    std::vector<placed_key> added_keys_;
    change_script script_;
};

}  // namespace

change_script mariadb_changes(change_plan& plan) { return mariadb_writer{plan}.write(); }

}  // namespace kin::schema::changing
