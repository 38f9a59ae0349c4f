// Primary keys: how Kin finds them, and which of them the database makes.
#include <gtest/gtest.h>
#include <kin/kin.hpp>
#include <kin/mapping/model.hpp>

namespace {

using positions = std::vector<std::uint16_t>;

struct ById {
    std::string name{};
    kin::key<ById> other{};
    kin::key<ById> id{};
};
struct OnlyKey {
    std::string name{};
    kin::key<OnlyKey> number{};
};
struct PlainNumber {
    std::string name{};
    int id{};
};
struct Country {
    kin::key<Country, std::string> code{};
    std::string name{};
};
struct Parcel {
    kin::key<Parcel, kin::uuid> id{};
};
struct Small {
    kin::key<Small, std::int32_t> id{};
};
struct Slot {
    int row{};
    std::string label{};
    int shelf{};
    static constexpr auto table = kin::table("slots").primary_key("shelf", "row");
};
struct Natural {
    int id{};
    std::string isbn{};
    static constexpr auto table = kin::table("naturals").primary_key("isbn");
};
struct Profile {
    kin::key<OnlyKey> owner{};
    std::string text{};
    static constexpr auto table = kin::table("profiles").primary_key("owner");
};
struct Node {
    kin::key<Node> id{};
    std::optional<kin::key<Node>> parent_id{};
};

TEST(PrimaryKey, IsTheMemberId) {
    const auto& m = kin::mapping::model_of<ById>();
    EXPECT_EQ(m.primary_key, (positions{2}));
    EXPECT_TRUE(m.columns[2].primary_key);
    EXPECT_FALSE(m.columns[1].primary_key);
    EXPECT_TRUE(m.columns[2].generated);
}

TEST(PrimaryKey, IsElseTheOnlyKeyOfTheModel) {
    const auto& m = kin::mapping::model_of<OnlyKey>();
    EXPECT_EQ(m.primary_key, (positions{1}));
    EXPECT_TRUE(m.columns[1].generated);
    EXPECT_TRUE(m.foreign_keys.empty());
}

TEST(PrimaryKey, CanBeAPlainNumber) {
    const auto& m = kin::mapping::model_of<PlainNumber>();
    EXPECT_EQ(m.primary_key, (positions{1}));
    EXPECT_TRUE(m.columns[1].generated);
}

TEST(PrimaryKey, TextAndUuidAreNotMadeByTheDatabase) {
    const auto& country = kin::mapping::model_of<Country>();
    EXPECT_EQ(country.primary_key, (positions{0}));
    EXPECT_EQ(country.columns[0].io.rep, kin::layout::string);
    EXPECT_FALSE(country.columns[0].generated);
    const auto& parcel = kin::mapping::model_of<Parcel>();
    EXPECT_EQ(parcel.columns[0].io.rep, kin::layout::uuid);
    EXPECT_EQ(parcel.columns[0].io.type, kin::kind::uuid);
    EXPECT_FALSE(parcel.columns[0].generated);
}

TEST(PrimaryKey, ASmallerIntegerIsMadeToo) {
    const auto& m = kin::mapping::model_of<Small>();
    EXPECT_EQ(m.columns[0].io.rep, kin::layout::i32);
    EXPECT_TRUE(m.columns[0].generated);
}

TEST(PrimaryKey, IsInTheOrderOfTheDescription) {
    const auto& m = kin::mapping::model_of<Slot>();
    EXPECT_EQ(m.primary_key, (positions{2, 0}));
    for (const auto at : m.primary_key) {
        EXPECT_TRUE(m.columns[at].primary_key);
        EXPECT_FALSE(m.columns[at].generated);
    }
    EXPECT_FALSE(m.columns[1].primary_key);
}

TEST(PrimaryKey, TheDescriptionWinsOverId) {
    const auto& m = kin::mapping::model_of<Natural>();
    EXPECT_EQ(m.primary_key, (positions{1}));
    EXPECT_FALSE(m.columns[0].primary_key);
    EXPECT_FALSE(m.columns[0].generated);
}

TEST(PrimaryKey, CanBeAForeignKeyAtTheSameTime) {
    const auto& m = kin::mapping::model_of<Profile>();
    EXPECT_EQ(m.primary_key, (positions{0}));
    EXPECT_FALSE(m.columns[0].generated);
    ASSERT_EQ(m.foreign_keys.size(), 1u);
    EXPECT_EQ(m.foreign_keys[0].target, &kin::mapping::model_of<OnlyKey>());
    EXPECT_FALSE(m.foreign_keys[0].nullable);
}

TEST(PrimaryKey, AnOptionalKeyOfTheModelItselfIsItsParent) {
    const auto& m = kin::mapping::model_of<Node>();
    EXPECT_EQ(m.primary_key, (positions{0}));
    ASSERT_EQ(m.foreign_keys.size(), 1u);
    EXPECT_EQ(m.foreign_keys[0].columns, (positions{1}));
    EXPECT_EQ(m.foreign_keys[0].target, &m);
    EXPECT_TRUE(m.foreign_keys[0].nullable);
}

}  // namespace
