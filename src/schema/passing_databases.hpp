// Databases of MariaDB's that are there for a moment.
#pragma once

#include <string>
#include <vector>

#include <kin/engine/connection.hpp>

namespace kin::schema {

/// Makes databases, looks names up in the first one, and drops them again. Whoever else makes such ones meanwhile
/// waits; those that were left behind, by a process that was killed, are dropped first.
class passing_databases {
  public:
    passing_databases(engine::connection&, std::vector<std::string> names);
    ~passing_databases();
    passing_databases(const passing_databases&) = delete;
    passing_databases& operator=(const passing_databases&) = delete;

    /// False: the user may not make any, or names are looked up nowhere.
    [[nodiscard]] explicit operator bool() const noexcept { return made_; }

  private:
    void drop() noexcept;

    engine::connection& on_;
    std::vector<std::string> names_;
    std::string current_{};
    bool locked_ = false;
    bool made_ = false;
};

}  // namespace kin::schema
