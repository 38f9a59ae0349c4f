// What was, written down before it changes.
#include "memory/undo_log.hpp"

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

}  // namespace

void undo_log::journal_read(node& n, const mapping::relation& r) {
    if (!changing()) return;
    journal_slot(n, r);
}

inline undo_record undo_log::slot_now(node& n, const mapping::relation& r) const noexcept {
    const content shows = contents_.shown.of(n, r);
    if (!r.to_many()) {
        return {.did = undo_record::what::one_slot,
                .shows = shows,
                .at = &n,
                .side = &r,
                .word = at_rest(slot_access::word(slot_access::one(n, r)))};
    }
    graph::to_many& slot = slot_access::many(n, r);
    return {.did = undo_record::what::many_slot,
            .shows = shows,
            .at = &n,
            .side = &r,
            .word = at_rest(slot_access::word(slot)),
            .size = slot_access::size(slot),
            .capacity = slot_access::capacity(slot)};
}

undo_record undo_log::place_now(node& n, const mapping::relation& r, undo_record::what did,
                                node** place) const noexcept {
    undo_record record = slot_now(n, r);
    record.did = did;
    record.place = static_cast<std::uint32_t>(place - static_cast<node**>(graph::pointer_of(record.word)));
    return record;
}

void undo_log::journal_settled(node& n, const mapping::relation& r) { past_.journal.push_back(slot_now(n, r)); }

void undo_log::journal_fresh(node& n, const mapping::relation& r) {
    past_.fresh.push_back({slot_now(n, r), past_.journal.size()});
}

void undo_log::journal_return(node& n) {
    if (n.snapshot() != nullptr) {
        for (const mapping::relation& r : n.in->what->relations) journal_settled(n, r);
        return;
    }
    if (changes_ == nullptr) return;
    for (const mapping::relation& r : n.in->what->relations) journal_fresh(n, r);
}

void undo_log::remember(node& n, const field& f) {
    if (f.rep == layout::i64 && f.optional == nullptr) {
        auto* at = reinterpret_cast<std::int64_t*>(static_cast<std::byte*>(n.object()) + f.offset);
        if (*at == 0) return past_.given.push_back(at);  // nearly all: keys of new rows
    }
    remember_value(n, f);
}

[[gnu::noinline]] void undo_log::remember_value(node& n, const field& f) {
    field_write w{n.object(), &f, 0, nullptr};
    if (f.rep == layout::i64 && f.optional == nullptr) {
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
    past_.pairs.push_back({key, was});
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

void undo_log::keep_values(node& n, const std::byte* packed, bool own) {
    if (changes_ == nullptr) return;
    past_.fresh.push_back(
        {{.did = undo_record::what::values, .own = own, .at = &n, .word = reinterpret_cast<std::uintptr_t>(packed)},
         past_.journal.size()});
    packed_ = packed_ || own;
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
                keep_values(*n, same ? n->snapshot() : graph::pack(m, n->object(), objects_.arena()), !same);
            }
        }
    }
}

bool undo_log::changed_since(const graph::history_mark& then) const noexcept {
    if (past_.journal.size() != then.journal) return true;
    for (std::size_t i = then.transitions; i < past_.transitions.size(); ++i) {
        if (past_.transitions[i].did() != transition::read) return true;
    }
    return false;
}

void undo_log::forget_fresh() noexcept {
    if (packed_) {
        for (const fresh_record& each : past_.fresh) {
            const undo_record& u = each.what;
            if (u.did != undo_record::what::values || !u.own) continue;
            graph::give_back(*u.at->in->what, reinterpret_cast<const std::byte*>(u.word), objects_.arena());
        }
        packed_ = false;
    }
    past_.fresh.clear();
}

void undo_log::keep_all() noexcept {
    forget_fresh();
    for (graph::all_or_nothing* each = changes_; each != nullptr; each = each->outer) each->before = now();
}

void undo_log::forget() noexcept {
    past_.journal.clear();
    past_.fresh.clear();
    packed_ = false;
    past_.pairs.clear();
    past_.transitions.clear();
    past_.expunged.clear();
    past_.dropped.clear();
    past_.given.clear();
    past_.writes.clear();
    past_.settled.clear();
    past_.carried = 0;
    synced_ = 0;
    repeated_ = enough_repeated;
}

}  // namespace kin::detail
