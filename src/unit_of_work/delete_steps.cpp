// Running a flush plan's removals: set by set, level by level and by key. Every row is counted: what is to go has to be
// there, and nothing else may go with it.
#include <algorithm>
#include <map>
#include <set>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>

#include "mapping/scope.hpp"
#include "statements/joining.hpp"
#include "statements/key_conditions.hpp"
#include "statements/model_statements.hpp"
#include "statements/pivot_statements.hpp"
#include "statements/soft_removal.hpp"
#include "unit_of_work/plan_runner.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

// -- set by set -----------------------------------------------------------------------------------------------------

void plan_runner::clear_key(const flush_step& s) { let_go_[s.key] += run_clear_key(*s.key, s.condition, true); }

/// `rows_stay`: else they let go of each other because all of them are about to go. Gives the number of rows.
std::int64_t plan_runner::run_clear_key(const mapping::foreign_key& k, const sql::expr& condition, bool rows_stay) {
    const mapping::model& m = *k.owner;
    sql::update u;
    u.table = mapping::every_row_of(m);
    for (const std::uint16_t c : k.written()) {
        if (m.columns[c].nullable()) u.set.push_back({m.columns[c].name, sql::literal({})});
    }
    if (u.set.empty()) return 0;  // not one of its columns can be NULL: then none refers to anything that goes
    if (rows_stay) require_versions(k, condition);
    if (rows_stay && m.version != nullptr) {
        const sql::expr version = sql::column(&m, m.version->name);
        u.set.push_back({m.version->name, sql::binary(sql::op::add, version, sql::literal(value{1}))});
    }
    u.where = condition;
    return run(sql::compile(u, connection_.dialect(), where_));
}

void plan_runner::remove_where(const flush_step& s) {
    require_versions(*s.key, s.condition);
    some_gone_.insert(s.model);
    let_go_[s.key] += remove_rows(*s.model, s.condition, s.keeps);
}

std::int64_t plan_runner::remove_rows(const mapping::model& m, const sql::expr& condition, bool keeps) {
    if (keeps && m.soft_deleted != nullptr) {
        return run(sql::compile(soft_removal(m, condition, now_), connection_.dialect(), where_));
    }
    sql::remove r;
    r.from = mapping::every_row_of(m);
    r.where = condition;
    return run(sql::compile(r, connection_.dialect(), where_));
}

/// All rows below those that the condition selects, the deepest first: one SELECT for each level and each key of the
/// ring of models (of one, mostly) that own each other, and one DELETE.
void plan_runner::remove_tree(const flush_step& s) {
    const std::vector<const mapping::foreign_key*> ring = ownership_ring(*s.key->target, s.keeps);
    std::map<const mapping::model*, std::set<std::vector<std::string>>> seen;
    struct rows {
        const mapping::model* of;
        sql::expr where;
    };
    std::vector<std::vector<rows>> levels;
    bool met = false;  // something twice
    // What `of` selects and was not met before, as conditions on its keys.
    const auto select = [&](const mapping::model& m, const sql::expr& of, std::vector<rows>& into) {
        sql::select q;
        q.from.push_back(mapping::every_row_of(m));
        q.where = of;
        for (const std::uint16_t c : m.primary_key) q.columns.push_back({sql::column(&m, m.columns[c].name), {}});
        if (m.version != nullptr) q.columns.push_back({sql::column(&m, m.version->name), {}});
        const sql::compiled text = sql::compile(q, connection_.dialect(), where_);
        key_set keys{m, m.primary_key};
        const graph::pool* known = memory_.objects.arena().find_pool(m);
        engine::cursor row = connection_.run(text.text, {.values = text.parameters});
        while (row.next()) {
            std::vector<value> key;
            std::vector<std::string> name;
            for (std::size_t i = 0; i < m.primary_key.size(); ++i) {
                key.emplace_back(row.cell(static_cast<int>(i)));
                name.push_back(describe(key.back().view(), static_cast<std::size_t>(-1)));
            }
            if (!seen[&m].insert(std::move(name)).second) {
                met = true;
                continue;
            }
            if (known != nullptr && known->identities.size() != 0 && !levels.empty()) {
                std::vector<value_view> views;
                for (const value& part : key) views.push_back(part.view());
                if (node* n = known->identities.find(views); n != nullptr) {
                    taken_along_.push_back(n);
                    if (m.version != nullptr) require_version(*n, row.cell(static_cast<int>(key.size())));
                    if (s.keeps && m.soft_deleted != nullptr) note_kept(*n);
                }
            }
            keys.add(std::move(key));
        }
        for (sql::expr& e : keys.exact()) into.push_back({&m, std::move(e)});
    };
    std::vector<rows> top;
    select(*s.key->target, s.condition, top);
    levels.push_back(std::move(top));
    while (!levels.back().empty()) {
        std::vector<rows> below;
        for (const rows& parents : levels.back()) {
            for (const mapping::foreign_key* k : ring) {
                if (k->target != parents.of) continue;
                const bool stays = s.keeps && k->owner->soft_deleted != nullptr;
                const sql::expr children = mapping::children_of(*k, parents.where);
                select(*k->owner, stays ? sql::both(children, not_removed(*k->owner)) : children, below);
            }
        }
        levels.push_back(std::move(below));
    }
    for (std::size_t i = levels.size(); i-- > 0;) {
        for (const rows& level : levels[i]) {
            for (const mapping::foreign_key* k : ring) {
                // In a ring of rows depth alone is no order.
                if (met && !s.keeps && k->target == level.of)
                    run_clear_key(*k, mapping::children_of(*k, level.where), false);
            }
            if (i == 0) continue;  // the first ones, and what else refers to them: steps of their own
            const bool stays = s.keeps && level.of->soft_deleted != nullptr;
            run(plan_builder{memory_, reaches_, where_}.dependents(*level.of, level.where, ring, stays));
            some_gone_.insert(level.of);
            (void)remove_rows(*level.of, level.where, stays);
        }
    }
}

/// The object of a row that stays and was removed with others says so, too.
void plan_runner::note_kept(node& n) {
    if (n.state() != life::persistent) return;
    const bool expired = (n.word & node::expired) != 0;
    if (!expired) memory_.tracking.track(n);  // with a snapshot, a rollback undoes it
    write_integer(n, n.in->what->soft_deleted->io, now_, kind::timestamp);
    if (n.in->what->version != nullptr && !expired) bump(n);
}

// -- versions -------------------------------------------------------------------------------------------------------

void plan_runner::require_version(const node& n, const value_view& stored) const {
    const bool read = n.state() != life::detached && (n.word & node::expired) == 0;
    if (read && !graph::equal(n.in->what->version->io, n.object(), stored)) refuse_stale(n, {});
}

/// The objects whose rows refer to the object's over the key, by what they held before the flush.
std::vector<node*> plan_runner::referring_to(const node& parent, const mapping::foreign_key& k) {
    if (memory_.objects.arena().find_pool(*k.owner) == nullptr) return {};
    std::vector<std::string> texts;
    add_texts(parent, k.target_columns, texts);
    std::vector<node*> found = memory_.parents.by_columns(*k.owner, k.columns).all(texts);
    std::erase_if(found, [&](const node* n) {
        return (n->state() != life::persistent && n->state() != life::removed) ||
               memory_.keys.referred(*n, k, true) != &parent;
    });
    return found;
}

/// The objects of a model that are removed, and those that go along with such.
std::vector<node*> plan_runner::going(const mapping::model& m) {
    std::vector<node*> all;
    std::unordered_set<const node*> met;
    for (const auto& s : memory_.objects.states()) {
        if (s == nullptr) continue;
        for (node* n : s->removed) {
            if (n->state() == life::removed && met.insert(n).second) all.push_back(n);
        }
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const mapping::foreign_key* k : all[i]->in->what->incoming) {
            if (!owned_by(*k) && k->on_delete != mapping::referential_action::cascade) continue;
            for (node* n : referring_to(*all[i], *k)) {
                if (met.insert(n).second) all.push_back(n);
            }
        }
    }
    std::erase_if(all, [&](const node* n) { return n->in->what != &m; });
    return all;
}

/// A statement over a set says nothing of the versions in which its rows were read: of those that are in memory they
/// are asked for, and locked, before it runs.
void plan_runner::require_versions(const mapping::foreign_key& k, const sql::expr& rows) {
    const mapping::model& m = *k.owner;
    graph::pool* known = m.version == nullptr ? nullptr : memory_.objects.arena().find_pool(m);
    if (known == nullptr || known->identities.size() == 0) return;
    std::vector<node*> here;
    for (const node* parent : going(*k.target)) {
        for (node* n : referring_to(*parent, k)) {
            if (n->state() == life::persistent && (n->word & node::expired) == 0) here.push_back(n);
        }
    }
    for (const sql::expr& keys : key_conditions(m, here)) {
        sql::select q;
        q.from.push_back(mapping::every_row_of(m));
        q.where = sql::both(rows, keys);
        q.lock = sql::row_lock::update;
        for (const std::uint16_t c : m.primary_key) q.columns.push_back({sql::column(&m, m.columns[c].name), {}});
        q.columns.push_back({sql::column(&m, m.version->name), {}});
        const sql::compiled text = sql::compile(q, connection_.dialect(), where_);
        engine::cursor row = connection_.run(text.text, {.values = text.parameters});
        while (row.next()) {
            if (const node* n = node_at(*known, row, 0))
                require_version(*n, row.cell(static_cast<int>(m.primary_key.size())));
        }
    }
}

// -- by key ---------------------------------------------------------------------------------------------------------

/// The time of removal instead of a DELETE. A row whose return nobody has flushed is removed still, at its own time.
void plan_runner::keep_removed(const flush_step& step) {
    const mapping::model& m = *step.model;
    const auto column = static_cast<std::size_t>(m.soft_deleted - m.columns.data());
    flush_step s = step;
    std::erase_if(s.nodes, [&](node* n) {
        if (n->snapshot() == nullptr) return false;
        const value_view time = graph::packed(m, n->snapshot(), column);
        if (time.is_null()) return false;
        write_integer(*n, m.soft_deleted->io, time.integer, kind::timestamp);
        return true;
    });
    if (s.nodes.empty()) return;
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        const mapping::column& c = m.columns[i];
        if (&c != m.soft_deleted && c.does != mapping::behaviour::updated_at) continue;
        mask |= std::uint64_t{1} << i;
        for (node* n : s.nodes) write_integer(*n, c.io, now_, kind::timestamp);
    }
    if (m.version != nullptr) return write_rows(s.nodes, m, mask, true);
    std::int64_t affected = 0;
    for (const sql::expr& condition : key_conditions(m, s.nodes)) {
        affected += remove_rows(m, sql::both(condition, not_removed(m)), true);
    }
    require_all(s, affected);
}

void plan_runner::remove(const flush_step& s) {
    removing_ = &s;
    s.keeps ? keep_removed(s) : remove_by_key(s);
    removed_.insert(s.nodes.begin(), s.nodes.end());
}

void plan_runner::remove_by_key(const flush_step& s) {
    const mapping::model& m = *s.model;
    if (m.version != nullptr) {
        const bound_statement& statement =
            loading_.hydrator.sql_of(memory_.objects.state_of(m), m, where_).remove_one();
        std::vector<const void*> objects;
        for (node* n : s.nodes) objects.push_back(n->object());
        std::vector<std::int64_t> affected(objects.size());
        connection_.run_each(statement.text, statement.fields, objects, {.affected = affected.data()});
        for (std::size_t i = 0; i < affected.size(); ++i) {
            const node& n = *s.nodes[i];
            if (affected[i] > 1) refuse_many(n, affected[i], statement.text.sql());
            const bool gone = affected[i] != 0 || ((went_along(n) || is_uncounted(m)) && !is_stored(n));
            if (!gone) refuse_stale(n, statement.text.sql());
        }
        return;
    }
    std::int64_t affected = 0;
    for (const sql::expr& condition : key_conditions(m, s.nodes)) {
        affected += remove_rows(m, condition, false);
    }
    require_all(s, affected);
}

void plan_runner::require_all(const flush_step& s, std::int64_t affected) {
    const auto asked = static_cast<std::int64_t>(s.nodes.size());
    if (affected == asked) return;
    const mapping::model& m = *s.model;
    if (affected > asked) {
        if (asked == 1) refuse_many(*s.nodes[0], affected, {});
        throw stale_object{std::to_string(affected) + " " + m.name + " rows went where " + std::to_string(asked) +
                               " were to be removed: the key of " + m.name + " is not unique in " + m.table,
                           {.where = where_}};
    }
    // A row that this flush took along before (an owned child) is gone as asked.
    const auto along = std::count_if(s.nodes.begin(), s.nodes.end(), [&](const node* n) { return went_along(*n); });
    if (affected + along >= asked) return;
    if (is_uncounted(m) && std::none_of(s.nodes.begin(), s.nodes.end(), [&](const node* n) { return is_stored(*n); }))
        return;
    throw stale_object{std::to_string(asked - affected) + " of " + std::to_string(asked) + " " + m.name +
                           " rows to remove were gone already",
                       {.where = where_}};
}

/// Whether a removed row takes the object's along, over owners of owners, by what the rows held before the flush.
bool plan_runner::goes_along_with(const node& n, const is_gone& gone, int depth) {
    const mapping::model& m = *n.in->what;
    for (const mapping::foreign_key& k : m.foreign_keys) {
        if (!owned_by(k) && k.on_delete != mapping::referential_action::cascade) continue;
        const node* parent = memory_.keys.referred(n, k, true);
        if (parent == &n) continue;
        if (parent != nullptr && (gone(*parent, k) || (depth < 16 && goes_along_with(*parent, gone, depth + 1))))
            return true;
        if (parent != nullptr || k.target == nullptr || !some_gone_.contains(k.target)) continue;
        // One that nobody has in memory may have been among those that went set by set.
        const bool refers = std::none_of(k.columns.begin(), k.columns.end(), [&](std::uint16_t c) {
            value scratch;
            return graph::view(m.fields[c], n.object(), scratch).is_null();
        });
        if (refers) return true;
    }
    return false;
}

/// Whether the object's row may be gone because of what this flush has removed until now. What is removed by the same
/// statement only the database can take along: what we take along ourselves leaves out the rows of the step.
bool plan_runner::went_along(const node& n) {
    return goes_along_with(n, [&](const node& owner, const mapping::foreign_key& k) {
        if (removed_.contains(&owner)) return true;
        return k.on_delete == mapping::referential_action::cascade && owner.in->what == removing_->model &&
               owner.state() == life::removed;
    });
}

/// Whether there is a row with the object's key, whatever else it holds.
bool plan_runner::is_stored(const node& n) {
    const mapping::model& m = *n.in->what;
    sql::select q;
    q.from.push_back(mapping::every_row_of(m));
    q.columns.push_back({sql::literal(value{1}), {}});
    q.where = key_conditions(m, {const_cast<node*>(&n)}).front();
    const sql::compiled text = sql::compile(q, connection_.dialect(), where_);
    engine::cursor row = connection_.run(text.text, {.values = text.parameters});
    return row.next();
}

/// Whether the model's table is a view, and the database does not count what a view's triggers change.
bool plan_runner::is_uncounted(const mapping::model& m) {
    const sql::dialect& d = connection_.dialect();
    if (d.find_view.empty()) return false;
    engine::cursor row =
        connection_.run_aside(d.find_view, {value{m.schema.empty() ? m.table : m.schema + "." + m.table}});
    return row.next();
}

bool plan_runner::written_by_view(const node& n) { return is_uncounted(*n.in->what) && is_stored(n); }

void plan_runner::refuse_removal(const flush_step& s, const foreign_key_violation& e) const {
    kin::detail::refuse_removal(*s.model, s.nodes.size() == 1 ? name_of(*s.nodes[0]) : "a " + s.model->name, e);
}

void refuse_removal(const mapping::model& m, const std::string& who, const foreign_key_violation& e) {
    std::string keys;
    std::string owners;
    for (const mapping::foreign_key* k : m.incoming) {
        if (k->nullable || owned_by(*k) || left_to_database(*k)) continue;
        keys += (keys.empty() ? "" : ", ") + k->owner->name + "." + k->owner->columns[k->columns[0]].name;
        for (const mapping::relation* r : k->parent_sides) owners += " or declare " + m.name + "." + r->name + " owned";
    }
    if (keys.empty()) throw;
    throw foreign_key_violation{who + " cannot be removed: " + keys + " may refer to it and cannot be NULL; remove " +
                                    "those rows first" + owners + " (" + e.message() + ")",
                                e.context()};
}

// -- pairs taken apart, and rows that are not as they were ------------------------------------------------------------

/// A pair that nothing links any more was unlinked by someone else.
void plan_runner::unlink(const flush_step& s) {
    std::vector<std::int64_t> affected(s.pairs.size());
    sent_.push_back(write_pairs(connection_, *s.links, s.pairs, false, affected.data()));
    const auto missing = std::count(affected.begin(), affected.end(), 0);
    if (missing == 0) return;
    const auto& [first, second] = s.pairs[0];
    throw stale_object{(s.pairs.size() == 1 ? "the link between " + name_of(*first) + " and " + name_of(*second)
                                            : std::to_string(missing) + " of " + std::to_string(s.pairs.size()) +
                                                  " links to remove from " + s.model->table) +
                           " was removed by someone else since it was read",
                       {.where = where_}};
}

void plan_runner::refuse_stale(const node& n, std::string_view sql) const {
    throw stale_object{name_of(n) + " was changed or removed by someone else since it was read",
                       {.sql = std::string{sql}, .where = where_}};
}

void plan_runner::refuse_many(const node& n, std::int64_t rows, std::string_view sql) const {
    throw stale_object{name_of(n) + " is " + std::to_string(rows) + " rows of " + n.in->what->table +
                           ": the columns that its model takes for the key are not unique there",
                       {.sql = std::string{sql}, .where = where_}};
}

}  // namespace kin::detail
