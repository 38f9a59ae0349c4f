// Has moved to kin/query/numbering.hpp.
#pragma once

#include <kin/query/numbering.hpp>
