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

struct Post {
    kin::key<Post> id{};
    std::string title{};
    kin::morph_many<Comment> comments{};

    static constexpr auto table = kin::table("posts").morph("post");  // the morph map; default: the struct's name
};

struct Video {
    kin::key<Video> id{};
    std::string url{};
    kin::morph_many<Comment> comments{};

    static constexpr auto table = kin::table("videos").morph("video");
};

struct Comment {
    kin::key<Comment> id{};
    std::string text{};
    kin::morph_to<Post, Video, kin::nullable> commentable{};  // commentable_type, commentable_id

    static constexpr auto table = kin::table("comments");
};

int main() {
    kin::session s = with_tables<Post, Video, Comment>();
    auto post = s.add(Post{.title = "Engines", .comments = {{.text = "First!"}, {.text = "Second"}}});
    auto video = s.add(Video{.url = "looms.mp4"});
    auto third = s.add(Comment{.text = "Third", .commentable = video});
    check(video->comments.size() == 1);       // both sides, at once and without SQL
    check(sends(s, 3, [&] { s.commit(); }));  // posts, videos, comments
    check(rows(s, "SELECT text, commentable_type, commentable_id FROM comments ORDER BY id") ==
          "First!|post|1 Second|post|1 Third|video|1");

    third->commentable = post;  // any of the set
    check(video->comments.empty() && post->comments.size() == 3);
    check(third->commentable.get<Post>() == post.get() && third->commentable.get<Video>() == nullptr);
    third->commentable.associate(video);  // written at once
    third->commentable.dissociate();
    check(rows(s, "SELECT commentable_type, commentable_id FROM comments WHERE id = 3") == "NULL|NULL");
    post->comments.create(Comment{.text = "Fourth"});
    s.commit();

    s.clear();
    const auto all = s.query<Comment>().order_by(&Comment::id).all();
    std::string where;
    check(sends(s, 1, [&] {  // one statement for each model that is met
        for (const Comment& comment : all) {
            comment.commentable.visit(kin::overloads{[&](const Post& p) { where += p.title + " "; },
                                                     [&](const Video& v) { where += v.url + " "; }},
                                      [&] { where += "nothing "; });
        }
    }));
    check(where == "Engines Engines nothing Engines ");
}
