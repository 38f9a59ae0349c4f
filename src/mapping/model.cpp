// Looking things up in a model's descriptor.
#include <algorithm>

#include <kin/mapping/model.hpp>

#include "mapping/dotted.hpp"

namespace kin::mapping {

const column* model::find_column(std::string_view wanted) const noexcept {
    for (const column& c : columns) {
        if (c.name == wanted) return &c;
    }
    for (const column& c : columns) {
        if (c.member == wanted) return &c;
    }
    return nullptr;
}

const column* model::column_at(std::size_t offset) const noexcept {
    for (const column& c : columns) {
        if (c.io.offset == offset) return &c;
    }
    return nullptr;
}

const relation* model::find_relation(std::string_view wanted) const noexcept {
    for (const relation& r : relations) {
        if (r.name == wanted) return &r;
    }
    return nullptr;
}

std::vector<const relation*> model::arms_of(const relation& one) const {
    std::vector<const relation*> arms;
    for (const relation& r : relations) {
        if (r.morph == morph_side::arm && r.name == one.name) arms.push_back(&r);
    }
    return arms;
}

std::string model::tags_of(const relation& one) const {
    std::string all;
    for (const relation* arm : arms_of(one)) {
        if (arm->key != nullptr) all += (all.empty() ? "" : ", ") + arm->target->tag;
    }
    return all;
}

std::vector<std::uint16_t> foreign_key::written() const {
    std::vector<std::uint16_t> all = columns;
    if (tagged) all.push_back(tag.column);
    return all;
}

std::uint64_t foreign_key::mask() const noexcept {
    std::uint64_t all = tagged ? std::uint64_t{1} << tag.column : 0;
    for (const std::uint16_t c : columns) all |= std::uint64_t{1} << c;
    return all;
}

const relation* model::relation_at(std::size_t offset) const noexcept {
    for (const relation& r : relations) {
        if (r.offset == offset) return &r;
    }
    return nullptr;
}

const relation* find_relation_at(const model& m, std::size_t offset) noexcept { return m.relation_at(offset); }

namespace {
template <class Range>
[[noreturn]] void refuse(const model& m, const char* what, std::string_view wanted, const Range& range,
                         const site& where) {
    std::string text = m.name;
    text.append(" has no ").append(what).append(" '").append(shown(wanted)).append("'; there ");
    text += range.empty() ? "is none" : "are: ";
    bool first = true;
    for (const auto& each : range) {
        if (!first) text += ", ";
        first = false;
        text += each.name;
    }
    throw unknown_name{text, {.where = where}};
}
}  // namespace

const column& model::require_column(std::string_view wanted, const site& where) const {
    if (const column* c = find_column(wanted)) return *c;
    refuse(*this, "column", wanted, columns, where);
}

const relation& model::require_relation(std::string_view wanted, const site& where) const {
    if (const relation* r = find_relation(wanted)) return *r;
    refuse(*this, "relation", wanted, relations, where);
}

bool model::unique(const std::vector<std::uint16_t>& columns) const {
    const auto same = [&](const std::vector<std::uint16_t>& other) {
        return other.size() == columns.size() && std::is_permutation(other.begin(), other.end(), columns.begin());
    };
    return same(primary_key) ||
           std::any_of(indexes.begin(), indexes.end(), [&](const index& i) { return i.unique && same(i.columns); });
}

}  // namespace kin::mapping
