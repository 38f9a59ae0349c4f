// Locks on names.
#include <kin/engine/connection.hpp>
#include <kin/session/advisory_lock.hpp>
#include <kin/sql/dialect.hpp>

#include "session/core.hpp"
#include "value/text_hash.hpp"

namespace kin {

namespace {

/// The same number for a name in every program.
std::int64_t number_of(std::string_view name) { return static_cast<std::int64_t>(text_hash(name)); }

engine::cursor lock(session& s, std::string_view name, std::string_view sql::dialect::*text, const site& where) {
    s.kin_core(where).loading.connection.before_locking(where);
    engine::connection& c = s.connection(where);
    const std::string_view sql = c.dialect().*text;
    if (sql.empty()) {
        throw usage_error{std::string{c.dialect().name} + " has no advisory locks", {.where = where}};
    }
    engine::cursor row = c.run_holding(sql, {value{number_of(name)}});
    (void)row.next();
    return row;
}

}  // namespace

void advisory_lock(session& s, std::string_view name, const site& where) {
    (void)lock(s, name, &sql::dialect::advisory_lock, where);
}

bool try_advisory_lock(session& s, std::string_view name, const site& where) {
    return lock(s, name, &sql::dialect::try_advisory_lock, where).integer(0) != 0;
}

}  // namespace kin
