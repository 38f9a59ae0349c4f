// Statements as text: clauses, sources and their labels.
#include "sql/rewriting.hpp"
#include "writer.hpp"

namespace kin::sql {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Whether a label of the result has the name of a column that rows are grouped or sorted by: bare, the label would win.
bool hides_column(const select& s) {
    const auto hidden = [&](const expr& e) {
        if (e.empty() || e->what != op::column || e->identity == nullptr) return false;
        for (const result_column& c : s.columns) {
            if (c.label == e->text) return true;
        }
        return false;
    };
    for (const expr& e : s.group_by) {
        if (hidden(e)) return true;
    }
    for (const ordering& o : s.order_by) {
        if (hidden(o.by)) return true;
    }
    return false;
}

// The condition that a source brings with it.
expr own_rows(const source& s) {
    return s.alias.empty() || s.only.empty() ? s.only : at_alias(s.only, s.identity, s.alias);
}

bool crossed(const join& j) { return j.how == join_kind::cross || (j.how == join_kind::inner && j.on.empty()); }

// Databases compare labels without regard to case, so two that differ in case only are the same one.
bool same_label(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

}  // namespace

std::string quote(std::string_view identifier, const dialect& d) {
    if (identifier.empty() || identifier.find('\0') != std::string_view::npos) {
        throw mapping_error{identifier.empty() ? "an identifier is empty" : "an identifier contains a zero byte"};
    }
    std::string quoted;
    quoted.reserve(identifier.size() + 2);
    quoted += d.identifier_quote;
    for (const char c : identifier) {
        if (c == d.identifier_quote) quoted += c;
        quoted += c;
    }
    quoted += d.identifier_quote;
    return quoted;
}

std::string table_label(std::string_view schema, std::string_view table, const dialect& d) {
    if (schema.empty() || d.schemas) return std::string{table};
    return std::string{schema}.append(1, '.').append(table);
}

std::string table_name(std::string_view schema, std::string_view table, const dialect& d) {
    if (schema.empty() || !d.schemas) return quote(table_label(schema, table, d), d);
    return quote(schema, d) + '.' + quote(table, d);
}

void writer::fail(std::string message) const { throw mapping_error{message, error_context{.where = where_}}; }

compiled writer::take() {
    if (!fits()) {
        fail("the statement has " + std::to_string(placeholders_) + " parameters and " + std::string{dialect_.name} +
             " takes at most " + std::to_string(dialect_.max_parameters) + "; split it");
    }
    return {std::move(text_), std::move(parameters_)};
}

void writer::write_name(std::string_view name) { text_ += quote(name, dialect_); }

void writer::write_table(const source& s) { text_ += table_name(s.schema, s.table, dialect_); }

void writer::write_source(const source& s, std::string_view label) {
    if (s.query) {
        write_derived(*s.query);
    } else {
        write_table(s);
    }
    if (s.query || label != table_label(s.schema, s.table, dialect_)) {
        text_ += " AS ";
        write_name(label);
    }
}

void writer::write_names(const std::vector<std::string>& names) {
    bool first = true;
    for (const std::string& name : names) {
        if (!first) text_ += ", ";
        first = false;
        write_name(name);
    }
}

void writer::write_where(const expr& condition) {
    if (condition.empty()) return;
    text_ += " WHERE ";
    write(condition);
}

bool writer::visible(std::string_view label, const scope& growing) const {
    for (const labelled& s : growing.sources) {
        if (same_label(s.label, label)) return true;
    }
    for (const scope& around : scopes_) {
        for (const labelled& s : around.sources) {
            if (same_label(s.label, label)) return true;
        }
    }
    return false;
}

writer::labelled writer::label(const source& s, const scope& growing) {
    std::string wanted = s.alias.empty() ? table_label(s.schema, s.table, dialect_) : s.alias;
    while (wanted.empty() || visible(wanted, growing)) wanted = next_label();
    return {&s, std::move(wanted)};
}

writer::scope writer::scope_of(const select& s) {
    scope made;
    made.sources.reserve(s.from.size() + s.joins.size());
    for (const source& from : s.from) made.sources.push_back(label(from, made));
    for (const join& j : s.joins) made.sources.push_back(label(j.to, made));
    made.qualified = made.sources.size() > 1;
    return made;
}

void writer::write(const select& s) {
    static const std::vector<cte> none;
    const std::vector<cte>* around = std::exchange(pending_, nullptr);
    write_with(around != nullptr ? *around : none, s.with);
    if (s.combined.empty()) {
        scopes_.push_back(scope_of(s));
        write_core(s);
        write_order_by(s.order_by);
        write_limits(s);
        write_lock(s);
        scopes_.pop_back();
    } else {
        if (s.lock != row_lock::none) fail("the rows of combined selects cannot be locked");
        write_combined(s, s.combined.size());
        std::vector<ordering> order;
        for (const ordering& o : s.order_by) order.push_back(over_result(o, s));
        write_order_by(order);
        write_limits(s);
    }
    pending_ = around;
}

void writer::write_core(const select& s) {
    text_ += s.distinct ? "SELECT DISTINCT " : "SELECT ";
    if (s.columns.empty()) text_ += '1';
    bool first = true;
    for (const result_column& c : s.columns) {
        if (!first) text_ += ", ";
        first = false;
        write(c.what);
        if (!c.label.empty()) {
            text_ += " AS ";
            write_name(c.label);
        }
    }
    write_from(s, scopes_.back());
    expr condition = s.where;
    for (const source& from : s.from) condition = both(std::move(condition), own_rows(from));
    for (const join& j : s.joins) {
        if (crossed(j)) condition = both(std::move(condition), own_rows(j.to));
    }
    write_where(condition);
    if (hides_column(s)) scopes_.back().qualified = true;
    if (!s.group_by.empty()) {
        text_ += " GROUP BY ";
        write_list(s.group_by);
    }
    if (!s.having.empty()) {
        text_ += " HAVING ";
        write(s.having);
    }
}

void writer::write_order_by(const std::vector<ordering>& order) {
    bool first = true;
    for (const ordering& o : order) {
        text_ += first ? " ORDER BY " : ", ";
        first = false;
        write_order(o);
    }
}

void writer::write_lock(const select& s) {
    if (s.lock == row_lock::none || !dialect_.for_update) return;
    text_ += ' ';
    text_ += s.lock == row_lock::share ? dialect_.share_lock : "FOR UPDATE";
    if (dialect_.lock_of && !s.joins.empty()) {  // the far side of an outer join cannot be locked
        text_ += " OF ";
        write_name(scopes_.back().sources.front().label);
    }
    if (s.locked == when_locked::skip) text_ += " SKIP LOCKED";
    if (s.locked == when_locked::fail) text_ += " NOWAIT";
}

void writer::write_from(const select& s, const scope& all) {
    if (s.from.empty() && !s.joins.empty()) fail("a join has nothing on its left side");
    // A comma binds weaker than JOIN, so that ON could not see the tables before it.
    const std::string_view between = s.joins.empty() ? ", " : " CROSS JOIN ";
    const std::vector<labelled> sources = all.sources;  // the stack may move while subqueries in ON are written
    std::size_t i = 0;
    for (const source& from : s.from) {
        text_ += i == 0 ? std::string_view{" FROM "} : between;
        write_source(from, sources[i++].label);
    }
    for (const join& j : s.joins) {
        const bool cross = crossed(j);
        text_ += cross ? " CROSS JOIN " : j.how == join_kind::left ? " LEFT JOIN " : " JOIN ";
        write_source(j.to, sources[i++].label);
        if (j.how == join_kind::cross && !j.on.empty()) fail("a cross join takes no condition");
        if (cross) continue;
        if (j.on.empty()) fail("a left join needs a condition");
        text_ += " ON ";
        write(both(j.on, own_rows(j.to)));
    }
}

void writer::write_order(const ordering& o) {
    if (o.place != nulls::as_usual && !dialect_.nulls_ordering) {
        write(o.by, concatenation);
        text_ += o.place == nulls::first ? " IS NULL DESC, " : " IS NULL, ";
    }
    write(o.by);
    if (o.descending) text_ += " DESC";
    if (o.place != nulls::as_usual && dialect_.nulls_ordering)
        text_ += o.place == nulls::first ? " NULLS FIRST" : " NULLS LAST";
}

void writer::write_limits(const select& s) {
    if ((s.limit && *s.limit < 0) || (s.offset && *s.offset < 0)) fail("a limit or offset is negative");
    if (s.limit) {
        text_ += " LIMIT ";
        write_parameter(value{*s.limit});
    } else if (s.offset) {
        text_ += " LIMIT ";
        text_ += dialect_.limit_all;
    }
    if (s.offset) {
        text_ += " OFFSET ";
        write_parameter(value{*s.offset});
    }
}

void writer::write_assignments(const std::vector<assignment>& set, const source& table) {
    bool first = true;
    for (const assignment& a : set) {
        if (!first) text_ += ", ";
        first = false;
        write_name(a.column);
        text_ += " = ";
        const std::size_t values = parameters_.size();
        write(a.to);
        if (hides(table, a.column)) hide_parameters(values);
    }
}

void writer::write(const insert& s) {
    scopes_.emplace_back();  // values see no table
    text_ += "INSERT INTO ";
    write_table(s.into);
    if (s.columns.empty()) {
        if (s.rows.size() > 1) fail("several rows without columns cannot be inserted at once");
        text_ += ' ';
        text_ += dialect_.default_row;
    } else {
        text_ += " (";
        write_names(s.columns);
        text_ += s.arrays.empty() ? ") VALUES " : ") ";
    }
    if (!s.arrays.empty()) {
        write_arrays(s);
    } else if (!s.columns.empty() && s.rows.empty()) {
        text_ += '(';
        for (std::size_t i = 0; i < s.columns.size(); ++i) {
            if (i != 0) text_ += ", ";
            write_placeholder();
        }
        text_ += ')';
    }
    bool first = true;
    for (const std::vector<expr>& row : s.rows) {
        if (row.size() != s.columns.size()) {
            fail("a row of " + std::to_string(row.size()) + " values was given for " +
                 std::to_string(s.columns.size()) + " columns of \"" + s.into.table + '"');
        }
        if (row.empty()) break;
        if (!first) text_ += ", ";
        first = false;
        text_ += '(';
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i != 0) text_ += ", ";
            const std::size_t values = parameters_.size();
            write(row[i]);
            if (hides(s.into, s.columns[i])) hide_parameters(values);
        }
        text_ += ')';
    }
    // In DO UPDATE the bare name of a column is ambiguous to PostgreSQL: the stored and the excluded row are in scope.
    scopes_.back() = scope{{labelled{&s.into, table_label(s.into.schema, s.into.table, dialect_)}}, true};
    write_conflict(s);
    scopes_.pop_back();
    if (!s.returning.empty()) {
        text_ += " RETURNING ";
        write_names(s.returning);
    }
}

void writer::write_arrays(const insert& s) {
    if (s.arrays.size() != s.columns.size()) fail("an insert of arrays needs the kind of each column");
    text_ += "SELECT ";
    for (std::size_t i = 0; i < s.arrays.size(); ++i) {
        if (i != 0) text_ += ", ";
        write_element(s.arrays, i);
    }
    write_unnested(s.into, s.columns, s.arrays);
}

/// One cell of the rows that arrays make.
void writer::write_element(const std::vector<kind>& arrays, std::size_t i) {
    if (i >= arrays.size()) fail("a statement over arrays needs the kind of each placeholder");
    const std::string name = "kin_rows.c" + std::to_string(i + 1);
    text_ += is_list(arrays[i]) ? "CAST(" + name + " AS " + dialect_.type_name(arrays[i], 0) + ')' : name;
}

/// What travels as text may stand for a type that only the database knows, an enum of its own say: the array has the
/// type that its column has.
void writer::write_unnested(const source& table, const std::vector<std::string>& columns,
                            const std::vector<kind>& arrays) {
    if (columns.size() != arrays.size()) fail("a statement over arrays needs the column of each");
    text_ += " FROM unnest(";
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        if (i != 0) text_ += ", ";
        const bool as_text =
            arrays[i] == kind::null || arrays[i] == kind::text || arrays[i] == kind::decimal || arrays[i] == kind::json;
        // Lists come one by one as text: an array of arrays would be taken apart to its bottom.
        if (is_list(arrays[i])) {
            text_ += "CAST(";
            write_placeholder();
            text_ += " AS " + dialect_.type_name(kind::text, 0) + "[])";
            continue;
        }
        if (as_text) text_ += "coalesce(";
        write_placeholder();
        if (!as_text) continue;
        text_ += ", ARRAY[(NULL::" + table_name(table.schema, table.table, dialect_) + ").";
        write_name(columns[i]);
        text_ += "])";
    }
    text_ += ") AS kin_rows(";
    for (std::size_t i = 0; i < arrays.size(); ++i) text_ += (i != 0 ? ", c" : "c") + std::to_string(i + 1);
    text_ += ')';
}

void writer::write_conflict(const insert& s) {
    if (s.conflict == on_conflict::fail) return;
    const bool updates = s.conflict == on_conflict::update;
    if (updates && s.conflict_set.empty()) fail("an upsert of \"" + s.into.table + "\" sets no column");
    if (updates && s.conflict_columns.empty()) fail("an upsert of \"" + s.into.table + "\" names no conflict columns");

    if (dialect_.conflicts == conflict_style::on_duplicate_key) {
        text_ += " ON DUPLICATE KEY UPDATE ";
        if (updates) return write_assignments(s.conflict_set, s.into);
        // INSERT IGNORE would swallow other errors too; a column set to itself changes nothing.
        const auto& names = s.conflict_columns.empty() ? s.columns : s.conflict_columns;
        if (names.empty()) fail("an insert of \"" + s.into.table + "\" that ignores conflicts names no column");
        write_name(names.front());
        text_ += " = ";
        write_name(names.front());
        return;
    }
    text_ += " ON CONFLICT";
    if (!s.conflict_columns.empty()) {
        text_ += " (";
        write_names(s.conflict_columns);
        text_ += ')';
    }
    text_ += updates ? " DO UPDATE SET " : " DO NOTHING";
    if (updates) write_assignments(s.conflict_set, s.into);
}

void writer::write(const update& s) {
    if (s.set.empty()) fail("an update of \"" + s.table.table + "\" sets no column");
    write_before_writing(s.with);
    const bool arrays = !s.arrays.empty();
    scopes_.push_back(scope{{labelled{&s.table, table_label(s.table.schema, s.table.table, dialect_)}}, arrays});
    text_ += "UPDATE ";
    write_table(s.table);
    text_ += " SET ";
    if (arrays) elements_ = &s.arrays;
    write_assignments(s.set, s.table);
    if (arrays) {
        elements_ = nullptr;
        write_unnested(s.table, s.array_columns, s.arrays);
        elements_ = &s.arrays;
    }
    write_where(s.where);
    elements_ = nullptr;
    scopes_.pop_back();
}

void writer::write(const remove& s) {
    write_before_writing(s.with);
    scopes_.push_back(scope{{labelled{&s.from, table_label(s.from.schema, s.from.table, dialect_)}}, false});
    text_ += "DELETE FROM ";
    write_table(s.from);
    write_where(s.where);
    scopes_.pop_back();
}

namespace {

template <class Statement>
compiled compile_with(const Statement& s, const dialect& d, const site& where) {
    // What names many values wants few texts, so that few are prepared; what is too long wants few parameters.
    for (const std::size_t most : {most_listed, shortest_array}) {
        writer w{d, where, most};
        w.write(s);
        if (w.fits() || most == shortest_array) return w.take();
    }
    throw std::logic_error{"kin: unreachable"};
}

}  // namespace

compiled compile(const select& s, const dialect& d, const site& where) { return compile_with(s, d, where); }

namespace {

/// The sequence behind a column, NULL where there is none: its own (of an identity that may be written, or of any), or
/// the one that its default asks for the next number and for nothing else, whoever owns it. Looked up by a subquery:
/// once, not for each key.
std::string sequence_of(const source& of, std::string_view column, const dialect& d, bool any_identity) {
    const auto text = [](std::string_view s) {
        std::string out = "'";
        for (const char c : s) out += c == '\'' ? "''" : std::string(1, c);
        return out + '\'';
    };
    const std::string table = text(table_name(of.schema, of.table, d));
    return "(SELECT CASE WHEN attidentity " + std::string{any_identity ? "<> ''" : "= 'd'"} +
           " THEN pg_get_serial_sequence(" + table + ", " + text(column) +
           ") WHEN attidentity = '' THEN replace(substring(pg_get_expr(adbin, adrelid) FROM "
           "'^nextval\\(''(.*)''::regclass\\)$'), '''''', '''') END::regclass FROM pg_attribute LEFT JOIN pg_attrdef "
           "ON "
           "adrelid = attrelid AND adnum = attnum WHERE attrelid = " +
           table + "::regclass AND attname = " + text(column) + ')';
}

}  // namespace

std::string key_block(const source& of, std::string_view column, const dialect& d) {
    if (!d.sequences) return {};
    return "SELECT nextval(" + sequence_of(of, column, d, false) + ") FROM generate_series(1, $1)";
}

std::string keys_behind(const source& of, std::string_view column, const dialect& d) {
    if (!d.sequences) return {};
    const std::string highest = "max(" + quote(column, d) + ')';
    const std::string sequence = sequence_of(of, column, d, true);
    return "SELECT setval(" + sequence + ", " + highest + ") FROM " + table_name(of.schema, of.table, d) + " HAVING " +
           highest + " > coalesce(pg_sequence_last_value(" + sequence + "), 0)";
}

compiled compile(const insert& s, const dialect& d, const site& where) { return compile_with(s, d, where); }
compiled compile(const update& s, const dialect& d, const site& where) { return compile_with(s, d, where); }
compiled compile(const remove& s, const dialect& d, const site& where) { return compile_with(s, d, where); }

}  // namespace kin::sql
