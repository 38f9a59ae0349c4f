// JSON of graphs of any shape: deep, going round, and with what a database may hold that is no text and no JSON.
#include <string>

#include <kin/json.hpp>
#include <kin/tree.hpp>
#include <kin/value/json.hpp>

#include "support/fixture.hpp"
#include "support/small_stack.hpp"

namespace json_shapes {

struct Node {
    kin::key<Node> id{};
    std::optional<kin::key<Node>> parent_id{};
    kin::belongs_to<Node> parent{};
    kin::has_many<Node> children{};
    kin::descendants<Node> below{};
};
struct Member {
    kin::key<Member> id{};
    std::string name{};
    kin::many_to_many<Member, kin::pivot<"follows", "a", "b">> following{};
};
struct Paper {
    kin::key<Paper> id{};
    std::string text{};
    kin::json document{};
};

}  // namespace json_shapes

namespace {

using namespace kin::expr;
using namespace json_shapes;
using kin::to_json;
using kin::test::contains;

class json_shapes_test : public kin::test::with_database<kin::models<Node, Member, Paper>> {
  protected:
    void chain(int length) {
        run("INSERT INTO node (id, parent_id) WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i "
            "< " +
            std::to_string(length) + ") SELECT i, CASE WHEN i = 1 THEN NULL ELSE i - 1 END FROM g");
    }
    /// So many members, all of whom follow all others.
    void know_each_other(kin::session& s, int members) {
        std::vector<kin::ref<Member>> all;
        for (int i = 1; i <= members; ++i) all.push_back(s.add(Member{.name = "m" + std::to_string(i)}));
        for (auto& a : all) {
            for (auto& b : all) {
                if (!(a == b)) a->following.push_back(b);
            }
        }
        s.commit();
        s.clear();
    }
    static std::size_t count(std::string_view text, std::string_view part) {
        std::size_t found = 0;
        for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
        return found;
    }
};

TEST_F(json_shapes_test, a_chain_is_as_deep_as_it_likes) {
    chain(40'000);
    kin::test::on_small_stack([&] {
        kin::session s{db};
        const auto root = s.query<Node>().where(col(&Node::parent_id).is_null()).with_tree(&Node::below).all();
        const std::string text = to_json(root);
        EXPECT_TRUE(contains(text, R"({"id":40000,"parent_id":39999)"));
        EXPECT_LT(text.size(), 20'000'000u);
        EXPECT_LT(to_json(root, {.indent = 2}).size(), 60'000'000u) << "deep down, lines begin at one place";
        EXPECT_EQ(log.count(), 2u);
    });
}

TEST_F(json_shapes_test, a_tree_is_nested_whole) {
    chain(3);
    run("INSERT INTO node (id, parent_id) VALUES (4, 1)");
    kin::session s{db};
    const auto root = s.query<Node>().where(col(&Node::id) == 1).with(selectin(&Node::children).depth(0)).one();
    EXPECT_EQ(to_json(root, {.except = {"parent_id", "children.parent_id"}}),
              R"({"id":1,"children":[{"id":2,"children":[{"id":3,"parent_id":2,"children":[]}]},)"
              R"({"id":4,"children":[]}]})");
}

TEST_F(json_shapes_test, who_goes_round_is_written_once) {
    kin::session s{db};
    know_each_other(s, 3);
    const auto members = s.query<Member>().with(&Member::following).order_by(&Member::id).all();
    EXPECT_EQ(to_json(members.handle(0)), R"({"id":1,"name":"m1","following":[)"
                                          R"({"id":2,"name":"m2","following":[{"id":1},{"id":3,"name":"m3"}]},)"
                                          R"({"id":3,"name":"m3","following":[{"id":1},{"id":2,"name":"m2"}]}]})")
        << "the first is referred to below itself; what the others follow is written where they stand first";
    EXPECT_EQ(to_json(members, {.except = {"name", "following.name"}}),
              R"([{"id":1,"following":[{"id":2},{"id":3}]},{"id":2,"following":[{"id":1},{"id":3}]},)"
              R"({"id":3,"following":[{"id":1},{"id":2}]}])")
        << "in a list of all, each stands first in the list";
    // What is named is there, however often it comes.
    EXPECT_EQ(to_json(members, {.only = {"id", "following.id", "following.following.id"}}).find("\"following\":[]"),
              std::string::npos);
}

TEST_F(json_shapes_test, a_crowd_costs_what_its_links_cost) {
    kin::session s{db};
    know_each_other(s, 40);
    const auto members = s.query<Member>().with(&Member::following).order_by(&Member::id).all();
    const std::string one = to_json(members.handle(0));
    EXPECT_EQ(count(one, "\"following\""), 40u);
    EXPECT_LT(one.size(), 60'000u);
    EXPECT_LT(to_json(members).size(), 60'000u);
}

TEST_F(json_shapes_test, what_is_no_text_or_no_document_never_breaks_it) {
    Paper p{.id = 1, .text = "a\xFFz\xC3 \xE2\x82\xAC\xED\xA0\x80", .document = {"{\"a\": [1, tru"}};
    EXPECT_EQ(to_json(p),
              "{\"id\":1,\"text\":\"a\xEF\xBF\xBDz\xEF\xBF\xBD \xE2\x82\xAC\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\","
              "\"document\":\"{\\\"a\\\": [1, tru\"}");
    const auto document = [](std::string text) {
        const std::string all = to_json(Paper{.document = {std::move(text)}});
        const std::string begin = R"({"id":0,"text":"","document":)";
        EXPECT_EQ(all.substr(0, begin.size()), begin);
        return all.substr(begin.size(), all.size() - begin.size() - 1);
    };
    for (const char* good : {"null", "-0.5e+10", " {\"a\" : [ 1,2 , {} ] , \"b\":\"\\u00e9\\n\"} ", "[]", "[[],{}]",
                             "\"x\"", "0", "10", "1E9"}) {
        EXPECT_EQ(document(good), good);
    }
    EXPECT_EQ(document(std::string(100'000, '[') + std::string(100'000, ']')).size(), 200'000u);
    for (const char* bad : {"{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "+1", "nul", "\"\\x\"", "\"a", "[1 2]",
                            "{} {}", "]", "[}", "\"\\u12g4\"", "-", "1e", "\"\n\"", "{a:1}"}) {
        EXPECT_EQ(document(bad).front(), '"') << bad;
    }
    EXPECT_EQ(document("[\"\xFF\"]"), "[\"\xEF\xBF\xBD\"]");
    // Halves of a pair without the other one: the grammar lets them pass, readers do not.
    EXPECT_EQ(document(R"(["\ud83d\ude00", "\uDE00", "\ud83dx"])"), R"(["\ud83d\ude00", "\ufffd", "\ufffdx"])");
    EXPECT_EQ(document(R"(["\ud83d\ud83d\ude00", "\ud41d\ude00"])"), R"(["\ufffd\ud83d\ude00", "\ud41d\ufffd"])");
    EXPECT_EQ(document(R"(["\ud83d\u12"])"), R"("[\"\\ud83d\\u12\"]")");
    EXPECT_EQ(document(""), "null");
    EXPECT_EQ(kin::from_json<Paper>("{\"document\":null}").document.text, "null");  // as it was written
}

TEST_F(json_shapes_test, sqlite_text_that_is_none_is_written_as_text) {
    if (kin::test::engine_name() != "sqlite") GTEST_SKIP() << "PostgreSQL holds no such text";
    run("INSERT INTO paper (id, text, document) VALUES (1, CAST(x'61ff62' AS TEXT), 'no json')");
    kin::session s{db};
    EXPECT_EQ(to_json(s.get_one<Paper>(1)),
              "{\"id\":1,\"text\":\"a\xEF\xBF\xBD"
              "b\",\"document\":\"no json\"}");
}

TEST_F(json_shapes_test, many_names_are_read_in_a_moment) {
    std::string text{"{"};
    for (int i = 0; i < 50'000; ++i) text += "\"name" + std::to_string(i) + "\":1,";
    text.back() = '}';
    EXPECT_THROW((void)kin::from_json<Paper>(text), kin::unknown_name);
    text.back() = ',';
    text += "\"name7\":2}";
    try {
        (void)kin::from_json<Paper>(text);
        ADD_FAILURE() << "a name stands twice";
    } catch (const kin::conversion_error& e) {
        EXPECT_TRUE(contains(e.what(), "another name than 'name7'")) << e.what();
    }
    const std::string long_name(1'000'000, 'n');
    try {
        (void)kin::from_json<Paper>("{\"" + long_name + "\":1}");
        ADD_FAILURE() << "no such column";
    } catch (const kin::unknown_name& e) {
        EXPECT_LT(std::string{e.what()}.size(), 1000u);
    }
}

}  // namespace
