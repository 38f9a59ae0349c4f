// What histories are made of, each with a switch: what is known to be wrong can be left out, to look past it.
#pragma once

#include <string>
#include <vector>

namespace changing {

/// Whether histories have it: all but those that KIN_CHANGING_WITHOUT names, with commas between.
bool with(const char* ingredient);

}  // namespace changing
