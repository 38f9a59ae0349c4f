// What an update writes: changed columns of touched objects, and nothing else.
#include "support/fixture.hpp"

namespace {

using namespace sample;
using kin::test::contains;
using kin::test::thrown;

using updates = kin::test::with_database<Blog>;
using value_updates = kin::test::with_database<Values>;

TEST_F(updates, only_changed_columns_are_written) {
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada", .email = "a@x", .age = 3});
    s.commit();
    log.clear();
    ada->age = 4;
    s.commit();
    ASSERT_EQ(log.count(), 1u);
    EXPECT_EQ(log.entries()[0].sql, "UPDATE \"users\" SET \"age\" = ? WHERE \"id\" = ?");
    EXPECT_EQ(rows("SELECT name, age FROM users"), "Ada|4");
}

TEST_F(updates, equal_changes_of_many_objects_are_one_batch) {
    kin::session s{db};
    for (const char* n : {"a", "b", "c", "d"}) s.add(User{.name = n, .email = n});
    s.commit();
    log.clear();
    auto users = s.query<User>().order_by(&User::id).all();
    log.clear();
    users[0].age = 1;
    users[1].age = 2;
    users[2].name = "C";
    s.commit();
    ASSERT_EQ(log.count(), 2u);
    EXPECT_EQ(log.entries()[0].runs + log.entries()[1].runs, 3u);
    EXPECT_EQ(rows("SELECT name, age FROM users ORDER BY id"), "a|1; b|2; C|0; d|0");
}

TEST_F(updates, changed_and_changed_back_is_nothing) {
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada", .email = "a@x", .bio = "long ago"});
    s.commit();
    log.clear();
    ada->name = "Countess";
    ada->bio = std::nullopt;
    EXPECT_TRUE(s.dirty());
    ada->name = "Ada";
    ada->bio = "long ago";
    EXPECT_FALSE(s.dirty());
    s.commit();
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(updates, a_reference_held_across_flushes_is_seen_by_the_commit) {
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada", .email = "a@x"});
    User& user = *ada;
    s.flush();
    user.name = "one";
    s.flush();
    user.name = "two";
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users"), "two");
}

TEST_F(updates, const_access_tracks_nothing_and_edit_makes_an_object_mutable) {
    {
        kin::session s{db};
        for (const char* n : {"a", "b", "c"}) s.add(User{.name = n, .email = n});
        s.commit();
    }
    kin::session s{db};
    const auto users = s.query<User>().order_by(&User::id).all();
    int seen = 0;
    for (const User& u : users) {
        ++seen;
        // A change behind the session's back is not seen: nothing took a snapshot.
        if (u.name == "b") const_cast<User&>(u).name = "lost";
    }
    EXPECT_EQ(seen, 3);
    EXPECT_FALSE(s.dirty());
    s.edit(users[0]).name = "A";
    EXPECT_TRUE(s.dirty());
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(rows("SELECT name FROM users ORDER BY id"), "A; b; c");

    auto mutable_users = s.query<User>().all();
    for (const User& u : mutable_users.view()) EXPECT_FALSE(u.name.empty());
    const kin::ref<const User> reader = s.get<User>(2);
    EXPECT_EQ(reader->email, "b");
}

TEST_F(updates, a_whole_object_can_be_assigned) {
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada", .email = "a@x", .posts = {{.title = "one"}}});
    s.commit();
    *ada = User{.id = ada->id, .name = "Grace", .email = "g@x", .created_at = ada->created_at};
    s.commit();
    EXPECT_EQ(rows("SELECT name, email FROM users"), "Grace|g@x");
    EXPECT_EQ(ada->posts.size(), 1u);  // it said nothing of its relations
    EXPECT_EQ(rows("SELECT count(*) FROM posts WHERE user_id = 1"), "1");
}

TEST_F(updates, a_changed_primary_key_is_refused) {
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada", .email = "a@x"});
    s.commit();
    ada->id = 77;
    const auto e = thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.message(), "primary key"));
    ada->id = 1;
    s.commit();
    EXPECT_EQ(rows("SELECT id FROM users"), "1");
}

TEST_F(updates, a_row_that_somebody_else_deleted_is_stale) {
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada", .email = "a@x"});
    s.commit();
    run("DELETE FROM users");
    ada->name = "Grace";
    const auto e = thrown<kin::stale_object>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.message(), "User 1"));
    EXPECT_TRUE(contains(e.sql(), "UPDATE \"users\""));
    EXPECT_TRUE(kin::test::ends_with(e.where().file_name(), "updates_test.cpp"));
    EXPECT_EQ(ada->name, "Grace");  // the change is still there, and still a change
    EXPECT_TRUE(s.dirty());
    s.rollback();
    EXPECT_EQ(ada->name, "Ada");

    s.remove(ada);
    EXPECT_THROW(s.flush(), kin::stale_object);
}

TEST_F(value_updates, every_kind_of_value_is_compared_and_written) {
    using namespace std::chrono;
    const Everything before{
        .paint = colour::green,
        .small = 5,
        .note = "note",
        .seen = sys_time<microseconds>{1'700'000'000'000'001us},
        .day = sys_days{year{2024} / 2 / 29},
        .data = {std::byte{1}, std::byte{0}, std::byte{255}},
        .big = 9'000'000'000'000'000'000u,
        .ratio = 0.1,
        .warmth = {36.6},
        .home = {.street = "Main", .city = "York"},
        .text = std::string(300, 'x'),
    };
    const auto change_each = std::vector<void (*)(Everything&)>{
        [](Everything& e) { e.paint = colour::blue; },
        [](Everything& e) { e.small.reset(); },
        [](Everything& e) { e.note = ""; },
        [](Everything& e) { e.seen += microseconds{1}; },
        [](Everything& e) { e.day += days{1}; },
        [](Everything& e) { e.data[1] = std::byte{7}; },
        [](Everything& e) { --e.big; },
        [](Everything& e) { e.ratio = -0.0; },
        [](Everything& e) { e.warmth.degrees = 37; },
        [](Everything& e) { e.home.street += '!'; },
        [](Everything& e) { e.home.city.reset(); },
        [](Everything& e) { e.text.back() = 'y'; },
    };
    const auto same = [](const Everything& a, const Everything& b) {
        return a.paint == b.paint && a.small == b.small && a.note == b.note && a.seen == b.seen && a.day == b.day &&
               a.data == b.data && a.big == b.big && a.ratio == b.ratio && a.warmth == b.warmth &&
               a.home.street == b.home.street && a.home.city == b.home.city && a.text == b.text;
    };
    kin::session s{db};
    const auto object = s.add(before);
    s.commit();
    Everything expected = before;
    for (std::size_t i = 0; i < change_each.size(); ++i) {
        SCOPED_TRACE(i);
        log.clear();
        change_each[i](*object);
        change_each[i](expected);
        ASSERT_TRUE(s.dirty());
        s.commit();
        ASSERT_EQ(log.count(), 1u);
        const std::string sql = log.entries()[0].sql;
        EXPECT_EQ(std::count(sql.begin(), sql.end(), '?'), 3) << sql;  // the column, updated, and the key

        kin::session t{db};
        const auto read = t.get<Everything>(object->id);
        EXPECT_TRUE(same(*read, expected));
        EXPECT_FALSE(t.dirty());
        EXPECT_FALSE(s.dirty());
    }
    // Rolling back restores each of them.
    for (const auto change : change_each) change(*object);
    s.rollback();
    EXPECT_TRUE(same(*object, expected));
}

TEST_F(value_updates, stamps) {
    using kin::moment;
    kin::session s{db};
    const moment start = moment::now();
    const auto object = s.add(Everything{.text = "a"});
    const auto given = s.add(Everything{.text = "b", .created = {{1000}}, .updated = {{2000}}});
    s.commit();
    EXPECT_GE(object->created.microseconds, start.microseconds);
    EXPECT_EQ(object->created.microseconds, object->updated.microseconds);
    EXPECT_EQ(given->created.microseconds, 1000);
    EXPECT_EQ(given->updated.microseconds, 2000);

    const auto created = object->created;
    given->text = "c";
    s.commit();
    EXPECT_EQ(given->created.microseconds, 1000);
    EXPECT_GE(given->updated.microseconds, start.microseconds);
    EXPECT_EQ(object->created, created);
    EXPECT_EQ(rows("SELECT count(*) FROM everything WHERE updated > '2001-01-01' AND created < '2001-01-01'"), "1");

    const auto updated = given->updated;
    given->text = "d";
    s.flush();
    s.rollback();
    EXPECT_EQ(given->updated, updated);  // stamps are restored too
}

TEST_F(value_updates, the_optimistic_lock) {
    kin::session first{db};
    const auto mine = first.add(Account{.owner = "Ada", .balance = 100});
    first.commit();
    EXPECT_EQ(mine->version.value, 1);

    kin::session second{db};
    const auto theirs = second.get<Account>(mine->id);
    theirs->balance = 50;
    second.commit();
    EXPECT_EQ(theirs->version.value, 2);
    EXPECT_EQ(rows("SELECT balance, version FROM account"), "50|2");

    mine->balance = 200;
    const auto e = thrown<kin::stale_object>([&] { first.commit(); });
    EXPECT_TRUE(contains(e.message(), "Account 1"));
    EXPECT_EQ(mine->balance, 200);
    EXPECT_EQ(mine->version.value, 1);
    first.rollback();
    first.remove(mine);
    EXPECT_THROW(first.commit(), kin::stale_object);
    first.rollback();
    EXPECT_EQ(rows("SELECT balance, version FROM account"), "50|2");

    first.refresh(mine);
    EXPECT_EQ(mine->balance, 50);
    mine->balance = 200;
    first.commit();
    EXPECT_EQ(rows("SELECT balance, version FROM account"), "200|3");
    mine->balance = 201;
    first.commit();
    first.remove(mine);
    first.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM account"), "0");
}

}  // namespace
