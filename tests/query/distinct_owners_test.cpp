// Joins that show an object in several rows: what counts, limits and pages objects does not count rows.
#include <kin/testing.hpp>

#include "support/fixture.hpp"

namespace {

using namespace sample;
using namespace kin::expr;
using kin::test::contains;
using kin::testing::expect_statements;

class distinct_owners : public kin::test::with_database<Blog> {
  protected:
    /// User n has n posts, their views going down.
    distinct_owners() {
        kin::session fill{db};
        for (int u = 1; u <= 4; ++u) {
            const std::string n = std::to_string(u);
            User user{.name = "u" + n, .email = n, .age = u % 2};
            for (int p = 0; p < u; ++p) user.posts.push_back(Post{.title = "p", .views = 10 * (4 - u) + 10 - p});
            fill.add(std::move(user));
        }
        fill.add(User{.name = "u5", .email = "5"});
        fill.commit();
        log.clear();
    }
    auto joined_users() { return s.query<User>().join(&User::posts); }
    template <class Rows>
    static std::string picture(const Rows& users) {
        std::string all;
        for (const User& u : users) all += u.name + "[" + std::to_string(u.posts.size()) + "] ";
        return all;
    }
    template <class Make>
    std::string walk(Make make, std::int64_t size) {
        std::string all, cursor;
        do {
            const auto part = make().after(cursor, size);
            for (const User& u : part.items) all += u.name + " ";
            all += "| ";
            cursor = part.next;
        } while (!cursor.empty());
        return all;
    }

    kin::session s{db};
};

TEST_F(distinct_owners, counted) {
    EXPECT_EQ(joined_users().all().size(), 4u);
    EXPECT_EQ(joined_users().count(), 4);
    EXPECT_TRUE(contains(log.entries().back().sql, "count(DISTINCT"));
    EXPECT_EQ(s.query<User>().left_join(&User::posts).count(), 5);
    EXPECT_EQ(joined_users().limit(3).count(), 3);
    EXPECT_EQ(joined_users().order_by(&Post::views).limit(3).offset(2).count(), 2);
    EXPECT_EQ(joined_users().distinct().count(), 4);
    // Nothing multiplies: rows are objects.
    EXPECT_EQ(s.query<Post>().join(&Post::author).count(), 10);
    EXPECT_FALSE(contains(log.entries().back().sql, "DISTINCT"));
    EXPECT_EQ(*joined_users().select(count_all()).value(), 10);  // columns are of rows
}

TEST_F(distinct_owners, any) {
    EXPECT_TRUE(joined_users().exists());
    EXPECT_FALSE(contains(log.entries().back().sql, "DISTINCT"));
    EXPECT_TRUE(joined_users().offset(3).exists());
    EXPECT_FALSE(joined_users().offset(4).exists());  // of ten rows
    EXPECT_FALSE(joined_users().order_by(&Post::views).limit(5).offset(4).exists());
    EXPECT_FALSE(joined_users().limit(0).exists());
    EXPECT_TRUE(s.query<Post>().join(&Post::author).offset(9).exists());
}

TEST_F(distinct_owners, limited) {
    expect_statements(1, [&] { EXPECT_EQ(std::ssize(joined_users().order_by(&User::id).limit(3).all()), 3); });
    EXPECT_EQ(joined_users().order_by(&User::id).offset(2).limit(2).all()[1].name, "u4");
    // In the order of the rows that show them first.
    std::string names;
    for (const User& u : joined_users().order_by(&Post::views).limit(3).all().view()) names += u.name + " ";
    EXPECT_EQ(names, "u4 u3 u2 ");
    names.clear();
    for (const User& u : joined_users().order_by(desc(&Post::views), &User::id).offset(1).limit(2).all().view())
        names += u.name + " ";
    EXPECT_EQ(names, "u2 u3 ");
    EXPECT_EQ(joined_users().where(col(&User::id) == 4).one()->name, "u4");
    EXPECT_EQ(joined_users().where(col(&User::id) == 4).one_or_none()->name, "u4");
    EXPECT_EQ(joined_users().order_by(desc(&User::id)).first()->name, "u4");
    EXPECT_THROW((void)joined_users().one(), kin::multiple_found);
}

TEST_F(distinct_owners, contained_collections_are_whole) {
    const auto with = [&] { return joined_users().with(contains_eager(&User::posts)); };
    EXPECT_EQ(std::as_const(*with().where(col(&User::id) == 3).one()).posts.size(), 3u);
    s.clear();
    EXPECT_EQ(std::as_const(*with().where(col(&User::id) == 3).one_or_none()).posts.size(), 3u);
    s.clear();
    EXPECT_EQ(std::as_const(*with().order_by(desc(&User::id)).first()).posts.size(), 4u);
    s.clear();
    const auto page = expect_statements(2, [&] { return with().order_by(&User::id, &Post::id).page(2, 2); });
    EXPECT_EQ(picture(page.items), "u3[3] u4[4] ");
    EXPECT_EQ(page.total, 4);
    s.clear();
    const auto slice = with().order_by(&User::id).after("", 3);
    EXPECT_EQ(picture(slice.items), "u1[1] u2[2] u3[3] ");
    EXPECT_TRUE(slice.has_next());
    s.clear();
    EXPECT_EQ(picture(with().order_by(&User::id).after(slice.next, 3).items), "u4[4] ");
    s.clear();
    EXPECT_EQ(picture(with().order_by(&Post::views).limit(2).all().view()), "u4[4] u3[3] ");
    s.clear();
    // Its part is that of the query's condition, for the limited ones as for all.
    EXPECT_EQ(picture(with().where(col(&Post::views) < 20).order_by(&User::id).limit(2).all().view()), "u3[2] u4[4] ");
}

TEST_F(distinct_owners, other_loads_of_the_limited_ones) {
    const auto names = [&](auto how) {
        s.clear();
        std::string all;
        for (const User& u : joined_users().with(how).order_by(desc(&User::id)).limit(2).all().view())
            all += u.name + "[" + std::to_string(u.posts.size()) + "] ";
        return all;
    };
    EXPECT_EQ(names(selectin(&User::posts)), "u4[4] u3[3] ");
    EXPECT_EQ(names(subquery(&User::posts)), "u4[4] u3[3] ");
    EXPECT_EQ(names(joined(&User::posts)), "u4[4] u3[3] ");
    s.clear();
    EXPECT_EQ(joined_users().with_count(&User::posts).order_by(desc(&User::id)).first()->posts.count(), 4);
}

TEST_F(distinct_owners, slices_lose_nobody_and_show_nobody_twice) {
    for (const std::int64_t size : {1, 2, 3, 9}) {
        EXPECT_EQ(walk([&] { return joined_users().order_by(&User::age); }, size).find("u5"), std::string::npos);
        std::string once = walk([&] { return joined_users().order_by(&User::age); }, size);
        std::erase(once, '|');
        std::string plain;
        for (const char c : once) {
            if (c != ' ' || (!plain.empty() && plain.back() != ' ')) plain += c;
        }
        EXPECT_EQ(plain, "u2 u4 u1 u3 ") << size;
    }
    EXPECT_EQ(walk([&] { return s.query<User>().left_join(&User::posts).order_by(desc(&User::id)); }, 2),
              "u5 u4 | u3 u2 | u1 | ");
    EXPECT_EQ(walk([&] { return joined_users().distinct().order_by(desc(&User::id)); }, 3), "u4 u3 u2 | u1 | ");
    EXPECT_EQ(s.query<User>().after("", std::numeric_limits<std::int64_t>::max()).items.size(), 5u);
}

TEST_F(distinct_owners, streams_and_pages) {
    std::string names;
    for (const auto& chunk : joined_users().order_by(&User::id).limit(3).stream(2)) {
        for (const User& u : chunk) names += u.name + " ";
    }
    EXPECT_EQ(names, "u1 u2 u3 ");
    const auto page = expect_statements(1, [&] { return joined_users().order_by(&User::id).page(1, 9); });
    EXPECT_EQ(page.total, 4);  // the last page says it itself
}

// -- association objects that may link a pair twice
// --------------------------------------------------------------------

struct Node;
struct WayNode;
struct Way {
    kin::key<Way> id{};
    kin::many_to_many<Node, WayNode> nodes{};
    kin::has_many<WayNode> rows{};
};
struct Node {
    kin::key<Node> id{};
    int weight{};
    kin::many_to_many<Way, WayNode> ways{};
};
struct WayNode {
    kin::key<Way> way_id{};
    kin::key<Node> node_id{};
    int place{};
    static constexpr auto table = kin::table("way_node").primary_key("way_id", "place");
};

class pairs_twice : public kin::test::with_database<kin::models<Way, Node, WayNode>> {
  protected:
    pairs_twice() {
        run("INSERT INTO way VALUES (1); INSERT INTO node VALUES (1, 10), (2, 20), (3, 30);"
            "INSERT INTO way_node(way_id, node_id, place) VALUES (1,1,1),(1,2,2),(1,3,3),(1,1,4)");
        log.clear();
    }
    kin::session s{db};
};

TEST_F(pairs_twice, one_pair_is_one_member) {
    const auto way =
        s.query<Way>().with_count(&Way::nodes).with_sum(&Way::nodes, &Node::weight).with(&Way::nodes).one();
    EXPECT_EQ(way->rows.size(), 4u);
    EXPECT_EQ(way->nodes.size(), 3u);
    EXPECT_EQ(way->nodes.count(), 3);
    EXPECT_EQ(*way->nodes.sum(&Node::weight), 60);
    EXPECT_EQ(way->nodes.query().count(), 3);
    EXPECT_EQ(way->nodes.query().all().size(), 3u);
    EXPECT_EQ(s.query<Way>().where(count(&Way::nodes) == 3).count(), 1);
    EXPECT_EQ(s.query<Way>().where(sum(&Way::nodes, &Node::weight) == 60).count(), 1);
    for (const auto how : {kin::load::joined, kin::load::subquery, kin::load::batch}) {
        s.clear();
        const auto again = how == kin::load::joined     ? s.query<Way>().with(joined(&Way::nodes)).one()
                           : how == kin::load::subquery ? s.query<Way>().with(subquery(&Way::nodes)).one()
                                                        : s.query<Way>().one();
        EXPECT_EQ(std::as_const(*again).nodes.size(), 3u);
        EXPECT_EQ(std::as_const(*again).nodes[0].ways.size(), 1u);
    }
}

TEST_F(pairs_twice, added_once_and_erased_whole) {
    s.get<Way>(1)->nodes.push_back(s.get<Node>(1));
    s.commit();
    EXPECT_EQ(rows("SELECT node_id FROM way_node ORDER BY place"), "1; 2; 3; 1");
    for (const bool loaded : {false, true}) {
        s.clear();
        const auto way = s.get<Way>(1);
        const auto node = s.get<Node>(loaded ? 2 : 1);
        if (loaded) (void)way->rows.size();
        (void)node->ways.size();
        way->nodes.erase(node);
        EXPECT_EQ(node->ways.size(), 0u);
        s.commit();
        EXPECT_EQ(way->rows.size(), loaded ? 1u : 2u);
    }
    EXPECT_EQ(rows("SELECT node_id FROM way_node ORDER BY place"), "3");
}

TEST_F(pairs_twice, a_pair_stays_while_one_of_its_rows_does) {
    const auto way = s.get<Way>(1);
    (void)(way->rows.size() + way->nodes.size());
    s.remove(way->rows.handle(0));
    EXPECT_EQ(way->nodes.size(), 3u);
    s.commit();
    EXPECT_EQ(way->nodes.size(), 3u);
    s.remove(way->rows.handle(2));
    EXPECT_EQ(way->nodes.size(), 2u);
    s.commit();
    EXPECT_EQ(rows("SELECT node_id FROM way_node ORDER BY place"), "2; 3");
}

}  // namespace
