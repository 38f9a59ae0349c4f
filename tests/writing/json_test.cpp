// Objects as JSON and back.
#include <kin/json.hpp>
#include <kin/value/uuid.hpp>

#include "support/fixture.hpp"

namespace kin::test {
namespace {

using namespace kin::expr;
using sample::Comment;
using sample::Post;
using sample::User;

struct Point {
    double x{};
    double y{};
};
struct Everything {
    kin::key<Everything> id{};
    bool yes{};
    std::uint8_t small{};
    std::int64_t large{};
    float single{};
    double real{};
    std::string text{};
    std::optional<std::string> maybe{};
    std::vector<std::byte> bytes{};
    kin::uuid token{};
    kin::moment at{};
    std::chrono::year_month_day day{};
    Point where{};
};

class json : public with_database<sample::Blog, models<Everything>> {
  protected:
    json() {
        session s{db};
        s.add(User{.name = "Ada \"A\"\n",
                   .email = "a@x",
                   .age = 36,
                   .created_at = {{1'000'000}},
                   .posts = {{.title = "One", .views = 3, .comments = {{.text = "first"}}}, {.title = "Two"}}});
        s.commit();
        log.clear();
    }
};

TEST_F(json, writes_columns_and_loads_nothing) {
    session s{db};
    const auto ada = s.get_one<User>(1);
    log.clear();
    EXPECT_EQ(to_json(ada),
              R"({"id":1,"name":"Ada \"A\"\n","email":"a@x","bio":null,"age":36,"created_at":"1970-01-01T00:00:01Z"})");
    EXPECT_EQ(log.count(), 0u);
    EXPECT_EQ(to_json(ref<User>{}), "null");
    EXPECT_EQ(to_json(User{.id = 7, .name = "plain"}, {.only = {"id", "name"}}), R"({"id":7,"name":"plain"})");
}

TEST_F(json, relations_are_written_where_they_were_asked_for) {
    session s{db};
    const json_paths no_columns{.except = {"email", "bio", "age", "created_at"}};
    const std::string alone = R"({"id":1,"name":"Ada \"A\"\n"})";
    const auto ada = s.get_one<User>(1);
    for (const Post& each : ada->posts) (void)each;
    EXPECT_EQ(to_json(ada, no_columns), alone) << "what happens to be in memory changes nothing";
    EXPECT_EQ(to_json(s.query<User>().one(), no_columns), alone);
    const json_paths ids{.except = {"email", "bio", "age", "created_at", "posts.title", "posts.user_id",
                                    "posts.editor_id", "posts.published", "posts.views"}};
    const std::string whole = R"({"id":1,"name":"Ada \"A\"\n","posts":[{"id":1},{"id":2}]})";
    EXPECT_EQ(to_json(s.query<User>().with(&User::posts).one(), ids), whole) << "a query that asks for it";
    EXPECT_EQ(to_json(s.query<User>().one(), ids), alone) << "one that does not";
    s.load(ada, &User::posts);
    EXPECT_EQ(to_json(ada, ids), whole);
    // What `only` names is there in any case, and read for all in one statement.
    s.clear();
    const auto posts = s.query<Post>().order_by(&Post::id).all();
    log.clear();
    EXPECT_EQ(to_json(posts, {.only = {"id", "comments.text"}}),
              R"([{"id":1,"comments":[{"text":"first"}]},{"id":2,"comments":[]}])");
    EXPECT_EQ(log.count(), 1u);
    // A new object as one that was read.
    auto made = s.add(User{.name = "New", .email = "n", .posts = {{.title = "x"}}});
    EXPECT_EQ(to_json(made, {.except = {"id", "email", "bio", "age", "created_at"}}), R"({"name":"New"})");
    s.strict();
    s.clear();
    EXPECT_THROW((void)to_json(s.query<User>().order_by(&User::id).first(), {.only = {"posts"}}), raised_load);
}

TEST_F(json, writes_what_is_loaded_and_ends_at_cycles) {
    session s{db};
    const auto users = s.query<User>().with(&User::posts, &Post::comments).all();
    const json_paths paths{
        .only = {"name", "posts.title", "posts.author", "posts.comments.text", "posts.comments.post"}};
    EXPECT_EQ(
        to_json(users, paths),
        R"([{"name":"Ada \"A\"\n","posts":[{"title":"One","comments":[{"text":"first"}]},{"title":"Two","comments":[]}]}])");
    const auto posts = s.query<Post>().with(&Post::author).order_by("id").all();
    EXPECT_EQ(to_json(posts.handle(0), {.only = {"id", "author.id", "author.posts.id"}}),
              R"({"id":1,"author":{"id":1}})")
        << "author.posts leads back";
    EXPECT_EQ(to_json(posts.handle(1), {.only = {"author"}, .except = {"author.created_at", "author.name"}}),
              R"({"author":{"id":1,"email":"a@x","bio":null,"age":36}})");
    EXPECT_EQ(log.count(), 4u);
}

TEST_F(json, an_object_that_refers_to_itself_is_written_once) {
    run("UPDATE posts SET editor_id = 1 WHERE id = 1");
    session s{db};
    const auto one = s.query<Post>().with(&Post::author, &User::edited).with(&Post::editor).order_by("id").first();
    EXPECT_EQ(to_json(one, {.only = {"id", "editor.id", "editor.edited.id", "author.id", "author.edited.id"}}),
              R"({"id":1,"author":{"id":1,"edited":[{"id":1}]},"editor":{"id":1}})")
        << "who is being written is referred to, as author and editor are one with the first's edited post";
}

TEST_F(json, except_leaves_out) {
    session s{db};
    const auto ada = s.query<User>().with(&User::posts).one();
    EXPECT_EQ(to_json(ada, {.except = {"posts", "name", "email", "created_at"}}), R"({"id":1,"bio":null,"age":36})");
    EXPECT_EQ(to_json(ada, {.only = {"id", "posts"}, .except = {"posts.comments", "posts.user_id", "posts.editor_id"}}),
              R"({"id":1,"posts":[{"id":1,"title":"One","published":false,"views":3},)"
              R"({"id":2,"title":"Two","published":false,"views":0}]})");
    EXPECT_TRUE(contains(thrown<unknown_name>([&] { (void)to_json(ada, {.only = {"posts.colour"}}); }).what(),
                         "Post has no member 'colour'; it has: id, user_id"));
    EXPECT_TRUE(contains(thrown<unknown_name>([&] { (void)to_json(ada, {.except = {"pasword"}}); }).what(),
                         "User has no member 'pasword'"));
}

TEST_F(json, columns_that_were_not_read_are_left_out) {
    session s{db};
    const auto users = s.query<User>().only(&User::name).all();
    EXPECT_EQ(to_json(users), "[{\"id\":1,\"name\":\"Ada \\\"A\\\"\\n\"}]");
}

TEST_F(json, indents) {
    session s{db};
    const auto ada = s.query<User>().with(&User::posts).one();
    EXPECT_EQ(to_json(ada, {.only = {"id", "posts.id"}, .indent = 2}),
              "{\n  \"id\": 1,\n  \"posts\": [\n    {\n      \"id\": 1\n    },\n    {\n      \"id\": 2\n    }\n  ]\n}");
}

TEST_F(json, every_kind_goes_and_comes_back) {
    Everything e{
        .id = 3,
        .yes = true,
        .small = 200,
        .large = -9007199254740993,
        .single = 0.1F,
        .real = 0.1,
        .text = "\x01 \"\\ ü",
        .bytes = {std::byte{0}, std::byte{255}, std::byte{7}, std::byte{9}},
        .token = uuid::parse("01234567-89ab-4def-8123-456789abcdef"),
        .at = {86'400'000'001},
        .day = std::chrono::year_month_day{std::chrono::year{2026}, std::chrono::month{11}, std::chrono::day{21}},
        .where = {1.5, -2}};
    const std::string text = to_json(e);
    EXPECT_EQ(
        text,
        R"({"id":3,"yes":true,"small":200,"large":-9007199254740993,"single":0.1,"real":0.1,)"
        R"("text":"\u0001 \"\\ ü","maybe":null,"bytes":"AP8HCQ==","token":"01234567-89ab-4def-8123-456789abcdef",)"
        R"("at":"1970-01-02T00:00:00.000001Z","day":"2026-11-21","where":{"x":1.5,"y":-2}})");
    EXPECT_EQ(to_json(from_json<Everything>(text)), text);
    session s{db};
    auto stored = s.add(from_json<Everything>(text));
    s.commit();
    s.refresh(stored);
    EXPECT_EQ(to_json(stored), text);
}

TEST_F(json, reads_columns) {
    const auto u = from_json<User>(R"( {"name" : "Bob", "age":7,
        "bio":"\u00e9\ud83d\ude00"} )");
    EXPECT_EQ(u.name, "Bob");
    EXPECT_EQ(u.age, 7);
    EXPECT_EQ(*u.bio, "é😀");
    const auto many = list_from_json<User>(R"([{"name":"a"},{"name":"b"}])");
    ASSERT_EQ(many.size(), 2u);
    EXPECT_EQ(many[1].name, "b");
    EXPECT_EQ(from_json<Everything>(R"({"where":{"y":3}})").where.y, 3);
    session s{db};
    auto ada = s.get_one<User>(1);
    assign_json(*ada, R"({"age":40})", {.only = {"age"}});
    s.commit();
    EXPECT_EQ(rows("SELECT age, email FROM users"), "40|a@x");
}

TEST_F(json, says_what_is_wrong_and_where) {
    const auto refused = [&]<class Error>(Error*, std::string_view text, std::string_view said) {
        const Error e = thrown<Error>([&] { (void)from_json<Everything>(text); });
        EXPECT_TRUE(contains(e.what(), said)) << e.what();
    };
    conversion_error* wrong = nullptr;
    unknown_name* unknown = nullptr;
    refused(wrong, R"({"where":{"x":"far"}})", R"(where.x: a number is expected, and there is a text: "far")");
    refused(wrong, R"({"small":256})", "small: a whole number is expected, and there is a number: 256");
    refused(wrong, R"({"large":1.5})", "large: a whole number is expected, and there is a number: 1.5");
    refused(wrong, R"({"text":null})", "text: a text is expected, and there is null");
    refused(wrong, R"({"day":"2026-02-30"})", "day: a date (2026-11-21) is expected");
    refused(wrong, R"({"token":"x"})", "token: a uuid is expected");
    refused(wrong, R"({"bytes":"A"})", "bytes: base64 is expected");
    refused(wrong, R"([1])", "the document: an object is expected, and there is a list");
    refused(wrong, "{\n  \"yes\": tru\n}", "line 2, column 10: a value is expected, and there is 'tru");
    refused(wrong, R"({"yes":true)", "',' or '}' is expected, and there is the end");
    refused(wrong, R"({"yes":true} 1)", "the end is expected");
    refused(wrong, R"({"yes":true,"yes":true})", "another name than 'yes'");
    refused(wrong, R"({"text":"\ud800"})", "the second half of a pair");
    refused(wrong, std::string(300, '['), "something less deep");
    refused(unknown, R"({"color":1})", "color is no column that is read here; they are: id, yes, small");
    refused(unknown, R"({"where":{"z":1}})", "where.z is no column");
    EXPECT_TRUE(contains(
        thrown<conversion_error>([] { (void)list_from_json<User>(R"([{"age":1},{"age":"x"}])"); }).what(), "[1].age"));
    // What may not be set from outside.
    EXPECT_TRUE(contains(thrown<unknown_name>([] {
                             (void)from_json<User>(R"({"name":"x","age":200})", {.only = {"name", "email"}});
                         }).what(),
                         "age is no column that is read here; they are: name, email"));
    EXPECT_THROW((void)from_json<User>(R"({"id":1})", {.except = {"id"}}), unknown_name);
    // All or nothing.
    User u{.name = "before"};
    EXPECT_THROW(assign_json(u, R"({"name":"after","age":"x"})"), conversion_error);
    EXPECT_EQ(u.name, "before");
}

}  // namespace
}  // namespace kin::test
