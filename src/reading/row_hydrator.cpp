// From rows to objects: one row, one object, by way of the identity map.
#include "reading/row_hydrator.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include <kin/graph/fields.hpp>
#include <kin/sql/compiler.hpp>
#include <kin/sql/raw.hpp>

#include "graph/blank_object.hpp"
#include "graph/reuse/result_groups.hpp"
#include "lifecycle/session_memory.hpp"
#include "reading/row_reader.hpp"
#include "statements/model_statements.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

namespace {

void set_absent(node& n, std::uint64_t columns, bool absent) noexcept {
    const mapping::model& m = *n.in->what;
    for (std::uint64_t left = columns & m.deferred; left != 0; left &= left - 1) {
        const mapping::column& c = m.columns[static_cast<std::size_t>(std::countr_zero(left))];
        *(static_cast<bool*>(n.object()) + c.absent_at) = absent;
    }
}

}  // namespace

void throw_of_row(const mapping::model& m, engine::cursor& row, int first, const row_shape* shape,
                  const conversion_error& e) {
    std::string key;
    for (const std::uint16_t c : m.primary_key) {
        value_view part = row.cell(first + (shape == nullptr || shape->missing == 0 ? c : shape->at(c)));
        part.hidden = m.fields[c].hidden;
        key += (key.empty() ? "" : ", ") + describe(part);
    }
    throw_of_row(m, e, key);
}

const std::byte* overwrite(node& n, const mapping::model& m, engine::cursor& row, int first, graph::arena& home) {
    // Decoding wants an object in its default state: one on the side, whose values then move by way of a snapshot.
    const blank_object side{*m.type};
    try {
        row.decode(m.fields, side.at, first);
    } catch (const conversion_error& e) {
        throw_of_row(m, row, first, nullptr, e);
    }
    const std::byte* packed = graph::pack(m, side.at, home);
    graph::unpack(m, n.object(), packed);
    mark_read(n, m.deferred);
    return packed;
}

void mark_read(node& n, std::uint64_t columns) noexcept { set_absent(n, columns, false); }

void supply(node& n, const row_shape& shape, engine::cursor& row, int first, std::uint64_t columns, bool over_changes,
            graph::arena& home) {
    const mapping::model& m = shape.what;
    const blank_object side{*m.type};
    try {
        row.decode(shape.missing == 0 ? m.fields : shape.fields, side.at, first);
    } catch (const conversion_error& e) {
        throw_of_row(m, row, first, &shape, e);
    }
    std::uint64_t changed = 0;
    if (n.snapshot() != nullptr && !over_changes) (void)graph::compare(m, n.object(), n.snapshot(), changed);
    const auto copy = [&](void* to, std::uint64_t which) {
        value scratch;
        for (std::size_t i = 0; i < m.fields.size(); ++i) {
            if ((which >> i & 1) != 0) graph::assign(m.fields[i], to, graph::view(m.fields[i], side.at, scratch));
        }
    };
    if (n.snapshot() != nullptr) {
        const blank_object before{*m.type};
        graph::unpack(m, before.at, n.snapshot());
        copy(before.at, columns);
        n.snapshot(graph::pack(m, before.at, home));
    }
    copy(n.object(), columns & ~changed);
    mark_read(n, columns);
}

void throw_of_row(const mapping::model& m, const conversion_error& e, const std::string& key) {
    throw conversion_error{m.name + " " + key + ": " + e.message(), e.context()};
}

node* node_at(graph::pool& p, engine::cursor& row, int first) {
    if (p.identities.integer_key()) return p.identities.find(row.integer(first));
    const std::size_t count = p.what->primary_key.size();
    value_view parts[8];
    value kept[8];
    for (std::size_t i = 0; i < count; ++i) {
        kept[i] = value{row.cell(first + static_cast<int>(i))};  // reading the next cell may move the last one
        parts[i] = kept[i].view();
    }
    return p.identities.find(std::span<const value_view>{parts, count});
}

node* row_hydrator::hydrate(model_state& s, engine::cursor& row, int first, graph::group* in, bool refresh,
                            const row_shape* shape) {
    graph::pool& p = *s.objects;
    const mapping::model& m = *p.what;
    const bool whole = shape == nullptr || shape->missing == 0;
    node* known = nullptr;
    std::int64_t key = 0;
    if (p.identities.integer_key()) {
        key = row.integer(first + (whole ? m.primary_key[0] : shape->at(m.primary_key[0])));
        known = p.identities.find(key);
    } else {
        value_view parts[8];
        value kept[8];
        for (std::size_t i = 0; i < m.primary_key.size(); ++i) {
            const int at = first + (whole ? m.primary_key[i] : shape->at(m.primary_key[i]));
            kept[i] = value{row.cell(at)};  // the next cell may move the last one
        }
        for (std::size_t i = 0; i < m.primary_key.size(); ++i) parts[i] = kept[i].view();
        known = p.identities.find(std::span<const value_view>{parts, m.primary_key.size()});
    }
    if (known != nullptr) return hydrate_known(*known, row, first, in, refresh, whole ? nullptr : shape);
    node* n = memory_.objects.arena().reserve(p);
    m.type->construct(n->object());
    n->word = 0;
    try {
        if (p.key_first) {
            // The key is known already: it is not read a second time.
            std::memcpy(static_cast<std::byte*>(n->object()) + m.fields[0].offset, &key, sizeof key);
            row.decode(std::span{whole ? m.fields : shape->fields}.subspan(1), n->object(), first + 1);
        } else {
            row.decode(whole ? m.fields : shape->fields, n->object(), first);
        }
        n->in = in != nullptr ? in : lacking(p.loners, whole ? 0 : shape->missing);
        if (memory_.phase.wrote) memory_.log.expect_transitions();
        if (p.identities.integer_key()) {
            p.identities.insert(key, n);
        } else {
            p.identities.insert(n);
        }
    } catch (const conversion_error& e) {
        m.type->destroy(n->object());
        throw_of_row(m, row, first, whole ? nullptr : shape, e);
    } catch (...) {
        m.type->destroy(n->object());
        throw;
    }
    memory_.objects.arena().keep(p);
    if (!whole) set_absent(*n, shape->missing, true);
    mark_unloaded(*n, p);
    now_read(*n);
    return n;
}

void row_hydrator::announce_read(node& n) {
    if (!memory_.hooks.hooked(event::after_load, n.in->what)) return;
    try {
        memory_.hooks.announce(n);
    } catch (...) {
        // Whoever reads the row again finds no object that its hook has not seen to the end.
        if (n.state() == life::persistent) {
            memory_.objects.state_of(*n.in->what).objects->identities.erase(&n);
            n.word &= node::listed;
            n.state(life::detached);
        }
        throw;
    }
}

void row_reader::read_all(std::vector<node*>& to, bool refresh) {
    while (next()) {
        node* there = known();
        to.push_back(there == nullptr ? make() : hydrator_.hydrate_known(*there, row_, 0, in_, refresh, nullptr));
    }
}

graph::group* row_hydrator::lacking(graph::group& g, std::uint64_t columns) {
    if (g.missing == columns) return &g;
    for (graph::group* part = g.parts; part != nullptr; part = part->parts) {
        if (part->missing == columns) return part;
    }
    return memory_.objects.arena().results().part_of(g, columns);
}

graph::group* row_hydrator::new_group(const mapping::model& m, const site& where) {
    graph::group* const g = memory_.objects.arena().results().open(m);
    g->where = where;
    return g;
}

void row_hydrator::list_rows(graph::group& g, node* const* rows, std::size_t count) noexcept {
    graph::result_groups::close(g, rows, count);
}

node* row_hydrator::hydrate_known(node& n, engine::cursor& row, int first, graph::group* in, bool refresh,
                                  const row_shape* shape) {
    const mapping::model& m = *n.in->what;
    const std::uint64_t lacks = n.in->missing;
    const std::uint64_t unread = shape == nullptr ? 0 : shape->missing;
    if (refresh) memory_.settled.verify(n, n.in->where);
    bool read = true;
    if (unread == 0 && (refresh || (n.word & node::expired) != 0)) {
        // Both sides show one that is read again where its row says, as refresh of an object does.
        const bool moves = refresh && n.state() == graph::life::persistent && !m.foreign_keys.empty();
        const std::vector<node*> shown = moves ? memory_.keys.parents_shown(n) : std::vector<node*>{};
        const std::byte* packed = overwrite(n, m, row, first, memory_.objects.arena());
        n.word &= ~node::expired;
        memory_.tracking.row_says(n, packed);
        if (moves) {
            memory_.objects.rewrote(n);
            memory_.keys.follow_row(n, shown);
        }
        if (memory_.phase.wrote) memory_.log.note(&n, transition::read);
    } else if ((n.word & node::expired) != 0 && (unread & ~lacks) == 0) {
        supply(n, *shape, row, first, ~unread, true, memory_.objects.arena());  // all that it has
        n.word &= ~node::expired;
        if (memory_.phase.wrote) memory_.log.note(&n, transition::read);
    } else if ((lacks & ~unread) != 0) {
        supply(n, shape == nullptr ? row_shape{m, 0} : *shape, row, first, lacks & ~unread, false,
               memory_.objects.arena());
        if (memory_.phase.wrote) memory_.log.note(&n, transition::read);
    } else {
        read = false;
    }
    if (read) memory_.objects.rewrote(n);
    graph::group* const now = lacking(in != nullptr ? *in : *n.in, n.in->missing & unread);
    if (now != n.in) {
        if (now->plan != n.in->plan) memory_.contents.said.leaves_group(n, memory_.objects.arena());
        n.in = now;
    }
    return &n;
}

graph::row_list row_hydrator::finish_rows(graph::group* g, std::vector<node*>& found) {
    return memory_.objects.arena().results().close(*g, found);
}

// -- one object -----------------------------------------------------------------------------------------------------

const model_sql& row_hydrator::sql_of(model_state& s, const mapping::model& m, const site& where) {
    if (s.sql == nullptr) s.sql = &statements_of(m, connection_.open(where).dialect());
    return *s.sql;
}

// -- queries --------------------------------------------------------------------------------------------------------

}  // namespace kin::detail
