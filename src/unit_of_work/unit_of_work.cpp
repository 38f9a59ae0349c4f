// The unit of work: plans, runs the plan in one transaction, and brings memory to it, or back.
#include "unit_of_work/unit_of_work.hpp"

#include <algorithm>

#include "lifecycle/session_memory.hpp"
#include "loading/session_loading.hpp"
#include "planning/flush_plan.hpp"
#include "unit_of_work/flush_hooks.hpp"
#include "unit_of_work/parent_touching.hpp"
#include "unit_of_work/plan_runner.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

void unit_of_work::flush(const site& where) { flush(where, {}); }

void unit_of_work::flush(const site& where, const flush_choice& choice) {
    if (memory_.phase.flushing) return;
    std::vector<std::string> before;
    for (;;) {
        std::vector<std::string> slugs;
        try {
            const bool again = memory_.phase.wrote;  // the first flush of a transaction repeats nothing
            flush_once(slugs, where, choice);
            const auto& open = loading_.connection.savepoints;
            if (again) memory_.log.forget_repeated(open.empty() ? graph::history_mark{} : open.back().before);
            return;
        } catch (const unique_violation&) {
            // Somebody else may have taken a slug since it was asked for: then other ones are made now.
            if (slugs.empty() || slugs == before) throw;
            before = std::move(slugs);
        } catch (const conversion_error& e) {
            if (e.where().line() != 0) throw;
            // A codec was asked before there was a statement.
            error_context context = e.context();
            context.where = where;
            throw conversion_error{e.message(), std::move(context)};
        }
    }
}

void unit_of_work::flush_once(std::vector<std::string>& slugs, const site& where, const flush_choice& choice) {
    if (is_unfinished()) finish_undoing();
    brought_back_ = false;
    if (memory_.pairs.staged().empty() && !memory_.objects.any_listed()) return;
    const flag_set_to during{memory_.phase.flushing, true};
    // What the staged changes bring about is staged with them, and taken back with them.
    graph::all_or_nothing whole{memory_.host};
    memory_.keys.follow_keys_set_back();
    preparation_.follow_keys_by_hand();
    preparation_.read_names_of_parents(where);
    held_back held{.choice = choice};
    const auto hold = [&] {
        plan_builder{memory_, reaches_, where}.hold_back(held);
        preparation_.cascade_removals(held, where);
    };
    hold();
    if (preparation_.replace_one_to_one(held, where)) hold();
    while (preparation_.detach_from_removed(held, where)) hold();
    preparation_.read_values_of_removed(where);
    memory_.keys.follow_keys_set_back();  // which this may have done
    for (const auto& s : memory_.objects.states()) {
        if (s != nullptr) s->compared = s->touched.size();
    }
    flush_plan plan = plan_builder{memory_, reaches_, where}.build(std::move(held));
    if (plan.steps.empty()) {
        sync_.sync(plan);  // staged changes that came back to where they were
    } else {
        write(plan, slugs, where);
    }
    sync_.finish(plan);
    brought_back_ = !plan.returned.empty();
    memory_.keys.forget_written();
    whole.done();
}

/// The statements of a plan, and memory as far as that may fail: all of it or nothing.
void unit_of_work::write(flush_plan& plan, std::vector<std::string>& slugs, const site& where) {
    loading_.connection.before_writing(where);
    engine::connection& c = loading_.connection.open(where);
    // The first changes of a transaction can be undone with all of it; later ones need a point to come back to.
    // One that may be tried again must not give up the locks of its transaction either.
    const bool slugged = std::any_of(plan.steps.begin(), plan.steps.end(), [](const flush_step& s) {
        return s.does == flush_step::what::insert && !s.model->slugs.empty();
    });
    const bool nested = memory_.phase.wrote || slugged;
    hook_calls hooks{memory_, preparation_, reaches_, where};
    parent_touching parents{memory_, sync_, plan, where};
    const bool touches =
        std::any_of(plan.steps.begin(), plan.steps.end(), [](const flush_step& step) { return step.model->touching; });
    bool saved = false;
    try {
        if (nested) c.savepoint(flush_savepoint);
        saved = nested;
        hooks.before(plan);
        slugs = fill_slugs(plan, where);
        plan_runner runner{memory_, loading_, reaches_, c, plan, where};
        plan.taken_along = runner.run();
        plan.returned = runner.returned();
        plan.let_go = runner.let_go();
        if (touches) parents.write(c);
        hooks.after(plan);
        add_rows_of_pairs(plan);
        memory_.phase.synchronising = true;
        sync_.sync(plan);
        if (touches) parents.sync_memory();
        if (nested) c.release(flush_savepoint);
    } catch (...) {
        if (saved || !nested || !c.in_transaction()) undo_statements(c, nested);
        throw;
    }
    memory_.phase.synchronising = false;
    memory_.phase.wrote = true;
    memory_.objects.arena().aggregates().outdate();
}

/// Association objects that were read after their pair was taken out.
void unit_of_work::add_rows_of_pairs(flush_plan& plan) {
    for (const flush_step& step : plan.steps) {
        if (step.does != flush_step::what::unlink || step.model->implied) continue;
        for (const auto& [first, second] : step.pairs) {
            const pair_key key{step.links, first, second};
            node* row = memory_.pairs.staged().find(key)->row == nullptr ? memory_.pairs.find_row(key) : nullptr;
            if (row != nullptr && row->state() == life::persistent) plan.taken_along.push_back(row);
        }
    }
}

void unit_of_work::undo_statements(engine::connection& c, bool nested) noexcept {
    if (nested && c.in_transaction()) {
        try {
            c.undo_to(flush_savepoint);
            return;
        } catch (const std::bad_alloc&) {
            loading_.connection.owes_undo = true;  // the next call begins with it
            return;
        } catch (...) {
            // All of the transaction goes, then; what failed first is what the caller hears of.
        }
    }
    c.rollback();
    memory_.phase.wrote = false;
    if (!nested) return;
    // The database gave up the whole transaction (a full disk, say), earlier flushes too: memory follows.
    memory_.restorer.restore_or_later({}, true);
    loading_.connection.savepoints.clear();
}

void unit_of_work::undo_savepoint(std::size_t at) {
    session_connection& c = loading_.connection;
    c.rollback_to(session_connection::savepoint_name(at));
    const graph::history_mark before = c.savepoints[at].before;
    c.savepoints.resize(at);
    memory_.restorer.restore(before);
}

void unit_of_work::finish_undoing() {
    session_connection& c = loading_.connection;
    if (c.owes_undo && c.in_transaction()) c.rollback_to(flush_savepoint);
    c.owes_undo = false;
    memory_.restorer.finish();
    for (std::size_t at = 0; c.owed_savepoint != 0 && at < c.savepoints.size(); ++at) {
        if (c.savepoints[at].number == c.owed_savepoint) undo_savepoint(at);
    }
    c.owed_savepoint = 0;
}

void unit_of_work::require_no_flush(const char* what, const site& where) const {
    if (!memory_.phase.flushing) return;
    throw usage_error{std::string{"a hook of a flush cannot "} + what + " its session", {.where = where}};
}

}  // namespace kin::detail
