// The hand-written twins against the SQLite C API: connection, and the workloads that read.
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "twin_models.hpp"
#include "workloads.hpp"

namespace bench::twin {

namespace {

sqlite_connection& connection_of(context& c) { return *static_cast<sqlite_connection*>(c.state); }

void open(context& c) { c.state = new sqlite_connection{c.path}; }

void close(context& c) {
    delete static_cast<sqlite_connection*>(c.state);
    c.state = nullptr;
}

void script(context& c, const std::string& sql) { connection_of(c).script(sql.c_str()); }

std::int64_t scalar(context& c, const std::string& sql) {
    sqlite_connection& connection = connection_of(c);
    sqlite3_stmt* statement = nullptr;
    check(connection.db, sqlite3_prepare_v2(connection.db, sql.c_str(), -1, &statement, nullptr));
    const bool found = connection.step(statement);
    const std::int64_t result = found ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return result;
}

template <class T, class Read>
std::vector<T> read_all(sqlite_connection& connection, const char* sql, Read read) {
    sqlite3_stmt* rows = connection.prepared(sql);
    std::vector<T> result;
    while (connection.step(rows)) result.push_back(read(rows));
    sqlite3_reset(rows);
    return result;
}

/// Where each key stands in a list that is ordered by it; keys are dense, so this beats hashing.
template <class T>
std::vector<std::uint32_t> places_of(const std::vector<T>& ordered) {
    std::vector<std::uint32_t> places(ordered.empty() ? 0 : static_cast<std::size_t>(ordered.back().id) + 1);
    for (std::size_t i = 0; i < ordered.size(); ++i) {
        places[static_cast<std::size_t>(ordered[i].id)] = static_cast<std::uint32_t>(i);
    }
    return places;
}

struct full_post : post {
    std::vector<comment> comments{};
};
struct full_user : user {
    std::vector<full_post> posts{};
};

/// Moves children below their parents, into vectors of exact size: counted first, then reserved, then moved.
template <class Child, class Parent>
void stitch(std::vector<Child> children, std::vector<Parent>& parents, std::vector<Child> Parent::*list,
            std::int64_t Child::*key) {
    const std::vector<std::uint32_t> places = places_of(parents);
    std::vector<std::uint32_t> counts(parents.size());
    for (const Child& child : children) ++counts[places[static_cast<std::size_t>(child.*key)]];
    for (std::size_t i = 0; i < parents.size(); ++i) (parents[i].*list).reserve(counts[i]);
    for (Child& child : children) {
        (parents[places[static_cast<std::size_t>(child.*key)]].*list).push_back(std::move(child));
    }
}

std::uint64_t w2(context& c) {
    sqlite_connection& connection = connection_of(c);
    connection.begin();
    checksum sum;
    {
        const auto comments = read_all<comment>(connection, select_comments, read_comment);
        for (const comment& each : comments) add(sum, each);
    }
    connection.commit();
    return sum.value();
}

std::uint64_t w3(context& c) {
    sqlite_connection& connection = connection_of(c);
    connection.begin();
    checksum sum;
    {
        auto users = read_all<full_user>(connection, select_users, [](sqlite3_stmt* row) {
            return full_user{read_user(row), {}};
        });
        auto posts = read_all<full_post>(connection, select_posts, [](sqlite3_stmt* row) {
            return full_post{read_post(row), {}};
        });
        stitch(read_all<comment>(connection, select_comments, read_comment), posts, &full_post::comments,
               &comment::post_id);
        stitch(std::move(posts), users, &full_user::posts, static_cast<std::int64_t full_post::*>(&post::user_id));
        for (const full_user& u : users) {
            add(sum, u);
            for (const full_post& p : u.posts) {
                add(sum, p);
                sum.link(u.id, p.id);
                for (const comment& each : p.comments) {
                    add(sum, each);
                    sum.link(p.id, each.id);
                }
            }
        }
    }
    connection.commit();
    return sum.value();
}

struct tagged_post : post {
    std::vector<const tag*> tags{};
};

std::uint64_t w4(context& c) {
    sqlite_connection& connection = connection_of(c);
    connection.begin();
    checksum sum;
    {
        auto posts = read_all<tagged_post>(connection, select_posts, [](sqlite3_stmt* row) {
            return tagged_post{read_post(row), {}};
        });
        std::unordered_map<std::int64_t, tag> tags;
        sqlite3_stmt* rows = connection.prepared("SELECT id, name FROM tags");
        while (connection.step(rows)) {
            const std::int64_t id = sqlite3_column_int64(rows, 0);
            tags.emplace(id, tag{id, text_of(rows, 1)});
        }
        sqlite3_reset(rows);

        // Both lists are ordered by post, so the links are merged in: one exact allocation a post.
        std::vector<const tag*> found;
        std::size_t place = 0;
        const auto finish_post = [&] {
            posts[place].tags.assign(found.begin(), found.end());
            found.clear();
        };
        rows = connection.prepared("SELECT post_id, tag_id FROM post_tags ORDER BY post_id, tag_id");
        while (connection.step(rows)) {
            const std::int64_t post_id = sqlite3_column_int64(rows, 0);
            while (posts[place].id != post_id) {
                finish_post();
                ++place;
            }
            found.push_back(&tags.find(sqlite3_column_int64(rows, 1))->second);
        }
        if (!posts.empty()) finish_post();
        sqlite3_reset(rows);

        for (const tagged_post& p : posts) {
            add(sum, p);
            for (const tag* t : p.tags) {
                add(sum, *t);
                sum.link(p.id, t->id);
            }
        }
    }
    connection.commit();
    return sum.value();
}

std::uint64_t w5(context& c) {
    sqlite_connection& connection = connection_of(c);
    connection.begin();
    checksum sum;
    sqlite3_stmt* get = connection.prepared("SELECT id, name, email, created_at FROM users WHERE id = ?");
    const auto users = static_cast<std::int64_t>(c.data->users.size());
    for (std::int64_t i = 1; i <= gets; ++i) {
        sqlite3_bind_int64(get, 1, wanted_user(i, users));
        if (connection.step(get)) {
            const user found = read_user(get);
            add(sum, found);
        }
        sqlite3_reset(get);
    }
    connection.commit();
    return sum.value();
}

struct author : user {
    std::vector<post> posts{};
};

std::uint64_t w6(context& c) {
    sqlite_connection& connection = connection_of(c);
    connection.begin();
    checksum sum;
    {
        auto users = read_all<author>(connection, select_users, [](sqlite3_stmt* row) {
            return author{read_user(row), {}};
        });
        sqlite3_stmt* posts =
            connection.prepared("SELECT id, user_id, title, body, views FROM posts WHERE user_id = ?");
        for (author& u : users) {
            sqlite3_bind_int64(posts, 1, u.id);
            while (connection.step(posts)) u.posts.push_back(read_post(posts));
            sqlite3_reset(posts);
        }
        for (const author& u : users) {
            add(sum, u);
            for (const post& p : u.posts) {
                add(sum, p);
                sum.link(u.id, p.id);
            }
        }
    }
    connection.commit();
    return sum.value();
}

const registration reads{twin_side(), {{"W2", w2}, {"W3", w3}, {"W4", w4}, {"W5", w5}, {"W6", w6}, {"W9", w3}}};

const bool connected = [] {
    side& s = twin_side();
    s.open = open;
    s.close = close;
    s.script = script;
    s.scalar = scalar;
    return true;
}();

}  // namespace

}  // namespace bench::twin
