// session: objects in, objects out. The identity map, the unit of work and the loaders stand behind it.
//
// One class of more than 40 member functions, and a file past 500 lines, since it is the one object that users hold;
// half of them are overloads for a handle, a reference and a plain object, and each hands what it is told to one
// compiled function.
#pragma once

#include <string>
#include <vector>

#include <kin/mapping/by.hpp>
#include <kin/query/query.hpp>
#include <kin/session/core.hpp>
#include <kin/session/database.hpp>
#include <kin/session/history.hpp>

namespace kin {

namespace detail {

template <class T>
inline constexpr bool is_handle = false;
template <class T>
inline constexpr bool is_handle<ref<T>> = true;

/// A primary key's values: one number, or parts. A number, which nearly all are, costs nothing beside itself.
class key_parts {
  public:
    key_parts(const key_parts&);
    key_parts(key_parts&& from) noexcept : number_{from.number_}, parts_{std::exchange(from.parts_, nullptr)} {}
    key_parts& operator=(key_parts from) noexcept {
        number_ = from.number_;
        std::swap(parts_, from.parts_);
        return *this;
    }
    ~key_parts() {
        if (parts_ != nullptr) drop();
    }

    [[nodiscard]] bool is_number() const noexcept { return parts_ == nullptr; }
    [[nodiscard]] std::int64_t number() const noexcept { return number_; }
    /// Only where it is no number.
    [[nodiscard]] const std::vector<value>& parts() const noexcept { return *parts_; }

  protected:
    key_parts() noexcept = default;
    explicit key_parts(std::int64_t number) noexcept : number_{number} {}
    void add(value part);
    void number(std::int64_t n) noexcept { number_ = n; }

  private:
    void drop() noexcept;

    std::int64_t number_ = 0;
    std::vector<value>* parts_ = nullptr;  // owned
};

}  // namespace detail

/// The primary key of a T, as `get` takes it: `5`, `user.id`, `"key"`, a day, or `{post.id, tag.id}` for several
/// columns.
template <class T>
class key_of : public detail::key_parts {
  public:
    template <class Whole>
    requires std::is_integral_v<Whole> key_of(Whole number) : key_parts{static_cast<std::int64_t>(number)} {}
    template <class M, class Rep>
    key_of(const key<M, Rep>& k) {
        static_assert(std::is_same_v<M, T>, "kin: this is the key of another model");
        if constexpr (std::is_integral_v<Rep>) {
            number(static_cast<std::int64_t>(k.value));
        } else {
            add(to_value(k.value));
        }
    }
    key_of(std::string_view text) { add(value{text}); }
    key_of(const char* text) : key_of{std::string_view{text}} {}
    key_of(const std::string& text) : key_of{std::string_view{text}} {}
    key_of(const uuid& id) { add(to_value(id)); }
    /// A day or a moment.
    template <storable V>
    requires(is_moment(kind_of<V>) && detail::member_form<V>::optional == nullptr) key_of(const V& one) {
        add(to_value(one));
    }
    template <class A, class B, class... More>
    key_of(const A& a, const B& b, const More&... more) {
        add(to_value(a));
        add(to_value(b));
        (add(to_value(more)), ...);
    }
};

/// A member of T, and the call that it stands in.
template <class T>
struct part_of : detail::named_member {
    template <class C>
    part_of(C T::*member, const site& at = site::current())
        : named_member{mapping::offset_of(member), nullptr}, where{at} {
        if constexpr (detail::relation_member<C>) relation = &detail::loaded_relation(member);
    }
    site where;
};

/// SQL of the user's own, and the call that it stands in.
struct sql_text {
    template <class T>
    requires std::is_convertible_v<const T&, std::string_view> sql_text(const T& sql, const site& at = site::current())
        : text{sql}, where{at} {}
    std::string_view text;
    site where;
};

/// A point inside a transaction to come back to. Undone by its destructor unless released or rolled back before, or its
/// transaction has ended, and it with it.
class savepoint {
  public:
    savepoint(detail::session_core& core, const site& where)
        : session_{core}, number_{detail::savepoint(core, where)} {}
    savepoint(savepoint&& other) noexcept : session_{other.session_}, number_{other.number_} { other.number_ = 0; }
    savepoint& operator=(savepoint&&) = delete;
    ~savepoint();

    /// Keeps the changes since (as part of the transaction). Once: a second end is a usage_error.
    void release(const site& where = site::current()) {
        detail::release(open(where), number_, where);
        number_ = 0;
    }
    /// Undoes the changes since, in the database and in memory.
    void rollback(const site& where = site::current()) {
        detail::rollback_to(open(where), number_, where);
        number_ = 0;
    }

  private:
    [[nodiscard]] detail::session_core& open(const site&) const;

    detail::session_link session_;
    std::size_t number_;  ///< 0: it has ended
};

class read_your_writes;

/// Of a session that changes nothing: `kin::session s{db, kin::read_only}`.
struct read_only_t {};
inline constexpr read_only_t read_only{};

/// A conversation with the database: one transaction at a time, one thread at a time. What is not committed when it
/// ends is rolled back; what was loaded stays readable through its handles.
class session {
  public:
    explicit session(database& db, const site& where = site::current()) : core_{detail::open_session(db, where)} {}
    /// It only reads: from a replica, where its database has any that is near enough, else from the primary. Whatever
    /// would write is a read_only_database: before it is sent where Kin writes it, and by the database itself
    /// (BEGIN … READ ONLY) where the SQL is yours.
    session(database& db, read_only_t, const site& where = site::current())
        : core_{detail::open_reading_session(db, nullptr, where)} {}
    /// As above, and sees all that was committed up to that moment: see <kin/session/replicas.hpp>.
    session(database& db, read_only_t, const read_your_writes& after, const site& where = site::current())
        : core_{detail::open_reading_session(db, &after, where)} {}
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    session(session&& other) noexcept : core_{other.core_} { other.core_ = nullptr; }
    session& operator=(session&& other) noexcept {
        detail::session_core* mine = core_;
        core_ = other.core_;
        other.core_ = mine;
        return *this;
    }
    ~session() { detail::close_session(core_); }

    // -- objects

    /// Takes an object (a whole graph, if its relations hold one) into the session: INSERT at the next flush.
    template <class T>
    requires(!detail::is_handle<std::remove_cvref_t<T>>) ref<std::remove_cvref_t<T>> add(
        T&& object, const site& where = site::current()) {
        using model = std::remove_cvref_t<T>;
        if constexpr (std::is_lvalue_reference_v<T> || std::is_const_v<T>) {
            model copy(object);
            return add(std::move(copy), where);
        } else {
            return ref<model>::of(&detail::add(core(where), &object, mapping::model_of<model>(), where));
        }
    }
    /// Takes back an object that left the session by a rollback, a removal or expunge. One that left another session
    /// comes as a copy of its columns, a new row.
    template <class T>
    ref<T> add(const ref<T>& object, const site& where = site::current()) {
        graph::node& n = node_of(object, where);
        if (detail::left_another(core(where), n)) return add(T(*object.get()), where);
        detail::add(core(where), n, where);
        return object;
    }
    /// Brings what the value says onto the row with its primary key: columns that differ from those of a fresh T are
    /// copied, what its relations hold is merged in the same way and set (to many: added). A new row where the value
    /// has no key, or none has it. Sends one SELECT for each model with keys that the session does
    /// not know. stale_object where the
    /// value has another version than the row.
    template <class T>
    requires(!detail::is_handle<T>) ref<T> merge(T object, const site& where = site::current()) {
        return ref<T>::of(&detail::merge(core(where), &object, mapping::model_of<T>(), nullptr, where));
    }
    /// The same; a row that is there takes over these of the value's columns and no others, whatever they hold:
    /// `s.merge(Flag{.id = {1}, .enabled = false}, &Flag::enabled)` switches off what a fresh Flag has switched on.
    template <class T, class... C>
    requires(!detail::is_handle<T>) ref<T> merge(T object, by<std::type_identity_t<T>> column, C T::*... more) {
        const std::vector<std::size_t> written{column.offset, detail::column_offset(more)...};
        return ref<T>::of(&detail::merge(core(column.where), &object, mapping::model_of<T>(), &written, column.where));
    }
    /// The same with the columns of an object of another session, or of one that left this one.
    template <class T>
    ref<T> merge(const ref<T>& object, const site& where = site::current()) {
        (void)node_of(object, where);
        return merge(T(*object.get()), where);
    }
    /// A handle, or an object of a range. DELETE at the next flush; what its relations own goes with it, what refers to
    /// it by a nullable key lets go. Where the model has a `soft_deleted_at`, UPDATE instead: its row stays, as do all
    /// that refer to it but what it owns.
    template <class Object>
    void remove(const Object& object, const site& where = site::current()) {
        detail::remove(core(where), node_of(object, where), where);
    }
    /// DELETE at the next flush, also where the model has a `soft_deleted_at`.
    template <class Object>
    void remove_for_good(const Object& object, const site& where = site::current()) {
        detail::remove_for_good(core(where), node_of(object, where), where);
    }
    /// Takes back a removal whose row stayed: UPDATE at the next flush, which also restores what the object owns and
    /// lost with it. Gives the session's object of the row. usage_error where there is no row.
    template <class T>
    ref<T> restore(const ref<T>& object, const site& where = site::current()) {
        static_assert(mapping::has_behaviour<std::remove_const_t<T>>(mapping::behaviour::soft_deleted_at),
                      "kin: this model has no kin::soft_deleted_at, so its removed rows are gone");
        return ref<T>::of(&detail::bring_back(core(where), node_of(object, where), where));
    }
    template <class T>
    ref<T> restore(const T& object, const site& where = site::current()) {
        return restore(ref<T>::of(&node_of(object, where)), where);
    }
    /// The object with this key, or an empty handle. Sends nothing where the session knows it, except where T has a
    /// `scope()`: what that shows, the database says; and where `only` left columns out, which are read. What is
    /// removed is nobody's, known or not. A get says nothing of relations: they show what they did.
    template <class T>
    [[nodiscard]] ref<T> get(const key_of<T>& key, const site& where = site::current()) {
        const mapping::model& m = mapping::model_of<T>();
        return ref<T>::of(key.is_number() ? detail::get(core(where), m, key.number(), where)
                                          : detail::get(core(where), m, key.parts(), where));
    }
    /// As `get`; not_found where there is none.
    template <class T>
    [[nodiscard]] ref<T> get_one(const key_of<T>& key, const site& where = site::current()) {
        ref<T> r = get<T>(key, where);
        if (!r) detail::throw_no_row(mapping::model_of<T>(), where);
        return r;
    }
    /// The object with these values in these columns, which must be the primary key or unique: the session's own
    /// (pending ones too), else the row, which is inserted where there is none. Two sessions may ask for the same at
    /// the same moment. Sends nothing where the session knows it; else flushes what is pending for the model, then
    /// INSERT … ON CONFLICT DO NOTHING and SELECT. What it finds keeps its other columns. mapping_error where the
    /// columns are not unique, usage_error where one is NULL or the object says something of its relations;
    /// unique_violation where a row has the values that T does not show: removed and kept, or out of its `scope()`.
    template <class T, class... C>
    ref<T> get_or_create(T object, by<std::type_identity_t<T>> column, C T::*... more) {
        return ref<T>::of(detail::get_or_create(core(column.where), mapping::model_of<T>(), &object, 1,
                                                {column.offset, detail::column_offset(more)...}, column.where)
                              .front());
    }
    /// The same for many objects with the same two statements; in their order, equal ones once.
    template <class T, class... C>
    std::vector<ref<T>> get_or_create(std::vector<T> objects, by<std::type_identity_t<T>> column, C T::*... more) {
        std::vector<ref<T>> found;
        for (graph::node* n :
             detail::get_or_create(core(column.where), mapping::model_of<T>(), objects.data(), objects.size(),
                                   {column.offset, detail::column_offset(more)...}, column.where)) {
            found.push_back(ref<T>::of(n));
        }
        return found;
    }
    /// What the column was when it was read or written last, and what it is now: `s.history(ada, &User::name)`. Sends
    /// nothing.
    template <class T, class M, class C>
    [[nodiscard]] change<C> history(const ref<T>& object, C M::*column, const site& where = site::current()) const {
        static_assert(std::is_same_v<std::remove_const_t<T>, M>, "kin: this column belongs to another model");
        graph::node& n = node_of(object, where);
        change<C> result{.now = object.get()->*column};
        C old{};
        if (detail::former(core(where), n, detail::column_offset(column), &old, result.changed, where)) {
            result.old.emplace(std::move(old));
        }
        return result;
    }
    /// The handle of an object that belongs to this session.
    template <class T>
    [[nodiscard]] ref<T> handle(T& object, const site& where = site::current()) {
        return ref<T>::of(&detail::node_of(core(where), &object, where));
    }
    /// An object that was read as const, for changing.
    template <class T>
    [[nodiscard]] T& edit(const T& object, const site& where = site::current()) {
        graph::touch(&node_of(object, where));
        return const_cast<T&>(object);
    }
    /// Reads the row again, now; unflushed changes of the object are lost, parents that it was given, too: both sides
    /// show it where its row says. Its relations are unloaded, but for what others are about to refer to it with.
    /// not_found where the row is gone. What its relations cascade refresh_expire to is expired.
    template <class Object>
    void refresh(const Object& object, const site& where = site::current()) {
        detail::refresh(core(where), node_of(object, where), where);
    }
    /// Reads only these members again, now: `s.refresh(ada, &User::name, &User::posts)`. One SELECT for all columns,
    /// one for each relation; what was assigned to the columns is lost, what is staged of the relations stays.
    template <class T, class... C>
    void refresh(const ref<T>& object, part_of<std::remove_const_t<std::type_identity_t<T>>> first,
                 C std::remove_const_t<T>::*... more) {
        using part = part_of<std::remove_const_t<T>>;
        detail::refresh(core(first.where), node_of(object, first.where), {first, part{more, first.where}...},
                        first.where);
    }
    /// As `refresh`, but the row is read at the next access through a handle, range or relation (or by a query that
    /// returns the object): one SELECT for all expired objects that came together. What is loaded until then stays.
    template <class Object>
    void expire(const Object& object, const site& where = site::current()) {
        detail::expire(core(where), node_of(object, where), where);
    }
    void expire_all(const site& where = site::current()) { detail::expire_all(core(where), where); }
    /// The session forgets the object, and what is loaded of its owned relations; they stay readable.
    template <class Object>
    void expunge(const Object& object, const site& where = site::current()) {
        detail::expunge(core(where), node_of(object, where), where);
    }
    /// The session forgets everything, unflushed changes too; handles keep their objects readable. usage_error where an
    /// object was written through a reference that was kept across a commit (see `commit`).
    void clear(const site& where = site::current()) { detail::clear(core(where), where); }

    // -- queries

    template <class T>
    [[nodiscard]] fresh_query<T> query() {
        return fresh_query<T>{core()};
    }
    /// Objects from SQL of your own, which must select the model's columns in their order (`SELECT t.* FROM t …`).
    template <class T, class... Args>
    [[nodiscard]] rows<T> raw(const sql_text& sql, const Args&... args) {
        const std::vector<value> values{to_value(args)...};
        return rows<T>{detail::run_raw(core(sql.where), mapping::model_of<T>(), sql.text, values, sql.where)};
    }
    /// Any SQL; returns the rows changed.
    template <class... Args>
    std::int64_t execute(const sql_text& sql, const Args&... args) {
        const std::vector<value> values{to_value(args)...};
        return detail::execute(core(sql.where), sql.text, values, sql.where);
    }
    /// Loads a relation, or a path of them, of objects that are here already, again even if it is loaded:
    /// `s.load(users, &User::posts, &Post::comments)`; of a result, one object, or what a relation leads to. Of columns
    /// (`s.load(articles, &Article::body)`), what `only` and `defer` left out, for all objects that lack it: SELECT
    /// key, body … WHERE key IN (…), for a thousand at a time.
    template <detail::holds_objects Objects, detail::path_step Step>
    void load(const Objects& objects, Step what, const site& where = site::current()) {
        load_path<detail::held<Objects>>(nodes_of(objects, where), false, where, what);
    }
    template <detail::holds_objects Objects, detail::path_step Step, detail::path_step Next, class... Rest>
    void load(const Objects& objects, Step first, Next second, Rest... rest) {
        load_path<detail::held<Objects>>(nodes_of(objects, site{}), false, site{}, first, second, rest...);
    }
    /// The same with conditions, a strategy and what is loaded below: `s.load(ada, selectin(&User::posts).limit(3))`.
    template <detail::holds_objects Objects, class Target>
    void load(const Objects& objects, const loading<detail::held<Objects>, Target>& what,
              const site& where = site::current()) {
        const std::vector<graph::node*> nodes = nodes_of(objects, where);
        detail::load(core(where), nodes.data(), nodes.size(), what.kin_tree(), false, where);
    }
    /// Several relations of the same objects: `s.load(users, selectin(&User::posts), selectin(&User::profile))`; where
    /// the database takes statements together, they travel so.
    template <detail::holds_objects Objects, class Target, class Next, class... More>
    void load(const Objects& objects, const loading<detail::held<Objects>, Target>& first,
              const loading<detail::held<Objects>, Next>& second, const loading<detail::held<Objects>, More>&... more) {
        const std::vector<graph::node*> nodes = nodes_of(objects, site{});
        detail::load_tree all{first.kin_tree()};
        all.add(second.kin_tree());
        (all.add(more.kin_tree()), ...);
        detail::load(core(), nodes.data(), nodes.size(), all, false, site{});
    }
    /// The same, where it is not loaded yet.
    template <detail::holds_objects Objects, detail::path_step Step>
    void load_missing(const Objects& objects, Step what, const site& where = site::current()) {
        load_path<detail::held<Objects>>(nodes_of(objects, where), true, where, what);
    }
    template <detail::holds_objects Objects, detail::path_step Step, detail::path_step Next, class... Rest>
    void load_missing(const Objects& objects, Step first, Next second, Rest... rest) {
        load_path<detail::held<Objects>>(nodes_of(objects, site{}), true, site{}, first, second, rest...);
    }
    /// Whether reading the member would send nothing and show what the database has: a relation that is loaded, a
    /// column that no query left out.
    template <class T, class M, class C>
    [[nodiscard]] bool is_loaded(const ref<T>& object, C M::*member, const site& where = site::current()) const {
        static_assert(std::is_same_v<std::remove_const_t<T>, M>, "kin: this member belongs to another model");
        graph::node& n = node_of(object, where);
        if constexpr (detail::relation_member<C>) {
            return (object.get()->*member).loaded();
        } else {
            return detail::has_column(n, detail::column_offset(member));
        }
    }
    /// `with_count` for objects that are here, a handle or a result: one statement for all of them.
    template <template <class> class Objects, class T, detail::path_step Step>
    void load_count(const Objects<T>& objects, Step relation, const condition& c = {}, std::string_view alias = {},
                    const site& where = site::current()) {
        load_answer(objects, detail::ask<T, std::int64_t>(graph::aggregate::count, relation, c, alias), where);
    }
    template <template <class> class Objects, class T, detail::path_step Step>
    void load_exists(const Objects<T>& objects, Step relation, const condition& c = {}, std::string_view alias = {},
                     const site& where = site::current()) {
        load_answer(objects, detail::ask<T, bool>(graph::aggregate::exists, relation, c, alias), where);
    }
    template <template <class> class Objects, class T, detail::path_step Step, class M, class C>
    void load_sum(const Objects<T>& objects, Step relation, C M::*column, const condition& c = {},
                  std::string_view alias = {}, const site& where = site::current()) {
        load_answer(objects, detail::ask<T, graph::sum_of<C>>(graph::aggregate::sum, relation, column, c, alias),
                    where);
    }
    template <template <class> class Objects, class T, detail::path_step Step, class M, class C>
    void load_min(const Objects<T>& objects, Step relation, C M::*column, const condition& c = {},
                  std::string_view alias = {}, const site& where = site::current()) {
        load_answer(objects, detail::ask<T, graph::extreme_of<C>>(graph::aggregate::min, relation, column, c, alias),
                    where);
    }
    template <template <class> class Objects, class T, detail::path_step Step, class M, class C>
    void load_max(const Objects<T>& objects, Step relation, C M::*column, const condition& c = {},
                  std::string_view alias = {}, const site& where = site::current()) {
        load_answer(objects, detail::ask<T, graph::extreme_of<C>>(graph::aggregate::max, relation, column, c, alias),
                    where);
    }
    template <template <class> class Objects, class T, detail::path_step Step, class M, class C>
    void load_avg(const Objects<T>& objects, Step relation, C M::*column, const condition& c = {},
                  std::string_view alias = {}, const site& where = site::current()) {
        load_answer(objects, detail::ask<T, graph::average_of<C>>(graph::aggregate::avg, relation, column, c, alias),
                    where);
    }

    // -- the unit of work

    /// Sends all pending changes, in foreign-key order; all or nothing: on an error database and memory are as before.
    /// Looks at what was accessed (through a handle, a range or a relation that is not const) since the last flush.
    void flush(const site& where = site::current()) { detail::flush(core(where), where); }
    /// Flushes and commits. Objects stay as they are. All that the transaction has accessed is compared once more, so
    /// what was written through a `T&` that somebody has kept is written. After the commit such a reference is not
    /// tracked any more: take the object from its handle again. One that was written through all the same is a
    /// usage_error that names the object, thrown before anything is sent: every commit verifies 64 objects at most, in
    /// turn, and `clear`, `expunge`, `expire` and `refresh` what they are about. The session's destructor verifies
    /// nothing, as it writes nothing; call `clear` before it to be sure.
    void commit(const site& where = site::current()) { detail::commit(core(where), where); }
    /// Undoes everything since the last commit, in the database and in memory; what was added is a plain value again.
    /// References that were tracked until then are once more, up to the end of the next transaction.
    void rollback(const site& where = site::current()) { detail::rollback(core(where), where); }
    /// Flushes, and marks a point to come back to: as a transaction of its own, it takes back what was accessed since.
    [[nodiscard]] kin::savepoint savepoint(const site& where = site::current()) {
        return kin::savepoint{core(where), where};
    }
    /// What `flush` would do, a line for each step; sends nothing.
    [[nodiscard]] std::string explain_flush(const site& where = site::current());
    /// Whether there is anything to flush.
    [[nodiscard]] bool dirty() const { return detail::dirty(core()); }

    /// Calls `hook` when something becomes of an object of the model that it takes by reference, or of the transaction:
    /// `s.on<kin::before_insert>([](User& u) { … })`, `s.on<kin::after_commit>([] { … })`; `event` says when and what
    /// it may do. One that throws fails the flush, which leaves memory and database as they were before it.
    template <event E, class F>
    void on(F hook) {
        const mapping::model* model = detail::hooked_model<E, F>();
        detail::add_hook(core(), E, model, detail::erase<E>(std::move(hook)));
    }

    /// Any implicit load that would have to ask the database throws raised_load.
    void strict(bool on = true, const site& where = site::current()) { detail::strict(core(where), on); }
    /// Whether queries flush pending changes of the models that they read (default: yes). Such a flush leaves out what
    /// cannot be written yet (an object whose key cannot be NULL and has no parent, and all that depends on it), and
    /// deletes what its owner let go of only where the query reads it; `flush` and `commit` write everything, or say
    /// what is missing.
    void autoflush(bool on, const site& where = site::current()) { detail::autoflush(core(where), on); }
    /// Statements sent by this session, transaction control not counted.
    [[nodiscard]] std::uint64_t statements() const { return detail::statements(core()); }
    /// The session's connection, inside its transaction; <kin/engine/connection.hpp> says what it can do.
    [[nodiscard]] engine::connection& connection(const site& where = site::current()) {
        return detail::open_connection(core(where), where);
    }

    [[nodiscard]] detail::session_core& kin_core(const site& where = site::current()) const { return core(where); }

  private:
    /// usage_error where the session was moved from.
    [[nodiscard]] detail::session_core& core(const site& where = site::current()) const {
        if (core_ == nullptr) [[unlikely]]
            detail::throw_moved_session(where);
        return *core_;
    }
    template <class Objects>
    void load_answer(const Objects& objects, const detail::asked& what, const site& where) {
        detail::load(core(where), detail::object_list{objects, where}, what, where);
    }
    template <class T>
    static graph::node& node_of(const ref<T>& object, const site& where) {
        if (!object) throw usage_error{"an empty kin::ref was given to the session", {.where = where}};
        return *object.kin_node();
    }
    template <class T>
    requires(!detail::is_handle<T>) [[nodiscard]] graph::node& node_of(const T& object, const site& where) const {
        return detail::node_of(core(where), &object, where);
    }
    template <class T>
    static std::vector<graph::node*> nodes_of(const rows<T>& objects, const site&) {
        return {objects.kin_list().begin(), objects.kin_list().end()};
    }
    template <class T>
    static std::vector<graph::node*> nodes_of(const ref<T>& object, const site& where) {
        return {&node_of(object, where)};
    }
    template <detail::relation_member R>
    static std::vector<graph::node*> nodes_of(const R& relation, const site& where) {
        std::vector<graph::node*> nodes;
        if constexpr (requires { typename R::const_iterator; }) {
            for (auto at = relation.begin(where), end = relation.end(where); at != end; ++at) {
                nodes.push_back(at.kin_node());
            }
        } else if (const auto target = relation.handle(where)) {
            nodes.push_back(target.kin_node());
        }
        return nodes;
    }
    template <class T, class Step, class... Rest>
    void load_path(const std::vector<graph::node*>& nodes, bool missing_only, const site& where, Step first,
                   Rest... rest) {
        if constexpr (mapping::leads_on<typename mapping::path_step<Step>::type>) {
            std::vector<const mapping::relation*> path;
            detail::follow<T>(path, first, rest...);
            detail::load(core(where), nodes.data(), nodes.size(), path, missing_only, where);
        } else {
            static_assert(detail::are_columns_of<T, Step, Rest...>,
                          "kin: columns of one model are loaded together, and relations in a path of their own");
            detail::load_columns(core(where), nodes.data(), nodes.size(),
                                 {detail::column_offset(first), detail::column_offset(rest)...}, false, where);
        }
    }

    detail::session_core* core_;
};

}  // namespace kin
