// The rules by which an index becomes the four tables, and the errors of single fields.
#include "../../examples/archive/package_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <tuple>

namespace {

using archive::package_index;
using archive::parse_index;

using dependency = std::tuple<std::string, std::string, std::string>;  // target, kind, version or "-"

std::vector<dependency> dependencies_of(const package_index& index, std::size_t package) {
    std::vector<dependency> result;
    for (const auto& d : index.packages.at(package).dependencies) {
        result.emplace_back(index.packages.at(d.target).name, d.kind, d.version.value_or("-"));
    }
    return result;
}

std::string message_of(std::string_view text) {
    try {
        (void)parse_index(text, "index");
    } catch (const archive::input_error& e) {
        return e.what();
    }
    return {};
}

TEST(PackageIndex, TakesTheColumnsOfAPackage) {
    const auto index = parse_index(
        "Package: kin\nVersion: 1:2.0-3\nArchitecture: amd64\nInstalled-Size: 28591\n"
        "Maintainer: Ada <ada@example.org>\nSection: libs\nDescription: maps objects \n and more\n .\n\n"
        "Package: bare\n",
        "index");
    ASSERT_EQ(index.packages.size(), 2u);
    const auto& kin = index.packages[0];
    EXPECT_EQ(kin.name, "kin");
    EXPECT_EQ(kin.version, "1:2.0-3");
    EXPECT_EQ(kin.architecture, "amd64");
    EXPECT_EQ(kin.installed_size, 28591);
    EXPECT_EQ(kin.summary, "maps objects");
    EXPECT_EQ(index.maintainers.at(kin.maintainer.value()).name, "Ada");
    EXPECT_EQ(index.sections.at(kin.section.value()).name, "libs");
    const auto& bare = index.packages[1];
    EXPECT_EQ(bare.installed_size, std::nullopt);
    EXPECT_EQ(bare.maintainer, std::nullopt);
    EXPECT_EQ(bare.section, std::nullopt);
    EXPECT_TRUE(bare.dependencies.empty());
}

TEST(PackageIndex, TheFirstStanzaOfANameWins) {
    const auto index = parse_index(
        "Package: a\nVersion: 1\nSection: libs\n\n"
        "Package: a\nVersion: 2\nSection: other\nMaintainer: Nobody\nDepends: a\n",
        "index");
    ASSERT_EQ(index.packages.size(), 1u);
    EXPECT_EQ(index.packages[0].version, "1");
    EXPECT_EQ(index.sections.size(), 1u);
    EXPECT_TRUE(index.maintainers.empty());
    EXPECT_EQ(index.dependency_count(), 0u);
}

TEST(PackageIndex, SplitsMaintainersAndKeepsEachPairOnce) {
    const auto index = parse_index(
        "Package: a\nMaintainer: Ada <ada@example.org>\n\n"
        "Package: b\nMaintainer: Ada <other@example.org>\n\n"
        "Package: c\nMaintainer: Ada\n\n"
        "Package: d\nMaintainer: Ada <ada@example.org>\n\n"
        "Package: e\nMaintainer: Ada <ada@example.org\n\n"
        "Package: f\nMaintainer: A <a@x.org>, B <b@x.org>\n\n"
        "Package: g\nMaintainer: A<b>\n",
        "index");
    ASSERT_EQ(index.maintainers.size(), 5u);
    EXPECT_EQ(index.maintainers[0].email, "ada@example.org");
    EXPECT_EQ(index.maintainers[1].email, "other@example.org");
    EXPECT_EQ(index.maintainers[2].name, "Ada");
    EXPECT_EQ(index.maintainers[2].email, std::nullopt);
    EXPECT_EQ(index.packages[3].maintainer, 0u);
    EXPECT_EQ(index.packages[4].maintainer, 0u);  // the closing > is no part of the address
    EXPECT_EQ(index.maintainers[3].name, "A");
    EXPECT_EQ(index.maintainers[3].email, "a@x.org>, B <b@x.org");
    EXPECT_EQ(index.maintainers[4].name, "A<b>");
}

TEST(PackageIndex, MakesTheParentsOfSections) {
    const auto index = parse_index(
        "Package: a\nSection: contrib/libs\n\nPackage: b\nSection: libs\n\n"
        "Package: c\nSection: contrib\n\nPackage: d\nSection: contrib/x/y\n\nPackage: e\nSection: contrib/libs\n",
        "index");
    ASSERT_EQ(index.sections.size(), 5u);
    EXPECT_EQ(index.sections[0].name, "contrib");
    EXPECT_EQ(index.sections[0].parent, std::nullopt);
    EXPECT_EQ(index.sections[1].name, "contrib/libs");
    EXPECT_EQ(index.sections[1].parent, 0u);
    EXPECT_EQ(index.sections[2].name, "libs");
    EXPECT_EQ(index.sections[2].parent, std::nullopt);
    EXPECT_EQ(index.sections[3].name, "contrib/x");
    EXPECT_EQ(index.sections[4].name, "contrib/x/y");
    EXPECT_EQ(index.sections[4].parent, 3u);
    EXPECT_EQ(index.packages[0].section, 1u);
    EXPECT_EQ(index.packages[2].section, 0u);
    EXPECT_EQ(index.packages[4].section, 1u);
}

TEST(PackageIndex, DependenciesComeInTheOrderOfFieldsThenOfText) {
    const auto index = parse_index(
        "Package: a\nSuggests: e\nRecommends: d\nDepends: c (>= 2.34) | b, missing | c:any,\n d:any (<< 1:3~)\n"
        "Pre-Depends: b (= 1)\nConflicts: e\n\n"
        "Package: b\n\nPackage: c\n\nPackage: d\n\nPackage: e\n",
        "index");
    const std::vector<dependency> expected{
        {"b", "pre-depends", "= 1"}, {"c", "depends", ">= 2.34"}, {"b", "depends", "-"},  {"c", "depends", "-"},
        {"d", "depends", "<< 1:3~"}, {"d", "recommends", "-"},    {"e", "suggests", "-"},
    };
    EXPECT_EQ(dependencies_of(index, 0), expected);
}

TEST(PackageIndex, ReadsDependenciesWithoutAndWithMuchSpace) {
    const auto index = parse_index(
        "Package: a\nDepends: b(>=1)|c,, d  ( >= 2 ) ,\n\nPackage: b\n\nPackage: c\n\nPackage: d\n", "index");
    const std::vector<dependency> expected{{"b", "depends", ">=1"}, {"c", "depends", "-"}, {"d", "depends", ">= 2"}};
    EXPECT_EQ(dependencies_of(index, 0), expected);
}

TEST(PackageIndex, APackageMayDependOnItselfAndTwiceOnAnother) {
    const auto index = parse_index("Package: a\nDepends: a, b (>= 1), b (<< 2)\n\nPackage: b\n", "index");
    const std::vector<dependency> expected{{"a", "depends", "-"}, {"b", "depends", ">= 1"}, {"b", "depends", "<< 2"}};
    EXPECT_EQ(dependencies_of(index, 0), expected);
}

TEST(PackageIndex, RefusesAStanzaWithoutPackage) {
    EXPECT_EQ(message_of("Package: a\n\n\nVersion: 1\nSection: x\n"), "index:4: a stanza without Package");
    EXPECT_EQ(message_of("Package:\nVersion: 1\n"), "index:1: a stanza without Package");
}

TEST(PackageIndex, RefusesASizeThatIsNoNumber) {
    EXPECT_EQ(message_of("Package: a\nInstalled-Size: big\n"), "index:2: Installed-Size is no number: 'big'");
    EXPECT_EQ(message_of("Package: a\nInstalled-Size: 12 kB\n"), "index:2: Installed-Size is no number: '12 kB'");
    EXPECT_EQ(message_of("Package: a\nInstalled-Size:\n"), "index:2: Installed-Size is no number: ''");
    EXPECT_EQ(message_of("Package: a\nInstalled-Size: -1\n"), "index:2: Installed-Size is no number: '-1'");
    EXPECT_EQ(message_of("Package: a\nInstalled-Size: 9223372036854775808\n"),
              "index:2: Installed-Size is out of range: '9223372036854775808'");
    // Also in a stanza that would not count.
    EXPECT_EQ(message_of("Package: a\n\nPackage: a\nInstalled-Size: x\n"), "index:4: Installed-Size is no number: 'x'");
}

TEST(PackageIndex, PassesTheErrorsOfTheParserOn) {
    EXPECT_EQ(message_of("Package: a\nrubbish\n"), "index:2: neither a field nor a continuation: 'rubbish'");
}

TEST(PackageIndex, ReportsProgressUpToTheEnd) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "Package: p" + std::to_string(i) + "\n\n";
    std::vector<std::size_t> seen;
    (void)parse_index(text, "index", [&](std::size_t done, std::size_t total) {
        EXPECT_EQ(total, text.size());
        seen.push_back(done);
    });
    ASSERT_GE(seen.size(), 3u);
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
    EXPECT_EQ(seen.back(), text.size());
}

TEST(Source, ReadsAFileAndNamesAMissingOne) {
    const std::string path = ::testing::TempDir() + "kin_archive_source_test";
    std::FILE* file = std::fopen(path.c_str(), "wb");
    ASSERT_NE(file, nullptr);
    const std::string text(3'000'000, 'x');
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
    const auto source = archive::read_source(path);
    EXPECT_EQ(source.name, path);
    EXPECT_EQ(source.text, text);
    std::remove(path.c_str());
    try {
        (void)archive::read_source(path);
        FAIL() << "no error";
    } catch (const archive::input_error& e) {
        EXPECT_EQ(std::string{e.what()}, path + ": No such file or directory");
    }
}

}  // namespace
