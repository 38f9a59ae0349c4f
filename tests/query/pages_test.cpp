// Pages by number with a total, and by the place where the last one ended.
#include <kin/testing.hpp>

#include "support/fixture.hpp"

namespace {

using namespace sample;
using namespace kin::expr;
using kin::test::contains;
using kin::test::thrown;
using kin::testing::expect_statements;

class pages : public kin::test::with_database<Blog> {
  protected:
    /// Users 1 to n: ages go round from 0 to 3, every third has no bio, the others one of two.
    void fill(int users) {
        kin::session fill{db};
        for (int u = 1; u <= users; ++u) {
            const std::string n = std::to_string(u);
            User user{.id = u, .name = "n" + n, .email = "e" + n, .age = u % 4, .posts = {{.title = "p" + n}}};
            if (u % 3 != 0) user.bio = u % 3 == 1 ? "a" : "b";
            fill.add(std::move(user));
        }
        fill.commit();
        log.clear();
    }
    /// Walks all slices of a query, and compares with what it gives at once.
    template <class Make>
    void expect_whole(Make make, std::int64_t size) {
        std::string expected;
        for (const User& u : make().all().view()) expected += u.name + " ";
        std::string seen;
        std::string cursor;
        std::int64_t slices = 0;
        do {
            const auto slice = make().after(cursor, size);
            EXPECT_LE(slice.items.size(), static_cast<std::size_t>(size));
            for (const User& u : slice.items) seen += u.name + " ";
            cursor = slice.next;
            ASSERT_LT(++slices, 100);
        } while (!cursor.empty());
        if (!kin::test::can(kin::test::capability::nulls_come_first)) {
            std::sort(seen.begin(), seen.end());  // slices have them first everywhere
            std::sort(expected.begin(), expected.end());
        }
        EXPECT_EQ(seen, expected);
    }

    kin::session s{db};
};

TEST_F(pages, by_number) {
    fill(23);
    const auto query = [&] { return s.query<User>().where(col(&User::id) > 1).order_by(&User::id); };
    const auto first = expect_statements(2, [&] { return query().page(1, 5); });
    EXPECT_EQ(first.items[0].name, "n2");
    EXPECT_EQ(first.total, 22);
    EXPECT_EQ(first.pages(), 5);
    EXPECT_TRUE(first.has_next());
    // The last one says itself how many there are; eager loads are one more.
    const auto last = expect_statements(2, [&] { return query().with(&User::posts).page(5, 5); });
    EXPECT_EQ(last.items.size(), 2u);
    EXPECT_EQ(last.total, 22);
    EXPECT_FALSE(last.has_next());
    EXPECT_EQ(last.items[1].posts[0].title, "p23");
    const auto beyond = expect_statements(2, [&] { return query().page(9, 5); });
    EXPECT_TRUE(beyond.items.empty());
    EXPECT_EQ(beyond.total, 22);
    const auto none = expect_statements(1, [&] { return s.query<User>().where(col(&User::id) < 0).page(1, 5); });
    EXPECT_EQ(none.total, 0);
    EXPECT_EQ(none.pages(), 0);
    const auto exact = expect_statements(2, [&] { return query().page(2, 11); });
    EXPECT_EQ(exact.items.size(), 11u);
    EXPECT_EQ(exact.pages(), 2);
    EXPECT_THROW((void)query().page(0, 5), kin::usage_error);
    EXPECT_THROW((void)query().page(1, 0), kin::usage_error);
    EXPECT_THROW((void)query().limit(3).page(1, 5), kin::usage_error);
    EXPECT_THROW((void)query().page(std::numeric_limits<std::int64_t>::max(), 5), kin::usage_error);
}

TEST_F(pages, by_place_in_every_order) {
    fill(23);
    for (const std::int64_t size : {1, 4, 22, 23, 30}) {
        expect_whole([&] { return s.query<User>().order_by(&User::id); }, size);
        expect_whole([&] { return s.query<User>().order_by(desc(&User::id)); }, size);
        expect_whole([&] { return s.query<User>().order_by(&User::age, &User::id); }, size);
        expect_whole([&] { return s.query<User>().order_by(desc(&User::age), &User::id); }, size);
        expect_whole([&] { return s.query<User>().order_by(&User::bio, desc(&User::age), &User::id); }, size);
        expect_whole([&] { return s.query<User>().order_by(desc(&User::bio), &User::id); }, size);
        expect_whole([&] { return s.query<User>().order_by(desc(&User::bio).nulls_first(), &User::id); }, size);
        expect_whole([&] { return s.query<User>().order_by(asc(&User::bio).nulls_last(), desc(&User::id)); }, size);
        expect_whole([&] { return s.query<User>().order_by("-age,name"); }, size);
    }
    expect_whole([&] { return s.query<User>().where(col(&User::age) > 1 || col(&User::age) == 0).order_by(&User::id); },
                 5);
}

TEST_F(pages, by_place_goes_by_the_key_where_the_order_leaves_it_open) {
    fill(23);
    std::string seen;
    std::string cursor;
    do {
        const auto slice = s.query<User>().order_by(&User::age).after(cursor, 3);
        for (const User& u : slice.items) seen += u.name + " ";
        cursor = slice.next;
    } while (!cursor.empty());
    std::string expected;
    for (const User& u : s.query<User>().order_by(&User::age, &User::id).all().view()) expected += u.name + " ";
    EXPECT_EQ(seen, expected);
    EXPECT_EQ(s.query<User>().after("", 3).items[2].name, "n3");  // without an order: the key alone
}

TEST_F(pages, by_place_sends_one_statement_and_reads_no_more_than_it_shows) {
    fill(23);
    const auto first = expect_statements(2, [&] { return s.query<User>().with(&User::posts).after("", 5); });
    EXPECT_EQ(first.items.size(), 5u);
    EXPECT_TRUE(first.has_next());
    EXPECT_FALSE(contains(log.entries()[0].sql, "OFFSET"));
    const auto next =
        expect_statements(1, [&] { return s.query<User>().with(joined(&User::posts)).after(first.next, 5); });
    EXPECT_EQ(next.items.size(), 5u);
    EXPECT_EQ(next.items[4].name, "n10");
    EXPECT_EQ(next.items[4].posts[0].title, "p10");
    const auto last = s.query<User>().where(col(&User::id) > 20).after("", 3);
    EXPECT_EQ(last.items.size(), 3u);
    EXPECT_FALSE(last.has_next());
}

TEST_F(pages, a_cursor_is_what_the_rows_said_not_what_objects_say_now) {
    fill(6);
    auto known = s.query<User>().all();
    s.autoflush(false);
    known[1].age = 99;
    const auto first = s.query<User>().only(&User::name).order_by(&User::age).after("", 2);  // 4 (0), 1 (1)
    EXPECT_EQ(first.items[1].name, "n1");
    const auto second = s.query<User>().only(&User::name).order_by(&User::age).after(first.next, 2);
    EXPECT_EQ(second.items[0].name, "n5");
    EXPECT_EQ(second.items[1].name, "n2");
    const auto third = s.query<User>().order_by(&User::age).after(second.next, 9);
    EXPECT_EQ(third.items[0].name, "n6");
    EXPECT_EQ(third.items.size(), 2u);
}

TEST_F(pages, of_a_relation) {
    fill(3);
    const auto user = s.get<User>(2);
    for (int i = 0; i < 4; ++i) user->posts.push_back(Post{.title = "more"});
    s.flush();
    const auto posted = [&] { return user->posts.where(col(&Post::id) > 0); };
    const auto first = expect_statements(1, [&] { return posted().after("", 3); });
    EXPECT_EQ(first.items.size(), 3u);
    EXPECT_EQ(posted().after(first.next, 3).items.size(), 2u);
    EXPECT_EQ(posted().page(1, 2).pages(), 3);
    std::size_t chunks = 0;
    for (const auto& chunk : posted().stream(2)) chunks += chunk.size() <= 2 ? 1u : 9u;
    EXPECT_EQ(chunks, 3u);
}

TEST_F(pages, a_wrong_cursor_is_an_error_that_says_so) {
    fill(9);
    const auto query = [&] { return s.query<User>().order_by(desc(&User::age), &User::id); };
    const std::string good = query().after("", 2).next;
    EXPECT_EQ(good.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    EXPECT_EQ(query().after(good, 2).items.size(), 2u);
    for (const std::string& bad :
         {std::string{"nonsense"}, std::string{"!"}, good.substr(1), good.substr(0, good.size() - 2), good + "AAAA",
          std::string(good.rbegin(), good.rend()), std::string{"' OR 1=1"}}) {
        const unsigned line = __LINE__ + 1;
        const auto e = thrown<kin::conversion_error>([&] { (void)query().after(bad, 2); });
        EXPECT_TRUE(contains(e.message(), "is no cursor of this query: it is damaged")) << e.what();
        EXPECT_EQ(e.where().line(), line);
    }
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = bad[i] == 'B' ? 'C' : 'B';
        try {
            (void)query().after(bad, 2);
            EXPECT_EQ(i, good.size() - 1);  // whose last bits may say nothing
        } catch (const kin::conversion_error&) {
        }
    }
    const auto other =
        thrown<kin::conversion_error>([&] { (void)s.query<User>().order_by(&User::age).after(good, 2); });
    EXPECT_TRUE(contains(other.message(), "another model or order")) << other.what();
    EXPECT_THROW((void)s.query<Post>().after(good, 2), kin::conversion_error);
    EXPECT_THROW((void)s.query<User>().order_by(lower(col(&User::name))).after("", 2), kin::usage_error);
    EXPECT_THROW((void)query().limit(3).after("", 2), kin::usage_error);
}

}  // namespace
