// The deterministic data of the benchmark, and the checksums that follow from it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct user_data {
    std::int64_t id = 0;
    std::string name{};
    std::string email{};
    std::int64_t created_at = 0;
};

struct post_data {
    std::int64_t id = 0;
    std::int64_t user_id = 0;
    std::string title{};
    std::string body{};
    std::int64_t views = 0;
    std::array<std::int64_t, 3> tags{};  ///< keys; none in a set without tags
};

struct comment_data {
    std::int64_t id = 0;
    std::int64_t post_id = 0;
    std::int64_t author_id = 0;
    std::string text{};
};

struct tag_data {
    std::int64_t id = 0;
    std::string name{};
};

/// Ids are 1..N in natural order, so object i stands at i - 1 and the children of one parent side by side.
struct dataset {
    int gets = 0;  ///< of W5
    int posts_per_user = 0;
    int comments_per_post = 0;
    std::vector<user_data> users{};
    std::vector<post_data> posts{};
    std::vector<comment_data> comments{};
    std::vector<tag_data> tags{};

    [[nodiscard]] const user_data& user(std::int64_t id) const { return users[static_cast<std::size_t>(id - 1)]; }
    [[nodiscard]] const post_data& post(std::int64_t id) const { return posts[static_cast<std::size_t>(id - 1)]; }

    // What the timed functions have to return.
    [[nodiscard]] std::uint64_t sum_of_graph() const;                ///< W1: everything, with every link
    [[nodiscard]] std::uint64_t sum_of_comments() const;             ///< W2
    [[nodiscard]] std::uint64_t sum_of_posts_with_comments() const;  ///< W3, W9: below their users
    [[nodiscard]] std::uint64_t sum_of_posts_with_tags() const;      ///< W4
    [[nodiscard]] std::uint64_t sum_of_gets() const;                 ///< W5
    [[nodiscard]] std::uint64_t sum_of_users_with_posts() const;     ///< W6
    [[nodiscard]] std::uint64_t sum_of_viewed_posts() const;         ///< W7: after the change

    /// What `state_query` returns of a database that holds all of it.
    [[nodiscard]] std::int64_t state() const;
    [[nodiscard]] std::int64_t state_after_views() const;    ///< W7
    [[nodiscard]] std::int64_t state_after_removal() const;  ///< W8
};

/// 1,000 users with 10 posts with 5 comments, 200 tags, 3 tags a post, 20,000 gets: so many times `size` users and
/// gets.
[[nodiscard]] dataset standard_data(double size);
/// 100 users with 10 posts with 10 comments, no tags: Diesel's association benchmark; `size` as above.
[[nodiscard]] dataset association_data(double size);

/// The user that get number `i` of W5 asks for, counted from 1; also the author of comment i.
[[nodiscard]] constexpr std::int64_t wanted_user(std::int64_t i, std::int64_t users) noexcept {
    return 7919 * i % users + 1;
}
/// Posts that W7 changes.
[[nodiscard]] constexpr bool is_viewed(std::int64_t post_id) noexcept { return post_id % 10 == 0; }
/// Users that W8 and W8c delete.
[[nodiscard]] constexpr bool is_removed(std::int64_t user_id) noexcept { return user_id % 10 == 1; }

/// Pseudo-random text of `length` characters, the same everywhere.
[[nodiscard]] std::string text(std::uint32_t seed, int length);

/// One integer that depends on every row of the five tables.
extern const char* const state_query;

}  // namespace bench
