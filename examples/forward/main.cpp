// Three models in three headers that include each other only by forward declaration.
#include <cstdio>

#include <kin/kin.hpp>

#include "front_page.hpp"

int main() {
    kin::database db{"sqlite::memory:"};
    forward::fill(db);
    std::fputs(forward::front_page(db).c_str(), stdout);
}
