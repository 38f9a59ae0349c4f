// Makes a program that differs smaller, as long as it differs.
#include "run.hpp"

namespace reading {

namespace {

/// One of many ways to make something smaller: the one whose turn it is.
class choice {
  public:
    explicit choice(std::size_t turn) : left_{turn} {}
    bool hit() { return left_-- == 0; }

  private:
    std::size_t left_;
};

template <class List>
bool drop_one(List& list, choice& c) {
    for (auto at = list.begin(); at != list.end(); ++at) {
        if (!c.hit()) continue;
        list.erase(at);
        return true;
    }
    return false;
}
template <class T>
bool reset(std::optional<T>& what, choice& c) {
    if (!what || !c.hit()) return false;
    what.reset();
    return true;
}

bool smaller(condition& of, choice& c) {
    for (std::size_t i = 0; i < of.parts.size(); ++i) {
        const bool same_model =
            of.what == operation::both || of.what == operation::either || of.what == operation::negated;
        if (same_model && c.hit()) {
            of = condition{of.parts[i]};
            return true;
        }
        if (!same_model && of.parts[i].what != operation::always && c.hit()) {
            of.parts[i] = {};
            return true;
        }
        if (smaller(of.parts[i], c)) return true;
    }
    return of.what == operation::in && of.values.size() > 1 && drop_one(of.values, c);
}
bool smaller(std::optional<condition>& of, choice& c) { return reset(of, c) || (of && smaller(*of, c)); }

bool smaller(ask& a, choice& c) {
    if (drop_one(a.with, c)) return true;
    for (ask& below : a.with) {
        if (smaller(below, c)) return true;
    }
    if (a.how == strategy::contains_eager) return false;  // as the query's join
    if (smaller(a.part.where, c) || reset(a.part.limit, c) || reset(a.part.offset, c)) return true;
    if (!a.part.limit && drop_one(a.part.order, c)) return true;
    if (!a.only.empty() && c.hit()) return a.only.clear(), true;
    if (a.part.sees != sight::usual && c.hit()) return a.part.sees = sight::usual, true;
    if (a.depth != 1 && c.hit()) return a.depth = 1, true;
    if (a.part.depth != 0 && c.hit()) return a.part.depth = 0, true;
    const bool eager = a.how == strategy::joined || a.how == strategy::subquery;
    return eager && c.hit() && (a.how = strategy::selectin, true);
}

bool smaller(query& q, choice& c) {
    if (drop_one(q.asks, c) || drop_one(q.then_load, c) || drop_one(q.counts, c)) return true;
    for (ask& a : q.asks) {
        if (smaller(a, c)) return true;
    }
    for (ask& a : q.then_load) {
        if (smaller(a, c)) return true;
    }
    for (counted& each : q.counts) {
        if (smaller(each.where, c)) return true;
    }
    if (reset(q.rest, c) || reset(q.limit, c) || reset(q.offset, c) || smaller(q.where, c)) return true;
    if (!q.only.empty() && c.hit()) return q.only.clear(), true;
    if (q.sees != sight::usual && c.hit()) return q.sees = sight::usual, true;
    if ((q.ends == terminal::first || q.ends == terminal::page) && c.hit()) return q.ends = terminal::all, true;
    if (!q.limit && q.ends == terminal::all && drop_one(q.order, c)) return true;
    const bool contained = !q.asks.empty() && q.asks.back().how == strategy::contains_eager;
    if (q.join && q.joined_where.what != operation::always && c.hit()) {
        q.joined_where = {};
        if (contained) q.asks.back().part.where = q.joined_where;
        return true;
    }
    return q.join && !contained && c.hit() && (q.join.reset(), q.joined_where = {}, true);
}

/// A row less, and what needs it.
bool fewer_rows(const schema& s, program& p, choice& c) {
    for (std::size_t m = 0; m < p.rows.size(); ++m) {
        if (!drop_one(p.rows[m], c)) continue;
        world w{s, true};
        for (std::size_t i = 0; i < p.rows.size(); ++i) w.table(i) = p.rows[i];
        w.repair();
        for (std::size_t i = 0; i < p.rows.size(); ++i) p.rows[i] = w.table(i);
        return true;
    }
    return false;
}
bool fewer_keys(const schema& s, program& p, choice& c) {
    for (std::size_t m = 0; m < p.rows.size(); ++m) {
        for (auto& [id, r] : p.rows[m]) {
            for (std::size_t i = 0; i < r.size(); ++i) {
                const column& of = s.models[m].columns[i];
                if (of.role == column_role::key && of.nullable && r[i] && c.hit()) {
                    for (const foreign_key& k : s.models[m].keys) {
                        for (const std::size_t each : k.columns) {
                            if (each == i && k.tag) r[k.tag->column].reset();
                        }
                    }
                    return r[i].reset(), true;
                }
                if (of.role == column_role::value && of.nullable && r[i] && c.hit()) return r[i].reset(), true;
                if (of.role == column_role::value && !of.nullable && r[i] != 0 && c.hit()) return r[i] = 0, true;
            }
        }
    }
    return false;
}

bool smaller(const schema& s, program& p, choice& c) {
    if (drop_one(p.steps, c)) return true;
    for (step& each : p.steps) {
        if (each.what == action::query && smaller(each.asks, c)) return true;
        if (each.what == action::load && smaller(each.loads, c)) return true;
    }
    return fewer_rows(s, p, c) || fewer_keys(s, p, c);
}

}  // namespace

program shrunk(stage& on, const program& from) {
    program best = from;
    tally ignored;
    int left = 4000;
    for (bool progress = true; progress;) {
        progress = false;
        for (std::size_t turn = 0; left > 0; --left) {
            program next = best;
            choice c{turn};
            if (!smaller(*on.models().shape, next, c)) break;
            if (difference(on, next, ignored).empty()) {
                ++turn;
            } else {
                best = std::move(next);
                progress = true;
            }
        }
    }
    return best;
}

}  // namespace reading
