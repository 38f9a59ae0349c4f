// What several things that are said of one relation leave of each other: in one query, in a touch, by the other side.
#include <kin/testing.hpp>

#include "support/fixture.hpp"

namespace said_models {

struct Player;
struct Team {
    kin::key<Team> id{};
    std::optional<kin::key<Player>> star_id{};
    kin::belongs_to<Player, kin::via<"star_id">> star{};
    kin::has_many<Player, kin::via<"team_id">, kin::order_by<"id">> players{};
    kin::has_one<Player, kin::latest<"rank">, kin::via<"team_id">> best{};
};
struct Player {
    kin::key<Player> id{};
    std::optional<kin::key<Team>> team_id{};
    int rank{};
    int age{};
    kin::belongs_to<Team, kin::via<"team_id">> team{};
    kin::many_to_many<Player, kin::pivot<"knows", "who_id", "whom_id">, kin::order_by<"id">> known{};
};

}  // namespace said_models

namespace {

using namespace said_models;
using namespace kin::expr;
using kin::test::ids;
using kin::test::thrown;
using kin::testing::expect_statements;

class said_twice : public kin::test::with_database<kin::models<Team, Player>> {
  protected:
    said_twice() {
        run("INSERT INTO team VALUES (1, NULL), (2, NULL);"
            "INSERT INTO player VALUES (1, 1, 10, 20), (2, 1, 20, 30), (3, 2, 30, 40);"
            "UPDATE team SET star_id = 1 WHERE id = 1;"
            "INSERT INTO knows VALUES (1, 1), (1, 2), (3, 1)");
        log.clear();
    }
    kin::session s{db};
};

TEST_F(said_twice, what_is_loaded_in_another_order_is_not_missing) {
    const auto teams =
        s.query<Team>().order_by(&Team::id).with(selectin(&Team::players).order_by(desc(&Player::id))).all();
    expect_statements(0, [&] { s.load_missing(teams, &Team::players); });
    EXPECT_EQ(ids(teams[0].players), "2,1");
    expect_statements(1, [&] { s.load(teams, &Team::players); });
    EXPECT_EQ(ids(teams[0].players), "1,2");
}

TEST_F(said_twice, a_relation_that_is_not_to_be_loaded_shows_nothing_that_is_written) {
    const auto team = s.get<Team>(1);
    s.get<Player>(3)->team = team;
    (void)s.query<Player>().with(selectin(&Player::team).with(noload(&Team::players))).all();
    expect_statements(0, [&] { EXPECT_TRUE(team->players.empty()); });
    EXPECT_EQ(s.query<Player>().where(col(&Player::team_id) == team->id).count(), 3);
}

TEST_F(said_twice, the_one_of_many_is_asked_about_itself_and_not_about_what_is_joined_below_it) {
    for (const auto& best : {selectin(&Team::best), batch(&Team::best)}) {
        s.clear();
        const auto teams = s.query<Team>()
                               .order_by(&Team::id)
                               .with(kin::loading{best}.where(col(&Player::age) < 40).with(joined(&Player::known)))
                               .all();
        ASSERT_TRUE(teams[0].best);
        EXPECT_EQ(teams[0].best->id.value, 2);
        EXPECT_TRUE(teams[0].best->known.empty());
        EXPECT_FALSE(teams[1].best);  // of 40, though somebody younger is joined
    }
}

TEST_F(said_twice, the_one_of_many_is_asked_about_columns_that_are_not_read) {
    const auto teams = s.query<Team>()
                           .order_by(&Team::id)
                           .with(selectin(&Team::best).where(col(&Player::age) > 30).only(&Player::team_id))
                           .all();
    EXPECT_FALSE(teams[0].best);
    ASSERT_TRUE(teams[1].best);
    EXPECT_EQ(teams[1].best->id.value, 3);
    EXPECT_EQ(teams[1].best->age, 0);  // left out
    s.get<Player>(3)->rank += 1;
    EXPECT_EQ(teams[1].best->age, 40);
}

TEST_F(said_twice, a_touch_that_sends_nothing_says_what_was_said_for_it) {
    for (const bool strict : {false, true}) {
        s.clear();
        s.strict(strict);
        const auto players = s.query<Player>().order_by(&Player::id).with(selectin(&Player::known).limit(1)).all();
        EXPECT_EQ(ids(players[0].known), "1");
        const auto teams = s.query<Team>().order_by(&Team::id).with(select(all)).all();
        expect_statements(0, [&] { EXPECT_EQ(teams[0].star->id, players[0].id); });
        if (strict) {
            (void)thrown<kin::raised_load>([&] { (void)players[0].known.size(); });
        } else {
            EXPECT_EQ(ids(players[0].known), "1,2");
        }
    }
}

}  // namespace
