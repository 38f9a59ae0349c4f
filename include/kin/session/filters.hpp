// Has moved to kin/query/filters.hpp.
#pragma once

#include <kin/query/filters.hpp>
