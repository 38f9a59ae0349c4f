// What other sessions announce: PostgreSQL's LISTEN and NOTIFY.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kin/engine/pool.hpp>

namespace kin::engine {

struct notification {
    std::string channel{};
    std::string payload{};
};

/// Listens on a connection of its own, which it keeps. Announce with
/// `s.execute("SELECT pg_notify(?, ?)", "channel", "payload")`: it is heard when the transaction commits.
class notifications {
  public:
    /// LISTEN for each channel; usage_error where the database has none.
    notifications(lease connection, const std::vector<std::string>& channels, const site& where = site::current());
    ~notifications();
    notifications(const notifications&) = delete;
    notifications& operator=(const notifications&) = delete;

    /// The next one, or nothing when the time is up (below 0: waits for ever). connection_lost where the server is
    /// gone.
    [[nodiscard]] std::optional<notification> next(int milliseconds = -1, const site& where = site::current());

  private:
    lease connection_;
};

}  // namespace kin::engine
