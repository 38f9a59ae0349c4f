// The objects of one session, by model and by key.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <unordered_set>
#include <vector>

#include <kin/graph/arena.hpp>
#include <kin/graph/host.hpp>
#include <kin/mapping/model.hpp>

#include "memory/model_state.hpp"
#include "memory/object_state.hpp"

namespace kin::detail {

/// The identity map of a session and what belongs to it: owns the arena in which the objects live and, for each model,
/// the lists of what a flush looks at. It finds objects and says whose they are; it changes none of them and sends
/// nothing.
class object_table {
  public:
    /// `of_stream`: they are for reading.
    object_table(graph::host& session, bool of_stream) : arena_{new graph::arena{&session}}, of_stream_{of_stream} {}
    ~object_table();
    object_table(const object_table&) = delete;
    object_table& operator=(const object_table&) = delete;

    /// Where the objects live, with an identity map for each model (graph::pool::identities).
    [[nodiscard]] graph::arena& arena() const noexcept { return *arena_; }

    /// The lists of a model, made at the first call.
    model_state& state_of(const mapping::model& m) {
        if (m.number < states_.size() && states_[m.number] != nullptr) return *states_[m.number];
        return new_state(m);
    }
    /// By mapping::model::number; null for models that the session has not met.
    [[nodiscard]] const std::vector<std::unique_ptr<model_state>>& states() const noexcept { return states_; }

    /// Objects were put into a list of their model: the next flush looks at them.
    void listed() noexcept { any_listed_ = true; }
    /// Objects of the model left the list of what the next flush compares, and keep their snapshots.
    void settled(model_state& s) noexcept { s.any_settled = any_settled_ = true; }
    /// Whether there may be any such.
    [[nodiscard]] bool any_settled() const noexcept { return any_settled_; }
    /// What an object or its snapshot says may be something else by now, and the lists do not tell.
    void rewrote(model_state& s, graph::node& n) noexcept {
        if (s.indexed) [[unlikely]]
            note_rewritten(s, n);
    }
    void rewrote(graph::node& n) { rewrote(state_of(*n.in->what), n); }
    /// The same of all objects.
    void rewrote_all() noexcept;
    /// Whether any are in such a list.
    [[nodiscard]] bool any_listed() noexcept { return any_listed_ && look_for_listed(); }

    /// The node of an object; usage_error where it is none of this session.
    [[nodiscard]] graph::node& node_of(const void* object, const site&) const;
    /// usage_error where the object is another session's.
    void require_mine(const graph::node& n, const site& where) const {
        if (n.in->home != arena_) [[unlikely]]
            refuse_foreign(n, where);
    }
    /// usage_error where the objects are a stream's.
    void require_own(const mapping::model& m) const {
        if (of_stream_) [[unlikely]]
            refuse_of_stream(m);
    }
    /// The object that a foreign key with these values refers to, if it is in memory; else null.
    [[nodiscard]] graph::node* known_target(const mapping::foreign_key&, const std::vector<value>& key);

    /// Removed objects whose rows go though their model keeps rows.
    [[nodiscard]] std::unordered_set<const graph::node*>& removed_for_good() noexcept { return removed_for_good_; }
    /// Removed because nobody owns them any more: they can be adopted until the user's own flush.
    [[nodiscard]] std::unordered_set<graph::node*>& orphans() noexcept { return orphans_; }
    /// Whether the object's row stays when it is removed.
    [[nodiscard]] bool keeps_row(const graph::node& n) const {
        return n.in->what->soft_deleted != nullptr && !removed_for_good_.contains(&n);
    }

    /// An object left the session for good, unless it comes back.
    void one_left() noexcept { ++left_; }
    /// Whether so many have left since the last look that it is worth another one (session_memory::drop_departed).
    [[nodiscard]] bool many_left() const noexcept { return left_ >= enough_left_; }
    /// That was the look, at so many objects.
    void looked_for_departed(std::size_t objects) noexcept {
        left_ = 0;
        enough_left_ = std::max<std::size_t>(enough_left, objects / 8);
    }
    /// Those that had left by the last look and hold their values yet, by their addresses.
    [[nodiscard]] std::vector<graph::node*>& left_before() noexcept { return left_before_; }
    /// These objects go: none of them stands in a list any more.
    template <class IsGone>
    void forget(IsGone is_gone) noexcept {
        for (model_state* s : met_) {
            for (auto* list : {&s->pending, &s->touched, &s->removed}) std::erase_if(*list, is_gone);
        }
        rewrote_all();
        std::erase_if(orphans_, is_gone);
        std::erase_if(removed_for_good_, is_gone);
    }

    /// Forgets all objects. Where results still hold some, they keep the arena and the session goes on with a new one;
    /// on an error nothing is forgotten.
    void clear();

  private:
    [[noreturn]] static void refuse_foreign(const graph::node&, const site&);
    [[noreturn]] static void refuse_of_stream(const mapping::model&);
    model_state& new_state(const mapping::model&);
    bool look_for_listed() noexcept;
    static void note_rewritten(model_state&, graph::node&) noexcept;

    static constexpr std::size_t enough_left = 128;

    graph::arena* arena_;
    std::size_t left_ = 0;
    std::size_t enough_left_ = enough_left;
    std::vector<graph::node*> left_before_{};
    bool of_stream_;
    bool any_listed_ = false;  ///< may be true where the lists are empty, never the other way round
    bool any_settled_ = false;
    std::vector<std::unique_ptr<model_state>> states_{};
    std::vector<model_state*> met_{};  ///< those that there are: of many models, a session meets few
    std::unordered_set<const graph::node*> removed_for_good_{};
    std::unordered_set<graph::node*> orphans_{};
};

}  // namespace kin::detail
