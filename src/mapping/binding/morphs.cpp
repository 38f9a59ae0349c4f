// A morph_to in a descriptor: what it brings into its model, and what its keys write.
#include "mapping/binding/morphs.hpp"
#include "mapping/binding/registry.hpp"

#include <algorithm>

#include <kin/mapping/registration.hpp>

namespace kin::mapping {

namespace {
constexpr std::uint16_t longest_tag = 64;
}

void add_morph(model& m, const morph_declaration& d, const std::string& member, std::uint32_t offset) {
    const auto add = [&](const char* name, const field& io) {
        column c;
        c.name = c.member = member + name;
        c.io = io;
        c.io.offset = offset + io.offset;
        m.columns.push_back(std::move(c));
        return static_cast<std::uint16_t>(m.columns.size() - 1);
    };
    const std::uint16_t type = add("_type", *d.type);
    const std::uint16_t id = add("_id", *d.id);
    m.columns[type].length = longest_tag;
    m.indexes.push_back({{}, {type, id}, false});
    for (std::uint32_t i = 0; i < d.count; ++i) {
        const relation_declaration& arm = d.arms[i];
        relation r;
        r.name = member;
        r.kind = arm.kind;
        r.offset = offset + d.first_arm + i * static_cast<std::uint32_t>(sizeof(void*));
        r.index = static_cast<std::uint16_t>(m.relations.size());
        r.target_slot = one_of(arm.target);
        r.options = arm.options;
        r.morph = arm.morph;
        m.relations.push_back(std::move(r));
        foreign_key k;
        k.columns = {id};
        k.target_slot = one_of(arm.target);
        k.tagged = true;
        k.tag.column = type;
        k.morph = member;
        m.foreign_keys.push_back(std::move(k));
    }
}

void bind_tag(foreign_key& k) {
    auto& owner = const_cast<model&>(*k.owner);  // being bound, by its only writer
    column& id = owner.columns[k.columns[0]];
    const column& to = k.target->columns[k.target->primary_key[0]];
    if (to.io.rep != id.io.rep || to.io.type != id.io.type) {
        throw mapping_error{owner.name + "." + k.morph + ": the key of " + k.target->name +
                            " is of another type than the column " + id.name + ": say kin::id_as<…>"};
    }
    if (k.target->tag.size() > longest_tag) {
        throw mapping_error{k.target->name + ": its tag, table.morph(…), is longer than " +
                            std::to_string(longest_tag) + " bytes"};
    }
    id.length = std::max(id.length, to.length);
    k.tag.is = value{k.target->tag};
    for (const foreign_key& other : owner.foreign_keys) {
        if (&other == &k || !other.tagged || other.morph != k.morph || other.target == nullptr) continue;
        if (other.target->tag == k.target->tag) {
            throw mapping_error{owner.name + "." + k.morph + ": " + other.target->name + " and " + k.target->name +
                                " have the same tag '" + k.target->tag + "': name one with table.morph(…)"};
        }
    }
}

}  // namespace kin::mapping
