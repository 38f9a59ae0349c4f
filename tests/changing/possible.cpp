// Which steps are possible: what a program may ask for, and what the rules decide.
#include <algorithm>

#include "history.hpp"
#include "ingredients.hpp"

namespace changing {

bool history::is_pivot_row(int m) const {
    return std::ranges::any_of(s_.pivots, [&](const pivot& p) { return p.rows == m; });
}

/// An object that is about to leave or has left can go under a parent.
bool history::may_be_adopted(int child, int key, int) const {
    if (!now_.objects.contains(child)) return false;
    const object& c = now_.at(child);
    if (now_.keys_of(c.model) != std::vector<int>{key} || c.kept) return false;
    switch (c.is) {
        case life::doomed:
            return with("adopt doomed");
        case life::gone:
            return with("adopt gone") && now_.leaf(c.model) && !c.unclear && here().handles.contains(child);
        case life::transient:
            return with("adopt transient") && now_.leaf(c.model) && !c.spoiled && here().handles.contains(child);
        default:
            return false;  // it is not found
    }
}

/// Nobody's key is about to say something else of this parent.
bool history::steady(int key, int parent) const {
    for (const auto& [o, each] : now_.objects) {
        if (each.model == s_.keys[std::size_t(key)].child && now_.alive(o) && now_.by_hand(o, key) &&
            (parent == 0 || now_.named(key, each.cells) == parent || now_.parent(o, key) == parent))
            return false;
    }
    return true;
}

/// New objects refer to what is about to go.
bool history::leaves_new_children(const operation& op) const {
    switch (op.what) {
        case does::remove:
        case does::remove_for_good:
        case does::erase:
        case does::clear_list:
        case does::assign_list:
        case does::copy_relation:
        case does::set_one:
        case does::set_new:
            break;
        case does::merge:
            if (op.relation >= 0) break;
            return false;
        default:
            return false;
    }
    world next = now_;
    tell(next, op);
    for (const auto& [o, each] : next.objects) {
        if (each.is != life::pending) continue;
        for (const int k : next.keys_of(each.model)) {
            int p = std::max(0, next.parent(o, k));
            for (int up = 0; p != 0 && up < 3; ++up) {  // a parent's owner may be what goes
                if (next.is(p, life::doomed)) return true;
                int above = 0;
                for (const int owner : next.keys_of(next.at(p).model)) {
                    if (s_.keys[std::size_t(owner)].owned) above = std::max(above, next.parent(p, owner));
                }
                p = above;
            }
        }
    }
    return false;
}

/// Of one to one, who is there by a key that was set by hand is not sent away before the flush.
bool history::takes_a_place(const operation& op) const {
    int key = -1;
    switch (op.what) {
        case does::add_with:
            key = op.relation;
            break;
        case does::copy_relation:
        case does::set_one:
        case does::set_new:
            key = s_.relations[std::size_t(op.relation)].key;
            break;
        case does::merge:
            if (op.relation >= 0) key = s_.relations[std::size_t(op.relation)].key;
            break;
        default:
            break;
    }
    return key >= 0 && s_.keys[std::size_t(key)].single && !steady(key, 0);
}

/// The write helpers of a relation: of a list, create, save, attach, detach, sync; of one, associate and its like.
bool history::can_be_at_once(const operation& op) const {
    if (op.relation < 0 || op.relation >= int(s_.relations.size())) return false;
    const relation& r = s_.relations[std::size_t(op.relation)];
    const bool links = r.pivot >= 0;
    switch (op.what) {
        case does::push:
            break;
        case does::push_new:
        case does::set_new:
            return r.create != nullptr;
        case does::erase:
        case does::assign_list:
            if (!links) return false;
            break;
        case does::set_one:
            return r.save != nullptr && now_.alive(op.object) && (op.other != 0 || r.is == relation::what::belongs_to);
        default:
            return false;
    }
    if (!links) return true;
    if (armed_ != 0) return false;
    // The flush before it may remove what is to be linked.
    const outcome first = now_.flushed();
    const auto there = [&](int o) { return o == 0 || !first.ok || first.after.is(o, life::live); };
    return there(op.object) && there(op.other) && std::ranges::all_of(op.list, there);
}

bool history::possible(const operation& op) const {
    if (op.at_once && !can_be_at_once(op)) return false;
    return might(op) && !takes_a_place(op) && (with("new children of what goes") || !leaves_new_children(op));
}

bool history::might(const operation& op) const {
    const auto in_here = [&](int m) { return std::ranges::count(in_, m) > 0; };
    // What is not here has to be found, behind the flush that looking for it causes.
    const auto found = [&](int o) {
        if (here().handles.contains(o)) return true;
        if (!now_.rows.contains(o)) return false;
        if (!here().autoflush || now_.clean()) return true;
        const outcome flushed = now_.flushed();
        return !flushed.ok || flushed.after.is(o, now_.at(o).is);
    };
    const auto alive = [&](int o) { return now_.alive(o) && found(o); };
    const auto model_of = [&](int o) { return now_.at(o).model; };
    const auto fresh = [&](int o) { return !now_.objects.contains(o); };
    const auto row_of_pivot = [&](int o) { return is_pivot_row(model_of(o)); };
    const relation* r =
        op.relation >= 0 && op.relation < int(s_.relations.size()) ? &s_.relations[std::size_t(op.relation)] : nullptr;
    const auto owns_it = [&](int o) { return alive(o) && model_of(o) == r->owner; };
    const auto child_free = [&](int o) {  // may get another parent by the relation
        if (!alive(o)) return may_be_adopted(o, r->key, 0);
        return (!row_of_pivot(o) || now_.is(o, life::pending)) && !now_.by_hand(o, r->key);
    };
    const auto settled = [&](int owner) {
        return now_.of(owner, op.relation).may.empty() && (r->key < 0 || steady(r->key, owner));
    };
    const auto unchanged_kept = [&](int o) {
        return with("remove changed kept rows") || !s_.models[std::size_t(model_of(o))].keeps ||
               !now_.is(o, life::live) || !now_.changed(o);
    };
    const auto lets_go = [&](int child, int key) {
        return with("let go of a shared key") || !now_.is(child, life::pending) ||
               s_.keys[std::size_t(key)].columns.size() == 1;
    };
    const auto lone = [&](const operation& add) {  // a pair that has no association object
        for (std::size_t p = 0; p < s_.pivots.size(); ++p) {
            if (s_.pivots[p].rows == add.model && add.list.size() == 2 &&
                (now_.link_between(int(p), add.list[0], add.list[1]) != 0 ||
                 now_.former_link(int(p), add.list[0], add.list[1]) != 0))
                return false;
        }
        return true;
    };
    const auto linked_already = [&](int link, int to) {  // another row may link the two
        world next = now_;
        next.objects.at(link).is = life::transient;
        for (std::size_t p = 0; p < s_.pivots.size(); ++p) {
            const pivot& of = s_.pivots[p];
            if (of.rows != model_of(link)) continue;
            const bool first = of.first_key == r->key;
            const int far = now_.parent(link, first ? of.second_key : of.first_key);
            const int a = first ? to : far, b = first ? far : to;
            if (far != 0 && (next.link_between(int(p), a, b) != 0 || next.former_link(int(p), a, b) != 0)) return true;
        }
        return false;
    };
    const auto may_expire = [&](int o, const auto& again) -> bool {
        const object& each = now_.at(o);
        if (each.restoring) return false;
        if (!with("expire what was moved") && (!each.staged.empty() || each.cells != now_.rows.at(o).cells))
            return false;
        for (const auto& [k, p] : each.staged) {
            if (s_.keys[std::size_t(k)].single) return false;
        }
        for (const auto& [c, child] : now_.objects) {
            for (const int k : now_.keys_of(child.model)) {
                const foreign_key& key = s_.keys[std::size_t(k)];
                if (child.is == life::doomed && child.orphan && now_.rows.contains(c) &&
                    std::max(0, now_.named(k, now_.rows.at(c).cells)) == o)
                    return false;
                if (!with("expire what was moved") && now_.is(c, life::live) && child.staged.contains(k) &&
                    (now_.parent(c, k) == o || now_.named(k, now_.rows.at(c).cells) == o))
                    return false;
                if (!key.owned || !now_.is(c, life::live) || c == o) continue;
                if (now_.parent(c, k) == o && (now_.changed(c) || !again(c, again))) return false;
            }
        }
        for (const pair_of_objects& p : now_.pairs) {
            if (!now_.row_pairs.contains(p) && (p[1] == o || p[2] == o)) return false;
        }
        for (const pair_of_objects& p : now_.row_pairs) {
            if (!now_.pairs.contains(p) && (p[1] == o || p[2] == o)) return false;
        }
        return true;
    };
    switch (op.what) {
        case does::add:
            return in_here(op.model) && fresh(op.fresh);
        case does::add_with:
            return in_here(op.model) && fresh(op.fresh) && alive(op.other) &&
                   std::ranges::count(s_.keys[std::size_t(op.relation)].parents, model_of(op.other)) > 0;
        case does::add_by_key: {
            if (!in_here(op.model) || !fresh(op.fresh)) return false;
            std::size_t i = 0;
            for (const int k : now_.keys_of(op.model)) {
                const foreign_key& key = s_.keys[std::size_t(k)];
                if (!key.by_hand) continue;
                if (is_pivot_row(op.model) && !lone(op)) return false;
                if (i >= op.list.size()) return false;
                const int parent = op.list[i++];
                if (parent == 0) continue;
                if (!now_.is(parent, life::live) || model_of(parent) != key.parents[0] || now_.at(parent).restoring)
                    return false;
                if (!key.single) continue;
                for (const auto& [o, each] : now_.objects) {
                    if (each.model != op.model || each.is == life::transient || each.is == life::gone) continue;
                    if (now_.parent(o, k) == parent ||
                        (now_.rows.contains(o) && now_.named(k, now_.rows.at(o).cells) == parent) || now_.by_hand(o, k))
                        return false;
                }
            }
            return i == op.list.size();
        }
        case does::push: {
            if (!owns_it(op.object)) return false;
            if (r->pivot >= 0) {
                if (!alive(op.other) || model_of(op.other) != r->targets[0]) return false;
                const pivot& p = s_.pivots[std::size_t(r->pivot)];
                if (p.rows < 0) return true;
                return fresh(op.fresh) && steady(p.first_key, 0) && steady(p.second_key, 0);
            }
            return now_.objects.contains(op.other) && model_of(op.other) == r->targets[0] && child_free(op.other) &&
                   !(row_of_pivot(op.other) && linked_already(op.other, op.object));
        }
        case does::push_new: {
            if (!owns_it(op.object) || !fresh(op.fresh)) return false;
            if (r->pivot >= 0) return s_.pivots[std::size_t(r->pivot)].rows < 0;
            const std::vector<int> keys = now_.keys_of(r->targets[0]);
            if (!is_pivot_row(r->targets[0])) return op.other == 0;
            for (const int k : keys) {
                if (k == r->key) continue;
                if (!alive(op.other) || model_of(op.other) != s_.keys[std::size_t(k)].parents[0]) return false;
                for (std::size_t p = 0; p < s_.pivots.size(); ++p) {
                    if (s_.pivots[p].rows != r->targets[0]) continue;
                    const bool first = s_.pivots[p].first_key == r->key;
                    const int a = first ? op.object : op.other, b = first ? op.other : op.object;
                    if (now_.link_between(int(p), a, b) != 0) return false;
                    if (!with("replace links") && now_.former_link(int(p), a, b) != 0) return false;
                }
            }
            return steady(r->key, 0);
        }
        case does::erase:
            if (!owns_it(op.object) || !alive(op.other)) return false;
            return now_.of(op.object, op.relation).must.contains(op.other) && (r->key < 0 || lets_go(op.other, r->key));
        case does::clear_list:
            return owns_it(op.object) &&
                   (r->key < 0 || s_.keys[std::size_t(r->key)].columns.size() == 1 || with("let go of a shared key")) &&
                   (r->key < 0 || steady(r->key, op.object)) && now_.of(op.object, op.relation).may.empty();
        case does::assign_list: {
            if (!owns_it(op.object) || !settled(op.object)) return false;
            if (r->key >= 0 && s_.keys[std::size_t(r->key)].columns.size() > 1 && !with("let go of a shared key"))
                return false;
            const std::set<int> had = now_.of(op.object, op.relation).must;
            return std::ranges::all_of(op.list, [&](int o) {
                if (!alive(o) || model_of(o) != r->targets[0]) return false;
                if (had.contains(o)) return true;
                if (r->pivot >= 0) return s_.pivots[std::size_t(r->pivot)].rows < 0;
                return !row_of_pivot(o) && !now_.by_hand(o, r->key);
            });
        }
        case does::copy_relation:
        case does::swap_lists: {
            if (!owns_it(op.object) || !owns_it(op.other) || op.object == op.other) return false;
            if (r->pivot >= 0 && s_.pivots[std::size_t(r->pivot)].rows >= 0) return false;
            if (is_pivot_row(r->is == relation::what::belongs_to ? r->owner : r->targets[0])) return false;
            if (r->is == relation::what::belongs_to && now_.by_hand(op.object, r->key)) return false;
            if (r->is == relation::what::has_one && !with("copied one to one")) return false;
            return settled(op.object) && settled(op.other) && now_.of(op.other, op.relation).may.empty();
        }
        case does::set_one: {
            if (!now_.objects.contains(op.object) || model_of(op.object) != r->owner) return false;
            if (r->is == relation::what::has_one) {
                if (!alive(op.object) || !settled(op.object)) return false;
                return op.other == 0 ||
                       (now_.objects.contains(op.other) && model_of(op.other) == r->targets[0] && child_free(op.other));
            }
            if (op.other != 0 && (!alive(op.other) || std::ranges::count(r->targets, model_of(op.other)) == 0))
                return false;
            if (!alive(op.object)) return op.other != 0 && may_be_adopted(op.object, r->key, op.other);
            if (row_of_pivot(op.object)) {
                if (!now_.is(op.object, life::pending) || op.other == 0) return false;
                if (linked_already(op.object, op.other)) return false;
            }
            if (op.other == 0 && !lets_go(op.object, r->key)) return false;
            if (!now_.by_hand(op.object, r->key)) return true;
            // (To its own row's parent only where its name is a primary key, which nothing changes meanwhile.)
            return with("contradictions") && now_.is(op.object, life::live) && op.other != 0 &&
                   s_.keys[std::size_t(r->key)].by_hand && !s_.keys[std::size_t(r->key)].single &&
                   (s_.keys[std::size_t(r->key)].to == s_.models[std::size_t(model_of(op.other))].key ||
                    std::max(0, now_.named(r->key, now_.rows.at(op.object).cells)) != op.other);
        }
        case does::set_new: {
            if (!owns_it(op.object) || !fresh(op.fresh) || r->set_new == nullptr || !settled(op.object)) return false;
            if (r->is == relation::what::has_one) return true;
            return now_.keys_of(r->targets[0]).empty() &&
                   s_.models[std::size_t(r->targets[0])].first(column::what::id) >= 0 &&
                   !now_.by_hand(op.object, r->key) && !row_of_pivot(op.object);
        }
        case does::set_key: {
            const foreign_key& k = s_.keys[std::size_t(op.relation)];
            if (!k.by_hand || k.single || k.columns.size() != 1 || !alive(op.object) ||
                model_of(op.object) != k.child || row_of_pivot(op.object))
                return false;
            if (s_.models[std::size_t(k.child)].columns[std::size_t(k.columns[0])].set == nullptr) return false;
            if (now_.at(op.object).staged.contains(op.relation) || now_.at(op.object).said.contains(op.relation) ||
                now_.at(op.object).restoring)
                return false;
            if (std::ranges::count(s_.models[std::size_t(k.child)].key, k.columns[0]) > 0) return false;
            if (now_.is(op.object, life::pending) && !now_.at(op.object).key.empty() &&
                !with("key by hand of what returned"))
                return false;
            if (op.other == 0) return k.nullable && !k.owned;
            return now_.is(op.other, life::live) && !now_.at(op.other).restoring && model_of(op.other) == k.parents[0];
        }
        case does::set_value:
            return alive(op.object) && op.column < int(s_.models[std::size_t(model_of(op.object))].columns.size()) &&
                   s_.models[std::size_t(model_of(op.object))].columns[std::size_t(op.column)].is == column::what::data;
        case does::merge: {
            // What it says of a column that is as in a fresh object is no word.
            if (!now_.is(op.object, life::live) || now_.at(op.object).restoring) return false;
            const model& m = s_.models[std::size_t(model_of(op.object))];
            if (op.column >= int(m.columns.size()) || m.columns[std::size_t(op.column)].is != column::what::data)
                return false;
            if (op.value.empty() || op.value == null || op.value == "0") return false;
            if (op.relation < 0) return true;
            return r->is == relation::what::belongs_to && op.other != 0 &&
                   possible({.what = does::set_one, .relation = op.relation, .object = op.object, .other = op.other});
        }
        case does::remove:
            return alive(op.object) && !now_.at(op.object).restoring && unchanged_kept(op.object);
        case does::remove_for_good:
            return alive(op.object) && now_.is(op.object, life::live) && !now_.at(op.object).restoring &&
                   s_.models[std::size_t(model_of(op.object))].keeps && unchanged_kept(op.object);
        case does::add_again: {
            if (!now_.objects.contains(op.object) || !here().handles.contains(op.object)) return false;
            const object& o = now_.at(op.object);
            if (o.is == life::doomed) return !o.orphan && !row_of_pivot(op.object);
            if (o.is != life::gone || o.kept || o.orphan || o.unclear || !with("add gone") || !now_.leaf(o.model) ||
                now_.keys_of(o.model).size() != 1)
                return false;
            const int k = now_.keys_of(o.model)[0];
            const int p = now_.named(k, o.cells);
            return p == 0 ? s_.keys[std::size_t(k)].nullable
                          : now_.is(p, life::live) && !s_.keys[std::size_t(k)].single;
        }
        case does::restore: {
            if (!now_.objects.contains(op.object) || !here().handles.contains(op.object)) return false;
            const object& o = now_.at(op.object);
            if (o.is != life::gone || !o.kept || row_of_pivot(op.object)) return false;
            for (const int k : now_.keys_of(o.model)) {
                const int p = now_.named(k, o.cells);
                if (p != 0 && !now_.is(p, life::live)) return false;
            }
            return true;
        }
        case does::touch:
            return owns_it(op.object) && (op.how < 3 || now_.is(op.object, life::live)) &&
                   (with("read keys by hand") || r->key < 0 ||
                    (r->is == relation::what::belongs_to ? !now_.by_hand(op.object, r->key)
                                                         : steady(r->key, op.object)));
        case does::get:
            return now_.rows.contains(op.object) &&
                   (now_.is(op.object, life::live) || now_.is(op.object, life::doomed) || now_.at(op.object).kept) &&
                   (!now_.is(op.object, life::live) || found(op.object)) && !now_.at(op.object).restoring;
        case does::query: {
            if (!in_here(op.model)) return false;
            const model& m = s_.models[std::size_t(op.model)];
            const bool labels = m.first(column::what::label) >= 0 && !is_pivot_row(op.model);
            switch (question::way(op.how)) {
                case question::way::one:
                    return labels && now_.objects.contains(op.object) && model_of(op.object) == op.model;
                case question::way::stream:
                    return labels;
                case question::way::only:
                    return m.first(column::what::label) >= 0;
                case question::way::refresh: {
                    if (here().autoflush) {
                        const outcome flushed = now_.flushed();
                        return flushed.ok && !flushed.unsure;
                    }
                    return std::ranges::none_of(now_.objects, [&](const auto& each) {
                        return each.second.model == op.model &&
                               (each.second.is == life::doomed || now_.changed(each.first));
                    });
                }
                case question::way::sum:
                    return m.find("value") >= 0;
                default:
                    return true;
            }
        }
        case does::look_back:
            return now_.alive(op.object) && here().handles.contains(op.object) && !now_.at(op.object).restoring &&
                   now_.at(op.object).returned.empty();
        case does::expunge:
            return now_.clean() && alive(op.object) && here().handles.contains(op.object) &&
                   !neighbours(op.object).empty();
        case does::write_set:
            return in_here(op.model) && may_write(op);
        case does::refresh:
            // One that goes with the flush before it is refused.
            if (const outcome then = now_.flushed(); here().autoflush && alive(op.object)) {
                const bool has_place = std::ranges::any_of(now_.keys_of(model_of(op.object)),
                                                           [&](int k) { return s_.keys[std::size_t(k)].single; });
                if (then.ok ? !then.after.rows.contains(op.object) : has_place) return false;
            }
            if (op.how != 0) {
                return alive(op.object) && now_.is(op.object, life::live) && !now_.at(op.object).restoring &&
                       op.column < int(s_.models[std::size_t(model_of(op.object))].columns.size()) &&
                       s_.models[std::size_t(model_of(op.object))].columns[std::size_t(op.column)].is ==
                           column::what::data;
            }
            [[fallthrough]];
        case does::expire:
            return alive(op.object) && now_.is(op.object, life::live) && may_expire(op.object, may_expire);
        case does::expire_all:
            if (now_.pairs != now_.row_pairs) return false;
            return std::ranges::all_of(now_.objects, [&](const auto& each) {
                if ((each.second.orphan && each.second.is == life::doomed) || each.second.restoring) return false;
                if (!now_.alive(each.first)) return true;
                if (!with("expire what was moved") && each.second.is == life::live && now_.changed(each.first))
                    return false;
                return std::ranges::none_of(each.second.staged,
                                            [&](const auto& s) { return s_.keys[std::size_t(s.first)].single; });
            });
        case does::clear:
            return true;
        case does::flush:
        case does::commit:
        case does::rollback:
            return true;
        case does::savepoint:
            return points_.size() < 3;
        case does::release:
            return !points_.empty() && armed_ == 0 && now_.flushed().ok && !now_.flushed().unsure;
        case does::rollback_to:
            return !points_.empty();
        case does::autoflush:
            return (op.mode != 0) != here().autoflush;
        case does::arm_hook:
            return hooks_ && armed_ == 0;
        case does::other_session:
            return fresh_ && now_.clean() && points_.empty() && armed_ == 0;
    }
    return false;
}

}  // namespace changing
