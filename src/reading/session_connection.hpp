// The connection that a session holds while its transaction runs, and what stands open in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/engine/pool.hpp>
#include <kin/graph/host.hpp>
#include <kin/value/counted.hpp>

#include "memory/hook_table.hpp"
#include "memory/session_phase.hpp"

namespace kin::engine {
class replica_set;
}

namespace kin::detail {

/// Where a flush, or another write of several statements, comes back to when one of them fails.
inline constexpr const char* flush_savepoint = "kin_flush";

/// A read that stays open in the transaction while others go on: a stream.
class open_read {
  public:
    /// Something is about to be written: rows that were not read yet are set apart.
    virtual void set_apart() = 0;
    /// The transaction ends, and what is read in it.
    virtual void end() noexcept = 0;

  protected:
    ~open_read() = default;

  private:
    friend class session_connection;
    open_read* next_ = nullptr;
};

/// Opened at the first statement, given back by commit, rollback or the session's end. Says what stands open in the
/// transaction: savepoints, streams, and what an error has left to be undone.
class session_connection {
  public:
    session_connection(engine::pool&, counted<database_life>, const session_phase&);
    /// Of a stream's objects: reads through the connection of the session around it.
    session_connection(session_connection& outer, const session_phase&);
    ~session_connection();
    session_connection(const session_connection&) = delete;
    session_connection& operator=(const session_connection&) = delete;

    /// In a transaction, which it begins where there is none: BEGIN. connection_error where the database is not there.
    [[nodiscard]] engine::connection& open(const site&);
    /// Sent so far.
    [[nodiscard]] std::uint64_t statements() const noexcept;
    /// Of the database: whether it is there still, and its hooks.
    [[nodiscard]] const counted<database_life>& life() const noexcept { return life_; }

    // -- the transaction
    /// Whether a transaction is open.
    [[nodiscard]] bool in_transaction() const noexcept;
    /// COMMIT, where a transaction is open. Where it fails, the transaction is left to the caller.
    void commit(const site&);
    /// Gives the connection back; what was not committed is rolled back.
    void end() noexcept;
    /// The place of the statements from here on, where a transaction is open.
    void at(const site&) noexcept;
    /// ROLLBACK TO and RELEASE of a savepoint.
    void rollback_to(const std::string& name);

    /// The n-th savepoint that is open is "kin_n"; `before` is where the undo log stood.
    struct open_savepoint {
        std::size_t number;
        graph::history_mark before;
    };
    /// Of the savepoint of this number.
    [[nodiscard]] static std::string savepoint_name(std::size_t n) { return "kin_" + std::to_string(n + 1); }
    std::vector<open_savepoint> savepoints{};
    std::size_t last_savepoint = 0;  ///< numbers are never given twice: one of an earlier transaction is known

    bool writes = false;             ///< its transactions are there to write: see connection::begin
    bool owes_undo = false;          ///< the database has yet to go back to the flush's savepoint
    std::size_t owed_savepoint = 0;  ///< the number of one that is to be undone

    // -- one that only reads
    /// From now on: from replicas that have reached `after`, where there are any.
    void only_read(engine::replica_set*, std::string_view after);

    // -- a connection that somebody lends
    /// Works on this connection, which stays with the session until it is taken back. `whole`: in the transaction that
    /// is open on it and that its owner ends; `commit` is a usage_error, and who rolls back has ended it for good.
    void borrow(engine::lease, bool whole) noexcept;
    /// Rolls back what is open, unless it is the owner's to end.
    [[nodiscard]] engine::lease give_back() noexcept;
    /// The transaction is the session's own from here on.
    void hand_over() noexcept { whole_ = false; }

    // -- reads that are open
    /// A stream opens.
    void begin_read(open_read&) noexcept;
    /// A stream closes.
    void end_read(open_read&) noexcept;
    /// The transaction ends: all streams in it do.
    void end_reads() noexcept;
    /// Called before anything is written: what is read in parts is as it was before. read_only_database where the
    /// session only reads.
    void before_writing(const site& where) {
        if (reading_ != nullptr) [[unlikely]]
            refuse_to_write(where);
        before_any_sql();
    }
    /// Called before anything is locked, which on a replica would keep nobody out: read_only_database as above.
    void before_locking(const site& where) const {
        if (reading_ != nullptr) [[unlikely]]
            refuse_to_write(where);
    }
    /// As before_writing, for SQL that may write, or may not: a session that only reads leaves it to the database.
    void before_any_sql() {
        if (reads_ != nullptr) set_reads_apart();
    }
    /// Of a stream's objects: the transaction around it is over.
    void leave_outer() noexcept { outer_ = nullptr; }

  private:
    /// What a session that only reads asks for.
    struct reading {
        engine::replica_set* from;
        std::string after;
    };

    void set_reads_apart();
    [[noreturn]] static void refuse_to_write(const site&);
    void begin();

    engine::pool& pool_;
    counted<database_life> life_;
    const session_phase& phase_;
    engine::lease lease_{};
    std::uint64_t statements_before_ = 0;
    bool of_stream_ = false;
    bool borrowed_ = false;
    bool whole_ = false;                   ///< its transaction is its owner's
    session_connection* outer_ = nullptr;  ///< of a stream: null when its transaction is over
    open_read* reads_ = nullptr;
    std::unique_ptr<reading> reading_{};
};

}  // namespace kin::detail
