// A relation declared outside needs a foreign key as every other.
// expect: error: .*kin: no foreign key between the two models: the child needs a kin::key<Parent> member
#include "support/blog.hpp"

#ifdef KIN_COMPILES
inline constexpr kin::has_many_between<blog::User, blog::Post, "articles"> of_user{};
#else
inline constexpr kin::has_many_between<blog::User, blog::Comment, "articles"> of_user{};
#endif

std::size_t count(const blog::User& user) { return of_user(user).size(); }
