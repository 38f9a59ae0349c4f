// What was, written down before it changes.
#include "memory/undo_log.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include <kin/graph/fields.hpp>
#include <kin/graph/slot_access.hpp>

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

namespace {

/// A slot that a load is about to fill says whose (slot_filling::claim): nothing that outlives the load.
std::uintptr_t at_rest(std::uintptr_t word) noexcept {
    return graph::mark_of(word) == mark::unloaded ? graph::tagged(mark::unloaded) : word;
}

/// By a rollback. One that lost its row gets it back.
bool leaves_as_it_is(const node& n) noexcept { return n.state() == life::pending && n.snapshot() == nullptr; }

}  // namespace

void undo_log::journal_read(node& n, const mapping::relation& r) {
    if (!changing()) return;
    journal_slot(n, r);
}

inline void undo_log::write_slot(undo_record& to, node& n, const mapping::relation& r) const noexcept {
    const bool many = r.to_many();
    to.did = many ? undo_record::what::many_slot : undo_record::what::one_slot;
    to.shows = contents_.shown.of(n, r);
    to.at = &n;
    to.side = &r;
    to.word = at_rest(slot_access::word(n, r));
    if (!many) return;
    graph::to_many& slot = slot_access::many(n, r);
    to.size = slot_access::size(slot);
    to.capacity = slot_access::capacity(slot);
}

/// One for the change alone that is being made.
inline void undo_log::journal_fresh(node& n, const mapping::relation& r) {
    fresh_record& record = past_.fresh.emplace_back();
    record.behind = past_.journal.size();
    write_slot(record.what, n, r);
}

void undo_log::journal_slot(node& n, const mapping::relation& r) {
    if (!leaves_as_it_is(n)) {
        write_slot(past_.journal.emplace_back(), n, r);
    } else if (changes_ != nullptr && !just_made(n)) {
        journal_fresh(n, r);
    }
}

void undo_log::journal_return(node& n) {
    if (n.snapshot() != nullptr) {
        for (const mapping::relation& r : n.in->what->relations) write_slot(past_.journal.emplace_back(), n, r);
        return;
    }
    if (changes_ == nullptr) return;
    for (const mapping::relation& r : n.in->what->relations) journal_fresh(n, r);
}

void undo_log::remember(node& n, const field& f) {
    const bool plain = f.rep == layout::i64 && f.optional == nullptr;
    if (plain) {
        auto* at = reinterpret_cast<std::int64_t*>(static_cast<std::byte*>(n.object()) + f.offset);
        if (*at == 0) {
            past_.given.push_back(at);
            return;
        }
    }
    field_write w{n.object(), &f, 0, nullptr};
    if (plain) {
        std::memcpy(&w.integer, static_cast<const std::byte*>(n.object()) + f.offset, sizeof w.integer);
    } else {
        value scratch;
        w.other = std::make_unique<value>(graph::view(f, n.object(), scratch));
    }
    past_.writes.push_back(std::move(w));
}

void undo_log::journal_unremoved(node& n) {
    if (changes_ != nullptr)
        past_.fresh.push_back({{.did = undo_record::what::returned, .at = &n}, past_.journal.size()});
}

void undo_log::journal_snapshot(node& n, const std::byte* was) {
    past_.journal.push_back(
        {.did = undo_record::what::snapshot, .at = &n, .word = reinterpret_cast<std::uintptr_t>(was)});
}

void undo_log::journal_parent(node& child, const mapping::foreign_key& k, bool staged, node* was) {
    past_.journal.push_back({.did = undo_record::what::link,
                             .at = &child,
                             .key = &k,
                             .word = staged ? reinterpret_cast<std::uintptr_t>(was) | 1 : 0});
}

std::uint32_t undo_log::journal_pair(const pair_key& key, staged_pair was) {
    past_.pairs.emplace_back(key, was);
    past_.journal.push_back({.did = undo_record::what::pair, .at = key.first, .word = past_.pairs.size() - 1});
    return static_cast<std::uint32_t>(past_.pairs.size());
}

void undo_log::remember_unset(node& n, const field& f) {
    if (f.rep == layout::i64 && f.optional == nullptr) {
        past_.given.push_back(reinterpret_cast<std::int64_t*>(static_cast<std::byte*>(n.object()) + f.offset));
    } else {
        past_.writes.push_back({n.object(), &f, 0, std::make_unique<value>(std::int64_t{0})});
    }
}

void undo_log::keep_values(node& n, const std::byte* packed) {
    if (changes_ == nullptr) return;
    past_.fresh.push_back(
        {{.did = undo_record::what::values, .at = &n, .word = reinterpret_cast<std::uintptr_t>(packed)},
         past_.journal.size()});
}

void undo_log::remember_values() {
    for (const auto& s : objects_.states()) {
        if (s == nullptr) continue;
        const mapping::model& m = *s->objects->what;
        for (const std::vector<node*>* list : {&s->pending, &s->touched, &s->removed}) {
            for (node* n : *list) {
                if (n->state() == life::detached || (n->word & node::expired) != 0) continue;
                std::uint64_t changed = 0;
                const bool same =
                    n->snapshot() != nullptr && graph::compare(m, n->object(), n->snapshot(), changed) == 0;
                keep_values(*n, same ? n->snapshot() : graph::pack(m, n->object(), objects_.arena()));
            }
        }
    }
}

bool undo_log::changed_since(const graph::history_mark& then) const noexcept {
    return past_.journal.size() != then.journal ||
           std::any_of(past_.transitions.begin() + static_cast<std::ptrdiff_t>(then.transitions),
                       past_.transitions.end(), [](const transition_of& t) { return t.did() != transition::read; });
}

void undo_log::keep_all() noexcept {
    past_.fresh.clear();
    for (graph::all_or_nothing* each = changes_; each != nullptr; each = each->outer) each->before = now();
}

void undo_log::forget() noexcept {
    past_.journal.clear();
    past_.fresh.clear();
    past_.pairs.clear();
    past_.transitions.clear();
    past_.dropped.clear();
    past_.given.clear();
    past_.writes.clear();
    settled_ = 0;
}

}  // namespace kin::detail
