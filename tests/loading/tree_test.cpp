// Descendants and ancestors: one recursive statement, nested, filled, pruned, limited, and with cycles in the data.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <kin/tree.hpp>

#include "support/fixture.hpp"

using namespace kin::expr;
using kin::test::contains;
using kin::test::thrown;

namespace trees_below {

struct Category {
    kin::key<Category> id{};
    std::optional<kin::key<Category>> parent_id{};
    std::string name{};
    int position{};
    bool active{true};
    kin::belongs_to<Category> parent{};
    kin::has_many<Category> children{};
    kin::descendants<Category, kin::order_by<"position">> descendants{};
    kin::ancestors<Category> ancestors{};
};

/// Two keys to its like, one of them composite-free text.
struct Place {
    kin::key<Place, std::string> id{};
    std::optional<kin::key<Place, std::string>> within_id{};
    std::optional<kin::key<Place, std::string>> twin_id{};
    kin::descendants<Place, kin::via<"within_id">> inside{};
    kin::ancestors<Place, kin::via<"within_id">> around{};
    kin::ancestors<Place, kin::via<"twin_id">> twins{};
};

}  // namespace trees_below

namespace {

using namespace trees_below;

//  1 root ── 2 a (position 2) ── 4 a1, 5 a2 ── 7 deep
//         └─ 3 b (position 1) ── 6 b1 (inactive) ── 8 hidden
//  9 other ── 10 c
class tree_test : public kin::test::with_database<kin::models<Category>> {
  protected:
    tree_test() {
        run("INSERT INTO category (id, parent_id, name, position, active) VALUES (1, NULL, 'root', 0, true), "
            "(2, 1, 'a', 2, true), (3, 1, 'b', 1, true), (4, 2, 'a1', 1, true), (5, 2, 'a2', 1, true), "
            "(6, 3, 'b1', 1, false), (7, 5, 'deep', 1, true), (8, 6, 'hidden', 1, true), "
            "(9, NULL, 'other', 0, true), (10, 9, 'c', 1, true)");
    }
    static std::string names(const auto& some) {
        std::string all;
        for (const Category& c : some) all += (all.empty() ? "" : " ") + c.name;
        return all;
    }
    /// root(a(a1 a2) b)
    static std::string picture(const auto& nodes) {
        std::string all;
        for (const auto node : nodes) {
            all += (all.empty() ? "" : " ") + node->name;
            if (!node.children().empty()) all += "(" + picture(node.children()) + ")";
        }
        return all;
    }
    /// The same by way of the children.
    static std::string walked(const Category& c) {
        std::string all;
        for (const Category& child : c.children) {
            all += (all.empty() ? "" : " ") + child.name;
            if (!child.children.empty()) all += "(" + walked(child) + ")";
        }
        return all;
    }
    kin::ref<const Category> get(kin::session& s, int id) {
        return s.query<Category>().where(col(&Category::id) == id).one();
    }
};

TEST_F(tree_test, comes_level_by_level_for_all_siblings_in_one_statement) {
    kin::session s{db};
    const auto roots = s.query<Category>().where(col(&Category::parent).is_null()).order_by(&Category::id).all();
    EXPECT_EQ(names(roots[0].descendants), "b a b1 a1 a2 hidden deep");
    EXPECT_EQ(names(roots[1].descendants), "c");
    EXPECT_EQ(log.count(), 2U);
    if (kin::test::engine_name() == "sqlite") {
        EXPECT_EQ(
            log.entries()[1].sql,
            R"(WITH RECURSIVE "kin_tree"("kin_node") AS (SELECT "id" FROM "category" WHERE "parent_id" IN (?, ?) )"
            R"(UNION SELECT "category"."id" FROM "category" )"
            R"(JOIN "kin_tree" ON "category"."parent_id" = "kin_tree"."kin_node") SELECT "category"."id", )"
            R"("category"."parent_id", "category"."name", "category"."position", "category"."active" )"
            R"(FROM "category" JOIN "kin_tree" ON "category"."id" = "kin_tree"."kin_node" )"
            R"(ORDER BY "category"."position", "category"."id")");
    }
    EXPECT_EQ(roots[0].descendants.depth(roots[0].descendants.handle(0)), 1U);
    EXPECT_EQ(roots[0].descendants.depth(roots[0].descendants.handle(6)), 3U);
    EXPECT_EQ(roots[0].descendants.depth(roots[1].descendants.handle(0)), 0U);
    EXPECT_FALSE(roots[0].descendants.limit_reached());
    EXPECT_TRUE(roots[0].descendants.cycles().empty());
    // A member's own.
    EXPECT_EQ(names(roots[0].descendants[1].descendants), "a1 a2 deep");
}

TEST_F(tree_test, ancestors_come_nearest_first) {
    kin::session s{db};
    const auto leaves = s.query<Category>().where(col(&Category::id).in({7, 8, 10, 1})).order_by(&Category::id).all();
    EXPECT_EQ(names(leaves[0].ancestors), "");
    EXPECT_EQ(names(leaves[1].ancestors), "a2 a root");
    EXPECT_EQ(names(leaves[2].ancestors), "b1 b root");
    EXPECT_EQ(names(leaves[3].ancestors), "other");
    EXPECT_EQ(log.count(), 2U);
    EXPECT_EQ(leaves[1].ancestors.depth(leaves[1].ancestors.handle(2)), 3U);
    // The way up is known from there on.
    EXPECT_EQ(leaves[1].parent->parent->parent->name, "root");
    EXPECT_EQ(log.count(), 2U);
}

TEST_F(tree_test, is_nested) {
    kin::session s{db};
    const auto root = get(s, 1);
    log.clear();
    const auto tree = root->descendants.as_tree();
    EXPECT_EQ(picture(tree), "b(b1(hidden)) a(a1 a2(deep))");
    EXPECT_EQ(log.count(), 1U);
    ASSERT_EQ(tree.size(), 2U);
    EXPECT_EQ(tree[1].depth(), 0U);
    EXPECT_EQ(tree[1].children()[1].children()[0].depth(), 2U);
    EXPECT_EQ(tree.all().size(), 7U);
    EXPECT_FALSE(tree.limit_reached());
    EXPECT_TRUE(tree.cycles().empty());
    EXPECT_TRUE(get(s, 4)->descendants.as_tree().empty());
}

TEST_F(tree_test, outlives_its_session) {
    const auto tree = [&] {
        kin::session s{db};
        return get(s, 1)->descendants.with_max_depth(2).as_tree();
    }();
    EXPECT_EQ(picture(tree), "b(b1) a(a1 a2)");
}

TEST_F(tree_test, can_be_pruned_limited_and_ordered) {
    kin::session s{db};
    const auto root = get(s, 1);
    log.clear();
    EXPECT_EQ(names(root->descendants.where(col(&Category::active) == true).all()), "b a a1 a2 deep");
    EXPECT_EQ(picture(root->descendants.where(col(&Category::name) != "a").as_tree()), "b(b1(hidden))");
    EXPECT_EQ(names(root->descendants.order_by(desc(&Category::name)).all()), "b a b1 a2 a1 hidden deep");
    const auto two = root->descendants.with_max_depth(2).as_tree();
    EXPECT_EQ(picture(two), "b(b1) a(a1 a2)");
    EXPECT_TRUE(two.limit_reached());
    const auto three = root->descendants.with_max_depth(3).as_tree();
    EXPECT_EQ(picture(three), "b(b1(hidden)) a(a1 a2(deep))");
    EXPECT_FALSE(three.limit_reached());
    // What the condition cuts off is nothing that the limit has reached.
    EXPECT_FALSE(root->descendants.where(col(&Category::active) == true && col(&Category::name) != "deep")
                     .with_max_depth(2)
                     .as_tree()
                     .limit_reached());
    EXPECT_EQ(log.count(), 6U);
    EXPECT_FALSE(root->descendants.loaded());
    const auto deep = get(s, 7);
    EXPECT_EQ(names(deep->ancestors.with_max_depth(2).all()), "a2 a");
    EXPECT_TRUE(deep->ancestors.with_max_depth(2).as_tree().limit_reached());
    EXPECT_FALSE(deep->ancestors.with_max_depth(3).as_tree().limit_reached());
    EXPECT_EQ(names(deep->ancestors.where(col(&Category::name) != "a").all()), "a2");
    // As a query like others, a condition filters what is there.
    EXPECT_EQ(names(root->descendants.query().where(col(&Category::name) == "hidden").all()), "hidden");
    EXPECT_EQ(root->descendants.query().count(), 7);
    EXPECT_EQ(deep->ancestors.query().count(), 3);
}

TEST_F(tree_test, counts_walk_from_each_row_and_not_over_the_whole_table) {
    KIN_NEEDS(rows_around_in_with);
    kin::session s{db};
    const auto sent = [&](const kin::condition& c) {
        log.clear();
        (void)s.query<Category>().where(c).count();
        return log.entries().back().sql;
    };
    // WITH RECURSIVE … AS (SELECT … WHERE parent_id = the row's id UNION …) SELECT count(*) FROM it
    const std::string down = sent(count(&Category::descendants) >= 2);
    EXPECT_TRUE(contains(down, "\"parent_id\" = \"category\".\"id\"")) << down;
    EXPECT_TRUE(contains(down, "SELECT count(*) FROM \"kin_tree\" WHERE")) << down;
    const std::string up = sent(count(&Category::ancestors) >= 2);
    EXPECT_TRUE(contains(up, "\"id\" = \"category\".\"id\"")) << up;
    EXPECT_EQ(s.query<Category>().where(count(&Category::descendants, col(&Category::id) > 0) == 7).count(), 1);
    EXPECT_EQ(s.query<Category>().where(count(&Category::ancestors, col(&Category::id) == 1) == 1).count(), 7);
}

TEST_F(tree_test, comes_with_its_owners) {
    for (const auto how : {kin::load::selectin, kin::load::subquery}) {
        kin::session s{db};
        log.clear();
        auto q = s.query<Category>();
        q.where(col(&Category::id).in({2, 3})).order_by(&Category::id);
        if (how == kin::load::selectin) q.with(&Category::descendants).with(&Category::ancestors);
        if (how == kin::load::subquery) q.with(subquery(&Category::descendants)).with(subquery(&Category::ancestors));
        const auto both = q.all();
        EXPECT_EQ(names(both[0].descendants), "a1 a2 deep");
        EXPECT_EQ(names(both[1].descendants), "b1 hidden");
        EXPECT_EQ(names(both[1].ancestors), "root");
        EXPECT_EQ(log.count(), 3U);
    }
    kin::session s{db};
    const auto root = s.query<Category>()
                          .where(col(&Category::id) == 1)
                          .with(selectin(&Category::descendants).where(col(&Category::active) == true).depth(2))
                          .one();
    EXPECT_EQ(names(root->descendants), "b a a1 a2");
    EXPECT_TRUE(root->descendants.limit_reached());
    (void)thrown<kin::usage_error>(
        [&] { (void)s.query<Category>().with(selectin(&Category::descendants).limit(2)).all(); });
}

TEST_F(tree_test, fills_children_and_parents) {
    kin::session s{db};
    log.clear();
    const auto roots = s.query<Category>()
                           .where(col(&Category::parent).is_null())
                           .order_by(&Category::id)
                           .with_tree(&Category::descendants)
                           .all();
    EXPECT_EQ(log.count(), 2U);
    EXPECT_EQ(walked(roots[0]), "b(b1(hidden)) a(a1 a2(deep))");
    EXPECT_EQ(walked(roots[1]), "c");
    EXPECT_EQ(roots[0].children[0].children[0].children[0].parent->parent->parent->name, "root");
    EXPECT_EQ(picture(roots[0].descendants.as_tree()), "b(b1(hidden)) a(a1 a2(deep))");
    EXPECT_EQ(log.count(), 2U);
}

TEST_F(tree_test, filled_children_are_collections_like_others) {
    kin::session s{db};
    auto root = s.query<Category>().where(col(&Category::id) == 1).with_tree(&Category::descendants).one();
    root->children[1].children.push_back(Category{.name = "a3", .position = 0});
    s.flush();
    EXPECT_EQ(names(root->descendants), "b a b1 a3 a1 a2 hidden deep");
    s.rollback();
    EXPECT_EQ(names(root->descendants), "b a b1 a1 a2 hidden deep");
    EXPECT_EQ(walked(*root), "b(b1(hidden)) a(a1 a2(deep))");
}

TEST_F(tree_test, filled_in_part_says_so) {
    kin::session s{db};
    auto root = s.query<Category>()
                    .where(col(&Category::id) == 1)
                    .with(with_tree(&Category::descendants).where(col(&Category::active) == true))
                    .one();
    EXPECT_EQ(walked(*root), "b a(a1 a2(deep))");
    (void)thrown<kin::usage_error>([&] { root->children[0].children.clear(); });
    kin::session other{db};
    log.clear();
    const auto again =
        other.query<Category>().where(col(&Category::id) == 1).with(with_tree(&Category::descendants).depth(2)).one();
    EXPECT_TRUE(again->children[1].children[0].children.loaded());  // a1 has none
    EXPECT_FALSE(again->children[1].children[1].children.loaded());
    EXPECT_EQ(log.count(), 2U);
    EXPECT_EQ(walked(*again), "b(b1(hidden)) a(a1 a2(deep))");
    EXPECT_EQ(log.count(), 4U);  // b1 and a2, then those below
}

TEST_F(tree_test, stands_in_conditions_and_counts) {
    KIN_NEEDS(rows_around_in_with);
    kin::session s{db};
    const auto which = [&](const kin::condition& c) {
        return names(s.query<Category>().where(c).order_by(&Category::id).all().view());
    };
    EXPECT_EQ(which(any(&Category::descendants)), "root a b a2 b1 other");
    EXPECT_EQ(which(any(&Category::descendants, col(&Category::name) == "deep")), "root a a2");
    EXPECT_EQ(which(none(&Category::descendants)), "a1 deep hidden c");
    EXPECT_EQ(which(any(&Category::ancestors, col(&Category::name) == "a")), "a1 a2 deep");
    EXPECT_EQ(which(none(&Category::ancestors)), "root other");
    EXPECT_EQ(which(count(&Category::descendants) >= 3), "root a");
    EXPECT_EQ(which(count(&Category::ancestors, col(&Category::active) == false) == 1), "hidden");
    EXPECT_EQ(which(col(&Category::descendants).contains(get(s, 7))), "root a a2");
    EXPECT_EQ(which(with_parent(get(s, 3), &Category::descendants)), "b1 hidden");
    EXPECT_EQ(which(with_parent(get(s, 8), &Category::ancestors)), "root b b1");
    log.clear();
    const auto counted = s.query<Category>()
                             .order_by(&Category::id)
                             .with_count(&Category::descendants)
                             .with_sum(&Category::ancestors, &Category::position)
                             .all();
    EXPECT_EQ(counted[0].descendants.count(), 7);
    EXPECT_EQ(counted[3].descendants.count(), 0);
    EXPECT_EQ(counted[6].ancestors.sum(&Category::position), 3);
    EXPECT_EQ(log.count(), 1U);
    (void)thrown<kin::usage_error>([&] { (void)s.query<Category>().join(&Category::descendants).all(); });
}

TEST_F(tree_test, is_counted_from_the_joined_row_in_the_condition_of_a_joined_loading) {
    KIN_NEEDS(rows_around_in_with);
    kin::session s{db};
    const auto all = s.query<Category>()
                         .where(col(&Category::id) == 1)
                         .with(joined(&Category::children).where(count(&Category::descendants) == 2))
                         .all();
    EXPECT_EQ(log.count(), 1U);
    EXPECT_EQ(names(all[0].children), "b");  // a has three
}

TEST_F(tree_test, a_cycle_ends_the_walk_and_is_reported) {
    run("UPDATE category SET parent_id = 7 WHERE id = 2;"  // a → deep → a2 → a: nobody's any more
        "INSERT INTO category (id, parent_id, name, position, active) VALUES (20, 20, 'own', 0, true)");
    kin::session s{db};
    const auto a = get(s, 2);
    EXPECT_EQ(names(a->descendants), "a1 a2 deep");
    ASSERT_EQ(a->descendants.cycles().size(), 1U);
    EXPECT_EQ(a->descendants.cycles()[0]->name, "a");
    EXPECT_EQ(picture(a->descendants.as_tree()), "a1 a2(deep)");
    EXPECT_EQ(a->descendants.as_tree().cycles().size(), 1U);
    EXPECT_FALSE(a->descendants.limit_reached());
    const auto four = a->descendants.with_max_depth(9).as_tree();
    EXPECT_EQ(picture(four), "a1 a2(deep)");
    EXPECT_EQ(four.cycles().size(), 1U);
    EXPECT_EQ(names(get(s, 1)->descendants), "b b1 hidden");
    EXPECT_TRUE(get(s, 1)->descendants.cycles().empty());
    // From beside the cycle upwards into it.
    const auto a1 = get(s, 4);
    EXPECT_EQ(names(a1->ancestors), "a deep a2");
    ASSERT_EQ(a1->ancestors.cycles().size(), 1U);
    EXPECT_EQ(a1->ancestors.cycles()[0]->name, "a");
    const auto own = get(s, 20);
    EXPECT_TRUE(own->descendants.empty());
    EXPECT_EQ(own->descendants.cycles().size(), 1U);
    EXPECT_TRUE(own->ancestors.empty());
    EXPECT_EQ(own->ancestors.cycles().size(), 1U);
    EXPECT_EQ(a->descendants.query().count(), 3);
    if (!kin::test::can(kin::test::capability::rows_around_in_with)) return;
    const auto which = [&](const kin::condition& c) {
        return names(s.query<Category>().where(c).order_by(&Category::id).all().view());
    };
    EXPECT_EQ(which(count(&Category::descendants) == 3), "root a a2 deep");
    // Nobody is below or above itself, for conditions neither.
    EXPECT_EQ(which(any(&Category::descendants)), "root a b a2 b1 deep other");
    EXPECT_EQ(which(none(&Category::ancestors)), "root other own");
    EXPECT_EQ(which(any(&Category::descendants, col(&Category::name) == "own")), "");
    EXPECT_EQ(which(any(&Category::descendants, col(&Category::name) == "a")), "a2 deep");
    EXPECT_EQ(which(any(&Category::ancestors, col(&Category::name) == "a")), "a1 a2 deep");
    EXPECT_EQ(which(any(&Category::descendants, col(&Category::id) <= 3)), "root a2 deep");
}

TEST_F(tree_test, what_is_joined_below_comes_for_members_only) {
    run("UPDATE category SET parent_id = 7 WHERE id = 2");
    kin::session s{db};
    const auto a = get(s, 2);
    EXPECT_EQ(names(a->children), "a1 a2");
    const auto filtered = joined(&Category::children).where(col(&Category::name) == "deep");
    (void)s.query<Category>()
        .where(col(&Category::id) == 2)
        .with(selectin(&Category::descendants).with(filtered))
        .all();
    std::string below;
    for (const Category& each : a->descendants) below += each.name + ":" + names(each.children) + "|";
    EXPECT_EQ(below, "a1:|a2:deep|deep:|");
    EXPECT_EQ(names(a->children), "a1 a2");  // it is none of its own descendants
}

TEST_F(tree_test, what_is_said_below_is_said_of_members_only_of_several_owners_as_well) {
    run("UPDATE category SET parent_id = 9 WHERE id = 9");
    kin::session s{db};
    const auto both = s.query<Category>()
                          .where(col(&Category::id) == 9 || col(&Category::id) == 6)
                          .with(selectin(&Category::descendants)
                                    .with(joined(&Category::children).with(raise_on_sql(&Category::ancestors))))
                          .order_by(&Category::id)
                          .all();
    EXPECT_EQ(names(both[0].descendants) + "/" + names(both[1].descendants), "hidden/c");
    EXPECT_EQ(names(both[1].ancestors), "") << "nobody said raise of it";
}

TEST_F(tree_test, sees_what_is_changed_and_flushed) {
    kin::session s{db};
    auto root = s.query<Category>().where(col(&Category::id) == 1).one();
    EXPECT_EQ(names(root->descendants), "b a b1 a1 a2 hidden deep");
    auto other = s.get<Category>(9);
    other->parent = root;
    EXPECT_EQ(names(root->descendants.with_max_depth(9).all()), "other b a c b1 a1 a2 hidden deep");  // an autoflush
    EXPECT_EQ(names(root->descendants), "other b a c b1 a1 a2 hidden deep");
    auto fresh = s.add(Category{.name = "new"});
    fresh->parent = other;
    EXPECT_EQ(names(fresh->ancestors), "other root");
    EXPECT_TRUE(fresh->descendants.empty());
    s.remove(fresh);
    s.rollback();
    EXPECT_EQ(names(root->descendants), "b a b1 a1 a2 hidden deep");
}

/// What a walk along the keys finds, asked of plain numbers.
struct plain_tree {
    std::vector<int> parent;  // by number; 0: none
    [[nodiscard]] std::vector<int> up(int from, std::size_t depth) const {
        std::vector<int> found;
        for (int at = parent[static_cast<std::size_t>(from)]; at != 0 && found.size() < depth;
             at = parent[static_cast<std::size_t>(at)]) {
            if (at == from || std::find(found.begin(), found.end(), at) != found.end()) break;
            found.push_back(at);
        }
        return found;
    }
    /// Level by level: siblings by number, after those of the members before their parent.
    [[nodiscard]] std::vector<int> down(int from, std::size_t depth) const {
        std::vector<int> found;
        std::vector<int> level{from};
        for (std::size_t i = 0; i < depth && !level.empty(); ++i) {
            std::vector<int> next;
            for (const int at : level) {
                for (int n = 1; n < static_cast<int>(parent.size()); ++n) {
                    if (parent[static_cast<std::size_t>(n)] == at && n != from) next.push_back(n);
                }
            }
            found.insert(found.end(), next.begin(), next.end());
            level = std::move(next);
        }
        return found;
    }
};

TEST_F(tree_test, agrees_with_a_walk_over_plain_numbers) {
    std::mt19937 random{7};
    for (int round = 0; round < 12; ++round) {
        run("UPDATE category SET parent_id = NULL; DELETE FROM category");
        plain_tree plain{{0}};
        std::string rows;
        std::string parents;  // once all rows are there: a key may be checked with each of them
        const int size = 25;
        for (int n = 1; n <= size; ++n) {
            // Mostly upwards, sometimes anywhere: rings come of that.
            const int range = round % 3 == 0 ? size + 1 : n;
            plain.parent.push_back(static_cast<int>(random() % static_cast<unsigned>(range)));
            rows += (n == 1 ? "(" : ", (") + std::to_string(n) + ", 'x', 0, true)";
            if (plain.parent.back() == 0) continue;
            parents += "; UPDATE category SET parent_id = " + std::to_string(plain.parent.back()) +
                       " WHERE id = " + std::to_string(n);
        }
        run("INSERT INTO category (id, name, position, active) VALUES " + rows + parents);
        const auto numbers = [](const auto& some) {
            std::vector<int> all;
            for (const Category& c : some) all.push_back(static_cast<int>(c.id.value));
            return all;
        };
        kin::session s{db};
        const auto all = s.query<Category>()
                             .order_by(&Category::id)
                             .with_tree(&Category::descendants)
                             .with(&Category::ancestors)
                             .all();
        for (const Category& c : all) {
            const int n = static_cast<int>(c.id.value);
            EXPECT_EQ(numbers(c.descendants), plain.down(n, 99)) << "round " << round << ", " << n;
            EXPECT_EQ(numbers(c.ancestors), plain.up(n, 99)) << "round " << round << ", " << n;
            EXPECT_EQ(numbers(c.descendants.with_max_depth(2).all()), plain.down(n, 2)) << n;
            EXPECT_EQ(numbers(c.ancestors.with_max_depth(2).all()), plain.up(n, 2)) << n;
            EXPECT_EQ(c.descendants.cycles().empty(),
                      plain.parent[static_cast<std::size_t>(n)] != n && !c.descendants.contains(c.parent.handle()));
            EXPECT_EQ(static_cast<std::size_t>(c.descendants.query().count()), c.descendants.size());
        }
        // Counting walks the whole table, which PostgreSQL thinks over for long.
        if (round != 3 || !kin::test::can(kin::test::capability::rows_around_in_with)) continue;
        const auto counted =
            s.query<Category>().with_count(&Category::descendants).with_count(&Category::ancestors).all();
        for (const Category& c : counted.view()) {
            EXPECT_EQ(static_cast<std::size_t>(c.descendants.count()), c.descendants.size());
            EXPECT_EQ(static_cast<std::size_t>(c.ancestors.count()), c.ancestors.size());
        }
    }
}

class place_test : public kin::test::with_database<kin::models<Place>> {};

TEST_F(place_test, goes_along_the_key_that_via_names) {
    run("INSERT INTO place (id, within_id, twin_id) VALUES ('eu', NULL, NULL), ('mt', 'eu', NULL), "
        "('valletta', 'mt', NULL), ('palermo', 'eu', 'valletta'); "
        "UPDATE place SET twin_id = 'palermo' WHERE id = 'valletta'");
    kin::session s{db};
    const auto all =
        s.query<Place>().order_by(&Place::id).with(&Place::inside).with(&Place::around).with(&Place::twins).all();
    EXPECT_EQ(log.count(), 4U);
    EXPECT_EQ(all[0].inside.size(), 3U);
    EXPECT_EQ(all[3].around.size(), 2U);
    EXPECT_EQ(all[3].around.front().id.value, "mt");
    EXPECT_EQ(all[3].twins.size(), 1U);
    EXPECT_EQ(all[3].twins.cycles()[0]->id.value, "valletta");
}

TEST_F(tree_test, where_the_data_is_a_ring_children_are_all_that_there_are) {
    run("UPDATE category SET parent_id = 10 WHERE id = 9; UPDATE category SET parent_id = 8 WHERE id = 8");
    kin::session s{db};
    const auto all = s.query<Category>().with_tree(&Category::descendants).order_by(&Category::id).all();
    EXPECT_EQ(names(all[8].children) + "/" + names(all[9].children), "c/other");
    EXPECT_EQ(names(all[7].children), "hidden") << "a row that stands below itself";
    EXPECT_EQ(all[8].parent->name + "/" + all[7].parent->name, "c/hidden");
    EXPECT_EQ(names(all[8].descendants) + "/" + names(all[9].descendants) + "/" + names(all[7].descendants),
              "c/other/");
    s.clear();
    const auto ring = s.query<Category>().where(col(&Category::id) == 9).with_tree(&Category::descendants).one();
    log.clear();
    EXPECT_EQ(names(ring->children), "c");
    EXPECT_EQ(log.count(), 0u);
    EXPECT_EQ(names(ring->children[0].children), "other");
    EXPECT_EQ(log.count(), 1u) << "the one place that the walk could not fill";
}

}  // namespace
