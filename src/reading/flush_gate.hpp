// Between reading and the unit of work: before a statement is sent, what is pending and would change its answer is
// flushed.
#pragma once

#include <kin/mapping/model.hpp>
#include <kin/sql/statement.hpp>

#include "lifecycle/session_memory.hpp"
#include "query/load_options.hpp"
#include "query/tables_read.hpp"

namespace kin::detail {

/// What reading asks of the unit of work, which stands above it.
class pending_writes {
  public:
    /// Whether anything at all is pending.
    [[nodiscard]] virtual bool dirty() const = 0;
    /// Whether a flush would write one of these tables. `unknown`: of this model only rows are read that the session
    /// does not know.
    [[nodiscard]] virtual bool would_write(const tables_read&, const mapping::model* unknown) = 0;
    /// Whether objects, or pairs, of the model itself hold a change.
    [[nodiscard]] virtual bool has_changes_of(const mapping::model&) const = 0;
    /// A flush of everything.
    virtual void flush(const site&) = 0;
    /// A flush of all that can be written: what is still being made waits.
    virtual void flush_ready(const site&) = 0;
    /// As flush_ready; of what nobody owns any more only what these tables show.
    virtual void flush_for(const tables_read&, const site&) = 0;

  protected:
    ~pending_writes() = default;
};

/// Autoflush: every read passes here with the tables that it reads (query/tables_read.hpp), and is preceded by a flush
/// where that would write one of them. Nothing happens without autoflush, or within a flush. What the flush throws
/// passes through; the statement is not sent then.
class flush_gate {
  public:
    explicit flush_gate(session_memory& memory) : memory_{memory} {}
    /// Who knows what is pending; set once, before anything is read.
    void ask(pending_writes& pending) noexcept { pending_ = &pending; }

    /// One test where nothing is pending, or nothing flushes by itself.
    [[nodiscard]] bool may_flush() const noexcept;
    /// Before a statement and what is loaded with it.
    void flush_before(const sql::select&, const load_level& with, const site&);
    /// Before the relations of a level are loaded.
    void flush_before(const load_level&, const site&);
    /// Before one relation is loaded, with those below it.
    void flush_before(const load_option&, const load_level& below, const site&);
    /// Before any read of these tables.
    void flush_before(const tables_read&, const site&);
    /// Before a row is read by its key, of an object that is not here: changes of those that are do not matter.
    void flush_before_get(const mapping::model&, const site&);
    /// Before a statement of which nobody knows what it reads.
    void flush_before_any(const site&);
    /// The unit of work, as reading sees it.
    [[nodiscard]] pending_writes& pending() const noexcept { return *pending_; }

  private:
    session_memory& memory_;
    pending_writes* pending_ = nullptr;
};

}  // namespace kin::detail
