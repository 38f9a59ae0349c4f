// Pivots whose rows are objects with a life of their own: removed and kept, and told of by hooks.
#include "support/fixture.hpp"

namespace kept_pivots {

struct Team;
struct Member;

struct Membership {
    kin::key<Team> team_id{};
    kin::key<Member> member_id{};
    std::string role{"player"};
    kin::created_at since{};
    kin::version version{};
    kin::soft_deleted_at left_at{};
    kin::belongs_to<Team> team{};
    kin::belongs_to<Member> member{};

    static constexpr auto table = kin::table("membership").primary_key("team_id", "member_id");
};
struct Member {
    kin::key<Member> id{};
    std::string name{};
    kin::many_to_many<Team, Membership> teams{};
};
struct Team {
    kin::key<Team> id{};
    std::string name{};
    kin::has_many<Membership> memberships{};
    kin::many_to_many<Member, Membership> members{};
};

// The same without being kept.
struct Room;
struct Chair;
struct Place {
    kin::key<Room> room_id{};
    kin::key<Chair> chair_id{};
    int row{};

    static constexpr auto table = kin::table("place").primary_key("room_id", "chair_id");
};
struct Chair {
    kin::key<Chair> id{};
};
struct Room {
    kin::key<Room> id{};
    kin::many_to_many<Chair, Place> chairs{};
};

// Rows that the pivot's scope hides.
struct Hall;
struct Guest;
struct Booking {
    kin::key<Hall> hall_id{};
    kin::key<Guest> guest_id{};
    int seat{};

    static constexpr auto table = kin::table("booking").primary_key("hall_id", "guest_id");
    static auto scope() { return kin::expr::col(&Booking::seat) >= 0; }
};
struct Guest {
    kin::key<Guest> id{};
};
struct Hall {
    kin::key<Hall> id{};
    kin::many_to_many<Guest, Booking> guests{};
};

}  // namespace kept_pivots

namespace kin::test {
namespace {

using namespace kept_pivots;
using namespace kin::expr;
using member_keys = std::vector<key<Member>>;

class kept_pivots_of
    : public with_database<models<Team, Member, Membership, Room, Chair, Place, Hall, Guest, Booking>> {
  protected:
    kept_pivots_of() {
        run("INSERT INTO team VALUES (1, 'red'); INSERT INTO member VALUES (1, 'Ada'), (2, 'Bob'), (3, 'Cyd');"
            "INSERT INTO membership VALUES (1, 1, 'goal', '2020-01-01 00:00:00', 1, NULL),"
            "(1, 2, 'player', '2020-01-01 00:00:00', 1, NULL), (1, 3, 'coach', '2020-01-01 00:00:00', 4, '2021-01-01 "
            "00:00:00');"
            "INSERT INTO room VALUES (1); INSERT INTO chair VALUES (1), (2), (3);"
            "INSERT INTO place VALUES (1, 1, 10), (1, 2, 20), (1, 3, 30);"
            "INSERT INTO hall VALUES (1); INSERT INTO guest VALUES (1), (2); INSERT INTO booking VALUES (1, 1, 5), (1, "
            "2, -1);");
        log.clear();
    }
    std::string here() { return rows("SELECT member_id, role FROM membership WHERE left_at IS NULL ORDER BY 1"); }
    session s{db};
};

TEST_F(kept_pivots_of, detaching_writes_the_time_and_attaching_takes_it_back) {
    auto team = s.get_one<Team>(1);
    EXPECT_EQ(team->members.size(), 2u);
    const auto ada = team->members.pivot(1);
    log.clear();
    EXPECT_EQ(team->members.detach({1, 3}).detached, member_keys{1});
    EXPECT_EQ(log.count("DELETE"), 0u);
    EXPECT_EQ(log.count("UPDATE"), 1u);
    EXPECT_EQ(team->members.size(), 1u);
    EXPECT_TRUE(ada->left_at);
    s.commit();
    EXPECT_EQ(here(), "2|player");
    EXPECT_EQ(rows("SELECT count(*) FROM membership"), "3");
    EXPECT_EQ(rows("SELECT version FROM membership WHERE member_id = 1"), "2");
    EXPECT_EQ(rows("SELECT left_at FROM membership WHERE member_id = 3"), "2021-01-01 00:00:00");

    // As if it were new: what was said before is gone with it.
    log.clear();
    EXPECT_EQ(team->members.attach({1, 2}, {.role = "judge"}).attached, member_keys{1});
    EXPECT_EQ(team->members.size(), 2u);
    EXPECT_EQ(log.count(), 2u) << log.text();
    s.commit();
    EXPECT_EQ(here(), "1|judge; 2|player");
    EXPECT_EQ(rows("SELECT count(*) FROM membership WHERE since > '2021-01-01 00:00:00'"), "1");
    EXPECT_EQ(team->members.pivot(1)->version.value, 3);
}

TEST_F(kept_pivots_of, sync_and_toggle) {
    auto team = s.get_one<Team>(1);
    log.clear();
    const auto done = team->members.sync({{2, {.role = "goal"}}, 3});
    const std::size_t lock = can(capability::row_locks) ? 1 : 0;
    EXPECT_EQ(log.count(), 3u + lock) << log.text();
    EXPECT_EQ(done.detached, member_keys{1});
    EXPECT_EQ(done.attached, member_keys{3});
    EXPECT_EQ(done.updated, member_keys{2});
    EXPECT_EQ(team->members.toggle({1, 2}).attached, member_keys{1});
    s.commit();
    EXPECT_EQ(here(), "1|player; 3|player");
    EXPECT_EQ(rows("SELECT count(*) FROM membership"), "3");
    EXPECT_EQ(team->members.where_pivot(&Membership::role, "player").count(), 2);
}

TEST_F(kept_pivots_of, a_pair_that_is_taken_out_by_a_flush_stays_too) {
    auto team = s.get_one<Team>(1);
    team->members.erase(s.get_one<Member>(1));
    log.clear();
    s.commit();
    EXPECT_EQ(log.count("DELETE"), 0u) << log.text();
    EXPECT_EQ(here(), "2|player");
    EXPECT_EQ(rows("SELECT count(*) FROM membership"), "3");
}

TEST_F(kept_pivots_of, a_pair_whose_row_was_removed_before_its_ends_were_here_is_linked_by_that_row_again) {
    const auto row = s.query<Membership>().where(col(&Membership::member_id) == key<Member>{1}).one();
    s.remove(row);
    auto team = s.get_one<Team>(1);
    team->members.push_back(s.get_one<Member>(1));
    log.clear();
    s.commit();
    EXPECT_EQ(log.count("INSERT"), 0u) << log.text();
    EXPECT_EQ(here(), "1|goal; 2|player");
    EXPECT_EQ(team->members.size(), 2u);
    EXPECT_EQ(team->members.pivot(1), row);
}

TEST_F(kept_pivots_of, every_way_back_takes_the_row_that_was_kept) {
    auto team = s.get_one<Team>(1);
    const auto ada = s.get_one<Member>(1);
    const auto cyd = s.get_one<Member>(3);
    const auto out = [&] {
        team->members.erase(ada);
        s.commit();
        EXPECT_EQ(here(), "2|player");
    };
    out();
    team->members.push_back(ada);
    s.commit();
    EXPECT_EQ(here(), "1|player; 2|player");
    EXPECT_EQ(team->members.pivot(1)->role, "player");
    out();
    team->members = {ada, cyd};
    s.commit();
    EXPECT_EQ(here(), "1|player; 3|player");
    team->members = {s.get_one<Member>(2)};
    s.commit();
    auto row = s.add(Membership{.role = "judge", .team = team, .member = ada});
    s.commit();
    EXPECT_EQ(here(), "1|judge; 2|player");
    EXPECT_EQ(team->members.pivot(1), row);
    row->role = "coach";
    s.commit();
    out();
    s.add(Membership{.team_id = {1}, .member_id = {1}, .role = "again"});
    s.commit();
    EXPECT_EQ(here(), "1|again; 2|player");
    out();
    s.clear();
    auto other = s.get_one<Member>(1);
    other->teams.push_back(s.get_one<Team>(1));
    s.commit();
    EXPECT_EQ(here(), "1|player; 2|player");
    EXPECT_EQ(rows("SELECT count(*) FROM membership"), "3");
}

TEST_F(kept_pivots_of, a_new_object_takes_the_row_whose_object_goes_with_the_same_flush) {
    auto team = s.get_one<Team>(1);
    (void)team->members.size();
    auto was = team->members.pivot(1);
    was->role = "gone";
    s.remove(was);
    auto row = s.add(Membership{.role = "judge", .team = team, .member = s.get_one<Member>(1)});
    s.flush();
    EXPECT_EQ(team->members.pivot(1), row);
    EXPECT_EQ(team->members.size(), 2u);
    s.rollback();
    EXPECT_EQ(team->members.pivot(1)->role, "goal");
    s.remove(team->members.pivot(1));
    s.remove(team->members.pivot(2));
    s.add(Membership{.team_id = {1}, .member_id = {1}, .role = "coach"});
    team->memberships.push_back(Membership{.role = "goal", .member = s.get_one<Member>(2)});
    s.commit();
    EXPECT_EQ(here(), "1|coach; 2|goal");
    EXPECT_EQ(rows("SELECT count(*) FROM membership"), "3");
    EXPECT_EQ(team->members.size(), 2u);
}

TEST_F(kept_pivots_of, none_is_changed_that_nobody_sees) {
    auto team = s.get_one<Team>(1);
    EXPECT_FALSE(team->members.pivot(3));
    EXPECT_TRUE(team->members.update_existing_pivot(3, {.role = "judge"}).updated.empty());
    EXPECT_TRUE(team->members.update_existing_pivot({2, 3}, set(&Membership::role, "judge")).updated == member_keys{2});
    EXPECT_TRUE(team->members.detach(3).detached.empty());
    s.commit();
    EXPECT_EQ(rows("SELECT role, left_at, version FROM membership WHERE member_id = 3"), "coach|2021-01-01 00:00:00|4");
    // Read with those that were removed, it is an object, and no link.
    const auto all = s.query<Membership>().with_removed().all();
    EXPECT_EQ(all.size(), 3u);
    EXPECT_FALSE(team->members.pivot(3));
    team->members.push_back(s.get_one<Member>(3));
    s.commit();
    EXPECT_EQ(here(), "1|goal; 2|judge; 3|player");
    EXPECT_EQ(team->members.size(), 3u);
}

TEST_F(kept_pivots_of, what_a_scope_hides_is_not_changed) {
    auto hall = s.get_one<Hall>(1);
    EXPECT_EQ(hall->guests.size(), 1u);
    EXPECT_TRUE(hall->guests.update_existing_pivot({1, 2}, {.seat = 9}).updated == std::vector<key<Guest>>{1});
    EXPECT_FALSE(hall->guests.pivot(2));
    EXPECT_TRUE(hall->guests.detach({1, 2}).detached == std::vector<key<Guest>>{1});
    EXPECT_FALSE(hall->guests.attach(2, {.seat = 3}).any());
    EXPECT_TRUE(hall->guests.sync({{1, {.seat = 4}}, {2, {.seat = 4}}}).attached == std::vector<key<Guest>>{1});
    s.commit();
    EXPECT_EQ(rows("SELECT guest_id, seat FROM booking ORDER BY 1"), "1|4; 2|-1");
}

TEST_F(kept_pivots_of, rollback_takes_it_back) {
    auto team = s.get_one<Team>(1);
    const auto ada = team->members.pivot(1);
    ASSERT_EQ(team->members.size(), 2u);
    team->members.detach(1);
    EXPECT_TRUE(ada->left_at);
    s.rollback();
    EXPECT_FALSE(ada->left_at);
    EXPECT_EQ(team->members.size(), 2u);
    EXPECT_EQ(team->members.pivot(1), ada);
    EXPECT_EQ(here(), "1|goal; 2|player");
}

TEST_F(kept_pivots_of, hooks_are_told_of_removals_with_the_row) {
    std::string told;
    s.on<before_remove>([&](Place& p) { told += "-" + std::to_string(p.row); });
    s.on<after_remove>([&](const Place& p) { told += "." + std::to_string(p.row); });
    auto room = s.get_one<Room>(1);
    const auto first = room->chairs.pivot(1);
    log.clear();
    EXPECT_TRUE(room->chairs.detach({1, 2, 7}).any());
    EXPECT_EQ(told, "-10-20.10.20");
    EXPECT_EQ(log.count(), 2u) << log.text();  // a SELECT, and the DELETE
    told.clear();
    EXPECT_EQ(room->chairs.sync({1}).detached, std::vector<key<Chair>>{3});
    EXPECT_EQ(told, "-30.30");
    // One that throws: nothing has happened.
    s.commit();
    s.on<before_remove>([&](Place&) { throw usage_error{"no"}; });
    (void)thrown<usage_error>([&] { room->chairs.toggle({1, 2}); });
    EXPECT_EQ(room->chairs.size(), 1u);
    s.commit();
    EXPECT_EQ(rows("SELECT chair_id FROM place"), "1");
}

TEST_F(kept_pivots_of, hooks_are_told_of_changes_with_the_row) {
    std::string told;
    s.on<before_update>([&](Place& p) {
        told += "-" + std::to_string(p.row);
        p.row += 1;
    });
    s.on<after_update>([&](const Place& p) { told += "." + std::to_string(p.row); });
    auto room = s.get_one<Room>(1);
    const auto first = room->chairs.pivot(1);
    log.clear();
    EXPECT_EQ(room->chairs.update_existing_pivot(1, {.row = 50}).updated.size(), 1u);
    EXPECT_EQ(told, "-50.51");
    EXPECT_EQ(log.count(), 2u) << log.text();  // a SELECT, and the UPDATE
    EXPECT_EQ(first->row, 51);
    told.clear();
    EXPECT_EQ(room->chairs.sync({{1, {.row = 60}}, {2, {.row = 70}}}).updated.size(), 2u);
    EXPECT_EQ(told, "-60-70.61.71");
    s.commit();
    EXPECT_EQ(rows("SELECT chair_id, row FROM place ORDER BY 1"), "1|61; 2|71");
    s.on<after_update>([&](const Place&) { throw usage_error{"no"}; });
    (void)thrown<usage_error>([&] { room->chairs.update_existing_pivot(1, {.row = 1}); });
    EXPECT_EQ(first->row, 61);
    s.commit();
    EXPECT_EQ(rows("SELECT chair_id, row FROM place ORDER BY 1"), "1|61; 2|71");
}

}  // namespace
}  // namespace kin::test
