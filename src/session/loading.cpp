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

/// A level as objects of a group keep it: they may be touched long after the query is gone.
const load_level* session_core::lasting(const load_level& level) {
    if (!level.lasting()) return nullptr;
    return new (arena_->bytes(sizeof(load_level))) load_level{level};
}

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

// -- partial relations ----------------------------------------------------------------------------------------------

void session_core::partial(std::span<node* const> owners, const mapping::relation& r, bool is) {
    if (!is && partial_.empty()) return;
    for (node* n : owners) {
        if (is) {
            partial_.insert({n, &r});
        } else {
            partial_.erase({n, &r});
        }
    }
}

bool session_core::is_partial(const node& n, const mapping::relation& r) const noexcept {
    return !partial_.empty() && partial_.contains({&n, &r});
}

void session_core::require_whole(node& owner, const mapping::relation& r) {
    if (!is_partial(owner, r)) return;
    throw usage_error{owner.in->what->name + "." + r.name +
                      " was loaded in part: to replace or empty it would treat the rest as removed; load it first"};
}

/// Forgets what is loaded; what is staged stays.
void session_core::blank(node& n, const mapping::relation& r) {
    std::uintptr_t& word = slot_access::word(n, r);
    if (graph::mark_of(word) != mark::loaded) return;
    word = graph::tagged(mark::unloaded);
    if (!partial_.empty()) partial_.erase({&n, &r});
    if (!r.to_many()) return;
    slot_access::size(slot_access::many(n, r)) = 0;
    slot_access::capacity(slot_access::many(n, r)) = 0;
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

/// Whether a pending change writes what a load of the relation reads.
bool session_core::pending_for(const mapping::relation& r) const {
    return reads(r, [&](const mapping::model& m) { return concerned(m); });
}

/// What was found by a query over tables that a flush has written is read again.
void session_core::outdate_computed(const flush_plan& plan) {
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

kin::load session_core::strategy_of(const node& owner, const mapping::relation& r) noexcept {
    const eager* said = owner.in->plan == nullptr ? nullptr : owner.in->plan->find(r);
    return said != nullptr ? said->how : r.options.strategy;
}

void session_core::load(node& owner, const mapping::relation& r, const site& call) {
    const session_guard guard{*this, site::current()};
    const site& where = call.line() != 0 ? call : owner.in->where;
    graph::look(&owner);
    const load_level level = owner.in->plan != nullptr ? *owner.in->plan : load_level{};
    const eager* said = level.find(r);
    const kin::load how = strategy_of(owner, r);
    const bool known = how == kin::load::raise_on_sql && r.holds_key() && parent_by_key(owner, *r.key) != nullptr;
    if (strict) refuse_load(r, "this session is strict", where);
    if (how == kin::load::raise || (how == kin::load::raise_on_sql && !known)) {
        refuse_load(r, said != nullptr ? "its query says raise" : "its declaration says load::raise", where);
    }
    if (how == kin::load::write_only) {
        refuse_load(r, "it is write_only, for reading by queries", where);
    }
    if (how == kin::load::noload) {
        // Found empty by a query that finds nothing.
        journal_read(owner, r);
        if (graph::mark_of(owner, r) == mark::unloaded) slot_access::word(owner, r) = graph::tagged(mark::loaded);
        if (graph::mark_of(owner, r) == mark::added) {
            std::uintptr_t& word = slot_access::word(owner, r);
            word = graph::tagged(mark::staged, graph::pointer_of(word));
        }
        partial({{&owner}}, r, true);
        return;
    }
    // A pending change of the children is part of what is read; hooks of the flush may read it themselves.
    if (!r.holds_key() && autoflush && !flushing_ && pending_for(r)) {
        flush(where);
        if (!graph::unloaded(owner, r)) return;
    }
    std::vector<node*> owners;
    bool whole = false;
    const graph::group& g = *owner.in;
    if (how == kin::load::select || g.count < 2) {
        owners.push_back(&owner);
    } else {
        bool all = true;
        owners = siblings(owner, all, [&](node& n) { return graph::unloaded(n, r); });
        whole = g.whole_table && all && owners.size() == g.count;
    }
    eager plain;
    plain.what = &r;
    const bool asked = said != nullptr && said->what == &r;
    const load_level below = said != nullptr ? level.below(asked ? *said : plain) : load_level{};
    if (asked) {
        loader l{*this, *said, below, where};
        l.run(owners, whole);
        load_below(l.found, below, true, nullptr, l.joined(), where);
        return;
    }
    std::unique_ptr<std::vector<eager>> tree = below.rest == nullptr ? resolved(*r.target, nullptr) : nullptr;
    const load_level declared{keep(tree), below.rest};
    loader l{*this, plain, declared, where};
    l.run(owners, whole);
    load_below(l.found, declared, true, nullptr, l.joined(), where);
}

void session_core::journal_read(node& n, const mapping::relation& r) {
    if (!changing()) return;
    r.to_many() ? journal_many(n, r) : journal_one(n, r);
}

// -- with the owners, or when asked for -----------------------------------------------------------------------------

void session_core::load(std::span<node* const> nodes, const load_tree& what, bool missing_only, const site& where) {
    const session_guard guard{*this, where};
    if (nodes.empty()) return;
    std::unique_ptr<std::vector<eager>> tree =
        what.level() == nullptr ? nullptr : std::make_unique<std::vector<eager>>();
    if (tree == nullptr) return;
    for (const eager& e : *what.level()) {
        eager& copy = tree->emplace_back(e);
        if (e.what == nullptr || e.what->target == nullptr) continue;
        if (const auto below = resolved(*e.what->target, &e.nested)) copy.nested = *below;
        if (!with_owners(copy.how)) copy.how = kin::load::selectin;
    }
    load_below(nodes, {keep(tree), nullptr}, missing_only, nullptr, nullptr, where);
}

namespace {

/// Whether the relation, or one below it, leads to the model.
bool reaches(const eager& e, const mapping::model& m) {
    return (e.what != nullptr && e.what->target == &m) ||
           std::any_of(e.nested.begin(), e.nested.end(), [&](const eager& below) { return reaches(below, m); });
}

}  // namespace

void session_core::load_below(std::span<node* const> nodes, const load_level& level, bool missing_only,
                              const sql::select* origin, const join_loading* joined, const site& where) {
    if (nodes.empty() || level.said == nullptr) return;
    std::vector<const eager*> all;
    for (const eager& e : *level.said) {
        if (e.what == nullptr || !with_owners(e.how) || (joined != nullptr && joined->holds(e))) continue;
        all.push_back(&e);
    }
    std::vector<along> ready;
    if (all.size() > 1 && connection(where).pipelines()) {
        // Sent together; the answers are read one after the other.
        for (const eager* e : all) ready.push_back(begin_along(nodes, *e, level.below(*e), missing_only, where));
        for (std::size_t i = 0; i < ready.size(); ++i) {
            along& a = ready[i];
            // What an earlier one brings is not asked for twice: targets are known by then.
            const bool brought = a.ask->what->holds_key() &&
                                 std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i),
                                             [&](const eager* e) { return reaches(*e, *a.ask->what->target); });
            if (a.owners.empty() || brought) continue;
            a.load->ask(a.owners, a.whole, a.ask->how == kin::load::subquery ? origin : nullptr);
        }
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        const load_level below = level.below(*all[i]);
        load_along(nodes,
                   i < ready.size() ? std::move(ready[i]) : begin_along(nodes, *all[i], below, missing_only, where),
                   below, missing_only, origin, where);
    }
}

/// Who has to be asked for.
session_core::along session_core::begin_along(std::span<node* const> nodes, const eager& e, const load_level& below,
                                              bool missing_only, const site& where) {
    const mapping::relation& r = *e.what;
    if (!r.problem.empty()) throw mapping_error{r.problem, {.where = where}};
    if (!r.holds_key() && autoflush && !flushing_ && pending_for(r)) flush(where);
    along next;
    next.ask = &e;
    next.owners.reserve(nodes.size());
    for (node* n : nodes) {
        // A removal takes all along, also where only a part is here.
        const bool again = n->state() == life::persistent ? !missing_only || e.partial() || is_partial(*n, r)
                                                          : n->state() == life::removed && is_partial(*n, r);
        if (again) blank(*n, r);
        if (graph::unloaded(*n, r)) next.owners.push_back(n);
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
        // What came for a relation beside this one may have brought it along.
        std::erase_if(now.owners, [&](node* n) { return !graph::unloaded(*n, r); });
        if (!now.owners.empty()) l.run(now.owners, now.whole, e.how == kin::load::subquery ? origin : nullptr);
        // Some owners had it before: the next level starts from all of them.
        if (now.owners.size() != nodes.size()) {
            l.found.clear();
            for (node* n : nodes) each_loaded(*n, r, [&](node& target) { l.found.push_back(&target); });
        }
        load_below(l.found, below, missing_only, l.statement.from.empty() ? nullptr : &l.statement,
                   now.owners.size() == nodes.size() ? l.joined() : nullptr, where);
        if (level == e.depth) return;
        // A relation of a model to itself, which may come back to where it was.
        met.insert(nodes.begin(), nodes.end());
        nodes.clear();
        for (node* n : l.found) {
            if (met.insert(n).second) nodes.push_back(n);
        }
        if (nodes.empty()) return;
        origin = nullptr;
        now = begin_along(nodes, e, below, missing_only, where);
    }
}

}  // namespace kin::detail
