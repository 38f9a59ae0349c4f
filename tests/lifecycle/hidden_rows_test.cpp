// Rows that a model does not show, where a key or a unique value names them: removed and kept, or out of its scope.
#include <kin/repository.hpp>

#include "support/fixture.hpp"

namespace kin::test {
namespace {

using namespace kin::expr;

struct Tag {
    kin::key<Tag> id{};
    std::string name{};
    int weight{};
    kin::soft_deleted_at removed_at{};

    static constexpr auto table = kin::table("tags").unique("name");
};

struct Page;
struct Site {
    kin::key<Site> id{};
    std::string name{};
    kin::has_many<Page> pages{};
};
struct Page {
    kin::key<Page> id{};
    kin::key<Site> site_id{};
    std::string path{};
    bool open{};

    static constexpr auto table = kin::table("pages").unique("site_id", "path");
    static auto scope() { return col(&Page::open) == true; }
};

class hidden_rows : public with_database<models<Tag, Site, Page>> {
  protected:
    hidden_rows() {
        run("INSERT INTO tags VALUES (1, 'red', 5, NULL), (2, 'old', 7, '2020-01-01 00:00:00');"
            "INSERT INTO site VALUES (1, 'kin');"
            "INSERT INTO pages VALUES (1, 1, '/', true), (2, 1, '/draft', false);");
    }
};

TEST_F(hidden_rows, get_shows_no_removed_row_that_the_session_knows) {
    session s{db};
    const auto old = s.query<Tag>().only_removed().one();
    EXPECT_EQ(old->name, "old");
    EXPECT_FALSE(s.get<Tag>(2));
    (void)thrown<not_found>([&] { (void)s.get_one<Tag>(2); });
    EXPECT_FALSE(repository<Tag>{s}.find(2));
    s.restore(old);
    EXPECT_EQ(s.get<Tag>(2), old);
}

TEST_F(hidden_rows, get_asks_the_scope_also_of_what_the_session_knows) {
    session s{db};
    const auto all = s.query<Page>().without_scope().all();
    ASSERT_EQ(all.size(), 2u);
    log.clear();
    EXPECT_TRUE(s.get<Page>(1));
    EXPECT_FALSE(s.get<Page>(2));
    EXPECT_EQ(log.count("SELECT"), 2u) << log.text();
    // What is staged counts, as with every query.
    all.handle(1)->open = true;
    EXPECT_EQ(s.get<Page>(2), all.handle(1));
    EXPECT_EQ(log.count("UPDATE"), 1u);
    // Of a model without a scope nothing is sent.
    (void)s.get<Tag>(1);
    log.clear();
    EXPECT_TRUE(s.get<Tag>(1));
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(hidden_rows, get_or_create_says_that_a_removed_row_holds_the_value) {
    session s{db};
    const auto e = thrown<unique_violation>([&] { s.get_or_create(Tag{.name = "old"}, &Tag::name); });
    EXPECT_TRUE(contains(e.message(), "a Tag with name = 'old' was removed, and its row stayed: restore it"))
        << e.what();
    EXPECT_EQ(log.count("INSERT"), 1u);
    // Beside others: nothing is made, and the session goes on.
    (void)thrown<unique_violation>([&] {
        s.get_or_create(std::vector<Tag>{{.name = "new"}, {.name = "old"}, {.name = "red"}}, &Tag::name);
    });
    EXPECT_EQ(s.query<Tag>().with_removed().count(), 2);
    // Also where the session knows the row.
    const auto old = s.query<Tag>().only_removed().one();
    (void)thrown<unique_violation>([&] { s.get_or_create(Tag{.name = "old"}, &Tag::name); });
    (void)thrown<unique_violation>([&] {
        repository<Tag>{s}.upsert_many({{.name = "red", .weight = 9}, {.name = "old", .weight = 1}}, &Tag::name);
    });
    EXPECT_EQ(s.get_or_create(Tag{.name = "red"}, &Tag::name)->weight, 5);
    s.restore(old);
    EXPECT_EQ(s.get_or_create(Tag{.name = "old", .weight = 1}, &Tag::name), old);
    s.commit();
    EXPECT_EQ(rows("SELECT name, weight FROM tags WHERE removed_at IS NULL ORDER BY id"), "red|5; old|7");
    // Behind a row that was removed for good the value is free.
    s.remove_for_good(old);
    EXPECT_NE(s.get_or_create(Tag{.name = "old", .weight = 1}, &Tag::name), old);
    s.commit();
    EXPECT_EQ(rows("SELECT weight FROM tags WHERE name = 'old'"), "1");
}

TEST_F(hidden_rows, what_was_written_before_stays_where_a_hidden_row_is_met) {
    session s{db};
    s.add(Tag{.name = "first"});
    s.flush();
    (void)thrown<unique_violation>([&] { s.get_or_create(Tag{.name = "old"}, &Tag::name); });
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM tags ORDER BY id"), "red; old; first");
}

TEST_F(hidden_rows, first_or_create_says_that_a_scope_hides_the_row) {
    session s{db};
    auto kin = s.get_one<Site>(1);
    const auto e = thrown<unique_violation>([&] { kin->pages.first_or_create(Page{.path = "/draft"}, &Page::path); });
    EXPECT_TRUE(contains(e.message(), "Page::scope() hides it")) << e.what();
    EXPECT_EQ(kin->pages.first_or_create(Page{.path = "/"}, &Page::path)->id.value, 1);
    // A row that is made out of sight is given once, by who made it.
    EXPECT_FALSE(s.get_or_create(Page{.site_id = 1, .path = "/new"}, &Page::site_id, &Page::path)->open);
    s.commit();
    EXPECT_EQ(rows("SELECT path FROM pages ORDER BY id"), "/; /draft; /new");
}

}  // namespace
}  // namespace kin::test
