#include "front_page.hpp"

#include "comment.hpp"
#include "post.hpp"
#include "user.hpp"

namespace forward {

void fill(kin::database& db) {
    db.create<kin::models<User, Post, Comment>>();
    kin::session s{db};
    auto bob = s.add(User{.name = "Bob"});
    auto ada = s.add(User{.name = "Ada",
                          .posts = {{.title = "On engines"},
                                    {.title = "On looms", .comments = {{.text = "First!"}, {.text = "Second!"}}}}});
    ada->posts[1].comments[0].author = bob;
    s.commit();
}

std::string front_page(kin::database& db) {
    kin::session s{db};
    const auto users = s.query<User>().with(&User::posts, &Post::comments).order_by(&User::name).all();
    std::string page;
    for (const User& user : users) {
        page += headline(user) + "\n";
        for (const Post& post : user.posts) {
            page += "  " + headline(post) + "\n";
            for (const Comment& comment : post.comments) page += "    " + headline(comment) + "\n";
        }
    }
    return page;
}

}  // namespace forward
