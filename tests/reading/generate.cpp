#include "generate.hpp"

#include <algorithm>

namespace reading {

ingredients::ingredients(std::string_view without) {
    while (!without.empty()) {
        const std::size_t comma = std::min(without.find(','), without.size());
        without_.emplace(without.substr(0, comma));
        without.remove_prefix(std::min(comma + 1, without.size()));
    }
}

namespace {

class generator {
  public:
    generator(const schema& s, std::uint64_t seed, const ingredients& with) : s_{s}, d_{seed}, with_{with} {}

    program make(std::size_t family, std::uint64_t seed) {
        p_.seed = seed;
        p_.family = family;
        p_.acyclic = !has("cycles");
        rows();
        before();
        for (std::size_t left = 3 + d_.below(6); left > 0; --left) any();
        p_.steps.push_back({.what = action::look, .on = true});
        return std::move(p_);
    }

  private:
    bool has(std::string_view ingredient) const { return with_.has(ingredient); }
    /// A chance, where the ingredient is not left out.
    bool maybe(std::size_t percent, std::string_view ingredient) {
        const bool wanted = d_.chance(percent);
        return wanted && has(ingredient);
    }

    // -- rows ---------------------------------------------------------------------------------------------------------

    number id_from(number most) { return 1 + static_cast<number>(d_.below(static_cast<std::size_t>(most))); }

    void rows() {
        p_.rows.resize(s_.models.size());
        ids_.resize(s_.models.size());
        for (std::size_t m = 0; m < s_.models.size(); ++m) {
            const model& of = s_.models[m];
            if (made_of_keys(of)) continue;
            for (std::size_t n = 2 + d_.below(6); n > 0; --n) {
                key k;
                for (std::size_t i = 0; i < of.id.size(); ++i) k.push_back(id_from(of.id.size() > 1 ? 4 : 12));
                if (std::find(ids_[m].begin(), ids_[m].end(), k) == ids_[m].end()) ids_[m].push_back(k);
            }
        }
        for (std::size_t m = 0; m < s_.models.size(); ++m) {
            const model& of = s_.models[m];
            if (!made_of_keys(of)) {
                const std::vector<key> all = ids_[m];
                for (const key& k : all) {
                    if (const std::optional<row> r = random_row(m, &k)) {
                        p_.rows[m].emplace(k, *r);
                    } else {
                        std::erase(ids_[m], k);
                    }
                }
                continue;
            }
            for (std::size_t n = 2 + d_.below(9); n > 0; --n) {
                const std::optional<row> r = random_row(m, nullptr);
                if (!r) continue;
                key k;
                for (const std::size_t c : of.id) k.push_back(*(*r)[c]);
                if (p_.rows[m].emplace(k, *r).second) ids_[m].push_back(k);
            }
        }
    }

    /// A pivot: its key is the keys of others.
    static bool made_of_keys(const model& m) {
        return std::any_of(m.keys.begin(), m.keys.end(), [&](const foreign_key& k) { return k.link; });
    }

    /// Nothing where a row that it needs is missing.
    std::optional<row> random_row(std::size_t m, const key* id) {
        const model& of = s_.models[m];
        row r(of.columns.size());
        for (std::size_t c = 0; c < of.columns.size(); ++c) {
            const column& each = of.columns[c];
            const std::size_t value = d_.below(5);
            const std::size_t none = d_.below(100);
            if (each.role == column_role::value && !(each.nullable && none < 25)) r[c] = static_cast<number>(value);
            if (each.role == column_role::fixed) r[c] = none < 65 ? 1 : 0;
            if (each.role == column_role::removed && none < 25) r[c] = 1;
        }
        if (id != nullptr) {
            for (std::size_t i = 0; i < of.id.size(); ++i) r[of.id[i]] = (*id)[i];
        }
        std::set<std::size_t> said;
        for (std::size_t i = 0; i < of.keys.size(); ++i) {
            // Of the keys of a morph_to one speaks.
            const foreign_key* k = &of.keys[i];
            if (k->tag && !said.insert(k->columns[0]).second) continue;
            if (k->tag) {
                std::vector<const foreign_key*> arms;
                for (const foreign_key& each : of.keys) {
                    if (each.tag && each.columns == k->columns) arms.push_back(&each);
                }
                k = d_.of(arms);
            }
            if (d_.chance(25) && k->nullable) continue;
            std::vector<key> targets = ids_[k->target];
            if (k->unique) {
                std::erase_if(targets, [&](const key& t) {
                    return std::any_of(p_.rows[m].begin(), p_.rows[m].end(),
                                       [&](const auto& each) { return each.second[k->columns[0]] == t[0]; });
                });
            }
            // A tree, nearly always.
            if (k->target == m && id != nullptr && !maybe(15, "cycles"))
                std::erase_if(targets, [&](const key& t) { return !(t < *id); });
            if (targets.empty()) {
                if (k->nullable) continue;
                return std::nullopt;
            }
            const key& to = d_.of(targets);
            for (std::size_t c = 0; c < k->columns.size(); ++c) r[k->columns[c]] = to[c];
            if (k->tag) r[k->tag->column] = k->tag->is;
        }
        return r;
    }

    // -- what is asked ------------------------------------------------------------------------------------------------

    std::size_t random_model() {
        for (;;) {
            const std::size_t m = d_.below(s_.models.size());
            if (!s_.models[m].implied) return m;
        }
    }

    std::size_t some_column(std::size_t m, bool fixed) {
        const model& of = s_.models[m];
        std::vector<std::size_t> all{of.id[0]};
        for (std::size_t c = 0; c < of.columns.size(); ++c) {
            const column_role role = of.columns[c].role;
            for (int i = 0; i < 3; ++i) {
                if (role == column_role::value || (fixed && role == column_role::fixed)) all.push_back(c);
            }
        }
        return d_.of(all);
    }

    condition random_condition(std::size_t m, int depth) {
        const std::size_t roll = d_.below(100);
        condition c;
        if (roll < 16 && depth > 0) {
            c.what = roll < 7 ? operation::both : roll < 14 ? operation::either : operation::negated;
            c.parts.push_back(random_condition(m, depth - 1));
            if (c.what != operation::negated) c.parts.push_back(random_condition(m, depth - 1));
            return c;
        }
        if (roll < 38 && depth > 0 && !s_.models[m].relations.empty() && has("existence")) {
            c.relation = d_.below(s_.models[m].relations.size());
            const relation& r = s_.models[m].relations[c.relation];
            if (r.tree() && !has("trees_in_conditions")) return random_condition(m, depth - 1);
            c.what = roll < 26 ? operation::any : roll < 31 ? operation::none : operation::count;
            std::size_t target = r.target;
            if (r.what == relation_kind::morph_to) {
                target = c.arm = d_.of(r.arms).model;
                if (c.what == operation::count) c.what = operation::any;
            }
            if (c.what == operation::count) {
                c.how = d_.chance(70) ? comparison::greater_equal : comparison::equal;
                c.value = static_cast<number>(d_.below(3));
            }
            c.parts.push_back(d_.chance(35) ? condition{} : random_condition(target, depth - 1));
            return c;
        }
        c.column = some_column(m, true);
        const column& of = s_.models[m].columns[c.column];
        if (of.nullable && d_.chance(20)) {
            c.what = d_.chance(50) ? operation::is_null : operation::not_null;
            return c;
        }
        const std::size_t most = of.role == column_role::key ? 12 : of.role == column_role::fixed ? 2 : 5;
        if (d_.chance(15)) {
            c.what = operation::in;
            for (std::size_t n = 1 + d_.below(3); n > 0; --n) c.values.push_back(static_cast<number>(d_.below(most)));
            return c;
        }
        c.what = operation::compare;
        c.how = static_cast<comparison>(d_.below(6));
        c.value = static_cast<number>(d_.below(most));
        return c;
    }

    /// With the key behind it, so that there is one order only.
    std::vector<sort> random_order(std::size_t m) {
        std::vector<sort> order;
        for (std::size_t n = d_.below(3); n > 0; --n) {
            const std::size_t c = some_column(m, false);
            const bool descending = d_.chance(50);
            order.push_back({c, descending});
        }
        for (const std::size_t c : s_.models[m].id) order.push_back({c, d_.chance(10)});
        return order;
    }

    std::vector<std::size_t> random_columns(std::size_t m) {
        std::vector<std::size_t> only;
        for (std::size_t c = 0; c < s_.models[m].columns.size(); ++c) {
            const column_role role = s_.models[m].columns[c].role;
            if (role != column_role::tag && role != column_role::removed && d_.chance(40)) only.push_back(c);
        }
        if (only.empty()) only = s_.models[m].id;
        return only;
    }

    strategy random_strategy(const relation& r) {
        const std::size_t roll = d_.below(100);
        if (roll < 20 && has("joined") && !r.computed()) return strategy::joined;
        if (roll < 35 && has("subquery")) return strategy::subquery;
        if (roll < 50 && has("lazy")) return strategy::batch;
        if (roll < 57 && has("lazy")) return strategy::select;
        if (roll < 60 && has("raise")) return strategy::raise;
        if (roll < 63 && has("raise")) return strategy::raise_on_sql;
        if (roll < 66 && has("noload")) return strategy::noload;
        if (roll < 68 && has("noload") && r.to_many() && !r.computed()) return strategy::write_only;
        return strategy::selectin;
    }

    ask random_ask(std::size_t m, std::size_t relation_index, int level, bool eager) {
        const relation& r = s_.models[m].relations[relation_index];
        ask a;
        a.owner = m;
        a.relation = relation_index;
        a.how = random_strategy(r);
        if (eager && !with_owners(a.how)) a.how = strategy::selectin;
        if (a.how >= strategy::raise || (r.with_owners && !has("declared"))) return a;
        const bool lazy = !with_owners(a.how);
        const bool morph = r.what == relation_kind::morph_to;
        if (!morph) {
            const char* const parts = lazy ? "lazy_parts" : r.holds_key() ? "parts_of_one" : "parts";
            if (maybe(r.to_many() ? 35 : 18, parts)) a.part.where = random_condition(r.target, 1);
            if (r.to_many() && !r.tree()) {
                if (maybe(30, lazy ? "lazy_orders" : "orders")) a.part.order = random_order(r.target);
                const bool limited = maybe(20, lazy ? "lazy_parts" : "limits");
                const bool offset = maybe(20, "offsets");
                if (limited) {
                    if (a.part.order.empty()) a.part.order = random_order(r.target);
                    a.part.limit = static_cast<number>(1 + d_.below(3));
                    if (offset) a.part.offset = static_cast<number>(d_.below(3));
                }
            }
            if (r.tree() && maybe(30, "tree_depth")) a.part.depth = static_cast<number>(1 + d_.below(3));
            const model& to = s_.models[r.target];
            if (to.removed && maybe(12, "sights"))
                a.part.sees = d_.chance(70) ? sight::with_removed : sight::only_removed;
            if (to.scope && maybe(12, "sights")) a.part.sees = sight::without_scope;
            if (r.target == m && !r.tree() && !r.computed() && !lazy && maybe(25, "depth")) {
                static const number depths[] = {0, 2, 3};
                a.depth = d_.of(depths);
            }
            if (maybe(10, "only")) a.only = random_columns(r.target);
        }
        if (level < 3 && has(lazy ? "lazy_nested" : "nested")) {
            if (morph) {
                for (const arm& each : r.arms) asks_of(each.model, level + 1, a.with, nullptr);
            } else {
                asks_of(r.target, level + 1, a.with, a.depth == 1 ? nullptr : &a);
            }
        }
        return a;
    }

    /// What is said of some of the model's relations.
    void asks_of(std::size_t m, int level, std::vector<ask>& out, const ask* repeats) {
        const std::size_t all = s_.models[m].relations.size();
        const std::size_t percent = std::min<std::size_t>(level == 0 ? 60 : 45, (level == 0 ? 190 : 100) / (all + 1));
        for (std::size_t r = 0; r < all; ++r) {
            if (!d_.chance(percent)) continue;
            if (repeats != nullptr && repeats->owner == m && repeats->relation == r) continue;
            out.push_back(random_ask(m, r, level, false));
        }
    }

    query random_query(std::size_t m) {
        query q;
        q.model = m;
        if (d_.chance(50)) q.where = random_condition(m, 2);
        const bool limited = d_.chance(20);
        if (limited || d_.chance(50)) q.order = random_order(m);
        if (limited) {
            q.limit = static_cast<number>(1 + d_.below(4));
            if (d_.chance(30)) q.offset = static_cast<number>(1 + d_.below(2));
        }
        const model& of = s_.models[m];
        if (of.removed && maybe(15, "sights")) q.sees = d_.chance(70) ? sight::with_removed : sight::only_removed;
        if (of.scope && maybe(15, "sights")) q.sees = sight::without_scope;
        if (maybe(8, "only")) q.only = random_columns(m);
        const std::size_t roll = d_.below(100);
        if (roll < 6 && has("counts")) {
            q.ends = roll < 4 ? terminal::count : terminal::exists;
        } else if (roll < 12) {
            if (q.order.empty()) q.order = random_order(m);
            q.limit.reset();
            q.offset.reset();
            q.ends = roll < 9 ? terminal::first : terminal::page;
            q.page = id_from(2);
        }
        if (!of.relations.empty() && maybe(9, "joins")) join(q);
        if (q.ends == terminal::count || q.ends == terminal::exists) return q;
        asks_of(m, 0, q.asks, nullptr);
        if (q.join) std::erase_if(q.asks, [&](const ask& a) { return a.relation == *q.join; });
        if (q.join && q.ends == terminal::all && maybe(70, "contains_eager")) {
            q.limit.reset();
            q.offset.reset();
            q.asks.push_back({.owner = m, .relation = *q.join, .how = strategy::contains_eager});
            q.asks.back().part.where = q.joined_where;
        }
        if (maybe(6, "rest")) {
            static const strategy rests[] = {strategy::raise, strategy::raise_on_sql, strategy::batch, strategy::select,
                                             strategy::noload};
            q.rest = d_.of(rests);
            if (!has("noload") && q.rest == strategy::noload) q.rest = strategy::raise;
        }
        for (std::size_t r = 0; r < of.relations.size(); ++r) {
            if (of.relations[r].what == relation_kind::morph_to || !d_.chance(6)) continue;
            if (of.relations[r].tree() && !has("trees_in_conditions")) continue;
            counted c{.relation = r};
            if (d_.chance(50)) c.where = random_condition(of.relations[r].target, 1);
            if (c.where) c.alias = "counted";
            if (has("with_count")) q.counts.push_back(c);
        }
        if (q.ends == terminal::all && maybe(8, "load")) {
            const std::size_t r = of.relations.empty() ? 0 : d_.below(of.relations.size());
            if (!of.relations.empty()) q.then_load.push_back(random_ask(m, r, 1, true));
        }
        return q;
    }

    /// A relation that can be joined without an alias.
    void join(query& q) {
        const std::size_t r = d_.below(s_.models[q.model].relations.size());
        const relation& along = s_.models[q.model].relations[r];
        if (along.computed() || along.what == relation_kind::morph_to || along.target == q.model) return;
        q.join = r;
        if (d_.chance(60)) q.joined_where = random_condition(along.target, 0);
    }

    // -- what is done -------------------------------------------------------------------------------------------------

    void say(step s) { p_.steps.push_back(std::move(s)); }

    object any_object(std::size_t m) {
        if (ids_[m].empty()) return {m, {}};
        return {m, d_.of(ids_[m])};
    }

    void change() {
        const std::size_t roll = d_.below(100);
        const std::size_t m = random_model();
        const model& of = s_.models[m];
        if (roll < 35) {
            std::vector<std::size_t> values;
            for (std::size_t c = 0; c < of.columns.size(); ++c) {
                if (of.columns[c].role == column_role::value) values.push_back(c);
            }
            if (values.empty() || !has("changes")) return;
            step s{.what = action::set, .at = any_object(m), .column = d_.of(values)};
            s.value = static_cast<number>(d_.below(5));
            return say(s);
        }
        if (roll < 70) return relate(m);
        if (roll < 78) {
            if (!has("keys_by_hand")) return;
            std::vector<const foreign_key*> keys;
            for (const foreign_key& k : of.keys) {
                if (!k.link && !k.unique && !k.tag && k.columns.size() == 1) keys.push_back(&k);
            }
            if (keys.empty()) return;
            const foreign_key& k = *d_.of(keys);
            step s{.what = action::set_key, .at = any_object(m), .column = k.columns[0]};
            const object to = any_object(k.target);
            if (!to.id.empty()) s.value = to.id[0];
            if (k.nullable && d_.chance(25)) s.value.reset();
            return say(s);
        }
        if (roll < 90) {
            if (!has("adding")) return;
            key id{20 + static_cast<number>(++added_)};
            if (of.id.size() > 1) id.insert(id.begin(), 1);
            std::optional<row> r = random_row(m, made_of_keys(of) ? nullptr : &id);
            if (!r) return;
            if (made_of_keys(of)) {
                id.clear();
                for (const std::size_t c : of.id) id.push_back(*(*r)[c]);
            }
            if (of.removed) (*r)[*of.removed].reset();
            if (of.scope) (*r)[of.scope->column] = of.scope->is;  // memory cannot ask it
            if (std::find(ids_[m].begin(), ids_[m].end(), id) == ids_[m].end()) ids_[m].push_back(id);
            return say({.what = action::add, .at = {m, id}, .values = *r});
        }
        if (has("removal")) say({.what = action::remove, .at = any_object(m)});
    }

    void relate(std::size_t m) {
        std::vector<std::size_t> all;
        for (std::size_t r = 0; r < s_.models[m].relations.size(); ++r) {
            const relation_kind what = s_.models[m].relations[r].what;
            if (what == relation_kind::belongs_to || what == relation_kind::has_many ||
                what == relation_kind::many_to_many)
                all.push_back(r);
        }
        if (all.empty() || !has("changes")) return;
        const std::size_t r = d_.of(all);
        const relation& of = s_.models[m].relations[r];
        if (!of.where.empty()) return;  // what enters gets the value
        step s{.what = d_.chance(70) ? action::put : action::take, .at = any_object(m), .relation = r};
        s.other = any_object(of.target);
        say(s);
    }

    void before() {
        const std::size_t roll = d_.below(100);
        if (maybe(15, "strict")) say({.what = action::strict, .on = true});
        if (roll < 25) return;
        if (roll < 40) {
            for (std::size_t m = 0; m < s_.models.size(); ++m) {
                if (!s_.models[m].implied) say({.what = action::query, .asks = {.model = m}});
            }
            say({.what = action::look, .on = true});
        } else if (roll < 55) {
            for (std::size_t n = 1 + d_.below(3); n > 0; --n) change();
        } else if (roll < 70) {
            if (d_.chance(60)) asked();
            for (std::size_t n = 1 + d_.below(3); n > 0; --n) change();
            if (d_.chance(50)) say({.what = action::flush});
            if (has("rollback")) say({.what = action::rollback});
        } else if (roll < 80) {
            for (std::size_t n = 1 + d_.below(3); n > 0; --n) change();
            say({.what = action::flush});
        } else {
            asked();
        }
    }

    void asked() {
        const std::size_t m = random_model();
        say({.what = action::query, .asks = random_query(m)});
    }

    void any() {
        const std::size_t roll = d_.below(100);
        if (roll < 58) return asked();
        const std::size_t m = random_model();
        const model& of = s_.models[m];
        if (roll < 70) {
            step s{.what = action::look, .at = {m, {}}, .on = of.relations.empty()};
            if (!of.relations.empty()) s.relation = d_.below(of.relations.size());
            return say(s);
        }
        if (roll < 82) return change();
        if (roll < 84) return say({.what = action::flush});
        if (roll < 86) return say({.what = action::commit});
        if (roll < 88 && has("rollback")) return say({.what = action::rollback});
        if (roll < 90 && has("expire")) return say({.what = action::expire, .at = any_object(m)});
        if (roll < 91 && has("expire")) return say({.what = action::expire_all});
        if (roll < 95 && has("load") && !of.relations.empty()) {
            step s{.what = action::load, .at = any_object(m)};
            const std::size_t r = d_.below(of.relations.size());
            s.loads = random_ask(m, r, 1, true);
            return say(s);
        }
        if (roll < 96 && has("load") && !of.relations.empty()) {
            return say({.what = action::load_missing, .at = any_object(m), .relation = d_.below(of.relations.size())});
        }
        if (roll < 97) return say({.what = action::get, .at = any_object(m)});
        if (roll < 98) return say({.what = action::clear});
        if (roll < 99 && has("strict")) return say({.what = action::strict, .on = d_.chance(60)});
    }

    const schema& s_;
    dice d_;
    const ingredients& with_;
    program p_;
    std::vector<std::vector<key>> ids_;
    int added_ = 0;
};

}  // namespace

program generated(const schema& s, std::size_t family, std::uint64_t seed, const ingredients& with) {
    return generator{s, seed, with}.make(family, seed);
}

}  // namespace reading
