// Statements made from others.
#include "sql/rewriting.hpp"

namespace kin::sql {

namespace {

struct renaming {
    const void* identity;
    std::string_view alias;

    /// `depth`: selects around the expression, up to the one that is meant; `open`: none of them reads the table
    /// itself, so that a column that says nothing is found outside.
    [[nodiscard]] expr of(const expr& e, std::uint8_t depth, bool open) const {
        if (e.empty()) return e;
        if (e->what == op::column) {
            const bool meant = e->outward == depth || (e->outward == 0 && open);
            if (e->identity != identity || !e->text2.empty() || !meant) return e;
            return outer_column(identity, e->text, alias, e->outward);
        }
        if (e->args.empty() && e->query == nullptr && e->over == nullptr) return e;
        node n = *e;
        for (expr& each : n.args) each = of(each, depth, open);
        if (n.query != nullptr) n.query = counted<const select>::make(of(*n.query, depth, open));
        if (n.over != nullptr) {
            window w = *n.over;
            for (expr& each : w.partition_by) each = of(each, depth, open);
            for (ordering& each : w.order_by) each.by = of(each.by, depth, open);
            n.over = counted<const window>::make(std::move(w));
        }
        return expr{counted<const node>::make(std::move(n))};
    }
    [[nodiscard]] select of(select s, std::uint8_t around, bool open) const {
        const auto depth = static_cast<std::uint8_t>(around + 1);
        // What stands in front of it steps out as far as itself: it is no select inside of this one.
        for (cte& each : s.with) each.query = counted<const select>::make(of(*each.query, around, open));
        for (combination& each : s.combined) each.query = counted<const select>::make(of(*each.query, around, open));
        for (const source& each : s.from) open = open && each.identity != identity;
        for (const join& each : s.joins) open = open && each.to.identity != identity;
        for (result_column& c : s.columns) c.what = of(c.what, depth, open);
        for (join& j : s.joins) j.on = of(j.on, depth, open);
        s.where = of(s.where, depth, open);
        s.having = of(s.having, depth, open);
        for (expr& each : s.group_by) each = of(each, depth, open);
        for (ordering& each : s.order_by) each.by = of(each.by, depth, open);
        return s;
    }
};

}  // namespace

expr at_alias(const expr& e, const void* identity, std::string_view alias) {
    return renaming{identity, alias}.of(e, 0, true);
}

}  // namespace kin::sql
