// get_or_create: found in the session, found in the database, or made; also while others make the same.
#include <thread>

#include "support/fixture.hpp"

namespace {

using kin::ref;
using kin::test::contains;
using kin::test::thrown;

struct Label;
struct Tag {
    kin::key<Tag> id{};
    std::string name{};
    std::optional<std::string> note{};
    kin::created_at made{};
    kin::has_many<Label> labels{};

    static constexpr auto table = kin::table("tags").unique("name").check("length(name) < 20");
};
struct Label {
    kin::key<Label> id{};
    kin::key<Tag> tag_id{};
    std::string language{};
    std::string text{};
    kin::belongs_to<Tag> tag{};

    static constexpr auto table = kin::table("labels").unique("language", "tag_id");
};
struct Unit {
    kin::key<Unit, std::string> code{};
    std::string name{};
};

class get_or_create : public kin::test::with_database<kin::models<Tag, Label, Unit>> {
  protected:
    kin::session s{db};
};

TEST_F(get_or_create, makes_a_row_with_one_insert_and_one_select) {
    const auto tag = s.get_or_create(Tag{.name = "c++", .note = "new"}, &Tag::name);
    EXPECT_EQ(log.text(), "INSERT INTO tags; SELECT id, name,");
    EXPECT_TRUE(contains(log.entries()[0].sql, kin::test::can(kin::test::capability::conflicts_by_columns)
                                                   ? "ON CONFLICT (\"name\") DO NOTHING"
                                                   : "ON DUPLICATE KEY UPDATE \"name\" = \"name\""))
        << log.entries()[0].sql;
    EXPECT_EQ(tag.get()->id.value, 1);
    EXPECT_EQ(tag.get()->note, "new");
    EXPECT_NE(tag.get()->made, kin::created_at{});
    EXPECT_FALSE(s.dirty());
    EXPECT_EQ(tag->labels.size(), 0u);  // known to be empty
    EXPECT_EQ(s.get<Tag>(1), tag);
    EXPECT_EQ(log.count(), 2u);
    s.commit();
    EXPECT_EQ(rows("SELECT id, name, note FROM tags"), "1|c++|new");
}

TEST_F(get_or_create, sends_nothing_for_what_the_session_knows) {
    const auto pending = s.add(Tag{.name = "c++"});
    EXPECT_EQ(s.get_or_create(Tag{.name = "c++", .note = "ignored"}, &Tag::name), pending);
    s.commit();
    log.clear();
    EXPECT_EQ(s.get_or_create(Tag{.name = "c++", .note = "ignored"}, &Tag::name), pending);
    EXPECT_EQ(log.count(), 0u);
    pending->name = "rust";
    EXPECT_EQ(s.get_or_create(Tag{.name = "rust"}, &Tag::name), pending);
    EXPECT_EQ(log.count(), 0u);
    // The former name is free again once the change is flushed.
    EXPECT_NE(s.get_or_create(Tag{.name = "c++"}, &Tag::name), pending);
    EXPECT_EQ(log.text(2), "UPDATE tags; INSERT INTO; SELECT id,");
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM tags ORDER BY id"), "rust; c++");
}

TEST_F(get_or_create, a_removed_object_is_not_found_but_made_anew) {
    const auto old = s.get_or_create(Tag{.name = "c++"}, &Tag::name);
    s.commit();
    s.remove(old);
    const auto tag = s.get_or_create(Tag{.name = "c++"}, &Tag::name);
    EXPECT_NE(tag, old);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM tags"), "1");
}

TEST_F(get_or_create, finds_the_row_that_another_session_made_in_between) {
    EXPECT_FALSE(s.query<Tag>().where(kin::expr::col(&Tag::name) == "c++").exists());
    s.commit();
    kin::session other{db};
    (void)other.get_or_create(Tag{.name = "c++", .note = "theirs"}, &Tag::name);
    other.commit();
    log.clear();
    const auto tag = s.get_or_create(Tag{.name = "c++", .note = "ours"}, &Tag::name);
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(tag.get()->note, "theirs");
    EXPECT_FALSE(s.dirty());
    s.commit();
    EXPECT_EQ(rows("SELECT name, note FROM tags"), "c++|theirs");
}

TEST_F(get_or_create, finds_the_row_that_came_after_its_transaction_had_begun_to_read) {
    KIN_NEEDS(row_locks);
    EXPECT_FALSE(s.query<Tag>().exists());
    kin::session other{db};
    (void)other.get_or_create(std::vector<Tag>{{.name = "a", .note = "theirs"}, {.name = "b"}}, &Tag::name);
    other.commit();
    const auto tags = s.get_or_create(std::vector<Tag>{{.name = "a"}, {.name = "b"}, {.name = "c"}}, &Tag::name);
    EXPECT_EQ(tags[0].get()->note, "theirs");
    EXPECT_EQ(tags[2].get()->name, "c");
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM tags ORDER BY name"), "a; b; c");
}

TEST_F(get_or_create, an_object_whose_row_was_renamed_by_others_takes_the_new_name) {
    const auto tag = s.get_or_create(Tag{.name = "c"}, &Tag::name);
    s.commit();
    run("UPDATE tags SET name = 'c++'");
    EXPECT_EQ(s.get_or_create(Tag{.name = "c++"}, &Tag::name), tag);
    EXPECT_EQ(tag.get()->name, "c++");
}

TEST_F(get_or_create, many_threads_agree_on_one_row_for_each_name) {
    kin::database shared{place_.patient_url(), {.max = 4}};
    std::vector<std::vector<std::int64_t>> ids(4);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < ids.size(); ++t) {
        threads.emplace_back([&, t] {
            kin::session mine{shared};
            for (int i = 0; i < 25; ++i) {
                ids[t].push_back(mine.get_or_create(Tag{.name = std::to_string(i)}, &Tag::name).get()->id.value);
                mine.commit();
            }
        });
    }
    for (std::thread& t : threads) t.join();
    for (const auto& each : ids) EXPECT_EQ(each, ids[0]);
    EXPECT_EQ(rows("SELECT count(*), count(DISTINCT name) FROM tags"), "25|25");
}

TEST_F(get_or_create, a_batch_is_two_statements_in_order_and_without_duplicates) {
    run("INSERT INTO tags (name, note, made) VALUES ('b', 'row', '2024-01-01 00:00:00')");
    const auto mine = s.add(Tag{.name = "c", .note = "mine"});
    const auto tags = s.get_or_create(
        std::vector<Tag>{{.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "a"}, {.name = "d"}}, &Tag::name);
    ASSERT_EQ(tags.size(), 5u);
    EXPECT_EQ(log.text(), "INSERT INTO tags; INSERT INTO tags; SELECT id, name,");  // `mine` first
    std::string names;
    for (const auto& t : tags) names += t.get()->name;
    EXPECT_EQ(names, "abcad");
    EXPECT_EQ(tags[0], tags[3]);
    EXPECT_EQ(tags[2], mine);
    EXPECT_EQ(tags[1].get()->note, "row");
    EXPECT_TRUE(s.get_or_create(std::vector<Tag>{}, &Tag::name).empty());
    log.clear();
    EXPECT_EQ(s.get_or_create(std::vector<Tag>{{.name = "d"}, {.name = "a"}}, &Tag::name).front(), tags[4]);
    EXPECT_EQ(log.count(), 0u);
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM tags ORDER BY name"), "a; b; c; d");
}

TEST_F(get_or_create, thousands_at_once) {
    std::vector<Tag> many;
    for (int i = 0; i < 2500; ++i) many.push_back({.name = std::to_string(i)});
    const auto tags = s.get_or_create(many, &Tag::name);
    EXPECT_EQ(log.count("INSERT"), 1u);
    EXPECT_EQ(log.count("SELECT"), 3u);
    for (std::size_t i = 0; i < many.size(); ++i) ASSERT_EQ(tags[i].get()->name, many[i].name);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM tags"), "2500");
}

TEST_F(get_or_create, several_columns_and_keys) {
    const auto tag = s.get_or_create(Tag{.name = "bread"}, &Tag::name);
    EXPECT_EQ(tag->labels.size(), 0u);
    const auto label =
        s.get_or_create(Label{.tag_id = tag->id, .language = "de", .text = "Brot"}, &Label::tag_id, &Label::language);
    EXPECT_EQ(tag->labels.size(), 1u);  // the loaded side follows
    EXPECT_EQ(tag->labels.handle(0), label);
    EXPECT_EQ(s.get_or_create(Label{.tag_id = tag->id, .language = "de"}, &Label::language, &Label::tag_id), label);
    const auto both = s.get_or_create(std::vector<Label>{{.tag_id = tag->id, .language = "de"},
                                                         {.tag_id = tag->id, .language = "fr", .text = "pain"}},
                                      &Label::tag_id, &Label::language);
    EXPECT_EQ(both[0], label);
    EXPECT_NE(both[1], label);

    const auto metre = s.get_or_create(Unit{.code = {"m"}, .name = "metre"}, &Unit::code);
    EXPECT_EQ(s.get_or_create(Unit{.code = {"m"}, .name = "mile"}, &Unit::code), metre);
    EXPECT_EQ(s.get_or_create(Tag{.id = {7}, .name = "seven"}, &Tag::id).get()->id.value, 7);
    s.commit();
    EXPECT_EQ(rows("SELECT language, text FROM labels ORDER BY id"), "de|Brot; fr|pain");
    EXPECT_EQ(rows("SELECT code, name FROM unit"), "m|metre");
}

TEST_F(get_or_create, a_rollback_makes_what_was_made_a_plain_value_that_can_be_added_again) {
    const auto tag = s.get_or_create(Tag{.name = "c++"}, &Tag::name);
    s.rollback();
    EXPECT_EQ(tag.get()->name, "c++");
    EXPECT_EQ(tag.get()->id.value, 0);
    EXPECT_FALSE(s.get<Tag>(1));
    EXPECT_FALSE(s.dirty());
    const auto again = s.get_or_create(Tag{.name = "c++"}, &Tag::name);
    EXPECT_NE(again, tag);
    s.rollback();
    s.add(tag);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*), min(name) FROM tags"), "1|c++");
}

TEST_F(get_or_create, a_savepoint_takes_back_what_was_made_after_it) {
    const auto a = s.get_or_create(Tag{.name = "a"}, &Tag::name);
    {
        auto point = s.savepoint();
        (void)s.get_or_create(std::vector<Tag>{{.name = "a"}, {.name = "b"}}, &Tag::name);
        point.rollback();
    }
    EXPECT_EQ(s.get_or_create(Tag{.name = "a"}, &Tag::name), a);
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM tags"), "a");
}

TEST_F(get_or_create, one_row_refused_is_none_made) {
    const auto kept = s.get_or_create(Tag{.name = "kept"}, &Tag::name);
    const std::vector<Tag> bad{{.name = "good"}, {.name = "much too long for a tag"}};
    (void)thrown<kin::check_violation>([&] { (void)s.get_or_create(bad, &Tag::name); });
    EXPECT_EQ(s.get_or_create(Tag{.name = "kept"}, &Tag::name), kept);
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM tags"), "kept");
    (void)thrown<kin::check_violation>([&] { (void)s.get_or_create(bad, &Tag::name); });
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM tags"), "kept");
    // Another unique column is no reason to look away.
    (void)thrown<kin::unique_violation>([&] { (void)s.get_or_create(Tag{.id = {9}, .name = "kept"}, &Tag::id); });
    s.rollback();
    (void)thrown<kin::unique_violation>([&] {
        (void)s.get_or_create(std::vector<Tag>{{.id = {8}, .name = "new"}, {.id = {9}, .name = "kept"}}, &Tag::id);
    });
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM tags"), "kept");
}

TEST_F(get_or_create, refuses_what_it_cannot_tell_apart) {
    const auto plain = thrown<kin::mapping_error>([&] { (void)s.get_or_create(Tag{.note = "x"}, &Tag::note); });
    EXPECT_TRUE(contains(plain.message(), "nothing says that Tag's note is"));
    EXPECT_TRUE(contains(plain.where().file_name(), "get_or_create_test.cpp"));
    const auto half = thrown<kin::mapping_error>([&] { (void)s.get_or_create(Label{}, &Label::language); });
    EXPECT_TRUE(contains(half.message(), "unique"));
    const auto tag = s.get_or_create(Tag{.name = "t"}, &Tag::name);
    const auto related = thrown<kin::usage_error>(
        [&] { (void)s.get_or_create(Label{.language = "de", .tag = tag}, &Label::tag_id, &Label::language); });
    EXPECT_TRUE(contains(related.message(), "Label.tag"));
}

}  // namespace
