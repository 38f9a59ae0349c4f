// Columns that a table has and a model leaves to others: `kin::table(…).ignored("column")`.
#pragma once

#include <string>
#include <vector>

#include <kin/schema/compare.hpp>

#include "schema/known_schemas.hpp"

namespace kin::schema {

class ignored_columns {
  public:
    /// What the models say, by the names that a catalogue of this database has for their tables.
    ignored_columns(model_list, const known_schemas&, const compare_options&, const sql::dialect&);

    /// Makes the two alike about them: a table that is there is wanted with the columns that it has, and with all of
    /// its keys, checks and indexes that name one; a table that is to be made is wanted as the model says.
    void leave_alone(const catalogue& is, catalogue& wanted) const;

  private:
    struct table {
        std::string schema{};
        std::string name{};
        std::string was{};  ///< what it is called before a rename
        std::vector<std::string> columns{};
    };
    void leave_alone(const table&, const sql::table_definition& is, sql::table_definition& wanted) const;

    const sql::dialect& dialect_;
    std::vector<table> tables_{};
};

}  // namespace kin::schema
