// Has moved to kin/query/existence.hpp.
#pragma once

#include <kin/query/existence.hpp>
