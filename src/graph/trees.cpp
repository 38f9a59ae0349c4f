// Members of a tree in the order of its levels.
#include "graph/trees.hpp"

#include <unordered_map>
#include <unordered_set>

#include <kin/graph/arena.hpp>
#include <kin/graph/slot_access.hpp>

namespace kin::graph {
namespace {

const arena& home_of(const node& n) { return static_cast<const arena&>(*n.in->home); }

void go_down(tree_list& t, node& owner, const mapping::foreign_key& key, std::span<node* const> members) {
    const arena& home = home_of(owner);
    std::unordered_map<const node*, std::vector<node*>> below;
    for (node* n : members) {
        const node* parent = home.find_target(*n, key);
        if (parent != nullptr && n != &owner) below[parent].push_back(n);
    }
    std::unordered_set<const node*> placed{&owner};
    const auto place = [&](const node* parent, std::uint32_t depth) {
        const auto found = below.find(parent);
        if (found == below.end()) return 0U;
        for (node* n : found->second) {
            t.branches.push_back({n, depth});
            placed.insert(n);
        }
        return static_cast<std::uint32_t>(found->second.size());
    };
    t.roots = place(&owner, 0);
    for (std::size_t i = 0; i < t.branches.size(); ++i) {
        const auto first = static_cast<std::uint32_t>(t.branches.size());
        const std::uint32_t count = place(t.branches[i].at, t.branches[i].depth + 1);
        t.branches[i].first = first;
        t.branches[i].count = count;
    }
    // A member has one parent: only at the owner can a walk down come back to where it was.
    if (placed.contains(home.find_target(owner, key))) t.cycles.push_back(&owner);
}

void go_up(tree_list& t, node& owner, const mapping::foreign_key& key, std::span<node* const> members) {
    const arena& home = home_of(owner);
    std::unordered_set<const node*> left(members.begin(), members.end());
    std::unordered_set<const node*> placed{&owner};
    for (node* n = &owner;;) {
        n = home.find_target(*n, key);
        if (n == nullptr) break;
        if (!placed.insert(n).second) {
            t.cycles.push_back(n);
            break;
        }
        if (!left.contains(n)) break;
        const auto depth = static_cast<std::uint32_t>(t.branches.size());
        if (depth != 0) t.branches.back().count = 1;
        t.branches.push_back({n, depth, depth + 1, 0});
    }
    t.roots = t.branches.empty() ? 0 : 1;
}

}  // namespace

tree_list arrange(node& owner, const mapping::relation& r, std::span<node* const> members) {
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
    tree_list t = arrange(owner, r, {members, slot_access::size(items)});
    t.limit_reached = slot_access::capacity(items) != 0;  // see loader::load_trees
    list_all(t, owner);
    return t;
}

}  // namespace kin::graph
