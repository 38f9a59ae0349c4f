// The unit of work: runs a plan in one transaction, and settles or restores memory after it.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <set>
#include <unordered_set>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/session/database.hpp>
#include <kin/sql/compiler.hpp>

#include "session/core.hpp"
#include "session/flush_plan.hpp"
#include "session/model_sql.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

namespace {

std::int64_t now_in_microseconds() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

bool plain_integer(const field& f) noexcept { return f.rep == layout::i64 && f.optional == nullptr; }

constexpr const char* flush_savepoint = "kin_flush";

}  // namespace

// -- running --------------------------------------------------------------------------------------------------------

class plan_runner {
  public:
    plan_runner(session_core& session, engine::connection& c, const flush_plan& plan, const site& where)
        : session_{session}, connection_{c}, plan_{plan}, where_{where}, now_{now_in_microseconds()} {}

    void run() { run(plan_.steps); }

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
                case flush_step::what::clear_key:
                    clear_key(s);
                    break;
                case flush_step::what::remove_where:
                    remove_where(s);
                    break;
                case flush_step::what::remove_tree:
                    remove_tree(s);
                    break;
                case flush_step::what::remove:
                    remove(s);
                    break;
            }
        }
    }

    /// Remembers what a member held before the unit of work writes it.
    void remember(node& n, const field& f) {
        if (plain_integer(f)) {
            auto* at = reinterpret_cast<std::int64_t*>(static_cast<std::byte*>(n.object()) + f.offset);
            if (*at == 0) {
                session_.past_.given.push_back(at);
                return;
            }
        }
        field_write w{n.object(), &f, 0, nullptr};
        if (plain_integer(f)) {
            std::memcpy(&w.integer, static_cast<const std::byte*>(n.object()) + f.offset, sizeof w.integer);
        } else {
            value scratch;
            w.other = std::make_unique<value>(graph::view(f, n.object(), scratch));
        }
        session_.past_.writes.push_back(std::move(w));
    }
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
            if (!session_.staged_parent(child, k, parent) || plan_.defers(&child, k)) continue;
            copy_key(child, k, parent);
        }
    }

    void copy_key(node& child, const mapping::foreign_key& k, node* parent) {
        const mapping::model& m = *child.in->what;
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
                if (child.state() == life::pending && now != 0) refuse_contradiction(child, k, *parent);
                write_integer(child, f, key);
                continue;
            }
            if (graph::equal(f, child.object(), from, parent->object())) continue;
            if (child.state() == life::pending && !graph::unset(f, child.object()))
                refuse_contradiction(child, k, *parent);
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

    void stamp(node& n, bool fresh) {
        const mapping::model& m = *n.in->what;
        for (const mapping::column& c : m.columns) {
            const bool due = (c.does == mapping::behaviour::created_at && fresh) ||
                             c.does == mapping::behaviour::updated_at ||
                             (c.does == mapping::behaviour::version && fresh);
            if (!due || (fresh && !graph::unset(c.io, n.object()))) continue;
            if (c.does == mapping::behaviour::version) {
                write_integer(n, c.io, 1);
            } else {
                write_integer(n, c.io, now_, kind::timestamp);
            }
        }
    }

    // -- inserts

    void insert(const flush_step& s) {
        const mapping::model& m = *s.model;
        model_state& state = session_.state_of(m);
        const model_sql& sql = session_.sql_of(state, m, where_);
        const mapping::column& key = m.columns[m.primary_key[0]];
        std::vector<const void*> keyed;
        std::vector<const void*> keyless;
        std::vector<node*> fresh;
        for (node* n : s.nodes) {
            if (!m.foreign_keys.empty()) copy_keys(*n);
            if (m.stamped || m.version != nullptr) stamp(*n, true);
            if (key.generated &&
                (plain_integer(key.io) ? read_integer(*n, key.io) == 0 : graph::unset(key.io, n->object()))) {
                keyless.push_back(n->object());
                fresh.push_back(n);
            } else {
                keyed.push_back(n->object());
            }
        }
        // Given keys first, so that the database does not generate one of them.
        if (!keyed.empty()) connection_.run_each(sql.insert.text, sql.insert.fields, keyed, {});
        if (keyless.empty()) return;
        std::vector<std::int64_t> keys(keyless.size());
        connection_.run_each(sql.insert_keyless.text, sql.insert_keyless.fields, keyless,
                             {.generated_keys = keys.data()});
        for (std::size_t i = 0; i < fresh.size(); ++i) write_integer(*fresh[i], key.io, keys[i]);
    }

    // -- updates

    void update(const flush_step& s) {
        const mapping::model& m = *s.model;
        const model_sql& sql = session_.sql_of(session_.state_of(m), m, where_);
        for (node* n : s.nodes) {
            for (const mapping::foreign_key& k : m.foreign_keys) {
                node* parent = nullptr;
                if (session_.staged_parent(*n, k, parent)) copy_key(*n, k, parent);
            }
            if (m.stamped && n->state() == life::persistent) stamp(*n, false);
        }
        const bound_statement& statement = sql.update(s.mask);
        std::vector<const void*> objects;
        for (node* n : s.nodes) objects.push_back(n->object());
        std::vector<std::int64_t> affected(objects.size());
        connection_.run_each(statement.text, statement.fields, objects, {.affected = affected.data()});
        for (std::size_t i = 0; i < s.nodes.size(); ++i) {
            if (affected[i] == 0) refuse_stale(*s.nodes[i], statement.text.sql());
            if (m.version != nullptr) bump(*s.nodes[i]);
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
        u.table = mapping::source_of(m);
        for (const std::uint16_t c : k.columns) {
            if (m.columns[c].nullable()) u.set.push_back({m.columns[c].name, sql::literal({})});
        }
        if (u.set.empty()) return;
        u.where = condition;
        run(sql::compile(u, connection_.dialect(), where_));
    }

    void remove_where(const flush_step& s) {
        sql::remove r;
        r.from = mapping::source_of(*s.model);
        r.where = s.condition;
        run(sql::compile(r, connection_.dialect(), where_));
    }

    /// All rows below those that the condition selects, the deepest first: one SELECT and one DELETE for each level.
    void remove_tree(const flush_step& s) {
        const mapping::model& m = *s.model;
        std::set<std::vector<std::string>> seen;
        // What `of` selects and was not met before, as conditions on its keys; `met` says whether something was.
        const auto select = [&](const sql::expr& of, bool& met) {
            sql::select q;
            q.from.push_back(mapping::source_of(m));
            q.where = of;
            for (const std::uint16_t c : m.primary_key) q.columns.push_back({sql::column(&m, m.columns[c].name), {}});
            const sql::compiled text = sql::compile(q, connection_.dialect(), where_);
            std::vector<std::vector<value>> keys;
            engine::cursor row = connection_.run(text.text, {.values = text.parameters});
            while (row.next()) {
                std::vector<value> key;
                std::vector<std::string> name;
                for (int i = 0; i < row.columns(); ++i) {
                    key.emplace_back(row.cell(i));
                    name.push_back(describe(key.back().view()));
                }
                if (seen.insert(std::move(name)).second) {
                    keys.push_back(std::move(key));
                } else {
                    met = true;
                }
            }
            return literal_conditions(m, keys);
        };
        bool met = false;
        std::vector<std::vector<sql::expr>> levels{select(s.condition, met)};
        while (!levels.back().empty()) {
            std::vector<sql::expr> below;
            for (const sql::expr& parents : levels.back()) {
                const auto more = select(children_of(*s.key, parents), met);
                below.insert(below.end(), more.begin(), more.end());
            }
            levels.push_back(std::move(below));
        }
        for (std::size_t i = levels.size(); i-- > 0;) {
            for (const sql::expr& level : levels[i]) {
                if (met) run_clear_key(*s.key, children_of(*s.key, level));  // in a ring depth alone is no order
                if (i == 0) continue;  // the first ones, and what else refers to them: steps of their own
                run(plan_builder{session_, where_}.dependents(m, level, *s.key));
                sql::remove r;
                r.from = mapping::source_of(m);
                r.where = level;
                run(sql::compile(r, connection_.dialect(), where_));
            }
        }
    }

    void remove(const flush_step& s) {
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
        for (const sql::expr& condition : key_conditions(m, s.nodes, m.primary_key, m, m.primary_key)) {
            sql::remove r;
            r.from = mapping::source_of(m);
            r.where = condition;
            affected += run(sql::compile(r, connection_.dialect(), where_));
        }
        // A row that an earlier step of this flush took along (an owned child) is gone as asked.
        if (affected < static_cast<std::int64_t>(s.nodes.size()) && !taken_along(m)) {
            throw stale_object{std::to_string(s.nodes.size() - static_cast<std::size_t>(affected)) + " of " +
                                   std::to_string(s.nodes.size()) + " " + m.name + " rows to remove were gone already",
                               {.where = where_}};
        }
    }

    bool taken_along(const mapping::model& m) const {
        for (const flush_step& s : plan_.steps) {
            if (s.does == flush_step::what::remove_where && s.model == &m) return true;
            if (s.does == flush_step::what::remove_tree) return true;
        }
        for (const mapping::foreign_key& k : m.foreign_keys) {
            if (k.on_delete == mapping::referential_action::cascade) return true;
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
};

// -- settling -------------------------------------------------------------------------------------------------------

/// The database has everything: memory says so too.
void session_core::settle(const flush_plan& plan) {
    for (const flush_step& s : plan.steps) {
        if (s.does != flush_step::what::insert) continue;
        model_state& state = state_of(*s.model);
        state.objects->identities.reserve(s.nodes.size());
        past_.turns.reserve(past_.turns.size() + s.nodes.size());
        state.touched.reserve(state.touched.size() + s.nodes.size());
        for (node* n : s.nodes) settle_inserted(*n);
    }
    for (const flush_step& s : plan.steps) {
        if (s.does != flush_step::what::update) continue;
        for (node* n : s.nodes) settle_updated(*n, s.mask);
    }
    if (!plan.removed.empty()) settle_removed(plan);
    // What was staged since the last flush stands in the database now, on either side.
    for (; settled_ < past_.journal.size(); ++settled_) {
        const undo& u = past_.journal[settled_];
        if (u.did != undo::what::one_slot && u.did != undo::what::many_slot) continue;
        std::uintptr_t& word = u.side->to_many() ? slot_access::word(slot_access::many(*u.at, *u.side))
                                                 : slot_access::word(slot_access::one(*u.at, *u.side));
        if (graph::mark_of(word) == mark::staged) word = graph::tagged(mark::loaded, graph::pointer_of(word));
    }
    for (const auto& s : states_) {
        if (s == nullptr) continue;
        s->pending.clear();
        s->removed.clear();
        s->stale_lists = false;
    }
    links_.clear();
}

void session_core::settle_inserted(node& n) {
    const mapping::model& m = *n.in->what;
    model_state& s = state_of(m);
    if (node* there = s.objects->identities.insert(&n); there != &n) {
        // An object whose row is gone, by a rollback or by others.
        s.objects->identities.erase(there);
        there->state(life::detached);
        s.objects->identities.insert(&n);
    }
    n.state(life::persistent);
    n.snapshot(graph::pack(m, n.object(), *arena_));
    s.touched.push_back(&n);
    past_.turns.emplace_back(&n, turn::inserted);
    for (const mapping::relation& r : m.relations) {
        if (r.to_many()) {
            std::uintptr_t& word = slot_access::word(slot_access::many(n, r));
            if (graph::mark_of(word) == mark::staged) word = graph::tagged(mark::loaded, graph::pointer_of(word));
        } else {
            std::uintptr_t& word = slot_access::word(slot_access::one(n, r));
            if (graph::mark_of(word) == mark::staged) word = graph::tagged(mark::loaded, graph::pointer_of(word));
        }
    }
    // A key that was given by hand puts the object into its parent's collection, if that is loaded.
    for (const mapping::foreign_key& k : m.foreign_keys) {
        if (k.parent_sides.empty()) continue;
        if (k.child_side != nullptr &&
            graph::mark_of(slot_access::word(slot_access::one(n, *k.child_side))) != mark::unloaded) {
            continue;
        }
        if (!links_.empty() && links_.contains({&n, &k})) continue;
        node* parent = parent_by_key(n, k);
        if (parent == nullptr) continue;
        for (const mapping::relation* side : k.parent_sides) {
            if (side->to_many()) {
                const mark now = graph::mark_of(slot_access::word(slot_access::many(*parent, *side)));
                if (now == mark::loaded || now == mark::staged) push_item(*parent, *side, n, true);
            } else {
                std::uintptr_t& word = slot_access::word(slot_access::one(*parent, *side));
                if (graph::mark_of(word) != mark::loaded || graph::pointer_of(word) != nullptr) continue;
                journal_one(*parent, *side);
                word = graph::tagged(mark::loaded, &n);
            }
        }
    }
}

void session_core::settle_updated(node& n, std::uint64_t mask) {
    if (n.state() != life::persistent) return;
    const mapping::model& m = *n.in->what;
    follow_keys(n, mask);
    past_.journal.push_back(
        {.did = undo::what::snapshot, .at = &n, .word = reinterpret_cast<std::uintptr_t>(n.snapshot())});
    n.snapshot(graph::pack(m, n.object(), *arena_));
    for (const mapping::relation& r : m.relations) {
        if (r.to_many()) continue;
        std::uintptr_t& word = slot_access::word(slot_access::one(n, r));
        if (graph::mark_of(word) == mark::staged) word = graph::tagged(mark::loaded, graph::pointer_of(word));
    }
}

/// Where a key was changed by hand, the relations over it follow: out of the old parent, into the new one.
void session_core::follow_keys(node& n, std::uint64_t mask) {
    const mapping::model& m = *n.in->what;
    for (const mapping::foreign_key& k : m.foreign_keys) {
        bool changed = false;
        for (const std::uint16_t c : k.columns) changed = changed || (mask >> c & 1) != 0;
        node* staged = nullptr;
        if (!changed || staged_parent(n, k, staged)) continue;
        node* before = nullptr;
        if (k.child_side != nullptr) {
            std::uintptr_t& word = slot_access::word(slot_access::one(n, *k.child_side));
            before = graph::mark_of(word) == mark::loaded ? static_cast<node*>(graph::pointer_of(word)) : nullptr;
            journal_one(n, *k.child_side);
            word = graph::tagged(mark::unloaded);
        }
        if (before == nullptr && k.target_columns == k.target->primary_key) {
            std::vector<value_view> was;
            bool null = false;
            for (const std::uint16_t c : k.columns)
                null = was.emplace_back(graph::packed(m, n.snapshot(), c)).is_null() || null;
            graph::pool* p = arena_->find_pool(*k.target);
            if (p != nullptr && !null) before = p->identities.find(was);
        }
        node* after = parent_by_key(n, k);
        if (after != nullptr && k.child_side != nullptr) {
            slot_access::word(slot_access::one(n, *k.child_side)) = graph::tagged(mark::loaded, after);
        }
        if (before == after) continue;
        if (before != nullptr) leave_side(*before, k, n);
        if (after == nullptr) continue;
        for (const mapping::relation* side : k.parent_sides) {
            if (!side->to_many()) {
                std::uintptr_t& word = slot_access::word(slot_access::one(*after, *side));
                if (graph::mark_of(word) < mark::loaded || graph::pointer_of(word) != nullptr) continue;
                journal_one(*after, *side);
                word = graph::tagged(mark::loaded, &n);
                continue;
            }
            const mark now = graph::mark_of(slot_access::word(slot_access::many(*after, *side)));
            if (now == mark::loaded || now == mark::staged) push_item(*after, *side, n, true);
        }
    }
}

/// Removed objects leave the identity map and every collection; what the database did to rows that referred to them
/// is done to the objects of those rows.
void session_core::settle_removed(const flush_plan& plan) {
    std::vector<node*> gone = plan.removed;
    std::unordered_set<const node*> all(gone.begin(), gone.end());
    // Rows of one model at a time: the pools of its children are walked once for each model, not each object; and once
    // more where the walk found parents of what it had passed already.
    for (std::size_t known = 0; known != gone.size();) {
        known = gone.size();
        std::vector<const mapping::model*> models;
        for (const node* n : gone) {
            if (std::find(models.begin(), models.end(), n->in->what) == models.end()) models.push_back(n->in->what);
        }
        for (const mapping::model* m : models) {
            for (const mapping::foreign_key* k : m->incoming) forget_children(*k, gone, all);
        }
    }
    for (node* n : gone) {
        for (const mapping::foreign_key& k : n->in->what->foreign_keys) {
            node* parent = nullptr;
            if (!staged_parent(*n, k, parent) || parent == nullptr) parent = parent_by_key(*n, k);
            if (parent != nullptr && !all.contains(parent)) leave_side(*parent, k, *n);
        }
    }
    for (node* n : gone) {
        state_of(*n->in->what).objects->identities.erase(n);
        past_.turns.emplace_back(n, turn::deleted);
        n->state(life::detached);
    }
    for (const auto& s : states_) {
        if (s == nullptr) continue;
        s->touched.erase(std::remove_if(s->touched.begin(), s->touched.end(),
                                        [](const node* n) { return n->state() == life::detached; }),
                         s->touched.end());
    }
}

/// The objects of one pool that refer to removed ones: gone with them, or without a parent from now on.
void session_core::forget_children(const mapping::foreign_key& k, std::vector<node*>& gone,
                                   std::unordered_set<const node*>& all) {
    graph::pool* children = arena_->find_pool(*k.owner);
    if (children == nullptr || k.target_columns != k.target->primary_key) return;
    bool is_owned = k.on_delete == mapping::referential_action::cascade;
    for (const mapping::relation* side : k.parent_sides) is_owned = is_owned || side->options.owned;
    if (!is_owned && !k.nullable) return;
    for (graph::slab* b = children->current; b != nullptr; b = b->next) {
        for (std::uint32_t at = 0; at < b->used; ++at) {
            node* child = b->at(at);
            if (child->state() != life::persistent || all.contains(child)) continue;
            node* parent = parent_by_key(*child, k);
            if (parent == nullptr || !all.contains(parent)) continue;
            if (is_owned) {
                // With a snapshot, a rollback also undoes what happens to it while it is gone.
                if ((child->word & node::expired) == 0) graph::touch(child);
                gone.push_back(child);
                all.insert(child);
                continue;
            }
            if ((child->word & node::expired) != 0) continue;  // will be read again as it is now
            graph::touch(child);
            const std::byte* before = child->snapshot();
            for (const std::uint16_t c : k.columns) {
                const field& f = k.owner->fields[c];
                if (f.optional != nullptr) f.optional->reset(static_cast<std::byte*>(child->object()) + f.offset);
            }
            past_.journal.push_back(
                {.did = undo::what::snapshot, .at = child, .word = reinterpret_cast<std::uintptr_t>(before)});
            child->snapshot(graph::pack(*k.owner, child->object(), *arena_));
            if (k.child_side != nullptr) {
                journal_one(*child, *k.child_side);
                slot_access::word(slot_access::one(*child, *k.child_side)) = graph::tagged(mark::loaded);
            }
        }
    }
}

// -- the session's side ---------------------------------------------------------------------------------------------

session_core::session_core(database& db, const site&) : db_{db}, arena_{new graph::arena{this}} {}

session_core::~session_core() {
    if (lease_ && lease_->in_transaction()) lease_->rollback();
    arena_->close();
    arena_->release();
}

engine::connection& session_core::connection(const site& where) {
    if (!lease_) {
        lease_ = db_.connect(where);
        statements_before_ -= lease_->statements();
    }
    lease_->at(where);
    if (!lease_->in_transaction()) lease_->begin();
    return *lease_;
}

std::uint64_t session_core::statements() const noexcept {
    return statements_before_ + (lease_ ? lease_->statements() : 0);
}

bool session_core::dirty() const {
    for (const auto& s : states_) {
        if (s != nullptr && concerned(*s->objects->what)) return true;
    }
    return false;
}

void session_core::flush(const site& where) {
    const session_guard guard{*this, where};
    if (flushing_) return;
    bool anything = false;
    for (const auto& s : states_) {
        anything = anything || (s != nullptr && (!s->pending.empty() || !s->removed.empty() || !s->touched.empty()));
    }
    if (!anything) return;
    struct flushing {
        bool& flag;
        explicit flushing(bool& f) : flag{f} { flag = true; }
        ~flushing() { flag = false; }
    } during{flushing_};
    const flush_plan plan = plan_builder{*this, where}.build();
    if (plan.steps.empty()) {
        settle(plan);  // staged changes that came back to where they were
        return;
    }
    engine::connection& c = connection(where);
    // The first changes of a transaction can be undone with all of it; later ones need a point to come back to.
    const bool nested = wrote_;
    const history_mark before = now();
    if (nested) c.savepoint(flush_savepoint);
    try {
        plan_runner{*this, c, plan, where}.run();
        if (nested) c.release(flush_savepoint);
    } catch (...) {
        undo_writes(before);
        if (nested && c.in_transaction()) {
            c.rollback_to(flush_savepoint);
            c.release(flush_savepoint);
        } else {
            c.rollback();
            // The database gave up the whole transaction (a full disk, say), earlier flushes too: memory follows.
            if (nested) {
                restore({});
                links_.clear();
                wrote_ = false;
                savepoints_ = 0;
            }
        }
        throw;
    }
    wrote_ = true;
    settle(plan);
}

void session_core::commit(const site& where) {
    const session_guard guard{*this, where};
    flush(where);
    if (lease_ && lease_->in_transaction()) {
        lease_->at(where);
        lease_->commit();
    }
    forget_history();
    wrote_ = false;
    savepoints_ = 0;
    if (lease_) {
        statements_before_ += lease_->statements();
        lease_.release();
    }
}

void session_core::rollback(const site& where) {
    const session_guard guard{*this, where};
    if (lease_) {
        lease_->at(where);
        if (lease_->in_transaction()) lease_->rollback();
        statements_before_ += lease_->statements();
        lease_.release();
    }
    restore({});
    links_.clear();
    wrote_ = false;
    savepoints_ = 0;
}

// -- savepoints: numbered, the n-th one is "kin_n" and remembers where the journal stood -----------------------------

namespace {
std::string savepoint_name(std::size_t n) { return "kin_" + std::to_string(n); }
}  // namespace

std::size_t session_core::savepoint(const site& where) {
    const session_guard guard{*this, where};
    flush(where);
    connection(where).savepoint(savepoint_name(++savepoints_));
    marks_.resize(savepoints_);
    marks_.back() = now();
    wrote_ = true;
    return savepoints_;
}

void session_core::release(std::size_t n, const site& where) {
    const session_guard guard{*this, where};
    if (n == 0 || n > savepoints_) throw usage_error{"this savepoint has ended already", {.where = where}};
    flush(where);
    connection(where).release(savepoint_name(n));
    savepoints_ = n - 1;
}

void session_core::rollback_to(std::size_t n, const site& where) {
    const session_guard guard{*this, where};
    if (n == 0 || n > savepoints_) throw usage_error{"this savepoint has ended already", {.where = where}};
    engine::connection& c = connection(where);
    c.rollback_to(savepoint_name(n));
    c.release(savepoint_name(n));
    restore(marks_[n - 1]);
    savepoints_ = n - 1;
}

// -- leaving --------------------------------------------------------------------------------------------------------

void session_core::clear(const site& where) {
    const session_guard guard{*this, where};
    for (const auto& s : states_) {
        if (s == nullptr) continue;
        s->pending.clear();
        s->touched.clear();
        s->removed.clear();
        s->stale_lists = false;
    }
    forget_history();
    std::fill(marks_.begin(), marks_.end(), history_mark{});  // what follows is all younger than any savepoint
    links_.clear();
    if (arena_->sole()) {
        arena_->reset();
        return;
    }
    // Somebody still holds results: they keep the old arena, the session goes on with a new one.
    auto* next = new graph::arena{this};
    for (const auto& s : states_) {
        if (s != nullptr) s->objects = &next->pool_of(*s->objects->what);
    }
    arena_->close();
    arena_->release();
    arena_ = next;
}

// -- explaining -----------------------------------------------------------------------------------------------------

std::string session_core::explain(const site& where) {
    const session_guard guard{*this, where};
    const flush_plan plan = plan_builder{*this, where}.build();
    if (plan.steps.empty()) return "nothing to do\n";
    std::string text;
    int number = 0;
    for (const flush_step& s : plan.steps) {
        text += std::to_string(++number) + ". ";
        const mapping::model& m = *s.model;
        const std::string rows = std::to_string(s.nodes.size()) + (s.nodes.size() == 1 ? " row" : " rows");
        const auto list = [&] {
            for (std::size_t i = 0; i < s.nodes.size() && i < 3; ++i)
                text += (i == 0 ? ": " : ", ") + name_of(*s.nodes[i]);
            if (s.nodes.size() > 3) text += ", …";
        };
        switch (s.does) {
            case flush_step::what::insert:
                text += "insert " + rows + " into " + m.table;
                list();
                break;
            case flush_step::what::update:
                text += "update " + rows + " of " + m.table + ", set";
                for (std::size_t i = 0, first = 1; i < m.columns.size(); ++i) {
                    if ((s.mask >> i & 1) == 0) continue;
                    text += (first != 0 ? " " : ", ") + m.columns[i].name;
                    first = 0;
                }
                list();
                break;
            case flush_step::what::clear_key:
                text += "set " + m.table + "." + m.columns[s.key->columns[0]].name + " to NULL";
                break;
            case flush_step::what::remove_tree:
                text += "delete from " + m.table + " by " + m.columns[s.key->columns[0]].name + ", level by level";
                break;
            case flush_step::what::remove_where:
                text += "delete from " + m.table + " by " + m.columns[s.key->columns[0]].name;
                break;
            case flush_step::what::remove:
                text += "delete " + rows + " from " + m.table;
                list();
                break;
        }
        if (!s.why.empty()) text += " (" + s.why + ")";
        text += "\n";
    }
    return text;
}

}  // namespace kin::detail
