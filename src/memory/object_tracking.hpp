// Which objects the next flush looks at.
#pragma once

#include <kin/graph/node.hpp>

#include "memory/object_table.hpp"
#include "memory/relation_contents.hpp"
#include "memory/session_phase.hpp"
#include "memory/undo_log.hpp"

namespace kin::detail {

/// Puts objects into the lists of their model: new ones as pending, touched ones with a snapshot that the next flush
/// compares. What may fail (allocations) comes before anything is marked, so an error leaves the lists as they were.
/// Sends nothing.
class object_tracking {
  public:
    object_tracking(session_phase& phase, object_table& objects, relation_contents& contents, undo_log& log)
        : phase_{phase}, objects_{objects}, contents_{contents}, log_{log} {}

    /// Takes a snapshot of the object, if it has none, and has the next flush compare it. An object that lacks columns
    /// does not become writable by that: a user's first access still goes through column_loading::touch, which reads
    /// them first. usage_error for objects of a stream.
    void track(graph::node&);
    /// The object's row was read again, and says this: its snapshot from now on, if it has one.
    void row_says(graph::node&, const std::byte* packed) noexcept;
    /// The object is read again when it is looked at, and has no snapshot any more.
    void forget_row(graph::node&) noexcept;
    /// The next flush compares the object with its snapshot.
    void list(graph::node& n) { list(n, objects_.state_of(*n.in->what)); }
    /// The object leaves the list of what the next flush compares; the transaction keeps it in mind
    /// (undo_log::history::settled), in the room that expect_settled has made. False where it has to stay.
    bool settle(graph::node& n) noexcept {
        auto& settled = log_.records().settled;
        const auto state = n.state();
        if (state == graph::life::persistent && n.snapshot() != nullptr) {
            if (settled.size() == settled.capacity()) return false;
            settled.push_back(&n);
            n.word &= ~(graph::node::writable | graph::node::listed);
            return true;
        }
        if (state == graph::life::removed) return false;
        n.word &= ~graph::node::listed;
        return true;
    }
    /// Settles what is listed, but for those of which `stays` says so.
    template <class Stays>
    void review(model_state& s, Stays stays) {
        std::vector<graph::node*>& list = s.touched;
        struct gap {  // closed also where `stays` throws
            std::vector<graph::node*>& list;
            std::size_t kept = 0, at = 0;
            ~gap() {
                if (kept == at) return;
                list.erase(list.begin() + static_cast<std::ptrdiff_t>(kept),
                           list.begin() + static_cast<std::ptrdiff_t>(at));
            }
        } seen{list};
        for (; seen.at < list.size(); ++seen.at) {
            graph::node* const n = list[seen.at];
            objects_.rewrote(s, *n);
            if (stays(*n) || !settle(*n)) list[seen.kept++] = n;
        }
        objects_.settled(s);
    }
    /// Whether the object's members are not what its snapshot says; also where a codec throws.
    [[nodiscard]] static bool differs(const graph::node&) noexcept;
    /// Moves one object into the arena as a pending one; its relations are the caller's business (attach_plain,
    /// attach_silent, object_lifecycle::attach).
    graph::node& take_in(void* object, const mapping::model&);
    /// The common case of a new object, one that has nothing in any relation: its relations become the session's.
    /// False, and nothing is done, where it has something.
    static bool attach_plain(graph::node&) noexcept;
    /// The relations of a new object that hold nothing become the session's at once: others may be put into them while
    /// the rest is attached.
    static void attach_silent(graph::node&) noexcept;
    /// Lists the object as new; recorded in the undo log.
    void become_pending(graph::node&);
    /// Drops nodes from `pending` and `removed` that are neither any more; called before something is listed again.
    void tidy(model_state& s) {
        if (s.stale_lists) tidy_lists(s);
    }
    /// Marks every relation of the object as unloaded, whatever it held; records nothing in the undo log.
    void unload_relations(graph::node&) noexcept;

  private:
    void list(graph::node& n, model_state& s) {
        if ((n.word & graph::node::listed) != 0) return;
        s.touched.push_back(&n);
        objects_.listed();
        n.word |= graph::node::listed;
    }
    void keep_for_hook(graph::node&, const std::byte* packed);
    void list_pending(graph::node&, model_state&);
    static void tidy_lists(model_state&);
    void give_back(const graph::node&, const std::byte* snapshot) noexcept;

    session_phase& phase_;
    object_table& objects_;
    relation_contents& contents_;
    undo_log& log_;
};

}  // namespace kin::detail
