// col(&User::name): a model's column in a statement, found by its member.
#pragma once

#include <string_view>

#include <kin/mapping/registration.hpp>
#include <kin/sql/expression.hpp>
#include <kin/sql/functions.hpp>

namespace kin {

namespace mapping {

/// The column of a member, as an expression; mapping_error where the member is no column (a relation, say).
[[nodiscard]] sql::expr column_expression(const model&, std::size_t offset, std::string_view alias = {});

[[nodiscard]] sql::expr outer_column_expression(const model&, std::size_t offset);

template <class M, class T>
std::size_t offset_of(T M::*member) noexcept {
    const M& specimen_of_m = specimen<M>.value;
    return static_cast<std::size_t>(reinterpret_cast<const volatile char*>(&(specimen_of_m.*member)) -
                                    reinterpret_cast<const volatile char*>(&specimen_of_m));
}

/// A column of M and the value that it is to have: `set(&PostTag::published, false)`, for what writes named columns.
template <class M>
struct new_value : sql::assignment {};

/// What a query on M reads from: the rows that M shows.
[[nodiscard]] sql::source source_of(const model&, std::string_view alias = {});

}  // namespace mapping

/// An expression over a member of this type.
template <class T>
using column_of = expression<typename detail::column_value<T>::type>;

/// One more use of a model's table in the same query, under a name of its own:
/// `alias<User> boss{"boss"}; … .join(boss, boss.col(&User::id) == col(&User::boss_id))`.
template <class M>
class alias {
  public:
    explicit alias(std::string_view name) : name_{name} {}
    template <class T>
    [[nodiscard]] column_of<T> col(T M::*member) const {
        return column_of<T>{mapping::column_expression(mapping::model_of<M>(), mapping::offset_of(member), name_)};
    }
    [[nodiscard]] sql::source source() const { return mapping::source_of(mapping::model_of<M>(), name_); }

  private:
    std::string name_;
};

namespace expr {

/// The column of a member.
template <class M, class T>
[[nodiscard]] column_in<M, typename detail::column_value<T>::type> col(T M::*member) {
    static_assert(
        !requires { typename T::kin_relation; }, "kin: this member is a relation, not a column");
    return column_in<M, typename detail::column_value<T>::type>{
        mapping::column_expression(mapping::model_of<M>(), mapping::offset_of(member))};
}

/// The column of the query around a subquery on the same model.
template <class M, class T>
[[nodiscard]] column_of<T> outer(T M::*member) {
    return column_of<T>{mapping::outer_column_expression(mapping::model_of<M>(), mapping::offset_of(member))};
}

// A member stands for its column wherever an expression of one is wanted.
template <class M, class T>
[[nodiscard]] sql::ordering asc(T M::*member) {
    return asc(col(member));
}
template <class M, class T>
[[nodiscard]] sql::ordering desc(T M::*member) {
    return desc(col(member));
}
template <class M, class T>
requires(!requires { typename T::kin_relation; })  // that is session/existence.hpp's
    [[nodiscard]] auto count(T M::*member) {
    return count(col(member));
}
template <class M, class T>
[[nodiscard]] auto count_distinct(T M::*member) {
    return count_distinct(col(member));
}
template <class M, class T>
[[nodiscard]] auto sum(T M::*member) {
    return sum(col(member));
}
template <class M, class T>
[[nodiscard]] auto(min)(T M::*member) {
    return (min)(col(member));
}
template <class M, class T>
[[nodiscard]] auto(max)(T M::*member) {
    return (max)(col(member));
}
template <class M, class T>
[[nodiscard]] auto avg(T M::*member) {
    return avg(col(member));
}

}  // namespace expr
}  // namespace kin
