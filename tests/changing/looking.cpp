// Looking at tables and memory, and comparing both with the oracle.
#include <kin/engine/connection.hpp>

#include <algorithm>

#include "history.hpp"

namespace changing {
namespace {

cell text_of(const kin::value_view& v) {
    switch (v.type) {
        case kin::kind::null:
            return null;
        case kin::kind::text:
            return cell{v.bytes};
        case kin::kind::int64:
        case kin::kind::boolean:
            return std::to_string(v.integer);
        default:
            return "removed";  // a time: only those of removals are read
    }
}

}  // namespace

std::string history::name(int o) const {
    if (o <= 0 || std::size_t(o) >= models_of_.size() || models_of_[std::size_t(o)] < 0) return "nothing";
    return s_.models[std::size_t(models_of_[std::size_t(o)])].name + " " + std::to_string(o);
}
std::string history::names(const std::set<int>& all) const {
    std::string text;
    for (const int o : all) text += (text.empty() ? "" : ", ") + name(o);
    return "{" + text + "}";
}

/// The rows that a connection sees, by the numbers of their objects.
std::map<int, row> history::rows_in(kin::engine::connection& c, std::set<pair_of_objects>& pairs) {
    struct found {
        int model;
        int number;
        std::vector<cell> cells;
        cell type;
    };
    std::vector<found> all;
    std::map<std::array<int, 2>, std::map<cell, int>> index;
    for (const int m : in_) {
        const model& of = s_.models[std::size_t(m)];
        std::string list;
        for (const column& col : of.columns) list += (list.empty() ? "" : ", ") + col.name;
        const bool polymorphic = of.find("about_id") >= 0;
        kin::engine::cursor r = c.run("SELECT " + list + (polymorphic ? ", about_type" : "") + " FROM " + of.table);
        while (r.next()) {
            found f{.model = m, .number = 0, .cells = {}, .type = {}};
            for (std::size_t i = 0; i < of.columns.size(); ++i) f.cells.push_back(text_of(r.cell(int(i))));
            if (polymorphic) f.type = text_of(r.cell(int(of.columns.size())));
            if (const int label = of.first(column::what::label); label >= 0) {
                const cell& text = f.cells[std::size_t(label)];
                if (text.starts_with('n')) f.number = std::stoi(text.substr(1));
                if (f.number == 0 && !is_pivot_row(m)) throw difference{"a row of " + of.name + " that nobody knows"};
            }
            for (std::size_t i = 0; i < of.columns.size(); ++i) index[{m, int(i)}][f.cells[i]] = f.number;
            all.push_back(std::move(f));
        }
    }
    std::map<int, row> rows;
    for (found& f : all) {
        const model& of = s_.models[std::size_t(f.model)];
        row r{.model = f.model};
        cell key;
        for (std::size_t i = 0; i < of.columns.size(); ++i) {
            const column& col = of.columns[i];
            cell& value = f.cells[i];
            if (col.is == column::what::removed) r.removed = value != null;
            if (col.is == column::what::version) r.version = value;
            if (col.is == column::what::id && of.generated) key = value;
            if ((col.is == column::what::id && of.generated) || col.is == column::what::label ||
                col.is == column::what::version || col.is == column::what::removed) {
                value = null;
            } else if (col.refers >= 0 && value != null) {
                const auto& by = index[{col.refers, col.refers_column}];
                const auto at = by.find(value);
                value = at == by.end() ? "? " + value : reference(at->second);
            } else if (col.get == nullptr && value != null) {  // polymorphic
                for (const int m : in_) {
                    if (s_.models[std::size_t(m)].name != f.type) continue;
                    const auto& by = index[{m, s_.models[std::size_t(m)].first(column::what::id)}];
                    const auto at = by.find(value);
                    value = at == by.end() ? "? " + value : reference(at->second);
                    break;
                }
            }
        }
        if (f.number == 0) {  // known by its pair
            for (const auto& [o, each] : now_.objects) {
                if (each.model != f.model || each.is == life::transient || (each.is == life::gone && !each.kept))
                    continue;
                bool same = true;
                const std::vector<int> keys = now_.keys_of(f.model);
                for (std::size_t i = 0; i < keys.size(); ++i)
                    same = same && now_.parent(o, keys[i]) == number_in(f.cells[std::size_t(of.key[i])]);
                // One that was taken out of an end has its row until that goes.
                if (const auto row = now_.rows.find(o); !same && row != now_.rows.end()) {
                    same = std::ranges::all_of(
                        of.key, [&](int k) { return row->second.cells[std::size_t(k)] == f.cells[std::size_t(k)]; });
                }
                if (same && (f.number == 0 || now_.rows.contains(o))) f.number = o;
            }
            if (f.number == 0) throw difference{"a row of " + of.table + " for a pair that nobody linked"};
        }
        if (rows.contains(f.number)) throw difference{"two rows of " + name(f.number)};
        if (now_.objects.contains(f.number) && !key.empty()) {
            cell& known = now_.objects.at(f.number).key;
            if (!known.empty() && known != key && now_.at(f.number).is != life::transient)
                throw difference{name(f.number) + " has the key " + key + ", and had " + known};
            known = key;
        }
        r.cells = std::move(f.cells);
        rows.emplace(f.number, std::move(r));
    }
    for (std::size_t p = 0; p < s_.pivots.size(); ++p) {
        const pivot& of = s_.pivots[p];
        if (of.rows >= 0 || std::ranges::count(in_, of.first) == 0) continue;
        kin::engine::cursor r = c.run("SELECT " + of.first_column + ", " + of.second_column + " FROM " + of.table);
        while (r.next()) {
            const auto& first = index[{of.first, s_.models[std::size_t(of.first)].first(column::what::id)}];
            const auto& second = index[{of.second, s_.models[std::size_t(of.second)].first(column::what::id)}];
            const auto a = first.find(text_of(r.cell(0))), b = second.find(text_of(r.cell(1)));
            if (a == first.end() || b == second.end())
                throw difference{"a pair of " + of.table + " whose rows are gone"};
            if (!pairs.insert({int(p), a->second, b->second}).second)
                throw difference{"a pair of " + of.table + " is there twice: " + name(a->second) + ", " +
                                 name(b->second)};
        }
    }
    return rows;
}

/// `before` are the rows before what was done, if they may differ from those that there are to be.
void history::compare_tables(kin::engine::connection& c, const std::map<int, row>& before) {
    std::set<pair_of_objects> pairs;
    const std::map<int, row> found = rows_in(c, pairs);
    for (const auto& [o, r] : now_.rows) {
        const auto at = found.find(o);
        if (at == found.end()) throw difference{"the row of " + name(o) + " is not there"};
        const model& m = s_.models[std::size_t(r.model)];
        if (at->second.removed != r.removed)
            throw difference{"the row of " + name(o) + (r.removed ? " is not removed" : " is removed")};
        for (std::size_t i = 0; i < r.cells.size(); ++i) {
            const column& col = m.columns[i];
            if (col.is != column::what::data && col.is != column::what::key) continue;
            if (at->second.cells[i] != r.cells[i])
                throw difference{"the row of " + name(o) + " has " + col.name + " = " + at->second.cells[i] +
                                 ", right is " + r.cells[i]};
        }
        if (const auto was = before.find(o); was != before.end()) {
            if (const std::string wrong = follows(was->second, at->second); !wrong.empty())
                throw difference{name(o) + wrong};
        }
        now_.rows.at(o).version = at->second.version;
    }
    for (const auto& [o, r] : found) {
        if (!now_.rows.contains(o)) throw difference{"the row of " + name(o) + " is still there"};
    }
    if (pairs == now_.row_pairs) return;
    for (const pair_of_objects& p : pairs) {
        if (!now_.row_pairs.contains(p))
            throw difference{"the pair of " + name(p[1]) + " and " + name(p[2]) + " is still there"};
    }
    for (const pair_of_objects& p : now_.row_pairs) {
        if (!pairs.contains(p)) throw difference{"the pair of " + name(p[1]) + " and " + name(p[2]) + " is not there"};
    }
}

void history::observe(const std::string& sent) {
    if (sent.find("INSERT ") == std::string::npos && sent.find("UPDATE ") == std::string::npos &&
        sent.find("DELETE ") == std::string::npos)
        return;
    std::set<pair_of_objects> pairs;
    const std::map<int, row> rows = rows_in(here().s.connection(), pairs);
    if (const std::string wrong = now_.observe(rows, pairs); !wrong.empty())
        throw difference{"a query flushed, and " + wrong};
}

/// Which object it is; a second one for a row is a difference.
int history::number_of(view_of_session& v, const any_object& found) {
    if (!found) return 0;
    for (const auto& [o, h] : v.handles) {
        if (h.at == found.at) return o;
    }
    int m = 0;
    while (s_.models[std::size_t(m)].type != found.type) ++m;
    const model& of = s_.models[std::size_t(m)];
    const void* at = of.look(found);
    int o = 0;
    if (const int label = of.first(column::what::label); label >= 0) {
        const cell text = of.columns[std::size_t(label)].get(at);
        if (text.starts_with('n')) o = std::stoi(text.substr(1));
    }
    if (o == 0 && is_pivot_row(m)) {
        for (const auto& [number, each] : now_.objects) {
            if (each.model != m || !(now_.alive(number) || each.is == life::doomed)) continue;
            bool same = each.is != life::pending;
            for (const int c : of.key)
                same = same && of.columns[std::size_t(c)].get(at) == now_.raw(number, c, each.cells);
            if (same) o = number;
        }
    }
    if (o == 0 && is_pivot_row(m)) {  // a new one: known by its two ends
        for (const auto& [number, each] : now_.objects) {
            if (each.model != m || each.is != life::pending) continue;
            bool same = true;
            for (const int k : now_.keys_of(m)) {
                const int side = s_.keys[std::size_t(k)].child_side;
                const int end = now_.parent(number, k);
                const auto known = v.handles.find(end);
                same = same && side >= 0 && known != v.handles.end() && s_.relations[std::size_t(side)].loaded(at) &&
                       s_.relations[std::size_t(side)].get(at).at == known->second.at;
            }
            if (same) o = number;
        }
    }
    if (o == 0 || !now_.objects.contains(o)) throw difference{"memory shows a " + of.name + " that nobody knows"};
    if (v.handles.contains(o)) {
        if (now_.is(o, life::gone)) throw difference{"memory shows a second object of " + name(o) + ", which is gone"};
        throw difference{"two objects for the row of " + name(o)};
    }
    v.handles[o] = found;
    return o;
}

void history::compare_relation(view_of_session& v, int o, int r, const void* at, bool exact) {
    const relation& rel = s_.relations[std::size_t(r)];
    const auto what = [&] { return name(o) + "'s " + rel.name; };
    const members wanted = now_.of(o, r);
    std::set<int> found;
    if (rel.to_one()) {
        const any_object target = rel.get(at);
        if (target) found.insert(number_of(v, target));
    } else {
        for (const any_object& each : rel.list(at)) {
            const int n = number_of(v, each);
            if (!found.insert(n).second) throw difference{what() + " holds " + name(n) + " twice"};
        }
    }
    for (const int each : found) {
        if (wanted.must.contains(each) || (!exact && wanted.may.contains(each))) continue;
        throw difference{what() + " is " + names(found) + ", right is " + names(wanted.must)};
    }
    for (const int each : wanted.must) {
        if (!found.contains(each) && !(rel.to_one() && !exact && !found.empty() && !wanted.may.empty()))
            throw difference{what() + " is " + names(found) + ", right is " + names(wanted.must)};
    }
}

/// Who had a place that was taken unread gives it up once it is read, by a load for a sibling, too; if the taker leaves
/// before that, he keeps it. Which of the two it was, the place shows.
void history::look_at_places() {
    view_of_session& v = here();
    for (const auto& [o, each] : std::map<int, object>{now_.objects}) {
        for (const int k : each.displaced) {
            const auto p = v.handles.find(now_.parent(o, k));
            if (!now_.alive(o) || each.staged.contains(k) || p == v.handles.end()) continue;
            for (const int side : s_.keys[std::size_t(k)].parent_sides) {
                const relation& r = s_.relations[std::size_t(side)];
                if (r.owner != now_.at(p->first).model || !r.to_one() || !r.loaded(p->second.at)) continue;
                const any_object shown = r.get(p->second.at);
                if (!shown) {
                    now_.take_out(o, k);
                } else if (number_of(v, shown) == o) {
                    now_.objects.at(o).displaced.erase(k);
                }
                break;
            }
        }
    }
}

/// After a flush: every object that is reachable. `mode` 0: what is loaded; 1: all is read; 2: through mutable access;
/// 3: all is read again.
void history::compare_memory(view_of_session& v, int mode) {
    if (v.s.dirty() && now_.clean()) throw difference{"something is left to flush:\n" + v.s.explain_flush()};
    if (mode == 3) v.s.expire_all();
    if (mode == 2) {
        for (const int m : in_) {
            for (const any_object& each : s_.models[std::size_t(m)].ask(v.s, {}, s_.models[std::size_t(m)]).objects) {
                const int o = number_of(v, each);
                if (!now_.is(o, life::live)) throw difference{"a query finds " + name(o) + ", which is gone"};
            }
        }
    }
    for (const auto& [o, each] : now_.objects) {
        if (each.is != life::live) continue;
        const model& m = s_.models[std::size_t(each.model)];
        if (mode != 0) {
            std::vector<cell> key;
            for (const int c : m.key) key.push_back(now_.raw(o, c, each.cells));
            const any_object there = m.get(v.s, key);
            if (!there) throw difference{"get finds no " + name(o)};
            if (number_of(v, there) != o) throw difference{"get finds another object than " + name(o)};
        }
        if (!v.handles.contains(o)) continue;
        const any_object h = v.handles.at(o);
        if (mode != 0) v.expired.erase(o);
        const void* at = mode == 0 ? h.at : mode == 2 ? m.change(h) : m.look(h);
        if (!v.expired.contains(o)) {
            for (std::size_t i = 0; i < m.columns.size(); ++i) {
                const column& c = m.columns[i];
                if (c.get == nullptr || c.is == column::what::label || c.is == column::what::removed) continue;
                if (!c.read(v.s, h)) {
                    if (mode == 0) continue;
                    throw difference{name(o) + "'s " + c.name + " was not read"};
                }
                const cell wanted =
                    c.is == column::what::version ? now_.rows.at(o).version : now_.raw(o, int(i), each.cells);
                if (c.get(at) != wanted)
                    throw difference{name(o) + "'s " + c.name + " is " + c.get(at) + " in memory, right is " + wanted};
            }
        }
        for (const int r : now_.relations_of(each.model)) {
            if (mode != 0 || s_.relations[std::size_t(r)].loaded(at)) compare_relation(v, o, r, at, true);
        }
    }
}

/// Whatever is staged: what is loaded of the two sides of a relation says the same, and leads to objects that are
/// there.
void history::both_sides_agree() {
    view_of_session& v = here();
    const std::map<int, any_object> handles = v.handles;
    for (const auto& [o, h] : handles) {
        if (!now_.alive(o)) continue;
        const object& each = now_.at(o);
        const model& m = s_.models[std::size_t(each.model)];
        if (!v.expired.contains(o)) {
            for (std::size_t i = 0; i < m.columns.size(); ++i) {
                if (m.columns[i].is != column::what::data || !m.columns[i].read(v.s, h)) continue;
                const cell is = m.columns[i].get(h.at);
                if (is != each.cells[i])
                    throw difference{name(o) + "'s " + m.columns[i].name + " is " + is + ", right is " + each.cells[i]};
            }
        }
        for (const int r : now_.relations_of(each.model)) {
            const relation& rel = s_.relations[std::size_t(r)];
            if (!rel.loaded(h.at)) continue;
            compare_relation(v, o, r, h.at, false);
            std::vector<any_object> targets;
            if (rel.to_one()) {
                if (const any_object t = rel.get(h.at)) targets.push_back(t);
            } else {
                targets = rel.list(h.at);
            }
            for (const any_object& t : targets) {
                int number = 0;
                for (const auto& [n, other] : v.handles) number = other.at == t.at ? n : number;
                if (number == 0) number = number_of(v, t);
                if (now_.is(number, life::gone) || now_.is(number, life::transient))
                    throw difference{name(o) + "'s " + rel.name + " holds " + name(number) + ", which is gone"};
                if (!now_.alive(number)) continue;
                // The other sides.
                const std::vector<int> back = now_.relations_of(now_.at(number).model);
                for (const int b : back) {
                    const relation& other = s_.relations[std::size_t(b)];
                    const bool inverse = rel.pivot >= 0 ? other.pivot == rel.pivot && other.forward != rel.forward
                                                        : rel.key >= 0 && other.key == rel.key && b != r &&
                                                              (other.is == relation::what::belongs_to) !=
                                                                  (rel.is == relation::what::belongs_to);
                    if (!inverse || !other.loaded(t.at)) continue;
                    const int child = rel.is == relation::what::belongs_to ? o : number;
                    if (rel.key >= 0 && (now_.by_hand(child, rel.key) || now_.at(child).named.contains(rel.key) ||
                                         now_.at(child).restoring))
                        continue;
                    // Whose place was taken while nobody had read it learns of it by the flush.
                    if (rel.key >= 0 && now_.at(child).displaced.contains(rel.key)) continue;
                    bool holds = false;
                    if (other.to_one()) {
                        holds = other.get(t.at).at == h.at;
                    } else {
                        for (const any_object& each_back : other.list(t.at)) holds = holds || each_back.at == h.at;
                    }
                    if (!holds)
                        throw difference{"two sides: " + name(o) + "'s " + rel.name + " holds " + name(number) +
                                         ", whose " + other.name + " does not lead back"};
                }
            }
        }
    }
}

}  // namespace changing
