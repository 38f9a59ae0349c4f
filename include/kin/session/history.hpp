// change<T>: what a column of an object was when it was last read or written, and what it is now.
#pragma once

#include <optional>

namespace kin {

template <class T>
struct change {
    std::optional<T> old{};  ///< as the row has it; nothing where the object has no row
    T now{};
    bool changed = false;  ///< whether the next flush writes it
};

}  // namespace kin
