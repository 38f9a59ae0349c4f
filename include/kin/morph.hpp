// Polymorphic relations: morph_to, morph_many, morph_one. Not a part of kin.hpp: what few models need, only their
// files compile.
#pragma once

#include <kin/kin.hpp>

#include <kin/graph/morph.hpp>
#include <kin/query/morph.hpp>
