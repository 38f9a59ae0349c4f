// What stands behind a session: identity map, tracking, relations in step, loading and the unit of work, over
// descriptors.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/engine/pool.hpp>
#include <kin/graph/arena.hpp>
#include <kin/graph/host.hpp>
#include <kin/graph/pivots.hpp>
#include <kin/graph/ref.hpp>
#include <kin/graph/slot_access.hpp>
#include <kin/graph/tree_list.hpp>
#include <kin/session/core.hpp>
#include <kin/session/hooks.hpp>
#include <kin/sql/statement.hpp>
#include <kin/value/counted.hpp>

#include "session/eager.hpp"
#include "session/guard.hpp"
#include "session/objects.hpp"
#include "session/plan.hpp"
#include "session/sayings.hpp"
#include "session/staged_pairs.hpp"
#include "session/undo.hpp"

namespace kin::detail {

struct model_sql;
struct flush_choice;
struct flush_plan;
struct flush_step;
struct held_back;
struct wanted_rows;
struct row_shape;
class join_loading;
class row_stream;
class loader;
class tables_read;
struct write_reach;

/// Where a flush, or another write of several statements, comes back to when one of them fails.
inline constexpr const char* flush_savepoint = "kin_flush";

/// What the session keeps for each model that it has met.
struct model_state {
    graph::pool* objects = nullptr;
    const model_sql* sql = nullptr;
    std::vector<graph::node*> pending{};
    std::vector<graph::node*> touched{};
    std::vector<graph::node*> removed{};
    bool stale_lists = false;  ///< `pending` or `removed` holds nodes that are neither any more
};

/// Brings columns of a row into an object and into its snapshot: they are no change. What was assigned to them since
/// stays, or is lost.
void supply(graph::node&, const row_shape&, engine::cursor&, int first, std::uint64_t columns, bool over_changes,
            graph::arena& home);

/// The object has these columns now, those among them that are deferred.
void mark_read(graph::node&, std::uint64_t columns) noexcept;

/// usage_error before a refresh of what has no row, not_found where it is gone.
void require_row(const graph::node&, const site&);
/// Whether an object that the session knows has a row, as far as that can be known: an expired one is read again.
[[nodiscard]] bool still_there(graph::node&);
[[noreturn]] void throw_gone(const mapping::model&, const site&);

/// The object that the primary key in a row, from a column on, leads to.
[[nodiscard]] graph::node* node_at(graph::pool&, engine::cursor&, int first);

/// What the object's row holds in the column: where there is a snapshot, the members may say what is not written yet.
[[nodiscard]] value_view row_value(const graph::node&, std::uint16_t column, value& scratch);

class session_core final : public graph::host {
  public:
    session_core(database&, const site&);
    /// For the objects of a stream: reads through the outer session's connection, and writes nothing.
    explicit session_core(session_core& outer);
    ~session_core();
    session_core(const session_core&) = delete;
    session_core& operator=(const session_core&) = delete;

    /// For those that may outlive the session.
    [[nodiscard]] const counted<session_life>& lifeline();

    bool strict = false;  ///< any implicit load throws raised_load
    bool autoflush = true;
    hook_table* hooks = nullptr;  ///< its own; those of the database are called first

    // -- objects
    graph::node* get(const mapping::model&, std::int64_t key, const site&);
    graph::node* get(const mapping::model&, std::span<const value> key, const site&);
    graph::node& add(void* object, const mapping::model&, const site&);
    void add(graph::node&, const site&);
    void remove(graph::node&, const site&);
    void remove_for_good(graph::node&, const site&);
    /// Undoes a removal whose row stayed; gives the object that has the row.
    graph::node& bring_back(graph::node&, const site&);
    void refresh(graph::node&, const site&);
    void expire(graph::node&, const site&);
    void expire_all(const site&);
    void expunge(graph::node&, const site&);
    std::vector<graph::node*> get_or_create(const mapping::model&, void* first, std::size_t count,
                                            std::span<const std::size_t> offsets, const site&);
    /// get_or_create, and what the values say of other columns.
    std::vector<graph::node*> upsert(const mapping::model&, void* first, std::size_t count,
                                     const std::vector<std::size_t>& offsets, const site&);
    void clear(const site&);
    graph::node& merge(void* object, const mapping::model&, const site&);
    [[nodiscard]] bool left_another(const graph::node&) const noexcept;
    /// Writes what the column at `offset` was into `member`; false where the object has no row.
    bool former(const graph::node&, std::size_t offset, void* member, bool& changed, const site&) const;
    [[nodiscard]] graph::node& node_of(const void* object, const site&) const override;
    [[nodiscard]] graph::arena& arena() noexcept { return *arena_; }

    // -- queries
    [[nodiscard]] graph::row_list run(query_plan&, const site&);
    [[nodiscard]] engine::cursor rows(const sql::select&, const site&);
    /// By a query that says nothing of its relations.
    void brought(graph::node&);
    [[nodiscard]] graph::row_list run_raw(const mapping::model&, std::string_view sql, std::span<const value>,
                                          const site&);
    std::int64_t execute(const sql::update&, const mapping::model&, const site&);
    std::int64_t execute(const sql::remove&, const mapping::model&, const site&);
    std::int64_t execute(std::string_view sql, std::span<const value>, const site&);
    void load(std::span<graph::node* const>, const load_tree&, bool missing_only, const site&);
    /// What stands below or above an object, without loading the relation.
    [[nodiscard]] graph::tree_list walk(graph::node& owner, const eager&, const site&);
    void load(std::span<graph::node* const>, const mapping::relation&, const graph::aggregate_ask&,
              const sql::expr& condition, const site&);
    /// Reads these columns of the objects that lack them, or of all of them `again`.
    void load_columns(std::span<graph::node* const>, std::uint64_t columns, bool again, const site&);

    // -- the unit of work
    void flush(const site&);
    /// One that a statement of the session's causes.
    void flush(const site&, const flush_choice&);
    /// Once; `slugs` receives those that were made. unique_violation may say that one of them was taken meanwhile.
    void flush_once(std::vector<std::string>& slugs, const site&, const flush_choice&);
    void commit(const site&);
    void rollback(const site&);
    [[nodiscard]] std::string explain(const site&);
    [[nodiscard]] std::size_t savepoint(const site&);
    void release(std::size_t, const site&);
    void rollback_to(std::size_t, const site&);
    /// The same where nobody can be told of an error.
    void abandon(std::size_t) noexcept;
    void undo_savepoint(std::size_t at);
    [[nodiscard]] std::uint64_t statements() const noexcept;
    [[nodiscard]] engine::connection& connection(const site&);
    /// As above, for others to write through: a failed flush leaves what they did.
    [[nodiscard]] engine::connection& open_connection(const site& where) {
        before_writing();
        wrote_ = true;
        return connection(where);
    }
    [[nodiscard]] bool dirty() const;

    // -- graph::host
    void touch(graph::node&) override;
    void reload(graph::node&) override;
    void load(graph::node& owner, const mapping::relation&, const site&) override;
    void read_column(graph::node& owner, std::size_t column, const site&) override;
    void assign(graph::node& owner, const mapping::relation&, graph::node* target) override;
    void append(graph::node& owner, const mapping::relation&, graph::node& child) override;
    void erase(graph::node& owner, const mapping::relation&, graph::node& child) override;
    graph::node& assign_new(graph::node& owner, const mapping::relation&, void* object) override;
    graph::node& append_new(graph::node& owner, const mapping::relation&, void* object) override;
    void replace(graph::node& owner, const mapping::relation&, graph::node* const* members, std::size_t count) override;
    void load_for_change(graph::node& owner, const mapping::relation&) override;
    /// New objects, flushed; on an error the session is as before.
    void add_at_once(const mapping::model&, void* objects, graph::node** nodes, std::size_t count, const site&);
    void save(graph::node& owner, const mapping::relation&, void* objects, graph::node** nodes, std::size_t count,
              void* pivot, const site&) override;
    graph::relinked relink(graph::node& owner, const mapping::relation&, const graph::relinking&, const site&) override;
    graph::node* find_pivot(graph::node& owner, const mapping::relation&, const graph::asked_link&,
                            const site&) override;
    graph::node& find_or_create(graph::node& owner, const mapping::relation&, const graph::sought&,
                                const site&) override;
    const void* answer(graph::node& owner, const mapping::relation&, const graph::aggregate_ask&, const site&) override;

  private:
    using history_mark = graph::history_mark;

    /// What rollback undoes, in lists of their own, so that what happens most often costs a word.
    struct history {
        std::vector<undo> journal{};
        std::vector<fresh_undo> fresh{};  ///< while a change is made: slots of new objects, which a rollback leaves
        std::vector<std::pair<pair_key, staged_pair>> pairs{};  ///< as they were before
        std::vector<turn_of> turns{};
        std::vector<const std::byte*> dropped{};
        std::vector<std::int64_t*> given{};  ///< plain keys that were 0 before the unit of work wrote them
        std::vector<field_write> writes{};   ///< all other members that it wrote
    };
    [[nodiscard]] history_mark now() const noexcept {
        return {past_.journal.size(), past_.fresh.size(), past_.turns.size(), past_.given.size(), past_.writes.size()};
    }
    void begin(graph::all_or_nothing& change) noexcept override {
        change.before_ = now();
        change.outer_ = std::exchange(changes_, &change);
    }
    void end(graph::all_or_nothing& change) noexcept override {
        if (!change.done_) take_back(change);
        changes_ = change.outer_;
        if (changes_ == nullptr && !unfinished_) past_.fresh.clear();
    }
    void take_back(const graph::all_or_nothing&) noexcept;
    /// Whether the node came in with the innermost change, and last: where that is undone, nothing of it stays.
    [[nodiscard]] bool just_made(const graph::node& n) const noexcept {
        return past_.turns.size() > changes_->before_.turns && past_.turns.back().at() == &n &&
               past_.turns.back().did() == turn::added;
    }
    /// What was done until now stays, whatever becomes of the changes that are being made.
    void keep_all() noexcept;

    /// A restoration that an error ended.
    struct unfinished {
        history_mark to{};
        bool values = false;
    };

    friend struct session_guard;
    friend struct query_scope;
    friend class loader;
    friend class row_reader;
    friend class join_loading;
    friend class row_stream;
    friend class entity_reader;
    friend class plan_builder;
    friend class plan_runner;
    friend class link_writer;
    friend class parent_touching;
    friend class hook_calls;

    model_state& state_of(const mapping::model& m) {
        if (m.number < states_.size() && states_[m.number] != nullptr) return *states_[m.number];
        return new_state(m);
    }
    model_state& new_state(const mapping::model&);
    const model_sql& sql_of(model_state&, const mapping::model&, const site&);

    // autoflush.cpp
    /// Before a read of these tables: a flush, where what is pending would write one of them.
    void flush_before(const sql::select&, const load_level& with, const site&);
    void flush_before(const load_level&, const site&);
    void flush_before(const eager&, const load_level& below, const site&);
    void flush_before(const tables_read&, const site&);
    /// Before a row is read by its key, of an object that is not here: changes of those that are do not matter.
    void flush_before_get(const mapping::model&, const site&);
    /// One test where nothing is pending, or nothing flushes by itself.
    [[nodiscard]] bool may_flush() const noexcept;
    [[nodiscard]] bool would_write(const tables_read&, const mapping::model* unknown = nullptr);
    [[nodiscard]] bool would_write(const mapping::model&);
    [[nodiscard]] const write_reach& reach_of(const mapping::model&);
    [[nodiscard]] std::uint64_t pending_columns(graph::node&) const;
    [[nodiscard]] bool displaces(graph::node&) const;
    /// Whether objects, or pairs, of the model itself hold a change.
    [[nodiscard]] bool concerned(const mapping::model&) const;

    // tracking.cpp
    void track(graph::node&);
    graph::node& take_in(void* object, const mapping::model&);
    void expunge_one(graph::node&);

    // expiry.cpp
    void expire_one(graph::node&);
    void unload(graph::node&);
    [[nodiscard]] graph::node* parent_by_columns(const graph::node& child, const mapping::foreign_key&);
    [[nodiscard]] std::vector<graph::node*> parents_shown(graph::node&);
    void follow_row(graph::node&, const std::vector<graph::node*>& shown);
    void show_in(graph::node& parent, const mapping::foreign_key&, graph::node& child);
    void read_again(std::vector<graph::node*>, const site&);
    /// Those of the objects that are expired: a statement for each group. Whose row is gone stays expired.
    void read_expired(std::span<graph::node* const>, const site&);

    // adding.cpp
    static bool attach_plain(graph::node&) noexcept;
    static void attach_silent(graph::node&) noexcept;
    void attach(graph::node&);
    void readd(graph::node&);
    void readd_one(graph::node&, std::vector<graph::node*>& reached);
    void claim(graph::node& child, const mapping::foreign_key&, graph::node& parent);
    void let_go(graph::node& pending);
    void become_pending(graph::node&);
    void tidy(model_state&);
    [[nodiscard]] undo slot_now(graph::node&, const mapping::relation&) const;
    void journal_slot(graph::node&, const mapping::relation&);
    void journal_return(graph::node&);
    void end_transaction() noexcept;
    [[noreturn]] static void throw_committed(const site&);
    [[nodiscard]] std::size_t open_savepoint(std::size_t number, const site&) const;
    void restore(const history_mark&, bool values = true);
    void undo_turns(const history_mark&);
    void undo_slots(const history_mark&);
    void undo_slot(const undo&);
    /// As `restore`, where an error is under way: what cannot be undone now is undone before anything else is done.
    void restore_or_later(const history_mark&, bool values = false) noexcept;
    void finish_restoring();
    [[nodiscard]] bool is_unfinished() const noexcept { return unfinished_ || owes_undo_ || owed_savepoint_ != 0; }
    /// The columns of all that may be changed without asking, before hooks run.
    void remember_values();
    void keep_values(graph::node&, const std::byte* packed);
    void remember(graph::node&, const field&);
    static void restore_key(graph::node&);
    void stage(graph::node& child, const mapping::foreign_key&, graph::node* parent);
    void undo_writes(const history_mark&);
    void forget_history() noexcept;
    void blank_relations(graph::node&) noexcept;
    graph::node& adopt(void* object, const mapping::model&);
    void drop_said(graph::node&) noexcept;

    void remove_one(graph::node&, const site&);

    // slugs.cpp
    void read_slugs(const mapping::model&, const mapping::column&, const std::vector<std::string>& wanted,
                    std::unordered_set<std::string>& taken, const site&);
    /// For each object the slug that it is to have; empty where it has one.
    std::vector<std::string> make_slugs(const mapping::model&, const std::vector<const void*>& objects, const site&);
    /// Of all that the plan writes; gives what it made.
    std::vector<std::string> fill_slugs(const flush_plan&, const site&);

    // kept_pairs.cpp
    [[nodiscard]] std::unordered_set<const graph::node*> take_kept_rows(const mapping::model&,
                                                                        const std::vector<graph::node*>&,
                                                                        engine::connection&, const site&);

    // soft_removal.cpp
    void revive(graph::node&);
    void show_again(graph::node&);
    void settle_restored(graph::node&);
    /// Whether the object's row stays when it is removed.
    [[nodiscard]] bool keeps_row(const graph::node& n) const {
        return n.in->what->soft_deleted != nullptr && !for_good_.contains(&n);
    }

    // cascading.cpp
    /// The object and all that relations with this cascade lead to, as far as they are loaded.
    [[nodiscard]] static std::vector<graph::node*> reached_by(graph::node&, cascades);
    void remove_along(const held_back&, const site&);
    /// Removes what nobody owns any more: it can be adopted until a flush that the user asked for.
    void remove_orphan(graph::node&);

    // displacing.cpp
    /// Whether anybody may have gone.
    bool displace_former(const held_back&, const site&);

    // leaving_removed.cpp
    /// Whether anybody had to: then what goes may take others along.
    bool leave_removed(const held_back&, const site&);
    [[nodiscard]] graph::node* removed_by_hand(graph::node& child, const mapping::foreign_key&);
    void clear_key(graph::node& child, const mapping::foreign_key&);
    void keep_shared(graph::node& child, const mapping::foreign_key&, graph::node& parent);

    // explain.cpp
    [[nodiscard]] std::string in_words(const site&);

    // relating.cpp
    void set_parent(graph::node& child, const mapping::foreign_key&, graph::node* parent);
    void leave_former(graph::node& child, const mapping::foreign_key&, graph::node& parent);
    void join_side(graph::node& parent, const mapping::foreign_key&, graph::node& child, bool maybe_there);
    void leave_side(graph::node& parent, const mapping::foreign_key&, graph::node& child);
    void push_item(graph::node& owner, const mapping::relation&, graph::node& child, bool maybe_there);
    /// Before a new target is adopted: reads what it may displace, while nothing half-made could be flushed for that.
    void make_way(graph::node& owner, const mapping::relation&);
    void require_whole(graph::node& owner, const mapping::relation&);
    void assign_now(graph::node& owner, const mapping::relation&, graph::node* target);
    void append_now(graph::node& owner, const mapping::relation&, graph::node& child);
    void erase_now(graph::node& owner, const mapping::relation&, graph::node& child);
    void erase_unseen(graph::node& owner, const mapping::relation&, graph::node& child);
    void replace_keyed(graph::node& owner, const mapping::relation&, graph::node& child);
    void drop_item(graph::node& owner, const mapping::relation&, graph::node& child);
    [[nodiscard]] graph::node* parent_by_key(const graph::node& child, const mapping::foreign_key&);
    [[nodiscard]] bool has_parent(graph::node& child, const mapping::foreign_key&);
    /// Whether it is known who the child's parent is, or that there is none; sends nothing.
    [[nodiscard]] bool known_parent(graph::node& child, const mapping::foreign_key&, graph::node*& parent);
    /// Whether the child's columns name a parent.
    [[nodiscard]] static bool names_parent(const graph::node& child, const mapping::foreign_key&);
    /// Whether there is anything that a rollback would undo.
    [[nodiscard]] bool changing() const noexcept { return wrote_ || !past_.journal.empty() || !past_.turns.empty(); }
    /// Whether a parent is staged for the key, and which.
    [[nodiscard]] bool staged_parent(graph::node& child, const mapping::foreign_key&, graph::node*& parent) const;
    /// As above, of what is to be written: of a polymorphic key only what no other of its kind says.
    [[nodiscard]] bool written_parent(graph::node& child, const mapping::foreign_key&, graph::node*& parent);
    void leave_other_arms(graph::node& child, const mapping::foreign_key&);
    void require_mine(const graph::node&, const site&) const;

    // linking.cpp
    void link(graph::node& owner, const mapping::relation&, graph::node& target);
    void unlink(graph::node& owner, const mapping::relation&, graph::node& target, bool unseen = false);
    void join_pair(const pair_key&, bool maybe_there);
    void leave_pair(const pair_key&);
    void stage_pair(const pair_key&, staged_pair);
    void unstage_row(const pair_key&, staged_pair);
    void row_moved(graph::node& row, const mapping::foreign_key&, graph::node* before, graph::node* after);
    void row_leaves(graph::node& row);
    void row_returns(graph::node& row);
    void drop_pairs_of(graph::node&);
    void drop_links_to(const std::unordered_set<const graph::node*>& gone);
    [[nodiscard]] graph::node* find_row(const pair_key&, bool walks = true);
    [[nodiscard]] std::vector<graph::node*> rows_of_pair(const pair_key&);
    [[nodiscard]] bool linked_by_another(const pair_key&, const graph::node& but);
    void each_row_of(const pair_key&, auto&& visit);
    [[nodiscard]] bool row_by_key(const pair_key&, graph::node*& row);
    bool displace_row(const pair_key&);
    [[nodiscard]] graph::node& make_row(const pair_key&);
    [[nodiscard]] graph::node* parent_now(graph::node& child, const mapping::foreign_key&);
    void require_single_parent(const graph::node& owner, const mapping::relation&, const graph::node& target);

    // loading.cpp
    /// As its query says, else as it is declared.
    [[nodiscard]] kin::load strategy_of(const graph::node& owner, const mapping::relation&) const noexcept;
    [[nodiscard]] const std::vector<eager>* keep(std::unique_ptr<std::vector<eager>>&);
    void say(std::span<graph::node* const>, const load_level&);
    void shows(std::span<graph::node* const> owners, const mapping::relation&, content);
    [[nodiscard]] bool differs(const graph::node&, const eager&) const noexcept;
    [[nodiscard]] bool to_load(graph::node&, const eager&, bool again = false);
    [[nodiscard]] bool unwritten(graph::node& owner, const mapping::relation&, graph::node& child);
    void blank(graph::node&, const mapping::relation&);
    void read_as_empty(graph::node& owner, const mapping::relation&);
    [[nodiscard]] bool read_unasked(graph::node& owner, const mapping::relation&, const eager* said);
    /// What changes have to know: no query that says anything of what it brings.
    void bring(std::span<graph::node* const>, const mapping::relation&, const site&);
    void load_all(std::span<graph::node* const>, const load_tree&, bool missing_only, const site&);
    void journal_read(graph::node&, const mapping::relation&);
    void outdate_computed(const flush_plan&) noexcept;
    void load_below(std::span<graph::node* const>, const load_level&, bool missing_only, const sql::select* origin,
                    const join_loading*, const site&);
    /// A relation that is being loaded of many owners.
    struct along {
        const eager* ask = nullptr;
        std::vector<graph::node*> owners{};
        bool whole = false;  ///< they are their whole table
        std::unique_ptr<loader> load{};
    };
    along begin_along(std::span<graph::node* const>, const eager&, const load_level& below, bool missing_only,
                      const site&);
    void load_along(std::span<graph::node* const>, along, const load_level& below, bool missing_only,
                    const sql::select* origin, const site&);

    // aggregates.cpp
    /// Adds the columns that the query wants counted behind those of its model.
    [[nodiscard]] std::vector<graph::kept_aggregate*> add_aggregates(const query_plan&, sql::select&, const site&);
    void load_answers(std::span<graph::node* const>, graph::kept_aggregate&, const sql::expr& condition, const site&);

    // hydrating.cpp
    graph::node* hydrate(model_state&, engine::cursor&, int first, graph::group*, bool refresh,
                         const row_shape* = nullptr);
    /// A new object of a row: that it is here is undone with the rest, and its hooks are called.
    void now_read(graph::node&);  // row_reader.hpp
    void announce_read(graph::node&);
    graph::node* load_one(model_state&, engine::cursor&& row, const site&);
    graph::node* load_visible(model_state&, std::span<const value> key, const site&);
    graph::group* lacking(graph::group&, std::uint64_t columns);
    void list_rows(graph::group&, graph::node* const*, std::size_t count) noexcept;
    /// Reads what queries left out of the object, and of its siblings.
    void complete(graph::node&, const site&);
    /// Reads what these lack, but for some columns.
    void complete(std::span<graph::node* const>, std::uint64_t but, const site&);
    [[nodiscard]] graph::node* shown(graph::node& known, const site&);
    graph::node* hydrate_known(graph::node&, engine::cursor&, int first, graph::group*, bool refresh, const row_shape*);
    graph::row_list finish_rows(graph::group*, std::vector<graph::node*>&);

    // get_or_create.cpp
    void find_known(const mapping::model&, wanted_rows&);
    void insert_missing(const mapping::model&, wanted_rows&, const site&);
    void created(graph::node&, bool made_key);

    // writing.cpp
    graph::node* find_target(graph::node& owner, const mapping::relation&, const void* object,
                             const std::vector<std::uint16_t>& columns, bool among_all, const site&);

    // relation_query.cpp
    friend void plan_along(const graph::to_many&, query_plan&, const site&);
    void plan_along(graph::node& owner, const mapping::relation&, query_plan&, const site&);

    // merging.cpp
    void copy_set_columns(const mapping::model&, graph::node& to, const void* from);
    void fetch_rows(const mapping::model&, const std::vector<const void*>& objects, const site&);
    [[nodiscard]] graph::node* find_by_key(const mapping::model&, const void* object);
    [[nodiscard]] graph::node* known_target(const mapping::foreign_key&, const std::vector<value>& key);
    graph::node* known_row(const mapping::model&, const void* object, const site&);
    graph::node* known_pending(const mapping::model&, const void* object);

    // hooks.cpp
    /// While hooks run: what they touch is put back where they, or what follows, fail.
    struct hooks_running {
        explicit hooks_running(session_core& s) noexcept : flag{s.hooking_}, before{std::exchange(flag, true)} {}
        ~hooks_running() { flag = before; }
        hooks_running(const hooks_running&) = delete;
        hooks_running& operator=(const hooks_running&) = delete;
        bool& flag;
        bool before;
    };
    [[nodiscard]] bool hooks_flushes() const noexcept;
    [[nodiscard]] bool hooked(event, const mapping::model*) const noexcept;
    void call_hooks(event, const mapping::model*, void* object);
    /// after_load.
    void announce(graph::node&);
    void require_no_flush(const char* what, const site&) const;

    // flushing.cpp
    /// The database as before the statements that failed; `nested`: they stand behind a savepoint.
    void undo_statements(engine::connection&, bool nested) noexcept;
    void write(flush_plan&, std::vector<std::string>& slugs, const site&);
    void add_rows_of_pairs(flush_plan&);
    /// Memory says what the database has. What may fail comes first, and is undone with the rest where it does.
    void settle(flush_plan&);
    /// The rest, once all of it is sure.
    void settled(const flush_plan&) noexcept;
    void settle_sides(const held_back&) noexcept;
    void drop_gone(const flush_plan&) noexcept;
    void settle_inserted(graph::node&);
    void leave_unsaid(graph::node&);
    void settle_updated(graph::node&, std::uint64_t mask);
    /// Finds all that is gone, into `plan.gone`.
    void settle_removed(flush_plan&);
    void settle_kept(graph::node&, std::uint64_t written);
    /// As a statement over a set has done for its row.
    void count_version(graph::node&);
    void leave_all(graph::node& gone, const std::unordered_set<const graph::node*>& all);
    [[nodiscard]] bool left_kept(const graph::node&) const noexcept;
    void leave_kept(graph::node&, const mapping::foreign_key&);
    void forget_children(const mapping::foreign_key&, std::vector<graph::node*>& gone,
                         std::unordered_set<const graph::node*>& all);
    void refresh_fixed(graph::node&, std::uint64_t mask);

    // following.cpp
    void show_to_parents(graph::node&);
    void show_all_in(graph::node& parent, const mapping::foreign_key&, const std::vector<graph::node*>& children);
    void show_pair(const pair_key&);
    void unload_pairs(const mapping::link_pair&, graph::node* first, graph::node* second);
    void follow_keys(graph::node&, std::uint64_t mask);
    graph::node* follow_key(graph::node&, const mapping::foreign_key&, graph::node* held);
    /// A row whose columns that others refer to were written by a step of the plan.
    struct renamed_row {
        graph::node* row;
        const std::byte* was;
        std::size_t step;
    };
    /// Those whose key the database changes with their parent's row.
    struct followers {
        graph::node* parent;
        const mapping::foreign_key* key;
        std::vector<graph::node*> children;
    };
    void follow_updates(const flush_plan&, const std::vector<renamed_row>&);
    void find_followers(graph::node& parent, const std::byte* was, std::uint64_t changed, auto&& written_behind,
                        std::vector<followers>& all, int depth = 0);
    void follow_parent(graph::node& child, const mapping::foreign_key&, graph::node& parent);
    /// What the object's row refers to, or referred to `before` the flush that is settled; sends nothing.
    [[nodiscard]] graph::node* referred(const graph::node&, const mapping::foreign_key&, bool before);

    // streaming.cpp
    void end_streams() noexcept;
    void set_streams_apart();
    /// Called before anything is written: what is read in parts is as it was before.
    void before_writing() {
        if (streams_ != nullptr) set_streams_apart();
    }
    /// usage_error where the objects are a stream's.
    void require_own(const mapping::model&) const;

    database& db_;
    counted<database_life> database_;
    counted<session_life> life_{};
    engine::lease lease_{};
    std::uint64_t statements_before_ = 0;
    graph::arena* arena_;
    std::vector<std::unique_ptr<model_state>> states_{};   ///< by mapping::model::number
    std::vector<std::unique_ptr<write_reach>> reaches_{};  ///< likewise
    history past_{};
    std::unordered_map<link_key, graph::node*, link_hash> links_{};
    std::unordered_map<pair_key, staged_pair, pair_hash> pairs_{};
    contents contents_{};
    sayings sayings_{};
    std::vector<std::unique_ptr<std::vector<eager>>> trees_{};  ///< what queries said, for later touches
    std::uint32_t queries_ = 0;
    std::uint32_t query_ = 0;                            ///< the one that runs; 0: none
    std::unordered_set<const graph::node*> for_good_{};  ///< removed, though their model keeps rows
    /// While a flush is settled: objects by the columns beside their primary key that a foreign key refers to.
    std::map<std::pair<const mapping::foreign_key*, bool>, std::unordered_map<std::string, graph::node*>> named_{};
    std::unordered_set<const graph::node*> unremoved_{};  ///< while changes are undone: removals that are
    std::unordered_set<graph::node*> orphans_{};          ///< removed because nobody owns them any more
    std::vector<graph::node*> scratch_{};
    struct open_mark {
        std::size_t number;
        history_mark before;
    };
    std::vector<open_mark> marks_{};  ///< one for each open savepoint
    std::size_t last_savepoint_ = 0;
    std::size_t settled_ = 0;  ///< how much of the journal is flushed
    bool wrote_ = false;       ///< the transaction holds changes
    bool expired_ = false;     ///< some objects are, or were, expired
    bool flushing_ = false;
    bool streamed_ = false;                     ///< its objects are a stream's
    session_core* outer_ = nullptr;             ///< of a stream: null when its transaction is over
    row_stream* streams_ = nullptr;             ///< open ones, which read in the transaction
    bool hooking_ = false;                      ///< hooks run: what they touch is put back where they fail
    bool settling_ = false;                     ///< what is being written is still listed as pending
    graph::all_or_nothing* changes_ = nullptr;  ///< under way, the innermost
    std::optional<unfinished> unfinished_{};
    bool owes_undo_ = false;                 ///< the database has yet to go back to the flush's savepoint
    std::size_t owed_savepoint_ = 0;         ///< the number of one that is to be undone
    std::atomic<std::uintptr_t> thread_{0};  ///< who is inside right now
};

/// Held while a query brings objects: what one of its levels loads, the silence of another leaves as it is. One that is
/// no query says nothing of what comes along: a get, a touch that nothing was said of, a read for a change.
struct query_scope {
    query_scope(session_core& core, bool says) noexcept
        : core_{core}, before_{std::exchange(core.query_, says ? ++core.queries_ : 0)} {}
    ~query_scope() { core_.query_ = before_; }
    query_scope(const query_scope&) = delete;
    query_scope& operator=(const query_scope&) = delete;

  private:
    session_core& core_;
    std::uint32_t before_;
};

}  // namespace kin::detail
