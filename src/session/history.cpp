// What a column was before it was changed, from the object's snapshot.
#include <kin/graph/fields.hpp>

#include "session/core.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

bool former(const session_core& core, const node& n, std::size_t offset, void* member, bool& changed,
            const site& where) {
    const session_guard guard{core, where};
    core.memory.objects.require_mine(n, where);
    const mapping::model& m = *n.in->what;
    const mapping::column* c = m.column_at(offset);
    if (c == nullptr) throw mapping_error{m.name + ": the member given to history is no column", {.where = where}};
    changed = n.state() == life::pending;
    if (n.state() == life::pending || n.state() == life::detached) return false;
    field f = c->io;
    f.offset = 0;
    value scratch;
    if (n.snapshot() == nullptr) {  // never touched, or expired: as it was read last
        graph::assign(f, member, graph::view(c->io, n.object(), scratch));
        return true;
    }
    const value_view was = graph::packed(m, n.snapshot(), static_cast<std::size_t>(c - m.columns.data()));
    changed = !graph::equal(c->io, n.object(), was);
    graph::assign(f, member, was);
    return true;
}

}  // namespace kin::detail
