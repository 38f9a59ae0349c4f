// Names as a person would give them: structs from tables, members from columns, relations from keys.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace kin::reverse {

/// `CustomerID`, `customer id`, `customer-id` -> `customer_id`; always a C++ name, and no keyword.
[[nodiscard]] std::string member_name(std::string_view column);
/// Whether it can be a member or an enumerator as it is.
[[nodiscard]] bool is_cpp_name(std::string_view name);
/// `order details` -> `OrderDetail`.
[[nodiscard]] std::string struct_name(std::string_view table);
/// The same without taking it for a plural: enums.
[[nodiscard]] std::string type_name(std::string_view name);

/// `categories` -> `category`; of a name of several words the last one.
[[nodiscard]] std::string singular(std::string_view name);
[[nodiscard]] std::string plural(std::string_view name);

/// `author_id` -> `author`; the name itself where nothing says that it is a key.
[[nodiscard]] std::string without_key_suffix(std::string_view member);

/// The name, or with what makes it a free one and no keyword; takes it.
[[nodiscard]] std::string take_free(std::set<std::string>& taken, std::string name, std::string_view behind = {});

/// A C++ string literal.
[[nodiscard]] std::string literal(std::string_view text);

}  // namespace kin::reverse
