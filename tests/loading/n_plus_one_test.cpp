// What repeats itself within a transaction is reported, with the line that repeats it.
#include "support/fixture.hpp"

namespace {

using namespace sample;
using namespace kin::expr;
using kin::test::contains;

class n_plus_one : public kin::test::with_database<Blog> {
  protected:
    struct report {
        std::string sql;
        std::size_t count;
        unsigned line;
    };
    void SetUp() override {
        kin::session s{db};
        for (int u = 1; u <= 8; ++u) {
            s.add(User{.id = u, .name = "u", .email = std::to_string(u), .posts = {{.title = "p"}, {.title = "q"}}});
        }
        s.commit();
    }
    void watch(std::size_t threshold = 5) {
        db.watch_n_plus_one(
            [this](const kin::engine::repeated_statement& r) {
                reports.push_back({std::string{r.sql}, r.count, r.where.line()});
            },
            threshold);
    }

    std::vector<report> reports{};
};

TEST_F(n_plus_one, a_query_in_a_loop_is_reported_once_with_its_line) {
    watch();
    kin::session s{db};
    const auto users = s.query<User>().all();
    unsigned line = 0;
    for (const User& u : users) {
        line = __LINE__ + 1;
        (void)s.query<Post>().where(col(&Post::user_id) == u.id).count();
    }
    EXPECT_TRUE(reports.empty());  // at the end, when the number is known
    s.commit();
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_TRUE(contains(reports[0].sql, "count(*)")) << reports[0].sql;
    EXPECT_EQ(reports[0].count, 8u);
    EXPECT_EQ(reports[0].line, line);
}

TEST_F(n_plus_one, a_strategy_that_asks_for_each_object) {
    watch();
    {
        kin::session s{db};
        const auto users = s.query<User>().with(select(&User::posts)).all();
        for (const User& u : users) (void)u.posts.size();
    }  // a session that ends rolls back
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].count, 8u);
    reports.clear();
    kin::session s{db};
    for (const User& u : s.query<User>().all().view()) (void)u.posts.size();
    s.rollback();
    EXPECT_TRUE(reports.empty());  // a batch
}

TEST_F(n_plus_one, transactions_and_lines_are_counted_apart) {
    watch(3);
    kin::session s{db};
    kin::session t{db};
    for (int i = 0; i < 2; ++i) {
        (void)s.query<User>().count();
        (void)t.query<User>().count();
        (void)s.query<User>().count();
    }
    const auto point = s.savepoint();
    s.commit();
    t.commit();
    EXPECT_TRUE(reports.empty());
    for (int i = 0; i < 3; ++i) {
        (void)s.query<User>().count();
        s.commit();
    }
    EXPECT_TRUE(reports.empty());
}

TEST_F(n_plus_one, writes_of_one_flush_are_none_and_statements_of_the_users_own_are) {
    run("SELECT 1");  // brings keys behind those that were given
    watch();
    kin::session s{db};
    for (int i = 0; i < 50; ++i) s.add(User{.name = "n", .email = "e" + std::to_string(i)});
    s.commit();
    EXPECT_TRUE(reports.empty());
    const unsigned line = __LINE__ + 1;
    for (int i = 0; i < 6; ++i) s.execute("UPDATE users SET age = ? WHERE id = ?", i, i);
    s.commit();
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].line, line);
    EXPECT_EQ(reports[0].count, 6u);
}

TEST_F(n_plus_one, it_stands_beside_the_statement_log_and_can_be_turned_off) {
    watch(2);
    log.clear();
    kin::session s{db};
    for (int i = 0; i < 2; ++i) (void)s.query<User>().count();
    s.commit();
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(reports.size(), 1u);
    db.watch_n_plus_one({}, 0);
    for (int i = 0; i < 2; ++i) (void)s.query<User>().count();
    s.commit();
    EXPECT_EQ(reports.size(), 1u);
    EXPECT_EQ(log.count(), 4u);
    db.watch_n_plus_one({}, 2);
    ::testing::internal::CaptureStderr();
    for (int i = 0; i < 2; ++i) (void)s.query<User>().count();
    s.commit();
    const std::string said = ::testing::internal::GetCapturedStderr();
    EXPECT_TRUE(contains(said, "kin: 2 times from ") && contains(said, "n_plus_one_test.cpp")) << said;
}

}  // namespace
