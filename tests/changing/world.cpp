#include "world.hpp"

#include <algorithm>
#include <utility>

namespace changing {

bool world::alive(int o) const { return is(o, life::pending) || is(o, life::live); }

std::vector<int> world::keys_of(int model) const {
    std::vector<int> all;
    for (std::size_t k = 0; k < s_->keys.size(); ++k) {
        if (s_->keys[k].child == model) all.push_back(int(k));
    }
    return all;
}

std::vector<int> world::relations_of(int model) const {
    std::vector<int> all;
    for (std::size_t r = 0; r < s_->relations.size(); ++r) {
        if (s_->relations[r].owner == model) all.push_back(int(r));
    }
    return all;
}

bool world::leaf(int model) const {
    for (const foreign_key& k : s_->keys) {
        if (std::ranges::count(k.parents, model) > 0) return false;
    }
    return std::ranges::none_of(s_->pivots, [&](const pivot& p) { return p.first == model || p.second == model; });
}

cell world::referred(int key, std::size_t column, int parent, const std::vector<cell>& of_parent) const {
    const foreign_key& k = key_at(key);
    const changing::column& c = s_->models[std::size_t(k.child)].columns[std::size_t(k.columns[column])];
    const bool names_it = k.parents.size() > 1 || (c.refers == k.parents[0] && c.refers_column == k.to[column]);
    return names_it ? reference(parent) : of_parent[std::size_t(k.to[column])];
}

/// Whether the value leads to the parent: it names it, or is what it is called.
bool world::called(int key, std::size_t column, int parent, const std::vector<cell>& of_parent, const cell& by) const {
    const int to = key_at(key).to[column];
    return referred(key, column, parent, of_parent) == by ||
           (!is_reference(by) && to >= 0 && of_parent[std::size_t(to)] == by);
}

int world::named(int key, const std::vector<cell>& cells) const {
    const foreign_key& k = key_at(key);
    for (const int c : k.columns) {
        if (cells[std::size_t(c)] == null) return 0;
    }
    for (const auto& [o, each] : objects) {
        if (std::ranges::count(k.parents, each.model) == 0 || each.is == life::transient) continue;
        if (each.is == life::gone && !each.kept) continue;
        bool same = true;
        for (std::size_t i = 0; i < k.columns.size(); ++i) {
            same = same && called(key, i, o, each.cells, cells[std::size_t(k.columns[i])]);
        }
        if (same) return o;
    }
    // A name that its bearer is about to give up leads to him until another one has it.
    for (const auto& [o, r] : rows) {
        if (std::ranges::count(k.parents, r.model) == 0 || (at(o).is == life::gone && !at(o).kept)) continue;
        bool same = true;
        for (std::size_t i = 0; i < k.columns.size(); ++i)
            same = same && called(key, i, o, r.cells, cells[std::size_t(k.columns[i])]);
        if (same) return o;
    }
    return -1;  // nobody's key
}

int world::parent(int child, int key) const {
    const object& c = at(child);
    if (const auto found = c.staged.find(key); found != c.staged.end()) return found->second;
    const auto row = rows.find(child);
    const int p = named(key, row != rows.end() ? row->second.cells : c.cells);
    return p < 0 ? 0 : p;
}

bool world::by_hand(int child, int key) const {
    const object& c = at(child);
    const auto row = rows.find(child);
    return std::ranges::any_of(key_at(key).columns, [&](int at) {
        const cell& now = c.cells[std::size_t(at)];
        // What came back with a key is shown where that leads until it is written, whatever was assigned since.
        if (row == rows.end()) return now != null || (!c.returned.empty() && c.returned[std::size_t(at)] != null);
        return now != row->second.cells[std::size_t(at)];
    });
}

bool world::shares_a_column(int key) const {
    const foreign_key& k = key_at(key);
    return std::ranges::any_of(keys_of(k.child), [&](int other) {
        return other != key &&
               std::ranges::any_of(key_at(other).columns, [&](int c) { return std::ranges::count(k.columns, c) > 0; });
    });
}

bool world::changed(int o) const {
    const object& c = at(o);
    if (c.is == life::pending || c.restoring) return true;
    return c.is == life::live && (!c.staged.empty() || c.cells != rows.at(o).cells);
}

bool world::clean() const {
    return pairs == row_pairs && std::ranges::none_of(objects, [&](const auto& each) {
               return each.second.is == life::doomed || changed(each.first);
           });
}

int world::link_between(int p, int first, int second) const {
    const pivot& of = s_->pivots[std::size_t(p)];
    for (const auto& [o, each] : objects) {
        if (each.model == of.rows && alive(o) && parent(o, of.first_key) == first && parent(o, of.second_key) == second)
            return o;
    }
    return 0;
}

int world::former_link(int p, int first, int second) const {
    const pivot& of = s_->pivots[std::size_t(p)];
    for (const auto& [o, each] : objects) {
        if (each.model != of.rows || !(each.is == life::doomed || each.kept) || !rows.contains(o)) continue;
        const std::vector<cell>& cells = rows.at(o).cells;
        if (named(of.first_key, cells) == first && named(of.second_key, cells) == second) return o;
    }
    return 0;
}

members world::of(int owner, int relation_number) const {
    const relation& r = s_->relations[std::size_t(relation_number)];
    members all;
    const auto shown = [&](int o) {  // what is removed and kept is seen by nobody
        return o > 0 && !(at(o).is == life::gone);
    };
    const auto put = [&](int o, bool sure) {
        if (o <= 0 || !objects.contains(o) || !shown(o) || at(o).is == life::transient) return;
        (sure && alive(o) && !at(o).restoring ? all.must : all.may).insert(o);
    };
    if (r.is == relation::what::belongs_to) {
        // Who had the place before may not know it yet.
        const bool sure =
            !by_hand(owner, r.key) && !at(owner).displaced.contains(r.key) && !at(owner).named.contains(r.key);
        for (const auto& [o, each] : objects) {
            if (at(owner).displaced.contains(r.key) && std::ranges::count(r.targets, each.model) > 0) put(o, false);
        }
        put(parent(owner, r.key), sure);
        if (!sure) {
            put(named(r.key, at(owner).cells), false);
            // It may have been read before the column was set again.
            if (const auto before = at(owner).named.find(r.key); before != at(owner).named.end()) {
                for (const int o : before->second) put(o, false);
            }
            if (!at(owner).returned.empty()) put(named(r.key, at(owner).returned), false);
            if (rows.contains(owner)) put(named(r.key, rows.at(owner).cells), false);
        }
        return all;
    }
    if (r.is != relation::what::many_to_many) {
        for (const auto& [o, each] : objects) {
            if (each.model != r.targets[0] || each.is == life::transient || each.is == life::gone) continue;
            // It may have been read before the column was set back.
            const auto before = each.named.find(r.key);
            const bool sure = !by_hand(o, r.key) && !each.displaced.contains(r.key) && before == each.named.end();
            if (parent(o, r.key) == owner) put(o, sure);
            if (!sure &&
                (named(r.key, each.cells) == owner || (before != each.named.end() && before->second.contains(owner)) ||
                 (!each.returned.empty() && named(r.key, each.returned) == owner) ||
                 (rows.contains(o) && named(r.key, rows.at(o).cells) == owner)))
                put(o, false);
        }
        return all;
    }
    const pivot& p = s_->pivots[std::size_t(r.pivot)];
    if (p.rows < 0) {
        for (const pair_of_objects& each : pairs) {
            if (each[0] == r.pivot && each[r.forward ? 1 : 2] == owner) put(each[r.forward ? 2 : 1], true);
        }
        return all;
    }
    for (const auto& [o, each] : objects) {
        if (each.model != p.rows || each.is == life::transient || each.is == life::gone) continue;
        const int near = r.forward ? p.first_key : p.second_key, far = r.forward ? p.second_key : p.first_key;
        const bool sure = each.is != life::doomed && !each.restoring && !by_hand(o, near) && !by_hand(o, far);
        const auto end = [&](int key, bool in_row) {
            return in_row ? (rows.contains(o) ? named(key, rows.at(o).cells) : 0) : parent(o, key);
        };
        if (end(near, false) == owner) put(end(far, false), sure);
        if (!sure && end(near, true) == owner) put(end(far, true), false);
        if (!sure && named(near, each.cells) == owner) put(named(far, each.cells), false);
    }
    for (const int o : all.must) all.may.erase(o);
    return all;
}

cell world::raw(int o, int column_number, const std::vector<cell>& cells) const {
    const object& each = at(o);
    const column& c = model_of(each).columns[std::size_t(column_number)];
    const cell& value = cells[std::size_t(column_number)];
    if (c.is == column::what::id && model_of(each).generated) return each.key;
    if (!is_reference(value)) return value;
    const int to = number_in(value);
    const object& target = at(to);
    const int by = c.refers_column >= 0 ? c.refers_column : model_of(target).first(column::what::id);
    return raw(to, by, rows.contains(to) ? rows.at(to).cells : target.cells);
}

// -- changing -------------------------------------------------------------------------------------------------------

void world::add(int o, int model, std::vector<cell> cells) {
    objects[o] = {.model = model, .is = life::pending, .cells = std::move(cells)};
}

/// Something adopts what was about to leave, or has left.
void world::revive(int o, int key) {
    object& c = objects.at(o);
    if (c.is == life::doomed) {
        c.is = life::live;
        c.orphan = c.for_good = false;
    } else if (c.is == life::gone || c.is == life::transient) {
        c.is = life::pending;
        c.orphan = false;
        c.staged.clear();
        c.returned.clear();
        for (const int at : key_at(key).columns) c.cells[std::size_t(at)] = null;
    }
}

void world::set_parent(int child, int key, int to) {
    if (to > 0) revive(child, key);
    object& c = objects.at(child);
    // Of a place that somebody is about to take the last assignment decides.
    const bool taken =
        key_at(key).single && to > 0 && std::ranges::any_of(objects, [&](const auto& each) {
            const auto found = each.second.staged.find(key);
            return each.first != child && found != each.second.staged.end() && found->second == to && alive(each.first);
        });
    if (!taken && parent(child, key) == to && !c.staged.contains(key) && !by_hand(child, key)) return;
    const auto row = rows.find(child);
    c.staged[key] = to;
    if (row != rows.end() && !by_hand(child, key) && std::max(0, named(key, row->second.cells)) == to)
        c.staged.erase(key);
    if (row == rows.end() && to == 0) c.staged.erase(key);
    c.displaced.erase(key);
    c.said.insert(key);
    if (to == 0 || !key_at(key).single) return;
    for (const auto& [o, each] : objects) {
        if (o == child || each.model != key_at(key).child || parent(o, key) != to) continue;
        if (each.is == life::doomed) objects.at(o).orphan = true;  // has no place to come back to
        if (!alive(o)) continue;
        // Of a place that nobody has read the flush asks who stands there.
        if (!unread.contains(to) || each.staged.contains(key)) take_out(o, key);
        objects.at(o).displaced.insert(key);
    }
}

/// Who had a place that was taken and never read gives it up, if it is still taken when that is written.
void world::displace() {
    for (const auto& [o, each] : objects) {
        if (!alive(o)) continue;
        for (const auto& [key, to] : std::map<int, int>{each.staged}) {
            if (!key_at(key).single || to == 0) continue;
            for (const auto& [other, there] : objects) {
                if (other != o && there.model == each.model && alive(other) && !there.staged.contains(key) &&
                    parent(other, key) == to)
                    take_out(other, key);
            }
        }
    }
}

/// Who has no row and names another one by what that one was called before: no row says any more whom he meant.
void world::renamed_since(const std::map<int, row>& before) {
    for (auto& [o, each] : objects) {
        if (each.is != life::gone || each.kept) continue;
        for (std::size_t c = 0; c < each.cells.size(); ++c) {
            const int by = model_of(each).columns[c].refers_column;
            if (by < 0 || !is_reference(each.cells[c])) continue;
            const auto was = before.find(number_in(each.cells[c]));
            const auto now = std::as_const(rows).find(number_in(each.cells[c]));
            each.unclear = each.unclear || (was != before.end() && now != rows.end() &&
                                            was->second.cells[std::size_t(by)] != now->second.cells[std::size_t(by)]);
        }
    }
}

void world::take_out(int child, int key) {
    const foreign_key& k = key_at(key);
    object& c = objects.at(child);
    const bool had = parent(child, key) > 0;
    if (k.owned && had && c.is == life::pending) return withdraw(child);
    set_parent(child, key, 0);
    if (k.owned && had && c.is == life::live) {
        c.is = life::doomed;
        c.orphan = true;
    }
}

/// A new object is not to be written after all: what it holds has no parent in it, or goes with it.
void world::withdraw(int o) {
    objects.at(o).is = life::transient;
    objects.at(o).staged.clear();
    objects.at(o).returned.clear();
    objects.at(o).spoiled =
        objects.at(o).spoiled || std::ranges::any_of(keys_of(at(o).model), [&](int k) { return by_hand(o, k); });
    for (const int r : relations_of(at(o).model)) {
        const relation& rel = s_->relations[std::size_t(r)];
        if (rel.is == relation::what::belongs_to) continue;
        if (rel.is == relation::what::many_to_many) {
            std::erase_if(pairs,
                          [&](const pair_of_objects& p) { return p[0] == rel.pivot && p[rel.forward ? 1 : 2] == o; });
            const pivot& p = s_->pivots[std::size_t(rel.pivot)];
            if (p.rows < 0) continue;
            std::vector<int> links;
            for (const auto& [l, each] : objects) {
                if (each.model == p.rows && alive(l) && parent(l, rel.forward ? p.first_key : p.second_key) == o)
                    links.push_back(l);
            }
            for (const int l : links) remove(l);
            continue;
        }
        std::vector<int> children;
        for (const auto& [c, each] : objects) {
            if (each.model == rel.targets[0] && (alive(c) || each.is == life::doomed) && parent(c, rel.key) == o)
                children.push_back(c);
        }
        for (const int c : children) {
            if (alive(c))
                take_out(c, rel.key);
            else
                set_parent(c, rel.key, 0);
        }
    }
    for (const auto& [c, each] : std::map<int, object>{objects}) {
        for (const int k : keys_of(each.model)) {
            if (alive(c) && key_at(k).parent_sides.empty() && parent(c, k) == o) take_out(c, k);
        }
    }
}

void world::remove(int o) {
    if (is(o, life::pending)) return withdraw(o);
    objects.at(o).is = life::doomed;
}

void world::add_again(int o) {
    object& c = objects.at(o);
    if (c.is == life::gone) c.returned = c.cells;
    c.is = c.is == life::doomed ? life::live : life::pending;
    c.orphan = c.for_good = false;
}

void world::restore(int o) {
    object& c = objects.at(o);
    if (c.is == life::doomed) return add_again(o);
    c.is = life::live;
    c.kept = false;
    c.restoring = true;
}

/// A value by which others may name the object. Who named it by hand meanwhile holds the name, whoever has it in the
/// end.
void world::set_value(int o, int column, const cell& to) {
    const cell before = std::exchange(objects.at(o).cells[std::size_t(column)], to);
    if (before == to) return;
    const auto there = rows.find(o);
    const bool of_row = there != rows.end() && there->second.cells[std::size_t(column)] == before;
    for (auto& [child, each] : objects) {
        if (of_row && !alive(child)) continue;
        for (const int k : keys_of(each.model)) {
            for (const int c : key_at(k).columns) {
                const changing::column& of = model_of(each).columns[std::size_t(c)];
                cell& says = each.cells[std::size_t(c)];
                if (of.refers != at(o).model || of.refers_column != column || says != reference(o)) continue;
                const auto row = rows.find(child);
                if (row != rows.end() && row->second.cells[std::size_t(c)] == says) continue;
                says = before;
                each.named[k].insert(o);
            }
        }
    }
}

void world::forget_changes(int o) {
    object& c = objects.at(o);
    if (c.is != life::live) return;
    c.cells = rows.at(o).cells;
    c.staged.clear();
    c.named.clear();
    c.said.clear();  // who has taken its place stands there all the same
}

void world::link(int p, int first, int second, int new_link) {
    const pivot& of = s_->pivots[std::size_t(p)];
    if (of.rows < 0) {
        pairs.insert({p, first, second});
        return;
    }
    if (link_between(p, first, second) != 0) return;
    if (const int former = former_link(p, first, second); former != 0) {
        object& c = objects.at(former);
        c.staged.clear();
        restore(former);
        return;
    }
    std::vector<cell> cells(s_->models[std::size_t(of.rows)].columns.size(), null);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const column& c = s_->models[std::size_t(of.rows)].columns[i];
        if (c.is == column::what::data) cells[i] = c.text ? "" : "0";
    }
    add(new_link, of.rows, cells);
    set_parent(new_link, of.first_key, first);
    set_parent(new_link, of.second_key, second);
}

void world::unlink(int p, int first, int second) {
    pairs.erase({p, first, second});
    if (s_->pivots[std::size_t(p)].rows < 0) return;
    if (const int there = link_between(p, first, second); there != 0) remove(there);
}

}  // namespace changing
