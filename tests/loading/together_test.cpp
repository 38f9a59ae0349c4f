// PostgreSQL: what can travel together does. How many statements were sent when somebody had to wait tells.
#include <poll.h>

#include <set>

#include <kin/engine/wait.hpp>

#include "support/fixture.hpp"
#include "support/postgresql.hpp"

namespace far {

struct Quay;
struct Ship;
struct Pilot;
struct Harbour {
    kin::key<Harbour> id{};
    kin::has_many<Quay> quays{};
    kin::has_many_through<Ship, Quay> ships{};
    kin::many_to_many<Pilot> pilots{};
};
struct Quay {
    kin::key<Quay> id{};
    kin::key<Harbour> harbour_id{};
    kin::has_many<Ship> ships{};
};
struct Ship {
    kin::key<Ship> id{};
    kin::key<Quay> quay_id{};
};
struct Pilot {
    kin::key<Pilot> id{};
    kin::many_to_many<Harbour> harbours{};
};

}  // namespace far

namespace {

using namespace sample;
using namespace kin::expr;
using kin::test::rows_of;

const kin::session* watched = nullptr;
std::set<std::uint64_t> sent_at_waits;

kin::engine::readiness noting_wait(int socket, kin::engine::readiness wanted, int milliseconds) {
    if (watched != nullptr) sent_at_waits.insert(watched->statements());
    pollfd one{socket, POLLIN, 0};
    if (has(wanted, kin::engine::readiness::write)) one.events |= POLLOUT;
    return ::poll(&one, 1, milliseconds) == 0 ? kin::engine::readiness::none : wanted;
}

/// While one lives, waits are noted.
struct noting {
    explicit noting(const kin::session& s) {
        watched = &s;
        sent_at_waits.clear();
        kin::engine::wait_with(noting_wait);
    }
    ~noting() {
        watched = nullptr;
        kin::engine::wait_with(nullptr);
    }
};

class together : public ::testing::Test {
  protected:
    void SetUp() override {
        if (kin::test::postgresql_server().empty()) GTEST_SKIP() << "no server";
        schema = std::make_unique<kin::test::scratch_schema>();
        db = std::make_unique<kin::database>(schema->url());
        db->create<Blog>();
        kin::session s{*db};
        for (int i = 1; i <= 3; ++i) {
            const std::string n = std::to_string(i);
            s.add(User{.name = "u" + n,
                       .email = n,
                       .posts = {{.title = "p" + n, .comments = {{.text = "c" + n}}}},
                       .profile = Profile{.text = "f" + n}});
        }
        s.commit();
    }

    std::unique_ptr<kin::test::scratch_schema> schema;
    std::unique_ptr<kin::database> db;
};

TEST_F(together, sibling_relations_are_asked_for_before_the_first_answer_is_read) {
    kin::session s{*db};
    const noting waits{s};
    const auto users = s.query<User>().with(&User::profile).with(&User::posts, &Post::comments).all();
    EXPECT_FALSE(sent_at_waits.contains(2)) << "the profiles were waited for before the posts were asked for";
    EXPECT_TRUE(sent_at_waits.contains(1));
    EXPECT_EQ(s.statements(), 4u);
    for (const User& u : users) {
        EXPECT_EQ(u.profile->text, "f" + std::to_string(u.id.value));
        EXPECT_EQ(u.posts[0].comments[0].text, "c" + std::to_string(u.id.value));
    }
    EXPECT_EQ(s.statements(), 4u);
}

TEST_F(together, what_lies_across_others_is_asked_for_with_its_siblings) {
    using namespace far;
    db->create<kin::models<Harbour, Quay, Ship, Pilot>>();
    kin::session s{*db};
    for (int i = 0; i < 3; ++i) s.add(Harbour{.quays = {{.ships = {Ship{}, Ship{}}}, {.ships = {Ship{}}}}});
    s.commit();
    kin::session other{*db};
    const noting waits{other};
    const auto harbours = other.query<Harbour>().with(&Harbour::quays, &Quay::ships).with(&Harbour::ships).all();
    EXPECT_EQ(other.statements(), 4u);
    EXPECT_FALSE(sent_at_waits.contains(2)) << "the quays were waited for before the ships were asked for";
    other.strict();
    for (const Harbour& h : harbours) {
        EXPECT_EQ(h.ships.size(), 3u);
        EXPECT_EQ(h.quays.size(), 2u);
        EXPECT_EQ(h.quays[0].ships.size(), 2u);
    }
}

TEST_F(together, a_sync_asks_for_the_links_with_the_lock) {
    using namespace far;
    db->create<kin::models<Harbour, Quay, Ship, Pilot>>();
    kin::session s{*db};
    auto harbour = s.add(Harbour{});
    for (int i = 0; i < 3; ++i) s.add(Pilot{});
    s.flush();
    harbour->pilots.sync({1, 2});
    const auto before = s.statements();
    {
        const noting waits{s};
        EXPECT_EQ(harbour->pilots.sync({2, 3}).attached.size(), 1u);
        EXPECT_EQ(s.statements(), before + 4);
        EXPECT_FALSE(sent_at_waits.contains(before + 1)) << "the lock was waited for before the links were asked for";
        EXPECT_TRUE(sent_at_waits.contains(before + 2));
    }
    s.commit();
    EXPECT_EQ(rows_of(s.connection(), "SELECT pilot_id FROM harbour_pilot ORDER BY 1"), "2; 3");
}

TEST_F(together, a_flush_of_many_rows_sends_them_all_before_it_waits) {
    kin::session s{*db};
    for (int i = 1; i <= 20; ++i) {
        const std::string n = std::to_string(i);
        s.add(User{.name = "v" + n, .email = "v" + n, .posts = {{.title = "q" + n, .comments = {{.text = "d" + n}}}}});
    }
    const noting waits{s};
    s.flush();
    EXPECT_FALSE(sent_at_waits.contains(1)) << "the users were waited for";
    EXPECT_FALSE(sent_at_waits.contains(2)) << "the posts were waited for";
    EXPECT_EQ(s.statements(), 3u);
    s.commit();
    EXPECT_EQ(
        rows_of(*db->connect(),
                "SELECT count(*) FROM users u JOIN posts p ON p.user_id = u.id JOIN comments c ON c.post_id = p.id "
                "WHERE substr(u.name, 2) = substr(p.title, 2) AND substr(p.title, 2) = substr(c.text, 2)"),
        "23");
}

TEST_F(together, one_relation_may_bring_what_its_sibling_asks_for) {
    kin::session s{*db};
    const auto posts = s.query<Post>().with(&Post::author, &User::posts).with(&Post::comments, &Comment::post).all();
    for (const Post& p : posts) {
        EXPECT_EQ(p.author->posts[0].title, p.title);
        EXPECT_EQ(p.comments[0].post.get(), &p);
    }
    const auto sent = s.statements();
    (void)s.query<Comment>().with(&Comment::post, &Post::author).all();
    EXPECT_LE(s.statements(), sent + 1);
}

}  // namespace
