// The two keys of a many_to_many and the pivot that they stand in, which is a model even where none was written.
#include <algorithm>
#include <set>

#include "mapping/binding/registry.hpp"
#include "mapping/names.hpp"

namespace kin::mapping {
namespace {

/// Whether the key consists of just these columns.
bool consists_of(const foreign_key& k, const std::vector<std::string>& names) {
    if (names.size() != k.columns.size()) return false;
    if (k.tagged) return names[0] == k.morph;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const column& c = k.owner->columns[k.columns[i]];
        if (c.name != names[i] && c.member != names[i]) return false;
    }
    return true;
}

/// The table behind a many_to_many that names no association object.
struct implied_names {
    std::string table;
    std::vector<std::string> near;
    std::vector<std::string> far;
};

implied_names name_pivot(const relation& r) {
    const relation_options& o = r.options;
    const std::string own = snake_case(r.owner->name);
    const std::string other = snake_case(r.target->name);
    implied_names n;
    n.table = o.pivot_table.empty() ? std::min(own, other) + "_" + std::max(own, other) : std::string{o.pivot_table};
    std::size_t given = 0;
    const auto add = [&](std::vector<std::string>& to, const model& m, const std::string& prefix) {
        for (const std::uint16_t c : m.primary_key) {
            to.push_back(given < o.pivot_count ? std::string{o.pivot_columns[given++]}
                                               : prefix + "_" + m.columns[c].name);
        }
    };
    add(n.near, *r.owner, own);
    add(n.far, *r.target, r.owner == r.target ? "other_" + other : other);
    return n;
}

model& build_pivot(registry& all, const relation& r, const implied_names& names) {
    model& m = all.models.emplace_back();
    m.number = static_cast<std::uint32_t>(all.models.size() - 1);
    m.name = names.table;
    m.table = names.table;
    m.schema = r.owner->schema;
    m.slot = &all.slots.emplace_back();
    m.slot->built = &m;
    m.implied = true;
    const auto add = [&](const model& target, const std::vector<std::string>& columns) {
        foreign_key& k = m.foreign_keys.emplace_back();
        k.target_slot = target.slot;
        k.owner = &m;
        k.index = static_cast<std::uint16_t>(m.foreign_keys.size() - 1);
        if (r.options.passive_deletes) k.on_delete = referential_action::cascade;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const column& of = target.columns[target.primary_key[i]];
            column c;
            c.name = c.member = columns[i];
            c.io = of.io;
            c.io.offset = 0;  // its rows are no objects: see session/link_sql.cpp
            c.io.name = all.texts.emplace_back(m.name + "." + c.name).c_str();
            c.length = of.length;
            c.primary_key = true;
            c.refers_to = target.slot;
            k.columns.push_back(static_cast<std::uint16_t>(m.columns.size()));
            m.primary_key.push_back(static_cast<std::uint16_t>(m.columns.size()));
            m.fields.push_back(c.io);
            m.columns.push_back(std::move(c));
        }
        bind_key(k);
    };
    // The same table whichever side is seen first.
    m.foreign_keys.reserve(2);
    if (r.owner->name <= r.target->name) {
        add(*r.owner, names.near);
        add(*r.target, names.far);
    } else {
        add(*r.target, names.far);
        add(*r.owner, names.near);
    }
    return m;
}

const foreign_key* key_of(const model& pivot, const model& target, const std::vector<std::string>& names,
                          const foreign_key* but, bool tagged, bool& several) {
    const foreign_key* found = nullptr;
    for (const foreign_key& k : pivot.foreign_keys) {
        if (k.target_slot != target.slot || &k == but || k.tagged != tagged) continue;
        if (!names.empty() && !consists_of(k, names)) continue;
        several = several || found != nullptr;
        if (found == nullptr) found = &k;
    }
    return found;
}

/// Whether two keys of the model lead to the relation's two ends. Another part of the program may have a table of the
/// pivot's name that is nobody's pivot here.
bool joins_ends(const model& m, const relation& r) {
    const foreign_key* near = nullptr;
    for (const foreign_key& k : m.foreign_keys) {
        if (k.target_slot == r.owner->slot && near == nullptr) near = &k;
    }
    return near != nullptr && std::any_of(m.foreign_keys.begin(), m.foreign_keys.end(), [&](const foreign_key& k) {
               return &k != near && k.target_slot == r.target_slot;
           });
}

/// Whether the two keys are all that tells the pivot's rows apart. A row with a key of its own stands for itself: it
/// may be there before and after what it links.
bool only_links(const model& pivot, const link_pair& links) {
    const std::set<std::uint16_t> both(links.unique_columns.begin(), links.unique_columns.end());
    return pivot.implied || both == std::set<std::uint16_t>(pivot.primary_key.begin(), pivot.primary_key.end());
}

}  // namespace

void bind_links(registry& all, relation& r) {
    const std::string who = r.owner->name + "." + r.name;
    model* pivot = nullptr;
    std::vector<std::string> near;
    std::vector<std::string> far;
    if (r.pivot_slot != nullptr) {
        if (r.pivot_slot->built == nullptr) {
            r.problem = who + ": its association object is never defined in this program";
            return;
        }
        pivot = &all.models[r.pivot_slot->built->number];
        std::size_t at = 0;
        for (; at < r.options.via_count && near.size() < r.owner->primary_key.size(); ++at) {
            near.emplace_back(r.options.via[at]);
        }
        for (; at < r.options.via_count; ++at) far.emplace_back(r.options.via[at]);
        if (r.owner == r.target && near.empty()) {
            r.problem = who + ": both keys of " + pivot->name + " reach " + r.target->name +
                        ": name the one that refers to this side with kin::via<\"column\">";
            return;
        }
    } else {
        const implied_names names = name_pivot(r);
        if (r.options.pivot_count > names.near.size() + names.far.size()) {
            r.problem = who + ": kin::pivot<…> names more columns than the keys of " + r.owner->name + " and " +
                        r.target->name + " have";
            return;
        }
        for (model& m : all.models) {
            if (m.table == names.table && m.slot != nullptr && joins_ends(m, r)) pivot = &m;
        }
        if (pivot == nullptr) pivot = &build_pivot(all, r, names);
        near = names.near;
        far = names.far;
    }
    bool several = false;
    const foreign_key* k = key_of(*pivot, *r.owner, near, nullptr, r.morph == morph_side::owner, several);
    const foreign_key* f =
        k == nullptr ? nullptr : key_of(*pivot, *r.target, far, k, r.morph == morph_side::far, several);
    if (k == nullptr || f == nullptr) {
        r.problem = who + ": the pivot " + pivot->name + " has no " +
                    (near.empty() && far.empty() ? std::string{} : "such ") + "foreign key to " +
                    (k == nullptr ? r.owner->name : r.target->name);
        if (pivot->implied) r.problem += ": both sides must name the same table and columns with kin::pivot<…>";
        return;
    }
    if (several) {
        r.problem = who + ": two foreign keys of " + pivot->name + " fit: name them with kin::via<\"near\", \"far\">";
        return;
    }
    r.key = k;
    r.far = f;
    const foreign_key* first = std::min(k, f, [](const auto* a, const auto* b) { return a->index < b->index; });
    const foreign_key* second = first == k ? f : k;
    for (const link_pair* each : pivot->links) {
        if (each->first == first && each->second == second) r.links = each;
    }
    if (r.links == nullptr) {
        link_pair& p = all.pairs.emplace_back();
        p.through = pivot;
        p.first = first;
        p.second = second;
        p.unique_columns = first->written();
        for (const std::uint16_t c : second->written()) p.unique_columns.push_back(c);
        p.unique = pivot->unique(p.unique_columns);
        pivot->links.push_back(&p);
        for (const foreign_key* end : {first, second}) {
            foreign_key& of_pivot = pivot->foreign_keys[end->index];
            of_pivot.link = true;
            of_pivot.only_links = of_pivot.only_links || only_links(*pivot, p);
        }
        r.links = &p;
    }
    // The descriptor is being built here, by its only writer.
    if (pivot->implied && r.options.keyless_pivot) const_cast<link_pair*>(r.links)->unique = false;
}

}  // namespace kin::mapping
