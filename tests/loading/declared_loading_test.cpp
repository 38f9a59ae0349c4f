// Relations that their models declare to come with their owners: when that counts as asked for.
#include <kin/testing.hpp>

#include "support/fixture.hpp"

namespace declared_models {

struct Mark;
struct Card;
struct Label {
    kin::key<Label> id{};
    std::string name{};
    kin::has_many<Mark, kin::via<"label_id">, kin::order_by<"id">, kin::lazy<kin::load::selectin>> marks{};
};
struct Mark {
    kin::key<Mark> id{};
    kin::key<Label> label_id{};
    int rank{};
    std::optional<kin::key<Label>> like_id{};
    kin::belongs_to<Label, kin::via<"label_id">> label{};
    kin::belongs_to<Label, kin::via<"like_id">> like{};
};
struct Person {
    kin::key<Person> id{};
    std::optional<kin::key<Person>> boss_id{};
    kin::belongs_to<Person> boss{};
    kin::has_one<Card, kin::lazy<kin::load::joined>> card{};
};
struct Card {
    kin::key<Card> id{};
    kin::key<Person> person_id{};
    int rank{};
    kin::belongs_to<Person> person{};
};

using All = kin::models<Label, Mark, Person, Card>;

}  // namespace declared_models

namespace {

using namespace declared_models;
using namespace kin::expr;
using kin::test::ids;
using kin::test::thrown;
using kin::testing::expect_statements;

/// Two labels with two marks each; person 1 is the boss of person 2, both have a card.
class declared_loading : public kin::test::with_database<All> {
  protected:
    declared_loading() {
        run("INSERT INTO label VALUES (1, 'red'), (2, 'blue');"
            "INSERT INTO mark VALUES (1, 1, 1, 2), (2, 1, 2, NULL), (3, 2, 1, NULL), (4, 2, 2, NULL);"
            "INSERT INTO person VALUES (1, NULL), (2, 1);"
            "INSERT INTO card VALUES (1, 1, 5), (2, 2, 6)");
        log.clear();
    }
    auto labels() { return s.query<Label>().order_by(&Label::id); }

    kin::session s{db};
};

TEST_F(declared_loading, a_touch_leaves_what_a_query_asked_for) {
    const auto all = labels().with(selectin(&Label::marks).order_by(desc(&Mark::rank)).limit(1)).all();
    const auto marks = s.query<Mark>().all();
    expect_statements(0, [&] {
        for (const Mark& m : marks) EXPECT_FALSE(m.label->name.empty());
        EXPECT_EQ(ids(all[0].marks), "2");
    });
    (void)labels().with(selectin(&Label::marks).order_by(desc(&Mark::rank))).all();
    s.expire(s.get<Mark>(1));
    EXPECT_EQ(marks[0].label->name, "red");
    EXPECT_EQ(ids(all[0].marks), "2,1");

    const auto people =
        s.query<Person>().order_by(&Person::id).with(joined(&Person::card).where(col(&Card::rank) > 5)).all();
    EXPECT_EQ(people[1].boss->id.value, 1);
    EXPECT_FALSE(people[0].card);
    EXPECT_EQ(people[1].card->id.value, 2);
}

TEST_F(declared_loading, a_touch_leaves_what_a_query_said_of_touches) {
    const auto all = labels().with(raise(&Label::marks)).all();
    (void)s.query<Mark>().with(noload(&Mark::label)).all();
    for (const Mark& m : s.query<Mark>().with(batch(&Mark::label).with(raise(&Label::marks))).all()) {
        EXPECT_FALSE(m.label->name.empty());
    }
    (void)thrown<kin::raised_load>([&] { (void)all[0].marks.size(); });
    (void)labels().all();  // declared: a query that says nothing asks for it
    expect_statements(0, [&] { EXPECT_EQ(ids(all[0].marks), "1,2"); });

    const auto people = s.query<Person>().order_by(&Person::id).with(noload(&Person::card)).all();
    EXPECT_EQ(people[1].boss->id.value, 1);
    EXPECT_FALSE(people[0].card);
}

TEST_F(declared_loading, a_touch_brings_it_for_those_who_are_new) {
    (void)labels().where(col(&Label::id) == 1).with(selectin(&Label::marks).limit(1).order_by(&Mark::id)).all();
    const auto marks = s.query<Mark>().order_by(&Mark::id).all();
    expect_statements(2, [&] { EXPECT_EQ(marks[2].label->name, "blue"); });  // label 2 and its marks
    expect_statements(0, [&] {
        EXPECT_EQ(ids(marks[0].label->marks), "1");
        EXPECT_EQ(ids(marks[2].label->marks), "3,4");
    });
    // So does a get.
    s.clear();
    const auto found = s.get<Label>(2);
    expect_statements(0, [&] { EXPECT_EQ(ids(found->marks), "3,4"); });
}

TEST_F(declared_loading, a_load_after_the_fact_asks_for_it_no_second_time_on_its_path) {
    const auto labels = s.query<Label>().order_by(&Label::id).all();
    s.load(labels, selectin(&Label::marks).where(col(&Mark::rank) > 1).with(selectin(&Mark::label)));
    expect_statements(0, [&] {
        EXPECT_EQ(ids(labels[0].marks), "2");
        EXPECT_EQ(ids(labels[1].marks), "4");
    });
}

TEST_F(declared_loading, a_query_that_says_nothing_of_it_asks_for_all) {
    const auto all = labels().with(selectin(&Label::marks).where(col(&Mark::rank) > 1)).all();
    EXPECT_EQ(ids(all[0].marks), "2");
    expect_statements(2, [&] { (void)labels().all(); });
    expect_statements(0, [&] { EXPECT_EQ(ids(all[0].marks), "1,2"); });
    expect_statements(1, [&] { (void)labels().all(); });  // all is here
    // So does a touch of which a query said something, also where it leads back.
    s.clear();
    const auto there = labels().with(selectin(&Label::marks).with(batch(&Mark::like))).all();
    (void)labels().with(selectin(&Label::marks).limit(1).order_by(&Mark::id)).all();
    EXPECT_EQ(ids(there[1].marks), "3");
    EXPECT_EQ(there[0].marks[0].like->name, "blue");
    expect_statements(0, [&] { EXPECT_EQ(ids(there[1].marks), "3,4"); });
    // What is said of all is said of it, at every level.
    s.clear();
    const auto marks =
        s.query<Mark>().order_by(&Mark::id).with(select(kin::expr::all)).with(selectin(&Mark::label)).all();
    expect_statements(1, [&] { EXPECT_EQ(ids(marks[0].label->marks), "1,2"); });
    expect_statements(1, [&] { EXPECT_EQ(ids(marks[2].label->marks), "3,4"); });
}

TEST_F(declared_loading, a_known_target_may_be_read_where_nothing_may_be_sent) {
    (void)labels().with(noload(&Label::marks)).all();
    const auto marks = s.query<Mark>().with(raise_on_sql(&Mark::label)).all();
    expect_statements(0, [&] { EXPECT_EQ(marks[0].label->name, "red"); });
    s.strict();
    expect_statements(0, [&] { EXPECT_EQ(marks[3].label->name, "blue"); });
    // What is said of touches below it holds.
    s.strict(false);
    (void)s.query<Mark>().with(batch(&Mark::label).with(batch(&Label::marks))).all();
    s.expire(s.get<Mark>(1));
    s.strict();
    EXPECT_TRUE(marks[0].label);
    s.strict(false);
    EXPECT_EQ(marks[0].label->marks.size(), 2u);
    // What a query asks for below it is another thing: that has to be read.
    s.strict(false);
    (void)s.query<Mark>().with(raise_on_sql(&Mark::label).with(selectin(&Label::marks).limit(1))).all();
    s.expire_all();
    (void)thrown<kin::raised_load>([&] { (void)marks[0].label->name; });
}

}  // namespace
