// Kin on Boost.Asio: the same sessions, in coroutines of an event loop. The component `kin::asio`.
#pragma once

#include <kin/asio/database.hpp>
#include <kin/asio/parallel.hpp>
#include <kin/asio/stream.hpp>
