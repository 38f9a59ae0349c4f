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

struct Tag;
struct Taggable;

struct Post {
    kin::key<Post> id{};
    kin::morph_to_many<Tag, Taggable> tags{};
};

struct Video {
    kin::key<Video> id{};
    kin::morph_to_many<Tag, Taggable> tags{};
};

struct Tag {
    kin::key<Tag> id{};
    std::string name{};
    kin::morphed_by_many<Post, Taggable> posts{};
    kin::morphed_by_many<Video, Taggable> videos{};
};

struct Taggable {
    kin::key<Tag> tag_id{};
    kin::morph_to<Post, Video> taggable{};

    static constexpr auto table =
        kin::table("taggables").primary_key("tag_id", "taggable_type", "taggable_id");
};

int main() {
    kin::session s = with_tables<Post, Video, Tag, Taggable>();
    auto post = s.add(Post{.tags = {{.name = "engine"}}});
    auto video = s.add(Video{});
    auto engine = post->tags.handle(0);
    engine->videos.push_back(video);
    check(video->tags.size() == 1);
    s.commit();
    check(rows(s, "SELECT * FROM taggables ORDER BY 2") == "1|Post|1 1|Video|1");
    post->tags.erase(engine);
    s.commit();
    check(rows(s, "SELECT * FROM taggables") == "1|Video|1");
    check(s.query<Tag>().where(any(&Tag::videos)).count() == 1);
    check(s.query<Tag>().where(any(&Tag::posts)).count() == 0);
}
