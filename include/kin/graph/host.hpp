// What the graph asks of the session above it: loading what is touched, and staging what is changed.
#pragma once

#include <cstddef>
#include <initializer_list>

#include <kin/graph/node.hpp>

namespace kin::graph {

struct aggregate_ask;
struct asked_link;
struct relinked;
struct relinking;

/// A value whose row is looked for among the targets of a relation, by the columns at these offsets.
struct sought {
    void* object = nullptr;
    std::initializer_list<std::size_t> by{};
    bool update = false;  ///< what is found takes over what else the value says
};

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
    /// usage_error where only a part of the relation is loaded: before what would remove the rest.
    virtual void require_whole(node& owner, const mapping::relation&) = 0;
    /// Before a new target is adopted: reads what it may displace, while nothing half-made could be flushed for that.
    virtual void make_way(node& owner, const mapping::relation&) = 0;
    /// Takes an object (and all that it owns) into the session as pending; it is moved from.
    virtual node& adopt(void* object, const mapping::model&) = 0;

    /// Puts these into the relation (a null: nothing more is in it) and flushes; on an error memory is as it was. Where
    /// `objects` are given, side by side, they are taken into the session first and returned as `nodes`; the `pivot`,
    /// an association object, is the first one's.
    virtual void save(node& owner, const mapping::relation&, void* objects, node** nodes, std::size_t count,
                      void* pivot, const site&) = 0;
    /// The target that was sought, or a new one, flushed.
    virtual node& find_or_create(node& owner, const mapping::relation&, const sought&, const site&) = 0;
    /// Writes and removes rows of a many_to_many's pivot, at once.
    virtual relinked relink(node& owner, const mapping::relation&, const relinking&, const site&) = 0;
    /// The association object between the two, or null.
    [[nodiscard]] virtual node* find_pivot(node& owner, const mapping::relation&, const asked_link&, const site&) = 0;
    /// The node of an object of this session; usage_error where it is none.
    [[nodiscard]] virtual node& node_of(const void* object, const site&) const = 0;

    /// What was counted (summed, …) over a relation of `owner`: asked of the database, for its siblings too.
    virtual const void* answer(node& owner, const mapping::relation&, const aggregate_ask&, const site&) = 0;

  protected:
    ~host() = default;
};

}  // namespace kin::graph
