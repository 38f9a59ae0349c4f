// Versions taken apart and put together again.
#include "../../examples/archive/version.hpp"

#include <gtest/gtest.h>

namespace {

using archive::joined;
using archive::split_version;
using archive::version_parts;

TEST(Version, HasThreeParts) {
    EXPECT_EQ(split_version("2:1.0~rc1-3"), (version_parts{2, "1.0~rc1", "3"}));
    EXPECT_EQ(split_version("1.0"), (version_parts{{}, "1.0", {}}));
    EXPECT_EQ(split_version("1.0-beta-3"), (version_parts{{}, "1.0-beta", "3"}));
    EXPECT_EQ(split_version("0:1"), (version_parts{0, "1", {}}));
}

TEST(Version, WhatIsNoEpochBelongsToUpstream) {
    for (const char* text : {"01:1", "a:1", ":1", "+1:1", " 1:1", "99999999999999999999:1"}) {
        EXPECT_EQ(split_version(text), (version_parts{{}, text, {}}));
    }
}

TEST(Version, IsPutTogetherAsItWas) {
    for (const char* text : {"", "-", ":", "1", "1:", "1:-", "-1", "0:0-0", "00:0", "1:2:3-4-5", "twice", "-1:2"}) {
        EXPECT_EQ(joined(split_version(text)), text);
    }
}

}  // namespace
