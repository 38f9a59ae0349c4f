// The parts of the unit of work, handed to each other.
#include "unit_of_work/session_work.hpp"

namespace kin::detail {

session_work::session_work(session_memory& memory, session_loading& loading)
    : preparation{memory, loading},
      sync{memory},
      flushing{memory, loading, reaches, preparation, sync},
      pending{memory, reaches, flushing} {}

}  // namespace kin::detail
