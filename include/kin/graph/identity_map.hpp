// One row, one object: from a primary key to its node. Open addressing over node pointers; eight neighbouring integer
// keys share a cache line, groups of them are scattered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <kin/graph/node.hpp>

namespace kin::graph {

class identity_map {
  public:
    identity_map() noexcept = default;
    void describe(const mapping::model& m) noexcept;

    /// Whether the key is one 64-bit integer, so that the fast calls below apply.
    [[nodiscard]] bool integer_key() const noexcept { return integer_; }
    [[nodiscard]] node* find(std::int64_t key) const noexcept {
        if (count_ == 0) return nullptr;
        for (std::size_t i = place(key);; i = (i + 1) & mask_) {
            node* n = table_[i];
            if (n == nullptr || key_of(n) == key) return n;
        }
    }
    void insert(std::int64_t key, node* n) {
        if (count_ + 1 > capacity()) grow();
        std::size_t i = place(key);
        while (table_[i] != nullptr) i = (i + 1) & mask_;
        table_[i] = n;
        ++count_;
    }

    /// Any key: its columns as views, in the order of the model's primary key.
    [[nodiscard]] node* find(std::span<const value_view> key) const;
    /// The node under its own key; a node already there under the same key is returned and nothing is done.
    node* insert(node*);
    /// Takes the node out; nothing where another one, or none, is under its key.
    void erase(const node*) noexcept;

    void reserve(std::size_t more);
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    void clear() noexcept;

  private:
    [[nodiscard]] std::size_t capacity() const noexcept { return table_ ? (mask_ + 1) - (mask_ + 1) / 4 : 0; }
    [[nodiscard]] std::size_t place(std::int64_t key) const noexcept {
        const auto k = static_cast<std::uint64_t>(key);
        // Fibonacci hashing of the group, the low three bits as they are.
        const std::uint64_t g = ((k >> 3) * 0x9E3779B97F4A7C15u) >> 20;
        return ((g << 3) | (k & 7)) & mask_;
    }
    [[nodiscard]] std::int64_t key_of(const node* n) const noexcept {
        return *reinterpret_cast<const std::int64_t*>(static_cast<const std::byte*>(n->object()) + offset_);
    }
    [[nodiscard]] std::uint64_t hash_of(const node*) const;
    [[nodiscard]] bool same_key(const node*, const node*) const;
    void grow();
    void rehash(std::size_t size);

    std::unique_ptr<node* []> table_ {};
    std::size_t mask_ = 0;
    std::size_t count_ = 0;
    const mapping::model* what_ = nullptr;
    std::uint32_t offset_ = 0;
    bool integer_ = false;
};

}  // namespace kin::graph
