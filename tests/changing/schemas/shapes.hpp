// The schemas that histories run over, a few in each file.
#pragma once

#include "describe.hpp"

namespace kin {
class database;
}

namespace changing {

void add_lists(collector&);
void add_links(collector&);
void add_keys(collector&);
void create_lists(kin::database&);
void create_links(kin::database&);
void create_keys(kin::database&);

}  // namespace changing
