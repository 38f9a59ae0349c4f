// The arena: slabs of one model each, found again from any address inside an object, destroyed exactly once.
#include <array>
#include <set>

#include <gtest/gtest.h>

#include "graph/nodes.hpp"

namespace {

using graph_test::counted;
using graph_test::home;
using graph_test::object;
using kin::graph::node;

struct Small {
    kin::key<Small> id{};
};
struct Counted {
    kin::key<Counted> id{};
    counted mark{};
    std::string text{};
};
struct Bytes1K {
    std::array<kin::uuid, 64> all{};
};
}  // namespace
template <>
struct kin::codec<Bytes1K> {
    using stored = std::int64_t;
    static stored to_stored(const Bytes1K&) { return 0; }
    static Bytes1K from_stored(stored) { return {}; }
};
namespace {
struct Large {
    kin::key<Large> id{};
    Bytes1K b01{}, b02{}, b03{}, b04{}, b05{}, b06{}, b07{}, b08{}, b09{}, b10{}, b11{}, b12{}, b13{}, b14{}, b15{};
    Bytes1K b16{}, b17{}, b18{}, b19{}, b20{}, b21{}, b22{}, b23{}, b24{}, b25{}, b26{}, b27{}, b28{}, b29{}, b30{};
    std::string last{};
};

TEST(Arena, AnyAddressInsideAnObjectLeadsToItsNode) {
    const home arena;
    std::vector<node*> nodes;
    for (int i = 0; i < 5000; ++i) nodes.push_back(arena.add(Counted{.id = i, .mark = counted{i}}));
    for (node* n : nodes) {
        const auto* start = reinterpret_cast<const std::byte*>(n->object());
        for (const std::size_t at : {std::size_t{0}, sizeof(Counted) / 2, sizeof(Counted) - 1}) {
            ASSERT_EQ(kin::graph::owner_of(start + at), n);
        }
        ASSERT_TRUE(arena->owns(n->object()));
    }
    EXPECT_EQ(object<Counted>(nodes[4321]).id.value, 4321);
}

TEST(Arena, ModelsDoNotShareSlabs) {
    const home arena;
    std::set<const void*> small;
    std::set<const void*> counts;
    for (int i = 0; i < 100; ++i) {
        small.insert(kin::graph::slab::around(arena.add(Small{.id = i})->object()));
        counts.insert(kin::graph::slab::around(arena.add(Counted{.id = i})->object()));
    }
    EXPECT_EQ(small.size(), 1u);
    EXPECT_EQ(counts.size(), 1u);
    EXPECT_NE(*small.begin(), *counts.begin());
}

TEST(Arena, ALargeModelFits) {
    static_assert(sizeof(Large) > 30 * 1024);
    const home arena;
    std::vector<node*> nodes;
    for (int i = 0; i < 20; ++i) {
        nodes.push_back(arena.add<Large>());
        object<Large>(nodes.back()).id = i;
        object<Large>(nodes.back()).last = std::string(100, static_cast<char>('a' + i));
    }
    for (int i = 0; i < 20; ++i) {
        const auto& large = object<Large>(nodes[static_cast<std::size_t>(i)]);
        EXPECT_EQ(large.id.value, i);
        EXPECT_EQ(large.last[99], 'a' + i);
        EXPECT_EQ(kin::graph::owner_of(&large.last), nodes[static_cast<std::size_t>(i)]);
    }
}

TEST(Arena, DestroysEachObjectOnce) {
    const int before = counted::alive;
    {
        const home arena;
        for (int i = 0; i < 3000; ++i) arena.add(Counted{.text = std::string(50, 'x')});
        EXPECT_EQ(counted::alive, before + 3000);
    }
    EXPECT_EQ(counted::alive, before);
}

TEST(Arena, AnObjectThatWasNeverFinishedIsNotDestroyed) {
    const int before = counted::alive;
    {
        const home arena;
        arena.add<Counted>();
        (void)arena->reserve(arena->pool_of(kin::mapping::model_of<Counted>()));  // its constructor threw, say
    }
    EXPECT_EQ(counted::alive, before);
}

TEST(Arena, StartsAnewAfterReset) {
    const int before = counted::alive;
    const home arena;
    for (const int count : {1, 3000, 2, 3000, 10}) {
        for (int i = 0; i < count; ++i) {
            node* n = arena.add(Counted{.id = i, .mark = counted{i}});
            ASSERT_EQ(kin::graph::owner_of(n->object()), n);
        }
        arena.add<Small>();
        EXPECT_EQ(counted::alive, before + count);
        arena->reset();
        EXPECT_EQ(counted::alive, before);
    }
    // One model and one slab: the storage is kept.
    node* first = arena.add<Counted>();
    arena->reset();
    EXPECT_EQ(counted::alive, before);
    EXPECT_EQ(arena.add<Counted>(), first);
}

TEST(Arena, LargePlacesAreGivenBackInAnyOrder) {
    const home arena;
    (void)arena->bytes(8);
    const std::size_t before = arena->size();
    for (const std::size_t size : {16'384u, 16'385u, 20'000u, 65'536u, 200'000u}) {
        std::vector<std::byte*> places;
        for (int i = 0; i < 6; ++i) {
            places.push_back(arena->snapshot_bytes(size));
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(places.back()) % 32, 0u) << size;
            std::fill_n(places.back(), size, static_cast<std::byte>(i));
        }
        for (const std::size_t i : {2u, 0u, 5u, 3u}) arena->give_back(places[i], size);
        for (const std::size_t i : {1u, 4u}) {
            EXPECT_EQ(std::count(places[i], places[i] + size, static_cast<std::byte>(i)),
                      static_cast<std::ptrdiff_t>(size));
            arena->give_back(places[i], size);
        }
        if (size > 16'384) {
            EXPECT_LE(arena->size(), before + 2 * kin::graph::block_size) << size;
        }
    }
    (void)arena->snapshot_bytes(20'000);
    arena->reset();  // frees what nobody has given back
}

TEST(Arena, BytesAreAlignedAndApart) {
    const home arena;
    std::vector<std::pair<std::byte*, std::size_t>> pieces;
    for (const std::size_t size : {1u, 15u, 16u, 17u, 1000u, 16384u, 16385u, 70000u, 200000u, 8u}) {
        auto* at = static_cast<std::byte*>(arena->bytes(size));
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(at) % 16, 0u) << size;
        std::fill_n(at, size, static_cast<std::byte>(pieces.size()));
        pieces.emplace_back(at, size);
    }
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const auto [at, size] = pieces[i];
        EXPECT_EQ(std::count(at, at + size, static_cast<std::byte>(i)), static_cast<std::ptrdiff_t>(size));
    }
    arena->reset();
    EXPECT_NE(arena->bytes(100), nullptr);
}

TEST(Arena, LivesAsLongAsItsLastHandle) {
    const int before = counted::alive;
    kin::ref<Counted> handle;
    {
        const home arena;
        handle = kin::ref<Counted>::of(arena.add(Counted{.mark = counted{42}}));
        EXPECT_FALSE(arena->sole());
        arena->close();
    }
    EXPECT_EQ(counted::alive, before + 1);
    EXPECT_EQ(handle->mark.number, 42);
    kin::ref<const Counted> other = handle;
    handle = nullptr;
    EXPECT_EQ(other->mark.number, 42);
    other = nullptr;
    EXPECT_EQ(counted::alive, before);
}

TEST(Arena, AnEmptyHandleSaysSo) {
    const kin::ref<Counted> empty;
    EXPECT_FALSE(empty);
    EXPECT_EQ(empty.get(), nullptr);
    EXPECT_THROW((void)empty->text, kin::usage_error);
}

}  // namespace
