// Links and keys among many objects, where they are found by an index.
#include <algorithm>
#include <random>
#include <string>

#include "support/fixture.hpp"

namespace large_links {

struct Track;
struct Spot;
struct Mix {
    kin::key<Mix> id{};
    kin::has_many<Spot> spots{};
    kin::many_to_many<Track, Spot> tracks{};
};
struct Track {
    kin::key<Track> id{};
};
struct Spot {
    kin::key<Spot> id{};
    kin::key<Mix> mix_id{};
    kin::key<Track> track_id{};
    kin::belongs_to<Mix> mix{};
    kin::belongs_to<Track> track{};
    static constexpr auto table = kin::table("mix_spot").unique("mix_id", "track_id");
};
struct Land {
    kin::key<Land> id{};
    std::string code{};
    static constexpr auto table = kin::table("large_land").unique("code");
};
struct Town {
    kin::key<Town> id{};
    std::string land_code{};
    kin::belongs_to<Land, kin::via<"land_code">, kin::references<"code">> land{};
    static constexpr auto table = kin::table("large_town");
};

}  // namespace large_links

namespace {

using namespace large_links;

class among_many : public kin::test::with_database<kin::models<Mix, Track, Spot, Land, Town>> {
  protected:
    kin::session s{db};
};

TEST_F(among_many, association_objects_are_found_by_their_other_end) {
    const auto mix = s.add(Mix{});
    std::vector<kin::ref<Track>> tracks;
    for (int i = 0; i < 200; ++i) tracks.push_back(s.add(Track{}));
    s.commit();
    for (const auto& t : tracks) mix->tracks.push_back(t);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM mix_spot"), "200");
    EXPECT_EQ(mix->spots.size(), 200u);
    std::mt19937 random{5};
    std::shuffle(tracks.begin(), tracks.end(), random);

    const auto point = std::make_unique<kin::savepoint>(s.savepoint());
    for (int i = 0; i < 100; ++i) mix->tracks.erase(tracks[static_cast<std::size_t>(i)]);
    mix->tracks.push_back(tracks[3]);  // taken out and put back
    s.flush();
    EXPECT_EQ(mix->tracks.size(), 101u);
    EXPECT_EQ(mix->spots.size(), 101u);
    point->rollback();
    EXPECT_EQ(mix->tracks.size(), 200u);
    EXPECT_EQ(mix->spots.size(), 200u);

    for (int i = 0; i < 50; ++i) mix->tracks.push_back(tracks[static_cast<std::size_t>(i)]);  // there already
    for (int i = 100; i < 200; ++i) mix->tracks.erase(tracks[static_cast<std::size_t>(i)]);
    log.clear();
    s.commit();
    EXPECT_EQ(log.count("INSERT"), 0u);
    EXPECT_EQ(rows("SELECT count(*), count(DISTINCT track_id) FROM mix_spot"), "100|100");
    kin::session other{db};
    const auto there = other.get_one<Mix>(mix->id);
    EXPECT_EQ(there->tracks.size(), 100u);
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(there->tracks.contains(other.get_one<Track>(tracks[static_cast<std::size_t>(i)]->id)));
}

TEST_F(among_many, a_row_that_leads_elsewhere_by_now_is_not_the_pairs) {
    const auto mix = s.add(Mix{});
    std::vector<kin::ref<Track>> tracks;
    for (int i = 0; i < 100; ++i) tracks.push_back(s.add(Track{}));
    const auto spare = s.add(Track{});
    for (const auto& t : tracks) mix->tracks.push_back(t);
    s.commit();
    mix->tracks.erase(tracks[10]);
    mix->tracks.push_back(tracks[10]);
    for (Spot& spot : mix->spots) {
        if (spot.track.get() == tracks[20].get()) spot.track = spare;
    }
    mix->tracks.push_back(tracks[20]);  // needs a row of its own
    mix->tracks.erase(spare);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*), count(DISTINCT track_id) FROM mix_spot"), "100|100");
    EXPECT_EQ(rows("SELECT count(*) FROM mix_spot WHERE track_id = " + std::to_string(spare->id.value)), "0");
}

TEST_F(among_many, parents_over_a_unique_column_are_those_that_are_called_so_now) {
    constexpr int count = 1500;  // more than one block of them
    std::vector<kin::ref<Land>> lands;
    for (int i = 0; i < count; ++i) lands.push_back(s.add(Land{.code = "c" + std::to_string(i)}));
    s.commit();
    std::vector<kin::ref<Town>> towns;
    for (int i = 0; i < count; i += 100) towns.push_back(s.add(Town{.land_code = "c" + std::to_string(i)}));
    s.commit();
    for (std::size_t i = 0; i < towns.size(); ++i) EXPECT_EQ(towns[i]->land.get(), lands[i * 100].get());
    lands[5]->code = "other";
    lands[1]->code = "c5";
    towns[1]->land = lands[1];
    s.commit();
    EXPECT_EQ(towns[1]->land_code, "c5");
    towns[2]->land_code = "c5";
    s.commit();
    EXPECT_EQ(towns[2]->land.get(), lands[1].get());
    towns[2]->land = lands[5];
    s.commit();
    EXPECT_EQ(towns[2]->land_code, "other");
    lands.push_back(s.add(Land{.code = "late"}));
    const auto late = s.add(Town{.land_code = "late"});
    s.commit();
    EXPECT_EQ(late->land.get(), lands.back().get());
    late->land = lands[2];
    s.commit();
    EXPECT_EQ(rows("SELECT land_code FROM large_town WHERE id = " + std::to_string(late->id.value)), "c2");
}

TEST_F(among_many, merge_finds_new_objects_by_the_keys_that_they_have_now) {
    std::vector<kin::ref<Track>> tracks;
    for (int i = 1; i <= 300; ++i) tracks.push_back(s.add(Track{.id = {i}}));
    const auto unset = s.add(Track{});
    EXPECT_EQ(s.merge(Track{.id = {17}}), tracks[16]);
    const auto made = s.merge(Track{.id = {1000}});
    EXPECT_EQ(s.merge(Track{.id = {1000}}), made);
    unset->id = {2000};
    EXPECT_EQ(s.merge(Track{.id = {2000}}), unset);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM track"), "302");
}

}  // namespace
