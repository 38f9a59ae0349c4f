// Before a read: a flush, where it reads a table that the next flush would write. One place for all that is read.
#include "reading/flush_gate.hpp"

#include "lifecycle/session_memory.hpp"

namespace kin::detail {

using mapping::model;

bool flush_gate::may_flush() const noexcept {
    if (!memory_.phase.autoflush || memory_.phase.flushing) return false;
    if (!memory_.pairs.staged().empty()) return true;
    return memory_.objects.any_listed();
}

void flush_gate::flush_before(const tables_read& reads, const site& where) {
    if (pending_->would_write(reads, nullptr)) pending_->flush_for(reads, where);
}

namespace {

void add_chosen(const load_level&, tables_read& to, const site&);

/// Of relations that are loaded beside their owners those tables whose rows have to be as memory is: a part of them is
/// chosen by the database, and rows lead over others to those that are shown. Where a relation is loaded whole, what
/// memory knows of its rows wins.
void add_chosen(const load_option& e, const load_level& below, tables_read& to, const site& where) {
    if (e.partial() || e.what->computed()) return to.add(e, below, where);
    add_chosen(below, to, where);
}

void add_chosen(const load_level& level, tables_read& to, const site& where) {
    if (level.said == nullptr) return;
    for (const load_option& e : *level.said) {
        if (e.what != nullptr && with_owners(e.how)) add_chosen(e, level.below(e), to, where);
    }
}

}  // namespace

void flush_gate::flush_before(const sql::select& s, const load_level& with, const site& where) {
    if (!may_flush()) return;
    tables_read reads;
    reads.add(s);
    tables_read chosen = reads;
    reads.add(with, where);
    if (!pending_->would_write(reads, nullptr)) return;
    add_chosen(with, chosen, where);
    pending_->flush_for(chosen, where);
}

void flush_gate::flush_before(const load_level& level, const site& where) {
    if (!may_flush()) return;
    tables_read reads;
    reads.add(level, where);
    if (!pending_->would_write(reads, nullptr)) return;
    tables_read chosen;
    add_chosen(level, chosen, where);
    pending_->flush_for(chosen, where);
}

void flush_gate::flush_before(const load_option& e, const load_level& below, const site& where) {
    if (!may_flush()) return;
    tables_read reads;
    reads.add(e, below, where);
    if (!pending_->would_write(reads, nullptr)) return;
    tables_read chosen;
    add_chosen(e, below, chosen, where);
    pending_->flush_for(chosen, where);
}

void flush_gate::flush_before_get(const model& m, const site& where) {
    if (!may_flush()) return;
    tables_read reads;
    reads.add(m);
    if (pending_->would_write(reads, &m)) pending_->flush(where);
}

void flush_gate::flush_before_any(const site& where) {
    if (memory_.phase.autoflush && !memory_.phase.flushing && pending_->dirty()) pending_->flush_ready(where);
}

}  // namespace kin::detail
