// What the commands do. Each returns what the program does; what is refused is thrown.
#pragma once

#include "command_line/arguments.hpp"
#include "command_line/output.hpp"
#include "kin/schema/compare.hpp"
#include "kin/schema/schema.hpp"

namespace kin::command_line {

/// What a command works with.
struct desk {
    const arguments& asked;
    const schema_program& program;
    schema::model_list models;
    const migrations& steps;
    database& db;
    palette paint;
};

/// Models and database side by side, as `--exact` says.
[[nodiscard]] schema::comparison compared(desk&, engine::connection&);

int show_status(desk&);
int run_up(desk&);
int run_down(desk&);
int print_sql(desk&);
int mark_step(desk&);
int run_seed(desk&);
int show_difference(desk&);
int make_step(desk&);
int check_models(desk&);
int draw_diagram(desk&);

}  // namespace kin::command_line
