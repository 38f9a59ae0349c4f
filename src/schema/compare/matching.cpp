// Constraints and indexes are recognised by what they say, then by their names.
#include "matching.hpp"

#include <algorithm>

#include "expressions.hpp"
#include "tokens.hpp"
#include "types.hpp"

namespace kin::schema::comparing {

namespace {

bool same_names(const std::vector<std::string>& a, const std::vector<std::string>& b, const sql::dialect& d) {
    return std::ranges::equal(a, b, [&](const auto& x, const auto& y) { return same_name(x, y, d); });
}

/// What two texts speak of.
struct both {
    const sql::table_definition* a = nullptr;
    const sql::table_definition* b = nullptr;
};

bool same_expression(const std::string& a, const std::string& b, const sql::dialect& d, const both& of = {}) {
    return a == b || canonical_expression(a, d, of.a) == canonical_expression(b, d, of.b);
}

/// Pairs each of `to` with one of `from`: `same` ones of the same name, then `same` ones, then `alike` ones.
template <class T, class Same, class Alike>
matched<T> pair_up(const std::vector<T>& from, const std::vector<T>& to, const sql::dialect& d, const Same& same,
                   const Alike& alike) {
    matched<T> result;
    std::vector<bool> taken(from.size());
    std::vector<bool> found(to.size());
    const auto pass = [&](auto& pairs, const auto& fits) {
        for (std::size_t t = 0; t < to.size(); ++t) {
            for (std::size_t f = 0; f < from.size() && !found[t]; ++f) {
                if (taken[f] || !fits(from[f], to[t])) continue;
                taken[f] = found[t] = true;
                pairs.emplace_back(&from[f], &to[t]);
            }
        }
    };
    pass(result.kept, [&](const T& f, const T& t) { return same_name(f.name, t.name, d) && same(f, t); });
    pass(result.kept, same);
    pass(result.changed, alike);
    for (std::size_t f = 0; f < from.size(); ++f) {
        if (!taken[f]) result.dropped.push_back(&from[f]);
    }
    for (std::size_t t = 0; t < to.size(); ++t) {
        if (!found[t]) result.added.push_back(&to[t]);
    }
    return result;
}

/// What stands in a constraint besides: models cannot say it, and it is nobody's business where they do not.
bool same_rest(const std::string& a, const std::string& b, const sql::dialect& d, bool exact) {
    return (b.empty() && !exact) || canonical_words(a, d) == canonical_words(b, d);
}

/// Where constraints are checked at once whatever is said, what is said is no difference.
bool same_deferring(sql::deferring a, sql::deferring b, const sql::dialect& d) { return a == b || !d.deferrable_keys; }

bool same_unique(const sql::unique_definition& a, const sql::unique_definition& b, const sql::dialect& d, bool exact) {
    return same_deferring(a.deferring, b.deferring, d) && same_names(a.columns, b.columns, d) &&
           same_rest(a.sql, b.sql, d, exact);
}

/// MariaDB does the same for RESTRICT as where nothing is said.
std::string action(const std::string& said, const sql::dialect& d) {
    const bool nothing = said == "NO ACTION" || (said == "RESTRICT" && &d == &sql::mariadb_dialect());
    return nothing ? std::string{} : said;
}

bool same_ends(const sql::foreign_key_definition& a, const sql::foreign_key_definition& b, const sql::dialect& d) {
    return same_names(a.columns, b.columns, d) && same_name(a.table, b.table, d) && a.schema == b.schema;
}

bool same_key(const sql::foreign_key_definition& a, const sql::foreign_key_definition& b, const sql::dialect& d,
              bool exact) {
    // A key that names no columns means the primary key; whether that is what the other one names, its table knows.
    const bool unsaid = a.target_columns.empty() || b.target_columns.empty();
    return same_ends(a, b, d) && (unsaid || same_names(a.target_columns, b.target_columns, d)) &&
           action(a.on_delete, d) == action(b.on_delete, d) && action(a.on_update, d) == action(b.on_update, d) &&
           same_deferring(a.deferring, b.deferring, d) && a.validated == b.validated &&
           same_rest(a.sql, b.sql, d, exact);
}

bool same_check(const sql::check_definition& a, const sql::check_definition& b, const sql::dialect& d, const both& of) {
    return a.validated == b.validated && same_expression(a.sql, b.sql, d, of);
}

std::string method_of(const sql::index_definition& i) { return i.method == "btree" ? std::string{} : i.method; }

bool same_collation(const std::string& a, const std::string& b, const sql::dialect& d) {
    const auto usual = [&](const std::string& name) {
        if (&d == &sql::sqlite_dialect()) return same_name(name, "BINARY", d) ? std::string{} : folded(name, d);
        if (!d.usual_collation.empty()) return name == d.usual_collation ? std::string{} : name;
        return name == "default" ? std::string{} : name;
    };
    return usual(a) == usual(b);
}

bool same_part(const sql::index_part& a, const sql::index_part& b, const sql::dialect& d, const both& of) {
    // NULLS LAST is what ascending means on PostgreSQL, NULLS FIRST what descending does.
    const auto nulls_first = [](const sql::index_part& p) { return p.nulls_first.value_or(p.descending); };
    return same_name(a.column, b.column, d) && same_expression(a.expression, b.expression, d, of) &&
           a.descending == b.descending && nulls_first(a) == nulls_first(b) &&
           same_collation(a.collation, b.collation, d) && a.operator_class == b.operator_class;
}

/// A UNIQUE constraint and a unique index over whole columns keep out the same rows.
bool says_the_same(const sql::unique_definition& u, const sql::index_definition& i, const sql::dialect& d) {
    if (!i.unique || !i.nulls_distinct || !u.sql.empty() || !i.where.empty() || !method_of(i).empty() ||
        u.deferring != sql::deferring::never)
        return false;
    return i.parts.size() == u.columns.size() &&
           std::ranges::equal(i.parts, u.columns, [&](const sql::index_part& p, const std::string& column) {
               return p.expression.empty() && !p.descending && p.collation.empty() && p.operator_class.empty() &&
                      same_name(p.column, column, d);
           });
}

/// Takes away from two lists what is a constraint on one side and an index on the other.
void settle(std::vector<const sql::unique_definition*>& constraints, std::vector<const sql::index_definition*>& indexes,
            const sql::dialect& d) {
    std::erase_if(constraints, [&](const sql::unique_definition* u) {
        const auto found = std::ranges::find_if(indexes, [&](const auto* i) { return says_the_same(*u, *i, d); });
        if (found == indexes.end()) return false;
        indexes.erase(found);
        return true;
    });
}

bool effectively_nullable(const sql::column_definition& c, const sql::table_definition& t, const sql::dialect& d) {
    if (!c.generated_sql.empty() && d.whole_columns) return true;  // its expression says whether it is NULL
    if (!c.nullable || c.identity != sql::identity::none) return false;
    const bool in_key =
        std::ranges::any_of(t.primary_key.columns, [&](const std::string& name) { return same_name(name, c.name, d); });
    // An old mistake that SQLite keeps: NULL in the key of an ordinary table.
    return !in_key || (&d == &sql::sqlite_dialect() && !is_without_rowid(t, d) && !is_strict(t, d));
}

/// SQLite numbers a key of one INTEGER column whether a model wants it or not: that of a one to one, which is a foreign
/// key as well.
sql::identity effective_identity(const sql::column_definition& c, const sql::table_definition& t,
                                 const sql::dialect& d) {
    const bool numbered = c.identity == sql::identity::none && t.primary_key.sql.empty() && rowid_column(t, d) == &c;
    return numbered ? sql::identity::by_default : c.identity;
}

/// Whether each `NAME = value` of the second text stands in the first one, which says all of them, and what is divided
/// is divided alike.
bool says_all(const std::string& all, const std::string& some, const sql::dialect& d) {
    const auto options_of = [&](const std::string& text) {
        std::vector<std::string> found;
        bool last = false;  // of an option; what stands behind PARTITION is one
        for (const token& t : tokens_of(text, d)) {
            if (t.is("default") || t.is("character") || t.is(",")) continue;
            const bool divided = !found.empty() && found.back().starts_with("partition");
            if (divided || last || t.is("=")) {
                if (t.is("=") && !divided) continue;
                found.back() += ' ' + folded(t.text, d);
                last = false;
            } else {
                found.push_back(t.is("set") ? "charset" : t.text);
                last = !t.is("partition");
            }
        }
        return found;
    };
    const std::vector<std::string> had = options_of(all);
    return std::ranges::all_of(options_of(some),
                               [&](const std::string& o) { return std::ranges::find(had, o) != had.end(); });
}

bool same_options(const sql::table_definition& a, const sql::table_definition& b, const sql::dialect& d) {
    if (&d == &sql::sqlite_dialect())
        return is_strict(a, d) == is_strict(b, d) && is_without_rowid(a, d) == is_without_rowid(b, d);
    if (b.options.empty() || canonical_words(a.options, d) == canonical_words(b.options, d)) return true;
    return &d == &sql::mariadb_dialect() && says_all(a.options, b.options, d);
}

/// A key needs an index of its table, and MariaDB makes one where there is none: not wanted by name, it stays.
void leave_to_keys(table_match& m, const sql::dialect& d) {
    if (!d.indexes_of_tables) return;
    const auto begins_with = [&](const std::vector<std::string>& index, const std::vector<std::string>& key) {
        return index.size() >= key.size() &&
               same_names({index.begin(), index.begin() + static_cast<std::ptrdiff_t>(key.size())}, key, d);
    };
    const auto columns_of = [](const sql::index_definition& i) {
        std::vector<std::string> columns;
        for (const sql::index_part& p : i.parts) columns.push_back(p.column);
        return columns;
    };
    std::erase_if(m.indexes.dropped, [&](const sql::index_definition* i) {
        if (i->unique || !i->method.empty()) return false;
        return std::ranges::any_of(m.to->foreign_keys, [&](const sql::foreign_key_definition& key) {
            if (!begins_with(columns_of(*i), key.columns) || i->parts.size() != key.columns.size()) return false;
            return !begins_with(m.to->primary_key.columns, key.columns) &&
                   std::ranges::none_of(m.to->uniques,
                                        [&](const auto& u) { return begins_with(u.columns, key.columns); }) &&
                   std::ranges::none_of(m.to->indexes, [&](const auto& o) {
                       return o.method.empty() && begins_with(columns_of(o), key.columns);
                   });
        });
    });
}

bool same_index(const sql::index_definition& a, const sql::index_definition& b, const sql::dialect& d,
                const both& of = {}) {
    return a.unique == b.unique && a.nulls_distinct == b.nulls_distinct && method_of(a) == method_of(b) &&
           same_names(a.included, b.included, d) && same_expression(a.where, b.where, d, of) &&
           std::ranges::equal(a.parts, b.parts, [&](const auto& x, const auto& y) { return same_part(x, y, d, of); }) &&
           (a.options == b.options || b.options.empty());
}

bool same_trigger(const sql::trigger_definition& a, const sql::trigger_definition& b, const sql::dialect& d) {
    return canonical_words(a.sql, d) == canonical_words(b.sql, d);
}

}  // namespace

bool same_name(std::string_view a, std::string_view b, const sql::dialect& d) {
    return a == b || folded(a, d) == folded(b, d);
}

bool other_comment(const std::string& a, const std::string& b, const sql::dialect& d, bool exact) {
    return d.comments != sql::comment_style::none && a != b && (exact || !b.empty());
}

bool same_view(const sql::view_definition& a, const sql::view_definition& b, const sql::dialect& d, bool exact) {
    if (a.materialized != b.materialized || canonical_words(a.sql, d) != canonical_words(b.sql, d)) return false;
    const auto indexes = pair_up(
        a.indexes, b.indexes, d, [&](const auto& x, const auto& y) { return same_index(x, y, d); },
        [](const auto&, const auto&) { return false; });
    const auto triggers = pair_up(
        a.triggers, b.triggers, d, [&](const auto& x, const auto& y) { return same_trigger(x, y, d); },
        [](const auto&, const auto&) { return false; });
    return indexes.same() && triggers.added.empty() && (!exact || triggers.dropped.empty());
}

column_changes changes_of(const sql::column_definition& from, const sql::column_definition& to,
                          const sql::table_definition& from_table, const sql::table_definition& to_table,
                          const sql::dialect& d, bool exact) {
    // Rows that no longer have to fit their type, or have to from now on, are the option's difference.
    const bool strict = is_strict(from_table, d) && is_strict(to_table, d);
    column_changes c;
    c.type = canonical_type(from.type, d, strict) != canonical_type(to.type, d, strict);
    c.nullability = effectively_nullable(from, from_table, d) != effectively_nullable(to, to_table, d);
    c.default_value = !same_expression(from.default_sql, to.default_sql, d);
    c.generated = !same_expression(from.generated_sql, to.generated_sql, d, {&from_table, &to_table}) ||
                  (!to.generated_sql.empty() && from.stored != to.stored);
    c.identity = effective_identity(from, from_table, d) != effective_identity(to, to_table, d);
    c.collation = !same_collation(from.collation, to.collation, d);
    c.options = canonical_words(from.options, d) != canonical_words(to.options, d) && (exact || !to.options.empty());
    c.comment = other_comment(from.comment, to.comment, d, exact);
    // DEFAULT NULL is what no default means.
    const auto none = [&](const std::string& sql) { return sql.empty() || canonical_expression(sql, d) == "null"; };
    if (none(from.default_sql) && none(to.default_sql)) c.default_value = false;
    // The numbers of a serial column are its sequence's.
    if (from.identity == to.identity && to.identity == sql::identity::by_default) c.default_value = false;
    return c;
}

table_match match(const sql::table_definition& from, const sql::table_definition& to, const sql::dialect& d,
                  bool exact) {
    const auto never = [](const auto&, const auto&) { return false; };
    const auto named_alike = [&](const auto& a, const auto& b) {
        return !a.name.empty() && same_name(a.name, b.name, d);
    };
    table_match m{.from = &from, .to = &to};
    m.columns = pair_up(
        from.columns, to.columns, d,
        [&](const auto& a, const auto& b) {
            return same_name(a.name, b.name, d) && !changes_of(a, b, from, to, d, exact).any();
        },
        named_alike);
    m.uniques = pair_up(
        from.uniques, to.uniques, d, [&](const auto& a, const auto& b) { return same_unique(a, b, d, exact); }, never);
    m.foreign_keys = pair_up(
        from.foreign_keys, to.foreign_keys, d, [&](const auto& a, const auto& b) { return same_key(a, b, d, exact); },
        [&](const auto& a, const auto& b) { return same_ends(a, b, d); });
    m.checks = pair_up(
        from.checks, to.checks, d,
        [&](const auto& a, const auto& b) {
            return same_check(a, b, d, {&from, &to});
        },
        never);
    m.constraints = pair_up(
        from.other_constraints, to.other_constraints, d,
        [&](const auto& a, const auto& b) { return canonical_words(a.sql, d) == canonical_words(b.sql, d); }, never);
    if (!exact) m.constraints.dropped.clear();
    m.indexes = pair_up(
        from.indexes, to.indexes, d,
        [&](const auto& a, const auto& b) {
            return same_index(a, b, d, {&from, &to});
        },
        named_alike);
    m.triggers = pair_up(
        from.triggers, to.triggers, d, [&](const auto& a, const auto& b) { return same_trigger(a, b, d); },
        named_alike);
    if (!exact) m.triggers.dropped.clear();
    leave_to_keys(m, d);
    settle(m.uniques.added, m.indexes.dropped, d);
    settle(m.uniques.dropped, m.indexes.added, d);
    m.primary_key = !same_names(from.primary_key.columns, to.primary_key.columns, d) ||
                    !same_deferring(from.primary_key.deferring, to.primary_key.deferring, d) ||
                    !same_rest(from.primary_key.sql, to.primary_key.sql, d, exact);
    m.options = !same_options(from, to, d);
    m.comment = other_comment(from.comment, to.comment, d, exact);
    return m;
}

const sql::table_definition* table_in(const catalogue& all, std::string_view schema, std::string_view name,
                                      const sql::dialect& d) {
    // Tables of MariaDB are files: A is not a.
    const auto same = [&](std::string_view other) { return d.schemas ? other == name : same_name(other, name, d); };
    const auto found =
        std::ranges::find_if(all.tables, [&](const auto& t) { return t.schema == schema && same(t.name); });
    return found == all.tables.end() ? nullptr : &*found;
}

const sql::column_definition* rowid_column(const sql::table_definition& t, const sql::dialect& d) {
    if (&d != &sql::sqlite_dialect() || t.primary_key.columns.size() != 1 || is_without_rowid(t, d)) return nullptr;
    const sql::column_definition* c = column_in(t, t.primary_key.columns.front(), d);
    return c != nullptr && same_name(c->type, "INTEGER", d) ? c : nullptr;
}

const sql::column_definition* column_in(const sql::table_definition& t, std::string_view name, const sql::dialect& d) {
    const auto found = std::ranges::find_if(t.columns, [&](const auto& c) { return same_name(c.name, name, d); });
    return found == t.columns.end() ? nullptr : &*found;
}

}  // namespace kin::schema::comparing
