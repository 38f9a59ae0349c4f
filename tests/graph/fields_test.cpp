// Columns without types: packing an object, finding what changed since, and writing it back.
#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>
#include <kin/graph/fields.hpp>

#include "graph/nodes.hpp"

namespace {

using graph_test::counted;
using graph_test::home;
using kin::mapping::model_of;

enum class Colour : std::uint8_t { red, green, blue };
struct Motto {
    std::string text{};
    Motto() = default;
    explicit Motto(std::string t) : text{std::move(t)} {}
};

}  // namespace
template <>
struct kin::codec<Motto> {
    using stored = std::string;
    static stored to_stored(const Motto& m) { return m.text; }
    static Motto from_stored(stored s) { return Motto{std::move(s)}; }
};
namespace {

struct Point {
    double x{};
    std::optional<float> y{};
};
struct Place {
    std::string name{};
    Point at{};
};
struct Everything {
    kin::key<Everything> id{};
    bool truth{};
    std::int8_t i8{};
    std::int16_t i16{};
    std::int32_t i32{};
    std::uint8_t u8{};
    std::uint16_t u16{};
    std::uint32_t u32{};
    std::uint64_t u64{};
    float f32{};
    double f64{};
    std::string text{};
    std::vector<std::byte> blob{};
    kin::uuid uuid{};
    Colour colour{};
    counted number{};
    Motto motto{};
    Place place{};
    std::optional<std::int64_t> maybe_number{};
    std::optional<std::string> maybe_text{};
    std::optional<std::vector<std::byte>> maybe_blob{};
    std::optional<kin::uuid> maybe_uuid{};
    std::optional<Colour> maybe_colour{};
    std::optional<Motto> maybe_motto{};
    std::optional<bool> maybe_truth{};
};

struct Change {
    const char* column;
    std::function<void(Everything&)> make;
};

std::vector<Change> changes() {
    const std::string text(5000, 'q');
    const std::vector<std::byte> blob{std::byte{0}, std::byte{255}};
    return {
        {"id", [](auto& e) { e.id = std::numeric_limits<std::int64_t>::min(); }},
        {"truth", [](auto& e) { e.truth = !e.truth; }},
        {"i8", [](auto& e) { e.i8 = -128; }},
        {"i16", [](auto& e) { e.i16 = -32768; }},
        {"i32", [](auto& e) { e.i32 = std::numeric_limits<std::int32_t>::min(); }},
        {"u8", [](auto& e) { e.u8 = 255; }},
        {"u16", [](auto& e) { e.u16 = 65535; }},
        {"u32", [](auto& e) { e.u32 = 4294967295u; }},
        {"u64", [](auto& e) { e.u64 = std::numeric_limits<std::int64_t>::max(); }},
        {"f32", [](auto& e) { e.f32 = -1.5f; }},
        {"f64", [](auto& e) { e.f64 = 1e300; }},
        {"text", [text](auto& e) { e.text = text; }},
        {"blob", [blob](auto& e) { e.blob = blob; }},
        {"uuid", [](auto& e) { e.uuid.bytes[15] ^= 1; }},
        {"colour", [](auto& e) { e.colour = Colour::blue; }},
        {"number", [](auto& e) { e.number = counted{-7}; }},
        {"motto", [text](auto& e) { e.motto.text = text; }},
        {"place_name", [](auto& e) { e.place.name = "elsewhere"; }},
        {"place_at_x", [](auto& e) { e.place.at.x = -0.25; }},
        {"place_at_y", [](auto& e) { e.place.at.y = 0.5f; }},
        {"maybe_number", [](auto& e) { e.maybe_number = -1; }},
        {"maybe_text", [text](auto& e) { e.maybe_text = text; }},
        {"maybe_blob", [blob](auto& e) { e.maybe_blob = blob; }},
        {"maybe_uuid", [](auto& e) { e.maybe_uuid = kin::uuid::v4(); }},
        {"maybe_colour", [](auto& e) { e.maybe_colour = Colour::green; }},
        {"maybe_motto", [](auto& e) { e.maybe_motto = Motto{"on"}; }},
        {"maybe_truth", [](auto& e) { e.maybe_truth = false; }},
    };
}

/// Every member with another value than its default.
Everything full() {
    Everything e;
    e.id = 77;
    e.text = "short";
    e.blob.assign(300, std::byte{9});
    e.motto.text = "before";
    e.number.number = 12;
    e.place = {"here", {1.0, 2.0f}};
    e.maybe_number = 5;
    e.maybe_text = "some";
    e.maybe_blob.emplace();
    e.maybe_uuid.emplace();
    e.maybe_colour = Colour::red;
    e.maybe_motto = Motto{""};
    e.maybe_truth = true;
    return e;
}

class Fields : public testing::TestWithParam<bool> {
  protected:
    const kin::mapping::model& model_ = model_of<Everything>();
    home arena_;
    Everything object_ = GetParam() ? full() : Everything{};
};

TEST_P(Fields, AnObjectEqualsItsOwnSnapshot) {
    const std::byte* packed = kin::graph::pack(model_, &object_, *arena_);
    std::uint64_t changed = 1;
    EXPECT_EQ(kin::graph::compare(model_, &object_, packed, changed), 0u);
    EXPECT_EQ(changed, 0u);
}

TEST_P(Fields, EveryColumnIsCoveredByAChange) { EXPECT_EQ(changes().size(), model_.columns.size()); }

TEST_P(Fields, AChangeIsSeenInItsColumnAlone) {
    for (const Change& change : changes()) {
        SCOPED_TRACE(change.column);
        Everything now = object_;
        const std::byte* packed = kin::graph::pack(model_, &now, *arena_);
        change.make(now);
        std::uint64_t changed = 0;
        EXPECT_EQ(kin::graph::compare(model_, &now, packed, changed), 1u);
        const auto column = model_.find_column(change.column) - model_.columns.data();
        EXPECT_EQ(changed, std::uint64_t{1} << column);
    }
}

TEST_P(Fields, UnpackWritesEverythingBack) {
    const std::byte* packed = kin::graph::pack(model_, &object_, *arena_);
    Everything now = object_;
    for (const Change& change : changes()) change.make(now);
    std::uint64_t changed = 0;
    EXPECT_EQ(kin::graph::compare(model_, &now, packed, changed), model_.columns.size());
    kin::graph::unpack(model_, &now, packed);
    EXPECT_EQ(kin::graph::compare(model_, &now, packed, changed), 0u);
    EXPECT_EQ(now.text, object_.text);
    EXPECT_EQ(now.place.at.y, object_.place.at.y);
    EXPECT_EQ(now.maybe_text, object_.maybe_text);
    EXPECT_EQ(now.maybe_blob, object_.maybe_blob);
    EXPECT_EQ(now.number.number, object_.number.number);
    EXPECT_EQ(now.maybe_motto.has_value(), object_.maybe_motto.has_value());
}

TEST_P(Fields, OneColumnOfASnapshotIsWhatWasInTheObject) {
    const std::byte* packed = kin::graph::pack(model_, &object_, *arena_);
    for (std::size_t i = 0; i < model_.fields.size(); ++i) {
        const kin::value_view was = kin::graph::packed(model_, packed, i);
        EXPECT_TRUE(kin::graph::equal(model_.fields[i], &object_, was)) << model_.columns[i].name;
    }
}

TEST_P(Fields, AValueSeenIsTheValueAssigned) {
    Everything other = GetParam() ? Everything{} : full();
    for (const kin::field& f : model_.fields) {
        kin::value scratch;
        kin::graph::assign(f, &other, kin::graph::view(f, &object_, scratch));
        EXPECT_TRUE(kin::graph::equal(f, &object_, f, &other)) << f.name;
    }
    std::uint64_t changed = 0;
    EXPECT_EQ(kin::graph::compare(model_, &other, kin::graph::pack(model_, &object_, *arena_), changed), 0u);
}

INSTANTIATE_TEST_SUITE_P(EmptyAndFull, Fields, testing::Bool(),
                         [](const auto& info) { return info.param ? "Full" : "Empty"; });

TEST(FieldsOfAnObject, UnsetIsNothingGiven) {
    const auto& m = model_of<Everything>();
    const auto unset = [&](const char* column, const Everything& e) {
        return kin::graph::unset(m.find_column(column)->io, &e);
    };
    Everything e;
    for (const char* column : {"id", "text", "uuid", "maybe_number", "maybe_text"}) EXPECT_TRUE(unset(column, e));
    e = full();
    e.uuid.bytes[0] = 1;
    for (const char* column : {"id", "text", "uuid", "maybe_number", "maybe_text"}) EXPECT_FALSE(unset(column, e));
    e.maybe_number = 0;
    e.maybe_text = "";
    EXPECT_TRUE(unset("maybe_number", e));
    EXPECT_TRUE(unset("maybe_text", e));
}

TEST(FieldsOfAnObject, TextWithZeroesAndOfAnyLengthSurvives) {
    const auto& m = model_of<Everything>();
    const home arena;
    for (const std::size_t length : {0u, 1u, 15u, 16u, 1000u, 70'000u}) {
        Everything e;
        e.text = std::string(length, '\0');
        const std::byte* packed = kin::graph::pack(m, &e, *arena);
        const std::string before = e.text;
        e.text += 'x';
        std::uint64_t changed = 0;
        EXPECT_EQ(kin::graph::compare(m, &e, packed, changed), 1u);
        kin::graph::unpack(m, &e, packed);
        EXPECT_EQ(e.text, before);
    }
}

struct Parent {
    kin::key<Parent> id{};
};
struct Child {
    kin::key<Child> id{};
    kin::key<Parent> parent_id{};
    std::optional<kin::key<Parent>> other_id{};
};

TEST(FieldsOfAnObject, AKeyIsCopiedToItsForeignKey) {
    const Parent parent{.id = 42};
    Child child;
    const auto& from = model_of<Parent>().fields[0];
    const auto& m = model_of<Child>();
    kin::graph::copy_key(m.fields[1], &child, from, &parent);
    EXPECT_EQ(child.parent_id.value, 42);
    kin::graph::copy_key(m.fields[2], &child, from, &parent);
    ASSERT_TRUE(child.other_id);
    EXPECT_EQ(child.other_id->value, 42);
    EXPECT_TRUE(kin::graph::equal(m.fields[2], &child, from, &parent));
}

TEST(FieldsOfAnObject, EqualValuesHashTheSame) {
    const kin::value a{std::string(100, 'a')};
    const kin::value b{std::string(100, 'a')};
    EXPECT_EQ(kin::graph::hash(a.view()), kin::graph::hash(b.view()));
    EXPECT_NE(kin::graph::hash(kin::value{1}.view()), kin::graph::hash(kin::value{2}.view()));
}

}  // namespace
