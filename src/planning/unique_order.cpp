// Unique values that a flush frees and gives away again: the row that lets go is written before the row that takes;
// where rows wait for each other in a ring, one of them first puts its value aside.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>

#include "planning/order_units.hpp"
#include "planning/unique_conflicts.hpp"
#include "statements/soft_removal.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

namespace {

/// How well a row's value can be put aside in a column: the less the better, 0: not at all.
int cost_of_placeholder(const mapping::model& m, std::uint16_t column) {
    if (std::find(m.primary_key.begin(), m.primary_key.end(), column) != m.primary_key.end()) return 0;
    const mapping::column& c = m.columns[column];
    if (c.nullable()) return 1;
    for (const mapping::foreign_key& k : m.foreign_keys) {
        if ((k.mask() >> column & 1) != 0) return 0;
    }
    const placeholders checks = placeholders_of(m, c.name);
    if (c.does != mapping::behaviour::none || checks == placeholders::impossible) return 0;
    const int refusal = checks == placeholders::checked ? 8 : 0;  // perhaps none is allowed
    switch (c.io.type) {
        case kind::text:
        case kind::blob:
        case kind::uuid:
            return refusal + 3;
        case kind::int16:
        case kind::int32:
        case kind::int64:
        case kind::float32:
        case kind::float64:
        case kind::date:
        case kind::time:
        case kind::timestamp:
            return refusal + 4;
        default:
            return 0;
    }
}

}  // namespace

/// What the object's row will hold in the columns after the flush; empty where one is NULL or not known yet.
std::string plan_builder::wanted_value(node& n, const std::vector<std::uint16_t>& columns) {
    const mapping::model& m = *n.in->what;
    std::string text;
    for (const std::uint16_t c : columns) {
        const field* f = &m.fields[c];
        const node* from = &n;
        const value* tag = nullptr;
        for (const mapping::foreign_key& k : m.foreign_keys) {
            const auto at = std::find(k.columns.begin(), k.columns.end(), c);
            const bool is_tag = k.tagged && k.tag.column == c;
            node* parent = nullptr;
            if ((at == k.columns.end() && !is_tag) || !memory_.parents.written_parent(n, k, parent)) continue;
            if (parent == nullptr) return {};
            if (is_tag) {
                tag = &k.tag.is;
                continue;
            }
            f = &k.target->fields[k.target_columns[static_cast<std::size_t>(at - k.columns.begin())]];
            from = parent;
            if (parent->state() == life::pending && graph::unset(*f, parent->object())) return {};
        }
        if (from == &n && m.columns[c].generated && n.state() == life::pending && graph::unset(*f, n.object()))
            return {};
        value scratch;
        if (!append_key(text, tag != nullptr ? tag->view() : graph::view(*f, from->object(), scratch))) return {};
    }
    return text;
}

/// What the object's row holds now.
std::string plan_builder::held_value(const node& n, const std::vector<std::uint16_t>& columns) const {
    const mapping::model& m = *n.in->what;
    if (n.snapshot() == nullptr) return key_text(m, n.object(), columns);
    std::string text;
    for (const std::uint16_t c : columns) {
        if (!append_key(text, graph::packed(m, n.snapshot(), c))) return {};
    }
    return text;
}

/// The object whose row the object's row refers to now, if the session knows it.
node* plan_builder::held_parent(const node& n, const mapping::foreign_key& k) const {
    const mapping::model& m = *n.in->what;
    value scratch[8];
    value_view key[8];
    if (k.target == nullptr || k.columns.size() > 8) return nullptr;
    if (k.tagged) {
        const value_view tag = n.snapshot() != nullptr ? graph::packed(m, n.snapshot(), k.tag.column)
                                                       : graph::view(m.fields[k.tag.column], n.object(), scratch[0]);
        if (tag.bytes != k.tag.is.view().bytes) return nullptr;
    }
    for (std::size_t i = 0; i < k.columns.size(); ++i) {
        const std::uint16_t c = k.columns[i];
        key[i] = n.snapshot() != nullptr ? graph::packed(m, n.snapshot(), c)
                                         : graph::view(m.fields[c], n.object(), scratch[i]);
        if (key[i].is_null()) return nullptr;
    }
    if (k.to_primary_key) {
        graph::pool* p = memory_.objects.arena().find_pool(*k.target);
        return p == nullptr ? nullptr : p->identities.find(std::span<const value_view>{key, k.columns.size()});
    }
    const std::string text = held_value(n, k.columns);
    return memory_.parents.by_columns(*k.target, k.target_columns).first(text, [&](const node& each) {
        return each.state() == life::removed && held_value(each, k.target_columns) == text;
    });
}

/// The removed object that takes the object's row along, over owners of owners. A row that stays keeps its values, and
/// so do those that it owns, if they stay, too.
node* plan_builder::removed_owner(const node& n, int depth) const {
    for (const mapping::foreign_key& k : n.in->what->foreign_keys) {
        if (!owned_by(k) && k.on_delete != mapping::referential_action::cascade) continue;
        node* parent = held_parent(n, k);
        if (parent == nullptr || parent == &n) continue;
        const bool stays = memory_.objects.keeps_row(*parent);
        if (stays && (!goes_along(k) || k.owner->soft_deleted != nullptr)) continue;
        if (parent->state() == life::removed) return parent;
        if (depth == 16) continue;
        if (node* above = removed_owner(*parent, depth + 1)) return above;
    }
    return nullptr;
}

/// Which row takes what another holds now. Looks only at models of which this flush both frees and writes values.
std::vector<plan_builder::meeting> plan_builder::meetings() {
    std::vector<meeting> out;
    std::vector<const mapping::model*> seen;
    const bool removes = !plan_.removed.empty();
    for (const flush_step& writing : plan_.steps) {
        const bool writes = writing.does == flush_step::what::insert || writing.does == flush_step::what::update;
        if (!writes || std::find(seen.begin(), seen.end(), writing.model) != seen.end()) continue;
        const mapping::model& m = *writing.model;
        seen.push_back(&m);
        std::vector<std::vector<std::uint16_t>> uniques{m.primary_key};
        for (const mapping::index& each : m.indexes) {
            if (each.unique) uniques.push_back(each.columns);
        }
        bool along = false;  // rows may go with their owners
        for (const mapping::foreign_key& k : m.foreign_keys) {
            along = along || (removes && (owned_by(k) || k.on_delete == mapping::referential_action::cascade));
        }
        for (const auto& columns : uniques) {
            const std::uint64_t touched = mask_of(columns);
            // What is removed and stays keeps its values: only the database can say what that means. But a link that is
            // made anew takes the row that its pair has (plan_runner::take_kept_rows).
            const bool of_pair = std::any_of(m.links.begin(), m.links.end(), [&](const mapping::link_pair* links) {
                return links->unique && mask_of(links->unique_columns) == touched;
            });
            const auto removes_here = [&](const flush_step& s) {
                return s.does == flush_step::what::remove && (!s.keeps || of_pair);
            };
            bool freed = along;
            for (const flush_step& s : plan_.steps) {
                if (s.model != &m || s.nodes.empty()) continue;
                freed = freed || removes_here(s) || (s.does == flush_step::what::update && (s.mask & touched) != 0);
            }
            if (!freed) continue;
            std::unordered_multimap<std::string, std::pair<std::size_t, std::size_t>> wanted;
            for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
                const flush_step& s = plan_.steps[i];
                const bool takes = s.does == flush_step::what::insert ||
                                   (s.does == flush_step::what::update && (s.mask & touched) != 0);
                if (s.model != &m || !takes) continue;
                for (std::size_t at = 0; at < s.nodes.size(); ++at) {
                    if (std::string text = wanted_value(*s.nodes[at], columns); !text.empty())
                        wanted.emplace(std::move(text), std::pair{i, at});
                }
            }
            if (wanted.empty()) continue;
            const auto gives = [&](node* n, bool row_stays, node* giver) {
                const std::string held = held_value(*n, columns);
                if (held.empty()) return;
                const auto [from, to] = wanted.equal_range(held);
                if (from == to || (row_stays && wanted_value(*n, columns) == held)) return;
                for (auto it = from; it != to; ++it) {
                    out.push_back({giver, it->second.first, it->second.second,
                                   giver == n ? columns : std::vector<std::uint16_t>{}});
                }
            };
            for (const flush_step& s : plan_.steps) {
                if (s.model != &m) continue;
                if (removes_here(s)) {
                    for (node* n : s.nodes) gives(n, false, n);
                } else if (s.does == flush_step::what::update && (s.mask & touched) != 0) {
                    for (node* n : s.nodes) {
                        if (n->state() == life::persistent) gives(n, true, n);
                    }
                }
            }
            if (!along) continue;
            for (auto at = wanted.begin(); at != wanted.end(); at = wanted.equal_range(at->first).second) {
                for (node* n : memory_.parents.by_columns(m, columns).all({&at->first, 1})) {
                    if (n->state() != life::persistent || (n->word & node::expired) != 0) continue;
                    if (held_value(*n, columns) != at->first) continue;
                    if (node* owner = removed_owner(*n)) gives(n, false, owner);
                }
            }
        }
    }
    return out;
}

/// Brings the plan's rows into an order in which each unique value is free before it is taken, and there before it is
/// referred to. Only where values really meet: every other flush keeps the usual order, in which nothing is deleted
/// before what refers to it has moved on.
void plan_builder::free_unique_values() {
    const std::vector<meeting> meets = meetings();
    bool meet = !meets.empty();
    for (const flush_step& s : plan_.steps) {
        meet = meet || renames(s);
        if (s.does != flush_step::what::unlink) continue;
        for (const auto& [first, second] : s.pairs)
            meet = meet || memory_.pairs.staged().find({s.links, first, second})->row != nullptr;
    }
    if (!meet) return;
    std::vector<unit> units = units_of(meets);
    const std::vector<std::size_t> in_order = order(units);
    lay_out(units, in_order);
}

std::vector<plan_builder::unit> plan_builder::units_of(const std::vector<meeting>& meets) {
    std::vector<unit> units;
    std::vector<std::size_t> first(plan_.steps.size());
    std::unordered_map<const node*, std::size_t> frees;
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
        const flush_step& s = plan_.steps[i];
        first[i] = units.size();
        switch (s.does) {
            case flush_step::what::insert:
            case flush_step::what::update:
            case flush_step::what::remove:
                for (node* n : s.nodes) {
                    if (s.does != flush_step::what::insert && n->state() != life::pending) frees[n] = units.size();
                    units.push_back({.step = i, .row = n, .mask = s.mask});
                }
                break;
            case flush_step::what::clear_key:
            case flush_step::what::refuse:
            case flush_step::what::remove_where:
            case flush_step::what::remove_tree:
                break;  // comes again with the removal that it belongs to
            default:
                units.push_back({.step = i, .row = nullptr});
                break;
        }
    }
    for (const meeting& each : meets) {
        const auto giver = frees.find(each.giver);
        const std::size_t taker = first[each.taker_step] + each.taker_at;
        if (giver == frees.end() || giver->second == taker) continue;
        units[giver->second].frees = true;
        units[taker].needs.push_back({.of = giver->second, .unique = each.columns});
    }
    add_key_needs(units);
    add_rename_needs(units);
    return units;
}

/// Every row after what it needs, otherwise as it was: what is needed moves forward. Where a ring is broken, the search
/// goes back to the row whose need has gone, and on from there: each ring costs what it is long.
std::vector<std::size_t> plan_builder::order(std::vector<unit>& units) {
    enum class mark : std::uint8_t { open, entered, done };
    std::vector<std::size_t> out;
    out.reserve(units.size());
    std::vector<mark> marks(units.size(), mark::open);
    std::vector<std::pair<std::size_t, std::size_t>> path;  // a row, and which of its needs is next
    const auto gone = [&](const unit::need& n) {
        return n.of == nobody || (units[n.of].vacated & mask_of(n.unique)) != 0;
    };
    for (std::size_t start = 0; start < units.size(); ++start) {
        if (marks[start] != mark::open) continue;
        path.assign(1, {start, 0});
        marks[start] = mark::entered;
        while (!path.empty()) {
            auto& [at, next] = path.back();
            if (next == units[at].needs.size()) {
                marks[at] = mark::done;
                out.push_back(at);
                path.pop_back();
                continue;
            }
            const unit::need& need = units[at].needs[next];
            if (gone(need) || marks[need.of] == mark::done) {
                ++next;
            } else if (marks[need.of] == mark::open) {
                marks[need.of] = mark::entered;
                const std::size_t below = need.of;
                ++next;
                path.emplace_back(below, 0);
            } else {
                // A ring: from the row that is needed again to the end of the path.
                std::size_t from = path.size() - 1;
                while (path[from].first != need.of) --from;
                std::vector<std::pair<std::size_t, std::size_t>> ring{{at, next}};  // if it gives way, nothing is lost
                for (std::size_t i = from; i + 1 < path.size(); ++i)
                    ring.emplace_back(path[i].first, path[i].second - 1);
                break_ring(units, ring);
                if (gone(units[at].needs[next])) continue;
                // What was entered by way of the need that has gone is in nobody's way any more.
                std::size_t keep = from;
                while (!gone(units[path[keep].first].needs[path[keep].second - 1])) ++keep;
                for (std::size_t i = ++keep; i < path.size(); ++i) marks[path[i].first] = mark::open;
                path.resize(keep);
            }
        }
    }
    return out;
}

/// `ring`: rows and the need of each by which it waits for the next.
void plan_builder::break_ring(std::vector<unit>& units, const std::vector<std::pair<std::size_t, std::size_t>>& ring) {
    unit* best = nullptr;
    std::uint16_t best_column = 0;
    int best_cost = 0;
    for (const auto& [at, which] : ring) {
        unit::need& need = units[at].needs[which];
        if (need.soft) {
            need.of = nobody;
            return;
        }
        if (need.unique.empty()) continue;
        unit& giver = units[need.of];
        const flush_step& step = plan_.steps[giver.step];
        for (const std::uint16_t c : need.unique) {
            int cost = cost_of_placeholder(*giver.row->in->what, c);
            if (cost == 0) continue;
            // A column that the row does not write anyway has to be written back.
            if (step.does == flush_step::what::update && (giver.mask >> c & 1) == 0) cost += 4;
            if (best == nullptr || cost < best_cost) {
                best = &giver;
                best_column = c;
                best_cost = cost;
            }
        }
    }
    if (best != nullptr) {
        best->vacated |= std::uint64_t{1} << best_column;
        if (plan_.steps[best->step].does == flush_step::what::update) best->mask |= std::uint64_t{1} << best_column;
        return;
    }
    std::string members;
    for (std::size_t i = 1; i <= ring.size(); ++i) {
        const auto& [at, which] = ring[i % ring.size()];
        const unit::need& need = units[at].needs[which];
        const auto name = [&](const unit& u) { return u.row == nullptr ? std::string{"a link"} : name_of(*u.row); };
        members += (i == 1 ? "" : "; ") + name(units[at]);
        if (need.unique.empty()) {
            members += " waits for " + name(units[need.of]);
            continue;
        }
        const mapping::model& m = *units[at].row->in->what;
        members += " takes " + m.name + "." + m.columns[need.unique[0]].name;
        for (std::size_t c = 1; c < need.unique.size(); ++c) members += ", " + m.columns[need.unique[c]].name;
        members += " of " + name(units[need.of]);
    }
    throw flush_error{
        "unique values change hands in a ring, and none of them can be put aside (its column cannot be "
        "NULL, and another value cannot be made up for it): " +
            members,
        {.where = where_}};
}

/// The plan's steps anew: first what is put aside, then the rows in their order, those of one step together where that
/// may be.
void plan_builder::lay_out(std::vector<unit>& units, const std::vector<std::size_t>& order) {
    std::vector<flush_step> old = std::move(plan_.steps);
    plan_.steps.clear();
    for (const unit& u : units) {
        if (u.vacated == 0) continue;
        const auto same = std::find_if(plan_.steps.begin(), plan_.steps.end(), [&](const flush_step& s) {
            return s.model == old[u.step].model && s.mask == u.vacated;
        });
        if (same != plan_.steps.end()) {
            same->nodes.push_back(u.row);
            continue;
        }
        plan_.steps.push_back({.does = flush_step::what::vacate,
                               .model = old[u.step].model,
                               .nodes = {u.row},
                               .mask = u.vacated,
                               .why = "its unique value changes hands"});
    }
    for (const std::vector<std::size_t>& rows : together(units, order)) {
        const unit& head = units[rows.front()];
        flush_step& from = old[head.step];
        if (head.row == nullptr) {
            plan_.steps.push_back(std::move(from));
            continue;
        }
        flush_step step{
            .does = from.does, .model = from.model, .keeps = from.keeps, .mask = head.mask, .why = from.why};
        for (const std::size_t each : rows) {
            const unit& u = units[each];
            step.nodes.push_back(u.row);
            if (u.frees && u.vacated == 0 && step.why.empty()) step.why = "frees a unique value";
        }
        if (step.does == flush_step::what::remove) {
            plan_removal(std::move(step));
        } else {
            plan_.steps.push_back(std::move(step));
        }
    }
}

/// The rows that one statement writes: a row joins the last ones of its step, wherever they stand, unless it needs what
/// comes after them. So n rows that go and n that take their values are two statements and not 2n. What is no list of
/// rows keeps its place among them.
std::vector<std::vector<std::size_t>> plan_builder::together(const std::vector<unit>& units,
                                                             const std::vector<std::size_t>& order) {
    std::vector<std::vector<std::size_t>> groups;
    std::vector<std::size_t> group_of(units.size(), nobody);
    std::map<std::pair<std::size_t, std::uint64_t>, std::size_t> last;  // by step and mask
    for (const std::size_t at : order) {
        const unit& u = units[at];
        const auto found = last.find({u.step, u.mask});
        const bool joins = found != last.end() && std::ranges::all_of(u.needs, [&](const unit::need& n) {
                               return n.of == nobody || group_of[n.of] == nobody || group_of[n.of] <= found->second;
                           });
        group_of[at] = joins ? found->second : groups.size();
        if (!joins) groups.emplace_back();
        groups[group_of[at]].push_back(at);
        if (u.row == nullptr) last.clear();
        if (u.row != nullptr) last[{u.step, u.mask}] = group_of[at];
    }
    return groups;
}

}  // namespace kin::detail
