// Which objects a removal concerns, among all that are loaded: those that the parent's collection shows, those that
// only other queries have brought, and none.
#include "support/fixture.hpp"

namespace {

struct Leaf;
struct Fruit;
struct Label;
struct Tree {
    kin::key<Tree> id{};
    std::string name{};
    kin::has_many<Leaf> leaves{};
    kin::has_many<Fruit, kin::owned> fruits{};
    kin::many_to_many<Label> labels{};
};
struct Leaf {
    kin::key<Leaf> id{};
    std::optional<kin::key<Tree>> tree_id{};
    kin::belongs_to<Tree> tree{};
};
struct Fruit {
    kin::key<Fruit> id{};
    kin::key<Tree> tree_id{};
    kin::belongs_to<Tree> tree{};
};
struct Label {
    kin::key<Label> id{};
    std::string text{};
    kin::many_to_many<Tree> trees{};
};
using garden = kin::models<Tree, Leaf, Fruit, Label>;

struct gone_children : kin::test::with_database<garden> {
    kin::session s{db};
    gone_children() {
        run("INSERT INTO tree (id, name) VALUES (1, 'oak'), (2, 'elm'), (3, 'bare');"
            "INSERT INTO leaf (id, tree_id) VALUES (1, 1), (2, 1), (3, 2), (4, NULL);"
            "INSERT INTO fruit (id, tree_id) VALUES (1, 1), (2, 1), (3, 2);"
            "INSERT INTO label (id, text) VALUES (1, 'old'), (2, 'tall');");
        auto trees = s.query<Tree>().order_by(&Tree::id).all();
        trees[0].labels.push_back(s.get<Label>(1));
        trees[1].labels.push_back(s.get<Label>(1));
        s.commit();
        s.clear();
    }
    bool has_fruit(std::int64_t id) { return s.query<Fruit>().where(kin::expr::col(&Fruit::id) == id).count() == 1; }
    static std::string leaf_tree(const kin::ref<Leaf>& leaf) {
        const Leaf& l = *leaf;
        return (l.tree_id ? std::to_string(l.tree_id->value) : "none") + (l.tree ? " " + l.tree->name : "");
    }
};

TEST_F(gone_children, those_that_its_collection_shows) {
    const auto oak = s.get<Tree>(1);
    EXPECT_EQ(oak->leaves.size() + oak->fruits.size(), 4u);
    const auto leaf = s.get<Leaf>(1), other = s.get<Leaf>(3);
    const auto fruit = s.get<Fruit>(1);
    EXPECT_EQ(leaf_tree(leaf), "1 oak");
    s.remove(oak);
    s.flush();
    EXPECT_EQ(leaf_tree(leaf), "none");
    EXPECT_EQ(leaf_tree(other), "2 elm");
    EXPECT_FALSE(has_fruit(1));
    s.rollback();
    EXPECT_EQ(leaf_tree(leaf), "1 oak");
    EXPECT_EQ(s.get<Fruit>(1), fruit);
    EXPECT_EQ(oak->leaves.size(), 2u);
}

TEST_F(gone_children, those_that_other_queries_have_brought) {
    const auto oak = s.get<Tree>(1);
    const auto leaves = s.query<Leaf>().order_by(&Leaf::id).all();
    const auto fruits = s.query<Fruit>().order_by(&Fruit::id).all();
    s.remove(oak);
    s.commit();
    EXPECT_FALSE(leaves[0].tree_id || leaves[1].tree_id);
    EXPECT_TRUE(leaves[2].tree_id);
    EXPECT_FALSE(has_fruit(1) || has_fruit(2));
    EXPECT_TRUE(has_fruit(3));
    EXPECT_EQ(rows("SELECT id, tree_id FROM leaf ORDER BY id"), "1|NULL; 2|NULL; 3|2; 4|NULL");
}

TEST_F(gone_children, some_shown_and_some_brought) {
    const auto oak = s.get<Tree>(1);
    const auto shown = s.query<Leaf>().where(kin::expr::col(&Leaf::id) == 1).all();
    EXPECT_EQ(oak->leaves.size(), 2u);
    s.commit();
    {
        kin::session other{db};
        other.get<Leaf>(4)->tree_id = kin::key<Tree>{1};
        other.commit();
    }
    const auto late = s.get<Leaf>(4);  // which the collection does not show
    s.remove(oak);
    s.commit();
    EXPECT_EQ(leaf_tree(late), "none");
    EXPECT_EQ(leaf_tree(s.get<Leaf>(1)), "none");
    EXPECT_EQ(leaf_tree(s.get<Leaf>(2)), "none");
}

TEST_F(gone_children, one_without_any) {
    const auto bare = s.get<Tree>(3);
    const auto leaves = s.query<Leaf>().all();
    s.remove(bare);
    s.commit();
    EXPECT_EQ(rows("SELECT id, tree_id FROM leaf ORDER BY id"), "1|1; 2|1; 3|2; 4|NULL");
    for (const Leaf& leaf : leaves) EXPECT_EQ(leaf.tree_id.has_value(), leaf.id.value != 4);
}

TEST_F(gone_children, those_that_moved_in_the_same_flush) {
    const auto oak = s.get<Tree>(1), elm = s.get<Tree>(2);
    EXPECT_EQ(oak->leaves.size(), 2u);
    const auto leaf = s.get<Leaf>(1), by_hand = s.get<Leaf>(2);
    leaf->tree = elm;
    by_hand->tree_id = kin::key<Tree>{2};
    s.remove(oak);
    s.commit();
    EXPECT_EQ(rows("SELECT id, tree_id FROM leaf ORDER BY id"), "1|2; 2|2; 3|2; 4|NULL");
    EXPECT_EQ(leaf_tree(leaf), "2 elm");
    EXPECT_EQ(leaf_tree(by_hand), "2 elm");
}

TEST_F(gone_children, links_leave_the_collections_that_show_them) {
    const auto trees = s.query<Tree>().with(&Tree::labels).order_by(&Tree::id).all();
    EXPECT_EQ(trees[0].labels.size() + trees[1].labels.size(), 2u);
    s.remove(s.get<Label>(2));  // linked by none
    s.flush();
    EXPECT_EQ(trees[0].labels.size() + trees[1].labels.size(), 2u);
    s.remove(s.get<Label>(1));
    s.flush();
    EXPECT_EQ(trees[0].labels.size() + trees[1].labels.size(), 0u);
    s.rollback();
    EXPECT_EQ(s.get<Tree>(1)->labels.size(), 1u);
    const auto tall = s.get<Label>(2);
    s.get<Tree>(3)->labels.push_back(tall);
    s.remove(tall);
    s.commit();
    EXPECT_EQ(s.get<Tree>(3)->labels.size(), 0u);
}

}  // namespace
