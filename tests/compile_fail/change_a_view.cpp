// A viewonly relation has no mutators.
// expect: error: .*kin: this relation is viewonly: change what it is a view of
#include "support/blog.hpp"

struct Child;
struct Parent {
    kin::key<Parent> id{};
    kin::has_many<Child> children{};
    kin::has_many<Child, kin::viewonly> seen{};
};
struct Child {
    kin::key<Child> id{};
    kin::key<Parent> parent_id{};
};

void change(Parent& p) {
#ifdef KIN_COMPILES
    p.children.clear();
#else
    p.seen.clear();
#endif
}
