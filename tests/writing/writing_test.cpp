// The write helpers of relations: written at once, in the session's transaction, and taken back where that fails.
#include "support/fixture.hpp"
#include "support/link_models.hpp"

using namespace kin::expr;
using namespace sample;
using kin::test::contains;
using kin::test::thrown;

namespace writing {

struct Word;
struct Reader {
    kin::key<Reader> id{};
    std::string name{};
    kin::has_many<Word> words{};
};
struct Word {
    kin::key<Word> id{};
    kin::key<Reader> reader_id{};
    std::string text{};
    int seen{};
    kin::created_at created_at{};
    kin::belongs_to<Reader> reader{};
    static constexpr auto table = kin::table("word").unique("reader_id", "text");
};

struct Person;
struct Letter {
    kin::key<Letter> id{};
    std::optional<kin::key<Person>> person_id{};
    std::string text{};
    kin::belongs_to<Person, kin::with_default<"name", "Guest">, kin::with_default<"age", 99>> sender{};
};
void make_sender(Person&);
struct Parcel {
    kin::key<Parcel> id{};
    std::optional<kin::key<Person>> person_id{};
    kin::belongs_to<Person, kin::with_default<"age", 7>, kin::with_default_from<make_sender>> sender{};
};
struct Person {
    kin::key<Person> id{};
    std::string name{"nameless"};
    int age{};
    kin::has_many<Letter> letters{};
};
int stand_ins = 0;
void make_sender(Person& p) {
    p.name = "made";
    ++stand_ins;
}
struct Misspelt {
    kin::key<Misspelt> id{};
    std::optional<kin::key<Person>> person_id{};
    kin::belongs_to<Person, kin::with_default<"nmae", "Guest">> sender{};
};

}  // namespace writing

namespace {

using writing::Reader;
using writing::Word;

class write_helpers : public kin::test::with_database<
                          kin::models<User, Profile, Post, Comment, Reader, Word, writing::Letter, writing::Person,
                                      writing::Parcel, linked::Article, linked::Topic, linked::Author>> {
  protected:
    write_helpers() {
        run("INSERT INTO users (id, name, email, age, created_at) VALUES (1, 'Ada', 'a@x', 30, '2020-01-01 00:00:00'),"
            "(2, 'Bob', 'b@x', 40, '2020-01-01 00:00:00')");
        log.clear();
    }
    std::string posts() { return rows("SELECT id, user_id, title FROM posts ORDER BY id"); }
};

TEST_F(write_helpers, create_sends_one_insert) {
    kin::session s{db};
    auto ada = s.get<User>(1);
    log.clear();
    auto post = ada->posts.create(Post{.title = "looms"});
    EXPECT_EQ(log.count(), 1u) << log.text();
    EXPECT_EQ(post->id.value, 1);
    EXPECT_EQ(post->user_id, ada->id);
    EXPECT_EQ(post->author, ada);
    EXPECT_EQ(posts(), "") << "inside the session's transaction";
    s.commit();
    EXPECT_EQ(posts(), "1|1|looms");
    EXPECT_EQ(ada->posts.size(), 1u);
    EXPECT_EQ(log.count("UPDATE"), 0u);
}

TEST_F(write_helpers, a_new_owner_goes_first) {
    kin::session s{db};
    auto eve = s.add(User{.name = "Eve", .email = "e@x"});
    log.clear();
    auto post = eve->posts.create(Post{.title = "t"});
    EXPECT_EQ(log.count("INSERT"), 2u);
    EXPECT_EQ(post->user_id.value, 3);
    s.commit();
    EXPECT_EQ(posts(), "1|3|t");
}

TEST_F(write_helpers, create_many_sends_one_insert_for_all) {
    kin::session s{db};
    auto ada = s.get<User>(1);
    log.clear();
    const auto made =
        ada->posts.create_many({{.title = "a"}, {.title = "b", .comments = {{.text = "hm"}}}, {.title = "c"}});
    EXPECT_EQ(log.count("INSERT INTO \"posts\""), 1u) << log.text();
    EXPECT_EQ(log.count(), 2u) << "and one for the comment";
    ASSERT_EQ(made.size(), 3u);
    EXPECT_EQ(made[1]->title, "b");
    EXPECT_EQ(made[1]->comments[0].text, "hm");
    s.commit();
    EXPECT_EQ(posts(), "1|1|a; 2|1|b; 3|1|c");
}

TEST_F(write_helpers, save_takes_a_handle_an_object_or_a_value) {
    run("INSERT INTO posts (id, user_id, title, published, views) VALUES (1, 2, 'of bob', false, 0), (2, 2, 'too', "
        "false, 0)");
    kin::session s{db};
    auto ada = s.get<User>(1);
    auto bob = s.get<User>(2);
    ASSERT_EQ(bob->posts.size(), 2u);
    auto first = s.get<Post>(1);
    log.clear();
    EXPECT_EQ(ada->posts.save(first), first);
    EXPECT_EQ(log.count(), 1u) << log.text();
    EXPECT_EQ(log.count("UPDATE"), 1u);
    EXPECT_EQ(bob->posts.size(), 1u);
    EXPECT_EQ(first->author, ada);
    ada->posts.save(bob->posts[0]);
    EXPECT_TRUE(bob->posts.empty());
    ada->posts.save(Post{.title = "new"});
    // What is in it already, changed: written, and not twice in it.
    first->title = "of ada";
    ada->posts.save(first);
    EXPECT_EQ(ada->posts.size(), 3u);
    s.commit();
    EXPECT_EQ(posts(), "1|1|of ada; 2|1|too; 3|1|new");
    const Post plain{.title = "plain"};
    const auto refused = thrown<kin::usage_error>([&] { ada->posts.save(plain); });
    EXPECT_TRUE(contains(refused.what(), "does not belong to the session")) << refused.what();
    EXPECT_TRUE(contains(thrown<kin::usage_error>([&] { ada->posts.save(kin::ref<Post>{}); }).what(), "empty"));
}

TEST_F(write_helpers, save_many_sends_one_statement_for_all) {
    run("INSERT INTO posts (id, user_id, title, published, views) VALUES (1, 2, 'a', false, 0), (2, 2, 'b', false, 0)");
    kin::session s{db};
    auto ada = s.get<User>(1);
    const auto all = s.query<Post>().order_by(&Post::id).all();
    log.clear();
    ada->posts.save_many({all.handle(0), all.handle(1)});
    EXPECT_EQ(log.count(), 1u) << log.text();
    s.commit();
    EXPECT_EQ(posts(), "1|1|a; 2|1|b");
}

TEST_F(write_helpers, what_fails_leaves_memory_as_it_was) {
    run("INSERT INTO posts (id, user_id, title, published, views) VALUES (1, 1, 'a', false, 0)");
    kin::session s{db};
    auto ada = s.get<User>(1);
    ASSERT_EQ(ada->posts.size(), 1u);
    auto bob = s.get<User>(2);
    bob->name = "Rob";
    // A comment's post does not exist.
    auto refuse = [&] { ada->posts.create_many({{.title = "x"}, {.id = {1}, .title = "the key of another"}}); };
    (void)thrown<kin::unique_violation>(refuse);
    EXPECT_EQ(ada->posts.size(), 1u);
    // A new owner and its new child.
    auto eve = s.add(User{.name = "Eve", .email = "b@x"});
    (void)thrown<kin::unique_violation>([&] { eve->posts.create(Post{.title = "x"}); });
    EXPECT_TRUE(eve->posts.empty());
    eve->email = "e@x";
    eve->posts.create(Post{.title = "mended"});
    (void)thrown<kin::unique_violation>(refuse);
    EXPECT_EQ(ada->posts.size(), 1u);
    s.commit();
    EXPECT_EQ(posts(), "1|1|a; 2|" + std::to_string(eve->id.value) + "|mended");
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = 2"), "Rob");
}

TEST_F(write_helpers, rollback_undoes_what_was_written) {
    run("INSERT INTO posts (id, user_id, title, published, views) VALUES (1, 2, 'a', false, 0)");
    kin::session s{db};
    auto ada = s.get<User>(1);
    auto bob = s.get<User>(2);
    ASSERT_EQ(ada->posts.size() + bob->posts.size(), 1u);
    {
        auto point = s.savepoint();
        ada->posts.create(Post{.title = "gone"});
        ada->posts.save(bob->posts[0]);
        EXPECT_EQ(ada->posts.size(), 2u);
        point.rollback();
    }
    EXPECT_TRUE(ada->posts.empty());
    EXPECT_EQ(bob->posts.size(), 1u);
    ada->posts.create(Post{.title = "gone as well"});
    s.rollback();
    EXPECT_TRUE(ada->posts.empty());
    EXPECT_EQ(bob->posts[0].author, bob);
    s.commit();
    EXPECT_EQ(posts(), "1|2|a");
}

TEST_F(write_helpers, first_or_create_looks_only_in_the_relation) {
    run("INSERT INTO posts (id, user_id, title, published, views) VALUES (1, 2, 'looms', false, 7)");
    kin::session s{db};
    auto ada = s.get<User>(1);
    log.clear();
    auto made = ada->posts.first_or_create(Post{.title = "looms", .views = 1}, &Post::title);
    EXPECT_EQ(log.count(), 2u) << log.text();
    EXPECT_EQ(made->id.value, 2);
    log.clear();
    EXPECT_EQ(ada->posts.first_or_create(Post{.title = "looms", .views = 2}, &Post::title), made);
    EXPECT_EQ(log.count(), 1u) << log.text();
    EXPECT_EQ(made->views, 1);
    // NULL is a value to look for, too.
    auto unedited = ada->posts.first_or_create(Post{.title = "looms"}, &Post::title, &Post::editor_id);
    EXPECT_EQ(unedited, made);
    auto edited = ada->posts.first_or_create(Post{.editor_id = kin::key<User>{2}, .title = "looms"}, &Post::title,
                                             &Post::editor_id);
    EXPECT_EQ(edited->id.value, 3);
    s.commit();
    EXPECT_EQ(posts(), "1|2|looms; 2|1|looms; 3|1|looms");
}

TEST_F(write_helpers, update_or_create_writes_what_the_value_says) {
    kin::session s{db};
    auto ada = s.get<User>(1);
    auto made = ada->posts.update_or_create(Post{.title = "looms", .published = true, .views = 1}, &Post::title);
    log.clear();
    EXPECT_EQ(ada->posts.update_or_create(Post{.title = "looms", .views = 5}, &Post::title), made);
    EXPECT_EQ(log.count("SELECT"), 1u) << log.text();
    EXPECT_EQ(log.count("UPDATE"), 1u) << log.text();
    EXPECT_EQ(log.count(), 2u);
    log.clear();
    (void)ada->posts.update_or_create(Post{.title = "looms", .views = 5}, &Post::title);
    EXPECT_EQ(log.count(), 1u) << "nothing to write";
    s.commit();
    EXPECT_EQ(rows("SELECT title, published, views FROM posts"), "looms|1|5");
}

TEST_F(write_helpers, update_or_create_writes_the_columns_that_are_named_and_no_others) {
    kin::session s{db};
    auto ada = s.get<User>(1);
    const Post said{.title = "looms", .published = false, .views = 0};
    auto made = ada->posts.update_or_create(Post{.title = "looms", .published = true, .views = 1}, {&Post::title},
                                            {&Post::views});
    EXPECT_EQ(made->views, 1) << "a new one is what the value says";
    EXPECT_EQ(ada->posts.update_or_create(Post{said}, {&Post::title}, {&Post::views}), made);
    s.commit();
    EXPECT_EQ(rows("SELECT title, published, views FROM posts"), "looms|1|0");
    (void)ada->posts.update_or_create(Post{said}, {&Post::title}, {});
    (void)ada->posts.update_or_create(Post{said}, {&Post::title}, {&Post::published});
    s.commit();
    EXPECT_EQ(rows("SELECT user_id, title, published, views FROM posts"), "1|looms|0|0");
    auto profile = ada->profile.create(Profile{.text = "looms"});
    EXPECT_EQ(ada->profile.update_or_create(Profile{}, &Profile::text), profile);
    EXPECT_EQ(profile->text, "");
}

TEST_F(write_helpers, what_is_unique_is_one_row_whoever_makes_it) {
    run("INSERT INTO reader VALUES (1, 'r'), (2, 'q'); INSERT INTO word VALUES (1, 2, 'x', 9, '2020-01-01 00:00:00')");
    kin::session s{db};
    auto reader = s.get<Reader>(1);
    ASSERT_TRUE(reader->words.empty());
    s.commit();
    run("INSERT INTO word VALUES (2, 1, 'x', 3, '2020-01-01 00:00:00')");  // somebody else, meanwhile
    log.clear();
    auto word = reader->words.first_or_create(Word{.text = "x", .seen = 1}, &Word::text);
    EXPECT_EQ(log.count(), 2u) << log.text();
    EXPECT_EQ(log.count("INSERT"), 1u);
    EXPECT_EQ(word->id.value, 2);
    EXPECT_EQ(word->seen, 3);
    EXPECT_EQ(reader->words.size(), 1u) << "a loaded relation shows it";
    EXPECT_EQ(word->reader, reader);
    log.clear();
    (void)reader->words.update_or_create(Word{.text = "x", .seen = 4}, &Word::text);
    EXPECT_EQ(log.count(), 1u) << "known, so only the UPDATE: " << log.text();
    auto other = reader->words.update_or_create(Word{.text = "y", .seen = 1}, &Word::text);
    EXPECT_GT(other->id.value, 2) << "PostgreSQL gives no number twice, also if no row took it";
    EXPECT_EQ(reader->words.size(), 2u);
    s.commit();
    EXPECT_EQ(rows("SELECT id, reader_id, text, seen, created_at > '2021-01-01 00:00:00' FROM word ORDER BY id"),
              "1|2|x|9|0; 2|1|x|4|0; " + std::to_string(other->id.value) + "|1|y|1|1");
}

TEST_F(write_helpers, of_a_many_to_many_they_write_the_link_too) {
    kin::session s{db};
    auto article = s.add(linked::Article{.title = "a"});
    log.clear();
    auto topic = article->topics.create(linked::Topic{.name = "t"});
    EXPECT_EQ(log.count(), 3u) << log.text();
    EXPECT_EQ(topic->articles.size(), 1u);
    const auto more = article->topics.create_many({{.name = "u"}, {.name = "v"}});
    auto other = s.add(linked::Article{.title = "b"});
    other->topics.save_many({topic, more[0]});
    EXPECT_EQ(other->topics.first_or_create(linked::Topic{.name = "v"}, &linked::Topic::name), more[1])
        << "it exists, and is linked";
    EXPECT_EQ(other->topics.size(), 3u);
    s.commit();
    EXPECT_EQ(rows("SELECT article_id, topic_id FROM article_topic ORDER BY 1, 2"), "1|1; 1|2; 1|3; 2|1; 2|2; 2|3");
}

TEST_F(write_helpers, of_a_has_one) {
    kin::session s{db};
    auto ada = s.get<User>(1);
    auto first = ada->profile.create(Profile{.text = "one"});
    log.clear();
    EXPECT_EQ(ada->profile.first_or_create(Profile{.text = "two"}), first);
    EXPECT_EQ(log.count(), 0u);
    EXPECT_EQ(ada->profile.update_or_create(Profile{.text = "two"}), first);
    EXPECT_EQ(log.count("UPDATE"), 1u);
    auto bob = s.get<User>(2);
    log.clear();
    auto made = bob->profile.update_or_create(Profile{.text = "of bob"});
    EXPECT_EQ(log.count(), 2u) << "a SELECT, as nobody had read it, and an INSERT: " << log.text();
    bob->profile.save(first);
    EXPECT_FALSE(made->user);
    EXPECT_FALSE(ada->profile);
    s.commit();
    EXPECT_EQ(rows("SELECT id, user_id, text FROM profile ORDER BY id"), "1|2|two; 2|NULL|of bob");
}

TEST_F(write_helpers, associate_and_dissociate) {
    run("INSERT INTO posts (id, user_id, title, published, views) VALUES (1, 1, 'a', false, 0)");
    kin::session s{db};
    auto post = s.get<Post>(1);
    auto bob = s.get<User>(2);
    log.clear();
    EXPECT_EQ(post->editor.associate(bob), bob);
    EXPECT_EQ(log.count(), 1u) << log.text();
    EXPECT_EQ(post->editor_id, bob->id);
    post->editor.dissociate();
    EXPECT_EQ(log.count("UPDATE"), 2u);
    EXPECT_EQ(post->editor_id, std::nullopt);
    auto eve = post->editor.associate(User{.name = "Eve", .email = "e@x"});
    EXPECT_EQ(eve->id.value, 3);
    // A new child that could not be written before it has its parent.
    auto fresh = s.add(Post{.title = "fresh"});
    fresh->author.associate(bob);
    EXPECT_EQ(fresh->id.value, 2);
    // Not nullable.
    (void)thrown<kin::flush_error>([&] { post->author.dissociate(); });
    s.commit();
    EXPECT_EQ(rows("SELECT id, user_id, editor_id FROM posts ORDER BY id"), "1|1|3; 2|2|NULL");
}

TEST_F(write_helpers, associate_by_key) {
    run("INSERT INTO posts (id, user_id, title, published, views) VALUES (1, 1, 'a', false, 0)");
    kin::session s{db};
    auto post = s.get<Post>(1);
    log.clear();
    const auto bob = post->editor.associate(2);
    EXPECT_EQ(log.count(), 2u) << log.text();  // who it is, and the key
    EXPECT_EQ(post->editor.handle(), bob);
    EXPECT_EQ(bob->edited.size(), 1u);
    log.clear();
    EXPECT_EQ(post->author.associate(bob->id), bob);
    EXPECT_EQ(log.count(), 1u) << log.text();
    const auto gone = thrown<kin::not_found>([&] { post->editor.associate(77); });
    EXPECT_TRUE(contains(gone.what(), "User")) << gone.what();
    EXPECT_TRUE(contains(gone.where().file_name(), "writing_test"));
    EXPECT_EQ(post->editor.handle(), bob);
    s.commit();
    EXPECT_EQ(rows("SELECT user_id, editor_id FROM posts"), "2|2");
}

TEST_F(write_helpers, a_stand_in_that_a_function_makes) {
    using writing::Parcel;
    kin::session s{db};
    auto parcel = s.add(Parcel{});
    s.commit();
    EXPECT_EQ(parcel->sender->name, "made");
    EXPECT_EQ(parcel->sender->age, 7);
    EXPECT_FALSE(parcel->sender);
    EXPECT_EQ(&*std::as_const(*parcel).sender, &*Parcel{}.sender) << "once";
    EXPECT_EQ(writing::stand_ins, 1);
}

TEST_F(write_helpers, a_stand_in_is_read_where_there_is_nobody_and_never_written) {
    using writing::Letter;
    using writing::Person;
    Letter plain{.text = "not in a session"};
    EXPECT_EQ(plain.sender->name, "Guest");
    kin::session s{db};
    auto letter = s.add(Letter{.text = "hm"});
    auto signed_one = s.add(Letter{.text = "yes", .sender = Person{.name = "Ada", .age = 30}});
    s.commit();
    EXPECT_EQ(letter->sender->name, "Guest");
    EXPECT_EQ((*letter->sender).age, 99);
    EXPECT_TRUE(letter->sender->letters.empty());
    EXPECT_FALSE(letter->sender);
    EXPECT_EQ(letter->sender.get(), nullptr);
    EXPECT_FALSE(letter->sender.handle());
    EXPECT_EQ(signed_one->sender->name, "Ada");
    static_assert(std::is_same_v<decltype(*letter->sender), const Person&>, "what is changed in a stand-in is lost");
    // Loaded for all at once, as every belongs_to.
    const auto all = s.query<Letter>().order_by(&Letter::id).all();
    std::string names;
    for (const Letter& each : all) names += each.sender->name + " ";
    EXPECT_EQ(names, "Guest Ada ");
    signed_one->sender.dissociate();
    EXPECT_EQ(signed_one->sender->name, "Guest");
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM person"), "Ada");
    const writing::Misspelt wrong{};
    EXPECT_TRUE(contains(thrown<kin::unknown_name>([&] { (void)wrong.sender->name; }).what(), "nmae"));
}

TEST_F(write_helpers, refuse_what_is_in_no_session) {
    User plain{.name = "P"};
    const auto refused = thrown<kin::usage_error>([&] { plain.posts.create(Post{.title = "x"}); });
    EXPECT_TRUE(contains(refused.what(), "no session")) << refused.what();
    (void)thrown<kin::usage_error>([&] { plain.profile.create(Profile{}); });
    Post alone{.title = "t"};
    (void)thrown<kin::usage_error>([&] { alone.author.dissociate(); });
    kin::ref<User> kept;
    {
        kin::session s{db};
        kept = s.get<User>(1);
    }
    const auto gone = thrown<kin::usage_error>([&] { kept->posts.create(Post{.title = "x"}); });
    EXPECT_TRUE(contains(gone.what(), "User.posts")) << gone.what();
    kin::session s{db};
    auto eve = s.add(User{.name = "Eve", .email = "e@x"});
    s.rollback();
    EXPECT_TRUE(
        contains(thrown<kin::usage_error>([&] { eve->posts.create(Post{.title = "x"}); }).what(), "add it again"));
}

TEST_F(write_helpers, what_is_removed_is_neither_the_first_nor_updated) {
    kin::session s{db};
    auto ada = s.get<User>(1);
    auto old = ada->profile.create(Profile{.text = "old"});
    s.remove(old);
    auto made = ada->profile.first_or_create(Profile{.text = "made"});
    EXPECT_NE(made, old);
    s.remove(made);
    auto last = ada->profile.update_or_create(Profile{.text = "last"});
    EXPECT_NE(last, made);
    EXPECT_EQ(ada->profile, last);
    s.commit();
    EXPECT_EQ(rows("SELECT user_id, text FROM profile"), "1|last");
}

TEST_F(write_helpers, flush_what_is_staged_before_they_look_whoever_flushes_otherwise) {
    kin::session s{db};
    auto ada = s.get<User>(1), bob = s.get<User>(2);
    auto post = ada->posts.create(Post{.title = "looms"});
    s.autoflush(false);
    post->author = bob;
    EXPECT_NE(ada->posts.first_or_create(Post{.title = "looms"}, &Post::title), post);
    s.commit();
    EXPECT_EQ(posts(), "1|2|looms; 2|1|looms");
}

}  // namespace
