// One row, one object: from a primary key to its node. Integer keys live in buckets of eight neighbours, so that keys
// in sequence are found and grown without touching the objects; all other keys in a plain open-addressed table. The key
// is the one that the row has: where a snapshot says another than the members, which anybody can assign, it holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>
#include <kin/value/value.hpp>

namespace kin::graph {

class identity_map {
  public:
    identity_map() noexcept = default;
    void describe(const mapping::model& m) noexcept;

    /// Whether the key is one 64-bit integer, so that the fast calls below apply.
    [[nodiscard]] bool integer_key() const noexcept { return integer_; }
    [[nodiscard]] node* find(std::int64_t key) const noexcept {
        if (count_ == 0) return nullptr;
        const std::int64_t g = key >> 3;
        // Rows come in key order more often than not: the bucket of the last key is tried first.
        const bucket& last = buckets_[last_];
        if (last.group == g) return last.at[key & 7];
        const std::size_t i = place(g);
        return buckets_[i].group == g ? buckets_[i].at[key & 7] : nullptr;
    }
    /// The key must not be there.
    void insert(std::int64_t key, node* n) {
        const std::int64_t g = key >> 3;
        if (count_ == 0 || buckets_[last_].group != g) last_ = open_bucket(g);
        buckets_[last_].at[key & 7] = n;
        ++count_;
    }

    /// Any key: its columns as views, in the order of the model's primary key.
    [[nodiscard]] node* find(std::span<const value_view> key) const;
    /// The node under its own key; a node already there under the same key is returned and nothing is done.
    node* insert(node*);
    /// Takes the node out; false where another one, or none, is under its key.
    bool erase(const node*) noexcept;
    /// Takes out all that have left their session, wherever they stand: the key of an expired one may have been
    /// written.
    void forget_departed() noexcept;

    void reserve(std::size_t more);
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    void clear() noexcept;

  private:
    struct bucket {
        std::int64_t group = no_group;
        node* at[8]{};
    };
    /// Outside what a shifted key can be.
    static constexpr std::int64_t no_group = INT64_MIN;

    /// Where the group is, or the free bucket where it would be.
    [[nodiscard]] std::size_t place(std::int64_t g) const noexcept {
        std::size_t i = (static_cast<std::uint64_t>(g) * 0x9E3779B97F4A7C15u) >> shift_;
        while (buckets_[i].group != g && buckets_[i].group != no_group) i = (i + 1) & (buckets_.size() - 1);
        return i;
    }
    std::size_t open_bucket(std::int64_t g);
    void grow_buckets();
    void clear_buckets() noexcept;
    [[nodiscard]] std::int64_t key_of(const node*) const noexcept;

    [[nodiscard]] value_view row_key(const node*, std::uint16_t column, value& scratch) const;
    [[nodiscard]] bool has_key(const node*, std::size_t part, const value_view&) const;
    [[nodiscard]] std::uint64_t hash_of(const node*) const;
    [[nodiscard]] bool same_key(const node*, const node*) const;
    void grow_table();
    void erase_at(std::size_t i) noexcept;

    const mapping::model* what_ = nullptr;
    std::size_t count_ = 0;
    std::uint32_t offset_ = 0;
    bool integer_ = false;
    // integer keys
    std::vector<bucket> buckets_{};
    std::size_t used_ = 0;  ///< buckets
    std::size_t last_ = 0;
    unsigned shift_ = 64;
    // other keys
    std::vector<node*> table_{};
};

}  // namespace kin::graph
