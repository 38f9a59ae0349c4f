// Cascades are set by set: how many statements they take does not depend on how many rows there are.
#include "support/fixture.hpp"

namespace cascading {

struct Middle;
struct Leaf;
struct Root {
    kin::key<Root> id{};
    kin::has_many<Middle, kin::owned> middles{};
};
struct Middle {
    kin::key<Middle> id{};
    kin::key<Root> root_id{};
    kin::has_many<Leaf, kin::cascade<kin::cascades::save_update, kin::cascades::remove>> leaves{};
};
struct Leaf {
    kin::key<Leaf> id{};
    kin::key<Middle> middle_id{};
};

// A tenant's number in every key: links over composite keys.
struct Label;
struct Item {
    std::int64_t tenant{};
    std::int64_t number{};
    std::string name{};
    kin::many_to_many<Label> labels{};

    static constexpr auto table = kin::table("item").primary_key("tenant", "number");
};
struct Label {
    std::int64_t tenant{};
    std::string name{};
    kin::many_to_many<Item> items{};

    static constexpr auto table = kin::table("label").primary_key("tenant", "name");
};

using All = kin::models<Root, Middle, Leaf, Item, Label>;

}  // namespace cascading

using namespace cascading;

namespace {

class cascades : public kin::test::with_database<> {
  protected:
    cascades() { db.create<All>(); }
};

TEST_F(cascades, a_thousand_parents_with_ten_children_and_five_grandchildren_each) {
    run("INSERT INTO root WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
        "SELECT i FROM n;"
        "INSERT INTO middle WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
        "SELECT i, (i - 1 - (i - 1) % 10) / 10 + 1 FROM n;"
        "INSERT INTO leaf WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) "
        "SELECT i, (i - 1 - (i - 1) % 5) / 5 + 1 FROM n;");
    kin::session s{db};
    const auto roots = s.query<Root>().all();
    ASSERT_EQ(roots.size(), 1000u);
    log.clear();
    for (const Root& r : roots) s.remove(r);
    s.commit();
    EXPECT_EQ(log.count(), 3u);
    EXPECT_EQ(rows("SELECT (SELECT count(*) FROM root) + (SELECT count(*) FROM middle) + (SELECT count(*) FROM leaf)"),
              "0");
}

TEST_F(cascades, links_over_composite_keys) {
    kin::session s{db};
    auto a = s.add(Item{
        .tenant = 1, .number = 1, .name = "a", .labels = {{.tenant = 1, .name = "x"}, {.tenant = 1, .name = "y"}}});
    auto b = s.add(Item{.tenant = 2, .number = 1, .name = "b"});
    b->labels.push_back(a->labels.handle(0));
    s.commit();
    EXPECT_EQ(rows("SELECT item_tenant, item_number, label_tenant, label_name FROM item_label ORDER BY 1, 2, 3, 4"),
              "1|1|1|x; 1|1|1|y; 2|1|1|x");
    s.clear();
    log.clear();
    const auto items = s.query<Item>().with(&Item::labels, &Label::items).order_by(&Item::tenant).all();
    EXPECT_EQ(log.count(), 3u);
    ASSERT_EQ(items[0].labels.size(), 2u);
    ASSERT_EQ(items[1].labels.size(), 1u);
    EXPECT_EQ(items[1].labels[0].items.size(), 2u);
    s.edit(items[0]).labels.clear();
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM item_label"), "1");
    s.remove(items[1]);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM item_label"), "0");
}

}  // namespace
