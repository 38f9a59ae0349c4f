// docs/existing-database.md, from a dump to a program: everything that is typed there is run, in its order, and what
// the page shows is what came. The programs and headers stand in tests/inspect/shop; what kin-inspect writes is
// compared with the header there, and the program over it is compiled into this test.
#include <gtest/gtest.h>

#include <iostream>
#include <regex>

#include <kin/kin.hpp>

#include "../../src/inspect/program.hpp"
#include "inspect/page_programs.hpp"
#include "support/fixture.hpp"
#include "support/shown_page.hpp"

namespace {

class page_test : public testing::Test {
  protected:
    static std::string source(const std::string& name) {
        return kin::test::text_of(kin::test::source_file("tests/inspect/shop/" + name));
    }
    /// What was typed and what came.
    std::string typed(const std::string& name, const std::function<int(int, char**)>& main,
                      const std::vector<std::string>& arguments) {
        std::vector<std::string> all{name};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const kin::test::outcome o = where_.run_main(main, all);
        EXPECT_EQ(o.code, 0) << o.out << o.err;
        std::string text{"$"};
        for (const std::string& each : all) text += ' ' + each;
        return text + '\n' + o.out + o.err;
    }
    std::string first(const std::vector<std::string>& arguments) {
        return typed("./shop", kin::test::first_shop, arguments);
    }
    std::string second(const std::vector<std::string>& arguments) {
        return typed("./shop", kin::test::second_shop, arguments);
    }
    void check_header(const std::string& text) {
        if (text == source("first/shop.hpp")) return;
        EXPECT_EQ(text, source("first/shop.hpp"));
        if (std::getenv("KIN_UPDATE_GOLDEN") == nullptr) return;
        const std::string before = "    std::string email{};\n";
        std::string later = text;
        later.insert(later.find(before) + before.size(), "    std::optional<std::string> phone{};\n");
        later.insert(later.find("#include <string>"), "#include <optional>\n");
        std::ofstream{kin::test::source_file("tests/inspect/shop/first/shop.hpp")} << text;
        std::ofstream{kin::test::source_file("tests/inspect/shop/second/shop.hpp")} << later;
    }

    kin::test::program_folder where_{};
};

TEST_F(page_test, from_a_dump_to_a_program) {
    if (kin::test::engine_name() != "sqlite") GTEST_SKIP() << "the page's database is SQLite's";
    kin::test::shown_page page{"docs/existing-database.md"};
    page.shows("dump", "sql", source("shop.sql"));
    // What `sqlite3 shop.db < shop.sql` does.
    kin::database shop{"sqlite:" + where_.folder() + "/shop.db"};
    shop.script(source("shop.sql"));

    const auto inspect = [](int argc, char** argv) {
        return kin::reverse::inspect_program(argc, argv, std::cout, std::cerr);
    };
    std::string console = "$ sqlite3 shop.db < shop.sql\n";
    console += typed("kin-inspect", inspect, {"sqlite:shop.db", "--namespace", "shop", "-o", "shop.hpp"});
    page.shows("inspect", "console", console);
    check_header(where_.read("shop.hpp"));
    page.shows("header", "cpp", where_.read("shop.hpp"));
    page.shows("program", "cpp", source("first/main.cpp"));
    page.shows("build", "cmake", source("CMakeLists.txt"));
    page.shows("query", "console", first({}));

    std::string start = first({"make", "start", "--db", "sqlite:empty.db"});
    start += first({"mark", "1", "done"});
    start += first({"check"});
    page.shows("start", "console", start);

    page.shows("second", "cpp", source("second/main.cpp"));
    std::string change = second({"make", "phones"});
    change += "$ cat migrations/0002_phones.sql\n" + where_.read("migrations/0002_phones.sql");
    page.shows("make", "console", change);
    std::string up = std::regex_replace(second({"up"}), std::regex{"[0-9]+ ms"}, "3 ms");
    up += second({"check"});
    up += second({});
    page.shows("up", "console", up);
    // The steps alone make the same from nothing.
    page.shows("empty", "console", second({"check", "--db", "sqlite::memory:"}));

    const auto connection = shop.connect();
    EXPECT_EQ(kin::test::rows_of(*connection,
                                 "SELECT phone, count(*) FROM customers JOIN orders ON customer_id = "
                                 "customers.id WHERE name = 'Ada' GROUP BY phone"),
              "555 0100|3");
}

}  // namespace
