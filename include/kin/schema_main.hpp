// A command line over models and their migrations, for one line of a program:
//
//   int main(int argc, char** argv) { return kin::schema_main<Models>(argc, argv); }
//
// A library of its own: link kin::command_line, and the driver of the database.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include <kin/migration/migrations.hpp>
#include <kin/session/database.hpp>

namespace kin {

/// What a program says of its own beside its models.
struct schema_program {
    std::string database{};                ///< where `--db` and the variable KIN_DATABASE say nothing
    std::string folder = "migrations";     ///< where `--migrations` says nothing
    std::vector<migration> steps{};        ///< in C++, among those of the folder
    std::function<void(session&)> seed{};  ///< rows to begin with; the session is committed behind it
};

namespace detail {
int run_schema_main(const mapping::model* const*, std::size_t, const schema_program&, int argc, char** argv);
}

/// `status`, `up [N]`, `down [N]`, `sql`, `mark`, `diff`, `make NAME`, `check`, `diagram`, `seed`; `--help` says more,
/// docs/schema.md shows them. Throws nothing: what is wrong is said on stderr in a line (`--json`: on stdout as an
/// object). Returns 0; 1 where something was refused or failed, or `check` finds a difference; 2 for a command line
/// that makes no sense.
template <class Models>
int schema_main(int argc, char** argv, const schema_program& program = {}) {
    const auto list = detail::listed<Models>::list();
    return detail::run_schema_main(list.data(), list.size(), program, argc, argv);
}

}  // namespace kin
