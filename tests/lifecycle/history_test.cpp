// What a column was before it was changed.
#include "support/fixture.hpp"

namespace {

using namespace sample;
using kin::ref;
using kin::test::contains;
using kin::test::thrown;

class history : public kin::test::with_database<Blog, Values> {
  protected:
    kin::session s{db};
};

TEST_F(history, of_a_column_from_the_first_change_to_the_flush) {
    const auto ada = s.add(User{.name = "Ada", .email = "ada", .bio = "Countess"});
    const auto fresh = s.history(ada, &User::name);
    EXPECT_FALSE(fresh.old.has_value());
    EXPECT_EQ(fresh.now, "Ada");
    EXPECT_TRUE(fresh.changed);
    s.commit();
    log.clear();
    EXPECT_FALSE(s.history(ada, &User::name).changed);
    EXPECT_EQ(s.history(ada, &User::name).old, "Ada");
    ada->name = "Grace";
    ada->bio.reset();
    ada->age = 36;
    const auto name = s.history(ada, &User::name);
    EXPECT_EQ(name.old, "Ada");
    EXPECT_EQ(name.now, "Grace");
    EXPECT_TRUE(name.changed);
    const auto bio = s.history(ada, &User::bio);
    EXPECT_EQ(bio.old, std::optional<std::string>{"Countess"});
    EXPECT_FALSE(bio.now.has_value());
    EXPECT_TRUE(bio.changed);
    EXPECT_EQ(s.history(ada, &User::age).old, 0);
    EXPECT_FALSE(s.history(ada, &User::email).changed);
    EXPECT_EQ(log.count(), 0u);
    s.flush();
    EXPECT_FALSE(s.history(ada, &User::name).changed);
    EXPECT_EQ(s.history(ada, &User::name).old, "Grace");
    s.rollback();
    EXPECT_EQ(s.history(ada, &User::name).old, "Ada");
    EXPECT_FALSE(s.history(ada, &User::name).changed);
}

TEST_F(history, of_values_of_every_kind) {
    (void)s.add(Everything{.paint = colour::green, .warmth = {1.5}, .text = std::string(200, 'x')});
    s.commit();
    kin::session other{db};
    const auto e = other.get<Everything>(1);
    EXPECT_EQ(other.history(e, &Everything::paint).old, colour::green);  // not touched yet
    e->paint = colour::blue;
    e->warmth = {2.5};
    e->small = 3;
    e->text = "y";
    EXPECT_EQ(other.history(e, &Everything::paint).old, colour::green);
    EXPECT_EQ(other.history(e, &Everything::warmth).old, celsius{1.5});
    EXPECT_EQ(other.history(e, &Everything::small).old, std::optional<std::optional<int>>{std::optional<int>{}});
    EXPECT_EQ(other.history(e, &Everything::text).old, std::string(200, 'x'));
    EXPECT_EQ(other.history(e, &Everything::id).now.value, 1);
}

TEST_F(history, of_objects_without_a_row_and_of_other_sessions) {
    const auto ada = s.add(User{.name = "Ada", .email = "ada"});
    s.commit();
    s.remove(ada);
    EXPECT_EQ(s.history(ada, &User::name).old, "Ada");
    s.commit();
    EXPECT_FALSE(s.history(ada, &User::name).old.has_value());
    EXPECT_FALSE(s.history(ada, &User::name).changed);
    kin::session other{db};
    const auto e = thrown<kin::usage_error>([&] { (void)other.history(ada, &User::name); });
    EXPECT_TRUE(contains(e.message(), "another session"));
}

}  // namespace
