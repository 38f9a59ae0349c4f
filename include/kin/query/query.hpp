// query<T>: a typed front over a statement as data. Nothing is sent before a terminal: all, first, one, count, ….
//
// One class of more than 40 member functions, since what users chain has to return one type; each hands what it is told
// to one compiled function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <kin/mapping/column.hpp>
#include <kin/query/aggregates.hpp>
#include <kin/query/existence.hpp>
#include <kin/query/loading.hpp>
#include <kin/query/pages.hpp>
#include <kin/query/projection.hpp>
#include <kin/query/running.hpp>
#include <kin/query/stream.hpp>

namespace kin {

namespace detail {

/// Adds a path to the relations to load.
void load_with(query_plan&, const std::vector<const mapping::relation*>& path);
/// The same from text, `posts.comments`, checked against the mapping.
void load_with(query_plan&, std::string_view dotted, const site&);
void load_with(query_plan&, const load_tree&);
/// Counts, sums, … over a relation in the same statement.
void count_with(query_plan&, const asked&);
/// The relation with its targets for which the condition holds.
void load_with(query_plan&, const mapping::relation&, const sql::expr& condition);
[[nodiscard]] sql::expr named_existence(const mapping::model&, std::string_view path, std::string_view op,
                                        std::int64_t count, const site&);
/// Reads only this column (and the keys), or all but it.
void keep_column(query_plan&, std::size_t offset);
void skip_column(query_plan&, std::size_t offset);
/// Reads a deferred column with the others.
void want_column(query_plan&, std::size_t offset);

void restrict_to(query_plan&, const sql::expr&);
void order(query_plan&, sql::ordering);
void join(query_plan&, sql::join_kind, sql::source, const sql::expr& on);
/// Joins along a relation: the ON is its key.
void join(query_plan&, sql::join_kind, const mapping::relation&);
void join(query_plan&, sql::join_kind, const table_expression&, const sql::expr& on);
void lock(query_plan&, sql::row_lock, sql::when_locked);
/// The session of a relation's owner.
[[nodiscard]] session_core& session_along(const graph::to_many&, const site&);
/// Restricts a plan to the targets of an object's relation.
void plan_along(const graph::to_many&, query_plan&, const site&);
void limit(query_plan&, std::int64_t) noexcept;
void offset(query_plan&, std::int64_t) noexcept;
void distinct(query_plan&) noexcept;
void group_by(query_plan&, const sql::expr&);
void having(query_plan&, const sql::expr&);
void refresh(query_plan&) noexcept;
void with_removed(query_plan&, bool only);
void without_scope(query_plan&);
/// The select alone, of no column yet.
[[nodiscard]] const sql::select& statement_of(const query_plan&) noexcept;
[[nodiscard]] sql::expr existing(const sql::select&);
/// The first object or null.
[[nodiscard]] graph::node* first(session_core&, const query_plan&, const site&);
/// The only object or null; multiple_found.
[[nodiscard]] graph::node* one_or_none(session_core&, const query_plan&, const site&);
[[nodiscard]] std::int64_t count(session_core&, const query_plan&, const site&);
[[nodiscard]] bool exists(session_core&, const query_plan&, const site&);
[[nodiscard]] sql::expr named_condition(const mapping::model&, std::string_view column, std::string_view op, value,
                                        const site&);
void named_order(query_plan&, std::string_view names, const site&);
[[noreturn]] void throw_no_row(const mapping::model&, const site&);
[[noreturn]] void throw_not_one(const mapping::model&, bool none, const site&);
[[nodiscard]] sql::assignment assigned(const sql::expr& column, sql::expr to);
std::int64_t update(session_core&, const query_plan&, std::vector<sql::assignment>, const site&);
/// `for_good`: of models whose rows stay, too.
std::int64_t remove(session_core&, const query_plan&, bool for_good, const site&);
std::int64_t restore(session_core&, const query_plan&, const site&);

}  // namespace detail

namespace expr {

/// column = value (or expression), for `query.update(set(&Post::views, 0), …)`; of a value also for what writes named
/// columns of one object: `post->tags.update_existing_pivot(1, set(&PostTag::published, false))`.
template <class M, class T, class V>
[[nodiscard]] auto set(T M::*member, const V& to) {
    using base = detail::base_of<T>;
    static_assert(
        detail::is_null_constant<V> ? detail::is_nullable<T> : detail::are_comparable<base, detail::base_of<V>>(),
        "kin: a column of this type cannot be set to a value of that type");
    const mapping::model& m = mapping::model_of<M>();
    const sql::expr column = mapping::column_expression(m, mapping::offset_of(member));
    using made = std::conditional_t<detail::operand<V>::typed, sql::assignment, mapping::new_value<M>>;
    return made{detail::assigned(column, detail::as_operand<base>(to))};
}

}  // namespace expr

template <class T>
class query {
  public:
    explicit query(detail::session_core& core) : session_{core}, plan_{mapping::model_of<T>()} {}
    /// The rows of a relation.
    query(const graph::to_many& relation, const site& where) : query{detail::session_along(relation, where)} {
        detail::plan_along(relation, *plan_, where);
    }

    /// Both this and what was asked before.
    query& where(const condition& c) {
        detail::restrict_to(*plan_, c.tree());
        return *this;
    }
    /// Names and operators from outside, verified: unknown_name lists what there is. `"posts.title"` asks whether one
    /// of the posts has it.
    query& where(std::string_view column, std::string_view op, value v, const site& at = site::current()) {
        detail::restrict_to(*plan_, detail::named_condition(mapping::model_of<T>(), column, op, std::move(v), at));
        return *this;
    }
    /// Those that have related rows, so many of them: `where_has("posts.comments", ">=", 3)` are the users with a post
    /// of three comments. EXISTS, or a count compared. Names and operators as above.
    query& where_has(std::string_view path, std::string_view op, std::int64_t count, const site& at = site::current()) {
        detail::restrict_to(*plan_, detail::named_existence(mapping::model_of<T>(), path, op, count, at));
        return *this;
    }
    query& where_has(std::string_view path, const site& at = site::current()) { return where_has(path, ">=", 1, at); }
    /// Those that have none: NOT EXISTS.
    query& where_doesnt_have(std::string_view path, const site& at = site::current()) {
        return where(!condition{detail::named_existence(mapping::model_of<T>(), path, ">=", 1, at)});
    }
    /// Only a relation over a pivot has one: `post->tags.where_pivot(&PostTag::added_by, "ada")`.
    template <class... Any>
    query& where_pivot(const Any&...) {
        static_assert(sizeof...(Any) > 99, "kin: a query has no pivot: ask the relation, post->tags.where_pivot(...)");
        return *this;
    }
    template <class... Order>
    requires(sizeof...(Order) > 0 &&
             !(std::is_convertible_v<Order, std::string_view> || ...)) query& order_by(const Order&... order) {
        (detail::order(*plan_, detail::as_ordering(order)), ...);
        return *this;
    }
    /// `"-created_at,title"`: column names from outside, verified; `-` for descending.
    query& order_by(std::string_view names, const site& at = site::current()) {
        detail::named_order(*plan_, names, at);
        return *this;
    }
    /// So many objects. Where joins may show one several times, a subquery finds the first ones, in the order of their
    /// rows: what contains_eager reads of them is whole.
    query& limit(std::int64_t n) {
        detail::limit(*plan_, n);
        return *this;
    }
    query& offset(std::int64_t n) {
        detail::offset(*plan_, n);
        return *this;
    }
    query& distinct() {
        detail::distinct(*plan_);
        return *this;
    }
    template <class... E>
    query& group_by(const E&... e) {
        (detail::group_by(*plan_, detail::as_expression(e).tree()), ...);
        return *this;
    }
    query& having(const condition& c) {
        detail::having(*plan_, c.tree());
        return *this;
    }

    /// INNER JOIN along a relation of a model of this query.
    template <class M, class R>
    query& join(R M::*relation) {
        return join_along(sql::join_kind::inner, detail::relation_of(relation));
    }
    template <class M, class R>
    query& left_join(R M::*relation) {
        return join_along(sql::join_kind::left, detail::relation_of(relation));
    }
    template <class M, class R, name_literal Name>
    query& join(const outside_relation<M, R, Name>& relation) {
        return join_along(sql::join_kind::inner, detail::relation_of(relation));
    }
    template <class M, class R, name_literal Name>
    query& left_join(const outside_relation<M, R, Name>& relation) {
        return join_along(sql::join_kind::left, detail::relation_of(relation));
    }
    template <class M>
    query& join(const condition& on) {
        return join_source(sql::join_kind::inner, mapping::source_of(mapping::model_of<M>()), on);
    }
    template <class M>
    query& left_join(const condition& on) {
        return join_source(sql::join_kind::left, mapping::source_of(mapping::model_of<M>()), on);
    }
    template <class M>
    query& join(const alias<M>& other, const condition& on) {
        return join_source(sql::join_kind::inner, other.source(), on);
    }
    template <class M>
    query& left_join(const alias<M>& other, const condition& on) {
        return join_source(sql::join_kind::left, other.source(), on);
    }

    /// A select of its own as a table; see `projection::as`, `as_cte` and `recursive`.
    query& join(const detail::table_expression& other, const condition& on) {
        detail::join(*plan_, sql::join_kind::inner, other, on.tree());
        return *this;
    }
    query& left_join(const detail::table_expression& other, const condition& on) {
        detail::join(*plan_, sql::join_kind::left, other, on.tree());
        return *this;
    }

    /// … FOR UPDATE: the rows of T are this transaction's to change until it ends. Objects that the session knows
    /// already keep their values: `refresh()` reads them again. SQLite has no row locks and needs none: a transaction
    /// there that read what another one changed cannot write.
    query& for_update(sql::when_locked locked = sql::when_locked::wait) {
        detail::lock(*plan_, sql::row_lock::update, locked);
        return *this;
    }
    /// … FOR SHARE: nobody else changes the rows until this transaction ends.
    query& for_share(sql::when_locked locked = sql::when_locked::wait) {
        detail::lock(*plan_, sql::row_lock::share, locked);
        return *this;
    }

    /// Loads a path of relations with the result, a statement for each step: `with(&User::posts, &Post::comments)`.
    template <detail::path_step Step, class... Rest>
    query& with(Step first, Rest... rest) {
        std::vector<const mapping::relation*> path;
        detail::follow<T>(path, first, rest...);
        detail::load_with(*plan_, path);
        return *this;
    }
    /// Relations with a strategy, conditions and what is loaded below them: see `loading`.
    template <class... Target>
    requires(sizeof...(Target) > 0) query& with(const loading<T, Target>&... relations) {
        (detail::load_with(*plan_, relations.kin_tree()), ...);
        return *this;
    }
    query& with(const loading_rest& all_others) {
        detail::load_with(*plan_, all_others.kin_tree());
        return *this;
    }
    /// The same from outside: `with("posts.comments")`; unknown_name lists what there is.
    query& with(std::string_view path, const site& at = site::current()) {
        detail::load_with(*plan_, path, at);
        return *this;
    }
    /// Loads the tree below each object (or above it), of descendants and ancestors, in one statement for all of them;
    /// it also fills children and parents, so that walking there sends nothing. A depth of 0 is all of it.
    template <detail::path_step Step>
    query& with_tree(Step relation, std::uint32_t depth = 0) {
        detail::load_tree tree{&detail::relation_of_model<T>(relation), load::selectin};
        tree.fill_tree();
        tree.depth(depth);
        detail::load_with(*plan_, tree);
        return *this;
    }
    /// Those that have related rows for which the condition holds, with just these loaded: `where(any(…))` and
    /// `with(selectin(…).where(…))` in one.
    template <detail::path_step Step>
    query& with_where_has(Step relation, const condition& c = {}, const site& at = site::current()) {
        where(expr::any(relation, c, at));
        detail::load_with(*plan_, detail::relation_of_model<T>(relation), c.tree());
        return *this;
    }

    /// Counts what the relation leads to, as a subselect of the same statement; read by `user.posts.count()`, or under
    /// an alias: `with_count(&User::posts, col(&Post::published) == true, "published")`,
    /// `user.posts.count("published")`.
    template <detail::path_step Step>
    query& with_count(Step relation, const condition& c = {}, std::string_view alias = {}) {
        return answering(detail::ask<T, std::int64_t>(graph::aggregate::count, relation, c, alias));
    }
    template <detail::path_step Step>
    query& with_count(Step relation, std::string_view alias) {
        return with_count(relation, {}, alias);
    }
    /// Whether there is any: `user.posts.exists()`.
    template <detail::path_step Step>
    query& with_exists(Step relation, const condition& c = {}, std::string_view alias = {}) {
        return answering(detail::ask<T, bool>(graph::aggregate::exists, relation, c, alias));
    }
    /// Over a column of the targets or of their pivot: `user.posts.sum(&Post::views)`; empty where there is none.
    template <detail::path_step Step, class M, class C>
    query& with_sum(Step relation, C M::*column, const condition& c = {}, std::string_view alias = {}) {
        return answering(detail::ask<T, graph::sum_of<C>>(graph::aggregate::sum, relation, column, c, alias));
    }
    template <detail::path_step Step, class M, class C>
    query& with_min(Step relation, C M::*column, const condition& c = {}, std::string_view alias = {}) {
        return answering(detail::ask<T, graph::extreme_of<C>>(graph::aggregate::min, relation, column, c, alias));
    }
    template <detail::path_step Step, class M, class C>
    query& with_max(Step relation, C M::*column, const condition& c = {}, std::string_view alias = {}) {
        return answering(detail::ask<T, graph::extreme_of<C>>(graph::aggregate::max, relation, column, c, alias));
    }
    template <detail::path_step Step, class M, class C>
    query& with_avg(Step relation, C M::*column, const condition& c = {}, std::string_view alias = {}) {
        return answering(detail::ask<T, graph::average_of<C>>(graph::aggregate::avg, relation, column, c, alias));
    }

    /// Reads only these columns and the keys. The first access for changing reads the others, for all siblings (SELECT
    /// key, columns … WHERE key IN (…), a thousand at a time; not_found where the row is gone); a `get`, `session.load`
    /// or a query without `only` reads them, too. Until then they have the values of a fresh T: const access to a
    /// member that was left out cannot be noticed, so read through const only what was asked for.
    template <class... C>
    query& only(C T::*... columns) {
        (detail::keep_column(*plan_, mapping::offset_of(columns)), ...);
        return *this;
    }
    /// Reads all columns but these.
    template <class... C>
    query& defer(C T::*... columns) {
        (detail::skip_column(*plan_, mapping::offset_of(columns)), ...);
        return *this;
    }
    /// Reads these columns, declared as kin::deferred, with the others.
    template <class... C>
    query& undefer(C T::*... columns) {
        (detail::want_column(*plan_, mapping::offset_of(columns)), ...);
        return *this;
    }
    /// Objects that the session knows already take the values of the row; changes to them are lost.
    query& refresh() {
        detail::refresh(*plan_);
        return *this;
    }

    /// Also the rows that were removed and kept, of a model with a `soft_deleted_at`; of T alone, not of its relations.
    query& with_removed() {
        static_assert(mapping::has_behaviour<T>(mapping::behaviour::soft_deleted_at),
                      "kin: this model has no kin::soft_deleted_at, so its removed rows are gone");
        detail::with_removed(*plan_, false);
        return *this;
    }
    /// The removed ones alone.
    query& only_removed() {
        static_assert(mapping::has_behaviour<T>(mapping::behaviour::soft_deleted_at),
                      "kin: this model has no kin::soft_deleted_at, so its removed rows are gone");
        detail::with_removed(*plan_, true);
        return *this;
    }
    /// Without the condition of T's own `scope()`.
    query& without_scope() {
        detail::without_scope(*plan_);
        return *this;
    }

    /// Sends the SELECT, and one more for each relation asked for.
    [[nodiscard]] rows<T> all(const site& at = site::current()) {
        return rows<T>{detail::run(session_.at(at), *plan_, at)};
    }
    /// The first, or an empty handle. LIMIT 1.
    [[nodiscard]] ref<T> first(const site& at = site::current()) {
        return ref<T>::of(detail::first(session_.at(at), *plan_, at));
    }
    /// The only one; not_found or multiple_found where there is none or more. LIMIT 2.
    [[nodiscard]] ref<T> one(const site& at = site::current()) {
        ref<T> r = one_or_none(at);
        if (!r) detail::throw_not_one(mapping::model_of<T>(), true, at);
        return r;
    }
    /// The only one, or an empty handle; multiple_found where there are more. LIMIT 2.
    [[nodiscard]] ref<T> one_or_none(const site& at = site::current()) {
        return ref<T>::of(detail::one_or_none(session_.at(at), *plan_, at));
    }
    /// So many objects at a time, of a result that may be larger than memory; see `stream`.
    [[nodiscard]] kin::stream<T> stream(std::size_t size, const site& at = site::current()) const {
        return {session_.at(at), *plan_, size, at};
    }
    /// The n-th page (from 1) of so many objects, with the total. One SELECT, and a count(*) where the page is not
    /// plainly the last one. An object that joins show several times is one.
    [[nodiscard]] kin::page<T> page(std::int64_t number, std::int64_t size, const site& at = site::current()) const {
        std::int64_t total = 0;
        graph::row_list found = detail::read_page(session_.at(at), *plan_, number, size, total, at);
        return {rows<T>{std::move(found)}, number, size, total};
    }
    /// The next so many objects behind a cursor, "" for the first ones: SELECT … WHERE (order columns, key) > (…),
    /// which takes as long for the last page as for the first. Ordered by columns of T (usage_error where by anything
    /// else) and, behind them, by the primary key. conversion_error where the cursor is damaged or one of another
    /// query.
    [[nodiscard]] kin::slice<T> after(std::string_view cursor, std::int64_t size,
                                      const site& at = site::current()) const {
        kin::slice<T> found;
        found.items = rows<T>{detail::read_after(session_.at(at), *plan_, cursor, size, found.next, at)};
        return found;
    }
    /// How many objects `all` would return: SELECT count(*); where joins may show one several times count(DISTINCT
    /// key).
    [[nodiscard]] std::int64_t count(const site& at = site::current()) const {
        return detail::count(session_.at(at), *plan_, at);
    }
    [[nodiscard]] bool exists(const site& at = site::current()) const {
        return detail::exists(session_.at(at), *plan_, at);
    }

    /// Columns and expressions instead of objects.
    template <class... E>
    [[nodiscard]] auto select(const E&... e) const {
        return projection<detail::expression_type<E>...>{
            detail::selected{session_, detail::statement_of(*plan_), {detail::as_expression(e).tree()...}}};
    }

    /// For `exists(…)`: it selects no column yet.
    [[nodiscard]] const sql::select& statement() const noexcept { return detail::statement_of(*plan_); }

    /// UPDATE … WHERE; returns the rows changed. Objects in memory are not: refresh or expire them.
    template <class... Assignment>
    std::int64_t update(const Assignment&... set) {
        return detail::update(session_.at(site::current()), *plan_, {set...}, site::current());
    }
    /// DELETE … WHERE; returns the rows removed. No cascade but the database's. Of a model with a `soft_deleted_at`,
    /// UPDATE … SET it to now.
    std::int64_t remove(const site& at = site::current()) { return detail::remove(session_.at(at), *plan_, false, at); }
    /// DELETE … WHERE, whatever the model.
    std::int64_t remove_for_good(const site& at = site::current()) {
        return detail::remove(session_.at(at), *plan_, true, at);
    }
    /// UPDATE … SET the time of removal to NULL, of removed rows; returns how many came back.
    std::int64_t restore(const site& at = site::current()) {
        static_assert(mapping::has_behaviour<T>(mapping::behaviour::soft_deleted_at),
                      "kin: this model has no kin::soft_deleted_at, so its removed rows are gone");
        return detail::restore(session_.at(at), *plan_, at);
    }

    [[nodiscard]] detail::query_plan& kin_plan() noexcept { return *plan_; }
    [[nodiscard]] detail::session_core& kin_core(const site& at = site::current()) const { return session_.at(at); }

  private:
    query& answering(const detail::asked& what) {
        detail::count_with(*plan_, what);
        return *this;
    }
    query& join_along(sql::join_kind how, const mapping::relation& r) {
        detail::join(*plan_, how, r);
        return *this;
    }
    query& join_source(sql::join_kind how, sql::source to, const condition& on) {
        detail::join(*plan_, how, std::move(to), on.tree());
        return *this;
    }

    detail::session_link session_;
    detail::plan_owner plan_;
};

/// A query that nothing was asked of yet, and so one that reads T alone: what it is asked first can be looked at.
template <class T>
class fresh_query : public query<T> {
  public:
    using query<T>::query;
    using query<T>::where;
    using query<T>::order_by;

    /// A comparison of another model's column does not compile: join that model first, or ask along the relation,
    /// `post->tags.where(…)`.
    template <class M>
    query<T>& where(const condition_on<M>& c) && {
        static_assert(std::is_same_v<M, T>,
                      "kin: this query does not read the condition's model: join it first, or ask the relation");
        return query<T>::where(c);
    }
    template <class M, class C, class... More>
    query<T>& order_by(C M::*first, const More&... more) && {
        static_assert(std::is_same_v<M, T>,
                      "kin: this query does not read the column's model: join it first, or ask the relation");
        return query<T>::order_by(first, more...);
    }
};

namespace expr {

/// EXISTS (SELECT 1 …). The query may use columns of the one that it stands in; where both are on one model, `outer`
/// or an alias tells them apart.
template <class T>
[[nodiscard]] condition exists(const query<T>& q) {
    return condition{detail::existing(q.statement())};
}

}  // namespace expr
}  // namespace kin
