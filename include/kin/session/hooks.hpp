// Has moved to kin/memory/hooks.hpp.
#pragma once

#include <kin/memory/hooks.hpp>
