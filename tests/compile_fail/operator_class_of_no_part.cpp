// An operator class is that of the part in front of it: here is none.
// expect: error: .*constexpr|constant
// expect: an_operator_class_stands_behind_the_column_or_expression_that_it_is_of
#include <kin/kin.hpp>

struct User {
    kin::key<User> id{};
    std::string email{};
#ifdef KIN_COMPILES
    static constexpr auto table = kin::table("users").index(kin::index_on("email").operator_class("text_pattern_ops"));
#else
    static constexpr auto table = kin::table("users").index(kin::index_on().operator_class("text_pattern_ops"));
#endif
};
