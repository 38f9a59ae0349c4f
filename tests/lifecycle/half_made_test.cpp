// What is still being made: an assignment flushes nothing, a query's flush leaves out what cannot be written yet and
// what somebody may still adopt.
#include "support/fixture.hpp"

namespace half_made {

struct Cover;
struct Page;
struct Note;
struct Extra;
struct Slip;
struct Book {
    kin::key<Book> id{};
    std::string title{};
    kin::has_one<Cover> cover{};
    kin::has_many<Page, kin::owned> pages{};
    kin::has_many<Note, kin::keyed_by<"name">> notes{};
    kin::has_many<Extra> extras{};
    kin::has_many<Slip, kin::owned> slips{};
};
struct Cover {
    kin::key<Cover> id{};
    kin::key<Book> book_id{};
};
struct Line;
struct Page {
    kin::key<Page> id{};
    int number{};
    kin::key<Book> book_id{};
    kin::belongs_to<Book> book{};
    kin::has_many<Line, kin::owned> lines{};
    static constexpr auto table = kin::table().unique("book_id", "number");
};
struct Line {
    kin::key<Line> id{};
    std::string text{};
    kin::key<Page> page_id{};
    kin::belongs_to<Page> page{};
};
struct Note {
    kin::key<Note> id{};
    std::string name{};
    kin::key<Book> book_id{};
};
struct Extra {
    kin::key<Extra> id{};
    std::string name{};
    std::optional<kin::key<Book>> book_id{};
    std::optional<kin::key<Page>> page_id{};
    kin::belongs_to<Book> book{};
    kin::belongs_to<Page> page{};
};

struct Reader {
    kin::key<Reader> id{};
};
struct Slip {
    kin::key<Slip> id{};
    kin::key<Reader> reader_id{};
    kin::key<Book> book_id{};
    std::optional<kin::key<Extra>> extra_id{};
    kin::belongs_to<Reader> reader{};
    kin::belongs_to<Book> book{};
    kin::belongs_to<Extra> extra{};
};

}  // namespace half_made

namespace kin::test {
namespace {

using namespace half_made;
using namespace kin::expr;

class half_made_objects : public with_database<models<Book, Cover, Page, Line, Note, Extra, Reader, Slip>> {
  protected:
    half_made_objects() {
        run("INSERT INTO book VALUES (1, 'one'), (2, 'two'); INSERT INTO cover VALUES (1, 2);"
            "INSERT INTO page VALUES (1, 1, 1), (2, 2, 1), (3, 1, 2);"
            "INSERT INTO line VALUES (1, 'a', 1), (2, 'b', 1), (3, 'c', 3);"
            "INSERT INTO note VALUES (1, 'n', 2), (2, 'm', 2); INSERT INTO extra VALUES (1, 'e', 1, NULL)");
        one = s.get_one<Book>(1);
        two = s.get_one<Book>(2);
        log.clear();
    }
    std::string here(std::string_view sql) { return rows_of(s.connection(), sql); }
    std::string pages() { return here("SELECT id, number, book_id FROM page ORDER BY id"); }

    session s{db};
    ref<Book> one{};
    ref<Book> two{};
};

// -- an assignment --------------------------------------------------------------------------------------------------

TEST_F(half_made_objects, an_assignment_writes_nothing) {
    auto cover = s.add(Cover{});
    two->cover = cover;
    auto page = s.add(Page{.number = 7});
    auto more = s.add(Page{.number = 8});
    two->pages = {page, more};
    auto note = s.add(Note{.name = "n"});
    two->notes.insert(note);
    EXPECT_EQ(log.count("SELECT"), log.count()) << log.text(4);
    EXPECT_EQ(log.count(), 3u) << "one for what each of them held: " << log.text(4);
    EXPECT_EQ(two->notes.size(), 2u);
    EXPECT_EQ(two->notes.find("n"), note);
    const auto e = thrown<flush_error>([&] { s.commit(); });
    EXPECT_TRUE(contains(e.message(), "Cover 1 was taken out of its Book")) << e.message();
    s.remove(s.get_one<Cover>(1));
    s.remove(s.get_one<Note>(1));
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM cover WHERE book_id = 2"), "1");
    EXPECT_EQ(rows("SELECT number FROM page WHERE book_id = 2 ORDER BY 1"), "7; 8");
    EXPECT_EQ(rows("SELECT name FROM note ORDER BY 1"), "m; n");
}

TEST_F(half_made_objects, emptying_and_erasing_write_nothing) {
    auto half = s.add(Page{.number = 9});
    auto third = s.get_one<Page>(3);
    two->pages.erase(third);
    EXPECT_TRUE(two->pages.empty());
    one->pages.clear();
    EXPECT_EQ(log.count("INSERT") + log.count("DELETE") + log.count("UPDATE"), 0u) << log.text(4);
    half->book = one;
    s.commit();
    EXPECT_EQ(rows("SELECT number, book_id FROM page"), "9|1");
}

TEST_F(half_made_objects, what_is_staged_is_merged_with_what_an_assignment_reads) {
    auto first = s.get_one<Page>(1);
    first->book_id = two->id;  // by hand, and not flushed
    auto third = s.get_one<Page>(3);
    third->number = 4;
    third->book = one;
    auto kept = s.get_one<Page>(2);
    one->pages = {kept};
    EXPECT_EQ(one->pages.size(), 1u);
    s.commit();
    EXPECT_EQ(rows("SELECT id, book_id FROM page ORDER BY id"), "1|2; 2|1");
}

// -- a query --------------------------------------------------------------------------------------------------------

TEST_F(half_made_objects, wait_for_a_parent) {
    auto page = s.add(Page{.number = 5, .lines = {Line{.text = "x"}}});
    auto extra = s.add(Extra{.name = "f", .page = page});
    auto moved = s.get_one<Extra>(1);
    moved->page = page;
    auto ready = s.add(Book{.title = "three"});
    EXPECT_EQ(s.query<Page>().count(), 3);
    EXPECT_EQ(s.query<Line>().count(), 3);
    EXPECT_EQ(s.query<Extra>().count(), 1);
    EXPECT_EQ(here("SELECT page_id FROM extra"), "NULL");
    EXPECT_EQ(s.query<Book>().count(), 3) << "what can be written is";
    EXPECT_TRUE(s.dirty());
    EXPECT_EQ(moved->page.handle(), page);
    EXPECT_EQ(page->lines.size(), 1u);
    EXPECT_EQ(two->pages.size(), 1u);
    (void)thrown<foreign_key_violation>([&] { s.flush(); });
}

TEST_F(half_made_objects, are_written_once_they_have_one) {
    auto page = s.add(Page{.number = 5, .lines = {Line{.text = "x"}}});
    auto moved = s.get_one<Extra>(1);
    moved->page = page;
    (void)s.query<Page>().all();
    (void)two->extras.size();
    page->book = two;
    EXPECT_EQ(two->pages.size(), 2u);
    EXPECT_EQ(s.query<Page>().count(), 4);
    EXPECT_FALSE(s.dirty());
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM extra e JOIN page p ON p.id = e.page_id WHERE p.number = 5"), "1");
    EXPECT_EQ(rows("SELECT l.text, p.book_id FROM line l JOIN page p ON p.id = l.page_id WHERE p.number = 5"), "x|2");
}

TEST_F(half_made_objects, that_were_added_by_their_key_are_not_lost) {
    (void)one->pages.size();
    auto page = s.add(Page{.number = 5});
    page->book = one;
    page->lines.push_back(Line{.text = "y"});
    auto half = s.add(Line{.text = "z"});
    EXPECT_EQ(s.query<Page>().where(col(&Page::number) == 5).count(), 1);
    half->page = page;
    EXPECT_EQ(page->lines.size(), 2u);
    s.load(page, &Page::lines);
    EXPECT_EQ(page->lines.size(), 2u);
    s.commit();
    EXPECT_EQ(rows("SELECT text FROM line WHERE page_id > 3 ORDER BY 1"), "y; z");
}

TEST_F(half_made_objects, hold_the_removal_of_those_whose_rows_they_still_refer_to) {
    auto page = s.get_one<Page>(1);
    auto next = s.add(Book{.title = "next"});
    auto half = s.add(Page{.number = 6});  // whose book nobody has said yet
    auto line = s.get_one<Line>(1);
    line->page = half;
    s.remove(page);
    (void)s.query<Line>().all();
    EXPECT_EQ(here("SELECT text FROM line ORDER BY id"), "a; b; c");
    half->book = next;
    s.commit();
    EXPECT_EQ(rows("SELECT text, page_id > 3 FROM line ORDER BY id").substr(0, 1), "a");
    EXPECT_EQ(rows("SELECT count(*) FROM line"), "2");
}

// -- whose parents are removed ---------------------------------------------------------------------------------------

TEST_F(half_made_objects, go_with_an_owner_that_is_removed) {
    for (const bool by_hand : {false, true}) {
        auto slip = by_hand ? s.add(Slip{.book_id = one->id}) : s.add(Slip{.book = one});
        s.remove(one);
        log.clear();
        EXPECT_EQ(s.query<Book>().count(), 1);
        EXPECT_FALSE(s.dirty());
        EXPECT_EQ(s.query<Slip>().count(), 0);
        s.flush();
        EXPECT_EQ(log.count("INSERT"), 0u) << log.text(4);
        EXPECT_EQ(here("SELECT id FROM book"), "2");
        s.rollback();
        one = s.get_one<Book>(1);
    }
    EXPECT_EQ(rows("SELECT count(*) FROM book"), "2");
}

TEST_F(half_made_objects, wait_with_an_owner_who_waits) {
    auto page = s.get_one<Page>(1);
    auto line = s.add(Line{.page = page});
    one->pages.erase(page);
    (void)s.query<Note>().all();
    EXPECT_EQ(here("SELECT count(*) FROM page"), "3");
    two->pages.push_back(page);
    page->number = 9;
    s.commit();
    EXPECT_EQ(rows("SELECT page_id FROM line WHERE id > 3"), "1");
}

TEST_F(half_made_objects, have_none_where_they_need_none) {
    auto extra = s.get_one<Extra>(1);
    auto slip = s.add(Slip{.book = one, .extra = extra});
    auto by_hand = s.add(Slip{.book_id = one->id, .extra_id = extra->id});
    s.remove(extra);
    EXPECT_EQ(s.query<Extra>().count(), 0);
    EXPECT_TRUE(s.dirty());
    EXPECT_FALSE(slip->extra);
    EXPECT_EQ(by_hand->extra_id, std::nullopt);
    slip->reader = by_hand->reader = s.add(Reader{});
    s.commit();
    EXPECT_EQ(rows("SELECT book_id, extra_id FROM slip ORDER BY id"), "1|NULL; 1|NULL");
}

// -- orphans --------------------------------------------------------------------------------------------------------

TEST_F(half_made_objects, orphans_are_not_deleted_by_what_does_not_read_them) {
    auto page = one->pages.handle(0);
    one->pages.erase(page);
    log.clear();
    (void)s.query<Book>().all();
    (void)two->pages.size();
    (void)two->extras.size();
    (void)s.query<Note>().all();
    EXPECT_EQ(log.count("DELETE"), 0u) << log.text(5);
    page->number = 8;
    two->pages.push_back(page);
    s.commit();
    EXPECT_EQ(log.count("DELETE"), 0u) << log.text(5);
    EXPECT_EQ(rows("SELECT id, number, book_id FROM page ORDER BY id"), "1|8|2; 2|2|1; 3|1|2");
    EXPECT_EQ(rows("SELECT count(*) FROM line WHERE page_id = 1"), "2") << "what it owns has stayed";
}

TEST_F(half_made_objects, orphans_stay_out_of_what_is_read) {
    auto page = s.get_one<Page>(1);
    one->pages.erase(page);
    (void)s.query<Book>().all();
    s.load(one, &Book::pages);
    EXPECT_EQ(one->pages.size(), 1u);
    EXPECT_EQ(pages(), "1|1|1; 2|2|1; 3|1|2");
    s.flush();
    EXPECT_EQ(pages(), "2|2|1; 3|1|2");
    EXPECT_EQ(here("SELECT id FROM line"), "3");
}

TEST_F(half_made_objects, orphans_are_deleted_where_their_tables_are_read) {
    one->pages.erase(s.get_one<Page>(1));
    EXPECT_EQ(s.query<Line>().count(), 1) << "which go with them";
    EXPECT_EQ(pages(), "2|2|1; 3|1|2");
    two->pages.erase(s.get_one<Page>(3));
    EXPECT_EQ(s.query<Book>().where(any(&Book::pages)).count(), 1);
}

TEST_F(half_made_objects, orphans_make_way_for_who_takes_their_values) {
    one->pages.erase(s.get_one<Page>(1));
    one->pages.push_back(Page{.number = 1});
    EXPECT_EQ(one->extras.size(), 1u);
    s.add(Extra{.name = "g"});
    EXPECT_EQ(s.query<Extra>().count(), 2) << "flushes the new page, too";
    EXPECT_EQ(here("SELECT count(*) FROM page WHERE number = 1 AND book_id = 1 AND id <> 1"), "1");
}

TEST_F(half_made_objects, orphans_go_with_a_removed_owner) {
    auto page = s.get_one<Page>(1);
    one->pages.erase(page);
    s.remove(one);
    EXPECT_EQ(s.query<Book>().count(), 1);
    EXPECT_EQ(pages(), "3|1|2");
    s.rollback();
    EXPECT_EQ(one->pages.size(), 2u);
    EXPECT_EQ(page->lines.size(), 2u);
}

TEST_F(half_made_objects, collections_are_assigned_crosswise) {
    s.clear();
    const auto all = s.query<Book>().with(select(&Book::pages)).order_by(&Book::id).all();
    one = s.get_one<Book>(1);
    two = s.get_one<Book>(2);
    auto a = s.get_one<Page>(1);
    auto c = s.get_one<Page>(3);
    log.clear();
    one->pages = {c};
    two->pages = {a};
    s.commit();
    EXPECT_EQ(log.count("DELETE FROM \"page\""), 1u) << "of the one that nobody has: " << log.text(5);
    EXPECT_EQ(rows("SELECT id, book_id FROM page ORDER BY id"), "1|2; 3|1");
}

}  // namespace
}  // namespace kin::test
