// Removed rows can be seen where the model keeps them.
// expect: error: .*kin: this model has no kin::soft_deleted_at, so its removed rows are gone
#include "support/blog.hpp"

void find(kin::session& s) {
#ifdef KIN_COMPILES
    (void)s.query<blog::User>().without_scope().all();
#else
    (void)s.query<blog::User>().with_removed().all();
#endif
}
