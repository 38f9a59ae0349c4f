// What a morph_to brings into its model's descriptor, and what it refuses when models are bound.
#include <gtest/gtest.h>

#include <kin/mapping/model.hpp>
#include <kin/morph.hpp>

namespace {

struct Photo {
    kin::key<Photo> id{};

    static constexpr auto table = kin::table("photos").morph("photo");
};
struct Film {
    kin::key<Film> id{};
};
struct Remark {
    kin::key<Remark> id{};
    kin::morph_to<Photo, Film> about{};
    kin::morph_to<Film, kin::nullable> answers{};

    static constexpr auto table = kin::table("remarks")
                                      .column("about_type", "kind")
                                      .length("about_type", 20)
                                      .unique("about_type", "about_id", "answers_id");
};

TEST(Morph, TwoColumnsAnIndexAndAKeyForEachModel) {
    (void)kin::models<Photo, Film, Remark>::list();
    const kin::mapping::model& m = kin::mapping::model_of<Remark>();
    ASSERT_EQ(m.columns.size(), 5u);
    EXPECT_EQ(m.columns[1].name, "kind");
    EXPECT_EQ(m.columns[1].length, 20);
    EXPECT_FALSE(m.columns[1].nullable());
    EXPECT_EQ(m.columns[2].name, "about_id");
    EXPECT_EQ(m.columns[3].name, "answers_type");
    EXPECT_TRUE(m.columns[3].nullable());
    EXPECT_TRUE(m.columns[4].nullable());
    ASSERT_EQ(m.foreign_keys.size(), 3u);
    EXPECT_EQ(m.foreign_keys[0].tag.is.bytes(), "photo");
    EXPECT_EQ(m.foreign_keys[1].tag.is.bytes(), "Film");
    EXPECT_EQ(m.foreign_keys[1].target, &kin::mapping::model_of<Film>());
    EXPECT_FALSE(m.foreign_keys[0].nullable);
    EXPECT_TRUE(m.foreign_keys[2].nullable);
    ASSERT_EQ(m.indexes.size(), 3u);
    EXPECT_EQ(m.indexes[0].columns, (std::vector<std::uint16_t>{1, 2}));
    EXPECT_TRUE(m.indexes[2].unique);
    EXPECT_EQ(m.tags_of(*m.find_relation("about")), "photo, Film");
}

namespace first {
struct Thing {
    kin::key<Thing> id{};
};
}  // namespace first
namespace second {
struct Thing {
    kin::key<Thing> id{};
};
}  // namespace second
struct Confused {
    kin::key<Confused> id{};
    kin::morph_to<first::Thing, second::Thing> thing{};
};

template <class Model>
std::string refusal_of() {
    try {
        (void)kin::mapping::model_of<Model>();
    } catch (const kin::mapping_error& e) {
        return e.message();
    }
    return "nothing";
}

TEST(Morph, TwoModelsOfOneTagAreRefused) {
    (void)kin::mapping::model_of<first::Thing>();
    (void)kin::mapping::model_of<second::Thing>();
    EXPECT_EQ(refusal_of<Confused>(),
              "Confused.thing: Thing and Thing have the same tag 'Thing': name one with table.morph(…)");
}

struct Station {
    std::string code{};

    static constexpr auto table = kin::table("stations").primary_key("code");
};
struct Misled {
    kin::key<Misled> id{};
    kin::morph_to<Station> station{};
};

TEST(Morph, KeysOfAnotherTypeAreRefused) {
    (void)kin::mapping::model_of<Station>();
    EXPECT_EQ(refusal_of<Misled>(),
              "Misled.station: the key of Station is of another type than the column station_id: say kin::id_as<…>");
}

}  // namespace
