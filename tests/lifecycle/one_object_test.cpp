// One object for one row, whatever is undone, whoever asks, and whatever else the program maps.
#include <kin/mapping/model.hpp>

#include "support/fixture.hpp"

namespace one_object {

struct Child;
struct Parent {
    kin::key<Parent> id{};
    std::string name{};
    kin::has_one<Child, kin::owned> child{};
};
struct Child {
    kin::key<Child> id{};
    std::string name{};
    kin::key<Parent> parent_id{};
    kin::belongs_to<Parent> parent{};
    static constexpr auto table = kin::table("one_child").unique("parent_id");
};

// Association objects: their key is the pair.
struct Link;
struct Right;
struct Left {
    kin::key<Left> id{};
    kin::has_many<Link, kin::owned> links{};
};
struct Right {
    kin::key<Right> id{};
};
struct Link {
    kin::key<Left> left_id{};
    kin::key<Right> right_id{};
    std::string note{};
    kin::belongs_to<Left> left{};
    kin::belongs_to<Right> right{};
    static constexpr auto table = kin::table("one_link").primary_key("left_id", "right_id");
};

// A key that means something.
struct Country {
    kin::key<Country, std::string> code{};
    std::string name{};
    static constexpr auto table = kin::table("one_country").primary_key("code");
};

// Another part of the program with a table of the name of a pivot.
struct Label {
    kin::key<Label> id{};
    std::string text{};
    static constexpr auto table = kin::table("one_label");
};
struct Page {
    kin::key<Page> id{};
    kin::many_to_many<Label, kin::pivot<"one_page_label", "page_id", "label_id">> labels{};
    static constexpr auto table = kin::table("one_page");
};
struct Sheet {
    kin::key<Sheet> id{};
    static constexpr auto table = kin::table("one_page");
};
struct SheetLabel {
    kin::key<Sheet> page_id{};
    kin::key<Label> label_id{};
    static constexpr auto table = kin::table("one_page_label").primary_key("page_id", "label_id");
};
// And one whose keys do lead to both ends.
struct Leaf {
    kin::key<Leaf> id{};
    kin::many_to_many<Label, kin::pivot<"one_leaf_label", "leaf_id", "label_id">> labels{};
    static constexpr auto table = kin::table("one_leaf");
};
struct LeafLabel {
    kin::key<Leaf> leaf_id{};
    kin::key<Label> label_id{};
    static constexpr auto table = kin::table("one_leaf_label").primary_key("leaf_id", "label_id");
};

}  // namespace one_object

namespace {

using namespace one_object;
using kin::test::rows_of;

class one_object_of : public kin::test::with_database<kin::models<Parent, Child>, kin::models<Left, Right, Link>,
                                                      kin::models<Country>> {
  protected:
    /// Runs the change, flushes it, and takes it back in one of two ways.
    template <class Change>
    void undone(kin::session& s, bool by_savepoint, Change change) {
        if (by_savepoint) {
            auto point = s.savepoint();
            change();
            s.flush();
            point.rollback();
        } else {
            change();
            s.flush();
            s.rollback();
        }
    }
};

TEST_F(one_object_of, a_replaced_child_is_the_row_again_after_an_undo) {
    for (const bool by_savepoint : {false, true}) {
        for (const int number : {0, 7}) {  // as the database gives it (again), or given
            kin::session s{db};
            auto p = s.add(Parent{.child = Child{.id = number, .name = "old"}});
            s.commit();
            const auto old = p->child.handle();
            const auto id = old->id;
            undone(s, by_savepoint, [&] { p->child = Child{.id = number, .name = "new"}; });
            EXPECT_TRUE(p->child.handle() == old);
            EXPECT_TRUE(s.get<Child>(id) == old);
            EXPECT_TRUE(s.query<Child>().one() == old);
            s.get<Child>(id)->name = "changed";
            s.commit();
            EXPECT_EQ(std::as_const(*p).child->name, "changed");
            EXPECT_EQ(rows("SELECT name FROM one_child"), "changed");
            s.remove(p);
            s.commit();
            EXPECT_EQ(rows("SELECT count(*) FROM one_child"), "0");
        }
    }
}

TEST_F(one_object_of, a_pair_that_was_linked_anew_is_the_former_row_after_an_undo) {
    for (const bool by_savepoint : {false, true}) {
        kin::session s{db};
        auto b = s.add(Right{});
        auto a = s.add(Left{.links = {{.note = "old", .right = b}}});
        s.commit();
        undone(s, by_savepoint, [&] { a->links = {Link{.note = "new", .right = b}}; });
        ASSERT_EQ(a->links.size(), 1u);
        EXPECT_EQ(std::as_const(*a).links[0].note, "old");
        s.query<Link>().one()->note = "changed";
        s.commit();
        EXPECT_EQ(std::as_const(*a).links[0].note, "changed");
        EXPECT_EQ(rows("SELECT note FROM one_link"), "changed");
        s.remove(a);
        s.remove(b);
        s.commit();
    }
}

TEST_F(one_object_of, a_natural_key_that_went_and_came_is_the_former_object_s) {
    kin::session s{db};
    auto mt = s.add(Country{.code = {"mt"}, .name = "Malta"});
    s.commit();
    s.remove(mt);
    auto again = s.add(Country{.code = {"mt"}, .name = "Malta (new)"});
    s.flush();
    EXPECT_TRUE(s.get<Country>("mt") == again);
    s.rollback();
    EXPECT_TRUE(s.get<Country>("mt") == mt);
    EXPECT_EQ(mt->name, "Malta");
    mt->name = "Malta, changed";
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM one_country"), "Malta, changed");
}

TEST_F(one_object_of, a_row_read_while_the_former_one_was_gone_gives_way) {
    kin::session s{db};
    auto mt = s.add(Country{.code = {"mt"}, .name = "Malta"});
    s.commit();
    s.remove(mt);
    s.flush();
    s.execute("INSERT INTO one_country VALUES ('mt', 'by hand')");
    auto read = s.get<Country>("mt");
    EXPECT_FALSE(read == mt);
    s.rollback();
    EXPECT_TRUE(s.get<Country>("mt") == mt);
    EXPECT_TRUE(s.query<Country>().one() == mt);
}

TEST_F(one_object_of, a_row_that_someone_deleted_and_that_is_inserted_anew_comes_back_with_a_rollback) {
    kin::session s{db};
    auto mt = s.add(Country{.code = {"mt"}, .name = "Malta"});
    s.commit();
    s.execute("DELETE FROM one_country");
    auto again = s.add(Country{.code = {"mt"}, .name = "again"});
    s.flush();
    EXPECT_TRUE(s.get<Country>("mt") == again);
    s.rollback();
    EXPECT_TRUE(s.get<Country>("mt") == mt);
    EXPECT_EQ(rows("SELECT name FROM one_country"), "Malta");
}

// A key that is assigned and not written is the object's member, and not its row's key.
TEST_F(one_object_of, an_assigned_key_does_not_hide_the_object_of_the_row) {
    kin::session s{db};
    auto mt = s.add(Country{.code = {"mt"}, .name = "Malta"});
    s.commit();
    mt->code = {"xx"};
    EXPECT_TRUE(s.get<Country>("mt") == mt);
    s.autoflush(false);
    for (int i = 0; i < 40; ++i) (void)s.add(Country{.code = {"c" + std::to_string(i)}});
    EXPECT_TRUE(s.query<Country>().where(kin::expr::col(&Country::code) == "mt").one() == mt);
    EXPECT_THROW(s.flush(), kin::flush_error);
    s.rollback();
    EXPECT_EQ(std::as_const(*mt).code.value, "mt");
    EXPECT_TRUE(s.get<Country>("mt") == mt);
    mt->code = {"xx"};
    s.expire(mt);
    EXPECT_EQ(std::as_const(*mt).name, "Malta");
    EXPECT_EQ(std::as_const(*mt).code.value, "mt");
    mt->code = {"xx"};
    s.refresh(mt);
    EXPECT_EQ(std::as_const(*mt).code.value, "mt");
}

TEST_F(one_object_of, a_const_model_is_the_same_model) {
    EXPECT_EQ(&kin::mapping::model_of<Country>(), &kin::mapping::model_of<const Country>());
    kin::session s{db};
    s.add(Country{.code = {"mt"}, .name = "Malta"});
    s.commit();
    s.clear();
    const auto before = s.statements();
    const auto a = s.get<Country>("mt");
    const kin::ref<const Country> b = s.get<const Country>("mt");
    EXPECT_EQ(b.get(), a.get());
    EXPECT_EQ(s.statements() - before, 1u);
    EXPECT_EQ(s.query<const Country>().one().get(), a.get());
}

TEST(pivots_by_name, belong_to_the_relation_unless_a_model_joins_its_ends) {
    (void)kin::mapping::model_of<SheetLabel>();
    const auto& pages = kin::mapping::model_of<Page>();
    (void)kin::mapping::model_of<Label>();
    const auto& labels = pages.require_relation("labels", kin::site::current());
    EXPECT_EQ(labels.problem, "");
    ASSERT_NE(labels.links, nullptr);
    EXPECT_TRUE(labels.links->through->implied);
    const auto& of_leaves = kin::mapping::model_of<Leaf>().require_relation("labels", kin::site::current());
    ASSERT_NE(of_leaves.links, nullptr);
    EXPECT_EQ(of_leaves.links->through, &kin::mapping::model_of<LeafLabel>());

    kin::test::place place;
    kin::database db{place.url()};
    db.create<kin::models<Page, Label>>();
    kin::session s{db};
    auto label = s.add(Label{.text = "x"});
    auto page = s.add(Page{});
    page->labels.push_back(label);
    s.commit();
    EXPECT_EQ(rows_of(*db.connect(), "SELECT page_id, label_id FROM one_page_label"), "1|1");
}

}  // namespace
