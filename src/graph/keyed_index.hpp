// Members of large keyed collections, found by their key.
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>

#include <kin/graph/node.hpp>
#include <kin/graph/slots.hpp>
#include <kin/value/field.hpp>
#include <kin/value/value.hpp>

namespace kin::graph {

/// Made at the first look-up in a large collection, extended while the collection grows, made anew where its list is
/// another. Members are plain objects that anybody may change, so every hit is compared, and a miss looks at all of
/// them. A graph that is only read may be asked from several threads.
class keyed_index {
  public:
    /// The first member whose key is this one now, or null. Reads expired members again.
    [[nodiscard]] node* find(const void* slot, const field& by, node* const* items, std::uint32_t size,
                             const value_view& key);
    /// The member, other than this one, that had its key when it was last seen and still has it; null where there is
    /// none. Not every member is looked at: one that was called otherwise by hand meanwhile is not found.
    [[nodiscard]] node* namesake(to_many& slot, const field& by, const node& of);
    /// The objects are gone.
    void clear() noexcept {
        if (!all_.empty()) all_.clear();  // an empty table would still be wiped
    }

  private:
    struct collection {
        node* const* items = nullptr;
        std::uint32_t size = 0;
        const node* last = nullptr;                                      ///< at its end
        std::unordered_multimap<std::uint64_t, std::uint32_t> places{};  ///< by the hash of the key
    };
    /// What is known of the list by now. Its places may be gaps.
    [[nodiscard]] collection& known(const void* slot, const field& by, node* const* items, std::uint32_t size);
    /// The members that had this key when they were last seen; the list's end where there are none.
    [[nodiscard]] std::uint32_t first_place(const void* slot, const field& by, node* const* items, std::uint32_t size,
                                            const value_view& key);
    void forget(const void* slot);

    std::mutex lock_;
    std::unordered_map<const void*, collection> all_{};
};

}  // namespace kin::graph
