// attach, detach, sync and their like: rows of a pivot written at once, whoever else writes them, and memory after it.
#include <algorithm>
#include <deque>
#include <map>
#include <memory>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/session/database.hpp>
#include <kin/session/query.hpp>
#include <kin/sql/compiler.hpp>

#include "mapping/joining.hpp"
#include "mapping/scope.hpp"
#include "session/blank_object.hpp"
#include "session/core.hpp"
#include "session/flush_plan.hpp"
#include "session/key_conditions.hpp"
#include "session/link_sql.hpp"
#include "session/model_sql.hpp"
#include "session/pair_rows.hpp"
#include "session/soft_removal.hpp"
#include "session/stamping.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;
using what = graph::relinking::what;

namespace {

/// A link that is asked for, or was found.
struct wanted_link {
    std::vector<value> key{};  ///< of the target
    node* target = nullptr;    ///< null where the session does not know it
    const void* pivot = nullptr;
    bool there = false;
    bool asked = true;
    std::uint64_t changed = 0;         ///< columns of its row that are to be written
    std::unique_ptr<pair_rows> row{};  ///< as it was found, where it is told to hooks or changed
};

using link_list = std::vector<wanted_link*>;

}  // namespace

class link_writer {
  public:
    link_writer(session_core& session, node& owner, const mapping::relation& r, const site& where)
        : session_{session},
          owner_{owner},
          relation_{r},
          links_{*r.links},
          pivot_{*r.links->through},
          shape_{pivot_.implied ? pair_rows::shape::keys : pair_rows::shape::objects},
          where_{where} {}

    graph::relinked run(const graph::relinking& ask) {
        collect(ask);
        engine::connection& c = session_.connection(where_);
        connection_ = &c;
        const bool syncs = ask.does == what::sync;
        const bool says = std::any_of(links_wanted_.begin(), links_wanted_.end(),
                                      [](const wanted_link& w) { return w.pivot != nullptr; });
        // What is unique the database tells apart itself.
        const bool adds = ask.does == what::attach || ask.does == what::add;
        const bool told = ask.does == what::detach && (keeps_ || hooked_);
        const bool reads =
            syncs || ask.does == what::toggle || told || (adds && !links_.unique) || (ask.does == what::add && says);
        if (!syncs && links_wanted_.empty()) return {};
        const bool nested = session_.wrote_;
        if (nested) c.savepoint(flush_savepoint);
        try {
            if (reads) {
                if ((syncs || ask.does == what::toggle) && c.dialect().for_update) lock_owner();
                read(syncs, says);
            }
            decide(ask.does, syncs || ask.does == what::add);
            remove();
            if (reads && links_.unique && !made_.empty() && (keeps_ || !changed_.empty())) {
                upsert();
            } else {
                if (reads) change_alike();
                update(ask.does == what::update);
                insert();
            }
            if (nested) c.release(flush_savepoint);
        } catch (...) {
            session_.undo_statements(c, nested);
            throw;
        }
        if (!gone_.empty() || !changed_.empty() || !made_.empty()) {
            session_.wrote_ = true;
            session_.arena_->aggregates().outdate();
            settle();
        }
        graph::relinked done;
        for (const wanted_link* w : made_) done.attached.push_back(w->key);
        for (const wanted_link* w : gone_) done.detached.push_back(w->key);
        for (const wanted_link* w : changed_) done.updated.push_back(w->key);
        return done;
    }

    /// The key of a target as its column of the pivot holds it.
    std::vector<value> key_of(const graph::asked_link& ask, node*& target) {
        pair_rows row{links_, 1, shape_};
        target = node_of(ask);
        const mapping::foreign_key& far = *relation_.far;
        if (target != nullptr) {
            row.set(0, far, *target);
        } else {
            if (far.target_columns.size() != 1 || far.target_columns != far.target->primary_key) {
                throw usage_error{relation_.owner->name + "." + relation_.name +
                                      " does not go by a primary key of one column: name its targets by objects",
                                  {.where = where_}};
            }
            row.set(0, far, {ask.key});
            target = session_.find_target(far, row.key(0, far));
        }
        return row.key(0, far);
    }
    [[nodiscard]] node* node_of(const graph::asked_link& ask) const {
        node* n = ask.target != nullptr   ? ask.target
                  : ask.object != nullptr ? &session_.node_of(ask.object, where_)
                                          : nullptr;
        if (n != nullptr) session_.require_mine(*n, where_);
        if (n != nullptr && n->state() != life::persistent && n->state() != life::pending) {
            throw usage_error{relation_.owner->name + "." + relation_.name + ": this " + relation_.target->name +
                                  " is in no session: add it first",
                              {.where = where_}};
        }
        return n;
    }

  private:
    // -- what is to be done

    void collect(const graph::relinking& ask) {
        std::map<std::string, wanted_link*> known;
        for (const graph::asked_link& each : ask.targets) {
            wanted_link w{.pivot = each.pivot != nullptr ? each.pivot : ask.pivot};
            w.key = key_of(each, w.target);
            if (w.target != nullptr && relation_.options.single_parent && ask.does != what::detach)
                session_.require_single_parent(owner_, relation_, *w.target);
            const auto [at, fresh] = known.try_emplace(text_of(w.key));
            if (!fresh) {
                at->second->pivot = w.pivot;  // said twice: the last word counts
                continue;
            }
            at->second = &links_wanted_.emplace_back(std::move(w));
        }
        by_key_ = std::move(known);
    }

    [[nodiscard]] sql::expr near_condition() const {
        key_set keys{pivot_, relation_.key->columns};
        keys.add(*relation_.owner, relation_.key->target_columns, owner_.object());
        return sql::both(keys.exact().front(),
                         sql::both(mapping::tag_condition(*relation_.key), mapping::tag_condition(*relation_.far)));
    }

    void decide(what does, bool updates) {
        for (wanted_link& w : links_wanted_) {
            switch (does) {
                case what::attach:
                case what::add:
                case what::sync:
                    if (!w.asked) {
                        gone_.push_back(&w);
                    } else if (!w.there) {
                        made_.push_back(&w);
                    } else if (updates && w.changed != 0) {
                        changed_.push_back(&w);
                    }
                    break;
                case what::detach:
                    if (w.there || !(keeps_ || hooked_)) gone_.push_back(&w);
                    break;
                case what::toggle:
                    (w.there ? gone_ : made_).push_back(&w);
                    break;
                case what::update:
                    w.changed = said_by(w.pivot);
                    if (w.changed != 0) changed_.push_back(&w);
                    break;
            }
        }
    }

    /// The columns that a row says something of: those that differ from a fresh one's, but for keys and what Kin keeps.
    std::uint64_t said_by(const void* row) {
        if (row == nullptr) return 0;
        if (row == said_of_) return said_;
        const blank_object blank{*pivot_.type};
        said_of_ = row;
        said_ = 0;
        for (std::uint64_t left = own_columns(); left != 0; left &= left - 1) {
            const field& f = pivot_.fields[static_cast<std::size_t>(__builtin_ctzll(left))];
            if (!graph::equal(f, row, f, blank.at)) said_ |= left & -left;
        }
        return said_;
    }
    /// The columns of a row that are neither keys nor kept by Kin.
    [[nodiscard]] std::uint64_t own_columns() const {
        std::uint64_t columns = 0;
        for (std::size_t i = 0; i < pivot_.columns.size(); ++i) {
            const mapping::column& c = pivot_.columns[i];
            const auto& pair = links_.unique_columns;
            const bool kept = c.primary_key || &c == pivot_.version || c.does == mapping::behaviour::updated_at ||
                              std::find(pair.begin(), pair.end(), i) != pair.end();
            if (!kept) columns |= std::uint64_t{1} << i;
        }
        return columns;
    }

    // -- statements

    /// Who else changes the links of this object waits.
    void lock_owner() {
        const mapping::model& m = *relation_.owner;
        sql::select q;
        q.from.push_back(mapping::every_row_of(m));
        q.columns.push_back({sql::column(&m, m.columns[m.primary_key[0]].name), {}});
        q.where = key_conditions(m, {&owner_}).front();
        q.lock = sql::row_lock::update;
        const sql::compiled text = sql::compile(q, connection_->dialect(), where_);
        engine::cursor row = connection_->run(text.text, {.values = text.parameters});
        while (row.next()) {
        }
    }

    /// The links that are there: all of the relation's, or those among the targets that are asked for. `to_change`:
    /// nobody else changes them from now on, since what is read of them may be written again.
    void read(bool all, bool to_change) {
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
        engine::cursor row = connection_->run(text.text, {.values = text.parameters});
        pair_rows scratch{links_, 1, shape_};
        while (row.next()) {
            row.decode(pivot_.implied ? scratch.fields() : std::span<const field>{pivot_.fields}, scratch.at(0));
            std::vector<value> key = scratch.key(0, *relation_.far);
            const auto [at, unasked] = by_key_.try_emplace(text_of(key));
            if (unasked) {
                node* target = session_.find_target(*relation_.far, key);
                at->second = &links_wanted_.emplace_back(
                    wanted_link{.key = std::move(key), .target = target, .there = true, .asked = false});
                if (hooked_) remember_row(*at->second, row);
                continue;
            }
            wanted_link& w = *at->second;
            w.there = true;
            for (std::uint64_t left = said_by(w.pivot); left != 0; left &= left - 1) {
                const field& f = pivot_.fields[static_cast<std::size_t>(__builtin_ctzll(left))];
                if (!graph::equal(f, w.pivot, f, scratch.at(0))) w.changed |= left & -left;
            }
            if (hooked_ || w.changed != 0) remember_row(w, row);
        }
    }

    void remember_row(wanted_link& w, engine::cursor& row) const {
        w.row = std::make_unique<pair_rows>(links_, 1, shape_);
        row.decode(pivot_.fields, w.row->at(0));
    }
    /// The session's object of a row that goes, or a copy of the row.
    void tell(event e, const link_list& rows) {
        if (!session_.hooked(e, &pivot_)) return;
        for (const wanted_link* w : rows) {
            node* known = known_row(*w);
            session_.call_hooks(e, &pivot_, known != nullptr ? known->object() : w->row->at(0));
        }
    }

    void fill(pair_rows& rows, const link_list& from) const {
        for (std::size_t i = 0; i < from.size(); ++i) {
            rows.set(i, *relation_.key, owner_);
            rows.set(i, *relation_.far, from[i]->key);
        }
    }
    static std::vector<const void*> objects_of(const pair_rows& rows) {
        std::vector<const void*> objects;
        for (std::size_t i = 0; i < rows.size(); ++i) objects.push_back(rows.at(i));
        return objects;
    }
    /// Only those whose row was written.
    static void keep_affected(link_list& list, const std::vector<std::int64_t>& affected) {
        std::size_t i = 0;
        list.erase(std::remove_if(list.begin(), list.end(), [&](const wanted_link*) { return affected[i++] == 0; }),
                   list.end());
    }

    void remove() {
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
                plan.steps = plan_builder{session_, where_}.dependents(pivot_, condition, {}, keeps_);
                for (node* n : run_plan(session_, *connection_, plan, where_)) taken_along_.push_back(n);
                if (!keeps_) continue;
                remove_softly(*connection_, pivot_, condition, now_);
            }
        }
        if (!keeps_) {
            std::vector<std::int64_t> affected(rows.size());
            connection_->run_each(pair_statement(links_, connection_->dialect(), false), rows.fields(),
                                  objects_of(rows), {.affected = affected.data()});
            keep_affected(gone_, affected);
        }
        tell(event::after_remove, gone_);
    }

    [[nodiscard]] std::uint64_t all_changed() const {
        std::uint64_t columns = 0;
        for (const wanted_link* w : changed_) columns |= w->changed;
        return columns;
    }

    /// All rows that change get the same columns written, so that one statement does: what nothing is said of as it was
    /// read.
    void change_alike() {
        for (wanted_link* w : changed_) overlay(*w);
        for (const std::uint64_t columns = all_changed(); wanted_link * w : changed_) {
            w->changed = columns;
            w->pivot = w->row->at(0);
        }
    }
    /// What is said of a link, over its row as it was read.
    void overlay(wanted_link& w) const { copy_columns(w.changed, w.pivot, w.row->at(0)); }

    /// Links that are new and such that change in one statement: each has its whole row. Of a pivot that keeps what was
    /// removed also those that come back, as if they were new.
    void upsert() {
        link_list all = made_;
        all.insert(all.end(), changed_.begin(), changed_.end());
        const std::uint64_t columns = keeps_ ? own_columns() : all_changed();
        pair_rows rows{links_, all.size(), shape_};
        fill(rows, all);
        for (std::size_t i = 0; i < made_.size(); ++i) begin_row(rows, i);
        for (std::size_t i = made_.size(); i < all.size(); ++i) {
            overlay(*all[i]);
            copy_columns(~std::uint64_t{0}, all[i]->row->at(0), rows.at(i));
            stamp_row(rows.at(i), false);
        }
        const mapping::column& key = pivot_.columns[pivot_.primary_key[0]];
        const model_sql& sql = session_.sql_of(session_.state_of(pivot_), pivot_, where_);
        for (const bool with_key : {true, false}) {
            std::vector<const void*> objects;
            for (std::size_t i = 0; i < all.size(); ++i) {
                const bool keyed = !key.generated || (i < made_.size() && !graph::unset(key.io, rows.at(i)));
                if (keyed == with_key) objects.push_back(rows.at(i));
            }
            if (objects.empty()) continue;
            const bound_statement& statement = sql.upsert(links_.unique_columns, with_key, columns);
            connection_->run_each(statement.text, statement.fields, objects, {});
        }
        for (std::size_t i = 0; i < made_.size(); ++i) told_inserted(rows.at(i));
    }

    void update(bool report_affected) {
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

    void insert() {
        if (made_.empty()) return;
        pair_rows rows{links_, made_.size(), shape_};
        fill(rows, made_);
        std::vector<std::int64_t> affected(made_.size(), 1);
        if (pivot_.implied) {
            connection_->run_each(pair_statement(links_, connection_->dialect(), true), rows.fields(), objects_of(rows),
                                  {.affected = affected.data()});
        } else {
            insert_objects(rows, affected);
        }
        keep_affected(made_, affected);
    }

    void insert_objects(pair_rows& rows, std::vector<std::int64_t>& affected) {
        const mapping::column& key = pivot_.columns[pivot_.primary_key[0]];
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
        const model_sql& sql = session_.sql_of(session_.state_of(pivot_), pivot_, where_);
        for (const bool with_key : {true, false}) {
            const std::vector<std::size_t>& which = with_key ? keyed : keyless;
            if (which.empty()) continue;
            std::vector<const void*> objects;
            for (const std::size_t i : which) objects.push_back(rows.at(i));
            std::vector<std::int64_t> each(which.size(), 1);
            if (links_.unique) {
                const bound_statement& statement = sql.insert_unless(links_.unique_columns, with_key);
                connection_->run_each(statement.text, statement.fields, objects, {.affected = each.data()});
            } else if (with_key) {
                connection_->run_each(sql.insert.text, sql.insert.fields, objects, {});
            } else {
                std::vector<std::int64_t> keys(which.size());
                connection_->run_each(sql.insert_keyless.text, sql.insert_keyless.fields, objects,
                                      {.generated_keys = keys.data()});
            }
            for (std::size_t i = 0; i < which.size(); ++i) affected[which[i]] = each[i];
        }
        for (std::size_t i = 0; i < made_.size(); ++i) {
            if (affected[i] != 0) told_inserted(rows.at(i));
        }
    }

    /// The row of a new link: what is said of it, what hooks say, its keys.
    void begin_row(pair_rows& rows, std::size_t i) {
        copy_columns(~std::uint64_t{0}, made_[i]->pivot, rows.at(i));
        if (session_.hooked(event::before_insert, &pivot_))
            session_.call_hooks(event::before_insert, &pivot_, rows.at(i));
        rows.set(i, *relation_.key, owner_);
        rows.set(i, *relation_.far, made_[i]->key);
        stamp_row(rows.at(i), true);
    }
    void told_inserted(void* row) {
        if (session_.hooked(event::after_insert, &pivot_)) session_.call_hooks(event::after_insert, &pivot_, row);
    }

    void copy_columns(std::uint64_t which, const void* from, void* to) const {
        if (from == nullptr) return;
        for (std::size_t i = 0; i < pivot_.fields.size(); ++i) {
            if ((which >> i & 1) == 0) continue;
            value scratch;
            graph::assign(pivot_.fields[i], to, graph::view(pivot_.fields[i], from, scratch));
        }
    }
    void stamp_row(void* row, bool fresh) const {
        stamp(pivot_, row, fresh, now_,
              [&](const mapping::column& c, const value_view& v) { graph::assign(c.io, row, v); });
    }

    // -- memory

    void settle() {
        for (const wanted_link* w : made_) show(*w);
        for (const wanted_link* w : changed_) bring_over(*w);
        flush_plan plan;
        plan.taken_along = std::move(taken_along_);
        for (const wanted_link* w : gone_) {
            if (node* row = known_row(*w)) {
                plan.taken_along.push_back(row);
                if (keeps_ && (row->word & node::expired) == 0) {
                    graph::touch(row);  // a rollback finds there what it said before
                    graph::assign(pivot_.soft_deleted->io, row->object(), value{now_, kind::timestamp}.view());
                }
            }
            if (w->target != nullptr) session_.leave_pair(pair_of(relation_, owner_, *w->target));
        }
        if (!plan.taken_along.empty()) session_.settle_removed(plan);
        session_.settle_sides();
    }

    /// What is loaded shows a new link, or is read again: the collections of rows, whose new ones nobody has.
    void show(const wanted_link& w) {
        for (const mapping::relation* side : links_.sides) {
            if (side->key != relation_.key && w.target == nullptr) continue;
            const bool forward = side->key == relation_.key;
            node& end = forward ? owner_ : *w.target;
            node* other = forward ? w.target : &owner_;
            if (!is_loaded(end, *side)) continue;
            if (other == nullptr || side->keyed_by != nullptr) {
                unload(end, *side);
            } else {
                session_.push_item(end, *side, *other, true);
            }
        }
        if (pivot_.implied) return;
        for (const auto& [k, end] : {std::pair{relation_.key, &owner_}, std::pair{relation_.far, w.target}}) {
            for (const mapping::relation* side : k->parent_sides) {
                if (end != nullptr && is_loaded(*end, *side)) unload(*end, *side);
            }
        }
    }
    [[nodiscard]] static bool is_loaded(node& n, const mapping::relation& r) noexcept {
        const mark m = graph::mark_of(n, r);
        return m == mark::loaded || m == mark::staged;
    }
    void unload(node& n, const mapping::relation& r) {
        if (r.to_many()) {
            session_.journal_many(n, r);
            slot_access::size(slot_access::many(n, r)) = slot_access::capacity(slot_access::many(n, r)) = 0;
        } else {
            session_.journal_one(n, r);
        }
        slot_access::word(n, r) = graph::tagged(mark::unloaded);
    }

    /// An association object in memory takes over what its row says now.
    void bring_over(const wanted_link& w) {
        node* row = known_row(w);
        if (row == nullptr || (row->word & node::expired) != 0) return;
        graph::touch(row);
        copy_columns(w.changed, w.pivot, row->object());
        std::uint64_t written = w.changed;
        stamp(pivot_, row->object(), false, now_,
              [&](const mapping::column& c, const value_view& v) { graph::assign(c.io, row->object(), v); });
        if (pivot_.version != nullptr) {
            value scratch;
            value_view version = graph::view(pivot_.version->io, row->object(), scratch);
            ++version.integer;
            graph::assign(pivot_.version->io, row->object(), version);
        }
        session_.settle_updated(*row, written);
    }

    /// The association object of a link, if it is in memory.
    [[nodiscard]] node* known_row(const wanted_link& w) {
        if (pivot_.implied) return nullptr;
        graph::pool* p = session_.arena_->find_pool(pivot_);
        if (p == nullptr || p->current == nullptr) return nullptr;
        pair_rows row{links_, 1, shape_};
        fill(row, {const_cast<wanted_link*>(&w)});
        const auto pair = row.fields();
        const auto& key = pivot_.primary_key;
        const bool by_pair =
            key.size() == pair.size() && std::is_permutation(key.begin(), key.end(), links_.unique_columns.begin());
        if (by_pair) return session_.find_by_key(pivot_, row.at(0));
        for (graph::slab* b = p->current; b != nullptr; b = b->next) {
            for (std::uint32_t i = 0; i < b->used; ++i) {
                node* n = b->at(i);
                if (n->state() != life::persistent) continue;
                const bool same = std::all_of(pair.begin(), pair.end(), [&](const field& f) {
                    return graph::equal(f, n->object(), f, row.at(0));
                });
                if (same) return n;
            }
        }
        return nullptr;
    }

    session_core& session_;
    node& owner_;
    const mapping::relation& relation_;
    const mapping::link_pair& links_;
    const mapping::model& pivot_;
    pair_rows::shape shape_;
    bool keeps_ = pivot_.soft_deleted != nullptr;  ///< what is removed stays, unseen
    bool hooked_ = !pivot_.implied &&
                   (session_.hooked(event::before_remove, &pivot_) || session_.hooked(event::after_remove, &pivot_));
    const site& where_;
    engine::connection* connection_ = nullptr;
    std::int64_t now_ = now_in_microseconds();
    std::deque<wanted_link> links_wanted_{};
    std::map<std::string, wanted_link*> by_key_{};
    link_list made_{}, gone_{}, changed_{};
    std::vector<node*> taken_along_{};
    const void* said_of_ = nullptr;
    std::uint64_t said_ = 0;
};

graph::relinked session_core::relink(node& owner, const mapping::relation& r, const graph::relinking& ask,
                                     const site& where) {
    const session_guard guard{*this, where};
    require_no_flush("write through a relation of", where);
    require_mine(owner, where);
    // Refused before anything is sent; what is new gets its key.
    for (const graph::asked_link& each : ask.targets) (void)link_writer{*this, owner, r, where}.node_of(each);
    flush(where);
    if (owner.state() != life::persistent) {
        throw usage_error{r.owner->name + "." + r.name + " cannot be written: its owner is removed", {.where = where}};
    }
    graph::look(&owner);
    return link_writer{*this, owner, r, where}.run(ask);
}

node* session_core::find_pivot(node& owner, const mapping::relation& r, const graph::asked_link& ask,
                               const site& where) {
    const session_guard guard{*this, where};
    link_writer links{*this, owner, r, where};
    (void)links.node_of(ask);
    const mapping::model& pivot = *r.links->through;
    if (!pairs_.empty() || concerned(pivot) || owner.state() == life::pending) flush(where);
    graph::look(&owner);
    pair_rows row{*r.links, 1, pair_rows::shape::objects};
    node* target = nullptr;
    row.set(0, *r.key, owner);
    row.set(0, *r.far, links.key_of(ask, target));
    std::vector<std::uint16_t> primary = pivot.primary_key;
    const auto& pair = r.links->unique_columns;
    if (primary.size() == pair.size() && std::is_permutation(primary.begin(), primary.end(), pair.begin())) {
        if (node* known = find_by_key(pivot, row.at(0))) {
            graph::look(known);
            return known;
        }
    }
    plan_owner plan{pivot};
    key_set keys{pivot, pair};
    keys.add(pivot, pair, row.at(0));
    restrict_to(*plan, keys.exact().front());
    return first(*this, *plan, where);
}

}  // namespace kin::detail
