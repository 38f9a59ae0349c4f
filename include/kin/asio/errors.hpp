// What calls fail with, besides what sessions throw.
#pragma once

#include <kin/value/error.hpp>

namespace kin::asio {

/// More calls wait than options::max_waiting allows: nothing was sent. To be told to whoever asks: try again later.
class overloaded : public database_error {
  public:
    using database_error::database_error;
};

/// The call was cancelled. It names the statement that was ended, if one was running; what it had not committed is
/// rolled back.
class canceled : public statement_canceled {
  public:
    using statement_canceled::statement_canceled;
};

/// The call was not done by its deadline, and cancelled for it.
class deadline_passed : public canceled {
  public:
    using canceled::canceled;
};

}  // namespace kin::asio
