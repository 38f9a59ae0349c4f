// Relations declared outside: their slots stand behind the object, in the arena alone.
#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include <kin/mapping/model.hpp>
#include <kin/mapping/registration.hpp>

#include "mapping/binding/outside.hpp"
#include "mapping/binding/registry.hpp"

namespace kin::mapping {
namespace {

struct declared {
    std::mutex lock;
    std::vector<const outside_declaration*> all;
};

// Built at first use and never destroyed, as the registry of models.
declared& outside() {
    static auto* d = new declared;
    return *d;
}

/// Whether both declare the same relation, as it is written in a header.
bool is_same(const outside_declaration* a, const outside_declaration& b) {
    return a != nullptr && (a == &b || (a->name == b.name && one_of(a->owner) == one_of(b.owner) &&
                                        a->says->kind == b.says->kind && a->size == b.size));
}

}  // namespace

bool enlist(const outside_declaration& d) noexcept {
    const std::scoped_lock guard{outside().lock};
    outside().all.push_back(&d);
    return true;
}

void add_outside(model& m) {
    const std::scoped_lock guard{outside().lock};
    m.room = m.type->size;
    for (const outside_declaration* d : outside().all) {
        if (one_of(d->owner) != m.slot) continue;
        const std::string name{d->name};
        // Once in the program and once in a shared library that has the model to itself.
        if (const relation* same = m.find_relation(name); same != nullptr && is_same(same->outside, *d)) continue;
        const bool taken =
            m.find_relation(name) != nullptr ||
            std::any_of(m.columns.begin(), m.columns.end(), [&](const column& c) { return c.member == name; });
        if (taken)
            throw mapping_error{m.name + "." + name + " is declared outside, but there is a member of that name"};
        relation& r = m.relations.emplace_back();
        r.name = name;
        r.kind = d->says->kind;
        r.offset = static_cast<std::uint32_t>((m.room + 7) & ~std::size_t{7});
        r.index = static_cast<std::uint16_t>(m.relations.size() - 1);
        r.target_slot = one_of(d->says->target);
        r.pivot_slot = one_of(d->says->pivot);
        r.options = d->says->options;
        r.outside = d;
        m.room = r.offset + d->size;
    }
}

const relation& relation_of(const outside_declaration& d, const model& owner, const site& where) {
    for (const relation& r : owner.relations) {
        if (!is_same(r.outside, d)) continue;
        if (!r.problem.empty()) throw mapping_error{r.problem, {.where = where}};
        return r;
    }
    throw mapping_error{owner.name + "." + std::string{d.name} + " is declared outside, but " + owner.name +
                            " was in use before: declare it where the program starts",
                        {.where = where}};
}

}  // namespace kin::mapping
