// Write helpers of relations: changes that are flushed at once, and taken back where that fails.
#include "writing/object_creation.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/query/query.hpp>

#include "graph/blank_object.hpp"
#include "lifecycle/session_memory.hpp"
#include "loading/session_loading.hpp"
#include "planning/flush_choice.hpp"
#include "query/query_plan.hpp"
#include "unit_of_work/session_work.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

void object_creation::save(node& owner, const mapping::relation& r, void* objects, node** nodes, std::size_t count,
                           void* pivot, const site& where) {
    work_.flushing.require_no_flush("write through a relation of", where);
    memory_.objects.require_mine(owner, where);
    if (objects != nullptr) graph::require_save_update(r);
    if (objects != nullptr) memory_.changes.load_replaced(owner, r);
    graph::all_or_nothing whole{memory_.host};
    for (std::size_t i = 0; i < count; ++i) {
        if (objects != nullptr)
            nodes[i] = &memory_.lifecycle.adopt(static_cast<std::byte*>(objects) + i * r.target->type->size, *r.target);
        if (pivot != nullptr && i == 0) {
            memory_.changes.fill_constants(r, *nodes[i]);
            node& row = memory_.lifecycle.adopt(pivot, *r.links->through);
            memory_.parents.set_parent(row, *r.key, &owner);
            memory_.parents.set_parent(row, *r.far, nodes[i]);
        } else if (r.to_many()) {
            memory_.changes.append_now(owner, r, *nodes[i]);
        } else {
            memory_.changes.assign_now(owner, r, nodes[i]);
        }
    }
    work_.flushing.flush(where);
    whole.done();
}

void object_creation::add_at_once(const mapping::model& m, void* objects, node** nodes, std::size_t count,
                                  const site& where) {
    work_.flushing.require_no_flush("add at once to", where);
    graph::all_or_nothing whole{memory_.host};
    for (std::size_t i = 0; i < count; ++i) {
        nodes[i] = &memory_.lifecycle.adopt(static_cast<std::byte*>(objects) + i * m.type->size, m);
    }
    work_.flushing.flush(where);
    whole.done();
}

/// The first target of the relation (or any row of its model, `among_all`) with the object's values in these columns.
node* object_creation::find_target(node& owner, const mapping::relation& r, const void* object,
                                   const std::vector<std::uint16_t>& columns, bool among_all, const site& where) {
    const mapping::model& m = *r.target;
    plan_owner plan{m};
    if (among_all) {
        if (work_.pending.would_write(m)) work_.flushing.flush(where, flush_choice::ready());
    } else {
        loading_.queries.plan_along(owner, r, *plan, where);
    }
    for (const std::uint16_t c : columns) {
        value scratch;
        const value_view v = graph::view(m.fields[c], object, scratch);
        const sql::expr column = sql::column(&m, m.columns[c].name);
        restrict_to(*plan, v.is_null() ? sql::unary(sql::op::is_null, column)
                                       : sql::binary(sql::op::equal, column, sql::literal(value{v})));
    }
    return loading_.queries.first(*plan, where);
}

node& object_creation::find_or_create(node& owner, const mapping::relation& r, const graph::sought& what,
                                      const site& where) {
    work_.flushing.require_no_flush("write through a relation of", where);
    memory_.objects.require_mine(owner, where);
    const mapping::model& m = *r.target;
    std::vector<std::uint16_t> columns;
    for (const std::size_t offset : what.by) {
        const mapping::column* c = m.column_at(offset);
        if (c == nullptr)
            throw mapping_error{m.name + ": a member that tells its objects apart is no column", {.where = where}};
        columns.push_back(static_cast<std::uint16_t>(c - m.columns.data()));
    }
    unit_of_work::fill_slug_keys(m, columns, what.object);
    if (owner.state() == life::pending || !memory_.phase.autoflush) work_.flushing.flush(where);
    for (const mapping::fixed_value& f : r.fixed) graph::assign(m.fields[f.column], what.object, f.is.view());

    node* found = nullptr;
    if (!r.to_many()) {
        if (graph::unloaded(owner, r)) loading_.relations.load(owner, r, where);
        found = static_cast<node*>(graph::pointer_of(slot_access::word(owner, r)));
        if (found != nullptr && found->state() == life::removed) found = nullptr;
    } else {
        // What is unique is asked for and made in one: somebody else may be making it.
        std::vector<std::uint16_t> key = columns;
        if (!r.linked()) {
            for (const std::uint16_t c : r.key->written()) {
                if (std::find(key.begin(), key.end(), c) == key.end()) key.push_back(c);
            }
        }
        if (m.unique(key)) {
            if (!r.linked()) {
                if (r.key->tagged) graph::assign(m.fields[r.key->tag.column], what.object, r.key->tag.is.view());
                for (std::size_t i = 0; i < r.key->columns.size(); ++i) {
                    graph::copy_key(m.fields[r.key->columns[i]], what.object, r.owner->fields[r.key->target_columns[i]],
                                    owner.object());
                }
            }
            std::vector<std::size_t> offsets;
            for (const std::uint16_t c : key) offsets.push_back(m.fields[c].offset);
            std::vector<const field*> stamps;  // which get_or_create fills: they say nothing of a row that is there
            for (const mapping::column& c : m.columns) {
                if (c.does != mapping::behaviour::none && graph::unset(c.io, what.object)) stamps.push_back(&c.io);
            }
            found = get_or_create(m, what.object, 1, offsets, where).front();
            const blank_object blank{*m.type};
            value scratch;
            for (const field* f : stamps) graph::assign(*f, what.object, graph::view(*f, blank.at, scratch));
        } else {
            found = find_target(owner, r, what.object, columns, false, where);
            if (found == nullptr && r.linked()) found = find_target(owner, r, what.object, columns, true, where);
        }
        // In the relation it is, or comes to be.
        if (found != nullptr) save(owner, r, nullptr, &found, 1, nullptr, where);
    }
    if (found == nullptr) {
        node* made = nullptr;
        save(owner, r, what.object, &made, 1, nullptr, where);
        return *made;
    }
    if (!what.update) return *found;
    graph::all_or_nothing whole{memory_.host};
    if (what.written == nullptr) {
        merging_.copy_set_columns(m, *found, what.object);
    } else {
        std::uint64_t written = 0;
        for (const std::size_t offset : *what.written) written |= column_bit(m, offset);
        merging_.copy_columns(m, *found, what.object, written);
    }
    work_.flushing.flush(where);
    whole.done();
    return *found;
}

}  // namespace kin::detail
