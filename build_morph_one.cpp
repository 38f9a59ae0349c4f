#include <cstdio>
#include <cstdlib>
#include <string>

#include <kin/engine/connection.hpp>
#include <kin/kin.hpp>

using namespace kin::expr;

// A session on an empty database that has the tables of these models.
template <class... Models>
kin::session with_tables() {
    static kin::database db{"sqlite::memory:"};
    db.create<kin::models<Models...>>();
    return kin::session{db};
}

inline void check(bool holds, kin::site where = kin::site::current()) {
    if (holds) return;
    std::fprintf(stderr, "%s:%d: does not hold\n", where.file_name(), static_cast<int>(where.line()));
    std::exit(1);
}

// Whether the action sends so many statements.
template <class Action>
bool sends(kin::session& s, std::uint64_t statements, Action action) {
    const auto before = s.statements();
    action();
    if (s.statements() - before != statements)
        std::fprintf(stderr, "%d statements\n", static_cast<int>(s.statements() - before));
    return s.statements() - before == statements;
}

template <class Error, class Action>
bool throws(Action action) {
    try {
        action();
    } catch (const Error&) {
        return true;
    }
    return false;
}

// The rows that a statement gives, as text: "1|Ada 2|NULL".
inline std::string rows(kin::session& s, std::string_view sql) {
    std::string all;
    kin::engine::cursor row = s.connection().run(sql);
    while (row.next()) {
        if (!all.empty()) all += ' ';
        for (int i = 0; i < row.columns(); ++i) {
            const kin::value_view cell = row.cell(i);
            if (i > 0) all += '|';
            if (cell.type == kin::kind::null) all += "NULL";
            else all += cell.type == kin::kind::text ? std::string{cell.bytes} : std::to_string(cell.integer);
        }
    }
    return all;
}
#include <kin/morph.hpp>

struct Image;

struct Post {
    kin::key<Post> id{};
    kin::morph_one<Image, kin::owned> image{};
};

struct User {
    kin::key<User> id{};
    kin::morph_one<Image, kin::owned> image{};
};

struct Image {
    kin::key<Image> id{};
    std::string file{};
    kin::morph_to<Post, User> imageable{};
};

int main() {
    kin::session s = with_tables<Post, User, Image>();
    auto post = s.add(Post{.image = Image{.file = "a.png"}});
    auto user = s.add(User{.image = Image{.file = "b.png"}});
    s.commit();
    check(rows(s, "SELECT file, imageable_type, imageable_id FROM image ORDER BY id") == "a.png|Post|1 b.png|User|1");
    check(post->image->imageable.holds<Post>());
    s.remove(user);
    s.commit();
    check(rows(s, "SELECT file FROM image") == "a.png");
}
