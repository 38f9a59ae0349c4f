// Whom a foreign key names, by values.
#include "relations/key_matching.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>

#include "memory/object_state.hpp"

namespace kin::detail {

using graph::node;

bool names_row(const node& child, const mapping::foreign_key& k, const node& parent) {
    if (!k.to_primary_key && !known_by_name(parent)) return false;
    for (std::size_t i = 0; i < k.columns.size(); ++i) {
        value scratch;
        const value_view held = row_value(parent, k.target_columns[i], scratch);
        if (held.is_null() || !graph::matches(k.owner->fields[k.columns[i]], child.object(), held)) return false;
    }
    return true;
}

bool names_object(const node& child, const mapping::foreign_key& k, const node& parent) {
    if (!k.to_primary_key && !known_by_name(parent)) return false;
    for (std::size_t i = 0; i < k.columns.size(); ++i) {
        if (!graph::matches(k.owner->fields[k.columns[i]], child.object(), k.target->fields[k.target_columns[i]],
                            parent.object()))
            return false;
    }
    return true;
}

bool key_changed(const node& child, const mapping::foreign_key& k) {
    return child.snapshot() != nullptr && std::any_of(k.columns.begin(), k.columns.end(), [&](std::uint16_t c) {
               return !graph::equal(k.owner->fields[c], child.object(), graph::packed(*k.owner, child.snapshot(), c));
           });
}

}  // namespace kin::detail
