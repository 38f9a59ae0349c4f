// What a session that lives long gives back of objects that have left it.
#include <algorithm>
#include <new>
#include <vector>

#include "graph/keyed_index.hpp"
#include "graph/large_lists.hpp"
#include "graph/reuse/departed_slabs.hpp"
#include "lifecycle/session_memory.hpp"

namespace kin::detail {

using graph::node;

bool session_memory::drop_departed() noexcept {
    // No handle and no result, and nothing that could bring an object back.
    if (!objects.arena().sole() || phase.wrote || phase.flushing || phase.hooking || restorer.unfinished())
        return false;
    if (!log.is_idle() || !parents.staged().empty() || !pairs.staged().empty()) return false;
    graph::departed_slabs gone{objects.arena()};
    try {
        const bool any = gone.find();
        objects.looked_for_departed(gone.objects());
        if (!any) return false;
    } catch (const std::bad_alloc&) {
        objects.looked_for_departed(gone.objects());
        return false;
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
