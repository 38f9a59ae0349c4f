// A session's connection: opened at the first statement, ended by commit, rollback or the session.
#include "reading/session_connection.hpp"

#include <utility>

#include "engine/replica_set.hpp"

namespace kin::detail {

session_connection::session_connection(engine::pool& pool, counted<database_life> life, const session_phase& phase)
    : pool_{pool}, life_{std::move(life)}, phase_{phase} {}

session_connection::session_connection(session_connection& outer, const session_phase& phase)
    : pool_{outer.pool_}, life_{outer.life_}, phase_{phase}, of_stream_{true}, outer_{&outer} {}

session_connection::~session_connection() {
    end_reads();
    if (in_transaction()) lease_->rollback();
}

engine::connection& session_connection::open(const site& where) {
    if (of_stream_) {
        if (outer_ == nullptr) throw usage_error{"the transaction that this stream read in is over", {.where = where}};
        return outer_->open(where);
    }
    if (borrowed_) {
        if (whole_ && !lease_->in_transaction()) {
            throw usage_error{"the transaction that this session takes part in was rolled back", {.where = where}};
        }
        lease_->at(where);
        if (!lease_->in_transaction()) begin();
        return *lease_;
    }
    // One that was lost, and with it nothing but what a failed flush had written, is replaced.
    if (lease_ && !phase_.wrote && !lease_->in_transaction() && !lease_->alive()) {
        end_reads();
        statements_before_ += lease_->statements();
        lease_.release();
    }
    if (!lease_) {
        if (!life_->here) throw usage_error{"the database of this session is gone", {.where = where}};
        lease_ = reading_ != nullptr && reading_->from != nullptr ? reading_->from->acquire(reading_->after, where)
                                                                  : pool_.acquire(where);
        statements_before_ -= lease_->statements();
    }
    lease_->at(where);
    if (!lease_->in_transaction()) begin();
    return *lease_;
}

void session_connection::begin() {
    if (reading_ != nullptr) return lease_->begin_to_read();
    lease_->begin(writes);
}

void session_connection::only_read(engine::replica_set* from, std::string_view after) {
    reading_.reset(new reading{from, std::string{after}});
}

void session_connection::refuse_to_write(const site& where) {
    throw read_only_database{
        "this session only reads (kin::read_only): open one without it for what is to be written or locked, which goes "
        "to the primary",
        {.where = where}};
}

std::uint64_t session_connection::statements() const noexcept {
    return statements_before_ + (lease_ ? lease_->statements() : 0);
}

bool session_connection::in_transaction() const noexcept { return lease_ && lease_->in_transaction(); }

void session_connection::at(const site& where) noexcept {
    if (lease_) lease_->at(where);
}

void session_connection::commit(const site& where) {
    if (!in_transaction()) return;
    if (whole_) {
        throw usage_error{"this session takes part in a transaction that is not its own to commit", {.where = where}};
    }
    lease_->at(where);
    lease_->commit();
}

void session_connection::borrow(engine::lease lent, bool whole) noexcept {
    lease_ = std::move(lent);
    borrowed_ = true;
    whole_ = whole;
    statements_before_ -= lease_->statements();
}

engine::lease session_connection::give_back() noexcept {
    end_reads();
    if (!whole_) lease_->rollback();
    statements_before_ += lease_->statements();
    borrowed_ = whole_ = false;
    return std::move(lease_);
}

void session_connection::end() noexcept {
    owes_undo = false;
    owed_savepoint = 0;
    savepoints.clear();
    if (!lease_) return;
    if (borrowed_) return lease_->rollback();
    statements_before_ += lease_->statements();
    lease_.release();
}

void session_connection::rollback_to(const std::string& name) { lease_->undo_to(name); }

void session_connection::begin_read(open_read& r) noexcept { r.next_ = std::exchange(reads_, &r); }

void session_connection::end_read(open_read& r) noexcept {
    open_read** at = &reads_;
    while (*at != nullptr && *at != &r) at = &(*at)->next_;
    if (*at == &r) *at = r.next_;
}

void session_connection::end_reads() noexcept {
    while (reads_ != nullptr) std::exchange(reads_, reads_->next_)->end();
}

void session_connection::set_reads_apart() {
    for (open_read* r = reads_; r != nullptr; r = r->next_) r->set_apart();
}

}  // namespace kin::detail
