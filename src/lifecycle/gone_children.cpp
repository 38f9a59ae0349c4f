// Which loaded objects refer to rows that a flush has removed.
#include "lifecycle/gone_children.hpp"

#include "relations/key_matching.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;

gone_children::gone_children(session_memory& memory, const counts& let_go, const std::vector<node*>& removed,
                             const std::unordered_set<const node*>& all)
    : memory_{memory}, let_go_{let_go}, all_{all} {
    for (const node* n : removed) {
        if (memory_.objects.keeps_row(*n)) nobody_counted(*n);
    }
}

bool gone_children::find(const mapping::foreign_key& k, const std::vector<node*>& gone, std::vector<node*>& known) {
    if (look(k, gone, known)) return true;
    uncounted_.insert(k.owner);
    known.clear();
    return false;
}

bool gone_children::look(const mapping::foreign_key& k, const std::vector<node*>& gone, std::vector<node*>& known) {
    const auto counted = let_go_.find(&k);
    if (counted == let_go_.end() || uncounted_.contains(k.target)) return false;
    // Whose parent is staged, or set by hand, is listed.
    known = memory_.objects.state_of(*k.owner).touched;
    if (counted->second == 0) return true;
    std::unordered_set<const node*> met(known.begin(), known.end());
    for (node* parent : gone) {
        if (parent->in->what != k.target) continue;
        for (const mapping::relation* side : k.parent_sides) {
            each_loaded(*parent, *side, [&](node& child) {
                if (met.insert(&child).second) known.push_back(&child);
            });
        }
    }
    // Those of which it is certain that they were counted: if these are all, there are no others.
    std::int64_t found = 0;
    for (node* child : known) {
        node* staged = nullptr;
        if (child->state() != life::persistent || all_.contains(child) ||
            memory_.parents.staged_parent(*child, k, staged) || key_changed(*child, k))
            continue;
        const node* parent = memory_.keys.referred(*child, k, true);
        if (parent != nullptr && all_.contains(parent)) ++found;
    }
    return found == counted->second;
}

bool gone_children::links_nobody(const mapping::relation& r) const {
    const mapping::foreign_key* to_target = r.key == r.links->first ? r.links->second : r.links->first;
    const auto counted = let_go_.find(to_target);
    return counted != let_go_.end() && counted->second == 0 && !uncounted_.contains(to_target->target) &&
           memory_.pairs.staged().empty();
}

}  // namespace kin::detail
