// How the tables of a relation meet, as conditions.
#pragma once

#include <string_view>

#include <kin/mapping/model.hpp>
#include <kin/sql/statement.hpp>

namespace kin::mapping {

/// The rows of the key's owner beside those that they refer to.
[[nodiscard]] sql::expr key_condition(const foreign_key&, std::string_view owner_alias = {},
                                      std::string_view target_alias = {});
/// Which rows of its owner a polymorphic key speaks of; empty for all others.
[[nodiscard]] sql::expr tag_condition(const foreign_key&, std::string_view owner_alias = {});
/// The constants of a relation's custom join condition; empty for most.
[[nodiscard]] sql::expr fixed_condition(const relation&, std::string_view target_alias = {});
/// The order of the declaration, after what is there.
void add_order(std::vector<sql::ordering>&, const relation&, std::string_view target_alias = {});

/// One of many: that of the rows that refer to one owner a target is the chosen one; empty for other relations.
[[nodiscard]] sql::expr chosen_condition(const relation&, std::string_view target_alias = {});
/// That a target can be the chosen one; a part of the above.
[[nodiscard]] sql::expr candidate_condition(const relation&, std::string_view target_alias = {});
/// The order in which the chosen one is the first.
[[nodiscard]] std::vector<sql::ordering> chosen_order(const relation&, std::string_view target_alias = {});

/// The rows of the key's owner that refer to the rows of its target that `parents` selects.
[[nodiscard]] sql::expr children_of(const foreign_key&, const sql::expr& parents);

}  // namespace kin::mapping
