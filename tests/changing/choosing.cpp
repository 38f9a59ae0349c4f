// A step by chance, of those that are possible.
#include <algorithm>

#include "history.hpp"
#include "ingredients.hpp"

namespace changing {

int history::any_of(dice& d, const std::set<int>& all) {
    if (all.empty()) return 0;
    return *std::next(all.begin(), d.below(all.size()));
}

/// Any object of the model, mostly one that is alive.
int history::any_object_of(dice& d, int m, bool live_only) {
    std::set<int> all;
    for (const auto& [o, each] : now_.objects) {
        if (each.model == m && (now_.alive(o) || (!live_only && d.chance(25)))) all.insert(o);
    }
    return any_of(d, all);
}

operation history::suggest(dice& d) {
    operation op;
    const int roll = roll_of_ = d.below(1000);
    const int m = in_[std::size_t(d.below(in_.size()))];
    const model& of = s_.models[std::size_t(m)];
    const auto value = [&](int c) -> cell {
        const column& col = of.columns[std::size_t(c)];
        if (col.text) return "c" + std::to_string(d.below(9));
        if (col.nullable && d.chance(20)) return null;
        if (d.chance(2)) return "666";
        return std::to_string(1 + d.below(col.unique ? 12 : 5));
    };
    const auto any_relation = [&](auto&& wanted) {
        std::vector<int> all;
        for (const int r : now_.relations_of(m)) {
            if (wanted(s_.relations[std::size_t(r)])) all.push_back(r);
        }
        return all.empty() ? -1 : all[std::size_t(d.below(all.size()))];
    };
    const auto is_list = [](const relation& r) { return !r.to_one(); };
    if (roll < 150) {  // new objects
        op.model = m;
        op.fresh = next_number();
        const std::vector<int> keys = now_.keys_of(m);
        if (d.chance(15)) op.value = value(std::max(0, of.first(column::what::data)));
        if (of.first(column::what::data) < 0 || of.columns[std::size_t(of.first(column::what::data))].text ||
            op.value == null)
            op.value.clear();
        const bool sides = std::ranges::any_of(keys, [&](int k) { return s_.keys[std::size_t(k)].child_side >= 0; });
        const int how = d.below(10);
        if (!keys.empty() && (!sides || how < 3)) {
            op.what = does::add_by_key;
            for (const int k : keys) {
                const foreign_key& key = s_.keys[std::size_t(k)];
                if (!key.by_hand) continue;
                op.list.push_back(key.nullable && d.chance(20) ? 0 : any_object_of(d, key.parents[0], true));
                if (op.list.back() == 0 && !key.nullable) op.list.back() = -1;
            }
            if (op.list.empty()) op.what = does::add;
        } else if (!keys.empty() && how < 8) {
            op.what = does::add_with;
            op.relation = keys[std::size_t(d.below(keys.size()))];
            const foreign_key& key = s_.keys[std::size_t(op.relation)];
            if (key.child_side < 0)
                op.relation = -1, op.what = does::add;
            else
                op.other = any_object_of(d, key.parents[std::size_t(d.below(key.parents.size()))], true);
        } else {
            op.what = does::add;
        }
        return op;
    }
    if (roll < 420) {  // lists
        op.relation = any_relation(is_list);
        if (op.relation < 0) return op;
        const relation& r = s_.relations[std::size_t(op.relation)];
        op.object = any_object_of(d, m, true);
        if (op.object == 0) return op;
        const int how = d.below(100);
        if (how < 30) {
            op.what = does::push;
            op.other = any_object_of(d, r.targets[0]);
            if (r.pivot >= 0 && s_.pivots[std::size_t(r.pivot)].rows >= 0) op.fresh = next_number();
        } else if (how < 50) {
            op.what = does::push_new;
            op.fresh = next_number();
            if (is_pivot_row(r.targets[0])) {
                for (const int k : now_.keys_of(r.targets[0])) {
                    if (k != r.key) op.other = any_object_of(d, s_.keys[std::size_t(k)].parents[0], true);
                }
            }
        } else if (how < 75) {
            op.what = does::erase;
            op.other = any_of(d, now_.of(op.object, op.relation).must);
        } else if (how < 80) {
            op.what = does::clear_list;
        } else if (how < 90) {
            op.what = does::assign_list;
            std::set<int> to;
            for (int i = d.below(4); i > 0; --i) {
                const std::set<int> had = now_.of(op.object, op.relation).must;
                if (const int o = d.chance(40) ? any_of(d, had) : any_object_of(d, r.targets[0], true); o != 0)
                    to.insert(o);
            }
            op.list.assign(to.begin(), to.end());
        } else if (how < 95) {
            op.what = does::copy_relation;
            op.other = any_object_of(d, m, true);
            if (!with("copied lists")) op.what = does::touch;
        } else {
            op.what = does::swap_lists;
            op.other = any_object_of(d, m, true);
            if (!with("swapped lists")) op.what = does::touch;
        }
        return op;
    }
    if (roll < 540) {  // to one
        op.relation = any_relation([](const relation& r) { return r.to_one(); });
        if (op.relation < 0) return op;
        const relation& r = s_.relations[std::size_t(op.relation)];
        op.object = any_object_of(d, m, r.is == relation::what::has_one);
        if (op.object == 0) return op;
        const int how = d.below(100);
        if (how < 75) {
            op.what = does::set_one;
            const int target = r.targets[std::size_t(d.below(r.targets.size()))];
            op.other = d.chance(20) ? 0 : any_object_of(d, target, r.is == relation::what::belongs_to);
        } else if (how < 88) {
            op.what = does::set_new;
            op.fresh = next_number();
        } else {
            op.what = does::copy_relation;
            op.other = any_object_of(d, m, true);
        }
        return op;
    }
    if (roll < 575 && with("keys by hand")) {
        op.what = does::set_key;
        const std::vector<int> keys = now_.keys_of(m);
        if (keys.empty()) return {.what = does::query, .model = m};
        op.relation = keys[std::size_t(d.below(keys.size()))];
        op.object = any_object_of(d, m, true);
        op.other = d.chance(20) ? 0 : any_object_of(d, s_.keys[std::size_t(op.relation)].parents[0], true);
        if (op.object == 0) op.what = does::query, op.model = m;
        return op;
    }
    if (roll < 630) {
        op.what = does::set_value;
        op.object = any_object_of(d, m, true);
        std::vector<int> columns;
        for (std::size_t i = 0; i < of.columns.size(); ++i) {
            if (of.columns[i].is == column::what::data) columns.push_back(int(i));
        }
        if (op.object == 0 || columns.empty()) return {.what = does::query, .model = m};
        op.column = columns[std::size_t(d.below(columns.size()))];
        op.value = value(op.column);
        if (op.value == "666" && !of.checked) op.value = "6";
        if (d.chance(30) && with("merge")) {
            op.what = does::merge;
            op.relation =
                d.chance(50) ? -1 : any_relation([](const relation& r) { return r.is == relation::what::belongs_to; });
            if (op.relation >= 0) {
                const std::vector<int>& targets = s_.relations[std::size_t(op.relation)].targets;
                op.other = any_object_of(d, targets[std::size_t(d.below(targets.size()))], true);
            }
        }
        return op;
    }
    op.object = any_object_of(d, m, true);
    op.model = m;
    op.mode = d.chance(45) ? 0 : 1 + d.below(3);
    if (roll < 680) {
        op.what = does::remove;
        if (of.keeps && d.chance(25)) op.what = does::remove_for_good;
        if (op.object == 0) op.what = does::query;
        return op;
    }
    if (roll < 720) {
        std::set<int> left;
        for (const auto& [o, each] : now_.objects) {
            if (each.is == life::doomed || each.is == life::gone) left.insert(o);
        }
        op.object = any_of(d, left);
        op.what = op.object != 0 && now_.at(op.object).kept ? does::restore : does::add_again;
        if (op.object == 0) op.what = does::query;
        return op;
    }
    if (roll < 780) {
        op.what = does::touch;
        op.mode = d.below(2);
        op.how = d.chance(60) || !with("load") ? 0 : 1 + d.below(3);
        op.relation = any_relation([](const relation&) { return true; });
        if (op.object == 0 || op.relation < 0) op.what = does::query;
        return op;
    }
    if (roll < 805) {
        op.what = does::query;
        op.how = d.chance(30) || !with("ways to ask") ? 0 : d.below(11);
        op.column = 1 + d.below(4);
        if (op.how == int(question::way::only) && !with("only")) op.how = 0;
        if (d.chance(10) && with("history")) op.what = does::look_back;
        return op;
    }
    if (roll < 820) {
        op.what = does::get;
        std::set<int> all;
        for (const auto& [o, r] : now_.rows) all.insert(o);
        op.object = any_of(d, all);
        if (op.object == 0) op.what = does::query;
        return op;
    }
    if (roll < 860) {
        op.what = d.chance(50) ? does::refresh : does::expire;
        if (op.what == does::refresh && d.chance(40) && with("refresh of columns")) {
            op.how = 1;
            op.column = d.below(of.columns.size());
        }
        if (d.chance(20) && with("expunge")) op.what = does::expunge;
        if (op.object == 0 || !with("expiry")) op.what = does::query;
        return op;
    }
    if (roll < 867 && with("writes of sets")) return any_write(d, m);
    if (roll < 870) return {.what = with("expiry") ? does::expire_all : does::flush};
    if (roll < 885) return {.what = with("clear") ? does::clear : does::flush};
    if (roll < 925) return {.what = does::flush, .mode = op.mode};
    if (roll < 948) return {.what = does::commit, .mode = op.mode};
    if (roll < 974) return {.what = with("rollback") ? does::rollback : does::flush, .mode = op.mode};
    if (roll < 984) return {.what = with("savepoints") ? does::savepoint : does::flush, .mode = op.mode};
    if (roll < 989) return {.what = does::release, .mode = op.mode};
    if (roll < 994) return {.what = does::rollback_to, .how = d.below(2), .mode = op.mode};
    if (roll < 996) return {.what = does::autoflush, .mode = here().autoflush ? 0 : 1};
    if (roll < 998) return {.what = does::arm_hook, .mode = 1 + d.below(3)};
    return {.what = does::other_session};
}

operation history::any(dice& d) {
    // What cannot be written is not carried along for long.
    if (!now_.flushed().ok && d.chance(20)) {
        if (!points_.empty() && d.chance(50)) return {.what = does::rollback_to, .mode = d.below(3)};
        if (with("rollback")) return {.what = does::rollback, .mode = d.below(3)};
    }
    if (fresh_ && with("sessions") && d.chance(15)) {
        const operation other{.what = does::other_session};
        if (possible(other)) return other;
    }
    for (int tries = 0; tries < 200; ++tries) {
        operation op = suggest(d);
        if (d.chance(15) && with("write helpers")) {
            op.at_once = true;
            if (possible(op)) return op;
            op.at_once = false;
        }
        const bool last_resort = (op.what == does::flush && roll_of_ < 885) || (op.what == does::query && op.how == 0);
        if (last_resort && !d.chance(25)) continue;
        if (possible(op)) return op;
    }
    return {.what = does::flush, .mode = 1};
}

}  // namespace changing
