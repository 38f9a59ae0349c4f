#include "comment.hpp"

#include "post.hpp"
#include "user.hpp"

namespace forward {

std::string headline(const Comment& comment) {
    const User* author = comment.author.get();
    return comment.text + " (" + (author == nullptr ? "anonymous" : author->name) + ", on " + comment.post->title + ")";
}

}  // namespace forward
