// Rows that are removed and stay, and come back.
#include "session/soft_removal.hpp"

#include <algorithm>
#include <map>

#include <kin/graph/fields.hpp>
#include <kin/sql/compiler.hpp>

#include "mapping/scope.hpp"
#include "session/core.hpp"
#include "session/flush_plan.hpp"
#include "session/key_conditions.hpp"
#include "session/stamping.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

sql::update soft_removal(const mapping::model& m, const sql::expr& rows, std::optional<std::int64_t> at) {
    sql::update u;
    u.table = mapping::every_row_of(m);
    const value time = at ? value{*at, kind::timestamp} : value{};
    u.set.push_back({m.soft_deleted->name, sql::literal(time)});
    for (const mapping::column& c : m.columns) {
        const sql::expr column = sql::column(&m, c.name);
        if (c.does == mapping::behaviour::updated_at) {
            const value stamped{at ? *at : now_in_microseconds(), kind::timestamp};
            u.set.push_back({c.name, sql::literal(stamped)});
        }
        if (c.does == mapping::behaviour::version) {
            u.set.push_back({c.name, sql::binary(sql::op::add, column, sql::literal(value{1}))});
        }
    }
    u.where = rows;
    return u;
}

sql::expr not_removed(const mapping::model& m) {
    return sql::unary(sql::op::is_null, sql::column(&m, m.soft_deleted->name));
}

std::int64_t remove_softly(engine::connection& c, const mapping::model& m, const sql::expr& rows, std::int64_t at) {
    const sql::compiled text = sql::compile(soft_removal(m, sql::both(rows, not_removed(m)), at), c.dialect());
    return c.execute(text.text, text.parameters);
}

bool goes_along(const mapping::foreign_key& k) noexcept {
    return std::any_of(k.parent_sides.begin(), k.parent_sides.end(), [](const mapping::relation* side) {
        return side->options.removes() && !side->options.passive_deletes;
    });
}

namespace {

key_set select_keys(engine::connection& c, const mapping::model& m, const sql::expr& rows, const site& where) {
    sql::select q;
    q.from.push_back(mapping::every_row_of(m));
    q.where = rows;
    for (const std::uint16_t each : m.primary_key) q.columns.push_back({sql::column(&m, m.columns[each].name), {}});
    const sql::compiled text = sql::compile(q, c.dialect(), where);
    key_set keys{m, m.primary_key};
    engine::cursor row = c.run(text.text, {.values = text.parameters});
    while (row.next()) {
        std::vector<value> key;
        for (int i = 0; i < row.columns(); ++i) key.emplace_back(row.cell(i));
        keys.add(std::move(key));
    }
    return keys;
}

}  // namespace

void restore_owned(engine::connection& c, const mapping::model& m, const std::vector<node*>& nodes, const site& where) {
    std::map<std::int64_t, std::vector<node*>> by_time;
    for (node* n : nodes) {
        const auto column = static_cast<std::size_t>(m.soft_deleted - m.columns.data());
        by_time[graph::packed(m, n->snapshot(), column).integer].push_back(n);
    }
    struct rows {
        const mapping::model* of;
        sql::expr where;
    };
    for (const auto& [time, together] : by_time) {
        std::vector<rows> open;
        for (sql::expr& keys : key_conditions(m, together)) open.push_back({&m, std::move(keys)});
        while (!open.empty()) {
            const rows parents = std::move(open.back());
            open.pop_back();
            for (const mapping::foreign_key* k : parents.of->incoming) {
                const mapping::model& child = *k->owner;
                if (!goes_along(*k) || child.soft_deleted == nullptr) continue;
                const sql::expr removed = sql::binary(sql::op::equal, sql::column(&child, child.soft_deleted->name),
                                                      sql::literal(value{time, kind::timestamp}));
                const key_set keys = select_keys(c, child, sql::both(children_of(*k, parents.where), removed), where);
                if (keys.empty()) continue;
                for (sql::expr& each : keys.exact()) {
                    const sql::compiled text =
                        sql::compile(soft_removal(child, each, std::nullopt), c.dialect(), where);
                    (void)c.execute(text.text, text.parameters);
                    open.push_back({&child, std::move(each)});
                }
            }
        }
    }
}

void session_core::remove_for_good(node& n, const site& where) {
    const session_guard guard{*this, where};
    require_mine(n, where);
    graph::all_or_nothing whole{*this};
    const bool fresh = for_good_.insert(&n).second;
    try {
        remove_one(n, where);
    } catch (...) {
        if (fresh) for_good_.erase(&n);
        throw;
    }
    whole.done();
}

/// A detached object whose row stayed is the row's object again.
void session_core::revive(node& n) {
    for (const mapping::relation& r : n.in->what->relations) journal_slot(n, r);
    const std::byte* const row = n.snapshot();
    const std::byte* packed = graph::pack(*n.in->what, n.object(), *arena_);
    make_room(state_of(*n.in->what).touched);
    past_.dropped.reserve(past_.dropped.size() + 2);
    past_.turns.reserve(past_.turns.size() + 2);
    state_of(*n.in->what).objects->identities.insert(&n);
    if (row != nullptr) {
        past_.turns.emplace_back(&n, turn::dropped);
        past_.dropped.push_back(row);
    }
    past_.turns.emplace_back(&n, turn::revived);
    past_.dropped.push_back(packed);
    n.word = 0;
    n.state(life::persistent);
    if (row != nullptr) {
        n.snapshot(row);
        if (graph::left_out(n) == 0) n.word |= node::writable;
        state_of(*n.in->what).touched.push_back(&n);
    }
    blank_relations(n);
}

node& session_core::bring_back(node& n, const site& where) {
    const session_guard guard{*this, where};
    require_mine(n, where);
    const mapping::model& m = *n.in->what;
    if (n.state() == life::removed) {
        readd(n);
        return n;
    }
    if (n.state() == life::detached) {
        if (!soft_removed(n)) {
            throw usage_error{"this " + m.name + " has no row that could be restored: add it", {.where = where}};
        }
        std::vector<value> scratch(m.primary_key.size());
        std::vector<value_view> key;
        for (std::size_t i = 0; i < m.primary_key.size(); ++i) {
            key.push_back(graph::view(m.fields[m.primary_key[i]], n.object(), scratch[i]));
        }
        if (node* there = state_of(m).objects->identities.find(key)) return bring_back(*there, where);
    }
    graph::all_or_nothing whole{*this};
    if (n.state() == life::detached) revive(n);
    if (n.state() == life::persistent) touch(n);
    if (n.state() == life::persistent) show_again(n);
    m.soft_deleted->io.optional->reset(static_cast<std::byte*>(n.object()) + m.soft_deleted->io.offset);
    whole.done();
    return n;
}

/// Those that lost sight of the object see it: parents in their collections, children as their parent; what is on the
/// other side of links is read again.
void session_core::show_again(node& n) {
    const mapping::model& m = *n.in->what;
    named_.clear();
    show_to_parents(n);
    const auto each_of = [&](const mapping::model& of, auto&& visit) {
        graph::pool* p = arena_->find_pool(of);
        for (graph::slab* b = p == nullptr ? nullptr : p->current; b != nullptr; b = b->next) {
            for (std::uint32_t i = 0; i < b->used; ++i) {
                if (b->at(i)->state() == life::persistent) visit(*b->at(i));
            }
        }
    };
    for (const mapping::foreign_key* k : m.incoming) {
        if (k->child_side == nullptr || k->target_columns != m.primary_key) continue;
        each_of(*k->owner, [&](node& child) {
            std::uintptr_t& word = slot_access::word(slot_access::one(child, *k->child_side));
            if (graph::mark_of(word) != mark::loaded || graph::pointer_of(word) != nullptr) return;
            if (parent_by_key(child, *k) != &n) return;
            journal_slot(child, *k->child_side);
            word = graph::tagged(mark::loaded, &n);
        });
    }
    for (const mapping::relation* r : m.linked_by) {
        each_of(*r->owner, [&](node& owner) {
            if (graph::mark_of(slot_access::word(owner, *r)) != mark::loaded) return;
            journal_slot(owner, *r);
            blank(owner, *r);
        });
    }
}

/// Children that came back with the object are no news that memory has.
void session_core::settle_restored(node& n) {
    for (const mapping::relation& r : n.in->what->relations) {
        if (r.key == nullptr || r.holds_key() || r.linked() || !goes_along(*r.key)) continue;
        journal_slot(n, r);
        blank(n, r);
    }
}

}  // namespace kin::detail
