// The catalogue statements of PostgreSQL, from version 14 on. Everything comes as text or as a whole number.
#pragma once

#include <string>
#include <vector>

namespace kin::schema {

/// Which namespaces are read; empty: current_schema().
class postgresql_statements {
  public:
    explicit postgresql_statements(const std::vector<std::string>& schemas);

    /// oid, schema, name, kind, comment, options, text of a view.
    [[nodiscard]] std::string relations() const;
    /// oid, name, type, not null, identity, generated, default, collation, comment, serial.
    [[nodiscard]] std::string columns() const;
    /// A row for each column of each constraint: number, table, name, kind, when, validated, definition, expression,
    /// schema and name of the target, actions, column, column of the target.
    [[nodiscard]] std::string constraints() const;
    /// A row for each part of each index: number, table, name, unique, nulls distinct, method, options, where, comment,
    /// valid, definition, key part, column, expression, descending, nulls first, collation, operator class.
    [[nodiscard]] std::string indexes() const;
    /// schema, name, comment, label.
    [[nodiscard]] std::string enums() const;
    /// table, kind ("trigger", "sequence" for a column's own one, or nothing), name, statement.
    [[nodiscard]] std::string statements_of_tables() const;
    /// what, schema, name, statement.
    [[nodiscard]] std::string others() const;

  private:
    std::string in_schemas_{};  // a condition on n.nspname
};

}  // namespace kin::schema
