// What a flush has to make of a world: the tables at its end decide whether it may, whatever the order of statements.
#include <algorithm>

#include "ingredients.hpp"
#include "world.hpp"

namespace changing {
namespace {

/// A row that is removed and stays: what was assigned and not written with it is written once it is restored.
std::vector<cell> assigned_over(const std::vector<cell>& assigned, const std::vector<cell>& before,
                                std::vector<cell> now) {
    for (std::size_t i = 0; i < now.size(); ++i) {
        if (assigned[i] != before[i]) now[i] = assigned[i];
    }
    return now;
}

/// Whether the last word of one that was taken out of a parent that it needs, and removed, is its key nobody says: it
/// is refused should it come back.
void leave_needed_parents(const schema& s, object& each) {
    for (const auto& [k, p] : each.staged) each.unclear = each.unclear || (p == 0 && !s.keys[std::size_t(k)].nullable);
}

}  // namespace

struct flushing {
    const world& w;
    const schema& s;
    outcome out;
    std::map<int, std::vector<cell>> next{};  ///< the columns of what has a row or is to have one
    std::map<int, bool> removed{};            ///< and whether the row goes

    explicit flushing(const world& from) : w{from}, s{*from.s_}, out{.after = from} {}

    void fail(const std::string& why) {
        if (out.ok) out.why = why;
        out.ok = false;
    }
    const model& model_of(int o) const { return s.models[std::size_t(w.at(o).model)]; }
    std::string name(int o) const { return model_of(o).name + " " + std::to_string(o); }
    bool concerned(int o) const { return w.alive(o) || w.is(o, life::doomed) || w.at(o).kept; }

    /// Relations become columns.
    const std::vector<cell>& columns_of(int o) {
        if (const auto found = next.find(o); found != next.end()) return found->second;
        const object& each = w.at(o);
        const auto row = w.rows.find(o);
        std::vector<cell> cells = w.alive(o) || row == w.rows.end() ? each.cells : row->second.cells;
        if (!w.alive(o)) return next[o] = cells;
        next[o] = cells;  // for what refers to itself
        std::map<int, cell> written, left;
        for (const auto& [k, p] : each.staged) {
            if (p == 0) continue;
            const foreign_key& key = s.keys[std::size_t(k)];
            const std::vector<cell> of_parent = columns_of(p);
            // Of one that goes nothing is written, but into a column that is another key's, too, and says nothing yet.
            const bool leaves = w.is(p, life::doomed) && (!model_of(p).keeps || w.at(p).for_good) && key.nullable;
            for (std::size_t i = 0; i < key.columns.size(); ++i) {
                const int c = key.columns[i];
                const cell to = w.referred(k, i, p, of_parent);
                if (leaves && !model_of(o).columns[std::size_t(c)].nullable) {
                    if (each.cells[std::size_t(c)] == null) left.try_emplace(c, to);
                    continue;
                }
                const cell& now = each.cells[std::size_t(c)];
                const bool hand = row == w.rows.end() ? now != null : now != row->second.cells[std::size_t(c)];
                if (hand && now != to) fail(name(o) + ": its key was set by hand to another parent");
                const auto [at, fresh] = written.try_emplace(c, to);
                if (!fresh && at->second != to) fail(name(o) + ": two parents that contradict each other");
            }
        }
        for (const auto& [k, p] : each.staged) {
            const foreign_key& key = s.keys[std::size_t(k)];
            if (p != 0) continue;
            if (!key.nullable) fail(name(o) + " was taken out of a parent that it needs");
            if (w.by_hand(o, k)) out.unsure = true;
            for (const int c : key.columns) {
                if (model_of(o).columns[std::size_t(c)].nullable) written.try_emplace(c, null);
            }
        }
        written.merge(left);
        for (const auto& [c, to] : written) cells[std::size_t(c)] = to;
        return next[o] = cells;
    }
    /// What an object that goes would say, should it come back.
    std::vector<cell> meant_by(int o) {
        const object& each = w.at(o);
        std::vector<cell> cells = each.cells;
        for (const auto& [k, p] : each.staged) {
            const foreign_key& key = s.keys[std::size_t(k)];
            for (std::size_t i = 0; i < key.columns.size(); ++i) {
                const int c = key.columns[i];
                if (p != 0)
                    cells[std::size_t(c)] = w.referred(k, i, p, w.at(p).cells);
                else if (model_of(o).columns[std::size_t(c)].nullable)
                    cells[std::size_t(c)] = null;
            }
        }
        return cells;
    }
    /// Whose key was set by hand to what one who goes is called means a new one who is called the same.
    void follow_successors() {
        for (auto& [o, cells] : next) {
            if (!w.alive(o)) continue;
            for (std::size_t c = 0; c < cells.size(); ++c) {
                const column& of = model_of(o).columns[c];
                const int by = of.refers_column;
                const int former = number_in(cells[c]);
                if (by < 0 || !w.is(former, life::doomed) || w.at(o).cells[c] != cells[c]) continue;
                if (model_of(former).columns[std::size_t(by)].is != column::what::data) continue;
                const auto row = w.rows.find(o);
                if (row != w.rows.end() && row->second.cells[c] == cells[c]) continue;
                for (const auto& [q, each] : w.objects) {
                    if (each.is == life::pending && each.model == of.refers &&
                        each.cells[std::size_t(by)] == w.rows.at(former).cells[std::size_t(by)])
                        cells[c] = reference(q);
                }
            }
        }
    }
    /// What is named by what it is called, and will be called so, is referred to; else what is called so until then.
    void follow_names() {
        for (auto& [o, cells] : next) {
            for (std::size_t c = 0; c < cells.size(); ++c) {
                const column& of = model_of(o).columns[c];
                if (of.refers_column < 0 || cells[c] == null || is_reference(cells[c])) continue;
                for (const auto& [p, of_parent] : next) {
                    if (w.at(p).model == of.refers && of_parent[std::size_t(of.refers_column)] == cells[c])
                        cells[c] = reference(p);
                }
                for (const auto& [p, r] : w.rows) {
                    if (r.model == of.refers && r.cells[std::size_t(of.refers_column)] == cells[c] && next.contains(p))
                        cells[c] = reference(p);
                }
                // Nobody else has the name that one who goes was given last: he was meant.
                for (const auto& [p, each] : w.objects) {
                    if (each.is == life::doomed && each.model == of.refers && !is_reference(cells[c]) &&
                        each.cells[std::size_t(of.refers_column)] == cells[c])
                        cells[c] = reference(p);
                }
            }
        }
    }
    int parent(int o, int k) const {
        const auto staged = w.at(o).staged.find(k);
        if (w.alive(o) && staged != w.at(o).staged.end() && staged->second != 0) return staged->second;
        return std::max(0, referred(o, k, next.at(o)));
    }
    /// As `named`; of two that are called the same, one that goes and one that takes its place, whom a relation says.
    int referred(int o, int k, const std::vector<cell>& cells) const {
        const int by_name = named(k, cells);
        const auto staged = w.at(o).staged.find(k);
        if (by_name <= 0 || !w.alive(o) || staged == w.at(o).staged.end() || !next.contains(staged->second))
            return by_name;
        const std::vector<int>& columns = s.keys[std::size_t(k)].columns;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (!w.called(k, i, staged->second, next.at(staged->second), cells[std::size_t(columns[i])]))
                return by_name;
        }
        return staged->second;
    }
    int named(int k, const std::vector<cell>& cells) const {
        const foreign_key& key = s.keys[std::size_t(k)];
        for (const int c : key.columns) {
            if (cells[std::size_t(c)] == null) return 0;
        }
        for (const auto& [o, of_parent] : next) {
            if (std::ranges::count(key.parents, w.at(o).model) == 0) continue;
            bool same = true;
            for (std::size_t i = 0; same && i < key.columns.size(); ++i) {
                same = w.called(k, i, o, of_parent, cells[std::size_t(key.columns[i])]);
            }
            if (same) return o;
        }
        return -1;
    }

    void remove_all() {
        std::vector<int> queue;
        const auto take = [&](int o, bool for_good) {
            const auto found = removed.find(o);
            if (found != removed.end() && (found->second || !for_good)) return;
            removed[o] = for_good;
            queue.push_back(o);
        };
        for (const auto& [o, each] : w.objects) {
            if (each.is == life::doomed) take(o, !model_of(o).keeps || each.for_good);
        }
        while (!queue.empty()) {
            const int gone = queue.back();
            queue.pop_back();
            const bool for_good = removed.at(gone);
            for (const auto& [o, cells] : next) {
                if (o == gone) continue;
                for (const int k : w.keys_of(w.at(o).model)) {
                    const foreign_key& key = s.keys[std::size_t(k)];
                    if (!key.owned || parent(o, k) != gone) continue;
                    if (for_good) {
                        take(o, true);
                    } else if (!w.at(o).kept) {
                        take(o, !model_of(o).keeps);
                    }
                }
            }
        }
        for (auto& [o, cells] : next) {
            if (const auto found = removed.find(o); found != removed.end() && found->second) continue;
            for (const int k : w.keys_of(w.at(o).model)) {
                const foreign_key& key = s.keys[std::size_t(k)];
                const auto found = removed.find(parent(o, k));
                if (found == removed.end() || !found->second) continue;
                if (!key.nullable) fail(name(o) + " needs a parent that is removed");
                for (const int c : key.columns) {
                    if (model_of(o).columns[std::size_t(c)].nullable) cells[std::size_t(c)] = null;
                }
            }
        }
    }

    /// As `named`, also of what is gone.
    int named_before(int k, const std::vector<cell>& cells) const {
        const foreign_key& key = s.keys[std::size_t(k)];
        for (const int c : key.columns) {
            if (cells[std::size_t(c)] == null) return 0;
        }
        for (const auto& [o, each] : w.objects) {
            if (std::ranges::count(key.parents, each.model) == 0 || each.is == life::transient) continue;
            bool same = true;
            for (std::size_t i = 0; same && i < key.columns.size(); ++i)
                same = w.called(k, i, o, each.cells, cells[std::size_t(key.columns[i])]);
            if (same) return o;
        }
        return 0;
    }

    bool has_row(int o) const {
        const auto found = removed.find(o);
        if (found == removed.end()) return true;
        return !found->second && w.rows.contains(o);
    }

    void check_rows() {
        std::map<std::string, int> taken;
        for (const auto& [o, cells] : next) {
            if (!has_row(o)) continue;
            const model& m = model_of(o);
            for (std::size_t c = 0; c < cells.size(); ++c) {
                const column& col = m.columns[c];
                const bool value = col.is == column::what::data;
                if (m.checked && value && cells[c] == "666") fail(name(o) + ": the check");
                if (col.is == column::what::key && !col.nullable && cells[c] == null) fail(name(o) + " has no parent");
                if (!col.unique || cells[c] == null) continue;
                if (!taken.emplace(m.name + "." + col.name + "=" + cells[c], o).second) fail(name(o) + ": not unique");
            }
            if (!m.generated) {
                std::string key = m.name;
                for (const int c : m.key) key += "," + cells[std::size_t(c)];
                if (!taken.emplace(key, o).second) fail(name(o) + ": the key is there already");
            }
            for (const int k : w.keys_of(w.at(o).model)) {
                const int p = referred(o, k, cells);
                if (p < 0 || (p > 0 && !has_row(p))) fail(name(o) + " refers to nothing");
            }
            if (!m.generated || w.at(o).is != life::pending || w.at(o).key.empty()) continue;
            // A row that comes back with its key: the database may have given it to another one.
            for (const auto& [other, of_other] : w.objects) {
                if (other == o || of_other.model != w.at(o).model) continue;
                if (w.rows.contains(other) && of_other.key == w.at(o).key) {
                    if (has_row(other)) fail(name(o) + ": the key has been given away");
                }
                if (of_other.is == life::pending && of_other.key == w.at(o).key)
                    fail(name(o) + ": the key has been given away");
                if (of_other.is == life::pending && of_other.key.empty()) out.unsure = true;
            }
        }
    }

    /// Rows that exchange what only one may have, and none can go without: no order of statements does that.
    void refuse_exchanges() {
        for (std::size_t k = 0; k < s.keys.size(); ++k) {
            if (!s.keys[k].single || s.keys[k].nullable) continue;
            std::map<int, int> takes;  // whose place each takes
            for (const auto& [o, cells] : next) {
                if (w.at(o).model != s.keys[k].child || !w.rows.contains(o) || !has_row(o)) continue;
                const int to = referred(o, int(k), cells);
                for (const auto& [other, r] : w.rows) {
                    if (other != o && r.model == s.keys[k].child && has_row(other) && to > 0 &&
                        named(int(k), r.cells) == to)
                        takes[o] = other;
                }
            }
            for (const auto& [o, whose] : takes) {
                int at = whose;
                for (std::size_t n = 0; n < takes.size() && at != o && takes.contains(at); ++n) at = takes.at(at);
                out.unsure = out.unsure || at == o;
            }
        }
    }

    void settle() {
        world& after = out.after;
        ++after.clock;
        for (const auto& [o, cells] : next) {
            object& each = after.objects.at(o);
            const bool was_kept = each.kept;
            for (std::size_t c = 0; c < cells.size() && each.is == life::pending; ++c) {
                const bool key = model_of(o).columns[c].is == column::what::key;
                each.let_go = each.let_go || (key && each.cells[c] != null && cells[c] == null);
            }
            if (!has_row(o)) {
                leave_needed_parents(s, each);
                each.cells = meant_by(o);
            }
            each.staged.clear();
            each.returned.clear();
            each.said.clear();
            each.named.clear();
            each.displaced.clear();
            if (!has_row(o)) {
                after.rows.erase(o);
                each.is = each.is == life::pending ? life::transient : life::gone;
                if (each.is == life::transient) each.spoiled = true;
                each.kept = each.for_good = each.restoring = false;
                continue;
            }
            each.orphan = false;
            const bool stays = removed.contains(o) || was_kept;
            const std::vector<cell> then = stays ? assigned_over(each.cells, w.rows.at(o).cells, cells) : cells;
            row& r = after.rows[o];
            r.model = each.model;
            r.cells = cells;
            each.cells = then;
            if (removed.contains(o)) {
                r.removed = true;
                r.together = after.clock;
                each.is = life::gone;
                each.kept = true;
                each.restoring = false;
                continue;
            }
            if (was_kept) continue;
            each.is = life::live;
        }
        // What went with an object comes back with it.
        std::vector<int> back;
        for (const auto& [o, each] : after.objects) {
            if (each.is == life::live && each.restoring) back.push_back(o);
        }
        while (!back.empty()) {
            const int o = back.back();
            back.pop_back();
            const int together = after.rows.at(o).together;
            after.rows.at(o).removed = after.objects.at(o).restoring = after.objects.at(o).kept = false;
            after.objects.at(o).is = life::live;
            for (auto& [c, each] : after.objects) {
                if (!each.kept || after.rows.at(c).together != together) continue;
                for (const int k : w.keys_of(each.model)) {
                    if (s.keys[std::size_t(k)].owned && named(k, after.rows.at(c).cells) == o && each.kept) {
                        each.kept = false;
                        back.push_back(c);
                    }
                }
            }
        }
        std::erase_if(after.pairs, [&](const pair_of_objects& p) {
            return !after.rows.contains(p[1]) || !after.rows.contains(p[2]);
        });
        after.row_pairs = after.pairs;
        after.renamed_since(w.rows);
    }

    outcome run() {
        for (const auto& [o, each] : w.objects) {
            if (concerned(o)) columns_of(o);
        }
        follow_successors();
        follow_names();
        remove_all();
        check_rows();
        refuse_exchanges();
        if (out.ok) settle();
        return out;
    }
};

outcome world::flushed() const {
    world next = *this;
    next.displace();
    return flushing{next}.run();
}

std::string follows(const row& before, const row& now) {
    if (now.version.empty() || !with("versions of who is let go")) return {};
    const bool same = before.cells == now.cells && before.removed == now.removed;
    if (same && before.version != now.version) return "'s version went on, though nothing changed";
    if (!same && std::stoll(now.version) <= std::stoll(before.version))
        return "'s row changed, and its version did not";
    return {};
}

std::string world::observe(const std::map<int, row>& now, const std::set<pair_of_objects>& pairs_now) {
    const std::map<int, row> before = rows;
    const outcome wanted = flushed();
    for (const auto& [o, each] : std::map<int, object>{objects}) {
        for (const int k : each.displaced) {
            const int from = parent(o, k);
            if (!alive(o) || each.staged.contains(k) || from == 0) continue;
            if (const auto found = now.find(o); found == now.end() || named(k, found->second.cells) != from)
                take_out(o, k);
        }
    }
    struct intended {
        int parent;
        bool by_hand;
    };
    std::map<std::array<int, 2>, intended> intentions;
    for (const auto& [o, each] : objects) {
        if (!alive(o)) continue;
        for (const int k : keys_of(each.model)) {
            if (each.staged.contains(k) || !shares_a_column(k)) intentions[{o, k}] = {parent(o, k), by_hand(o, k)};
        }
    }
    rows = now;
    ++clock;
    for (auto& [o, each] : objects) {
        const auto was = before.find(o);
        const auto is_now = now.find(o);
        if (is_now == now.end()) {
            if (was == before.end()) continue;
            leave_needed_parents(*s_, each);
            each.cells = flushing{*this}.meant_by(o);
            each.is = life::gone;
            each.kept = each.restoring = each.for_good = false;
            each.staged.clear();
            continue;
        }
        row& r = rows.at(o);
        if (was == before.end()) {
            if (each.is == life::transient) {  // written, and then taken out, by the same step
                each.is = life::doomed;
                each.orphan = true;
                each.cells = r.cells;
                continue;
            }
            if (each.is != life::pending)
                return "a row of " + model_of(each).name + " " + std::to_string(o) + " that nobody added";
            each.is = life::live;
            each.returned.clear();
        } else {
            r.together = was->second.together;
            if (const std::string wrong = follows(was->second, r); !wrong.empty())
                return model_of(each).name + " " + std::to_string(o) + wrong;
        }
        if (r.removed && each.is != life::gone) {
            each.is = life::gone;
            each.kept = true;
            each.orphan = each.restoring = each.for_good = false;
            each.staged.clear();
            each.cells = was == before.end() ? r.cells : assigned_over(each.cells, was->second.cells, r.cells);
        }
        if (r.removed && (was == before.end() || !was->second.removed)) r.together = clock;
        if (!r.removed && was != before.end() && was->second.removed) {
            each.is = life::live;
            each.kept = each.restoring = false;
        }
    }
    // New children go with their owners.
    for (bool more = true; more;) {
        more = false;
        for (auto& [o, each] : objects) {
            if (each.is != life::pending) continue;
            for (const int k : keys_of(each.model)) {
                const auto found = intentions.find({o, k});
                if (!key_at(k).owned || found == intentions.end() || found->second.parent == 0) continue;
                const object& owner = at(found->second.parent);
                const auto had = before.find(found->second.parent);
                const bool kept_before = owner.kept && (had == before.end() || had->second.removed);
                if (alive(found->second.parent) || owner.is == life::doomed || kept_before) continue;
                withdraw(o);
                more = true;
                break;
            }
        }
    }
    // What was meant is meant still; what the row says already is not staged.
    for (auto& [o, each] : objects) {
        if (each.is != life::live) continue;
        const std::vector<cell>& cells = rows.at(o).cells;
        std::set<int> written;
        for (const int k : keys_of(each.model)) {
            const auto found = intentions.find({o, k});
            if (found == intentions.end()) continue;
            const auto& [meant, hand] = found->second;
            const int in_row = std::max(0, named(k, cells));
            if (hand) {
                if (!before.contains(o)) each.staged.erase(k);
                // Of one who is gone the flush has cleared the key.
                if (named(k, each.cells) >= 0) written.insert(key_at(k).columns.begin(), key_at(k).columns.end());
                continue;
            }
            each.staged.erase(k);
            if (meant != in_row && (meant == 0 || at(meant).is != life::gone)) each.staged[k] = meant;
        }
        for (std::size_t c = 0; c < cells.size(); ++c) {
            const column::what is = model_of(each).columns[c].is;
            if (is == column::what::key && (!written.contains(int(c)) || each.cells[c] == null))
                each.cells[c] = cells[c];
        }
    }
    // New ones of what went belong to nobody: they are withdrawn, or have no parent.
    for (auto& [o, each] : objects) {
        if (each.is != life::pending) continue;
        for (const int k : keys_of(each.model)) {
            const int p = each.staged.contains(k) ? each.staged.at(k) : flushing{*this}.named_before(k, each.cells);
            if (p <= 0 || at(p).is != life::gone || !before.contains(p) || rows.contains(p)) continue;
            if (key_at(k).owned) {
                withdraw(o);
                break;
            }
            if (!key_at(k).nullable) continue;
            each.staged.erase(k);
            for (const int c : key_at(k).columns) {
                if (model_of(each).columns[std::size_t(c)].nullable) each.cells[std::size_t(c)] = null;
            }
        }
    }
    renamed_since(before);
    row_pairs = pairs_now;
    std::erase_if(pairs, [&](const pair_of_objects& p) { return !alive(p[1]) || !alive(p[2]); });
    if (!wanted.ok || wanted.unsure) return {};
    const outcome later = flushed();
    if (!later.ok) return "what is pending can no longer be written: " + later.why;
    for (const auto& [o, r] : wanted.after.rows) {
        const auto found = later.after.rows.find(o);
        if (found == later.after.rows.end() || found->second.cells != r.cells || found->second.removed != r.removed)
            return model_of(at(o)).name + " " + std::to_string(o) + " was not written as it is";
    }
    if (later.after.rows.size() != wanted.after.rows.size()) return "a row is left that should go";
    if (later.after.row_pairs != wanted.after.row_pairs) return "pairs were not written as they are";
    return {};
}

}  // namespace changing
