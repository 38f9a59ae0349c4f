// Keys that were given, and those that the database makes.
#pragma once

#include <kin/kin.hpp>

namespace kin {

namespace detail {
void restart_numbering(session&, const mapping::model* const*, std::size_t, const site&);
}

/// Lets the keys that the database makes for these models (one, or a `kin::models<…>`) go on behind the highest that is
/// there: after rows came with keys of their own, which on PostgreSQL do not move the sequence, so that sooner or later
/// a new row is a unique_violation. Flushes; then one SELECT of setval for each model, never backwards. Nothing where
/// the database counts on from the highest key by itself (SQLite, MariaDB). A rollback does not take it back.
template <class Models>
void restart_numbering(session& s, const site& where = site::current()) {
    const auto list = detail::listed<Models>::list();
    detail::restart_numbering(s, list.data(), list.size(), where);
}

}  // namespace kin
