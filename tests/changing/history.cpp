#include "history.hpp"
#include "ingredients.hpp"

#include <algorithm>

#include <kin/engine/connection.hpp>
#include <kin/testing.hpp>

namespace changing {

history::history(kin::database& db, std::vector<int> shapes, bool hooks)
    : db_{db}, hooks_{hooks}, now_{s_}, committed_{s_} {
    for (const int each : shapes) {
        const auto& models = s_.shapes[std::size_t(each)].models;
        in_.insert(in_.end(), models.begin(), models.end());
    }
    open();
}

void history::open() {
    sessions_.push_back(std::make_unique<view_of_session>(view_of_session{.s = kin::session{db_}}));
    if (!hooks_) return;
    for (const int m : in_) {
        int value = -1;
        const model& of = s_.models[std::size_t(m)];
        for (std::size_t i = 0; i < of.columns.size(); ++i) {
            if (of.columns[i].is == column::what::data && !of.columns[i].unique && !of.columns[i].text) value = int(i);
        }
        of.hook(sessions_.back()->s, [this, value, &of](void* object) {
            if (armed_ == 0 || --armed_ != 0) return;
            if (value >= 0) of.columns[std::size_t(value)].set(object, "777");
            hook_threw_ = true;
            throw hook_failed{};
        });
    }
}

any_object& history::handle(int o) {
    view_of_session& v = here();
    if (const auto found = v.handles.find(o); found != v.handles.end()) return found->second;
    const object& each = now_.at(o);
    const model& m = s_.models[std::size_t(each.model)];
    std::vector<cell> key;
    for (const int c : m.key) key.push_back(now_.raw(o, c, now_.rows.at(o).cells));
    const any_object there = m.get(v.s, key);
    if (!there) throw difference{"get finds no " + name(o)};
    if (number_of(v, there) != o) throw difference{"get finds another object than " + name(o)};
    return v.handles.at(o);
}

void* history::change(int o) {
    here().expired.erase(o);
    return s_.models[std::size_t(models_of_[std::size_t(o)])].change(handle(o));
}

/// The call itself.
void history::call(const operation& op) {
    view_of_session& v = here();
    kin::session& s = v.s;
    const relation* r =
        op.relation >= 0 && op.relation < int(s_.relations.size()) ? &s_.relations[std::size_t(op.relation)] : nullptr;
    const auto filled = [&](int m) { return [&, m](void* o) { fill(o, m, op.fresh, op.value); }; };
    const auto type_of = [&](int o) { return models_of_[std::size_t(o)]; };
    const auto of_model = [&](int o) -> const model& { return s_.models[std::size_t(type_of(o))]; };
    switch (op.what) {
        case does::add:
            made_ = s_.models[std::size_t(op.model)].add(s, filled(op.model));
            return;
        case does::add_with: {
            const relation& side = s_.relations[std::size_t(s_.keys[std::size_t(op.relation)].child_side)];
            const any_object to = handle(op.other);
            made_ = s_.models[std::size_t(op.model)].add(s, [&](void* o) {
                fill(o, op.model, op.fresh, op.value);
                side.set(o, type_of(op.other), to);
            });
            return;
        }
        case does::add_by_key: {
            const model& m = s_.models[std::size_t(op.model)];
            made_ = m.add(s, [&](void* o) {
                fill(o, op.model, op.fresh, op.value);
                std::size_t i = 0;
                for (const int k : now_.keys_of(op.model)) {
                    const foreign_key& key = s_.keys[std::size_t(k)];
                    if (!key.by_hand) continue;
                    const int parent = op.list[i++];
                    if (parent == 0) continue;
                    m.columns[std::size_t(key.columns[0])].set(o, now_.raw(parent, key.to[0], now_.at(parent).cells));
                }
            });
            return;
        }
        case does::push: {
            const any_object to = handle(op.other);
            return (op.at_once ? r->save : r->push)(change(op.object), to);
        }
        case does::push_new: {
            any_object far;
            if (op.other != 0) far = handle(op.other);
            const filling fill_it = [&](void* o) {
                fill(o, r->targets[0], op.fresh, op.value);
                if (op.other == 0) return;
                for (const int k : now_.keys_of(r->targets[0])) {
                    if (k != r->key)
                        s_.relations[std::size_t(s_.keys[std::size_t(k)].child_side)].set(o, type_of(op.other), far);
                }
            };
            made_ = op.at_once ? r->create(change(op.object), fill_it) : r->push_new(s, change(op.object), fill_it);
            return;
        }
        case does::erase: {
            const any_object to = handle(op.other);
            return (op.at_once ? r->detach : r->erase)(change(op.object), to);
        }
        case does::clear_list:
            return r->clear(change(op.object));
        case does::assign_list: {
            std::vector<any_object> to;
            for (const int o : op.list) to.push_back(handle(o));
            return (op.at_once ? r->sync : r->assign)(change(op.object), to);
        }
        case does::copy_relation: {
            const void* from = of_model(op.other).look(handle(op.other));
            return r->copy(change(op.object), from);
        }
        case does::swap_lists: {
            void* other = change(op.other);
            return r->swap(change(op.object), other);
        }
        case does::set_one: {
            any_object to;
            if (op.other != 0) to = handle(op.other);
            if (op.at_once) return r->save(change(op.object), to);
            return r->set(change(op.object), op.other == 0 ? -1 : type_of(op.other), to);
        }
        case does::set_new: {
            void* owner = change(op.object);
            if (op.at_once) {
                made_ = r->create(owner, filled(r->targets[0]));
                return;
            }
            r->set_new(owner, filled(r->targets[0]));
            made_ = r->get(owner);
            return;
        }
        case does::set_key: {
            const foreign_key& k = s_.keys[std::size_t(op.relation)];
            const cell to = op.other == 0 ? null : now_.raw(op.other, k.to[0], now_.at(op.other).cells);
            return of_model(op.object).columns[std::size_t(k.columns[0])].set(change(op.object), to);
        }
        case does::set_value:
            return of_model(op.object).columns[std::size_t(op.column)].set(change(op.object), op.value);
        case does::merge: {
            const model& m = of_model(op.object);
            any_object to;
            if (op.relation >= 0) to = handle(op.other);
            const any_object found = m.merge(s, [&](void* o) {
                const int label = m.first(column::what::label);
                if (label >= 0) m.columns[std::size_t(label)].set(o, "n" + std::to_string(op.object));
                for (const int c : m.key)
                    m.columns[std::size_t(c)].set(o, now_.raw(op.object, c, now_.rows.at(op.object).cells));
                m.columns[std::size_t(op.column)].set(o, op.value);
                if (op.relation >= 0) r->set(o, type_of(op.other), to);
            });
            if (number_of(v, found) != op.object)
                throw difference{"merge finds another object than " + name(op.object)};
            v.expired.erase(op.object);
            return;
        }
        case does::remove:
            return of_model(op.object).remove(s, handle(op.object));
        case does::remove_for_good:
            return of_model(op.object).remove_for_good(s, handle(op.object));
        case does::add_again:
            return of_model(op.object).readd(s, handle(op.object));
        case does::restore:
            made_ = of_model(op.object).restore(s, handle(op.object));
            return;
        case does::touch: {
            const any_object h = handle(op.object);
            const void* at = op.mode == 0 ? of_model(op.object).look(h) : of_model(op.object).change(h);
            v.expired.erase(op.object);
            if (op.how != 0)
                r->load(s, h, op.how);
            else if (r->to_one())
                (void)r->get(at);
            else
                (void)r->list(at);
            return;
        }
        case does::get: {
            const object& each = now_.at(op.object);
            const model& m = of_model(op.object);
            std::vector<cell> key;
            for (const int c : m.key) key.push_back(now_.raw(op.object, c, now_.rows.at(op.object).cells));
            const any_object found = m.get(s, key);
            // The flush before it may bring the row back.
            const bool returns = v.autoflush && found && [&] {
                const outcome flushed = now_.flushed();
                return flushed.ok && flushed.after.is(op.object, life::live) && number_of(v, found) == op.object;
            }();
            if (each.is != life::live && found && !returns)
                throw difference{"get finds " + name(op.object) + ", which is removed"};
            if (each.is == life::live && number_of(v, found) != op.object)
                throw difference{"get finds " + std::string{found ? "another object than " : "no "} + name(op.object)};
            return;
        }
        case does::query: {
            const model& m = s_.models[std::size_t(op.model)];
            question q{.how = question::way(op.how), .size = std::max(1, op.column)};
            for (const int c : m.key) q.order += (q.order.empty() ? "" : ",") + m.columns[std::size_t(c)].name;
            q.label = "n" + std::to_string(op.object);
            found_ = m.ask(s, q, m);
            return;
        }
        case does::look_back:
            return look_back(op.object);
        case does::refresh:
            if (op.how != 0) {
                v.expired.erase(op.object);
                return of_model(op.object).columns[std::size_t(op.column)].refresh(s, handle(op.object));
            }
            of_model(op.object).refresh(s, handle(op.object));
            for (const auto& [o, h] : v.handles) v.expired.insert(o);
            v.expired.erase(op.object);
            return;
        case does::expunge:
            for (const int o : neighbours(op.object)) {
                if (const auto found = v.handles.find(o); found != v.handles.end())
                    of_model(o).expunge(s, found->second);
            }
            return;
        case does::write_set:
            return write_set(op);
        case does::expire:
            of_model(op.object).expire(s, handle(op.object));
            for (const auto& [o, h] : v.handles) v.expired.insert(o);
            return;
        case does::expire_all:
            s.expire_all();
            for (const auto& [o, h] : v.handles) v.expired.insert(o);
            return;
        case does::clear:
            v.handles.clear();
            s.clear();
            return;
        case does::flush:
            return s.flush();
        case does::commit:
            s.commit();
            points_.clear();
            saved_.clear();
            return;
        case does::rollback:
            s.rollback();
            points_.clear();
            saved_.clear();
            return;
        case does::savepoint:
            points_.push_back(s.savepoint());
            return;
        case does::release:
            points_.back().release();
            points_.pop_back();
            saved_.pop_back();
            return;
        case does::rollback_to:
            if (op.how == 0) points_.back().rollback();
            points_.pop_back();
            return;
        case does::autoflush:
            s.autoflush(op.mode != 0);
            v.autoflush = op.mode != 0;
            return;
        case does::arm_hook:
            armed_ = op.mode;
            return;
        case does::other_session: {
            s.rollback();
            at_ = 1 - at_;
            if (at_ == sessions_.size()) open();
            view_of_session& other = here();
            other.s.expire_all();
            std::erase_if(other.handles, [&](const auto& each) { return !now_.is(each.first, life::live); });
            for (const auto& [o, h] : other.handles) other.expired.insert(o);
            return;
        }
    }
}

void history::keep_made(const operation& op) {
    view_of_session& v = here();
    if (op.what == does::restore) {
        v.handles[op.object] = made_;
    } else if (op.fresh != 0 && made_) {
        v.handles[op.fresh] = made_;
    }
    made_ = {};
}

/// What was added since is a plain value again.
void history::rolled_back(const world& to) {
    world w = to;
    w.clock = now_.clock;
    for (const auto& [o, each] : now_.objects) {
        if (const auto was = w.objects.find(o); was != w.objects.end()) {
            // Nobody keeps track of what is gone, or was never there: what was assigned to it stays.
            const bool gone = was->second.is == life::gone;
            if ((!gone && was->second.is != life::transient) || was->second.kept) continue;
            if (!gone) was->second.spoiled = was->second.spoiled || each.spoiled;
            for (std::size_t c = 0; c < each.cells.size(); ++c) {
                const column::what is = s_.models[std::size_t(each.model)].columns[c].is;
                if (is == column::what::data) was->second.cells[c] = each.cells[c];
                was->second.unclear = was->second.unclear || each.let_go || (gone && each.unclear) ||
                                      (gone && is == column::what::key && was->second.cells[c] != each.cells[c]);
            }
            continue;
        }
        object& plain = w.objects[o] = each;
        plain.is = life::transient;
        plain.staged.clear();
        plain.key.clear();
        plain.kept = plain.restoring = plain.orphan = plain.for_good = false;
        for (std::size_t c = 0; c < plain.cells.size(); ++c) {
            if (s_.models[std::size_t(plain.model)].columns[c].is == column::what::key) plain.cells[c] = null;
        }
    }
    now_ = std::move(w);
    for (const auto& [o, h] : here().handles) here().expired.insert(o);
}

void history::run(const operation& op) {
    if (!find_again(op)) return;
    if (op.what == does::write_set && !now_.clean()) {
        run({.what = does::flush});
        if (!possible(op)) return;
    }
    if (op.fresh != 0) {
        if (models_of_.size() <= std::size_t(op.fresh)) models_of_.resize(std::size_t(op.fresh) + 1, -1);
        int m = op.model;
        if (op.what == does::push) m = s_.pivots[std::size_t(s_.relations[std::size_t(op.relation)].pivot)].rows;
        if (op.what == does::push_new || op.what == does::set_new)
            m = s_.relations[std::size_t(op.relation)].targets[0];
        models_of_[std::size_t(op.fresh)] = m;
    }
    const std::set<int> leaves = op.what == does::expunge ? neighbours(op.object) : std::set<int>{};
    const bool is_flush = op.at_once || op.what == does::flush || op.what == does::commit ||
                          op.what == does::savepoint || op.what == does::release;
    const outcome before = op.at_once ? at_once(op) : now_.flushed();
    const std::map<int, row> rows_before = now_.rows;
    std::set<int> leaving;  // by the flush that a write helper begins with
    for (const auto& [o, each] : now_.objects) {
        if (op.at_once && each.is == life::doomed) leaving.insert(o);
    }
    world next = now_;
    if (is_flush) {
        if (before.ok) next = before.after;
    } else {
        next.unread = places_unread(op);
        tell(next, op);
        next.unread.clear();
    }
    hook_threw_ = false;
    made_ = {};
    found_ = {};
    const std::string place = " (" + (before.ok ? std::string{"the flush would do"} : before.why) + ")";
    std::string sent;
    bool failed = false;
    const world to = saved_.empty() ? committed_ : saved_.back();
    try {
        const kin::testing::statement_counter counter;
        try {
            call(op);
        } catch (...) {
            sent = counter.text();
            throw;
        }
        sent = counter.text();
    } catch (const hook_failed&) {
        failed = true;
    } catch (const kin::error& e) {
        failed = true;
        const bool refusal = dynamic_cast<const kin::constraint_violation*>(&e) != nullptr ||
                             dynamic_cast<const kin::flush_error*>(&e) != nullptr;
        const bool implicit =
            here().autoflush && (op.what != does::add && op.what != does::merge && op.what != does::remove &&
                                 op.what != does::expire && op.what != does::expire_all && op.what != does::clear &&
                                 op.what != does::rollback && op.what != does::rollback_to);
        const bool expected =
            is_flush ? (!before.ok || before.unsure) : implicit && (!before.ok || before.unsure || [&] {
                                                           const outcome later = next.flushed();
                                                           return !later.ok || later.unsure;
                                                       }());
        if (!refusal || !expected) throw difference{std::string{"an error: "} + e.what() + place};
    }
    flushes += is_flush ? 1 : 0;
    refused += failed ? 1 : 0;
    if (failed) {
        made_ = {};
        both_sides_agree();
        if (is_flush) compare_tables(here().s.connection(), now_.rows);
        return;
    }
    if (is_flush && !before.ok) throw difference{"the flush should have been refused: " + before.why};
    if (op.what == does::rollback) {
        rolled_back(committed_);
    } else if (op.what == does::rollback_to) {
        const world saved = saved_.back();
        saved_.pop_back();
        rolled_back(saved);
    } else {
        now_ = std::move(next);
    }
    keep_made(op);
    if (op.what == does::push) pushed_.insert({op.object, op.other});
    if (op.what == does::set_one && op.other != 0) pushed_.insert({op.other, op.object});
    fresh_ = op.what == does::commit || op.what == does::rollback;
    if (op.what == does::clear) cleared_ = true;
    if (op.what == does::commit) {
        if (here().s.dirty()) throw difference{"the commit has left something:\n" + here().s.explain_flush()};
        compare_tables(*db_.connect(), rows_before);
        committed_ = now_;
        cleared_ = false;
    } else if (op.what == does::rollback || op.what == does::rollback_to) {
        if (cleared_) std::erase_if(here().handles, [&](const auto& each) { return !now_.is(each.first, life::live); });
        if (op.what == does::rollback) {
            compare_tables(*db_.connect(), now_.rows);
            cleared_ = false;
        } else {
            compare_tables(here().s.connection(), now_.rows);
        }
    } else if (is_flush) {
        compare_tables(here().s.connection(), rows_before);
        if (op.what == does::savepoint) saved_.push_back(now_);
    } else if (op.what == does::write_set) {
        compare_tables(here().s.connection(), {});
    } else {
        for (const int o : leaves) here().handles.erase(o);
        cleared_ = cleared_ || !leaves.empty();
        observe(sent);
        if (op.what == does::query) compare_found(op, before);
        if (op.what == does::touch && now_.alive(op.object))
            compare_relation(here(), op.object, op.relation, here().handles.at(op.object).at, false);
    }
    // What one held that went before it was read again nobody knows, where another session may have changed it, or
    // this one past the object.
    std::erase_if(here().outdated, [&](int o) { return !here().expired.contains(o); });
    for (const int o : here().expired) {
        if ((sessions_.size() > 1 || here().outdated.contains(o)) && rows_before.contains(o) && now_.is(o, life::gone))
            now_.objects.at(o).unclear = true;
    }
    // A kept row's object may come back as another one, and where that is undone the row is the former one's again.
    const bool undone = op.what == does::rollback || op.what == does::rollback_to;
    std::erase_if(here().handles, [&](const auto& each) {
        return now_.objects.contains(each.first) &&
               (undone || now_.at(each.first).kept || leaving.contains(each.first)) &&
               s_.models[std::size_t(now_.at(each.first).model)].restore != nullptr &&
               now_.leaf(now_.at(each.first).model) &&
               s_.models[std::size_t(now_.at(each.first).model)].first(column::what::label) < 0;
    });
    if (!is_flush) look_at_places();
    both_sides_agree();
    if (is_flush || op.what == does::rollback || op.what == does::rollback_to) {
        compare_memory(here(), op.mode);
        if (op.mode != 0) both_sides_agree();
    }
}

void history::finish() {
    here().s.autoflush(true);
    armed_ = 0;
    while (!points_.empty()) run({.what = does::rollback_to, .mode = 1});
    run({.what = now_.flushed().ok && !now_.flushed().unsure ? does::commit : does::rollback, .mode = 3});
    view_of_session fresh{.s = kin::session{db_}};
    compare_memory(fresh, 1);
}

}  // namespace changing
