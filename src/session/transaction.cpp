// A session's connection and transaction: opened at the first statement, ended by commit, rollback or the session.
#include <algorithm>
#include <exception>
#include <new>

#include <kin/session/database.hpp>

#include "session/autoflush.hpp"
#include "session/core.hpp"

namespace kin::detail {

session_core::session_core(database& db, const site&)
    : db_{db}, database_{db.kin_life()}, arena_{new graph::arena{this}} {}

session_core::session_core(session_core& outer)
    : db_{outer.db_}, database_{outer.database_}, arena_{new graph::arena{this}}, streamed_{true}, outer_{&outer} {}

const counted<session_life>& session_core::lifeline() {
    if (!life_) life_ = counted<session_life>::make(session_life{this});
    return life_;
}

session_core::~session_core() {
    if (life_) life_->core = nullptr;
    end_streams();
    if (lease_ && lease_->in_transaction()) lease_->rollback();
    arena_->close();
    arena_->release();
    drop_hooks(hooks);
}

engine::connection& session_core::connection(const site& where) {
    if (streamed_) {
        if (outer_ == nullptr) throw usage_error{"the transaction that this stream read in is over", {.where = where}};
        return outer_->connection(where);
    }
    // One that was lost, and with it nothing but what a failed flush had written, is replaced.
    if (lease_ && !wrote_ && !lease_->in_transaction() && !lease_->alive()) {
        end_streams();
        statements_before_ += lease_->statements();
        lease_.release();
    }
    if (!lease_) {
        if (!database_->here) throw usage_error{"the database of this session is gone", {.where = where}};
        lease_ = db_.connect(where);
        statements_before_ -= lease_->statements();
    }
    lease_->at(where);
    if (!lease_->in_transaction()) lease_->begin();
    return *lease_;
}

std::uint64_t session_core::statements() const noexcept {
    return statements_before_ + (lease_ ? lease_->statements() : 0);
}

bool session_core::dirty() const {
    if (!pairs_.empty()) return true;
    for (const auto& s : states_) {
        if (s != nullptr && concerned(*s->objects->what)) return true;
    }
    return false;
}

void session_core::commit(const site& where) {
    const session_guard guard{*this, where};
    guard.require_outermost("commit", where);
    flush(where);
    end_streams();
    if (lease_ && lease_->in_transaction()) {
        lease_->at(where);
        lease_->commit();
    }
    forget_history();
    end_transaction();
    try {
        call_hooks(event::after_commit, nullptr, nullptr);
    } catch (...) {
        throw_committed(where);
    }
}

/// What an after_commit hook threw, around what it has to say: that the changes are there all the same.
void session_core::throw_committed(const site& where) {
    std::string said = "something that is no std::exception";
    try {
        throw;
    } catch (const error& e) {
        said = e.message();
    } catch (const std::exception& e) {
        said = e.what();
    } catch (...) {
    }
    std::throw_with_nested(
        hook_error{"the transaction was committed; an after_commit hook failed: " + said, {.where = where}});
}

void session_core::end_transaction() noexcept {
    wrote_ = false;
    owes_undo_ = false;
    owed_savepoint_ = 0;
    marks_.clear();
    if (!lease_) return;
    statements_before_ += lease_->statements();
    lease_.release();
}

void session_core::rollback(const site& where) {
    const session_guard guard{*this, where};
    guard.require_outermost("roll back", where);
    end_streams();
    if (lease_) lease_->at(where);
    end_transaction();
    restore({});
    call_hooks(event::after_rollback, nullptr, nullptr);
}

// -- savepoints: the n-th one that is open is "kin_n", and remembers where the journal stood ------------------------

namespace {
std::string savepoint_name(std::size_t n) { return "kin_" + std::to_string(n + 1); }
}  // namespace

std::size_t session_core::savepoint(const site& where) {
    const session_guard guard{*this, where};
    guard.require_outermost("set a savepoint in", where);
    flush(where);
    make_room(marks_);
    connection(where).savepoint(savepoint_name(marks_.size()));
    marks_.push_back({++last_savepoint_, now()});
    wrote_ = true;
    return last_savepoint_;
}

/// Its place among those that are open; numbers are never given twice, so that one of an earlier transaction is known.
std::size_t session_core::open_savepoint(std::size_t number, const site& where) const {
    for (std::size_t i = 0; i < marks_.size(); ++i) {
        if (marks_[i].number == number) return i;
    }
    throw usage_error{"this savepoint has ended already, by itself or with its transaction", {.where = where}};
}

void session_core::release(std::size_t number, const site& where) {
    const session_guard guard{*this, where};
    guard.require_outermost("release a savepoint of", where);
    (void)open_savepoint(number, where);
    flush(where);
    const std::size_t at = open_savepoint(number, where);
    connection(where).release(savepoint_name(at));
    marks_.resize(at);
}

void session_core::rollback_to(std::size_t number, const site& where) {
    const session_guard guard{*this, where};
    guard.require_outermost("roll back", where);
    const std::size_t at = open_savepoint(number, where);
    (void)connection(where);
    undo_savepoint(at);
}

void session_core::undo_savepoint(std::size_t at) {
    const std::string name = savepoint_name(at);
    lease_->rollback_to(name);
    lease_->release(name);
    const history_mark before = marks_[at].before;
    marks_.resize(at);
    restore(before);
}

void session_core::abandon(std::size_t number) noexcept {
    const auto is_open = [&] {
        return std::any_of(marks_.begin(), marks_.end(), [&](const open_mark& each) { return each.number == number; });
    };
    try {
        if (is_open()) rollback_to(number, site::current());
    } catch (const std::bad_alloc&) {
        // The next call begins with it; with the outermost one, where there are several.
        if (is_open() && (owed_savepoint_ == 0 || number < owed_savepoint_)) owed_savepoint_ = number;
    } catch (...) {
        // Where it cannot be undone, nothing of the transaction may stay.
        if (!is_open()) return;
        end_transaction();
        restore_or_later({}, true);
    }
}

// -- leaving --------------------------------------------------------------------------------------------------------

void session_core::clear(const site& where) {
    const session_guard guard{*this, where};
    guard.require_outermost("clear", where);
    // Somebody may still hold results: they keep the old arena, the session goes on with a new one.
    graph::arena* next = nullptr;
    if (!arena_->sole()) {
        next = new graph::arena{this};
        try {
            for (const auto& s : states_) {
                if (s != nullptr) (void)next->pool_of(*s->objects->what);
            }
        } catch (...) {
            next->release();
            throw;
        }
    }
    for (const auto& s : states_) {
        if (s == nullptr) continue;
        s->pending.clear();
        s->touched.clear();
        s->removed.clear();
        s->stale_lists = false;
    }
    forget_history();
    for (open_mark& each : marks_) each.before = {};  // what follows is all younger than any savepoint
    // An empty table would still be wiped.
    if (!links_.empty()) links_.clear();
    if (!pairs_.empty()) pairs_.clear();
    contents_.clear();
    sayings_.clear();
    if (!orphans_.empty()) orphans_.clear();
    if (!for_good_.empty()) for_good_.clear();
    trees_.clear();  // only the groups of the objects that go point to them
    if (next == nullptr) {
        arena_->reset();
        return;
    }
    for (const auto& s : states_) {
        if (s != nullptr) s->objects = &next->pool_of(*s->objects->what);
    }
    arena_->close();
    arena_->release();
    arena_ = next;
}

}  // namespace kin::detail
