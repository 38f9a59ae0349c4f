// Has moved to kin/query/morph.hpp.
#pragma once

#include <kin/query/morph.hpp>
