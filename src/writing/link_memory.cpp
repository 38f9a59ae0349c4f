// Objects and collections after a link_writer has written rows.
#include <algorithm>

#include <kin/graph/fields.hpp>
#include <kin/graph/slot_access.hpp>

#include "planning/flush_plan.hpp"
#include "writing/link_writer.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

void link_writer::sync_memory() {
    for (const wanted_link* w : made_) show(*w);
    for (const wanted_link* w : changed_) {
        for (node* row : known_rows(*w)) bring_over(*w, *row);
    }
    flush_plan& plan = settled_;
    plan.taken_along = taken_along_;
    for (const wanted_link* w : gone_) {
        for (node* row : known_rows(*w)) {
            plan.taken_along.push_back(row);
            if (keeps_ && (row->word & node::expired) == 0) {
                graph::touch(row);  // a rollback finds there what it said before
                memory_.log.remember(*row, pivot_.soft_deleted->io);
                graph::assign(pivot_.soft_deleted->io, row->object(), value{now_, kind::timestamp}.view());
                work_.sync.count_version(*row);
            }
        }
        if (w->target != nullptr) memory_.pairs.leave_pair(pair_of(relation_, owner_, *w->target));
    }
    if (!plan.taken_along.empty()) work_.sync.sync_removed(plan);
}

void link_writer::show(const wanted_link& w) {
    for (const mapping::relation* side : links_.sides) {
        if (side->key != relation_.key && w.target == nullptr) continue;
        const bool forward = side->key == relation_.key;
        node& end = forward ? owner_ : *w.target;
        node* other = forward ? w.target : &owner_;
        if (!is_loaded(end, *side) || (other != nullptr && !meets(*side, *other))) continue;
        if (other == nullptr || side->keyed_by != nullptr) {
            unload(end, *side);
        } else {
            memory_.parents.push_item(end, *side, *other, true);
        }
    }
    if (pivot_.implied) return;
    for (const auto& [k, end] : {std::pair{relation_.key, &owner_}, std::pair{relation_.far, w.target}}) {
        for (const mapping::relation* side : k->parent_sides) {
            if (end != nullptr && is_loaded(*end, *side)) unload(*end, *side);
        }
    }
}

bool link_writer::is_loaded(node& n, const mapping::relation& r) noexcept {
    const mark m = graph::mark_of(n, r);
    return m == mark::loaded || m == mark::staged;
}

void link_writer::unload(node& n, const mapping::relation& r) {
    if (r.to_many()) {
        memory_.log.journal_slot(n, r);
        slot_access::size(slot_access::many(n, r)) = slot_access::capacity(slot_access::many(n, r)) = 0;
    } else {
        memory_.log.journal_slot(n, r);
    }
    slot_access::word(n, r) = graph::tagged(mark::unloaded);
}

void link_writer::bring_over(const wanted_link& w, node& n) {
    node* const row = &n;
    if ((row->word & node::expired) != 0) return;
    graph::touch(row);
    for (std::size_t i = 0; i < pivot_.columns.size(); ++i) {
        const mapping::column& c = pivot_.columns[i];
        const bool written =
            (w.changed >> i & 1) != 0 || &c == pivot_.version || c.does == mapping::behaviour::updated_at;
        if (written) memory_.log.remember(*row, c.io);
    }
    copy_columns(w.changed, w.pivot, row->object());
    std::uint64_t written = w.changed;
    stamp(pivot_, row->object(), false, now_,
          [&](const mapping::column& c, const value_view& v) { graph::assign(c.io, row->object(), v); });
    if (pivot_.version != nullptr) {
        value scratch;
        value_view version = graph::view(pivot_.version->io, row->object(), scratch);
        ++version.integer;
        graph::assign(pivot_.version->io, row->object(), version);
    }
    memory_.keys.forget_names();
    memory_.keys.follow_keys(*row, written);
    work_.sync.sync_updated(*row, written);
}

node* link_writer::known_row(const wanted_link& w) {
    const std::vector<node*> all = known_rows(w);
    return all.empty() ? nullptr : all.front();
}

std::vector<node*> link_writer::known_rows(const wanted_link& w) {
    if (pivot_.implied) return {};
    graph::pool* p = memory_.objects.arena().find_pool(pivot_);
    if (p == nullptr || p->current == nullptr) return {};
    pair_rows row{links_, 1, shape_};
    fill(row, {const_cast<wanted_link*>(&w)});
    const auto pair = row.fields();
    const auto& key = pivot_.primary_key;
    const bool by_pair =
        key.size() == pair.size() && std::is_permutation(key.begin(), key.end(), links_.unique_columns.begin());
    std::vector<node*> all;
    if (by_pair) {
        if (node* known = merging_.find_by_key(pivot_, row.at(0))) all.push_back(known);
        return all;
    }
    const std::string text = key_text(pivot_, row.at(0), links_.unique_columns);
    memory_.parents.by_columns(pivot_, links_.unique_columns).find(text, [&](node& n) {
        const bool its = n.state() == life::persistent && std::all_of(pair.begin(), pair.end(), [&](const field& f) {
                             return graph::matches(f, n.object(), f, row.at(0));
                         });
        if (its && std::find(all.begin(), all.end(), &n) == all.end()) all.push_back(&n);
        return false;  // one that is to be read again may be no row any more
    });
    std::partition(all.begin(), all.end(), [](const node* n) { return (n->word & node::expired) == 0; });
    return all;
}

}  // namespace kin::detail
