// Names within a table, where the server would find some that nobody knows before.
#pragma once

#include <kin/sql/definition.hpp>
#include <kin/sql/dialect.hpp>

namespace kin::schema::changing {

/// Gives what `made` has and `had` had not the names that MariaDB would give, or that were said, where they are free: a
/// step that takes it back has to name it. `CONSTRAINT_1` and `posts_ibfk_1` of another database are such names as
/// well.
void give_names(const sql::table_definition& had, sql::table_definition& made, const sql::dialect&);
/// Takes from what `made` has and `had` had not a name that a constraint which stays has: PostgreSQL names it then. It
/// numbers those that say no name in the order in which it meets them, so that another database's `t_c_check` is this
/// one's `t_c_check1`.
void free_names(const sql::table_definition& had, sql::table_definition& made);

}  // namespace kin::schema::changing
