// Builders of expression nodes.
#include <kin/sql/functions.hpp>
#include <kin/sql/statement.hpp>

#include <algorithm>
#include <utility>

namespace kin::sql {

namespace {

std::uint16_t deeper(std::uint16_t a, const expr& b) { return b.empty() ? a : std::max(a, b->depth); }

std::uint16_t deeper(std::uint16_t a, const counted<const select>& s) { return s ? std::max(a, s->depth) : a; }

/// What it has inside; selects inside of it know theirs.
std::uint16_t depth_of(const select& s) {
    std::uint16_t most = deeper(deeper(0, s.where), s.having);
    for (const cte& each : s.with) most = deeper(most, each.query);
    for (const source& each : s.from) most = deeper(deeper(most, each.query), each.only);
    for (const join& each : s.joins) most = deeper(deeper(deeper(most, each.to.query), each.to.only), each.on);
    for (const result_column& each : s.columns) most = deeper(most, each.what);
    for (const expr& each : s.group_by) most = deeper(most, each);
    for (const ordering& each : s.order_by) most = deeper(most, each.by);
    for (const combination& each : s.combined) most = deeper(most, each.query);
    return static_cast<std::uint16_t>(most + 1);
}

/// What is too deep is dropped here, while that is still possible without a deep stack.
expr make(node n) {
    std::uint16_t inside = 0;
    for (const expr& each : n.args) inside = deeper(inside, each);
    inside = deeper(inside, n.query);
    if (n.over) {
        for (const expr& each : n.over->partition_by) inside = deeper(inside, each);
        for (const ordering& each : n.over->order_by) inside = deeper(inside, each.by);
    }
    if (inside >= deepest) {
        node marker;
        marker.what = op::too_deep;
        return expr{counted<const node>::make(std::move(marker))};
    }
    n.depth = static_cast<std::uint16_t>(inside + 1);
    return expr{counted<const node>::make(std::move(n))};
}

expr make(op what, std::vector<expr> args) {
    node n;
    n.what = what;
    n.args = std::move(args);
    return make(std::move(n));
}

expr make(op what, select query) {
    node n;
    n.what = what;
    n.query = inner(std::move(query));
    return make(std::move(n));
}

/// Parts of a chain before they become one.
constexpr std::size_t part_size = 64;

/// One more term of an AND or OR. Terms that come one by one would make a tree as deep as it has terms; here they
/// stand side by side, and so many of them become a part of their own: a number in base 64, carried as it is counted.
expr chained(op what, expr left, expr right) {
    if (left->what != what || left->rank != 0) return make(what, {std::move(left), std::move(right)});
    std::vector<expr> terms;
    terms.reserve(left->args.size() + 1);
    terms = left->args;
    terms.push_back(std::move(right));
    const auto rank = [&](const expr& e) { return e.empty() || e->what != what ? 0 : int{e->rank}; };
    while (terms.size() > part_size) {
        const auto first = terms.end() - part_size;
        const int same = rank(terms.back());
        if (!std::all_of(first, terms.end(), [&](const expr& e) { return rank(e) == same; })) break;
        node part;
        part.what = what;
        part.args.assign(first, terms.end());
        part.rank = static_cast<std::uint8_t>(same + 1);
        terms.erase(first, terms.end());
        terms.push_back(make(std::move(part)));
    }
    return make(what, std::move(terms));
}

}  // namespace

counted<const select> inner(select s) {
    s.depth = depth_of(s);
    if (s.depth < deepest) return counted<const select>::make(std::move(s));
    select marker;
    node n;
    n.what = op::too_deep;
    marker.where = expr{counted<const node>::make(std::move(n))};
    marker.depth = 1;
    return counted<const select>::make(std::move(marker));
}

expr::expr(counted<const node> n) noexcept : node_{std::move(n)} {}
const node& expr::operator*() const noexcept { return *node_; }
const node* expr::operator->() const noexcept { return &*node_; }

ordering ordering::nulls_first() const { return {by, descending, nulls::first}; }
ordering ordering::nulls_last() const { return {by, descending, nulls::last}; }

expr literal(value v) {
    node n;
    n.data = std::move(v);
    return make(std::move(n));
}

expr column(const void* identity, std::string_view name, std::string_view alias) {
    return outer_column(identity, name, alias, 0);
}

expr outer_column(const void* identity, std::string_view name, std::string_view alias, std::uint8_t levels) {
    node n;
    n.what = op::column;
    n.identity = identity;
    n.text = name;
    n.text2 = alias;
    n.outward = levels;
    return make(std::move(n));
}

expr excluded(std::string_view name) {
    node n;
    n.what = op::excluded;
    n.text = name;
    return make(std::move(n));
}

expr unary(op what, expr subject) { return make(what, {std::move(subject)}); }

expr binary(op what, expr left, expr right) { return make(what, {std::move(left), std::move(right)}); }

expr list(op what, std::vector<expr> args) { return make(what, std::move(args)); }

expr function(std::string_view name, std::vector<expr> args, bool distinct) {
    node n;
    n.what = op::function;
    n.text = name;
    n.args = std::move(args);
    n.distinct = distinct;
    return make(std::move(n));
}

expr filtered(expr aggregate, expr condition) {
    if (condition.empty()) return aggregate;
    return make(op::filtered, {std::move(aggregate), std::move(condition)});
}

expr over(expr function, window of) {
    node n;
    n.what = op::windowed;
    n.args = {std::move(function)};
    n.over = counted<const window>::make(std::move(of));
    return make(std::move(n));
}

expr case_when(std::vector<expr> pairs, expr otherwise) {
    if (!otherwise.empty()) pairs.push_back(std::move(otherwise));
    return make(op::case_when, std::move(pairs));
}

expr exists(select query, bool negated) { return make(negated ? op::not_exists : op::exists, std::move(query)); }

expr subquery(select query) { return make(op::subquery, std::move(query)); }

expr in_select(expr subject, const select& query, bool negated) {
    node n;
    n.what = negated ? op::not_in_select : op::in_select;
    n.args = {std::move(subject)};
    n.query = inner(query);
    return make(std::move(n));
}

expr raw(std::string_view text, std::vector<expr> args) {
    node n;
    n.what = op::raw;
    n.text = text;
    n.args = std::move(args);
    return make(std::move(n));
}

expr star() {
    static const expr shared = make(op::star, std::vector<expr>{});
    return shared;
}

expr placeholder() {
    static const expr shared = make(op::placeholder, std::vector<expr>{});
    return shared;
}

expr both(expr left, expr right) {
    if (left.empty()) return right;
    if (right.empty()) return left;
    return chained(op::logical_and, std::move(left), std::move(right));
}

expr either(expr left, expr right) {
    if (left.empty()) return right;
    if (right.empty()) return left;
    return chained(op::logical_or, std::move(left), std::move(right));
}

expr negated(expr subject) { return subject.empty() ? subject : unary(op::logical_not, std::move(subject)); }

expr cast(expr subject, kind to) {
    node n;
    n.what = op::cast;
    n.args = {std::move(subject)};
    n.to_kind = to;
    return make(std::move(n));
}

expr like_text(expr subject, std::string_view text, match how) {
    std::string pattern;
    pattern.reserve(text.size() + 2);
    if (how != match::starts_with) pattern += '%';
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    if (how != match::ends_with) pattern += '%';
    return binary(op::like, std::move(subject), literal(std::move(pattern)));
}

source derived(select query, std::string_view alias, const void* identity) {
    source s;
    s.identity = identity;
    s.alias = alias;
    s.query = inner(std::move(query));
    return s;
}

cte with(std::string_view name, select query, std::vector<std::string> columns) {
    return {std::string{name}, std::move(columns), inner(std::move(query)), false};
}

cte with_recursive(std::string_view name, select first, select step, std::vector<std::string> columns) {
    cte made = with(name, combine(std::move(first), set_operation::unite_all, std::move(step)), std::move(columns));
    made.recursive = true;
    return made;
}

select combine(select left, set_operation how, select right) {
    if (!left.order_by.empty() || left.limit || left.offset || !left.with.empty()) {
        select whole;
        whole.columns.push_back({star(), {}});
        whole.from.push_back(derived(std::move(left), {}));
        left = std::move(whole);
    }
    left.combined.push_back({how, inner(std::move(right))});
    return left;
}

}  // namespace kin::sql

namespace kin {

condition operator&&(const condition& left, const condition& right) {
    return condition{sql::both(left.tree(), right.tree())};
}
condition operator||(const condition& left, const condition& right) {
    return condition{sql::either(left.tree(), right.tree())};
}
condition operator!(const condition& subject) { return condition{sql::negated(subject.tree())}; }

sql::expr detail::shifted(std::string_view name, const sql::expr& of, int rows) {
    return sql::function(name, {of, sql::raw(std::to_string(rows))});
}

expression<std::int64_t> expr::row_number() { return expression<std::int64_t>{sql::function("row_number", {})}; }
expression<std::int64_t> expr::rank() { return expression<std::int64_t>{sql::function("rank", {})}; }
expression<std::int64_t> expr::dense_rank() { return expression<std::int64_t>{sql::function("dense_rank", {})}; }
expression<std::int64_t> expr::count_all() { return expression<std::int64_t>{sql::function("count", {sql::star()})}; }

}  // namespace kin
