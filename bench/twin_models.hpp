// The structs that somebody would write who does without an ORM, and how each is read from a row.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checksum.hpp"
#include "sqlite.hpp"

namespace bench::twin {

struct comment {
    std::int64_t id = 0;
    std::int64_t post_id = 0;
    std::int64_t author_id = 0;
    std::string text{};
};

struct tag {
    std::int64_t id = 0;
    std::string name{};
};

struct post {
    std::int64_t id = 0;
    std::int64_t user_id = 0;
    std::string title{};
    std::string body{};
    std::int64_t views = 0;
};

struct user {
    std::int64_t id = 0;
    std::string name{};
    std::string email{};
    std::int64_t created_at = 0;
};

inline constexpr const char* select_users = "SELECT id, name, email, created_at FROM users ORDER BY id";
inline constexpr const char* select_posts = "SELECT id, user_id, title, body, views FROM posts ORDER BY id";
inline constexpr const char* select_comments = "SELECT id, post_id, author_id, text FROM comments ORDER BY id";

inline user read_user(sqlite3_stmt* row) {
    return {sqlite3_column_int64(row, 0), text_of(row, 1), text_of(row, 2), sqlite3_column_int64(row, 3)};
}

inline post read_post(sqlite3_stmt* row) {
    return {sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1), text_of(row, 2), text_of(row, 3),
            sqlite3_column_int64(row, 4)};
}

inline comment read_comment(sqlite3_stmt* row) {
    return {sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2), text_of(row, 3)};
}

inline void add(checksum& sum, const user& u) {
    sum.add(u.id);
    sum.add(u.name);
    sum.add(u.email);
    sum.add(u.created_at);
}

inline void add(checksum& sum, const post& p) {
    sum.add(p.id);
    sum.add(p.user_id);
    sum.add(p.title);
    sum.add(p.body);
    sum.add(p.views);
}

inline void add(checksum& sum, const comment& c) {
    sum.add(c.id);
    sum.add(c.post_id);
    sum.add(c.author_id);
    sum.add(c.text);
}

inline void add(checksum& sum, const tag& t) {
    sum.add(t.id);
    sum.add(t.name);
}

}  // namespace bench::twin
