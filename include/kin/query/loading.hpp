// How a query loads relations: `.with(selectin(&User::posts).where(…).limit(3).with(joined(&Post::author)))`.
#pragma once

#include <kin/query/load_tree.hpp>
#include <kin/query/path.hpp>

namespace kin {

/// One relation from M to T, how it is loaded, and what of it. Every strategy gives the same graph; docs/loading.md
/// shows the statements of each, and says what a relation shows after several queries.
template <class M, class T>
class loading {
  public:
    loading(const mapping::relation& r, load how) : tree_{&r, how} {}

    /// Only these. The relation then is partial: it shows what was asked for and can be added to; what would treat the
    /// missing ones as removed is refused.
    loading& where(const condition& c) {
        tree_.restrict_to(c.tree());
        return *this;
    }
    /// Before the declaration's order.
    template <class... Order>
    loading& order_by(const Order&... order) {
        (tree_.order(detail::as_ordering(order)), ...);
        return *this;
    }
    /// At the most n for each owner, by a window function.
    loading& limit(std::int64_t n) {
        tree_.limit(n);
        return *this;
    }
    /// Not the first n of each owner.
    loading& offset(std::int64_t n) {
        tree_.offset(n);
        return *this;
    }
    /// For a model that refers to itself: so many levels, a statement each; 0 for all. Of descendants and ancestors, as
    /// many in their one statement.
    loading& depth(std::uint32_t levels) {
        static_assert(std::is_same_v<M, T>, "kin: only a relation of a model to itself has a depth");
        tree_.depth(levels);
        return *this;
    }
    /// Only these columns and the keys. The others have the values of a fresh T until the first access for changing, a
    /// `get` or another query reads them: const access to a member that was left out cannot be noticed.
    template <class... C>
    loading& only(C T::*... columns) {
        (tree_.keep_column(mapping::offset_of(columns)), ...);
        return *this;
    }
    /// All columns but these.
    template <class... C>
    loading& defer(C T::*... columns) {
        (tree_.skip_column(mapping::offset_of(columns)), ...);
        return *this;
    }
    /// All columns, and with them these that are declared as kin::deferred.
    template <class... C>
    loading& undefer(C T::*... columns) {
        (tree_.want_column(mapping::offset_of(columns)), ...);
        return *this;
    }
    /// Also the targets that were removed and kept; the relation then is partial.
    loading& with_removed() {
        tree_.with_removed(false);
        return *this;
    }
    loading& only_removed() {
        tree_.with_removed(true);
        return *this;
    }
    /// Without the condition of the target's own `scope()`; the relation then is partial.
    loading& without_scope() {
        tree_.without_scope();
        return *this;
    }
    /// What is loaded below it.
    template <class... From, class... Target>
    requires(mapping::leads_to<T, From>&&...) loading& with(const loading<From, Target>&... below) {
        (tree_.nest(below.kin_tree()), ...);
        return *this;
    }
    template <detail::path_step First, class... Rest>
    loading& with(First first, Rest... rest) {
        std::vector<const mapping::relation*> path;
        detail::follow<T>(path, first, rest...);
        tree_.nest(path);
        return *this;
    }

    [[nodiscard]] const detail::load_tree& kin_tree() const noexcept { return tree_; }
    loading& kin_fill_tree() {
        tree_.fill_tree();
        return *this;
    }
    loading& kin_contained(std::string_view alias) {
        tree_.contained(alias);
        return *this;
    }

  private:
    detail::load_tree tree_;
};

/// The strategy of all relations, at every level, that nothing else is said of: `raise(all)`.
class loading_rest {
  public:
    explicit loading_rest(load how) : tree_{nullptr, how} {}
    [[nodiscard]] const detail::load_tree& kin_tree() const noexcept { return tree_; }

  private:
    detail::load_tree tree_;
};

namespace detail {
/// A relation that is no side of a key or pivot.
template <class R>
inline constexpr bool found_by_query = false;
template <class R>
requires requires { R::kin_declaration.kind; }
inline constexpr bool found_by_query<R> = mapping::finds_by_query(R::kin_declaration);

/// The loading of a relation member, or of a relation declared outside.
template <class Step>
using loading_of =
    loading<typename mapping::path_step<Step>::owner, typename mapping::path_step<Step>::type::kin_relation>;
}  // namespace detail

namespace expr {

/// Every relation.
struct everything {};
inline constexpr everything all{};

/// With the owners, in one further statement for each level: WHERE key IN (the owners' keys).
template <detail::path_step Step>
[[nodiscard]] detail::loading_of<Step> selectin(Step relation) {
    return {detail::loaded_relation(relation), load::selectin};
}
/// In the owners' statement. INNER JOIN where every owner has a target, else LEFT JOIN; a second collection at one
/// level is loaded by selectin. What is found across others, one of many and trees have a statement of their own.
template <detail::path_step Step>
[[nodiscard]] detail::loading_of<Step> joined(Step relation) {
    static_assert(!detail::found_by_query<typename mapping::path_step<Step>::type>,
                  "kin: a relation across others, one of many or of a tree is not joined: say selectin");
    return {detail::loaded_relation(relation), load::joined};
}
/// With the owners, in one further statement for each level: WHERE key IN (the statement that found the owners).
template <detail::path_step Step>
[[nodiscard]] detail::loading_of<Step> subquery(Step relation) {
    return {detail::loaded_relation(relation), load::subquery};
}
/// At first touch, for all siblings.
template <detail::path_step Step>
[[nodiscard]] detail::loading_of<Step> batch(Step relation) {
    return {detail::loaded_relation(relation), load::batch};
}
[[nodiscard]] inline loading_rest batch(everything) { return loading_rest{load::batch}; }
/// At first touch, for the one object that is touched.
template <detail::path_step Step>
[[nodiscard]] detail::loading_of<Step> select(Step relation) {
    return {detail::loaded_relation(relation), load::select};
}
[[nodiscard]] inline loading_rest select(everything) { return loading_rest{load::select}; }
/// Never implicitly: touching it unloaded throws raised_load.
template <detail::path_step Step>
[[nodiscard]] detail::loading_of<Step> raise(Step relation) {
    return {detail::loaded_relation(relation), load::raise};
}
[[nodiscard]] inline loading_rest raise(everything) { return loading_rest{load::raise}; }
/// As raise, but what needs no statement may be read: a NULL key, a target that the session knows (with all columns).
template <detail::path_step Step>
[[nodiscard]] detail::loading_of<Step> raise_on_sql(Step relation) {
    return {detail::loaded_relation(relation), load::raise_on_sql};
}
[[nodiscard]] inline loading_rest raise_on_sql(everything) { return loading_rest{load::raise_on_sql}; }
/// Not at all: it reads as empty, and is a part.
template <detail::path_step Step>
[[nodiscard]] detail::loading_of<Step> noload(Step relation) {
    return {detail::loaded_relation(relation), load::noload};
}
[[nodiscard]] inline loading_rest noload(everything) { return loading_rest{load::noload}; }
/// For large collections: added to and taken from without being read; reading it throws raised_load.
template <detail::path_step Step>
[[nodiscard]] detail::loading_of<Step> write_only(Step relation) {
    return {detail::loaded_relation(relation), load::write_only};
}
/// From a join that the query makes itself, `query.join(&User::posts).where(…).with(contains_eager(&User::posts))`;
/// what the rows show is a part.
template <detail::path_step Step>
[[nodiscard]] detail::loading_of<Step> contains_eager(Step relation, std::string_view alias = {}) {
    detail::loading_of<Step> made{detail::loaded_relation(relation), load::joined};
    return made.kin_contained(alias);
}

}  // namespace expr
}  // namespace kin
