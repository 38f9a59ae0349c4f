// Expressions as text: columns found in their scope, brackets only where precedence asks for them.
#include "writer.hpp"

#include <kin/value/uuid.hpp>

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

bool function_name(std::string_view name) {
    if (name.empty()) return false;
    for (const char c : name) {
        const bool fits =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
        if (!fits) return false;
    }
    return true;
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
            break;
    }
    return primary;
}

void writer::write(const expr& e, int at_least) {
    if (e.empty()) fail("an expression is missing");
    const bool brackets = precedence_of(*e) < at_least;
    if (brackets) text_ += '(';
    write_bare(*e);
    if (brackets) text_ += ')';
}

void writer::write_bare(const node& n) {
    switch (n.what) {
        case op::literal:
            return write_parameter(n.data);
        case op::placeholder:
            return write_placeholder();
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
            write_infix(n, symbol(n.what), concatenation, concatenation);
            text_ += " ESCAPE ";
            text_ += dialect_.like_escape;
            return;
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

/// The whole list as one parameter, where the dialect has arrays and the values are of one kind: `{1,2}`, `{"a","b"}`.
std::optional<value> writer::array_of(const node& n, const std::vector<const expr*>& values) const {
    const op subject = n.args[0]->what;
    if (!dialect_.key_arrays || subject == op::row || subject == op::literal || subject == op::placeholder) return {};
    std::string text{'{'};
    const value* before = nullptr;
    for (const expr* e : values) {
        if (e->empty() || (*e)->what != op::literal) return {};
        const value& each = (*e)->data;
        if (before != nullptr && before->type() != each.type()) return {};
        if (before != nullptr && *before == each) continue;  // what lists are padded with
        if (before != nullptr) text += ',';
        before = &each;
        switch (each.type()) {
            case kind::int16:
            case kind::int32:
            case kind::int64:
                text += std::to_string(each.integer());
                break;
            case kind::text:
                text += '"';
                for (const char c : each.bytes()) {
                    if (c == '"' || c == '\\') text += '\\';
                    text += c;
                }
                text += '"';
                break;
            case kind::uuid: {
                uuid id;
                if (each.bytes().size() != sizeof id.bytes) return {};
                each.bytes().copy(reinterpret_cast<char*>(id.bytes), sizeof id.bytes);
                text += id.to_string();
                break;
            }
            default:
                return {};
        }
    }
    return value{text + '}'};
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

void writer::write_in_values(const node& n, const std::vector<const expr*>& values) {
    if (std::optional<value> all = array_of(n, values)) {
        write(n.args[0], concatenation);
        text_ += n.what == op::in ? " = ANY (" : " <> ALL (";
        write_parameter(*all);
        // Text finds its type itself, so that it can be an enum's; numbers may be larger than the column's are.
        const kind each = (*values[0])->data.type();
        if (each == kind::int16 || each == kind::int32 || each == kind::int64) text_ += "::BIGINT[]";
        text_ += ')';
        return;
    }
    if (values.size() > dialect_.max_parameters) {
        fail("a list of " + std::to_string(values.size()) + " values is too long: " + std::string{dialect_.name} +
             " takes at most " + std::to_string(dialect_.max_parameters) +
             " parameters in a statement; split the list");
    }
    write(n.args[0], concatenation);
    text_ += n.what == op::in ? " IN (" : " NOT IN (";
    if (n.args[0]->what == op::row && !dialect_.row_lists) text_ += "VALUES ";
    bool first = true;
    for (const expr* e : values) {
        if (!first) text_ += ", ";
        first = false;
        write(*e);
    }
    text_ += ')';
}

void writer::write_in_select(const node& n) {
    require_arguments(n, 1);
    write(n.args[0], concatenation);
    text_ += n.what == op::in_select ? " IN (" : " NOT IN (";
    write(*n.query);
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
        write(*e, all ? conjunction : disjunction);
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

void writer::write_function(const node& n) {
    if (!function_name(n.text)) fail("'" + n.text + "' is not the name of a function");
    text_ += n.text == "length" ? dialect_.length_function : std::string_view{n.text};
    text_ += n.distinct ? "(DISTINCT " : "(";
    write_list(n.args);
    text_ += ')';
}

void writer::write_filtered(const node& n) {
    require_arguments(n, 2);
    const expr& aggregate = n.args[0];
    if (aggregate.empty() || aggregate->what != op::function || aggregate->args.empty()) {
        fail("only an aggregate is filtered");
    }
    if (dialect_.filter_clause) {
        write(aggregate);
        text_ += " FILTER (WHERE ";
        write(n.args[1]);
        text_ += ')';
        return;
    }
    // Aggregates pass over NULL.
    std::vector<expr> args = aggregate->args;
    args[0] = case_when({n.args[1], args[0]->what == op::star ? raw("1") : args[0]});
    write(function(aggregate->text, std::move(args), aggregate->distinct));
}

void writer::write_windowed(const node& n) {
    require_arguments(n, 1);
    write(n.args[0]);
    const window& w = *n.over;
    text_ += " OVER (";
    const std::size_t start = text_.size();
    if (!w.partition_by.empty()) {
        text_ += "PARTITION BY ";
        write_list(w.partition_by);
    }
    write_order_by(w.order_by);
    if (w.rows) {
        text_ += " ROWS BETWEEN ";
        write_bound(w.rows->from, "PRECEDING");
        text_ += " AND ";
        write_bound(w.rows->to, "FOLLOWING");
    }
    if (text_.size() > start && text_[start] == ' ') text_.erase(start, 1);
    text_ += ')';
}

void writer::write_bound(std::optional<std::int64_t> at, std::string_view unbounded) {
    if (!at) {
        text_ += "UNBOUNDED ";
        text_ += unbounded;
    } else if (*at == 0) {
        text_ += "CURRENT ROW";
    } else {
        text_ += std::to_string(*at < 0 ? -*at : *at);
        text_ += *at < 0 ? " PRECEDING" : " FOLLOWING";
    }
}

void writer::write_case(const node& n) {
    if (n.args.size() < 2) fail("a CASE needs a condition and a value");
    text_ += "CASE";
    for (std::size_t i = 0; i + 1 < n.args.size(); i += 2) {
        text_ += " WHEN ";
        write(n.args[i]);
        text_ += " THEN ";
        write(n.args[i + 1]);
    }
    if (n.args.size() % 2 != 0) {
        text_ += " ELSE ";
        write(n.args.back());
    }
    text_ += " END";
}

// A `?` inside quotes is text; the others take the arguments in order.
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

void writer::write_column(const node& n) {
    if (n.identity == nullptr && n.text2.empty()) return write_name(n.text);
    const labelled& found = resolve(n);
    if (scopes_.size() > 1 || scopes_.back().qualified) {
        write_name(found.label);
        text_ += '.';
    }
    write_name(n.text);
}

const writer::labelled& writer::resolve(const node& n) const {
    if (n.outward >= scopes_.size()) refuse_column(n, "has no select around it that it could belong to");
    for (std::size_t i = scopes_.size() - n.outward; i-- > 0;) {
        const labelled* same_alias = nullptr;
        const labelled* same_table = nullptr;
        int aliases = 0;
        int tables = 0;
        for (const labelled& s : scopes_[i].sources) {
            if (n.identity != nullptr && s.from->identity != n.identity) continue;
            ++tables;
            same_table = &s;
            // Without an identity a source is known by any of its names.
            const bool by_table = n.identity == nullptr && s.from->alias.empty();
            if ((by_table ? s.from->table : s.from->alias) == n.text2) {
                ++aliases;
                same_alias = &s;
            }
        }
        // Without an alias the only source of that table is meant, whatever it is called.
        if (aliases > 1 || (aliases == 0 && tables > 1 && n.text2.empty())) {
            refuse_column(n, "could belong to several sources, an alias has to tell which");
        }
        if (aliases == 1) return *same_alias;
        if (tables == 1 && n.text2.empty()) return *same_table;
    }
    refuse_column(n, "belongs to no source of the query");
}

void writer::refuse_column(const node& n, std::string_view why) const {
    std::string message = "the column \"";
    if (!n.text2.empty()) message += n.text2 + "\".\"";
    message += n.text;
    message += "\" ";
    message += why;
    message += "; the sources are: ";
    bool first = true;
    for (std::size_t i = scopes_.size(); i-- > 0;) {
        for (const labelled& s : scopes_[i].sources) {
            if (!first) message += ", ";
            first = false;
            message += s.from->query ? "a select" : s.from->table;
            if (!s.from->alias.empty()) message += " as " + s.from->alias;
        }
    }
    if (first) message += "none";
    fail(std::move(message));
}

}  // namespace kin::sql
