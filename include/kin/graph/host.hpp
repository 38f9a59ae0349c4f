// What the graph asks of the session above it: loading what is touched, and staging what is changed.
#pragma once

#include <kin/graph/node.hpp>

namespace kin::graph {

struct aggregate_ask;

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
    /// Takes an object (and all that it owns) into the session as pending; it is moved from.
    virtual node& adopt(void* object, const mapping::model&) = 0;

    /// What was counted (summed, …) over a relation of `owner`: asked of the database, for its siblings too.
    virtual const void* answer(node& owner, const mapping::relation&, const aggregate_ask&, const site&) = 0;

  protected:
    ~host() = default;
};

}  // namespace kin::graph
