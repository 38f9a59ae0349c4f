// Parents that the next flush writes into children whose models have no relation that could say so itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>

#include "graph/reuse/long_list.hpp"

namespace kin::detail {

/// A list that grows at its end, found by child and key with a table of places. Association objects are staged and
/// flushed one after the other, each key of theirs asked for several times: the place that was found last and its
/// neighbours are looked at before the table, which is a cache miss for each question.
class parent_list {
  public:
    [[nodiscard]] bool empty() const noexcept { return live_ == 0; }
    /// Whether a parent is staged, and which (null: none is to be).
    [[nodiscard]] bool find(const graph::node& child, const mapping::foreign_key& key,
                            graph::node*& parent) const noexcept {
        if (live_ == 0) return false;
        const entry* const found = entry_of(child, key);
        if (found == nullptr || found->parent == nobody()) return false;
        parent = found->parent;
        return true;
    }
    /// Calls `before` with what was staged until now: whether anything was, and who. On an error nothing has changed.
    template <class Before>
    void set(const graph::node& child, const mapping::foreign_key& key, graph::node* parent, Before before) {
        const std::uint32_t place = place_for(child, key);
        entry& e = entries_[place];
        const bool staged = e.parent != nobody();
        before(staged, staged ? e.parent : nullptr);
        if (!staged) ++live_;
        e.parent = parent;
    }
    void set(const graph::node& child, const mapping::foreign_key& key, graph::node* parent) {
        set(child, key, parent, [](bool, graph::node*) {});
    }
    /// Nothing where none is staged.
    void erase(const graph::node& child, const mapping::foreign_key& key) noexcept;
    /// Forgets what is staged of the children of which the condition says so.
    template <class Condition>
    void erase_if(Condition condition) noexcept {
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            entry& e = entries_[i];
            if (e.parent == nobody() || !condition(*e.child)) continue;
            e.parent = nobody();
            --live_;
        }
        if (live_ == 0) clear();
    }
    void clear() noexcept;

  private:
    struct entry {
        const graph::node* child;
        const mapping::foreign_key* key;
        graph::node* parent;  ///< `nobody` where nothing is staged any more
        [[nodiscard]] bool is_of(const graph::node& c, const mapping::foreign_key& k) const noexcept {
            return child == &c && key == &k;
        }
    };
    /// No object: the mark of an entry that is forgotten.
    [[nodiscard]] static graph::node* nobody() noexcept {
        static constinit graph::node none{};
        return &none;
    }
    [[nodiscard]] const entry* entry_of(const graph::node& child, const mapping::foreign_key& key) const noexcept {
        for (const std::size_t i : {last_, last_ + 1, last_ - 1}) {
            if (i >= entries_.size() || !entries_[i].is_of(child, key)) continue;
            last_ = i;
            return &entries_[i];
        }
        return look_up(child, key);
    }
    [[nodiscard]] const entry* look_up(const graph::node& child, const mapping::foreign_key& key) const noexcept;
    /// Where in the table it stands, or would.
    [[nodiscard]] std::size_t slot_of(const graph::node& child, const mapping::foreign_key& key) const noexcept;
    /// The place of its entry, which is made where there is none, with `nobody`.
    std::uint32_t place_for(const graph::node& child, const mapping::foreign_key& key);
    void make_table(std::size_t size);
    void close_up();

    graph::long_list<entry> entries_{};
    std::vector<std::uint32_t> table_{};  ///< places + 1; a power of two, half of it empty at least
    std::size_t live_ = 0;
    mutable std::size_t last_ = 0;  ///< the place that was found last
};

}  // namespace kin::detail
