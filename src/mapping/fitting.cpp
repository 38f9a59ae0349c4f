#include "mapping/fitting.hpp"

#include <utility>

#include <kin/value/parsing.hpp>

namespace kin::mapping {
namespace {

constexpr bool whole(kind type) noexcept { return type >= kind::int16 && type <= kind::int64; }
constexpr bool number(kind type) noexcept {
    return (type >= kind::int16 && type <= kind::float64) || type == kind::decimal;
}
constexpr bool day_or_moment(kind type) noexcept { return type == kind::date || type == kind::timestamp; }

}  // namespace

value fitting(const model& m, const column& c, value v, const site& where) {
    const kind is = v.type();
    const kind wanted = c.io.type;
    if (is == kind::null || is == wanted || is_list(wanted) || (number(is) && number(wanted))) return v;
    if (day_or_moment(is) && day_or_moment(wanted)) return v;
    // JSON is text, and a uuid may be stored as one.
    if (wanted == kind::json || (wanted == kind::text && (is == kind::json || is == kind::uuid))) return v;
    if (wanted == kind::boolean && whole(is) && (v.integer() == 0 || v.integer() == 1)) return v.integer() == 1;
    if (is == kind::boolean && whole(wanted)) return value{v.integer(), wanted};
    const std::string column = m.name + "." + c.name;
    if (is != kind::text || wanted == kind::blob) {
        throw conversion_error{
            column + " is " + std::string{name_of(wanted)} + ", and " + std::string{name_of(is)} + " is no value of it",
            {.where = where}};
    }
    try {
        return parse_value(v.bytes(), wanted, where);
    } catch (const conversion_error& e) {
        throw conversion_error{column + ": " + e.message(), {.where = where}};
    }
}

}  // namespace kin::mapping
