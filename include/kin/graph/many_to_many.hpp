// many_to_many: a relation over the rows of a pivot, and the helpers that write them.
#pragma once

#include <type_traits>
#include <utility>

#include <kin/graph/pivots.hpp>
#include <kin/graph/relations.hpp>
#include <kin/mapping/column.hpp>

namespace kin {
namespace graph {

template <class... Options>
constexpr mapping::relation_options links_options() {
    constexpr mapping::relation_options o = mapping::shared_options<Options...>();
    static_assert(!o.touches,
                  "kin: kin::touches is an option of belongs_to: give it to that of the association object");
    return o;
}

/// The association object among a many_to_many's arguments: the first one, if it is no option.
struct no_pivot {};
template <class... Arguments>
struct pivot_among {
    using type = no_pivot;
    static constexpr mapping::model_slot* slot = nullptr;
    static constexpr std::uint64_t number = 0;
    static constexpr mapping::relation_options options = mapping::read_options<Arguments...>();
    static constexpr mapping::relation_options checked() { return links_options<Arguments...>(); }
};
template <class First, class... Rest>
requires(!mapping::is_option<First>) struct pivot_among<First, Rest...> {
    using type = First;
    static constexpr mapping::model_slot* slot = mapping::named_slot<First>;
    static constexpr std::uint64_t number = mapping::type_number<First>;
    static constexpr mapping::relation_options options = mapping::read_options<Rest...>();
    static constexpr mapping::relation_options checked() { return links_options<Rest...>(); }
};

}  // namespace graph

/// Many to many, through a pivot table: `many_to_many<Tag>`, or through an association object: `many_to_many<Tag,
/// PostTag>`. A set of pairs: a pair exists once, whichever side added it. Sends, at first touch of an unloaded one:
/// SELECT … FROM t JOIN pivot … WHERE pivot.owner_id IN (…), for all siblings at once. Rows that only the two keys tell
/// apart go with either end; those with a key of their own stay: their keys become NULL, or refuse the removal. A link
/// to take out that is gone is stale_object.
template <class T, class... Options>
class many_to_many : public graph::many<T, graph::shape_of(graph::pivot_among<Options...>::options),
                                        graph::pivot_among<Options...>::options.viewonly> {
    using base = graph::many<T, graph::shape_of(graph::pivot_among<Options...>::options),
                             graph::pivot_among<Options...>::options.viewonly>;
    using among = graph::pivot_among<Options...>;
    static constexpr bool has_rows = among::number != 0;  // an association object
    using targets = graph::links<T, typename among::type>;
    using first_value = graph::first_value<typename among::type>;
    template <class... More>
    static constexpr bool are_values = (std::is_same_v<More, mapping::new_value<typename among::type>> && ...);

  public:
    using kin_pivot = typename among::type;
    static constexpr mapping::relation_declaration kin_declaration{mapping::relation_kind::many_to_many,
                                                                   mapping::named_slot<T>,
                                                                   among::checked(),
                                                                   mapping::type_number<T>,
                                                                   among::slot,
                                                                   among::number};
    using base::base;
    using base::operator=;
    many_to_many() noexcept = default;
    /// With the target of an object\'s relation, or its members: `Box{.items = box->items}`.
    template <class Same>
    requires(std::is_same_v<Same, many_to_many>) many_to_many(Same& other) : base(other, graph::same_targets{}) {}

    // The helpers of the pivot. Targets are keys, handles, objects of the session, or lists and ranges of them; what a
    // row of an association object says stands beside its target, or once for all. Each flushes what is staged, writes
    // at once inside the session's transaction, and returns the keys of what it changed; where that fails (a
    // foreign_key_violation, say), memory and database are as before. Loaded relations show it, on both sides; one to
    // which a target was attached that the session does not know is read again at its next touch.

    /// Links those that are not linked yet; rows that are there stay as they are. One INSERT … ON CONFLICT DO NOTHING.
    pivot_changes<T> attach(const targets& to, const site& where = site::current()) {
        return change(does::attach, to, nullptr, where);
    }
    pivot_changes<T> attach(const targets& to, const kin_pivot& row,
                            const site& where = site::current()) requires(has_rows) {
        return change(does::attach, to, &row, where);
    }
    /// Takes the links away, where there are any. One DELETE.
    pivot_changes<T> detach(const targets& from, const site& where = site::current()) {
        return change(does::detach, from, nullptr, where);
    }
    /// Takes all links away. One SELECT and one DELETE.
    pivot_changes<T> detach(const site& where = site::current()) { return change(does::sync, {}, nullptr, where); }
    /// Exactly these links: `post->tags.sync({1, 2})`, `sync({{cpp, {.added_by = "ada"}}, rust})`. A row that is there
    /// takes over what is said for it: the columns that differ from those of a fresh one, or those that are named,
    /// whatever they become: `sync({{cpp, set(&PostTag::published, false)}, rust})`. One SELECT of the links (and one
    /// that locks this object's row, where the database locks rows); then at most one DELETE, one UPDATE for each set
    /// of columns and one INSERT … ON CONFLICT DO NOTHING.
    pivot_changes<T> sync(const targets& to, const site& where = site::current()) {
        return change(does::sync, to, nullptr, where);
    }
    pivot_changes<T> sync(const targets& to, const kin_pivot& row,
                          const site& where = site::current()) requires(has_rows) {
        return change(does::sync, to, &row, where);
    }
    template <class... More>
    pivot_changes<T> sync(const targets& to, const first_value& row,
                          const More&... more) requires(has_rows&& are_values<More...>) {
        return change_named(does::sync, to, row, more...);
    }
    /// As sync, but nothing goes. Without the SELECT where nothing is said for the rows.
    pivot_changes<T> sync_without_detaching(const targets& to, const site& where = site::current()) {
        return change(does::add, to, nullptr, where);
    }
    pivot_changes<T> sync_without_detaching(const targets& to, const kin_pivot& row,
                                            const site& where = site::current()) requires(has_rows) {
        return change(does::add, to, &row, where);
    }
    template <class... More>
    pivot_changes<T> sync_without_detaching(const targets& to, const first_value& row,
                                            const More&... more) requires(has_rows&& are_values<More...>) {
        return change_named(does::add, to, row, more...);
    }
    /// Links those that are not linked and takes the other links away. One SELECT, at most one DELETE and one INSERT.
    pivot_changes<T> toggle(const targets& which, const site& where = site::current()) {
        return change(does::toggle, which, nullptr, where);
    }
    pivot_changes<T> toggle(const targets& which, const kin_pivot& row,
                            const site& where = site::current()) requires(has_rows) {
        return change(does::toggle, which, &row, where);
    }
    /// The rows of these links take over what the other row says: its columns that differ from those of a fresh one;
    /// usage_error where none does. One UPDATE. A target that is not linked is left out of what it returns.
    pivot_changes<T> update_existing_pivot(const targets& of, const kin_pivot& row,
                                           const site& where = site::current()) requires(has_rows) {
        return change(does::update, of, &row, where);
    }
    /// The same of the columns that are named, whatever they become:
    /// `update_existing_pivot(cpp, set(&PostTag::published, false))`.
    template <class... More>
    pivot_changes<T> update_existing_pivot(const targets& of, const first_value& row,
                                           const More&... more) requires(has_rows&& are_values<More...>) {
        return change_named(does::update, of, row, more...);
    }
    /// The association object between this object and the target, an object of the session like others; an empty handle
    /// where they are not linked. Sends nothing where the session knows it.
    [[nodiscard]] ref<kin_pivot> pivot(const graph::link<T, kin_pivot>& target,
                                       const site& where = site::current()) requires(has_rows) {
        graph::use_model<T>();
        graph::use_model<kin_pivot>();
        return ref<kin_pivot>::of(this->find_pivot(target, where));
    }
    [[nodiscard]] ref<const kin_pivot> pivot(const graph::link<T, kin_pivot>& target,
                                             const site& where = site::current()) const requires(has_rows) {
        graph::use_model<T>();
        graph::use_model<kin_pivot>();
        return ref<const kin_pivot>::of(this->find_pivot(target, where));
    }
    /// The relation as a query, of those whose row of the pivot has this value: what `where(col(column) == is)` asks,
    /// for columns of this pivot only. Other conditions: `where(col(&PostTag::position) > 3)`.
    template <class M, class C, class V>
    [[nodiscard]] kin::query<T> where_pivot(C M::*column, const V& is, const site& where = site::current()) const {
        check_pivot<M>();
        return this->where(expr::col(column) == is, where);
    }
    /// The same in the order of a column of the pivot.
    template <class M, class C>
    [[nodiscard]] kin::query<T> order_by_pivot(C M::*column) const {
        check_pivot<M>();
        return this->order_by(column);
    }
    template <class M, class C>
    [[nodiscard]] kin::query<T> order_by_pivot_desc(C M::*column) const {
        check_pivot<M>();
        return this->order_by(expr::desc(column));
    }
    using base::create;
    /// A new target, and what the row of its link says. Sends two INSERTs.
    ref<T> create(T&& target, kin_pivot&& row, const site& where = site::current()) requires(has_rows) {
        base::check_writable();
        graph::use_model<T>();
        graph::use_model<kin_pivot>();
        graph::node* n = nullptr;
        graph::to_many::save(&target, &n, 1, &row, where);
        return ref<T>::of(n);
    }

  private:
    using does = graph::pivot_request::what;
    template <class M>
    static constexpr void check_pivot() {
        static_assert(std::is_same_v<M, kin_pivot>, "kin: this is no column of the relation's pivot");
    }
    template <class... More>
    pivot_changes<T> change_named(does what, const targets& to, const first_value& first, const More&... more) {
        return change({what, to.all(), nullptr, {first.is, more...}}, first.where);
    }
    pivot_changes<T> change(does what, const targets& to, const void* row, const site& where) {
        return change({what, to.all(), row, {}}, where);
    }
    pivot_changes<T> change(const graph::pivot_request& what, const site& where) {
        base::check_writable();
        graph::use_model<T>();
        if constexpr (has_rows) graph::use_model<kin_pivot>();
        graph::pivot_result done = this->change_pivot(what, where);
        return {graph::typed_keys<T>(std::move(done.attached)), graph::typed_keys<T>(std::move(done.detached)),
                graph::typed_keys<T>(std::move(done.updated))};
    }
};

}  // namespace kin
