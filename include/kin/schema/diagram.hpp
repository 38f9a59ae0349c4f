// A catalogue as a picture: entities, keys and what leads where.
#pragma once

#include <cstddef>
#include <string>

#include <kin/schema/catalogue.hpp>
#include <kin/value/error.hpp>

namespace kin::schema {

struct diagram_options {
    /// From so many tables on, columns that are part of no key are counted instead of shown.
    std::size_t all_columns_up_to = 40;
    bool types = true;
};

/// For Graphviz. Tables with their columns, types and keys; a line for each foreign key, with a crow's foot where many
/// rows are, a ring where there may be none; a table of two keys and nothing else is one line with two feet. Tables
/// stand in a frame with those of their schema, or else with those that keys lead to.
[[nodiscard]] std::string dot(const catalogue&, const diagram_options& = {});
/// The same as an erDiagram of Mermaid, which has no frames.
[[nodiscard]] std::string mermaid(const catalogue&, const diagram_options& = {});
/// The same as a picture, drawn by Graphviz's program `dot`; usage_error where it is not installed.
[[nodiscard]] std::string svg(const catalogue&, const diagram_options& = {}, const site& = site::current());

}  // namespace kin::schema
