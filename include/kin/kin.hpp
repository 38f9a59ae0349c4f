// Everything: models, databases, sessions, queries.
#pragma once

#include <kin/graph/outside.hpp>
#include <kin/graph/proxy.hpp>
#include <kin/graph/relations.hpp>
#include <kin/mapping/column.hpp>
#include <kin/mapping/declaration.hpp>
#include <kin/mapping/members.hpp>
#include <kin/session/database.hpp>
#include <kin/session/query.hpp>
#include <kin/session/session.hpp>
