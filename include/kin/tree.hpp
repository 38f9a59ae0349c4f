// Trees in one table: descendants, ancestors. Not a part of kin.hpp: what few models need, only their files compile.
#pragma once

#include <kin/kin.hpp>

#include <kin/query/tree.hpp>
