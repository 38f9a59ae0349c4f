// The parts that write at once, handed to each other.
#include "writing/session_writing.hpp"

namespace kin::detail {

session_writing::session_writing(session_memory& memory, session_loading& loading, session_work& work)
    : merging{memory, loading}, creation{memory, loading, work, merging}, pivots{memory, loading, work, merging} {}

}  // namespace kin::detail
