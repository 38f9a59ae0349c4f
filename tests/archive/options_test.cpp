// The command line and the progress bar of the archive example.
#include "../../examples/archive/options.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "../../examples/archive/progress.hpp"

namespace {

archive::options parse(std::vector<const char*> arguments) { return archive::parse_options(arguments); }

std::string message_of(std::vector<const char*> arguments) {
    try {
        (void)parse(std::move(arguments));
    } catch (const archive::usage_error& e) {
        return e.what();
    }
    return {};
}

TEST(Options, HaveDefaults) {
    const auto o = parse({});
    EXPECT_EQ(o.index, std::nullopt);
    EXPECT_EQ(o.database, "sqlite:build/demo/archive.db");
    EXPECT_FALSE(o.quiet);
    EXPECT_FALSE(o.help);
}

TEST(Options, AreReadInBothForms) {
    const auto o = parse({"--index", "Packages", "--db=sqlite::memory:", "--quiet"});
    EXPECT_EQ(o.index, "Packages");
    EXPECT_EQ(o.database, "sqlite::memory:");
    EXPECT_TRUE(o.quiet);
    EXPECT_TRUE(parse({"--help"}).help);
}

TEST(Options, BadOnesAreNamed) {
    EXPECT_EQ(message_of({"--fast"}), "unknown argument '--fast' (see --help)");
    EXPECT_EQ(message_of({"Packages"}), "unknown argument 'Packages' (see --help)");
    EXPECT_EQ(message_of({"--quiet=1"}), "unknown argument '--quiet=1' (see --help)");
    EXPECT_EQ(message_of({"--index"}), "--index needs a value (see --help)");
    EXPECT_EQ(message_of({"--quiet", "--db="}), "--db needs a value (see --help)");
}

TEST(Options, KnowTheFileBehindAnUrl) {
    EXPECT_EQ(archive::database_file("sqlite:build/demo/archive.db"), "build/demo/archive.db");
    EXPECT_EQ(archive::database_file("sqlite:/var/archive.db?busy_timeout=5"), "/var/archive.db");
    EXPECT_EQ(archive::database_file("sqlite::memory:"), std::nullopt);
    EXPECT_EQ(archive::database_file("postgresql://localhost/archive"), std::nullopt);
}

TEST(Progress, DrawsABarOfFixedWidth) {
    EXPECT_EQ(archive::render_progress("Reading", 0, 10),
              "Reading     [----------------------------------------]   0%");
    EXPECT_EQ(archive::render_progress("Reading", 5, 10),
              "Reading     [####################--------------------]  50%");
    EXPECT_EQ(archive::render_progress("Reading", 10, 10),
              "Reading     [########################################] 100%");
    EXPECT_EQ(archive::render_progress("Reading", 11, 10), archive::render_progress("Reading", 0, 0));
}

TEST(Progress, PrintsNothingWhereThereIsNoTerminal) {
    ::testing::internal::CaptureStderr();
    {
        archive::progress bar{false};
        bar.show("Reading", 1, 2);
        bar.finish();
    }
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
