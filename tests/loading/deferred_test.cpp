// kin::deferred<T>: columns that are read when they are touched, for all siblings at once.
#include <kin/testing.hpp>

#include "support/fixture.hpp"

namespace {

using namespace kin::expr;
using kin::test::contains;
using kin::test::thrown;
using kin::testing::expect_statements;

struct Essay;

struct Writer {
    kin::key<Writer> id{};
    std::string name{};
    kin::has_many<Essay> essays{};
};

struct Essay {
    kin::key<Essay> id{};
    kin::key<Writer> writer_id{};
    std::string title{};
    kin::deferred<std::string> body{};
    kin::deferred<std::optional<std::string>> notes{};
    kin::belongs_to<Writer> writer{};
};

class deferred : public kin::test::with_database<Writer, Essay> {
  protected:
    void fill(int essays) {
        kin::session fill{db};
        const auto writer = fill.add(Writer{.name = "Ada"});
        for (int i = 1; i <= essays; ++i) {
            const std::string n = std::to_string(i);
            writer->essays.push_back({.title = "t" + n, .body = "b" + n, .notes = "n" + n});
        }
        fill.commit();
        log.clear();
    }

    kin::session s{db};
};

TEST_F(deferred, is_left_out_and_read_for_all_siblings_at_the_first_touch) {
    fill(2500);
    const auto essays = s.query<Essay>().order_by(&Essay::id).all();
    EXPECT_FALSE(contains(log.entries().back().sql, "body"));
    EXPECT_FALSE(s.is_loaded(essays.handle(0), &Essay::body));
    expect_statements(3, [&] {  // a thousand at a time
        int i = 0;
        for (const Essay& e : essays) ASSERT_EQ(e.body.get(), "b" + std::to_string(++i));
    });
    EXPECT_FALSE(contains(log.entries().back().sql, "notes"));
    EXPECT_TRUE(s.is_loaded(essays.handle(0), &Essay::body));
    EXPECT_FALSE(s.is_loaded(essays.handle(0), &Essay::notes));
    expect_statements(1, [&] { EXPECT_EQ(*essays[999].notes.get(), "n1000"); });
    expect_statements(0, [&] { s.flush(); });
}

TEST_F(deferred, a_get_and_a_relation_leave_it_out_too) {
    fill(2);
    const auto first = s.get<Essay>(1);
    expect_statements(1, [&] { EXPECT_EQ(first->body->size(), 2u); });
    kin::session other{db};
    const auto writer = other.get<Writer>(1);
    expect_statements(2, [&] {
        for (const Essay& e : writer->essays) EXPECT_EQ(e.body->front(), 'b');
    });
    EXPECT_EQ(log.text(4),
              "SELECT id, writer_id, title; SELECT id, body FROM; SELECT id, name FROM; "
              "SELECT id, writer_id, title; SELECT id, body FROM");
}

TEST_F(deferred, can_be_asked_for) {
    fill(2);
    const auto essays = s.query<Essay>().undefer(&Essay::body).all();
    expect_statements(0, [&] { EXPECT_EQ(essays[1].body, std::string{"b2"}); });
    s.clear();
    const auto part = s.query<Essay>().only(&Essay::body).all();
    expect_statements(0, [&] { EXPECT_EQ(part[0].body, std::string{"b1"}); });
    s.clear();
    const auto writers = s.query<Writer>().with(selectin(&Writer::essays).undefer(&Essay::body)).all();
    expect_statements(0, [&] { EXPECT_EQ(writers[0].essays[0].body, std::string{"b1"}); });
    s.clear();
    const auto later = s.query<Essay>().all();
    expect_statements(1, [&] { s.load(later, &Essay::body, &Essay::notes); });
    expect_statements(0, [&] { EXPECT_EQ(later[1].notes->value(), "n2"); });
}

TEST_F(deferred, conditions_orders_and_projections_see_a_plain_column) {
    fill(3);
    EXPECT_EQ(s.query<Essay>().where(col(&Essay::body) == "b2").one()->title, "t2");
    EXPECT_EQ(s.query<Essay>().where(col(&Essay::notes).is_not_null()).order_by(desc(&Essay::body)).first()->title,
              "t3");
}

TEST_F(deferred, an_assignment_is_written_even_where_it_is_what_an_unread_one_shows) {
    fill(2);
    const auto essay = s.get<Essay>(1);
    essay->body = "";
    essay->notes = std::nullopt;
    s.commit();
    EXPECT_EQ(rows("SELECT body, notes FROM essay ORDER BY id"), "|NULL; b2|n2");
    essay->body.edit() += "more";
    s.commit();
    EXPECT_EQ(rows("SELECT body FROM essay WHERE id = 1"), "more");
    EXPECT_EQ(log.count("UPDATE"), 2u);
    essay->title = "only this";
    s.commit();
    EXPECT_FALSE(contains(log.entries().back().sql, "body"));
}

TEST_F(deferred, a_rollback_brings_the_read_value_back) {
    fill(1);
    const auto essay = s.get<Essay>(1);
    essay->body = "mine";
    s.rollback();
    EXPECT_EQ(essay->body, std::string{"b1"});
    s.expire(essay);
    run("UPDATE essay SET body = 'theirs'");
    EXPECT_EQ(s.get<Essay>(1)->body, std::string{"theirs"});
}

TEST_F(deferred, a_new_object_has_what_it_was_given) {
    fill(0);
    const auto essay = s.add(Essay{.writer_id = 1, .title = "new", .body = "text"});
    expect_statements(1, [&] { s.flush(); });
    expect_statements(0, [&] { EXPECT_EQ(essay->body, std::string{"text"}); });
    const Essay copy = *essay;
    EXPECT_EQ(copy.body, std::string{"text"});
    s.commit();
    s.clear();
    const Essay read = *s.get<Essay>(1);  // a copy holds the values
    EXPECT_EQ(read.body, std::string{"text"});
}

TEST_F(deferred, is_refused_where_nothing_may_be_loaded) {
    fill(1);
    s.strict(true);
    auto essay = s.get<Essay>(1);
    const unsigned line = __LINE__ + 1;
    const auto e = thrown<kin::raised_load>([&] { (void)essay->body.get(kin::site::current()); });
    EXPECT_TRUE(contains(e.message(), "ask for it with .undefer(&Essay::body)")) << e.message();
    EXPECT_EQ(e.where().line(), line);
    kin::ref<Essay> kept;
    {
        kin::session other{db};
        kept = other.get<Essay>(1);
    }
    EXPECT_TRUE(contains(thrown<kin::raised_load>([&] { (void)kept->body.get(); }).message(), "its session is gone"));
    kin::session third{db};
    essay = third.get<Essay>(1);
    third.rollback();
    run("DELETE FROM essay");
    EXPECT_THROW((void)essay->body.get(), kin::not_found);
}

}  // namespace
