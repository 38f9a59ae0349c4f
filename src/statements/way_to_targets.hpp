// The tables between an owner and the targets of a through relation, as joins and conditions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <kin/mapping/model.hpp>
#include <kin/sql/statement.hpp>

namespace kin::mapping {

/// Where a select holds the primary keys of owners.
struct owner_columns {
    const model* of = nullptr;
    std::vector<std::uint16_t> columns{};
    std::string alias{};
};

/// Joins what stands between to a select that reads the targets, which then come once for each way to them.
[[nodiscard]] owner_columns join_owners(sql::select& targets, const relation& through);

/// `target.column IN (SELECT … FROM the tables between)`, each target once: a condition on the targets.
class way_to_targets {
  public:
    explicit way_to_targets(const relation& through);
    /// What a condition on the owners has to speak of.
    [[nodiscard]] const owner_columns& owners() const noexcept { return owners_; }
    [[nodiscard]] sql::expr from(const sql::expr& owners_are) const;

  private:
    const relation& relation_;
    std::vector<sql::expr> subject_{};
    sql::select between_{};
    owner_columns owners_{};
};

/// The columns themselves.
[[nodiscard]] std::vector<sql::expr> expressions(const owner_columns&);

}  // namespace kin::mapping
