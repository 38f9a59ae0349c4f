// The workloads that read, written by hand for any engine: what differs is the connection (sqlite.hpp, postgresql.hpp).
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "twin_models.hpp"
#include "workloads.hpp"

namespace bench::twin {

// Literals of one address each: connections keep statements by them.
inline constexpr const char* select_users = "SELECT id, name, email, created_at FROM users ORDER BY id";
inline constexpr const char* select_user = "SELECT id, name, email, created_at FROM users WHERE id = $1";
inline constexpr const char* select_posts = "SELECT id, user_id, title, body, views FROM posts ORDER BY id";
inline constexpr const char* select_posts_of = "SELECT id, user_id, title, body, views FROM posts WHERE user_id = $1";
inline constexpr const char* select_comments = "SELECT id, post_id, author_id, text FROM comments ORDER BY id";
inline constexpr const char* select_tags = "SELECT id, name FROM tags";
inline constexpr const char* select_links = "SELECT post_id, tag_id FROM post_tags ORDER BY post_id, tag_id";

template <class Connection>
Connection& connection_of(context& c) {
    return *static_cast<Connection*>(c.state);
}

template <class T, class Connection, class Read>
std::vector<T> read_all(Connection& connection, const char* sql, Read read) {
    auto rows = connection.select(connection.prepared(sql));
    std::vector<T> result;
    result.reserve(rows.count());
    while (rows.next()) result.push_back(read(rows.row()));
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

template <class Connection>
std::uint64_t w2(context& c) {
    auto& connection = connection_of<Connection>(c);
    connection.begin({connection.prepared(select_comments)});
    checksum sum;
    {
        const auto comments =
            read_all<comment>(connection, select_comments, [](const auto& row) { return read_comment(row); });
        for (const comment& each : comments) add(sum, each);
    }
    connection.commit();
    return sum.value();
}

struct full_post : post {
    std::vector<comment> comments{};
};
struct full_user : user {
    std::vector<full_post> posts{};
};

template <class Connection>
std::uint64_t w3(context& c) {
    auto& connection = connection_of<Connection>(c);
    connection.begin(
        {connection.prepared(select_users), connection.prepared(select_posts), connection.prepared(select_comments)});
    checksum sum;
    {
        auto users = read_all<full_user>(connection, select_users, [](const auto& row) {
            return full_user{read_user(row), {}};
        });
        auto posts = read_all<full_post>(connection, select_posts, [](const auto& row) {
            return full_post{read_post(row), {}};
        });
        stitch(read_all<comment>(connection, select_comments, [](const auto& row) { return read_comment(row); }), posts,
               &full_post::comments, &comment::post_id);
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

template <class Connection>
std::uint64_t w4(context& c) {
    auto& connection = connection_of<Connection>(c);
    connection.begin(
        {connection.prepared(select_posts), connection.prepared(select_tags), connection.prepared(select_links)});
    checksum sum;
    {
        auto posts = read_all<tagged_post>(connection, select_posts, [](const auto& row) {
            return tagged_post{read_post(row), {}};
        });
        std::unordered_map<std::int64_t, tag> tags;
        {
            auto rows = connection.select(connection.prepared(select_tags));
            while (rows.next()) {
                const std::int64_t id = rows.row().integer(0);
                tags.emplace(id, tag{id, rows.row().text(1)});
            }
        }
        // Both lists are ordered by post, so the links are merged in: one exact allocation a post.
        std::vector<const tag*> found;
        std::size_t place = 0;
        const auto finish_post = [&] {
            posts[place].tags.assign(found.begin(), found.end());
            found.clear();
        };
        {
            auto rows = connection.select(connection.prepared(select_links));
            while (rows.next()) {
                const std::int64_t post_id = rows.row().integer(0);
                while (posts[place].id != post_id) {
                    finish_post();
                    ++place;
                }
                found.push_back(&tags.find(rows.row().integer(1))->second);
            }
        }
        if (!posts.empty()) finish_post();

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

template <class Connection>
std::uint64_t w5(context& c) {
    auto& connection = connection_of<Connection>(c);
    connection.begin();
    checksum sum;
    const auto get = connection.prepared(select_user);
    const auto users = static_cast<std::int64_t>(c.data->users.size());
    for (std::int64_t i = 1; i <= c.data->gets; ++i) {
        auto rows = connection.select(get, wanted_user(i, users));
        if (rows.next()) {
            const user found = read_user(rows.row());
            add(sum, found);
        }
    }
    connection.commit();
    return sum.value();
}

struct author : user {
    std::vector<post> posts{};
};

inline void add_all(checksum& sum, const std::vector<author>& users) {
    for (const author& u : users) {
        add(sum, u);
        for (const post& p : u.posts) {
            add(sum, p);
            sum.link(u.id, p.id);
        }
    }
}

template <class Connection>
std::vector<author> read_authors(Connection& connection) {
    return read_all<author>(connection, select_users, [](const auto& row) { return author{read_user(row), {}}; });
}

template <class Connection>
std::uint64_t w6(context& c) {
    auto& connection = connection_of<Connection>(c);
    connection.begin();
    checksum sum;
    {
        auto users = read_authors(connection);
        const auto posts = connection.prepared(select_posts_of);
        for (author& u : users) {
            auto rows = connection.select(posts, u.id);
            u.posts.reserve(rows.count());
            while (rows.next()) u.posts.push_back(read_post(rows.row()));
        }
        add_all(sum, users);
    }
    connection.commit();
    return sum.value();
}

/// One statement for the posts of all users.
template <class Connection>
std::uint64_t w6_in_sets(context& c) {
    auto& to = connection_of<Connection>(c);
    to.begin({to.prepared(select_users), to.prepared(select_posts)});
    checksum sum;
    {
        auto users = read_authors(to);
        stitch(read_all<post>(to, select_posts, [](const auto& row) { return read_post(row); }), users, &author::posts,
               &post::user_id);
        add_all(sum, users);
    }
    to.commit();
    return sum.value();
}

}  // namespace bench::twin
