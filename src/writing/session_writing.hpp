// Everything of a session that writes at once: the parts of writing/.
#pragma once

#include "writing/object_creation.hpp"
#include "writing/object_merging.hpp"
#include "writing/pivot_writing.hpp"

namespace kin::detail {

/// Owns the parts of writing/.
struct session_writing {
    session_writing(session_memory&, session_loading&, session_work&);
    session_writing(const session_writing&) = delete;
    session_writing& operator=(const session_writing&) = delete;

    object_merging merging;
    object_creation creation;
    pivot_writing pivots;
};

}  // namespace kin::detail
