// A hook's parameter is what says which model it is for.
// expect: error: .*kin: a hook says whose it is
// lines: 20
#include "support/blog.hpp"

void listen(kin::session& s) {
#ifdef KIN_COMPILES
    s.on<kin::before_insert>([](blog::Post& p) { p.views = 1; });
#else
    s.on<kin::before_insert>([](auto& p) { p.views = 1; });
#endif
}
