// A relation of one object as a query: what the database says of it, whatever is in memory.
#include <kin/mapping/column.hpp>
#include <kin/session/existence.hpp>
#include <kin/session/query.hpp>

#include "mapping/joining.hpp"
#include "mapping/way.hpp"
#include "session/core.hpp"
#include "session/flush_choice.hpp"
#include "session/key_conditions.hpp"
#include "session/plan.hpp"

namespace kin::detail {

using graph::life;
using graph::node;
using graph::slot_access;

namespace {

[[noreturn]] void refuse(const mapping::relation& r, const site& where) {
    throw usage_error{r.owner->name + "." + r.name + " cannot be queried: its owner has no row yet", {.where = where}};
}

}  // namespace

session_core& session_along(const graph::to_many& slot, const site& where) {
    if (!slot_access::attached(slot)) {
        throw usage_error{"the relation of an object that is in no session cannot be queried: add it first",
                          {.where = where}};
    }
    node& owner = *graph::owner_of(&slot);
    const mapping::relation& r = slot_access::relation(owner, slot);
    if (!r.problem.empty()) throw mapping_error{r.problem, {.where = where}};
    graph::host* host = owner.in->home->session();
    if (host == nullptr) {
        throw raised_load{r.owner->name + "." + r.name + " cannot be queried: its session is gone", {.where = where}};
    }
    return static_cast<session_core&>(*host);
}

void plan_along(const graph::to_many& slot, query_plan& plan, const site& where) {
    node& owner = *graph::owner_of(&slot);
    session_along(slot, where).plan_along(owner, slot_access::relation(owner, slot), plan, where);
}

void session_core::plan_along(node& owner, const mapping::relation& r, query_plan& plan, const site& where) {
    const session_guard guard{*this, where};
    if (owner.state() == life::pending && autoflush) flush(where, flush_choice::ready());
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
