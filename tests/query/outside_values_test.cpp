// Values from outside are checked against their columns before anything is sent: a transaction goes on after them.
#include <chrono>

#include <kin/repository.hpp>
#include <kin/value/chrono.hpp>

#include "support/fixture.hpp"

namespace outside_values {

struct Shelf;
struct Book {
    kin::key<Book> id{};
    std::optional<kin::key<Shelf>> shelf_id{};
    std::string title{};
    int pages{};
    bool lent{};
    double weight{};
    std::chrono::sys_days bought{};
    kin::uuid code{};
    kin::many_to_many<Shelf> shelves{};
    kin::belongs_to<Shelf> shelf{};
};
struct Shelf {
    kin::key<Shelf> id{};
    kin::has_many<Book> books{};
};
struct Word {
    kin::key<Word, std::string> text{};
};

}  // namespace outside_values

namespace kin::test {
namespace {

using namespace outside_values;
using namespace kin::expr;

class outside_values_of : public with_database<models<Book, Shelf, Word>> {
  protected:
    outside_values_of() {
        s.add(Book{.title = "t",
                   .pages = 42,
                   .lent = true,
                   .weight = 1.5,
                   .bought = std::chrono::sys_days{std::chrono::year{2020} / 2 / 3}});
        s.add(Shelf{});
        s.add(Word{.text = {"w"}});
        s.commit();
        log.clear();
    }
    std::int64_t found(std::string_view column, std::string_view op, value v) {
        return s.query<Book>().where(column, op, std::move(v)).count();
    }
    template <class Error, class Action>
    void refused(Action action, std::string_view says) {
        log.clear();
        const auto e = thrown<Error>(action);
        EXPECT_TRUE(contains(e.message(), says)) << e.message();
        EXPECT_TRUE(contains(e.where().file_name(), "outside_values_test")) << e.what();
        EXPECT_EQ(log.count(), 0u) << log.text();
    }
    session s{db};
};

TEST_F(outside_values_of, what_can_be_the_columns_is) {
    EXPECT_EQ(found("pages", "=", "42"), 1);
    EXPECT_EQ(found("pages", ">", 41.5), 1);
    EXPECT_EQ(found("lent", "=", "true"), 1);
    EXPECT_EQ(found("lent", "=", 1), 1);
    EXPECT_EQ(found("weight", "<", 2), 1);
    EXPECT_EQ(found("bought", "=", "2020-02-03"), 1);
    EXPECT_EQ(found("title", "like", "t%"), 1);
    EXPECT_EQ(found("code", "=", "00000000-0000-0000-0000-000000000000"), 1);
    EXPECT_EQ(found("shelf_id", "=", value{}), 1);
    EXPECT_EQ(s.query<Shelf>().where("books.pages", "=", "42").count(), 0);
}

TEST_F(outside_values_of, what_cannot_is_refused_before_it_is_sent) {
    refused<unknown_name>([&] { (void)found("pages", "like", "4%"); }, "Book.pages is int32");
    refused<unknown_name>([&] { (void)found("bought", "not like", "4%"); }, "Book.bought");
    refused<conversion_error>([&] { (void)found("title", "like", 4); }, "takes a text");
    refused<conversion_error>([&] { (void)found("pages", "=", "x"); }, "Book.pages: 'x'");
    refused<conversion_error>([&] { (void)found("title", "=", 4); }, "Book.title is text");
    refused<conversion_error>([&] { (void)found("lent", "=", 4); }, "Book.lent is boolean");
    refused<conversion_error>([&] { (void)found("bought", "=", 4); }, "Book.bought is date");
    refused<conversion_error>([&] { (void)found("code", "=", "no uuid"); }, "Book.code");
    refused<conversion_error>([&] { (void)s.query<Shelf>().where("books.pages", "=", "x").count(); }, "Book.pages");
    // The transaction goes on.
    s.add(Book{.title = "after"});
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM book"), "2");
}

TEST_F(outside_values_of, keys_too) {
    EXPECT_EQ(s.get<Book>("1")->title, "t");
    refused<conversion_error>([&] { (void)s.get<Book>("x"); }, "Book.id: 'x'");
    refused<conversion_error>([&] { (void)s.get<Word>(7); }, "Word.text is text");
    repository<Book> books{s};
    EXPECT_EQ(books.get("1")->title, "t");
    refused<conversion_error>([&] { (void)books.find("x"); }, "Book.id: 'x'");
    auto book = s.get_one<Book>(1);
    EXPECT_EQ(book->shelves.attach("1").attached.size(), 1u);
    refused<conversion_error>([&] { book->shelves.detach("x"); }, "Shelf.id: 'x'");
    refused<conversion_error>([&] { book->shelf.associate("x"); }, "Shelf.id: 'x'");
    book->shelf.associate("1");
    s.commit();
    EXPECT_EQ(rows("SELECT shelf_id FROM book WHERE id = 1"), "1");
}

}  // namespace
}  // namespace kin::test
