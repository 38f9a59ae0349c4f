// Blocks that come and go, more of them than the pool keeps warm.
#include <graph/block_pool.hpp>

#include <gtest/gtest.h>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include <kin/graph/arena.hpp>

using kin::graph::block_size;

namespace {

struct taken {
    std::byte* at;
    std::uint64_t mark;
};

taken take(std::uint64_t mark) {
    auto* const at = static_cast<std::byte*>(kin::graph::take_block());
    std::memcpy(at, &mark, sizeof mark);
    std::memcpy(at + block_size - sizeof mark, &mark, sizeof mark);
    return {at, mark};
}

bool intact(const taken& b) {
    return std::memcmp(b.at, &b.mark, sizeof b.mark) == 0 &&
           std::memcmp(b.at + block_size - sizeof b.mark, &b.mark, sizeof b.mark) == 0;
}

}  // namespace

TEST(BlockPool, BlocksAreApartAligned) {
    std::mt19937 random{17};
    std::vector<taken> held;
    std::set<std::byte*> places;
    std::uint64_t next = 1;
    // 1,500 blocks are 94 MiB: up, down to few, up again, in random order.
    for (const std::size_t aim : {1500u, 3u, 40u, 1000u, 0u, 1500u, 0u}) {
        while (held.size() != aim) {
            const bool grow = held.size() < aim ? random() % 4 != 0 : random() % 4 == 0;
            if (grow || held.empty()) {
                held.push_back(take(next++));
                EXPECT_EQ(reinterpret_cast<std::uintptr_t>(held.back().at) % block_size, 0u);
                ASSERT_TRUE(places.insert(held.back().at).second) << "given out twice";
                EXPECT_TRUE(kin::graph::in_a_block(held.back().at + random() % block_size));
            } else {
                std::swap(held[random() % held.size()], held.back());
                ASSERT_TRUE(intact(held.back()));
                places.erase(held.back().at);
                kin::graph::give_block(held.back().at);
                EXPECT_TRUE(kin::graph::in_a_block(held.back().at));
                held.pop_back();
            }
        }
        for (const taken& b : held) ASSERT_TRUE(intact(b));
    }
    int local = 0;
    EXPECT_FALSE(kin::graph::in_a_block(&local));
    EXPECT_FALSE(kin::graph::in_a_block(nullptr));
}

TEST(BlockPool, FewAreTheSameAgain) {
    std::vector<void*> blocks(5);
    for (void*& b : blocks) b = kin::graph::take_block();
    const std::set<void*> before{blocks.begin(), blocks.end()};
    for (void* b : blocks) kin::graph::give_block(b);
    for (void*& b : blocks) b = kin::graph::take_block();
    EXPECT_EQ((std::set<void*>{blocks.begin(), blocks.end()}), before);
    for (void* b : blocks) kin::graph::give_block(b);
}
