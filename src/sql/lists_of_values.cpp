// IN and NOT IN over values: one by one, the whole list as one parameter, or as text.
#include "writer.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include <kin/sql/compiler.hpp>
#include <kin/value/calendar.hpp>
#include <kin/value/uuid.hpp>

#include "value/json_text.hpp"

namespace kin::sql {

namespace {

constexpr std::size_t uuid_size = sizeof(uuid::bytes);

/// The values of a list that is nothing but values of one kind; else null.
const value* first_of_one_kind(const std::vector<const expr*>& values) {
    const value* first = nullptr;
    for (const expr* e : values) {
        if (e->empty() || (*e)->what != op::literal) return nullptr;
        if (first != nullptr && first->type() != (*e)->data.type()) return nullptr;
        if (first == nullptr) first = &(*e)->data;
    }
    return first;
}

bool is_whole(kind k) noexcept { return k == kind::int16 || k == kind::int32 || k == kind::int64; }

/// An element of an array as PostgreSQL reads it; false where it has no such text.
bool append_element(std::string& to, const value& v) {
    switch (v.type()) {
        case kind::int16:
        case kind::int32:
        case kind::int64:
            to += std::to_string(v.integer());
            return true;
        case kind::text:
            to += '"';
            for (const char c : v.bytes()) {
                if (c == '"' || c == '\\') to += '\\';
                to += c;
            }
            to += '"';
            return true;
        case kind::uuid: {
            uuid id;
            if (v.bytes().size() != uuid_size) return false;
            v.bytes().copy(reinterpret_cast<char*>(id.bytes), uuid_size);
            to += id.to_string();
            return true;
        }
        case kind::float64: {
            std::array<char, 32> number;
            to.append(number.data(), std::to_chars(number.data(), number.data() + number.size(), v.real()).ptr);
            return true;
        }
        case kind::decimal:
            to += v.bytes();
            return true;
        case kind::date:
        case kind::time:
        case kind::timestamp: {
            char moment[moment_text_size];
            const std::size_t length = write_moment(v.type(), v.integer(), moment);
            if (length == 0) return false;
            to.append("\"").append(moment, length).append(v.type() == kind::timestamp ? "+00\"" : "\"");
            return true;
        }
        default:
            return false;
    }
}

/// What stands behind the array. Text finds its type itself, so that it can be an enum's; numbers may be larger than
/// the column's are.
std::string_view array_cast(kind k) noexcept {
    switch (k) {
        case kind::int16:
        case kind::int32:
        case kind::int64:
            return "::BIGINT[]";
        case kind::float64:
            return "::DOUBLE PRECISION[]";
        case kind::decimal:
            return "::NUMERIC[]";
        case kind::date:
            return "::DATE[]";
        case kind::time:
            return "::TIME[]";
        case kind::timestamp:
            return "::TIMESTAMPTZ[]";
        default:
            return {};
    }
}

/// A value as it would be bound to SQLite, in JSON; false for what JSON cannot hold.
bool append_json(std::string& to, const value& v) {
    switch (v.type()) {
        case kind::boolean:
            to += v.integer() != 0 ? '1' : '0';
            return true;
        case kind::int16:
        case kind::int32:
        case kind::int64:
            to += std::to_string(v.integer());
            return true;
        case kind::float32:
        case kind::float64:
            if (!std::isfinite(v.real())) return false;
            detail::write_json_value(to, v.view());
            return true;
        case kind::text:
        case kind::decimal:
            if (v.bytes().find('\0') != std::string_view::npos) return false;  // SQLite's JSON ends there
            to += '"';
            for (const char c : v.bytes()) {
                if (c == '"' || c == '\\') {
                    to += '\\';
                    to += c;
                } else if (static_cast<unsigned char>(c) < 0x20) {
                    constexpr std::string_view digits = "0123456789abcdef";
                    to += "\\u00";
                    to += digits[static_cast<unsigned char>(c) >> 4];
                    to += digits[static_cast<unsigned char>(c) & 15];
                } else {
                    to += c;
                }
            }
            to += '"';
            return true;
        case kind::date:
        case kind::time:
        case kind::timestamp: {
            char moment[moment_text_size];
            const std::size_t length = write_moment(v.type(), v.integer(), moment);
            to.append("\"").append(moment, length).append("\"");
            return length != 0;
        }
        default:
            return false;
    }
}

/// The rows of a list over several columns, each of as many values; false for anything else.
bool append_json_row(std::string& to, const node& row, std::size_t columns) {
    if (row.what != op::row || row.args.size() != columns) return false;
    char before = '[';
    for (const expr& each : row.args) {
        to += before;
        before = ',';
        if (each.empty() || each->what != op::literal || !append_json(to, each->data)) return false;
    }
    to += ']';
    return true;
}

/// Text as a literal that means the same in every session: what a backslash is, MariaDB's sql_mode says, which a user
/// may have changed.
void append_text(std::string& to, std::string_view text, const dialect& d) {
    if (text.find('\\') == std::string_view::npos) {
        to += literal(text, d);
        return;
    }
    constexpr std::string_view digits = "0123456789ABCDEF";
    to += "_utf8mb4 X'";
    for (const char c : text) {
        to += digits[static_cast<unsigned char>(c) >> 4];
        to += digits[static_cast<unsigned char>(c) & 15];
    }
    to += '\'';
}

/// A value as it stands in a statement's own text, which compares as a parameter does; false for what has no such text.
bool append_literal(std::string& to, const value& v, const dialect& d) {
    switch (v.type()) {
        case kind::boolean:
            to += v.integer() != 0 ? d.true_text : d.false_text;
            return true;
        case kind::int16:
        case kind::int32:
        case kind::int64:
            to += std::to_string(v.integer());
            return true;
        case kind::float32:
        case kind::float64: {
            if (!std::isfinite(v.real())) return false;
            std::array<char, 32> number;  // without an exponent it would be a decimal
            const auto end =
                std::to_chars(number.data(), number.data() + number.size(), v.real(), std::chars_format::scientific);
            to.append(number.data(), end.ptr);
            return true;
        }
        case kind::decimal:
            if (v.bytes().find_first_not_of("-0123456789.") != std::string_view::npos) return false;
            to += v.bytes();
            return true;
        case kind::text:
            if (v.bytes().find('\0') != std::string_view::npos) return false;
            append_text(to, v.bytes(), d);
            return true;
        case kind::uuid: {
            uuid id;
            if (v.bytes().size() != uuid_size) return false;
            v.bytes().copy(reinterpret_cast<char*>(id.bytes), uuid_size);
            to += literal(id.to_string(), d);
            return true;
        }
        case kind::date:
        case kind::time:
        case kind::timestamp: {
            char moment[moment_text_size];
            const std::size_t length = write_moment(v.type(), v.integer(), moment);
            to += v.type() == kind::date ? "DATE '" : v.type() == kind::time ? "TIME '" : "TIMESTAMP '";
            to.append(moment, length).append("'");
            return length != 0;
        }
        default:
            return false;
    }
}

/// Lists are filled up to one of these lengths with their last value, so that those of ever other lengths are few
/// texts.
std::size_t padded(std::size_t length) noexcept {
    if (length <= shortest_array) return length;
    for (const std::size_t each : {32, 64, 128, 256, 512, 1000, 2000, 4000, 8000}) {
        if (length <= each) return each;
    }
    return length;
}

}  // namespace

void writer::write_in_values(const node& n, const std::vector<const expr*>& values) {
    if (write_as_array(n, values) || write_as_arrays(n, values)) return;
    if (values.size() > most_listed_ &&
        (write_as_json(n, values) || write_as_bytes(n, values) || write_as_literals(n, values))) {
        return;
    }
    if (values.size() > dialect_.max_parameters && most_listed_ != most_listed) {
        fail("a list of " + std::to_string(values.size()) + " values is too long: " + std::string{dialect_.name} +
             " takes at most " + std::to_string(dialect_.max_parameters) +
             " parameters in a statement; split the list");
    }
    write(n.args[0], concatenation);
    text_ += n.what == op::in ? " IN (" : " NOT IN (";
    if (n.args[0]->what == op::row && !dialect_.row_lists) text_ += "VALUES ";
    write_one_by_one(values);
    text_ += ')';
}

void writer::write_one_by_one(const std::vector<const expr*>& values) {
    bool first = true;
    bool plain = true;
    for (const expr* e : values) {
        if (!first) text_ += ", ";
        first = false;
        plain = plain && !e->empty() && (*e)->what == op::literal;
        write(*e);
    }
    // The second try is about fewer parameters.
    if (!plain || most_listed_ != most_listed) return;
    for (std::size_t i = values.size(); i < padded(values.size()); ++i) {
        text_ += ", ";
        write(*values.back());
    }
}

/// `= ANY ($1)`: `{1,2}`, `{"a","b"}`. Numbers, text and uuids always, so that all lists are one text.
bool writer::write_as_array(const node& n, const std::vector<const expr*>& values) {
    const op subject = n.args[0]->what;
    if (!dialect_.key_arrays || subject == op::row || subject == op::literal || subject == op::placeholder)
        return false;
    const value* const first = first_of_one_kind(values);
    if (first == nullptr) return false;
    const kind each = first->type();
    if (!is_whole(each) && each != kind::text && each != kind::uuid && values.size() <= most_listed_) return false;
    std::string text{'{'};
    const value* before = nullptr;
    for (const expr* e : values) {
        const value& v = (*e)->data;
        if (before != nullptr && *before == v) continue;  // what lists are padded with
        if (before != nullptr) text += ',';
        before = &v;
        if (!append_element(text, v)) return false;
    }
    write(n.args[0], concatenation);
    text_ += n.what == op::in ? " = ANY (" : " <> ALL (";
    write_parameter(value{text + '}'});
    text_.append(array_cast(each)) += ')';
    return true;
}

/// `(a, b) IN (SELECT * FROM unnest($1, $2))`, where the rows are too many parameters.
bool writer::write_as_arrays(const node& n, const std::vector<const expr*>& rows) {
    if (!dialect_.key_arrays || n.args[0]->what != op::row || most_listed_ == most_listed) return false;
    const std::size_t columns = n.args[0]->args.size();
    std::vector<std::string> arrays(columns, "{");
    std::vector<kind> kinds(columns, kind::null);
    for (const expr* e : rows) {
        if (e->empty() || (*e)->what != op::row || (*e)->args.size() != columns) return false;
        for (std::size_t i = 0; i < columns; ++i) {
            const expr& each = (*e)->args[i];
            if (each.empty() || each->what != op::literal) return false;
            if (e == rows.front()) kinds[i] = each->data.type();
            if (each->data.type() != kinds[i]) return false;
            if (e != rows.front()) arrays[i] += ',';
            if (!append_element(arrays[i], each->data)) return false;
        }
    }
    write(n.args[0], concatenation);
    text_ += n.what == op::in ? " IN (SELECT * FROM unnest(" : " NOT IN (SELECT * FROM unnest(";
    for (std::size_t i = 0; i < columns; ++i) {
        if (i > 0) text_ += ", ";
        write_parameter(value{arrays[i] + '}'});
        // A function has nothing to tell their types from.
        text_ += kinds[i] == kind::text ? "::TEXT[]" : kinds[i] == kind::uuid ? "::UUID[]" : array_cast(kinds[i]);
    }
    text_ += "))";
    return true;
}

/// `IN (SELECT value FROM json_each(?))`: the values compare as parameters do, by the affinity of what they are beside.
bool writer::write_as_json(const node& n, const std::vector<const expr*>& values) {
    if (!dialect_.json_lists) return false;
    const bool rows = n.args[0]->what == op::row;
    const std::size_t columns = rows ? n.args[0]->args.size() : 1;
    std::string text{'['};
    for (const expr* e : values) {
        if (text.size() > 1) text += ',';
        if (e->empty()) return false;
        const node& each = **e;
        if (rows ? !append_json_row(text, each, columns) : each.what != op::literal || !append_json(text, each.data)) {
            return false;
        }
    }
    write(n.args[0], concatenation);
    text_ += n.what == op::in ? " IN (SELECT " : " NOT IN (SELECT ";
    for (std::size_t i = 0; i < columns; ++i) {
        if (i > 0) text_ += ", ";
        text_ += rows ? "json_extract(value, '$[" + std::to_string(i) + "]')" : "value";
    }
    text_ += " FROM json_each(";
    write_parameter(value{text + ']'});
    text_ += "))";
    return true;
}

/// `IN (1, 2, 3)`, where they are too many parameters and no parameter holds them all. A statement's text is shown as
/// it is, so values of a hidden column do not stand in it.
bool writer::write_as_literals(const node& n, const std::vector<const expr*>& values) {
    if (dialect_.key_arrays || dialect_.json_lists || most_listed_ == most_listed) return false;
    const bool rows = n.args[0]->what == op::row;
    const std::size_t columns = rows ? n.args[0]->args.size() : 1;
    std::string text;
    for (const expr* e : values) {
        if (e->empty() || (rows && ((*e)->what != op::row || (*e)->args.size() != columns))) return false;
        text += text.empty() ? "" : ", ";
        for (std::size_t i = 0; i < columns; ++i) {
            const expr& each = rows ? (*e)->args[i] : *e;
            if (rows) text += i == 0 ? "(" : ", ";
            if (each.empty() || each->what != op::literal || !append_literal(text, each->data, dialect_)) return false;
        }
        if (rows) text += ')';
    }
    const std::size_t before = text_.size();
    const std::size_t first = parameters_.size();
    const std::uint32_t counted = placeholders_;
    const bool around = std::exchange(hidden_, false);
    write(n.args[0], concatenation);
    const bool hidden = std::exchange(hidden_, hidden_ || around);
    if (hidden) {
        text_.resize(before);
        parameters_.resize(first);
        placeholders_ = counted;
        return false;
    }
    text_ += n.what == op::in ? " IN (" : " NOT IN (";
    text_.append(text) += ')';
    return true;
}

/// Uuids, which SQLite has as bytes and JSON has not: one after the other, taken out by counting.
bool writer::write_as_bytes(const node& n, const std::vector<const expr*>& values) {
    const value* const first = first_of_one_kind(values);
    if (!dialect_.json_lists || first == nullptr || first->type() != kind::uuid) return false;
    std::string all;
    all.reserve(values.size() * uuid_size);
    for (const expr* e : values) {
        if ((*e)->data.bytes().size() != uuid_size) return false;
        all += (*e)->data.bytes();
    }
    write(n.args[0], concatenation);
    text_ += n.what == op::in ? " IN (" : " NOT IN (";
    text_ += "WITH RECURSIVE kin_at(at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM kin_at WHERE at + 1 < ";
    write_parameter(value{static_cast<std::int64_t>(values.size())});
    text_ += ") SELECT substr(";
    write_parameter(value{std::move(all), kind::blob});
    text_ += ", at * 16 + 1, 16) FROM kin_at)";
    return true;
}

}  // namespace kin::sql
