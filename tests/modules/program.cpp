// The program: one descriptor for each model, whoever asks for it, so that sessions and objects can be handed over.
#include <cstdio>

#include "models.hpp"

using namespace kin::expr;

namespace {

int failures = 0;
void expect(bool holds, const char* what) {
    if (holds) return;
    std::printf("not so: %s\n", what);
    ++failures;
}

struct early {
    bool worked = false;
    early() {
        kin::database db{"sqlite::memory:"};
        db.create<kin::models<Author, Book>>();
        kin::session s{db};
        s.add(Book{.title = "Notes", .author = Author{.name = "Ada"}});
        s.commit();
        worked = s.query<Book>().with(&Book::author).one()->author->name == "Ada";
    }
} const before;

}  // namespace

int main() {
    expect(before.worked && worked_before_main(), "databases work before main");
    expect(static_cast<const void*>(&kin::mapping::slot_of<Author>) != slot_in_library(),
           "the types are hidden, else there is nothing to test");
    expect(static_cast<const void*>(&kin::mapping::model_of<Author>()) == author_in_library(), "one descriptor");

    kin::database db{"sqlite::memory:"};
    db.create<kin::models<Author, Book>>();
    kin::session s{db};
    const auto ada = s.add(Author{.name = "Ada"});
    add_book(s, ada, "Notes");
    ada->books.push_back(Book{.title = "Letters"});
    s.commit();
    expect(ada->books.size() == 2, "both added to one collection");
    expect(titles(s, ada->id.value) == "Ada: Notes; Ada: Letters; ", "the library reads what the program wrote");
    try {
        fail(s);
        expect(false, "an error");
    } catch (const kin::not_found&) {
    }
    if (failures == 0) std::puts("ok");
    return failures;
}
