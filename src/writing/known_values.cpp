// The session's objects by the values of some of their columns.
#include "writing/known_values.hpp"

#include <kin/graph/fields.hpp>

namespace kin::detail {

using graph::node;

std::uint64_t known_values::hash(const mapping::model& m, const std::vector<std::uint16_t>& columns,
                                 const void* object) {
    std::uint64_t h = 0;
    value scratch;
    for (const std::uint16_t c : columns) {
        h = h * 0x9E3779B97F4A7C15u + graph::hash(graph::view(m.fields[c], object, scratch));
    }
    return h;
}

known_values::index& known_values::brought_up(graph::pool& objects, const std::vector<std::uint16_t>& columns) {
    index& all = all_[{objects.what, columns}];
    // Slabs are listed newest first; their nodes stay where they are.
    for (graph::slab* b = objects.current; b != nullptr; b = b->next) {
        const bool known = b == all.newest;
        for (std::uint32_t i = known ? all.used : 0; i < b->used; ++i) {
            node* n = b->at(i);
            all.places.emplace(hash(*objects.what, columns, n->object()), n);
        }
        if (known) break;
    }
    all.newest = objects.current;
    all.used = objects.current == nullptr ? 0 : objects.current->used;
    return all;
}

}  // namespace kin::detail
