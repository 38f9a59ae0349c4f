// An index of some hundred packages is imported, and its tables compared with an independent reading of the same text
// (check.py, which also compares whole archives by hand).
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <kin/kin.hpp>

#include "../../examples/archive/import.hpp"
#include "../../examples/archive/models.hpp"
#include "support/place.hpp"
#include "support/source_folder.hpp"
#include "support/statement_log.hpp"
#include "support/temporary_directory.hpp"

namespace {

constexpr int count = 300;

std::string name_of(int i) { return "lib" + std::to_string(i); }

/// Packages that depend on each other in both directions, on themselves and on what is not there, with alternatives and
/// versions, without one field or another, and some of them twice.
std::string index_text() {
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += "Package: " + name_of(i) + "\n";
        if (i % 11 != 0) text += "Version: 1." + std::to_string(i) + "-2\n";
        if (i % 29 == 0) {
            text += "Maintainer: nobody\n";
        } else if (i % 13 != 0) {
            const std::string n = std::to_string(i % 17);
            text += "Maintainer: Zoë \\ \"" + n + "\" <m" + n + "@x.org>\n";
        }
        text += "Architecture: " + std::string{i % 3 == 0 ? "all" : "amd64"} + "\n";
        if (i % 7 != 0)
            text += "Section: " + std::string{i % 5 == 0 ? "contrib/shells" : i % 2 == 0 ? "utils" : "libs"} + "\n";
        if (i % 4 != 0) text += "Installed-Size: " + std::to_string(i * 1000L) + "\n";
        if (i % 2 == 0) text += "Pre-Depends: " + name_of((i * 7 + 1) % count) + " (>= 2:1.0~rc1)\n";
        text += "Depends: " + name_of(count - 1 - i) + " | " + name_of((i * 3) % count) + " (= 1), not-there:any, " +
                name_of((i + 1) % count) + " [amd64] <!nocheck>\n";
        if (i % 6 == 0) text += "Suggests: " + name_of(i) + ", " + name_of(i / 2) + "\n";
        text += "Description: a tab\there, 漢字 and \\N\n more\n .\n\n";
    }
    return text + "Package: lib5\nVersion: twice\n\n";
}

TEST(archive_import, leaves_in_the_tables_what_the_index_says) {
    const kin::test::temporary_directory directory;
    const kin::test::place place;
    const std::string file = directory.file("Packages");
    const std::string text = index_text();
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
