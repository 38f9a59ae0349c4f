// Reads what a database has: its tables with all that belongs to them, as a catalogue.
#pragma once

#include <string>
#include <vector>

#include <kin/schema/catalogue.hpp>
#include <kin/value/error.hpp>

namespace kin::engine {
class connection;
}

namespace kin::schema {

/// What of a database is read.
struct inspect_options {
    /// Schemas (SQLite: attached databases) by name; empty: the one where names are looked up.
    std::vector<std::string> schemas{};
    /// Tables and views by name, `*` stands for any letters; empty: all. A table's name may have its schema in front:
    /// `sales.*`.
    std::vector<std::string> tables{};
};

/// The tables, views and enums of a database, and what stands beside them, in the order of their names (SQLite: of
/// their creation). Eight catalogue statements at most (SQLite: seven for each attached database), however many tables
/// there are; where a view of SQLite's cannot be read, one more for each view. Nothing is written. The database's own
/// tables and `kin_migrations` are left out. What the structures cannot say is kept as text: in
/// `sql` of a constraint, `options`, `other_constraints`, `kept`, `others`.
///
/// Whatever the database, a catalogue says alike:
/// - the schema of a table is empty where names are looked up in it, and so is that of a key's target;
/// - NO ACTION is an empty text;
/// - SQLite's INTEGER PRIMARY KEY is a column {INTEGER, not nullable, by_default} and a primary key of it;
/// - PostgreSQL's types are spelled as `format_type` does. A serial column whose sequence is named and
///   counts as CREATE TABLE makes it is {integer, by_default} with its `nextval('t_id_seq'::regclass)` as default, and
///   that sequence is not among `others`; any other one is {integer, none} with the same default;
/// - a foreign key without target columns has those of the target's primary key, where the target was read.
///
/// usage_error where a schema that was asked for is not there, or the engine cannot be inspected.
[[nodiscard]] catalogue inspect(engine::connection&, const inspect_options& = {}, const site& = site::current());

}  // namespace kin::schema
