// One address for each type, complete or not: how descriptors name models that they do not compile.
#pragma once

#include <atomic>

namespace kin::mapping {

struct model;

/// Filled when the model is registered. One object in the whole program, shared libraries included: it is written to,
/// so no linker may fold two of them.
struct model_slot {
    std::atomic<const model*> described{nullptr};  ///< published once the model is bound
    const model* built = nullptr;                  ///< before that; under the registry's lock
};

template <class T>
#if defined(__GNUC__)
[[gnu::visibility("default")]]
#endif
inline constinit model_slot slot_of{};

}  // namespace kin::mapping
