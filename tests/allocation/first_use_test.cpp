// The first use of the program's models, with every allocation failing in turn: what was thrown is tried again. Models
// are described once in a process, so each failure has one of its own.
#include <sys/wait.h>
#include <unistd.h>

#include "support/sanitizer.hpp"
#include "world.hpp"

namespace {

using namespace kin::test::failing;
using kin::test::allocations;

/// In a child: 0 as it should be, 1 not, 2 where nothing failed any more.
int first_use(long n) {
    bool threw = false;
    allocations.arm(n, false);
    try {
        (void)kin::mapping::model_of<book>();
    } catch (const std::bad_alloc&) {
        threw = true;
    }
    if (!allocations.disarm()) return 2;
    if (!threw) return 1;
    try {
        kin::database db{"sqlite::memory:"};
        db.create<library>();
        kin::session s{db};
        const auto b = s.add(book{.title = "first", .motto = "m", .by = author{.name = "a"}});
        b->shelves.push_back(shelf{.name = "s"});
        b->fans.push_back(b->by.handle());
        s.commit();
        s.clear();
        const auto again = s.get<book>(1);
        const bool right = again->by->name == "a" && again->shelves.size() == 1 && again->fans.size() == 1;
        return right ? 0 : 1;
    } catch (const std::exception&) {
        return 1;
    }
}

TEST(first_use_of_models, fails_whole_and_is_tried_again) {
    if (kin::mapping::slot_of<book>.known() != nullptr) GTEST_SKIP() << "another test was first: run this one alone";
    const long step = kin::test::keeps_freed_memory ? 41 : 5;
    for (long n = 0;; n += n < 20 ? 1 : step) {
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) _exit(first_use(n));
        int status = 0;
        waitpid(child, &status, 0);
        ASSERT_TRUE(WIFEXITED(status)) << "allocation " << n << ": signal " << WTERMSIG(status);
        if (WEXITSTATUS(status) == 2) {
            EXPECT_GT(n, 20);
            return;
        }
        ASSERT_EQ(WEXITSTATUS(status), 0) << "allocation " << n;
    }
}

}  // namespace
