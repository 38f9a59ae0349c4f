// The shared library.
#include "models.hpp"

using namespace kin::expr;

namespace {

/// Before main, and before the program's own static objects.
struct early {
    bool worked = false;
    early() {
        kin::database db{"sqlite::memory:"};
        db.create<kin::models<Author, Book>>();
        kin::session s{db};
        s.add(Author{.name = "Ada", .books = {{.title = "Notes"}}});
        s.commit();
        worked = s.query<Author>().with(&Author::books).one()->books.size() == 1;
    }
} const before;

}  // namespace

const void* author_in_library() { return &kin::mapping::model_of<Author>(); }
const void* slot_in_library() { return &kin::mapping::slot_of<Author>; }
bool worked_before_main() { return before.worked; }

void add_book(kin::session& s, const kin::ref<Author>& author, const char* title) {
    author->books.push_back(Book{.title = title});
    s.flush();
}

std::string titles(kin::session& s, std::int64_t author) {
    std::string all;
    for (const Book& b : s.query<Book>().where(col(&Book::author_id) == author).with(&Book::author).all())
        all += b.author->name + ": " + b.title + "; ";
    return all;
}

void fail(kin::session& s) { (void)s.get_one<Author>(99); }
