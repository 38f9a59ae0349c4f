// Commit, rollback and savepoints: the database and memory at once.
#include <algorithm>
#include <exception>
#include <new>
#include <string>

#include "lifecycle/after_commit.hpp"
#include "session/core.hpp"

namespace kin::detail {

namespace {

/// What an after_commit hook threw, around what it has to say: that the changes are there all the same.
[[noreturn]] void throw_committed(const site& where) {
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

}  // namespace

void session_core::commit(const site& where) {
    const session_guard guard{*this, where};
    guard.require_outermost("commit", where);
    memory.settled.compare_again();
    memory.settled.verify_some(where);
    work.flushing.flush(where);
    if (work.flushing.brought_back()) work.flushing.flush(where);  // a commit leaves nothing
    loading.connection.end_reads();
    loading.connection.commit(where);
    memory.settled.committed();
    give_back_what_was(memory.log, memory.objects);
    memory.log.forget();
    end_transaction();
    try {
        memory.hooks.call_hooks(event::after_commit, nullptr, nullptr);
    } catch (...) {
        throw_committed(where);
    }
}

void session_core::end_transaction() noexcept {
    memory.phase.wrote = false;
    loading.connection.end();
}

void session_core::rollback(const site& where) {
    const session_guard guard{*this, where};
    guard.require_outermost("roll back", where);
    loading.connection.end_reads();
    loading.connection.at(where);
    end_transaction();
    memory.restorer.restore({});
    memory.settled.rolled_back();
    guard.before_reading();
    memory.hooks.call_hooks(event::after_rollback, nullptr, nullptr);
}

// -- savepoints -----------------------------------------------------------------------------------------------------

std::size_t session_core::savepoint(const site& where) {
    const session_guard guard{*this, where};
    guard.require_outermost("set a savepoint in", where);
    work.flushing.flush(where);
    session_connection& c = loading.connection;
    make_room(c.savepoints);
    c.open(where).savepoint(session_connection::savepoint_name(c.savepoints.size()));
    c.savepoints.push_back({++c.last_savepoint, memory.log.now()});
    memory.phase.wrote = true;
    return c.last_savepoint;
}

/// Among those that are open.
std::size_t session_core::place_of(std::size_t number, const site& where) const {
    const auto& open = loading.connection.savepoints;
    for (std::size_t i = 0; i < open.size(); ++i) {
        if (open[i].number == number) return i;
    }
    throw usage_error{"this savepoint has ended already, by itself or with its transaction", {.where = where}};
}

void session_core::release(std::size_t number, const site& where) {
    const session_guard guard{*this, where};
    guard.require_outermost("release a savepoint of", where);
    (void)place_of(number, where);
    work.flushing.flush(where);
    const std::size_t at = place_of(number, where);
    loading.connection.open(where).release(session_connection::savepoint_name(at));
    loading.connection.savepoints.resize(at);
}

void session_core::rollback_to(std::size_t number, const site& where) {
    const session_guard guard{*this, where};
    guard.require_outermost("roll back", where);
    const std::size_t at = place_of(number, where);
    (void)loading.connection.open(where);
    work.flushing.undo_savepoint(at);
}

void session_core::abandon(std::size_t number) noexcept {
    session_connection& c = loading.connection;
    const auto is_open = [&] {
        return std::any_of(c.savepoints.begin(), c.savepoints.end(),
                           [&](const auto& each) { return each.number == number; });
    };
    try {
        if (is_open()) rollback_to(number, site::current());
    } catch (const std::bad_alloc&) {
        // The next call begins with it; with the outermost one, where there are several.
        if (is_open() && (c.owed_savepoint == 0 || number < c.owed_savepoint)) c.owed_savepoint = number;
    } catch (...) {
        // Where it cannot be undone, nothing of the transaction may stay.
        if (!is_open()) return;
        end_transaction();
        memory.restorer.restore_or_later({}, true);
    }
}

void session_core::clear(const site& where) {
    const session_guard guard{*this, where};
    guard.require_outermost("clear", where);
    memory.settled.verify_all(where);
    memory.clear();
    writing.creation.forget();
    // What follows is all younger than any savepoint.
    for (auto& each : loading.connection.savepoints) each.before = {};
}

}  // namespace kin::detail
