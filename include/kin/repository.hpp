// repository<T>: the usual doings with one model, with what is loaded said once. Writes are flushed at once, inside the
// session's transaction; commit is the caller's.
#pragma once

// Before all others: they would fail in many words.
#include <kin/value/compiler.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <kin/kin.hpp>
#include <kin/mapping/by.hpp>
#include <kin/query/filters.hpp>

namespace kin {

namespace expr {

/// A path of relations to load: `with(&Post::author, &User::profile)`, a statement for each step.
template <detail::path_step First, class... Rest>
[[nodiscard]] auto with(First first, Rest... rest) {
    auto made = selectin(first);
    if constexpr (sizeof...(Rest) > 0) made.with(rest...);
    return made;
}

}  // namespace expr

/// Some of a list, and how long it is as a whole.
template <class T>
struct counted_rows {
    rows<T> items;
    std::int64_t total;
};

/// What a repository's errors say instead of their own words; an empty text says nothing. Type, statement and place of
/// the error stay.
struct error_messages {
    std::string not_found{};
    std::string multiple_found{};
    std::string unique{};
    std::string foreign_key{};
    std::string not_null{};
    std::string check{};
    std::string other{};  ///< of the database
};

namespace detail {

/// Throws the error that is being handled, in these words.
[[noreturn]] void rethrow_saying(const error_messages&);

/// What a call narrows a list by first, and the call.
template <class T>
struct first_filter {
    template <class F>
    first_filter(const F& filter, const site& at = site::current()) : by{as_filter(filter)}, where{at} {}
    template <class F>
    static filter_of<T> as_filter(const F& filter) {
        constexpr bool fits = std::is_convertible_v<const F&, filter_of<T>>;
        static_assert(fits, "kin: this is no filter of the repository's model");
        if constexpr (fits) return filter;
    }
    filter_of<T> by;
    site where;
};

[[nodiscard]] graph::row_list list_and_count(session_core&, const query_plan&, std::int64_t& total, const site&);
/// Adds and flushes; where that fails, the session is as before.
void add_at_once(session_core&, const mapping::model&, void* objects, graph::node** nodes, std::size_t count,
                 const site&);
/// not_found where no row has the object's primary key.
void require_key(session_core&, const mapping::model&, const void* object, const site&);
/// `written`: the columns that what is there takes over; null for those that differ from a fresh object's.
[[nodiscard]] std::vector<graph::node*> upsert(session_core&, const mapping::model&, void* first, std::size_t count,
                                               const std::vector<std::size_t>& offsets,
                                               const std::vector<std::size_t>* written, const site&);
/// Writes these values onto the row with this key.
[[nodiscard]] graph::node* write_values(session_core&, const mapping::model&, const key_parts&,
                                        const std::vector<sql::assignment>&, const site&);
/// Writes columns of the object, those at the offsets or (where there are none) all, onto the row with its key.
[[nodiscard]] graph::node* write_columns(session_core&, const mapping::model&, const void* object,
                                         const std::vector<std::size_t>& offsets, const site&);
/// The rows with these primary keys.
void restrict_to_keys(query_plan&, const std::vector<key_parts>&, const site&);

}  // namespace detail

template <class T>
class repository {
  public:
    /// What every get and list loads: `repository<Post>{s, with(&Post::author), joined(&Post::blog)}`. A loading that
    /// is given to a call replaces what is said here of the same relation.
    template <class... Target>
    explicit repository(session& s, const loading<T, Target>&... loads) : session_{&s} {
        (loads_.add(loads.kin_tree()), ...);
    }
    /// The same with other loads, or none: `posts.with_loads(selectin(&Post::tags)).list()`.
    template <class... Target>
    [[nodiscard]] repository with_loads(const loading<T, Target>&... loads) const {
        repository other{*session_, loads...};
        other.messages_ = messages_;
        return other;
    }
    /// The same with words of its own for its errors: `posts.with_messages({.not_found = "no such post"}).get(7)`.
    [[nodiscard]] repository with_messages(error_messages messages) const {
        repository other{*this};
        other.messages_ = std::move(messages);
        return other;
    }

    // -- reading: conditions, orders, limits, locks and loads in any number, `list(col(&Post::views) > 9,
    // desc(&Post::views), filters::page(2, 20))`

    /// The object with this key, or an empty handle; a SELECT, and what is to be loaded.
    [[nodiscard]] ref<T> find(const key_of<T>& key, const site& where = site::current()) const {
        return found(query(), key, where);
    }
    /// `posts.find(7, filters::for_update(), joined(&Post::author))`.
    template <class... F>
    [[nodiscard]] ref<T> find(const key_of<T>& key, detail::first_filter<T> first, const F&... more) const {
        return found(narrowed(first, more...), key, first.where);
    }
    /// As `find`; not_found where there is none.
    [[nodiscard]] ref<T> get(const key_of<T>& key, const site& where = site::current()) const {
        return there(found(query(), key, where), where);
    }
    template <class... F>
    [[nodiscard]] ref<T> get(const key_of<T>& key, detail::first_filter<T> first, const F&... more) const {
        return there(found(narrowed(first, more...), key, first.where), first.where);
    }
    /// The only one that fits; not_found, multiple_found. LIMIT 2.
    template <class... F>
    [[nodiscard]] ref<T> get_one(detail::first_filter<T> first, const F&... more) const {
        return said([&] { return narrowed(first, more...).one(first.where); });
    }
    /// The only one that fits, or an empty handle; multiple_found. LIMIT 2.
    template <class... F>
    [[nodiscard]] ref<T> get_one_or_none(detail::first_filter<T> first, const F&... more) const {
        return said([&] { return narrowed(first, more...).one_or_none(first.where); });
    }
    /// All that fit.
    [[nodiscard]] rows<T> list(const site& where = site::current()) const {
        return said([&] { return query().all(where); });
    }
    template <class... F>
    [[nodiscard]] rows<T> list(detail::first_filter<T> first, const F&... more) const {
        return said([&] { return narrowed(first, more...).all(first.where); });
    }
    /// The same, and how many there were without the limit: a count(*) where the list does not say it itself.
    [[nodiscard]] counted_rows<T> list_and_count(const site& where = site::current()) const {
        return counted(query(), where);
    }
    template <class... F>
    [[nodiscard]] counted_rows<T> list_and_count(detail::first_filter<T> first, const F&... more) const {
        return counted(narrowed(first, more...), first.where);
    }
    /// How many fit, whatever limit is among the filters. SELECT count(*).
    [[nodiscard]] std::int64_t count(const site& where = site::current()) const {
        return said([&] { return session_->template query<T>().count(where); });
    }
    template <class... F>
    [[nodiscard]] std::int64_t count(detail::first_filter<T> first, const F&... more) const {
        return said([&] { return among(first, more...).count(first.where); });
    }
    [[nodiscard]] bool exists(const site& where = site::current()) const {
        return said([&] { return session_->template query<T>().exists(where); });
    }
    template <class... F>
    [[nodiscard]] bool exists(detail::first_filter<T> first, const F&... more) const {
        return said([&] { return among(first, more...).exists(first.where); });
    }
    /// A query with what is loaded and these filters, to go on with.
    template <class... F>
    [[nodiscard]] kin::query<T> query(const F&... filters) const {
        kin::query<T> q = session_->template query<T>();
        detail::load_with(q.kin_plan(), loads_);
        (narrow(q, detail::first_filter<T>::as_filter(filters), true), ...);
        return q;
    }
    /// What a request asks for; see `read_filters`.
    template <class Map>
    [[nodiscard]] filter_of<T> filters(const Map& said, const filter_rules<T>& rules = {},
                                       const site& where = site::current()) const {
        return read_filters<T>(said, rules, where);
    }

    // -- writing

    /// INSERT, with all that the object's relations hold. Where that fails, nothing of it stays in the session.
    ref<T> add(T object, const site& where = site::current()) {
        graph::node* made = nullptr;
        said([&] { detail::add_at_once(session_->kin_core(), mapping::model_of<T>(), &object, &made, 1, where); });
        return ref<T>::of(made);
    }
    /// The same of many, in one batch.
    std::vector<ref<T>> add_many(std::vector<T> objects, const site& where = site::current()) {
        std::vector<graph::node*> nodes(objects.size());
        said([&] {
            detail::add_at_once(session_->kin_core(), mapping::model_of<T>(), objects.data(), nodes.data(),
                                nodes.size(), where);
        });
        std::vector<ref<T>> made;
        for (graph::node* n : nodes) made.push_back(ref<T>::of(n));
        return made;
    }
    /// Brings what the value says onto the row with its key: columns that differ from those of a fresh T, as `merge`
    /// does, so that what it says nothing of stays: no default value is written, see the next three. not_found where no
    /// row has the key.
    ref<T> update(T object, const site& where = site::current()) {
        said([&] { detail::require_key(session_->kin_core(), mapping::model_of<T>(), &object, where); });
        return upsert(std::move(object), where);
    }
    /// Writes these columns and no others, whatever they hold: `flags.update({.id = 1, .enabled = true},
    /// &Flag::enabled)` switches back what a fresh Flag has switched on. not_found where no row has the key.
    template <class... C>
    ref<T> update(T object, by<T> column, C T::*... more) {
        return said([&] {
            return ref<T>::of(detail::write_columns(session_->kin_core(), mapping::model_of<T>(), &object,
                                                    {column.offset, detail::column_offset(more)...}, column.where));
        });
    }
    /// The same without an object: `flags.update(1, set(&Flag::enabled, false))`.
    template <class... More>
    requires(std::is_same_v<More, mapping::new_value<T>>&&...) ref<T> update(const key_of<T>& key,
                                                                             const graph::first_value<T>& first,
                                                                             const More&... more) {
        return said([&] {
            return ref<T>::of(detail::write_values(session_->kin_core(), mapping::model_of<T>(), key,
                                                   {first.is, more...}, first.where));
        });
    }
    /// What a PUT says: all columns of the row become what the value has, default values too, but for its key and what
    /// the unit of work or the database fills (created_at where the value has none). Columns only: what the value's
    /// relations hold is a usage_error. not_found where no row has the key, stale_object where the value has another
    /// version than the row.
    ref<T> replace(T object, const site& where = site::current()) {
        return said([&] {
            return ref<T>::of(detail::write_columns(session_->kin_core(), mapping::model_of<T>(), &object, {}, where));
        });
    }
    std::vector<ref<T>> update_many(std::vector<T> objects, const site& where = site::current()) {
        return said([&] {
            for (const T& each : objects) {
                detail::require_key(session_->kin_core(), mapping::model_of<T>(), &each, where);
            }
            std::vector<ref<T>> found;
            for (T& each : objects) found.push_back(session_->merge(std::move(each), where));
            session_->flush(where);
            return found;
        });
    }
    /// The same; a new row where the value has no key, or none has it.
    ref<T> upsert(T object, const site& where = site::current()) {
        return said([&] {
            ref<T> found = session_->merge(std::move(object), where);
            session_->flush(where);
            return found;
        });
    }
    /// One row for each value in these columns, which must be unique together: INSERT … ON CONFLICT DO NOTHING, SELECT,
    /// and an UPDATE of what was there and differs, each for all objects; safe against others who do the same. In their
    /// order; columns that equal those of a fresh T say nothing. Takes columns only, as `get_or_create` does.
    template <class... C>
    std::vector<ref<T>> upsert_many(std::vector<T> objects, by<T> column, C T::*... more) {
        return upserted(objects, {column.offset, detail::column_offset(more)...}, nullptr, column.where);
    }
    /// The same, where what is there takes over these columns and no others, whatever the values hold:
    /// `flags.upsert_many({{.name = "dark", .enabled = false}}, {&Flag::name}, {&Flag::enabled})`.
    std::vector<ref<T>> upsert_many(std::vector<T> objects, std::initializer_list<by<T>> unique,
                                    std::initializer_list<by<T>> written, const site& where = site::current()) {
        const std::vector<std::size_t> columns = offsets_of(written);
        return upserted(objects, offsets_of(unique), &columns, where);
    }
    /// Removes the object with this key, with all that goes along; not_found where there is none.
    ref<T> remove(const key_of<T>& key, const site& where = site::current()) {
        return said([&] {
            ref<T> found = session_->template get_one<T>(key, where);
            session_->remove(found, where);
            session_->flush(where);
            return found;
        });
    }
    /// The same of many keys: one SELECT, and the statements of one flush. Keys without a row are nothing; returns how
    /// many were removed.
    std::int64_t remove_many(const std::vector<key_of<T>>& keys, const site& where = site::current()) {
        return said([&] {
            kin::query<T> q = session_->template query<T>();
            detail::restrict_to_keys(q.kin_plan(), {keys.begin(), keys.end()}, where);
            const rows<T> found = q.all(where);
            for (const T& each : found) session_->remove(each, where);
            session_->flush(where);
            return static_cast<std::int64_t>(found.size());
        });
    }
    /// DELETE … WHERE, as `query.remove`; no cascade but the database's. Returns the rows removed.
    template <class... F>
    std::int64_t remove_where(detail::first_filter<T> first, const F&... more) {
        return said([&] {
            kin::query<T> q = session_->template query<T>();
            narrow(q, first.by, true);
            (narrow(q, detail::first_filter<T>::as_filter(more), true), ...);
            return q.remove(first.where);
        });
    }

    [[nodiscard]] session& in() const noexcept { return *session_; }

  private:
    static std::vector<std::size_t> offsets_of(std::initializer_list<by<T>> columns) {
        std::vector<std::size_t> offsets;
        for (const by<T>& each : columns) offsets.push_back(each.offset);
        return offsets;
    }
    std::vector<ref<T>> upserted(std::vector<T>& objects, const std::vector<std::size_t>& unique,
                                 const std::vector<std::size_t>* written, const site& where) {
        return said([&] {
            std::vector<ref<T>> found;
            for (graph::node* n : detail::upsert(session_->kin_core(), mapping::model_of<T>(), objects.data(),
                                                 objects.size(), unique, written, where)) {
                found.push_back(ref<T>::of(n));
            }
            return found;
        });
    }
    static void narrow(kin::query<T>& q, const filter_of<T>& by, bool limits) {
        detail::apply(q.kin_plan(), by.kin_data(), limits);
    }
    template <class... F>
    kin::query<T> narrowed(const detail::first_filter<T>& first, const F&... more) const {
        return query(first.by, more...);
    }
    /// With the conditions alone.
    template <class... F>
    kin::query<T> among(const detail::first_filter<T>& first, const F&... more) const {
        kin::query<T> q = session_->template query<T>();
        narrow(q, first.by, false);
        (narrow(q, detail::first_filter<T>::as_filter(more), false), ...);
        return q;
    }
    ref<T> found(kin::query<T> q, const key_of<T>& key, const site& where) const {
        return said([&] {
            detail::restrict_to_keys(q.kin_plan(), {key}, where);
            return q.one_or_none(where);
        });
    }
    ref<T> there(ref<T> object, const site& where) const {
        if (!object) said([&] { detail::throw_no_row(mapping::model_of<T>(), where); });
        return object;
    }
    counted_rows<T> counted(kin::query<T> q, const site& where) const {
        return said([&] {
            std::int64_t total = 0;
            rows<T> found{detail::list_and_count(q.kin_core(), q.kin_plan(), total, where)};
            return counted_rows<T>{std::move(found), total};
        });
    }
    template <class Action>
    auto said(Action action) const {
        try {
            return action();
        } catch (const error&) {
            detail::rethrow_saying(messages_);
        }
    }

    session* session_;
    detail::load_tree loads_;
    error_messages messages_{};
};

}  // namespace kin
