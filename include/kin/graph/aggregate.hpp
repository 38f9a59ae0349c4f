// What was counted, summed, … over a relation of an object, and is read back through the relation.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include <kin/mapping/column.hpp>

namespace kin::graph {

enum class aggregate : std::uint8_t { count, exists, sum, min, max, avg };

/// One question about a relation, and the C++ type of its answer.
struct aggregate_ask {
    aggregate what{};
    const field* io = nullptr;  ///< of the answer
    const mapping::type_operations* type = nullptr;
    const mapping::model* of = nullptr;  ///< the column's model; null where no column is meant
    std::size_t column = 0;              ///< its member's offset
    std::string_view alias{};
};

template <class Answer>
[[nodiscard]] aggregate_ask ask_for(aggregate what, std::string_view alias) noexcept {
    return {what, &kin::detail::whole<Answer>, &mapping::operations_of<Answer>, nullptr, 0, alias};
}
template <class Answer, class M, class C>
[[nodiscard]] aggregate_ask ask_for(aggregate what, C M::*column, std::string_view alias) {
    return {what,
            &kin::detail::whole<Answer>,
            &mapping::operations_of<Answer>,
            &mapping::model_of<M>(),
            mapping::offset_of(column),
            alias};
}

// As the aggregates of queries, NULL of no rows.
template <class C>
using sum_of = typename decltype(expr::sum(std::declval<const expression<C>&>()))::type;
template <class C>
using extreme_of = typename decltype((expr::min)(std::declval<const expression<C>&>()))::type;
template <class C>
using average_of = typename decltype(expr::avg(std::declval<const expression<C>&>()))::type;

/// What every relation of an object of a session can be asked: what the query's `with_count` (or `session.load_count`)
/// found under this alias, as long as nothing is flushed after it. Else SELECT … for all siblings that lack it, in one
/// statement; strict sessions throw raised_load, or give what was found last. usage_error for an unknown alias and for
/// an object without a row.
class countable {
  public:
    [[nodiscard]] std::int64_t count(std::string_view alias = {}, const site& where = site::current()) const;
    [[nodiscard]] bool exists(std::string_view alias = {}, const site& where = site::current()) const;
    template <class M, class C>
    [[nodiscard]] sum_of<C> sum(C M::*column, std::string_view alias = {}, const site& where = site::current()) const {
        return read<sum_of<C>>(aggregate::sum, column, alias, where);
    }
    template <class M, class C>
    [[nodiscard]] extreme_of<C>(min)(C M::*column, std::string_view alias = {},
                                     const site& where = site::current()) const {
        return read<extreme_of<C>>(aggregate::min, column, alias, where);
    }
    template <class M, class C>
    [[nodiscard]] extreme_of<C>(max)(C M::*column, std::string_view alias = {},
                                     const site& where = site::current()) const {
        return read<extreme_of<C>>(aggregate::max, column, alias, where);
    }
    template <class M, class C>
    [[nodiscard]] average_of<C> avg(C M::*column, std::string_view alias = {},
                                    const site& where = site::current()) const {
        return read<average_of<C>>(aggregate::avg, column, alias, where);
    }

  protected:
    countable() = default;
    ~countable() = default;

  private:
    template <class Answer, class M, class C>
    [[nodiscard]] Answer read(aggregate what, C M::*column, std::string_view alias, const site& where) const {
        return *static_cast<const Answer*>(answer(ask_for<Answer>(what, column, alias), where));
    }
    [[nodiscard]] const void* answer(const aggregate_ask&, const site&) const;
};

}  // namespace kin::graph
