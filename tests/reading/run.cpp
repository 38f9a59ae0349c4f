#include "run.hpp"

#include <algorithm>
#include <utility>

#include "memory.hpp"

namespace reading {

namespace {

/// What differs, as an exception: it ends the program.
struct differs {
    std::string what;
};

class runner {
  public:
    runner(stage& on, const program& p, tally& counted)
        : f_{on.models()},
          s_{on.database()},
          now_{*f_.shape, kin::test::can(kin::test::capability::nulls_come_first)},
          committed_{now_},
          memory_{now_,
                  [this](const object& o, std::size_t r) {
                      const auto at = here_.find(o);
                      return at != here_.end() && face_of(o).relations[r].loaded(at->second);
                  }},
          counted_{counted},
          acyclic_{p.acyclic} {
        for (std::size_t m = 0; m < p.rows.size(); ++m) now_.table(m) = p.rows[m];
        committed_ = now_;
    }

    void run(const step& p) {
        ++counted_.steps;
        memory_.begin();
        switch (p.what) {
            case action::query:
                return ask(p.asks);
            case action::look:
                return look(p);
            case action::get:
                return get(p.at);
            case action::load:
                return load(p);
            case action::load_missing:
                return load_missing(p);
            case action::set:
            case action::set_key:
                return set(p);
            case action::put:
            case action::take:
                return relate(p);
            case action::add:
                return add(p);
            case action::remove:
                return remove(p.at);
            case action::flush:
                return flush();
            case action::commit:
                s_.commit();
                settled();
                removed_.clear();
                committed_ = now_;
                return;
            case action::rollback:
                return rollback();
            case action::expire:
            case action::refresh:
                flush();
                if (!here_.contains(p.at)) return;
                expired_ = true;
                (p.what == action::expire ? face_of(p.at).expire : face_of(p.at).refresh)(s_, here_.at(p.at));
                return memory_.expired(p.at);
            case action::expire_all:
                flush();
                s_.expire_all();
                expired_ = true;
                return memory_.rolled_back();
            case action::clear:
                flush();
                s_.clear();
                here_.clear();
                return memory_.forgotten();
            default:
                strict_ = p.on;
                s_.strict(p.on);
        }
    }

  private:
    const face& face_of(const object& o) const { return f_.faces[o.model]; }
    [[noreturn]] static void differ(std::string what) { throw differs{std::move(what)}; }
    std::string name(const object& o) const { return printed(*f_.shape, o); }

    // -- objects ------------------------------------------------------------------------------------------------------

    /// The row of an object that was handed out; one object for one row.
    object named(std::size_t m, const void* at) {
        object o{m, {}};
        for (const std::size_t c : now_.shape(m).id) o.id.push_back(f_.faces[m].columns[c].get(at).value_or(0));
        const auto [known, fresh] = here_.emplace(o, at);
        if (known->second != at) differ("two objects for " + name(o));
        if (now_.find(o) == nullptr) differ("an object without a row: " + name(o));
        return o;
    }

    void compare_columns(const object& o) {
        ++counted_.objects;
        const row& right = *now_.find(o);
        const model& m = now_.shape(o.model);
        const std::uint64_t read = memory_.columns(o);
        for (std::size_t c = 0; c < f_.faces[o.model].columns.size(); ++c) {
            const bool follows = m.columns[c].role == column_role::key || m.columns[c].role == column_role::removed;
            if ((read >> c & 1) == 0 || (follows && pending_)) continue;
            const cell is = face_of(o).columns[c].get(here_.at(o));
            if (is == right[c]) continue;
            const auto text = [](const cell& v) { return v ? std::to_string(*v) : std::string{"NULL"}; };
            differ(name(o) + "." + m.columns[c].name + " is " + text(is) + "; right: " + text(right[c]));
        }
    }

    /// Reads a relation, as a program would.
    void observe(const object& o, std::size_t r) {
        const auto at = here_.find(o);
        if (at == here_.end()) return;
        const relation& shape = now_.shape(o.model, r);
        const relation_face& face = face_of(o).relations[r];
        face_of(o).look(s_, at->second);
        seen what;
        what.strict = strict_;
        what.pending = pending_;
        if (shape.holds_key()) {
            const std::vector<object> targets = now_.targets(o, r);
            what.known = targets.size() == 1 && here_.contains(targets[0]) && !now_.shape(targets[0].model).scope &&
                         memory_.columns(targets[0]) == ~std::uint64_t{};  // else it is completed
        }
        memory_.touching(o, r);
        what.was_loaded = face.loaded(at->second);
        std::vector<found> members;
        const std::uint64_t before = s_.statements();
        try {
            face.read(at->second, members);
        } catch (const kin::raised_load&) {
            what.refused = true;
        }
        what.sent = s_.statements() - before;
        for (const found& each : members) what.members.push_back(named(each.model, each.at));
        ++counted_.relations;
        if (std::string wrong = memory_.compared(o, r, what); !wrong.empty()) differ(std::move(wrong));
        for (const object& member : what.members) compare_columns(member);
    }

    /// What a rollback or an expiry has left to be read again.
    void read_expired() {
        if (!std::exchange(expired_, false)) return;
        for (const auto& [o, at] : here_) face_of(o).look(s_, at);
    }

    void compare_asked() {
        read_expired();
        const std::vector<std::pair<object, std::size_t>> asked = memory_.asked_for();
        for (const auto& [o, r] : asked) observe(o, r);
    }

    // -- queries ------------------------------------------------------------------------------------------------------

    std::vector<object> expected(const query& q) const {
        std::vector<object> all;
        for (const auto& [id, r] : now_.table(q.model)) {
            if (!now_.visible(q.model, r, q.sees) || !now_.meets(q.where, q.model, r)) continue;
            const object o{q.model, id};
            if (q.join && now_.shown(o, *q.join, {.where = q.joined_where}).empty()) continue;
            all.push_back(o);
        }
        now_.arrange(all, q.order);
        if (q.ends == terminal::page) return all;
        const std::size_t from = std::min(static_cast<std::size_t>(q.offset.value_or(0)), all.size());
        all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(from));
        std::size_t most = static_cast<std::size_t>(q.limit.value_or(1000));
        if (q.ends == terminal::first) most = std::min<std::size_t>(most, 1);
        if (all.size() > most) all.resize(most);
        return all;
    }

    void ask(const query& q) {
        const answered got = f_.faces[q.model].run(f_, s_, q);
        std::vector<object> right = expected(q);
        if (q.ends == terminal::count || q.ends == terminal::exists) {
            const auto n = static_cast<std::int64_t>(q.ends == terminal::count ? right.size() : !right.empty());
            if (got.count != n) differ("gives " + std::to_string(got.count) + "; right: " + std::to_string(n));
            return;
        }
        if (q.ends == terminal::page) {
            const auto total = static_cast<std::int64_t>(right.size());
            if (got.count != total)
                differ("a total of " + std::to_string(got.count) + "; right: " + std::to_string(total));
            const auto at = [&](number n) {
                return right.begin() + static_cast<std::ptrdiff_t>(std::min(static_cast<std::size_t>(n), right.size()));
            };
            right = std::vector<object>(at(2 * (q.page - 1)), at(2 * q.page));
        }
        std::vector<object> all;
        for (const void* at : got.objects) all.push_back(named(q.model, at));
        std::vector<object> shown = all;
        if (q.order.empty()) std::sort(shown.begin(), shown.end());
        if (shown != right) {
            const auto list = [&](const std::vector<object>& objects) {
                std::string out;
                for (const object& o : objects) out += (out.empty() ? "" : ", ") + name(o);
                return "[" + out + "]";
            };
            differ("gives " + list(shown) + "; right: " + list(right));
        }
        memory_.returned(all, q.asks, q.rest, q.only);
        for (const reading::ask& a : q.then_load) {
            // It flushes where it reads what is pending; what a query has found before is read again after that.
            if (pending_) memory_.flushed(false);
            memory_.loaded(all, a);
        }
        const std::uint64_t before = s_.statements();
        for (const object& o : all) {
            for (const counted& c : q.counts) {
                std::int64_t n = 0;  // of a tree, too: the condition cuts nothing off
                for (const object& target : now_.targets(o, c.relation))
                    n += now_.meets(c.where, target.model, *now_.find(target)) ? 1 : 0;
                const std::int64_t is = face_of(o).relations[c.relation].counted(here_.at(o), c.alias);
                if (is == n) continue;
                differ(name(o) + "." + now_.shape(o.model, c.relation).name + ".count() is " + std::to_string(is) +
                       "; right: " + std::to_string(n));
            }
        }
        // A relation that flushes what is pending outdates what came with the objects.
        if (s_.statements() != before && !pending_) differ("a count that the query asked for is sent again");
        for (const object& o : all) compare_columns(o);
        compare_asked();
    }

    void look(const step& p) {
        std::vector<std::pair<object, std::size_t>> all;
        bool computed = false;
        for (const auto& [o, at] : here_) {
            if (!p.on && o.model != p.at.model) continue;
            for (std::size_t r = 0; r < now_.shape(o.model).relations.size(); ++r) {
                if (!p.on && r != p.relation) continue;
                computed = computed || now_.shape(o.model, r).computed();
                all.emplace_back(o, r);
            }
        }
        // What is set by hand, and what is over keys of others, follows at the flush.
        if (by_hand_ || (pending_ && computed)) flush();
        read_expired();
        for (const auto& [o, r] : all) observe(o, r);
    }

    void get(const object& o) {
        if (o.id.empty()) return;
        const row* r = now_.find(o);
        const bool there = r != nullptr && now_.visible(o.model, *r);
        const void* at = face_of(o).get(s_, o.id);
        if ((at != nullptr) != there) differ(there ? "gives nothing" : "gives an object; right: none");
        if (at == nullptr) return;
        const bool fresh = !here_.contains(o);
        (void)named(o.model, at);
        if (fresh) memory_.met(o);
        face_of(o).look(s_, at);
        compare_columns(o);
    }

    /// The object, for changing; null where it is not shown.
    const void* reached(const object& o) {
        if (o.id.empty()) return nullptr;
        const row* r = now_.find(o);
        if (r == nullptr || !now_.visible(o.model, *r)) return nullptr;
        if (const auto at = here_.find(o); at != here_.end()) return at->second;
        get(o);
        return here_.at(o);
    }

    void load(const step& p) {
        if (!here_.contains(p.at) || by_hand_) return;
        face_of(p.at).load(f_, s_, here_.at(p.at), p.loads);
        memory_.loaded({p.at}, p.loads);
        compare_asked();
    }
    void load_missing(const step& p) {
        if (!here_.contains(p.at) || pending_) return;
        face_of(p.at).load_missing(s_, here_.at(p.at), p.relation);
        memory_.loaded_missing(p.at, p.relation);
        compare_asked();
    }

    // -- changes ------------------------------------------------------------------------------------------------------

    void changed(bool by_hand) {
        pending_ = true;
        by_hand_ = by_hand_ || by_hand;
        memory_.changed();
    }
    void settled() {
        memory_.flushed(by_hand_);
        pending_ = by_hand_ = false;
    }
    void flush() {
        if (!pending_) return s_.flush();
        s_.flush();
        settled();
    }
    void rollback() {
        s_.rollback();
        now_ = committed_;
        pending_ = by_hand_ = false;
        expired_ = true;
        for (auto at = here_.begin(); at != here_.end();) {
            // Who was read again after its removal leaves again: the object that was removed is back.
            if (now_.find(at->first) != nullptr && !removed_.contains(at->first)) {
                ++at;
            } else {
                memory_.gone(at->first);
                at = here_.erase(at);
            }
        }
        removed_.clear();
        memory_.rolled_back();
    }

    /// Whether the row may become so; then it is.
    template <class F>
    bool changes(const object& o, const F& f) {
        row& r = *now_.find(o);
        const row before = r;
        f(r);
        if (!acyclic_ || !now_.cyclic(o)) return true;
        r = before;
        return false;
    }

    void set(const step& p) {
        if (p.what == action::set_key && pending_) flush();
        if (p.what == action::set_key && p.value) {
            const auto key = std::find_if(now_.shape(p.at.model).keys.begin(), now_.shape(p.at.model).keys.end(),
                                          [&](const foreign_key& k) { return k.columns[0] == p.column; });
            if (now_.find({key->target, {*p.value}}) == nullptr) return;
        }
        const void* at = reached(p.at);
        if (at == nullptr) return;
        if (!changes(p.at, [&](row& r) { r[p.column] = p.value; })) return;
        face_of(p.at).columns[p.column].set(face_of(p.at).edit(s_, at), p.value);
        changed(p.what == action::set_key);
    }

    void relate(const step& p) {
        const relation& r = now_.shape(p.at.model, p.relation);
        const bool put = p.what == action::put;
        if (by_hand_) flush();  // a key and a relation that contradict each other are an error
        const void* at = reached(p.at);
        const void* other = reached(p.other);
        if (at == nullptr || other == nullptr) return;
        if (!put && !memory_.is_usual(p.at, p.relation)) return;  // who is no member of a part is not erased
        bool by_hand = false;
        if (r.what == relation_kind::many_to_many) {
            const model& pivot = now_.shape(r.pivot);
            row pair(pivot.columns.size());
            for (std::size_t c = 0; c < pair.size(); ++c) {
                if (pivot.columns[c].role == column_role::value) pair[c] = 0;
            }
            for (std::size_t c = 0; c < r.own.size(); ++c) pair[r.pivot_own[c]] = (*now_.find(p.at))[r.own[c]];
            for (std::size_t c = 0; c < r.theirs.size(); ++c)
                pair[r.pivot_theirs[c]] = (*now_.find(p.other))[r.theirs[c]];
            const object link{r.pivot, now_.id_of(r.pivot, pair)};
            if ((now_.find(link) != nullptr) == put) return;
            if (put) {
                now_.table(r.pivot).emplace(link.id, pair);
            } else {
                now_.table(r.pivot).erase(link.id);
                here_.erase(link);
                memory_.gone(link);
            }
            by_hand = !pivot.implied;  // its object comes with the flush
        } else {
            const object& child = r.what == relation_kind::belongs_to ? p.at : p.other;
            const object& parent = r.what == relation_kind::belongs_to ? p.other : p.at;
            const std::vector<std::size_t>& columns = r.what == relation_kind::belongs_to ? r.own : r.theirs;
            const std::vector<std::size_t>& theirs = r.what == relation_kind::belongs_to ? r.theirs : r.own;
            const auto& keys = now_.shape(child.model).keys;
            const auto key =
                std::find_if(keys.begin(), keys.end(), [&](const foreign_key& k) { return k.columns == columns; });
            if (key == keys.end() || key->unique || key->link || (!put && !key->nullable)) return;
            const row& child_row = *now_.find(child);
            const row& parent_row = *now_.find(parent);
            bool member = true;
            for (std::size_t c = 0; c < columns.size(); ++c)
                member = member && child_row[columns[c]] == parent_row[theirs[c]];
            if (!put && r.to_many() && !member) return;
            const row to = parent_row;
            const bool fits = changes(child, [&](row& r) {
                for (std::size_t c = 0; c < columns.size(); ++c) r[columns[c]] = put ? to[theirs[c]] : cell{};
            });
            if (!fits) return;
        }
        const relation_face& face = face_of(p.at).relations[p.relation];
        (put ? face.put : face.take)(s_, face_of(p.at).edit(s_, at), const_cast<void*>(other));
        changed(by_hand);
    }

    void add(const step& p) {
        const model& m = now_.shape(p.at.model);
        row r = p.values;
        for (const foreign_key& k : m.keys) {
            if (k.tag) {
                r[k.tag->column].reset();
                r[k.columns[0]].reset();
            }
            std::vector<number> to;
            for (const std::size_t c : k.columns) {
                if (r[c]) to.push_back(*r[c]);
            }
            if (to.size() == k.columns.size() && now_.find({k.target, to}) == nullptr) return;
            for (const auto& [id, other] : now_.table(p.at.model)) {
                if (k.unique && other[k.columns[0]] == r[k.columns[0]]) return;
            }
        }
        if (now_.find(p.at) != nullptr) return;
        const void* at = face_of(p.at).add(f_, s_, p.at.model, r);
        now_.table(p.at.model).emplace(p.at.id, r);
        here_[p.at] = at;
        memory_.met(p.at);
        changed(true);
    }

    void remove(const object& o) {
        const void* at = reached(o);
        if (at == nullptr || !now_.removable(o)) return;
        face_of(o).remove(s_, at);
        now_.remove(o);
        for (auto each = here_.begin(); each != here_.end();) {
            if (each->first == o || now_.find(each->first) == nullptr) {
                memory_.gone(each->first);
                removed_.insert(each->first);
                each = here_.erase(each);
            } else {
                ++each;
            }
        }
        changed(true);
    }

    const family& f_;
    kin::session s_;
    world now_;
    world committed_;
    std::map<object, const void*> here_{};
    std::set<object> removed_{};  ///< since the last commit
    memory memory_;
    tally& counted_;
    bool acyclic_;
    bool pending_ = false;
    bool by_hand_ = false;  ///< pending, and memory follows at the flush
    bool strict_ = false;
    bool expired_ = false;  ///< some objects may be
};

}  // namespace

std::string difference(stage& on, const program& p, tally& counted) {
    on.fill(p.rows);
    ++counted.programs;
    std::string done;
    const auto where = [&](const std::string& what) { return "=> " + what + "   // at " + done; };
    try {
        runner r{on, p, counted};
        for (const step& each : p.steps) {
            done = printed(*on.models().shape, each);
            r.run(each);
        }
    } catch (const differs& d) {
        return where(d.what);
    } catch (const std::exception& e) {
        return where(std::string{"throws "} + e.what());
    }
    return {};
}

}  // namespace reading
