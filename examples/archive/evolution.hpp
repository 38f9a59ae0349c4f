// How the archive's database changes over time: from the tables of models.hpp, in five steps.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include <kin/migration/migrations.hpp>

namespace archive {

struct evolution_options {
    std::size_t batch = 1000;  ///< packages that step 4 takes in one transaction
    /// Called behind each COMMIT of step 4, with the packages that are done and all that this run has to do.
    std::function<void(std::size_t done, std::size_t total)> on_batch{};
};

/// The steps of `folder`, which is `migrations` beside this file, with step 4 in C++ among them:
/// 1 the tables as models.hpp has them, 2 a column, 3 a rename, 4 versions in a table of their own, 5 an index,
/// 6 the column that step 4 has made superfluous is dropped. Throws kin::migration_error where they cannot be read.
[[nodiscard]] kin::migrations evolution(const std::string& folder, const evolution_options& = {},
                                        const kin::site& = kin::site::current());

}  // namespace archive
