// Has moved to kin/query/stream.hpp.
#pragma once

#include <kin/query/stream.hpp>
