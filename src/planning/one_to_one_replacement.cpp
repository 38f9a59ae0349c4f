// One to one from the side of the key: whoever had the place before gives it up.
#include "planning/flush_preparation.hpp"

#include <algorithm>

#include "lifecycle/session_memory.hpp"
#include "loading/session_loading.hpp"
#include "planning/flush_choice.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

bool flush_preparation::replace_one_to_one(const held_back& held, const site& where) {
    struct arrival {
        node* child;
        const mapping::foreign_key* key;
        node* parent;
        const mapping::relation* place;
    };
    std::vector<arrival> arrivals;
    // One that came back under the parent that its last row named has nothing staged, but stands at the place.
    const auto comes_back = [](node& child, const mapping::foreign_key& k, const mapping::relation& place,
                               node*& parent) {
        if (child.state() != life::pending || k.child_side == nullptr) return false;
        if (one_mark(child, *k.child_side) < graph::mark::loaded) return false;
        parent = one_target(child, *k.child_side);
        return parent != nullptr && one_mark(*parent, place) == graph::mark::added &&
               one_target(*parent, place) == &child;
    };
    const auto look_at = [&](node& child) {
        for (const mapping::foreign_key& k : child.in->what->foreign_keys) {
            for (const mapping::relation* r : k.parent_sides) {
                node* parent = nullptr;
                if (r->to_many()) continue;
                if (!memory_.parents.staged_parent(child, k, parent) && !comes_back(child, k, *r, parent)) continue;
                if (parent == nullptr) continue;
                if (parent->state() != life::persistent || !graph::unloaded(*parent, *r)) continue;
                if (!r->fixed.empty() && graph::mark_of(*parent, *r) != graph::mark::added) continue;
                arrivals.push_back({&child, &k, parent, r});
            }
        }
    };
    const auto has_places = [](const mapping::foreign_key& k) {
        return std::ranges::any_of(k.parent_sides, [](const mapping::relation* r) { return !r->to_many(); });
    };
    for (const auto& s : memory_.objects.states()) {
        // Where every parent has a list, nobody has to go.
        if (s == nullptr || std::ranges::none_of(s->objects->what->foreign_keys, has_places)) continue;
        for (node* n : s->pending) {
            if (n->state() == life::pending && !held.holds(n)) look_at(*n);
        }
        for (node* n : s->touched) {
            if (n->state() == life::persistent && !held.holds(n)) look_at(*n);
        }
    }
    const bool any = !arrivals.empty();
    while (!arrivals.empty()) {
        const mapping::relation* place = arrivals.front().place;
        std::vector<node*> parents;
        for (const arrival& a : arrivals) {
            if (a.place == place) parents.push_back(a.parent);
        }
        loading_.relations.load(parents, load_tree{place, kin::load::selectin}, true, where);
        for (const arrival& a : arrivals) {
            if (a.place == place) memory_.parents.join_side(*a.parent, *a.key, *a.child, false);
        }
        std::erase_if(arrivals, [&](const arrival& a) { return a.place == place; });
    }
    return any;
}

}  // namespace kin::detail
