// A list in blocks: what is in it stays where it is, whatever is added, and comes back in the same order.
#include <cstdint>
#include <utility>

#include <gtest/gtest.h>

#include "graph/reuse/long_list.hpp"

namespace {

using list = kin::graph::long_list<std::int64_t>;
constexpr std::int64_t many = 3 * kin::graph::block_size / sizeof(std::int64_t) + 5;

list counted(std::int64_t to) {
    list all;
    for (std::int64_t i = 0; i < to; ++i) all.push_back(i);
    return all;
}

TEST(LongList, HoldsWhatCameInItsOrder) {
    for (const std::int64_t size : {0L, 1L, 16L, 17L, 8191L, 8192L, 8193L, 16384L, 16385L, many}) {
        const list all = counted(size);
        EXPECT_EQ(all.size(), static_cast<std::size_t>(size));
        EXPECT_EQ(all.empty(), size == 0);
        std::int64_t next = 0;
        for (const std::int64_t each : all) ASSERT_EQ(each, next++);
        EXPECT_EQ(next, size);
    }
}

TEST(LongList, NeverMovesWhatLiesBehindItsFirstBlock) {
    list all = counted(8192);
    const std::int64_t* const first = &all[0];
    all.push_back(8192);
    const std::int64_t* const second = &all[8192];
    for (std::int64_t i = 8193; i < many; ++i) all.push_back(i);
    EXPECT_EQ(&all[0], first);
    EXPECT_EQ(&all[8192], second);
}

TEST(LongList, GoesBackOverTheEdgesOfBlocks) {
    list all = counted(many);
    while (all.size() > 8190) {
        ASSERT_EQ(all.back(), static_cast<std::int64_t>(all.size()) - 1);
        all.pop_back();
    }
    for (std::int64_t i = 8190; i < many; ++i) all.push_back(-i);
    EXPECT_EQ(all[8189], 8189);
    EXPECT_EQ(all[8192], -8192);
    EXPECT_EQ(all.back(), 1 - many);
    all.shorten(3);
    all.push_back(7);
    EXPECT_EQ(all.size(), 4u);
    EXPECT_EQ(all[2], 2);
    EXPECT_EQ(all[3], 7);
}

TEST(LongList, RoomThatWasMadeIsThere) {
    list all;
    all.make_room(20000);
    all.push_back(0);
    const std::int64_t* const first = &all[0];
    for (std::int64_t i = 1; i < 20000; ++i) all.push_back(i);
    EXPECT_EQ(&all[0], first);
    EXPECT_EQ(all.back(), 19999);
}

TEST(LongList, IsEmptiedAndMoved) {
    list all = counted(many);
    all.clear();
    EXPECT_TRUE(all.empty());
    all.push_back(1);
    list other = std::move(all);
    EXPECT_EQ(other.size(), 1u);
    EXPECT_EQ(other[0], 1);
    other = counted(20000);
    EXPECT_EQ(other[19999], 19999);
}

}  // namespace
