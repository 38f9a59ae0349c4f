// Proxies: association objects in one step, values behind them, and proxies over proxies.
#include <utility>

#include <kin/mapping/model.hpp>

#include "support/fixture.hpp"

using kin::test::contains;
using kin::test::thrown;

namespace proxied {

struct User;
struct Keyword;

struct UserKeyword {
    kin::key<User> user_id{};
    kin::key<Keyword> keyword_id{};
    std::string note{"new"};
    kin::belongs_to<User> user{};
    kin::belongs_to<Keyword> keyword{};

    static constexpr auto table = kin::table("user_keyword").primary_key("user_id", "keyword_id");
};

struct Label;

struct User {
    kin::key<User> id{};
    std::string name{};
    kin::has_many<UserKeyword, kin::owned, kin::order_by<"keyword_id">> user_keywords{};
    kin::proxy<Keyword, &User::user_keywords, "keyword"> keywords{};
    kin::proxy<std::string, &User::keywords, "word"> words{};
    kin::many_to_many<Label, kin::order_by<"text">> labels{};
    kin::proxy<std::string, &User::labels, "text"> label_texts{};
};

struct Keyword {
    kin::key<Keyword> id{};
    std::string word{};
    kin::has_many<UserKeyword, kin::owned> user_keywords{};
    kin::proxy<User, &Keyword::user_keywords, "user"> users{};
};

struct Label {
    kin::key<Label> id{};
    std::string text{};
};

// A list that may hold the same song twice.
struct Entry;
struct Playlist {
    kin::key<Playlist> id{};
    kin::has_many<Entry, kin::owned> entries{};
    kin::proxy<Keyword, &Playlist::entries, "song"> songs{};
    kin::proxy<std::int64_t, &Playlist::entries, "stars"> stars{};
};
struct Entry {
    kin::key<Entry> id{};
    kin::key<Playlist> playlist_id{};
    std::optional<kin::key<Keyword>> song_id{};
    std::int64_t stars{};
    kin::belongs_to<Keyword> song{};
};

using All = kin::models<User, Keyword, UserKeyword, Label, Playlist, Entry>;

static_assert(sizeof(decltype(User::keywords)) == 1);
static_assert(std::is_copy_constructible_v<User> && std::is_copy_assignable_v<User>);
static_assert(!std::is_copy_constructible_v<decltype(User::keywords)>);

}  // namespace proxied

using namespace proxied;
using namespace kin::expr;

namespace {

class proxies : public kin::test::with_database<> {
  protected:
    proxies() {
        db.create<All>();
        run("INSERT INTO \"user\" (id, name) VALUES (1, 'Ada'), (2, 'Bob'), (3, 'Cyd');"
            "INSERT INTO keyword (id, word) VALUES (1, 'engine'), (2, 'loom'), (3, 'bread');"
            "INSERT INTO user_keyword (user_id, keyword_id, note) VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 1, 'c');"
            "INSERT INTO label (id, text) VALUES (1, 'x'), (2, 'y');"
            "INSERT INTO label_user (label_id, user_id) VALUES (1, 1), (2, 1);");
        log.clear();
    }
    std::string links() {
        return rows("SELECT user_id, keyword_id, note FROM user_keyword ORDER BY user_id, keyword_id");
    }
    std::string keywords() { return rows("SELECT id, word FROM keyword ORDER BY id"); }
    template <class Words>
    static std::string text(const Words& words) {
        std::string all;
        for (const auto& each : words) {
            if constexpr (requires { each.word; }) {
                all += each.word + " ";
            } else if constexpr (requires { each.name; }) {
                all += each.name + " ";
            } else {
                all += each + " ";
            }
        }
        return all;
    }
};

TEST_F(proxies, are_no_columns_and_no_relations) {
    const kin::mapping::model& m = kin::mapping::model_of<User>();
    EXPECT_EQ(m.columns.size(), 2u);
    EXPECT_EQ(m.relations.size(), 2u);
    EXPECT_EQ(m.proxies.size(), 3u);
}

TEST_F(proxies, two_statements_read_both_hops_of_all_siblings) {
    kin::session s{db};
    const auto users = s.query<User>().order_by(&User::id).all();
    log.clear();
    EXPECT_EQ(text(users[0].keywords), "engine loom ");
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(text(users[1].keywords), "engine ");
    EXPECT_EQ(text(users[0].words), "engine loom ");
    EXPECT_EQ(users[0].words[1], "loom");
    EXPECT_TRUE(users[2].keywords.empty());
    EXPECT_EQ(users[1].keywords.size(), 1u);
    EXPECT_TRUE(users[0].words.contains("loom"));
    EXPECT_FALSE(users[1].words.contains("loom"));
    EXPECT_EQ(&users[0].keywords[0], &users[1].keywords[0]);
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(text(users[0].keywords[0].users), "Ada Bob ");
    EXPECT_EQ(log.count(), 3u);
    EXPECT_FALSE(s.dirty());
}

TEST_F(proxies, eager_loading_is_that_of_the_hops) {
    kin::session s{db};
    const auto users = s.query<User>().with(&User::user_keywords, &UserKeyword::keyword).order_by(&User::id).all();
    EXPECT_EQ(log.count(), 3u);
    EXPECT_EQ(text(users[0].words), "engine loom ");
    EXPECT_EQ(log.count(), 3u);
}

TEST_F(proxies, a_path_may_name_them) {
    kin::session s{db};
    const auto users = s.query<User>().with(&User::words).order_by(&User::id).all();
    EXPECT_EQ(log.count(), 3u);
    EXPECT_EQ(text(users[0].words), "engine loom ");
    EXPECT_EQ(log.count(), 3u);
    kin::session t{db};
    log.clear();
    const auto again = t.query<User>().with(&User::keywords, &Keyword::users).order_by(&User::id).all();
    EXPECT_EQ(log.count(), 4u);  // users, links, keywords, their links; the users are known
    EXPECT_EQ(text(again[0].keywords[0].users), "Ada Bob ");
    EXPECT_EQ(log.count(), 4u);
}

TEST_F(proxies, are_relations_in_conditions) {
    kin::session s{db};
    const auto names = [&](const kin::condition& c) {
        return text(s.query<User>().where(c).order_by(&User::id).all());
    };
    EXPECT_EQ(names(any(&User::keywords, col(&Keyword::word) == "engine")), "Ada Bob ");
    EXPECT_EQ(names(none(&User::keywords)), "Cyd ");
    EXPECT_EQ(names(none(&User::keywords, col(&Keyword::word) == "loom")), "Bob Cyd ");
    EXPECT_EQ(names(any(&User::words, col(&Keyword::word) == "loom")), "Ada ");
    EXPECT_EQ(names(any(&User::label_texts, col(&Label::text) == "x")), "Ada ");
    EXPECT_EQ(text(s.query<Keyword>().where(any(&Keyword::users, any(&User::labels))).order_by(&Keyword::id).all()),
              "engine loom ");
    EXPECT_EQ(log.count(), 6u);
}

TEST_F(proxies, appending_an_object_makes_the_link) {
    kin::session s{db};
    auto cyd = s.get<User>(3);
    auto loom = s.get<Keyword>(2);
    (void)std::as_const(loom->users).size();
    log.clear();
    cyd->keywords.push_back(loom);
    Keyword& salt = cyd->keywords.push_back(Keyword{.word = "salt"});
    EXPECT_EQ(salt.word, "salt");
    EXPECT_EQ(text(std::as_const(loom->users)), "Ada Cyd ");
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 2u);  // a keyword, two links
    EXPECT_EQ(links(), "1|1|a; 1|2|b; 2|1|c; 3|2|new; 3|4|new");
    EXPECT_EQ(text(std::as_const(cyd->words)), "loom salt ");
}

TEST_F(proxies, appending_a_value_makes_the_target_and_the_link) {
    kin::session s{db};
    auto ada = s.get<User>(1);
    (void)ada->words.size();
    ada->words.push_back("salt");
    const std::string water = "water";
    ada->words.push_back(water);
    EXPECT_EQ(text(std::as_const(ada->words)), "engine loom salt water ");
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(keywords(), "1|engine; 2|loom; 3|bread; 4|salt; 5|water");
    EXPECT_EQ(links(), "1|1|a; 1|2|b; 1|4|new; 1|5|new; 2|1|c");
}

TEST_F(proxies, a_link_that_exists_is_not_made_again) {
    kin::session s{db};
    auto ada = s.get<User>(1);
    auto loom = s.get<Keyword>(2);
    auto bread = s.get<Keyword>(3);
    ada->keywords.push_back(loom);
    ada->keywords.push_back(bread);
    ada->keywords.push_back(bread);
    EXPECT_EQ(ada->keywords.size(), 3u);
    s.commit();
    EXPECT_EQ(links(), "1|1|a; 1|2|b; 1|3|new; 2|1|c");
}

TEST_F(proxies, a_list_may_show_a_target_twice) {
    kin::session s{db};
    auto bread = s.get<Keyword>(3);
    auto list = s.add(Playlist{});
    list->songs.push_back(bread);
    list->songs.push_back(bread);
    list->stars.push_back(5);
    s.commit();
    EXPECT_EQ(rows("SELECT song_id, stars FROM entry ORDER BY id"), "3|0; 3|0; NULL|5");
    EXPECT_EQ(list->stars[2], 5);
    const auto e = thrown<kin::not_found>([&] { (void)list->songs[2].word; });
    EXPECT_TRUE(contains(e.what(), "Entry.song is null")) << e.what();
}

TEST_F(proxies, erasing_deletes_the_link_and_leaves_the_target) {
    kin::session s{db};
    auto ada = s.get<User>(1);
    auto bob = s.get<User>(2);
    auto engine = s.get<Keyword>(1);
    ada->keywords.erase(engine);
    ada->words.erase("nothing of the kind");
    EXPECT_EQ(text(std::as_const(ada->keywords)), "loom ");
    bob->words.erase("engine");
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(links(), "1|2|b");
    EXPECT_EQ(keywords(), "1|engine; 2|loom; 3|bread");
    ada->keywords.erase(ada->keywords.begin());
    EXPECT_TRUE(ada->keywords.empty());
    s.commit();
    EXPECT_EQ(links(), "");
}

TEST_F(proxies, assignment_writes_the_difference) {
    kin::session s{db};
    auto ada = s.get<User>(1);
    auto loom = s.get<Keyword>(2);
    auto bread = s.get<Keyword>(3);
    (void)ada->words.size();
    ada->keywords = {loom, bread};
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 2u);  // a DELETE and an INSERT
    EXPECT_EQ(links(), "1|2|b; 1|3|new; 2|1|c");

    ada->words = {"bread", "salt"};
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 3u);  // the new keyword, its link, and the one that goes
    EXPECT_EQ(links(), "1|3|new; 1|4|new; 2|1|c");
    ada->words = {"salt", "bread"};
    EXPECT_FALSE(s.dirty());

    ada->words.assign(std::vector<std::string>{"salt"});
    s.commit();
    EXPECT_EQ(links(), "1|4|new; 2|1|c");
    ada->keywords = {};
    s.commit();
    EXPECT_EQ(links(), "2|1|c");
    ada->keywords.assign(std::vector{loom});
    ada->keywords = {Keyword{.word = "pin"}, Keyword{.word = "rag"}};
    s.commit();
    EXPECT_EQ(text(std::as_const(ada->words)), "pin rag ");
    EXPECT_EQ(links(), "1|5|new; 1|6|new; 2|1|c");
}

TEST_F(proxies, columns_behind_a_many_to_many) {
    kin::session s{db};
    auto ada = s.get<User>(1);
    EXPECT_EQ(text(std::as_const(ada->label_texts)), "x y ");
    ada->label_texts = {"y", "z"};
    s.commit();
    EXPECT_EQ(rows("SELECT id, text FROM label ORDER BY id"), "1|x; 2|y; 3|z");
    EXPECT_EQ(rows("SELECT label_id, user_id FROM label_user ORDER BY label_id"), "2|1; 3|1");
}

TEST_F(proxies, what_is_changed_through_them_is_tracked) {
    kin::session s{db};
    auto ada = s.get<User>(1);
    for (Keyword& k : ada->keywords) k.word += "s";
    s.commit();
    EXPECT_EQ(keywords(), "1|engines; 2|looms; 3|bread");
}

TEST_F(proxies, objects_without_a_session) {
    User eve{.name = "Eve", .words = {"a", "b"}, .label_texts = {"l"}};
    eve.keywords.push_back(Keyword{.word = "c"});
    eve.words.push_back("d");
    EXPECT_EQ(text(std::as_const(eve.words)), "a b c d ");
    eve.words.erase("b");
    EXPECT_EQ(eve.keywords.size(), 3u);
    EXPECT_EQ(eve.user_keywords[1].keyword->word, "c");
    const User twin = eve;
    EXPECT_EQ(text(twin.words), "a c d ");

    kin::session s{db};
    auto loom = s.get<Keyword>(2);
    User fay{.name = "Fay", .keywords = {loom}};
    fay.words.push_back("e");
    EXPECT_EQ(text(std::as_const(fay.words)), "loom e ");
    log.clear();
    auto added = s.add(std::move(eve));
    s.add(std::move(fay));
    EXPECT_EQ(text(std::as_const(added->words)), "a c d ");
    s.commit();
    EXPECT_EQ(log.count(), 5u);  // users, keywords, labels, and two tables of links
    EXPECT_EQ(rows("SELECT u.name, k.word FROM \"user\" u JOIN user_keyword l ON l.user_id = u.id "
                   "JOIN keyword k ON k.id = l.keyword_id WHERE u.id > 3 ORDER BY u.id, k.id"),
              "Eve|a; Eve|c; Eve|d; Fay|loom; Fay|e");
    EXPECT_EQ(rows("SELECT text FROM label WHERE id > 2"), "l");
}

TEST_F(proxies, a_rollback_restores_both_hops) {
    kin::session s{db};
    auto ada = s.get<User>(1);
    ada->words = {"salt"};
    s.flush();
    EXPECT_EQ(text(std::as_const(ada->words)), "salt ");
    s.rollback();
    EXPECT_EQ(text(std::as_const(ada->words)), "engine loom ");
    EXPECT_EQ(links(), "1|1|a; 1|2|b; 2|1|c");
}

TEST_F(proxies, strict_sessions_name_the_hop) {
    kin::session s{db};
    s.strict();
    auto ada = s.get<User>(1);
    const auto e = thrown<kin::raised_load>([&] { (void)ada->keywords.size(); });
    EXPECT_TRUE(contains(e.what(), "User.user_keywords")) << e.what();
}

// -- what is refused when the models are bound ----------------------------------------------------------------------

struct Astray;
struct AstrayLink {
    kin::key<AstrayLink> id{};
    kin::key<Astray> astray_id{};
    kin::key<Keyword> keyword_id{};
    kin::belongs_to<Keyword> keyword{};
};
struct Astray {
    kin::key<Astray> id{};
    kin::has_many<AstrayLink> links{};
    kin::proxy<Keyword, &Astray::links, "keywrd"> keywords{};
};

TEST_F(proxies, a_name_that_is_not_there_is_named) {
    const auto e = thrown<kin::mapping_error>([] { (void)kin::models<AstrayLink, Astray>::list(); });
    EXPECT_TRUE(contains(e.what(),
                         "Astray.keywords: AstrayLink has no member 'keywrd'; there are: id, astray_id, "
                         "keyword_id, keyword"))
        << e.what();
}

struct Lost;
struct LostLink {
    kin::key<LostLink> id{};
    kin::key<Lost> lost_id{};
    kin::key<Keyword> keyword_id{};
    kin::belongs_to<Keyword> keyword{};
};
struct Lost {
    kin::key<Lost> id{};
    kin::has_many<LostLink> links{};
    kin::proxy<User, &Lost::links, "keyword"> users{};
};

TEST_F(proxies, another_model_at_the_end_is_refused) {
    const auto e = thrown<kin::mapping_error>([] { (void)kin::models<LostLink, Lost>::list(); });
    EXPECT_TRUE(contains(e.what(), "Lost.users: LostLink.keyword leads to another model")) << e.what();
}

}  // namespace
