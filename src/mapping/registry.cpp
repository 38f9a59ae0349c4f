// All models of the program: builds descriptors from what the compiler told, then binds keys and relations together.
#include <algorithm>
#include <deque>
#include <map>
#include <mutex>

#include <kin/mapping/declaration.hpp>
#include <kin/mapping/model.hpp>

#include "mapping/morphs.hpp"
#include "mapping/names.hpp"
#include "mapping/outside.hpp"
#include "mapping/proxies.hpp"
#include "mapping/ranking.hpp"
#include "mapping/scope.hpp"
#include "mapping/through.hpp"

namespace kin::mapping {
namespace {

struct registry {
    std::recursive_mutex lock;
    std::vector<const model_declaration*> waiting;  // enlisted, not described yet
    std::deque<model> models;                       // never moves
    std::deque<std::string> texts;                  // what field::name points to
    std::deque<model_slot> slots;                   // of implied pivots
    std::deque<link_pair> pairs;
    std::deque<relation> steps;  // of through relations, over keys that no member says anything of
    std::map<const model_slot*, std::string> broken;
};

// Built at first use and never destroyed: models are looked up by static objects in any order.
registry& all() {
    static auto* r = new registry;
    return *r;
}

// -- describing -----------------------------------------------------------------------------------------------------

void add_columns(model& m, const model_declaration& d, const std::string& column_prefix,
                 const std::string& member_prefix, std::uint32_t base_offset) {
    name_walker names{d.spelled_members};
    for (std::size_t i = 0; i < d.count; ++i) {
        const std::string member{names.next()};
        const member_type& t = *d.members[i];
        const auto offset = static_cast<std::uint32_t>(static_cast<const volatile char*>(d.addresses[i]) -
                                                       static_cast<const volatile char*>(d.base)) +
                            base_offset;
        switch (t.kind) {
            case member_type::what::column: {
                column c;
                c.name = column_prefix + member;
                c.member = member_prefix + member;
                c.io = t.io;
                c.io.offset = offset;
                c.does = t.does;
                c.source = t.source;
                if (t.absent_at != 0) c.absent_at = offset + t.absent_at;
                c.refers_to = t.key_of;
                m.columns.push_back(std::move(c));
                break;
            }
            case member_type::what::embedded:
                add_columns(m, *t.embedded, column_prefix + member + "_", member_prefix + member + ".", offset);
                break;
            case member_type::what::morph:
                if (!member_prefix.empty()) {
                    throw mapping_error{m.name + "." + member_prefix + member + ": an embedded value has no relations"};
                }
                add_morph(m, *t.morph, member, offset);
                break;
            case member_type::what::proxy:
                m.proxies.push_back({.name = member, .offset = offset, .says = t.proxy});
                break;
            case member_type::what::relation: {
                if (!member_prefix.empty()) {
                    throw mapping_error{m.name + "." + member_prefix + member + ": an embedded value has no relations"};
                }
                relation r;
                r.name = member;
                r.kind = t.relation->kind;
                r.offset = offset;
                r.index = static_cast<std::uint16_t>(m.relations.size());
                r.target_slot = t.relation->target;
                r.pivot_slot = t.relation->pivot;
                r.options = t.relation->options;
                r.morph = t.relation->morph;
                m.relations.push_back(std::move(r));
                break;
            }
        }
    }
}

std::vector<std::uint16_t> positions(const model& m, const column_list& list) {
    std::vector<std::uint16_t> out;
    for (std::size_t i = 0; i < list.count; ++i) {
        const column& c = m.require_column(list.names[i], site::current());
        out.push_back(static_cast<std::uint16_t>(&c - m.columns.data()));
    }
    return out;
}

void choose_primary_key(model& m, const table_description* table) {
    if (table != nullptr) {
        for (const auto& rule : *table) {
            if (rule.what == table_description::rule_kind::primary_key) m.primary_key = positions(m, rule.columns);
        }
    }
    if (m.primary_key.empty()) {
        std::vector<std::uint16_t> own;
        for (std::size_t i = 0; i < m.columns.size(); ++i) {
            const column& c = m.columns[i];
            const auto at = static_cast<std::uint16_t>(i);
            if (c.member == "id" && !c.nullable()) {
                own = {at};
                break;
            }
            if (c.refers_to == m.slot && !c.nullable()) own.push_back(at);
        }
        if (own.size() != 1) {
            throw mapping_error{m.name + " has no primary key: give it a kin::key<" + m.name +
                                "> id, or name its columns with table.primary_key(…)"};
        }
        m.primary_key = own;
    }
    for (const std::uint16_t at : m.primary_key) {
        m.columns[at].primary_key = true;
        if (m.columns[at].nullable()) {
            throw mapping_error{m.name + "." + m.columns[at].name + ": a primary key cannot be optional"};
        }
    }
    column& first = m.columns[m.primary_key[0]];
    const bool integer = first.io.rep <= layout::u64;
    first.generated = m.primary_key.size() == 1 && integer && (first.refers_to == nullptr || first.refers_to == m.slot);
}

/// `belongs_to<Country, via<"country_code">, references<"code">>` is a foreign key, whatever the column's type.
void add_referring_key(model& m, const relation& r) {
    const relation_options& o = r.options;
    if (o.via_count != o.references_count) {
        throw mapping_error{m.name + "." + r.name + ": references needs via, with as many columns"};
    }
    std::vector<std::uint16_t> columns;
    for (std::size_t i = 0; i < o.via_count; ++i) {
        const column& c = m.require_column(o.via[i], site::current());
        columns.push_back(static_cast<std::uint16_t>(&c - m.columns.data()));
    }
    foreign_key* k = nullptr;
    for (foreign_key& each : m.foreign_keys) {
        if (each.columns == columns && each.target_slot == r.target_slot) k = &each;
    }
    if (k == nullptr) {
        k = &m.foreign_keys.emplace_back();
        k->columns = std::move(columns);
        k->target_slot = r.target_slot;
    }
    if (!k->target_names.empty()) return;
    for (std::size_t i = 0; i < o.references_count; ++i) k->target_names.emplace_back(o.references[i]);
}

void add_foreign_keys(model& m, const table_description* table) {
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        const column& c = m.columns[i];
        if (c.refers_to == nullptr) continue;
        if (c.refers_to == m.slot && c.primary_key) continue;
        foreign_key k;
        k.columns = {static_cast<std::uint16_t>(i)};
        k.target_slot = c.refers_to;
        m.foreign_keys.push_back(std::move(k));
    }
    if (table != nullptr) {
        for (const auto& rule : *table) {
            if (rule.what != table_description::rule_kind::foreign_key) continue;
            const auto columns = positions(m, rule.columns);
            foreign_key* k = nullptr;
            for (foreign_key& each : m.foreign_keys) {
                if (each.columns == columns && !each.tagged &&
                    (rule.target == nullptr || rule.target == each.target_slot))
                    k = &each;
            }
            if (k == nullptr) {
                if (rule.target == nullptr) {
                    throw mapping_error{m.name + "." + m.columns[columns[0]].name +
                                        " is no foreign key: its type is no other model's kin::key"};
                }
                k = &m.foreign_keys.emplace_back();
                k->columns = columns;
                k->target_slot = rule.target;
            }
            for (std::size_t i = 0; i < rule.references.count; ++i) {
                k->target_names.emplace_back(rule.references.names[i]);
            }
            k->on_delete = static_cast<referential_action>(rule.deleting);
            k->on_update = static_cast<referential_action>(rule.updating);
        }
    }
    for (const relation& r : m.relations) {
        if (r.kind == relation_kind::belongs_to && r.options.references_count > 0) add_referring_key(m, r);
    }
    for (std::size_t i = 0; i < m.foreign_keys.size(); ++i) {
        foreign_key& k = m.foreign_keys[i];
        k.owner = &m;
        k.index = static_cast<std::uint16_t>(i);
        k.nullable =
            std::any_of(k.columns.begin(), k.columns.end(), [&](std::uint16_t c) { return m.columns[c].nullable(); });
    }
}

void apply_table(model& m, const table_description* table) {
    if (table == nullptr) return;
    using kind = table_description::rule_kind;
    if (!table->name().empty()) m.table = table->name();
    m.schema = table->schema();
    for (const auto& rule : *table) {
        switch (rule.what) {
            case kind::unique:
            case kind::index:
                m.indexes.push_back({{}, positions(m, rule.columns), rule.what == kind::unique});
                break;
            case kind::length:
                m.columns[positions(m, rule.columns)[0]].length = rule.number;
                break;
            case kind::default_value:
                m.columns[positions(m, rule.columns)[0]].default_sql = rule.text;
                break;
            case kind::morph:
                m.tag = rule.text;
                break;
            case kind::uuid: {
                column& c = m.columns[positions(m, rule.columns)[0]];
                if (c.io.rep != layout::uuid || (rule.number != 4 && rule.number != 7)) {
                    throw mapping_error{m.name + "." + c.name + ": uuids are made in version 4 or 7, for kin::uuid"};
                }
                c.uuid_version = static_cast<std::uint8_t>(rule.number);
                break;
            }
            case kind::check:
                m.checks.push_back({{}, std::string{rule.text}});
                break;
            default:
                break;
        }
    }
    // Renaming comes last, all at once: every rule names columns by their members.
    std::vector<std::pair<std::uint16_t, std::string_view>> renamed;
    for (const auto& rule : *table) {
        if (rule.what == kind::rename) renamed.emplace_back(positions(m, rule.columns)[0], rule.text);
    }
    for (const auto& [at, name] : renamed) m.columns[at].name = name;
}

/// Members that the unit of work fills.
void find_behaviour(model& m) {
    column& key = m.columns[m.primary_key[0]];
    const bool own = m.primary_key.size() == 1 && (key.refers_to == nullptr || key.refers_to == m.slot);
    if (own && key.io.rep == layout::uuid && key.uuid_version == 0) key.uuid_version = 7;
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        column& c = m.columns[i];
        if (c.does == behaviour::version) m.version = &c;
        if (c.does == behaviour::soft_deleted_at) m.soft_deleted = &c;
        if (c.does == behaviour::created_at || c.does == behaviour::updated_at || c.uuid_version != 0) m.stamped = true;
        if (c.does != behaviour::slug) continue;
        const auto from = std::find_if(m.columns.begin(), m.columns.end(),
                                       [&](const column& each) { return each.member == c.source; });
        if (from == m.columns.end() || from->io.type != kind::text) {
            throw mapping_error{m.name + "." + c.member + ": a slug is made from a column of text, which \"" +
                                c.source + "\" is not"};
        }
        c.made_from = static_cast<std::uint16_t>(from - m.columns.begin());
        m.slug_column = &c;
        const std::vector<std::uint16_t> alone{static_cast<std::uint16_t>(i)};
        if (!m.unique(alone)) m.indexes.push_back({{}, alone, true});
    }
}

void build(registry& r, const model_declaration& d) {
    model& m = r.models.emplace_back();
    try {
        m.number = static_cast<std::uint32_t>(r.models.size() - 1);
        m.slot = d.slot;
        m.type = d.type;
        m.name = type_name(d.spelled_type);
        m.table = snake_case(m.name);
        m.tag = m.name;
        if (d.scope != nullptr) m.scope = new scope_rule{.make = d.scope};
        add_columns(m, d, "", "", 0);
        add_outside(m);
        if (m.columns.size() > 64) throw mapping_error{m.name + ": a model has at most 64 columns"};
        choose_primary_key(m, d.table);
        add_foreign_keys(m, d.table);
        apply_table(m, d.table);
        for (column& c : m.columns) {
            c.io.name = r.texts.emplace_back(m.name + "." + c.name).c_str();
            if (c.absent_at != 0) m.deferred |= std::uint64_t{1} << m.fields.size();
            m.fields.push_back(c.io);
        }
        find_behaviour(m);
        for (relation& each : m.relations) each.owner = &m;
        d.slot->built = &m;
    } catch (const error& e) {
        r.broken[d.slot] = e.message();
        m.slot = nullptr;
    }
}

// -- binding --------------------------------------------------------------------------------------------------------

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
    if (k.target_columns.size() != k.columns.size()) {
        throw mapping_error{k.owner->name + "." + k.owner->columns[k.columns[0]].name + ": " + target->name +
                            "'s key has " + std::to_string(k.target_columns.size()) +
                            " columns; name the foreign key's with table.foreign_key<" + target->name +
                            ">(columns(…))"};
    }
    k.target = target;
    if (k.tagged) bind_tag(k);
}

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
        for (model& m : all.models) {
            // Another part of the program may have a table of that name that is nobody's pivot here.
            const bool near_or_far = std::any_of(
                m.foreign_keys.begin(), m.foreign_keys.end(),
                [&](const foreign_key& k) { return k.target_slot == r.owner->slot || k.target_slot == r.target_slot; });
            if (m.table == names.table && m.slot != nullptr && near_or_far) pivot = &m;
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
        pivot->foreign_keys[first->index].link = pivot->foreign_keys[second->index].link = true;
        r.links = &p;
    }
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
            (void)r.target->require_column(r.options.stand_in[i].column, site::current());
        }
        for (std::size_t i = 0; i < r.options.where_count; ++i) {
            const auto& w = r.options.where[i];
            const column& c = r.target->require_column(w.column, site::current());
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
        r.problem = r.owner->name + "." + r.name + ": its model is never defined in this program";
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
    if (r.tree() && found->target_columns != parent.primary_key) {
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
            if (k.target != nullptr) r.models[k.target->number].incoming.push_back(&k);
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
}

}  // namespace

bool enlist(const model_declaration& d) noexcept {
    registry& r = all();
    const std::scoped_lock guard{r.lock};
    if (std::find(r.waiting.begin(), r.waiting.end(), &d) == r.waiting.end()) r.waiting.push_back(&d);
    return true;
}

const model& describe(const model_declaration& d) {
    registry& r = all();
    const std::scoped_lock guard{r.lock};
    if (d.slot->known() == nullptr && !r.broken.contains(d.slot)) {
        enlist(d);
        // All that wait at once: whoever refers to this model is then known, whether this caller uses it or not.
        for (const model_declaration* each : std::exchange(r.waiting, {})) {
            if (each->slot->built == nullptr) build(r, *each);
        }
        bind_all(r);
        for (const model& m : r.models) {
            // A broken one stays unpublished: else only the first to ask would hear of it.
            if (m.slot != nullptr && !r.broken.contains(m.slot)) {
                m.slot->publish(&m);
            }
        }
    }
    if (const auto broken = r.broken.find(d.slot); broken != r.broken.end()) throw mapping_error{broken->second};
    return *d.slot->known();
}

}  // namespace kin::mapping
