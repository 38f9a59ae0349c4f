// The unit of work: plans, runs the plan in one transaction, and settles or restores memory after it.
#include <algorithm>

#include <kin/session/database.hpp>

#include "session/core.hpp"
#include "session/flush_plan.hpp"
#include "session/hooks.hpp"
#include "session/touching.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

void session_core::flush(const site& where) { flush(where, {}); }

void session_core::flush(const site& where, const flush_choice& choice) {
    const session_guard guard{*this, where};
    if (flushing_) return;
    std::vector<std::string> before;
    for (;;) {
        std::vector<std::string> slugs;
        try {
            return flush_once(slugs, where, choice);
        } catch (const unique_violation&) {
            // Somebody else may have taken a slug since it was asked for: then other ones are made now.
            if (slugs.empty() || slugs == before) throw;
            before = std::move(slugs);
        }
    }
}

void session_core::flush_once(std::vector<std::string>& slugs, const site& where, const flush_choice& choice) {
    if (is_unfinished()) finish_restoring();
    bool anything = !pairs_.empty();
    for (const auto& s : states_) {
        anything = anything || (s != nullptr && (!s->pending.empty() || !s->removed.empty() || !s->touched.empty()));
    }
    if (!anything) return;
    struct flushing {
        bool& flag;
        explicit flushing(bool& f) : flag{f} { flag = true; }
        ~flushing() { flag = false; }
    } during{flushing_};
    // What the staged changes bring about is staged with them, and taken back with them.
    graph::all_or_nothing whole{*this};
    held_back held{.choice = choice};
    const auto hold = [&] {
        plan_builder{*this, where}.hold_back(held);
        remove_along(held, where);
    };
    hold();
    if (displace_former(held, where)) hold();
    while (leave_removed(held, where)) hold();
    flush_plan plan = plan_builder{*this, where}.build(std::move(held));
    if (plan.steps.empty()) {
        settle(plan);  // staged changes that came back to where they were
    } else {
        write(plan, slugs, where);
    }
    settled(plan);
    whole.done();
}

/// The statements of a plan, and memory as far as that may fail: all of it or nothing.
void session_core::write(flush_plan& plan, std::vector<std::string>& slugs, const site& where) {
    before_writing();
    engine::connection& c = connection(where);
    // The first changes of a transaction can be undone with all of it; later ones need a point to come back to.
    // One that may be tried again must not give up the locks of its transaction either.
    const bool slugged = std::any_of(plan.steps.begin(), plan.steps.end(), [](const flush_step& s) {
        return s.does == flush_step::what::insert && s.model->slug_column != nullptr;
    });
    const bool nested = wrote_ || slugged;
    hook_calls hooks{*this, where};
    parent_touching parents{*this, plan, where};
    const bool touches =
        std::any_of(plan.steps.begin(), plan.steps.end(), [](const flush_step& step) { return step.model->touching; });
    bool saved = false;
    try {
        if (nested) c.savepoint(flush_savepoint);
        saved = nested;
        hooks.before(plan);
        slugs = fill_slugs(plan, where);
        plan.taken_along = run_plan(*this, c, plan, where);
        if (touches) parents.write(c);
        hooks.after(plan);
        add_rows_of_pairs(plan);
        settling_ = true;
        settle(plan);
        if (touches) parents.settle();
        if (nested) c.release(flush_savepoint);
    } catch (...) {
        if (saved || !nested || !c.in_transaction()) undo_statements(c, nested);
        throw;
    }
    settling_ = false;
    wrote_ = true;
    arena_->aggregates().outdate();
}

/// Association objects that were read after their pair was taken out.
void session_core::add_rows_of_pairs(flush_plan& plan) {
    for (const flush_step& step : plan.steps) {
        if (step.does != flush_step::what::unlink || step.model->implied) continue;
        for (const auto& [first, second] : step.pairs) {
            const pair_key key{step.links, first, second};
            node* row = pairs_.at(key).row == nullptr ? find_row(key) : nullptr;
            if (row != nullptr && row->state() == life::persistent) plan.taken_along.push_back(row);
        }
    }
}

void session_core::undo_statements(engine::connection& c, bool nested) noexcept {
    if (nested && c.in_transaction()) {
        try {
            c.rollback_to(flush_savepoint);
            c.release(flush_savepoint);
            return;
        } catch (const std::bad_alloc&) {
            owes_undo_ = true;  // the next call begins with it
            return;
        } catch (...) {
            // All of the transaction goes, then; what failed first is what the caller hears of.
        }
    }
    c.rollback();
    wrote_ = false;
    if (!nested) return;
    // The database gave up the whole transaction (a full disk, say), earlier flushes too: memory follows.
    restore_or_later({}, true);
    marks_.clear();
}

}  // namespace kin::detail
