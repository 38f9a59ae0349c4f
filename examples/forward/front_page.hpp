// The page that the program prints.
#pragma once

#include <string>

namespace kin {
class database;
}

namespace forward {

/// Makes the tables and what stands in them: 2 users, 2 posts, 2 comments.
void fill(kin::database&);
/// A line for each user, post and comment.
std::string front_page(kin::database&);

}  // namespace forward
