// A key that was set by hand to one object and a relation over it that was set to another: which was meant is not
// guessed.
#include "planning/contradiction.hpp"

#include <string>

#include "relations/key_matching.hpp"
#include "relations/key_text.hpp"

namespace kin::detail {

bool contradicts(const graph::node& child, const mapping::foreign_key& k, const graph::node& parent) {
    if (k.tagged || k.shares || child.state() != graph::life::persistent) return false;
    return key_changed(child, k) && !names_object(child, k, parent) && !names_row(child, k, parent);
}

void refuse_contradiction(const graph::node& child, const mapping::foreign_key& k, const graph::node* parent,
                          const site& where) {
    throw flush_error{k.owner->name + "." + k.owner->columns[k.columns[0]].name + " of " + name_of(child) +
                          " was set by hand, and its relation to " +
                          (parent == nullptr ? std::string{"nothing"} : name_of(*parent)) +
                          ": they contradict each other",
                      {.where = where}};
}

}  // namespace kin::detail
