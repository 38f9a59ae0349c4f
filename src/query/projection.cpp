// Selects of columns: combined, and as tables of other selects.
#include <kin/query/projection.hpp>

#include <algorithm>

#include <kin/sql/statement.hpp>

namespace kin::detail {

namespace {

/// Gives every column a name of its own that others can read it by, and returns the names.
std::vector<std::string> name_columns(sql::select& s) {
    if (s.columns.size() == 1 && s.columns[0].what->what == sql::op::star && s.from[0].query) {
        sql::select inner = *s.from[0].query;  // named before it was put into another
        return name_columns(inner);
    }
    std::vector<std::string> names;
    const auto taken = [&](const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    for (sql::result_column& c : s.columns) {
        const bool plain = c.label.empty() && c.what->what == sql::op::column;
        std::string name = plain ? c.what->text : c.label;
        for (std::size_t i = names.size() + 1; name.empty() || taken(name); ++i) name = "c" + std::to_string(i);
        if (!plain || name != c.what->text) c.label = name;
        names.push_back(std::move(name));
    }
    return names;
}

}  // namespace

struct table_expression::parts {
    session_link session;
    std::string name;
    std::vector<std::string> labels;
    counted<const sql::select> query{};  ///< of a derived table
    counted<const sql::cte> common{};    ///< neither: the step of a recursion reads it
};

namespace {

/// Selects are shared: a change is made to a copy.
template <class Change>
void change(counted<const sql::select>& of, Change change_it) {
    sql::select s = *of;
    change_it(s);
    of = sql::inner(std::move(s));
}

}  // namespace

selected::selected(const session_link& session, const sql::select& from, std::initializer_list<sql::expr> columns)
    : session_{session} {
    sql::select s = from;
    s.columns.clear();
    for (const sql::expr& c : columns) {
        if (c->what != sql::op::row) {
            s.columns.push_back({c, {}});
            continue;
        }
        for (const sql::expr& each : c->args) s.columns.push_back({each, {}});  // an object
    }
    select_ = sql::inner(std::move(s));
}

const sql::select& selected::statement() const noexcept { return *select_; }

void selected::restrict_to(const sql::expr& condition, const site& where) {
    if (!select_->combined.empty()) {
        throw usage_error{"conditions belong to the selects before they are combined", {.where = where}};
    }
    change(select_, [&](sql::select& s) { s.where = sql::both(s.where, condition); });
}

void selected::order_by_one(const sql::ordering& o) {
    change(select_, [&](sql::select& s) { s.order_by.push_back(o); });
}
void selected::limit_to(std::int64_t n) {
    change(select_, [&](sql::select& s) { s.limit = n; });
}
void selected::begin_at(std::int64_t n) {
    change(select_, [&](sql::select& s) { s.offset = n; });
}
void selected::make_distinct() {
    change(select_, [](sql::select& s) { s.distinct = true; });
}

sql::expr selected::as_scalar() const { return sql::subquery(*select_); }

selected selected::combined(sql::set_operation how, const selected& other) const {
    selected whole = *this;
    change(whole.select_, [&](sql::select& s) {
        name_columns(s);
        s = sql::combine(std::move(s), how, *other.select_);
    });
    return whole;
}

table_expression selected::table(std::string_view name, bool common) const {
    sql::select query = *select_;
    table_expression::parts t{session_, std::string{name}, name_columns(query)};
    if (common) {
        t.common = counted<const sql::cte>::make(sql::with(name, std::move(query), t.labels));
    } else {
        t.query = sql::inner(std::move(query));
    }
    return table_expression{counted<const table_expression::parts>::make(std::move(t))};
}

table_expression selected::itself(std::string_view name) const {
    sql::select query = *select_;
    return table_expression{counted<const table_expression::parts>::make(
        table_expression::parts{session_, std::string{name}, name_columns(query)})};
}

table_expression selected::recursion(std::string_view name, const selected& step) const {
    sql::select first = *select_;
    table_expression::parts t{session_, std::string{name}, name_columns(first)};
    for (sql::result_column& c : first.columns) {
        // A parameter alone has no type, and the step's column has to have the same.
        if (c.what->what == sql::op::literal && !c.what->data.is_null()) {
            c.what = sql::cast(c.what, c.what->data.view().type);
        }
    }
    t.common = counted<const sql::cte>::make(sql::with_recursive(name, std::move(first), *step.select_, t.labels));
    return table_expression{counted<const table_expression::parts>::make(std::move(t))};
}

sql::source table_expression::joined_to(sql::select& s) const {
    sql::source made;
    if (parts_->query) {
        made.alias = parts_->name;
        made.query = parts_->query;
        return made;
    }
    made.table = parts_->name;
    if (!parts_->common) return made;
    const auto same = [&](const sql::cte& each) { return &*each.query == &*parts_->common->query; };
    if (std::none_of(s.with.begin(), s.with.end(), same)) s.with.push_back(*parts_->common);
    return made;
}

sql::expr table_expression::column(std::size_t i) const {
    return sql::column(nullptr, parts_->labels[i], parts_->name);
}

selected table_expression::selecting(std::initializer_list<sql::expr> columns) const {
    sql::select s;
    s.from.push_back(joined_to(s));
    return {parts_->session, s, columns};
}

}  // namespace kin::detail
