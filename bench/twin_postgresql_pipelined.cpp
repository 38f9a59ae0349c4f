// The best that one gets out of libpq by hand: statements over whole sets, and a pipeline for what is independent.
#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "libpq.hpp"
#include "twin_connect.hpp"
#include "twin_reads.hpp"
#include "twin_writes.hpp"
#include "workloads.hpp"

namespace bench::twin {

namespace {

using connection = pq_pipeline;

/// Sends rows as arrays, in parts, so that the server works on one while the next is made. `fill(arrays, row)` adds a
/// row. Gives the number of parts: of answers to take.
template <class Row, class Fill, class... Element>
int send_rows(connection& to, const char* sql, const std::vector<Row>& rows, Fill fill, Element... types) {
    constexpr std::size_t at_a_time = 4096;
    const auto insert = to.prepared(sql);
    int parts = 0;
    for (std::size_t from = 0; from < rows.size(); from += at_a_time, ++parts) {
        std::array<pq_array, sizeof...(types)> arrays{pq_array{types}...};
        const std::size_t end = std::min(rows.size(), from + at_a_time);
        for (std::size_t i = from; i < end; ++i) fill(arrays, rows[i]);
        std::apply([&](auto&... each) { to.send(insert, each...); }, arrays);
    }
    return parts;
}

/// Reads one block of keys into the rows.
template <class Rows, class Key>
void take_keys(connection& from, Rows& rows, Key key) {
    pq_rows keys{from.take()};
    for (auto& row : rows) {
        keys.next();
        key(row) = keys.row().integer(0);
    }
}

void insert(connection& to, new_graph& graph) {
    std::vector<new_post*> posts;
    std::vector<new_comment*> comments;
    std::vector<std::pair<const new_post*, const tag*>> links;
    for (new_user& u : graph.users) {
        for (new_post& p : u.posts) {
            posts.push_back(&p);
            for (new_comment& each : p.comments) comments.push_back(&each);
            for (const tag* t : p.tags) links.emplace_back(&p, t);
        }
    }

    // Every key is fetched before anything is written, so nothing waits for its parents; a sequence is looked up once.
    const auto keys_of_users = to.prepared(
        "SELECT nextval((SELECT pg_get_serial_sequence('users', 'id')::regclass)) FROM generate_series(1, $1::bigint)");
    const auto keys_of_tags = to.prepared(
        "SELECT nextval((SELECT pg_get_serial_sequence('tags', 'id')::regclass)) FROM generate_series(1, $1::bigint)");
    const auto keys_of_posts = to.prepared(
        "SELECT nextval((SELECT pg_get_serial_sequence('posts', 'id')::regclass)) FROM generate_series(1, $1::bigint)");
    const auto keys_of_comments = to.prepared(
        "SELECT nextval((SELECT pg_get_serial_sequence('comments', 'id')::regclass)) FROM generate_series(1, "
        "$1::bigint)");
    const char* insert_users =
        "INSERT INTO users (id, name, email, created_at)"
        " SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[])";
    const char* insert_tags = "INSERT INTO tags (id, name) SELECT * FROM unnest($1::bigint[], $2::text[])";
    const char* insert_posts =
        "INSERT INTO posts (id, user_id, title, body, views)"
        " SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[])";
    const char* insert_comments =
        "INSERT INTO comments (id, post_id, author_id, text)"
        " SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[])";
    const char* insert_links =
        "INSERT INTO post_tags (post_id, tag_id) SELECT * FROM unnest($1::bigint[], $2::bigint[])";
    for (const char* each : {insert_users, insert_tags, insert_posts, insert_comments, insert_links}) to.prepared(each);

    to.open();
    to.send_begin();
    to.send(keys_of_users, static_cast<std::int64_t>(graph.users.size()));
    to.send(keys_of_tags, static_cast<std::int64_t>(graph.tags.size()));
    to.send(keys_of_posts, static_cast<std::int64_t>(posts.size()));
    to.send(keys_of_comments, static_cast<std::int64_t>(comments.size()));
    to.sync();
    to.take();
    take_keys(to, graph.users, [](new_user& u) -> std::int64_t& { return u.row.id; });
    take_keys(to, graph.tags, [](tag& t) -> std::int64_t& { return t.id; });
    take_keys(to, posts, [](new_post* p) -> std::int64_t& { return p->row.id; });
    take_keys(to, comments, [](new_comment* each) -> std::int64_t& { return each->row.id; });
    to.take_sync();

    for (new_user& u : graph.users) {
        for (new_post& p : u.posts) {
            p.row.user_id = u.row.id;
            for (new_comment& each : p.comments) {
                each.row.post_id = p.row.id;
                each.row.author_id = each.author->id;
            }
        }
    }
    constexpr auto int8 = pq_array::int8;
    constexpr auto text = pq_array::text;
    int answers = 0;
    const auto add_user = [](auto& arrays, const new_user& u) {
        arrays[0].add(u.row.id);
        arrays[1].add(u.row.name);
        arrays[2].add(u.row.email);
        arrays[3].add(u.row.created_at);
    };
    answers += send_rows(to, insert_users, graph.users, add_user, int8, text, text, int8);
    const auto add_tag = [](auto& arrays, const tag& t) {
        arrays[0].add(t.id);
        arrays[1].add(t.name);
    };
    answers += send_rows(to, insert_tags, graph.tags, add_tag, int8, text);
    const auto add_post = [](auto& arrays, const new_post* p) {
        arrays[0].add(p->row.id);
        arrays[1].add(p->row.user_id);
        arrays[2].add(p->row.title);
        arrays[3].add(p->row.body);
        arrays[4].add(p->row.views);
    };
    answers += send_rows(to, insert_posts, posts, add_post, int8, int8, text, text, int8);
    const auto add_comment = [](auto& arrays, const new_comment* each) {
        arrays[0].add(each->row.id);
        arrays[1].add(each->row.post_id);
        arrays[2].add(each->row.author_id);
        arrays[3].add(each->row.text);
    };
    answers += send_rows(to, insert_comments, comments, add_comment, int8, int8, int8, text);
    const auto add_link = [](auto& arrays, const std::pair<const new_post*, const tag*>& link) {
        arrays[0].add(link.first->row.id);
        arrays[1].add(link.second->id);
    };
    answers += send_rows(to, insert_links, links, add_link, int8, int8);
    to.send_commit();
    to.sync();
    for (int i = 0; i < answers + 1; ++i) to.take();
    to.take_sync();
    to.close();
}

std::uint64_t w1_in_sets(context& c) {
    new_graph graph = build(*c.data);
    insert(connection_of<connection>(c), graph);
    return sum_of(graph);
}

std::uint64_t w5_pipelined(context& c) {
    constexpr std::int64_t at_a_time = 500;
    auto& to = connection_of<connection>(c);
    const auto get = to.prepared(select_user);
    const auto users = static_cast<std::int64_t>(c.data->users.size());
    checksum sum;
    to.open();
    to.send_begin();
    to.sync();
    to.take();
    to.take_sync();
    for (std::int64_t from = 1; from <= c.data->gets; from += at_a_time) {
        const std::int64_t end = std::min<std::int64_t>(c.data->gets + 1, from + at_a_time);
        for (std::int64_t i = from; i < end; ++i) to.send(get, wanted_user(i, users));
        to.sync();
        for (std::int64_t i = from; i < end; ++i) {
            pq_rows rows{to.take()};
            if (rows.next()) {
                const user found = read_user(rows.row());
                add(sum, found);
            }
        }
        to.take_sync();
    }
    to.send_commit();
    to.sync();
    to.commit();
    return sum.value();
}

std::uint64_t w7_in_sets(context& c) {
    auto& to = connection_of<connection>(c);
    const auto select = to.prepared(select_posts);
    const auto update = to.prepared(
        "UPDATE posts SET views = each.views FROM unnest($1::bigint[], $2::bigint[]) AS each (id, views)"
        " WHERE posts.id = each.id");
    checksum sum;
    {
        to.open();
        to.send_begin();
        to.send(select);
        to.sync();
        to.take();
        auto posts = read_all<post>(to, select_posts, [](const auto& row) { return read_post(row); });
        to.take_sync();
        pq_array ids{pq_array::int8};
        pq_array views{pq_array::int8};
        for (post& p : posts) {
            if (!is_viewed(p.id)) continue;
            ids.add(p.id);
            views.add(++p.views);
        }
        to.send(update, ids, views);
        to.send_commit();
        to.sync();
        to.take();
        to.commit();
        for (const post& p : posts) add(sum, p);
    }
    return sum.value();
}

std::uint64_t w8_in_sets(context& c) {
    auto& to = connection_of<connection>(c);
    const auto remove = to.prepared("DELETE FROM users WHERE id = ANY ($1::bigint[])");
    pq_array ids{pq_array::int8};
    for (const user_data& u : c.data->users) {
        if (is_removed(u.id)) ids.add(u.id);
    }
    to.open();
    to.send_begin();
    to.send(remove, ids);
    to.send_commit();
    to.sync();
    to.take();
    const std::uint64_t removed = to.take_changed();
    to.commit();
    return removed;
}

std::uint64_t w8c_pipelined(context& c) {
    auto& to = connection_of<connection>(c);
    for (const char* sql : delete_with_children) to.prepared(sql);
    to.open();
    to.send_begin();
    for (const char* sql : delete_with_children) to.send(to.prepared(sql));
    to.send_commit();
    to.sync();
    to.take();
    std::uint64_t removed = 0;
    for (std::size_t i = 0; i < std::size(delete_with_children); ++i) removed = to.take_changed();
    to.commit();
    return removed;
}

const registration all = [] {
    side& twin = pipelined_twin();
    connect<connection>(twin);
    return registration{twin,
                        {{"W1", w1_in_sets},
                         {"W2", w2<connection>},
                         {"W3", w3<connection>},
                         {"W4", w4<connection>},
                         {"W5", w5_pipelined},
                         {"W6", w6_in_sets<connection>},
                         {"W7", w7_in_sets},
                         {"W8", w8_in_sets},
                         {"W8c", w8c_pipelined},
                         {"W9", w3<connection>}}};
}();

}  // namespace

}  // namespace bench::twin
