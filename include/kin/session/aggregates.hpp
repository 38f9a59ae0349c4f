// Has moved to kin/query/aggregates.hpp.
#pragma once

#include <kin/query/aggregates.hpp>
