// Databases that nobody here wrote, as kin-inspect writes them: the models compile without a warning, every cell that
// they read is what plain SQL reads, and every relation can be loaded. Calls the compiler that compiled the tests
// (KIN_TEST_COMPILE and KIN_TEST_LINK say how). Needs ../shared (or KIN_SHARED), gzip, sqlite3 and psql; skipped where
// they are not.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "../../src/inspect/program.hpp"
#include "support/place.hpp"
#include "support/temporary_directory.hpp"
#include "support/whole_tables.hpp"

namespace {

std::string said(const char* name, const char* otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? text : otherwise;
}
#ifndef KIN_TEST_COMPILE
#define KIN_TEST_COMPILE ""
#define KIN_TEST_LINK ""
#endif

std::string file_text(const std::string& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

class whole_databases : public testing::Test {
  protected:
    void SetUp() override {
        compile_ = said("KIN_TEST_COMPILE", KIN_TEST_COMPILE);
        link_ = said("KIN_TEST_LINK", KIN_TEST_LINK);
        if (compile_.empty()) GTEST_SKIP() << "needs to be told the compiler";
    }

    /// Writes the models, and a program that reads all that they can.
    void models_read_everything(const std::string& url, const std::vector<const char*>& arguments = {}) {
        const std::string header = directory_.file("models.hpp");
        std::vector<const char*> argv{"kin-inspect", url.c_str(), "-o", header.c_str()};
        argv.insert(argv.end(), arguments.begin(), arguments.end());
        std::ostringstream out;
        ASSERT_EQ(kin::reverse::inspect_program(static_cast<int>(argv.size()), argv.data(), out, out), 0) << out.str();
        models_ = file_text(header);

        std::string program =
            "#include \"models.hpp\"\n#include \"support/whole_tables.hpp\"\n"
            "std::string kin::test::source_file(const std::string& path) { return path; }\n"
            "TEST(models, read_what_plain_sql_reads) {\n    kin::database db{\"" +
            url + "\"};\n    kin::session s{db};\n";
        const std::regex opening{"^struct (\\w+) \\{$"};
        const std::regex relation{"^    kin::(?:belongs_to|has_many|has_one|many_to_many)<.*> (\\w+)\\{\\};$"};
        std::istringstream lines{models_};
        std::string model;
        std::size_t models = 0;
        for (std::string line; std::getline(lines, line);) {
            std::smatch found;
            if (std::regex_match(line, found, opening)) {
                model = found[1];
                ++models;
                program += "    kin::test::compare_rows<" + model + ">(s);\n";
            } else if (std::regex_match(line, found, relation)) {
                program += "    (void)s.query<" + model + ">().with(&" + model + "::" + found[1].str() + ").all();\n";
            }
        }
        EXPECT_GT(models, 5U);
        program += "    s.clear();\n}\n";
        std::ofstream{directory_.file("program.cpp")} << program;
        run(compile_ + " -Wall -Wextra -Wpedantic -Werror -I" + directory_.path().string() + " -c " +
            directory_.file("program.cpp") + " -o " + directory_.file("program.o"));
        run(compile_ + " " + directory_.file("program.o") + " -o " + directory_.file("program") + " " + link_);
        if (!HasFailure()) run(directory_.file("program") + " --gtest_brief=1");
    }
    void run(const std::string& command) {
        const std::string output = directory_.file("output");
        if (std::system((command + " > " + output + " 2>&1").c_str()) != 0) {
            ADD_FAILURE() << command << "\n" << file_text(output).substr(0, 4000) << "\n" << models_;
        }
    }
    void has(std::string_view line) const {
        EXPECT_NE(models_.find(line), std::string::npos) << line << "\nis not in\n" << models_;
    }

    kin::test::temporary_directory directory_{};
    std::string compile_{};
    std::string link_{};
    std::string models_{};
};

using sqlite_whole_databases = whole_databases;
using postgresql_whole_databases = whole_databases;

TEST_F(sqlite_whole_databases, chinook) {
    const std::string from = kin::test::shared_file("data/databases/chinook.sqlite");
    if (from.empty()) GTEST_SKIP() << "needs ../shared";
    std::filesystem::copy_file(from, directory_.file("chinook.db"));
    models_read_everything(directory_.sqlite_url("chinook.db"));
    has("kin::belongs_to<Employee> boss{};");
    has("kin::has_many<Employee> reports{};");
    has("kin::belongs_to<Employee> support_rep{};");
    has("kin::many_to_many<Track, kin::pivot<\"PlaylistTrack\", \"PlaylistId\", \"TrackId\">> tracks{};");
}

TEST_F(sqlite_whole_databases, northwind) {
    const std::string from = kin::test::shared_file("data/databases/northwind.sql.gz");
    if (from.empty()) GTEST_SKIP() << "needs ../shared";
    const std::string load =
        "gzip -dc '" + from + "' | sqlite3 " + directory_.file("northwind.db") + " > /dev/null 2>&1";
    if (std::system(load.c_str()) != 0) GTEST_SKIP() << "needs gzip and sqlite3";
    models_read_everything(directory_.sqlite_url("northwind.db"));
    has("struct OrderDetail {");
    has("kin::belongs_to<Shipper> shipper{};");
    has("kin::many_to_many<Product, OrderDetail> products{};");
    has("/// The view Products by Category: only to be read.");
}

TEST_F(sqlite_whole_databases, proj) {
    const std::string from = "/usr/share/proj/proj.db";
    if (!std::filesystem::exists(from)) GTEST_SKIP() << "needs Debian's proj-data";
    std::filesystem::copy_file(from, directory_.file("proj.db"));
    models_read_everything(directory_.sqlite_url("proj.db"));
    has("kin::stored_as<std::string, kin::form::number_or_text> code{};");
    has("kin::belongs_to<Ellipsoid> ellipsoid{};");
}

TEST_F(postgresql_whole_databases, sakila) {
    if (kin::test::engine_name() != "postgresql") GTEST_SKIP() << "a dump of PostgreSQL's";
    const kin::test::scratch_database database;
    for (const char* part : {"schema", "data"}) {
        const std::string from = kin::test::shared_file("data/databases/sakila-" + std::string{part} + ".sql.gz");
        if (from.empty()) GTEST_SKIP() << "needs ../shared";
        const std::string load = "gzip -dc '" + from + "' | psql -q '" + database.url() + "' > /dev/null 2>&1";
        if (std::system(load.c_str()) != 0) GTEST_SKIP() << "needs gzip and psql";
    }
    models_read_everything(database.url());
    has("std::optional<MpaaRating> rating{MpaaRating::g};");
    has("kin::belongs_to<Language, kin::via<\"original_language_id\">> original_language{};");
    has("kin::many_to_many<Actor, FilmActor> actors{};");
}

}  // namespace
