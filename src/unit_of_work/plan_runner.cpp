// Running a flush plan: the statements of each step.
#include <algorithm>
#include <cstring>
#include <map>
#include <unordered_map>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>

#include "graph/blank_object.hpp"
#include "mapping/scope.hpp"
#include "planning/contradiction.hpp"
#include "planning/unique_conflicts.hpp"
#include "relations/key_text.hpp"
#include "statements/key_conditions.hpp"
#include "statements/model_statements.hpp"
#include "statements/pair_rows.hpp"
#include "statements/pivot_statements.hpp"
#include "statements/soft_removal.hpp"
#include "statements/stamping.hpp"
#include "unit_of_work/plan_runner.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

namespace {

bool plain_integer(const field& f) noexcept { return f.rep == layout::i64 && f.optional == nullptr; }

std::int64_t read_integer(const node& n, const field& f) noexcept {
    std::int64_t v = 0;
    std::memcpy(&v, static_cast<const std::byte*>(n.object()) + f.offset, sizeof v);
    return v;
}

}  // namespace

plan_runner::plan_runner(session_memory& memory, session_loading& loading, write_reaches& reaches,
                         engine::connection& c, const flush_plan& plan, const site& where)
    : memory_{memory},
      loading_{loading},
      reaches_{reaches},
      connection_{c},
      plan_{plan},
      where_{where},
      now_{now_in_microseconds()} {}

std::vector<node*> plan_runner::run() {
    memory_.keys.forget_names();
    fetch_keys();
    try {
        try {
            run(plan_.steps);
        } catch (...) {
            read_answers();  // what failed before it is the reason
            throw;
        }
        read_answers();
    } catch (const error& e) {
        for (const flush_step& s : plan_.steps) {
            if (s.does == flush_step::what::link) refuse_keyless_pivot(e, *s.links);
        }
        throw;
    }
    return std::move(taken_along_);
}

void plan_runner::run(const std::vector<flush_step>& steps) {
    for (const flush_step& s : steps) {
        switch (s.does) {
            case flush_step::what::insert:
                insert(s);
                break;
            case flush_step::what::update:
                update(s);
                break;
            case flush_step::what::vacate:
                vacate(connection_, plan_, s, where_);
                break;
            case flush_step::what::clear_key:
                clear_key(s);
                break;
            case flush_step::what::refuse:
                require_no_children(connection_, *s.key, s.condition, where_);
                break;
            case flush_step::what::remove_where:
                remove_where(s);
                break;
            case flush_step::what::remove_tree:
                remove_tree(s);
                break;
            case flush_step::what::remove:
                try {
                    remove(s);
                } catch (const foreign_key_violation& e) {
                    refuse_removal(s, e);
                }
                break;
            case flush_step::what::restore:
                restore(s);
                break;
            case flush_step::what::link:
                sent_.push_back(write_pairs(connection_, *s.links, s.pairs, true));
                break;
            case flush_step::what::unlink:
                unlink(s);
                break;
        }
    }
}

/// Waits for the statements that were sent and not waited for, in their order.
void plan_runner::read_answers() {
    for (engine::cursor& c : std::exchange(sent_, {})) {
        while (c.next()) {
        }
    }
}

/// Where the database has sequences, the keys of many new rows are fetched before the rows are written: all blocks
/// in one round trip, and no row waits for its parent's.
void plan_runner::fetch_keys() {
    if (!connection_.dialect().sequences) return;
    struct block {
        std::vector<node*> nodes;
        engine::cursor keys;
    };
    std::vector<block> blocks;
    for (const flush_step& s : plan_.steps) {
        if (s.does != flush_step::what::insert || s.nodes.size() < as_arrays) continue;
        const model_sql& sql = loading_.hydrator.sql_of(memory_.objects.state_of(*s.model), *s.model, where_);
        if (sql.key_block.empty()) continue;
        block b;
        for (node* n : s.nodes) {
            if (keyless(*n)) b.nodes.push_back(n);
        }
        if (b.nodes.size() < as_arrays) continue;
        b.keys = connection_.run_aside(sql.key_block, {value{static_cast<std::int64_t>(b.nodes.size())}});
        blocks.push_back(std::move(b));
    }
    for (block& b : blocks) {
        const field& key = b.nodes.front()->in->what->fields[b.nodes.front()->in->what->made_key];
        for (node* n : b.nodes) {
            if (!b.keys.next() || b.keys.is_null(0)) break;  // no sequence: the insert will tell
            write_integer(*n, key, b.keys.integer(0));
        }
    }
}

/// Whether the database makes the object's key.
bool plan_runner::keyless(const node& n) {
    const mapping::model& m = *n.in->what;
    const mapping::column& key = m.columns[m.made_key];
    return key.generated && (plain_integer(key.io) ? read_integer(n, key.io) == 0 : graph::unset(key.io, n.object()));
}

void plan_runner::remember(node& n, const field& f) { memory_.log.remember(n, f); }

void plan_runner::write_integer(node& n, const field& f, std::int64_t v, kind type) {
    remember(n, f);
    if (plain_integer(f)) {
        std::memcpy(static_cast<std::byte*>(n.object()) + f.offset, &v, sizeof v);
    } else {
        value_view view;
        view.type = type;
        view.integer = v;
        graph::assign(f, n.object(), view);
    }
}

/// Brings the staged parents' keys into the child's columns.
void plan_runner::copy_keys(node& child) {
    bool tagged = false;
    for (const mapping::foreign_key& k : child.in->what->foreign_keys) {
        node* parent = nullptr;
        tagged = tagged || k.tagged;
        if (!memory_.parents.written_parent(child, k, parent)) continue;
        if (k.shares && parent != nullptr) require_agreement(child, k, *parent);
        if (!plan_.defers(&child, k)) copy_key(child, k, parent);
    }
    if (tagged) require_targets(child, where_);
}

/// Brings the tag that belongs to the key into the child: which model's row it names.
void plan_runner::copy_tag(node& child, const mapping::foreign_key& k, const node* parent) {
    const field& f = child.in->what->fields[k.tag.column];
    if (parent != nullptr && graph::speaks_of(k, child.object())) return;
    if (parent == nullptr && f.optional == nullptr) return;
    remember(child, f);
    if (parent != nullptr) {
        graph::assign(f, child.object(), k.tag.is.view());
    } else {
        f.optional->reset(static_cast<std::byte*>(child.object()) + f.offset);
    }
}

void plan_runner::copy_key(node& child, const mapping::foreign_key& k, node* parent) {
    if (parent != nullptr && !k.tagged && k.columns.size() == 1) {
        const field& to = child.in->what->fields[k.columns[0]];
        const field& from = k.target->fields[k.target_columns[0]];
        // Nearly all: a number that is not given yet.
        if (plain_integer(to) && plain_integer(from) && read_integer(child, to) == 0)
            return write_integer(child, to, read_integer(*parent, from));
    }
    copy_values(child, k, parent);
}

[[gnu::noinline]] void plan_runner::copy_values(node& child, const mapping::foreign_key& k, node* parent) {
    const mapping::model& m = *child.in->what;
    // What stands in a column that no member shows was not set by hand, nor what the object's last row said.
    const auto by_hand = [&](std::size_t i) {
        if (child.state() != life::pending || k.tagged) return false;
        return child.snapshot() == nullptr ||
               !graph::equal(m.fields[k.columns[i]], child.object(), graph::packed(m, child.snapshot(), k.columns[i]));
    };
    if (k.tagged) copy_tag(child, k, parent);
    for (std::size_t i = 0; i < k.columns.size(); ++i) {
        const field& f = m.fields[k.columns[i]];
        if (parent == nullptr) {
            if (f.optional == nullptr) {
                if (child.state() == life::pending && !k.nullable) refuse_orphan(child, k);
                continue;  // a column shared with another key, say a tenant's: it stays
            }
            remember(child, f);
            f.optional->reset(static_cast<std::byte*>(child.object()) + f.offset);
            continue;
        }
        const field& from = k.target->fields[k.target_columns[i]];
        if (plain_integer(f) && plain_integer(from)) {
            const auto key = read_integer(*parent, from);
            const auto now = read_integer(child, f);
            if (key == now) continue;
            if (now != 0 && by_hand(i)) refuse_contradiction(child, k, parent, where_);
            write_integer(child, f, key);
            continue;
        }
        if (graph::matches(f, child.object(), from, parent->object())) continue;
        if (!graph::unset(f, child.object()) && by_hand(i)) refuse_contradiction(child, k, parent, where_);
        remember(child, f);
        graph::copy_key(f, child.object(), from, parent->object());
    }
}

/// Two keys with a column in common want one value in it.
void plan_runner::require_agreement(node& child, const mapping::foreign_key& k, const node& parent) const {
    const mapping::model& m = *child.in->what;
    for (const mapping::foreign_key& other : m.foreign_keys) {
        node* there = nullptr;
        if (&other == &k || !other.shares || !memory_.parents.written_parent(child, other, there) || there == nullptr)
            continue;
        for (std::size_t i = 0; i < k.columns.size(); ++i) {
            const auto at = std::find(other.columns.begin(), other.columns.end(), k.columns[i]);
            if (at == other.columns.end()) continue;
            const auto place = static_cast<std::size_t>(at - other.columns.begin());
            if (graph::matches(k.target->fields[k.target_columns[i]], parent.object(),
                               other.target->fields[other.target_columns[place]], there->object()))
                continue;
            throw flush_error{name_of(child) + " is to refer to " + name_of(parent) + " and to " + name_of(*there) +
                                  ", which want two values of " + m.name + "." + m.columns[k.columns[i]].name +
                                  ": they contradict each other",
                              {.where = where_}};
        }
    }
}

void plan_runner::refuse_orphan(const node& child, const mapping::foreign_key& k) const {
    const mapping::model& m = *child.in->what;
    throw flush_error{name_of(child) + " has no " + k.target->name + ", but " + m.name + "." +
                          m.columns[k.columns[0]].name + " cannot be NULL",
                      {.where = where_}};
}

void plan_runner::stamp_members(node& n, bool fresh) {
    stamp(*n.in->what, n.object(), fresh, now_, [&](const mapping::column& c, const value_view& v) {
        if (v.type != kind::uuid) return write_integer(n, c.io, v.integer, v.type);
        remember(n, c.io);
        graph::assign(c.io, n.object(), v);
    });
}

// -- inserts

void plan_runner::insert(const flush_step& s) {
    const mapping::model& m = *s.model;
    model_state& state = memory_.objects.state_of(m);
    const model_sql& sql = loading_.hydrator.sql_of(state, m, where_);
    std::vector<const void*> keyed;
    std::vector<const void*> unkeyed;
    std::vector<node*> fresh;
    const auto sort_out = [&](node& n) {
        if (keyless(n)) {
            unkeyed.push_back(n.object());
            fresh.push_back(&n);
        } else {
            keyed.push_back(n.object());
        }
    };
    const bool may_be_kept = m.soft_deleted != nullptr && !m.links.empty();
    for (node* n : s.nodes) {
        if (!m.foreign_keys.empty()) copy_keys(*n);
        if (m.stamped || m.version != nullptr) stamp_members(*n, true);
        if (!may_be_kept) sort_out(*n);  // while it is in the cache: a second walk over many would fetch all again
    }
    if (may_be_kept) {
        const std::unordered_set<const node*> kept = take_kept_rows(m, s.nodes);
        for (node* n : s.nodes) {
            if (!kept.contains(n)) sort_out(*n);
        }
    }
    // A key that was given by hand and closes a cycle is left out for now.
    std::vector<std::pair<const deferred_key*, std::vector<value>>> left_out;
    for (const deferred_key& d : plan_.deferred) {
        if (!d.by_hand || d.child->in->what != &m ||
            std::find(s.nodes.begin(), s.nodes.end(), d.child) == s.nodes.end())
            continue;
        auto& [key_left, values] = left_out.emplace_back(&d, std::vector<value>{});
        for (const std::uint16_t c : d.key->columns) {
            const field& f = m.fields[c];
            value scratch;
            values.emplace_back(graph::view(f, d.child->object(), scratch));
            if (f.optional == nullptr) continue;
            remember(*d.child, f);
            f.optional->reset(static_cast<std::byte*>(d.child->object()) + f.offset);
        }
    }
    if (m.defaulted == 0) {
        insert_rows(m, sql.insert, keyed, unkeyed, fresh);
    } else {
        insert_with_defaults(m, sql, keyed, unkeyed, fresh);
    }
    if (const std::uint64_t filled = m.defaulted | m.computed; filled != 0) {
        read_answers();
        read_filled(m, s.nodes, filled);
    }
    for (const auto& [d, values] : left_out) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            graph::assign(m.fields[d->key->columns[i]], d->child->object(), values[i].view());
        }
    }
}

void plan_runner::insert_rows(const mapping::model& m, const insert_statements& insert,
                              const std::vector<const void*>& keyed, const std::vector<const void*>& unkeyed,
                              const std::vector<node*>& fresh) {
    const mapping::column& key = m.columns[m.made_key];
    // Given keys first, so that the database does not generate one of them.
    if (keyed.size() >= as_arrays && connection_.dialect().row_arrays) {
        sent_.push_back(connection_.run(insert.arrays.text, {.fields = insert.arrays.fields, .objects = keyed}));
    } else if (!keyed.empty()) {
        connection_.run_each(insert.keyed.text, insert.keyed.fields, keyed, {});
    }
    if (unkeyed.empty()) return;
    const bool filled = connection_.dialect().returning ||
                        (m.primary_key.size() == 1 && connection_.fills_key(m.schema, m.table, key.name));
    if (!filled) refuse_keyless(m, key, insert.keyless.text.sql());
    std::vector<std::int64_t> keys(unkeyed.size());
    connection_.run_each(insert.keyless.text, insert.keyless.fields, unkeyed,
                         {.generated_keys = keys.data(), .key_column = key.name});
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        if (keys[i] == 0) refuse_keyless(m, key, insert.keyless.text.sql());
        write_integer(*fresh[i], key.io, keys[i]);
    }
}

/// Nobody could find the object again: a view whose trigger inserts elsewhere, a trigger that leaves the row out.
void plan_runner::refuse_keyless(const mapping::model& m, const mapping::column& key, std::string_view sql) const {
    throw flush_error{"the database made no key for a new " + m.name + ": " + m.table + "." + key.name +
                          " is no integer that it fills; give the object its key before the flush",
                      {.sql = std::string{sql}, .where = where_}};
}

// -- what the database fills

void plan_runner::read_filled(const mapping::model& m, const std::vector<node*>& nodes, std::uint64_t columns) {
    if (columns == 0 || nodes.empty()) return;
    std::unordered_map<std::string, node*> waiting;
    for (node* n : nodes) waiting.emplace(key_text(m, n->object(), m.primary_key), n);
    std::vector<std::uint16_t> read = m.primary_key;
    for (std::uint16_t i = 0; i < m.columns.size(); ++i) {
        if ((columns >> i & 1) != 0) read.push_back(i);
    }
    sql::select q;
    q.from.push_back(mapping::every_row_of(m));
    std::vector<field> fields;
    for (const std::uint16_t c : read) {
        q.columns.push_back({sql::column(&m, m.columns[c].name), {}});
        fields.push_back(m.fields[c]);
    }
    const auto select = [&](const std::vector<node*>& some) {
        for (sql::expr& keys : key_conditions(m, some)) {
            q.where = std::move(keys);
            const sql::compiled text = sql::compile(q, connection_.dialect(), where_);
            engine::cursor row = connection_.run(text.text, {.values = text.parameters});
            while (row.next()) {
                const blank_object side{*m.type};
                row.decode(fields, side.at, 0);
                const auto found = waiting.find(key_text(m, side.at, m.primary_key));
                // The database may hold a key in another form: asked for alone, its row is the only one.
                node* const n = found != waiting.end() ? found->second : some.size() == 1 ? some[0] : nullptr;
                if (n == nullptr) continue;
                for (std::size_t i = m.primary_key.size(); i < read.size(); ++i) {
                    const field& f = m.fields[read[i]];
                    remember(*n, f);
                    value scratch;
                    graph::assign(f, n->object(), graph::view(f, side.at, scratch));
                }
                waiting.erase(key_text(m, n->object(), m.primary_key));
            }
        }
    };
    select(nodes);
    const std::unordered_map<std::string, node*> left = waiting;
    for (const auto& [key, n] : left) select({n});
    if (waiting.empty()) return;
    throw flush_error{"what the database made of " + name_of(*waiting.begin()->second) + " cannot be read: no row of " +
                          m.table + " has its key",
                      {.where = where_}};
}

/// Objects from which the database's defaults are left out, each with those that leave out the same.
void plan_runner::insert_with_defaults(const mapping::model& m, const model_sql& sql,
                                       const std::vector<const void*>& keyed, const std::vector<const void*>& unkeyed,
                                       const std::vector<node*>& fresh) {
    struct rows {
        std::vector<const void*> keyed, unkeyed;
        std::vector<node*> fresh;
    };
    std::map<std::uint64_t, rows> all;
    for (const void* object : keyed) all[left_to_default(m, object)].keyed.push_back(object);
    for (std::size_t i = 0; i < unkeyed.size(); ++i) {
        rows& r = all[left_to_default(m, unkeyed[i])];
        r.unkeyed.push_back(unkeyed[i]);
        r.fresh.push_back(fresh[i]);
    }
    for (const auto& [left_out, r] : all) {
        insert_rows(m, sql.insert_without(left_out), r.keyed, r.unkeyed, r.fresh);
    }
}

// -- updates

void plan_runner::update(const flush_step& s) {
    const mapping::model& m = *s.model;
    for (node* n : s.nodes) {
        for (const mapping::foreign_key& k : m.foreign_keys) {
            node* parent = nullptr;
            if (!memory_.parents.written_parent(*n, k, parent)) continue;
            if (k.shares && parent != nullptr) require_agreement(*n, k, *parent);
            copy_key(*n, k, parent);
        }
        if (m.stamped && n->state() == life::persistent) stamp_members(*n, false);
    }
    write_rows(s.nodes, m, s.mask);
    if (m.computed != 0) read_filled(m, s.nodes, m.computed);
}

void plan_runner::write_rows(const std::vector<node*>& nodes, const mapping::model& m, std::uint64_t mask,
                             bool removes) {
    const model_sql& sql = loading_.hydrator.sql_of(memory_.objects.state_of(m), m, where_);
    std::vector<const void*> objects;
    for (node* n : nodes) objects.push_back(n->object());
    if (const bound_statement* all = nodes.size() >= as_arrays ? sql.update_arrays(mask) : nullptr) {
        engine::cursor rows = connection_.run(all->text, {.fields = all->fields, .objects = objects});
        rows.next();
        if (rows.affected() == static_cast<std::int64_t>(objects.size())) return;
        // A row is gone, or there are several of one key: of which, they say one by one.
    }
    const bound_statement& statement = sql.update(mask);
    std::vector<std::int64_t> affected(objects.size());
    connection_.run_each(statement.text, statement.fields, objects, {.affected = affected.data()});
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (affected[i] > 1) refuse_many(*nodes[i], affected[i], statement.text.sql());
        const bool there = affected[i] == 0 && ((removes && went_along(*nodes[i])) || written_by_view(*nodes[i]));
        if (affected[i] == 0 && !there) refuse_stale(*nodes[i], statement.text.sql());
        if (m.version != nullptr) bump(*nodes[i]);
    }
}

void plan_runner::bump(node& n) {
    const field& f = n.in->what->version->io;
    value scratch;
    write_integer(n, f, graph::view(f, n.object(), scratch).integer + 1);
}

}  // namespace kin::detail
