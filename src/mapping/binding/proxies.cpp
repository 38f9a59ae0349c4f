// Proxies: where they stand, and whether what they name is there.
#include <algorithm>
#include <string>

#include <kin/mapping/model.hpp>
#include <kin/mapping/registration.hpp>

#include "mapping/binding/proxies.hpp"
#include "mapping/binding/registry.hpp"

namespace kin::mapping {
namespace {

std::string names_of(const model& m) {
    std::string all;
    for (const column& c : m.columns) all += (all.empty() ? "" : ", ") + c.member;
    for (const relation& r : m.relations) all += ", " + r.name;
    return all;
}

/// Whether a row is the only one with its two keys.
bool held_once(const model& m, const foreign_key& near, const foreign_key& far) {
    const auto covered = [&](const std::vector<std::uint16_t>& unique) {
        return std::all_of(unique.begin(), unique.end(), [&](std::uint16_t c) {
            return std::find(near.columns.begin(), near.columns.end(), c) != near.columns.end() ||
                   std::find(far.columns.begin(), far.columns.end(), c) != far.columns.end();
        });
    };
    return covered(m.primary_key) || std::any_of(m.indexes.begin(), m.indexes.end(),
                                                 [&](const index& i) { return i.unique && covered(i.columns); });
}

}  // namespace

std::string bind_proxies(model& m) {
    for (proxy& p : m.proxies) {
        const auto wrong = [&](const std::string& what) { return m.name + "." + p.name + ": " + what; };
        const proxy_declaration& says = *p.says;
        if (one_of(says.owner) != m.slot) return wrong("a proxy starts at a collection of its own model");
        for (const proxy& other : m.proxies) {
            if (&other != &p && other.says == p.says)
                return wrong("the same proxy stands here twice, as " + other.name);
        }
        const model* middle = one_of(says.middle)->built;
        if (middle == nullptr) continue;
        const relation* far = middle->find_relation(says.far);
        if (far == nullptr) {
            const bool is_column = std::any_of(middle->columns.begin(), middle->columns.end(),
                                               [&](const column& c) { return c.member == says.far; });
            if (!is_column) {
                return wrong(middle->name + " has no member '" + std::string{says.far} +
                             "'; there are: " + names_of(*middle));
            }
            continue;
        }
        const std::string hop = middle->name + "." + far->name;
        if (far->to_many()) return wrong(hop + " is a collection: a proxy's second hop leads to one object");
        if (far->target_slot != one_of(says.value)) return wrong(hop + " leads to another model than the proxy shows");
        const relation* near = m.relation_at(says.near());
        if (near == nullptr || near->key == nullptr || far->key == nullptr) continue;
        p.once = near->kind == relation_kind::has_many && far->holds_key() && held_once(*middle, *near->key, *far->key);
    }
    return {};
}

std::size_t offset_of_proxy(const model_declaration& d, const member_type& type) {
    std::size_t found = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < d.count; ++i) {
        if (d.members[i] != &type) continue;
        ++found;
        at = static_cast<std::size_t>(static_cast<const volatile char*>(d.addresses[i]) -
                                      static_cast<const volatile char*>(d.base));
    }
    if (found == 1) return at;
    throw mapping_error{"a kin::proxy stands " + std::string{found == 0 ? "outside" : "twice in"} +
                        " the model that its collection belongs to"};
}

bool leads_once(const model& m, std::size_t offset_of_proxy) {
    return std::any_of(m.proxies.begin(), m.proxies.end(),
                       [&](const proxy& p) { return p.offset == offset_of_proxy && p.once; });
}

}  // namespace kin::mapping
