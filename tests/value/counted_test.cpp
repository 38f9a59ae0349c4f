// Shared ownership: who deletes, and when.
#include <gtest/gtest.h>

#include <cstdlib>
#include <kin/value/counted.hpp>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace {

using kin::counted;

struct incomplete;
/// Copied, moved and dropped where nothing is known of what it points to.
struct holder {
    counted<const incomplete> what{};
};

TEST(counted, is_null_without_an_object) {
    const counted<int> nothing;
    EXPECT_FALSE(nothing);
    EXPECT_TRUE(nothing == nullptr);
    EXPECT_FALSE(counted<int>{nothing});
}

TEST(counted, deletes_with_the_last_owner) {
    const auto witness = std::make_shared<int>(1);
    auto first = counted<const std::shared_ptr<int>>::make(witness);
    auto second = first;
    EXPECT_EQ(&*first, &*second);
    EXPECT_EQ(witness.use_count(), 2);
    first = {};
    EXPECT_EQ(witness.use_count(), 2);
    second = {};
    EXPECT_EQ(witness.use_count(), 1);
}

TEST(counted, moves_without_a_second_owner) {
    auto from = counted<int>::make(7);
    const auto to = std::move(from);
    EXPECT_FALSE(from);
    EXPECT_EQ(*to, 7);
}

TEST(counted, survives_assignment_to_itself) {
    auto self = counted<std::vector<int>>::make(3U, 7);
    auto& alias = self;
    self = alias;
    EXPECT_EQ(self->size(), 3U);
    self = std::move(alias);
    ASSERT_TRUE(self);
    EXPECT_EQ(self->back(), 7);
}

TEST(counted, is_copied_and_dropped_in_several_threads) {
    const auto witness = std::make_shared<int>(1);
    {
        const auto shared = counted<const std::shared_ptr<int>>::make(witness);
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([mine = shared] {
                for (int i = 0; i < 20'000; ++i) {
                    const auto copy = mine;
                    if (**copy != 1) std::abort();
                }
            });
        }
        for (std::thread& each : threads) each.join();
        EXPECT_EQ(witness.use_count(), 2);
    }
    EXPECT_EQ(witness.use_count(), 1);
}

struct incomplete {
    int number;
};

TEST(counted, needs_its_type_only_where_it_is_made_and_read) {
    holder one{counted<const incomplete>::make(5)};
    const holder two = one;
    one = {};
    EXPECT_EQ(two.what->number, 5);
}

}  // namespace
