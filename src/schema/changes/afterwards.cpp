// One difference after the other: each says itself what it is about.
#include "afterwards.hpp"

#include <algorithm>

#include <kin/schema/changes.hpp>
#include <kin/sql/alteration.hpp>

#include "../compare/expressions.hpp"
#include "../compare/matching.hpp"
#include "../compare/renames.hpp"
#include "../compare/tokens.hpp"
#include "../compare/types.hpp"
#include "own_names.hpp"

namespace kin::schema {

namespace changing {

namespace {

using comparing::same_name;

class table_afterwards {
  public:
    table_afterwards(const sql::table_definition& had, const sql::table_definition& wanted, const sql::dialect& d)
        : had_{had}, wanted_{wanted}, dialect_{d}, made_{had} {}

    [[nodiscard]] sql::table_definition take() {
        if (dialect_.indexes_of_tables) {
            give_names(had_, made_, dialect_);
        } else if (dialect_.add_constraint) {
            free_names(had_, made_);
        }
        return std::move(made_);
    }

    void remove(const difference& x) {
        if (!has_statement(x, dialect_)) return;
        switch (x.what) {
            case change::table_options:
                return options();
            case change::comment:
                if (x.name.empty()) made_.comment = wanted_.comment;
                return column(x);
            case change::column_added:
                return add_column(x.name);
            case change::column_dropped:
                std::erase_if(made_.columns, [&](const auto& c) { return same_name(c.name, x.name, dialect_); });
                return;
            case change::type_changed:
            case change::nullability:
            case change::default_value:
            case change::generated:
            case change::identity:
            case change::collation:
            case change::column_options:
                return column(x);
            case change::primary_key:
                made_.primary_key = wanted_.primary_key;
                return;
            default:
                return constraint(x);
        }
    }

  private:
    void constraint(const difference& x) {
        const auto text = [&](const sql::unique_definition& u) { return sql::text_of(u, false, dialect_); };
        const auto key_text = [&](const sql::foreign_key_definition& k) { return sql::text_of(k, dialect_); };
        const auto condition = [](const sql::check_definition& c) { return c.sql; };
        const auto name = [&](const auto& named) { return comparing::folded(named.name, dialect_); };
        const std::string called = comparing::folded(x.name, dialect_);
        const std::string was = x.was.empty() ? std::string{} : called;
        const std::string now = x.wanted.empty() ? std::string{} : called;
        switch (x.what) {
            case change::unique_added:
            case change::unique_dropped:
                return replace(made_.uniques, wanted_.uniques, x.was, x.wanted, text);
            case change::foreign_key_added:
            case change::foreign_key_dropped:
            case change::foreign_key_changed:
                return replace(made_.foreign_keys, wanted_.foreign_keys, x.was, x.wanted, key_text);
            case change::check_added:
            case change::check_dropped:
                return replace(made_.checks, wanted_.checks, x.was, x.wanted, condition);
            case change::constraint_added:
            case change::constraint_dropped:
                return replace(made_.other_constraints, wanted_.other_constraints, x.was, x.wanted, condition);
            case change::index_added:
            case change::index_dropped:
            case change::index_changed:
                return replace(made_.indexes, wanted_.indexes, was, now, name);
            case change::trigger_added:
            case change::trigger_dropped:
            case change::trigger_changed:
                return replace(made_.triggers, wanted_.triggers, was, now, name);
            default:
                return;  // renames have been made, and the rest is about no part of a table
        }
    }

    /// Takes away the one that says `was`, and puts the one of `from` that says `now` in its place, or at the end.
    template <class T, class Said>
    static void replace(std::vector<T>& in, const std::vector<T>& from, const std::string& was, const std::string& now,
                        const Said& said) {
        const auto is = [&](const std::string& text) { return [&](const T& each) { return said(each) == text; }; };
        auto place = in.end();
        if (!was.empty()) {
            const auto had = std::ranges::find_if(in, is(was));
            if (had != in.end()) place = in.erase(had);
        }
        if (now.empty()) return;
        const auto wanted = std::ranges::find_if(from, is(now));
        if (wanted != from.end()) in.insert(place, *wanted);
    }

    void options() {
        made_.options = wanted_.options;
        // What is STRICT takes a few names of types alone.
        if (!comparing::is_strict(made_, dialect_)) return;
        for (sql::column_definition& c : made_.columns) {
            if (const auto* wanted = comparing::column_in(wanted_, c.name, dialect_)) c.type = wanted->type;
        }
    }

    /// Behind the one that it stands behind where it comes from.
    void add_column(const std::string& name) {
        auto place = made_.columns.begin();
        for (const sql::column_definition& c : wanted_.columns) {
            if (same_name(c.name, name, dialect_)) {
                made_.columns.insert(place, c);
                return;
            }
            const auto there = std::ranges::find_if(
                made_.columns, [&](const auto& other) { return same_name(other.name, c.name, dialect_); });
            if (there != made_.columns.end()) place = there + 1;
        }
    }

    void column(const difference& x) {
        const sql::column_definition* wanted = comparing::column_in(wanted_, x.name, dialect_);
        const auto found =
            std::ranges::find_if(made_.columns, [&](const auto& c) { return same_name(c.name, x.name, dialect_); });
        if (wanted == nullptr || found == made_.columns.end()) return;
        sql::column_definition& c = *found;
        switch (x.what) {
            case change::type_changed:
                c.type = wanted->type;
                // A default names its column's type: '5'::text is no difference to '5'::varchar.
                if (comparing::canonical_expression(c.default_sql, dialect_) ==
                    comparing::canonical_expression(wanted->default_sql, dialect_))
                    c.default_sql = wanted->default_sql;
                return;
            case change::nullability:
                c.nullable = wanted->nullable;
                // SQLite's NOT NULL ON CONFLICT … says it too. What stands behind a column of another database is a
                // difference of its own, and stays where a model says nothing of it.
                if (&dialect_ == &sql::sqlite_dialect()) c.options = wanted->options;
                return;
            case change::default_value:
                c.default_sql = wanted->default_sql;
                return;
            case change::generated:
                c.generated_sql = wanted->generated_sql;
                c.stored = wanted->stored;
                return;
            case change::identity:
                c.identity = wanted->identity;
                if (dialect_.rowid_key) c.type = wanted->type;
                return;
            case change::collation:
                c.collation = wanted->collation;
                return;
            case change::column_options:
                c.options = wanted->options;
                return;
            case change::comment:
                c.comment = wanted->comment;
                return;
            default:
                return;
        }
    }

    const sql::table_definition& had_;
    const sql::table_definition& wanted_;
    const sql::dialect& dialect_;
    sql::table_definition made_;
};

class afterwards_of {
  public:
    afterwards_of(const catalogue& base, const catalogue& wanted, std::span<const difference> all,
                  const sql::dialect& d)
        : base_{base}, wanted_{wanted}, all_{all}, dialect_{d} {}

    catalogue make() {
        tables();
        views();
        enums();
        others();
        return std::move(made_);
    }

  private:
    [[nodiscard]] bool listed(change what, const std::string& schema, const std::string& table,
                              const std::string& name) const {
        return std::ranges::any_of(all_, [&](const difference& x) {
            return x.what == what && x.schema == schema && same_name(x.table, table, dialect_) &&
                   same_name(x.name, name, dialect_);
        });
    }

    void tables() {
        for (const sql::table_definition& t : wanted_.tables) {
            const sql::table_definition* had = comparing::table_in(base_, t.schema, t.name, dialect_);
            if (had == nullptr) {
                if (!listed(change::table_added, t.schema, t.name, {})) continue;
                made_.tables.push_back(t);
                if (dialect_.indexes_of_tables) changing::give_names({}, made_.tables.back(), dialect_);
                continue;
            }
            table_afterwards after{*had, t, dialect_};
            for (const difference& x : all_) {
                if (x.schema == t.schema && same_name(x.table, t.name, dialect_)) after.remove(x);
            }
            made_.tables.push_back(after.take());
        }
        for (const sql::table_definition& t : base_.tables) {
            if (comparing::table_in(wanted_, t.schema, t.name, dialect_) != nullptr) continue;
            if (!listed(change::table_dropped, t.schema, t.name, {})) made_.tables.push_back(t);
        }
    }

    [[nodiscard]] const sql::view_definition* view_in(const catalogue& all, const sql::view_definition& v) const {
        const auto found = std::ranges::find_if(all.views, [&](const auto& other) {
            return other.schema == v.schema && same_name(other.name, v.name, dialect_);
        });
        return found == all.views.end() ? nullptr : &*found;
    }

    void views() {
        for (const sql::view_definition& v : wanted_.views) {
            if (const sql::view_definition* had = view_in(base_, v)) {
                made_.views.push_back(listed(change::view_changed, v.schema, {}, v.name) ? changed(*had, v) : *had);
                made_.views.back().comment = listed(change::comment, v.schema, v.name, {}) ? v.comment : had->comment;
            } else if (listed(change::view_added, v.schema, {}, v.name)) {
                made_.views.push_back(v);
            }
        }
        for (const sql::view_definition& v : base_.views) {
            if (view_in(wanted_, v) == nullptr && !listed(change::view_dropped, v.schema, {}, v.name))
                made_.views.push_back(v);
        }
    }

    /// With the triggers that it had.
    [[nodiscard]] sql::view_definition changed(const sql::view_definition& had,
                                               const sql::view_definition& wanted) const {
        sql::view_definition made = wanted;
        for (const sql::trigger_definition& t : had.triggers) {
            const auto same = [&](const auto& other) { return same_name(other.name, t.name, dialect_); };
            if (std::ranges::any_of(wanted.triggers, same)) continue;
            if (!listed(change::trigger_dropped, wanted.schema, wanted.name, t.name)) made.triggers.push_back(t);
        }
        return made;
    }

    void enums() {
        const auto in = [](const catalogue& all, const sql::enum_definition& e) {
            const auto found = std::ranges::find_if(
                all.enums, [&](const auto& other) { return other.schema == e.schema && other.name == e.name; });
            return found == all.enums.end() ? nullptr : &*found;
        };
        for (const sql::enum_definition& e : wanted_.enums) {
            const sql::enum_definition* had = in(base_, e);
            if (had == nullptr) {
                if (listed(change::enum_added, e.schema, {}, e.name)) made_.enums.push_back(e);
                continue;
            }
            sql::enum_definition& made = made_.enums.emplace_back(*had);
            if (listed(change::comment, e.schema, {}, e.name)) made.comment = e.comment;
            made.labels = e.labels;
            if (listed(change::enum_labels_changed, e.schema, {}, e.name)) continue;
            std::erase_if(made.labels, [&](const std::string& label) {
                return std::ranges::find(had->labels, label) == had->labels.end() && !label_added(e, label);
            });
            if (made.labels.size() < had->labels.size()) made.labels = had->labels;
        }
        for (const sql::enum_definition& e : base_.enums) {
            if (in(wanted_, e) == nullptr && !listed(change::enum_dropped, e.schema, {}, e.name))
                made_.enums.push_back(e);
        }
    }

    [[nodiscard]] bool label_added(const sql::enum_definition& e, const std::string& label) const {
        return std::ranges::any_of(all_, [&](const difference& x) {
            return x.what == change::enum_label_added && x.schema == e.schema && x.name == e.name && x.wanted == label;
        });
    }

    void others() {
        const auto said = [&](change what, const sql::other_definition& o, std::string difference::*text) {
            return std::ranges::any_of(all_, [&](const difference& x) {
                return x.what == what && x.schema == o.schema && x.name == o.name && x.*text == o.sql &&
                       has_statement(x, dialect_);
            });
        };
        for (const sql::other_definition& o : base_.others) {
            if (!said(change::other_dropped, o, &difference::was) && !said(change::other_changed, o, &difference::was))
                made_.others.push_back(o);
        }
        for (const sql::other_definition& o : wanted_.others) {
            if (said(change::other_added, o, &difference::wanted) ||
                said(change::other_changed, o, &difference::wanted))
                made_.others.push_back(o);
        }
    }

    const catalogue& base_;
    const catalogue& wanted_;
    std::span<const difference> all_;
    const sql::dialect& dialect_;
    catalogue made_;
};

}  // namespace

bool has_statement(const difference& x, const sql::dialect& d) {
    if (x.what == change::table_options) return !d.add_constraint || d.whole_columns;
    return x.what != change::other_changed || x.wanted.starts_with("CREATE OR REPLACE");
}

catalogue without_differences(const catalogue& base, const catalogue& wanted, std::span<const difference> all,
                              const sql::dialect& d) {
    return afterwards_of{base, wanted, all, d}.make();
}

}  // namespace changing

catalogue afterwards(const catalogue& from, const catalogue& to, std::span<const difference> all,
                     const sql::dialect& d) {
    const catalogue was = comparing::without_schemas(from, d);
    return changing::without_differences(comparing::with_renames(was, comparing::renames_in(all), d),
                                         comparing::without_schemas(to, d), all, d);
}

}  // namespace kin::schema
