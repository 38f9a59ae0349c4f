// The component asio, from outside.
#include <boost/asio/io_context.hpp>
#include <exception>
#include <kin/asio.hpp>

namespace {

struct Note {
    kin::key<Note> id{};
    std::string text{};
};

}  // namespace

int main() {
    boost::asio::io_context loop;
    kin::asio::database db{loop.get_executor(), "sqlite::memory:"};
    db.blocking().create<Note>();
    std::int64_t count = 0;
    db.transact([](kin::session& s) { s.add(Note{.text = "from outside"}); },
                [&](std::exception_ptr) {
                    db.read([](kin::session& s) { return s.query<Note>().count(); },
                            [&](std::exception_ptr, std::int64_t n) { count = n; });
                });
    loop.run();
    return count == 1 ? 0 : 1;
}
