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

struct Comment;

struct User {
    kin::key<User> id{};
    std::string name{};
};

struct Post {
    kin::key<Post> id{};
    std::optional<kin::key<User>> user_id{};
    std::string title{};
    kin::belongs_to<User> author{};
    kin::morph_many<Comment> comments{};
};

struct Video {
    kin::key<Video> id{};
    std::string url{};
    kin::morph_many<Comment> comments{};
};

struct Comment {
    kin::key<Comment> id{};
    std::string text{};
    kin::morph_to<Post, Video> commentable{};
};

int main() {
    kin::session s = with_tables<User, Post, Video, Comment>();
    auto looms = s.add(Post{.title = "Looms", .author = User{.name = "Ada"}, .comments = {{.text = "one"}}});
    s.add(Video{.url = "v", .comments = {{.text = "two"}, {.text = "three"}}});
    s.commit();

    s.clear();
    kin::rows<Comment> all;
    check(sends(s, 4, [&] {  // comments; a statement for each model; users, for posts alone
        all = s.query<Comment>().order_by(&Comment::id).with(&Comment::commentable, &Post::author).all();
    }));
    check(sends(s, 0, [&] { check(all[0].commentable.get<Post>()->author->name == "Ada"); }));

    const auto found = [&](const kin::condition& c) { return s.query<Comment>().where(c).count(); };
    check(found(any<Post>(&Comment::commentable)) == 1);
    check(found(any<Post, Video>(&Comment::commentable, col(&Post::title) == "no", col(&Video::url) == "v")) == 2);
    check(found(none<Post>(&Comment::commentable)) == 2);
    check(found(any(&Comment::commentable, std::vector<std::string_view>{})) == 0);  // chosen at run time, by tag
    looms = s.query<Post>().one();
    check(found(col(&Comment::commentable) == looms) == 1);

    const auto videos = s.query<Video>()
                            .where(any(&Video::comments, col(&Comment::text) == "two"))
                            .with_count(&Video::comments)
                            .all();
    check(videos.size() == 1 && videos[0].comments.count() == 2);
}
