#include "writing/named_values.hpp"

#include <kin/graph/fields.hpp>
#include <kin/sql/statement.hpp>

namespace kin::detail {

std::uint64_t assign_named(const mapping::model& m, const std::vector<sql::assignment>& are, std::uint64_t allowed,
                           void* object, const site& where) {
    std::uint64_t columns = 0;
    for (const sql::assignment& each : are) {
        const mapping::column& c = m.require_column(each.column, where);
        const std::uint64_t bit = std::uint64_t{1} << (&c - m.columns.data());
        if ((allowed & bit) == 0) {
            throw usage_error{m.name + "." + c.name + " is not set by name: " +
                                  (c.computed ? "the database fills it" : "it is a key, or the unit of work keeps it"),
                              {.where = where}};
        }
        columns |= bit;
        try {
            graph::assign(c.io, object, each.to->data.view());
        } catch (const conversion_error& e) {
            throw conversion_error{m.name + "." + c.name + ": " + e.message(), {.where = where}};
        }
    }
    return columns;
}

}  // namespace kin::detail
