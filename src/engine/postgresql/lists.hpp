// Lists on their way: JSON on our side, arrays on PostgreSQL's.
#pragma once

#include <string>
#include <string_view>

#include <kin/value/kind.hpp>

namespace kin::engine::postgresql {

/// An element of an array's text.
void append_quoted(std::string& array, std::string_view element);
/// `[1,"a"]` as the text of an array, `{"1","a"}`, which the server reads as one of the type that is wanted.
[[nodiscard]] std::string array_literal(std::string_view json);
/// The binary form of an array as JSON, with the kind of list that it is; false where it is none: several dimensions.
[[nodiscard]] bool array_json(std::string_view binary, std::string& to, kind& type);

}  // namespace kin::engine::postgresql
