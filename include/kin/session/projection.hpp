// Has moved to kin/query/projection.hpp.
#pragma once

#include <kin/query/projection.hpp>
