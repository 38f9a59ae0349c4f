// Making the data of the benchmark and its checksums.
#include "dataset.hpp"

#include <functional>

#include "checksum.hpp"

namespace bench {

namespace {

void add(checksum& sum, const user_data& u) {
    sum.add(u.id);
    sum.add(u.name);
    sum.add(u.email);
    sum.add(u.created_at);
}

void add(checksum& sum, const post_data& p) {
    sum.add(p.id);
    sum.add(p.user_id);
    sum.add(p.title);
    sum.add(p.body);
    sum.add(p.views);
}

void add(checksum& sum, const comment_data& c) {
    sum.add(c.id);
    sum.add(c.post_id);
    sum.add(c.author_id);
    sum.add(c.text);
}

void add(checksum& sum, const tag_data& t) {
    sum.add(t.id);
    sum.add(t.name);
}

dataset make(int users, int posts_per_user, int comments_per_post, int tags) {
    dataset data{.gets = users * 20, .posts_per_user = posts_per_user, .comments_per_post = comments_per_post};
    data.users.reserve(static_cast<std::size_t>(users));
    for (std::int64_t i = 1; i <= users; ++i) {
        const std::string number = std::to_string(i);
        data.users.push_back({i, "User " + number, "user" + number + "@example.org", 1'700'000'000 + 61 * i});
    }
    for (std::int64_t i = 1; i <= tags; ++i) data.tags.push_back({i, "tag-" + std::to_string(i)});

    const std::int64_t posts = std::int64_t{users} * posts_per_user;
    data.posts.reserve(static_cast<std::size_t>(posts));
    for (std::int64_t i = 1; i <= posts; ++i) {
        post_data& p = data.posts.emplace_back();
        p.id = i;
        p.user_id = (i - 1) / posts_per_user + 1;
        p.title = "Post title " + std::to_string(i);
        p.body = text(static_cast<std::uint32_t>(i), static_cast<int>(180 + 13 * i % 41));
        p.views = 7 * i % 1000;
        if (tags != 0) p.tags = {3 * i % tags + 1, (3 * i + 67) % tags + 1, (3 * i + 131) % tags + 1};
    }
    const std::int64_t comments = posts * comments_per_post;
    data.comments.reserve(static_cast<std::size_t>(comments));
    for (std::int64_t i = 1; i <= comments; ++i) {
        data.comments.push_back({i, (i - 1) / comments_per_post + 1, wanted_user(i, users),
                                 text(static_cast<std::uint32_t>(1'000'000 + i), static_cast<int>(70 + 7 * i % 21))});
    }
    return data;
}

std::int64_t length(const std::string& s) { return static_cast<std::int64_t>(s.size()); }

/// The same arithmetic as `state_query`.
std::int64_t state_of(const dataset& data, std::int64_t added_views,
                      const std::function<bool(std::int64_t)>& user_gone) {
    std::int64_t sum = 0;
    for (const user_data& u : data.users) {
        if (!user_gone(u.id)) sum += u.id + length(u.name) + length(u.email) + u.created_at;
    }
    for (const post_data& p : data.posts) {
        if (user_gone(p.user_id)) continue;
        const std::int64_t views = p.views + (is_viewed(p.id) ? added_views : 0);
        sum += p.id * p.user_id + length(p.title) + length(p.body) + p.id * views;
        if (data.tags.empty()) continue;
        for (const std::int64_t tag : p.tags) sum += p.id * tag;
    }
    for (const comment_data& c : data.comments) {
        if (user_gone(c.author_id) || user_gone(data.post(c.post_id).user_id)) continue;
        sum += c.id * c.post_id + c.id * c.author_id + length(c.text);
    }
    for (const tag_data& t : data.tags) sum += t.id + length(t.name);
    return sum;
}

bool nobody(std::int64_t) { return false; }

}  // namespace

const char* const state_query =
    "SELECT coalesce((SELECT sum(id + length(name) + length(email) + created_at) FROM users), 0)"
    " + coalesce((SELECT sum(id * user_id + length(title) + length(body) + id * views) FROM posts), 0)"
    " + coalesce((SELECT sum(id * post_id + id * author_id + length(text)) FROM comments), 0)"
    " + coalesce((SELECT sum(id + length(name)) FROM tags), 0)"
    " + coalesce((SELECT sum(post_id * tag_id) FROM post_tags), 0)";

std::string text(std::uint32_t seed, int length) {
    std::uint32_t x = seed * 2654435761U + 12345U;
    std::string result(static_cast<std::size_t>(length), ' ');
    for (char& c : result) {
        x = x * 1664525U + 1013904223U;
        const std::uint32_t v = (x >> 16) % 31;
        if (v < 26) c = static_cast<char>('a' + v);
    }
    return result;
}

dataset standard_data(double size) { return make(static_cast<int>(1000 * size), 10, 5, 200); }
dataset association_data(double size) { return make(static_cast<int>(100 * size), 10, 10, 0); }

std::uint64_t dataset::sum_of_graph() const {
    checksum sum;
    for (const user_data& u : users) add(sum, u);
    for (const tag_data& t : tags) add(sum, t);
    for (const post_data& p : posts) {
        add(sum, p);
        sum.link(p.user_id, p.id);
        for (const std::int64_t tag : p.tags) sum.link(p.id, tag);
    }
    for (const comment_data& c : comments) {
        add(sum, c);
        sum.link(c.post_id, c.id);
        sum.link(c.author_id, c.id);
    }
    return sum.value();
}

std::uint64_t dataset::sum_of_comments() const {
    checksum sum;
    for (const comment_data& c : comments) add(sum, c);
    return sum.value();
}

std::uint64_t dataset::sum_of_posts_with_comments() const {
    checksum sum;
    for (const user_data& u : users) add(sum, u);
    for (const post_data& p : posts) {
        add(sum, p);
        sum.link(p.user_id, p.id);
    }
    for (const comment_data& c : comments) {
        add(sum, c);
        sum.link(c.post_id, c.id);
    }
    return sum.value();
}

std::uint64_t dataset::sum_of_posts_with_tags() const {
    checksum sum;
    for (const post_data& p : posts) {
        add(sum, p);
        for (const std::int64_t tag : p.tags) {
            add(sum, tags[static_cast<std::size_t>(tag - 1)]);
            sum.link(p.id, tag);
        }
    }
    return sum.value();
}

std::uint64_t dataset::sum_of_gets() const {
    checksum sum;
    for (std::int64_t i = 1; i <= gets; ++i) add(sum, user(wanted_user(i, static_cast<std::int64_t>(users.size()))));
    return sum.value();
}

std::uint64_t dataset::sum_of_users_with_posts() const {
    checksum sum;
    for (const user_data& u : users) add(sum, u);
    for (const post_data& p : posts) {
        add(sum, p);
        sum.link(p.user_id, p.id);
    }
    return sum.value();
}

std::uint64_t dataset::sum_of_viewed_posts() const {
    checksum sum;
    for (const post_data& p : posts) {
        add(sum, p);
        if (is_viewed(p.id)) sum.add(1);
    }
    return sum.value();
}

std::int64_t dataset::state() const { return state_of(*this, 0, nobody); }
std::int64_t dataset::state_after_views() const { return state_of(*this, 1, nobody); }
std::int64_t dataset::state_after_removal() const { return state_of(*this, 0, is_removed); }

}  // namespace bench
