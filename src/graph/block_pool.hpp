// Aligned blocks, recycled between arenas: fresh pages cost more than everything that is then written to them.
#pragma once

namespace kin::graph {

void* take_block();
void give_block(void* block) noexcept;

}  // namespace kin::graph
