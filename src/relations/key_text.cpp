// Keys of objects as text.
#include "relations/key_text.hpp"

#include <kin/graph/fields.hpp>

namespace kin::detail {

using graph::life;
using graph::node;

bool append_key(std::string& to, const value_view& v) {
    if (v.is_null()) return false;
    value_view key = v;
    std::string scratch;
    if (v.type == kind::decimal || v.compares != comparison::exact)
        key.bytes = graph::key_bytes(v, v.compares, scratch);
    if (v.compares == comparison::number_or_text) key.type = kind::text;
    to += describe(key, static_cast<std::size_t>(-1));
    to += '\0';
    return true;
}

std::string key_text(const mapping::model& m, const void* object, const std::vector<std::uint16_t>& columns) {
    std::string text;
    for (const std::uint16_t c : columns) {
        value scratch;
        if (!append_key(text, graph::view(m.fields[c], object, scratch))) return {};
    }
    return text;
}

std::string name_of(const node& n) {
    const mapping::model& m = *n.in->what;
    std::string text = m.name;
    // A key that the database, or a parent, has yet to give.
    for (const std::uint16_t c : m.primary_key) {
        if (n.state() == life::pending && graph::unset(m.fields[c], n.object())) return text + " (new)";
    }
    for (std::size_t i = 0; i < m.primary_key.size(); ++i) {
        value scratch;
        text += i == 0 ? " " : ", ";
        text += describe(graph::view(m.fields[m.primary_key[i]], n.object(), scratch));
    }
    return text;
}

}  // namespace kin::detail
