// Which rows belong to others.
#include "mapping/ownership.hpp"

#include <algorithm>

namespace kin::detail {

bool owned_by(const mapping::foreign_key& k) noexcept {
    if (k.only_links) return true;
    for (const mapping::relation* side : k.parent_sides) {
        if (side->options.removes()) return true;
    }
    return false;
}

bool left_to_database(const mapping::foreign_key& k) noexcept {
    for (const mapping::relation* side : k.parent_sides) {
        if (side->options.passive_deletes) return true;
    }
    for (const mapping::link_pair* links : k.owner->links) {
        for (const mapping::relation* side : links->sides) {
            if (side->key == &k && side->options.passive_deletes) return true;
        }
    }
    return k.on_delete == mapping::referential_action::cascade ||
           k.on_delete == mapping::referential_action::set_null ||
           k.on_delete == mapping::referential_action::set_default;
}

bool goes_along(const mapping::foreign_key& k) noexcept {
    return std::any_of(k.parent_sides.begin(), k.parent_sides.end(), [](const mapping::relation* side) {
        return side->options.removes() && !side->options.passive_deletes;
    });
}

}  // namespace kin::detail
