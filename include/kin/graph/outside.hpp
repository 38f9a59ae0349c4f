// Relations declared outside of the models that they belong to.
#pragma once

#include <kin/graph/many_to_many.hpp>

namespace kin {

namespace graph {

/// The relation's slot behind an object of a session; usage_error for an object that is in none.
[[nodiscard]] void* outside_slot(const void* object, const mapping::outside_declaration&, const mapping::model&,
                                 const site&);

}  // namespace graph

/// A relation that no struct holds; write `has_many_between` and the like. A call with an owner gives the relation, as
/// if it were a member: `children(parent).push_back(…)`, `for (Child& c : children(parent))`, `.with(children)`. The
/// owner must be in a session (usage_error): a plain object has no room for it.
template <class Owner, class Member, name_literal Name>
class outside_relation {
  public:
    constexpr outside_relation() noexcept { (void)registered; }

    Member& operator()(Owner& owner, const site& where = site::current()) const { return slot(owner, where); }
    const Member& operator()(const Owner& owner, const site& where = site::current()) const {
        return slot(owner, where);
    }
    Member& operator()(const ref<Owner>& owner, const site& where = site::current()) const {
        return slot(*owner, where);
    }
    const Member& operator()(const ref<const Owner>& owner, const site& where = site::current()) const {
        return slot(*owner, where);
    }

    /// Its descriptor; mapping_error where the owner's model was bound before the relation was declared.
    [[nodiscard]] const mapping::relation& kin_relation(const site& where = site::current()) const {
        return mapping::relation_of(declaration, mapping::model_of<Owner>(), where);
    }

  private:
    static Member& slot(const Owner& owner, const site& where) {
        using target = typename Member::kin_relation;
        graph::use_model<target>();
        static_assert(mapping::check_keys<Owner, target, Member>());
        return *static_cast<Member*>(graph::outside_slot(&owner, declaration, mapping::model_of<Owner>(), where));
    }

    static constexpr mapping::outside_declaration declaration{&mapping::slot_of<Owner>, mapping::literal_text<Name>,
                                                              &Member::kin_declaration, sizeof(Member)};
    static inline const bool registered = mapping::enlist(declaration);
};

/// One to many, declared outside of both models: `inline constexpr kin::has_many_between<Parent, Child, "children">
/// children{};` at namespace scope, with the options of `has_many` behind the name.
template <class Owner, class T, name_literal Name, class... Options>
using has_many_between = outside_relation<Owner, has_many<T, Options...>, Name>;
/// The same for `has_one`.
template <class Owner, class T, name_literal Name, class... Options>
using has_one_between = outside_relation<Owner, has_one<T, Options...>, Name>;
/// The same for `belongs_to`: the owner holds the key.
template <class Owner, class T, name_literal Name, class... Options>
using belongs_to_between = outside_relation<Owner, belongs_to<T, Options...>, Name>;
/// The same for `many_to_many`.
template <class Owner, class T, name_literal Name, class... Options>
using many_to_many_between = outside_relation<Owner, many_to_many<T, Options...>, Name>;

template <class Owner, class Member, name_literal Name>
struct mapping::path_step<outside_relation<Owner, Member, Name>> {
    using owner = Owner;
    using type = Member;
};

}  // namespace kin
