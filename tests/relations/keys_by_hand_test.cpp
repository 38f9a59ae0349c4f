// Keys that are assigned like other columns: at the flush all relations say what they say. And keys that the database
// changes by ON UPDATE.
#include "support/fixture.hpp"

namespace by_hand {

struct Player;
struct Team {
    kin::key<Team> id{};
    std::string name{};
    kin::has_many<Player> players{};
};
struct Player {
    kin::key<Player> id{};
    std::string name{};
    std::optional<kin::key<Team>> team_id{};
    kin::belongs_to<Team> team{};
};

// By a unique column, followed by the database.
struct City;
struct Country {
    kin::key<Country> id{};
    std::string code{};
    kin::has_many<City, kin::via<"country_code">> cities{};
    static constexpr auto table = kin::table("hand_country").unique("code");
};
struct City {
    kin::key<City> id{};
    std::string country_code{};
    std::string name{};
    kin::belongs_to<Country, kin::via<"country_code">> country{};
    static constexpr auto table = kin::table("hand_city")
                                      .foreign_key<Country>(kin::columns("country_code"), kin::columns("code"),
                                                            kin::on_delete::no_action, kin::on_update::cascade);
};

// The same, where the key is a part of the row's own, and others refer to that.
struct Street;
struct Region {
    kin::key<Region> id{};
    std::string code{};
    static constexpr auto table = kin::table("hand_region").unique("code");
};
struct Town {
    std::string region_code{};
    int number{};
    std::string name{};
    kin::has_many<Street> streets{};
    static constexpr auto table = kin::table("hand_town")
                                      .primary_key("region_code", "number")
                                      .foreign_key<Region>(kin::columns("region_code"), kin::columns("code"),
                                                           kin::on_delete::no_action, kin::on_update::cascade);
};
struct Street {
    kin::key<Street> id{};
    std::string region_code{};
    int town_number{};
    kin::belongs_to<Town> town{};
    static constexpr auto table =
        kin::table("hand_street")
            .foreign_key<Town>(kin::columns("region_code", "town_number"), kin::columns("region_code", "number"),
                               kin::on_delete::no_action, kin::on_update::cascade);
};

// Let go of.
struct Guest;
struct Room {
    kin::key<Room> id{};
    std::string number{};
    kin::has_many<Guest, kin::via<"room_number">> guests{};
    static constexpr auto table = kin::table("hand_room").unique("number");
};
struct Guest {
    kin::key<Guest> id{};
    std::optional<std::string> room_number{};
    kin::belongs_to<Room, kin::via<"room_number">> room{};
    static constexpr auto table = kin::table("hand_guest")
                                      .foreign_key<Room>(kin::columns("room_number"), kin::columns("number"),
                                                         kin::on_delete::no_action, kin::on_update::set_null);
};

// Owned.
struct Sheet;
struct Binder {
    kin::key<Binder> id{};
    kin::has_many<Sheet, kin::owned> sheets{};
    static constexpr auto table = kin::table("hand_binder");
};
struct Sheet {
    kin::key<Sheet> id{};
    std::optional<kin::key<Binder>> binder_id{};
    kin::belongs_to<Binder> binder{};
    static constexpr auto table = kin::table("hand_sheet");
};

struct Membership;
struct Club {
    kin::key<Club> id{};
    kin::many_to_many<struct Member, Membership> members{};
    static constexpr auto table = kin::table("hand_club");
};
struct Member {
    kin::key<Member> id{};
    kin::many_to_many<Club, Membership> clubs{};
    static constexpr auto table = kin::table("hand_member");
};
struct Membership {
    kin::key<Club> club_id{};
    kin::key<Member> member_id{};
    static constexpr auto table = kin::table("hand_membership").primary_key("club_id", "member_id");
};

}  // namespace by_hand

namespace {

using namespace by_hand;

class keys_by_hand
    : public kin::test::with_database<kin::models<Team, Player>, kin::models<Country, City>,
                                      kin::models<Region, Town, Street>, kin::models<Room, Guest>,
                                      kin::models<Club, Member, Membership>, kin::models<Binder, Sheet>> {
  protected:
    kin::session s{db};
    kin::ref<Team> one{};
    kin::ref<Team> two{};

    /// Two teams, a player in the first one, both collections read.
    void teams() {
        s.add(Team{.name = "one", .players = {{.name = "p"}}});
        s.add(Team{.name = "two"});
        s.commit();
        s.clear();
        one = s.query<Team>().where(kin::expr::col(&Team::name) == "one").one();
        two = s.query<Team>().where(kin::expr::col(&Team::name) == "two").one();
        EXPECT_EQ(one->players.size(), 1u);
        EXPECT_EQ(two->players.size(), 0u);
    }
    kin::ref<Player> player() { return s.query<Player>().where(kin::expr::col(&Player::name) == "p").one(); }
    /// What the collections show, and what the table holds.
    void expect(std::size_t in_one, std::size_t in_two, kin::site where = kin::site::current()) {
        log.clear();
        EXPECT_EQ(std::as_const(*one).players.size(), in_one) << where.line();
        EXPECT_EQ(std::as_const(*two).players.size(), in_two) << where.line();
        EXPECT_EQ(log.count(), 0u) << where.line();
        for (const auto& [team, size] : {std::pair{one, in_one}, std::pair{two, in_two}}) {
            EXPECT_EQ(rows("SELECT count(*) FROM player WHERE team_id = " + std::to_string(team->id.value)),
                      std::to_string(size))
                << where.line();
            for (const Player& each : std::as_const(*team).players) EXPECT_EQ(each.team.handle(), team) << where.line();
        }
    }
};

TEST_F(keys_by_hand, of_a_new_object) {
    teams();
    s.add(Player{.team_id = two->id});
    s.commit();
    expect(1, 1);
}

TEST_F(keys_by_hand, of_a_new_object_that_was_read_after) {
    teams();
    EXPECT_TRUE(s.add(Player{.team_id = two->id})->team.handle() == two);
    s.commit();
    expect(1, 1);
}

TEST_F(keys_by_hand, of_a_new_object_that_was_read_before) {
    teams();
    auto p = s.add(Player{});
    EXPECT_FALSE(p->team);
    p->team_id = two->id;
    s.commit();
    expect(1, 1);
    EXPECT_TRUE(p->team.handle() == two);
}

TEST_F(keys_by_hand, of_a_new_object_that_shows_its_parent_and_is_given_it_again) {
    teams();
    auto p = s.add(Player{.team_id = two->id});
    EXPECT_TRUE(p->team.handle() == two);
    p->team_id = std::nullopt;
    p->team = two;  // no repetition: the key says nobody by now
    s.commit();
    EXPECT_EQ(p->team_id, two->id);
    expect(1, 1);

    auto q = s.add(Player{.team_id = two->id});
    EXPECT_TRUE(q->team.handle() == two);
    q->team_id = one->id;
    q->team = two;  // of a new object nobody knows which was said last
    const auto refused = kin::test::thrown<kin::flush_error>([&] { s.commit(); });
    EXPECT_TRUE(kin::test::contains(refused.message(), "contradict")) << refused.message();
    s.rollback();
    expect(1, 1);
}

TEST_F(keys_by_hand, of_a_row_whatever_was_read_when) {
    teams();
    auto p = player();
    s.expire(p);
    p->team_id = two->id;
    EXPECT_TRUE(p->team.handle() == two);  // the key as it is now
    s.commit();
    expect(0, 1);
    p->team_id = one->id;
    s.commit();
    expect(1, 0);
    EXPECT_TRUE(p->team.handle() == one);
    p->team_id = std::nullopt;
    s.commit();
    expect(0, 0);
    EXPECT_FALSE(p->team);
    EXPECT_EQ(rows("SELECT count(*) FROM player"), "1");
}

TEST_F(keys_by_hand, after_a_parent_that_came_and_went) {
    teams();
    auto fresh = s.add(Player{.name = "new"});
    for (const auto& each : {fresh, s.add(Player{.name = "row"})}) {
        if (each->name == "row") s.flush();
        one->players.push_back(each);
        one->players.erase(each);
        each->team_id = two->id;
    }
    s.commit();
    expect(1, 2);
}

TEST_F(keys_by_hand, of_an_object_that_is_then_removed) {
    for (const bool by_key : {true, false}) {
        teams();
        auto p = player();
        if (by_key) {
            p->team_id = two->id;
        } else {
            p->team = two;
        }
        s.remove(p);
        s.commit();
        expect(0, 0);
        s.remove(one);
        s.remove(two);
        s.commit();
    }
}

TEST_F(keys_by_hand, undone_with_the_rest) {
    teams();
    auto p = player();
    p->team_id = two->id;
    s.flush();
    EXPECT_EQ(std::as_const(*two).players.size(), 1u);
    s.rollback();
    expect(1, 0);
    EXPECT_EQ(p->team_id, one->id);
}

TEST_F(keys_by_hand, read_and_undone_before_they_are_written) {
    teams();
    auto p = player();
    s.expire(p);
    p->team_id = two->id;
    EXPECT_EQ(std::as_const(*p).team.handle(), two);
    s.rollback();
    EXPECT_EQ(p->team.handle(), one);
    expect(1, 0);
}

TEST_F(keys_by_hand, read_by_the_parent_and_undone_before_they_are_written) {
    teams();
    for (const bool own : {false, true}) {
        s.clear();
        s.autoflush(false);
        auto p = player();
        one = s.get_one<Team>(p->team_id.value());
        two = s.query<Team>().where(kin::expr::col(&Team::name) == "two").one();
        p->team_id = own ? std::nullopt : std::optional{two->id};
        EXPECT_EQ(std::as_const(*one).players.size(), 0u);
        EXPECT_EQ(std::as_const(*two).players.size(), 0u);
        s.rollback();
        EXPECT_EQ(std::as_const(*one).players.size(), 1u);
        EXPECT_EQ(std::as_const(*two).players.size(), 0u);
        EXPECT_EQ(p->team.handle(), one);
        expect(1, 0);
        EXPECT_FALSE(s.dirty());
    }
}

TEST_F(keys_by_hand, of_an_association_object_whose_other_end_is_not_here) {
    auto club = s.add(Club{});
    s.add(Member{});
    s.commit();
    s.clear();
    club = s.query<Club>().one();
    EXPECT_EQ(club->members.size(), 0u);
    s.add(Membership{.club_id = club->id, .member_id = {1}});
    s.flush();
    EXPECT_EQ(club->members.size(), 1u);
    s.rollback();
    EXPECT_EQ(club->members.size(), 0u);
}

TEST_F(keys_by_hand, of_an_association_object_and_of_what_it_links) {
    auto club = s.add(Club{});
    s.commit();
    s.clear();
    club = s.query<Club>().one();
    auto member = s.add(Member{.id = {21}});
    s.add(Membership{.club_id = club->id, .member_id = {21}});
    s.flush();
    EXPECT_EQ(member->clubs.size(), 1u);
    EXPECT_EQ(club->members.size(), 1u);
}

TEST_F(keys_by_hand, undone_with_a_savepoint_after_everything_was_read_again) {
    teams();
    auto p = player();
    s.add(Team{.name = "three"});
    auto point = s.savepoint();
    s.expire_all();
    (void)s.query<Player>().all();
    EXPECT_TRUE(p->team.handle() == one);
    p->team_id = two->id;
    point.rollback();
    EXPECT_TRUE(std::as_const(*p).team.handle() == one);
    EXPECT_EQ(std::as_const(*p).team_id, one->id);
}

// -- ON UPDATE ------------------------------------------------------------------------------------------------------

TEST_F(keys_by_hand, set_back_after_the_relations_were_read) {
    teams();
    const auto p = player();
    p->team_id = two->id;
    s.load(p, &Player::team);
    EXPECT_EQ(p->team.handle(), two);
    p->team_id = one->id;
    s.flush();
    EXPECT_EQ(p->team.handle(), one);
    expect(1, 0);
    s.rollback();
    EXPECT_EQ(p->team.handle(), one);
    expect(1, 0);

    // The collection of its row is read while its key says another.
    p->team_id = two->id;
    s.refresh(one, &Team::players);
    EXPECT_EQ(one->players.size(), 0u);
    p->team_id = one->id;
    s.flush();
    expect(1, 0);
    s.rollback();
    EXPECT_EQ(one->players.size(), 1u);

    // To nothing and back.
    p->team_id = std::nullopt;
    s.refresh(p, &Player::team);
    EXPECT_FALSE(p->team);
    p->team_id = one->id;
    s.commit();
    EXPECT_EQ(p->team.handle(), one);
    expect(1, 0);
}

TEST_F(keys_by_hand, set_back_by_the_removal_of_whom_it_names) {
    teams();
    s.autoflush(false);
    const auto p = s.add(Player{.name = "q"});
    s.commit();
    p->team_id = two->id;
    s.refresh(p, &Player::team);
    EXPECT_EQ(p->team.handle(), two);
    s.remove(two);
    s.commit();
    EXPECT_FALSE(p->team);
    EXPECT_EQ(rows("SELECT name, team_id FROM player ORDER BY name"),
              "p|" + std::to_string(one->id.value) + "; q|NULL");
}

TEST_F(keys_by_hand, that_says_what_the_relation_says_of_one_that_is_removed) {
    teams();
    const auto p = player();
    p->team_id = two->id;
    p->team = two;
    s.remove(two);
    s.commit();
    EXPECT_FALSE(p->team);
    EXPECT_EQ(one->players.size(), 0u);
    EXPECT_EQ(rows("SELECT name, team_id FROM player"), "p|NULL");
}

TEST_F(keys_by_hand, that_contradicts_an_owner_that_is_removed) {
    s.autoflush(false);
    const auto sheet = s.add(Sheet{});
    const auto a = s.add(Binder{});
    const auto b = s.add(Binder{});
    s.commit();
    sheet->binder_id = b->id;
    sheet->binder = a;
    s.remove(a);
    EXPECT_THROW(s.flush(), kin::flush_error);
    EXPECT_EQ(rows("SELECT count(*) FROM hand_sheet"), "1");
    sheet->binder_id = a->id;
    s.commit();  // of one mind: it goes with its owner
    EXPECT_EQ(rows("SELECT count(*) FROM hand_sheet"), "0");
}

TEST_F(keys_by_hand, set_back_after_the_relation_was_read_and_assigned) {
    teams();
    const auto p = player();
    p->team_id = two->id;
    s.load(p, &Player::team);
    p->team_id = one->id;
    p->team = two;
    s.commit();
    EXPECT_EQ(p->team.handle(), two);
    expect(0, 1);
}

TEST_F(keys_by_hand, contradicted_by_an_assignment_of_what_the_relation_shows) {
    teams();
    const auto p = player();
    EXPECT_EQ(p->team.handle(), one);
    p->team_id = two->id;
    p->team = one;
    const auto e = kin::test::thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_EQ(e.message(),
              "Player.team_id of Player 1 was set by hand, and its relation to Team 1: they contradict "
              "each other");
    p->team_id = one->id;
    s.commit();
    expect(1, 0);
}

TEST_F(keys_by_hand, a_key_that_the_database_follows_is_followed_in_memory) {
    for (const bool loaded : {true, false}) {
        auto c = s.add(Country{.code = "mt", .cities = {{.name = "a"}, {.name = "b"}}});
        s.commit();
        const auto id = std::as_const(*c).cities[0].id;
        if (!loaded) {
            s.clear();
            c = s.query<Country>().one();
        }
        auto a = s.get<City>(id);
        log.clear();
        c->code = "ml";
        s.flush();
        EXPECT_EQ(log.count(), 1u);
        EXPECT_EQ(std::as_const(*a).country_code, "ml");
        EXPECT_TRUE(a->country.handle() == c);
        EXPECT_EQ(c->cities.size(), 2u);
        a->name = "changed";  // writes its own column alone
        s.commit();
        EXPECT_EQ(rows("SELECT country_code, name FROM hand_city ORDER BY id"), "ml|changed; ml|b");
        c->code = "mx";
        s.flush();
        s.rollback();
        EXPECT_EQ(std::as_const(*a).country_code, "ml");
        EXPECT_TRUE(a->country.handle() == c);
        s.remove(a);
        s.commit();
        EXPECT_EQ(c->cities.size(), 1u);
        s.remove(s.query<City>().one());
        s.remove(c);
        s.commit();
    }
}

TEST_F(keys_by_hand, of_a_unique_column_too) {
    auto c = s.add(Country{.code = "mt", .cities = {{.name = "a"}}});
    s.commit();
    log.clear();
    s.add(City{.country_code = "mt", .name = "b"});
    s.flush();
    EXPECT_EQ(std::as_const(*c).cities.size(), 2u);
    EXPECT_EQ(log.count(), 1u);
}

TEST_F(keys_by_hand, a_key_that_the_flush_itself_writes_is_not_what_the_database_followed) {
    auto c = s.add(Country{.code = "mt", .cities = {{.name = "a"}, {.name = "b"}}});
    auto d = s.add(Country{.code = "dk"});
    s.commit();
    auto a = s.query<City>().where(kin::expr::col(&City::name) == "a").one();
    (void)d->cities.size();
    c->code = "ml";
    a->country = d;
    s.commit();
    EXPECT_EQ(rows("SELECT country_code, name FROM hand_city ORDER BY id"), "dk|a; ml|b");
    EXPECT_EQ(std::as_const(*a).country_code, "dk");
    EXPECT_EQ(c->cities.size(), 1u);
    EXPECT_EQ(d->cities.size(), 1u);
}

TEST_F(keys_by_hand, a_row_that_comes_under_the_former_key_follows_as_well) {
    auto c = s.add(Country{.code = "mt", .cities = {{.name = "a"}}});
    s.commit();
    auto b = s.add(City{.country_code = "mt", .name = "b"});
    c->code = "ml";
    s.commit();
    EXPECT_EQ(rows("SELECT country_code, name FROM hand_city ORDER BY id"), "ml|a; ml|b");
    EXPECT_EQ(std::as_const(*b).country_code, "ml");
    EXPECT_EQ(std::as_const(*c).cities.size(), 2u);
}

TEST_F(keys_by_hand, a_primary_key_that_the_database_changes_leads_to_the_same_object) {
    auto region = s.add(Region{.code = "n"});
    s.flush();
    auto town = s.add(Town{.region_code = "n", .number = 1, .name = "t"});
    s.flush();
    auto street = s.add(Street{.town = town});
    s.commit();
    const auto same = [&](const char* code) {
        EXPECT_EQ(std::as_const(*town).region_code, code);
        EXPECT_EQ(std::as_const(*street).region_code, code);
        EXPECT_TRUE((s.get<Town>({code, 1}) == town));
        EXPECT_TRUE(s.query<Town>().one() == town);
        EXPECT_TRUE(street->town.handle() == town);
    };
    region->code = "s";
    s.flush();
    same("s");
    s.rollback();
    same("n");
    region->code = "w";
    s.commit();
    same("w");
    town->name = "changed";
    s.commit();
    EXPECT_EQ(rows("SELECT region_code, number, name FROM hand_town"), "w|1|changed");
    EXPECT_EQ(rows("SELECT region_code, town_number FROM hand_street"), "w|1");
}

TEST_F(keys_by_hand, what_the_database_lets_go_of_has_no_parent) {
    auto r = s.add(Room{.number = "7", .guests = {Guest{}}});
    s.commit();
    auto g = s.query<Guest>().one();
    r->number = "8";
    s.commit();
    EXPECT_EQ(std::as_const(*g).room_number, std::nullopt);
    EXPECT_FALSE(g->room);
    EXPECT_EQ(r->guests.size(), 0u);
    EXPECT_EQ(rows("SELECT room_number FROM hand_guest"), "NULL");
}

TEST_F(keys_by_hand, to_nothing_from_nothing_is_no_word_against_a_key) {
    kin::session t{db};
    auto player = t.add(Player{.name = "p"});
    auto team = t.add(Team{.name = "t"});
    t.flush();
    const auto id = player->id;
    const auto key = team->id;
    t.clear();
    auto again = t.get_one<Player>(id);
    again->team = nullptr;
    EXPECT_FALSE(t.dirty());
    again->team_id = key;
    auto fresh = t.add(Player{.name = "q"});
    fresh->team = nullptr;
    fresh->team_id = key;
    t.flush();
    EXPECT_EQ(again->team->name, "t");
    EXPECT_EQ(fresh->team->name, "t");
}

TEST_F(keys_by_hand, the_last_word_of_a_new_object_that_needs_a_parent) {
    auto c = s.add(Country{.code = "mt"});
    s.commit();
    EXPECT_EQ(c->cities.size(), 0u);
    auto a = s.add(City{.name = "a"});
    a->country = nullptr;
    a->country_code = "mt";
    s.flush();
    EXPECT_EQ(a->country.handle(), c);
    EXPECT_EQ(c->cities.size(), 1u);
    auto b = s.add(City{.country_code = "mt", .name = "b"});
    b->country = nullptr;
    EXPECT_EQ(std::as_const(*b).country_code, "");
    const auto e = kin::test::thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_EQ(e.message(), "City (new) has no Country, but City.country_code cannot be NULL");
    b->country_code = "mt";
    s.commit();
    EXPECT_EQ(rows("SELECT country_code, name FROM hand_city ORDER BY name"), "mt|a; mt|b");
    EXPECT_EQ(c->cities.size(), 2u);
}

}  // namespace
