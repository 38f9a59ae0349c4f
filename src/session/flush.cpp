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

void session_core::flush(const site& where) {
    const session_guard guard{*this, where};
    if (flushing_) return;
    std::vector<std::string> before;
    for (;;) {
        std::vector<std::string> slugs;
        try {
            return flush_once(slugs, where);
        } catch (const unique_violation&) {
            // Somebody else may have taken a slug since it was asked for: then other ones are made now.
            if (slugs.empty() || slugs == before) throw;
            before = std::move(slugs);
        }
    }
}

void session_core::flush_once(std::vector<std::string>& slugs, const site& where) {
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
    const history_mark staged = now();
    flush_plan plan = [&] {
        try {
            remove_along(where);
            if (displace_former(where)) remove_along(where);
            return plan_builder{*this, where}.build();
        } catch (...) {
            restore(staged, false);
            throw;
        }
    }();
    if (plan.steps.empty()) {
        settle(plan);  // staged changes that came back to where they were
        return;
    }
    before_writing();
    engine::connection& c = connection(where);
    // The first changes of a transaction can be undone with all of it; later ones need a point to come back to.
    // One that may be tried again must not give up the locks of its transaction either.
    const bool slugged = std::any_of(plan.steps.begin(), plan.steps.end(), [](const flush_step& s) {
        return s.does == flush_step::what::insert && s.model->slug_column != nullptr;
    });
    const bool nested = wrote_ || slugged;
    const history_mark before = now();
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
        if (nested) c.release(flush_savepoint);
    } catch (...) {
        undo_writes(before);
        hooks.undo();
        if (saved || !nested || !c.in_transaction()) undo_statements(c, nested);
        restore(staged, false);
        throw;
    }
    wrote_ = true;
    arena_->aggregates().outdate();
    // An association object that was read after its pair was taken out.
    for (const flush_step& step : plan.steps) {
        if (step.does != flush_step::what::unlink || step.model->implied) continue;
        for (const auto& [first, second] : step.pairs) {
            const pair_key key{step.links, first, second};
            node* row = pairs_.at(key).row == nullptr ? find_row(key) : nullptr;
            if (row != nullptr && row->state() == life::persistent) plan.taken_along.push_back(row);
        }
    }
    settle(plan);
    if (touches) parents.settle();
}

void session_core::undo_statements(engine::connection& c, bool nested) {
    if (nested && c.in_transaction()) {
        c.rollback_to(flush_savepoint);
        c.release(flush_savepoint);
        return;
    }
    c.rollback();
    wrote_ = false;
    if (!nested) return;
    // The database gave up the whole transaction (a full disk, say), earlier flushes too: memory follows.
    restore({});
    links_.clear();
    pairs_.clear();
    savepoints_ = 0;
}

}  // namespace kin::detail
