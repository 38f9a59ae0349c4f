// The pairs that the next flush links or takes apart, in the order in which they were staged.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "graph/reuse/long_list.hpp"
#include "memory/staged_pairs.hpp"

namespace kin::detail {

/// A list that grows at its end; a pair that is forgotten, or staged anew, leaves its place marked `none`. Found by key
/// with a table of places, by object with chains that are made when somebody asks.
class pair_list {
  public:
    struct entry {
        pair_key key;
        staged_pair now;
    };
    /// Walks what is staged.
    class iterator {
      public:
        iterator(const graph::long_list<entry>& all, std::size_t at) noexcept : all_{&all}, at_{at} { skip(); }
        const entry& operator*() const noexcept { return (*all_)[at_]; }
        iterator& operator++() noexcept {
            ++at_;
            skip();
            return *this;
        }
        bool operator==(const iterator& other) const noexcept { return at_ == other.at_; }

      private:
        void skip() noexcept {
            while (at_ != all_->size() && (*all_)[at_].now.state == staged_pair::what::none) ++at_;
        }
        const graph::long_list<entry>* all_;
        std::size_t at_;
    };

    [[nodiscard]] bool empty() const noexcept { return live_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return live_; }
    [[nodiscard]] iterator begin() const noexcept { return {entries_, 0}; }
    [[nodiscard]] iterator end() const noexcept { return {entries_, entries_.size()}; }
    /// What is staged of a pair; null for nothing. Good until the next change. Whoever links asks of one pair several
    /// times, a flush of one after the other.
    [[nodiscard]] const staged_pair* find(const pair_key& key) const noexcept {
        if (live_ == 0 || key == missed_) return nullptr;
        for (const std::size_t i : {last_, last_ + 1}) {
            if (i < entries_.size() && entries_[i].key == key && entries_[i].now.state != staged_pair::what::none) {
                last_ = i;
                return &entries_[i].now;
            }
        }
        return look_up(key);
    }
    [[nodiscard]] bool contains(const pair_key& key) const noexcept { return find(key) != nullptr; }
    /// The pairs with this object at either end.
    [[nodiscard]] std::vector<pair_key> of(const graph::node&);

    /// Behind all others. On an error nothing has changed.
    void set(const pair_key&, const staged_pair&);
    void erase(const pair_key&) noexcept;
    template <class Condition>
    void erase_if(Condition condition) noexcept {
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            entry& e = entries_[i];
            if (e.now.state == staged_pair::what::none || !condition(e)) continue;
            e.now.state = staged_pair::what::none;
            --live_;
        }
        if (live_ == 0) clear();
    }
    void clear() noexcept;

  private:
    [[nodiscard]] const staged_pair* look_up(const pair_key&) const noexcept;
    /// Where in the table the pair stands, or would.
    [[nodiscard]] std::size_t slot_of(const pair_key&) const noexcept;
    void make_table(std::size_t size);
    void close_up();

    graph::long_list<entry> entries_{};
    std::vector<std::uint32_t> table_{};  ///< places + 1; a power of two, half of it empty at least
    std::size_t live_ = 0;
    mutable std::size_t last_ = 0;                                     ///< the place that was found last
    mutable pair_key missed_{};                                        ///< what was looked for last and is not staged
    std::unordered_map<const graph::node*, std::uint32_t> last_of_{};  ///< places + 1 of the last entry with an object
    std::vector<std::array<std::uint32_t, 2>> before_{};               ///< and of the one before, for either end
};

}  // namespace kin::detail
