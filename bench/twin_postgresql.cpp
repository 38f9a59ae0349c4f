// The hand-written twin against libpq that runs one statement after the other.
#include "libpq.hpp"
#include "twin_connect.hpp"
#include "workloads.hpp"

namespace bench::twin {

namespace {

const registration all = [] {
    connect<pq_connection>(sequential_twin());
    return one_by_one<pq_connection>(sequential_twin());
}();

}  // namespace

}  // namespace bench::twin
