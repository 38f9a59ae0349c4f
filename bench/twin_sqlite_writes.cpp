// The hand-written twins against the SQLite C API: the workloads that write.
#include <cstdint>
#include <vector>

#include "twin_models.hpp"
#include "workloads.hpp"

namespace bench::twin {

namespace {

sqlite_connection& connection_of(context& c) { return *static_cast<sqlite_connection*>(c.state); }

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

new_graph build(const dataset& data) {
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

void insert(sqlite_connection& connection, new_graph& graph) {
    sqlite3_stmt* statement = connection.prepared("INSERT INTO users (name, email, created_at) VALUES (?, ?, ?)");
    for (new_user& u : graph.users) {
        bind_text(statement, 1, u.row.name);
        bind_text(statement, 2, u.row.email);
        sqlite3_bind_int64(statement, 3, u.row.created_at);
        connection.run(statement);
        u.row.id = sqlite3_last_insert_rowid(connection.db);
    }
    statement = connection.prepared("INSERT INTO tags (name) VALUES (?)");
    for (tag& t : graph.tags) {
        bind_text(statement, 1, t.name);
        connection.run(statement);
        t.id = sqlite3_last_insert_rowid(connection.db);
    }
    statement = connection.prepared("INSERT INTO posts (user_id, title, body, views) VALUES (?, ?, ?, ?)");
    for (new_user& u : graph.users) {
        for (new_post& p : u.posts) {
            p.row.user_id = u.row.id;
            sqlite3_bind_int64(statement, 1, p.row.user_id);
            bind_text(statement, 2, p.row.title);
            bind_text(statement, 3, p.row.body);
            sqlite3_bind_int64(statement, 4, p.row.views);
            connection.run(statement);
            p.row.id = sqlite3_last_insert_rowid(connection.db);
        }
    }
    statement = connection.prepared("INSERT INTO comments (post_id, author_id, text) VALUES (?, ?, ?)");
    for (new_user& u : graph.users) {
        for (new_post& p : u.posts) {
            for (new_comment& each : p.comments) {
                each.row.post_id = p.row.id;
                each.row.author_id = each.author->id;
                sqlite3_bind_int64(statement, 1, each.row.post_id);
                sqlite3_bind_int64(statement, 2, each.row.author_id);
                bind_text(statement, 3, each.row.text);
                connection.run(statement);
                each.row.id = sqlite3_last_insert_rowid(connection.db);
            }
        }
    }
    statement = connection.prepared("INSERT INTO post_tags (post_id, tag_id) VALUES (?, ?)");
    for (const new_user& u : graph.users) {
        for (const new_post& p : u.posts) {
            sqlite3_bind_int64(statement, 1, p.row.id);
            for (const tag* t : p.tags) {
                sqlite3_bind_int64(statement, 2, t->id);
                connection.run(statement);
            }
        }
    }
}

std::uint64_t w1(context& c) {
    sqlite_connection& connection = connection_of(c);
    connection.begin();
    checksum sum;
    {
        new_graph graph = build(*c.data);
        insert(connection, graph);
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
    }
    connection.commit();
    return sum.value();
}

std::uint64_t w7(context& c) {
    sqlite_connection& connection = connection_of(c);
    connection.begin();
    checksum sum;
    {
        std::vector<post> posts;
        sqlite3_stmt* rows = connection.prepared(select_posts);
        while (connection.step(rows)) posts.push_back(read_post(rows));
        sqlite3_reset(rows);

        sqlite3_stmt* update = connection.prepared("UPDATE posts SET views = ? WHERE id = ?");
        for (post& p : posts) {
            if (!is_viewed(p.id)) continue;
            ++p.views;
            sqlite3_bind_int64(update, 1, p.views);
            sqlite3_bind_int64(update, 2, p.id);
            connection.run(update);
        }
        for (const post& p : posts) add(sum, p);
    }
    connection.commit();
    return sum.value();
}

std::uint64_t w8(context& c) {
    sqlite_connection& connection = connection_of(c);
    connection.begin();
    std::uint64_t removed = 0;
    sqlite3_stmt* statement = connection.prepared("DELETE FROM users WHERE id = ?");
    for (const user_data& u : c.data->users) {
        if (!is_removed(u.id)) continue;
        sqlite3_bind_int64(statement, 1, u.id);
        connection.run(statement);
        removed += static_cast<std::uint64_t>(sqlite3_changes(connection.db));
    }
    connection.commit();
    return removed;
}

std::uint64_t w8c(context& c) {
    sqlite_connection& connection = connection_of(c);
    connection.begin();
    connection.run(connection.prepared(
        "DELETE FROM comments WHERE author_id IN (SELECT id FROM users WHERE id % 10 = 1)"
        " OR post_id IN (SELECT id FROM posts WHERE user_id IN (SELECT id FROM users WHERE id % 10 = 1))"));
    connection.run(
        connection.prepared("DELETE FROM post_tags WHERE post_id IN"
                            " (SELECT id FROM posts WHERE user_id IN (SELECT id FROM users WHERE id % 10 = 1))"));
    connection.run(connection.prepared("DELETE FROM posts WHERE user_id IN (SELECT id FROM users WHERE id % 10 = 1)"));
    connection.run(connection.prepared("DELETE FROM users WHERE id % 10 = 1"));
    const auto removed = static_cast<std::uint64_t>(sqlite3_changes(connection.db));
    connection.commit();
    return removed;
}

const registration writes{twin_side(), {{"W1", w1}, {"W7", w7}, {"W8", w8}, {"W8c", w8c}}};

}  // namespace

}  // namespace bench::twin
