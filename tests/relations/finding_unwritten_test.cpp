// Among many, also what no row says yet is found: parents that are staged, keys that were set by hand in new objects
// and in old ones, and what was undone of both.
#include "support/fixture.hpp"

namespace {

struct Badge {
    kin::key<Badge> id{};
};
struct Person {
    kin::key<Person> id{};
    std::optional<kin::key<Badge>> badge_id{};
    std::string name{};
    kin::belongs_to<Badge, kin::single_parent> badge{};
};

/// So many objects that they are not all looked at for long.
struct finding_unwritten : kin::test::with_database<kin::models<Badge, Person>> {
    static constexpr std::size_t many = 1500;
    kin::session s{db};
    std::vector<kin::ref<Badge>> badges{};

    void SetUp() override {
        with_database::SetUp();
        for (std::size_t i = 0; i < many; ++i) badges.push_back(s.add(Badge{}));
        s.commit();
    }
    /// Each of the first badges has its owner.
    std::vector<kin::ref<Person>> add_owners(std::size_t count) {
        std::vector<kin::ref<Person>> people;
        for (std::size_t i = 0; i < count; ++i) people.push_back(s.add(Person{.badge = badges[i]}));
        return people;
    }
    [[nodiscard]] bool taken(std::size_t badge) {
        try {
            s.remove(s.add(Person{.badge = badges[badge]}));
            return false;
        } catch (const kin::usage_error&) {
            return true;
        }
    }
};

TEST_F(finding_unwritten, owners_that_are_staged) {
    const auto people = add_owners(1000);
    for (const std::size_t each : {0u, 1u, 500u, 999u}) EXPECT_TRUE(taken(each)) << each;
    EXPECT_FALSE(taken(1000));
    people[500]->badge = nullptr;
    EXPECT_FALSE(taken(500));
    people[501]->badge = badges[500];
    EXPECT_TRUE(taken(500));
    EXPECT_FALSE(taken(501));
    s.commit();
    EXPECT_EQ(rows("SELECT count(*), count(badge_id) FROM person"), "1000|999");
    EXPECT_TRUE(taken(500));
    EXPECT_TRUE(taken(999));
}

TEST_F(finding_unwritten, keys_that_were_set_by_hand) {
    (void)add_owners(800);
    std::vector<kin::ref<Person>> old;
    for (std::size_t i = 0; i < 500; ++i) old.push_back(s.add(Person{}));
    s.commit();
    const auto fresh = s.add(Person{});
    for (const std::size_t each : {1000u, 1001u, 1002u, 1003u}) EXPECT_FALSE(taken(each)) << each;
    old[250]->badge_id = badges[1000]->id;
    fresh->badge_id = badges[1001]->id;
    EXPECT_TRUE(taken(1000));
    EXPECT_TRUE(taken(1001));
    old[250]->badge_id = badges[1002]->id;
    fresh->badge_id = badges[1003]->id;
    for (const std::size_t each : {1000u, 1001u}) EXPECT_FALSE(taken(each)) << each;
    for (const std::size_t each : {1002u, 1003u}) EXPECT_TRUE(taken(each)) << each;
    s.commit();
    EXPECT_TRUE(taken(1002));
    EXPECT_TRUE(taken(1003));
}

TEST_F(finding_unwritten, what_is_undone_is_not_found) {
    const auto people = add_owners(1000);
    const auto without = s.add(Person{});
    s.commit();
    EXPECT_FALSE(taken(1200));
    people[0]->badge = badges[1200];
    without->badge_id = badges[1201]->id;
    EXPECT_TRUE(taken(1200));
    EXPECT_TRUE(taken(1201));
    s.rollback();
    for (const std::size_t each : {1200u, 1201u}) EXPECT_FALSE(taken(each)) << each;
    for (const std::size_t each : {0u, 1u, 2u}) EXPECT_TRUE(taken(each)) << each;
    auto point = s.savepoint();
    people[2]->badge = badges[1300];
    s.flush();
    EXPECT_TRUE(taken(1300));
    EXPECT_FALSE(taken(2));
    point.rollback();
    EXPECT_FALSE(taken(1300));
    EXPECT_TRUE(taken(2));
}

TEST_F(finding_unwritten, a_new_object_is_merged_into_by_the_key_that_it_has_by_now) {
    const auto before = s.add(Person{.name = "no key yet"});
    for (int i = 1; i <= 1000; ++i) (void)s.merge(Person{.id = {i}, .name = std::to_string(i)});
    before->id = {5000};
    EXPECT_EQ(s.merge(Person{.id = {5000}, .name = "merged"}), before);
    EXPECT_EQ(s.merge(Person{.id = {700}, .name = "again"})->id.value, 700);
    before->id = {6000};
    EXPECT_NE(s.merge(Person{.id = {5000}, .name = "another"}), before);
    EXPECT_EQ(s.merge(Person{.id = {6000}, .name = "last"}), before);
    s.commit();
    EXPECT_EQ(rows("SELECT id, name FROM person WHERE id IN (700, 5000, 6000) ORDER BY id"),
              "700|again; 5000|another; 6000|last");
    EXPECT_EQ(rows("SELECT count(*) FROM person"), "1002");
}

}  // namespace
