// What staged changes bring about before a flush is planned.
#pragma once

#include <kin/graph/node.hpp>

#include "lifecycle/session_memory.hpp"
#include "planning/flush_choice.hpp"

namespace kin::detail {

struct session_loading;

/// Cascades and replacements that need the database are staged as if the user had made them: what a removal takes
/// along, whom a new has_one replaces, who has to leave a removed parent. It may read (a SELECT for each relation) and
/// writes nothing. What it stages is a part of the flush's all_or_nothing: an error takes it back.
class flush_preparation {
  public:
    flush_preparation(session_memory& memory, session_loading& loading) : memory_{memory}, loading_{loading} {}

    /// Before all else: what new objects say of their parents by keys that were set last.
    void follow_keys_by_hand();
    /// Expired objects that were given to others as their parent, over a key that is not their primary key: what it
    /// will say is read, in one SELECT for each key. not_found where the row is gone.
    void read_names_of_parents(const site&);
    /// Expired objects that are removed while others of a model with unique values are written: what they free is read,
    /// in one SELECT for each model. Behind all that removes.
    void read_values_of_removed(const site&);
    /// The remove cascade over relations that hold the key (belongs_to) or are linked (many_to_many): their targets are
    /// loaded, a statement for a relation and level, and removed. Over a key of the target it is
    /// plan_builder::dependents.
    void cascade_removals(const held_back&, const site&);
    /// One-to-one replacement: where a child was given a parent whose has_one nobody has loaded, the row in that place
    /// is read, for all such parents in one SELECT, and leaves. Whether there were such parents: then cascade_removals
    /// is due again.
    bool replace_one_to_one(const held_back&, const site&);
    /// No row may be written that refers to a parent which the same flush deletes: a staged child goes along with it
    /// where it is owned, else its key becomes NULL. Whether there were any: then cascade_removals is due again.
    /// foreign_key_violation where the key cannot be NULL.
    bool detach_from_removed(const held_back&, const site&);

  private:
    bool detach(graph::node& child, const mapping::foreign_key&, const held_back&, const site&);
    [[nodiscard]] graph::node* removed_by_hand(graph::node& child, const mapping::foreign_key&);
    void remember(graph::node& child, const field&);
    void clear_key(graph::node& child, const mapping::foreign_key&);
    void keep_shared(graph::node& child, const mapping::foreign_key&, graph::node& parent);

    session_memory& memory_;
    session_loading& loading_;
};

}  // namespace kin::detail
