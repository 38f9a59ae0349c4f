// Every write counts its rows: fewer or more than it asked for is stale_object, and nothing of the flush stays.
#include "support/fixture.hpp"

namespace row_counts {

struct Owner {
    kin::key<Owner> id{};
    static constexpr auto table = kin::table("count_owner");
};
struct Plain {
    kin::key<Plain> id{};
    kin::key<Owner> owner_id{};
    static constexpr auto table = kin::table("count_plain");
};
struct Cascading {
    kin::key<Cascading> id{};
    kin::key<Owner> owner_id{};
    static constexpr auto table = kin::table("count_cascading").foreign_key("owner_id", kin::on_delete::cascade);
};
struct Node {
    kin::key<Node> id{};
    std::optional<kin::key<Node>> above_id{};
    kin::belongs_to<Node> above{};
    kin::has_many<Node, kin::owned> below{};
    static constexpr auto table = kin::table("count_node");
};

struct Link;
struct Tag {
    kin::key<Tag> id{};
};
struct Page {
    kin::key<Page> id{};
    kin::many_to_many<Tag, kin::pivot<"count_page_tag">> tags{};
    kin::many_to_many<Tag, Link> linked{};
    static constexpr auto table = kin::table("count_page");
};
struct Link {
    kin::key<Page> page_id{};
    kin::key<Tag> tag_id{};
    static constexpr auto table = kin::table("count_link").primary_key("page_id", "tag_id");
};

// A table whose column is not unique, though the model takes it for its key.
struct Entry {
    kin::key<Entry> id{};
    std::string text{};
    static constexpr auto table = kin::table("count_log");
};

}  // namespace row_counts

namespace {

using namespace row_counts;

class row_counts_of
    : public kin::test::with_database<kin::models<Owner, Plain, Cascading, Node>, kin::models<Page, Tag, Link>> {
  protected:
    kin::session s{db};

    template <class M>
    void expect_stale(const char* table) {
        auto o = s.add(Owner{});
        s.flush();
        auto gone = s.add(M{.owner_id = o->id});
        auto there = s.add(M{.owner_id = o->id});
        s.commit();
        run(std::string{"DELETE FROM "} + table + " WHERE id = " + std::to_string(gone->id.value));
        s.remove(gone);
        s.remove(there);
        EXPECT_THROW(s.commit(), kin::stale_object) << table;
        s.rollback();
        EXPECT_EQ(rows(std::string{"SELECT count(*) FROM "} + table), "1");
    }
};

TEST_F(row_counts_of, a_row_that_is_gone_cannot_be_removed_whatever_its_keys_are) {
    expect_stale<Plain>("count_plain");
    expect_stale<Cascading>("count_cascading");
}

TEST_F(row_counts_of, a_row_that_goes_with_another_in_the_same_flush_counts_as_asked) {
    auto o = s.add(Owner{});
    s.flush();
    auto c = s.add(Cascading{.owner_id = o->id});
    s.commit();
    s.remove(o);
    s.remove(c);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM count_cascading"), "0");
    auto root = s.add(Node{.below = {Node{.below = {Node{}}}}});
    s.commit();
    for (Node& n : s.query<Node>().all()) s.remove(n);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM count_node"), "0");
    (void)root;
}

TEST_F(row_counts_of, a_row_of_a_tree_that_is_gone_and_not_below_another_is_missed) {
    auto a = s.add(Node{});
    auto b = s.add(Node{.below = {Node{}}});
    s.commit();
    run("DELETE FROM count_node WHERE id = " + std::to_string(a->id.value));
    s.remove(a);
    s.remove(b);
    s.remove(b->below[0]);
    EXPECT_THROW(s.commit(), kin::stale_object);
    s.rollback();
    EXPECT_EQ(rows("SELECT count(*) FROM count_node"), "2");
}

TEST_F(row_counts_of, a_link_that_is_gone_cannot_be_removed) {
    auto t = s.add(Tag{});
    auto u = s.add(Tag{});
    auto p = s.add(Page{});
    p->tags.push_back(t);
    p->tags.push_back(u);
    p->linked.push_back(t);
    s.commit();
    const std::string of_t = " WHERE tag_id = " + std::to_string(t->id.value);
    run("DELETE FROM count_page_tag" + of_t);
    p->tags.erase(t);
    p->tags.erase(u);
    const auto e = kin::test::thrown<kin::stale_object>([&] { s.commit(); });
    EXPECT_TRUE(kin::test::contains(e.message(), "count_page_tag")) << e.message();
    s.rollback();
    EXPECT_EQ(rows("SELECT count(*) FROM count_page_tag"), "1");
    run("DELETE FROM count_link" + of_t);
    p->linked.erase(t);
    EXPECT_THROW(s.commit(), kin::stale_object);
    s.rollback();
}

TEST_F(row_counts_of, a_key_that_is_not_unique_in_the_table_is_found_out) {
    run("CREATE TABLE count_log (id BIGINT, text TEXT NOT NULL)");
    outside.connect()->script("INSERT INTO count_log VALUES (1, 'a'), (1, 'b'), (2, 'c')");
    auto all = s.query<Entry>().all();
    ASSERT_EQ(all.size(), 3u);
    all[0].text = "changed";
    const auto e = kin::test::thrown<kin::stale_object>([&] { s.flush(); });
    EXPECT_TRUE(kin::test::contains(e.message(), "not unique")) << e.message();
    s.rollback();
    s.remove(s.get<Entry>(1));
    EXPECT_THROW(s.flush(), kin::stale_object);
    s.rollback();
    s.remove(s.get<Entry>(1));
    s.remove(s.get<Entry>(2));
    EXPECT_THROW(s.flush(), kin::stale_object);
    s.rollback();
    EXPECT_EQ(rows("SELECT id, text FROM count_log ORDER BY text"), "1|a; 1|b; 2|c");
    s.get<Entry>(2)->text = "changed";
    s.commit();
    EXPECT_EQ(rows("SELECT id, text FROM count_log ORDER BY text"), "1|a; 1|b; 2|changed");
}

TEST_F(row_counts_of, a_view_whose_triggers_write_elsewhere_is_looked_at_where_the_database_does_not_count) {
    if (kin::test::engine_name() != "sqlite") {  // the view itself can be written
        run("CREATE TABLE count_texts (id BIGINT PRIMARY KEY, full_text TEXT NOT NULL)");
        run("CREATE VIEW count_log AS SELECT id, full_text AS text FROM count_texts");
    } else {
        run("CREATE TABLE count_texts (id INTEGER PRIMARY KEY, full_text TEXT NOT NULL)");
        run("CREATE VIEW count_log AS SELECT id, full_text AS text FROM count_texts");
        run("CREATE TRIGGER count_u INSTEAD OF UPDATE ON count_log BEGIN "
            "UPDATE count_texts SET full_text = NEW.text WHERE id = OLD.id; END");
        run("CREATE TRIGGER count_d INSTEAD OF DELETE ON count_log BEGIN DELETE FROM count_texts WHERE id = OLD.id; "
            "END");
    }
    run("INSERT INTO count_texts VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    auto all = s.query<Entry>().order_by(&Entry::id).all();
    all[0].text = "changed";
    s.remove(all[1]);
    s.commit();
    EXPECT_EQ(rows("SELECT id, full_text FROM count_texts ORDER BY id"), "1|changed; 3|c");
    all[0].text = "again";
    run("DELETE FROM count_texts WHERE id = 1");
    EXPECT_THROW(s.commit(), kin::stale_object);
    s.rollback();
}

}  // namespace
