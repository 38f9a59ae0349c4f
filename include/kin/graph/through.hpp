// Relations across a model between, and one of many: read only, found by a query over the keys of others.
#pragma once

#include <kin/graph/relations.hpp>

namespace kin {

/// Across a model between: a country's posts, by way of its users. `Mid` holds a key of this model and T one of `Mid`;
/// where one of them has none, the key the other way round is taken, and where there is none either, a many_to_many
/// between the two. `via<"users", "posts">` names the relations (or the keys' columns) of two and more hops. A target
/// that several ways lead to comes once. Sends, at first touch of an unloaded one: SELECT … FROM t JOIN mid … WHERE
/// mid.owner_id IN (…), for all siblings at once; after a flush that writes one of the tables it is read again.
template <class T, class Mid, class... Options>
class has_many_through : public graph::many<T, graph::shape_of(mapping::read_options<Options...>()), true> {
  public:
    using kin_between = Mid;
    static constexpr mapping::relation_declaration kin_declaration{
        mapping::relation_kind::has_many_through,
        mapping::named_slot<T>,
        mapping::computed(mapping::read_options<Options...>()),
        mapping::type_number<T>,
        mapping::named_slot<Mid>,
        mapping::type_number<Mid>};
};

/// The same where there is at the most one; more than one found is an error (multiple_found).
template <class T, class Mid, class... Options>
class has_one_through : public graph::one<T, true> {
  public:
    using kin_between = Mid;
    static constexpr mapping::relation_declaration kin_declaration{
        mapping::relation_kind::has_one_through,
        mapping::named_slot<T>,
        mapping::computed(mapping::read_options<Options...>()),
        mapping::type_number<T>,
        mapping::named_slot<Mid>,
        mapping::type_number<Mid>};
};

/// One of many: the T with the greatest value in the column that refers to this model, `latest_of_many<Price, "at">`;
/// see `latest`. With its owners it comes in one statement that numbers the rows of each.
template <class T, name_literal... Columns>
using latest_of_many = has_one<T, latest<Columns...>>;
/// The same with the least value.
template <class T, name_literal... Columns>
using oldest_of_many = has_one<T, oldest<Columns...>>;

}  // namespace kin
