// What is often asked of an object.
#include "memory/object_state.hpp"

#include <kin/graph/fields.hpp>

namespace kin::detail {

using graph::life;
using graph::node;

bool still_there(node& known) {
    if (known.state() == life::removed) return false;
    try {
        graph::look(&known);
    } catch (const not_found&) {
        return false;
    }
    return true;
}

value_view row_value(const node& n, std::uint16_t column, value& scratch) {
    const mapping::model& m = *n.in->what;
    if (n.snapshot() != nullptr) return graph::packed(m, n.snapshot(), column);
    return graph::view(m.fields[column], n.object(), scratch);
}

/// A primary key that was changed by hand and never written is not the one that the identity map knows.
void restore_key(node& n) {
    const mapping::model& m = *n.in->what;
    std::uint64_t changed = 0;
    graph::compare(m, n.object(), n.snapshot(), changed);
    for (const std::uint16_t c : m.primary_key) {
        if ((changed >> c & 1) != 0) {
            graph::unpack(m, n.object(), n.snapshot());
            return;
        }
    }
}

bool meets_fixed(const mapping::relation& r, const node& child) {
    for (const mapping::fixed_value& f : r.fixed) {
        if (!graph::matches(r.target->fields[f.column], child.object(), f.is.view())) return false;
    }
    return true;
}

}  // namespace kin::detail
