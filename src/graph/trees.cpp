// Members of a tree in the order of its levels.
#include "graph/trees.hpp"

#include <unordered_set>

#include <kin/graph/arena.hpp>
#include <kin/graph/slot_access.hpp>

namespace kin::graph {
namespace {

const arena& home_of(const node& n) { return static_cast<const arena&>(*n.in->home); }

void go_down(tree_list& t, node& owner, const mapping::foreign_key& key, const tree_members& members) {
    std::unordered_set<const node*> placed{&owner};
    const auto place = [&](const node* parent, std::uint32_t depth) {
        const auto found = members.below.find(parent);
        if (found == members.below.end()) return 0U;
        std::uint32_t count = 0;
        for (node* n : found->second) {
            if (n == &owner) continue;
            t.branches.push_back({n, depth});
            placed.insert(n);
            ++count;
        }
        return count;
    };
    t.roots = place(&owner, 0);
    for (std::size_t i = 0; i < t.branches.size(); ++i) {
        const auto first = static_cast<std::uint32_t>(t.branches.size());
        const std::uint32_t count = place(t.branches[i].at, t.branches[i].depth + 1);
        t.branches[i].first = first;
        t.branches[i].count = count;
    }
    // A member has one parent: only at the owner can a walk down come back to where it was.
    if (placed.contains(home_of(owner).find_target(owner, key))) t.cycles.push_back(&owner);
}

void go_up(tree_list& t, node& owner, const mapping::foreign_key& key, const tree_members& members) {
    node* first = home_of(owner).find_target(owner, key);
    const auto add = [&](node* n) {
        const auto depth = static_cast<std::uint32_t>(t.branches.size());
        if (depth != 0) t.branches.back().count = 1;
        t.branches.push_back({n, depth, depth + 1, 0});
    };
    if (first == &owner) {
        t.cycles.push_back(first);
        return;
    }
    const auto known = members.places.find(first);
    if (known == members.places.end()) return;
    std::uint32_t at = known->second;
    // More steps than there are members: the way comes back to one of them.
    while (at != tree_members::none && members.all[at] != &owner && t.branches.size() < members.all.size()) {
        add(members.all[at]);
        at = members.up[at];
    }
    if (at != tree_members::none && members.all[at] == &owner) {
        t.cycles.push_back(&owner);
    } else if (at != tree_members::none) {
        std::unordered_set<const node*> placed;
        std::size_t once = 0;
        while (once < t.branches.size() && placed.insert(t.branches[once].at).second) ++once;
        t.cycles.push_back(once < t.branches.size() ? t.branches[once].at : members.all[at]);
        t.branches.resize(once);
        t.branches.back().count = 0;
    } else if (!t.branches.empty()) {
        // The owner need not be a member to be where the way leads.
        if (home_of(owner).find_target(*t.branches.back().at, key) == &owner) t.cycles.push_back(&owner);
    }
    t.roots = t.branches.empty() ? 0 : 1;
}

}  // namespace

tree_members::tree_members(const mapping::relation& r, std::span<node* const> members) {
    const bool down = r.kind == mapping::relation_kind::descendants;
    if (!down) {
        for (node* n : members) {
            if (places.try_emplace(n, static_cast<std::uint32_t>(all.size())).second) all.push_back(n);
        }
    }
    for (node* n : down ? members : std::span<node* const>{all}) {
        const node* parent = home_of(*n).find_target(*n, *r.key);
        if (!down) {
            const auto known = places.find(parent);
            up.push_back(known == places.end() ? none : known->second);
        } else if (parent != nullptr) {
            below[parent].push_back(n);
        }
    }
}

tree_list arrange(node& owner, const mapping::relation& r, const tree_members& members) {
    tree_list t;
    r.kind == mapping::relation_kind::descendants ? go_down(t, owner, *r.key, members)
                                                  : go_up(t, owner, *r.key, members);
    return t;
}

void list_all(tree_list& t, node& owner) {
    auto& home = static_cast<arena&>(*owner.in->home);
    auto** rows = home.array<node*>(t.branches.size());
    for (std::size_t i = 0; i < t.branches.size(); ++i) rows[i] = t.branches[i].at;
    t.all = row_list{&home, rows, t.branches.size()};
}

tree_list tree_of(const to_many& slot, const site& where) {
    if (!slot_access::attached(slot)) {
        throw usage_error{"what stands below an object is asked before it is in a session: add it first",
                          {.where = where}};
    }
    node& owner = *owner_of(&slot);
    const mapping::relation& r = slot_access::relation(owner, slot);
    graph::to_many& items = slot_access::many(owner, r);
    auto** members = static_cast<node**>(pointer_of(slot_access::word(items)));
    tree_list t = arrange(owner, r, tree_members{r, {members, slot_access::size(items)}});
    t.limit_reached = slot_access::capacity(items) != 0;  // see loader::load_trees
    list_all(t, owner);
    return t;
}

}  // namespace kin::graph
