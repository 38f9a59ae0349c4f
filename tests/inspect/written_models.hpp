// kin-inspect's models, compiled with the compiler of the tests (KIN_TEST_COMPILE and KIN_TEST_LINK say how) and run:
// what they read, and what they make.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "../../src/inspect/program.hpp"
#include "support/environment.hpp"
#include "support/temporary_directory.hpp"

#ifndef KIN_TEST_COMPILE
#define KIN_TEST_COMPILE ""
#define KIN_TEST_LINK ""
#endif

namespace kin::test {

inline std::string file_text(const std::string& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

class written_models : public testing::Test {
  protected:
    void SetUp() override {
        compile_ = text_in("KIN_TEST_COMPILE", KIN_TEST_COMPILE);
        link_ = text_in("KIN_TEST_LINK", KIN_TEST_LINK);
        if (compile_.empty()) GTEST_SKIP() << "needs to be told the compiler";
    }

    /// Writes the models of a database.
    void write_models(const std::string& url) {
        const std::string header = directory_.file("models.hpp");
        const std::vector<const char*> argv{"kin-inspect", url.c_str(), "-o", header.c_str()};
        std::ostringstream out;
        ASSERT_EQ(reverse::inspect_program(static_cast<int>(argv.size()), argv.data(), out, out), 0) << out.str();
        models_ = file_text(header);
    }
    /// A program that reads all that the models can: every row, and every relation.
    [[nodiscard]] std::string reading_program(const std::string& url) const {
        std::string program =
            "#include \"models.hpp\"\n#include \"support/whole_tables.hpp\"\n#include \"inspect/as_before.hpp\"\n"
            "std::string kin::test::source_file(const std::string& path) { return path; }\n"
            "TEST(models, read_what_plain_sql_reads) {\n    kin::database db{\"" +
            url + "\"};\n    kin::session s{db};\n";
        const std::regex opening{"^struct (\\w+) \\{$"};
        const std::regex relation{"^    kin::(?:belongs_to|has_many|has_one|many_to_many)<.*> (\\w+)\\{\\};$"};
        std::istringstream lines{models_};
        std::string model;
        for (std::string line; std::getline(lines, line);) {
            std::smatch found;
            if (std::regex_match(line, found, opening)) {
                model = found[1];
                program += "    kin::test::compare_rows<::" + model + ">(s);\n";  // gtest has a Test of its own
            } else if (std::regex_match(line, found, relation)) {
                program +=
                    "    (void)s.query<::" + model + ">().with(&::" + model + "::" + found[1].str() + ").all();\n";
            }
        }
        return program + "    s.clear();\n}\n";
    }
    /// The lists of models that kin-inspect wrote: of tables, and of views where there are any.
    [[nodiscard]] std::string lists_of_models() const {
        return models_.find("using all_views") == std::string::npos ? "all_models" : "all_models, all_views";
    }
    /// Compiles a program without a warning, and runs it.
    void runs(const std::string& program) {
        std::ofstream{directory_.file("program.cpp")} << program;
        run(compile_ + " -Wall -Wextra -Wpedantic -Werror -I" + directory_.path().string() + " -c " +
            directory_.file("program.cpp") + " -o " + directory_.file("program.o"));
        run(compile_ + " " + directory_.file("program.o") + " -o " + directory_.file("program") + " " + link_);
        if (!HasFailure()) run(directory_.file("program") + " --gtest_brief=1");
    }
    void run(const std::string& command) {
        const std::string output = directory_.file("output");
        if (std::system((command + " > " + output + " 2>&1").c_str()) != 0) {
            ADD_FAILURE() << command << "\n" << file_text(output).substr(0, 40000);
        }
    }
    void has(std::string_view line) const {
        EXPECT_NE(models_.find(line), std::string::npos) << line << "\nis not in\n" << models_;
    }

    temporary_directory directory_{};
    std::string compile_{};
    std::string link_{};
    std::string models_{};
};

}  // namespace kin::test
