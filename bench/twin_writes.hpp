// The workloads that write, written by hand for any engine: what differs is the connection (sqlite.hpp,
// postgresql.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "twin_reads.hpp"

namespace bench::twin {

/// The graph as one would build it in memory: children in their parents, authors and tags by pointer, keys unknown.
struct new_comment {
    comment row{};
    const user* author = nullptr;
};
struct new_post {
    post row{};
    std::vector<new_comment> comments{};
    std::vector<const tag*> tags{};
};
struct new_user {
    user row{};
    std::vector<new_post> posts{};
};
struct new_graph {
    std::vector<new_user> users{};
    std::vector<tag> tags{};
};

inline new_graph build(const dataset& data) {
    new_graph graph;
    graph.tags.reserve(data.tags.size());
    for (const tag_data& t : data.tags) graph.tags.push_back({0, t.name});
    graph.users.reserve(data.users.size());
    for (const user_data& u : data.users) graph.users.push_back({{0, u.name, u.email, u.created_at}, {}});

    const post_data* next_post = data.posts.data();
    const comment_data* next_comment = data.comments.data();
    for (new_user& u : graph.users) {
        u.posts.reserve(static_cast<std::size_t>(data.posts_per_user));
        for (int i = 0; i < data.posts_per_user; ++i, ++next_post) {
            new_post& p = u.posts.emplace_back();
            p.row = {0, 0, next_post->title, next_post->body, next_post->views};
            p.tags.reserve(next_post->tags.size());
            for (const std::int64_t t : next_post->tags) p.tags.push_back(&graph.tags[static_cast<std::size_t>(t - 1)]);
            p.comments.reserve(static_cast<std::size_t>(data.comments_per_post));
            for (int k = 0; k < data.comments_per_post; ++k, ++next_comment) {
                const auto author = static_cast<std::size_t>(next_comment->author_id - 1);
                p.comments.push_back({{0, 0, 0, next_comment->text}, &graph.users[author].row});
            }
        }
    }
    return graph;
}

inline std::uint64_t sum_of(const new_graph& graph) {
    checksum sum;
    for (const tag& t : graph.tags) add(sum, t);
    for (const new_user& u : graph.users) {
        add(sum, u.row);
        for (const new_post& p : u.posts) {
            add(sum, p.row);
            sum.link(u.row.id, p.row.id);
            for (const tag* t : p.tags) sum.link(p.row.id, t->id);
            for (const new_comment& each : p.comments) {
                add(sum, each.row);
                sum.link(p.row.id, each.row.id);
                sum.link(each.author->id, each.row.id);
            }
        }
    }
    return sum.value();
}

template <class Connection>
void insert(Connection& connection, new_graph& graph) {
    auto statement = connection.prepared_insert("INSERT INTO users (name, email, created_at) VALUES ($1, $2, $3)");
    for (new_user& u : graph.users) {
        u.row.id = connection.insert(statement, u.row.name, u.row.email, u.row.created_at);
    }
    statement = connection.prepared_insert("INSERT INTO tags (name) VALUES ($1)");
    for (tag& t : graph.tags) t.id = connection.insert(statement, t.name);
    statement = connection.prepared_insert("INSERT INTO posts (user_id, title, body, views) VALUES ($1, $2, $3, $4)");
    for (new_user& u : graph.users) {
        for (new_post& p : u.posts) {
            p.row.user_id = u.row.id;
            p.row.id = connection.insert(statement, p.row.user_id, p.row.title, p.row.body, p.row.views);
        }
    }
    statement = connection.prepared_insert("INSERT INTO comments (post_id, author_id, text) VALUES ($1, $2, $3)");
    for (new_user& u : graph.users) {
        for (new_post& p : u.posts) {
            for (new_comment& each : p.comments) {
                each.row.post_id = p.row.id;
                each.row.author_id = each.author->id;
                each.row.id = connection.insert(statement, each.row.post_id, each.row.author_id, each.row.text);
            }
        }
    }
    statement = connection.prepared("INSERT INTO post_tags (post_id, tag_id) VALUES ($1, $2)");
    for (const new_user& u : graph.users) {
        for (const new_post& p : u.posts) {
            for (const tag* t : p.tags) connection.execute(statement, p.row.id, t->id);
        }
    }
}

template <class Connection, void (*Insert)(Connection&, new_graph&) = insert<Connection>>
std::uint64_t w1(context& c) {
    auto& connection = connection_of<Connection>(c);
    connection.begin();
    std::uint64_t sum = 0;
    {
        new_graph graph = build(*c.data);
        Insert(connection, graph);
        sum = sum_of(graph);
    }
    connection.commit();
    return sum;
}

template <class Connection>
std::uint64_t w7(context& c) {
    auto& connection = connection_of<Connection>(c);
    connection.begin();
    checksum sum;
    {
        auto posts = read_all<post>(connection, select_posts, [](const auto& row) { return read_post(row); });
        const auto update = connection.prepared("UPDATE posts SET views = $1 WHERE id = $2");
        for (post& p : posts) {
            if (!is_viewed(p.id)) continue;
            ++p.views;
            connection.execute(update, p.views, p.id);
        }
        for (const post& p : posts) add(sum, p);
    }
    connection.commit();
    return sum.value();
}

template <class Connection>
std::uint64_t w8(context& c) {
    auto& connection = connection_of<Connection>(c);
    connection.begin();
    std::uint64_t removed = 0;
    const auto statement = connection.prepared("DELETE FROM users WHERE id = $1");
    for (const user_data& u : c.data->users) {
        if (is_removed(u.id)) removed += connection.execute(statement, u.id);
    }
    connection.commit();
    return removed;
}

/// Users last: their number is the result.
inline constexpr const char* delete_with_children[] = {
    "DELETE FROM comments WHERE author_id IN (SELECT id FROM users WHERE id % 10 = 1)"
    " OR post_id IN (SELECT id FROM posts WHERE user_id IN (SELECT id FROM users WHERE id % 10 = 1))",
    "DELETE FROM post_tags WHERE post_id IN"
    " (SELECT id FROM posts WHERE user_id IN (SELECT id FROM users WHERE id % 10 = 1))",
    "DELETE FROM posts WHERE user_id IN (SELECT id FROM users WHERE id % 10 = 1)",
    "DELETE FROM users WHERE id % 10 = 1",
};

template <class Connection>
std::uint64_t w8c(context& c) {
    auto& connection = connection_of<Connection>(c);
    connection.begin();
    std::uint64_t removed = 0;
    for (const char* sql : delete_with_children) removed = connection.execute(connection.prepared(sql));
    connection.commit();
    return removed;
}

}  // namespace bench::twin
