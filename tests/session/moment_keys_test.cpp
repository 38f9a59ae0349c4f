// Days and moments as keys: the rows that they tell apart, however the database gives them.
#include <gtest/gtest.h>

#include <chrono>

#include <kin/kin.hpp>
#include <kin/value/chrono.hpp>

#include "support/place.hpp"

namespace {

using namespace std::chrono;

struct Entry;
struct Day {
    kin::key<Day, sys_days> on{};
    std::string name{};
    kin::has_many<Entry> entries{};
    static constexpr auto table = kin::table("days").primary_key("on");
};
struct Entry {
    kin::key<Entry> id{};
    kin::key<Day, sys_days> day_on{};
    std::string text{};
    kin::belongs_to<Day, kin::via<"day_on">> day{};
    static constexpr auto table = kin::table("entries");
};
struct Tick {
    sys_time<microseconds> at{};
    std::int64_t n = 0;
    static constexpr auto table = kin::table("ticks").primary_key("at");
};
struct Slot {
    sys_days on{};
    std::int64_t n = 0;
    std::string name{};
    static constexpr auto table = kin::table("slots").primary_key("on", "n");
};
constexpr sys_days november(unsigned day) { return sys_days{year{2026} / 11 / static_cast<int>(day)}; }
constexpr sys_time<microseconds> second(int n) { return sys_time<microseconds>{seconds{1700000000 + n}}; }

class moment_keys : public testing::Test {
  protected:
    void SetUp() override {
        db_.create<kin::models<Day, Entry, Tick, Slot>>();
        kin::session s{db_};
        for (int i = 1; i <= 3; ++i) {
            auto day = s.add(Day{.on = {november(static_cast<unsigned>(i))}, .name = "d" + std::to_string(i)});
            day->entries.push_back(Entry{.text = "e" + std::to_string(i)});
            s.add(Tick{.at = second(i), .n = i});
            s.add(Slot{.on = november(static_cast<unsigned>(i)), .n = i, .name = "s"});
        }
        s.commit();
    }

    kin::test::place place_{};
    kin::database db_{place_.url()};
};

TEST_F(moment_keys, tell_rows_apart) {
    kin::session s{db_};
    std::string seen;
    for (const Day& d : s.query<Day>().with(&Day::entries).order_by(&Day::on).all().view()) {
        seen += d.name + ":";
        for (const Entry& e : d.entries) seen += e.text;
        seen += " ";
    }
    EXPECT_EQ(seen, "d1:e1 d2:e2 d3:e3 ");
    std::int64_t sum = 0;
    for (const Tick& t : s.query<Tick>().all().view()) sum += t.n;
    EXPECT_EQ(sum, 6);
    EXPECT_EQ(s.query<Entry>().with(&Entry::day).order_by(&Entry::id).all()[1].day->name, "d2");
}

TEST_F(moment_keys, name_one_object_however_often_it_is_read) {
    kin::session s{db_};
    const auto first = s.query<Slot>().order_by(&Slot::n).all();
    const auto again = s.query<Slot>().order_by(&Slot::n).all();
    ASSERT_EQ(first.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(&first[i], &again[i]) << i;
    EXPECT_EQ(&*s.get<Slot>({november(2), 2}), &first[1]);
    EXPECT_EQ(&*s.get<Tick>(second(1)), &*s.get<Tick>(second(1)));
}

TEST_F(moment_keys, find_what_is_changed_and_removed) {
    {
        kin::session s{db_};
        s.get<Day>(november(2))->name = "changed";
        s.get<Tick>(second(2))->n = 20;
        for (Slot& each : s.query<Slot>().all()) each.name = "t" + std::to_string(each.n);
        s.remove(s.get<Tick>(second(3)));
        s.commit();
    }
    kin::session s{db_};
    EXPECT_EQ(s.get<Day>(november(2))->name, "changed");
    EXPECT_EQ(s.get<Day>(november(1))->name, "d1");
    EXPECT_EQ(s.get<Tick>(second(2))->n, 20);
    EXPECT_EQ(s.query<Tick>().count(), 2U);
    EXPECT_EQ(s.query<Slot>().order_by(&Slot::n).all()[2].name, "t3");
}

TEST_F(moment_keys, are_never_made_by_the_database) {
    {
        kin::session s{db_};
        s.add(Tick{.at = {}, .n = 7});  // the first of January 1970 is a moment like others
        s.add(Tick{.at = second(9), .n = 9});
        s.commit();
    }
    kin::session s{db_};
    EXPECT_EQ(s.get<Tick>(sys_time<microseconds>{})->n, 7);
    EXPECT_EQ(s.query<Tick>().count(), 5U);
}

}  // namespace
