// Reading from replicas: sessions that must not see less than what was committed before.
#pragma once

#include <string>
#include <string_view>

#include <kin/engine/replicas.hpp>
#include <kin/session/database.hpp>

namespace kin {

/// A moment of a database: a session that is opened with it sees all that was committed up to then. It is a short text,
/// which may travel in a cookie.
class read_your_writes {
  public:
    /// No moment at all: whatever a replica shows will do.
    read_your_writes() = default;
    /// Now, which is after every commit that has returned. One SELECT on the primary; nothing where there can be no
    /// replicas (SQLite).
    explicit read_your_writes(database&, const site& where = site::current());
    /// As `text` has said it. A session that is opened with it refuses what is no moment of its engine: usage_error.
    explicit read_your_writes(std::string_view text) : text_{text} {}

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    std::string text_{};
};

}  // namespace kin
