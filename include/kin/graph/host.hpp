// What the graph asks of the session above it: loading what is touched, and staging what is changed.
#pragma once

#include <cstddef>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/value/value.hpp>

namespace kin::detail {
class session_core;
}

namespace kin::graph {

struct aggregate_ask;
struct asked_link;
struct pivot_result;
struct pivot_request;

/// A value whose row is looked for among the targets of a relation, by the columns at these offsets.
struct sought {
    void* object = nullptr;
    std::vector<std::size_t> by{};
    bool update = false;                        ///< what is found takes over what else the value says
    const std::vector<std::size_t>* written{};  ///< or these columns, whatever it holds
};

/// How far the history of a session's changes goes.
struct history_mark {
    std::size_t journal = 0, fresh = 0, transitions = 0, given = 0, writes = 0, settled = 0;
};

class all_or_nothing;

class host {
  public:
    /// First mutable access to a persistent object, or any access to an expired one.
    virtual void touch(node&) = 0;
    virtual void reload(node&) = 0;
    /// Loads a relation of `owner`, for its siblings too where the strategy says so.
    virtual void load(node& owner, const mapping::relation&, const site&) = 0;
    /// Reads a column that was left out, for the siblings of `owner` that lack it too.
    virtual void read_column(node& owner, std::size_t column, const site&) = 0;
    /// owner.relation = target (null for none), both sides kept in step.
    virtual void assign(node& owner, const mapping::relation&, node* target) = 0;
    virtual void append(node& owner, const mapping::relation&, node& child) = 0;
    virtual void erase(node& owner, const mapping::relation&, node& child) = 0;
    /// The same with an object (and all that it owns), which becomes one of the session; it is moved from.
    virtual node& assign_new(node& owner, const mapping::relation&, void* object) = 0;
    virtual node& append_new(node& owner, const mapping::relation&, void* object) = 0;
    /// What is listed becomes the collection; the rest leaves it. Nodes without a home are objects to be moved from.
    /// usage_error where only a part of the relation is loaded: it would remove the rest.
    virtual void replace(node& owner, const mapping::relation&, node* const* members, std::size_t count) = 0;
    /// Loads a relation that is about to be changed, where it is not loaded: whatever its strategy, and without a
    /// flush.
    virtual void load_for_change(node& owner, const mapping::relation&) = 0;

    /// Puts these into the relation (a null: nothing more is in it) and flushes; on an error memory is as it was. Where
    /// `objects` are given, side by side, they are taken into the session first and returned as `nodes`; the `pivot`,
    /// an association object, is the first one's.
    virtual void save(node& owner, const mapping::relation&, void* objects, node** nodes, std::size_t count,
                      void* pivot, const site&) = 0;
    /// The relation's target with this primary key; not_found where there is none.
    [[nodiscard]] virtual node& with_key(const mapping::relation&, const value& key, const site&) = 0;
    /// The target that was sought, or a new one, flushed.
    virtual node& find_or_create(node& owner, const mapping::relation&, const sought&, const site&) = 0;
    /// Writes and removes rows of a many_to_many's pivot, at once.
    virtual pivot_result change_pivot(node& owner, const mapping::relation&, const pivot_request&, const site&) = 0;
    /// The association object between the two, or null.
    [[nodiscard]] virtual node* find_pivot(node& owner, const mapping::relation&, const asked_link&, const site&) = 0;
    /// The node of an object of this session; usage_error where it is none.
    [[nodiscard]] virtual node& node_of(const void* object, const site&) const = 0;

    /// What was counted (summed, …) over a relation of `owner`: asked of the database, for its siblings too.
    virtual const void* answer(node& owner, const mapping::relation&, const aggregate_ask&, const site&) = 0;

  protected:
    friend class all_or_nothing;
    virtual void begin(all_or_nothing&) noexcept = 0;
    virtual void end(all_or_nothing&) noexcept = 0;
    ~host() = default;
};

/// Changes of a session that happen all or not at all: where it goes before `done`, they are undone.
class all_or_nothing {
  public:
    explicit all_or_nothing(host& session) noexcept : session_{session} { session_.begin(*this); }
    ~all_or_nothing() { session_.end(*this); }
    all_or_nothing(const all_or_nothing&) = delete;
    all_or_nothing& operator=(const all_or_nothing&) = delete;
    void done() noexcept { done_ = true; }
    [[nodiscard]] bool is_done() const noexcept { return done_; }

    // The host's: what it was called in, and how far the history went before it.
    all_or_nothing* outer = nullptr;
    history_mark before{};

  private:
    host& session_;
    bool done_ = false;
};

}  // namespace kin::graph
