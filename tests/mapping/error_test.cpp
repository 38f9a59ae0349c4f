// What the compiler cannot see of a wrong mapping: a mapping_error that names the model, every time it is asked for.
#include <gtest/gtest.h>
#include <kin/kin.hpp>
#include <kin/mapping/model.hpp>

namespace {

using kin::mapping::model_of;

/// The message of the error that describing M gives; the same the second time.
template <class M>
std::string refusal() {
    std::string first;
    for (int attempt = 0; attempt < 2; ++attempt) {
        try {
            (void)model_of<M>();
            return attempt == 0 ? "described" : "described at the second attempt";
        } catch (const kin::mapping_error& e) {
            if (attempt == 1) {
                EXPECT_EQ(e.message(), first);
            }
            first = e.message();
        }
    }
    return first;
}
bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

struct Keyless {
    std::string name{};
};
struct OnlyOptional {
    std::optional<kin::key<OnlyOptional>> id{};
};
struct TwoOwnKeys {
    kin::key<TwoOwnKeys> left{};
    kin::key<TwoOwnKeys> right{};
};
struct OptionalPart {
    int a{};
    std::optional<int> b{};
    static constexpr auto table = kin::table("optional_parts").primary_key("a", "b");
};

TEST(MappingError, AModelWithoutAPrimaryKey) {
    const std::string text = refusal<Keyless>();
    EXPECT_TRUE(mentions(text, "Keyless has no primary key")) << text;
    EXPECT_TRUE(mentions(text, "kin::key<Keyless> id")) << text;
    EXPECT_TRUE(mentions(refusal<OnlyOptional>(), "OnlyOptional has no primary key"));
    EXPECT_TRUE(mentions(refusal<TwoOwnKeys>(), "TwoOwnKeys has no primary key"));
}

TEST(MappingError, APrimaryKeyThatCanBeNull) {
    const std::string text = refusal<OptionalPart>();
    EXPECT_TRUE(mentions(text, "OptionalPart.b")) << text;
    EXPECT_TRUE(mentions(text, "cannot be optional")) << text;
}

struct Sixteen {
    int m01{}, m02{}, m03{}, m04{}, m05{}, m06{}, m07{}, m08{}, m09{}, m10{}, m11{}, m12{}, m13{}, m14{}, m15{}, m16{};
};
struct TooWide {
    kin::key<TooWide> id{};
    Sixteen a{}, b{}, c{}, d{};
};

TEST(MappingError, MoreThanSixtyFourColumns) {
    const std::string text = refusal<TooWide>();
    EXPECT_TRUE(mentions(text, "TooWide")) << text;
    EXPECT_TRUE(mentions(text, "64 columns")) << text;
}

struct Pair {
    int a{};
    int b{};
    static constexpr auto table = kin::table("pairs").primary_key("a", "b");
};
struct HalfKey {
    kin::key<HalfKey> id{};
    kin::key<Pair> pair_id{};
};
struct ShortList {
    kin::key<ShortList> id{};
    int a{};
    int b{};
    static constexpr auto table =
        kin::table("short_lists").foreign_key<Pair>(kin::columns("a", "b"), kin::columns("a"));
};

TEST(MappingError, AForeignKeyOfAnotherNumberOfColumns) {
    (void)model_of<Pair>();  // fine itself, whoever refers to it wrongly
    const std::string text = refusal<HalfKey>();
    EXPECT_TRUE(mentions(text, "HalfKey.pair_id")) << text;
    EXPECT_TRUE(mentions(text, "Pair")) << text;
    EXPECT_TRUE(mentions(text, "2 columns")) << text;
    EXPECT_TRUE(mentions(refusal<ShortList>(), "ShortList.a"));
}

struct WrongTarget {
    kin::key<WrongTarget> id{};
    int a{};
    static constexpr auto table = kin::table("wrong_targets").foreign_key<Pair>(kin::columns("a"), kin::columns("c"));
};

TEST(MappingError, AReferencedColumnThatIsNot) {
    const std::string text = refusal<WrongTarget>();
    EXPECT_TRUE(mentions(text, "Pair has no column 'c'; there are: a, b")) << text;
}

struct NoKeyInIt {
    kin::key<NoKeyInIt> id{};
    int number{};
    static constexpr auto table = kin::table("no_keys").foreign_key("number", kin::on_delete::cascade);
};

TEST(MappingError, ActionsOfAColumnThatIsNoForeignKey) {
    const std::string text = refusal<NoKeyInIt>();
    EXPECT_TRUE(mentions(text, "NoKeyInIt.number is no foreign key")) << text;
}

struct Never;
struct Lonely {
    kin::key<Lonely> id{};
    kin::has_many<Never> things{};
};
struct Stranger {
    kin::key<Stranger> id{};
};
struct Unrelated {
    kin::key<Unrelated> id{};
    kin::belongs_to<Stranger> stranger{};
};

TEST(MappingError, ARelationThatCannotBeBoundSaysWhyWhenItIsUsed) {
    const auto& lonely = model_of<Lonely>().require_relation("things", kin::site::current());
    EXPECT_TRUE(mentions(lonely.problem, "Lonely.things")) << lonely.problem;
    EXPECT_TRUE(mentions(lonely.problem, "never defined")) << lonely.problem;
    (void)model_of<Stranger>();
    const auto& unrelated = model_of<Unrelated>().require_relation("stranger", kin::site::current());
    EXPECT_TRUE(mentions(unrelated.problem, "Unrelated has no foreign key to Stranger")) << unrelated.problem;
}

struct Part {
    kin::belongs_to<Stranger> stranger{};
};
struct Whole {
    kin::key<Whole> id{};
    Part part{};
};

TEST(MappingError, AnEmbeddedValueWithARelation) {
    const std::string text = refusal<Whole>();
    EXPECT_TRUE(mentions(text, "Whole.part.stranger: an embedded value has no relations")) << text;
}

TEST(MappingError, AnUnknownNameListsWhatThereIs) {
    try {
        (void)model_of<Pair>().require_column("c", kin::site::current());
        FAIL() << "found a column that is not there";
    } catch (const kin::unknown_name& e) {
        EXPECT_EQ(e.message(), "Pair has no column 'c'; there are: a, b");
        EXPECT_TRUE(mentions(e.where().file_name(), "error_test.cpp"));
    }
    try {
        (void)model_of<Lonely>().require_relation("thing", kin::site::current());
        FAIL() << "found a relation that is not there";
    } catch (const kin::unknown_name& e) {
        EXPECT_EQ(e.message(), "Lonely has no relation 'thing'; there are: things");
    }
    EXPECT_THROW((void)model_of<Pair>().require_relation("x", kin::site::current()), kin::unknown_name);
}

TEST(MappingError, OneBrokenModelLeavesTheOthersAlone) {
    EXPECT_EQ(refusal<Keyless>(), refusal<Keyless>());
    EXPECT_EQ(model_of<Stranger>().columns.size(), 1u);
    EXPECT_NO_THROW((void)model_of<Unrelated>());
}

}  // namespace
