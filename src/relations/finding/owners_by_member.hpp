// Who shows an object in a collection.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>

#include "memory/object_table.hpp"

namespace kin::detail {

/// Of one relation to many: the objects whose collections, as far as they are loaded, show an object. It is made once
/// looking at all collections was too much. From then on it is told of what they show more; what they show no more is
/// seen when somebody asks.
class owners_by_member {
  public:
    owners_by_member(object_table& objects, const mapping::relation& r) : objects_{objects}, relation_{r} {}
    [[nodiscard]] const mapping::relation& relation() const noexcept { return relation_; }

    [[nodiscard]] std::vector<graph::node*> owners_of(const graph::node& member);
    /// The owner shows the member, too.
    void shows(graph::node& owner, const graph::node& member) noexcept;
    /// The owner may show anything.
    void shows_others(graph::node& owner) noexcept;

  private:
    [[nodiscard]] bool is_shown(graph::node& owner, const graph::node& member) const noexcept;
    [[nodiscard]] std::vector<graph::node*> look_at_all(const graph::node& member);
    void bring_up();
    void add(graph::node& owner);
    void forget() noexcept;

    object_table& objects_;
    const mapping::relation& relation_;
    std::size_t looked_ = 0;  ///< at so many objects without it
    bool made_ = false;
    std::size_t made_of_ = 0;  ///< so many entries
    std::unordered_multimap<const graph::node*, graph::node*> owners_{};
    std::unordered_set<graph::node*> changed_{};  ///< whose collections are to be looked at
};

}  // namespace kin::detail
