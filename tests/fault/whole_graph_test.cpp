// A flush with everything in it, failing in every place: at every row, at every hook, and at every statement with the
// connection lost. Memory and database must be as before, and the same flush must succeed afterwards.
#include "support/whole_graph.hpp"
#include "support/countdown.hpp"
#include "support/cut_driver.hpp"

namespace {

using namespace whole;
using kin::test::contains;
namespace countdown = kin::test::countdown;

struct refusal : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class whole_graph : public kin::test::with_database<> {
  protected:
    whole_graph() {
        create(db);
        log.clear();
    }
    std::string committed() { return database_of(*outside.connect()); }

    /// Lets the flush fail in place after place, until it comes through; gives how many places there were. `nested`:
    /// its transaction holds an earlier flush, which stays.
    template <class Error, class Arm>
    int fail_everywhere(kin::session& s, graph& g, bool nested, Arm arm) {
        const auto in_transaction = [&] { return nested ? database_of(s.connection()) : std::string{}; };
        const std::string was = g.memory();
        const std::string rows_were = committed();
        const std::string flushed = in_transaction();
        const std::string plan = s.explain_flush();
        for (int place = 1;; ++place) {
            SCOPED_TRACE(place);
            EXPECT_LT(place, 400);
            if (place == 400) return place;
            arm(place);
            try {
                s.flush();
                return place - 1;
            } catch (const Error&) {
            }
            arm(0);
            EXPECT_EQ(g.memory(), was);
            EXPECT_EQ(committed(), rows_were);
            EXPECT_EQ(s.explain_flush(), plan);
            EXPECT_EQ(in_transaction(), flushed);
            if (HasFailure()) return place;
        }
    }
    /// What the flush leaves, wherever it failed before.
    void check_outcome() {
        EXPECT_EQ(rows("SELECT name, email, age FROM users ORDER BY id"),
                  "user 0|u1|7; user 1|u0|0; user 2|u2|0; new|new|0");
        EXPECT_EQ(rows("SELECT p.title, u.name, e.name FROM posts p JOIN users u ON u.id = p.user_id "
                       "LEFT JOIN users e ON e.id = p.editor_id ORDER BY title"),
                  "n1|new|NULL; p0|user 1|NULL; p2|user 2|NULL; q0|user 0|user 2; q1|user 1|NULL; q2|user 2|NULL");
        EXPECT_EQ(rows("SELECT text FROM comments ORDER BY text"), "a2; b0; b2; n2");
        EXPECT_EQ(rows("SELECT text, user_id FROM profile ORDER BY id"),
                  "profile 0|3; profile 1|2; profile 2|NULL; profile 3|NULL");
        EXPECT_EQ(rows("SELECT t.name, p.name FROM team t JOIN player p ON p.id = t.captain_id"), "team|two");
        EXPECT_EQ(rows("SELECT a.title, t.name FROM article_topic JOIN article a ON a.id = article_id "
                       "JOIN topic t ON t.id = topic_id ORDER BY 1, 2"),
                  "article 0|looms; article 1|bread; article 1|looms; article 1|salt; article 2|bread; "
                  "article 2|looms");
        EXPECT_EQ(rows("SELECT article_id, author_id FROM article_author ORDER BY 1, 2"), "1|knuth; 2|knuth; 3|knuth");
        EXPECT_EQ(rows("SELECT student_id, course_id, grade FROM enrolment ORDER BY 1, 2"), "1|1|A; 1|3|none");
        EXPECT_EQ(rows("SELECT follower_id, followed_id FROM follow ORDER BY 1, 2"), "1|3; 3|1");
        EXPECT_EQ(rows("SELECT name FROM task"), "kept");
    }
};

class failing_rows : public whole_graph {
  protected:
    failing_rows() { run(countdown::script(tables)); }
};

TEST_F(failing_rows, of_the_first_flush_of_a_transaction) {
    kin::session s{db};
    graph g{s};
    g.start();
    g.change();
    const int places =
        fail_everywhere<kin::constraint_violation>(s, g, false, [&](int row) { run(countdown::at(row)); });
    EXPECT_GT(places, 50);  // as many rows
    s.commit();
    check_outcome();
    EXPECT_FALSE(s.dirty());
}

TEST_F(failing_rows, of_a_later_flush_of_a_transaction) {
    kin::session s{db};
    graph g{s};
    g.start();
    g.at<User>(2)->age = 1;
    s.flush();
    g.at<User>(2)->age = 0;
    g.change();
    const int places = fail_everywhere<kin::constraint_violation>(
        s, g, true, [&](int row) { s.connection().execute(countdown::at(row)); });
    EXPECT_GT(places, 50);
    s.commit();
    check_outcome();
}

class server_hangs_up : public whole_graph {};

TEST_F(server_hangs_up, at_every_row_of_the_first_flush_of_a_transaction) {
    KIN_NEEDS(a_server);
    run(countdown::script(tables, countdown::at_zero::hang_up));
    kin::session s{db};
    graph g{s};
    g.start();
    g.change();
    const int places = fail_everywhere<kin::connection_lost>(s, g, false, [&](int row) { run(countdown::at(row)); });
    EXPECT_GT(places, 50);
    s.commit();
    check_outcome();
}

class failing_hooks : public whole_graph {
  protected:
    void run_with_hooks(bool nested);
};

void failing_hooks::run_with_hooks(bool nested) {
    kin::session s{db};
    graph g{s};
    int left = 0;
    const auto hook = [&](const auto&) {
        if (--left == 0) throw refusal{"as planned"};
    };
    const auto listen = [&]<class... T>(std::tuple<T...>*) {
        (s.on<kin::before_insert>([hook](T& object) { hook(object); }), ...);
        (s.on<kin::after_insert>([hook](const T& object) { hook(object); }), ...);
        (s.on<kin::before_update>([hook](T& object) { hook(object); }), ...);
        (s.on<kin::after_update>([hook](const T& object) { hook(object); }), ...);
        (s.on<kin::before_remove>([hook](T& object) { hook(object); }), ...);
        (s.on<kin::after_remove>([hook](const T& object) { hook(object); }), ...);
    };
    listen(
        static_cast<std::tuple<User, Post, Team, Player, Article, Topic, Student, Enrolment, Person, Task>*>(nullptr));
    g.start();
    if (nested) {
        g.at<User>(2)->age = 1;
        s.flush();
        g.at<User>(2)->age = 0;
    }
    g.change();
    const int places = fail_everywhere<refusal>(s, g, nested, [&](int call) { left = call; });
    EXPECT_GT(places, 40);  // as many calls
    s.commit();
    check_outcome();
}

TEST_F(failing_hooks, of_the_first_flush_of_a_transaction) { run_with_hooks(false); }

TEST_F(failing_hooks, of_a_later_flush_of_a_transaction) { run_with_hooks(true); }

class lost_connection : public whole_graph {
  protected:
    lost_connection() { kin::test::register_cut_driver(); }
    ~lost_connection() override { kin::test::cut_after::statements = -1; }
    static void cut(int statement, bool arrives) {
        kin::test::cut_after::statements = statement - 1;
        kin::test::cut_after::arrives = arrives;
    }
    void lose_everywhere(bool arrives) {
        kin::session s{far};
        graph g{s};
        g.start();
        g.change();
        const int places = fail_everywhere<kin::connection_lost>(s, g, false, [&](int n) { cut(n, arrives); });
        cut(0, false);
        EXPECT_GT(places, 30);  // as many statements
        EXPECT_FALSE(s.dirty());
        s.commit();
        check_outcome();
    }

    kin::database far{"cut" + url.substr(url.find(':')), {.max = 2}};
};

TEST_F(lost_connection, before_any_statement_of_the_first_flush) { lose_everywhere(false); }

TEST_F(lost_connection, with_the_answer_of_any_statement_of_the_first_flush) { lose_everywhere(true); }

TEST_F(lost_connection, takes_the_transactions_earlier_flushes_along) {
    kin::session s{far};
    graph g{s};
    g.start();
    const std::string was = g.memory();
    const std::string rows_were = committed();
    for (int statement = 1;; ++statement) {
        SCOPED_TRACE(statement);
        ASSERT_LT(statement, 400);
        g.at<User>(2)->age = 1;
        s.flush();
        g.at<User>(2)->age = 0;
        g.change();
        cut(statement, false);
        bool lost = false;
        try {
            s.flush();
        } catch (const kin::connection_lost&) {
            lost = true;
        }
        cut(0, false);
        if (!lost) {
            EXPECT_GT(statement, 30);
            break;
        }
        g.forget_new();
        ASSERT_EQ(g.memory(), was);
        ASSERT_EQ(committed(), rows_were);
        EXPECT_FALSE(s.dirty());
    }
    s.commit();
    check_outcome();
}

}  // namespace
