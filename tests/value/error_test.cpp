// The text of an error.
#include <gtest/gtest.h>

#include <kin/value/error.hpp>
#include <string>

namespace {

TEST(error, has_each_part_on_a_line_of_its_own) {
    const kin::site here = kin::site::current();
    const kin::unique_violation e{
        "users.email is taken", {.sql = "INSERT", .parameters = "1, 'a'", .code = "23505", .number = 7, .where = here}};
    EXPECT_EQ(std::string{e.what()},
              "users.email is taken\n  statement: INSERT\n  parameters: 1, 'a'\n  code: 23505\n  at: " +
                  std::string{here.file_name()} + ':' + std::to_string(here.line()));
    EXPECT_EQ(e.message(), "users.email is taken");
    EXPECT_EQ(e.sql(), "INSERT");
    EXPECT_EQ(e.parameters(), "1, 'a'");
    EXPECT_EQ(e.code(), "23505");
    EXPECT_EQ(e.number(), 7);
    EXPECT_EQ(e.where().line(), here.line());
}

TEST(error, leaves_out_what_is_empty) {
    const kin::error e{"message", {.where = kin::site{}}};
    EXPECT_STREQ(e.what(), "message");
}

TEST(error, is_caught_by_what_it_is) {
    EXPECT_THROW(throw kin::unique_violation{"x"}, kin::constraint_violation);
    EXPECT_THROW(throw kin::database_locked{"x"}, kin::serialization_failure);
    EXPECT_THROW(throw kin::pool_timeout{"x"}, kin::database_error);
    EXPECT_THROW(throw kin::conversion_error{"x"}, kin::error);
    EXPECT_THROW(throw kin::error{"x"}, std::runtime_error);
}

}  // namespace
