#include "post.hpp"

#include "user.hpp"

namespace forward {

std::string headline(const Post& post) { return post.title + ", by " + post.author->name; }

}  // namespace forward
