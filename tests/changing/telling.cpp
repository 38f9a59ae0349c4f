// What a step means, told to the oracle.
#include <algorithm>

#include "history.hpp"

namespace changing {
namespace {

/// What a new object says.
cell first_value(const model& m, std::size_t i, int number, const cell& value) {
    const column& c = m.columns[i];
    switch (c.is) {
        case column::what::id:
            return m.generated ? null : "k" + std::to_string(number);
        case column::what::key:
            return c.refers < 0 && !c.nullable ? std::to_string(number) : null;
        case column::what::data:
            if (c.text) return "c" + std::to_string(number);
            if (!value.empty()) return value;
            if (c.nullable) return null;
            return c.unique ? std::to_string(number) : "0";
        default:
            return null;
    }
}

}  // namespace

void history::fill(void* object, int model_number, int number, const cell& value) const {
    const model& m = s_.models[std::size_t(model_number)];
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        const column& c = m.columns[i];
        if (c.is == column::what::label) {
            c.set(object, "n" + std::to_string(number));
        } else if (const cell to = first_value(m, i, number, value); to != null && c.set != nullptr) {
            c.set(object, to);
        }
    }
}

/// What the step means.
void history::tell(world& w, const operation& op) const {
    const auto new_object = [&](int m) {
        const model& of = s_.models[std::size_t(m)];
        std::vector<cell> cells;
        for (std::size_t i = 0; i < of.columns.size(); ++i) cells.push_back(first_value(of, i, op.fresh, op.value));
        w.add(op.fresh, m, cells);
    };
    // What its row does not say yet is a name, whoever has it in the end.
    const auto by_name = [&](int k, int parent) {
        const int to = s_.keys[std::size_t(k)].to[0];
        const object& o = w.at(parent);
        const auto row = w.rows.find(parent);
        const bool new_name = s_.models[std::size_t(o.model)].columns[std::size_t(to)].is == column::what::data &&
                              row != w.rows.end() && row->second.cells[std::size_t(to)] != o.cells[std::size_t(to)];
        return new_name ? o.cells[std::size_t(to)] : reference(parent);
    };
    const relation* r =
        op.relation >= 0 && op.relation < int(s_.relations.size()) ? &s_.relations[std::size_t(op.relation)] : nullptr;
    const auto assign = [&](int owner, const std::set<int>& to) {
        const std::set<int> had = w.of(owner, op.relation).must;
        for (const int o : had) {
            if (to.contains(o)) continue;
            if (r->pivot >= 0) {
                w.unlink(r->pivot, r->forward ? owner : o, r->forward ? o : owner);
            } else {
                w.take_out(o, r->key);
            }
        }
        for (const int o : to) {
            if (had.contains(o)) continue;
            if (r->pivot >= 0) {
                w.link(r->pivot, r->forward ? owner : o, r->forward ? o : owner, 0);
            } else {
                w.set_parent(o, r->key, owner);
            }
        }
    };
    const auto set_one = [&](int owner, int to) {
        if (r->is == relation::what::belongs_to) {
            if (to == 0) {
                w.take_out(owner, r->key);
            } else {
                w.set_parent(owner, r->key, to);
            }
            return;
        }
        for (const int o : w.of(owner, op.relation).must) {
            if (o != to) w.take_out(o, r->key);
        }
        if (to != 0) w.set_parent(to, r->key, owner);
    };
    const auto target_of = [&](int owner) {
        const std::set<int> must = w.of(owner, op.relation).must;
        return must.empty() ? 0 : *must.begin();
    };
    switch (op.what) {
        case does::add:
            return new_object(op.model);
        case does::add_with:
            new_object(op.model);
            return w.set_parent(op.fresh, op.relation, op.other);
        case does::add_by_key: {
            new_object(op.model);
            std::size_t i = 0;
            for (const int k : w.keys_of(op.model)) {
                if (!s_.keys[std::size_t(k)].by_hand) continue;
                const int parent = op.list[i++];
                if (parent == 0) continue;
                object& o = w.objects.at(op.fresh);
                o.cells[std::size_t(s_.keys[std::size_t(k)].columns[0])] = by_name(k, parent);
                o.spoiled = true;
            }
            return;
        }
        case does::push:
            if (r->pivot >= 0)
                return w.link(r->pivot, r->forward ? op.object : op.other, r->forward ? op.other : op.object, op.fresh);
            return w.set_parent(op.other, r->key, op.object);
        case does::push_new:
            new_object(r->targets[0]);
            if (r->pivot >= 0) {
                return w.link(r->pivot, r->forward ? op.object : op.fresh, r->forward ? op.fresh : op.object, 0);
            }
            if (op.other != 0) {
                for (const int k : w.keys_of(r->targets[0])) {
                    if (k != r->key) w.set_parent(op.fresh, k, op.other);
                }
            }
            return w.set_parent(op.fresh, r->key, op.object);
        case does::erase:
            if (r->pivot >= 0)
                return w.unlink(r->pivot, r->forward ? op.object : op.other, r->forward ? op.other : op.object);
            if (w.parent(op.other, r->key) == op.object) w.take_out(op.other, r->key);
            return;
        case does::clear_list:
            return assign(op.object, {});
        case does::assign_list:
            return assign(op.object, {op.list.begin(), op.list.end()});
        case does::copy_relation:
            if (r->to_one()) return set_one(op.object, target_of(op.other));
            return assign(op.object, w.of(op.other, op.relation).must);
        case does::swap_lists: {
            const std::set<int> a = w.of(op.object, op.relation).must, b = w.of(op.other, op.relation).must;
            if (r->pivot < 0) {
                for (const int o : a) w.set_parent(o, r->key, op.other);
                for (const int o : b) w.set_parent(o, r->key, op.object);
                return;
            }
            assign(op.object, b);
            return assign(op.other, a);
        }
        case does::set_one:
            return set_one(op.object, op.other);
        case does::set_new:
            new_object(r->targets[0]);
            return set_one(op.object, op.fresh);
        case does::set_key: {
            const foreign_key& k = s_.keys[std::size_t(op.relation)];
            object& o = w.objects.at(op.object);
            o.named[op.relation].insert(w.named(op.relation, o.cells));
            o.cells[std::size_t(k.columns[0])] = op.other == 0 ? null : by_name(op.relation, op.other);
            o.spoiled = true;  // should it be a plain value again, it keeps that
            return;
        }
        case does::set_value:
            return w.set_value(op.object, op.column, op.value);
        case does::merge:
            w.set_value(op.object, op.column, op.value);
            if (op.relation >= 0) set_one(op.object, op.other);
            return;
        case does::remove:
            return w.remove(op.object);
        case does::remove_for_good:
            w.remove(op.object);
            w.objects.at(op.object).for_good = true;
            return;
        case does::add_again:
            return w.add_again(op.object);
        case does::restore:
            return w.restore(op.object);
        case does::write_set:
            (void)tell_write(w, op);
            return;
        case does::refresh:
            if (op.how != 0)
                return w.set_value(op.object, op.column, w.rows.at(op.object).cells[std::size_t(op.column)]);
            return w.forget_changes(op.object);
        case does::expire:
            return w.forget_changes(op.object);
        case does::expire_all:
            for (const auto& [o, each] : now_.objects) w.forget_changes(o);
            return;
        case does::clear:
            for (auto& [o, each] : w.objects) {
                if (each.is == life::pending) each.is = life::transient;
                if (each.is == life::doomed) each.is = life::live;
                if (each.restoring) each.is = life::gone, each.kept = true;
                each.restoring = each.orphan = each.for_good = false;
                w.forget_changes(o);
            }
            w.pairs = w.row_pairs;
            return;
        default:
            return;
    }
}

/// Parents whose one child is not known here, where the step gives them one by its own side.
std::set<int> history::places_unread(const operation& op) const {
    int key = -1;
    if (op.what == does::add_with) key = op.relation;
    if (op.what == does::set_one || op.what == does::copy_relation || (op.what == does::merge && op.relation >= 0)) {
        const relation& r = s_.relations[std::size_t(op.relation)];
        if (r.is == relation::what::belongs_to) key = r.key;
    }
    std::set<int> all;
    if (key < 0 || !s_.keys[std::size_t(key)].single) return all;
    // One that was taken before anybody had read it is still so.
    for (const auto& [o, each] : now_.objects) {
        if (each.displaced.contains(key) && !each.staged.contains(key)) all.insert(now_.parent(o, key));
    }
    for (const auto& [o, each] : now_.objects) {
        const auto found = here().handles.find(o);
        for (const int side : s_.keys[std::size_t(key)].parent_sides) {
            const relation& r = s_.relations[std::size_t(side)];
            if (each.model == r.owner && (found == here().handles.end() || !r.loaded(found->second.at))) all.insert(o);
        }
    }
    return all;
}

/// A write helper flushes with what it was told. Those of links flush first, and then write their rows.
outcome history::at_once(const operation& op) const {
    const bool links = s_.relations[std::size_t(op.relation)].pivot >= 0 && op.what != does::push_new;
    world told = now_;
    bool unsure = false;
    if (links) {
        const outcome first = now_.flushed();
        if (!first.ok) return first;
        told = first.after;
        unsure = first.unsure;
    }
    told.unread = places_unread(op);
    tell(told, op);
    told.unread.clear();
    outcome all = told.flushed();
    all.unsure = all.unsure || unsure;
    return all;
}

}  // namespace changing
