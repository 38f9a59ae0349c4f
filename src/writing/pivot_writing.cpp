// What is asked of the links of one object: which rows that means.
#include <algorithm>

#include <kin/graph/fields.hpp>
#include <kin/query/query.hpp>
#include <kin/sql/dialect.hpp>

#include "graph/blank_object.hpp"
#include "mapping/fitting.hpp"
#include "planning/flush_choice.hpp"
#include "statements/key_conditions.hpp"
#include "writing/link_writer.hpp"
#include "writing/named_values.hpp"
#include "writing/pivot_writing.hpp"

namespace kin::detail {

using graph::life;
using graph::node;
using what = graph::pivot_request::what;

graph::pivot_result link_writer::run(const graph::pivot_request& ask) {
    collect(ask);
    engine::connection& c = loading_.connection.open(where_);
    connection_ = &c;
    const bool syncs = ask.does == what::sync;
    const bool says = std::any_of(links_wanted_.begin(), links_wanted_.end(),
                                  [](const wanted_link& w) { return w.pivot != nullptr; });
    // What is unique the database tells apart itself.
    const bool adds = ask.does == what::attach || ask.does == what::add;
    const bool told = (ask.does == what::detach && finds_gone_) || (ask.does == what::update && finds_changed_);
    const bool reads =
        syncs || ask.does == what::toggle || told || (adds && !links_.unique) || (ask.does == what::add && says);
    if (!syncs && links_wanted_.empty()) return {};
    if (ask.does == what::update) require_said();
    loading_.connection.before_writing(where_);
    const bool nested = memory_.phase.wrote;
    graph::all_or_nothing whole{memory_.host};
    const flag_set_to during{memory_.phase.hooking, true};
    if (memory_.hooks.hooks_flushes()) memory_.log.remember_values();
    if (nested) c.savepoint(flush_savepoint);
    graph::pivot_result done;
    bool any = false;
    try {
        if (reads) read(syncs, says, (syncs || ask.does == what::toggle) && c.dialect().for_update);
        decide(ask.does, syncs || ask.does == what::add);
        remove();
        fill_constants();
        if (reads) complete_changes();
        // A row that nobody sees is not to be written by an insert that meets it.
        if (reads && links_.unique && !made_.empty() && (keeps_ || !changed_.empty()) && !sees_some_) {
            upsert();
        } else {
            update(ask.does == what::update);
            insert();
        }
        touch_parents();
        tell_changed();
        for (const wanted_link* w : made_) done.attached.push_back(w->key);
        for (const wanted_link* w : gone_) done.detached.push_back(w->key);
        for (const wanted_link* w : changed_) done.updated.push_back(w->key);
        any = !gone_.empty() || !changed_.empty() || !made_.empty();
        if (any) sync_memory();
        if (nested) c.release(flush_savepoint);
    } catch (...) {
        work_.flushing.undo_statements(c, nested);
        throw;
    }
    if (any) {
        memory_.phase.wrote = true;
        memory_.objects.arena().aggregates().outdate();
        work_.sync.drop_gone(settled_);
        for (const node* n : settled_.gone) memory_.objects.removed_for_good().erase(n);
        work_.sync.sync_sides({});
        work_.sync.outdate_computed(
            [&](const mapping::model& m) { return std::find(written_.begin(), written_.end(), &m) != written_.end(); });
    }
    memory_.log.keep_all();
    whole.done();
    return done;
}

std::vector<value> link_writer::key_of(const graph::asked_link& ask, node*& target) {
    pair_rows row{links_, 1, shape_};
    target = node_of(ask);
    const mapping::foreign_key& far = *relation_.far;
    if (target != nullptr) {
        row.set(0, far, *target);
    } else {
        if (far.target_columns.size() != 1 || !far.to_primary_key) {
            throw usage_error{relation_.owner->name + "." + relation_.name +
                                  " does not go by a primary key of one column: name its targets by objects",
                              {.where = where_}};
        }
        row.set(0, far, {mapping::fitting(*far.target, far.target->columns[far.target_columns[0]], ask.key, where_)});
        target = memory_.objects.known_target(far, row.key(0, far));
    }
    return row.key(0, far);
}

node* link_writer::node_of(const graph::asked_link& ask) const {
    node* n = ask.target != nullptr   ? ask.target
              : ask.object != nullptr ? &memory_.objects.node_of(ask.object, where_)
                                      : nullptr;
    if (n == nullptr && ask.key.is_null()) {
        throw usage_error{
            relation_.owner->name + "." + relation_.name + ": an empty handle leads to no " + relation_.target->name,
            {.where = where_}};
    }
    if (n != nullptr) memory_.objects.require_mine(*n, where_);
    if (n != nullptr && n->state() != life::persistent && n->state() != life::pending) {
        throw usage_error{relation_.owner->name + "." + relation_.name + ": this " + relation_.target->name +
                              " is in no session: add it first",
                          {.where = where_}};
    }
    return n;
}

void link_writer::collect(const graph::pivot_request& ask) {
    std::map<std::string, wanted_link*> known;
    for (const graph::asked_link& each : ask.targets) {
        wanted_link w{.pivot = each.pivot};
        if (!each.named.empty()) {
            name_columns(w, each.named);
        } else if (w.pivot == nullptr) {
            w.pivot = ask.pivot;
            if (!ask.named.empty()) name_columns(w, ask.named);
        }
        w.key = key_of(each, w.target);
        if (w.target != nullptr && relation_.options.single_parent && ask.does != what::detach)
            memory_.parents.require_single_parent(owner_, relation_, *w.target);
        const auto [at, fresh] = known.try_emplace(text_of(w.key));
        if (!fresh) {
            at->second->pivot = w.pivot;  // said twice: the last word counts
            at->second->named = w.named;
            continue;
        }
        at->second = &links_wanted_.emplace_back(std::move(w));
    }
    by_key_ = std::move(known);
}

void link_writer::decide(what does, bool updates) {
    for (wanted_link& w : links_wanted_) {
        switch (does) {
            case what::attach:
            case what::add:
            case what::sync:
                if (!w.asked) {
                    gone_.push_back(&w);
                } else if (!w.there) {
                    made_.push_back(&w);
                } else if (updates && w.changed != 0) {
                    changed_.push_back(&w);
                }
                break;
            case what::detach:
                if (w.there || !finds_gone_) gone_.push_back(&w);
                break;
            case what::toggle:
                (w.there ? gone_ : made_).push_back(&w);
                break;
            case what::update:
                if (!finds_changed_) w.changed = said_by(w);
                if (w.changed != 0) changed_.push_back(&w);
                break;
        }
    }
}

void link_writer::require_said() {
    for (const wanted_link& w : links_wanted_) {
        if (said_by(w) != 0) continue;
        throw usage_error{
            relation_.owner->name + "." + relation_.name +
                ": update_existing_pivot writes the columns that differ from those of a fresh " + pivot_.name +
                ", and none does; name those that it is to write: kin::expr::set(&" + pivot_.name +
                "::" + pivot_.columns[static_cast<std::size_t>(__builtin_ctzll(own_columns()))].member + ", …)",
            {.where = where_}};
    }
}

std::uint64_t link_writer::said_by(const wanted_link& w) {
    const void* row = w.pivot;
    if (row == nullptr) return 0;
    if (w.named != 0) return w.named;
    if (row == said_of_) return said_;
    const blank_object blank{*pivot_.type};
    said_of_ = row;
    std::uint64_t columns = own_columns();
    if (keeps_) columns &= ~(std::uint64_t{1} << (pivot_.soft_deleted - pivot_.columns.data()));
    return said_ = differing(columns, row, blank.at);
}

void link_writer::name_columns(wanted_link& w, const std::vector<sql::assignment>& are) {
    auto& [row, columns] = named_[&are];
    if (row == nullptr) {
        void* made = named_rows_.emplace_back(*pivot_.type).at;
        std::uint64_t own = own_columns();
        if (keeps_) own &= ~(std::uint64_t{1} << (pivot_.soft_deleted - pivot_.columns.data()));
        columns = assign_named(pivot_, are, own, made, where_);
        row = made;
    }
    w.pivot = row;
    w.named = columns;
}

std::uint64_t link_writer::own_columns() const {
    std::uint64_t columns = 0;
    for (std::size_t i = 0; i < pivot_.columns.size(); ++i) {
        const mapping::column& c = pivot_.columns[i];
        const auto& pair = links_.unique_columns;
        const bool kept = c.primary_key || c.computed || &c == pivot_.version ||
                          c.does == mapping::behaviour::updated_at ||
                          std::find(pair.begin(), pair.end(), i) != pair.end();
        if (!kept) columns |= std::uint64_t{1} << i;
    }
    return columns;
}

graph::pivot_result pivot_writing::change_pivot(node& owner, const mapping::relation& r,
                                                const graph::pivot_request& ask, const site& where) {
    work_.flushing.require_no_flush("write through a relation of", where);
    memory_.objects.require_mine(owner, where);
    // Refused before anything is sent; what is new gets its key.
    for (const graph::asked_link& each : ask.targets)
        (void)link_writer{memory_, loading_, work_, merging_, owner, r, where}.node_of(each);
    work_.flushing.flush(where);
    if (owner.state() != life::persistent) {
        throw usage_error{r.owner->name + "." + r.name + " cannot be written: its owner is removed", {.where = where}};
    }
    graph::look(&owner);
    return link_writer{memory_, loading_, work_, merging_, owner, r, where}.run(ask);
}

node* pivot_writing::find_pivot(node& owner, const mapping::relation& r, const graph::asked_link& ask,
                                const site& where) {
    link_writer links{memory_, loading_, work_, merging_, owner, r, where};
    (void)links.node_of(ask);
    const mapping::model& pivot = *r.links->through;
    if (!memory_.pairs.staged().empty() || work_.pending.would_write(pivot) || owner.state() == life::pending)
        work_.flushing.flush(where);
    graph::look(&owner);
    pair_rows row{*r.links, 1, pair_rows::shape::objects};
    node* target = nullptr;
    row.set(0, *r.key, owner);
    row.set(0, *r.far, links.key_of(ask, target));
    if (!r.fixed.empty()) {
        // Others are linked, too, but not as this relation's.
        if (target == nullptr) target = loading_.queries.get(*r.target, row.key(0, *r.far), where);
        if (target != nullptr) graph::look(target);
        if (target == nullptr || !meets(r, *target)) return nullptr;
    }
    std::vector<std::uint16_t> primary = pivot.primary_key;
    const auto& pair = r.links->unique_columns;
    if (primary.size() == pair.size() && std::is_permutation(primary.begin(), primary.end(), pair.begin())) {
        node* known = pivot.scope == nullptr ? merging_.find_by_key(pivot, row.at(0)) : nullptr;
        if (known != nullptr) return loading_.columns.shown(*known, where);
    }
    plan_owner plan{pivot};
    key_set keys{pivot, pair};
    keys.add(pivot, pair, row.at(0));
    restrict_to(*plan, keys.exact().front());
    return loading_.queries.first(*plan, where);
}

}  // namespace kin::detail
