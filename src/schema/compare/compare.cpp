// The differences of two catalogues, one by one: types, tables, views.
#include <kin/schema/compare.hpp>

#include <algorithm>

#include <kin/sql/compiler.hpp>

#include "expressions.hpp"
#include "matching.hpp"
#include "renames.hpp"
#include "table_differences.hpp"

namespace kin::schema {

namespace comparing {

namespace {

std::string in_quotes(std::string_view name) { return '"' + std::string{name} + '"'; }

class catalogue_differences {
  public:
    catalogue_differences(const catalogue& from, const catalogue& to, const sql::dialect& d, const compare_options& o)
        : from_{from}, to_{to}, dialect_{d}, options_{o} {}

    void list(std::vector<difference>& out) {
        enums(out);
        others(out);
        tables(out);
        views(out);
    }

  private:
    [[nodiscard]] bool ignored(const std::string& table) const {
        if (same_name(table, "kin_migrations", dialect_) || same_name(table, "kin_migrations_lock", dialect_))
            return true;
        return std::ranges::any_of(options_.ignored_tables,
                                   [&](const std::string& name) { return same_name(name, table, dialect_); });
    }

    void tables(std::vector<difference>& out) const {
        std::vector<const sql::table_definition*> gone;
        for (const sql::table_definition& t : from_.tables) {
            if (!ignored(t.name) && table_in(to_, t.schema, t.name, dialect_) == nullptr) gone.push_back(&t);
        }
        for (const sql::table_definition& t : to_.tables) {
            if (ignored(t.name)) continue;
            if (const sql::table_definition* had = table_in(from_, t.schema, t.name, dialect_)) {
                list_differences(match(*had, t, dialect_, options_.exact), dialect_, options_.exact, out);
                continue;
            }
            difference d{.what = change::table_added,
                         .schema = t.schema,
                         .table = t.name,
                         .wanted = sql::compile(sql::create_table{t, false}, dialect_),
                         .reason = "the table is missing"};
            for (const sql::table_definition* old : gone) {
                if (alike(*old, t)) d.perhaps_renamed_from.push_back(old->name);
            }
            out.push_back(std::move(d));
        }
        if (!options_.exact) return;
        for (const sql::table_definition* t : gone) {
            out.push_back({.what = change::table_dropped,
                           .schema = t->schema,
                           .table = t->name,
                           .was = sql::compile(sql::create_table{*t, false}, dialect_),
                           .reason = "the table is not wanted any more, and its rows go with it",
                           .risk = risk::loses_data});
        }
    }

    /// Whether most columns of two tables have the same names.
    [[nodiscard]] bool alike(const sql::table_definition& a, const sql::table_definition& b) const {
        const auto shared =
            std::ranges::count_if(a.columns, [&](const auto& c) { return column_in(b, c.name, dialect_) != nullptr; });
        return static_cast<std::size_t>(shared) * 2 > std::max(a.columns.size(), b.columns.size());
    }

    void views(std::vector<difference>& out) const {
        const auto of = [&](const catalogue& all, const sql::view_definition& v) {
            const auto found = std::ranges::find_if(all.views, [&](const auto& other) {
                return other.schema == v.schema && same_name(other.name, v.name, dialect_);
            });
            return found == all.views.end() ? nullptr : &*found;
        };
        for (const sql::view_definition& v : to_.views) {
            const sql::view_definition* had = of(from_, v);
            if (had != nullptr) comment(*had, v, out);
            if (had != nullptr && same_view(*had, v, dialect_, options_.exact)) continue;
            out.push_back(
                {.what = had != nullptr ? change::view_changed : change::view_added,
                 .schema = v.schema,
                 .name = v.name,
                 .was = had != nullptr ? had->sql : std::string{},
                 .wanted = v.sql,
                 .reason = std::string{had != nullptr ? "the view shows something else" : "the view is missing"} +
                           (v.materialized ? "; its rows are computed again" : ""),
                 .risk = v.materialized ? risk::slow : risk::safe});
            if (had != nullptr && options_.exact) triggers(*had, v, out);
        }
        if (!options_.exact) return;
        for (const sql::view_definition& v : from_.views) {
            if (of(to_, v) != nullptr) continue;
            out.push_back({.what = change::view_dropped,
                           .schema = v.schema,
                           .name = v.name,
                           .was = v.sql,
                           .reason = "the view is not wanted any more",
                           .risk = risk::safe});
        }
    }

    void comment(const sql::view_definition& from, const sql::view_definition& to, std::vector<difference>& out) const {
        if (!other_comment(from.comment, to.comment, dialect_, options_.exact)) return;
        out.push_back({.what = change::comment,
                       .schema = to.schema,
                       .table = to.name,
                       .was = from.comment,
                       .wanted = to.comment,
                       .reason = "the comment is another one"});
    }

    /// Those that stay are made again with their view.
    void triggers(const sql::view_definition& from, const sql::view_definition& to,
                  std::vector<difference>& out) const {
        for (const sql::trigger_definition& t : from.triggers) {
            const auto same = [&](const auto& other) { return same_name(other.name, t.name, dialect_); };
            if (std::ranges::any_of(to.triggers, same)) continue;
            out.push_back({.what = change::trigger_dropped,
                           .schema = to.schema,
                           .table = to.name,
                           .name = t.name,
                           .was = t.sql,
                           .reason = "the trigger is not wanted any more",
                           .risk = risk::safe});
        }
    }

    void enums(std::vector<difference>& out) const {
        for (const sql::enum_definition& e : to_.enums) {
            const auto had = std::ranges::find_if(
                from_.enums, [&](const auto& other) { return other.schema == e.schema && other.name == e.name; });
            if (had == from_.enums.end()) {
                out.push_back({.what = change::enum_added,
                               .schema = e.schema,
                               .name = e.name,
                               .wanted = sql::compile(sql::create_enum{e}, dialect_),
                               .reason = "the type is missing"});
                continue;
            }
            labels(out, *had, e);
            if (had->comment != e.comment && (options_.exact || !e.comment.empty())) {
                out.push_back({.what = change::comment,
                               .schema = e.schema,
                               .name = e.name,
                               .was = had->comment,
                               .wanted = e.comment,
                               .reason = "the comment is another one"});
            }
        }
        if (!options_.exact) return;
        for (const sql::enum_definition& e : from_.enums) {
            if (std::ranges::any_of(to_.enums, [&](const auto& o) { return o.schema == e.schema && o.name == e.name; }))
                continue;
            out.push_back({.what = change::enum_dropped,
                           .schema = e.schema,
                           .name = e.name,
                           .was = sql::compile(sql::create_enum{e}, dialect_),
                           .reason = "the type is not wanted any more"});
        }
    }

    /// Labels can be added anywhere; a type that is to lack some, or have them in another order, is made again.
    void labels(std::vector<difference>& out, const sql::enum_definition& from, const sql::enum_definition& to) const {
        if (from.labels == to.labels) return;
        std::size_t next = 0;
        for (const std::string& label : to.labels) {
            if (next < from.labels.size() && from.labels[next] == label) ++next;
        }
        if (next < from.labels.size()) {
            out.push_back({.what = change::enum_labels_changed,
                           .schema = to.schema,
                           .name = to.name,
                           .was = sql::compile(sql::create_enum{from}, dialect_),
                           .wanted = sql::compile(sql::create_enum{to}, dialect_),
                           .reason = "labels are gone or stand in another order; fails where a row has one that is "
                                     "gone, and tables with such columns are written again while others wait",
                           .risk = risk::loses_data});
            return;
        }
        for (const std::string& label : to.labels) {
            if (std::ranges::find(from.labels, label) != from.labels.end()) continue;
            out.push_back({.what = change::enum_label_added,
                           .schema = to.schema,
                           .name = to.name,
                           .wanted = label,
                           .reason = "the label is missing"});
        }
    }

    void others(std::vector<difference>& out) const {
        const auto of = [&](const catalogue& all, const sql::other_definition& o) {
            // Functions of one name differ in what they take.
            const sql::other_definition* found = nullptr;
            for (const sql::other_definition& x : all.others) {
                if (x.what != o.what || x.schema != o.schema || x.name != o.name) continue;
                if (found == nullptr || says_the_same(x, o)) found = &x;
            }
            return found;
        };
        const auto add = [&](change what, const sql::other_definition& o, std::string was, std::string wanted,
                             std::string_view reason, risk r = risk::safe) {
            out.push_back({.what = what,
                           .schema = o.schema,
                           .name = o.name,
                           .was = std::move(was),
                           .wanted = std::move(wanted),
                           .reason = "the " + lower_case(o.what) + std::string{reason},
                           .risk = r});
        };
        for (const sql::other_definition& o : to_.others) {
            const sql::other_definition* had = of(from_, o);
            if (had == nullptr) {
                add(change::other_added, o, {}, o.sql, " is missing");
            } else if (!says_the_same(*had, o)) {
                const bool replaced = o.sql.starts_with("CREATE OR REPLACE");
                add(change::other_changed, o, had->sql, o.sql,
                    replaced ? " does something else"
                             : " is another one, and nothing is written that changes it: write an ALTER, or drop it "
                               "and make it again, in a step of your own");
            }
        }
        if (!options_.exact) return;
        for (const sql::other_definition& o : from_.others) {
            if (of(to_, o) != nullptr) continue;
            if (o.what == "SEQUENCE") {
                add(change::other_dropped, o, o.sql, {},
                    " is not wanted any more, and how far it has counted goes "
                    "with it",
                    risk::loses_data);
            } else if (o.what == "VIRTUAL TABLE") {
                add(change::other_dropped, o, o.sql, {}, " is not wanted any more, and its rows go with it",
                    risk::loses_data);
            } else {
                add(change::other_dropped, o, o.sql, {}, " is not wanted any more");
            }
        }
    }

    [[nodiscard]] bool says_the_same(const sql::other_definition& a, const sql::other_definition& b) const {
        return canonical_words(a.sql, dialect_) == canonical_words(b.sql, dialect_);
    }

    static std::string lower_case(std::string text) {
        for (char& c : text) {
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        }
        return text;
    }

    const catalogue& from_;
    const catalogue& to_;
    const sql::dialect& dialect_;
    const compare_options& options_;
};

}  // namespace

}  // namespace comparing

compare_options reversed(compare_options o) {
    for (renamed_column& r : o.renamed_columns) {
        for (const renamed_table& t : o.renamed_tables) {
            if (t.schema == r.schema && t.to == r.table) {
                r.table = t.from;
                break;
            }
        }
        std::swap(r.from, r.to);
    }
    for (renamed_table& t : o.renamed_tables) std::swap(t.from, t.to);
    return o;
}

std::vector<difference> compare(const catalogue& before, const catalogue& after, const sql::dialect& d,
                                const compare_options& said, const site& where) {
    const catalogue from = comparing::without_schemas(before, d);
    const catalogue to = comparing::without_schemas(after, d);
    const compare_options options = comparing::without_schemas(said, d);
    const compare_options pending = comparing::pending_renames(from, to, options, d, where);
    std::vector<difference> out;
    for (const renamed_table& r : pending.renamed_tables) {
        out.push_back({.what = change::table_renamed,
                       .schema = r.schema,
                       .table = r.to,
                       .was = r.from,
                       .wanted = r.to,
                       .reason = "the table " + comparing::in_quotes(r.from) + " is said to have this name now"});
    }
    for (const renamed_column& r : pending.renamed_columns) {
        out.push_back({.what = change::column_renamed,
                       .schema = r.schema,
                       .table = r.table,
                       .name = r.to,
                       .was = r.from,
                       .wanted = r.to,
                       .reason = "the column " + comparing::in_quotes(r.from) + " is said to have this name now"});
    }
    const catalogue named = comparing::with_renames(from, pending, d);
    comparing::catalogue_differences{named, to, d, options}.list(out);
    return out;
}

}  // namespace kin::schema
