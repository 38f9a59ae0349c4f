// What stands behind a session: it owns the parts, hands them to each other, and is the host of its objects.
#pragma once

#include <atomic>
#include <cstdint>

#include <kin/engine/flow.hpp>
#include <kin/graph/host.hpp>
#include <kin/session/core.hpp>
#include <kin/value/counted.hpp>

#include "lifecycle/session_memory.hpp"
#include "loading/session_loading.hpp"
#include "relations/pair_rows_reader.hpp"
#include "session/guard.hpp"
#include "unit_of_work/session_work.hpp"
#include "writing/session_writing.hpp"

namespace kin::detail {

/// Whoever calls it from outside holds a session_guard, up to the last row that it reads; the parts do not look.
class session_core final : public graph::host, public pair_rows_reader {
  public:
    session_core(database&, const site&);
    /// For the objects of a stream: reads through the outer session's connection, and writes nothing.
    explicit session_core(session_core& outer);
    ~session_core();
    session_core(const session_core&) = delete;
    session_core& operator=(const session_core&) = delete;

    /// For those that may outlive the session.
    [[nodiscard]] const counted<session_life>& lifeline();

    session_memory memory;
    session_loading loading;
    session_work work;
    session_writing writing;

    // -- transaction.cpp
    void commit(const site&);
    void rollback(const site&);
    [[nodiscard]] std::size_t savepoint(const site&);
    void release(std::size_t number, const site&);
    void rollback_to(std::size_t number, const site&);
    /// The same where nobody can be told of an error.
    void abandon(std::size_t number) noexcept;
    void clear(const site&);
    /// Before something is read, and after a rollback: gives back what objects that left have had.
    void drop_departed() noexcept {
        if (memory.drop_departed()) writing.creation.forget();
    }

    // -- graph::host
    void touch(graph::node&) override;
    void reload(graph::node&) override;
    void load(graph::node& owner, const mapping::relation&, const site&) override;
    void read_column(graph::node& owner, std::size_t column, const site&) override;
    void assign(graph::node& owner, const mapping::relation&, graph::node* target) override;
    void append(graph::node& owner, const mapping::relation&, graph::node& child) override;
    void erase(graph::node& owner, const mapping::relation&, graph::node& child) override;
    graph::node& assign_new(graph::node& owner, const mapping::relation&, void* object) override;
    graph::node& append_new(graph::node& owner, const mapping::relation&, void* object) override;
    void replace(graph::node& owner, const mapping::relation&, graph::node* const* members, std::size_t count) override;
    void load_for_change(graph::node& owner, const mapping::relation&) override;
    void save(graph::node& owner, const mapping::relation&, void* objects, graph::node** nodes, std::size_t count,
              void* pivot, const site&) override;
    graph::pivot_result change_pivot(graph::node& owner, const mapping::relation&, const graph::pivot_request&,
                                     const site&) override;
    graph::node* find_pivot(graph::node& owner, const mapping::relation&, const graph::asked_link&,
                            const site&) override;
    graph::node& find_or_create(graph::node& owner, const mapping::relation&, const graph::sought&,
                                const site&) override;
    [[nodiscard]] graph::node& with_key(const mapping::relation&, const value& key, const site&) override;
    [[nodiscard]] graph::node& node_of(const void* object, const site&) const override;
    const void* answer(graph::node& owner, const mapping::relation&, const graph::aggregate_ask&, const site&) override;

  private:
    friend struct session_guard;

    void begin(graph::all_or_nothing& change) noexcept override { memory.log.begin(change); }
    void end(graph::all_or_nothing& change) noexcept override { memory.restorer.end(change); }
    void read_rows_of(const pair_key&) override;

    void connect_parts();
    [[nodiscard]] std::size_t place_of(std::size_t savepoint, const site&) const;
    void end_transaction() noexcept;

    counted<session_life> life_{};
    std::atomic<std::uintptr_t> thread_{0};  ///< who is inside right now
};

inline session_guard::session_guard(const session_core& core, const site& where)
    : core_{const_cast<session_core&>(core)}, outermost_{false} {
    const auto me = reinterpret_cast<std::uintptr_t>(engine::running());
    std::uintptr_t inside = core_.thread_.load(std::memory_order_relaxed);
    if (inside == me) return;  // only this thread or flow could have written it
    inside = 0;
    if (!core_.thread_.compare_exchange_strong(inside, me, std::memory_order_acquire, std::memory_order_relaxed))
        [[unlikely]]
        refuse_second_thread(where);
    outermost_ = true;
    if (core_.work.flushing.is_unfinished()) [[unlikely]]
        finish_undoing();
}

inline void session_guard::before_reading() const noexcept {
    if (core_.memory.objects.many_left() && outermost_) [[unlikely]]
        core_.drop_departed();
}

inline session_guard::~session_guard() {
    if (outermost_) core_.thread_.store(0, std::memory_order_release);
}

}  // namespace kin::detail
