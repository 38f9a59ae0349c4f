// What refuses a migration, and what fails in one.
#pragma once

#include <kin/value/error.hpp>

namespace kin {

// clang-format off
/// Steps and database do not fit together, or a step is not written as it should be. Nothing was changed.
class migration_error : public error { public: using error::error; };
/// Somebody else is migrating this database: the message says who, and since when. Nothing was changed.
class migration_locked : public migration_error { public: using migration_error::migration_error; };
/// A step failed. The message says which statement, what was undone and what was not; what the database or the function
/// said is nested (std::rethrow_if_nested). Steps before it are done and stay.
class migration_failed : public migration_error { public: using migration_error::migration_error; };
// clang-format on

}  // namespace kin
