// The table of workloads: data, expected results, and the SQL around the timed part.
#include "workloads.hpp"

#include <algorithm>

#include "archive_tables.hpp"

namespace bench {

namespace {

/// The tables of the blog; `action` stands behind every foreign key.
std::string blog_tables(const std::string& action) {
    return "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL,"
           " created_at INTEGER NOT NULL);"
           "CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id)" +
           action +
           ", title TEXT NOT NULL, body TEXT NOT NULL, views INTEGER NOT NULL);"
           "CREATE TABLE comments (id INTEGER PRIMARY KEY, post_id INTEGER NOT NULL REFERENCES posts (id)" +
           action + ", author_id INTEGER NOT NULL REFERENCES users (id)" + action +
           ", text TEXT NOT NULL);"
           "CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
           "CREATE TABLE post_tags (post_id INTEGER NOT NULL REFERENCES posts (id)" +
           action + ", tag_id INTEGER NOT NULL REFERENCES tags (id)" + action +
           ", PRIMARY KEY (post_id, tag_id));"
           "CREATE INDEX posts_user_id ON posts (user_id);"
           "CREATE INDEX comments_post_id ON comments (post_id);"
           "CREATE INDEX comments_author_id ON comments (author_id);"
           "CREATE INDEX post_tags_tag_id ON post_tags (tag_id);";  // the primary key is the index on post_id
}

std::string number(std::int64_t n) { return std::to_string(n); }
/// The texts of the data set hold no quotes.
std::string quoted(const std::string& s) { return "'" + s + "'"; }

/// Appends INSERT statements with many rows each.
class inserter {
  public:
    inserter(std::string& sql, std::string_view table) : sql_{sql}, table_{table} {}
    ~inserter() {
        if (rows_ != 0) sql_ += ";\n";
    }
    inserter(const inserter&) = delete;
    inserter& operator=(const inserter&) = delete;

    void row(std::initializer_list<std::string> cells) {
        if (rows_ % 500 == 0) {
            if (rows_ != 0) sql_ += ";\n";
            sql_.append("INSERT INTO ").append(table_).append(" VALUES ");
        } else {
            sql_ += ',';
        }
        char before = '(';
        for (const std::string& cell : cells) {
            sql_.append(1, before).append(cell);
            before = ',';
        }
        sql_ += ')';
        ++rows_;
    }

  private:
    std::string& sql_;
    std::string_view table_;
    std::size_t rows_ = 0;
};

std::string blog_rows(const dataset& data) {
    std::string sql;
    {
        inserter into{sql, "users"};
        for (const user_data& u : data.users) {
            into.row({number(u.id), quoted(u.name), quoted(u.email), number(u.created_at)});
        }
    }
    {
        inserter into{sql, "tags"};
        for (const tag_data& t : data.tags) into.row({number(t.id), quoted(t.name)});
    }
    {
        inserter into{sql, "posts"};
        for (const post_data& p : data.posts) {
            into.row({number(p.id), number(p.user_id), quoted(p.title), quoted(p.body), number(p.views)});
        }
    }
    {
        inserter into{sql, "comments"};
        for (const comment_data& c : data.comments) {
            into.row({number(c.id), number(c.post_id), number(c.author_id), quoted(c.text)});
        }
    }
    if (!data.tags.empty()) {
        inserter into{sql, "post_tags"};
        for (const post_data& p : data.posts) {
            for (const std::int64_t tag : p.tags) into.row({number(p.id), number(tag)});
        }
    }
    return sql;
}

constexpr const char* clear_blog =
    "BEGIN; DELETE FROM post_tags; DELETE FROM comments; DELETE FROM posts; DELETE FROM tags; DELETE FROM users; "
    "COMMIT;";

constexpr const char* restore_views = "UPDATE posts SET views = views - 1 WHERE id % 10 = 0;";

/// Copies that the removed rows come back from; filled only where a workload removes rows.
constexpr const char* keep_rows =
    "CREATE TABLE kept_users AS SELECT * FROM users; CREATE TABLE kept_posts AS SELECT * FROM posts;"
    "CREATE TABLE kept_comments AS SELECT * FROM comments; CREATE TABLE kept_post_tags AS SELECT * FROM post_tags;";

constexpr const char* restore_rows =
    "BEGIN;"
    "INSERT INTO users SELECT * FROM kept_users k WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = k.id);"
    "INSERT INTO posts SELECT * FROM kept_posts k WHERE NOT EXISTS (SELECT 1 FROM posts WHERE id = k.id);"
    "INSERT INTO comments SELECT * FROM kept_comments k WHERE NOT EXISTS (SELECT 1 FROM comments WHERE id = k.id);"
    "INSERT INTO post_tags SELECT * FROM kept_post_tags k WHERE NOT EXISTS"
    " (SELECT 1 FROM post_tags WHERE post_id = k.post_id AND tag_id = k.tag_id);"
    "COMMIT;";

std::uint64_t removed_users(const context& c) {
    const auto& users = c.data->users;
    return static_cast<std::uint64_t>(
        std::count_if(users.begin(), users.end(), [](const user_data& u) { return is_removed(u.id); }));
}

std::int64_t unchanged(const context& c) { return c.data->state(); }

}  // namespace

timed_function side::find(std::string_view workload) const noexcept {
    for (const entry& e : entries) {
        if (e.workload == workload) return e.run;
    }
    return nullptr;
}

side& kin_side() {
    static side instance;
    return instance;
}

side& twin_side() {
    static side instance;
    return instance;
}

const std::vector<workload>& workloads() {
    using c = const context&;
    static const std::vector<workload> all{
        {"W1", "persist the whole graph", table_set::empty_blog, 1.02, [](c x) { return x.data->sum_of_graph(); },
         unchanged, clear_blog},
        {"W2", "all comments, tracked", table_set::blog, 1.08, [](c x) { return x.data->sum_of_comments(); }, unchanged,
         ""},
        {"W3", "users, posts, comments, eager", table_set::blog, 0.95,
         [](c x) { return x.data->sum_of_posts_with_comments(); }, unchanged, ""},
        {"W4", "all posts with their tags", table_set::blog, 0.90, [](c x) { return x.data->sum_of_posts_with_tags(); },
         unchanged, ""},
        {"W5", "20,000 gets by key", table_set::blog, 1.15, [](c x) { return x.data->sum_of_gets(); }, unchanged, ""},
        {"W6", "each user's posts, lazily", table_set::blog, 0.55,
         [](c x) { return x.data->sum_of_users_with_posts(); }, unchanged, ""},
        {"W7", "change every tenth post", table_set::blog, 1.08, [](c x) { return x.data->sum_of_viewed_posts(); },
         [](c x) { return x.data->state_after_views(); }, restore_views},
        {"W8", "delete users, database cascade", table_set::blog, 1.02, removed_users,
         [](c x) { return x.data->state_after_removal(); }, restore_rows},
        {"W8c", "delete users, session cascade", table_set::plain_blog, 1.02, removed_users,
         [](c x) { return x.data->state_after_removal(); }, restore_rows},
        {"W9", "Diesel's associations, eager", table_set::association, 0.95,
         [](c x) { return x.data->sum_of_posts_with_comments(); }, unchanged, ""},
        {"archive", "import a package index", table_set::archive, 1.50, archive_rows, archive_state, ""},
    };
    return all;
}

std::string setup_script(const workload& w, const context& c) {
    switch (w.tables) {
        case table_set::archive:
            return archive_tables;
        case table_set::empty_blog:
            return blog_tables(" ON DELETE CASCADE");
        case table_set::plain_blog:
            return blog_tables("") + "BEGIN;" + blog_rows(*c.data) + keep_rows + "COMMIT;";
        case table_set::blog:
        case table_set::association:
            break;
    }
    return blog_tables(" ON DELETE CASCADE") + "BEGIN;" + blog_rows(*c.data) + (*w.restore != '\0' ? keep_rows : "") +
           "COMMIT;";
}

std::string state_query_of(const workload& w) {
    return w.tables == table_set::archive ? archive_state_query : state_query;
}

}  // namespace bench
