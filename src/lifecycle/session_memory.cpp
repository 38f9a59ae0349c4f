// The parts of a session's memory, handed to each other.
#include "lifecycle/session_memory.hpp"

namespace kin::detail {

session_memory::session_memory(graph::host& session, pair_rows_reader& rows, const counted<database_life>& database,
                               bool of_stream)
    : host{session},
      objects{session, of_stream},
      log{phase, objects, contents},
      hooks{phase, database},
      tracking{phase, objects, contents, log},
      settled{objects, tracking, log},
      parents{objects, log, tracking},
      pairs{objects, contents, log, tracking, parents, session, rows},
      unloading{contents, parents, pairs},
      keys{phase, objects, contents, log, tracking, parents, pairs, unloading},
      lifecycle{phase, objects, log, tracking, settled, parents, pairs, unloading, keys, session},
      changes{objects, contents, log, parents, pairs, lifecycle, session},
      restorer{phase, objects, contents, log, tracking, parents, pairs} {}

void session_memory::clear() {
    objects.clear();
    settled.clear();
    log.forget();
    parents.clear();
    pairs.clear();
    keys.clear();
    contents.clear();
}

}  // namespace kin::detail
