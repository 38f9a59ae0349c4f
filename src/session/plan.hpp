// A query as data: what its builder collects and the session runs.
#pragma once

#include <string_view>
#include <vector>

#include <kin/mapping/model.hpp>
#include <kin/session/core.hpp>
#include <kin/sql/statement.hpp>

namespace kin::detail {

/// A relation to load with its owners, and what to load below it.
struct eager {
    const mapping::relation* what = nullptr;
    std::vector<eager> nested{};
};

/// Adds a path to a tree of relations to load.
void add_path(std::vector<eager>&, const std::vector<const mapping::relation*>& path);
/// The same from text, `posts.comments`, checked against the mapping.
void add_path(std::vector<eager>&, const mapping::model&, std::string_view dotted, const site&);

struct query_plan {
    const mapping::model* what = nullptr;
    sql::select select{};  ///< columns are filled in by whoever runs it
    std::vector<eager> with{};
    bool refresh = false;  ///< objects already known take the row's values (populate existing)
    [[nodiscard]] bool unrestricted() const noexcept;
};

void start(query_plan&, const mapping::model&);

}  // namespace kin::detail
