// Aligned blocks, recycled between arenas: fresh pages cost more than everything that is then written to them.
#pragma once

namespace kin::graph {

void* take_block();
void give_block(void* block) noexcept;
/// Whether the address lies in a block, taken or given back. Any address may be asked for, from any thread.
[[nodiscard]] bool in_a_block(const void*) noexcept;

}  // namespace kin::graph
