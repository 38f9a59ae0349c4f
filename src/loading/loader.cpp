// Asking the database for the targets of many owners.
#include "loading/loader.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/sql/compiler.hpp>

#include "loading/join_loading.hpp"
#include "loading/matching/unmatched_keys.hpp"
#include "reading/row_reader.hpp"
#include "relations/key_matching.hpp"
#include "relations/key_text.hpp"
#include "sql/rewriting.hpp"
#include "statements/joining.hpp"
#include "statements/model_statements.hpp"
#include "statements/way_to_targets.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

sql::source source_of_target(const load_option& ask, std::string_view alias) {
    const mapping::model& m = *ask.what->target;
    sql::source s = mapping::every_row_of(m, alias);
    if (m.scoped()) s.only = mapping::visible_rows(m, ask.sees);
    return s;
}

loader::loader(session_memory& memory, session_loading& loading, const load_option& ask, load_level below,
               const site& where)
    : memory_{memory},
      loading_{loading},
      ask_{ask},
      relation_{*ask.what},
      below_{below},
      where_{where},
      shape_{*relation_.target, ask.missing(*relation_.target)},
      statements_{memory, ask, below_, shape_},
      slots_{memory, ask} {}

loader::~loader() = default;

void loader::fill(std::span<node* const> owners, const found_children& children) {
    slots_.journal(owners);
    if (relation_.holds_key()) {
        for (node* n : owners) slot_access::word(slot_access::one(*n, relation_)) = graph::tagged(mark::loaded);
        std::uint32_t i = 0;
        for (const found_children::run& r : children.runs) {
            for (; i < r.end; ++i) {
                slot_access::word(slot_access::one(*r.parent, relation_)) =
                    graph::tagged(mark::loaded, children.nodes[i]);
            }
        }
        memory_.contents.shows(owners, relation_, ask_.shows());
    } else {
        slots_.claim(owners);
        try {
            (void)slots_.distribute(owners, children);
            if (relation_.linked()) slots_.merge_staged(owners);
        } catch (...) {
            slots_.give_up(owners);
            throw;
        }
    }
}

/// What is to be read again is, where the keys that are asked for are not the owners' own.
void loader::read_keys(std::span<node* const> owners) {
    if (relation_.through() || relation_.tree()) return;
    if (relation_.holds_key() || !key().to_primary_key) loading_.columns.read_expired(owners, where_);
}

void loader::run(std::span<node* const> owners, bool all_of_table, const sql::select* origin) {
    if (sent_ahead_.empty()) read_keys(owners);
    slots_.journal(owners);
    if (relation_.holds_key()) {
        load_parents(owners, origin);
        memory_.contents.shows(owners, relation_, ask_.shows());
    } else {
        slots_.claim(owners);
        try {
            if (relation_.tree()) {
                load_trees(owners, all_of_table, origin);
            } else if (relation_.through()) {
                load_through(owners, all_of_table, origin);
            } else if (relation_.linked()) {
                load_linked(owners, all_of_table, origin);
            } else {
                load_children(owners, all_of_table, origin);
            }
        } catch (...) {
            slots_.give_up(owners);
            throw;
        }
    }
    if (joins_ != nullptr) joins_->finish();
}

graph::group* loader::new_group(const mapping::model& m) {
    graph::group* const g = loading_.hydrator.new_group(m, where_);
    g->nested = true;
    g->missing = shape_.missing;
    g->plan = memory_.contents.said.lasting(below_, memory_.objects.arena());
    return g;
}

// -- statements -----------------------------------------------------------------------------------------------------

/// The same with what is to come in the statement of the targets.
sql::select loader::with_joins(sql::select s) {
    if (below_.said == nullptr || statements_.apart) return s;
    // A target comes once for each of its owners where it can have several.
    const bool repeats = relation_.linked() || relation_.through() || relation_.tree();
    if (joins_ == nullptr) joins_ = std::make_unique<join_loading>(memory_, loading_, where_, repeats);
    joins_->add_to(s, shape_, below_);
    if (joins_->empty()) joins_.reset();  // so that no row is asked
    return s;
}

/// Takes what came in the row of a target; whether the target was there already.
bool loader::repeated(engine::cursor& row, const node* parent, node& child) {
    const bool joined = joins_ != nullptr;
    if (joined) joins_->read(row, child);
    const bool pairs_repeat = relation_.linked() && !relation_.links->unique;
    if (!relation_.through() && !relation_.tree() && !pairs_repeat && !(joined && joins_->repeats())) return false;
    return !shown_.insert({parent, &child}).second;
}

engine::cursor loader::send(const sql::select& s) {
    engine::connection& c = loading_.connection.open(where_);
    sql::compiled compiled = sql::compile(s, c.dialect(), where_);
    return c.run_holding(compiled.text, std::move(compiled.parameters));
}

void loader::send_ahead(std::span<node* const> owners, bool all_of_table, const sql::select* origin) {
    const auto send_these = [&](const std::vector<sql::select>& all) {
        for (const sql::select& s : all) sent_ahead_.push_back(send(with_joins(s)));
    };
    read_keys(owners);
    const auto send_all = [&](key_set keys) { send_these(statements_.selects(keys, all_of_table, origin)); };
    if (relation_.tree()) return;  // in its turn
    if (relation_.through()) return send_these(statements_.selects_through(owners, all_of_table, origin));
    if (relation_.linked()) {
        find_between();
        statements_.apart = statements_.pairs_apart(owners.size(), origin);
    }
    if (!relation_.holds_key()) return send_all(statements_.keys_of(owners, all_of_table));
    key_set keys{*relation_.target, key().target_columns};
    const bool known_do = key().to_primary_key && !ask_.partial() && relation_.target->scope == nullptr;
    for (node* n : owners) {
        if (const node* known = known_do ? memory_.parents.parent_by_key(*n, key()) : nullptr) {
            if (complete(*known)) continue;
        }
        if (!graph::speaks_of(key(), n->object()) || statements_.unset(*n, key().columns)) continue;
        (void)keys.add(*key().owner, key().columns, n->object());
    }
    send_all(std::move(keys));
}

// -- belongs_to -----------------------------------------------------------------------------------------------------

void loader::load_parents(std::span<node* const> owners, const sql::select* origin) {
    const mapping::model& parent = *relation_.target;
    const bool by_identity = key().to_primary_key;
    const bool asks = ask_.partial() || parent.scope != nullptr;
    key_set keys{parent, key().target_columns};
    std::vector<node*> waiting;
    for (node* n : owners) {
        memory_.keys.note_read(*n, key());
        std::uintptr_t& word = slot_access::word(slot_access::one(*n, relation_));
        // Whether a scope shows what is here already, only the database knows.
        node* known = by_identity && !asks ? memory_.parents.parent_by_key(*n, key()) : nullptr;
        const bool gone =
            known != nullptr && (leaves(*known) || ((known->word & node::expired) == 0 && soft_removed(*known)));
        if (known != nullptr && (gone || complete(*known))) {
            word = graph::tagged(mark::loaded, gone ? nullptr : known);
            if (!gone) found.push_back(known);
        } else if (!graph::speaks_of(key(), n->object()) || statements_.unset(*n, key().columns) ||
                   !keys.add(*key().owner, key().columns, n->object())) {
            word = graph::tagged(mark::loaded);  // no parent, and no query
        } else {
            waiting.push_back(n);
        }
    }
    if (!waiting.empty()) {
        graph::group* g = new_group(parent);
        std::vector<node*> fresh;
        read_answers(statements_.selects(keys, false, origin), origin,
                     [&](engine::cursor row) { read_parents(std::move(row), g, fresh); });
        (void)loading_.hydrator.finish_rows(g, fresh);
        if (!by_identity) loading_.columns.read_expired(fresh, where_);  // of which only a part was read
        // Of those that were here, too, the rows say who is shown.
        const bool looked = asks || memory_.phase.expired;
        const std::unordered_set<const node*> among(looked ? fresh.begin() : fresh.end(), fresh.end());
        require_matches(waiting, fresh, by_identity && origin == nullptr);
        for (node* n : waiting) {
            node* target = by_identity ? memory_.parents.parent_by_key(*n, key()) : match(*n, fresh);
            if (target != nullptr && looked && !among.contains(target)) target = nullptr;
            if (target != nullptr && leaves(*target)) target = nullptr;
            slot_access::word(slot_access::one(*n, relation_)) = graph::tagged(mark::loaded, target);
            if (target != nullptr) found.push_back(target);
        }
    }
    unique_found();
}

/// Where somebody's key leads nowhere and somebody came whom no key names, the two may be one to the database.
void loader::require_matches(const std::vector<node*>& waiting, const std::vector<node*>& came, bool asked) {
    unmatched_keys left{memory_, loading_, *relation_.owner, key().columns, *relation_.target, key().target_columns,
                        where_};
    if (!left.possible()) return;
    std::unordered_set<const node*> nameless(came.begin(), came.end());
    std::vector<const node*> lost;
    for (node* n : waiting) {
        const node* target = key().to_primary_key ? memory_.parents.parent_by_key(*n, key()) : match(*n, came);
        if (target == nullptr) lost.push_back(n);
        nameless.erase(target);
    }
    if (nameless.empty()) return;
    for (const node* n : lost) left.add(*n);
    left.require_none(asked, [&](const node& n) { return nameless.contains(&n); });
}

bool loader::fill_from_memory(node& owner) {
    key_set keys{*relation_.target, key().target_columns};
    node* known = nullptr;
    if (graph::speaks_of(key(), owner.object()) && !statements_.unset(owner, key().columns) &&
        keys.add(*key().owner, key().columns, owner.object())) {
        const mapping::model& parent = *relation_.target;
        if (ask_.partial() || parent.scope != nullptr || !key().to_primary_key) return false;
        known = memory_.parents.parent_by_key(owner, key());
        if (known == nullptr) return false;
        if (leaves(*known) || soft_removed(*known)) known = nullptr;
        // What is asked for below it, or what it lacks, would have to be read.
        const bool more = std::any_of(ask_.nested.begin(), ask_.nested.end(), [&](const load_option& e) {
            return !e.declared && (with_owners(e.how) || ask_.how == kin::load::raise_on_sql);
        });
        if (known != nullptr && (more || !complete(*known))) return false;
    }
    node* const one = &owner;
    slots_.journal({&one, 1});
    memory_.keys.note_read(owner, key());
    slot_access::word(slot_access::one(owner, relation_)) = graph::tagged(mark::loaded, known);
    memory_.contents.shows({&one, 1}, relation_, ask_.shows());
    return true;
}

void loader::read_parents(engine::cursor row, graph::group* g, std::vector<node*>& out) {
    model_state& state = memory_.objects.state_of(*relation_.target);
    while (row.next()) {
        node* n = loading_.hydrator.hydrate(state, row, 0, g, false, &shape_);
        if (!leaves(*n) && !repeated(row, nullptr, *n)) out.push_back(n);
    }
}

node* loader::match(const node& child, const std::vector<node*>& parents) const {
    const auto found_at =
        std::find_if(parents.begin(), parents.end(), [&](const node* p) { return names_row(child, key(), *p); });
    return found_at == parents.end() ? nullptr : *found_at;
}

void loader::unique_found() {
    if (found.size() < 2) return;
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
}

// -- has_many, has_one ----------------------------------------------------------------------------------------------

void loader::load_children(std::span<node* const> owners, bool all_of_table, const sql::select* origin) {
    const mapping::model& child = *relation_.target;
    key_set keys = statements_.keys_of(owners, all_of_table);
    found_children children;
    children.reserve(owners.size());
    graph::group* g = new_group(child);
    std::size_t skipped = 0;
    unmatched_keys left{memory_, loading_, child, key().columns, *relation_.owner, key().target_columns, where_};
    read_answers(statements_.selects(keys, all_of_table, origin), all_of_table ? nullptr : origin,
                 [&](engine::cursor row) { skipped += read_children(std::move(row), g, children, left); });
    left.require_none(!all_of_table && origin == nullptr, [&](const node& n) { return is_claimed(n); });
    if (all_of_table && !keys.empty()) {
        g->whole_table = whole = !key().nullable && !key().tagged && skipped == 0 &&
                                 relation_.options.order_count == 0 && ask_.order.empty() && relation_.fixed.empty() &&
                                 !ask_.partial() && !child.scoped() && !one_of_many();
    }
    slots_.keep_claimed(owners, children);
    loading_.hydrator.list_rows(*g, slots_.distribute(owners, children), children.nodes.size());
    found = std::move(children.nodes);
}

/// Keeps only rows whose parent the session has and wants filled; returns how many were left out.
std::size_t loader::read_children(engine::cursor row, graph::group* g, found_children& out, unmatched_keys& left) {
    model_state& state = memory_.objects.state_of(*relation_.target);
    std::size_t skipped = 0;
    graph::pool* owners = memory_.objects.state_of(*relation_.owner).objects;
    const bool by_identity = key().to_primary_key;
    const bool by_integer =
        by_identity && owners->identities.integer_key() && key().owner->fields[key().columns[0]].rep == layout::i64;
    const int key_column = shape_.at(key().columns[0]);
    const std::uint32_t key_offset = key().owner->fields[key().columns[0]].offset;
    owner_finder wanting{owners->identities, slots_};
    row_reader reader{memory_, loading_.hydrator, state, row, g, shape_};
    const bool plainly = by_integer && reader.reads() && !key().nullable;
    const mapping::relation* const side = slots_.side_of_new();
    const node* last = nullptr;
    bool sided = false;
    while (plainly ? reader.next() : row.next()) {
        if (plainly && reader.known() == nullptr) {
            // Its key is read once, as its member: there are few whose parent is not wanted.
            node* parent = nullptr;
            node* n = reader.make([&](const void* object) {
                std::int64_t k = 0;
                std::memcpy(&k, static_cast<const std::byte*>(object) + key_offset, sizeof k);
                parent = wanting.find(k);
                return parent != nullptr;
            });
            if (n == nullptr) {
                ++skipped;
                continue;
            }
            if (side != nullptr) {
                if (parent != last) {
                    sided = !soft_removed(*parent);
                    last = parent;
                }
                if (sided) slot_access::word(slot_access::one(*n, *side)) = graph::tagged(mark::loaded, parent);
            }
            if (joins_ != nullptr && repeated(row, parent, *n)) continue;
            out.add(parent, n, sided);
            continue;
        }
        node* parent = nullptr;
        if (by_integer) {
            parent = wanting.find(row.integer(key_column));
            if (parent == nullptr) {
                ++skipped;
                continue;
            }
        }
        const std::size_t before = state.objects->identities.size();
        node* n = loading_.hydrator.hydrate(state, row, 0, g, false, &shape_);
        const bool known = state.objects->identities.size() == before;
        if (!by_integer) {
            if (leaves(*n)) continue;
            if (known)
                loading_.columns.read_expired(std::span<node* const>{&n, 1}, where_);  // of which only a part was read
            parent = by_identity ? memory_.parents.parent_by_key(*n, key()) : find_owner(*n);
            if (parent == nullptr || !slots_.claimed(*parent)) {
                // A key that was set by hand is nothing that the statement brought.
                if (parent == nullptr && !(known && key_changed(*n, key()))) left.add(*n);
                ++skipped;
                continue;
            }
        }
        if (known && !belongs(*parent, *n, known)) continue;
        if (joins_ != nullptr && repeated(row, parent, *n)) continue;
        out.add(parent, n);
    }
    return skipped;
}

/// Whether the object goes with the next flush: not shown. Should it be added again before, it has to be.
bool loader::leaves(const node& n) {
    if (n.state() != life::removed) return false;
    memory_.objects.state_of(*n.in->what).left_unseen = true;
    return true;
}

bool loader::belongs(node& parent, node& child, bool known) {
    if (known && leaves(child)) return false;
    if (relation_.computed()) return true;
    if (!relation_.linked()) {
        if (relation_.holds_key()) return true;
        node* staged = nullptr;
        if (!known) return true;
        if (memory_.parents.staged_parent(child, key(), staged)) return staged == &parent;
        if (child.state() != life::persistent || !key_changed(child, key()) ||
            memory_.parents.parent_by_columns(child, key()) == &parent)
            return true;
        memory_.keys.note_read(child, key());
        // A key that was set by hand and never written is nothing that a rollback would find in the undo log.
        memory_.log.journal_slot(parent, relation_);
        return false;
    }
    if (memory_.pairs.staged().empty()) return true;
    const pair_key pair = pair_of(relation_, parent, child);
    const staged_pair* at = memory_.pairs.staged().find(pair);
    if (at == nullptr) return true;
    if (at->state == staged_pair::what::removed) return false;
    staged_pair now = *at;
    if (now.row == nullptr) {
        memory_.pairs.stage_pair(pair, {});  // it is there already
    } else if (now.row->state() == life::pending && !now.replaces && pair.links->unique) {
        node* row = nullptr;
        now.replaces = !memory_.pairs.row_by_key(pair, row) || row == nullptr;  // one that nobody has in memory
        if (now.replaces) memory_.pairs.stage_pair(pair, now);
    }
    return true;
}

/// For keys onto unique columns that are no primary key.
node* loader::find_owner(const node& child) const {
    const std::string text = key_text(*key().owner, child.object(), key().columns);
    return memory_.parents.by_columns(*relation_.owner, key().target_columns).first(text, [&](const node& owner) {
        return owner.state() != life::detached && names_row(child, key(), owner);
    });
}

// -- many_to_many ---------------------------------------------------------------------------------------------------

/// Association objects in memory are asked whether they still say what their rows do; the statement has their keys.
void loader::find_between() {
    const mapping::model& pivot = *relation_.links->through;
    if (!pivot.implied && loading_.gate.pending().has_changes_of(pivot))
        statements_.between = memory_.objects.arena().find_pool(pivot);
}

void loader::load_linked(std::span<node* const> owners, bool all_of_table, const sql::select* origin) {
    if (sent_ahead_.empty()) {
        find_between();
        statements_.apart = statements_.pairs_apart(owners.size(), origin);
    }
    key_set keys = statements_.keys_of(owners, all_of_table);
    if (statements_.apart) return load_by_pairs(owners, statements_.selects(keys, all_of_table, origin));
    found_children children;
    std::vector<node*> fresh;
    graph::group* g = new_group(*relation_.target);
    unmatched_keys left{
        memory_, loading_, *relation_.links->through, key().columns, *relation_.owner, key().target_columns, where_};
    read_answers(statements_.selects(keys, all_of_table, origin), all_of_table ? nullptr : origin,
                 [&](engine::cursor row) { read_linked(std::move(row), g, children, fresh, left); });
    left.require_none(!all_of_table && origin == nullptr, [&](const node& n) { return is_claimed(n); });
    (void)loading_.hydrator.finish_rows(g, fresh);
    slots_.keep_claimed(owners, children);
    (void)slots_.distribute(owners, children);
    slots_.merge_staged(owners);
    found = std::move(children.nodes);
    unique_found();
}

// -- through --------------------------------------------------------------------------------------------------------

void loader::load_through(std::span<node* const> owners, bool all_of_table, const sql::select* origin) {
    found_children targets;
    std::vector<node*> fresh;
    graph::group* g = new_group(*relation_.target);
    sql::select scratch;
    scratch.from.push_back(mapping::source_of(*relation_.target));
    const mapping::owner_columns at = mapping::join_owners(scratch, relation_);
    unmatched_keys left{memory_, loading_, *at.of, at.columns, *relation_.owner, relation_.owner->primary_key, where_};
    read_answers(statements_.selects_through(owners, all_of_table, origin), all_of_table ? nullptr : origin,
                 [&](engine::cursor row) { read_linked(std::move(row), g, targets, fresh, left); });
    left.require_none(!all_of_table && origin == nullptr, [&](const node& n) { return is_claimed(n); });
    (void)loading_.hydrator.finish_rows(g, fresh);
    slots_.keep_claimed(owners, targets);
    (void)slots_.distribute(owners, targets);
    found = std::move(targets.nodes);
    unique_found();
}

void loader::read_linked(engine::cursor row, graph::group* g, found_children& children, std::vector<node*>& fresh,
                         unmatched_keys& left) {
    model_state& state = memory_.objects.state_of(*relation_.target);
    graph::pool& owners = *memory_.objects.state_of(*relation_.owner).objects;
    while (row.next()) {
        node* owner = node_at(owners, row, shape_.width());
        if (owner == nullptr) left.add(row, shape_.width());
        if (owner == nullptr || !slots_.claimed(*owner)) continue;
        const std::size_t before = state.objects->identities.size();
        node* n = loading_.hydrator.hydrate(state, row, 0, nullptr, false, &shape_);
        const bool known = state.objects->identities.size() == before;
        if (!known) {
            n->in = g;
            fresh.push_back(n);
        }
        if (!belongs(*owner, *n, known)) continue;
        if (statements_.between != nullptr) {
            node* object = node_at(*statements_.between, row, shape_.width() + static_cast<int>(key().columns.size()));
            if (object != nullptr && leaves(*object, *owner, *n)) continue;
        }
        if (repeated(row, owner, *n)) continue;
        children.add(owner, n);
    }
}

/// Whether the association object, in memory, is removed or does not link the two any more.
bool loader::leaves(node& object, node& owner, node& target) {
    if (leaves(object)) return true;
    node* end = nullptr;
    return (memory_.parents.staged_parent(object, key(), end) && end != &owner) ||
           (memory_.parents.staged_parent(object, *relation_.far, end) && end != &target);
}

}  // namespace kin::detail
