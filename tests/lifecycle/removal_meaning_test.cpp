// What a removal does to other rows is what the model says, whatever else the flush writes.
#include "support/fixture.hpp"

namespace removal_meaning {

struct Part;
struct User {
    kin::key<User> id{};
    std::string email{};
    kin::soft_deleted_at deleted_at{};
    kin::has_many<Part, kin::owned> parts{};
    static constexpr auto table = kin::table("kept_user").unique("email");
};
struct Part {
    kin::key<Part> id{};
    std::string name{};
    kin::key<User> user_id{};
    kin::version version{};
    kin::soft_deleted_at deleted_at{};
};

// Rows of business, over which two models are many to many.
struct Sale;
struct Customer {
    kin::key<Customer> id{};
};
struct Clerk {
    kin::key<Clerk> id{};
    kin::has_many<Sale> sales{};
    kin::many_to_many<Customer, Sale, kin::viewonly> customers{};
};
struct Line;
struct Sale {
    kin::key<Sale> id{};
    std::optional<kin::key<Clerk>> clerk_id{};
    std::optional<kin::key<Customer>> customer_id{};
    kin::belongs_to<Clerk> clerk{};
    kin::has_many<Line, kin::owned> lines{};
    kin::belongs_to<Customer> customer{};
    static constexpr auto table = kin::table("business_sale");
};
struct Line {
    kin::key<Line> id{};
    kin::key<Sale> sale_id{};
    static constexpr auto table = kin::table("business_line");
};

// A pivot with a key of its own, whose keys cannot be NULL.
struct Berth;
struct Ship {
    kin::key<Ship> id{};
    kin::many_to_many<struct Sailor, Berth> crew{};
};
struct Sailor {
    kin::key<Sailor> id{};
};
struct Berth {
    kin::key<Berth> id{};
    kin::key<Ship> ship_id{};
    kin::key<Sailor> sailor_id{};
    static constexpr auto table = kin::table("business_berth").unique("ship_id", "sailor_id");
};

// Versions below a removed row.
struct Chapter;
struct Note;
struct Book {
    kin::key<Book> id{};
    kin::has_many<Chapter, kin::owned> chapters{};
    kin::has_many<Note> notes{};
    static constexpr auto table = kin::table("versioned_book");
};
struct Section;
struct Chapter {
    kin::key<Chapter> id{};
    std::string text{};
    kin::key<Book> book_id{};
    kin::version version{};
    kin::has_many<Section, kin::owned> sections{};
    static constexpr auto table = kin::table("versioned_chapter");
};
struct Section {
    kin::key<Section> id{};
    std::string text{};
    kin::key<Chapter> chapter_id{};
    kin::version version{};
    static constexpr auto table = kin::table("versioned_section");
};
struct Note {
    kin::key<Note> id{};
    std::string text{};
    std::optional<kin::key<Book>> book_id{};
    kin::version version{};
    kin::belongs_to<Book> book{};
    static constexpr auto table = kin::table("versioned_note");
};
struct Branch {
    kin::key<Branch> id{};
    std::string text{};
    std::optional<kin::key<Branch>> above_id{};
    kin::version version{};
    kin::belongs_to<Branch> above{};
    kin::has_many<Branch, kin::owned> below{};
    static constexpr auto table = kin::table("versioned_branch");
};

}  // namespace removal_meaning

namespace {

using namespace removal_meaning;

class removal_meaning_of
    : public kin::test::with_database<kin::models<User, Part>, kin::models<Clerk, Customer, Sale, Line>,
                                      kin::models<Ship, Sailor, Berth>,
                                      kin::models<Book, Chapter, Section, Note, Branch>> {
  protected:
    kin::session s{db};
};

// -- rows that stay -------------------------------------------------------------------------------------------------

TEST_F(removal_meaning_of, a_row_that_stays_keeps_its_unique_value) {
    auto x = s.add(User{.email = "x", .parts = {Part{}}});
    auto y = s.add(User{.email = "y", .parts = {Part{}}});
    s.commit();
    s.remove(x);
    s.remove(y);
    s.add(User{.email = "x"});
    EXPECT_FALSE(kin::test::contains(s.explain_flush(), "delete")) << s.explain_flush();
    EXPECT_THROW(s.commit(), kin::unique_violation);
    s.rollback();
    EXPECT_EQ(rows("SELECT email FROM kept_user WHERE deleted_at IS NULL ORDER BY id"), "x; y");
    EXPECT_EQ(rows("SELECT count(*) FROM part"), "2");
    EXPECT_TRUE(s.get<User>(x->id) == x);
}

// The order of a flush may change for other reasons; what stays, stays.
TEST_F(removal_meaning_of, what_is_kept_is_kept_in_whatever_order) {
    auto x = s.add(User{.email = "x", .parts = {Part{}}});
    auto y = s.add(User{.email = "y"});
    auto z = s.add(User{.email = "z"});
    s.commit();
    s.remove(x);
    y->email = "z";
    z->email = "y";
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM kept_user WHERE deleted_at IS NULL ORDER BY id"), "z; y");
    EXPECT_EQ(rows("SELECT email FROM kept_user WHERE deleted_at IS NOT NULL"), "x");
    EXPECT_EQ(rows("SELECT count(*) FROM part WHERE deleted_at IS NOT NULL"), "1");
}

TEST_F(removal_meaning_of, what_was_assigned_to_a_kept_row_is_written_once_it_is_restored) {
    auto x = s.add(User{.email = "x"});
    s.commit();
    x->email = "before";
    s.remove(x);
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM kept_user"), "x");
    x = s.restore(x);
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM kept_user WHERE deleted_at IS NULL"), "before");
    s.remove(x);
    s.commit();
    x->email = "after";
    x = s.restore(x);
    s.flush();
    s.rollback();
    EXPECT_EQ(rows("SELECT email FROM kept_user WHERE deleted_at IS NOT NULL"), "before");
    x = s.restore(x);
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM kept_user WHERE deleted_at IS NULL"), x->email);
}

TEST_F(removal_meaning_of, a_commit_writes_what_was_assigned_to_one_that_comes_back_with_its_owner) {
    auto x = s.add(User{.email = "x", .parts = {Part{.name = "before"}}});
    s.commit();
    auto part = s.handle(x->parts[0]);
    s.remove(x);
    s.commit();
    part->name = "meanwhile";
    EXPECT_FALSE(s.dirty());
    x = s.restore(x);
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM part WHERE deleted_at IS NULL"), "meanwhile");
    EXPECT_FALSE(s.dirty()) << s.explain_flush();
}

TEST_F(removal_meaning_of, one_that_was_brought_back_and_removed_again_is_restored_after_a_rollback) {
    auto x = s.add(User{.email = "x", .parts = {Part{.name = "p"}}});
    s.commit();
    const auto part = s.handle(x->parts[0]);
    s.remove(part);
    s.commit();
    (void)s.restore(part);
    s.remove(x);
    s.flush();
    s.rollback();
    EXPECT_NE(part->deleted_at, std::nullopt);
    (void)s.restore(part);
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM part WHERE deleted_at IS NULL"), "p");
}

// -- rows of their own ----------------------------------------------------------------------------------------------

TEST_F(removal_meaning_of, rows_with_a_key_of_their_own_outlive_what_they_link) {
    auto c = s.add(Customer{});
    auto e = s.add(Clerk{});
    s.flush();
    auto sale = s.add(Sale{.clerk_id = e->id, .customer_id = c->id, .lines = {Line{}, Line{}}});
    s.commit();
    EXPECT_EQ(e->sales.size(), 1u);
    log.clear();
    s.remove(e);
    s.commit();
    EXPECT_EQ(rows("SELECT clerk_id, customer_id FROM business_sale"), "NULL|1");
    EXPECT_EQ(rows("SELECT count(*) FROM business_line"), "2");
    EXPECT_EQ(std::as_const(*sale).clerk_id, std::nullopt);
    EXPECT_FALSE(sale->clerk);
    EXPECT_EQ(log.count(), 2u);
    s.remove(c);
    s.commit();
    EXPECT_EQ(rows("SELECT clerk_id, customer_id FROM business_sale"), "NULL|NULL");
}

TEST_F(removal_meaning_of, a_relation_over_rows_of_their_own_does_not_remove_them) {
    auto e = s.add(Clerk{});
    s.flush();
    auto sale = s.add(Sale{.clerk_id = e->id});
    s.commit();
    sale->clerk = nullptr;
    s.commit();
    EXPECT_EQ(rows("SELECT id, clerk_id FROM business_sale"), "1|NULL");
}

TEST_F(removal_meaning_of, a_required_key_of_a_row_of_its_own_refuses) {
    auto ship = s.add(Ship{});
    auto sailor = s.add(Sailor{});
    ship->crew.push_back(sailor);
    s.commit();
    s.remove(sailor);
    EXPECT_THROW(s.commit(), kin::foreign_key_violation);
    s.rollback();
    EXPECT_EQ(rows("SELECT ship_id, sailor_id FROM business_berth"), "1|1");
    ship->crew.erase(sailor);
    s.remove(sailor);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM business_berth"), "0");
}

// -- versions -------------------------------------------------------------------------------------------------------

TEST_F(removal_meaning_of, a_child_that_someone_changed_is_not_taken_along) {
    auto b = s.add(Book{.chapters = {{.text = "old", .sections = {{.text = "old"}}}}});
    s.commit();
    for (const auto* table : {"versioned_chapter", "versioned_section"}) {
        run(std::string{"UPDATE "} + table + " SET text = 'theirs', version = version + 1");
        s.remove(b);
        EXPECT_THROW(s.commit(), kin::stale_object) << table;
        s.rollback();
        EXPECT_EQ(rows(std::string{"SELECT text, version FROM "} + table), "theirs|2");
        run(std::string{"UPDATE "} + table + " SET version = version - 1");
    }
    s.remove(b);
    s.commit();
    EXPECT_EQ(rows("SELECT (SELECT count(*) FROM versioned_chapter) + (SELECT count(*) FROM versioned_section)"), "0");
}

TEST_F(removal_meaning_of, a_child_that_nobody_has_in_memory_costs_no_question) {
    s.add(Book{.chapters = {{.text = "one"}}});
    s.commit();
    s.clear();
    auto b = s.query<Book>().one();
    log.clear();
    s.remove(b);
    s.commit();
    EXPECT_EQ(log.count("SELECT"), 0u);
    EXPECT_EQ(rows("SELECT count(*) FROM versioned_chapter"), "0");
}

TEST_F(removal_meaning_of, a_key_that_becomes_null_is_a_change_of_the_row) {
    auto b = s.add(Book{});
    s.flush();
    auto n = s.add(Note{.text = "old", .book_id = b->id});
    s.commit();
    kin::session other{db};
    auto theirs = other.get<Note>(n->id);
    other.commit();
    s.remove(b);
    s.commit();
    EXPECT_EQ(rows("SELECT text, book_id, version FROM versioned_note"), "old|NULL|2");
    theirs->text = "theirs";
    EXPECT_THROW(other.commit(), kin::stale_object);
    other.rollback();
    n->text = "ours";
    s.commit();
    EXPECT_EQ(rows("SELECT text, version FROM versioned_note"), "ours|3");
}

TEST_F(removal_meaning_of, a_key_that_someone_changed_does_not_become_null) {
    auto b = s.add(Book{});
    s.flush();
    (void)s.add(Note{.text = "old", .book_id = b->id});
    s.commit();
    run("UPDATE versioned_note SET text = 'theirs', version = 2");
    s.remove(b);
    EXPECT_THROW(s.commit(), kin::stale_object);
    s.rollback();
    EXPECT_EQ(rows("SELECT text, book_id, version FROM versioned_note"), "theirs|1|2");
}

TEST_F(removal_meaning_of, trees_are_asked_for_versions_too) {
    auto root = s.add(Branch{.text = "root", .below = {{.text = "b", .below = {{.text = "c"}}}}});
    s.commit();
    run("UPDATE versioned_branch SET text = 'theirs', version = 2 WHERE text = 'c'");
    s.remove(root);
    EXPECT_THROW(s.commit(), kin::stale_object);
    s.rollback();
    EXPECT_EQ(rows("SELECT count(*) FROM versioned_branch"), "3");
    run("UPDATE versioned_branch SET version = 1 WHERE text = 'theirs'");
    // The removal takes along what is removed by itself as well.
    auto c = s.query<Branch>().where(kin::expr::col(&Branch::text) == "theirs").one();
    s.remove(root);
    s.remove(c);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM versioned_branch"), "0");
}

TEST_F(removal_meaning_of, a_kept_child_goes_and_comes_with_its_version) {
    auto x = s.add(User{.email = "x", .parts = {{.name = "p"}}});
    s.commit();
    auto p = s.query<Part>().one();
    s.remove(x);
    s.commit();
    EXPECT_EQ(rows("SELECT version FROM part"), "2");
    p = s.restore(p);
    s.restore(x);
    s.commit();
    p->name = "q";
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM part WHERE deleted_at IS NULL"), "q");
}

TEST_F(removal_meaning_of, a_kept_child_that_moved_goes_and_comes_with_its_new_owner) {
    auto from = s.add(User{.email = "from", .parts = {{.name = "p"}}});
    auto to = s.add(User{.email = "to"});
    s.commit();
    auto p = s.query<Part>().one();
    to->parts = {p};
    s.remove(to);
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM kept_user JOIN part ON user_id = kept_user.id WHERE part.deleted_at IS NOT NULL"),
              "to");
    EXPECT_EQ(from->parts.size(), 0u);
    to = s.restore(to);
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM kept_user JOIN part ON user_id = kept_user.id WHERE part.deleted_at IS NULL"),
              "to");
    EXPECT_EQ(to->parts.size(), 1u);
    EXPECT_FALSE(s.dirty());
}

// -- who came before the flush --------------------------------------------------------------------------------------

TEST_F(removal_meaning_of, a_new_child_of_a_removed_owner_is_not_inserted) {
    auto b = s.add(Book{});
    s.commit();
    b->chapters.push_back(Chapter{.text = "new", .sections = {{.text = "new"}}});
    s.remove(b);
    log.clear();
    EXPECT_FALSE(kin::test::contains(s.explain_flush(), "insert")) << s.explain_flush();
    s.commit();
    EXPECT_EQ(log.count("INSERT"), 0u);
    EXPECT_EQ(rows("SELECT count(*) FROM versioned_chapter"), "0");
}

TEST_F(removal_meaning_of, a_child_of_one_that_is_not_written_after_all_has_none) {
    auto customer = s.add(Customer{});
    auto old = s.add(Sale{});
    s.flush();
    auto nobody = s.add(Customer{});  // has no relation to its sales
    auto sale = s.add(Sale{.customer = nobody});
    old->customer = nobody;
    s.remove(nobody);
    EXPECT_FALSE(sale->customer);
    EXPECT_FALSE(old->customer);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM business_sale WHERE customer_id IS NULL"), "2");
    sale->customer = customer;
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM business_sale WHERE customer_id IS NULL"), "1");
}

TEST_F(removal_meaning_of, a_child_that_moved_to_a_removed_owner_goes_with_it) {
    auto from = s.add(Book{.chapters = {{.text = "moved"}}});
    auto to = s.add(Book{});
    s.commit();
    auto chapter = s.query<Chapter>().one();
    to->chapters.push_back(chapter);
    s.remove(to);
    s.commit();
    EXPECT_EQ(from->chapters.size(), 0u);
    EXPECT_EQ(rows("SELECT count(*) FROM versioned_chapter"), "0");
}

TEST_F(removal_meaning_of, a_child_by_hand_of_a_removed_parent_has_none) {
    auto b = s.add(Book{});
    s.commit();
    auto by_hand = s.add(Note{.text = "by hand", .book_id = b->id});
    auto by_relation = s.add(Note{.text = "by relation", .book = b});
    s.remove(b);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM versioned_note WHERE book_id IS NULL AND version = 1"), "2");
    EXPECT_EQ(std::as_const(*by_hand).book_id, std::nullopt);
    EXPECT_EQ(std::as_const(*by_relation).book_id, std::nullopt);
    EXPECT_FALSE(by_relation->book);
}

TEST_F(removal_meaning_of, a_row_that_only_came_to_a_removed_parent_is_not_written) {
    auto b = s.add(Book{});
    auto n = s.add(Note{.text = "n"});
    s.commit();
    n->book = b;
    s.remove(b);
    log.clear();
    s.commit();
    EXPECT_EQ(rows("SELECT book_id, version FROM versioned_note"), "NULL|1");
    EXPECT_FALSE(n->book);
    n->text = "m";
    s.commit();
}

TEST_F(removal_meaning_of, and_is_as_before_where_the_flush_fails) {
    auto b = s.add(Book{});
    s.commit();
    auto n = s.add(Note{.text = "n", .book_id = b->id});
    auto c = s.add(Chapter{.text = "c"});
    b->chapters.push_back(c);
    s.remove(b);
    s.add(Line{.sale_id = {99}});
    EXPECT_THROW(s.flush(), kin::foreign_key_violation);
    EXPECT_EQ(std::as_const(*n).book_id, b->id);
    EXPECT_EQ(b->chapters.size(), 1u);
    s.rollback();
}

}  // namespace
