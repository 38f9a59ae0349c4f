// Hooks: when they are called, what they may change, and that one that throws leaves nothing behind.
#include "support/fixture.hpp"

namespace {

using namespace sample;
using kin::ref;
using kin::test::contains;
using kin::test::thrown;

struct refusal : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class hooks : public kin::test::with_database<Blog> {
  protected:
    kin::session s{db};
    std::string said;
    void say(const std::string& what) { said += (said.empty() ? "" : ", ") + what; }
    std::string heard() { return std::exchange(said, ""); }
};

TEST_F(hooks, follow_an_object_through_its_life) {
    s.on<kin::before_insert>([&](User& u) { say("insert " + u.name + " " + std::to_string(u.id.value)); });
    s.on<kin::after_insert>([&](const User& u) { say("inserted " + std::to_string(u.id.value)); });
    s.on<kin::before_update>([&](User& u) { say("update " + u.name); });
    s.on<kin::after_update>([&](const User& u) { say("updated " + u.name); });
    s.on<kin::before_remove>([&](User& u) { say("remove " + u.name); });
    s.on<kin::after_remove>([&](const User& u) { say("removed " + u.name); });
    s.on<kin::after_load>([&](const User& u) { say("loaded " + u.name); });
    s.on<kin::after_commit>([&] { say("committed"); });
    s.on<kin::after_rollback>([&] { say("rolled back"); });

    const auto ada = s.add(User{.name = "Ada", .email = "ada", .posts = {{.title = "no hook for posts"}}});
    s.flush();
    EXPECT_EQ(heard(), "insert Ada 0, inserted 1");
    s.flush();
    EXPECT_EQ(heard(), "");
    (void)ada->name.size();  // touched, not changed
    s.flush();
    EXPECT_EQ(heard(), "");
    ada->name = "Grace";
    s.commit();
    EXPECT_EQ(heard(), "update Grace, updated Grace, committed");
    s.clear();
    const auto grace = s.get<User>(1);
    (void)s.query<User>().all();
    EXPECT_EQ(heard(), "loaded Grace");
    for (std::size_t i = 0; i < 1; ++i) s.remove(grace->posts.handle(i));
    s.remove(grace);
    s.flush();
    EXPECT_EQ(heard(), "remove Grace, removed Grace");
    s.rollback();
    EXPECT_EQ(heard(), "rolled back");
}

TEST_F(hooks, what_they_change_is_written_by_the_same_flush) {
    s.on<kin::before_insert>([](User& u) { u.email = u.name + "@example.org"; });
    s.on<kin::before_update>([](User& u) { u.age += 1; });
    const auto ada = s.add(User{.name = "Ada"});
    const auto bob = s.add(User{.name = "Bob"});
    s.flush();
    EXPECT_EQ(log.text(), "INSERT INTO users");
    bob->name = "Rob";
    s.flush();
    EXPECT_EQ(log.count("UPDATE"), 1u);
    EXPECT_FALSE(s.dirty());
    s.commit();
    EXPECT_EQ(rows("SELECT name, email, age FROM users ORDER BY id"), "Ada|Ada@example.org|0; Rob|Bob@example.org|1");
    EXPECT_EQ(ada.get()->email, "Ada@example.org");
}

TEST_F(hooks, before_a_flush_they_may_add_and_remove_objects) {
    const auto old = s.add(User{.name = "Old", .email = "old"});
    s.commit();
    int posts = 0;
    s.on<kin::before_insert>([&](User& u) {
        u.posts.push_back(Post{.title = "hello " + u.name});
        s.remove(old);
    });
    s.on<kin::before_insert>([&](Post& p) {
        ++posts;
        p.views = 1;
    });
    s.on<kin::before_remove>([&](User& u) { say("remove " + u.name); });
    (void)s.add(User{.name = "Ada", .email = "ada"});
    s.commit();
    EXPECT_EQ(posts, 1);
    EXPECT_EQ(said, "remove Old");
    EXPECT_EQ(rows("SELECT name FROM users"), "Ada");
    EXPECT_EQ(rows("SELECT title, views FROM posts"), "hello Ada|1");
}

TEST_F(hooks, one_that_throws_leaves_memory_and_database_as_before_the_flush) {
    const auto kept = s.add(User{.name = "Kept", .email = "kept"});
    s.commit();
    bool refuse = true;
    s.on<kin::before_insert>([&](User& u) {
        u.bio = "by a hook";
        u.posts.push_back(Post{.title = "by a hook"});
        if (refuse && u.name == "Bob") throw refusal{"no Bob"};
    });
    s.on<kin::before_update>([](User& u) { u.age = 9; });
    for (const bool nested : {false, true}) {
        if (nested) (void)s.execute("UPDATE users SET bio = 'earlier' WHERE id = ?", kept.get()->id);
        const auto ada = s.add(User{.name = "Ada", .email = "ada"});
        const auto bob = s.add(User{.name = "Bob", .email = "bob"});
        kept->name = "Changed";
        EXPECT_THROW(s.flush(), refusal);
        EXPECT_EQ(ada.get()->bio, std::nullopt);
        EXPECT_EQ(ada->posts.size(), 0u);
        EXPECT_EQ(ada.get()->id.value, 0);
        EXPECT_EQ(bob.get()->bio, std::nullopt);
        EXPECT_EQ(kept.get()->age, 0);
        EXPECT_EQ(kept.get()->name, "Changed");  // by the user: still to be flushed
        EXPECT_TRUE(s.dirty());
        EXPECT_EQ(kin::test::rows_of(s.connection(), "SELECT name, bio FROM users"),
                  nested ? "Kept|earlier" : "Kept|NULL");
        s.rollback();
        EXPECT_EQ(kept.get()->name, "Kept");
    }
    refuse = false;
    (void)s.add(User{.name = "Ada", .email = "ada"});
    (void)s.add(User{.name = "Bob", .email = "bob"});
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "3");
    EXPECT_EQ(rows("SELECT title FROM posts"), "by a hook; by a hook");
}

TEST_F(hooks, one_that_throws_after_the_statements_undoes_them) {
    const auto kept = s.add(User{.name = "Kept", .email = "kept"});
    s.commit();
    bool refuse = true;
    s.on<kin::before_insert>([](User& u) { u.bio = "by a hook"; });
    s.on<kin::after_insert>([&](const User& u) {
        EXPECT_NE(u.id.value, 0);
        if (refuse) throw refusal{"no"};
    });
    for (const bool nested : {false, true}) {
        if (nested) (void)s.execute("UPDATE users SET bio = 'earlier' WHERE id = ?", kept.get()->id);
        const auto ada = s.add(User{.name = "Ada", .email = "ada", .posts = {{.title = "one"}}});
        EXPECT_THROW(s.flush(), refusal);
        EXPECT_EQ(ada.get()->id.value, 0);
        EXPECT_EQ(ada.get()->bio, std::nullopt);
        EXPECT_EQ(ada->posts.size(), 1u);
        EXPECT_EQ(ada->posts[0].user_id.value, 0);
        EXPECT_EQ(kin::test::rows_of(s.connection(), "SELECT name, bio FROM users"),
                  nested ? "Kept|earlier" : "Kept|NULL");
        s.rollback();
    }
    refuse = false;
    const auto ada = s.add(User{.name = "Ada", .email = "ada", .posts = {{.title = "one"}}});
    s.commit();
    EXPECT_EQ(rows("SELECT name, bio FROM users"), "Kept|NULL; Ada|by a hook");
}

TEST_F(hooks, a_statement_that_fails_undoes_what_they_did) {
    (void)s.add(User{.name = "Ada", .email = "ada"});
    s.commit();
    s.on<kin::before_insert>([](User& u) {
        u.age = 7;
        u.posts.push_back(Post{.title = "by a hook"});
    });
    const auto twin = s.add(User{.name = "Twin", .email = "ada"});
    (void)thrown<kin::unique_violation>([&] { s.flush(); });
    EXPECT_EQ(twin.get()->age, 0);
    EXPECT_EQ(twin->posts.size(), 0u);
    twin->email = "twin";
    s.commit();
    EXPECT_EQ(rows("SELECT name, age FROM users"), "Ada|0; Twin|7");
    EXPECT_EQ(rows("SELECT title FROM posts"), "by a hook");
}

TEST_F(hooks, what_one_that_throws_changed_in_others_is_put_back) {
    const auto ada = s.add(User{.name = "Ada", .email = "ada"});
    const auto bob = s.add(User{.name = "Bob", .email = "bob"});
    s.commit();
    s.clear();
    const auto a = s.get<User>(1);  // touched by the user
    const auto b = s.get<User>(2);  // touched by the hook first
    bool refuse = true;
    s.on<kin::before_update>([&, &captured = *a](User& each) {
        if (!refuse) return;
        each.age = 1;
        captured.bio = "through a reference that the session sees nothing of";
        b->age = 99;
        b->posts.push_back(Post{.title = "by a hook"});
        throw refusal{"refused"};
    });
    a->name = "x";
    EXPECT_THROW(s.flush(), refusal);
    EXPECT_EQ(a.get()->age, 0);
    EXPECT_EQ(a.get()->bio, std::nullopt);
    EXPECT_EQ(a.get()->name, "x");
    EXPECT_EQ(b.get()->age, 0);
    EXPECT_EQ(b->posts.size(), 0u);
    refuse = false;
    log.clear();
    s.commit();
    EXPECT_EQ(log.count("UPDATE"), 1u);
    EXPECT_EQ(log.count("INSERT"), 0u);
    EXPECT_EQ(rows("SELECT name, age, bio FROM users ORDER BY id"), "x|0|NULL; Bob|0|NULL");
}

TEST_F(hooks, one_that_fails_after_a_commit_says_that_it_happened) {
    s.on<kin::after_commit>([] { throw refusal{"no mail server"}; });
    const auto ada = s.add(User{.name = "Ada", .email = "ada"});
    try {
        s.commit();
        ADD_FAILURE();
    } catch (const kin::hook_error& e) {
        EXPECT_TRUE(contains(e.message(), "committed")) << e.message();
        EXPECT_TRUE(contains(e.message(), "no mail server")) << e.message();
        EXPECT_THROW(std::rethrow_if_nested(e), refusal);
    }
    EXPECT_FALSE(s.dirty());
    EXPECT_EQ(rows("SELECT name FROM users"), "Ada");
    s.rollback();
    EXPECT_EQ(ada.get()->id.value, 1);
}

TEST_F(hooks, after_the_statements_they_only_look) {
    bool meddle = true;
    s.on<kin::after_insert>([&](const User&) {
        if (meddle) (void)s.add(User{.name = "Eve", .email = "eve"});
    });
    const auto ada = s.add(User{.name = "Ada", .email = "ada"});
    const auto e = thrown<kin::usage_error>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.message(), "before_"));
    EXPECT_EQ(ada.get()->id.value, 0);
    meddle = false;
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users"), "Ada");
}

TEST_F(hooks, cannot_end_the_transaction_they_run_in) {
    s.on<kin::before_insert>([&](User&) { s.commit(); });
    s.on<kin::before_insert>([&](Post&) { s.rollback(); });
    (void)s.add(User{.name = "Ada", .email = "ada"});
    EXPECT_TRUE(contains(thrown<kin::usage_error>([&] { s.flush(); }).message(), "cannot commit"));
    s.clear();
    (void)s.add(Post{.title = "one"});
    EXPECT_TRUE(contains(thrown<kin::usage_error>([&] { s.flush(); }).message(), "cannot roll back"));
}

TEST_F(hooks, loading_none_may_load_more) {
    (void)s.add(User{.name = "Ada", .email = "ada", .posts = {{.title = "one"}}});
    s.commit();
    kin::session other{db};
    bool reach = true;
    other.on<kin::after_load>([&](const Post& p) {
        if (reach) say(p.author->name);
    });
    (void)thrown<kin::raised_load>([&] { (void)other.query<Post>().all(); });
    reach = false;
    const auto posts = other.query<Post>().all();
    EXPECT_EQ(posts.view()[0].author->name, "Ada");
}

TEST_F(hooks, of_a_database_are_those_of_its_sessions) {
    kin::database shared{url};
    shared.on<kin::before_insert>([](User& u) { u.email = u.name; });
    shared.on<kin::after_commit>([&] { say("committed"); });
    for (const char* name : {"Ada", "Bob"}) {
        kin::session one{shared};
        one.on<kin::before_insert>([](User& u) { u.bio = u.email; });  // after the database's
        (void)one.add(User{.name = name});
        one.commit();
    }
    EXPECT_EQ(said, "committed, committed");
    EXPECT_EQ(rows("SELECT email, bio FROM users"), "Ada|Ada; Bob|Bob");
}

TEST_F(hooks, of_inserts_belong_to_get_or_create_too) {
    s.on<kin::before_insert>([](User& u) { u.bio = "by a hook"; });
    s.on<kin::after_insert>([&](const User& u) { say("inserted " + u.name); });
    (void)s.get_or_create(User{.name = "Ada", .email = "ada"}, &User::email);
    EXPECT_EQ(said, "inserted Ada");
    s.commit();
    EXPECT_EQ(rows("SELECT bio FROM users"), "by a hook");
    s.on<kin::before_insert>([](User& u) { u.email += "!"; });
    (void)thrown<kin::usage_error>([&] { (void)s.get_or_create(User{.email = "eve"}, &User::email); });
}

}  // namespace
