// From what the compiler told of a struct to the model's descriptor: columns, keys, indexes, relations.
#include <algorithm>

#include "engine/failure.hpp"
#include "mapping/binding/morphs.hpp"
#include "mapping/binding/outside.hpp"
#include "mapping/binding/registry.hpp"
#include "mapping/binding/snapshot_layout.hpp"
#include "mapping/names.hpp"
#include "mapping/scope.hpp"

namespace kin::mapping {
namespace {

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
                c.slug = t.slug;
                if (t.absent_at != 0) c.absent_at = offset + t.absent_at;
                c.refers_to = one_of(t.key_of);
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
            case member_type::what::unsuitable:  // refused while compiling
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
                r.target_slot = one_of(t.relation->target);
                r.pivot_slot = one_of(t.relation->pivot);
                r.options = t.relation->options;
                r.morph = t.relation->morph;
                m.relations.push_back(std::move(r));
                break;
            }
        }
    }
}

std::vector<std::uint16_t> positions(const model& m, const table_description::name_range& list) {
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
    m.made_key = m.primary_key[0];
    column& first = m.columns[m.made_key];
    first.generated = m.primary_key.size() == 1 && first.io.whole_number() &&
                      (first.refers_to == nullptr || first.refers_to == m.slot);
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

/// `table.deferred("user_id")` and `unindexed` speak of a key that is there.
void describe_keys(model& m, const table_description& table) {
    using kind = table_description::rule_kind;
    for (const auto& rule : table) {
        if (rule.what != kind::deferred && rule.what != kind::unindexed) continue;
        const auto columns = positions(m, rule.columns);
        const auto key = std::ranges::find_if(m.foreign_keys,
                                              [&](const foreign_key& k) { return k.columns == columns && !k.tagged; });
        if (key == m.foreign_keys.end()) {
            throw mapping_error{m.name + "." + m.columns[columns[0]].name +
                                " is no foreign key: its type is no other model's kin::key"};
        }
        (rule.what == kind::deferred ? key->deferred : key->unindexed) = true;
    }
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
                    (rule.target == nullptr || one_of(rule.target) == each.target_slot))
                    k = &each;
            }
            if (k == nullptr) {
                if (rule.target == nullptr) {
                    throw mapping_error{m.name + "." + m.columns[columns[0]].name +
                                        " is no foreign key: its type is no other model's kin::key"};
                }
                k = &m.foreign_keys.emplace_back();
                k->columns = columns;
                k->target_slot = one_of(rule.target);
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
    if (table != nullptr) describe_keys(m, *table);
    for (std::size_t i = 0; i < m.foreign_keys.size(); ++i) {
        foreign_key& k = m.foreign_keys[i];
        k.owner = &m;
        k.index = static_cast<std::uint16_t>(i);
        k.nullable =
            std::any_of(k.columns.begin(), k.columns.end(), [&](std::uint16_t c) { return m.columns[c].nullable(); });
        k.shares = std::any_of(m.foreign_keys.begin(), m.foreign_keys.end(), [&](const foreign_key& other) {
            return &other != &k && !k.tagged && !other.tagged && (other.mask() & k.mask()) != 0;
        });
    }
}

/// What the database makes of a column of the key: the number that is not given.
void make_key(model& m, column& c) {
    const auto at = static_cast<std::uint16_t>(&c - m.columns.data());
    if (!c.io.whole_number() || (m.columns[m.made_key].generated && m.made_key != at)) {
        throw mapping_error{m.name + "." + c.name + ": of a key the database can make one whole number, no more"};
    }
    c.generated = true;
    m.made_key = at;
}

/// Columns that the database fills, which is said of them or of the key that they belong to.
void leave_to_database(model& m, column& c, const table_description::rule& rule) {
    using kind = table_description::rule_kind;
    c.identity = c.identity || rule.what == kind::identity_always;
    if (c.primary_key && rule.what == kind::generated) {
        throw mapping_error{m.name + "." + c.name +
                            ": a key is not computed from other columns; where the database counts it, say "
                            "identity_always"};
    }
    if (c.primary_key) return make_key(m, c);
    const std::uint64_t bit = std::uint64_t{1} << (&c - m.columns.data());
    if (rule.what == kind::database_default) {
        c.defaulted = true;
        m.defaulted |= bit;
        return;
    }
    c.computed = true;
    m.computed |= bit;
    c.generated_sql = rule.text;
}

std::string by_rule(const std::string& name, naming rule) {
    switch (rule) {
        case naming::as_members:
            break;
        case naming::pascal_case:
            return pascal_case(name);
        case naming::camel_case:
            return pascal_case(name, true);
        case naming::upper_case:
            return upper_case(name);
    }
    return name;
}

/// A part of the index that was described last.
void add_to_index(model& m, const table_description::rule& rule) {
    using kind = table_description::rule_kind;
    index& last = m.indexes.back();
    switch (rule.what) {
        case kind::index_column:
            last.parts.push_back({.column = positions(m, rule.columns)[0], .descending = rule.number != 0});
            break;
        case kind::index_expression:
            last.parts.push_back({.expression = std::string{rule.text}, .descending = rule.number != 0});
            break;
        case kind::index_class:
            last.parts.back().operator_class = rule.text;
            break;
        case kind::index_include:
            last.included.push_back(positions(m, rule.columns)[0]);
            break;
        case kind::index_where:
            last.where = rule.text;
            break;
        default:
            last.method = rule.text;
            break;
    }
}

/// What the database knows of a column, or of the table, and no query needs.
void describe_column(model& m, const table_description::rule& rule) {
    using kind = table_description::rule_kind;
    column* const c = rule.columns.count == 0 ? nullptr : &m.columns[positions(m, rule.columns)[0]];
    switch (rule.what) {
        case kind::sql_type:
            c->sql_type = rule.text;
            break;
        case kind::collation:
            c->collation = rule.text;
            break;
        case kind::comment:
            (c == nullptr ? m.comment : c->comment) = rule.text;
            break;
        case kind::enumeration:
            c->sql_type = rule.text;
            c->labels.assign(rule.references.names, rule.references.names + rule.references.count);
            break;
        case kind::nullable:
            c->null_there = true;
            break;
        default:
            (c == nullptr ? m.renamed_from : c->renamed_from) = rule.text;
            break;
    }
}

void apply_table(model& m, const table_description* table) {
    if (table == nullptr) return;
    using kind = table_description::rule_kind;
    m.table = table->name().empty() ? by_rule(m.table, table->names()) : std::string{table->name()};
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
            case kind::generated:
            case kind::identity_always:
            case kind::database_default:
                leave_to_database(m, m.columns[positions(m, rule.columns)[0]], rule);
                break;
            case kind::hidden:
                for (const std::uint16_t c : positions(m, rule.columns)) m.columns[c].io.hidden = true;
                break;
            case kind::ignored:
                m.ignored.push_back({std::string{rule.references.names[0]}, std::string{rule.text}});
                break;
            case kind::check:
                m.checks.push_back({{}, std::string{rule.text}});
                break;
            case kind::sql_type:
            case kind::collation:
            case kind::comment:
            case kind::renamed_from:
            case kind::nullable:
            case kind::enumeration:
                describe_column(m, rule);
                break;
            case kind::autoincrement:
                m.columns[positions(m, rule.columns)[0]].never_again = true;
                break;
            case kind::options:
                m.options = rule.text;
                break;
            case kind::view:
                m.view = true;
                m.view_sql = rule.text;
                break;
            case kind::described_index:
                m.indexes.push_back({.name = std::string{rule.text}, .unique_parts = rule.number != 0});
                break;
            case kind::index_column:
            case kind::index_expression:
            case kind::index_class:
            case kind::index_include:
            case kind::index_where:
            case kind::index_method:
                add_to_index(m, rule);
                break;
            default:
                break;
        }
    }
    for (index& i : m.indexes) {
        // What is unique over columns alone is known to the unit of work, whatever it is called.
        const auto plain = [](const index_part& p) { return p.expression.empty(); };
        if (!i.unique_parts || !i.where.empty() || !std::ranges::all_of(i.parts, plain)) continue;
        i.unique = true;
        for (const index_part& p : i.parts) i.columns.push_back(p.column);
    }
    // Renaming comes last, all at once: every rule names columns by their members.
    std::vector<std::pair<std::uint16_t, std::string_view>> renamed;
    for (const auto& rule : *table) {
        if (rule.what == kind::rename) renamed.emplace_back(positions(m, rule.columns)[0], rule.text);
    }
    if (table->names() != naming::as_members) {
        for (column& c : m.columns) c.name = by_rule(c.name, table->names());
    }
    for (const auto& [at, name] : renamed) m.columns[at].name = name;
    for (const ignored_column& c : m.ignored) {
        const auto held = std::ranges::find(m.columns, c.name, &column::name);
        if (held == m.columns.end()) continue;
        throw mapping_error{m.name + ": the column " + c.name + " is ignored, and the member " + held->member +
                            " holds it: one of the two"};
    }
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
        const auto named = [&](std::string_view name) {
            return std::find_if(m.columns.begin(), m.columns.end(),
                                [&](const column& each) { return each.member == name; });
        };
        const auto from = named(c.slug->source);
        if (from == m.columns.end() || from->io.type != kind::text) {
            throw mapping_error{m.name + "." + c.member + ": a slug is made from a column of text, which \"" +
                                c.slug->source + "\" is not"};
        }
        c.made_from = static_cast<std::uint16_t>(from - m.columns.begin());
        for (const char* const* name = c.slug->within; name != nullptr && *name != nullptr; ++name) {
            const auto beside = named(*name);
            if (beside == m.columns.end()) {
                throw mapping_error{m.name + "." + c.member + ": a slug is unique within columns, which \"" + *name +
                                    "\" is not"};
            }
            c.within.push_back(static_cast<std::uint16_t>(beside - m.columns.begin()));
        }
        m.slugs.push_back(static_cast<std::uint16_t>(i));
        std::vector<std::uint16_t> together = c.within;
        together.push_back(static_cast<std::uint16_t>(i));
        if (!m.unique(together)) m.indexes.push_back({{}, together, true});
    }
}

}  // namespace

void build(registry& r, const model_declaration& d) {
    model& m = r.models.emplace_back();
    try {
        m.number = static_cast<std::uint32_t>(r.models.size() - 1);
        m.slot = one_of(d.slot);
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
            if (!c.io.hidden) continue;
            m.hidden.push_back(c.name);
            engine::note_hidden_column(c.name);
        }
        lay_out_snapshot(m);
        find_behaviour(m);
        for (relation& each : m.relations) {
            each.owner = &m;
            m.eager |= with_owners(each.options.strategy);
        }
        m.slot->built = &m;
    } catch (const error& e) {
        r.broken[one_of(d.slot)] = e.message();
        m.slot = nullptr;
    }
}

}  // namespace kin::mapping
