// Blocks in which only objects stand that have left their session.
#pragma once

#include <cstddef>
#include <unordered_set>
#include <vector>

#include <kin/graph/arena.hpp>

namespace kin::graph {

/// Objects that have left a session stay where they are, for the handles that lead to them. Where there are no handles,
/// a block of nothing but such objects can be given back, unless an object that stays leads into it. One look finds
/// those, the next one gives them back: whoever has a plain reference to an object that left just now may still use it.
class departed_slabs {
  public:
    explicit departed_slabs(arena& home) noexcept : home_{home} {}

    /// Whether there are any that were there at the last look, too. Only while the arena is the caller's alone.
    [[nodiscard]] bool find();
    /// Whether the object stands in one of those.
    [[nodiscard]] bool hold(const node* n) const noexcept;
    /// Destroys the objects and gives back the blocks; nobody may lead to them any more.
    void drop() noexcept;
    /// How many objects there were in all.
    [[nodiscard]] std::size_t objects() const noexcept { return objects_; }

  private:
    struct candidate {
        slab* at;
        bool reached = false;
    };
    [[nodiscard]] candidate* candidate_around(const node*) noexcept;
    void reach(node*);
    void follow(node&);
    void reach_rows(const node&);
    void forget_all(const pool&, node&) const noexcept;

    arena& home_;
    std::vector<candidate> all_{};               ///< by their addresses
    std::unordered_set<const node*> reached_{};  ///< of those that left: an object that stays leads to them
    std::vector<node*> to_follow_{};
    std::unordered_set<const void*> rows_seen_{};  ///< of groups
    const void* rows_ = nullptr;                   ///< the last of them
    std::size_t objects_ = 0;
};

}  // namespace kin::graph
