// The models of the example, each of which only declares the others.
#include "../../examples/forward/front_page.hpp"

#include <gtest/gtest.h>

#include <kin/kin.hpp>

#include "support/statement_log.hpp"
#include "support/temporary_directory.hpp"

namespace {

TEST(forward, headers_that_only_declare_each_other) {
    const kin::test::temporary_directory directory;
    kin::database db{directory.sqlite_url("forward.db")};
    kin::test::statement_log log{db};
    forward::fill(db);
    log.clear();
    EXPECT_EQ(forward::front_page(db),
              "Ada (2 posts)\n"
              "  On engines, by Ada\n"
              "  On looms, by Ada\n"
              "    First! (Bob, on On looms)\n"
              "    Second! (anonymous, on On looms)\n"
              "Bob (0 posts)\n");
    EXPECT_EQ(log.count(), 3u);  // users, posts, comments: the authors are among the users
}

}  // namespace
