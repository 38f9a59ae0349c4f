// What is written past the objects, by sets or SQL, and what leaves the session.
#include <algorithm>

#include "history.hpp"
#include "ingredients.hpp"

namespace changing {

operation history::any_write(dice& d, int m) {
    using what = set_write::what;
    const model& of = s_.models[std::size_t(m)];
    operation op{.what = does::write_set, .model = m};
    const int roll = d.below(100);
    op.how = int(roll < 45 ? what::update : roll < 60 ? what::sql : roll < 80 ? what::remove : what::remove_for_good);
    if (of.keeps && d.chance(30)) op.how = int(what::restore);
    std::set<int> all;
    for (const auto& [o, r] : now_.rows) {
        if (r.model == m && r.removed == (what(op.how) == what::restore)) all.insert(o);
    }
    op.object = any_of(d, all);
    if (what(op.how) == what::update) {
        op.column = of.find("value") >= 0 ? of.find("value") : of.find("code");
        if (op.column < 0) return op;
        const column& c = of.columns[std::size_t(op.column)];
        op.value = c.text ? "c" + std::to_string(d.below(9)) : std::to_string(1 + d.below(c.unique ? 12 : 5));
        if (!c.unique && d.chance(30)) op.object = 0;
    }
    if (what(op.how) == what::remove && d.chance(20)) op.object = 0;
    if (what(op.how) == what::sql) {
        const std::vector<int> keys = now_.keys_of(m);
        if (keys.empty()) return op;
        op.relation = keys[std::size_t(d.below(keys.size()))];
        op.fresh_parent = d.chance(20) ? 0 : any_object_of(d, s_.keys[std::size_t(op.relation)].parents[0], true);
    }
    const bool plain = what(op.how) == what::update && of.find("value") >= 0;
    op.other = (plain || what(op.how) == what::sql) && d.chance(50) ? 1 : 0;
    return op;
}

/// All of it as if it was done to the objects and flushed.
outcome history::tell_write(world& w, const operation& op) const {
    using what = set_write::what;
    std::set<int> those;
    for (const auto& [o, r] : w.rows) {
        if (r.model == op.model && r.removed == (what(op.how) == what::restore) && (op.object == 0 || op.object == o))
            those.insert(o);
    }
    for (const int o : those) {
        switch (what(op.how)) {
            case what::update:
                w.set_value(o, op.column, op.value);
                w.objects.at(o).spoiled = true;  // should it be a plain value again, it says what was read last
                break;
            case what::remove_for_good:
                w.remove(o);
                w.objects.at(o).for_good = true;
                break;
            case what::remove:
                w.remove(o);
                break;
            case what::restore:
                w.restore(o);
                break;
            case what::sql:
                tell(w, {.what = does::set_key, .relation = op.relation, .object = o, .other = op.fresh_parent});
                break;
        }
    }
    outcome then = w.flushed();
    w = then.after;
    return then;
}

/// With nothing pending, and where nothing refuses it.
bool history::may_write(const operation& op) const {
    using what = set_write::what;
    const model& m = s_.models[std::size_t(op.model)];
    const bool labels = m.first(column::what::label) >= 0 && !is_pivot_row(op.model);
    if (armed_ != 0) return false;
    if (op.object != 0 && (!labels || !now_.rows.contains(op.object) || now_.rows.at(op.object).model != op.model))
        return false;
    const bool object_goes = what(op.how) != what::update && what(op.how) != what::sql;
    if (object_goes && !now_.clean()) return false;
    const outcome first = now_.flushed();
    if (!now_.clean() && (!first.ok || first.unsure)) return false;
    const world& from = now_.clean() ? now_ : first.after;
    const bool removed = what(op.how) == what::restore;
    if (op.object != 0 && (!from.rows.contains(op.object) || from.rows.at(op.object).removed != removed)) return false;
    switch (what(op.how)) {
        case what::update:
            if (op.column < 0 || op.column >= int(m.columns.size()) ||
                m.columns[std::size_t(op.column)].is != column::what::data)
                return false;
            if (op.object == 0 && m.columns[std::size_t(op.column)].unique) return false;
            break;
        case what::remove:
        case what::remove_for_good:
            if (!from.leaf(op.model)) return false;
            break;
        case what::restore: {
            if (!from.leaf(op.model) || op.object == 0 || !m.keeps) return false;
            for (const int k : from.keys_of(op.model)) {
                const int p = from.named(k, from.rows.at(op.object).cells);
                if (p != 0 && !from.is(p, life::live)) return false;
            }
            if (from.at(op.object).cells != from.rows.at(op.object).cells) return false;
            break;
        }
        case what::sql: {
            if (op.object == 0 || op.relation < 0 || !from.is(op.object, life::live)) return false;
            // A row that the session meets for the first time joins no collection that was loaded before.
            if (op.other == 1 && !here().handles.contains(op.object)) return false;
            const foreign_key& k = s_.keys[std::size_t(op.relation)];
            if (k.child != op.model || !k.by_hand || k.single || k.columns.size() != 1 ||
                std::ranges::count(m.key, k.columns[0]) > 0 || is_pivot_row(op.model))
                return false;
            if (op.fresh_parent == 0 && (!k.nullable || k.owned)) return false;
            if (op.fresh_parent != 0 && !from.is(op.fresh_parent, life::live)) return false;
            break;
        }
    }
    world told = from;
    const outcome then = tell_write(told, op);
    return then.ok && !then.unsure;
}

/// The call, and then what memory has to be told.
void history::write_set(const operation& op) {
    using what = set_write::what;
    view_of_session& v = here();
    const model& m = s_.models[std::size_t(op.model)];
    set_write w{.does = what(op.how), .label = op.object == 0 ? "" : "n" + std::to_string(op.object)};
    if (w.does == what::update) {
        w.column = m.columns[std::size_t(op.column)].name;
        w.value = op.value;
    } else if (w.does == what::sql) {
        const foreign_key& k = s_.keys[std::size_t(op.relation)];
        const column& c = m.columns[std::size_t(k.columns[0])];
        w.column = c.name;
        w.value = "NULL";
        if (op.fresh_parent != 0) {
            const cell to = now_.raw(op.fresh_parent, k.to[0], now_.rows.at(op.fresh_parent).cells);
            const bool number = std::ranges::all_of(to, [](char each) { return each >= '0' && each <= '9'; });
            w.value = number ? to : "'" + to + "'";
        }
    }
    long long right = 0;
    for (const auto& [o, r] : now_.rows) {
        if (r.model == op.model && r.removed == (w.does == what::restore) && (op.object == 0 || op.object == o))
            ++right;
    }
    const long long says = m.write(v.s, w, m);
    if (says != right)
        throw difference{"it says that it wrote " + std::to_string(says) + " rows, right is " + std::to_string(right)};
    if (op.other == 0) {
        v.s.expire_all();
        for (const auto& [o, h] : v.handles) v.expired.insert(o);
        for (const auto& [o, r] : now_.rows) {
            if (r.model == op.model && (op.object == 0 || op.object == o)) v.outdated.insert(o);
        }
    } else {
        (void)m.ask(v.s, {.how = question::way::refresh}, m);
        for (const auto& [o, h] : v.handles) {
            if (now_.at(o).model == op.model && now_.is(o, life::live)) v.expired.erase(o);
        }
    }
    // Who removes rows past their objects says so to the session, too.
    for (const auto& [o, each] : now_.objects) {
        if (each.model != op.model || !(op.object == 0 || op.object == o) || !v.handles.contains(o)) continue;
        const bool gone = w.does == what::remove_for_good || (w.does == what::remove && !m.keeps);
        if (gone && each.is == life::live) m.expunge(v.s, v.handles.at(o));
        if ((gone && each.is == life::live) || w.does == what::restore) v.handles.erase(o), cleared_ = true;
    }
}

std::set<int> history::neighbours(int object) const {
    const view_of_session& v = here();
    std::map<const void*, int> numbers;
    for (const auto& [o, h] : v.handles) numbers[h.at] = o;
    std::map<int, std::set<int>> edges;
    for (const auto& [o, h] : v.handles) {
        for (const int r : now_.relations_of(now_.at(o).model)) {
            const relation& rel = s_.relations[std::size_t(r)];
            if (!rel.loaded(h.at)) continue;
            std::vector<any_object> targets;
            if (rel.to_one()) {
                targets.push_back(rel.get(h.at));
            } else {
                targets = rel.list(h.at);
            }
            for (const any_object& t : targets) {
                if (!t) continue;
                const auto found = numbers.find(t.at);
                if (found == numbers.end()) return {};
                edges[o].insert(found->second);
                edges[found->second].insert(o);
            }
        }
    }
    // Who was pushed where he stands already is known to his owner, and goes with him, whatever is loaded.
    for (const auto& [owner, child] : pushed_) {
        if (!v.handles.contains(owner) || !v.handles.contains(child)) continue;
        for (const int k : now_.keys_of(now_.at(child).model)) {
            if (!s_.keys[std::size_t(k)].owned || now_.parent(child, k) != owner) continue;
            edges[owner].insert(child);
            edges[child].insert(owner);
        }
    }
    std::set<int> all;
    std::vector<int> queue{object};
    while (!queue.empty()) {
        const int o = queue.back();
        queue.pop_back();
        if (!all.insert(o).second) continue;
        // Whose changes wait stays.
        const bool settled = now_.is(o, life::live) && !now_.changed(o) && now_.at(o).displaced.empty();
        if (!settled || now_.pairs != now_.row_pairs) return {};
        queue.insert(queue.end(), edges[o].begin(), edges[o].end());
    }
    return all;
}

/// Finds what the step needs and this session does not hold: a step of its own, as it may flush. Says whether the
/// step itself is possible behind it.
bool history::find_again(const operation& op) {
    std::vector<int> needed;
    switch (op.what) {
        case does::add_with:
            needed = {op.other};
            break;
        case does::merge:
            if (op.relation >= 0) needed = {op.other};
            break;
        case does::assign_list:
            needed = op.list;
            needed.push_back(op.object);
            break;
        case does::push:
        case does::push_new:
        case does::erase:
        case does::copy_relation:
        case does::swap_lists:
        case does::set_one:
            needed = {op.object, op.other};
            break;
        case does::clear_list:
        case does::set_new:
        case does::set_key:
        case does::set_value:
        case does::remove:
        case does::remove_for_good:
        case does::touch:
        case does::refresh:
        case does::expire:
            needed = {op.object};
            break;
        default:
            return true;
    }
    bool found = false;
    for (const int o : needed) {
        if (o == 0 || here().handles.contains(o)) continue;
        run({.what = does::get, .object = o});
        if (!here().handles.contains(o)) return false;
        found = true;
    }
    return !found || possible(op);
}

}  // namespace changing
