// Which relations of which objects are loaded, when and how.
#include "loading/loading_strategies.hpp"

#include <algorithm>
#include <unordered_set>

#include <kin/graph/fields.hpp>

#include "lifecycle/session_memory.hpp"
#include "loading/join_loading.hpp"
#include "loading/loader.hpp"
#include "loading/session_loading.hpp"
#include "query/load_options.hpp"
#include "reading/siblings.hpp"
#include "relations/key_text.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

// -- what is said of relations --------------------------------------------------------------------------------------

void loading_strategies::record_options(std::span<node* const> nodes, const load_level& level) {
    if (memory_.contents.query == 0 || nodes.empty() ||
        (memory_.contents.shown.usual() && !memory_.contents.said.any() && !level.lasting()))
        return;
    for (const mapping::relation& r : nodes[0]->in->what->relations) {
        const load_option* said = level.find(r);
        if (said != nullptr && with_owners(said->how)) continue;
        const bool part = said != nullptr && said->what == &r && said->particular();
        if (!part && memory_.contents.shown.usual()) continue;
        for (node* n : nodes) {
            if (n->state() != life::persistent || graph::unloaded(*n, r)) continue;
            const bool over = part ? !memory_.contents.shown.asked_by(*n, r, memory_.contents.query)
                                   : memory_.contents.shown.part_of_another(*n, r, memory_.contents.query);
            if (over) memory_.unloading.unload(*n, r);
        }
    }
    memory_.contents.said.add(nodes, level, memory_.objects.arena());
}

void loading_strategies::record_no_options(node& n) {
    node* const one = &n;
    const query_scope query{memory_.contents, true};
    record_options({&one, 1}, {});
}

// -- at first touch -------------------------------------------------------------------------------------------------

namespace {

[[noreturn]] void refuse_load(const mapping::relation& r, const char* why, const site& where) {
    throw raised_load{r.owner->name + "." + r.name + " is not loaded, and " + why + ": ask for it with .with(&" +
                          r.owner->name + "::" + r.name + ")",
                      {.where = where}};
}

}  // namespace

/// As if a query had found nothing.
void loading_strategies::read_as_empty(node& owner, const mapping::relation& r) {
    memory_.log.journal_read(owner, r);
    std::uintptr_t& word = slot_access::word(owner, r);
    if (graph::mark_of(word) == mark::added && r.to_many()) {
        word = graph::tagged(mark::staged, graph::pointer_of(word));
        memory_.unloading.unload(owner, r);  // what is written by now is a row like others
    }
    if (graph::mark_of(word) == mark::unloaded) word = graph::tagged(mark::loaded);
    if (graph::mark_of(word) == mark::added) word = graph::tagged(mark::staged, graph::pointer_of(word));
    memory_.contents.shown.set(owner, r, content::part, memory_.contents.query);
}

/// multiple_found where the last load has found more than one for this owner.
void loading_strategies::require_one(node& owner, const mapping::relation& r, const site& where) const {
    if (memory_.contents.doubtful.empty()) return;
    const auto known = memory_.contents.doubtful.find(&r);
    if (known == memory_.contents.doubtful.end() || !known->second.contains(&owner) || !graph::unloaded(owner, r))
        return;
    throw multiple_found{
        r.owner->name + "." + r.name + ": more than one " + r.target->name + " refers to " + name_of(owner),
        {.where = where}};
}

/// Reads the relation without asking the database, where its key is NULL or leads to an object that is here.
bool loading_strategies::fill_from_memory(node& owner, const mapping::relation& r, const load_option* said) {
    if (!r.holds_key()) return false;
    const load_option plain{.what = &r};
    loader l{memory_, loading_, said != nullptr && said->what == &r ? *said : plain, {}, owner.in->where};
    return l.fill_from_memory(owner);
}

void loading_strategies::load(node& owner, const mapping::relation& r, const site& call) {
    const site& where = call.line() != 0 ? call : owner.in->where;
    graph::look(&owner);
    const auto [said, level] = memory_.contents.said.of(owner, r);
    const kin::load how = said != nullptr ? said->how : r.options.strategy;
    if (how == kin::load::noload) return read_as_empty(owner, r);
    const load_option plain{.what = &r};
    const bool asked = said != nullptr && said->what == &r;
    load_level below = said != nullptr ? level.below(asked ? *said : plain) : load_level{};
    const query_scope query{memory_.contents, said != nullptr};  // else nobody says anything of what it brings
    std::unique_ptr<std::vector<load_option>> declared;
    if (!asked) {
        if (below.rest == nullptr) declared = resolved(*r.target, nullptr);
        below.said = memory_.contents.keep(declared);
    }
    if ((memory_.phase.strict || how == kin::load::raise_on_sql) && how != kin::load::raise &&
        fill_from_memory(owner, r, said)) {
        if (how == kin::load::raise_on_sql) return;
        each_loaded(owner, r, [&](node& n) {
            node* const one = &n;
            record_options({&one, 1}, below);
        });
        if (graph::unloaded(owner, r)) load(owner, r, call);
        return;
    }
    if (memory_.phase.strict || how == kin::load::raise || how == kin::load::raise_on_sql) require_one(owner, r, where);
    if (memory_.phase.strict) refuse_load(r, "this session is strict", where);
    if (how == kin::load::raise || how == kin::load::raise_on_sql) {
        refuse_load(r, said != nullptr ? "its query says raise" : "its declaration says load::raise", where);
    }
    if (how == kin::load::write_only) {
        refuse_load(r, "it is write_only, for reading by queries", where);
    }
    const load_option& ask = asked ? *said : plain;
    // What is pending is part of what is read. But what an object leads to that is to go can be seen before it goes.
    if (owner.state() != life::removed) {
        loading_.gate.flush_before(ask, below, where);
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
            return graph::unloaded(n, r) &&
                   (!memory_.contents.said.any() || memory_.contents.said.of(n, r).said == said);
        });
        whole = g.whole_table && all && owners.size() == g.count;
    }
    loader l{memory_, loading_, ask, below, where};
    l.run(owners, whole);
    record_options(l.found, below);
    load_below(l.found, below, true, nullptr, l.joined(), where);
    require_one(owner, r, where);
    // It leads back to its owner, of which this touch says something else: that holds from here on.
    if (graph::unloaded(owner, r)) load(owner, r, call);
}

// -- with the owners, or when asked for -----------------------------------------------------------------------------

void loading_strategies::load(std::span<node* const> nodes, const load_tree& what, bool missing_only,
                              const site& where) {
    const query_scope query{memory_.contents, true};
    if (what.level() != nullptr) {
        for (const load_option& e : *what.level()) memory_.contents.said.end(nodes, e.what, memory_.objects.arena());
    }
    load_all(nodes, what, missing_only, where);
}

void loading_strategies::load_missing(std::span<node* const> nodes, const mapping::relation& r, const site& where) {
    const query_scope query{memory_.contents, false};
    load_all(nodes, load_tree{&r, kin::load::selectin}, true, where);
}

namespace {

void take_any_order(load_option& e) {
    e.any_order = true;
    for (load_option& below : e.nested) take_any_order(below);
}

}  // namespace

void loading_strategies::load_all(std::span<node* const> nodes, const load_tree& what, bool missing_only,
                                  const site& where) {
    if (nodes.empty()) return;
    std::unique_ptr<std::vector<load_option>> tree =
        what.level() == nullptr ? nullptr : std::make_unique<std::vector<load_option>>();
    if (tree == nullptr) return;
    for (const load_option& e : *what.level()) {
        load_option& copy = tree->emplace_back(e);
        if (e.what == nullptr || e.what->target == nullptr) continue;
        if (const auto below = resolved(*e.what->target, &e.nested, e.what)) copy.nested = *below;
        if (!with_owners(copy.how)) copy.how = kin::load::selectin;
        if (missing_only) take_any_order(copy);
    }
    const load_level level{memory_.contents.keep(tree), nullptr};
    loading_.gate.flush_before(level, where);
    load_below(nodes, level, missing_only, nullptr, nullptr, where);
}

namespace {

/// Whether the relation, or one below it, leads to the model.
bool reaches(const load_option& e, const mapping::model& m) {
    return (e.what != nullptr && e.what->target == &m) ||
           std::any_of(e.nested.begin(), e.nested.end(), [&](const load_option& below) { return reaches(below, m); });
}

/// JSON has it from here on, of whatever object of the groups.
void show(std::span<node* const> nodes, const mapping::relation& r) {
    if (r.index >= 64) return;
    const graph::group* last = nullptr;
    for (const node* n : nodes) {
        if (n->in == last) continue;
        last = n->in;
        n->in->shown |= std::uint64_t{1} << r.index;
    }
}

/// A relation that is to be loaded, and of whom.
struct wanted_load {
    const load_option* ask;
    std::span<node* const> nodes;
    std::vector<node*> left{};  ///< those of them whose statement did not bring it, where it was to come in that
};

}  // namespace

void loading_strategies::load_below(std::span<node* const> nodes, const load_level& level, bool missing_only,
                                    const sql::select* origin, const join_loading* joined, const site& where) {
    if (nodes.empty() || level.said == nullptr) return;
    std::vector<wanted_load> all;
    const bool asked = !missing_only || memory_.contents.query != 0;  // and not by a flush, for itself
    for (const load_option& e : *level.said) {
        if (e.what == nullptr || !with_owners(e.how)) continue;
        if (asked) show(nodes, *e.what);
        if (joined == nullptr || !joined->holds(e)) {
            all.push_back({&e, nodes});
        } else if (std::vector<node*> left = joined->left_out(e, nodes); !left.empty()) {
            wanted_load& some = all.emplace_back(wanted_load{&e, {}, std::move(left)});
            some.nodes = some.left;  // the vector's array stays where it is when this one moves
        }
    }
    std::vector<relation_load> ready;
    if (all.size() > 1 && loading_.connection.open(where).pipelines()) {
        // Sent together; the answers are read one after the other.
        for (const wanted_load& a : all) {
            ready.push_back(begin_load(a.nodes, *a.ask, level.below(*a.ask), missing_only, where));
            ready.back().early = true;
        }
        for (std::size_t i = 0; i < ready.size(); ++i) {
            relation_load& a = ready[i];
            // What an earlier one brings is not asked for twice: targets are known by then.
            const bool brought =
                a.ask->what->holds_key() &&
                std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i),
                            [&](const wanted_load& e) { return reaches(*e.ask, *a.ask->what->target); });
            if (a.owners.empty() || brought) continue;
            a.load->send_ahead(a.owners, a.whole, a.ask->how == kin::load::subquery ? origin : nullptr);
        }
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        const load_option& e = *all[i].ask;
        const load_level below = level.below(e);
        load_levels(all[i].nodes,
                    i < ready.size() ? std::move(ready[i]) : begin_load(all[i].nodes, e, below, missing_only, where),
                    below, missing_only, origin, where);
    }
}

bool loading_strategies::to_load(node& n, const load_option& e, bool again) {
    const mapping::relation& r = *e.what;
    if (memory_.contents.query == 0 && e.declared) {
        // Who asks for nothing leaves what queries have said of it.
        return graph::unloaded(n, r) && memory_.contents.said.of(n, r).said == nullptr;
    }
    if (again || memory_.contents.differs(n, e)) memory_.unloading.unload(n, r);
    return graph::unloaded(n, r);
}

/// Who has to be asked for.
loading_strategies::relation_load loading_strategies::begin_load(std::span<node* const> nodes, const load_option& e,
                                                                 const load_level& below, bool missing_only,
                                                                 const site& where) {
    const mapping::relation& r = *e.what;
    if (!r.problem.empty()) throw mapping_error{r.problem, {.where = where}};
    relation_load next;
    next.ask = &e;
    next.owners.reserve(nodes.size());
    for (node* n : nodes) {
        // A removal takes all along, also where only a part is here.
        if (n->state() == life::removed && memory_.contents.shown.of(*n, r) == content::part)
            memory_.unloading.unload(*n, r);
        const bool wanted = n->state() == life::persistent ? to_load(*n, e, !missing_only) : graph::unloaded(*n, r);
        if (wanted) next.owners.push_back(n);
    }
    next.load = std::make_unique<loader>(memory_, loading_, e, below, where);
    const graph::group& g = *nodes[0]->in;
    next.whole = g.whole_table && next.owners.size() == g.count && nodes.size() == g.count;
    return next;
}

void loading_strategies::load_levels(std::span<node* const> first, relation_load now, const load_level& below,
                                     bool missing_only, const sql::select* origin, const site& where) {
    const load_option& e = *now.ask;
    const mapping::relation& r = *e.what;
    std::unordered_set<const node*> met;
    std::vector<node*> nodes(first.begin(), first.end());
    for (std::uint32_t level = 1;; ++level) {
        loader& l = *now.load;
        // What came for a relation beside this one may have brought it along: all of it, where a part is asked for.
        if (now.early) std::erase_if(now.owners, [&](node* n) { return !to_load(*n, e); });
        if (!now.owners.empty()) l.run(now.owners, now.whole, e.how == kin::load::subquery ? origin : nullptr);
        // Some owners had it before: the next level starts from all of them.
        if (now.owners.size() != nodes.size()) {
            l.found.clear();
            for (node* n : nodes) each_loaded(*n, r, [&](node& target) { l.found.push_back(&target); });
            l.unique_found();
            loading_.columns.complete(l.found, e.missing(*r.target), where);
        }
        loading_.columns.read_expired(l.found, where);
        record_options(l.found, below);
        load_below(l.found, below, missing_only, l.statement.from.empty() ? nullptr : &l.statement, l.joined(), where);
        if (level == e.depth) return;
        // A relation of a model to itself, which may come back to where it was.
        met.insert(nodes.begin(), nodes.end());
        nodes.clear();
        for (node* n : l.found) {
            if (met.insert(n).second) nodes.push_back(n);
        }
        if (nodes.empty()) return;
        if (memory_.contents.query != 0) memory_.contents.said.end(nodes, &r, memory_.objects.arena());
        origin = nullptr;
        if (!missing_only || memory_.contents.query != 0) show(nodes, r);
        now = begin_load(nodes, e, below, missing_only, where);
    }
}

void loading_strategies::load_for_change(node& owner, const mapping::relation& r) {
    if (!graph::unloaded(owner, r)) return;
    struct without_flush {
        bool& flag;
        bool before;
        explicit without_flush(bool& f) : flag{f}, before{std::exchange(f, false)} {}
        ~without_flush() { flag = before; }
    } const quiet{memory_.phase.autoflush};
    const kin::load how = memory_.contents.strategy_of(owner, r);
    if (!memory_.phase.strict && how != kin::load::raise && how != kin::load::raise_on_sql) {
        load(owner, r, site{});
        return;
    }
    node* const one = &owner;
    load_missing({&one, 1}, r, owner.in->where);
    require_one(owner, r, owner.in->where);
}

}  // namespace kin::detail
