#include "memory.hpp"

#include <algorithm>

namespace reading {

namespace {

bool plain(const ask& a, const relation& r) { return !a.part.partial(r) && a.part.order.empty(); }

/// Whether they say the same of the relation itself.
bool agree(const ask& a, const ask& b, const relation& r) {
    if (&a == &b) return true;
    if (with_owners(a.how) != with_owners(b.how) || !plain(a, r) || !plain(b, r)) return false;
    return with_owners(a.how) ? a.how != strategy::contains_eager && b.how != strategy::contains_eager
                              : a.how == b.how && a.with.empty() && b.with.empty();
}

std::set<object> as_set(const std::vector<object>& all) { return {all.begin(), all.end()}; }

std::string names(const schema& s, const std::vector<object>& all) {
    std::string out;
    for (const object& o : all) out += (out.empty() ? "" : ", ") + printed(s, o);
    return "[" + out + "]";
}

}  // namespace

memory::memory(const world& now, std::function<bool(const object&, std::size_t)> is_loaded)
    : now_{now}, is_loaded_{std::move(is_loaded)} {
    for (std::size_t m = 0; m < now.shape().models.size(); ++m) {
        for (std::size_t r = 0; r < now.shape(m).relations.size(); ++r) {
            if (now.shape(m, r).with_owners) declared_.push_back({.owner = m, .relation = r});
        }
    }
}

// -- what a query says ------------------------------------------------------------------------------------------------

void memory::say(answer& to, const place& at, const ask& a, bool unsure) const {
    saying& s = to.says[at];
    s.unsure = s.unsure || unsure;
    const relation& r = now_.shape(at.owner.model, at.relation);
    for (const ask* other : s.asks) {
        if (other == &a) return;
        if (!agree(*other, a, r)) to.conflicts.insert(at);
    }
    s.asks.push_back(&a);
    if (s.rest) to.conflicts.insert(at);
    if (!with_owners(a.how)) return;
    const std::pair where{at.owner, at.relation};
    if (std::find(to.asked.begin(), to.asked.end(), where) == to.asked.end()) to.asked.push_back(where);
}

void memory::walk(answer& to, const std::set<object>& objects, const std::vector<ask>& asks,
                  std::optional<strategy> rest, bool unsure) const {
    for (const object& o : objects) {
        for (std::size_t r = 0; r < now_.shape(o.model).relations.size(); ++r) {
            saying& s = to.says[{o, r}];
            s.unsure = s.unsure || unsure;
            s.below = rest;
            const bool said = std::any_of(asks.begin(), asks.end(),
                                          [&](const ask& a) { return a.owner == o.model && a.relation == r; });
            if (said || !rest) continue;
            s.rest = rest;
            if (!s.asks.empty()) to.conflicts.insert({o, r});
        }
    }
    const auto follow = [&](const ask& a) {
        std::set<object> owners;
        for (const object& o : objects) {
            if (o.model != a.owner) continue;
            owners.insert(o);
            say(to, {o, a.relation}, a, unsure);
        }
        if (with_owners(a.how)) walk(to, owners, a, rest, unsure);
    };
    for (const ask& a : asks) follow(a);
    for (const ask& a : declared_) {
        const auto same = [&](const ask& b) { return b.owner == a.owner && b.relation == a.relation; };
        // No second time on its own path.
        if (rest || std::any_of(asks.begin(), asks.end(), same)) continue;
        if (std::none_of(path_.begin(), path_.end(), [&](const ask* b) { return same(*b); })) follow(a);
    }
}

/// What is loaded with these owners, level by level.
void memory::walk(answer& to, std::set<object> owners, const ask& a, std::optional<strategy> rest, bool unsure) const {
    std::set<object> met = owners;
    path_.push_back(&a);
    for (number level = 1; !owners.empty(); ++level) {
        std::set<object> sure, doubtful;
        for (const object& o : owners) {
            const place at{o, a.relation};
            if (level > 1) say(to, at, a, unsure);
            for (object& target : now_.shown(o, a.relation, a.part)) {
                to.read[target] |= bits(target.model, a.only);
                (unsure || to.conflicts.contains(at) ? doubtful : sure).insert(std::move(target));
            }
        }
        walk(to, sure, a.with, rest, false);
        walk(to, doubtful, a.with, rest, true);
        owners.clear();
        if (level == a.depth) break;
        for (const auto* found : {&sure, &doubtful}) {
            for (const object& o : *found) {
                if (met.insert(o).second) owners.insert(o);
            }
        }
    }
    path_.pop_back();
}

/// Twice: what is loaded below a relation of which two things are asked is known only then.
template <class Walk>
void memory::take(const Walk& walks, bool maybe) {
    answer first;
    walks(first);
    answer second;
    second.conflicts = first.conflicts;
    if (!first.conflicts.empty()) walks(second);
    take(first.conflicts.empty() ? first : second, maybe);
}

void memory::take(answer& from, bool maybe) {
    for (const auto& [at, said] : from.says) apply(at, said, from.conflicts.contains(at), maybe);
    for (const auto& [o, read] : from.read) columns_[o] |= read;
    asked_.insert(asked_.end(), from.asked.begin(), from.asked.end());
}

void memory::returned(const std::vector<object>& objects, const std::vector<ask>& asks, std::optional<strategy> rest,
                      const std::vector<std::size_t>& only) {
    take(
        [&](answer& to) {
            for (const object& o : objects) to.read[o] |= bits(o.model, only);
            walk(to, {objects.begin(), objects.end()}, asks, rest, false);
        },
        false);
}

void memory::loaded(const std::vector<object>& owners, const ask& a) {
    take(
        [&](answer& to) {
            for (const object& o : owners) say(to, {o, a.relation}, a, false);
            walk(to, {owners.begin(), owners.end()}, a, std::nullopt, false);
        },
        false);
}

void memory::loaded_missing(const object& o, std::size_t relation) {
    state& s = at({o, relation});
    const std::vector<object> targets = now_.targets(o, relation);
    if (s.anything || s.may.size() > 1) {
        unforeseen(s);
    } else if (s.may[0].what != content::whole) {
        s = {};
        s.may[0] = {.what = content::whole, .surely = true, .ordered = true};
        asked_.emplace_back(o, relation);
    }
    take(
        [&](answer& to) {
            for (const object& target : targets) to.read[target] = bits(target.model, {});
            walk(to, {targets.begin(), targets.end()}, std::vector<ask>{}, std::nullopt, false);
        },
        true);
}

void memory::met(const object& o) { columns_[o] = bits(o.model, {}); }

// -- what is said of one relation -------------------------------------------------------------------------------------

void memory::apply(const place& at, const saying& said, bool conflict, bool maybe) {
    state& s = this->at(at);
    if (said.unsure || conflict) {
        unforeseen(s);
        s.haunted = true;
    } else if (said.asks.empty()) {
        if (said.rest) {
            apply_lazy(s, *said.rest, nullptr);
        } else {
            apply_nothing(s, maybe);
        }
    } else if (with_owners(said.asks[0]->how)) {
        apply_eager(s, now_.shape(at.owner.model, at.relation), *said.asks[0]);
    } else {
        apply_lazy(s, said.asks[0]->how, said.asks[0]);
    }
    if (!said.asks.empty() || said.rest) s.below = said.below;
}

void memory::apply_eager(state& s, const relation& r, const ask& a) {
    s = {};
    const bool part = a.part.partial(r) || a.how == strategy::contains_eager;
    s.may[0] = {.what = part ? content::part : content::whole,
                .how = a.part,
                .surely = true,
                // The whole that was loaded already is not asked for again: what was added stands behind it.
                .ordered = a.how != strategy::contains_eager && (part || !changes_ || !a.part.order.empty())};
}

void memory::apply_lazy(state& s, strategy how, const ask* a) {
    // Nobody foretells what a session of many changes says now; what is asked for at a touch is another thing.
    const bool loads = how == strategy::batch || how == strategy::select;
    const bool restricts = a != nullptr && (a->part.where || a->part.limit || a->part.offset || a->part.depth != 0 ||
                                            a->part.sees != sight::usual || !a->part.order.empty());
    if (loads && restricts) {
        s = {};
        s.said = a;
        return;
    }
    std::vector<possibility> may;
    bool may_be_whole = false;
    for (const possibility& p : s.may) {
        const bool said_whole = p.what == content::as_said && window_of(s).order.empty() && !window_of(s).where &&
                                !window_of(s).limit && window_of(s).sees == sight::usual && window_of(s).depth == 0;
        may_be_whole = may_be_whole || said_whole || p.what == content::whole;
        if (p.what == content::whole || p.what == content::some) may.push_back(p);
    }
    const bool noload = how_of(s) == strategy::noload || how_of(s) == strategy::write_only;
    if (may.empty() && may_be_whole && !loads && !noload) {
        may.push_back({.what = content::whole, .surely = true});  // by the touch of a sibling
    }
    const bool only_whole =
        may.size() == s.may.size() && loads && (a == nullptr || (a->with.empty() && a->only.empty()));
    if (!only_whole) may.push_back({});
    if (s.anything && loads) may.push_back({.what = content::some});  // a whole in another order stays
    const bool anything = s.anything && !loads;
    const bool haunted = s.haunted && !loads;
    s = {};
    s.may = std::move(may);
    s.said = a;
    if (a == nullptr) s.rest = how;
    s.anything = anything;
    s.haunted = haunted;
}

void memory::apply_nothing(state& s, bool maybe) {
    std::vector<possibility> may;
    for (const possibility& p : s.may) {
        const bool ends = p.what == content::part || p.what == content::some;
        if (!ends || maybe || p.what == content::some) may.push_back(p);  // perhaps a whole in another order
        if (ends) may.push_back({});
    }
    s.may = std::move(may);
}

void memory::unforeseen(state& s) {
    const bool haunted = s.haunted || s.said != nullptr || s.rest;
    s = {};
    s.anything = true;
    s.haunted = haunted;
}

memory::state& memory::at(const place& p) {
    const auto [at, fresh] = states_.try_emplace(p);
    if (fresh && haunted_) {
        unforeseen(at->second);
        at->second.haunted = true;
    }
    return at->second;
}

/// A touch has said nobody knows what of nobody knows whom.
void memory::haunt() {
    haunted_ = true;
    for (auto& [at, s] : states_) {
        unforeseen(s);
        s.haunted = true;
    }
}

/// What it shows is as somebody asked before; or it is not loaded any more.
void memory::outdated(state& s, const relation& r) {
    const bool partly = std::any_of(s.may.begin(), s.may.end(), [&](const possibility& p) {
        const bool as_said = p.what == content::as_said;
        return p.what == content::part || p.what == content::some || !p.how.order.empty() ||
               (as_said && (window_of(s).partial(r) || how_of(s) == strategy::noload || !window_of(s).order.empty()));
    });
    std::erase_if(s.may, [](const possibility& p) { return p.what != content::whole; });
    if (partly) s.may.push_back({.what = content::some});
    s.may.push_back({});
}

void memory::changed() {
    changes_ = true;
    for (auto& [at, s] : states_) {
        outdated(s, now_.shape(at.owner.model, at.relation));
        for (possibility& p : s.may) p.surely = p.ordered = false;
    }
}

void memory::flushed(bool by_hand) {
    for (auto& [at, s] : states_) {
        if (!by_hand && !now_.shape(at.owner.model, at.relation).computed()) continue;
        for (possibility& p : s.may) p.surely = false;
        s.may.push_back({});
    }
}

void memory::rolled_back() {
    // Who was removed is here again, with what was said of it.
    states_.merge(removed_);
    removed_.clear();
    for (auto& [at, s] : states_) {
        outdated(s, now_.shape(at.owner.model, at.relation));
        for (possibility& p : s.may) p.surely = p.ordered = false;
    }
}

void memory::expired(const object& o) {
    for (auto& [at, s] : states_) {
        if (at.owner == o) s.may = {possibility{}};
    }
}

void memory::gone(const object& o) {
    for (auto at = states_.lower_bound({o, 0}); at != states_.end() && at->first.owner == o;)
        removed_.insert(states_.extract(at++));
    columns_.erase(o);
}

void memory::forgotten() {
    states_.clear();
    columns_.clear();
    asked_.clear();
    removed_.clear();
    changes_ = haunted_ = false;
}

// -- what is expected -------------------------------------------------------------------------------------------------

std::uint64_t memory::bits(std::size_t m, const std::vector<std::size_t>& only) const {
    if (only.empty()) return ~std::uint64_t{};
    std::uint64_t all = 0;
    for (const std::size_t c : only) all |= std::uint64_t{1} << c;
    for (const std::size_t c : now_.shape(m).id) all |= std::uint64_t{1} << c;
    return all;
}

std::uint64_t memory::columns(const object& o) const {
    const auto at = columns_.find(o);
    return at == columns_.end() ? 0 : at->second;
}

bool memory::is_usual(const object& o, std::size_t relation) const {
    const auto at = states_.find({o, relation});
    if (at == states_.end()) return true;
    const state& s = at->second;
    return !s.anything && s.said == nullptr && !s.rest &&
           std::none_of(s.may.begin(), s.may.end(),
                        [](const possibility& p) { return p.what == content::part || p.what == content::some; });
}

void memory::touching(const object& o, std::size_t relation) {
    siblings_.clear();
    strangers_.clear();
    const auto mine = states_.find({o, relation});
    if (mine == states_.end() || how_of(mine->second) != strategy::batch) return;
    if (mine->second.said == nullptr && !mine->second.rest) return;
    for (const auto& [at, s] : states_) {
        if (at.relation != relation || at.owner.model != o.model || at.owner == o) continue;
        const bool same = s.said == mine->second.said && s.rest == mine->second.rest;
        if (!same && !(s.anything && s.haunted)) continue;
        if (!is_loaded_(at.owner, relation)) (same ? siblings_ : strangers_).push_back(at);
    }
}

std::string memory::same(const place& at, const window& w, bool ordered, const seen& what) const {
    const relation& r = now_.shape(at.owner.model, at.relation);
    const std::vector<object> right = now_.shown(at.owner, at.relation, w);
    std::vector<object> a = right, b = what.members;
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    const std::string expected = "right: " + names(now_.shape(), right);
    if (a != b) return expected;
    if (!ordered || what.pending) return {};
    std::vector<sort> order = w.order;
    order.insert(order.end(), r.order.begin(), r.order.end());
    for (std::size_t i = 1; i < what.members.size(); ++i) {
        const object &one = what.members[i - 1], &next = what.members[i];
        if (r.tree()) {
            if (now_.level(at.owner, one, at.relation) > now_.level(at.owner, next, at.relation)) return expected;
        } else if (!order.empty() && now_.before(order, *now_.find(next), *now_.find(one))) {
            return expected + " in this order";
        }
    }
    return {};
}

bool memory::comes_with_more(const relation& r) const {
    return std::any_of(declared_.begin(), declared_.end(), [&](const ask& a) { return a.owner == r.target; });
}

/// The first thing that is wrong, or "".
std::string memory::fits(const place& at, const possibility& p, const state& s, const seen& what) const {
    const relation& r = now_.shape(at.owner.model, at.relation);
    if (p.what == content::some) return what.was_loaded ? "" : "right: loaded before it is read";
    if (p.what != content::as_said) {
        if (what.refused) return "right: no raised_load, it was loaded";
        if (p.surely && !what.was_loaded) return "right: loaded before it is read";
        if (p.surely && what.sent != 0) return "right: nothing is sent, it was loaded";
        return same(at, p.how, p.ordered, what);
    }
    const strategy how = how_of(s);
    const window w = window_of(s);
    // What is to be loaded below a known target may have to be sent.
    const bool more = (s.said != nullptr && (!s.said->with.empty() || !s.said->only.empty())) ||
                      ((s.said != nullptr || s.rest) && comes_with_more(r));
    const bool needs_nothing = r.holds_key() && !w.partial(r) && !more && what.known;
    const bool none = r.holds_key() && now_.says_none(at.owner, at.relation);
    switch (how) {
        case strategy::raise:
            if (!what.refused && !what.was_loaded) return "right: raised_load";
            break;
        case strategy::raise_on_sql:
            if (what.sent != 0) return "right: raised_load, or nothing is sent";
            if (what.refused && (needs_nothing || none)) return "right: no raised_load, as nothing has to be sent";
            break;
        case strategy::noload:
            if (what.refused || what.sent != 0 || (!what.members.empty() && !what.pending))
                return "right: [], and nothing is sent";
            break;
        case strategy::write_only:
            if (!what.refused && !what.was_loaded) return "right: raised_load";
            break;
        default:
            if (what.refused && (!what.strict || what.was_loaded)) return "right: no raised_load";
            if (what.refused && (needs_nothing || none)) return "right: no raised_load, as nothing has to be sent";
            if (what.strict && what.sent != 0) return "right: a strict session sends nothing";
            if (what.refused) return {};
            return same(at, w, in_order(what), what);
    }
    if (what.refused || how == strategy::noload) return {};
    return same(at, {}, in_order(what), what);
}

/// What a touch has brought. It says nothing of their relations, unless a query said something for this touch: then it
/// is like a query, and where the targets are known already both is right.
void memory::came(const std::vector<object>& targets, const state& s) {
    const bool loads = how_of(s) == strategy::batch || how_of(s) == strategy::select;
    if ((s.said == nullptr && !s.rest) || !loads) {
        for (const object& o : targets) met(o);
        return;
    }
    static const std::vector<ask> nothing;
    take(
        [&](answer& to) {
            for (const object& o : targets)
                to.read[o] |= bits(o.model, s.said != nullptr ? s.said->only : std::vector<std::size_t>{});
            walk(to, {targets.begin(), targets.end()}, s.said != nullptr ? s.said->with : nothing, s.below, false);
        },
        true);
}

std::string memory::compared(const object& o, std::size_t relation, const seen& what) {
    const place at{o, relation};
    state& s = this->at(at);
    const reading::relation& r = now_.shape(o.model, relation);
    std::string wrong;
    std::vector<possibility> right;
    for (const possibility& p : s.may) {
        std::string why = fits(at, p, s, what);
        if (why.empty()) {
            right.push_back(p);
        } else {
            wrong = std::move(why);
        }
    }
    const strategy how = how_of(s);
    const bool loads = how == strategy::batch || how == strategy::select;
    std::set<place> about_itself;
    if (s.said != nullptr && (!s.said->with.empty() || s.below) && !what.was_loaded) {
        // What it says of what it brings can be about itself.
        answer again;
        std::set<object> brought;
        brought.merge(as_set(now_.shown(o, relation, s.said->part)));
        for (const place& sibling : siblings_) brought.merge(as_set(now_.shown(sibling.owner, relation, s.said->part)));
        walk(again, brought, s.said->with, s.below, false);
        for (const auto& [of, said] : again.says) {
            if (!said.asks.empty() || said.rest) about_itself.insert(of);
        }
        siblings_.push_back(at);
        for (const place& each : siblings_) {
            if (!about_itself.contains(each)) continue;
            unforeseen(this->at(each));
            this->at(each).haunted = true;
        }
        siblings_.pop_back();
    }
    if (!s.anything) {
        if (right.empty()) {
            return printed(now_.shape(), o) + "." + r.name +
                   (what.refused ? std::string{" throws raised_load"} : " shows " + names(now_.shape(), what.members)) +
                   (what.was_loaded ? ", was loaded" : ", was not loaded") +
                   (what.sent != 0 ? ", sent " + std::to_string(what.sent) : std::string{}) +
                   (what.strict ? ", strict" : "") + "; " + wrong;
        }
        // What is shown of no part at all is what was added: it stays there when it is written.
        const bool shows_added = how == strategy::noload && what.pending && !what.members.empty();
        for (possibility& p : right) {
            if (p.what != content::as_said || what.refused || how == strategy::noload) continue;
            const window w = loads ? window_of(s) : window{};
            const bool part = w.partial(r);
            p = {.what = part ? content::part : content::whole, .how = w, .surely = true, .ordered = in_order(what)};
        }
        if (shows_added) right.push_back({.what = content::some});
        s.may = std::move(right);
    }
    // Refused by what it said itself: it had brought them before.
    if (what.refused && about_itself.contains(at)) haunt();
    if (what.was_loaded || what.refused) return {};
    const memory::state copy = s;
    if (copy.haunted) haunt();
    if (copy.anything) return {};
    if ((copy.said == nullptr && !copy.rest) || !loads) {
        came(what.members, copy);
        return {};
    }
    // Siblings and their targets came, too.
    for (auto& [other, state] : states_) {
        const bool target =
            r.what == relation_kind::morph_to
                ? std::any_of(r.arms.begin(), r.arms.end(), [&](const arm& a) { return a.model == other.owner.model; })
                : other.owner.model == r.target;
        if (target) apply_nothing(state, true);
    }
    std::set<object> brought = as_set(what.members);
    for (const place& sibling : siblings_) {
        if (is_loaded_(sibling.owner, relation))
            brought.merge(as_set(now_.shown(sibling.owner, relation, window_of(copy))));
    }
    came({brought.begin(), brought.end()}, copy);
    const auto perhaps = [&](const place& other) {
        static const std::vector<ask> nothing;
        const std::set<object> targets = as_set(now_.shown(other.owner, relation, window_of(copy)));
        take([&](answer& to) { walk(to, targets, copy.said != nullptr ? copy.said->with : nothing, copy.below, true); },
             true);
    };
    for (const place& sibling : siblings_) {
        // It may have been loaded until what it brought said that it is not.
        if (about_itself.contains(sibling)) perhaps(sibling);
    }
    for (const place& other : strangers_) {
        if (is_loaded_(other.owner, relation)) perhaps(other);
    }
    return {};
}

}  // namespace reading
