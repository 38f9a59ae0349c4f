// Functions as text: calls, aggregates with a FILTER, windows; and CASE.
#include "writer.hpp"

namespace kin::sql {

namespace {

bool function_name(std::string_view name) {
    if (name.empty()) return false;
    for (const char c : name) {
        const bool fits =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
        if (!fits) return false;
    }
    return true;
}

}  // namespace

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
    if (text_.size() == start) text_ += dialect_.whole_window;
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

}  // namespace kin::sql
