// The rows of a pivot that a link_writer reads and writes.
#include <algorithm>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/sql/compiler.hpp>

#include "mapping/scope.hpp"
#include "planning/flush_plan.hpp"
#include "statements/joining.hpp"
#include "statements/key_conditions.hpp"
#include "statements/model_statements.hpp"
#include "statements/pivot_statements.hpp"
#include "statements/soft_removal.hpp"
#include "statements/stamping.hpp"
#include "unit_of_work/parent_touching.hpp"
#include "unit_of_work/plan_runner.hpp"
#include "writing/link_writer.hpp"

namespace kin::detail {

using graph::node;

sql::expr link_writer::near_condition() const {
    key_set keys{pivot_, relation_.key->columns};
    keys.add(*relation_.owner, relation_.key->target_columns, owner_.object());
    return sql::both(keys.exact().front(),
                     sql::both(mapping::tag_condition(*relation_.key), mapping::tag_condition(*relation_.far)));
}

engine::cursor link_writer::lock_owner() {
    const mapping::model& m = *relation_.owner;
    sql::select q;
    q.from.push_back(mapping::every_row_of(m));
    q.columns.push_back({sql::column(&m, m.columns[m.primary_key[0]].name), {}});
    q.where = key_conditions(m, {&owner_}).front();
    q.lock = sql::row_lock::update;
    sql::compiled text = sql::compile(q, connection_->dialect(), where_);
    return connection_->run_holding(text.text, std::move(text.parameters));
}

void link_writer::read(bool all, bool to_change, bool locks) {
    sql::select q;
    q.from.push_back(mapping::source_of(pivot_));
    if (pivot_.implied) {
        for (const std::uint16_t c : links_.unique_columns)
            q.columns.push_back({sql::column(&pivot_, pivot_.columns[c].name), {}});
    } else {
        select_columns(q, pivot_);
    }
    q.where = near_condition();
    if (!relation_.fixed.empty()) {
        // Links to other targets are none of this relation's.
        q.joins.push_back(
            {sql::join_kind::inner, mapping::source_of(*relation_.target), mapping::key_condition(*relation_.far)});
        q.where = sql::both(q.where, mapping::fixed_condition(relation_));
    }
    if (!all) {
        key_set keys{pivot_, relation_.far->columns};
        for (const wanted_link& w : links_wanted_) keys.add(w.key);
        const std::vector<sql::expr> conditions = keys.exact();
        if (conditions.size() == 1) q.where = sql::both(q.where, conditions.front());
    }
    if (to_change && connection_->dialect().for_update) q.lock = sql::row_lock::update;
    const sql::compiled text = sql::compile(q, connection_->dialect(), where_);
    // Both travel together; the second one sees what was committed until the first one had its lock.
    engine::cursor lock = locks ? lock_owner() : engine::cursor{};
    engine::cursor row = connection_->run(text.text, {.values = text.parameters});
    while (lock.next()) {
    }
    pair_rows scratch{links_, 1, shape_};
    while (row.next()) {
        row.decode(pivot_.implied ? scratch.fields() : std::span<const field>{pivot_.fields}, scratch.at(0));
        std::vector<value> key = scratch.key(0, *relation_.far);
        const auto [at, unasked] = by_key_.try_emplace(text_of(key));
        if (unasked) {
            node* target = memory_.objects.known_target(*relation_.far, key);
            at->second = &links_wanted_.emplace_back(
                wanted_link{.key = std::move(key), .target = target, .there = true, .asked = false});
            if (hooked_) remember_row(*at->second, row);
            continue;
        }
        wanted_link& w = *at->second;
        w.there = true;
        w.changed = differing(said_by(w), w.pivot, scratch.at(0));
        if (hooked_ || w.changed != 0) remember_row(w, row);
    }
}

void link_writer::remember_row(wanted_link& w, engine::cursor& row) const {
    w.row = std::make_unique<pair_rows>(links_, 1, shape_);
    row.decode(pivot_.fields, w.row->at(0));
}

void link_writer::tell(event e, const link_list& rows) {
    if (!memory_.hooks.hooked(e, &pivot_)) return;
    for (const wanted_link* w : rows) {
        node* known = known_row(*w);
        memory_.hooks.call_hooks(e, &pivot_, known != nullptr ? known->object() : w->row->at(0));
    }
}

void link_writer::fill(pair_rows& rows, const link_list& from) const {
    for (std::size_t i = 0; i < from.size(); ++i) set_keys(rows, i, *from[i]);
}

void link_writer::set_keys(pair_rows& rows, std::size_t i, const wanted_link& w) const {
    rows.set(i, *relation_.key, owner_);
    rows.set(i, *relation_.far, w.key);
}

std::vector<const void*> link_writer::objects_of(const pair_rows& rows) {
    std::vector<const void*> objects;
    for (std::size_t i = 0; i < rows.size(); ++i) objects.push_back(rows.at(i));
    return objects;
}

void link_writer::keep_affected(link_list& list, const std::vector<std::int64_t>& affected) {
    std::size_t i = 0;
    list.erase(std::remove_if(list.begin(), list.end(), [&](const wanted_link*) { return affected[i++] == 0; }),
               list.end());
}

void link_writer::remove() {
    if (gone_.empty()) return;
    tell(event::before_remove, gone_);
    pair_rows rows{links_, gone_.size(), shape_};
    fill(rows, gone_);
    if (!pivot_.incoming.empty() || keeps_) {
        key_set keys{pivot_, links_.unique_columns};
        for (std::size_t i = 0; i < rows.size(); ++i) keys.add(pivot_, links_.unique_columns, rows.at(i));
        for (const sql::expr& condition : keys.exact()) {
            // What refers to the rows goes, or lets go, as with every removal.
            flush_plan plan;
            plan.steps = plan_builder{memory_, work_.reaches, where_}.dependents(pivot_, condition, {}, keeps_);
            for (const flush_step& s : plan.steps) written_.push_back(s.key != nullptr ? s.key->owner : s.model);
            for (node* n : plan_runner{memory_, loading_, work_.reaches, *connection_, plan, where_}.run())
                taken_along_.push_back(n);
            if (!keeps_) continue;
            (void)remove_softly(*connection_, pivot_, condition, now_);
        }
    }
    if (!keeps_) {
        std::vector<std::int64_t> affected(rows.size());
        try {
            connection_->run_each(pair_statement(links_, connection_->dialect(), false), rows.fields(),
                                  objects_of(rows), {.affected = affected.data()});
        } catch (const foreign_key_violation& e) {
            refuse_removal(pivot_, gone_.size() == 1 ? "the link's " + pivot_.name : "a " + pivot_.name, e);
        }
        keep_affected(gone_, affected);
    }
    tell(event::after_remove, gone_);
}

std::uint64_t link_writer::all_changed() const {
    std::uint64_t columns = 0;
    for (const wanted_link* w : changed_) columns |= w->changed;
    return columns;
}

void link_writer::complete_changes() {
    for (wanted_link* w : changed_) {
        void* row = w->row->at(0);
        copy_columns(w->changed, w->pivot, row);
        w->pivot = row;
        if (!tells_changes_) continue;
        pair_rows before{links_, 1, shape_};
        copy_columns(~std::uint64_t{0}, row, before.at(0));
        memory_.hooks.call_hooks(event::before_update, &pivot_, row);
        w->changed |= differing(own_columns(), row, before.at(0));
    }
    const std::uint64_t columns = all_changed();
    for (wanted_link* w : changed_) w->changed = columns;
}

void link_writer::tell_changed() {
    if (!memory_.hooks.hooked(event::after_update, &pivot_)) return;
    for (const wanted_link* w : changed_) memory_.hooks.call_hooks(event::after_update, &pivot_, w->row->at(0));
}

void link_writer::upsert() {
    link_list all = made_;
    all.insert(all.end(), changed_.begin(), changed_.end());
    const std::uint64_t columns = keeps_ ? own_columns() : all_changed();
    pair_rows rows{links_, all.size(), shape_};
    fill(rows, all);
    for (std::size_t i = 0; i < made_.size(); ++i) begin_row(rows, i);
    for (std::size_t i = made_.size(); i < all.size(); ++i) {
        copy_columns(~std::uint64_t{0}, all[i]->pivot, rows.at(i));
        set_keys(rows, i, *all[i]);
        stamp_row(rows.at(i), false);
    }
    const mapping::column& key = pivot_.columns[pivot_.made_key];
    const model_sql& sql = loading_.hydrator.sql_of(memory_.objects.state_of(pivot_), pivot_, where_);
    for (const bool with_key : {true, false}) {
        std::vector<std::size_t> which;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool keyed = !key.generated || (i < made_.size() && !graph::unset(key.io, rows.at(i)));
            if (keyed == with_key) which.push_back(i);
        }
        for (const auto& [left_out, some] : by_columns_left_out(pivot_, which, [&](auto i) { return rows.at(i); })) {
            // What is there is set to what its object says, a default's value as well.
            const std::uint64_t without = left_out & ~columns;
            std::vector<const void*> objects;
            for (const std::size_t i : some) objects.push_back(rows.at(i));
            const bound_statement& statement = sql.upsert(links_.unique_columns, with_key, columns, without);
            connection_->run_each(statement.text, statement.fields, objects, {});
        }
    }
    for (std::size_t i = 0; i < made_.size(); ++i) told_inserted(rows.at(i));
}

void link_writer::update(bool report_affected) {
    std::map<std::uint64_t, link_list> by_columns;
    for (wanted_link* w : changed_) by_columns[w->changed].push_back(w);
    link_list written;
    for (auto& [columns, list] : by_columns) {
        pair_rows rows{links_, list.size(), shape_};
        fill(rows, list);
        for (std::size_t i = 0; i < list.size(); ++i) {
            copy_columns(columns, list[i]->pivot, rows.at(i));
            stamp_row(rows.at(i), false);
        }
        std::vector<std::int64_t> affected(list.size());
        const bound_statement& statement = pair_update(links_, connection_->dialect(), columns, false);
        connection_->run_each(statement.text, statement.fields, objects_of(rows), {.affected = affected.data()});
        if (report_affected) keep_affected(list, affected);
        written.insert(written.end(), list.begin(), list.end());
    }
    changed_ = std::move(written);
}

void link_writer::insert() {
    if (made_.empty()) return;
    pair_rows rows{links_, made_.size(), shape_};
    fill(rows, made_);
    std::vector<std::int64_t> affected(made_.size(), 1);
    if (pivot_.implied) {
        try {
            connection_->run_each(pair_statement(links_, connection_->dialect(), true), rows.fields(), objects_of(rows),
                                  {.affected = affected.data()});
        } catch (const error& e) {
            refuse_keyless_pivot(e, links_);
            throw;
        }
    } else {
        insert_objects(rows, affected);
    }
    keep_affected(made_, affected);
}

void link_writer::insert_objects(pair_rows& rows, std::vector<std::int64_t>& affected) {
    const mapping::column& key = pivot_.columns[pivot_.made_key];
    std::vector<std::size_t> keyed, keyless;
    for (std::size_t i = 0; i < made_.size(); ++i) {
        begin_row(rows, i);
        (key.generated && graph::unset(key.io, rows.at(i)) ? keyless : keyed).push_back(i);
    }
    if (keeps_ && links_.unique) {
        // A row that was removed and kept is the link's again, as if it were new.
        const bound_statement& revive = pair_update(links_, connection_->dialect(), own_columns(), true);
        connection_->run_each(revive.text, revive.fields, objects_of(rows), {.affected = affected.data()});
        const auto revived = [&](std::size_t i) { return affected[i] != 0; };
        keyed.erase(std::remove_if(keyed.begin(), keyed.end(), revived), keyed.end());
        keyless.erase(std::remove_if(keyless.begin(), keyless.end(), revived), keyless.end());
    }
    const model_sql& sql = loading_.hydrator.sql_of(memory_.objects.state_of(pivot_), pivot_, where_);
    for (const bool with_key : {true, false}) {
        const auto at = [&](std::size_t i) { return rows.at(i); };
        for (const auto& [left_out, which] : by_columns_left_out(pivot_, with_key ? keyed : keyless, at)) {
            std::vector<const void*> objects;
            for (const std::size_t i : which) objects.push_back(rows.at(i));
            std::vector<std::int64_t> each(which.size(), 1);
            if (links_.unique) {
                const bound_statement& statement = sql.insert_unless(links_.unique_columns, with_key, left_out);
                connection_->run_each(statement.text, statement.fields, objects, {.affected = each.data()});
            } else if (const insert_statements& insert = sql.insert_without(left_out); with_key) {
                connection_->run_each(insert.keyed.text, insert.keyed.fields, objects, {});
            } else {
                std::vector<std::int64_t> keys(which.size());
                connection_->run_each(
                    insert.keyless.text, insert.keyless.fields, objects,
                    {.generated_keys = keys.data(), .key_column = pivot_.columns[pivot_.made_key].name});
            }
            for (std::size_t i = 0; i < which.size(); ++i) affected[which[i]] = each[i];
        }
    }
    for (std::size_t i = 0; i < made_.size(); ++i) {
        if (affected[i] != 0) told_inserted(rows.at(i));
    }
}

void link_writer::begin_row(pair_rows& rows, std::size_t i) {
    copy_columns(~std::uint64_t{0}, made_[i]->pivot, rows.at(i));
    if (memory_.hooks.hooked(event::before_insert, &pivot_))
        memory_.hooks.call_hooks(event::before_insert, &pivot_, rows.at(i));
    set_keys(rows, i, *made_[i]);
    stamp_row(rows.at(i), true);
}

void link_writer::told_inserted(void* row) {
    if (memory_.hooks.hooked(event::after_insert, &pivot_)) memory_.hooks.call_hooks(event::after_insert, &pivot_, row);
}

std::uint64_t link_writer::differing(std::uint64_t columns, const void* a, const void* b) const {
    std::uint64_t found = 0;
    for (; columns != 0; columns &= columns - 1) {
        const field& f = pivot_.fields[static_cast<std::size_t>(__builtin_ctzll(columns))];
        if (!graph::equal(f, a, f, b)) found |= columns & -columns;
    }
    return found;
}

void link_writer::copy_columns(std::uint64_t which, const void* from, void* to) const {
    if (from == nullptr) return;
    for (std::size_t i = 0; i < pivot_.fields.size(); ++i) {
        if ((which >> i & 1) == 0) continue;
        value scratch;
        graph::assign(pivot_.fields[i], to, graph::view(pivot_.fields[i], from, scratch));
    }
}

void link_writer::fill_constants() {
    if (relation_.fixed.empty() || made_.empty()) return;
    const mapping::model& m = *relation_.target;
    key_set here{m, relation_.far->target_columns};  // they lack them
    key_set others{m, relation_.far->target_columns};
    std::vector<node*> lacking;
    for (const wanted_link* w : made_) {
        if (w->target == nullptr) {
            others.add(w->key);
            continue;
        }
        graph::look(w->target);
        if (meets(relation_, *w->target)) continue;
        here.add(w->key);
        lacking.push_back(w->target);
    }
    if (here.empty() && others.empty()) return;
    written_.push_back(&m);
    std::uint64_t columns = 0;
    sql::update u;
    u.table = mapping::every_row_of(m);
    sql::expr lacks;
    for (const mapping::fixed_value& f : relation_.fixed) {
        const sql::expr column = sql::column(&m, m.columns[f.column].name);
        columns |= std::uint64_t{1} << f.column;
        u.set.push_back({m.columns[f.column].name, sql::literal(f.is)});
        lacks = sql::either(lacks, sql::either(sql::unary(sql::op::is_null, column),
                                               sql::binary(sql::op::not_equal, column, sql::literal(f.is))));
    }
    for (const mapping::column& c : m.columns) {
        if (c.does == mapping::behaviour::updated_at)
            u.set.push_back({c.name, sql::literal(value{now_, kind::timestamp})});
        if (&c == m.version)
            u.set.push_back({c.name, sql::binary(sql::op::add, sql::column(&m, c.name), sql::literal(value{1}))});
    }
    const auto write = [&](const key_set& keys, const sql::expr& which) {
        if (keys.empty()) return;
        for (const sql::expr& some : keys.exact()) {
            u.where = sql::both(some, which);
            const sql::compiled text = sql::compile(u, connection_->dialect(), where_);
            (void)connection_->execute(text.text, text.parameters);
        }
    };
    write(here, {});
    write(others, lacks);
    for (node* n : lacking) {
        memory_.changes.fill_constants(relation_, *n);
        stamp(m, n->object(), false, now_, [&](const mapping::column& c, const value_view& v) {
            memory_.log.remember(*n, c.io);
            graph::assign(c.io, n->object(), v);
        });
        work_.sync.count_version(*n);
        work_.sync.sync_updated(*n, columns);
    }
    work_.sync.read_fixed_again();
}

void link_writer::touch_parents() {
    if (!pivot_.touching) return;
    parent_touching parents{memory_, work_.sync, settled_, where_};
    std::uint64_t pair = 0;
    for (const std::uint16_t c : links_.unique_columns) pair |= std::uint64_t{1} << c;
    pair_rows keys{links_, 1, shape_};
    for (const link_list* list : {&made_, &gone_, &changed_}) {
        for (const wanted_link* w : *list) {
            set_keys(keys, 0, *w);
            parents.add(pivot_, keys.at(0), pair);
            if (w->row != nullptr) parents.add(pivot_, w->row->at(0), ~pair);
            if (w->row == nullptr && list == &made_ && w->pivot != nullptr) parents.add(pivot_, w->pivot, ~pair);
        }
    }
    parents.write(*connection_);
    parents.sync_memory();
}

void link_writer::stamp_row(void* row, bool fresh) const {
    stamp(pivot_, row, fresh, now_,
          [&](const mapping::column& c, const value_view& v) { graph::assign(c.io, row, v); });
}

}  // namespace kin::detail
