// A relation of one object as a query: what the database says of it, whatever is in memory.
#include <kin/mapping/column.hpp>
#include <kin/query/existence.hpp>
#include <kin/query/query.hpp>

#include "loading/query_runner.hpp"
#include "loading/session_loading.hpp"
#include "mapping/scope.hpp"
#include "query/query_plan.hpp"
#include "statements/joining.hpp"
#include "statements/key_conditions.hpp"
#include "statements/way_to_targets.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

namespace {

[[noreturn]] void refuse(const mapping::relation& r, const site& where) {
    throw usage_error{r.owner->name + "." + r.name + " cannot be queried: its owner has no row yet", {.where = where}};
}

}  // namespace

void query_runner::plan_along(node& owner, const mapping::relation& r, query_plan& plan, const site& where) {
    if (owner.state() == life::pending && memory_.phase.autoflush) loading_.gate.pending().flush_ready(where);
    plan.along = &r;
    if (r.through()) {
        const mapping::way_to_targets way{r};
        key_set keys{*way.owners().of, way.owners().columns, way.owners().alias};
        if (owner.state() == life::pending || !keys.add(*r.owner, r.owner->primary_key, owner.object())) {
            refuse(r, where);
        }
        restrict_to(plan, way.from(keys.exact().front()));
        return;
    }
    if (r.tree()) {
        if (owner.state() == life::pending) refuse(r, where);
        restrict_to(plan, related_to(&owner, r, where));
        return;
    }
    const mapping::model& keyed = r.linked() ? *r.links->through : *r.target;
    key_set keys{keyed, r.key->columns};
    if (owner.state() == life::pending || !keys.add(*r.owner, r.key->target_columns, owner.object())) {
        refuse(r, where);
    }
    if (r.linked()) {
        const bool repeats = plan.repeats || !r.links->unique;  // of one owner each pair is a row
        join(plan, sql::join_kind::inner, mapping::source_of(keyed), mapping::key_condition(*r.far));
        plan.repeats = repeats;
    }
    restrict_to(plan, keys.exact().front());
    restrict_to(plan, sql::both(mapping::tag_condition(*r.key), mapping::fixed_condition(r)));
}

}  // namespace kin::detail
