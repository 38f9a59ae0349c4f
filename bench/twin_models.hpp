// The structs that somebody would write who does without an ORM, and how each is read from a row.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checksum.hpp"

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

template <class Row>
user read_user(const Row& row) {
    return {row.integer(0), row.text(1), row.text(2), row.integer(3)};
}

template <class Row>
post read_post(const Row& row) {
    return {row.integer(0), row.integer(1), row.text(2), row.text(3), row.integer(4)};
}

template <class Row>
comment read_comment(const Row& row) {
    return {row.integer(0), row.integer(1), row.integer(2), row.text(3)};
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
