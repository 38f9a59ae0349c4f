// What relations show, and what queries said of them.
#include "memory/relation_contents.hpp"

#include <algorithm>

#include <kin/graph/slot_access.hpp>

namespace kin::detail {

using graph::node;

const std::vector<load_option>* relation_contents::keep(std::unique_ptr<std::vector<load_option>>& tree) {
    if (tree == nullptr) return nullptr;
    const std::vector<load_option>* all = tree.get();
    const auto lazy = [](const auto& self, const std::vector<load_option>& level) -> bool {
        return std::any_of(level.begin(), level.end(), [&](const load_option& e) {
            return e.what == nullptr || !with_owners(e.how) || self(self, e.nested);
        });
    };
    if (lazy(lazy, *all)) trees.push_back(std::move(tree));
    return all;
}

void relation_contents::shows(std::span<node* const> owners, const mapping::relation& r, content what) {
    if (what == content::whole && shown.usual()) return;
    for (const node* n : owners) shown.set(*n, r, what, query);
}

void relation_contents::finds(std::span<node* const> owners, const mapping::relation& r) {
    auto& all = found[&r];
    for (node* n : owners) {
        if (graph::mark_of(*n, r) < graph::mark::loaded) all.push_back(n);  // else it stands there already
    }
}

void relation_contents::require_whole(node& owner, const mapping::relation& r) {
    if (shown.of(owner, r) != content::part) return;
    throw usage_error{owner.in->what->name + "." + r.name +
                      " was loaded in part: to replace or empty it would treat the rest as removed; load it first"};
}

kin::load relation_contents::strategy_of(const node& owner, const mapping::relation& r) const noexcept {
    const load_option* asked = said.of(owner, r).said;
    return asked != nullptr ? asked->how : r.options.strategy;
}

bool relation_contents::differs_from(const node& n, const load_option& e) const noexcept {
    const content now = shown.of(n, *e.what);
    return now == content::part || (now == content::reordered && !e.any_order);
}

}  // namespace kin::detail
