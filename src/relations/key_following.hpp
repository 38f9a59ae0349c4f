// Where keys changed and no relation said so, the relations over them follow.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <kin/graph/node.hpp>

#include "memory/object_table.hpp"
#include "memory/object_tracking.hpp"
#include "memory/relation_contents.hpp"
#include "memory/session_phase.hpp"
#include "memory/staged_pairs.hpp"
#include "memory/undo_log.hpp"
#include "relations/link_pairs.hpp"
#include "relations/parent_links.hpp"
#include "relations/relation_unloading.hpp"

namespace kin::detail {

/// Foreign keys that were set by hand (post.author_id = 7), columns that two keys share, and what a database does by ON
/// UPDATE: the loaded relations over such a key are brought in step with it. Sends nothing; slots are recorded in the
/// undo log before they change.
class key_following {
  public:
    key_following(session_phase& phase, object_table& objects, relation_contents& contents, undo_log& log,
                  object_tracking& tracking, parent_links& parents, link_pairs& pairs, relation_unloading& unloading)
        : phase_{phase},
          objects_{objects},
          contents_{contents},
          log_{log},
          tracking_{tracking},
          parents_{parents},
          pairs_{pairs},
          unloading_{unloading} {}

    /// Before the object's columns become what its row says: the parent that memory shows for each of its keys, in
    /// their order. Assigned columns are put back first, for nobody moved it because of them.
    [[nodiscard]] std::vector<graph::node*> parents_shown(graph::node&);
    /// Afterwards: no parent is staged any more, and either side shows the object where its columns say. `shown`: what
    /// parents_shown gave.
    void follow_row(graph::node&, const std::vector<graph::node*>& shown);
    /// Expires an object: its own changes are lost, those of others stay, and it is read again at the next look.
    void expire_one(graph::node&);
    /// Whether the parents of a new row are staged, and show it, all of them: show_to_parents would find nothing to do.
    [[nodiscard]] bool is_shown(graph::node&) const;
    /// After an INSERT: the relations over keys that no relation has set show the new row, as far as they are loaded.
    void show_to_parents(graph::node&);
    /// After an UPDATE of the columns in the mask: the same for keys that were changed by hand.
    void follow_keys(graph::node&, std::uint64_t mask);
    /// A load asked for the relations over this key: what it found by a value that was set by hand is noted.
    void note_read(graph::node& n, const mapping::foreign_key& k) {
        if (n.snapshot() != nullptr || !read_by_hand_.empty()) note_read_by_hand(n, k);
    }
    /// Before a flush: whoever has the key of its row again, so that nothing is to be written, is shown by its row.
    void follow_keys_set_back();
    /// After a flush: only keys that it has left out are still to be looked at.
    void forget_written();
    /// The object leaves the session.
    void forget(const graph::node&);
    /// A row whose columns that others refer to were written by a step of a flush.
    struct renamed_row {
        graph::node* row;
        const std::byte* was;
        std::size_t step;
    };
    /// The steps of a flush that wrote a row, with the columns that each wrote.
    using row_writes = std::unordered_map<const graph::node*, std::vector<std::pair<std::size_t, std::uint64_t>>>;
    /// What ON UPDATE did to the rows that referred to these is done to the objects of those rows. First all are found:
    /// names that change hands mean somebody else afterwards.
    void follow_updates(const std::vector<renamed_row>&, const row_writes&);
    /// What the object's row refers to, or referred to `before` the flush that is synchronised; sends nothing.
    [[nodiscard]] graph::node* referred(const graph::node&, const mapping::foreign_key&, bool before);

    /// Rows may refer to others now: objects are looked up by their columns again.
    void forget_names() noexcept { named_.clear(); }
    /// The same of all that are gone.
    template <class IsGone>
    void forget_gone(IsGone is_gone) noexcept {
        named_.clear();
        std::erase_if(read_by_hand_, [&](const auto& each) { return is_gone(each.first); });
    }
    /// Forgets the objects.
    void clear() noexcept {
        named_.clear();
        read_by_hand_.clear();
    }

  private:
    /// Those whose key the database changes with their parent's row.
    struct followers {
        graph::node* parent;
        const mapping::foreign_key* key;
        std::vector<graph::node*> children;
    };
    void find_followers(graph::node& parent, const std::byte* was, std::uint64_t changed, auto&& written_behind,
                        std::vector<followers>& all, int depth = 0);
    void show_in(graph::node& parent, const mapping::foreign_key&, graph::node& child);
    void show_all_in(graph::node& parent, const mapping::foreign_key&, const std::vector<graph::node*>& children);
    void show_pair(const pair_key&);
    void unload_pairs(const mapping::link_pair&, graph::node* first, graph::node* second);
    graph::node* follow_key(graph::node&, const mapping::foreign_key&, graph::node* held);
    void note_read_by_hand(graph::node&, const mapping::foreign_key&);
    void follow_parent(graph::node& child, const mapping::foreign_key&, graph::node& parent);

    session_phase& phase_;
    object_table& objects_;
    relation_contents& contents_;
    undo_log& log_;
    object_tracking& tracking_;
    parent_links& parents_;
    link_pairs& pairs_;
    relation_unloading& unloading_;
    /// While a flush is synchronised: objects by the columns beside their primary key that a foreign key refers to.
    std::map<std::pair<const mapping::foreign_key*, bool>, std::unordered_map<std::string, graph::node*>> named_{};
    /// Whose relations were read by a key that differs from its row's.
    std::set<std::pair<graph::node*, const mapping::foreign_key*>> read_by_hand_{};
};

}  // namespace kin::detail
