// Includes what it looks into: posts, and not the comments.
#include "user.hpp"

#include "post.hpp"

namespace forward {

std::string headline(const User& user) { return user.name + " (" + std::to_string(user.posts.size()) + " posts)"; }

}  // namespace forward
