// What was typed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <kin/schema_main.hpp>

namespace kin::command_line {

enum class command { none, status, up, down, sql, mark, diff, make, check, diagram, seed };

struct arguments {
    command what = command::none;
    std::string database{};
    std::string folder{};
    bool json = false;
    bool yes = false;
    std::string color = "auto";
    std::size_t steps = migration_options::all;
    std::optional<std::int64_t> to{};
    bool out_of_order = false;
    int wait_seconds = 30;
    bool downwards = false;          ///< sql
    std::int64_t number = 0;         ///< mark
    std::string state{};             ///< mark: done or undone
    std::string name{};              ///< make
    bool empty = false;              ///< make
    bool exact = false;              ///< diff, make, check
    bool with_sql = false;           ///< diff
    bool concurrently = false;       ///< make
    std::string format = "mermaid";  ///< diagram
    bool of_database = false;        ///< diagram

    [[nodiscard]] migration_options options() const {
        return {.steps = steps, .to = to, .out_of_order = out_of_order, .lock_timeout = wait_seconds * 1000};
    }
};

/// False where there is nothing to do any more; then `code` is what the program returns.
[[nodiscard]] bool read_arguments(arguments&, const schema_program&, int argc, char** argv, int& code);

}  // namespace kin::command_line
