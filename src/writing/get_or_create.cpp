// get_or_create: one row for one value, whoever else asks for it at the same moment.
#include "writing/object_creation.hpp"

#include <algorithm>
#include <unordered_map>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/memory/hooks.hpp>
#include <kin/sql/compiler.hpp>

#include "lifecycle/session_memory.hpp"
#include "loading/session_loading.hpp"
#include "mapping/scope.hpp"
#include "planning/flush_choice.hpp"
#include "statements/key_conditions.hpp"
#include "statements/model_statements.hpp"
#include "statements/stamping.hpp"
#include "unit_of_work/parent_touching.hpp"
#include "unit_of_work/session_work.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

/// The objects asked for, and what was found for each; told apart by the values of some columns.
struct wanted_rows {
    const mapping::model& what;
    std::vector<std::uint16_t> columns{};
    std::vector<void*> objects{};
    std::vector<node*> found{};
    std::unordered_multimap<std::uint64_t, std::size_t> places{};  ///< by hash; equal objects stand in it once
    std::vector<std::vector<bool>> made{};                         ///< for each slug of the model: whose was made here

    [[nodiscard]] std::uint64_t hash(const void* object) const { return known_values::hash(what, columns, object); }
    [[nodiscard]] bool same(const void* a, const void* b) const {
        return std::all_of(columns.begin(), columns.end(),
                           [&](std::uint16_t c) { return graph::matches(what.fields[c], a, what.fields[c], b); });
    }
    /// Where an object with the same values stands, or nowhere: the number of objects.
    [[nodiscard]] std::size_t place(const void* object) const {
        if (objects.size() == 1) return !places.empty() && same(objects[0], object) ? 0 : 1;
        const auto [from, to] = places.equal_range(hash(object));
        for (auto at = from; at != to; ++at) {
            if (same(objects[at->second], object)) return at->second;
        }
        return objects.size();
    }
};

namespace {

std::string names_of(const mapping::model& m, const std::vector<std::uint16_t>& columns) {
    std::string names;
    for (const std::uint16_t c : columns) names += (names.empty() ? "" : ", ") + m.columns[c].name;
    return names;
}

void require_plain(const mapping::model& m, const void* object, const site& where) {
    for (const mapping::relation& r : m.relations) {
        if (r.outside != nullptr) continue;
        const auto* word = reinterpret_cast<const std::uintptr_t*>(static_cast<const std::byte*>(object) + r.offset);
        if (*word == 0) continue;
        throw usage_error{"get_or_create takes columns only: set " + m.name + "." + r.name + " of what it returns",
                          {.where = where}};
    }
}

/// A row that nobody sees holds the value: it is neither given, as queries do not show it, nor made a second time.
[[noreturn]] void throw_hidden(const wanted_rows& w, const node& n, const site& where) {
    std::string values;
    for (const std::uint16_t c : w.columns) {
        value scratch;
        value_view shown = graph::view(w.what.fields[c], n.object(), scratch);
        shown.hidden = w.what.fields[c].hidden;
        values += (values.empty() ? "" : ", ") + w.what.columns[c].name + " = " + describe(shown);
    }
    throw unique_violation{"a " + w.what.name + " with " + values +
                               (soft_removed(n) ? " was removed, and its row stayed: restore it (query.only_removed() "
                                                  "finds it), or remove it for good"
                                                : " is there, but " + w.what.name + "::scope() hides it"),
                           {.where = where}};
}

/// The rows with the values of these objects: a condition for each statement.
std::vector<sql::expr> conditions(const wanted_rows& w, const std::vector<std::size_t>& at) {
    key_set keys{w.what, w.columns};
    for (const std::size_t i : at) (void)keys.add(w.what, w.columns, w.objects[i]);
    return keys.exact();
}

}  // namespace

std::vector<node*> object_creation::get_or_create(const mapping::model& m, void* first, std::size_t count,
                                                  std::span<const std::size_t> offsets, const site& where) {
    wanted_rows w{m};
    for (const std::size_t offset : offsets) {
        const mapping::column* c = m.column_at(offset);
        if (c == nullptr)
            throw mapping_error{m.name + ": a member given to get_or_create is no column", {.where = where}};
        w.columns.push_back(static_cast<std::uint16_t>(c - m.columns.data()));
    }
    if (!m.unique(w.columns)) {
        throw mapping_error{"get_or_create needs columns that are unique together, and nothing says that " + m.name +
                                "'s " + names_of(m, w.columns) + " is: declare table(…).unique(…)",
                            {.where = where}};
    }
    std::vector<std::size_t> answer(count);
    for (std::size_t i = 0; i < count; ++i) {
        void* object = static_cast<std::byte*>(first) + i * m.type->size;
        require_plain(m, object, where);
        unit_of_work::fill_slug_keys(m, w.columns, object);
        for (const std::uint16_t c : w.columns) {
            value scratch;
            const bool made = m.columns[c].does == mapping::behaviour::slug;
            if (made ? !graph::unset(m.fields[c], object) : !graph::view(m.fields[c], object, scratch).is_null())
                continue;
            if (made) {
                throw usage_error{"get_or_create needs a value for " + m.name + "." + m.columns[c].name + ": " +
                                      m.columns[m.columns[c].made_from].name + " has no letter that it is made from",
                                  {.where = where}};
            }
            throw usage_error{
                "get_or_create needs a value for " + m.name + "." + m.columns[c].name + ": NULL is equal to nothing",
                {.where = where}};
        }
        const std::uint64_t h = w.hash(object);
        const auto [from, to] = w.places.equal_range(h);
        const auto known = std::find_if(from, to, [&](const auto& p) { return w.same(w.objects[p.second], object); });
        answer[i] = known != to ? known->second : w.objects.size();
        if (known != to) continue;
        w.places.emplace(h, w.objects.size());
        w.objects.push_back(object);
    }
    std::vector<node*> out(count);
    w.found.assign(w.objects.size(), nullptr);
    find_known(m, w);
    if (std::find(w.found.begin(), w.found.end(), nullptr) != w.found.end()) {
        // Pending changes could take the value, or free it.
        if (work_.pending.would_write(m)) work_.flushing.flush(where, flush_choice::ready());
        insert_missing(m, w, where);
    }
    for (std::size_t i = 0; i < count; ++i) out[i] = w.found[answer[i]];
    return out;
}

/// The session's own objects, as they are in memory. One that was changed since the index took it in is found among
/// what the next flush looks at, or by the statements.
void object_creation::find_known(const mapping::model& m, wanted_rows& w) {
    graph::pool* p = memory_.objects.arena().find_pool(m);
    if (p == nullptr) return;
    const auto look_at = [&](node& n) {
        if (n.state() != life::persistent && n.state() != life::pending) return;
        if ((n.word & node::expired) != 0 || soft_removed(n)) return;
        if (const std::size_t at = w.place(n.object()); at != w.objects.size()) w.found[at] = &n;
    };
    for (const void* object : w.objects) known_.each(*p, w.columns, w.hash(object), look_at);
    const model_state& s = memory_.objects.state_of(m);
    for (const std::vector<node*>* list : {&s.touched, &s.pending}) {
        for (node* n : *list) look_at(*n);
    }
}

/// Makes those that nobody gave, once more where it has before; gives what it made.
std::vector<std::string> object_creation::fill_slugs(const mapping::model& m, wanted_rows& w,
                                                     const std::vector<std::size_t>& missing, const site& where) {
    std::vector<std::string> all;
    std::vector<const void*> objects;
    for (const std::size_t i : missing) objects.push_back(w.objects[i]);
    w.made.resize(m.slugs.size(), std::vector<bool>(w.objects.size()));
    for (std::size_t i = 0; i < m.slugs.size(); ++i) {
        const mapping::column& c = m.columns[m.slugs[i]];
        std::vector<bool>& by_us = w.made[i];
        for (const std::size_t at : missing) {
            if (by_us[at]) graph::assign(c.io, w.objects[at], value{std::string_view{}}.view());
        }
        std::vector<std::string> made = work_.flushing.make_slugs(m, c, objects, {}, where);
        for (std::size_t k = 0; k < made.size(); ++k) {
            if (made[k].empty()) continue;
            by_us[missing[k]] = true;
            graph::assign(c.io, w.objects[missing[k]], value{made[k]}.view());
            all.push_back(std::move(made[k]));
        }
    }
    return all;
}

void object_creation::insert_missing(const mapping::model& m, wanted_rows& w, const site& where) {
    const mapping::column& key = m.columns[m.made_key];
    std::vector<std::size_t> missing, keyed, keyless;
    const bool hook = memory_.hooks.hooked(event::before_insert, &m);
    const std::int64_t at = now_in_microseconds();
    for (std::size_t i = 0; i < w.objects.size(); ++i) {
        if (w.found[i] != nullptr) continue;
        missing.push_back(i);
        if (hook) {
            const std::uint64_t asked = w.hash(w.objects[i]);
            memory_.hooks.call_hooks(event::before_insert, &m, w.objects[i]);
            if (w.hash(w.objects[i]) != asked) {
                throw usage_error{"a hook changed what get_or_create tells a " + m.name + " by", {.where = where}};
            }
        }
        stamp(m, w.objects[i], true, at,
              [&](const mapping::column& c, const value_view& v) { graph::assign(c.io, w.objects[i], v); });
        (key.generated && graph::unset(key.io, w.objects[i]) ? keyless : keyed).push_back(i);
    }
    model_state& s = memory_.objects.state_of(m);
    engine::connection& c = loading_.connection.open(where);
    const model_sql& sql = loading_.hydrator.sql_of(s, m, where);
    loading_.connection.before_writing(where);
    const bool slugged = !m.slugs.empty();
    const bool nested = memory_.phase.wrote || slugged;
    graph::all_or_nothing whole{memory_.host};
    flush_plan made;
    made.steps.push_back({.does = flush_step::what::insert, .model = &m});
    if (nested) c.savepoint(flush_savepoint);
    try {
        std::vector<bool> inserted(w.objects.size());
        const auto insert_some = [&](const std::vector<std::size_t>& rows, bool with_key, std::uint64_t left_out,
                                     bool unless) {
            std::vector<const void*> objects;
            for (const std::size_t i : rows) objects.push_back(w.objects[i]);
            std::vector<std::int64_t> affected(rows.size());
            const bound_statement& statement = unless     ? sql.insert_unless(w.columns, with_key, left_out)
                                               : with_key ? sql.insert_without(left_out).keyed
                                                          : sql.insert_without(left_out).keyless;
            c.run_each(statement.text, statement.fields, objects, {.affected = affected.data()});
            for (std::size_t i = 0; i < rows.size(); ++i) {
                inserted[rows[i]] = affected[i] != 0;
                if (affected[i] != 0)
                    memory_.phase.wrote = true;  // before the rows are read: a rollback takes them back
            }
        };
        const auto insert = [&](const std::vector<std::size_t>& rows, bool with_key, bool unless) {
            const auto at = [&](std::size_t i) { return w.objects[i]; };
            for (const auto& [left_out, some] : by_columns_left_out(m, rows, at))
                insert_some(some, with_key, left_out, unless);
        };
        graph::group* const g = loading_.hydrator.new_group(m, where);
        std::vector<node*> rows;
        const auto read = [&](const std::vector<std::size_t>& at, sql::row_lock lock) {
            for (const sql::expr& condition : conditions(w, at)) {
                sql::select q = select_of(m);
                q.where = condition;
                q.lock = lock;
                const sql::expr visible = mapping::visible_rows(m);
                const auto width = static_cast<int>(q.columns.size());
                if (!visible.empty()) q.columns.push_back({visible, {}});
                const sql::compiled text = sql::compile(q, c.dialect(), where);
                engine::cursor row = c.run(text.text, {.values = text.parameters});
                const node* hidden = nullptr;
                while (row.next()) {
                    node* n = loading_.hydrator.hydrate(s, row, 0, g, true);
                    rows.push_back(n);
                    std::size_t place = w.place(n->object());
                    // A column may find equal what is not the same here: without regard to case, say.
                    if (place == w.objects.size() && at.size() == 1) place = at[0];
                    if (place == w.objects.size()) continue;
                    // One that is hidden is not found, also where its refusal is taken for another one's.
                    if (!visible.empty() && !inserted[place] && row.cell(width).integer == 0) {
                        hidden = n;
                    } else {
                        w.found[place] = n;
                    }
                }
                if (hidden != nullptr) throw_hidden(w, *hidden, where);
            }
        };
        const auto is_found = [&](std::size_t i) { return w.found[i] != nullptr; };
        const bool any_conflict = c.dialect().conflicts == sql::conflict_style::on_duplicate_key;
        // Reads those of `at`; gives the ones that are not there.
        const auto find = [&](std::vector<std::size_t> at) {
            if (at.empty()) return at;
            const bool many = at.size() > 1;
            read(at, sql::row_lock::none);
            std::erase_if(at, is_found);
            for (const std::size_t i : at) {
                if (many) read({i}, sql::row_lock::none);
                // What has come since the transaction began to read may be shown under a lock alone.
                if (any_conflict && !is_found(i)) read({i}, sql::row_lock::share);
            }
            std::erase_if(at, is_found);
            return at;
        };
        // Where an INSERT gives way to any unique column, those that it left out and that are not there were refused
        // for another one: a plain INSERT says so. Or they have gone again, and it makes them.
        const auto find_or_insert = [&](std::vector<std::size_t> at) {
            at = find(std::move(at));
            if (!any_conflict) return;
            std::erase_if(at, [&](std::size_t i) { return inserted[i]; });
            for (const std::size_t i : at) {
                const bool with_key = std::find(keyed.begin(), keyed.end(), i) != keyed.end();
                insert({i}, with_key, false);
            }
        };
        std::vector<std::string> slugs = fill_slugs(m, w, missing, where);
        const auto insert_all = [&] {
            insert(keyed, true, true);
            insert(keyless, false, true);
            if (slugs.empty() || !any_conflict) return;
            std::vector<std::size_t> refused = missing;
            std::erase_if(refused, [&](std::size_t i) { return inserted[i]; });
            find_or_insert(std::move(refused));
        };
        const std::vector<std::size_t> asked = missing;
        for (;;) {
            try {
                insert_all();
                break;
            } catch (const unique_violation&) {
                if (slugs.empty() || !c.in_transaction()) throw;
            }
            // Somebody else may have taken a slug since it was asked for; or he has made the row itself, and that is
            // found now.
            c.rollback_to(flush_savepoint);
            for (std::size_t i = 0; i < inserted.size(); ++i) {
                if (inserted[i]) w.found[i] = nullptr;  // what was read of it is gone with it
            }
            inserted.assign(inserted.size(), false);
            for (std::vector<std::size_t>* list : {&missing, &keyed, &keyless}) std::erase_if(*list, is_found);
            std::vector<std::string> others = fill_slugs(m, w, missing, where);
            if (others == slugs) {
                insert_all();
                break;
            }
            slugs = std::move(others);
        }
        std::erase_if(missing, is_found);
        find_or_insert(missing);
        std::erase_if(missing, is_found);
        for (const std::size_t i : missing) {
            if (inserted[i]) read({i}, sql::row_lock::none);
            if (is_found(i)) continue;
            throw serialization_failure{"a row of " + m.name + " was there and is gone again: try once more",
                                        {.where = where}};
        }
        (void)loading_.hydrator.finish_rows(g, rows);
        for (const std::size_t i : asked) {
            if (!inserted[i]) continue;
            created(*w.found[i], graph::unset(key.io, w.objects[i]));
            made.steps.front().nodes.push_back(w.found[i]);
            memory_.hooks.call_hooks(event::after_insert, &m, w.found[i]->object());
        }
        if (!made.steps.front().nodes.empty() && m.touching) {
            parent_touching parents{memory_, work_.sync, made, where};
            parents.write(c);
            parents.sync_memory();
        }
        if (nested) c.release(flush_savepoint);
    } catch (...) {
        work_.flushing.undo_statements(c, nested);
        throw;
    }
    memory_.log.keep_all();
    whole.done();
    if (made.steps.front().nodes.empty()) return;
    memory_.objects.arena().aggregates().outdate();
    work_.sync.outdate_computed([&](const mapping::model& each) { return &each == &m; });
}

/// A row that was inserted and read back is what a flush would have left: a rollback makes it a plain value again.
void object_creation::created(node& n, bool made_key) {
    const mapping::model& m = *n.in->what;
    const mapping::column& key = m.columns[m.made_key];
    memory_.log.note(&n, transition::added);
    if (key.generated && made_key) memory_.log.remember_unset(n, key.io);
    // Nothing can refer to it yet.
    for (const mapping::relation& r : m.relations) {
        if (r.holds_key() || r.computed()) continue;
        std::uintptr_t& word = slot_access::word(n, r);
        if (graph::mark_of(word) == mark::unloaded) word = graph::tagged(mark::loaded);
    }
    work_.sync.sync_inserted(n);
    memory_.keys.forget_names();
    memory_.keys.show_to_parents(n);
}

}  // namespace kin::detail
