// Lists as JSON text, which is what travels where a database has no arrays.
#include <fmt/format.h>
#include <charconv>

#include <kin/value/list.hpp>

#include "value/json_text.hpp"

namespace kin::detail {

namespace {

void write(std::string& to, std::int64_t n) { to += std::to_string(n); }
void write(std::string& to, double n) {
    if (n != n || n - n != 0) throw conversion_error{"a list's elements must be finite numbers"};
    value_view view;
    view.type = kind::float64;
    view.real = n;
    write_json_value(to, view);
}
void write(std::string& to, const std::string& text) { write_json_text(to, text); }

template <class T>
value made_of(const std::vector<T>& list, kind type) {
    std::string text{'['};
    for (const T& each : list) {
        if (text.size() > 1) text += ',';
        write(text, each);
    }
    return {text + ']', type};
}

template <class Number>
bool take_number(const json_tree& from, Number& to) {
    if (from.is != json_tree::what::number) return false;
    const char* end = from.text.data() + from.text.size();
    const auto [at, problem] = std::from_chars(from.text.data(), end, to);
    return problem == std::errc{} && at == end;
}
bool take(const json_tree& from, std::int64_t& to) { return take_number(from, to); }
bool take(const json_tree& from, double& to) { return take_number(from, to); }
bool take(const json_tree& from, std::string& to) {
    to = from.text;
    return from.is == json_tree::what::text;
}

template <class T>
void read(const value_view& cell, std::vector<T>& to) {
    if (cell.bytes.empty() || cell.type == kind::blob) throw conversion_error{describe(cell) + " is no list"};
    const json_tree tree = read_json(cell.bytes, site::current());
    if (tree.is != json_tree::what::list) throw conversion_error{describe(cell) + " is no list"};
    for (const json_tree& each : tree.items) {
        if (!take(each, to.emplace_back())) {
            throw conversion_error{fmt::format("element {} of the list does not fit: {}", to.size(), each.source)};
        }
    }
}

}  // namespace

value list_value(const std::vector<std::int64_t>& list) { return made_of(list, kind::integers); }
value list_value(const std::vector<double>& list) { return made_of(list, kind::reals); }
value list_value(const std::vector<std::string>& list) { return made_of(list, kind::texts); }
void read_list(const value_view& cell, std::vector<std::int64_t>& to) { read(cell, to); }
void read_list(const value_view& cell, std::vector<double>& to) { read(cell, to); }
void read_list(const value_view& cell, std::vector<std::string>& to) { read(cell, to); }
void throw_element_out_of_range(std::int64_t n) {
    throw conversion_error{fmt::format("the list's element {} is out of range", n)};
}

}  // namespace kin::detail
