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
    /// Whether the slot is one of a session's object.
    [[nodiscard]] static bool attached(const to_many& s) noexcept { return mark_of(s.word_) >= mark::unloaded; }
    [[nodiscard]] static const mapping::relation& relation(const node& owner, const to_many& s) noexcept {
        const auto at = reinterpret_cast<const std::byte*>(&s) - static_cast<const std::byte*>(owner.object());
        return *owner.in->what->relation_at(static_cast<std::size_t>(at));
    }
    /// The first word of a slot of either kind.
    [[nodiscard]] static std::uintptr_t& word(node& n, const mapping::relation& r) noexcept {
        return r.to_many() ? word(many(n, r)) : word(one(n, r));
    }
};

/// What the slot says, be it to one or to many.
[[nodiscard]] inline mark mark_of(node& n, const mapping::relation& r) noexcept {
    return mark_of(slot_access::word(n, r));
}
/// Whether a read of the relation would have to load.
[[nodiscard]] inline bool unloaded(node& n, const mapping::relation& r) noexcept {
    const mark m = mark_of(n, r);
    return m == mark::unloaded || m == mark::added;
}

/// Columns that queries left out of the object, but for those that are declared so and read by their first touch.
[[nodiscard]] inline std::uint64_t left_out(const node& n) noexcept { return n.in->missing & ~n.in->what->deferred; }

/// usage_error where a plain object's relation was moved from one of a session that could not be read for that.
void require_readable(std::uintptr_t word);

/// usage_error where the relation takes nothing into the session.
void require_save_update(const mapping::relation&);

}  // namespace kin::graph
