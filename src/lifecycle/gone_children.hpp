// Which loaded objects refer to rows that a flush has removed.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lifecycle/session_memory.hpp"

namespace kin::detail {

/// The statements of a removal have counted the rows that let go of removed ones, or went with them
/// (flush_plan::let_go). Where that was none, no loaded object can refer to them; where all that were counted are found
/// in the parents' own collections, there are no others. Only else all loaded objects have to be looked at.
class gone_children {
  public:
    using counts = std::unordered_map<const mapping::foreign_key*, std::int64_t>;
    /// `removed`: by key; `all` that are gone, which grows.
    gone_children(session_memory& memory, const counts& let_go, const std::vector<graph::node*>& removed,
                  const std::unordered_set<const graph::node*>& all);

    /// The object's row has gone in a way that counted nothing of who referred to it.
    void nobody_counted(const graph::node& gone) { uncounted_.insert(gone.in->what); }
    /// All objects that refer, or were to refer, over the key to one that is gone; false where they are not known.
    [[nodiscard]] bool find(const mapping::foreign_key&, const std::vector<graph::node*>& gone,
                            std::vector<graph::node*>& known);
    /// Whether none of those that are gone was linked by the relation.
    [[nodiscard]] bool links_nobody(const mapping::relation&) const;

  private:
    [[nodiscard]] bool look(const mapping::foreign_key&, const std::vector<graph::node*>& gone,
                            std::vector<graph::node*>& known);

    session_memory& memory_;
    const counts& let_go_;
    const std::unordered_set<const graph::node*>& all_;
    std::unordered_set<const mapping::model*> uncounted_{};
};

}  // namespace kin::detail
