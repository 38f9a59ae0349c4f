// The names of indexes and constraints, each of them one alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <kin/mapping/model.hpp>
#include <kin/sql/dialect.hpp>

namespace kin::engine {
class connection;
}

namespace kin::schema {

/// Whose the names of a database are: of an index its table, of anything else nobody.
class taken_names {
  public:
    /// Nothing is known.
    taken_names() = default;
    /// Asks the database.
    explicit taken_names(engine::connection&);
    /// Whether something else has the name than an index of the model's table.
    [[nodiscard]] bool by_others(const std::string& name, const mapping::model&) const;
    /// Whether anything has the name.
    [[nodiscard]] bool contains(const std::string& schema, const std::string& name) const;

  private:
    std::unordered_map<std::string, std::string> table_of_{};  ///< by schema and name
    bool schemas_ = true;
};

/// Those that nobody has named are `ix_table_column_column`. A name that is too long for the database, or that is
/// somebody else's, in these models or in the database, ends in a digest of what it stands for. What users have named
/// goes first. Where the names of indexes are their table's own, nobody else's are in the way.
class index_names {
  public:
    index_names(const sql::dialect&, const std::vector<const mapping::model*>&, const taken_names&);

    std::string made(std::string_view prefix, const mapping::model&, const std::vector<std::uint16_t>& columns);
    std::string of(std::string_view prefix, const mapping::model&, const mapping::index&);

  private:
    [[nodiscard]] std::string made(std::string_view prefix, const mapping::model&,
                                   const std::vector<std::string>& parts, std::string_view beside);
    [[nodiscard]] std::string key(const mapping::model&, const std::string& name) const;
    /// Whether the database has the name for something else, where that matters.
    [[nodiscard]] bool elsewhere(const std::string& name, const mapping::model&) const;
    [[nodiscard]] bool too_long(const std::string& name) const noexcept;
    [[nodiscard]] std::string told_apart(std::string name, const std::string& exact) const;

    const sql::dialect& dialect_;
    const taken_names& taken_;
    std::unordered_map<std::string, const void*> said_{};  ///< what tables and indexes are called, by schema and name
    std::unordered_set<std::string> made_{};
};

}  // namespace kin::schema
