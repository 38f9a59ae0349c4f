// Names: what the compiler spells, and what SQL calls it.
#pragma once

#include <string>
#include <string_view>

namespace kin::mapping {

/// `BlogPost` -> `blog_post`, `HTTPHeader` -> `http_header`.
std::string snake_case(std::string_view name);
/// `customer_id` -> `CustomerId`; with a small first letter: `customerId`. What has capitals keeps them.
std::string pascal_case(std::string_view name, bool small_first = false);
/// `customer_id` -> `CUSTOMER_ID`.
std::string upper_case(std::string_view name);

/// The type in `… [with T = ns::{anonymous}::User]` (g++) or `… [T = ns::User]` (clang), without its namespaces.
std::string type_name(std::string_view spelled);

}  // namespace kin::mapping
