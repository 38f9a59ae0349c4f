// The questions that the example asks its database.
#pragma once

#include <kin/kin.hpp>

namespace archive {

/// Prints each answer with the number of statements that it took and the time.
void ask(kin::database&);

}  // namespace archive
