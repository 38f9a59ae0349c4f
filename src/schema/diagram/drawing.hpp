// What every form of a diagram shows.
#pragma once

#include <string>
#include <vector>

#include <kin/schema/diagram.hpp>

namespace kin::schema {

struct drawn_column {
    const sql::column_definition* of = nullptr;
    bool primary = false;
    bool foreign = false;
    bool unique = false;
};
struct drawn_table {
    const sql::table_definition* of = nullptr;
    std::vector<drawn_column> columns{};
    std::size_t left_out = 0;  ///< columns that are not shown
    std::size_t group = 0;     ///< of tables that keys connect
};
struct drawn_line {
    std::size_t from = 0;  ///< tables by their numbers: many rows of this one
    std::size_t to = 0;
    std::string from_column{};
    std::string to_column{};
    std::string name{};       ///< of a many to many, its table
    bool optional = false;    ///< a row of `from` may lead nowhere
    bool one_to_one = false;  ///< at most one row leads to each
    bool many_to_many = false;
};
struct drawing {
    std::vector<drawn_table> tables{};
    std::vector<drawn_line> lines{};
    std::size_t groups = 0;
    bool several_schemas = false;
};

[[nodiscard]] drawing draw(const catalogue&, const diagram_options&);

}  // namespace kin::schema
