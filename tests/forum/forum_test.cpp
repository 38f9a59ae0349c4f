// The example with every kind of relation that Eloquent has: what it shows, and what that takes.
#include "../../examples/forum/forum.hpp"

#include <gtest/gtest.h>

#include "support/place.hpp"

namespace {

constexpr const char* shown =
    "Front page\n"
    "  On engines, by Ada, comments: 2 #engine #number\n"
    "  Notes on notes, by Ada, comments: 0\n"
    "  On looms, by Joseph, comments: 0 #card #engine #loom\n"
    "  Hello?, by a guest, comments: 1\n"
    "  [3 statements]\n"
    "Discussions\n"
    "  on the post On engines\n"
    "    Charles: How many wheels?\n"
    "      Ada: All of them.\n"
    "        Charles: Oh.\n"
    "      Joseph: More than it has cards.\n"
    "  on the post On engines\n"
    "    Joseph: First!\n"
    "  on the video The engine runs (42 s)\n"
    "    Ada: It rattles.\n"
    "  on the post Hello?\n"
    "    Ada: Who is there?\n"
    "  [5 statements]\n"
    "Posts by country\n"
    "  England: \"On engines\" \"Notes on notes\"\n"
    "  France: \"On looms\"\n"
    "  [2 statements]\n"
    "Who tagged On looms\n"
    "  loom by Joseph\n"
    "  card by Charles\n"
    "  engine by Ada\n"
    "  of Joseph's: loom\n"
    "  [6 statements]\n"
    "Posts that Ada commented on\n"
    "  Hello?\n"
    "  [1 statement]\n";

TEST(forum, shows_what_there_is_in_few_statements) {
    const kin::test::place place;
    kin::database db{place.url()};
    forum::fill(db);
    EXPECT_EQ(forum::show(db), shown);
}

}  // namespace
