// UUIDs: text, order, and the two ways to make one.
#include <gtest/gtest.h>

#include <chrono>
#include <kin/value/uuid.hpp>
#include <unordered_set>

namespace {

using kin::uuid;

constexpr const char* text = "0190163d-8694-739b-aea5-966c26f8ad90";

TEST(uuid, text_and_back) {
    const uuid id = uuid::parse(text);
    EXPECT_EQ(id.bytes[0], 0x01);
    EXPECT_EQ(id.bytes[15], 0x90);
    EXPECT_EQ(id.to_string(), text);
    EXPECT_EQ(uuid::parse("0190163D-8694-739B-AEA5-966C26F8AD90"), id);
    EXPECT_EQ(uuid::nil().to_string(), "00000000-0000-0000-0000-000000000000");
    EXPECT_TRUE(uuid{}.is_nil());
    EXPECT_FALSE(id.is_nil());
}

TEST(uuid, refuses_other_text) {
    for (const char* wrong : {"", "0190163d8694739baea5966c26f8ad90", "0190163d-8694-739b-aea5-966c26f8ad9",
                              "{0190163d-8694-739b-aea5-966c26f8ad90}", "0190163d-8694-739b-aea5-966c26f8ad9g",
                              "0190163d-8694-739b-aea5+966c26f8ad90", "0190163d-8694-739b-aea-5966c26f8ad90"}) {
        EXPECT_FALSE(uuid::try_parse(wrong)) << wrong;
        EXPECT_THROW((void)uuid::parse(wrong), kin::conversion_error) << wrong;
    }
}

TEST(uuid, order_is_that_of_the_text) {
    const uuid small = uuid::parse("00000000-0000-0000-0000-0000000000ff");
    const uuid large = uuid::parse("00000000-0000-0000-0000-000000000100");
    EXPECT_LT(small, large);
    EXPECT_GT(uuid::parse("ff000000-0000-0000-0000-000000000000"), large);
    EXPECT_EQ(small <=> small, std::strong_ordering::equal);
}

TEST(uuid, random_ones_differ) {
    std::unordered_set<uuid> seen;
    for (int i = 0; i < 1000; ++i) {
        const uuid id = uuid::v4();
        EXPECT_EQ(id.version(), 4);
        EXPECT_EQ(id.bytes[8] & 0xC0, 0x80);
        EXPECT_TRUE(seen.insert(id).second);
    }
}

TEST(uuid, ordered_ones_increase_and_tell_the_time) {
    using namespace std::chrono;
    const auto now = [] { return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count(); };
    const std::int64_t before = now();
    uuid last;
    for (int i = 0; i < 10000; ++i) {
        const uuid id = uuid::v7();
        EXPECT_EQ(id.version(), 7);
        EXPECT_EQ(id.bytes[8] & 0xC0, 0x80);
        ASSERT_LT(last, id);
        last = id;
    }
    std::int64_t time = 0;
    for (int i = 0; i < 6; ++i) time = time << 8 | last.bytes[i];
    EXPECT_GE(time, before);
    EXPECT_LE(time, now() + 10);
}

}  // namespace
