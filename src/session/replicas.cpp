// Sessions that only read, and the moments that they must have reached.
#include <kin/session/replicas.hpp>

#include <memory>

#include "engine/replica_set.hpp"
#include "session/core.hpp"

namespace kin {

read_your_writes::read_your_writes(database& db, const site& where)
    : text_{engine::position_of(db.pool(), db.kin_replicas(), where)} {}

namespace detail {

session_core* open_reading_session(database& db, const read_your_writes* after, const site& where) {
    const std::string_view position = after != nullptr ? std::string_view{after->text()} : std::string_view{};
    engine::require_position(db.pool().address(), position, where);
    auto core = std::make_unique<session_core>(db, where);
    core->loading.connection.only_read(db.kin_replicas(), position);
    return core.release();
}

}  // namespace detail

}  // namespace kin
