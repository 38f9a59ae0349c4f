// Fills a forum and shows it: `forum`, or `forum URL` for another database than one in memory.
#include <cstdio>
#include <exception>

#include "forum.hpp"

int main(int arguments, char** argument) {
    try {
        kin::database db{arguments > 1 ? argument[1] : "sqlite::memory:"};
        forum::fill(db);
        std::fputs(forum::show(db).c_str(), stdout);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
