// What objects take that have left their session: their blocks, and what they hold.
#pragma once

#include <cstddef>
#include <unordered_set>
#include <vector>

#include <kin/graph/arena.hpp>

namespace kin::graph {

/// Objects that have left a session stay where they are, for the handles that lead to them. Where there are no handles,
/// a block of nothing but such objects can be given back, and others can be emptied (of their texts, their snapshots),
/// unless an object that stays leads to them. One look finds those, the next one gives them back: whoever has a plain
/// reference to an object that left just now may still use it.
class departed_slabs {
  public:
    /// `left_before`: what the last look has noted, and this one will.
    departed_slabs(arena& home, std::vector<node*>& left_before) noexcept : home_{home}, left_before_{left_before} {}

    /// Whether there is anything that was there at the last look, too. Only while the arena is the caller's alone.
    /// `only`: nothing but these may be emptied, by their addresses, and no block goes.
    [[nodiscard]] bool find(const std::vector<const node*>* only = nullptr);
    /// Whether any blocks go.
    [[nodiscard]] bool any_blocks() const noexcept { return !all_.empty(); }
    /// Whether the object stands in one of those.
    [[nodiscard]] bool hold(const node* n) const noexcept;
    /// Empties objects, and destroys those whose blocks it gives back; nobody may lead to these any more.
    void drop() noexcept;
    /// How many objects there were in all.
    [[nodiscard]] std::size_t objects() const noexcept { return objects_; }

  private:
    struct candidate {
        slab* at;
        bool reached = false;
    };
    [[nodiscard]] candidate* candidate_around(const node*) noexcept;
    void find_candidates(bool blocks);
    void reach(node*);
    void follow(node&);
    void reach_rows(const node&);
    void forget_all(const pool&, node&) const noexcept;
    void empty(pool&, node&) const noexcept;

    arena& home_;
    std::vector<node*>& left_before_;
    std::vector<candidate> all_{};               ///< by their addresses
    std::vector<node*> to_empty_{};              ///< by their addresses
    std::unordered_set<const node*> reached_{};  ///< of those that left: an object that stays leads to them
    std::vector<node*> to_follow_{};
    std::unordered_set<const void*> rows_seen_{};  ///< of groups
    const void* rows_ = nullptr;                   ///< the last of them
    std::size_t objects_ = 0;
};

}  // namespace kin::graph
