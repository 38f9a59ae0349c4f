// Rows by the values of some columns: what loads, deletes and get_or_create say to the database.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>
#include <kin/sql/statement.hpp>

namespace kin::detail {

/// Keys that one statement names at the most, and objects that one implicit load serves.
inline constexpr std::size_t batch_limit = 1000;

/// Keys, and the conditions that name them.
class key_set {
  public:
    key_set(const mapping::model& m, const std::vector<std::uint16_t>& columns, std::string_view alias = {});

    /// Adds the values that an object has in other columns; false (and nothing added) where one is NULL.
    bool add(const mapping::model& m, const std::vector<std::uint16_t>& from, const void* object);
    void add(std::vector<value> key);
    /// Puts them in order, each once: only then `ranges` finds any.
    void sort();
    [[nodiscard]] bool empty() const noexcept { return numbers_.empty() && others_.empty(); }

    /// Conditions that together name all keys and no other, one statement each.
    [[nodiscard]] std::vector<sql::expr> exact() const { return conditions(false); }
    /// The same for a reader who skips what he did not ask for: a range where the keys lie dense, else lists padded to
    /// a few lengths, so that few statements are cached.
    [[nodiscard]] std::vector<sql::expr> ranges() const { return conditions(true); }

  private:
    [[nodiscard]] std::vector<sql::expr> conditions(bool loose) const;
    [[nodiscard]] sql::expr numbered(std::size_t from, std::size_t count, bool padded) const;
    [[nodiscard]] sql::expr listed(std::size_t from, std::size_t count) const;
    [[nodiscard]] sql::expr column(std::size_t i) const;

    const mapping::model& model_;
    const std::vector<std::uint16_t>& columns_;
    std::string_view alias_;
    bool integers_;
    std::vector<std::int64_t> numbers_{};  ///< keys of one whole number
    std::vector<std::vector<value>> others_{};
};

/// The rows of these objects: conditions on their primary keys, a statement each.
[[nodiscard]] std::vector<sql::expr> key_conditions(const mapping::model&, const std::vector<graph::node*>&);

}  // namespace kin::detail
