// kin-inspect without its main, so that tests can call it.
#pragma once

#include <iosfwd>

namespace kin::reverse {

/// Does what the arguments say and returns what the program ends with: 0; 1 and a line that says why; what CLI11 has
/// for arguments that make no sense (more than 100). Reads the database; writes nothing into it.
[[nodiscard]] int inspect_program(int argc, const char* const* argv, std::ostream& out, std::ostream& problems);

}  // namespace kin::reverse
