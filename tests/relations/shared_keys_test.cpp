// Several keys at once: two that share a column, one that refers to what the same flush changes, and one that refers to
// what it removes.
#include "support/fixture.hpp"

namespace shared_keys {

struct Tenant {
    kin::key<Tenant> id{};
    std::string name{};
};
struct Person {
    kin::key<Tenant> tenant_id{};
    int number{};
    static constexpr auto table = kin::table("shared_person").primary_key("tenant_id", "number");
};
struct Project {
    kin::key<Tenant> tenant_id{};
    int number{};
    static constexpr auto table = kin::table("shared_project").primary_key("tenant_id", "number");
};
struct Task {
    kin::key<Task> id{};
    kin::key<Tenant> tenant_id{};
    std::optional<int> person_no{};
    std::optional<int> project_no{};
    kin::belongs_to<Tenant, kin::via<"tenant_id">> tenant{};
    kin::belongs_to<Person> person{};
    kin::belongs_to<Project> project{};
    static constexpr auto table = kin::table("shared_task")
                                      .foreign_key<Person>(kin::columns("tenant_id", "person_no"))
                                      .foreign_key<Project>(kin::columns("tenant_id", "project_no"));
};

// By a unique column, which nothing follows.
struct City;
struct Country {
    kin::key<Country> id{};
    std::string code{};
    kin::has_many<City, kin::via<"country_code">> cities{};
    static constexpr auto table = kin::table("shared_country").unique("code");
};
struct City {
    kin::key<City> id{};
    std::string country_code{};
    kin::belongs_to<Country, kin::via<"country_code">> country{};
    static constexpr auto table =
        kin::table("shared_city").foreign_key<Country>(kin::columns("country_code"), kin::columns("code"));
};

struct Player;
struct Team {
    kin::key<Team> id{};
    std::string name{};
    kin::has_many<Player> players{};
    static constexpr auto table = kin::table("shared_team").unique("name");
};
struct Player {
    kin::key<Player> id{};
    std::optional<kin::key<Team>> team_id{};
    kin::belongs_to<Team> team{};
    static constexpr auto table = kin::table("shared_player");
};
struct Coach {
    kin::key<Coach> id{};
    kin::key<Team> team_id{};
    kin::belongs_to<Team> team{};
    static constexpr auto table = kin::table("shared_coach");
};

}  // namespace shared_keys

namespace {

using namespace shared_keys;

class shared_keys_of : public kin::test::with_database<kin::models<Tenant, Person, Project, Task>,
                                                       kin::models<Country, City>, kin::models<Team, Player, Coach>> {
  protected:
    shared_keys_of() {
        run("INSERT INTO tenant VALUES (1, 't1'), (2, 't2');"
            "INSERT INTO shared_person VALUES (1, 1), (1, 2), (2, 1), (2, 2);"
            "INSERT INTO shared_project VALUES (1, 1), (1, 2), (2, 1), (2, 2);"
            "INSERT INTO shared_task VALUES (1, 1, 1, 2);");
        log.clear();
    }
    std::string tasks() { return rows("SELECT tenant_id, person_no, project_no FROM shared_task ORDER BY id"); }
    kin::session s{db};
};

TEST_F(shared_keys_of, two_parents_that_want_two_values_of_a_column_are_a_contradiction) {
    auto t = s.get<Task>(1);
    t->person = s.get<Person>({2, 1});
    t->project = s.get<Project>({1, 1});
    const auto e = kin::test::thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_TRUE(kin::test::contains(e.message(), "Person 2, 1") && kin::test::contains(e.message(), "Project 1, 1"))
        << e.message();
    s.rollback();
    auto fresh = s.add(Task{});
    fresh->tenant = s.get<Tenant>(1);
    fresh->person = s.get<Person>({2, 1});
    EXPECT_THROW(s.flush(), kin::flush_error);
    s.rollback();
    EXPECT_EQ(tasks(), "1|1|2");
}

TEST_F(shared_keys_of, relations_follow_a_column_that_another_key_moves) {
    auto t = s.get<Task>(1);
    EXPECT_EQ(t->project->tenant_id.value, 1);
    EXPECT_EQ(t->tenant->name, "t1");
    t->person = s.get<Person>({2, 1});
    s.flush();
    EXPECT_EQ(tasks(), "1|1|2");  // not committed yet
    const auto& c = std::as_const(*t);
    EXPECT_EQ(c.tenant_id.value, 2);
    EXPECT_EQ(c.tenant->name, "t2");
    ASSERT_TRUE(c.project);
    EXPECT_EQ(c.project->tenant_id.value, 2);
    s.commit();
    EXPECT_EQ(tasks(), "2|1|2");
    t->tenant = s.get<Tenant>(1);
    s.flush();
    EXPECT_EQ(c.person->tenant_id.value, 1);
    EXPECT_EQ(c.project->tenant_id.value, 1);
    s.rollback();
    EXPECT_EQ(c.person->tenant_id.value, 2);
    EXPECT_EQ(c.project->tenant_id.value, 2);
    EXPECT_EQ(c.tenant->name, "t2");
}

TEST_F(shared_keys_of, all_of_them_move_together) {
    auto t = s.get<Task>(1);
    t->tenant = s.get<Tenant>(2);
    t->person = s.get<Person>({2, 1});
    t->project = s.get<Project>({2, 2});
    s.commit();
    EXPECT_EQ(tasks(), "2|1|2");
    t->person = nullptr;
    s.commit();
    EXPECT_EQ(tasks(), "2|NULL|2");
}

TEST_F(shared_keys_of, a_new_row_that_lets_go_of_one_keeps_the_shared_column_of_the_other) {
    auto t = s.add(Task{});
    t->person = s.get<Person>({2, 1});
    t->project = s.get<Project>({2, 2});
    t->project = nullptr;
    s.commit();
    EXPECT_EQ(tasks(), "1|1|2; 2|1|NULL");
}

TEST_F(shared_keys_of, none_is_no_word_against_another_key_that_fills_the_column) {
    auto never = s.add(Task{.person = s.get<Person>({2, 1})});
    never->tenant = nullptr;
    auto went = s.add(Task{.tenant = s.get<Tenant>(1)});
    went->tenant = nullptr;
    went->person = s.get<Person>({2, 2});
    s.flush();
    EXPECT_EQ(never->tenant.handle(), s.get<Tenant>(2));
    EXPECT_EQ(went->tenant.handle(), s.get<Tenant>(2));
    s.commit();
    EXPECT_EQ(tasks(), "1|1|2; 2|1|NULL; 2|2|NULL");
    s.add(Task{})->tenant = nullptr;
    EXPECT_THROW(s.flush(), kin::error);
}

TEST_F(shared_keys_of, a_new_row_whose_parent_is_removed_keeps_the_column_that_cannot_be_null) {
    auto person = s.get<Person>({2, 2});
    auto task = s.add(Task{.person = person});
    s.remove(person);
    s.commit();
    EXPECT_EQ(tasks(), "1|1|2; 2|NULL|NULL");
    EXPECT_EQ(std::as_const(*task).tenant_id.value, 2);
    EXPECT_FALSE(task->person);
}

TEST_F(shared_keys_of, a_key_is_written_after_what_it_refers_to_has_changed) {
    auto mt = s.add(Country{.code = "mt"});
    auto dk = s.add(Country{.code = "dk"});
    auto old = s.add(City{.country = mt});
    s.commit();
    mt->code = "ml";
    old->country = dk;  // lets go before
    s.add(City{.country = mt});
    s.add(City{.country_code = "ml"});  // by hand
    s.commit();
    EXPECT_EQ(rows("SELECT country_code FROM shared_city ORDER BY id"), "dk; ml; ml");
    EXPECT_EQ(mt->cities.size(), 2u);
    EXPECT_EQ(dk->cities.size(), 1u);
}

TEST_F(shared_keys_of, no_key_of_a_row_that_is_deleted_is_written_whatever_gets_its_number) {
    for (const bool by_relation : {true, false}) {
        auto old = s.add(Team{.name = "red"});
        auto p = s.add(Player{});
        s.commit();
        if (by_relation) {
            old->players.push_back(p);
        } else {
            p->team_id = old->id;
        }
        s.remove(old);
        auto fresh = s.add(Team{.name = "red"});  // takes the name, and on SQLite the number
        s.commit();
        EXPECT_EQ(rows("SELECT team_id FROM shared_player"), "NULL");
        EXPECT_EQ(std::as_const(*p).team_id, std::nullopt);
        EXPECT_FALSE(p->team);
        EXPECT_EQ(fresh->players.size(), 0u);
        s.remove(p);
        s.remove(fresh);
        s.commit();
    }
}

TEST_F(shared_keys_of, a_required_key_of_a_row_that_is_deleted_refuses_the_removal) {
    auto old = s.add(Team{.name = "red"});
    s.commit();
    s.add(Coach{.team = old});
    s.remove(old);
    s.add(Team{.name = "red"});
    const auto e = kin::test::thrown<kin::foreign_key_violation>([&] { s.commit(); });
    EXPECT_TRUE(kin::test::contains(e.message(), "Coach (new)")) << e.message();
    s.rollback();
    EXPECT_EQ(rows("SELECT count(*) FROM shared_team"), "1");
}

// A natural key that goes and comes in one flush: who names it means the new row.
TEST_F(shared_keys_of, a_key_by_hand_names_the_new_row_of_that_key) {
    auto mt = s.add(Country{.code = "mt"});
    s.commit();
    s.remove(mt);
    auto again = s.add(Country{.code = "mt"});
    s.add(City{.country_code = "mt"});
    s.commit();
    EXPECT_EQ(rows("SELECT c.id = t.id FROM shared_country c, shared_country t"), rows("SELECT 1 = 1"));
    EXPECT_EQ(again->cities.size(), 1u);
}

}  // namespace
