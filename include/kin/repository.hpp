// repository<T>: the usual doings with one model, with what is loaded said once. Writes are flushed at once, inside the
// session's transaction; commit is the caller's.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <kin/kin.hpp>
#include <kin/session/filters.hpp>

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

namespace detail {

[[nodiscard]] graph::row_list list_and_count(session_core&, const query_plan&, std::int64_t& total, const site&);
/// not_found where no row has the object's primary key.
void require_key(session_core&, const mapping::model&, const void* object, const site&);
[[nodiscard]] std::vector<graph::node*> upsert(session_core&, const mapping::model&, void* first, std::size_t count,
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

    // -- reading

    /// The object with this key, or an empty handle; a SELECT, and what is to be loaded.
    [[nodiscard]] ref<T> find(const key_of<T>& key, const site& where = site::current()) const {
        kin::query<T> q = query();
        detail::restrict_to_keys(q.kin_plan(), {key}, where);
        return q.one_or_none(where);
    }
    /// As `find`; not_found where there is none.
    [[nodiscard]] ref<T> get(const key_of<T>& key, const site& where = site::current()) const {
        ref<T> found = find(key, where);
        if (!found) detail::throw_no_row(mapping::model_of<T>(), where);
        return found;
    }
    /// The only one that fits; not_found, multiple_found. LIMIT 2.
    template <class... F>
    [[nodiscard]] ref<T> get_one(const F&... filters) const {
        return query(filters...).one(site{});
    }
    /// The only one that fits, or an empty handle; multiple_found. LIMIT 2.
    template <class... F>
    [[nodiscard]] ref<T> get_one_or_none(const F&... filters) const {
        return query(filters...).one_or_none(site{});
    }
    /// All that fit: `list(col(&Post::views) > 9, desc(&Post::views), filters::page(2, 20))`.
    template <class... F>
    [[nodiscard]] rows<T> list(const F&... filters) const {
        return query(filters...).all(site{});
    }
    /// The same, and how many there were without the limit: a count(*) where the list does not say it itself.
    template <class... F>
    [[nodiscard]] counted_rows<T> list_and_count(const F&... filters) const {
        kin::query<T> q = query(filters...);
        std::int64_t total = 0;
        rows<T> found{detail::list_and_count(q.kin_core(), q.kin_plan(), total, site{})};
        return {std::move(found), total};
    }
    /// How many fit, whatever limit is among the filters. SELECT count(*).
    template <class... F>
    [[nodiscard]] std::int64_t count(const F&... filters) const {
        kin::query<T> q = session_->template query<T>();
        (narrow(q, filters, false), ...);
        return q.count(site{});
    }
    template <class... F>
    [[nodiscard]] bool exists(const F&... filters) const {
        kin::query<T> q = session_->template query<T>();
        (narrow(q, filters, false), ...);
        return q.exists(site{});
    }
    /// A query with what is loaded and these filters, to go on with.
    template <class... F>
    [[nodiscard]] kin::query<T> query(const F&... filters) const {
        kin::query<T> q = session_->template query<T>();
        detail::load_with(q.kin_plan(), loads_);
        (narrow(q, filters, true), ...);
        return q;
    }
    /// What a request asks for; see `read_filters`.
    template <class Map>
    [[nodiscard]] filter_of<T> filters(const Map& said, const filter_rules<T>& rules = {},
                                       const site& where = site::current()) const {
        return read_filters<T>(said, rules, where);
    }

    // -- writing

    /// INSERT, with all that the object's relations hold.
    ref<T> add(T object, const site& where = site::current()) {
        ref<T> made = session_->add(std::move(object), where);
        session_->flush(where);
        return made;
    }
    /// The same of many, in one batch.
    std::vector<ref<T>> add_many(std::vector<T> objects, const site& where = site::current()) {
        std::vector<ref<T>> made;
        made.reserve(objects.size());
        for (T& each : objects) made.push_back(session_->add(std::move(each), where));
        session_->flush(where);
        return made;
    }
    /// Brings what the value says onto the row with its key: columns that differ from those of a fresh T, as `merge`
    /// does, so that what it says nothing of stays. not_found where no row has the key.
    ref<T> update(T object, const site& where = site::current()) {
        detail::require_key(session_->kin_core(), mapping::model_of<T>(), &object, where);
        return upsert(std::move(object), where);
    }
    std::vector<ref<T>> update_many(std::vector<T> objects, const site& where = site::current()) {
        for (const T& each : objects) {
            detail::require_key(session_->kin_core(), mapping::model_of<T>(), &each, where);
        }
        std::vector<ref<T>> found;
        for (T& each : objects) found.push_back(session_->merge(std::move(each), where));
        session_->flush(where);
        return found;
    }
    /// The same; a new row where the value has no key, or none has it.
    ref<T> upsert(T object, const site& where = site::current()) {
        ref<T> found = session_->merge(std::move(object), where);
        session_->flush(where);
        return found;
    }
    /// One row for each value in these columns, which must be unique together: INSERT … ON CONFLICT DO NOTHING, SELECT,
    /// and an UPDATE of what was there and differs, each for all objects; safe against others who do the same. In their
    /// order; columns that equal those of a fresh T say nothing. Takes columns only, as `get_or_create` does.
    template <class... C>
    std::vector<ref<T>> upsert_many(std::vector<T> objects, by<T> column, C T::*... more) {
        std::vector<ref<T>> found;
        for (graph::node* n :
             detail::upsert(session_->kin_core(), mapping::model_of<T>(), objects.data(), objects.size(),
                            {column.offset, detail::column_offset(more)...}, column.where)) {
            found.push_back(ref<T>::of(n));
        }
        return found;
    }
    /// Removes the object with this key, with all that goes along; not_found where there is none.
    ref<T> remove(const key_of<T>& key, const site& where = site::current()) {
        ref<T> found = session_->template get_one<T>(key, where);
        session_->remove(found, where);
        session_->flush(where);
        return found;
    }
    /// The same of many keys: one SELECT, and the statements of one flush. Keys without a row are nothing; returns how
    /// many were removed.
    std::int64_t remove_many(const std::vector<key_of<T>>& keys, const site& where = site::current()) {
        kin::query<T> q = session_->template query<T>();
        detail::restrict_to_keys(q.kin_plan(), {keys.begin(), keys.end()}, where);
        const rows<T> found = q.all(where);
        for (const T& each : found) session_->remove(each, where);
        session_->flush(where);
        return static_cast<std::int64_t>(found.size());
    }
    /// DELETE … WHERE, as `query.remove`; no cascade but the database's. Returns the rows removed.
    template <class... F>
    std::int64_t remove_where(const F&... filters) {
        static_assert(sizeof...(F) > 0,
                      "kin: remove_where wants a condition: all rows are removed by query().remove()");
        kin::query<T> q = session_->template query<T>();
        (narrow(q, filters, true), ...);
        return q.remove(site{});
    }

    [[nodiscard]] session& in() const noexcept { return *session_; }

  private:
    template <class F>
    static void narrow(kin::query<T>& q, const F& by, bool limits) {
        if constexpr (std::is_same_v<F, any_filter>) {
            if (!limits) return;
            if (by.limit) q.limit(*by.limit);
            if (by.offset != 0) q.offset(by.offset);
        } else {
            constexpr bool fits = std::is_convertible_v<const F&, filter_of<T>>;
            static_assert(fits, "kin: this is no filter of the repository's model");
            if constexpr (fits) detail::apply(q.kin_plan(), static_cast<filter_of<T>>(by).kin_data(), limits);
        }
    }

    session* session_;
    detail::load_tree loads_;
};

}  // namespace kin
