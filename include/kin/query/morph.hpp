// A morph_to in conditions: whether it leads to rows of some of its models, and to which object.
#pragma once

#include <string_view>
#include <vector>

#include <kin/graph/morph.hpp>
#include <kin/query/existence.hpp>
#include <kin/query/loading.hpp>

namespace kin {

namespace detail {

/// The relation inside of a morph_to that leads to T.
template <class T, class M, class R>
const mapping::relation& arm_of(R M::*member) {
    (void)mapping::model_of<T>();
    return *mapping::find_relation_at(mapping::model_of<M>(), mapping::offset_of(member) + R::template kin_arm<T>());
}

struct arm_condition {
    const mapping::relation* arm;
    const condition* holds;  ///< null for none
};
/// One of them leads to a row for which its condition holds; none of them does.
[[nodiscard]] condition existing(const std::vector<arm_condition>&, bool negated, const site&);
/// The same for models by their tags, which come from outside; unknown_name lists what there is.
[[nodiscard]] condition existing(const mapping::relation& first, const std::vector<std::string_view>& tags,
                                 bool negated, const site&);

template <class>
using condition_on = condition;

}  // namespace detail

/// The loading of a morph_to: what is said is about one of its models, or about all of them that it concerns.
template <class M, class... T>
class loading<M, mapping::morph_set<T...>> {
    template <class One>
    static constexpr bool among = (std::is_same_v<T, One> || ...);

  public:
    loading(const mapping::relation& first, load how) : tree_{&first, how} {}

    /// Only these of that model, `selectin(&Comment::on).where(col(&Post::published) == true)`; those of the others
    /// come all the same. The relation then is partial, for comments on posts.
    template <class One>
    requires among<One> loading& where(const condition_on<One>& c) { return where_of<One>(c); }
    /// The same of a condition whose type does not name the model: `.where<Post>(col(&Post::title).like("a%"))`.
    template <class One>
    requires among<One> loading& where(const condition& c) { return where_of<One>(c); }
    template <class Any>
    requires std::is_same_v<Any, condition> loading& where(const Any&) {
        static_assert(!std::is_same_v<Any, Any>,
                      "kin: a morph_to leads to several models: say whose condition it is, where<Post>(…)");
        return *this;
    }
    /// Of the column's model only these columns and the keys, all but these, also these that are deferred.
    template <class One, class... C>
    requires among<One> loading& only(C One::*... columns) {
        tree_.choose(mapping::model_of<One>());
        (tree_.keep_column(mapping::offset_of(columns)), ...);
        return *this;
    }
    template <class One, class... C>
    requires among<One> loading& defer(C One::*... columns) {
        tree_.choose(mapping::model_of<One>());
        (tree_.skip_column(mapping::offset_of(columns)), ...);
        return *this;
    }
    template <class One, class... C>
    requires among<One> loading& undefer(C One::*... columns) {
        tree_.choose(mapping::model_of<One>());
        (tree_.want_column(mapping::offset_of(columns)), ...);
        return *this;
    }
    /// Also the targets that were removed and kept, of each model that keeps them.
    loading& with_removed() {
        (each_that_keeps<T>(false), ...);
        return *this;
    }
    loading& only_removed() {
        (each_that_keeps<T>(true), ...);
        return *this;
    }
    /// Without the conditions of their own `scope()`.
    loading& without_scope() {
        (each<T>([this] { tree_.without_scope(); }), ...);
        return *this;
    }
    /// What is loaded below it, of the model that it belongs to.
    template <class... From, class... Target>
    requires(among<From>&&...) loading& with(const loading<From, Target>&... below) {
        (tree_.nest(below.kin_tree()), ...);
        return *this;
    }
    template <detail::path_step First, class... Rest>
    loading& with(First first, Rest... rest) {
        std::vector<const mapping::relation*> path;
        detail::follow<mapping::morph_set<T...>>(path, first, rest...);
        tree_.nest(path);
        return *this;
    }

    [[nodiscard]] const detail::load_tree& kin_tree() const noexcept { return tree_; }
    loading& kin_contained(std::string_view alias) {
        tree_.contained(alias);
        return *this;
    }

  private:
    template <class One>
    loading& where_of(const condition& c) {
        tree_.choose(mapping::model_of<One>());
        tree_.restrict_to(c.tree());
        return *this;
    }
    template <class One, class Say>
    void each(Say say) {
        tree_.choose(mapping::model_of<One>());
        say();
    }
    template <class One>
    void each_that_keeps(bool alone) {
        if constexpr (mapping::has_behaviour<One>(mapping::behaviour::soft_deleted_at))
            each<One>([&] { tree_.with_removed(alone); });
    }

    detail::load_tree tree_;
};

/// `col(&Comment::commentable)`: compared with an object of any of its models, or with nullptr.
template <class M, class R>
class related_morph {
  public:
    explicit related_morph(R M::*member) noexcept : member_{member} {}

    template <class T>
    [[nodiscard]] condition leads_to(const ref<T>& object, bool negated, const site& where) const {
        return detail::relation_side{detail::arm_of<std::remove_const_t<T>>(member_)}.leads_to({object.kin_node()},
                                                                                               negated, where);
    }
    [[nodiscard]] condition is_null(const site& where = site::current()) const {
        return detail::relation_side{detail::loaded_relation(member_)}.leads_to({nullptr}, false, where);
    }
    [[nodiscard]] condition is_not_null(const site& where = site::current()) const {
        return detail::relation_side{detail::loaded_relation(member_)}.leads_to({nullptr}, true, where);
    }
    /// Its two columns, for orders, groups and projections.
    [[nodiscard]] expression<typename R::kin_tag> tag() const {
        return expression<typename R::kin_tag>{
            mapping::column_expression(mapping::model_of<M>(), at() + R::kin_morph.type->offset)};
    }
    [[nodiscard]] expression<typename R::kin_id> id() const {
        return expression<typename R::kin_id>{
            mapping::column_expression(mapping::model_of<M>(), at() + R::kin_morph.id->offset)};
    }

  private:
    [[nodiscard]] std::size_t at() const { return mapping::offset_of(member_); }

    R M::*member_;
};

template <class M, class R, class T>
[[nodiscard]] condition operator==(const related_morph<M, R>& relation, const ref<T>& object) {
    return relation.leads_to(object, false, site::current());
}
/// Another one, or none.
template <class M, class R, class T>
[[nodiscard]] condition operator!=(const related_morph<M, R>& relation, const ref<T>& object) {
    return relation.leads_to(object, true, site::current());
}
template <class M, class R>
[[nodiscard]] condition operator==(const related_morph<M, R>& relation, std::nullptr_t) {
    return relation.is_null();
}
template <class M, class R>
[[nodiscard]] condition operator!=(const related_morph<M, R>& relation, std::nullptr_t) {
    return relation.is_not_null();
}

namespace expr {

template <class M, class R>
requires detail::morph_member<R>
[[nodiscard]] related_morph<M, R> col(R M::*relation) { return related_morph<M, R>{relation}; }

/// It leads to a row of one of these models: EXISTS for each, with its tag. `any<Post, Video>(&Comment::commentable)`.
template <class First, class... T, class M, class R>
requires detail::morph_member<R>
[[nodiscard]] condition any(R M::*relation, const site& where = site::current()) {
    return detail::existing({{&detail::arm_of<First>(relation), nullptr}, {&detail::arm_of<T>(relation), nullptr}...},
                            false, where);
}
/// With a condition for each model, in their order.
template <class First, class... T, class M, class R>
requires detail::morph_member<R>
[[nodiscard]] condition any(R M::*relation, const detail::condition_on<First>& first,
                            const detail::condition_on<T>&... rest, const site& where = site::current()) {
    return detail::existing({{&detail::arm_of<First>(relation), &first}, {&detail::arm_of<T>(relation), &rest}...},
                            false, where);
}
/// It leads to no such row.
template <class First, class... T, class M, class R>
requires detail::morph_member<R>
[[nodiscard]] condition none(R M::*relation, const site& where = site::current()) {
    return detail::existing({{&detail::arm_of<First>(relation), nullptr}, {&detail::arm_of<T>(relation), nullptr}...},
                            true, where);
}
template <class First, class... T, class M, class R>
requires detail::morph_member<R>
[[nodiscard]] condition none(R M::*relation, const detail::condition_on<First>& first,
                             const detail::condition_on<T>&... rest, const site& where = site::current()) {
    return detail::existing({{&detail::arm_of<First>(relation), &first}, {&detail::arm_of<T>(relation), &rest}...},
                            true, where);
}
/// Of models that are chosen at run time, by their tags; of none of them: nothing.
template <class M, class R>
requires detail::morph_member<R>
[[nodiscard]] condition any(R M::*relation, const std::vector<std::string_view>& tags,
                            const site& where = site::current()) {
    return detail::existing(detail::loaded_relation(relation), tags, false, where);
}
template <class M, class R>
requires detail::morph_member<R>
[[nodiscard]] condition none(R M::*relation, const std::vector<std::string_view>& tags,
                             const site& where = site::current()) {
    return detail::existing(detail::loaded_relation(relation), tags, true, where);
}

}  // namespace expr
}  // namespace kin
