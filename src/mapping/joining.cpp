// How the tables of a relation meet, as conditions.
#include "mapping/joining.hpp"

namespace kin::mapping {

sql::expr key_condition(const foreign_key& k, std::string_view owner_alias, std::string_view target_alias) {
    sql::expr on;
    for (std::size_t i = 0; i < k.columns.size(); ++i) {
        on = sql::both(
            on, sql::binary(sql::op::equal, sql::column(k.owner, k.owner->columns[k.columns[i]].name, owner_alias),
                            sql::column(k.target, k.target->columns[k.target_columns[i]].name, target_alias)));
    }
    return sql::both(tag_condition(k, owner_alias), on);
}

sql::expr tag_condition(const foreign_key& k, std::string_view owner_alias) {
    if (!k.tagged) return {};
    return sql::binary(sql::op::equal, sql::column(k.owner, k.owner->columns[k.tag.column].name, owner_alias),
                       sql::literal(k.tag.is));
}

sql::expr fixed_condition(const relation& r, std::string_view target_alias) {
    sql::expr all;
    for (const fixed_value& f : r.fixed) {
        const sql::expr column = sql::column(r.target, r.target->columns[f.column].name, target_alias);
        all = sql::both(all, sql::binary(sql::op::equal, column, sql::literal(f.is)));
    }
    return all;
}

void add_order(std::vector<sql::ordering>& order, const relation& r, std::string_view target_alias) {
    for (std::size_t i = 0; i < r.options.order_count; ++i) {
        std::string_view name = r.options.order[i];
        const bool descending = !name.empty() && name[0] == '-';
        if (descending) name.remove_prefix(1);
        const column& c = r.target->require_column(name, site::current());
        order.push_back({sql::column(r.target, c.name, target_alias), descending, {}});
    }
}

}  // namespace kin::mapping
