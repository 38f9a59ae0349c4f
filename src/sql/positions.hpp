// How far a database's log has come, as its engine writes it.
#pragma once

#include <string_view>

#include <kin/sql/dialect.hpp>

namespace kin::sql {

/// PostgreSQL: two hexadecimal numbers, `16/B374D848`.
[[nodiscard]] standing compare_log_positions(std::string_view have, std::string_view wanted);
/// MariaDB: `domain-server-number` of every domain, `0-1-270,5-2-13`; of a domain that is wanted, the number counts.
[[nodiscard]] standing compare_transaction_ids(std::string_view have, std::string_view wanted);

}  // namespace kin::sql
