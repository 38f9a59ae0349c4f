// What each difference means for rows, and for others who work meanwhile.
#include "table_differences.hpp"

#include <algorithm>

#include <kin/sql/alteration.hpp>
#include <kin/sql/compiler.hpp>

#include "tokens.hpp"
#include "types.hpp"

namespace kin::schema::comparing {

namespace {

std::string identity_text(sql::identity i) {
    switch (i) {
        case sql::identity::by_default:
            return "counted by default";
        case sql::identity::always:
            return "counted always";
        case sql::identity::never_again:
            return "AUTOINCREMENT";
        case sql::identity::none:
            break;
    }
    return {};
}

/// Whether a default is the same for all rows, so that none has to be written for it.
bool is_constant(const std::string& sql, const sql::dialect& d) {
    const std::vector<token> tokens = tokens_of(sql, d);
    return std::ranges::none_of(tokens, [](const token& t) { return t.is("(") || t.text.starts_with("current_"); });
}

class table_differences {
  public:
    table_differences(const table_match& m, const sql::dialect& d, bool exact, std::vector<difference>& out)
        : match_{m}, dialect_{d}, sqlite_{&d == &sql::sqlite_dialect()}, exact_{exact}, out_{out} {}

    void list() {
        if (match_.options) options();
        if (match_.comment) {
            add(change::comment, {}, match_.from->comment, match_.to->comment, "the comment is another one",
                risk::safe);
        }
        columns();
        keys();
        checks_and_indexes();
        triggers();
    }

  private:
    difference& add(change what, const std::string& name, std::string was, std::string wanted, std::string reason,
                    schema::risk r) {
        out_.push_back({.what = what,
                        .schema = match_.to->schema,
                        .table = match_.to->name,
                        .name = name,
                        .was = std::move(was),
                        .wanted = std::move(wanted),
                        .reason = std::move(reason),
                        .risk = r});
        return out_.back();
    }

    /// SQLite has no other way for most changes than to write the table again.
    [[nodiscard]] std::string rewritten(std::string why) const {
        return sqlite_ ? why + "; the table is written again while others wait" : why;
    }
    [[nodiscard]] schema::risk as_rebuild() const { return sqlite_ ? risk::slow : risk::safe; }

    /// Of what a column is, MariaDB does not change these without writing the rows again.
    [[nodiscard]] std::string column_rewritten(std::string why) const {
        return sqlite_ || dialect_.whole_columns ? why + "; the table is written again while others wait" : why;
    }
    [[nodiscard]] schema::risk as_new_column() const { return dialect_.whole_columns ? risk::slow : as_rebuild(); }

    void options() {
        add(change::table_options, {}, match_.from->options, match_.to->options,
            sqlite_ || dialect_.whole_columns
                ? "what stands behind the columns is different; the table is written again while others wait"
                : "what stands behind the columns is different, and nothing is written that changes it: set what "
                  "ALTER TABLE can in a step of your own, and for the rest make another table and move the rows",
            risk::slow);
    }

    void columns() {
        for (const sql::column_definition* c : match_.columns.added) added(*c);
        for (const sql::column_definition* c : match_.columns.dropped) {
            add(change::column_dropped, c->name, definition(*match_.from, *c), {},
                "the column is not wanted any more, and its values go with it", risk::loses_data);
        }
        for (const auto& [from, to] : match_.columns.changed) changed(*from, *to);
    }

    [[nodiscard]] std::string definition(const sql::table_definition& t, const sql::column_definition& c) const {
        return sql::column_text({.schema = t.schema, .name = t.name}, c, dialect_);
    }

    void added(const sql::column_definition& c) {
        schema::risk r = risk::safe;
        std::string reason = "the column is missing";
        const bool given = !c.default_sql.empty() || !c.generated_sql.empty() || c.identity != sql::identity::none;
        if (!c.nullable && !given) {
            r = risk::needs_values;
            reason += ", must not be NULL, and rows that are there have no value for it";
        } else if (!c.generated_sql.empty() && c.stored) {
            r = risk::slow;
            reason += "; it is computed for every row while others wait";
        } else if ((!c.default_sql.empty() && !is_constant(c.default_sql, dialect_)) ||
                   c.identity != sql::identity::none) {
            r = risk::slow;
            reason += "; every row gets a value of its own while others wait";
        }
        difference& d = add(change::column_added, c.name, {}, definition(*match_.to, c), std::move(reason), r);
        if (!c.generated_sql.empty()) return;
        for (const sql::column_definition* gone : match_.columns.dropped) {
            if (gone->generated_sql.empty() && canonical_type(gone->type, dialect_) == canonical_type(c.type, dialect_))
                d.perhaps_renamed_from.push_back(gone->name);
        }
    }

    void changed(const sql::column_definition& from, const sql::column_definition& to) {
        const column_changes c = changes_of(from, to, *match_.from, *match_.to, dialect_, exact_);
        if (c.type) type(from, to);
        if (c.nullability) nullability(from, to);
        if (c.default_value) {
            add(change::default_value, to.name, from.default_sql, to.default_sql,
                rewritten("the default is another one, rows keep what they have"), as_rebuild());
        }
        if (c.generated) generated(from, to);
        if (c.identity) {
            add(change::identity, to.name, identity_text(from.identity), identity_text(to.identity),
                column_rewritten("who makes the numbers is another one"), as_new_column());
        }
        if (c.collation) {
            add(change::collation, to.name, from.collation, to.collation,
                "texts are compared in another way; rows and indexes are read or written again while others wait",
                risk::slow);
        }
        if (c.options) {
            add(change::column_options, to.name, from.options, to.options,
                rewritten("what stands behind the column is different"), risk::slow);
        }
        if (c.comment)
            add(change::comment, to.name, from.comment, to.comment, "the comment is another one", risk::safe);
    }

    void type(const sql::column_definition& from, const sql::column_definition& to) {
        std::string reason = from.type + " is to be " + to.type;
        schema::risk r = risk::loses_data;
        if (!sqlite_ && widens(from.type, to.type, dialect_)) {
            r = risk::safe;
            reason += ", in which every value has a place; no row is touched";
        } else if (keeps_values(from.type, to.type, dialect_)) {
            r = risk::slow;
            reason += ", in which every value has a place; the table is written again while others wait";
        } else {
            reason += "; values that have no place in it are refused or changed, and the table is written again";
        }
        add(change::type_changed, to.name, from.type, to.type, std::move(reason), r);
    }

    void nullability(const sql::column_definition& from, const sql::column_definition& to) {
        (void)from;
        if (to.nullable) {
            add(change::nullability, to.name, "NOT NULL", "NULL",
                column_rewritten("the column may be NULL from now on"), as_new_column());
        } else if (!to.default_sql.empty()) {
            add(change::nullability, to.name, "NULL", "NOT NULL",
                "the column must not be NULL any more; rows without a value get the default, all are read while "
                "others wait",
                risk::slow);
        } else {
            add(change::nullability, to.name, "NULL", "NOT NULL",
                "the column must not be NULL any more, and there is no default for rows that have no value",
                risk::needs_values);
        }
    }

    void generated(const sql::column_definition& from, const sql::column_definition& to) {
        if (to.generated_sql.empty()) {
            add(change::generated, to.name, from.generated_sql, {},
                column_rewritten("the column is not computed any more and keeps its values"), as_new_column());
        } else if (from.generated_sql.empty()) {
            add(change::generated, to.name, {}, to.generated_sql,
                "the column is computed from now on; what rows have in it is gone", risk::loses_data);
        } else {
            add(change::generated, to.name, from.generated_sql, to.generated_sql,
                "the column is computed in another way, for all rows while others wait", risk::slow);
        }
    }

    void keys() {
        if (match_.primary_key) {
            add(change::primary_key, {}, key_text(match_.from->primary_key), key_text(match_.to->primary_key),
                rewritten("the primary key is another one; all rows are read while others wait"), risk::slow);
        }
        for (const auto* u : match_.uniques.added) {
            add(change::unique_added, u->name, {}, sql::text_of(*u, false, dialect_),
                rewritten("rows must differ in it; fails where some do not, all are read while others wait"),
                risk::slow);
        }
        for (const auto* u : match_.uniques.dropped) {
            add(change::unique_dropped, u->name, sql::text_of(*u, false, dialect_), {},
                rewritten("rows need not differ in it any more"), as_rebuild());
        }
        for (const auto* key : match_.foreign_keys.added) {
            add(change::foreign_key_added, key->name, {}, sql::text_of(*key, dialect_),
                rewritten("the key is missing; fails where a row refers to nothing, all are read while writers of "
                          "both tables wait"),
                risk::slow);
        }
        for (const auto* key : match_.foreign_keys.dropped) {
            add(change::foreign_key_dropped, key->name, sql::text_of(*key, dialect_), {},
                rewritten("the key is not wanted any more"), as_rebuild());
        }
        for (const auto& [from, to] : match_.foreign_keys.changed) {
            add(change::foreign_key_changed, from->name, sql::text_of(*from, dialect_), sql::text_of(*to, dialect_),
                rewritten("the key does something else; all rows are read while writers of both tables wait"),
                risk::slow);
        }
    }

    [[nodiscard]] std::string key_text(const sql::unique_definition& key) const {
        return key.columns.empty() ? std::string{} : sql::text_of(key, true, dialect_);
    }

    void checks_and_indexes() {
        for (const auto* c : match_.checks.added) {
            add(change::check_added, c->name, {}, c->sql,
                rewritten("the condition is missing; fails where a row does not meet it, all are read while others "
                          "wait"),
                risk::slow);
        }
        for (const auto* c : match_.checks.dropped) {
            add(change::check_dropped, c->name, c->sql, {}, rewritten("the condition is not wanted any more"),
                as_rebuild());
        }
        for (const auto* c : match_.constraints.added) {
            add(change::constraint_added, c->name, {}, c->sql,
                "the constraint is missing; fails where rows do not meet it, all are read while others wait",
                risk::slow);
        }
        for (const auto* c : match_.constraints.dropped)
            add(change::constraint_dropped, c->name, c->sql, {}, "the constraint is not wanted any more", risk::safe);
        for (const auto* i : match_.indexes.added) {
            add(change::index_added, i->name, {}, index_text(*i),
                i->unique ? "the index is missing; fails where rows do not differ in it, writers wait while it is made"
                          : "the index is missing; writers wait while it is made",
                risk::slow);
        }
        for (const auto* i : match_.indexes.dropped)
            add(change::index_dropped, i->name, index_text(*i), {}, "the index is not wanted any more", risk::safe);
        for (const auto& [from, to] : match_.indexes.changed) {
            add(change::index_changed, to->name, index_text(*from), index_text(*to),
                "the index says something else; it is made again, and writers wait meanwhile", risk::slow);
        }
    }

    [[nodiscard]] std::string index_text(const sql::index_definition& i) const {
        return sql::compile(sql::create_index{match_.to->schema, match_.to->name, i, false, false}, dialect_);
    }

    void triggers() {
        for (const auto* t : match_.triggers.added)
            add(change::trigger_added, t->name, {}, t->sql, "the trigger is missing", risk::safe);
        for (const auto* t : match_.triggers.dropped)
            add(change::trigger_dropped, t->name, t->sql, {}, "the trigger is not wanted any more", risk::safe);
        for (const auto& [from, to] : match_.triggers.changed) {
            add(change::trigger_changed, to->name, from->sql, to->sql, "the trigger does something else", risk::safe);
        }
    }

    const table_match& match_;
    const sql::dialect& dialect_;
    bool sqlite_;
    bool exact_;
    std::vector<difference>& out_;
};

}  // namespace

void list_differences(const table_match& m, const sql::dialect& d, bool exact, std::vector<difference>& out) {
    table_differences{m, d, exact, out}.list();
}

}  // namespace kin::schema::comparing
