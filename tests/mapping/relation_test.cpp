// Relations: bound to their foreign key, and to each other because they share it.
#include <gtest/gtest.h>
#include <kin/kin.hpp>
#include <kin/mapping/model.hpp>

#include "mapping/two_units.hpp"

namespace {

using kin::mapping::model_of;
using kin::mapping::relation;
using kin::mapping::relation_kind;

template <class M>
const relation& relation_named(std::string_view name) {
    return model_of<M>().require_relation(name, kin::site::current());
}

struct Post;
struct Profile;
struct User {
    kin::key<User> id{};
    std::string name{};
    kin::has_many<Post, kin::order_by<"-title", "id">> posts{};
    kin::has_one<Profile, kin::owned> profile{};
};
struct Profile {
    kin::key<Profile> id{};
    kin::key<User> user_id{};
    kin::belongs_to<User, kin::lazy<kin::load::raise>> user{};
};
struct Post {
    kin::key<Post> id{};
    kin::key<User> user_id{};
    std::string title{};
    kin::belongs_to<User> author{};
};

TEST(Relation, FindsItsForeignKeyOnEitherSide) {
    const auto& posts = relation_named<User>("posts");
    EXPECT_EQ(posts.kind, relation_kind::has_many);
    EXPECT_EQ(posts.owner, &model_of<User>());
    EXPECT_EQ(posts.target, &model_of<Post>());
    EXPECT_EQ(posts.key, &model_of<Post>().foreign_keys[0]);
    EXPECT_TRUE(posts.to_many());
    EXPECT_FALSE(posts.holds_key());

    const auto& author = relation_named<Post>("author");
    EXPECT_EQ(author.kind, relation_kind::belongs_to);
    EXPECT_EQ(author.target, &model_of<User>());
    EXPECT_EQ(author.key, posts.key);
    EXPECT_TRUE(author.holds_key());
    EXPECT_TRUE(author.problem.empty());
}

TEST(Relation, FindsItsInverseByTheKeyTheyShare) {
    EXPECT_EQ(relation_named<User>("posts").inverse, &relation_named<Post>("author"));
    EXPECT_EQ(relation_named<Post>("author").inverse, &relation_named<User>("posts"));
    EXPECT_EQ(relation_named<User>("profile").inverse, &relation_named<Profile>("user"));
    const auto& key = *relation_named<Post>("author").key;
    EXPECT_EQ(key.child_side, &relation_named<Post>("author"));
    ASSERT_EQ(key.parent_sides.size(), 1u);
    EXPECT_EQ(key.parent_sides[0], &relation_named<User>("posts"));
}

TEST(Relation, KeepsItsOptions) {
    const auto& posts = relation_named<User>("posts").options;
    EXPECT_EQ(posts.strategy, kin::load::batch);
    ASSERT_EQ(posts.order_count, 2);
    EXPECT_EQ(posts.order[0], "-title");
    EXPECT_EQ(posts.order[1], "id");
    EXPECT_TRUE(relation_named<User>("profile").options.removes());
    EXPECT_FALSE(posts.removes());
    EXPECT_EQ(relation_named<Profile>("user").options.strategy, kin::load::raise);
}

TEST(Relation, IsNoColumn) {
    EXPECT_EQ(model_of<User>().columns.size(), 2u);
    EXPECT_EQ(model_of<User>().find_column("posts"), nullptr);
    EXPECT_EQ(model_of<User>().relation_at(offsetof(User, profile)), &relation_named<User>("profile"));
    EXPECT_EQ(model_of<User>().relation_at(offsetof(User, name)), nullptr);
    EXPECT_EQ(relation_named<User>("profile").index, 1);
}

// -- one side only --------------------------------------------------------------------------------------------------

struct Note;
struct Notebook {
    kin::key<Notebook> id{};
    kin::has_many<Note> notes{};
};
struct Note {
    kin::key<Note> id{};
    std::optional<kin::key<Notebook>> notebook_id{};
};
struct Sticker {
    kin::key<Sticker> id{};
    kin::key<Note> note_id{};
    kin::belongs_to<Note> note{};
};

TEST(Relation, NeedsNoInverse) {
    const auto& notes = relation_named<Notebook>("notes");
    EXPECT_EQ(notes.inverse, nullptr);
    EXPECT_EQ(notes.key, &model_of<Note>().foreign_keys[0]);
    EXPECT_TRUE(notes.key->nullable);
    EXPECT_EQ(relation_named<Sticker>("note").inverse, nullptr);
    EXPECT_EQ(relation_named<Sticker>("note").key->child_side, &relation_named<Sticker>("note"));
}

// -- two keys to the same model -------------------------------------------------------------------------------------

struct Message;
struct Member {
    kin::key<Member> id{};
    kin::has_many<Message, kin::via<"to_id">> received{};
    kin::has_many<Message, kin::via<"from_id">> sent{};
};
struct Message {
    kin::key<Message> id{};
    kin::key<Member> from_id{};
    std::optional<kin::key<Member>> to_id{};
    kin::belongs_to<Member, kin::via<"to_id">> to{};
    kin::belongs_to<Member, kin::via<"from_id">> from{};
    static constexpr auto table = kin::table("messages").column("from_id", "sender");
};

TEST(Relation, ViaTellsTwoKeysApartOnBothSides) {
    const auto& message = model_of<Message>();
    EXPECT_EQ(relation_named<Message>("from").key, &message.foreign_keys[0]);
    EXPECT_EQ(relation_named<Message>("to").key, &message.foreign_keys[1]);
    EXPECT_EQ(relation_named<Member>("sent").inverse, &relation_named<Message>("from"));
    EXPECT_EQ(relation_named<Member>("received").inverse, &relation_named<Message>("to"));
    EXPECT_EQ(relation_named<Message>("from").inverse, &relation_named<Member>("sent"));
    EXPECT_EQ(relation_named<Message>("to").inverse, &relation_named<Member>("received"));
}

TEST(Relation, ViaNamesTheMemberOfARenamedColumn) {
    EXPECT_EQ(model_of<Message>().columns[1].name, "sender");
    EXPECT_TRUE(relation_named<Member>("sent").problem.empty());
}

// -- self-reference and composite keys ------------------------------------------------------------------------------

struct Category {
    kin::key<Category> id{};
    std::optional<kin::key<Category>> parent_id{};
    kin::belongs_to<Category> parent{};
    kin::has_many<Category> children{};
};

TEST(Relation, CanReferToItsOwnModel) {
    const auto& parent = relation_named<Category>("parent");
    const auto& children = relation_named<Category>("children");
    EXPECT_EQ(parent.target, &model_of<Category>());
    EXPECT_EQ(parent.key, &model_of<Category>().foreign_keys[0]);
    EXPECT_EQ(children.key, parent.key);
    EXPECT_EQ(parent.inverse, &children);
    EXPECT_EQ(children.inverse, &parent);
}

struct Line;
struct Order {
    int tenant{};
    int number{};
    kin::has_many<Line> lines{};
    static constexpr auto table = kin::table("orders").primary_key("tenant", "number");
};
struct Line {
    kin::key<Line> id{};
    int tenant{};
    int order_number{};
    int return_number{};
    kin::belongs_to<Order> order{};
    static constexpr auto table =
        kin::table("lines").foreign_key<Order>(kin::columns("tenant", "order_number"), {}, kin::on_delete::cascade);
};

TEST(Relation, BindsToACompositeKey) {
    EXPECT_EQ(relation_named<Line>("order").key->columns.size(), 2u);
    EXPECT_EQ(relation_named<Order>("lines").inverse, &relation_named<Line>("order"));
}

// -- models that refer to each other --------------------------------------------------------------------------------

struct Team;
struct Player {
    kin::key<Player> id{};
    std::optional<kin::key<Team>> team_id{};
    kin::belongs_to<Team> team{};
    kin::has_one<Team> leads{};
};
struct Team {
    kin::key<Team> id{};
    std::optional<kin::key<Player>> captain_id{};
    kin::belongs_to<Player> captain{};
    kin::has_many<Player> players{};
};

TEST(Relation, BindsModelsThatReferToEachOther) {
    EXPECT_EQ(relation_named<Player>("team").inverse, &relation_named<Team>("players"));
    EXPECT_EQ(relation_named<Team>("captain").inverse, &relation_named<Player>("leads"));
    EXPECT_EQ(relation_named<Player>("leads").key, &model_of<Team>().foreign_keys[0]);
}

// -- several translation units --------------------------------------------------------------------------------------

TEST(Relation, ReachesAModelThatIsOnlyDeclaredHere) {
    const auto& things = relation_named<two_units::Shared>("things");
    ASSERT_TRUE(things.problem.empty()) << things.problem;
    EXPECT_EQ(things.target, &two_units::elsewhere_there());
    EXPECT_EQ(things.inverse, two_units::elsewhere_there().find_relation("shared"));
}

TEST(Relation, AModelHasOneDescriptorInTheWholeProgram) {
    EXPECT_EQ(&two_units::shared_there(), &model_of<two_units::Shared>());
}

}  // namespace
