// The core's way to the words of slots; users' code does not need it.
#pragma once

#include <kin/graph/slots.hpp>
#include <kin/mapping/model.hpp>

namespace kin::graph {

/// The core's way to the words.
struct slot_access {
    static std::uintptr_t& word(to_one& s) noexcept { return s.word_; }
    static std::uintptr_t& word(to_many& s) noexcept { return s.word_; }
    static std::uint32_t& size(to_many& s) noexcept { return s.size_; }
    static std::uint32_t& capacity(to_many& s) noexcept { return s.capacity_; }
    [[nodiscard]] static to_one& one(node& n, const mapping::relation& r) noexcept {
        return *reinterpret_cast<to_one*>(static_cast<std::byte*>(n.object()) + r.offset);
    }
    [[nodiscard]] static to_many& many(node& n, const mapping::relation& r) noexcept {
        return *reinterpret_cast<to_many*>(static_cast<std::byte*>(n.object()) + r.offset);
    }
};

}  // namespace kin::graph
