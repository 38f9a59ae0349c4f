// Objects that were removed, and flushed, and come back: under another parent, added again, rolled back, in any order.
#include "support/fixture.hpp"

namespace returning {

struct Player;
struct Card;
struct Team {
    kin::key<Team> id{};
    std::string name{};
    kin::has_many<Player> players{};
    kin::has_many<Card, kin::owned> cards{};
};
struct Player {
    kin::key<Player> id{};
    std::string name{};
    std::optional<kin::key<Team>> team_id{};
    kin::belongs_to<Team> team{};
};
struct Mark;
struct Card {
    kin::key<Card> id{};
    std::string text{};
    kin::key<Team> team_id{};
    kin::belongs_to<Team> team{};
    kin::has_many<Mark, kin::owned> marks{};
};
struct Mark {
    kin::key<Mark> id{};
    kin::key<Card> card_id{};
    kin::belongs_to<Card> card{};
};

struct Bonus;
struct Entry;
struct Game;
struct Person {
    kin::key<Person> id{};
    kin::has_many<Entry, kin::owned> entries{};
    kin::many_to_many<Game, Entry> games{};
};
struct Game {
    kin::key<Game> id{};
    kin::many_to_many<Person, Entry> persons{};
};
struct Entry {
    kin::key<Person> person_id{};
    kin::key<Game> game_id{};
    int points{};
    kin::has_many<Bonus, kin::owned> bonuses{};
    kin::belongs_to<Person> person{};
    kin::belongs_to<Game> game{};
    static constexpr auto table = kin::table("entry").primary_key("person_id", "game_id");
};
struct Bonus {
    kin::key<Bonus> id{};
    std::int64_t person_id{};
    std::int64_t game_id{};
    int points{};
    kin::belongs_to<Entry> entry{};
    static constexpr auto table = kin::table().foreign_key<Entry>(kin::columns("person_id", "game_id"));
};

struct Room;
struct Seat;
struct Guest {
    kin::key<Guest> id{};
    kin::many_to_many<Room, Seat> rooms{};
};
struct Room {
    kin::key<Room> id{};
};
struct Seat {
    kin::key<Guest> guest_id{};
    kin::key<Room> room_id{};
    std::string note{"new"};
    kin::version version{};
    kin::soft_deleted_at gone_at{};
    kin::belongs_to<Guest> guest{};
    kin::belongs_to<Room> room{};
    static constexpr auto table = kin::table("seat").primary_key("guest_id", "room_id");
};

}  // namespace returning

namespace kin::test {
namespace {

using namespace returning;

class returned : public with_database<models<Team, Player, Card, Mark, Person, Game, Entry, Bonus, Guest, Room, Seat>> {
  protected:
    returned() {
        run("INSERT INTO team VALUES (1, 'one'), (2, 'two'); INSERT INTO player VALUES (1, 'p', 1);"
            "INSERT INTO card VALUES (1, 'c', 1), (2, 'd', 1); INSERT INTO mark VALUES (1, 1), (2, 1), (3, 2);"
            "INSERT INTO person VALUES (1), (2); INSERT INTO game VALUES (1), (2); INSERT INTO entry VALUES (1, 1, 5);"
            "INSERT INTO guest VALUES (1); INSERT INTO room VALUES (1), (2);"
            "INSERT INTO seat VALUES (1, 1, 'old', 1, NULL)");
        one = s.get_one<Team>(1);
        two = s.get_one<Team>(2);
        log.clear();
    }
    std::string here(std::string_view sql) { return rows_of(s.connection(), sql); }
    std::string players() { return here("SELECT name, team_id FROM player ORDER BY id"); }
    std::string cards() { return here("SELECT id, text, team_id FROM card ORDER BY id"); }
    std::string marks() { return here("SELECT id, card_id FROM mark ORDER BY id"); }

    session s{db};
    ref<Team> one{};
    ref<Team> two{};
};

TEST_F(returned, one_that_is_removed_goes_under_another_parent) {
    for (int how = 0; how < 16; ++how) {
        SCOPED_TRACE(how);
        session t{db};
        auto from = t.get_one<Team>(1), to = t.get_one<Team>(2);
        auto p = t.get_one<Player>(1);
        if ((how & 1) != 0) (void)from->players.size();
        if ((how & 2) != 0) (void)p->team.get();
        t.remove(p);
        if ((how & 4) != 0) from->players.erase(p);
        if ((how & 8) != 0) t.flush();
        p->team = to;
        EXPECT_EQ(to->players.size(), 1u);
        EXPECT_TRUE(from->players.empty());
        t.flush();
        EXPECT_EQ(rows_of(t.connection(), "SELECT id, name, team_id FROM player"), "1|p|2");
        EXPECT_EQ(t.get_one<Player>(1), p);
        EXPECT_FALSE(t.dirty());
        t.rollback();
        EXPECT_EQ(p->team.handle(), from);
        EXPECT_EQ(p->team_id, from->id);
        EXPECT_EQ(from->players.size(), 1u);
        EXPECT_TRUE(to->players.empty());
        EXPECT_FALSE(t.dirty());
        t.commit();
        EXPECT_EQ(rows("SELECT id, name, team_id FROM player"), "1|p|1");
    }
}

TEST_F(returned, one_whose_removal_was_flushed_and_that_is_staged_anew_is_rolled_back) {
    for (int how = 0; how < 4; ++how) {
        SCOPED_TRACE(how);
        session t{db};
        auto to = t.get_one<Team>(2);
        auto p = t.get_one<Player>(1);
        if ((how & 1) != 0) (void)p->team.get(), (void)to->players.size();
        t.remove(p);
        t.flush();
        p->team = to;
        p->name = "changed";
        if ((how & 2) != 0) t.remove(p);
        t.rollback();
        EXPECT_EQ(p->name, "p");
        EXPECT_EQ(p->team->name, "one");
        EXPECT_TRUE(to->players.empty());
        t.commit();
        EXPECT_EQ(rows("SELECT name, team_id FROM player"), "p|1");
    }
}

TEST_F(returned, one_that_is_added_again_and_removed_again_leaves_the_collection) {
    const auto player = s.get_one<Player>(1);
    EXPECT_EQ(one->players.size(), 1u);
    s.remove(player);
    s.commit();
    s.add(player);
    EXPECT_EQ(one->players.size(), 1u);
    s.remove(player);
    EXPECT_EQ(one->players.size(), 0u);
    s.commit();
    EXPECT_EQ(players(), "");
}

TEST_F(returned, one_that_is_added_again_is_as_it_was) {
    auto p = one->players.handle(0);
    s.remove(p);
    s.commit();
    s.add(p);
    EXPECT_EQ(one->players.size(), 1u);
    s.commit();
    EXPECT_EQ(rows("SELECT id, name, team_id FROM player"), "1|p|1");
    p->name = "q";
    s.commit();
    EXPECT_EQ(rows("SELECT id, name, team_id FROM player"), "1|q|1");
}

TEST_F(returned, one_that_relations_did_not_show_while_it_was_removed_is_shown_again) {
    s.autoflush(false);
    auto p = s.get_one<Player>(1);
    auto card = s.get_one<Card>(1);
    auto person = s.get_one<Person>(1);
    auto game = s.get_one<Game>(1);
    log.clear();
    s.remove(one);
    EXPECT_EQ(p->team.handle(), nullptr);
    EXPECT_EQ(card->team.handle(), nullptr);
    s.add(one);
    EXPECT_EQ(log.count(), 0u);
    EXPECT_EQ(p->team.handle(), one);
    EXPECT_EQ(card->team.handle(), one);
    s.remove(p);
    s.remove(card);
    EXPECT_TRUE(one->players.empty());
    EXPECT_EQ(one->cards.size(), 1u);
    s.add(p);
    s.add(card);
    EXPECT_EQ(one->players.size(), 1u);
    EXPECT_EQ(one->cards.size(), 2u);
    s.remove(game);
    EXPECT_TRUE(person->games.empty());
    s.add(game);
    EXPECT_EQ(person->games.size(), 1u);
    s.remove(one);
    EXPECT_EQ(two->players.size(), 0u);
    p->team = two;
    s.add(one);
    EXPECT_EQ(p->team.handle(), two);
    EXPECT_TRUE(one->players.empty());
    s.commit();
    EXPECT_EQ(rows("SELECT id, team_id FROM player"), "1|2");
    EXPECT_EQ(rows("SELECT id, team_id FROM card ORDER BY id"), "1|1; 2|1");
}

TEST_F(returned, a_key_that_is_set_by_hand_meanwhile_contradicts_all_the_same) {
    auto p = s.get_one<Player>(1);
    s.remove(p);
    s.flush();
    p->team_id = two->id;
    p->team = one;
    const auto e = thrown<flush_error>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.message(), "Player.team_id")) << e.message();
    s.rollback();
    EXPECT_EQ(players(), "p|1");
}

TEST_F(returned, a_key_that_is_set_by_hand_meanwhile_is_the_last_word) {
    auto p = one->players.handle(0);
    (void)two->players.size();
    for (const bool before : {false, true}) {
        s.remove(p);
        s.flush();
        if (before) p->team_id = two->id;
        s.add(p);
        p->team_id = two->id;
        s.flush();
        EXPECT_EQ(players(), "p|2");
        EXPECT_EQ(p->team.handle(), two);
        EXPECT_TRUE(one->players.empty());
        EXPECT_EQ(two->players.size(), 1u);
        s.rollback();
        EXPECT_EQ(p->team.handle(), one);
        EXPECT_EQ(one->players.size(), 1u);
        EXPECT_TRUE(two->players.empty());
    }
}

TEST_F(returned, a_key_that_was_set_by_hand_before_the_removal_is_what_it_said_last) {
    auto p = s.get_one<Player>(1);
    for (const bool read : {false, true}) {
        if (read) (void)p->team.get();
        p->team_id = two->id;
        s.remove(p);
        s.flush();
        p->team = one;
        s.flush();
        EXPECT_EQ(players(), "p|1");
        EXPECT_EQ(one->players.size(), 1u);
        s.rollback();
        EXPECT_EQ(players(), "p|1");
        EXPECT_EQ(p->team_id, one->id);
        EXPECT_EQ(p->team.handle(), one);
        EXPECT_FALSE(s.dirty());
        p->team_id = two->id;
        s.remove(p);
        s.flush();
        s.add(p);
        s.flush();
        EXPECT_EQ(players(), "p|2");
        EXPECT_EQ(p->team.handle(), two);
        EXPECT_TRUE(one->players.empty());
        s.rollback();
        EXPECT_EQ(p->team_id, one->id);
    }
    // With the owner that it was to come under.
    auto card = s.get_one<Card>(1);
    card->team_id = two->id;
    s.remove(two);
    s.flush();
    EXPECT_EQ(cards(), "2|d|1");
    card->team = one;
    s.flush();
    EXPECT_EQ(cards(), "1|c|1; 2|d|1");
}

TEST_F(returned, what_was_rolled_back_is_adopted_without_its_parent) {
    auto three = s.add(Team{.name = "three"});
    auto c = s.add(Card{.text = "new", .team = three});
    s.rollback();
    auto four = s.add(Team{.name = "four"});
    four->cards.push_back(c);
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM team ORDER BY id"), "one; two; four");
    EXPECT_EQ(rows("SELECT text FROM card WHERE id > 2"), "new");
    EXPECT_EQ(c->team.handle(), four);
}

TEST_F(returned, an_orphan_is_adopted_with_what_it_owns) {
    auto c = one->cards.handle(0);
    EXPECT_EQ(c->marks.size(), 2u);
    auto mark = c->marks.handle(0);
    one->cards.erase(c);
    s.flush();
    EXPECT_EQ(marks(), "3|2");
    two->cards.push_back(c);
    c->text = "moved";
    s.flush();
    EXPECT_EQ(cards(), "1|moved|2; 2|d|1");
    EXPECT_EQ(marks(), "1|1; 2|1; 3|2");
    EXPECT_EQ(s.get_one<Mark>(1), mark);
    EXPECT_EQ(mark->card.handle(), c);
    s.rollback();
    EXPECT_EQ(one->cards.size(), 2u);
    EXPECT_TRUE(two->cards.empty());
    EXPECT_EQ(c->text, "c");
    EXPECT_EQ(c->marks.size(), 2u);
    EXPECT_FALSE(s.dirty());
    EXPECT_EQ(cards(), "1|c|1; 2|d|1");
}

TEST_F(returned, a_new_orphan_is_adopted_with_what_it_owns) {
    auto c = s.add(Card{.text = "new", .team = one, .marks = {Mark{}, Mark{}}});
    auto d = s.add(Card{.text = "gone", .team = one, .marks = {Mark{}}});
    one->cards.erase(c);
    one->cards.erase(d);
    two->cards.push_back(c);
    EXPECT_EQ(c->marks.size(), 2u);
    EXPECT_EQ(one->cards.size(), 2u);
    s.commit();
    EXPECT_EQ(rows("SELECT c.text, c.team_id, count(*) FROM card c JOIN mark m ON m.card_id = c.id WHERE c.id > 2 "
                   "GROUP BY c.text, c.team_id"),
              "new|2|2");
}

TEST_F(returned, one_whose_parent_was_withdrawn_does_not_bring_it_back) {
    auto three = s.add(Team{.name = "three"});
    auto c = s.add(Card{.text = "new", .team = three});
    s.remove(three);
    two->cards.push_back(c);
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM team ORDER BY id"), "one; two");
    EXPECT_EQ(rows("SELECT text, team_id FROM card WHERE id > 2"), "new|2");
}

TEST_F(returned, savepoints_come_back_to_what_was_there) {
    auto p = s.get_one<Player>(1);
    (void)one->players.size();
    s.remove(p);
    s.flush();
    {
        auto inner = s.savepoint();
        p->team = two;
        s.flush();
        EXPECT_EQ(players(), "p|2");
        inner.rollback();
    }
    EXPECT_EQ(players(), "");
    EXPECT_TRUE(two->players.empty());
    p->team = two;
    {
        auto inner = s.savepoint();
        s.remove(p);
        s.flush();
        s.add(p);
        inner.rollback();
    }
    EXPECT_EQ(players(), "p|2");
    EXPECT_EQ(two->players.size(), 1u);
    s.rollback();
    EXPECT_EQ(players(), "p|1");
    EXPECT_EQ(p->team.handle(), one);
    EXPECT_EQ(one->players.size(), 1u);
}

TEST_F(returned, a_removal_that_was_taken_back_is_staged_again_where_that_fails) {
    auto c = one->cards.handle(0);
    one->cards.erase(c);
    run("INSERT INTO card VALUES (9, 'x', 2)");
    s.add(Team{.id = 1});  // taken: nothing can be written with it
    EXPECT_THROW(two->cards.save(c), error);
    EXPECT_EQ(one->cards.size(), 1u);
    EXPECT_TRUE(s.explain_flush().find("delete 1 row from card: Card 1") != std::string::npos) << s.explain_flush();
}

// -- association objects --------------------------------------------------------------------------------------------

TEST_F(returned, an_association_object_goes_to_another_owner) {
    auto p = s.get_one<Person>(1), q = s.get_one<Person>(2);
    auto e = p->entries.handle(0);
    auto g = s.get_one<Game>(1);
    (void)g->persons.size();
    p->entries.erase(e);
    s.flush();
    q->entries.push_back(e);
    EXPECT_TRUE(p->games.empty());
    EXPECT_EQ(q->games.size(), 1u);
    s.commit();
    EXPECT_EQ(rows("SELECT * FROM entry"), "2|1|5");
    EXPECT_EQ(g->persons.size(), 1u);
    EXPECT_EQ(&g->persons[0], q.get());
}

TEST_F(returned, an_association_object_that_replaced_one_and_is_erased_is_gone) {
    for (int how = 0; how < 16; ++how) {
        if ((how & 3) == 0 && (how & 4) != 0) continue;  // nobody knows of the one that is there
        SCOPED_TRACE(how);
        session t{db};
        auto p = t.get_one<Person>(1);
        auto g = t.get_one<Game>(1);
        if ((how & 1) != 0) (void)p->games.size();
        if ((how & 2) != 0) (void)p->entries.size();
        if ((how & 8) != 0) (void)g->persons.size();
        p->entries.push_back(Entry{.points = 7, .game = g});
        if ((how & 4) != 0) {
            t.remove(p->entries.handle(p->entries.size() - 1));
        } else {
            p->games.erase(g);
        }
        EXPECT_TRUE(p->games.empty());
        EXPECT_TRUE(g->persons.empty());
        t.flush();
        EXPECT_TRUE(p->games.empty());
        EXPECT_TRUE(p->entries.empty());
        EXPECT_FALSE(t.dirty());
        EXPECT_EQ(rows_of(t.connection(), "SELECT * FROM entry"), "");
        t.rollback();
        EXPECT_EQ(p->games.size(), 1u);
        EXPECT_EQ(p->entries.size(), 1u);
        EXPECT_EQ(p->entries[0].points, 5);
    }
    EXPECT_EQ(rows("SELECT * FROM entry"), "1|1|5");
}

TEST_F(returned, a_person_comes_back_with_its_entries) {
    auto p = s.get_one<Person>(1);
    auto e = p->entries.handle(0);
    (void)p->games.size();
    s.remove(p);
    s.flush();
    EXPECT_EQ(here("SELECT * FROM entry"), "");
    s.add(p);
    EXPECT_EQ(p->entries.size(), 1u);
    s.flush();
    EXPECT_EQ(here("SELECT * FROM entry"), "1|1|5");
    EXPECT_EQ(p->games.size(), 1u);
    EXPECT_EQ(p->entries.handle(0), e);
    s.rollback();
    EXPECT_EQ(p->entries.size(), 1u);
    EXPECT_EQ(here("SELECT * FROM entry"), "1|1|5");
}

// -- pivots that keep what is removed -------------------------------------------------------------------------------

TEST_F(returned, a_kept_pair_is_pushed_again) {
    auto guest = s.get_one<Guest>(1);
    auto room = s.get_one<Room>(1), other = s.get_one<Room>(2);
    guest->rooms.erase(room);
    s.commit();
    EXPECT_EQ(rows("SELECT room_id, note, gone_at IS NULL FROM seat").substr(0, 6), "1|old|");
    for (int how = 0; how < 3; ++how) {
        SCOPED_TRACE(how);
        session t{db};
        auto again = t.get_one<Guest>(1);
        auto wanted = t.get_one<Room>(1);
        if (how == 0) again->rooms.push_back(wanted);
        if (how == 1) again->rooms = {wanted, t.get_one<Room>(2)};
        if (how == 2) t.add(Seat{.note = "mine", .guest = again, .room = wanted});
        EXPECT_EQ(again->rooms.size(), how == 1 ? 2u : 1u);
        t.flush();
        EXPECT_EQ(rows_of(t.connection(), "SELECT note, version FROM seat WHERE room_id = 1 AND gone_at IS NULL"),
                  how == 2 ? "mine|3" : "new|3");
        auto seat = again->rooms.pivot(wanted);
        EXPECT_EQ(seat->version.value, 3);
        seat->note = "written";
        t.flush();
        EXPECT_EQ(rows_of(t.connection(), "SELECT note, version FROM seat WHERE room_id = 1"), "written|4");
        t.rollback();
        EXPECT_TRUE(again->rooms.empty());
    }
    guest->rooms.push_back(other);
    guest->rooms.push_back(room);
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 3u) << "one that revives, what it revived, one that inserts: " << log.text(8);
    EXPECT_EQ(rows("SELECT room_id FROM seat WHERE gone_at IS NULL ORDER BY 1"), "1; 2");
    EXPECT_EQ(guest->rooms.size(), 2u);
}

TEST_F(returned, one_that_went_with_its_owner_while_it_was_expired_is_adopted) {
    auto card = s.get_one<Card>(1);
    s.remove(one->cards.handle(1));
    s.remove(s.get_one<Player>(1));
    s.expire_all();
    s.remove(one);
    s.flush();
    EXPECT_EQ(cards(), "");
    card->team = two;
    s.flush();
    EXPECT_EQ(cards(), "1|c|2") << "what its row said nobody has set by hand";
    s.rollback();
    EXPECT_EQ(card->team.handle(), one);
    EXPECT_EQ(cards(), "1|c|1; 2|d|1");
}

TEST_F(returned, the_changes_of_one_that_is_removed_outlive_expiry) {
    auto player = s.get_one<Player>(1);
    one->players.erase(player);
    player->name = "changed";
    s.remove(player);
    s.expire_all();
    s.add(player);
    EXPECT_FALSE(player->team);
    s.flush();
    EXPECT_EQ(players(), "changed|NULL");
}

TEST_F(returned, one_that_was_read_again_while_it_was_removed_is_rolled_back) {
    auto player = s.get_one<Player>(1);
    player->name = "changed";
    s.flush();
    s.expire_all();
    s.autoflush(false);
    s.remove(player);
    (void)s.query<Player>().all();
    s.rollback();
    EXPECT_EQ(player->name, "p");
    EXPECT_FALSE(s.dirty());
}

TEST_F(returned, rolled_back_a_new_one_keeps_what_was_assigned_also_where_it_was_removed) {
    auto player = s.add(Player{.name = "first", .team = two});
    s.flush();
    player->name = "second";
    s.remove(player);
    s.flush();
    s.rollback();
    EXPECT_EQ(player->name, "second");
    one->players.push_back(player);
    s.flush();
    EXPECT_EQ(players(), "p|1; second|1");
}

TEST_F(returned, rolled_back_a_new_one_keeps_what_was_assigned_also_where_it_was_read_again) {
    auto player = s.add(Player{.name = "first"});
    s.flush();
    s.expire_all();
    player->name = "second";
    s.rollback();
    EXPECT_EQ(player->name, "second");
    one->players.push_back(player);
    s.flush();
    EXPECT_EQ(players(), "p|1; second|1");
}

TEST_F(returned, what_was_written_after_the_return_is_undone_with_it) {
    for (const bool to_savepoint : {true, false}) {
        SCOPED_TRACE(to_savepoint);
        session t{db};
        auto p = t.get_one<Player>(1);
        auto point = t.savepoint();
        t.remove(p);
        t.flush();
        p->team = t.get_one<Team>(2);
        t.flush();
        p->name = "changed";
        p->team = nullptr;
        t.flush();
        to_savepoint ? point.rollback() : t.rollback();
        EXPECT_EQ(p->name, "p");
        EXPECT_EQ(p->team_id, one->id);
        EXPECT_EQ(p->team->name, "one");
        EXPECT_FALSE(t.dirty());
    }
}

TEST_F(returned, a_link_that_is_withdrawn_takes_what_it_owns_along) {
    auto game = s.add(Game{});
    auto person = s.get_one<Person>(1);
    auto entry = s.add(Entry{.points = 7, .bonuses = {{.points = 1}}, .person = person, .game = game});
    s.remove(game);
    s.flush();
    EXPECT_EQ(here("SELECT count(*) FROM entry"), "1");
    EXPECT_EQ(here("SELECT count(*) FROM bonus"), "0");
    EXPECT_EQ(person->entries.size(), 1u);
    EXPECT_EQ(entry->points, 7);
}

}  // namespace
}  // namespace kin::test
