// Names, paths and lists from outside, and statements of any size: a typed error, never a stack that ends.
#include <string>
#include <utility>
#include <vector>

#include <kin/json.hpp>
#include <kin/repository.hpp>

#include "support/fixture.hpp"
#include "support/small_stack.hpp"

namespace {

using namespace kin::expr;
using kin::test::contains;
using kin::test::on_small_stack;
using kin::test::thrown;
using sample::Comment;
using sample::Post;
using sample::User;

std::string path(int steps, std::string_view last) {
    std::string text;
    for (int i = 0; i < steps; ++i) text += i % 2 == 0 ? "author." : "posts.";
    return text.append(last);
}

class limits : public kin::test::with_database<sample::Blog> {
  protected:
    limits() {
        kin::session s{db};
        s.add(User{.name = "Ada", .posts = {{.title = "One"}, {.title = "Two"}}});
        s.commit();
        log.clear();
    }
    using pairs = std::vector<std::pair<std::string, std::string>>;
};

TEST_F(limits, a_path_from_outside_has_so_many_steps) {
    on_small_stack([&] {
        kin::session s{db};
        const std::string longest = path(8, "title");
        EXPECT_EQ(s.query<Post>().where(longest, "=", "One").all().size(), 2u);
        EXPECT_EQ(s.query<Post>().where_has(path(9, "posts")).count(), 2);
        EXPECT_EQ(s.query<Post>().with(path(9, "posts")).all().size(), 2u);
        for (const int steps : {10, 500, 100'000}) {
            const std::string name = path(steps, "title");
            const auto said = thrown<kin::unknown_name>([&] { s.query<Post>().where(name, "=", "One"); });
            EXPECT_LT(std::string{said.what()}.size(), 500u);
            EXPECT_THROW(s.query<Post>().where_has(path(steps, "author")), kin::unknown_name);
            EXPECT_THROW(s.query<Post>().with(path(steps, "author")), kin::unknown_name);
            EXPECT_THROW(s.query<Post>().order_by(name), kin::unknown_name);
            EXPECT_THROW((void)kin::read_filters<Post>(pairs{{name, "x"}}), kin::unknown_name);
            EXPECT_THROW((void)kin::to_json(Post{}, {.only = {name}}), kin::unknown_name);
            EXPECT_THROW((void)kin::from_json<Post>("{}", {.except = {name}}), kin::unknown_name);
        }
        EXPECT_TRUE(
            contains(thrown<kin::unknown_name>([&] { s.query<Post>().where(path(10, "title"), "=", 1); }).what(),
                     "a path of 11 steps"));
    });
}

TEST_F(limits, a_request_has_so_many_conditions_and_values) {
    const auto rules = kin::filter_rules<Post>{}.columns(&Post::id, &Post::title);
    pairs many;
    for (int i = 0; i < 101; ++i) many.emplace_back("title__ne", "x");
    EXPECT_TRUE(contains(thrown<kin::conversion_error>([&] { (void)kin::read_filters<Post>(many, rules); }).what(),
                         "by 101 names, and at most 100 are taken"));
    kin::session s{db};
    kin::repository<Post> posts{s};
    many.pop_back();
    EXPECT_EQ(posts.list(kin::read_filters<Post>(many, rules)).size(), 2u);
    std::string list{"1"};
    for (int i = 2; i <= 1000; ++i) list += ',' + std::to_string(i);
    EXPECT_EQ(posts.list(kin::read_filters<Post>(pairs{{"id__in", list}}, rules)).size(), 2u);
    list += ",1001";
    EXPECT_TRUE(contains(thrown<kin::conversion_error>([&] {
                             (void)kin::read_filters<Post>(pairs{{"id__in", list}}, rules);
                         }).what(),
                         "id__in: a list of 1001 values, and at most 1000 are taken"));
    auto wide = rules;
    wide.at_most(2, 5000);
    EXPECT_EQ(posts.list(kin::read_filters<Post>(pairs{{"id__in", list}}, wide)).size(), 2u);
    EXPECT_THROW((void)kin::read_filters<Post>(pairs{{"id", "1"}, {"id", "1"}, {"id", "1"}}, wide),
                 kin::conversion_error);
    // An order says each column once: a second time changes nothing.
    std::string order;
    for (int i = 0; i < 5000; ++i) order += i % 2 == 0 ? "title," : "-id,";
    EXPECT_EQ(posts.list(kin::read_filters<Post>(pairs{{"order_by", order}}, rules)).size(), 2u);
    EXPECT_EQ(s.query<Post>().order_by(order).all().size(), 2u);
    EXPECT_TRUE(kin::test::ends_with(log.entries().back().sql, R"(ORDER BY "title", "id" DESC)"))
        << log.entries().back().sql;
}

TEST_F(limits, a_chain_of_conditions_is_as_long_as_it_likes) {
    on_small_stack([&] {
        kin::session s{db};
        for (const int terms : {64, 65, 200, 5000}) {
            kin::condition any;
            kin::condition all;
            for (int i = 0; i < terms; ++i) {
                any = any || col(&Post::id) == i;
                all = all && col(&Post::views) != i + 1;
            }
            EXPECT_EQ(s.query<Post>().where(any).count(), 2) << terms;
            EXPECT_EQ(s.query<Post>().where(all).count(), 2) << terms;
        }
        kin::condition many;
        for (int i = 0; i < 60'000; ++i) many = many || col(&Post::id).is_null();
        EXPECT_EQ(s.query<Post>().where(!many).count(), 2);
    });
}

TEST_F(limits, what_is_nested_too_deep_is_refused) {
    on_small_stack([&] {
        kin::session s{db};
        kin::condition c = col(&Post::id) == 1;
        for (int i = 0; i < 20'000; ++i) c = !(c && col(&Post::views) == i);
        EXPECT_TRUE(contains(thrown<kin::mapping_error>([&] { (void)s.query<Post>().where(c).count(); }).what(),
                             "nested more than 500 levels deep"));
        auto sum = col(&Post::views) + 1;
        for (int i = 0; i < 20'000; ++i) sum = sum + 1;
        EXPECT_THROW((void)s.query<Post>().where(sum == 3).count(), kin::mapping_error);
        kin::condition inner = col(&Post::id) == 1;
        for (int i = 0; i < 20'000; ++i) inner = any(&Post::author, any(&User::posts, inner));
        EXPECT_THROW((void)s.query<Post>().where(inner).count(), kin::mapping_error);
        EXPECT_EQ(s.query<Post>().count(), 2);
    });
}

}  // namespace
