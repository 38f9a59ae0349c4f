// Kin's side of the workloads: a database kept between repetitions, a new session for each.
#include <cstdint>
#include <vector>

#include <kin/engine/connection.hpp>

#include "kin_models.hpp"
#include "kin_session.hpp"
#include "workloads.hpp"

namespace bench::kin_models {

namespace {

using namespace kin::expr;

void open(context& c) { c.state = new kin_state{c.url()}; }

void close(context& c) {
    delete static_cast<kin_state*>(c.state);
    c.state = nullptr;
}

void script(context& c, const std::string& sql) { state_of(c).db.script(sql); }

std::int64_t scalar(context& c, const std::string& sql) {
    const auto connection = state_of(c).db.connect();
    auto row = connection->run(sql);
    return row.next() ? row.integer(0) : 0;
}

std::uint64_t statements(context& c) { return state_of(c).statements; }

std::uint64_t w1(context& c) {
    timed_session s{c};
    checksum sum;
    std::vector<kin::ref<Tag>> tags;
    for (const tag_data& t : c.data->tags) tags.push_back(s.add(Tag{.name = t.name}));
    std::vector<kin::ref<User>> users;
    for (const user_data& u : c.data->users) {
        users.push_back(s.add(User{.name = u.name, .email = u.email, .created_at = u.created_at}));
    }
    const post_data* next_post = c.data->posts.data();
    const comment_data* next_comment = c.data->comments.data();
    for (const kin::ref<User>& u : users) {
        for (int i = 0; i < c.data->posts_per_user; ++i, ++next_post) {
            Post& p =
                u->posts.push_back(Post{.title = next_post->title, .body = next_post->body, .views = next_post->views});
            for (const std::int64_t t : next_post->tags) {
                p.tags.push_back(tags[static_cast<std::size_t>(t - 1)]);
            }
            for (int k = 0; k < c.data->comments_per_post; ++k, ++next_comment) {
                p.comments.push_back(Comment{.text = next_comment->text,
                                             .author = users[static_cast<std::size_t>(next_comment->author_id - 1)]});
            }
        }
    }
    s.finish();
    for (const kin::ref<const Tag> t : tags) add(sum, *t);
    for (const kin::ref<const User> u : users) {
        add(sum, *u);
        for (const Post& p : u->posts) {
            add(sum, p);
            sum.link(u->id.value, p.id.value);
            for (const Tag& t : p.tags) sum.link(p.id.value, t.id.value);
            for (const Comment& each : p.comments) {
                add(sum, each);
                sum.link(p.id.value, each.id.value);
                sum.link(each.author->id.value, each.id.value);
            }
        }
    }
    return sum.value();
}

std::uint64_t w2(context& c) {
    timed_session s{c};
    checksum sum;
    const auto comments = s.query<Comment>().all();
    for (const Comment& each : comments) add(sum, each);
    s.finish();
    return sum.value();
}

std::uint64_t w3(context& c) {
    timed_session s{c};
    checksum sum;
    const auto users = s.query<User>().with(&User::posts, &Post::comments).all();
    for (const User& u : users) {
        add(sum, u);
        for (const Post& p : u.posts) {
            add(sum, p);
            sum.link(u.id.value, p.id.value);
            for (const Comment& each : p.comments) {
                add(sum, each);
                sum.link(p.id.value, each.id.value);
            }
        }
    }
    s.finish();
    return sum.value();
}

std::uint64_t w4(context& c) {
    timed_session s{c};
    checksum sum;
    const auto posts = s.query<Post>().with(&Post::tags).all();
    for (const Post& p : posts) {
        add(sum, p);
        for (const Tag& t : p.tags) {
            add(sum, t);
            sum.link(p.id.value, t.id.value);
        }
    }
    s.finish();
    return sum.value();
}

std::uint64_t w5(context& c) {
    timed_session s{c};
    checksum sum;
    const auto users = static_cast<std::int64_t>(c.data->users.size());
    for (std::int64_t i = 1; i <= c.data->gets; ++i) {
        if (const kin::ref<const User> found = s.get<User>(wanted_user(i, users))) add(sum, *found);
        s.clear();
    }
    s.finish();
    return sum.value();
}

std::uint64_t w6(context& c) {
    timed_session s{c};
    checksum sum;
    const auto users = s.query<User>().all();
    for (const User& u : users) {
        add(sum, u);
        for (const Post& p : u.posts) {
            add(sum, p);
            sum.link(u.id.value, p.id.value);
        }
    }
    s.finish();
    return sum.value();
}

std::uint64_t w7(context& c) {
    timed_session s{c};
    checksum sum;
    auto posts = s.query<Post>().all();
    for (Post& p : posts) {
        if (is_viewed(p.id.value)) p.views += 1;
        add(sum, p);
    }
    s.finish();
    return sum.value();
}

const registration all = [] {
    side& kin = kin_side();
    kin.open = open;
    kin.close = close;
    kin.script = script;
    kin.scalar = scalar;
    kin.statements = statements;
    return registration{
        kin, {{"W1", w1}, {"W2", w2}, {"W3", w3}, {"W4", w4}, {"W5", w5}, {"W6", w6}, {"W7", w7}, {"W9", w3}}};
}();

}  // namespace

}  // namespace bench::kin_models
