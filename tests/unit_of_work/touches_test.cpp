// kin::touches: what is written of a child is seen at its parents' updated_at.
#include "support/fixture.hpp"

using namespace kin::expr;
using kin::test::contains;
using kin::test::thrown;

namespace touching {

struct Topic;
struct Reply;
struct Forum {
    kin::key<Forum> id{};
    std::string name{};
    kin::updated_at updated_at{};
    kin::has_many<Topic> topics{};
};
struct Topic {
    kin::key<Topic> id{};
    kin::key<Forum> forum_id{};
    std::string title{};
    kin::updated_at updated_at{};
    kin::version version{};
    kin::belongs_to<Forum, kin::touches> forum{};
    kin::has_many<Reply, kin::owned> replies{};
};
struct Reply {
    kin::key<Reply> id{};
    std::optional<kin::key<Topic>> topic_id{};
    std::string text{};
    kin::belongs_to<Topic, kin::touches> topic{};
};
struct Plain {
    kin::key<Plain> id{};
    std::string name{};
};
struct Wrong {
    kin::key<Wrong> id{};
    kin::key<Plain> plain_id{};
    kin::belongs_to<Plain, kin::touches> plain{};
};

}  // namespace touching

namespace {

using namespace touching;

class touches : public kin::test::with_database<kin::models<Forum, Topic, Reply>> {
  protected:
    touches() {
        run("INSERT INTO forum VALUES (1, 'f', '2020-01-01 00:00:00');"
            "INSERT INTO topic (id, forum_id, title, updated_at, version) VALUES (1, 1, 'a', '2020-01-01 00:00:00', 1),"
            "(2, 1, 'b', '2020-01-01 00:00:00', 1), (3, 1, 'c', '2020-01-01 00:00:00', 1);"
            "INSERT INTO reply VALUES (1, 1, 'x'), (2, 2, 'y'), (3, NULL, 'z')");
        log.clear();
    }
    std::string touched() { return rows("SELECT id FROM topic WHERE updated_at > '2021-01-01 00:00:00' ORDER BY id"); }
    kin::session s{db};
};

TEST_F(touches, the_plan_says_it) {
    const auto updates = [&] {
        const std::string plan = s.explain_flush();
        log.clear();
        s.flush();
        return plan;
    };
    auto a = s.get<Topic>(1);
    auto b = s.get<Topic>(2);
    a->replies.push_back(Reply{.text = "1"});
    a->replies.push_back(Reply{.text = "2"});
    b->replies.push_back(Reply{.text = "3"});
    EXPECT_EQ(updates(),
              "1. insert 3 rows into reply: Reply (new), Reply (new), Reply (new)\n"
              "2. touch 2 rows of topic\n"
              "3. touch the rows of forum above those of topic\n");
    EXPECT_EQ(log.count("UPDATE"), 2u) << log.text();
    // From one to the other: both. Of the third nobody knows anything but the key.
    auto moved = s.get<Reply>(1);
    moved->topic = b;
    s.get<Reply>(2)->topic_id = 3;
    EXPECT_TRUE(contains(updates(), "touch 3 rows of topic\n"));
    EXPECT_EQ(touched(), "");
    s.commit();
    EXPECT_EQ(touched(), "1; 2; 3");
    // A new parent, and one that is written itself, are stamped as it is.
    s.add(Topic{.forum_id = 1, .title = "d", .replies = {{.text = "4"}}});
    a->title = "A";
    a->replies.push_back(Reply{.text = "5"});
    EXPECT_TRUE(contains(updates(), "touch 1 row of forum\n"));
    EXPECT_EQ(log.count("UPDATE"), 2u) << log.text();  // the topic, and the forum
    // No parent: nothing more.
    s.get<Reply>(3)->text = "Z";
    EXPECT_EQ(updates(), "1. update 1 row of reply, set text: Reply 3\n");
    s.commit();
}

TEST_F(touches, one_update_for_all_parents) {
    auto a = s.get<Topic>(1);
    auto b = s.get<Topic>(2);
    a->replies.push_back(Reply{.text = "1"});
    a->replies.push_back(Reply{.text = "2"});
    b->replies.push_back(Reply{.text = "3"});
    const auto before = a->updated_at;
    log.clear();
    s.flush();
    EXPECT_EQ(log.count("UPDATE \"topic\""), 1u) << log.text();
    EXPECT_EQ(log.count("UPDATE \"forum\""), 1u) << "and what they touch themselves";
    EXPECT_EQ(log.count(), 3u);
    EXPECT_TRUE(a->updated_at > before);
    log.clear();
    s.flush();
    EXPECT_EQ(log.count(), 0u) << "memory and rows agree: " << log.text();
    a->title = "changed";
    s.commit();
    EXPECT_EQ(touched(), "1; 2");
    EXPECT_EQ(rows("SELECT version FROM topic ORDER BY id"), "2; 1; 1") << "a touch says nothing new of the row";
    EXPECT_EQ(rows("SELECT count(*) FROM forum WHERE updated_at > '2021-01-01 00:00:00'"), "1");
}

TEST_F(touches, changes_and_removals_touch_and_a_move_touches_both) {
    auto reply = s.get<Reply>(1);
    reply->text = "changed";
    s.commit();
    EXPECT_EQ(touched(), "1") << "nobody had read the parent";
    run("UPDATE topic SET updated_at = '2020-01-01 00:00:00'");
    s.get<Topic>(3)->replies.save(reply);
    s.commit();
    EXPECT_EQ(touched(), "1; 3");
    run("UPDATE topic SET updated_at = '2020-01-01 00:00:00'");
    s.remove(s.get<Reply>(2));
    s.commit();
    EXPECT_EQ(touched(), "2");
    log.clear();
    s.get<Reply>(3)->text = "of nobody";
    s.commit();
    EXPECT_EQ(log.count("UPDATE"), 1u) << log.text();
}

TEST_F(touches, a_new_parent_is_stamped_once) {
    log.clear();
    s.add(Forum{.name = "g", .topics = {{.title = "t", .replies = {{.text = "r"}}}}});
    s.commit();
    EXPECT_EQ(log.count(), 3u) << log.text();
    EXPECT_EQ(rows("SELECT version FROM topic WHERE title = 't'"), "1");
}

TEST_F(touches, rollback_and_failure_undo_it) {
    auto a = s.get<Topic>(1);
    const auto before = a->updated_at;
    a->replies.create(Reply{.text = "1"});
    EXPECT_TRUE(a->updated_at > before);
    s.rollback();
    EXPECT_TRUE(a->updated_at == before);
    (void)thrown<kin::unique_violation>([&] { a->replies.create_many({{.text = "2"}, {.id = {1}, .text = "3"}}); });
    EXPECT_TRUE(a->updated_at == before);
    a->replies.create(Reply{.text = "4"});
    s.commit();
    EXPECT_EQ(rows("SELECT version FROM topic WHERE id = 1"), "1");
}

TEST_F(touches, nobody_loses_an_edit_because_somebody_commented) {
    auto mine = s.get<Topic>(1);
    s.commit();  // a form is shown, and filled in for a while
    {
        kin::session other{db};
        other.get<Topic>(1)->replies.create(Reply{.text = "a comment"});
        other.commit();
    }
    mine->title = "edited meanwhile";
    s.commit();
    EXPECT_EQ(rows("SELECT title, version FROM topic WHERE id = 1"), "edited meanwhile|2");
}

TEST_F(touches, wants_a_time_to_write) {
    EXPECT_TRUE(contains(thrown<kin::mapping_error>([&] {
                             db.create<kin::models<Plain, Wrong>>();
                             s.add(Wrong{.plain = Plain{.name = "p"}});
                             s.flush();
                         }).what(),
                         "updated_at"));
}

}  // namespace
