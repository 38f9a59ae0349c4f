// Which tables a flush would write: what the mapping alone says of one changed object.
#include "planning/write_reach.hpp"

#include <algorithm>

#include "mapping/binding/registry.hpp"
#include "mapping/ownership.hpp"

namespace kin::detail {

using mapping::foreign_key;
using mapping::model;
using mapping::referential_action;
using mapping::relation;

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

}  // namespace

/// Whether a child that takes the place of another in a has_one has it deleted.
bool replaces(const relation& r) noexcept { return !r.to_many() && r.fixed.empty() && r.options.removes_orphans(); }

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

const write_reach& write_reaches::of(const model& m) {
    if (m.number >= reaches_.size()) reaches_.resize(m.number + 1);
    std::unique_ptr<write_reach>& r = reaches_[m.number];
    // Models that came later may refer to those that were here.
    if (r == nullptr || r->bindings != mapping::bindings()) r = std::make_unique<write_reach>(m);
    return *r;
}

}  // namespace kin::detail
