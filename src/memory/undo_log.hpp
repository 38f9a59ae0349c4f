// The undo log: everything that a rollback, a savepoint, a failed flush or a failed helper takes back is written here
// before it is changed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <kin/graph/host.hpp>

#include "graph/reuse/long_list.hpp"
#include "memory/object_table.hpp"
#include "memory/relation_contents.hpp"
#include "memory/session_phase.hpp"
#include "memory/staged_pairs.hpp"
#include "memory/undo_records.hpp"

namespace kin::detail {

/// The one place for "what must be undone": a rollback, a savepoint, a failed flush and a failed helper all go back to
/// a mark in it. It records only; memory_restorer reads it backwards. A record is written before what it is about is
/// marked, so that an allocation that fails leaves nothing half done. A rollback leaves objects without a row as they
/// are: what happens to them is recorded for the current all_or_nothing change alone.
class undo_log {
  public:
    undo_log(session_phase& phase, object_table& objects, relation_contents& contents)
        : phase_{phase}, objects_{objects}, contents_{contents} {}

    /// Lists of their own, so that what happens most often costs a word.
    struct history {
        graph::long_list<undo_record> journal{};
        std::vector<fresh_record> fresh{};      ///< while a change is made: slots of new objects
        graph::long_list<pair_record> pairs{};  ///< as they were before
        graph::long_list<transition_of> transitions{};
        std::vector<expunged_record> expunged{};
        graph::long_list<const std::byte*> dropped{};
        graph::long_list<std::int64_t*> given{};  ///< plain keys that were 0 before the unit of work wrote them
        std::vector<field_write> writes{};        ///< all other members that it wrote
        /// Objects that the transaction touched and a flush has compared: a rollback puts their values back as well.
        std::vector<graph::node*> settled{};
        std::size_t carried = 0;  ///< the first of them: touched by a transaction that was rolled back
    };
    /// For memory_restorer, which reads them backwards.
    [[nodiscard]] history& records() noexcept { return past_; }
    /// The journal was shortened.
    void shortened() noexcept { synced_ = std::min(synced_, past_.journal.size()); }

    // -- before something changes
    /// Before a relation slot changes: its word, its array and what it shows.
    void journal_slot(graph::node& n, const mapping::relation& r) {
        if (!leaves_as_it_is(n)) {
            journal_settled(n, r);
        } else if (changes_ != nullptr && !just_made(n)) {
            journal_fresh(n, r);
        }
    }
    /// The same of a collection that changes in place: a member leaves a gap, or those before it are moved over it.
    void journal_place(graph::node& n, const mapping::relation& r, undo_record::what did, graph::node** place) {
        if (!leaves_as_it_is(n)) {
            past_.journal.push_back(place_now(n, r, did, place));
        } else if (changes_ != nullptr && !just_made(n)) {
            past_.fresh.push_back({place_now(n, r, did, place), past_.journal.size()});
        }
    }
    /// The same before a load fills it: within a transaction that changed nothing there is nothing to go back to.
    void journal_read(graph::node&, const mapping::relation&);
    /// Before an object becomes a new one that had relations already.
    void journal_return(graph::node&);
    /// A removal is taken back (the object was added again).
    void journal_unremoved(graph::node&);
    /// Before a snapshot is replaced.
    void journal_snapshot(graph::node&, const std::byte* was);
    /// Before a parent is staged, or not any more, for a key that no relation of the child holds.
    void journal_parent(graph::node& child, const mapping::foreign_key&, bool staged, graph::node* was);
    /// Before a staged pair changes; `was` says what it was. Gives the number of the change.
    std::uint32_t journal_pair(const pair_key&, staged_pair was);
    /// Before the unit of work writes a member: what it held.
    void remember(graph::node&, const field&);
    /// The same of a key that was unset, and is by now what the database has made.
    void remember_unset(graph::node&, const field&);
    /// Before hooks run: the columns of all that may be changed without asking.
    void remember_values();
    /// The same of one object, whose columns are packed already; `own`: for this alone.
    void keep_values(graph::node&, const std::byte* packed, bool own);

    // -- what became of objects
    /// Records what became of an object: cannot fail after expect_transitions.
    void note(graph::node* n, transition t) { past_.transitions.push_back({n, t}); }
    /// Room for so many, which then cannot fail.
    void expect_transitions(std::size_t more = 1) { past_.transitions.make_room(more); }
    /// Room for so many snapshots, which `drop` then takes without failing.
    void expect_dropped(std::size_t more = 1) { past_.dropped.make_room(more); }
    /// Room for so many objects in `settled`.
    void expect_settled(std::size_t more) { make_room(past_.settled, more); }
    /// Room for so many objects in `expunged`: noting them does not fail half-way.
    void expect_expunged(std::size_t more) { make_room(past_.expunged, more); }
    /// The object is about to leave the session: where there is nothing to go back to, nothing is written.
    void note_expunged(graph::node& n) {
        if (changing()) past_.expunged.push_back({&n, past_.transitions.size()});
    }
    /// Keeps a snapshot that an object loses (transition::dropped and ::revived).
    void drop(const std::byte* snapshot) { past_.dropped.push_back(snapshot); }

    // -- marks
    /// The place to which memory_restorer::restore can go back.
    [[nodiscard]] graph::history_mark now() const noexcept {
        return {past_.journal.size(), past_.fresh.size(),  past_.transitions.size(),
                past_.given.size(),   past_.writes.size(), past_.settled.size()};
    }
    /// Whether there is anything that a rollback would undo.
    [[nodiscard]] bool changing() const noexcept {
        return phase_.wrote || !past_.journal.empty() || !past_.transitions.empty();
    }
    /// Whether nothing is written down that leads to an object, but for those that a rollback has left to be compared.
    [[nodiscard]] bool is_idle() const noexcept {
        return changes_ == nullptr && past_.journal.empty() && past_.fresh.empty() && past_.pairs.empty() &&
               past_.transitions.empty() && past_.expunged.empty() && past_.dropped.empty() && past_.given.empty() &&
               past_.writes.empty();
    }
    /// Whether anything but reading has happened since.
    [[nodiscard]] bool changed_since(const graph::history_mark&) const noexcept;
    /// Whether it may lead to the snapshot that an object has now.
    [[nodiscard]] bool holds_snapshots() const noexcept {
        return changes_ != nullptr || !past_.fresh.empty() || !past_.dropped.empty();
    }
    /// The changes that were made are done.
    void forget_fresh() noexcept;
    /// What was done until now stays, whatever becomes of the changes that are being made.
    void keep_all() noexcept;
    /// After a flush: what was written between two flushes behind the mark, to which nobody goes back any more.
    void forget_repeated(const graph::history_mark&) noexcept;
    /// After COMMIT, or once all is undone: there is nothing to go back to.
    void forget() noexcept;

    /// Calls `visit` with the slots that changed since the last flush: true keeps one to be looked at again.
    template <class Visit>
    void sync_slots(Visit visit) noexcept {
        std::size_t left = past_.journal.size();
        for (std::size_t i = synced_; i < past_.journal.size(); ++i) {
            const undo_record& u = past_.journal[i];
            if (!u.of_slot()) continue;
            if (visit(*u.at, *u.side)) left = std::min(left, i);
        }
        synced_ = left;
    }

    // -- changes that happen whole or not at all (graph::all_or_nothing)
    /// Opens a change; changes nest.
    void begin(graph::all_or_nothing& change) noexcept {
        change.before = now();
        change.outer = std::exchange(changes_, &change);
    }
    /// Closes the innermost change, whichever way it ended.
    void end(graph::all_or_nothing& change) noexcept { changes_ = change.outer; }
    /// Whether a change is open.
    [[nodiscard]] bool in_change() const noexcept { return changes_ != nullptr; }

  private:
    /// By a rollback. One that lost its row gets it back.
    [[nodiscard]] static bool leaves_as_it_is(const graph::node& n) noexcept {
        return n.state() == graph::life::pending && n.snapshot() == nullptr;
    }
    /// As the slot is now.
    [[nodiscard]] undo_record slot_now(graph::node&, const mapping::relation&) const noexcept;
    [[nodiscard]] undo_record place_now(graph::node&, const mapping::relation&, undo_record::what,
                                        graph::node** place) const noexcept;
    void journal_settled(graph::node&, const mapping::relation&);
    void remember_value(graph::node&, const field&);
    /// One for the change alone that is being made.
    void journal_fresh(graph::node&, const mapping::relation&);
    /// Whether the node came in with the innermost change, and last: where that is undone, nothing of it stays.
    [[nodiscard]] bool just_made(const graph::node& n) const noexcept {
        return past_.transitions.size() > changes_->before.transitions && past_.transitions.back().at() == &n &&
               past_.transitions.back().did() == transition::added;
    }

    session_phase& phase_;
    object_table& objects_;
    relation_contents& contents_;
    history past_{};
    /// So long a journal is looked through for what is repeated.
    static constexpr std::size_t enough_repeated = 512;

    std::size_t synced_ = 0;  ///< how much of the journal is flushed
    std::size_t repeated_ = enough_repeated;
    bool packed_ = false;                       ///< columns were packed for a record of `fresh`
    graph::all_or_nothing* changes_ = nullptr;  ///< under way, the innermost
};

}  // namespace kin::detail
