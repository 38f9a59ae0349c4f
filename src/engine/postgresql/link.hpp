// The line to one server: what is sent travels at once, and the answers are read in order when somebody needs one.
#pragma once

#include <libpq-fe.h>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kin/engine/wait.hpp>

#include "error.hpp"

namespace kin::engine::postgresql {

/// Who sent something, and takes the answers.
class receiver {
  public:
    /// One answer; an error, if there is one, is among them.
    virtual void receive(result) noexcept = 0;

  protected:
    ~receiver() = default;
};

/// The parameters of one execution, as libpq wants them.
struct packet {
    std::vector<Oid> types{};
    std::vector<const char*> values{};
    std::vector<int> lengths{};
    std::vector<int> formats{};

    [[nodiscard]] int count() const noexcept { return static_cast<int>(values.size()); }
};

/// A connection in pipeline mode. What one receiver sends between `open` and `close` is one batch: an error in it skips
/// the rest of it and nothing else. None of the calls waits but those that say so; where the connection is lost they
/// do nothing, and who awaits an answer finds `lost`.
class link {
  public:
    /// Takes over a connection that is established.
    explicit link(PGconn*);
    ~link();
    link(const link&) = delete;
    link& operator=(const link&) = delete;

    void open(receiver&);
    void prepare(const std::string& name, const std::string& sql, const std::vector<Oid>& types);
    /// Asks for the types of a prepared statement's parameters.
    void describe(const std::string& name);
    void run(const std::string& name, const packet&);
    void close();
    /// Puts transaction control before what is sent next, in the same batch: where it fails, the rest is skipped, and
    /// whoever sent the rest takes its error. False where it might fail for a reason that is there already.
    [[nodiscard]] bool put_ahead(std::string_view sql);
    /// Forgets what was put ahead where that begins with the transaction's BEGIN.
    [[nodiscard]] bool forget_begin() noexcept;
    /// What was put ahead and refused, once.
    [[nodiscard]] std::string take_refused() noexcept { return std::exchange(refused_, {}); }
    /// Gives the connection up where transaction control was refused and nobody was told.
    void abandon() noexcept;
    /// Sends what is ready to be sent and takes the answers that have come; waits only where the server has to read
    /// first. For batches whose answers are better not kept.
    void keep_moving();

    /// Waits until all batches of the receiver are answered.
    void await(const receiver&) noexcept;
    /// Waits for everything.
    void drain() noexcept;
    /// The receiver is no longer interested: its answers will be dropped.
    void forget(const receiver&) noexcept;

    /// Ends a cursor of the transaction; one that failed has ended it by itself.
    void close_cursor(const std::string& name) noexcept;
    /// The server shall forget a prepared statement; it is told with what is sent next.
    void deallocate(std::string name);
    /// What is prepared is of this time; what is of an earlier one has to be prepared anew.
    [[nodiscard]] std::uint32_t era() const noexcept { return era_; }
    /// A new time begins: tables have changed, or the server has lost what was prepared.
    void outdate(bool lost) noexcept;
    /// Whether the server has lost what was prepared then, so that nothing need be deallocated.
    [[nodiscard]] bool gone(std::uint32_t era) const noexcept { return era < gone_before_; }
    /// Where the transaction has done nothing but what failed, the receiver's last batch: ends it, and begins it again
    /// with what is sent next. Else false.
    [[nodiscard]] bool begin_again(const receiver&);

    /// Waits for all answers, then runs a script by the simple protocol and gives its error, or null.
    [[nodiscard]] result script(const std::string& sql);

    [[nodiscard]] bool lost() const noexcept { return lost_; }
    [[nodiscard]] const std::string& lost_message() const noexcept { return message_; }
    /// Waits for an announcement; false where the time was up or the connection is lost.
    [[nodiscard]] bool wait_for_notification(std::string& channel, std::string& payload, int milliseconds);

    /// Whether the server has a transaction open, failed or not. Waits for all answers.
    [[nodiscard]] bool in_transaction() noexcept;
    /// Whether the server is still there, as far as can be told without asking it.
    [[nodiscard]] bool alive() noexcept;
    [[nodiscard]] PGconn* handle() const noexcept { return connection_; }

  private:
    struct batch {
        receiver* to;
        std::string deallocated{};         ///< the statement that this batch is for
        std::vector<std::string> ahead{};  ///< transaction control that goes first, from behind
    };

    void send_deallocations();
    void send_ahead();
    bool receive(bool wait) noexcept;
    void take(result) noexcept;
    void note(const PGresult*) noexcept;
    void send_alone(const std::string& sql);
    bool flush(bool wait) noexcept;
    [[nodiscard]] bool busy() noexcept;
    bool read(bool wait) noexcept;
    void sent(int done) noexcept;
    void lose() noexcept;

    PGconn* connection_;
    kept_socket socket_;
    std::deque<batch> pending_;
    std::vector<std::string> dead_;     ///< statements to deallocate
    std::vector<std::string> ahead_;    ///< transaction control that waits for company
    std::vector<std::string> opening_;  ///< what went ahead of the batch that opened the transaction
    const receiver* opener_ = nullptr;  ///< whose batch that was, as long as it is the last
    std::uint32_t era_ = 0;
    std::uint32_t gone_before_ = 0;
    std::string refused_;
    std::string message_;
    bool lost_ = false;
    bool altered_ = false;    ///< tables were changed in a transaction that may be rolled back
    bool beginning_ = false;  ///< BEGIN is on its way and not answered
};

}  // namespace kin::engine::postgresql
