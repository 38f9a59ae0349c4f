// Relations that come in the statement of their owners.
#include "loading/join_loading.hpp"

#include <algorithm>

#include <kin/mapping/column.hpp>

#include "sql/rewriting.hpp"
#include "statements/joining.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

namespace {

/// What a further join would change the meaning of.
bool fixed_rows(const sql::select& s) {
    return s.distinct || !s.group_by.empty() || !s.having.empty() || !s.combined.empty();
}

constexpr const char* place = "kin_row";

}  // namespace

bool join_loading::holds(const load_option& e) const noexcept {
    return std::any_of(steps_.begin(), steps_.end(), [&](const auto& s) { return s->ask == &e; });
}

std::vector<node*> join_loading::left_out(const load_option& e, std::span<node* const> owners) const {
    std::vector<node*> left;
    for (const auto& s : steps_) {
        if (s->ask != &e) continue;
        for (node* n : owners) {
            if (!s->met.contains(n)) left.push_back(n);
        }
    }
    return left;
}

void join_loading::choose(const load_level& level, int owner) {
    if (level.said == nullptr) return;
    // What the query joined comes with its rows whatever is beside it.
    for (const bool contained : {true, false}) {
        for (const load_option& e : *level.said) {
            if (e.contained == contained) choose(e, level, owner);
        }
    }
}

void join_loading::choose(const load_option& e, const load_level& level, int owner) {
    if (e.what == nullptr || e.how != kin::load::joined || e.limit || e.offset || e.depth != 1) return;
    const mapping::relation& r = *e.what;
    if (r.computed() && !e.contained) return;  // in a statement of its own
    if (!r.problem.empty()) throw mapping_error{r.problem, {.where = where_}};
    int collection = owner < 0 ? -1 : steps_[static_cast<std::size_t>(owner)]->collection;
    if (r.to_many()) {
        if (collection != tail_ && !e.contained) return;
        // The limit counts the query's own rows, which no other collection may multiply.
        if (limited_ && !e.contained) return;
        collection = tail_ = static_cast<int>(steps_.size());
    }
    const bool outer = (owner >= 0 && steps_[static_cast<std::size_t>(owner)]->outer) || !r.holds_key() ||
                       r.key->nullable || r.key->tagged || r.target->scoped() || !r.fixed.empty() || !e.where.empty() ||
                       e.contained;
    const bool shared = owner < 0 ? root_repeats_
                                  : steps_[static_cast<std::size_t>(owner)]->shared ||
                                        steps_[static_cast<std::size_t>(owner)]->ask->what->holds_key() ||
                                        steps_[static_cast<std::size_t>(owner)]->ask->what->linked();
    auto made = std::make_unique<step>(step{.ask = &e,
                                            .below = level.below(e),
                                            .owner = owner,
                                            .outer = outer,
                                            .collection = collection,
                                            .shared = shared,
                                            .shape = row_shape{*r.target, e.missing(*r.target)}});
    steps_.push_back(std::move(made));
    choose(steps_.back()->below, static_cast<int>(steps_.size()) - 1);
}

/// A limit counts owners: their statement becomes a table of its own, in which they are numbered if they are ordered.
void join_loading::wrap(sql::select& s, const row_shape& root) {
    const mapping::model& m = root.what;
    sql::select outer;
    root.add_to(outer, m.table);
    const bool ordered = !s.order_by.empty();
    if (ordered) {
        s.columns.push_back({sql::over(sql::function("row_number", {}), {.order_by = s.order_by}), place});
        outer.order_by.push_back({sql::column(&m, place, m.table), false, {}});
    }
    outer.from.push_back(sql::derived(std::move(s), m.table, &m));
    s = std::move(outer);
}

void join_loading::add_to(sql::select& s, const row_shape& root, const load_level& level) {
    if (fixed_rows(s)) return;
    contained_ = level.contains();
    limited_ = contained_ && (s.limit || s.offset);
    if (steps_.empty()) choose(level, -1);  // a load of many keys takes several statements
    if (steps_.empty()) return;
    named_ = 0;
    joined_before_ = !s.joins.empty();
    // What the query joined itself stands inside of its limit.
    if (tail_ >= 0 && !contained_ && (s.limit || s.offset)) wrap(s, root);
    const std::string root_alias = s.from[0].alias;
    const bool ordered = !s.order_by.empty();
    for (const auto& each : steps_) join(s, *each, root_alias);
    // The order of a collection must not become the order of its owners.
    if (!ordered && !s.order_by.empty()) {
        std::vector<sql::ordering> first;
        for (const std::uint16_t c : root.what.primary_key) {
            first.push_back({sql::column(&root.what, root.what.columns[c].name, root_alias), false, {}});
        }
        s.order_by.insert(s.order_by.begin(), first.begin(), first.end());
    }
}

void join_loading::join(sql::select& s, step& at, std::string_view root_alias) {
    const load_option& e = *at.ask;
    const mapping::relation& r = *e.what;
    const std::string_view owner = at.owner < 0 ? root_alias : steps_[static_cast<std::size_t>(at.owner)]->alias;
    at.alias = e.contained ? e.alias : "kin_" + std::to_string(++named_);
    if (!e.contained) {
        const sql::join_kind how = at.outer ? sql::join_kind::left : sql::join_kind::inner;
        sql::expr on;
        if (r.linked()) {
            const std::string pivot = at.alias + "_link";
            s.joins.push_back(
                {how, mapping::source_of(*r.links->through, pivot), mapping::key_condition(*r.key, pivot, owner)});
            on = mapping::key_condition(*r.far, pivot, at.alias);
        } else {
            on = r.holds_key() ? mapping::key_condition(*r.key, owner, at.alias)
                               : mapping::key_condition(*r.key, at.alias, owner);
        }
        on = sql::both(on, mapping::fixed_condition(r, at.alias));
        on = sql::both(on, sql::at_alias(e.where, r.target, at.alias));
        s.joins.push_back({how, source_of_target(e, at.alias), on});
    }
    at.first = static_cast<int>(s.columns.size());
    at.shape.add_to(s, at.alias);
    for (sql::ordering o : e.order) {
        o.by = sql::at_alias(o.by, r.target, at.alias);
        s.order_by.push_back(std::move(o));
    }
    mapping::add_order(s.order_by, r, at.alias);
    if (at.load != nullptr) return;
    at.load = std::make_unique<loader>(memory_, loading_, e, at.below, where_);
    at.group = at.load->new_group(*r.target);
}

void join_loading::read(engine::cursor& row, node& root) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        step& at = *steps_[i];
        node* owner = at.owner < 0 ? &root : steps_[static_cast<std::size_t>(at.owner)]->current;
        at.current = nullptr;
        if (owner == nullptr) continue;
        const mapping::model& m = *at.ask->what->target;
        bool known = true;
        if (!row.is_null(at.first + at.shape.at(m.primary_key[0]))) {
            model_state& state = memory_.objects.state_of(m);
            const std::size_t before = state.objects->identities.size();
            at.current = loading_.hydrator.hydrate(state, row, at.first, at.group, false, &at.shape);
            known = state.objects->identities.size() == before;
        }
        if (at.met.insert(owner).second) at.owners.push_back(owner);
        if (at.current == nullptr) continue;
        // Rows repeat a pair for each target of a collection below it.
        const mapping::relation& r = *at.ask->what;
        const bool pairs_repeat = r.linked() && !r.links->unique;
        if ((joined_before_ || at.shared || pairs_repeat || tail_ != static_cast<int>(i)) &&
            !at.pairs.insert({owner, at.current}).second)
            continue;
        if (!at.load->belongs(*owner, *at.current, known)) continue;
        at.children.add(owner, at.current);
    }
}

void join_loading::finish() {
    for (const auto& each : steps_) {
        step& at = *each;
        // What was loaded whole stays, unless a part or another order is asked for.
        std::unordered_set<const node*> filled;
        std::vector<node*> owners;
        for (node* n : at.owners) {
            if (!loading_.relations.to_load(*n, *at.ask)) continue;
            filled.insert(n);
            owners.push_back(n);
        }
        if (owners.empty()) continue;
        found_children children;
        std::uint32_t i = 0;
        for (const found_children::run& r : at.children.runs) {
            const bool wanted = filled.contains(r.parent);
            for (; i < r.end; ++i) {
                if (wanted) children.add(r.parent, at.children.nodes[i]);
            }
        }
        at.load->fill(owners, children);
    }
    for (const auto& each : steps_) {
        std::vector<node*> targets = each->children.nodes;
        std::sort(targets.begin(), targets.end());
        targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
        (void)loading_.hydrator.finish_rows(each->group, targets);
        loading_.columns.read_expired(targets, where_);  // of which only a part was read
        loading_.relations.record_options(targets, each->below);
        loading_.relations.load_below(targets, each->below, true, nullptr, this, where_);
    }
}

}  // namespace kin::detail
