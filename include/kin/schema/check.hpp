// Whether a database can serve the models: what a program asks before it serves anybody.
#pragma once

#include <string>
#include <vector>

#include <kin/schema/catalogue.hpp>
#include <kin/value/error.hpp>

namespace kin::engine {
class connection;
}

namespace kin::schema {

/// Something that makes queries fail.
struct mismatch {
    std::string model{};
    std::string table{};
    std::string column{};  ///< empty: it is about the table
    std::string reason{};  ///< a sentence without a full stop

    bool operator==(const mismatch&) const = default;
};

/// What of the models the database cannot serve: tables and columns that are not there, columns whose type holds no
/// values of the member's, columns that must be given and no member gives, columns that may be NULL where the member
/// cannot. Whether constraints and indexes are as described is `compare`'s business. Nine catalogue statements at most.
[[nodiscard]] std::vector<mismatch> mismatches(engine::connection&, model_list, const site& = site::current());

/// schema_mismatch that lists all of them, if there are any.
void(check)(engine::connection&, model_list, const site& = site::current());

}  // namespace kin::schema
