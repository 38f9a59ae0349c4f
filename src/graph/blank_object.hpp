// An object as its struct declares it, on the side.
#pragma once

#include <cstdlib>
#include <new>

#include <kin/mapping/types.hpp>

namespace kin::detail {

/// What differs from it was set; what is decoded into it moves on by way of a snapshot.
struct blank_object {
    explicit blank_object(const mapping::type_operations& t)
        : type{t}, at{std::aligned_alloc(16, (t.size + 15) & ~std::size_t{15})} {
        if (at == nullptr) throw std::bad_alloc{};
        try {
            type.construct(at);
        } catch (...) {
            std::free(at);
            throw;
        }
    }
    ~blank_object() {
        type.destroy(at);
        std::free(at);
    }
    blank_object(const blank_object&) = delete;
    blank_object& operator=(const blank_object&) = delete;

    const mapping::type_operations& type;
    void* at;
};

}  // namespace kin::detail
