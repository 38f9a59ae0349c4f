// What a session that lives long gives back of objects that have left it.
#include <algorithm>
#include <functional>
#include <new>
#include <vector>

#include "graph/keyed_index.hpp"
#include "graph/large_lists.hpp"
#include "graph/reuse/departed_slabs.hpp"
#include "lifecycle/session_memory.hpp"

namespace kin::detail {

using graph::node;

namespace {

/// Who was expunged since the last commit, by their addresses: nothing that is undone leads to them.
std::vector<const node*> expunged_in(undo_log& log) {
    std::vector<const node*> all;
    for (const expunged_record& each : log.records().expunged) all.push_back(each.at);
    std::sort(all.begin(), all.end(), std::less<>{});
    return all;
}

}  // namespace

bool session_memory::drop_departed() noexcept {
    // No handle and no result.
    if (!objects.arena().sole() || phase.flushing || phase.hooking || restorer.unfinished() || log.in_change())
        return false;
    if (!parents.staged().empty() || !pairs.staged().empty()) return false;
    const bool idle = !phase.wrote && log.is_idle();  // nothing could bring an object back
    graph::departed_slabs gone{objects.arena(), objects.left_before()};
    try {
        const std::vector<const node*> only = idle ? std::vector<const node*>{} : expunged_in(log);
        const bool any = gone.find(idle ? nullptr : &only);
        objects.looked_for_departed(gone.objects());
        if (!any) return false;
    } catch (const std::bad_alloc&) {
        objects.looked_for_departed(gone.objects());
        return false;
    }
    if (!gone.any_blocks()) {
        // What is known of objects by their values.
        objects.rewrote_all();
        parents.forget_indexes();
        objects.arena().keyed().clear();
        gone.drop();
        return true;
    }
    const auto is_gone = [&](const node* n) { return gone.hold(n); };
    // What is known of objects by their addresses, which others will have.
    objects.forget(is_gone);
    contents.forget(is_gone);
    settled.forget(is_gone);
    auto& touched = log.records().settled;
    const auto first = touched.begin();
    log.records().carried -= static_cast<std::size_t>(
        std::count_if(first, first + static_cast<std::ptrdiff_t>(log.records().carried), is_gone));
    std::erase_if(touched, is_gone);
    parents.forget_indexes();
    pairs.staged().clear();
    keys.forget_gone(is_gone);
    objects.arena().aggregates().forget(is_gone);
    objects.arena().keyed().clear();
    objects.arena().lists().clear();
    gone.drop();
    return true;
}

}  // namespace kin::detail
