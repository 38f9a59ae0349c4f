// Polymorphic relations: morph_to, morph_many, morph_one. Not a part of kin.hpp: what few models need, only their
// files compile.
#pragma once

// Before all others: they would fail in many words.
#include <kin/value/compiler.hpp>

#include <kin/kin.hpp>

#include <kin/graph/morph.hpp>
#include <kin/query/morph.hpp>
