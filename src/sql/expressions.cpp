// Expressions as text: operators, values, raw text; brackets only where precedence asks for them.
#include "writer.hpp"

namespace kin::sql {

namespace {

bool is_null_literal(const expr& e) { return !e.empty() && e->what == op::literal && e->data.is_null(); }

std::vector<const expr*> present(const std::vector<expr>& args) {
    std::vector<const expr*> found;
    for (const expr& e : args) {
        if (!e.empty()) found.push_back(&e);
    }
    return found;
}

// `x IN (1, NULL)` never finds the empty rows in SQL; here a null among the values means them.
struct in_values {
    std::vector<const expr*> values;
    bool null = false;

    explicit in_values(const node& n) {
        for (std::size_t i = 1; i < n.args.size(); ++i) {
            if (is_null_literal(n.args[i])) {
                null = true;
            } else {
                values.push_back(&n.args[i]);
            }
        }
    }
};

/// The same pattern for GLOB.
std::string glob_of(std::string_view like) {
    std::string glob;
    glob.reserve(like.size());
    for (std::size_t i = 0; i < like.size(); ++i) {
        char c = like[i];
        if (c == '%' || c == '_') {
            glob += c == '%' ? '*' : '?';
            continue;
        }
        if (c == '\\' && i + 1 < like.size()) c = like[++i];
        if (c == '*' || c == '?' || c == '[') {
            glob.append(1, '[').append(1, c).append(1, ']');
        } else {
            glob += c;
        }
    }
    return glob;
}

std::string_view symbol(op what) {
    switch (what) {
        case op::equal:
            return " = ";
        case op::not_equal:
            return " <> ";
        case op::less:
            return " < ";
        case op::less_equal:
            return " <= ";
        case op::greater:
            return " > ";
        case op::greater_equal:
            return " >= ";
        case op::like:
            return " LIKE ";
        case op::not_like:
            return " NOT LIKE ";
        case op::add:
            return " + ";
        case op::subtract:
            return " - ";
        case op::multiply:
            return " * ";
        case op::divide:
            return " / ";
        case op::modulo:
            return " % ";
        default:
            return " ";
    }
}

}  // namespace

int writer::precedence_of(const node& n) const {
    switch (n.what) {
        case op::raw:
            return lowest;  // nobody knows what is inside
        case op::logical_or:
        case op::logical_and: {
            const auto args = present(n.args);
            if (args.empty()) return primary;
            if (args.size() == 1) return precedence_of(**args.front());
            return n.what == op::logical_or ? disjunction : conjunction;
        }
        case op::in:
        case op::not_in: {
            const in_values in{n};
            if (in.values.empty()) return in.null ? comparison : primary;
            if (!in.null) return comparison;
            return n.what == op::in ? disjunction : conjunction;
        }
        case op::logical_not:
        case op::not_exists:
            return negation;
        case op::equal:
        case op::not_equal:
        case op::less:
        case op::less_equal:
        case op::greater:
        case op::greater_equal:
        case op::like:
        case op::not_like:
        case op::is_null:
        case op::is_not_null:
        case op::between:
        case op::in_select:
        case op::not_in_select:
            return comparison;
        case op::concat:
            return dialect_.concat_function ? primary : concatenation;
        case op::add:
        case op::subtract:
            return sum;
        case op::multiply:
        case op::divide:
        case op::modulo:
            return product;
        case op::negate:
            return sign;
        case op::literal:
        case op::column:
        case op::excluded:
        case op::function:
        case op::filtered:
        case op::windowed:
        case op::case_when:
        case op::exists:
        case op::subquery:
        case op::cast:
        case op::star:
        case op::row:
        case op::placeholder:
        case op::too_deep:
            break;
    }
    return primary;
}

void writer::write(const expr& e, int at_least) {
    if (e.empty()) fail("an expression is missing");
    const bool brackets = precedence_of(*e) < at_least;
    if (brackets) text_ += '(';
    // What stands beside a hidden column is hidden as well; AND and OR only join what does.
    const bool joins = e->what == op::logical_and || e->what == op::logical_or;
    const bool around = std::exchange(hidden_, false);
    const std::size_t first = parameters_.size();
    write_bare(*e);
    if (hidden_ && !joins) hide_parameters(first);
    hidden_ = around || (hidden_ && !joins);
    if (brackets) text_ += ')';
}

void writer::write_bare(const node& n) {
    switch (n.what) {
        case op::literal:
            return write_parameter(n.data);
        case op::placeholder:
            return write_placeholder();
        case op::too_deep:
            fail("the statement is nested more than " + std::to_string(deepest) +
                 " levels deep: put a part of it into a query of its own");
        case op::column:
            return write_column(n);
        case op::excluded:
            if (dialect_.conflicts == conflict_style::on_duplicate_key) {
                text_ += "VALUES(";
                write_name(n.text);
                text_ += ')';
            } else {
                text_ += "excluded.";
                write_name(n.text);
            }
            return;
        case op::equal:
        case op::not_equal:
        case op::less:
        case op::less_equal:
        case op::greater:
        case op::greater_equal:
            return write_comparison(n);
        case op::like:
        case op::not_like:
            return write_like(n);
        case op::is_null:
        case op::is_not_null:
            require_arguments(n, 1);
            write(n.args[0], concatenation);
            text_ += n.what == op::is_null ? " IS NULL" : " IS NOT NULL";
            return;
        case op::between:
            require_arguments(n, 3);
            write(n.args[0], concatenation);
            text_ += " BETWEEN ";
            write(n.args[1], concatenation);
            text_ += " AND ";
            write(n.args[2], concatenation);
            return;
        case op::in:
        case op::not_in:
            return write_in(n);
        case op::in_select:
        case op::not_in_select:
            return write_in_select(n);
        case op::logical_and:
        case op::logical_or:
            return write_logical(n);
        case op::logical_not:
            require_arguments(n, 1);
            text_ += "NOT ";
            return write(n.args[0], negation);
        case op::add:
            return write_infix(n, symbol(n.what), sum, product);
        case op::subtract:
            return write_infix(n, symbol(n.what), sum, product);
        case op::multiply:
        case op::divide:
        case op::modulo:
            return write_infix(n, symbol(n.what), product, sign);
        case op::negate:
            require_arguments(n, 1);
            text_ += '-';
            return write(n.args[0], primary);  // a second minus would begin a comment
        case op::concat:
            return write_concat(n);
        case op::function:
            return write_function(n);
        case op::filtered:
            return write_filtered(n);
        case op::windowed:
            return write_windowed(n);
        case op::case_when:
            return write_case(n);
        case op::exists:
        case op::not_exists:
            text_ += n.what == op::exists ? "EXISTS (" : "NOT EXISTS (";
            write(*n.query);
            text_ += ')';
            return;
        case op::subquery:
            text_ += '(';
            write(*n.query);
            text_ += ')';
            return;
        case op::cast:
            require_arguments(n, 1);
            text_ += "CAST(";
            write(n.args[0]);
            text_ += " AS ";
            text_ += dialect_.cast_name != nullptr ? dialect_.cast_name(n.to_kind) : dialect_.type_name(n.to_kind, 0);
            text_ += ')';
            return;
        case op::raw:
            return write_raw(n);
        case op::star:
            text_ += '*';
            return;
        case op::row:
            text_ += '(';
            write_list(n.args);
            text_ += ')';
            return;
    }
}

void writer::require_arguments(const node& n, std::size_t count) const {
    if (n.args.size() != count) {
        fail("an expression has " + std::to_string(n.args.size()) + " operands, not " + std::to_string(count));
    }
}

void writer::write_infix(const node& n, std::string_view between, int left, int right) {
    require_arguments(n, 2);
    write(n.args[0], left);
    text_ += between;
    write(n.args[1], right);
}

void writer::write_like(const node& n) {
    require_arguments(n, 2);
    if (dialect_.glob && !n.args[1].empty() && n.args[1]->what == op::literal && n.args[1]->data.type() == kind::text) {
        write(n.args[0], concatenation);
        text_ += n.what == op::like ? " GLOB " : " NOT GLOB ";
        return write_parameter(value{glob_of(n.args[1]->data.bytes())});
    }
    write_infix(n, symbol(n.what), concatenation, concatenation);
    text_ += " ESCAPE ";
    text_ += dialect_.like_escape;
}

void writer::write_list(const std::vector<expr>& list) {
    bool first = true;
    for (const expr& e : list) {
        if (!first) text_ += ", ";
        first = false;
        write(e);
    }
}

void writer::write_placeholder() {
    if (elements_ != nullptr) return write_element(*elements_, element_++);
    ++placeholders_;
    if (dialect_.placeholders == placeholder_style::dollar) {
        text_ += '$';
        text_ += std::to_string(placeholders_);
    } else {
        text_ += '?';
    }
}

void writer::hide_parameters(std::size_t first) noexcept {
    for (std::size_t i = first; i < parameters_.size(); ++i) parameters_[i].hide();
}

bool writer::hides(const source& from, std::string_view column) noexcept {
    if (from.hidden == nullptr) return false;
    for (const std::string& each : *from.hidden) {
        if (each == column) return true;
    }
    return false;
}

void writer::write_parameter(const value& v) {
    write_placeholder();
    parameters_.push_back(v);
}

void writer::write_comparison(const node& n) {
    require_arguments(n, 2);
    const bool equality = n.what == op::equal || n.what == op::not_equal;
    const bool left_null = equality && is_null_literal(n.args[0]);
    if (left_null || (equality && is_null_literal(n.args[1]))) {
        write(n.args[left_null ? 1 : 0], concatenation);
        text_ += n.what == op::equal ? " IS NULL" : " IS NOT NULL";
        return;
    }
    write_infix(n, symbol(n.what), concatenation, concatenation);
}

void writer::write_in(const node& n) {
    if (n.args.empty()) fail("IN without a subject");
    const bool positive = n.what == op::in;
    const in_values in{n};
    if (!in.values.empty()) write_in_values(n, in.values);
    if (in.null) {
        if (!in.values.empty()) text_ += positive ? " OR " : " AND ";
        write(n.args[0], concatenation);
        text_ += positive ? " IS NULL" : " IS NOT NULL";
    } else if (in.values.empty()) {
        text_ += positive ? dialect_.false_text : dialect_.true_text;
    }
}

void writer::write_in_select(const node& n) {
    require_arguments(n, 1);
    write(n.args[0], concatenation);
    text_ += n.what == op::in_select ? " IN (" : " NOT IN (";
    const bool derived = !dialect_.limits_in_lists && (n.query->limit || n.query->offset);
    if (derived) text_ += "SELECT * FROM (";
    write(*n.query);
    if (derived) {
        text_ += ") AS ";
        write_name(next_label());
    }
    text_ += ')';
}

void writer::write_logical(const node& n) {
    const bool all = n.what == op::logical_and;
    const auto args = present(n.args);
    if (args.empty()) {
        text_ += all ? dialect_.true_text : dialect_.false_text;
        return;
    }
    if (args.size() == 1) return write_bare(**args.front());
    bool first = true;
    for (const expr* e : args) {
        if (!first) text_ += all ? " AND " : " OR ";
        first = false;
        // Parts of a long chain in brackets: a database that reads them one by one would make them a deep tree, too.
        const bool part = (*e)->rank != 0;
        write(*e, all ? (part ? negation : conjunction) : (part ? conjunction : disjunction));
    }
}

void writer::write_concat(const node& n) {
    if (dialect_.concat_function) text_ += "concat(";
    bool first = true;
    for (const expr& e : n.args) write_concat_operands(e, first);
    if (dialect_.concat_function) text_ += ')';
}

void writer::write_concat_operands(const expr& e, bool& first) {
    if (!e.empty() && e->what == op::concat) {
        for (const expr& inner : e->args) write_concat_operands(inner, first);
        return;
    }
    if (!first) text_ += dialect_.concat_function ? ", " : " || ";
    first = false;
    write(e, dialect_.concat_function ? lowest : primary);
}

void writer::write_raw(const node& n) {
    std::size_t used = 0;
    char quote = '\0';
    for (const char c : n.text) {
        if (quote != '\0') {
            if (c == quote) quote = '\0';
        } else if (c == '\'' || c == '"' || c == '`') {
            quote = c;
        } else if (c == '?') {
            if (used < n.args.size()) write(n.args[used], primary);
            ++used;
            continue;
        }
        text_ += c;
    }
    if (used != n.args.size()) {
        fail("raw SQL with " + std::to_string(used) + " '?' was given " + std::to_string(n.args.size()) +
             " values: " + n.text);
    }
}

}  // namespace kin::sql
