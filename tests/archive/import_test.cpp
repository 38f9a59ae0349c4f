// An index of some hundred packages is imported, and its tables compared with an independent reading of the same text
// (check.py, which also compares whole archives by hand).
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <kin/kin.hpp>

#include "../../examples/archive/import.hpp"
#include "../../examples/archive/models.hpp"
#include "archive/generated_index.hpp"
#include "support/place.hpp"
#include "support/source_folder.hpp"
#include "support/statement_log.hpp"
#include "support/temporary_directory.hpp"

namespace {

constexpr int count = 300;

TEST(archive_import, leaves_in_the_tables_what_the_index_says) {
    const kin::test::temporary_directory directory;
    const kin::test::place place;
    const std::string file = directory.file("Packages");
    const std::string text = kin::test::generated_index(count);
    std::ofstream{file, std::ios::binary} << text;
    const std::string url = place.url();
    {
        kin::database db{url};
        db.create<archive::Archive>();
        kin::test::statement_log log{db};
        kin::session s{db};
        archive::progress quiet{true};
        archive::build(s, archive::parse_index(text, file), quiet);
        s.commit();
        EXPECT_EQ(log.count("INSERT"), 5u) << log.text();  // sections have two levels
        EXPECT_EQ(s.query<archive::Package>().count(), count);
    }
    const std::string where = url.starts_with("sqlite:") ? url.substr(7, url.find('?') - 7) : url;
    const std::string command =
        "python3 " + kin::test::source_file("tests/archive/check.py") + " '" + file + "' '" + where + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
