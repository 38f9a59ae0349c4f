// expect_statements: what users write to keep an N+1 out of their code.
#include <thread>

#include <kin/testing.hpp>

#include "support/fixture.hpp"

namespace {

using namespace sample;
using kin::test::contains;
using kin::test::thrown;
using kin::testing::expect_statements;
using kin::testing::statement_count_error;

class statement_count : public kin::test::with_database<Blog> {
  protected:
    void SetUp() override {
        kin::session s{db};
        for (int u = 1; u <= 3; ++u) s.add(User{.name = "u", .email = std::to_string(u), .posts = {{.title = "p"}}});
        s.commit();
        log.clear();
    }
};

TEST_F(statement_count, right_counts_pass_and_results_come_through) {
    kin::session s{db};
    const auto users = expect_statements(2, [&] { return s.query<User>().with(&User::posts).all(); });
    EXPECT_EQ(users.size(), 3u);
    expect_statements(0, [&] { EXPECT_EQ(users[2].posts.size(), 1u); });
    const std::string& name = expect_statements(0, [&]() -> const std::string& { return users[0].name; });
    EXPECT_EQ(&name, &users[0].name);
    expect_statements(1, [&] {  // a batch is one, and transaction control none
        for (int i = 0; i < 10; ++i) s.add(Post{.user_id = 1, .title = "new"});
        s.commit();
    });
}

TEST_F(statement_count, a_wrong_count_shows_what_was_sent) {
    kin::session s{db};
    const unsigned query = __LINE__ + 2;
    const auto e = thrown<statement_count_error>(
        [&] { expect_statements(3, [&] { (void)s.query<User>().where(kin::expr::col(&User::name) == "u").all(); }); });
    EXPECT_TRUE(contains(e.message(), "3 statements were expected, 1 sent:\n1. SELECT ")) << e.message();
    EXPECT_TRUE(contains(e.message(), "statement_count_test.cpp:" + std::to_string(query))) << e.message();
    EXPECT_TRUE(contains(e.message(), "'u'")) << e.message();
    EXPECT_EQ(e.where().line(), query);
    const auto none = thrown<statement_count_error>([] { expect_statements(1, [] {}); });
    EXPECT_EQ(none.message(), "1 statement was expected, 0 sent");
}

TEST_F(statement_count, an_error_of_the_call_itself_comes_through_and_counting_goes_on) {
    kin::session s{db};
    EXPECT_THROW(expect_statements(7, [&] { s.execute("SELECT nothing"); }), kin::database_error);
    s.rollback();
    expect_statements(3, [&] {
        expect_statements(2, [&] {
            (void)s.query<User>().count();
            (void)s.query<Post>().count();
        });
        EXPECT_THROW(s.execute("SELECT nothing"), kin::database_error);  // one that fails was sent, too
    });
}

TEST_F(statement_count, only_the_own_thread_counts_and_every_database) {
    kin::database other{"sqlite::memory:"};
    other.create<Blog>();
    kin::session s{db};
    kin::session t{other};
    (void)s.query<User>().count();  // a connection that is lent out before
    expect_statements(2, [&] {
        std::thread beside{[&] {
            kin::session mine{db};
            expect_statements(1, [&] { (void)mine.query<User>().count(); });
        }};
        beside.join();
        (void)s.query<User>().count();
        (void)t.query<User>().count();
    });
}

}  // namespace
