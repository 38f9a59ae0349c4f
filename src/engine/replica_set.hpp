// The replicas of a database: which of them answers a read, and which is left out for the time being.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/engine/pool.hpp>
#include <kin/engine/replicas.hpp>

namespace kin::engine {

/// Has no thread of its own: whoever asks for a replica looks at it first, where the last look is older than a bound.
/// How far behind one is, is told by the moments of the primary that it has reached, on the clock of this program.
/// Thread-safe, in flows too: nothing is locked while a server is waited for.
class replica_set {
  public:
    /// Opens nothing yet; usage_error where the list cannot be right.
    replica_set(pool& primary, const replicas&, const pool_options&, const site&);
    ~replica_set();
    replica_set(const replica_set&) = delete;
    replica_set& operator=(const replica_set&) = delete;

    /// A connection to a replica that is near enough and has reached `after` (empty: any has), or to the primary.
    [[nodiscard]] lease acquire(std::string_view after, const site&);

    using clock = std::chrono::steady_clock;
    /// The primary stood at this position, or behind it, at this time.
    void reached(std::string position, clock::time_point);
    void on_statement(const statement_listener&);
    void watch_repetitions(const repetition_listener&, std::size_t threshold);

  private:
    struct replica;
    struct moment {
        clock::time_point when;
        std::string position;
    };

    /// Whether what is known of it is new enough to go by.
    [[nodiscard]] bool look_if_due(replica&, const site&);
    /// False where it has come to no verdict.
    bool look(replica&, const site&);
    /// False where somebody else is about to hear how far the primary is.
    [[nodiscard]] bool look_at_primary(const site&);
    [[nodiscard]] std::string refusal(const replica&, const std::string& position, clock::time_point);
    [[nodiscard]] bool may_answer(replica&);
    /// True: a verdict.
    bool leave_out(replica&, std::string why);
    [[nodiscard]] lease try_acquire(replica&, const site&);
    [[nodiscard]] bool has_reached(replica&, connection&, std::string_view after, const site&);
    [[nodiscard]] lease wait_for(const std::vector<replica*>&, std::string_view after, const site&);
    [[nodiscard]] lease last_resort(std::string_view after, const site&);
    [[nodiscard]] std::string reasons();

    pool& primary_;
    pool lookout_;  ///< to the primary, for looks alone: these wait for no session
    replicas how_;
    std::vector<std::unique_ptr<replica>> all_{};
    std::atomic<std::size_t> turn_ = 0;
    std::atomic<bool> looking_at_primary_ = false;
    std::mutex mutex_{};
    // Guarded by it, as what is known of each replica.
    std::deque<moment> moments_{};  ///< of the primary, the oldest first
    std::optional<clock::time_point> primary_looked_{};
    std::string primary_identity_{};
};

/// usage_error where the text is no position of this database's engine.
void require_position(const url&, std::string_view text, const site&);
/// How far the primary has come, of which its replicas, if there are any, are told; empty where its engine has none.
[[nodiscard]] std::string position_of(pool& primary, replica_set*, const site&);

}  // namespace kin::engine
