// Before a read: does it read a table that the next flush would write? One place for all that is read, and for all that
// is pending.
#include "session/autoflush.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include <kin/graph/fields.hpp>

#include "mapping/registry.hpp"
#include "mapping/scope.hpp"
#include "session/core.hpp"
#include "session/existence.hpp"
#include "session/flush_choice.hpp"
#include "session/flush_plan.hpp"
#include "session/soft_removal.hpp"

namespace kin::detail {

using graph::life;
using graph::node;
using mapping::foreign_key;
using mapping::model;
using mapping::referential_action;
using mapping::relation;

bool model_set::add(const model& m) {
    const std::size_t word = m.number / 64;
    if (word >= words_.size()) words_.resize(word + 1);
    const std::uint64_t bit = std::uint64_t{1} << m.number % 64;
    const bool fresh = (words_[word] & bit) == 0;
    words_[word] |= bit;
    return fresh;
}

void model_set::add(const model_set& more) {
    if (more.words_.size() > words_.size()) words_.resize(more.words_.size());
    for (std::size_t i = 0; i < more.words_.size(); ++i) words_[i] |= more.words_[i];
}

bool model_set::contains(const model& m) const noexcept {
    const std::size_t word = m.number / 64;
    return word < words_.size() && (words_[word] >> m.number % 64 & 1) != 0;
}

bool model_set::meets(const model_set& other) const noexcept {
    for (std::size_t i = std::min(words_.size(), other.words_.size()); i-- > 0;) {
        if ((words_[i] & other.words_[i]) != 0) return true;
    }
    return false;
}

// -- what is read ---------------------------------------------------------------------------------------------------

namespace {

/// Whether SQL that was written by hand may hold a statement of its own.
bool may_select(std::string_view text) {
    constexpr std::string_view word = "select";
    const auto at = std::search(text.begin(), text.end(), word.begin(), word.end(),
                                [](unsigned char a, char b) { return std::tolower(a) == b; });
    return at != text.end();
}

}  // namespace

void tables_read::add(const sql::expr& e) {
    if (e.empty()) return;
    if (e->what == sql::op::raw) unknown_ = unknown_ || may_select(e->text);
    if (e->query) add(*e->query);
    for (const sql::expr& each : e->args) add(each);
    if (!e->over) return;
    for (const sql::expr& each : e->over->partition_by) add(each);
    for (const sql::ordering& each : e->over->order_by) add(each.by);
}

void tables_read::add(const sql::source& s) {
    if (s.identity != nullptr) add(*static_cast<const model*>(s.identity));
    if (s.query) add(*s.query);
    add(s.only);
}

void tables_read::add(const sql::select& s) {
    for (const sql::cte& each : s.with) add(*each.query);
    for (const sql::source& each : s.from) add(each);
    for (const sql::join& each : s.joins) {
        add(each.to);
        add(each.on);
    }
    for (const sql::result_column& each : s.columns) add(each.what);
    add(s.where);
    for (const sql::expr& each : s.group_by) add(each);
    add(s.having);
    for (const sql::combination& each : s.combined) add(*each.query);
    for (const sql::ordering& each : s.order_by) add(each.by);
}

void tables_read::add(const load_level& level, const site& where) {
    if (level.said == nullptr) return;
    for (const eager& e : *level.said) {
        if (e.what != nullptr && with_owners(e.how)) add(e, level.below(e), where);
    }
}

void tables_read::add(const eager& e, const load_level& below, const site& where) {
    const relation& r = *e.what;
    if (r.target == nullptr || !r.problem.empty()) return;  // whoever loads it says so
    const bool by_key =
        r.holds_key() && r.key->target_columns == r.target->primary_key && !e.partial() && r.target->scope == nullptr;
    if (!by_key) {
        add(targets_of(r, e.where, {}, where));
        add(mapping::visible_rows(*r.target, e.sees));
        for (const sql::ordering& each : e.order) add(each.by);
        // Its row may hold the first key of the way, or the key to whom a condition is about.
        if (r.through() || (r.holds_key() && e.partial())) add(*r.owner);
    }
    add(below, where);
}

// -- what is written ------------------------------------------------------------------------------------------------

namespace {

/// The parents that a change touches, and those above them.
void add_touched(const model& m, model_set& to) {
    if (!m.touching) return;
    for (const relation& r : m.relations) {
        if (!r.options.touches || !r.holds_key() || r.key == nullptr || r.target == nullptr) continue;
        if (to.add(*r.target)) add_touched(*r.target, to);
    }
}

/// Whose keys the database changes with the columns that they refer to.
void add_followers(const model& m, std::uint64_t changed, model_set& to) {
    for (const foreign_key* k : m.incoming) {
        if (k->on_update == referential_action::no_action || k->on_update == referential_action::restrict) continue;
        const bool follows = std::any_of(k->target_columns.begin(), k->target_columns.end(),
                                         [&](std::uint16_t c) { return (changed >> c & 1) != 0; });
        if (follows && to.add(*k->owner)) add_followers(*k->owner, k->mask(), to);
    }
}

/// What is removed together with a row that is only marked as removed, and what comes back with it.
bool comes_back_along(const foreign_key& k) { return goes_along(k) && k.owner->soft_deleted != nullptr; }

void add_restored(const model& m, model_set& to) {
    for (const foreign_key* k : m.incoming) {
        if (comes_back_along(*k) && to.add(*k->owner)) add_restored(*k->owner, to);
    }
}

/// What goes, or loses its parent, with removed rows; how a row goes decides what goes with it.
class removal {
  public:
    void removed(const model& m) { m.soft_deleted != nullptr ? kept(m) : gone(m); }

    /// Objects whose rows stay.
    void kept(const model& m) {
        leave(m);
        rows_kept(m);
    }
    /// Objects whose rows are deleted.
    void gone(const model& m) {
        leave(m);
        rows_gone(m);
    }
    [[nodiscard]] model_set all() const {
        model_set all = left_;
        for (const model_set* each : {&kept_, &gone_, &dropped_, &changed_}) all.add(*each);
        return all;
    }

  private:
    /// Along relations that lead away from the keys that refer to the object, and to those it touches.
    void leave(const model& m) {
        if (!left_.add(m)) return;
        add_touched(m, changed_);
        for (const relation& r : m.relations) {
            if (!(r.holds_key() || r.linked()) || !r.options.removes() || r.options.passive_deletes) continue;
            if (r.target != nullptr) removed(*r.target);
        }
    }
    void rows_kept(const model& m) {
        if (!kept_.add(m)) return;
        for (const foreign_key* k : m.incoming) {
            if (!goes_along(*k)) continue;
            k->owner->soft_deleted != nullptr ? rows_kept(*k->owner) : rows_gone(*k->owner);
        }
    }
    void rows_gone(const model& m) {
        if (!gone_.add(m)) return;
        for (const foreign_key* k : m.incoming) {
            if (left_to_database(*k)) {
                by_database(*k);
            } else if (owned_by(*k)) {
                rows_gone(*k->owner);
            } else if (k->nullable || k->tagged) {
                key_cleared(*k);
            }
        }
    }
    /// Of a key without an action only the database knows what it does.
    void by_database(const foreign_key& k) {
        const bool clears =
            k.on_delete == referential_action::set_null || k.on_delete == referential_action::set_default;
        if (clears) return key_cleared(k);
        if (!dropped_.add(*k.owner)) return;
        for (const foreign_key* next : k.owner->incoming) {
            if (next->on_delete != referential_action::no_action && next->on_delete != referential_action::restrict)
                by_database(*next);
        }
    }
    void key_cleared(const foreign_key& k) {
        (void)changed_.add(*k.owner);
        add_followers(*k.owner, k.mask(), changed_);
    }

    model_set left_{}, kept_{}, gone_{}, dropped_{}, changed_{};
};

/// Whether the insert makes the object's key, which nobody can know before.
bool without_key(const node& n) {
    const model& m = *n.in->what;
    return std::any_of(m.primary_key.begin(), m.primary_key.end(),
                       [&](std::uint16_t c) { return graph::unset(m.fields[c], n.object()); });
}

/// Whether a child that takes the place of another in a has_one has it deleted.
bool replaces(const relation& r) { return !r.to_many() && r.fixed.empty() && r.options.removes_orphans(); }

}  // namespace

write_reach::write_reach(const model& m) : bindings{mapping::bindings()} {
    (void)changed.add(m);
    add_touched(m, changed);
    for (const foreign_key* k : m.incoming) {
        for (const std::uint16_t c : k->target_columns) telling |= std::uint64_t{1} << c;
    }
    add_followers(m, telling, followers);
    if (m.soft_deleted != nullptr) {
        telling |= std::uint64_t{1} << (m.soft_deleted - m.columns.data());
        add_restored(m, followers);
    }
    removal hard;
    hard.gone(m);
    removed = hard.all();
    if (m.soft_deleted != nullptr) {
        removal soft;
        soft.kept(m);
        kept = soft.all();
    }
    for (const foreign_key& k : m.foreign_keys) {
        if (!std::any_of(k.parent_sides.begin(), k.parent_sides.end(), [](auto* r) { return replaces(*r); })) continue;
        displaced = m.soft_deleted != nullptr ? kept : removed;
    }
}

const write_reach& session_core::reach_of(const model& m) {
    if (m.number >= reaches_.size()) reaches_.resize(m.number + 1);
    std::unique_ptr<write_reach>& r = reaches_[m.number];
    // Models that came later may refer to those that were here.
    if (r == nullptr || r->bindings != mapping::bindings()) r = std::make_unique<write_reach>(m);
    return *r;
}

/// The columns that an update would write; of those that a staged parent says, all of its key.
std::uint64_t session_core::pending_columns(node& n) const {
    if (n.snapshot() == nullptr || n.state() != life::persistent) return 0;
    const model& m = *n.in->what;
    std::uint64_t changed = 0;
    (void)graph::compare(m, n.object(), n.snapshot(), changed);
    for (const foreign_key& k : m.foreign_keys) {
        node* parent = nullptr;
        if (staged_parent(n, k, parent)) changed |= k.mask();
    }
    return changed;
}

/// Whether the flush will look who has the place that the child was given, and have him deleted.
bool session_core::displaces(node& child) const {
    for (const foreign_key& k : child.in->what->foreign_keys) {
        for (const relation* r : k.parent_sides) {
            node* parent = nullptr;
            if (!replaces(*r) || !staged_parent(child, k, parent) || parent == nullptr) continue;
            if (parent->state() == life::persistent && graph::unloaded(*parent, *r)) return true;
        }
    }
    return false;
}

bool session_core::concerned(const model& m) const {
    for (const auto& [key, staged] : pairs_) {
        if (key.links->through == &m) return true;
        if (m.links.empty()) break;
    }
    if (m.number >= states_.size() || states_[m.number] == nullptr) return false;
    const model_state& s = *states_[m.number];
    const auto are = [](const std::vector<node*>& list, life wanted) {
        return std::any_of(list.begin(), list.end(), [&](const node* n) { return n->state() == wanted; });
    };
    return are(s.pending, life::pending) || are(s.removed, life::removed) ||
           std::any_of(s.touched.begin(), s.touched.end(), [&](node* n) { return pending_columns(*n) != 0; });
}

/// `unknown`: of this model only rows are read that the session does not know.
bool session_core::would_write(const tables_read& reads, const model* unknown) {
    if (reads.unknown()) return dirty();
    const mapping::link_pair* met = nullptr;
    for (const auto& [key, staged] : pairs_) {
        if (key.links == met) continue;
        met = key.links;
        if (reads.meets(reach_of(*met->through).removed)) return true;
    }
    for (const auto& state : states_) {
        if (state == nullptr || (state->pending.empty() && state->removed.empty() && state->touched.empty())) continue;
        const model& m = *state->objects->what;
        const write_reach& reach = reach_of(m);
        const bool itself = reads.meets(reach.changed);
        const bool others = itself && &m != unknown;  // what is changed here is known
        const bool followed = reads.meets(reach.followers);
        const bool displaced = reads.meets(reach.displaced);
        for (node* n : state->removed) {
            if (n->state() == life::removed && reads.meets(keeps_row(*n) ? reach.kept : reach.removed)) return true;
        }
        if (itself || displaced) {
            for (node* n : state->pending) {
                if (n->state() != life::pending) continue;
                if (others || (itself && !without_key(*n)) || (displaced && displaces(*n))) return true;
            }
        }
        if (!others && !followed && !displaced) continue;
        for (node* n : state->touched) {
            const std::uint64_t changed = pending_columns(*n);
            if (changed == 0) continue;
            if (others || (followed && (changed & reach.telling) != 0) || (displaced && displaces(*n))) return true;
        }
    }
    return false;
}

// -- before a read --------------------------------------------------------------------------------------------------

bool session_core::may_flush() const noexcept {
    if (!autoflush || flushing_) return false;
    if (!pairs_.empty()) return true;
    for (const auto& s : states_) {
        if (s != nullptr && !(s->pending.empty() && s->removed.empty() && s->touched.empty())) return true;
    }
    return false;
}

void session_core::flush_before(const tables_read& reads, const site& where) {
    if (would_write(reads)) flush(where, flush_choice::for_reading(reads));
}

namespace {

void add_chosen(const load_level&, tables_read& to, const site&);

/// Of relations that are loaded beside their owners those tables whose rows have to be as memory is: a part of them is
/// chosen by the database, and rows lead over others to those that are shown. Where a relation is loaded whole, what
/// memory knows of its rows wins.
void add_chosen(const eager& e, const load_level& below, tables_read& to, const site& where) {
    if (e.partial() || e.what->computed()) return to.add(e, below, where);
    add_chosen(below, to, where);
}

void add_chosen(const load_level& level, tables_read& to, const site& where) {
    if (level.said == nullptr) return;
    for (const eager& e : *level.said) {
        if (e.what != nullptr && with_owners(e.how)) add_chosen(e, level.below(e), to, where);
    }
}

}  // namespace

void session_core::flush_before(const sql::select& s, const load_level& with, const site& where) {
    if (!may_flush()) return;
    tables_read reads;
    reads.add(s);
    tables_read chosen = reads;
    reads.add(with, where);
    if (!would_write(reads)) return;
    add_chosen(with, chosen, where);
    flush(where, flush_choice::for_reading(chosen));
}

void session_core::flush_before(const load_level& level, const site& where) {
    if (!may_flush()) return;
    tables_read reads;
    reads.add(level, where);
    if (!would_write(reads)) return;
    tables_read chosen;
    add_chosen(level, chosen, where);
    flush(where, flush_choice::for_reading(chosen));
}

void session_core::flush_before(const eager& e, const load_level& below, const site& where) {
    if (!may_flush()) return;
    tables_read reads;
    reads.add(e, below, where);
    if (!would_write(reads)) return;
    tables_read chosen;
    add_chosen(e, below, chosen, where);
    flush(where, flush_choice::for_reading(chosen));
}

bool session_core::would_write(const model& m) {
    tables_read reads;
    reads.add(m);
    return would_write(reads);
}

void session_core::flush_before_get(const model& m, const site& where) {
    if (!may_flush()) return;
    tables_read reads;
    reads.add(m);
    if (would_write(reads, &m)) flush(where);
}

}  // namespace kin::detail
