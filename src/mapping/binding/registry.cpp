// All models of the program: described when the first of them is asked for, and their keys and relations bound
// together.
#include <dlfcn.h>
#include <algorithm>
#include <atomic>

#include "mapping/binding/morphs.hpp"
#include "mapping/binding/proxies.hpp"
#include "mapping/binding/ranking.hpp"
#include "mapping/binding/registry.hpp"
#include "mapping/binding/through.hpp"
#include "mapping/scope.hpp"

namespace kin::mapping {
namespace {

// Built at first use and never destroyed: models are looked up by static objects in any order.
registry& all() {
    static auto* r = new registry;
    return *r;
}

std::atomic<std::uint32_t> bound{0};

/// Whether the relation can be one over this key.
bool fits(const foreign_key& k, const relation& r) {
    const relation_options& o = r.options;
    if (k.tagged != (r.morph != morph_side::none)) return false;
    if (r.morph == morph_side::arm) return k.morph == r.name;
    if (o.via_count == 0) return true;
    if (k.tagged) return o.via_count == 1 && o.via[0] == k.morph;
    if (o.via_count != k.columns.size()) return false;
    for (std::size_t i = 0; i < k.columns.size(); ++i) {
        const column& c = k.owner->columns[k.columns[i]];
        if (c.name != o.via[i] && c.member != o.via[i]) return false;
    }
    return true;
}

/// Whether a constant of an option can be the column's value.
void require_constant(const column& c, const relation_options::fixed_column& is) {
    if (c.io.codec != nullptr && c.io.rep == layout::custom) return;  // it knows how it is stored
    const kind type = c.io.type;
    const bool number = type == kind::boolean || (type >= kind::int16 && type <= kind::float64);
    if (is.is_text ? !number : number || type == kind::decimal) return;
    throw mapping_error{"the constant of \"" + std::string{is.column} + "\" is " +
                        (is.is_text ? "a text" : "a number") + ", and the column is " + std::string{name_of(type)}};
}

/// Names and constants of a relation's options that are columns of its target.
void bind_options(relation& r) {
    try {
        if (r.computed() && r.options.strategy == load::joined)
            throw mapping_error{"it is found by a statement of its own and cannot be joined: say load::selectin"};
        if (!r.options.keyed_by.empty()) r.keyed_by = &r.target->require_column(r.options.keyed_by, site::current());
        for (std::size_t i = 0; i < r.options.order_count; ++i) {
            std::string_view name = r.options.order[i];
            if (!name.empty() && name[0] == '-') name.remove_prefix(1);
            (void)r.target->require_column(name, site::current());
        }
        if (r.options.touches) {
            const auto& columns = r.target->columns;
            const bool stamped = std::any_of(columns.begin(), columns.end(),
                                             [](const column& c) { return c.does == behaviour::updated_at; });
            if (!stamped || !r.holds_key()) {
                throw mapping_error{"kin::touches is an option of a belongs_to whose target has a kin::updated_at"};
            }
        }
        for (std::size_t i = 0; i < r.options.stand_in_count; ++i) {
            const auto& is = r.options.stand_in[i];
            require_constant(r.target->require_column(is.column, site::current()), is);
        }
        for (std::size_t i = 0; i < r.options.where_count; ++i) {
            const auto& w = r.options.where[i];
            const column& c = r.target->require_column(w.column, site::current());
            require_constant(c, w);
            r.fixed.push_back({static_cast<std::uint16_t>(&c - r.target->columns.data()),
                               w.is_text ? value{w.text} : value{static_cast<std::int64_t>(w.number)}});
        }
    } catch (const error& e) {
        r.problem = r.owner->name + "." + r.name + ": " + e.message();
        r.key = nullptr;
        r.hops.clear();
    }
}

void bind_relation(registry& all, relation& r) {
    if (r.bound()) return;
    const model* target = r.target_slot->built;
    r.problem.clear();
    if (target == nullptr) {
        const auto broken = all.broken.find(r.target_slot);
        r.problem = r.owner->name + "." + r.name + ": " +
                    (broken != all.broken.end() ? "its model is broken: " + broken->second
                                                : "its model is never defined in this program");
        return;
    }
    r.target = target;
    if (r.linked()) {
        bind_links(all, r);
        if (r.key != nullptr) bind_options(r);
        return;
    }
    if (r.through()) return;  // over the others, when they are bound
    const model& holder = r.holds_key() ? *r.owner : *target;
    const model& parent = r.holds_key() ? *target : *r.owner;
    const foreign_key* found = nullptr;
    for (const foreign_key& k : holder.foreign_keys) {
        if (k.target_slot != parent.slot || !fits(k, r)) continue;
        if (found != nullptr) {
            r.problem = r.owner->name + "." + r.name + ": two foreign keys from " + holder.name + " reach " +
                        parent.name + ": name one with kin::via<\"" +
                        (r.morph == morph_side::none ? "column" : "member") + "\">";
            return;
        }
        found = &k;
    }
    if (found == nullptr) {
        r.problem = r.owner->name + "." + r.name + ": " + holder.name +
                    (r.morph == morph_side::none ? " has no foreign key to " : " has no morph_to that leads to ") +
                    parent.name;
        return;
    }
    if (r.tree() && !found->to_primary_key) {
        r.problem = r.owner->name + "." + r.name + ": a tree needs a key that refers to the primary key";
        return;
    }
    r.key = found;
    bind_options(r);
}

void bind_all(registry& r) {
    for (model& m : r.models) {
        if (m.slot == nullptr) continue;
        try {
            for (foreign_key& k : m.foreign_keys) bind_key(k);
        } catch (const error& e) {
            r.broken[m.slot] = e.message();
        }
        m.incoming.clear();
        m.referred_to = 0;
        m.linked_by.clear();
        for (foreign_key& k : m.foreign_keys) {
            k.child_side = nullptr;
            k.parent_sides.clear();
        }
    }
    for (link_pair& p : r.pairs) p.sides.clear();
    // Implied pivots are models, too: they are made here, before anything is counted.
    for (std::size_t i = 0; i < r.models.size(); ++i) {
        if (r.models[i].slot == nullptr) continue;
        for (relation& each : r.models[i].relations) {
            bind_relation(r, each);
            r.models[i].touching = r.models[i].touching || (each.options.touches && each.key != nullptr);
        }
    }
    for (model& m : r.models) {
        if (m.slot == nullptr) continue;
        for (relation& each : m.relations) {
            if (!each.through() || each.bound() || each.target == nullptr) continue;
            each.problem = bind_through(each, r.steps);
            if (each.bound()) bind_options(each);
        }
    }
    for (model& m : r.models) {
        if (m.slot == nullptr) continue;
        for (const foreign_key& k : m.foreign_keys) {
            if (k.target == nullptr) continue;
            model& target = r.models[k.target->number];
            target.incoming.push_back(&k);
            for (const std::uint16_t c : k.target_columns) target.referred_to |= std::uint64_t{1} << c;
        }
        for (relation& each : m.relations) {
            if (each.key == nullptr || each.computed()) continue;
            if (each.linked()) {
                r.models[each.target->number].linked_by.push_back(&each);
                const_cast<link_pair*>(each.links)->sides.push_back(&each);
                continue;
            }
            // The descriptor is being built here, by its only writer.
            auto& k = const_cast<foreign_key&>(*each.key);
            if (each.holds_key()) {
                k.child_side = &each;
            } else {
                k.parent_sides.push_back(&each);
            }
        }
    }
    for (model& m : r.models) {
        if (m.slot == nullptr) continue;
        for (relation& each : m.relations) {
            if (each.key == nullptr || each.computed()) continue;
            if (each.linked()) {
                each.inverse = nullptr;
                for (const relation* side : each.links->sides) {
                    if (side->key == each.far && side->far == each.key) each.inverse = side;
                }
            } else if (each.holds_key()) {
                each.inverse = each.key->parent_sides.empty() ? nullptr : each.key->parent_sides.front();
            } else {
                each.inverse = each.key->child_side;
            }
        }
    }
    for (model& m : r.models) {
        if (m.slot == nullptr) continue;
        if (const std::string problem = bind_proxies(m); !problem.empty()) r.broken[m.slot] = problem;
    }
    rank_all(r.models);
    bound.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

namespace {

/// The type's name in what spell_type says; none where another part of the program may mean another type by it.
std::string_view type_in(const char* spelled) noexcept {
    if (spelled == nullptr) return {};
    std::string_view type{spelled};
    const std::size_t at = type.find("T = ");
    if (at == std::string_view::npos) return {};
    type.remove_prefix(at + 4);
    // Of a unit alone, or of a function.
    return type.find("anonymous") == std::string_view::npos && type.find('(') == std::string_view::npos
               ? type
               : std::string_view{};
}

/// Where the program or the shared library begins that the address is in. There each type has one slot.
const void* part_of_program(const void* address) noexcept {
    Dl_info info{};
    return dladdr(address, &info) != 0 ? info.dli_fbase : nullptr;
}

void list(registry& r, const model_declaration& d) {
    if (std::find(r.waiting.begin(), r.waiting.end(), &d) == r.waiting.end()) r.waiting.push_back(&d);
}

/// Memory was out in the middle of it: the next call begins anew.
void forget_all(registry& r) noexcept {
    for (const model_declaration* each : r.waiting) {
        model_slot* const slot = one_of(each->slot);
        slot->built = nullptr;
        r.broken.erase(slot);
    }
    for (const model& m : r.models) delete m.scope;
    r.models.clear();
    r.texts.clear();
    r.slots.clear();
    r.pairs.clear();
    r.steps.clear();
}

}  // namespace

void bind_key(foreign_key& k) {
    if (k.target != nullptr) return;
    const model* target = k.target_slot->built;
    if (target == nullptr) return;
    k.target_columns.clear();
    if (k.target_names.empty()) {
        k.target_columns = target->primary_key;
    } else {
        for (const std::string& name : k.target_names) {
            const column& c = target->require_column(name, site::current());
            k.target_columns.push_back(static_cast<std::uint16_t>(&c - target->columns.data()));
        }
        if (!target->unique(k.target_columns)) {
            throw mapping_error{k.owner->name + "." + k.owner->columns[k.columns[0]].name + ": what it refers to in " +
                                target->name + " is not unique: declare it with table.unique(…)"};
        }
    }
    k.to_primary_key = k.target_columns == target->primary_key;
    if (k.target_columns.size() != k.columns.size()) {
        throw mapping_error{k.owner->name + "." + k.owner->columns[k.columns[0]].name + ": " + target->name +
                            "'s key has " + std::to_string(k.target_columns.size()) +
                            " columns; name the foreign key's with table.foreign_key<" + target->name +
                            ">(columns(…))"};
    }
    k.target = target;
    if (k.tagged) bind_tag(k);
}

std::uint32_t bindings() noexcept { return bound.load(std::memory_order_relaxed); }

model_slot* one_of(const model_slot* s) {
    auto* const slot = const_cast<model_slot*>(s);
    if (slot == nullptr) return nullptr;
    registry& r = all();
    const std::scoped_lock guard{r.lock};
    if (slot->one != nullptr) return slot->one;
    const std::string_view type = type_in(slot->spelled);
    if (!type.empty()) {
        std::vector<model_slot*>& same = r.spelled[type];
        for (model_slot* each : same) {
            if (part_of_program(each) != part_of_program(slot)) return slot->one = each;
        }
        same.push_back(slot);
    }
    return slot->one = slot;
}

bool enlist(const model_declaration& d) noexcept {
    registry& r = all();
    const std::scoped_lock guard{r.lock};
    list(r, d);
    return true;
}

bool enlist_named(const model_declaration& d) noexcept {
    registry& r = all();
    const std::scoped_lock guard{r.lock};
    r.named.push_back(&d);
    return true;
}

const model& describe(const model_declaration& d) {
    registry& r = all();
    const std::scoped_lock guard{r.lock};
    model_slot* const slot = one_of(d.slot);
    if (slot->known() == nullptr && !r.broken.contains(slot)) {
        list(r, d);
        for (const model_declaration* each : r.named) list(r, *each);
        // All that wait at once: whoever refers to this model is then known, whether this caller uses it or not.
        const bool first = r.models.empty();
        try {
            for (std::size_t i = 0; i < r.waiting.size(); ++i) {
                const model_declaration& each = *r.waiting[i];
                const model_slot* const its = one_of(each.slot);
                if (its->built == nullptr && !r.broken.contains(its)) build(r, each);
            }
            bind_all(r);
        } catch (...) {
            if (first) forget_all(r);
            throw;
        }
        r.waiting.clear();
        r.named.clear();
        for (const model& m : r.models) {
            // A broken one stays unpublished: else only the first to ask would hear of it.
            if (m.slot != nullptr && !r.broken.contains(m.slot)) {
                m.slot->publish(&m);
            }
        }
    }
    if (const auto broken = r.broken.find(slot); broken != r.broken.end()) throw mapping_error{broken->second};
    if (slot != d.slot) d.slot->publish(slot->known());
    return *slot->known();
}

}  // namespace kin::mapping
