#include "plain.hpp"

#include <algorithm>
#include <set>

namespace reading {

namespace {

std::optional<bool> compared(const cell& c, comparison how, number with) {
    if (!c) return std::nullopt;
    switch (how) {
        case comparison::equal:
            return *c == with;
        case comparison::unequal:
            return *c != with;
        case comparison::less:
            return *c < with;
        case comparison::less_equal:
            return *c <= with;
        case comparison::greater:
            return *c > with;
        default:
            return *c >= with;
    }
}

std::optional<bool> negated(std::optional<bool> b) {
    if (b) b = !*b;
    return b;
}

/// The cells, if none of them is NULL.
std::optional<key> read(const row& r, const std::vector<std::size_t>& columns) {
    key k;
    for (const std::size_t c : columns) {
        if (!r[c]) return std::nullopt;
        k.push_back(*r[c]);
    }
    return k;
}

}  // namespace

const row* world::find(const object& o) const {
    const auto at = tables_[o.model].find(o.id);
    return at == tables_[o.model].end() ? nullptr : &at->second;
}
row* world::find(const object& o) {
    const auto at = tables_[o.model].find(o.id);
    return at == tables_[o.model].end() ? nullptr : &at->second;
}
key world::id_of(std::size_t m, const row& r) const { return read(r, shape(m).id).value(); }

bool world::visible(std::size_t m, const row& r, sight sees) const {
    const model& s = shape(m);
    if (s.removed && sees != sight::with_removed && r[*s.removed].has_value() != (sees == sight::only_removed))
        return false;
    return !s.scope || sees == sight::without_scope || r[s.scope->column] == s.scope->is;
}

std::optional<bool> world::holds(const condition& c, std::size_t m, const row& r) const {
    switch (c.what) {
        case operation::always:
            return true;
        case operation::compare:
            return compared(r[c.column], c.how, c.value);
        case operation::is_null:
            return !r[c.column].has_value();
        case operation::not_null:
            return r[c.column].has_value();
        case operation::in:
            if (c.values.empty()) return false;
            if (!r[c.column]) return std::nullopt;
            return std::find(c.values.begin(), c.values.end(), *r[c.column]) != c.values.end();
        case operation::both:
        case operation::either: {
            const bool stops = c.what == operation::either;
            bool unknown = false;
            for (const condition& part : c.parts) {
                const std::optional<bool> b = holds(part, m, r);
                if (b == stops) return stops;
                unknown = unknown || !b;
            }
            if (unknown) return std::nullopt;
            return !stops;
        }
        case operation::negated:
            return negated(holds(c.parts[0], m, r));
        default: {
            number n = 0;
            for (const object& target : targets({m, id_of(m, r)}, c.relation)) {
                if (shape(m, c.relation).what == relation_kind::morph_to && target.model != c.arm) continue;
                n += holds(c.parts[0], target.model, *find(target)).value_or(false) ? 1 : 0;
            }
            if (c.what == operation::count) return compared(n, c.how, c.value);
            return (n > 0) == (c.what == operation::any);
        }
    }
}

bool world::before(const std::vector<sort>& order, const row& a, const row& b) const {
    for (const sort& by : order) {
        const cell& x = a[by.column];
        const cell& y = b[by.column];
        if (x == y) continue;
        bool less = x && y && *x < *y;
        if (!x || !y) less = x.has_value() != null_is_least_;
        return less != by.descending;
    }
    return false;
}

void world::arrange(std::vector<object>& all, const std::vector<sort>& order) const {
    std::sort(all.begin(), all.end(), [&](const object& a, const object& b) {
        const row &x = *find(a), &y = *find(b);
        return before(order, x, y) || (!before(order, y, x) && a < b);
    });
}

std::vector<object> world::along(const object& owner, const relation& r, sight sees) const {
    std::vector<object> all;
    const row* from = find(owner);
    if (from == nullptr) return all;
    std::size_t to = r.target;
    if (r.what == relation_kind::morph_to) {
        const auto speaks =
            std::find_if(r.arms.begin(), r.arms.end(), [&](const arm& a) { return (*from)[r.tag] == a.tag; });
        if (speaks == r.arms.end()) return all;
        to = speaks->model;
    }
    const std::optional<key> mine = read(*from, r.own);
    if (!mine) return all;
    const auto fits = [&](const row& target) {
        return visible(to, target, sees) &&
               std::all_of(r.where.begin(), r.where.end(), [&](const fixed& f) { return target[f.column] == f.is; });
    };
    if (r.what == relation_kind::many_to_many) {
        std::set<key> linked;
        for (const auto& [id, pair] : tables_[r.pivot]) {
            if (read(pair, r.pivot_own) == mine) linked.insert(read(pair, r.pivot_theirs).value());
        }
        for (const auto& [id, target] : tables_[to]) {
            if (linked.contains(read(target, r.theirs).value()) && fits(target)) all.push_back({to, id});
        }
        return all;
    }
    const std::vector<std::size_t>& theirs = r.what == relation_kind::morph_to ? shape(to).id : r.theirs;
    for (const auto& [id, target] : tables_[to]) {
        if (read(target, theirs) == mine && fits(target)) all.push_back({to, id});
    }
    return all;
}

/// What does not hold is cut off with all behind it.
std::vector<object> world::walk(const object& owner, const relation& r, const window& w) const {
    std::vector<object> all;
    std::set<object> met{owner};
    std::vector<object> level{owner};
    for (number depth = 1; !level.empty() && (w.depth == 0 || depth <= w.depth); ++depth) {
        std::vector<object> next;
        for (const object& at : level) {
            for (const auto& [id, target] : tables_[r.target]) {
                const bool follows = r.what == relation_kind::descendants ? read(target, r.theirs) == at.id
                                                                          : read(*find(at), r.theirs) == id;
                if (!follows || !visible(r.target, target, w.sees) || !meets(w.where, r.target, target)) continue;
                if (met.insert({r.target, id}).second) next.push_back({r.target, id});
            }
        }
        std::sort(next.begin(), next.end());
        all.insert(all.end(), next.begin(), next.end());
        level = std::move(next);
    }
    return all;
}

std::vector<object> world::shown(const object& owner, std::size_t relation, const window& w) const {
    const reading::relation& r = shape(owner.model, relation);
    if (r.tree()) return walk(owner, r, w);
    std::vector<object> all;
    if (r.what == relation_kind::through) {
        std::set<object> at{owner};
        for (std::size_t i = 0; i < r.hops.size(); ++i) {
            std::set<object> next;
            for (const object& o : at) {
                const sight sees = i + 1 == r.hops.size() ? w.sees : sight::usual;
                for (object& target : along(o, shape(o.model, r.hops[i]), sees)) next.insert(std::move(target));
            }
            at = std::move(next);
        }
        all.assign(at.begin(), at.end());
    } else {
        all = along(owner, r, w.sees);
    }
    if (r.what == relation_kind::one_of_many) {
        std::erase_if(all, [&](const object& o) { return !(*find(o))[r.chosen_by]; });
        const auto best = std::max_element(all.begin(), all.end(), [&](const object& a, const object& b) {
            return std::pair{(*find(a))[r.chosen_by], a.id} < std::pair{(*find(b))[r.chosen_by], b.id};
        });
        if (best != all.end()) all = {object{*best}};
    }
    std::erase_if(all, [&](const object& o) { return !meets(w.where, o.model, *find(o)); });
    if (r.what != relation_kind::morph_to) {
        std::vector<sort> order = w.order;
        order.insert(order.end(), r.order.begin(), r.order.end());
        arrange(all, order);
    }
    const auto from = static_cast<std::size_t>(w.offset.value_or(0));
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(from, all.size())));
    if (w.limit && all.size() > static_cast<std::size_t>(*w.limit)) all.resize(static_cast<std::size_t>(*w.limit));
    return all;
}

bool world::says_none(const object& owner, std::size_t relation) const {
    const row* r = find(owner);
    return r != nullptr && !read(*r, shape(owner.model, relation).own);
}

number world::level(const object& owner, const object& member, std::size_t relation) const {
    for (number depth = 1;; ++depth) {
        const std::vector<object> all = shown(owner, relation, {.depth = depth});
        if (std::find(all.begin(), all.end(), member) != all.end()) return depth;
        if (depth > 100) return 0;
    }
}

bool world::leads_to(const foreign_key& k, const row& r, const object& o) const {
    return k.target == o.model && (!k.tag || r[k.tag->column] == k.tag->is) && read(r, k.columns) == o.id;
}

bool world::cyclic(const object& o) const {
    for (const foreign_key& k : shape(o.model).keys) {
        object at = o;
        for (std::size_t steps = 0; k.target == o.model && steps <= tables_[o.model].size(); ++steps) {
            const row* r = find(at);
            const std::optional<key> next = r == nullptr ? std::nullopt : read(*r, k.columns);
            if (!next) break;
            at.id = *next;
            if (at == o) return true;
        }
    }
    return false;
}

bool world::removable(const object& o) const {
    if (shape(o.model).removed) return true;
    for (std::size_t m = 0; m < tables_.size(); ++m) {
        for (const foreign_key& k : shape(m).keys) {
            if (k.nullable || k.link) continue;
            for (const auto& [id, r] : tables_[m]) {
                if (leads_to(k, r, o)) return false;
            }
        }
    }
    return true;
}

void world::remove(const object& o) {
    if (const std::optional<std::size_t> soft = shape(o.model).removed) {
        if (row* r = find(o)) (*r)[*soft] = 1;
        return;
    }
    tables_[o.model].erase(o.id);
    repair();
}

void world::repair() {
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t m = 0; m < tables_.size(); ++m) {
            for (const foreign_key& k : shape(m).keys) {
                for (auto at = tables_[m].begin(); at != tables_[m].end();) {
                    row& r = at->second;
                    const std::optional<key> to = read(r, k.columns);
                    const bool speaks = !k.tag || r[k.tag->column] == k.tag->is;
                    if (!to || !speaks || tables_[k.target].contains(*to)) {
                        ++at;
                        continue;
                    }
                    changed = true;
                    if (!k.nullable) {
                        at = tables_[m].erase(at);
                        continue;
                    }
                    for (const std::size_t c : k.columns) {
                        if (shape(m).columns[c].nullable) r[c].reset();
                    }
                    if (k.tag) r[k.tag->column].reset();
                    ++at;
                }
            }
        }
    }
}

}  // namespace reading
