// From a list of differences to the definitions that they are about.
#include "plan.hpp"

#include <algorithm>

#include <kin/sql/alteration.hpp>

#include "../compare/renames.hpp"
#include "../compare/tokens.hpp"
#include "afterwards.hpp"

namespace kin::schema::changing {

namespace {

using comparing::same_name;

const sql::view_definition* view_in(const catalogue& all, const std::string& schema, const std::string& name,
                                    const sql::dialect& d) {
    const auto found = std::ranges::find_if(
        all.views, [&](const auto& v) { return v.schema == schema && same_name(v.name, name, d); });
    return found == all.views.end() ? nullptr : &*found;
}

const sql::trigger_definition* named(const std::vector<sql::trigger_definition>& all, const std::string& name,
                                     const sql::dialect& d) {
    const auto found = std::ranges::find_if(all, [&](const auto& t) { return same_name(t.name, name, d); });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace

change_plan::change_plan(const catalogue& was, const catalogue& wanted, std::span<const difference> all,
                         const sql::dialect& d, const site& where)
    : dialect{d},
      differences{all},
      from{was},
      asked{wanted},
      renames{comparing::renames_in(all)},
      base{comparing::with_renames(was, renames, d)},
      to{without_differences(base, wanted, all, d)},
      where_{where} {
    collect_tables();
    collect_views();
    collect_triggers();
}

bool change_plan::listed(change what, const std::string& schema, const std::string& table,
                         const std::string& name) const {
    return std::ranges::any_of(differences, [&](const difference& x) {
        return x.what == what && x.schema == schema && same_name(x.table, table, dialect) &&
               same_name(x.name, name, dialect);
    });
}

void change_plan::collect_tables() {
    for (const sql::table_definition& t : to.tables) {
        const auto about = [&](const difference& x) {
            return x.schema == t.schema && same_name(x.table, t.name, dialect);
        };
        if (std::ranges::none_of(differences, about)) continue;
        if (const sql::table_definition* had = comparing::table_in(base, t.schema, t.name, dialect)) {
            tables.push_back(comparing::match(*had, t, dialect, true));
        } else {
            added.push_back(&t);
        }
    }
    for (const sql::table_definition& t : base.tables) {
        if (listed(change::table_dropped, t.schema, t.name, {})) {
            dropped.push_back(&t);
        } else if (has_remade_type(t) &&
                   std::ranges::none_of(tables, [&](const comparing::table_match& m) { return m.from == &t; })) {
            tables.push_back(comparing::match(t, t, dialect, true));
        }
    }
}

bool change_plan::has_remade_type(const sql::table_definition& t) const {
    return std::ranges::any_of(t.columns, [&](const sql::column_definition& c) {
        return std::ranges::any_of(differences, [&](const difference& x) {
            return x.what == change::enum_labels_changed && comparing::mentions(c.type, x.name, dialect);
        });
    });
}

void change_plan::collect_views() {
    for (const sql::view_definition& v : base.views) {
        if (listed(change::view_dropped, v.schema, {}, v.name) || listed(change::view_changed, v.schema, {}, v.name))
            dropped_views.push_back(&v);
    }
    for (const sql::view_definition& v : to.views) {
        const bool changed = listed(change::view_changed, v.schema, {}, v.name);
        if (changed || listed(change::view_added, v.schema, {}, v.name))
            made_views.push_back(changed ? made_again(v) : &v);
    }
}

const sql::view_definition* change_plan::made_again(const sql::view_definition& had) const {
    const sql::view_definition* wanted = view_in(asked, had.schema, had.name, dialect);
    if (wanted == nullptr) require_names("view", had.name, had.sql);
    const sql::view_definition* made = view_in(to, had.schema, had.name, dialect);
    for (const sql::trigger_definition& t : made->triggers) {
        if (wanted == nullptr || named(wanted->triggers, t.name, dialect) == nullptr)
            require_names("trigger", t.name, t.sql);
    }
    return made;
}

void change_plan::require_names(const std::string& what, const std::string& name, const std::string& sql) const {
    const auto says = [&](const std::string& word) { return comparing::mentions(sql, word, dialect); };
    for (const renamed_column& r : renames.renamed_columns) {
        const bool table = says(r.table) || std::ranges::any_of(renames.renamed_tables, [&](const renamed_table& t) {
                               return t.schema == r.schema && same_name(t.to, r.table, dialect) && says(t.from);
                           });
        if (!table || !says(r.from)) continue;
        throw mapping_error{"the " + what + " \"" + name + "\", which only the database has, names \"" + r.table +
                                "\".\"" + r.from + "\", which is renamed to \"" + r.to +
                                (dialect.whole_columns
                                     ? "\", and the database does not change its text with the name: drop it in a step "
                                       "before, and make it again with the new name in a step behind the rename"
                                     : "\", and another change drops it and makes it again by its old text: do the "
                                       "rename in a step of its own, in which the database changes the text"),
                            {.where = where_}};
    }
}

void change_plan::collect_triggers() {
    for (const comparing::table_match& m : tables) {
        const auto drop = [&](const sql::trigger_definition& t) {
            dropped_triggers.push_back({m.from->schema, m.from->name, t});
        };
        const auto make = [&](const sql::trigger_definition& t) {
            made_triggers.push_back({m.to->schema, m.to->name, t});
        };
        for (const auto* t : m.triggers.dropped) drop(*t);
        for (const auto* t : m.triggers.added) make(*t);
        for (const auto& [was, wanted] : m.triggers.changed) {
            drop(*was);
            make(*wanted);
        }
    }
}

std::vector<const sql::view_definition*> change_plan::in_order(std::vector<const sql::view_definition*> views) const {
    std::vector<const sql::view_definition*> ordered;
    while (!views.empty()) {
        // One that names none of the others; where each does, no order is better than another.
        auto next = std::ranges::find_if(views, [&](const sql::view_definition* v) {
            return std::ranges::none_of(views, [&](const sql::view_definition* other) {
                return other != v && comparing::mentions(v->sql, other->name, dialect);
            });
        });
        if (next == views.end()) next = views.begin();
        ordered.push_back(*next);
        views.erase(next);
    }
    return ordered;
}

const std::string& change_plan::text_before(const sql::trigger_definition& g) const {
    for (const sql::table_definition& t : from.tables) {
        if (const auto* was = named(t.triggers, g.name, dialect)) return was->sql;
    }
    return g.sql;
}

void change_plan::take_out_of_the_way(const std::vector<std::string>& tables_in_the_way, bool triggers) {
    std::vector<std::string> names = tables_in_the_way;
    for (const sql::view_definition* v : dropped_views) names.push_back(v->name);
    const auto mentions_any = [&](const std::string& sql) {
        return std::ranges::any_of(names, [&](const auto& n) { return comparing::mentions(sql, n, dialect); });
    };
    // A renamed table is called by its old name in what is there, and by its new one in `base`: ask for both.
    for (const renamed_table& r : renames.renamed_tables) {
        if (holds(tables_in_the_way, r.to)) names.push_back(r.from);
    }
    for (bool again = true; again;) {
        again = false;
        for (const sql::view_definition& v : base.views) {
            if (std::ranges::find(dropped_views, &v) != dropped_views.end()) continue;
            const auto in_the_way = [&](const sql::trigger_definition& t) { return mentions_any(t.sql); };
            if (!mentions_any(v.sql) && !(triggers && std::ranges::any_of(v.triggers, in_the_way))) continue;
            dropped_views.push_back(&v);
            names.push_back(v.name);
            made_views.push_back(made_again(v));
            again = true;
        }
    }
    made_views = in_order(std::move(made_views));
    dropped_views = in_order(std::move(dropped_views));
    std::ranges::reverse(dropped_views);
    if (!triggers) return;
    for (const sql::table_definition& t : base.tables) {
        if (std::ranges::find(dropped, &t) != dropped.end()) {
            for (const sql::trigger_definition& g : t.triggers) dropped_triggers.push_back({t.schema, t.name, g});
            continue;
        }
        const sql::table_definition* wanted = comparing::table_in(asked, t.schema, t.name, dialect);
        for (const sql::trigger_definition& g : t.triggers) {
            const auto same = [&](const placed_trigger& p) { return same_name(p.trigger.name, g.name, dialect); };
            if (!holds(names, t.name) && !mentions_any(g.sql)) continue;
            if (std::ranges::any_of(dropped_triggers, same)) continue;
            dropped_triggers.push_back({t.schema, t.name, g});
            if (std::ranges::any_of(made_triggers, same)) continue;
            if (wanted == nullptr || named(wanted->triggers, g.name, dialect) == nullptr)
                require_names("trigger", g.name, text_before(g));
            made_triggers.push_back({t.schema, t.name, g});
        }
    }
}

std::vector<std::string> rename_statements(const change_plan& plan) {
    const sql::dialect& d = plan.dialect;
    std::vector<std::string> out;
    // Whoever takes a name that nobody has goes first; two that change places go by way of a third name.
    const auto in_order = [&](auto pending, const auto& emit) {
        while (!pending.empty()) {
            const auto free = std::ranges::find_if(pending, [&](const auto& r) {
                return std::ranges::none_of(
                    pending, [&](const auto& other) { return &other != &r && same_name(other.from, r.to, d); });
            });
            if (free != pending.end()) {
                emit(*free, free->from, free->to);
                pending.erase(free);
                continue;
            }
            auto& first = pending.front();
            const std::string third = "kin_renamed_" + first.from;
            emit(first, first.from, third);
            first.from = third;
        }
    };
    in_order(plan.renames.renamed_tables, [&](const renamed_table& r, const std::string& from, const std::string& to) {
        out.push_back(sql::compile(sql::rename_table{r.schema, from, to}, d));
    });
    std::vector<renamed_column> left = plan.renames.renamed_columns;
    while (!left.empty()) {
        std::vector<renamed_column> of_table;
        const renamed_column first = left.front();
        std::erase_if(left, [&](const renamed_column& r) {
            if (r.schema != first.schema || !same_name(r.table, first.table, d)) return false;
            of_table.push_back(r);
            return true;
        });
        in_order(of_table, [&](const renamed_column& r, const std::string& from, const std::string& to) {
            out.push_back(sql::compile(sql::rename_column{r.schema, r.table, from, to}, d));
        });
    }
    return out;
}

}  // namespace kin::schema::changing
