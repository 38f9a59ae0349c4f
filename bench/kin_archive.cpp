// Kin's side of the archive import: the example's own code, on the same parsed rows as the twin.
#include "../examples/archive/import.hpp"
#include "../examples/archive/models.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

std::uint64_t import(context& c) {
    // The state is the one of kin_blog.cpp, whose first member is the database.
    auto& db = *static_cast<kin::database*>(c.state);
    kin::session s{db};
    archive::progress silent{true};
    const std::size_t rows = archive::build(s, *c.packages, silent);
    s.commit();
    return rows;
}

const registration imports{kin_side(), {{"archive", import}}};

}  // namespace

}  // namespace bench
