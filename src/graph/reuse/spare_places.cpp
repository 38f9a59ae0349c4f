// Places in an arena that were given back.
#include "graph/reuse/spare_places.hpp"

#include <cstring>

namespace kin::graph {

std::byte* spare_places::take(std::size_t size) noexcept {
    if (size > largest) return nullptr;
    std::byte*& first = first_[(size + step - 1) / step];
    std::byte* const place = first;
    if (place != nullptr) std::memcpy(&first, place, sizeof first);
    return place;
}

void spare_places::give(void* place, std::size_t size) noexcept {
    std::byte*& first = first_[(size + step - 1) / step];
    std::memcpy(place, &first, sizeof first);
    first = static_cast<std::byte*>(place);
    any_ = true;
}

void spare_places::clear() noexcept {
    if (!any_) return;
    first_.fill(nullptr);
    any_ = false;
}

}  // namespace kin::graph
