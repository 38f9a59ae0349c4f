// Running a flush plan: the statements of each step.
#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <unordered_set>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/session/database.hpp>
#include <kin/sql/compiler.hpp>

#include "mapping/scope.hpp"
#include "session/core.hpp"
#include "session/flush_plan.hpp"
#include "session/key_conditions.hpp"
#include "session/link_sql.hpp"
#include "session/model_sql.hpp"
#include "session/parking.hpp"
#include "session/soft_removal.hpp"
#include "session/stamping.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

namespace {

bool plain_integer(const field& f) noexcept { return f.rep == layout::i64 && f.optional == nullptr; }

}  // namespace

// -- running --------------------------------------------------------------------------------------------------------

class plan_runner {
  public:
    plan_runner(session_core& session, engine::connection& c, const flush_plan& plan, const site& where)
        : session_{session}, connection_{c}, plan_{plan}, where_{where}, now_{now_in_microseconds()} {}

    /// Gives the objects of the session whose rows went along with others.
    std::vector<node*> run() {
        fetch_keys();
        try {
            run(plan_.steps);
        } catch (...) {
            settle();  // what failed before it is the reason
            throw;
        }
        settle();
        return std::move(taken_along_);
    }

  private:
    void run(const std::vector<flush_step>& steps) {
        for (const flush_step& s : steps) {
            switch (s.does) {
                case flush_step::what::insert:
                    insert(s);
                    break;
                case flush_step::what::update:
                    update(s);
                    break;
                case flush_step::what::park:
                    park(connection_, plan_, s, where_);
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
                    restore_owned(connection_, *s.model, s.nodes, where_);
                    break;
                case flush_step::what::link:
                case flush_step::what::unlink:
                    sent_.push_back(write_pairs(connection_, *s.links, s.pairs, s.does == flush_step::what::link));
                    break;
            }
        }
    }

    /// Waits for the statements that were sent and not waited for, in their order.
    void settle() {
        for (engine::cursor& c : std::exchange(sent_, {})) {
            while (c.next()) {
            }
        }
    }

    /// Where the database has sequences, the keys of many new rows are fetched before the rows are written: all blocks
    /// in one round trip, and no row waits for its parent's.
    void fetch_keys() {
        if (!connection_.dialect().sequences) return;
        struct block {
            std::vector<node*> nodes;
            engine::cursor keys;
        };
        std::vector<block> blocks;
        for (const flush_step& s : plan_.steps) {
            if (s.does != flush_step::what::insert || s.nodes.size() < as_arrays) continue;
            const model_sql& sql = session_.sql_of(session_.state_of(*s.model), *s.model, where_);
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
            const field& key = b.nodes.front()->in->what->fields[b.nodes.front()->in->what->primary_key[0]];
            for (node* n : b.nodes) {
                if (!b.keys.next() || b.keys.is_null(0)) break;  // no sequence: the insert will tell
                write_integer(*n, key, b.keys.integer(0));
            }
        }
    }

    /// Whether the database makes the object's key.
    [[nodiscard]] static bool keyless(const node& n) {
        const mapping::model& m = *n.in->what;
        const mapping::column& key = m.columns[m.primary_key[0]];
        return key.generated &&
               (plain_integer(key.io) ? read_integer(n, key.io) == 0 : graph::unset(key.io, n.object()));
    }

    void remember(node& n, const field& f) { session_.remember(n, f); }
    void write_integer(node& n, const field& f, std::int64_t v, kind type = kind::int64) {
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

    [[nodiscard]] static std::int64_t read_integer(const node& n, const field& f) noexcept {
        std::int64_t v = 0;
        std::memcpy(&v, static_cast<const std::byte*>(n.object()) + f.offset, sizeof v);
        return v;
    }

    /// Brings the staged parents' keys into the child's columns.
    void copy_keys(node& child) {
        for (const mapping::foreign_key& k : child.in->what->foreign_keys) {
            node* parent = nullptr;
            if (!session_.written_parent(child, k, parent) || plan_.defers(&child, k)) continue;
            copy_key(child, k, parent);
        }
        require_targets(child, where_);
    }

    /// Brings the tag that belongs to the key into the child: which model's row it names.
    void copy_tag(node& child, const mapping::foreign_key& k, const node* parent) {
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

    void copy_key(node& child, const mapping::foreign_key& k, node* parent) {
        const mapping::model& m = *child.in->what;
        // What stands in a column that no member shows was not set by hand.
        const bool may_contradict = child.state() == life::pending && !k.tagged;
        if (k.tagged) copy_tag(child, k, parent);
        for (std::size_t i = 0; i < k.columns.size(); ++i) {
            const field& f = m.fields[k.columns[i]];
            if (parent == nullptr) {
                if (f.optional == nullptr) {
                    if (child.state() == life::pending) refuse_orphan(child, k);
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
                if (may_contradict && now != 0) refuse_contradiction(child, k, *parent);
                write_integer(child, f, key);
                continue;
            }
            if (graph::equal(f, child.object(), from, parent->object())) continue;
            if (may_contradict && !graph::unset(f, child.object())) refuse_contradiction(child, k, *parent);
            remember(child, f);
            graph::copy_key(f, child.object(), from, parent->object());
        }
    }

    [[noreturn]] void refuse_orphan(const node& child, const mapping::foreign_key& k) const {
        const mapping::model& m = *child.in->what;
        throw flush_error{name_of(child) + " has no " + k.target->name + ", but " + m.name + "." +
                              m.columns[k.columns[0]].name + " cannot be NULL",
                          {.where = where_}};
    }
    [[noreturn]] void refuse_contradiction(const node& child, const mapping::foreign_key& k, const node& parent) const {
        const mapping::model& m = *child.in->what;
        throw flush_error{m.name + "." + m.columns[k.columns[0]].name + " of " + name_of(child) +
                              " was set by hand, and its relation to " + name_of(parent) +
                              ": they contradict each other",
                          {.where = where_}};
    }

    void stamp_members(node& n, bool fresh) {
        stamp(*n.in->what, n.object(), fresh, now_, [&](const mapping::column& c, const value_view& v) {
            if (v.type != kind::uuid) return write_integer(n, c.io, v.integer, v.type);
            remember(n, c.io);
            graph::assign(c.io, n.object(), v);
        });
    }

    // -- inserts

    void insert(const flush_step& s) {
        const mapping::model& m = *s.model;
        model_state& state = session_.state_of(m);
        const model_sql& sql = session_.sql_of(state, m, where_);
        std::vector<const void*> keyed;
        std::vector<const void*> unkeyed;
        std::vector<node*> fresh;
        for (node* n : s.nodes) {
            if (!m.foreign_keys.empty()) copy_keys(*n);
            if (m.stamped || m.version != nullptr) stamp_members(*n, true);
            if (keyless(*n)) {
                unkeyed.push_back(n->object());
                fresh.push_back(n);
            } else {
                keyed.push_back(n->object());
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
        insert_rows(m, sql, keyed, unkeyed, fresh);
        for (const auto& [d, values] : left_out) {
            for (std::size_t i = 0; i < values.size(); ++i) {
                graph::assign(m.fields[d->key->columns[i]], d->child->object(), values[i].view());
            }
        }
    }

    void insert_rows(const mapping::model& m, const model_sql& sql, const std::vector<const void*>& keyed,
                     const std::vector<const void*>& unkeyed, const std::vector<node*>& fresh) {
        const mapping::column& key = m.columns[m.primary_key[0]];
        // Given keys first, so that the database does not generate one of them.
        if (keyed.size() >= as_arrays && connection_.dialect().row_arrays) {
            sent_.push_back(
                connection_.run(sql.insert_arrays.text, {.fields = sql.insert_arrays.fields, .objects = keyed}));
        } else if (!keyed.empty()) {
            connection_.run_each(sql.insert.text, sql.insert.fields, keyed, {});
        }
        if (unkeyed.empty()) return;
        std::vector<std::int64_t> keys(unkeyed.size());
        connection_.run_each(sql.insert_keyless.text, sql.insert_keyless.fields, unkeyed,
                             {.generated_keys = keys.data()});
        for (std::size_t i = 0; i < fresh.size(); ++i) write_integer(*fresh[i], key.io, keys[i]);
    }

    // -- updates

    void update(const flush_step& s) {
        const mapping::model& m = *s.model;
        for (node* n : s.nodes) {
            for (const mapping::foreign_key& k : m.foreign_keys) {
                node* parent = nullptr;
                if (session_.written_parent(*n, k, parent)) copy_key(*n, k, parent);
            }
            if (m.stamped && n->state() == life::persistent) stamp_members(*n, false);
        }
        write_rows(s.nodes, m, s.mask);
    }

    void write_rows(const std::vector<node*>& nodes, const mapping::model& m, std::uint64_t mask) {
        const model_sql& sql = session_.sql_of(session_.state_of(m), m, where_);
        std::vector<const void*> objects;
        for (node* n : nodes) objects.push_back(n->object());
        if (const bound_statement* all = nodes.size() >= as_arrays ? sql.update_arrays(mask) : nullptr) {
            engine::cursor rows = connection_.run(all->text, {.fields = all->fields, .objects = objects});
            rows.next();
            if (rows.affected() == static_cast<std::int64_t>(objects.size())) return;
            // A row is gone: which one, they say one by one.
        }
        const bound_statement& statement = sql.update(mask);
        std::vector<std::int64_t> affected(objects.size());
        connection_.run_each(statement.text, statement.fields, objects, {.affected = affected.data()});
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            if (affected[i] == 0) refuse_stale(*nodes[i], statement.text.sql());
            if (m.version != nullptr) bump(*nodes[i]);
        }
    }

    void bump(node& n) {
        const field& f = n.in->what->version->io;
        value scratch;
        write_integer(n, f, graph::view(f, n.object(), scratch).integer + 1);
    }

    [[noreturn]] void refuse_stale(const node& n, std::string_view sql) const {
        throw stale_object{name_of(n) + " was changed or removed by someone else since it was read",
                           {.sql = std::string{sql}, .where = where_}};
    }

    // -- removals

    void clear_key(const flush_step& s) { run_clear_key(*s.key, s.condition); }

    void run_clear_key(const mapping::foreign_key& k, const sql::expr& condition) {
        const mapping::model& m = *k.owner;
        sql::update u;
        u.table = mapping::every_row_of(m);
        for (const std::uint16_t c : k.written()) {
            if (m.columns[c].nullable()) u.set.push_back({m.columns[c].name, sql::literal({})});
        }
        if (u.set.empty()) return;
        u.where = condition;
        run(sql::compile(u, connection_.dialect(), where_));
    }

    void remove_where(const flush_step& s) { (void)remove_rows(*s.model, s.condition, s.keeps); }

    std::int64_t remove_rows(const mapping::model& m, const sql::expr& condition, bool keeps) {
        if (keeps && m.soft_deleted != nullptr) {
            return run(sql::compile(soft_removal(m, condition, now_), connection_.dialect(), where_));
        }
        sql::remove r;
        r.from = mapping::every_row_of(m);
        r.where = condition;
        return run(sql::compile(r, connection_.dialect(), where_));
    }

    /// All rows below those that the condition selects, the deepest first: one SELECT for each level and each key of
    /// the ring of models (of one, mostly) that own each other, and one DELETE.
    void remove_tree(const flush_step& s) {
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
            const sql::compiled text = sql::compile(q, connection_.dialect(), where_);
            key_set keys{m, m.primary_key};
            const graph::pool* known = session_.arena_->find_pool(m);
            engine::cursor row = connection_.run(text.text, {.values = text.parameters});
            while (row.next()) {
                std::vector<value> key;
                std::vector<std::string> name;
                for (int i = 0; i < row.columns(); ++i) {
                    key.emplace_back(row.cell(i));
                    name.push_back(describe(key.back().view(), static_cast<std::size_t>(-1)));
                }
                if (seen[&m].insert(std::move(name)).second) {
                    if (known != nullptr && known->identities.size() != 0) {
                        std::vector<value_view> views;
                        for (const value& part : key) views.push_back(part.view());
                        if (node* n = known->identities.find(views); n != nullptr && !levels.empty())
                            taken_along_.push_back(n);
                    }
                    keys.add(std::move(key));
                } else {
                    met = true;
                }
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
                    const sql::expr children = children_of(*k, parents.where);
                    select(*k->owner, stays ? sql::both(children, not_removed(*k->owner)) : children, below);
                }
            }
            levels.push_back(std::move(below));
        }
        for (std::size_t i = levels.size(); i-- > 0;) {
            for (const rows& level : levels[i]) {
                for (const mapping::foreign_key* k : ring) {
                    // In a ring of rows depth alone is no order.
                    if (met && !s.keeps && k->target == level.of) run_clear_key(*k, children_of(*k, level.where));
                }
                if (i == 0) continue;  // the first ones, and what else refers to them: steps of their own
                const bool stays = s.keeps && level.of->soft_deleted != nullptr;
                run(plan_builder{session_, where_}.dependents(*level.of, level.where, ring, stays));
                (void)remove_rows(*level.of, level.where, stays);
            }
        }
    }

    /// The time of removal instead of a DELETE.
    void keep_removed(const flush_step& s) {
        const mapping::model& m = *s.model;
        std::uint64_t mask = 0;
        for (std::size_t i = 0; i < m.columns.size(); ++i) {
            const mapping::column& c = m.columns[i];
            if (&c != m.soft_deleted && c.does != mapping::behaviour::updated_at) continue;
            mask |= std::uint64_t{1} << i;
            for (node* n : s.nodes) write_integer(*n, c.io, now_, kind::timestamp);
        }
        if (m.version != nullptr) return write_rows(s.nodes, m, mask);
        std::int64_t affected = 0;
        for (const sql::expr& condition : key_conditions(m, s.nodes)) {
            affected += remove_rows(m, sql::both(condition, not_removed(m)), true);
        }
        require_all(s, affected);
    }

    void remove(const flush_step& s) {
        if (s.keeps) return keep_removed(s);
        const mapping::model& m = *s.model;
        if (m.version != nullptr) {
            const bound_statement& statement = session_.sql_of(session_.state_of(m), m, where_).remove_one();
            std::vector<const void*> objects;
            for (node* n : s.nodes) objects.push_back(n->object());
            std::vector<std::int64_t> affected(objects.size());
            connection_.run_each(statement.text, statement.fields, objects, {.affected = affected.data()});
            for (std::size_t i = 0; i < affected.size(); ++i) {
                if (affected[i] == 0) refuse_stale(*s.nodes[i], statement.text.sql());
            }
            return;
        }
        std::int64_t affected = 0;
        for (const sql::expr& condition : key_conditions(m, s.nodes)) {
            affected += remove_rows(m, condition, false);
        }
        require_all(s, affected);
    }

    void require_all(const flush_step& s, std::int64_t affected) const {
        const mapping::model& m = *s.model;
        // A row that an earlier step of this flush took along (an owned child) is gone as asked.
        if (affected < static_cast<std::int64_t>(s.nodes.size()) && !taken_along(m)) {
            throw stale_object{std::to_string(s.nodes.size() - static_cast<std::size_t>(affected)) + " of " +
                                   std::to_string(s.nodes.size()) + " " + m.name + " rows to remove were gone already",
                               {.where = where_}};
        }
    }

    /// The database knows that something refers to a row, the mapping what it can be.
    [[noreturn]] void refuse_removal(const flush_step& s, const foreign_key_violation& e) const {
        const mapping::model& m = *s.model;
        std::string keys;
        std::string owners;
        for (const mapping::foreign_key* k : m.incoming) {
            if (k->nullable || owned_by(*k) || k->link || left_to_database(*k)) continue;
            keys += (keys.empty() ? "" : ", ") + k->owner->name + "." + k->owner->columns[k->columns[0]].name;
            for (const mapping::relation* r : k->parent_sides)
                owners += " or declare " + m.name + "." + r->name + " owned";
        }
        if (keys.empty()) throw;
        throw foreign_key_violation{(s.nodes.size() == 1 ? name_of(*s.nodes[0]) : "a " + m.name) +
                                        " cannot be removed: " + keys + " may refer to it and cannot be NULL; remove " +
                                        "those rows first" + owners + " (" + e.message() + ")",
                                    e.context()};
    }

    bool taken_along(const mapping::model& m) const {
        for (const flush_step& s : plan_.steps) {
            if (s.does == flush_step::what::remove_where && s.model == &m) return true;
            if (s.does == flush_step::what::remove_tree) return true;
        }
        for (const mapping::foreign_key& k : m.foreign_keys) {
            if (k.link || k.on_delete == mapping::referential_action::cascade) return true;
        }
        return false;
    }

    std::int64_t run(const sql::compiled& statement) {
        return connection_.execute(statement.text, statement.parameters);
    }

    session_core& session_;
    engine::connection& connection_;
    const flush_plan& plan_;
    const site& where_;
    std::int64_t now_;
    std::vector<node*> taken_along_{};
    std::vector<engine::cursor> sent_{};  ///< and not waited for
};

std::vector<node*> run_plan(session_core& session, engine::connection& c, const flush_plan& plan, const site& where) {
    return plan_runner{session, c, plan, where}.run();
}

}  // namespace kin::detail
