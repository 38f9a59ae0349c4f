// The command line as a program: a process of its own, what it wrote, and what it returned.
#pragma once

#include <kin/schema_main.hpp>

#include "support/fixture.hpp"
#include "support/program.hpp"

namespace kin::test {

/// Runs the command line of models in a folder of its own.
class program : public program_folder {
  public:
    template <class Models>
    outcome run(const schema_program& what, std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "blog");
        return run_main(main_of<Models>(what), std::move(arguments));
    }
    /// In a process of its own, which ends with it.
    template <class Models>
    [[noreturn]] void be(const schema_program& what, std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "blog");
        become(main_of<Models>(what), std::move(arguments));
    }

  private:
    template <class Models>
    static auto main_of(const schema_program& what) {
        return [&what](int argc, char** argv) { return schema_main<Models>(argc, argv, what); };
    }
};

/// What a JSON text says at a path of SQLite's: `$.steps[0].name`; fails where it is no JSON.
inline std::string json_at(const std::string& text, const std::string& path) {
    database db{"sqlite::memory:"};
    engine::lease c = db.connect();
    engine::cursor valid = c->run_holding("SELECT json_valid(?)", {value{text}});
    EXPECT_TRUE(valid.next() && valid.integer(0) == 1) << text;
    valid.finish();
    engine::cursor found = c->run_holding("SELECT json_extract(?, ?)", {value{text}, value{path}});
    return found.next() ? cell_text(found.cell(0)) : "";
}

}  // namespace kin::test
