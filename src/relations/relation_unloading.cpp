// Objects that are read again: marked by expire (what was staged of them goes then), read when they are looked at,
// together with those that came with them.
#include "relations/relation_unloading.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>
#include <kin/sql/compiler.hpp>

#include "mapping/scope.hpp"
#include "statements/key_conditions.hpp"
#include "statements/model_statements.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

// -- what is staged of an object ------------------------------------------------------------------------------------

void relation_unloading::unload(node& n) {
    for (const mapping::relation& r : n.in->what->relations) {
        if (r.to_many()) {
            unload(n, r);
            continue;
        }
        std::uintptr_t& word = slot_access::word(n, r);
        const mark now = graph::mark_of(word);
        node* const held = now < mark::loaded ? nullptr : static_cast<node*>(graph::pointer_of(word));
        const bool changed = now == mark::staged || now == mark::added;
        if (changed && !r.holds_key() && held != nullptr && unwritten(n, r, *held)) continue;
        if (now >= mark::loaded) word = graph::tagged(mark::unloaded);
        contents_.shown.set(n, r, content::whole, 0);
    }
}

// -- read again -----------------------------------------------------------------------------------------------------

bool relation_unloading::unwritten(node& owner, const mapping::relation& r, node& child) {
    if (r.linked()) {
        const staged_pair* at = pairs_.staged().find(pair_of(r, owner, child));
        return at != nullptr && at->state == staged_pair::what::added;
    }
    if (r.key == nullptr || r.computed()) return false;
    node* parent = nullptr;
    return parents_.staged_parent(child, *r.key, parent) ? parent == &owner : child.state() == life::pending;
}

void relation_unloading::unload(node& n, const mapping::relation& r) {
    std::uintptr_t& word = slot_access::word(n, r);
    const mark now = graph::mark_of(word);
    if (now != mark::loaded && (now != mark::staged || !r.to_many())) return;
    contents_.shown.set(n, r, content::whole, 0);
    if (!r.to_many()) {
        word = graph::tagged(mark::unloaded);
        return;
    }
    std::vector<node*> staged;
    if (now == mark::staged) {
        each_loaded(n, r, [&](node& child) {
            if (unwritten(n, r, child)) staged.push_back(&child);
        });
    }
    word = graph::tagged(mark::unloaded);
    slot_access::size(slot_access::many(n, r)) = slot_access::capacity(slot_access::many(n, r)) = 0;
    for (node* child : staged) parents_.push_item(n, r, *child, false);
}

}  // namespace kin::detail
