// What one object lets go of may be another's.
// lines: 50
// expect: error: .*kin: what an owned belongs_to or many_to_many lets go of is removed, and others may have it too: say
// kin::single_parent as well
#include <kin/kin.hpp>

struct Child {
    kin::key<Child> id{};
};
struct Parent {
    kin::key<Parent> id{};
    kin::key<Child> child_id{};
#ifdef KIN_COMPILES
    kin::belongs_to<Child, kin::owned, kin::single_parent> child{};
#else
    kin::belongs_to<Child, kin::owned> child{};
#endif
};

void make(kin::session& s) { s.add(Parent{}); }
