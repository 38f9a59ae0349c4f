// A column that was left out, touched.
#include <kin/graph/arena.hpp>
#include <kin/graph/deferred.hpp>

namespace kin::graph {

void read_deferred(const void* member, const site& where) {
    node& owner = *owner_of(member);
    const mapping::model& m = *owner.in->what;
    const auto offset =
        static_cast<std::size_t>(static_cast<const std::byte*>(member) - static_cast<const std::byte*>(owner.object()));
    const auto column = static_cast<std::size_t>(m.column_at(offset) - m.columns.data());
    host* session = slab::around(member)->home->session();
    if (session == nullptr) {
        throw raised_load{std::string{m.columns[column].io.name} + " was not read, and its session is gone",
                          {.where = where}};
    }
    session->read_column(owner, column, where);
}

}  // namespace kin::graph
