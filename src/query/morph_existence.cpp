// Conditions over a morph_to: one for each of the models that are meant.
#include <kin/query/morph.hpp>

#include <algorithm>
#include <string>

#include <kin/mapping/model.hpp>

namespace kin::detail {

condition existing(const std::vector<arm_condition>& arms, bool negated, const site& where) {
    sql::expr all;
    for (const arm_condition& a : arms) {
        const sql::expr one = existing(*a.arm, a.holds == nullptr ? sql::expr{} : a.holds->tree(), negated, where);
        all = negated ? sql::both(all, one) : sql::either(all, one);
    }
    // None of no models is no restriction; one of them is nothing.
    if (all.empty() && !negated) all = sql::list(sql::op::in, {sql::literal(value{1})});
    return condition{all};
}

condition existing(const mapping::relation& first, const std::vector<std::string_view>& tags, bool negated,
                   const site& where) {
    const std::vector<const mapping::relation*> all = first.owner->arms_of(first);
    std::vector<arm_condition> chosen;
    for (const std::string_view tag : tags) {
        const auto known = std::find_if(all.begin(), all.end(), [&](const mapping::relation* arm) {
            return arm->key != nullptr && arm->target->tag == tag;
        });
        if (known != all.end()) {
            chosen.push_back({*known, nullptr});
            continue;
        }
        throw unknown_name{first.owner->name + "." + first.name + " leads to no '" + std::string{tag} +
                               "'; there are: " + first.owner->tags_of(first),
                           {.where = where}};
    }
    return existing(chosen, negated, where);
}

}  // namespace kin::detail
