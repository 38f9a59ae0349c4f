// Has moved to kin/query/pages.hpp.
#pragma once

#include <kin/query/pages.hpp>
