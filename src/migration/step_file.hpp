// Steps out of files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <kin/migration/step.hpp>
#include <kin/value/error.hpp>

namespace kin::detail {

/// `0007_add_slugs.sql` with its text. migration_error for a name without a number and for what is no step.
[[nodiscard]] migration_step read_step(std::string_view file_name, std::string_view text, const site&);
/// Those of a folder, by their numbers; other files than `.sql`, folders and hidden files are nobody's business.
[[nodiscard]] std::vector<migration_step> read_steps(const std::string& folder, const site&);
/// A step in C++.
[[nodiscard]] migration_step step_of(migration, const site&);

}  // namespace kin::detail
