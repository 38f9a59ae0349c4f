// A session's connection and transaction: opened at the first statement, ended by commit, rollback or the session.
#include <kin/session/database.hpp>

#include "session/autoflush.hpp"
#include "session/core.hpp"

namespace kin::detail {

session_core::session_core(database& db, const site&) : db_{db}, arena_{new graph::arena{this}} {}

session_core::session_core(session_core& outer)
    : db_{outer.db_}, arena_{new graph::arena{this}}, streamed_{true}, outer_{&outer} {}

session_core::~session_core() {
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
    require_no_flush("commit", where);
    flush(where);
    end_streams();
    if (lease_ && lease_->in_transaction()) {
        lease_->at(where);
        lease_->commit();
    }
    forget_history();
    wrote_ = false;
    savepoints_ = 0;
    if (lease_) {
        statements_before_ += lease_->statements();
        lease_.release();
    }
    call_hooks(event::after_commit, nullptr, nullptr);
}

void session_core::rollback(const site& where) {
    const session_guard guard{*this, where};
    require_no_flush("roll back", where);
    end_streams();
    if (lease_) {
        lease_->at(where);
        if (lease_->in_transaction()) lease_->rollback();
        statements_before_ += lease_->statements();
        lease_.release();
    }
    restore({});
    links_.clear();
    pairs_.clear();
    wrote_ = false;
    savepoints_ = 0;
    call_hooks(event::after_rollback, nullptr, nullptr);
}

// -- savepoints: numbered, the n-th one is "kin_n" and remembers where the journal stood -----------------------------

namespace {
std::string savepoint_name(std::size_t n) { return "kin_" + std::to_string(n); }
}  // namespace

std::size_t session_core::savepoint(const site& where) {
    const session_guard guard{*this, where};
    flush(where);
    connection(where).savepoint(savepoint_name(++savepoints_));
    marks_.resize(savepoints_);
    marks_.back() = now();
    wrote_ = true;
    return savepoints_;
}

void session_core::release(std::size_t n, const site& where) {
    const session_guard guard{*this, where};
    if (n == 0 || n > savepoints_) throw usage_error{"this savepoint has ended already", {.where = where}};
    flush(where);
    connection(where).release(savepoint_name(n));
    savepoints_ = n - 1;
}

void session_core::rollback_to(std::size_t n, const site& where) {
    const session_guard guard{*this, where};
    if (n == 0 || n > savepoints_) throw usage_error{"this savepoint has ended already", {.where = where}};
    engine::connection& c = connection(where);
    c.rollback_to(savepoint_name(n));
    c.release(savepoint_name(n));
    restore(marks_[n - 1]);
    savepoints_ = n - 1;
}

// -- leaving --------------------------------------------------------------------------------------------------------

void session_core::clear(const site& where) {
    const session_guard guard{*this, where};
    require_no_flush("clear", where);
    for (const auto& s : states_) {
        if (s == nullptr) continue;
        s->pending.clear();
        s->touched.clear();
        s->removed.clear();
        s->stale_lists = false;
    }
    forget_history();
    std::fill(marks_.begin(), marks_.end(), history_mark{});  // what follows is all younger than any savepoint
    // An empty table would still be wiped.
    if (!links_.empty()) links_.clear();
    if (!pairs_.empty()) pairs_.clear();
    contents_.clear();
    sayings_.clear();
    trees_.clear();  // only the groups of the objects that go point to them
    if (arena_->sole()) {
        arena_->reset();
        return;
    }
    // Somebody still holds results: they keep the old arena, the session goes on with a new one.
    auto* next = new graph::arena{this};
    for (const auto& s : states_) {
        if (s != nullptr) s->objects = &next->pool_of(*s->objects->what);
    }
    arena_->close();
    arena_->release();
    arena_ = next;
}

}  // namespace kin::detail
