// Which reads flush first: those of a table that the flush would write, cascades included; and no others.
#include "support/fixture.hpp"

namespace {

using namespace kin::expr;

struct Child;
struct Loose;
struct Link;
struct Tag;
struct Leaf;
struct Trace;
struct Parent {
    kin::key<Parent> id{};
    std::string name{};
    kin::has_many<Child, kin::owned> children{};
    kin::has_many<Loose> loose{};
    kin::many_to_many<Tag, Link> tags{};
    kin::has_many<Trace> traces{};
    static constexpr auto table = kin::table("parents");
};
struct Child {
    kin::key<Child> id{};
    kin::key<Parent> parent_id{};
    int views{};
    kin::belongs_to<Parent> parent{};
    kin::has_many<Leaf, kin::owned> leaves{};
    static constexpr auto table = kin::table("children");
};
struct Leaf {
    kin::key<Leaf> id{};
    kin::key<Child> child_id{};
    kin::belongs_to<Child> child{};
    static constexpr auto table = kin::table("leaves");
};
struct Loose {
    kin::key<Loose> id{};
    std::optional<kin::key<Parent>> parent_id{};
    kin::belongs_to<Parent> parent{};
};
struct Tag {
    kin::key<Tag> id{};
};
struct Link {
    kin::key<Parent> parent_id{};
    kin::key<Tag> tag_id{};
    static constexpr auto table = kin::table("link").primary_key("parent_id", "tag_id");
};
struct Trace {  // gone by the database
    kin::key<Trace> id{};
    kin::key<Parent> parent_id{};
    static constexpr auto table = kin::table("traces").foreign_key("parent_id", kin::on_delete::cascade);
};
struct Page;
struct Note;
struct Site {
    kin::key<Site> id{};
    kin::updated_at updated_at{};
    kin::has_many<Page, kin::owned> pages{};
};
struct Page {
    kin::key<Page> id{};
    kin::key<Site> site_id{};
    std::string text{};
    kin::soft_deleted_at removed_at{};
    kin::belongs_to<Site, kin::touches> site{};
    kin::has_many<Note, kin::owned> notes{};
};
struct Note {
    kin::key<Note> id{};
    kin::key<Page> page_id{};
    kin::soft_deleted_at removed_at{};
};

class autoflush : public kin::test::with_database<kin::models<Parent, Child, Loose, Tag, Link, Leaf, Trace>> {
  protected:
    autoflush() {
        kin::session s{db};
        s.add(Parent{.children = {Child{.leaves = {Leaf{}}}, Child{}}, .loose = {Loose{}}, .tags = {Tag{}}});
        s.flush();
        s.add(Trace{.parent_id = 1});
        s.commit();
        log.clear();
    }
    /// What a query says of a parent's removal that is not flushed, with everything loaded and with nothing.
    template <class Ask>
    void expect_removed(std::int64_t right, Ask ask) {
        for (const bool loaded : {false, true}) {
            kin::session s{db};
            auto p = s.get<Parent>(1);
            if (loaded) (void)(p->children.size() + p->loose.size() + p->tags.size());
            s.remove(p);
            EXPECT_EQ(ask(s), right) << (loaded ? "loaded" : "unloaded");
            log.clear();
        }
    }
};

TEST_F(autoflush, a_removal_is_seen_in_all_that_it_takes_along) {
    expect_removed(0, [](kin::session& s) { return s.query<Child>().count(); });
    expect_removed(0, [](kin::session& s) { return s.query<Leaf>().count(); });
    expect_removed(0, [](kin::session& s) { return s.query<Link>().count(); });
    expect_removed(0, [](kin::session& s) { return s.query<Trace>().count(); });
    expect_removed(0, [](kin::session& s) { return std::ssize(s.query<Leaf>().all()); });
    expect_removed(1, [](kin::session& s) { return s.query<Loose>().where(col(&Loose::parent_id).is_null()).count(); });
    expect_removed(1, [](kin::session& s) { return s.query<Loose>().where(none(&Loose::parent)).count(); });
}

TEST_F(autoflush, what_a_change_does_not_reach_is_read_without_a_flush) {
    kin::session s{db};
    s.remove(s.get<Parent>(1));
    EXPECT_EQ(s.query<Tag>().count(), 1);
    EXPECT_EQ(log.count("DELETE"), 0u);
    s.rollback();
    s.get<Parent>(1)->name = "other";
    EXPECT_EQ(s.query<Child>().count(), 2);
    EXPECT_EQ(s.query<Trace>().count(), 1);
    EXPECT_EQ(log.count("UPDATE"), 0u);
    const auto c = s.get<Child>(1);
    EXPECT_EQ(c->parent->name, "other");  // a key leads to what is in memory
    EXPECT_EQ(log.count("UPDATE"), 0u);
}

TEST_F(autoflush, a_get_of_what_is_not_here_asks_too) {
    kin::session s{db};
    s.add(Tag{.id = 77});
    EXPECT_TRUE(s.get<Tag>(77));
    s.remove(s.get<Parent>(1));
    EXPECT_FALSE(s.get<Leaf>(1));
    s.rollback();
    s.get<Parent>(1)->name = "other";
    log.clear();
    s.get<Child>(1)->views = 3;
    s.add(Tag{});
    EXPECT_TRUE(s.get<Child>(2));
    EXPECT_TRUE(s.get<Tag>(1));
    EXPECT_EQ(log.count("UPDATE") + log.count("INSERT"), 0u);
}

TEST_F(autoflush, a_relation_of_what_is_to_be_removed_can_be_read_before_it_goes) {
    kin::session s{db};
    const auto p = s.get<Parent>(1);
    s.remove(p);
    EXPECT_EQ(p->children.size(), 2u);
    EXPECT_EQ(log.count("DELETE"), 0u);
}

TEST_F(autoflush, every_level_of_a_loading_counts) {
    const auto c = col(&Child::views) >= 100;
    const auto found = [&](auto loading) {
        kin::session s{db};
        s.get<Child>(1)->views = 100;
        const auto all = s.query<Parent>().with(loading).all();
        return std::as_const(all)[0].children.size();
    };
    EXPECT_EQ(found(selectin(&Parent::children).where(c)), 1u);
    EXPECT_EQ(found(subquery(&Parent::children).where(c)), 1u);
    EXPECT_EQ(found(joined(&Parent::children).where(c)), 1u);
    EXPECT_EQ(found(batch(&Parent::children).where(c)), 1u);

    const auto nested = [&](auto loading) {
        kin::session s{db};
        s.get<Child>(1)->views = 100;
        const auto all = s.query<Tag>().where(col(&Tag::id) == 1).all();
        (void)all;
        const auto loose = s.query<Loose>().with(loading).all();
        return std::as_const(loose)[0].parent->children.size();
    };
    EXPECT_EQ(nested(selectin(&Loose::parent).with(joined(&Parent::children).where(c))), 1u);
    EXPECT_EQ(nested(subquery(&Loose::parent).with(joined(&Parent::children).where(c))), 1u);
    EXPECT_EQ(nested(joined(&Loose::parent).with(selectin(&Parent::children).where(c))), 1u);
    EXPECT_EQ(nested(batch(&Loose::parent).with(joined(&Parent::children).where(c))), 1u);
}

TEST_F(autoflush, a_to_one_with_a_condition_reads_its_target) {
    const auto c = col(&Parent::name) == "new";
    const auto found = [&](auto loading) {
        kin::session s{db};
        s.get<Parent>(1)->name = "new";
        const auto all = s.query<Child>().with(loading).all();
        return static_cast<bool>(std::as_const(all)[0].parent);
    };
    EXPECT_TRUE(found(selectin(&Child::parent).where(c)));
    EXPECT_TRUE(found(subquery(&Child::parent).where(c)));
    EXPECT_TRUE(found(batch(&Child::parent).where(c)));
    EXPECT_TRUE(found(joined(&Child::parent).where(c)));
    kin::session s{db};
    s.get<Parent>(1)->name = "new";
    log.clear();
    (void)s.query<Child>().with(&Child::parent).all();
    EXPECT_EQ(log.count("UPDATE"), 0u);  // by key alone
}

TEST_F(autoflush, a_to_one_with_a_condition_reads_the_key_of_an_owner_that_is_here) {
    kin::session s{db};
    const auto child = s.get<Child>(1);
    child->parent = s.add(Parent{.name = "other"});
    log.clear();
    const auto leaves =
        s.query<Leaf>()
            .with(selectin(&Leaf::child).with(selectin(&Child::parent).where(col(&Parent::name) == "nobody")))
            .all();
    EXPECT_EQ(log.count("UPDATE"), 1u);
    EXPECT_FALSE(leaves[0].child->parent);
}

TEST_F(autoflush, counts_and_projections_ask_the_same) {
    kin::session s{db};
    const auto p = s.get<Parent>(1);
    s.add(Child{.parent_id = 1});
    EXPECT_EQ(p->children.count(), 3);
    s.add(Child{.parent_id = 1});
    EXPECT_EQ(s.query<Parent>().with_count(&Parent::children).one()->children.count(), 4);
    s.add(Leaf{.child_id = 2});
    EXPECT_EQ(s.query<Child>().where(any(&Child::leaves)).select(&Child::id).all().size(), 2u);
    s.add(Leaf{.child_id = 3});
    EXPECT_TRUE(s.query<Child>().where(col(&Child::id) == 3 && any(&Child::leaves)).exists());
    s.add(Leaf{.child_id = 4});
    EXPECT_EQ(s.query<Child>().where(any(&Child::leaves)).update(set(&Child::views, 7)), 4);
}

class autoflush_along : public kin::test::with_database<kin::models<Site, Page, Note>> {};

TEST_F(autoflush_along, touched_parents_and_soft_removals) {
    kin::session s{db};
    s.add(Site{.pages = {Page{.text = "a", .notes = {Note{}, Note{}}}}});
    s.commit();
    s.get<Page>(1)->text = "b";
    log.clear();
    EXPECT_EQ(s.query<Note>().count(), 2);
    EXPECT_EQ(log.count("UPDATE"), 0u);
    EXPECT_EQ(s.query<Site>().count(), 1);
    EXPECT_EQ(log.count("UPDATE"), 2u);  // the page, and the site that it touches
    s.remove(s.get<Page>(1));
    EXPECT_EQ(s.query<Note>().count(), 0);
    s.commit();
    auto page = s.query<Page>().with_removed().one();
    s.restore(page);
    EXPECT_EQ(s.query<Note>().count(), 2);
}

}  // namespace
