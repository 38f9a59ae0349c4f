// Has moved to kin/query/tree.hpp.
#pragma once

#include <kin/query/tree.hpp>
