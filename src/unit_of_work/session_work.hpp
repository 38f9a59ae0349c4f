// Everything of a session that writes at a flush: the parts of planning/ and unit_of_work/, from the ground up.
#pragma once

#include "planning/flush_preparation.hpp"
#include "planning/write_reach.hpp"
#include "unit_of_work/autoflush_policy.hpp"
#include "unit_of_work/flush_synchronisation.hpp"
#include "unit_of_work/unit_of_work.hpp"

namespace kin::detail {

/// Owns the parts of planning/ and unit_of_work/, and hands each those below it.
struct session_work {
    session_work(session_memory&, session_loading&);
    session_work(const session_work&) = delete;
    session_work& operator=(const session_work&) = delete;

    write_reaches reaches{};
    flush_preparation preparation;
    flush_synchronisation sync;
    unit_of_work flushing;
    autoflush_policy pending;
};

}  // namespace kin::detail
