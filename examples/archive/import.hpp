// Persists a parsed index through a session.
#pragma once

#include <kin/kin.hpp>

#include "package_index.hpp"
#include "progress.hpp"

namespace archive {

/// Builds the object graph in the session; nothing is sent before the session flushes. Returns the number of objects.
std::size_t build(kin::session&, const package_index&, progress&);

}  // namespace archive
