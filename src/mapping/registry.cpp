// All models of the program: builds descriptors from what the compiler told, then binds keys and relations together.
#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>

#include <kin/mapping/declaration.hpp>
#include <kin/mapping/model.hpp>

#include "mapping/names.hpp"

namespace kin::mapping {
namespace {

struct registry {
    std::recursive_mutex lock;
    std::vector<const model_declaration*> waiting;  // enlisted, not described yet
    std::deque<model> models;                       // never moves
    std::deque<std::string> texts;                  // what field::name points to
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
                c.refers_to = t.key_of;
                m.columns.push_back(std::move(c));
                break;
            }
            case member_type::what::embedded:
                add_columns(m, *t.embedded, column_prefix + member + "_", member_prefix + member + ".", offset);
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
                r.options = t.relation->options;
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
                if (each.columns == columns && (rule.target == nullptr || rule.target == each.target_slot)) k = &each;
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

void build(registry& r, const model_declaration& d) {
    model& m = r.models.emplace_back();
    try {
        m.number = static_cast<std::uint32_t>(r.models.size() - 1);
        m.slot = d.slot;
        m.type = d.type;
        m.name = type_name(d.spelled_type);
        m.table = snake_case(m.name);
        add_columns(m, d, "", "", 0);
        if (m.columns.size() > 64) throw mapping_error{m.name + ": a model has at most 64 columns"};
        choose_primary_key(m, d.table);
        add_foreign_keys(m, d.table);
        apply_table(m, d.table);
        for (column& c : m.columns) {
            c.io.name = r.texts.emplace_back(m.name + "." + c.name).c_str();
            m.fields.push_back(c.io);
            if (c.does == behaviour::version) m.version = &c;
            if (c.does == behaviour::created_at || c.does == behaviour::updated_at) m.stamped = true;
        }
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
    }
    if (k.target_columns.size() != k.columns.size()) {
        throw mapping_error{k.owner->name + "." + k.owner->columns[k.columns[0]].name + ": " + target->name +
                            "'s key has " + std::to_string(k.target_columns.size()) +
                            " columns; name the foreign key's with table.foreign_key<" + target->name +
                            ">(columns(…))"};
    }
    k.target = target;
}

bool fits(const foreign_key& k, const relation_options& o) {
    if (o.via_count == 0) return true;
    if (o.via_count != k.columns.size()) return false;
    for (std::size_t i = 0; i < k.columns.size(); ++i) {
        const column& c = k.owner->columns[k.columns[i]];
        if (c.name != o.via[i] && c.member != o.via[i]) return false;
    }
    return true;
}

void bind_relation(relation& r) {
    if (r.key != nullptr) return;
    const model* target = r.target_slot->built;
    r.problem.clear();
    if (target == nullptr) {
        r.problem = r.owner->name + "." + r.name + ": its model is never defined in this program";
        return;
    }
    r.target = target;
    const model& holder = r.holds_key() ? *r.owner : *target;
    const model& parent = r.holds_key() ? *target : *r.owner;
    const foreign_key* found = nullptr;
    for (const foreign_key& k : holder.foreign_keys) {
        if (k.target_slot != parent.slot || !fits(k, r.options)) continue;
        if (found != nullptr) {
            r.problem = r.owner->name + "." + r.name + ": two foreign keys from " + holder.name + " reach " +
                        parent.name + ": name one with kin::via<\"column\">";
            return;
        }
        found = &k;
    }
    if (found == nullptr) {
        r.problem = r.owner->name + "." + r.name + ": " + holder.name + " has no foreign key to " + parent.name;
        return;
    }
    r.key = found;
}

/// Tarjan's strongly connected components over "refers to": a component is finished after everything that it refers
/// to, so the order of finishing ranks parents before children. (R. Tarjan, Depth-first search …, 1972.)
class ranking {
  public:
    explicit ranking(std::deque<model>& models) : models_{models}, state_(models.size()) {
        for (model& m : models) {
            if (m.slot != nullptr && state_[m.number].order == 0) visit(m);
        }
    }

  private:
    struct visit_state {
        std::uint32_t order = 0, low = 0;
        bool on_stack = false;
    };
    void visit(model& m) {
        visit_state& s = state_[m.number];
        s.order = s.low = ++clock_;
        s.on_stack = true;
        stack_.push_back(&m);
        bool refers_to_itself = false;
        for (const foreign_key& k : m.foreign_keys) {
            if (k.target == nullptr) continue;
            visit_state& t = state_[k.target->number];
            if (k.target == &m) refers_to_itself = true;
            if (t.order == 0) {
                visit(models_[k.target->number]);
                s.low = std::min(s.low, state_[k.target->number].low);
            } else if (t.on_stack) {
                s.low = std::min(s.low, t.order);
            }
        }
        if (s.low != s.order) return;
        const bool several = stack_.back() != &m;
        ++rank_;
        for (model* each = nullptr; each != &m;) {
            each = stack_.back();
            stack_.pop_back();
            state_[each->number].on_stack = false;
            each->rank = rank_;
            each->cyclic = several || refers_to_itself;
        }
    }

    std::deque<model>& models_;
    std::vector<visit_state> state_;
    std::vector<model*> stack_;
    std::uint32_t clock_ = 0;
    std::uint32_t rank_ = 0;
};

void bind_all(registry& r) {
    for (model& m : r.models) {
        if (m.slot == nullptr) continue;
        try {
            for (foreign_key& k : m.foreign_keys) bind_key(k);
        } catch (const error& e) {
            r.broken[m.slot] = e.message();
        }
        m.incoming.clear();
        for (foreign_key& k : m.foreign_keys) {
            k.child_side = nullptr;
            k.parent_sides.clear();
        }
    }
    for (model& m : r.models) {
        if (m.slot == nullptr) continue;
        for (const foreign_key& k : m.foreign_keys) {
            if (k.target != nullptr) r.models[k.target->number].incoming.push_back(&k);
        }
        for (relation& each : m.relations) {
            bind_relation(each);
            if (each.key == nullptr) continue;
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
            if (each.key == nullptr) continue;
            if (each.holds_key()) {
                each.inverse = each.key->parent_sides.empty() ? nullptr : each.key->parent_sides.front();
            } else {
                each.inverse = each.key->child_side;
            }
        }
    }
    ranking{r.models};
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
