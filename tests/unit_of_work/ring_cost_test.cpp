// Rings of keys and unique values that change hands: the number of statements does not grow with the number of rows.
#include "support/fixture.hpp"

namespace {

struct Player;
struct Team {
    kin::key<Team> id{};
    std::string name{};
    std::optional<kin::key<Player>> captain_id{};
    kin::belongs_to<Player> captain{};
};
struct Player {
    kin::key<Player> id{};
    std::string name{};
    kin::key<Team> team_id{};
    std::optional<kin::key<Player>> friend_id{};
    kin::belongs_to<Team> team{};
    kin::belongs_to<Player> best{};
};
struct Word {
    kin::key<Word> id{};
    std::string text{};
    std::optional<kin::key<Word>> next_id{};
    kin::belongs_to<Word> next{};
    static constexpr auto table = kin::table().unique("text");
};
using league = kin::models<Team, Player, Word>;

struct ring_costs : kin::test::with_database<league> {
    kin::session s{db};
    void add_rings(int n) {
        std::vector<kin::ref<Player>> players;
        for (int i = 0; i < n; ++i) {
            const auto team = s.add(Team{.name = "team " + std::to_string(i)});
            players.push_back(s.add(Player{.name = "captain " + std::to_string(i)}));
            players.back()->team = team;
            team->captain = players.back();
        }
        // A ring around all rings.
        for (int i = 0; i < n; ++i) players[std::size_t(i)]->best = players[std::size_t((i + 1) % n)];
        s.flush();
    }
    std::size_t statements_of_exchange(int n) {
        std::vector<kin::ref<Word>> words;
        for (int i = 0; i < n; ++i) words.push_back(s.add(Word{.text = std::to_string(i)}));
        s.commit();
        for (const auto& word : words) s.remove(word);
        for (int i = 0; i < n; ++i) s.add(Word{.text = std::to_string(i)});
        log.clear();
        s.flush();
        const std::size_t sent = log.count();
        s.commit();
        EXPECT_EQ(rows("SELECT count(DISTINCT text), count(*) FROM word"), std::to_string(n) + "|" + std::to_string(n));
        for (Word& word : s.query<Word>().all()) s.remove(word);
        s.commit();
        return sent;
    }
};

TEST_F(ring_costs, rings_within_a_ring) {
    for (const int n : {2, 3, 30}) add_rings(n);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM team JOIN player ON player.id = captain_id AND player.team_id = team.id"),
              "35");
    EXPECT_EQ(rows("SELECT count(*) FROM player WHERE friend_id IS NULL"), "0");
}

TEST_F(ring_costs, many_rings_are_broken_at_once) {
    const auto rings = [&](int n) {
        for (int i = 0; i < n; ++i) {
            const auto team = s.add(Team{.name = std::to_string(i)});
            const auto captain = s.add(Player{.name = std::to_string(i)});
            captain->team = team;
            team->captain = captain;
        }
        log.clear();
        s.flush();
        return log.count();
    };
    (void)rings(2);
    const std::size_t few = rings(3);
    EXPECT_LE(rings(12), few);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM team JOIN player ON player.id = captain_id AND player.team_id = team.id"),
              "17");
}

TEST_F(ring_costs, unique_values_that_removed_rows_give_to_new_ones) {
    (void)statements_of_exchange(2);
    const std::size_t few = statements_of_exchange(3);
    EXPECT_LE(statements_of_exchange(30), few);
}

TEST_F(ring_costs, values_that_move_on_in_a_chain_keep_their_order) {
    std::vector<kin::ref<Word>> words;
    for (int i = 0; i < 6; ++i) words.push_back(s.add(Word{.text = std::to_string(i)}));
    s.commit();
    // Each takes the value of the next; the last one goes, and a new one takes the first value.
    for (std::size_t i = 0; i + 1 < words.size(); ++i) words[i]->text = std::to_string(i + 1);
    s.remove(words.back());
    s.add(Word{.text = "0"});
    s.commit();
    EXPECT_EQ(rows("SELECT text FROM word ORDER BY id"), "1; 2; 3; 4; 5; 0");
}

}  // namespace
