// The groups of an arena in which objects came, and the lists of their rows.
#include "graph/reuse/result_groups.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace kin::graph {

namespace {

/// So many bytes of groups for each object are left before all of them are looked at.
constexpr std::size_t worth = 16;

}  // namespace

group* result_groups::open(const mapping::model& m) {
    if (since_ >= next_) sweep();
    since_ += sizeof(result);
    if (all_.size() == all_.capacity()) all_.reserve(all_.size() * 2 + 16);
    void* place = nullptr;
    if (spare_.empty()) {
        if (spare_.capacity() <= all_.size()) spare_.reserve(all_.capacity());
        place = home_.bytes(sizeof(result));
    } else {
        place = spare_.back();
        spare_.pop_back();
    }
    auto* const g = new (place) result{{&home_, &m, m.type}};
    all_.push_back(g);
    return g;
}

group* result_groups::part_of(group& g, std::uint64_t missing) {
    void* place = spare_parts_;
    if (place == nullptr) {
        place = home_.bytes(sizeof(group));
    } else {
        spare_parts_ = spare_parts_->parts;
    }
    auto* const part = new (place) group{g};
    part->missing = missing;
    g.parts = part;
    return part;
}

void result_groups::list(group& g, node* const* rows, std::size_t count) noexcept {
    for (group* each = &g; each != nullptr; each = each->parts) {
        each->rows = rows;
        each->count = static_cast<std::uint32_t>(count);
    }
}

row_list result_groups::close(group& g, std::span<node* const> found) {
    auto& r = static_cast<result&>(g);
    node** rows = nullptr;
    if (!found.empty()) {
        rows = reinterpret_cast<node**>(home_.snapshot_bytes(found.size_bytes()));
        std::memcpy(static_cast<void*>(rows), found.data(), found.size_bytes());
    }
    list(g, rows, found.size());
    since_ += found.size_bytes();
    r.own_rows = rows != nullptr;
    r.open = false;
    return {&home_, rows, found.size(), &r.holders};
}

void result_groups::close(group& g, node* const* rows, std::size_t count) noexcept {
    list(g, rows, count);
    static_cast<result&>(g).open = false;
}

void result_groups::clear() noexcept {
    all_.clear();
    spare_.clear();
    spare_parts_ = nullptr;
    since_ = 0;
    next_ = 64 * 1024;
}

/// Whether no object belongs to it, as far as they are marked, and nobody holds its rows.
bool result_groups::is_over(const result& r) noexcept {
    if (r.open || __atomic_load_n(&r.holders, __ATOMIC_ACQUIRE) != 0) return false;
    for (const group* g = &r; g != nullptr; g = g->parts) {
        if (g->marked) return false;
    }
    return true;
}

void result_groups::sweep() noexcept {
    for (result* r : all_) {
        for (group* g = r; g != nullptr; g = g->parts) g->marked = false;
    }
    const std::size_t objects = home_.each_node([](node& n) { n.in->marked = true; });
    std::erase_if(all_, [this](result* r) {
        if (!is_over(*r)) return false;
        give_back(*r);
        return true;
    });
    since_ = 0;
    next_ = std::max<std::size_t>(64 * 1024, worth * (objects + all_.size()));
}

void result_groups::give_back(result& r) noexcept {
    for (group* part = r.parts; part != nullptr;) {
        group* const next = part->parts;
        part->parts = spare_parts_;
        spare_parts_ = part;
        part = next;
    }
    if (r.own_rows) home_.give_back(reinterpret_cast<const std::byte*>(r.rows), r.count * sizeof *r.rows);
    spare_.push_back(&r);
}

}  // namespace kin::graph
