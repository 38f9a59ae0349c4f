// Pages by number, and by the place where the last one ended.
#include "query/pages.hpp"

#include <kin/query/pages.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include <kin/query/query.hpp>

namespace kin::detail {

namespace {

void require_no_limit(const query_plan& plan, std::int64_t size, const site& where) {
    if (size < 1) throw usage_error{"a page has room for at least one object", {.where = where}};
    if (plan.select.limit || plan.select.offset) {
        throw usage_error{"a query with a limit or offset of its own has no pages", {.where = where}};
    }
}

// -- cursors: the values that the last row has in the columns of the order, and what order that is -------------------

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string spelled(std::string_view bytes) {
    std::string out;
    std::uint32_t bits = 0;
    unsigned have = 0;
    for (const char c : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (have += 8; have >= 6; have -= 6) out += digits[bits >> (have - 6) & 63];
    }
    if (have > 0) out += digits[bits << (6 - have) & 63];
    return out;
}

bool read_digits(std::string_view text, std::string& out) {
    std::uint32_t bits = 0;
    unsigned have = 0;
    for (const char c : text) {
        const std::size_t digit = digits.find(c);
        if (digit == std::string_view::npos) return false;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        have += 6;
        if (have >= 8) {
            have -= 8;
            out += static_cast<char>(bits >> have & 255);
        }
    }
    return true;
}

std::uint32_t checksum(std::string_view bytes, std::uint32_t from = 2166136261u) {
    for (const char c : bytes) from = (from ^ static_cast<unsigned char>(c)) * 16777619u;
    return from;
}

template <class Number>
void put(std::string& to, Number n) {
    for (std::size_t i = 0; i < sizeof n; ++i) to += static_cast<char>(n >> (8 * i) & 255);
}
template <class Number>
bool take(std::string_view& from, Number& n) {
    if (from.size() < sizeof n) return false;
    n = 0;
    for (std::size_t i = 0; i < sizeof n; ++i) {
        n |= static_cast<Number>(static_cast<unsigned char>(from[i])) << (8 * i);
    }
    from.remove_prefix(sizeof n);
    return true;
}

enum class shape : std::uint8_t { none, number, real, bytes };
shape shape_of(kind k) {
    switch (k) {
        case kind::null:
            return shape::none;
        case kind::float32:
        case kind::float64:
            return shape::real;
        case kind::text:
        case kind::blob:
        case kind::uuid:
        case kind::decimal:
        case kind::json:
        case kind::integers:
        case kind::reals:
        case kind::texts:
            return shape::bytes;
        default:
            return shape::number;
    }
}

void put(std::string& to, const value& v) {
    to += static_cast<char>(v.type());
    switch (shape_of(v.type())) {
        case shape::none:
            break;
        case shape::number:
            put(to, static_cast<std::uint64_t>(v.integer()));
            break;
        case shape::real:
            put(to, std::bit_cast<std::uint64_t>(v.real()));
            break;
        case shape::bytes:
            put(to, static_cast<std::uint32_t>(v.bytes().size()));
            to += v.bytes();
            break;
    }
}

bool take(std::string_view& from, value& v) {
    std::uint8_t type = 0;
    if (!take(from, type) || type > static_cast<std::uint8_t>(kind::texts)) return false;
    const auto k = static_cast<kind>(type);
    std::uint64_t bits = 0;
    std::uint32_t length = 0;
    switch (shape_of(k)) {
        case shape::none:
            v = {};
            return true;
        case shape::number:
            if (!take(from, bits)) return false;
            v = value{static_cast<std::int64_t>(bits), k};
            return true;
        case shape::real:
            if (!take(from, bits)) return false;
            v = value{std::bit_cast<double>(bits)};
            return true;
        case shape::bytes:
            if (!take(from, length) || from.size() < length) return false;
            v = value{from.substr(0, length), k};
            from.remove_prefix(length);
            return true;
    }
    return false;
}

}  // namespace

/// An order that tells every row from every other: what the query says, and the primary key behind it.
struct total_order {
    total_order(query_plan& plan, const site& where) : model{*plan.what} {
        plan.add_relation_order();
        for (sql::ordering& by : plan.select.order_by) add(by, where);
        const bool descending = !plan.select.order_by.empty() && plan.select.order_by.back().descending;
        for (const std::uint16_t c : model.primary_key) {
            if (std::find(columns.begin(), columns.end(), c) != columns.end()) continue;
            columns.push_back(c);
            plan.select.order_by.push_back(
                {sql::column(&model, model.columns[c].name, plan.select.from[0].alias), descending, {}});
        }
        by = plan.select.order_by;
        name = checksum(model.table);
        for (std::size_t i = 0; i < columns.size(); ++i) {
            name = checksum(model.columns[columns[i]].name, name);
            name = checksum(by[i].descending ? "-" : "+", name);
            name = checksum(by[i].place == sql::nulls::last ? "l" : "f", name);
        }
    }

    [[nodiscard]] bool nullable(std::size_t i) const { return model.columns[columns[i]].nullable(); }

    const mapping::model& model;
    std::vector<std::uint16_t> columns{};
    std::vector<sql::ordering> by{};
    std::uint32_t name = 0;

  private:
    void add(sql::ordering& order, const site& where) {
        const sql::node& n = *order.by;
        for (std::uint16_t i = 0; n.what == sql::op::column && n.identity == &model && i < model.columns.size(); ++i) {
            if (model.columns[i].name != n.text) continue;
            columns.push_back(i);
            // Said, so that every database has them where the condition expects them.
            if (model.columns[i].nullable() && order.place == sql::nulls::as_usual) {
                order.place = order.descending ? sql::nulls::last : sql::nulls::first;
            }
            return;
        }
        throw usage_error{"after() goes by columns of " + model.name + ": its query is ordered by something else",
                          {.where = where}};
    }
};

namespace {

std::string cursor_of(const total_order& order, const std::vector<value>& last) {
    std::string bytes;
    put(bytes, order.name);
    for (const value& v : last) put(bytes, v);
    put(bytes, checksum(bytes));
    return spelled(bytes);
}

std::vector<value> values_of(std::string_view cursor, const total_order& order, const site& where) {
    const auto wrong = [&](const char* why) {
        throw conversion_error{"\"" + std::string{cursor.substr(0, 80)} + "\" is no cursor of this query: " + why,
                               {.where = where}};
    };
    std::string bytes;
    if (!read_digits(cursor, bytes) || bytes.size() < 8) wrong("it is damaged");
    std::string_view left{bytes};
    std::string_view sum = left.substr(left.size() - 4);
    left.remove_suffix(4);
    std::uint32_t name = 0;
    std::uint32_t expected = 0;
    if (!take(sum, expected) || expected != checksum(left)) wrong("it is damaged");
    if (!take(left, name) || name != order.name) wrong("it was made by one of another model or order");
    std::vector<value> values(order.columns.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!take(left, values[i]) || (values[i].is_null() && !order.nullable(i))) wrong("it is damaged");
    }
    if (!left.empty()) wrong("it is damaged");
    return values;
}

/// What comes behind the value in one column; empty: nothing does.
sql::expr behind(const total_order& order, std::size_t i, const value& v) {
    const sql::ordering& o = order.by[i];
    const bool nulls_last = order.nullable(i) && o.place == sql::nulls::last;
    if (v.is_null()) return nulls_last ? sql::expr{} : sql::unary(sql::op::is_not_null, o.by);
    const sql::expr more = sql::binary(o.descending ? sql::op::less : sql::op::greater, o.by, sql::literal(v));
    return nulls_last ? sql::either(more, sql::unary(sql::op::is_null, o.by)) : more;
}

/// The rows behind the one with these values.
sql::expr behind(const total_order& order, const std::vector<value>& values) {
    bool plain = values.size() > 1;
    for (std::size_t i = 0; i < values.size(); ++i) {
        plain = plain && !order.nullable(i) && order.by[i].descending == order.by[0].descending;
    }
    if (plain) {  // one comparison, which an index answers
        std::vector<sql::expr> left;
        std::vector<sql::expr> right;
        for (std::size_t i = 0; i < values.size(); ++i) {
            left.push_back(order.by[i].by);
            right.push_back(sql::literal(values[i]));
        }
        return sql::binary(order.by[0].descending ? sql::op::less : sql::op::greater,
                           sql::list(sql::op::row, std::move(left)), sql::list(sql::op::row, std::move(right)));
    }
    sql::expr any;
    sql::expr same;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const sql::expr more = behind(order, i, values[i]);
        if (!more.empty()) any = sql::either(any, sql::both(same, more));
        same =
            sql::both(same, values[i].is_null() ? sql::unary(sql::op::is_null, order.by[i].by)
                                                : sql::binary(sql::op::equal, order.by[i].by, sql::literal(values[i])));
    }
    return any;
}

}  // namespace

query_plan page_of(const query_plan& plan, std::int64_t number, std::int64_t size, const site& where) {
    require_no_limit(plan, size, where);
    if (number < 1 || number > std::numeric_limits<std::int64_t>::max() / size) {
        throw usage_error{"there is no page " + std::to_string(number) + ": the first one is 1", {.where = where}};
    }
    query_plan part = plan;
    part.select.limit = size;
    const std::int64_t before = (number - 1) * size;
    if (before > 0) part.select.offset = before;
    return part;
}

struct keyset_page::ordered {
    total_order order;
    page_end end;
    ordered(query_plan& part, std::int64_t size, const site& where)
        : order{part, where}, end{order.columns, static_cast<std::size_t>(size)} {}
};

keyset_page::keyset_page(const query_plan& plan, std::string_view cursor, std::int64_t size, const site& where)
    : part{plan} {
    require_no_limit(plan, size, where);
    order_ = std::make_unique<ordered>(part, size, where);
    const total_order& order = order_->order;
    if (!cursor.empty()) {
        part.select.where = sql::both(part.select.where, behind(order, values_of(cursor, order, where)));
    }
    for (const std::uint16_t c : order.columns) {
        if (part.kept != 0) part.kept |= std::uint64_t{1} << c;
        part.skipped &= ~(std::uint64_t{1} << c);
        part.wanted |= std::uint64_t{1} << c;
    }
    // The one more only says that there is more.
    part.select.limit = size < std::numeric_limits<std::int64_t>::max() ? size + 1 : size;
    part.end = &order_->end;
}

keyset_page::~keyset_page() = default;

std::string keyset_page::next() const {
    return order_->end.more ? cursor_of(order_->order, order_->end.last) : std::string{};
}

}  // namespace kin::detail
