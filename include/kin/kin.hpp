// Everything: models, databases, sessions, queries.
#pragma once

// Before all others: they would fail in many words.
#include <kin/value/compiler.hpp>

// First, as most mistakes in models are refused there: a compiler prints the way to it before what is wrong.
#include <kin/mapping/registration.hpp>

#include <kin/graph/deferred.hpp>
#include <kin/graph/many_to_many.hpp>
#include <kin/graph/outside.hpp>
#include <kin/graph/proxy.hpp>
#include <kin/graph/relations.hpp>
#include <kin/graph/through.hpp>
#include <kin/mapping/column.hpp>
#include <kin/mapping/members.hpp>
#include <kin/query/query.hpp>
#include <kin/session/database.hpp>
#include <kin/session/session.hpp>
#include <kin/value/hidden.hpp>
