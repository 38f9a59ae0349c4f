// Which relations of which objects are loaded, when and how.
#include <algorithm>
#include <unordered_set>

#include <kin/graph/fields.hpp>

#include "session/core.hpp"
#include "session/eager.hpp"
#include "session/flush_plan.hpp"
#include "session/join_loading.hpp"
#include "session/loader.hpp"
#include "session/siblings.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

// -- what is said of relations --------------------------------------------------------------------------------------

/// What the query says, with what the declarations add; kept as long as the session where objects come back to it.
const std::vector<eager>* session_core::keep(std::unique_ptr<std::vector<eager>>& tree) {
    if (tree == nullptr) return nullptr;
    const std::vector<eager>* all = tree.get();
    const auto lazy = [](const auto& self, const std::vector<eager>& level) -> bool {
        return std::any_of(level.begin(), level.end(), [&](const eager& e) {
            return e.what == nullptr || !with_owners(e.how) || self(self, e.nested);
        });
    };
    if (lazy(lazy, *all)) trees_.push_back(std::move(tree));
    return all;
}

/// A query has brought these objects. What it asks for with them is loaded next; of all else they show what it says:
/// of a part that another query asked for, nothing stays, and what is to be a part is not the whole any more.
void session_core::say(std::span<node* const> nodes, const load_level& level) {
    if (query_ == 0 || nodes.empty() || (contents_.usual() && !sayings_.any() && !level.lasting())) return;
    for (const mapping::relation& r : nodes[0]->in->what->relations) {
        const eager* said = level.find(r);
        if (said != nullptr && with_owners(said->how)) continue;
        const bool part = said != nullptr && said->what == &r && said->particular();
        if (!part && contents_.usual()) continue;
        for (node* n : nodes) {
            if (n->state() != life::persistent || graph::unloaded(*n, r)) continue;
            const bool over = part ? !contents_.asked_by(*n, r, query_) : contents_.part_of_another(*n, r, query_);
            if (over) blank(*n, r);
        }
    }
    sayings_.add(nodes, level, *arena_);
}

void session_core::brought(node& n) {
    node* const one = &n;
    const query_scope query{*this, true};
    say({&one, 1}, {});
}

// -- what is loaded -------------------------------------------------------------------------------------------------

void session_core::shows(std::span<node* const> owners, const mapping::relation& r, content what) {
    if (what == content::whole && contents_.usual()) return;
    for (const node* n : owners) contents_.set(*n, r, what, query_);
}

void session_core::require_whole(node& owner, const mapping::relation& r) {
    if (contents_.of(owner, r) != content::part) return;
    throw usage_error{owner.in->what->name + "." + r.name +
                      " was loaded in part: to replace or empty it would treat the rest as removed; load it first"};
}

/// Whether the next flush writes that the relation of the owner leads to the child.
bool session_core::unwritten(node& owner, const mapping::relation& r, node& child) {
    if (r.linked()) {
        const auto at = pairs_.find(pair_of(r, owner, child));
        return at != pairs_.end() && at->second.state == staged_pair::what::added;
    }
    if (r.key == nullptr || r.computed()) return false;
    node* parent = nullptr;
    return staged_parent(child, *r.key, parent) ? parent == &owner : child.state() == life::pending;
}

/// Forgets what is loaded; what is staged and not written stays.
void session_core::blank(node& n, const mapping::relation& r) {
    std::uintptr_t& word = slot_access::word(n, r);
    const mark now = graph::mark_of(word);
    if (now != mark::loaded && (now != mark::staged || !r.to_many())) return;
    contents_.set(n, r, content::whole, 0);
    if (!r.to_many()) {
        word = graph::tagged(mark::unloaded);
        return;
    }
    std::vector<node*> staged;
    if (now == mark::staged) {
        each_loaded(n, r, [&](node& child) {
            if (unwritten(n, r, child)) staged.push_back(&child);
        });
    }
    word = graph::tagged(mark::unloaded);
    slot_access::size(slot_access::many(n, r)) = slot_access::capacity(slot_access::many(n, r)) = 0;
    for (node* child : staged) push_item(n, r, *child, false);
}

// -- at first touch -------------------------------------------------------------------------------------------------

namespace {

/// Whether one of the models that a load of the relation reads is such a one.
bool reads(const mapping::relation& r, const auto& such) {
    if (such(*r.target) || (r.linked() && such(*r.links->through))) return true;
    if (!r.computed()) return false;
    return such(*r.owner) ||
           std::any_of(r.hops.begin(), r.hops.end(), [&](const mapping::relation* hop) { return reads(*hop, such); });
}

}  // namespace

/// What was found by a query over tables that a flush has written is read again.
void session_core::outdate_computed(const flush_plan& plan) noexcept {
    const auto written = [&](const mapping::model& m) {
        return std::any_of(plan.steps.begin(), plan.steps.end(), [&](const flush_step& s) {
            return s.links != nullptr ? s.links->through == &m : s.key != nullptr ? s.key->owner == &m : s.model == &m;
        });
    };
    for (const auto& state : states_) {
        if (state == nullptr) continue;
        for (const mapping::relation& r : state->objects->what->relations) {
            if (!r.computed() || !r.bound() || !reads(r, written)) continue;
            for (graph::slab* b = state->objects->current; b != nullptr; b = b->next) {
                for (std::uint32_t i = 0; i < b->used; ++i) blank(*b->at(i), r);
            }
        }
    }
}

namespace {

[[noreturn]] void refuse_load(const mapping::relation& r, const char* why, const site& where) {
    throw raised_load{r.owner->name + "." + r.name + " is not loaded, and " + why + ": ask for it with .with(&" +
                          r.owner->name + "::" + r.name + ")",
                      {.where = where}};
}

}  // namespace

kin::load session_core::strategy_of(const node& owner, const mapping::relation& r) const noexcept {
    const eager* said = sayings_.of(owner, r).said;
    return said != nullptr ? said->how : r.options.strategy;
}

/// As if a query had found nothing.
void session_core::read_as_empty(node& owner, const mapping::relation& r) {
    journal_read(owner, r);
    std::uintptr_t& word = slot_access::word(owner, r);
    if (graph::mark_of(word) == mark::added && r.to_many()) {
        word = graph::tagged(mark::staged, graph::pointer_of(word));
        blank(owner, r);  // what is written by now is a row like others
    }
    if (graph::mark_of(word) == mark::unloaded) word = graph::tagged(mark::loaded);
    if (graph::mark_of(word) == mark::added) word = graph::tagged(mark::staged, graph::pointer_of(word));
    contents_.set(owner, r, content::part, query_);
}

/// Reads the relation without asking the database, where its key is NULL or leads to an object that is here.
bool session_core::read_unasked(node& owner, const mapping::relation& r, const eager* said) {
    if (!r.holds_key()) return false;
    const eager plain{.what = &r};
    loader l{*this, said != nullptr && said->what == &r ? *said : plain, {}, owner.in->where};
    return l.run_unasked(owner);
}

void session_core::load(node& owner, const mapping::relation& r, const site& call) {
    const session_guard guard{*this, site::current()};
    const site& where = call.line() != 0 ? call : owner.in->where;
    graph::look(&owner);
    const auto [said, level] = sayings_.of(owner, r);
    const kin::load how = said != nullptr ? said->how : r.options.strategy;
    if (how == kin::load::noload) return read_as_empty(owner, r);
    const eager plain{.what = &r};
    const bool asked = said != nullptr && said->what == &r;
    load_level below = said != nullptr ? level.below(asked ? *said : plain) : load_level{};
    const query_scope query{*this, said != nullptr};  // else nobody says anything of what it brings
    std::unique_ptr<std::vector<eager>> declared;
    if (!asked) {
        if (below.rest == nullptr) declared = resolved(*r.target, nullptr);
        below.said = keep(declared);
    }
    if ((strict || how == kin::load::raise_on_sql) && how != kin::load::raise && read_unasked(owner, r, said)) {
        if (how == kin::load::raise_on_sql) return;
        each_loaded(owner, r, [&](node& n) {
            node* const one = &n;
            say({&one, 1}, below);
        });
        if (graph::unloaded(owner, r)) load(owner, r, call);
        return;
    }
    if (strict) refuse_load(r, "this session is strict", where);
    if (how == kin::load::raise || how == kin::load::raise_on_sql) {
        refuse_load(r, said != nullptr ? "its query says raise" : "its declaration says load::raise", where);
    }
    if (how == kin::load::write_only) {
        refuse_load(r, "it is write_only, for reading by queries", where);
    }
    const eager& ask = asked ? *said : plain;
    // What is pending is part of what is read. But what an object leads to that is to go can be seen before it goes.
    if (owner.state() != life::removed) {
        flush_before(ask, below, where);
        if (!graph::unloaded(owner, r)) return;
    }
    std::vector<node*> owners;
    bool whole = false;
    const graph::group& g = *owner.in;
    if (how == kin::load::select || g.count < 2) {
        owners.push_back(&owner);
    } else {
        bool all = true;
        owners = siblings(owner, all, [&](node& n) {
            return graph::unloaded(n, r) && (!sayings_.any() || sayings_.of(n, r).said == said);
        });
        whole = g.whole_table && all && owners.size() == g.count;
    }
    loader l{*this, ask, below, where};
    l.run(owners, whole);
    say(l.found, below);
    load_below(l.found, below, true, nullptr, l.joined(), where);
    // It leads back to its owner, of which this touch says something else: that holds from here on.
    if (graph::unloaded(owner, r)) load(owner, r, call);
}

void session_core::journal_read(node& n, const mapping::relation& r) {
    if (!changing()) return;
    journal_slot(n, r);
}

// -- with the owners, or when asked for -----------------------------------------------------------------------------

void session_core::load(std::span<node* const> nodes, const load_tree& what, bool missing_only, const site& where) {
    const session_guard guard{*this, where};
    const query_scope query{*this, true};
    if (what.level() != nullptr) {
        for (const eager& e : *what.level()) sayings_.end(nodes, e.what, *arena_);
    }
    load_all(nodes, what, missing_only, where);
}

void session_core::bring(std::span<node* const> nodes, const mapping::relation& r, const site& where) {
    const query_scope query{*this, false};
    load_all(nodes, load_tree{&r, kin::load::selectin}, true, where);
}

namespace {

void take_any_order(eager& e) {
    e.any_order = true;
    for (eager& below : e.nested) take_any_order(below);
}

}  // namespace

void session_core::load_all(std::span<node* const> nodes, const load_tree& what, bool missing_only, const site& where) {
    if (nodes.empty()) return;
    std::unique_ptr<std::vector<eager>> tree =
        what.level() == nullptr ? nullptr : std::make_unique<std::vector<eager>>();
    if (tree == nullptr) return;
    for (const eager& e : *what.level()) {
        eager& copy = tree->emplace_back(e);
        if (e.what == nullptr || e.what->target == nullptr) continue;
        if (const auto below = resolved(*e.what->target, &e.nested, e.what)) copy.nested = *below;
        if (!with_owners(copy.how)) copy.how = kin::load::selectin;
        if (missing_only) take_any_order(copy);
    }
    const load_level level{keep(tree), nullptr};
    flush_before(level, where);
    load_below(nodes, level, missing_only, nullptr, nullptr, where);
}

namespace {

/// Whether the relation, or one below it, leads to the model.
bool reaches(const eager& e, const mapping::model& m) {
    return (e.what != nullptr && e.what->target == &m) ||
           std::any_of(e.nested.begin(), e.nested.end(), [&](const eager& below) { return reaches(below, m); });
}

/// A relation that is to be loaded, and of whom.
struct asked_along {
    const eager* ask;
    std::span<node* const> nodes;
    std::vector<node*> left{};  ///< those of them whose statement did not bring it, where it was to come in that
};

}  // namespace

void session_core::load_below(std::span<node* const> nodes, const load_level& level, bool missing_only,
                              const sql::select* origin, const join_loading* joined, const site& where) {
    if (nodes.empty() || level.said == nullptr) return;
    std::vector<asked_along> all;
    for (const eager& e : *level.said) {
        if (e.what == nullptr || !with_owners(e.how)) continue;
        if (joined == nullptr || !joined->holds(e)) {
            all.push_back({&e, nodes});
        } else if (std::vector<node*> left = joined->left_out(e, nodes); !left.empty()) {
            asked_along& some = all.emplace_back(asked_along{&e, {}, std::move(left)});
            some.nodes = some.left;  // the vector's array stays where it is when this one moves
        }
    }
    std::vector<along> ready;
    if (all.size() > 1 && connection(where).pipelines()) {
        // Sent together; the answers are read one after the other.
        for (const asked_along& a : all)
            ready.push_back(begin_along(a.nodes, *a.ask, level.below(*a.ask), missing_only, where));
        for (std::size_t i = 0; i < ready.size(); ++i) {
            along& a = ready[i];
            // What an earlier one brings is not asked for twice: targets are known by then.
            const bool brought =
                a.ask->what->holds_key() &&
                std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i),
                            [&](const asked_along& e) { return reaches(*e.ask, *a.ask->what->target); });
            if (a.owners.empty() || brought) continue;
            a.load->ask(a.owners, a.whole, a.ask->how == kin::load::subquery ? origin : nullptr);
        }
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        const eager& e = *all[i].ask;
        const load_level below = level.below(e);
        load_along(all[i].nodes,
                   i < ready.size() ? std::move(ready[i]) : begin_along(all[i].nodes, e, below, missing_only, where),
                   below, missing_only, origin, where);
    }
}

/// Whether what is loaded is not what is asked for.
bool session_core::differs(const node& n, const eager& e) const noexcept {
    if (e.shows() != content::whole) return true;
    const content now = contents_.of(n, *e.what);
    return now == content::part || (now == content::reordered && !e.any_order);
}

/// Whether the relation of the object has to be loaded; then nothing is left of what it shows.
bool session_core::to_load(node& n, const eager& e, bool again) {
    const mapping::relation& r = *e.what;
    if (query_ == 0 && e.declared) {
        // Who asks for nothing leaves what queries have said of it.
        return graph::unloaded(n, r) && sayings_.of(n, r).said == nullptr;
    }
    if (again || differs(n, e)) blank(n, r);
    return graph::unloaded(n, r);
}

/// Who has to be asked for.
session_core::along session_core::begin_along(std::span<node* const> nodes, const eager& e, const load_level& below,
                                              bool missing_only, const site& where) {
    const mapping::relation& r = *e.what;
    if (!r.problem.empty()) throw mapping_error{r.problem, {.where = where}};
    along next;
    next.ask = &e;
    next.owners.reserve(nodes.size());
    for (node* n : nodes) {
        // A removal takes all along, also where only a part is here.
        if (n->state() == life::removed && contents_.of(*n, r) == content::part) blank(*n, r);
        const bool wanted = n->state() == life::persistent ? to_load(*n, e, !missing_only) : graph::unloaded(*n, r);
        if (wanted) next.owners.push_back(n);
    }
    next.load = std::make_unique<loader>(*this, e, below, where);
    const graph::group& g = *nodes[0]->in;
    next.whole = g.whole_table && next.owners.size() == g.count && nodes.size() == g.count;
    return next;
}

void session_core::load_along(std::span<node* const> first, along now, const load_level& below, bool missing_only,
                              const sql::select* origin, const site& where) {
    const eager& e = *now.ask;
    const mapping::relation& r = *e.what;
    std::unordered_set<const node*> met;
    std::vector<node*> nodes(first.begin(), first.end());
    for (std::uint32_t level = 1;; ++level) {
        loader& l = *now.load;
        // What came for a relation beside this one may have brought it along: all of it, where a part is asked for.
        std::erase_if(now.owners, [&](node* n) { return !to_load(*n, e); });
        if (!now.owners.empty()) l.run(now.owners, now.whole, e.how == kin::load::subquery ? origin : nullptr);
        // Some owners had it before: the next level starts from all of them.
        if (now.owners.size() != nodes.size()) {
            l.found.clear();
            for (node* n : nodes) each_loaded(*n, r, [&](node& target) { l.found.push_back(&target); });
            l.unique_found();
            complete(l.found, e.missing(*r.target), where);
        }
        read_expired(l.found, where);
        say(l.found, below);
        load_below(l.found, below, missing_only, l.statement.from.empty() ? nullptr : &l.statement, l.joined(), where);
        if (level == e.depth) return;
        // A relation of a model to itself, which may come back to where it was.
        met.insert(nodes.begin(), nodes.end());
        nodes.clear();
        for (node* n : l.found) {
            if (met.insert(n).second) nodes.push_back(n);
        }
        if (nodes.empty()) return;
        if (query_ != 0) sayings_.end(nodes, &r, *arena_);
        origin = nullptr;
        now = begin_along(nodes, e, below, missing_only, where);
    }
}

}  // namespace kin::detail
