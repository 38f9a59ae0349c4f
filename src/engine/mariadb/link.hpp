// The line to a server: Connector/C's calls, none of which blocks, behind the one wait function.
#pragma once

#include <mysql.h>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <kin/engine/wait.hpp>
#include <kin/value/error.hpp>

#include "settings.hpp"

namespace kin::engine::mariadb {

class link {
  public:
    /// Connects, and checks that the server is one that Kin can speak with. `doing` is for messages.
    link(const settings&, const std::string& doing, const site& where);
    ~link();
    link(const link&) = delete;
    link& operator=(const link&) = delete;

    [[nodiscard]] MYSQL* handle() noexcept { return handle_; }

    /// Runs one of Connector/C's calls to its end: `start` begins it, `go_on` is told what came. Both give what is
    /// waited for next, and 0 at the end.
    template <class Start, class GoOn>
    void settle(Start start, GoOn go_on) {
        for (int status = start(); status != 0;) status = go_on(wait(status));
    }

    /// Runs statements as text; false where one failed, and none after it was run.
    bool query(std::string_view sql);

    /// What failed last: the server's number, or Connector/C's. Tells the link of it, too.
    void failed(unsigned number) noexcept;

    [[nodiscard]] bool lost() const noexcept { return lost_; }
    [[nodiscard]] bool alive() noexcept;
    [[nodiscard]] bool in_transaction() noexcept;
    /// The same without asking the server, as it was after the last statement that did not fail.
    [[nodiscard]] bool had_transaction() const noexcept;
    /// Bytes that one message may have.
    [[nodiscard]] std::size_t most_bytes() const noexcept { return most_bytes_; }

  private:
    void lose() noexcept;
    int wait(int status);
    void connect(const settings&, const std::string& doing, const site& where);
    void configure(const settings&, const std::string& doing, const site& where);
    bool next_result(int& left);
    [[nodiscard]] std::string one(const char* select);

    MYSQL* handle_;
    std::optional<kept_socket> socket_{};  ///< once it is connected
    std::size_t most_bytes_ = 0;
    bool lost_ = false;
    bool in_doubt_ = false;  ///< whether the failed statement has ended its transaction
};

}  // namespace kin::engine::mariadb
