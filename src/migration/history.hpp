// The table kin_migrations: what ran, as a database remembers it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kin/mapping/registration.hpp>
#include <kin/migration/migrations.hpp>
#include <kin/value/chrono.hpp>

namespace kin::engine {
class connection;
}

namespace kin::detail {

struct applied_migration {
    std::int64_t number{};
    std::string name{};
    std::string checksum{};
    std::string state{};                     ///< done, running, failed
    std::string direction{};                 ///< up, down
    std::int64_t statements{};               ///< known to be done, of a step outside of a transaction
    std::optional<std::string> statement{};  ///< that failed
    std::optional<std::string> error{};
    migration_status::moment started_at{};
    std::int64_t milliseconds{};
    std::string who{};

    static constexpr auto table = kin::table("kin_migrations").primary_key("number");

    [[nodiscard]] bool is_done() const { return state == "done"; }
    [[nodiscard]] bool goes_down() const { return direction == "down"; }
};

/// Statements over the table, on the connection that migrates.
class migration_history {
  public:
    /// PostgreSQL: SELECT current_schema(). The table is meant that stands there, wherever the search path leads later.
    explicit migration_history(engine::connection&);

    /// By their numbers; none where there is no table.
    [[nodiscard]] std::vector<applied_migration> read();
    [[nodiscard]] bool exists();
    /// CREATE TABLE where it is missing; migration_error where that is not allowed.
    void create(const site&);
    /// The statements for it, for a script.
    [[nodiscard]] std::vector<std::string> create_statements() const;

    /// INSERT; unique_violation where somebody has run the step in the meantime.
    void insert(const applied_migration&);
    /// UPDATE of all but the number; false where there is no such row.
    bool update(const applied_migration&);
    /// How far a step outside of a transaction has come.
    void note_statements(std::int64_t number, std::int64_t done);
    /// DELETE; false where there is no such row.
    bool remove(std::int64_t number);
    /// As statements call the table: `"public".kin_migrations`.
    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    std::int64_t execute(std::string_view sql, const std::vector<value>&);

    engine::connection& connection_;
    std::string schema_{};  ///< PostgreSQL's current one, where there is one
    std::string name_;
};

/// `ada@host (process 123)`: who runs this program.
[[nodiscard]] std::string this_process();
[[nodiscard]] migration_status::moment now();

}  // namespace kin::detail
