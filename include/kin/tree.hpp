// Trees in one table: descendants, ancestors. Not a part of kin.hpp: what few models need, only their files compile.
#pragma once

// Before all others: they would fail in many words.
#include <kin/value/compiler.hpp>

#include <kin/kin.hpp>

#include <kin/query/tree.hpp>
