// The identity map against std::unordered_map: keys in sequence, at random, far apart, composite, text.
#include <random>
#include <unordered_map>

#include <gtest/gtest.h>
#include <kin/graph/fields.hpp>

#include "graph/nodes.hpp"

namespace {

using graph_test::home;
using graph_test::object;
using kin::graph::identity_map;
using kin::graph::node;

struct Thing {
    std::int64_t id{};
};
struct Country {
    kin::key<Country, std::string> code{};
};
struct Cell {
    int column{};
    std::string row{};
    static constexpr auto table = kin::table("cells").primary_key("row", "column");
};
struct Parcel {
    kin::key<Parcel, kin::uuid> id{};
};
struct Narrow {
    kin::key<Narrow, std::int32_t> id{};
};

template <class T>
identity_map map_of() {
    identity_map map;
    map.describe(kin::mapping::model_of<T>());
    return map;
}

/// Inserts every key, finds them all, and nothing else; then erases every other one.
void check(const std::vector<std::int64_t>& keys, const std::vector<std::int64_t>& absent) {
    const home arena;
    identity_map map = map_of<Thing>();
    ASSERT_TRUE(map.integer_key());
    std::vector<node*> nodes;
    for (const std::int64_t key : keys) {
        nodes.push_back(arena.add(Thing{key}));
        ASSERT_EQ(map.insert(nodes.back()), nodes.back());
    }
    ASSERT_EQ(map.size(), keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) ASSERT_EQ(map.find(keys[i]), nodes[i]) << keys[i];
    for (const std::int64_t key : absent) ASSERT_EQ(map.find(key), nullptr) << key;
    for (std::size_t i = 0; i < keys.size(); i += 2) map.erase(nodes[i]);
    ASSERT_EQ(map.size(), keys.size() / 2);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        ASSERT_EQ(map.find(keys[i]), i % 2 == 0 ? nullptr : nodes[i]) << keys[i];
    }
}

std::vector<std::int64_t> multiples(std::int64_t of, std::size_t count) {
    std::vector<std::int64_t> keys;
    for (std::size_t i = 1; i <= count; ++i) keys.push_back(static_cast<std::int64_t>(i) * of);
    return keys;
}

TEST(IdentityMap, AMillionKeysInSequence) { check(multiples(1, 1'000'000), {0, -1, 1'000'001, INT64_MAX, INT64_MIN}); }

// Quadratic where a stride makes all keys meet in one place: the test's time limit would notice.
TEST(IdentityMap, KeysFarApart) {
    for (const int shift : {3, 6, 10, 16, 20, 32}) {
        SCOPED_TRACE(shift);
        check(multiples(std::int64_t{1} << shift, 100'000), {0, 1, (std::int64_t{1} << shift) + 1, -8});
    }
    check(multiples(std::int64_t{1} << 48, 32'000), {0, 1});
}

TEST(IdentityMap, NegativeAndExtremeKeys) {
    auto keys = multiples(-1, 10'000);
    keys.insert(keys.end(), {INT64_MIN, INT64_MIN + 1, INT64_MIN + 8, INT64_MAX, INT64_MAX - 1, 0, 7, 8});
    check(keys, {-10'001, 1, 9, INT64_MIN + 2, INT64_MAX - 2});
}

TEST(IdentityMap, RandomKeys) {
    std::mt19937_64 random{20251121};
    std::unordered_map<std::int64_t, bool> seen;
    std::vector<std::int64_t> keys;
    while (keys.size() < 200'000) {
        const auto key = static_cast<std::int64_t>(random());
        if (seen.emplace(key, true).second) keys.push_back(key);
    }
    check(keys, {});
}

TEST(IdentityMap, AnEmptyOneFindsNothing) {
    const home arena;
    identity_map map = map_of<Thing>();
    EXPECT_EQ(map.find(0), nullptr);
    EXPECT_EQ(map.find(INT64_MIN), nullptr);
    map.erase(arena.add(Thing{1}));
    EXPECT_EQ(map.size(), 0u);
}

TEST(IdentityMap, TheFirstUnderAKeyStays) {
    const home arena;
    identity_map map = map_of<Thing>();
    node* first = arena.add(Thing{5});
    node* second = arena.add(Thing{5});
    EXPECT_EQ(map.insert(first), first);
    EXPECT_EQ(map.insert(second), first);
    EXPECT_EQ(map.size(), 1u);
    map.erase(second);
    EXPECT_EQ(map.find(5), first) << "another node under the same key is not the one";
    EXPECT_EQ(map.size(), 1u);
}

/// Random insertions, erasures and look-ups, compared with the standard's map after each.
template <class T, class MakeKey>
void compare(std::uint64_t seed, int keys, MakeKey make) {
    const home arena;
    identity_map map = map_of<T>();
    std::unordered_map<int, node*> expected;
    std::mt19937_64 random{seed};
    for (int step = 0; step < 30'000; ++step) {
        const int key = static_cast<int>(random() % static_cast<unsigned>(keys));
        const auto there = expected.find(key);
        if (random() % 2 == 0) {
            node* n = arena.add(make(key));
            node* in = map.insert(n);
            ASSERT_EQ(in, there == expected.end() ? n : there->second);
            expected.emplace(key, n);
        } else if (there != expected.end()) {
            map.erase(there->second);
            expected.erase(there);
        }
        ASSERT_EQ(map.size(), expected.size());
        if (step % 1000 != 0) continue;
        for (int k = 0; k < keys; ++k) {
            const T probe = make(k);
            std::vector<kin::value> scratch(2);
            std::vector<kin::value_view> parts;
            const auto& m = kin::mapping::model_of<T>();
            for (const auto c : m.primary_key) {
                parts.push_back(kin::graph::view(m.fields[c], &probe, scratch[parts.size()]));
            }
            const auto e = expected.find(k);
            ASSERT_EQ(map.find(parts), e == expected.end() ? nullptr : e->second) << k;
        }
    }
}

TEST(IdentityMap, RandomSequencesOfIntegerKeys) {
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
        compare<Thing>(seed, 60, [](int k) { return Thing{k}; });
        compare<Thing>(seed, 3000, [](int k) { return Thing{std::int64_t{k} * 64}; });
        compare<Thing>(seed, 3000, [](int k) { return Thing{(k - 1500) * (std::int64_t{1} << 32)}; });
    }
    compare<Narrow>(4, 500, [](int k) { return Narrow{.id = k - 250}; });
}

TEST(IdentityMap, RandomSequencesOfTextKeys) {
    for (const std::uint64_t seed : {5u, 6u}) {
        compare<Country>(seed, 700, [](int k) { return Country{.code = std::string(k % 5, 'x') + std::to_string(k)}; });
    }
}

TEST(IdentityMap, RandomSequencesOfCompositeKeys) {
    for (const std::uint64_t seed : {7u, 8u}) {
        compare<Cell>(seed, 900, [](int k) { return Cell{.column = k % 30, .row = std::to_string(k / 30)}; });
    }
}

TEST(IdentityMap, RandomSequencesOfUuids) {
    compare<Parcel>(9, 500, [](int k) {
        kin::uuid id;
        id.bytes[15] = static_cast<std::uint8_t>(k);
        id.bytes[3] = static_cast<std::uint8_t>(k >> 8);
        return Parcel{.id = id};
    });
}

TEST(IdentityMap, IsEmptyAfterClear) {
    const home arena;
    for (const int count : {3, 30'000}) {
        identity_map map = map_of<Thing>();
        std::vector<node*> nodes;
        for (int i = 0; i < count; ++i) map.insert(nodes.emplace_back(arena.add(Thing{i})));
        map.clear();
        EXPECT_EQ(map.size(), 0u);
        EXPECT_EQ(map.find(1), nullptr);
        for (node* n : nodes) EXPECT_EQ(map.insert(n), n);
        EXPECT_EQ(map.find(count - 1), nodes.back());
    }
}

}  // namespace
