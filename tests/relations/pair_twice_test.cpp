// Association tables that hold a pair twice: a closed way begins and ends at one node. A relation holds its target
// once, whoever asks; rows are what a join is about.
#include <gtest/gtest.h>

#include <kin/engine/connection.hpp>
#include <kin/kin.hpp>

#include "support/place.hpp"

namespace {

using namespace kin::expr;

struct Stop;
struct WayStop;
struct Way {
    kin::key<Way> id{};
    kin::many_to_many<Stop, WayStop> stops{};
    kin::has_many<WayStop> rows{};
    static constexpr auto table = kin::table("twice_way");
};
struct Stop {
    kin::key<Stop> id{};
    int weight{};
    kin::many_to_many<Way, WayStop> ways{};
    static constexpr auto table = kin::table("twice_stop");
};
struct WayStop {
    kin::key<Way> way_id{};
    kin::key<Stop> stop_id{};
    int place{};
    static constexpr auto table = kin::table("twice_way_stop").primary_key("way_id", "place");
};
using models = kin::models<Way, Stop, WayStop>;

/// One way over 1, 2, 3 and back to 1.
void make(kin::database& db) {
    db.create<models>();
    db.script(
        "INSERT INTO twice_way(id) VALUES (1); INSERT INTO twice_stop(id, weight) VALUES (1, 10), (2, 20), (3, 30); "
        "INSERT INTO twice_way_stop(way_id, stop_id, place) VALUES (1,1,1), (1,2,2), (1,3,3), (1,1,4)");
}

TEST(pair_twice, a_target_is_one_however_it_is_asked_for) {
    const kin::test::place place;
    kin::database db{place.url()};
    make(db);
    kin::session s{db};
    for (const auto how : {kin::load::selectin, kin::load::joined, kin::load::subquery}) {
        s.clear();
        auto q = s.query<Way>().with_count(&Way::stops).with_sum(&Way::stops, &Stop::weight);
        if (how == kin::load::selectin) q.with(selectin(&Way::stops));
        if (how == kin::load::joined) q.with(joined(&Way::stops));
        if (how == kin::load::subquery) q.with(subquery(&Way::stops));
        const auto way = q.one();
        EXPECT_EQ(way->stops.size(), 3u);
        EXPECT_EQ(way->stops.count(), 3);
        EXPECT_EQ(way->stops.sum(&Stop::weight), 60);
        EXPECT_EQ(way->stops.query().count(), 3);
        EXPECT_EQ(way->stops.query().all().size(), 3u);
        EXPECT_EQ(way->rows.size(), 4u);
    }
    EXPECT_EQ(s.query<Way>().where(count(&Way::stops) == 3).count(), 1);
    EXPECT_EQ(s.query<Way>().where(count(&Way::stops) == 4).count(), 0);
    EXPECT_EQ(s.query<Stop>().where(count(&Stop::ways) == 1).count(), 3);
    EXPECT_EQ(s.query<Way>().where(sum(&Way::stops, &Stop::weight) == 60).count(), 1);
    EXPECT_EQ(s.query<Way>().join(&Way::stops).select(count_all()).value(), 4) << "rows are rows";
}

TEST(pair_twice, what_is_there_is_not_added_and_goes_with_all_its_rows) {
    const kin::test::place place;
    kin::database db{place.url()};
    make(db);
    kin::session s{db};
    const auto way = [&] { return s.query<Way>().one(); };
    const auto rows = [&] { return s.query<WayStop>().count(); };
    way()->stops.push_back(s.get<Stop>(1));
    s.commit();
    s.clear();
    EXPECT_EQ(way()->stops.size(), 3u);
    EXPECT_EQ(rows(), 4);
    way()->stops.erase(s.get<Stop>(1));
    s.commit();
    EXPECT_EQ(way()->stops.size(), 2u);
    EXPECT_EQ(way()->rows.size(), 2u);
    s.clear();
    EXPECT_EQ(way()->stops.size(), 2u);
    EXPECT_EQ(rows(), 2);
}

}  // namespace
