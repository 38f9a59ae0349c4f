// Every error that Kin throws: what was being done, where, with which statement.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kin {

/// Where a call into Kin came from; the default argument of every call that can throw.
using site = std::source_location;

/// What surrounded an error. Any part may be empty.
struct error_context {
    std::string sql{};         ///< the statement
    std::string parameters{};  ///< its parameters, as the statement log shows them
    std::string code{};        ///< SQLSTATE, or the extended result code's name: `SQLITE_CONSTRAINT_UNIQUE`
    int number = 0;            ///< the driver's own number for it
    site where{};              ///< of the caller; none where the library could not know it
};

/// The root. `what()` is one readable text: message, statement, parameters, code, call site.
class error : public std::runtime_error {
  public:
    explicit error(std::string_view message, error_context context = {});

    /// The message alone.
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    [[nodiscard]] const std::string& sql() const noexcept { return context_.sql; }
    [[nodiscard]] const std::string& parameters() const noexcept { return context_.parameters; }
    [[nodiscard]] const std::string& code() const noexcept { return context_.code; }
    [[nodiscard]] int number() const noexcept { return context_.number; }
    [[nodiscard]] const site& where() const noexcept { return context_.where; }
    [[nodiscard]] const error_context& context() const noexcept { return context_; }

    /// For the whole program: whether `what()` shows the parameters of a statement, and the values that a database
    /// names in its message (`Key (email)=(a@x)`); yes, unless this says no. What a model hides is never shown, and
    /// `parameters()` has the others all the same.
    static void show_parameters(bool) noexcept;
    [[nodiscard]] static bool shows_parameters() noexcept;

  private:
    std::string message_;
    error_context context_;
};

// clang-format off
/// The database refused or failed. The subtypes are those that a program acts on.
class database_error : public error { public: using error::error; };
class constraint_violation : public database_error { public: using database_error::database_error; };
class unique_violation : public constraint_violation { public: using constraint_violation::constraint_violation; };
class foreign_key_violation : public constraint_violation { public: using constraint_violation::constraint_violation; };
class not_null_violation : public constraint_violation { public: using constraint_violation::constraint_violation; };
class check_violation : public constraint_violation { public: using constraint_violation::constraint_violation; };
/// The transaction lost against another one, or against a change of its tables, and can be tried again.
class serialization_failure : public database_error { public: using database_error::database_error; };
/// Somebody else holds the lock and the busy timeout has passed.
class database_locked : public serialization_failure { public: using serialization_failure::serialization_failure; };
/// Two transactions waited for each other, and this one gave way.
class deadlock : public serialization_failure { public: using serialization_failure::serialization_failure; };
/// The statement took longer than it may, or somebody cancelled it.
class statement_canceled : public database_error { public: using database_error::database_error; };
class connection_lost : public database_error { public: using database_error::database_error; };
/// No connection could be made: the server is not there, or refuses.
class connection_failed : public connection_lost { public: using connection_lost::connection_lost; };
class disk_full : public database_error { public: using database_error::database_error; };
/// The file is no database, or a damaged one.
class corrupt_database : public database_error { public: using database_error::database_error; };
class read_only_database : public database_error { public: using database_error::database_error; };
/// No connection became free in time.
class pool_timeout : public database_error { public: using database_error::database_error; };

/// A value that does not fit: out of range, invalid text, NULL where the member cannot be empty.
class conversion_error : public error { public: using error::error; };
/// An update or delete met a row that another transaction changed or removed.
class stale_object : public error { public: using error::error; };
class not_found : public error { public: using error::error; };
class multiple_found : public error { public: using error::error; };
/// A relation was read that may not be loaded implicitly.
class raised_load : public error { public: using error::error; };
/// The description of the models contradicts itself or the call.
class mapping_error : public error { public: using error::error; };
/// The database lacks what the models need, or asks for more than they give; all of it is listed.
class schema_mismatch : public error { public: using error::error; };
/// A name or operator from outside that does not exist; lists what there is.
class unknown_name : public mapping_error { public: using mapping_error::mapping_error; };
/// A call that the rules of the session forbid: two threads at once, an object of another session.
class usage_error : public error { public: using error::error; };
/// A relation and a foreign key that were set to different parents, or a cycle that cannot be broken.
class flush_error : public error { public: using error::error; };

/// An after_commit hook failed: the transaction was committed all the same. What the hook threw is nested
/// (std::rethrow_if_nested).
class hook_error : public error { public: using error::error; };

// clang-format on

}  // namespace kin
