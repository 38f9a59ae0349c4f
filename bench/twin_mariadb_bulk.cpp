// The best that one gets out of Connector/C by hand: statements with many rows, and arrays of parameters. What reads
// is one statement on both sides; MariaDB has no pipelines.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mariadb.hpp"
#include "twin_connect.hpp"
#include "twin_reads.hpp"
#include "twin_writes.hpp"
#include "workloads.hpp"

namespace bench::twin {

namespace {

using connection = maria_connection;

/// `begin (?, ?), (?, ?)… end`
std::string with_rows(const std::string& begin, std::size_t columns, std::size_t rows, const char* end) {
    std::string one = "(?";
    for (std::size_t i = 1; i < columns; ++i) one += ",?";
    one += ')';
    std::string sql = begin + one;
    for (std::size_t i = 1; i < rows; ++i) sql.append(1, ',').append(one);
    return sql + end;
}

/// Inserts rows, so many in a statement. `fill(parameters, row)` adds a row's values, `take(row, key)` gets its key.
template <class Rows, class Fill, class Take>
void insert_rows(connection& to, const std::string& begin, std::size_t columns, Rows& rows, Fill fill, Take take) {
    constexpr std::size_t at_a_time = 1000;
    std::unique_ptr<maria_statement> statement;
    std::size_t prepared_for = 0;
    for (std::size_t from = 0; from < rows.size(); from += at_a_time) {
        const std::size_t count = std::min(at_a_time, rows.size() - from);
        if (count != prepared_for) {
            statement = to.prepared_once(with_rows(begin, columns, count, " RETURNING id"));
            prepared_for = count;
        }
        maria_parameters with{columns * count};
        for (std::size_t i = 0; i < count; ++i) fill(with, rows[from + i]);
        statement->execute(with.binds());
        for (std::size_t i = 0; i < count; ++i) {
            statement->next();
            take(rows[from + i], statement->integer(0));
        }
        statement->finish();
    }
}

/// Runs a statement for each element of arrays of numbers.
template <std::size_t Count>
std::uint64_t run_each(connection& to, const char* sql, std::array<std::vector<std::int64_t>, Count>& arrays) {
    if (arrays[0].empty()) return 0;
    std::array<MYSQL_BIND, Count> binds;
    for (std::size_t i = 0; i < Count; ++i) {
        binds[i] = maria_parameters::bind(MYSQL_TYPE_LONGLONG, arrays[i].data(), sizeof(std::int64_t));
    }
    maria_statement& statement = *to.prepared(sql);
    statement.execute_each(binds.data(), arrays[0].size());
    return statement.changed();
}

void insert_in_blocks(connection& to, new_graph& graph) {
    insert_rows(
        to, "INSERT INTO users (name, email, created_at) VALUES ", 3, graph.users,
        [](auto& with, const new_user& u) {
            with.add(u.row.name);
            with.add(u.row.email);
            with.add(u.row.created_at);
        },
        [](new_user& u, std::int64_t key) { u.row.id = key; });
    insert_rows(
        to, "INSERT INTO tags (name) VALUES ", 1, graph.tags, [](auto& with, const tag& t) { with.add(t.name); },
        [](tag& t, std::int64_t key) { t.id = key; });
    std::vector<new_post*> posts;
    for (new_user& u : graph.users) {
        for (new_post& p : u.posts) {
            p.row.user_id = u.row.id;
            posts.push_back(&p);
        }
    }
    insert_rows(
        to, "INSERT INTO posts (user_id, title, body, views) VALUES ", 4, posts,
        [](auto& with, const new_post* p) {
            with.add(p->row.user_id);
            with.add(p->row.title);
            with.add(p->row.body);
            with.add(p->row.views);
        },
        [](new_post* p, std::int64_t key) { p->row.id = key; });
    std::vector<new_comment*> comments;
    std::array<std::vector<std::int64_t>, 2> links;
    for (new_post* p : posts) {
        for (new_comment& each : p->comments) {
            each.row.post_id = p->row.id;
            each.row.author_id = each.author->id;
            comments.push_back(&each);
        }
        for (const tag* t : p->tags) {
            links[0].push_back(p->row.id);
            links[1].push_back(t->id);
        }
    }
    insert_rows(
        to, "INSERT INTO comments (post_id, author_id, text) VALUES ", 3, comments,
        [](auto& with, const new_comment* c) {
            with.add(c->row.post_id);
            with.add(c->row.author_id);
            with.add(c->row.text);
        },
        [](new_comment* c, std::int64_t key) { c->row.id = key; });
    run_each(to, "INSERT INTO post_tags (post_id, tag_id) VALUES (?, ?)", links);
}

std::uint64_t w7_in_sets(context& c) {
    auto& to = connection_of<connection>(c);
    to.begin();
    checksum sum;
    {
        auto posts = read_all<post>(to, select_posts, [](const auto& row) { return read_post(row); });
        std::array<std::vector<std::int64_t>, 2> changes;
        for (post& p : posts) {
            if (!is_viewed(p.id)) continue;
            changes[0].push_back(++p.views);
            changes[1].push_back(p.id);
        }
        run_each(to, "UPDATE posts SET views = ? WHERE id = ?", changes);
        for (const post& p : posts) add(sum, p);
    }
    to.commit();
    return sum.value();
}

std::uint64_t w8_in_sets(context& c) {
    auto& to = connection_of<connection>(c);
    to.begin();
    std::array<std::vector<std::int64_t>, 1> ids;
    for (const user_data& u : c.data->users) {
        if (is_removed(u.id)) ids[0].push_back(u.id);
    }
    const std::uint64_t removed = run_each(to, "DELETE FROM users WHERE id = ?", ids);
    to.commit();
    return removed;
}

const registration all = [] {
    side& twin = mariadb_bulk_twin();
    connect<connection>(twin);
    return registration{twin,
                        {{"W1", w1<connection, insert_in_blocks>},
                         {"W6", w6_in_sets<connection>},
                         {"W7", w7_in_sets},
                         {"W8", w8_in_sets}}};
}();

}  // namespace

}  // namespace bench::twin
