// What a transaction that flushes the same objects again and again need not remember.
#include <algorithm>
#include <new>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <kin/graph/fields.hpp>

#include "memory/undo_log.hpp"

namespace kin::detail {

using graph::node;

namespace {

struct hash_of_members {
    std::size_t operator()(const std::pair<const void*, const field*>& each) const noexcept {
        return std::hash<const void*>{}(each.first) * 31 + std::hash<const void*>{}(each.second);
    }
};

}  // namespace

/// Whoever goes back goes back at least as far as the mark: of several snapshots of an object, and of several values of
/// a member, only the oldest is asked for. Those of objects that came, went or were renamed meanwhile stay.
void undo_log::forget_repeated(const graph::history_mark& mark) noexcept {
    if (past_.journal.size() < repeated_ || changes_ != nullptr || !past_.fresh.empty()) return;
    auto& journal = past_.journal;
    auto& writes = past_.writes;
    std::vector<bool> goes;         // of the journal
    std::vector<bool> nobodys;      // and whose snapshot no other record has
    std::vector<bool> overwritten;  // of the writes
    try {
        goes.resize(journal.size());
        nobodys.resize(journal.size());
        overwritten.resize(writes.size());
        std::unordered_set<const node*> moved;
        for (std::size_t i = mark.transitions; i < past_.transitions.size(); ++i)
            moved.insert(past_.transitions[i].at());
        std::unordered_map<const node*, std::uintptr_t> oldest;
        std::unordered_set<std::uintptr_t> taken;
        for (std::size_t i = mark.journal; i < journal.size(); ++i) {
            const undo_record& u = journal[i];
            if (u.did != undo_record::what::snapshot || u.word == 0 || moved.contains(u.at)) continue;
            const auto [first, fresh] = oldest.try_emplace(u.at, u.word);
            goes[i] = !fresh;
            nobodys[i] = !fresh && u.word != first->second && taken.insert(u.word).second &&
                         u.word != reinterpret_cast<std::uintptr_t>(u.at->snapshot());
        }
        std::unordered_set<std::pair<const void*, const field*>, hash_of_members> written;
        for (std::size_t i = mark.writes; i < writes.size(); ++i)
            overwritten[i] = !written.emplace(writes[i].object, writes[i].where).second;
    } catch (const std::bad_alloc&) {
        return;  // it was only to save memory
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        if (overwritten[i]) continue;
        if (i != kept) writes[kept] = std::move(writes[i]);
        ++kept;
    }
    writes.erase(writes.begin() + static_cast<std::ptrdiff_t>(kept), writes.end());
    kept = 0;
    std::size_t synced = 0;
    for (std::size_t i = 0; i < journal.size(); ++i) {
        const undo_record& u = journal[i];
        if (nobodys[i]) graph::give_back(*u.at->in->what, reinterpret_cast<const std::byte*>(u.word), objects_.arena());
        if (goes[i]) continue;
        if (i < synced_) ++synced;
        if (i != kept) journal[kept] = u;
        ++kept;
    }
    synced_ = synced;
    journal.shorten(kept);
    repeated_ = std::max<std::size_t>(enough_repeated, 2 * kept);
}

}  // namespace kin::detail
