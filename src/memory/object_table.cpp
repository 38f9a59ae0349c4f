// The objects of one session, by model and by key.
#include "memory/object_table.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>

namespace kin::detail {

using graph::life;
using graph::node;

model_state& object_table::new_state(const mapping::model& m) {
    if (states_.size() <= m.number) states_.resize(m.number + 1);
    auto state = std::make_unique<model_state>();
    state->objects = &arena_->pool_of(m);
    return *(states_[m.number] = std::move(state));
}

void object_table::require_mine(const node& n, const site& where) const {
    if (n.in->home != arena_) {
        throw usage_error{"this " + (n.in->what != nullptr ? n.in->what->name : std::string{"object"}) +
                              " belongs to another session",
                          {.where = where}};
    }
}

bool still_there(node& known) {
    if (known.state() == life::removed) return false;
    try {
        graph::look(&known);
    } catch (const not_found&) {
        return false;
    }
    return true;
}

/// A primary key that was changed by hand and never written is not the one that the identity map knows.
void restore_key(node& n) {
    const mapping::model& m = *n.in->what;
    std::uint64_t changed = 0;
    graph::compare(m, n.object(), n.snapshot(), changed);
    for (const std::uint16_t c : m.primary_key) {
        if ((changed >> c & 1) != 0) {
            graph::unpack(m, n.object(), n.snapshot());
            return;
        }
    }
}

value_view row_value(const node& n, std::uint16_t column, value& scratch) {
    const mapping::model& m = *n.in->what;
    if (n.snapshot() != nullptr) return graph::packed(m, n.snapshot(), column);
    return graph::view(m.fields[column], n.object(), scratch);
}

object_table::~object_table() {
    arena_->close();
    arena_->release();
}

node& object_table::node_of(const void* object, const site& where) const {
    if (!arena_->owns(object)) {
        throw usage_error{"this object does not belong to the session: it is a copy, or of another session",
                          {.where = where}};
    }
    return *node::of(object);
}

node* object_table::known_target(const mapping::foreign_key& k, const std::vector<value>& key) {
    graph::pool* p = arena_->find_pool(*k.target);
    if (p == nullptr || k.target_columns != k.target->primary_key) return nullptr;
    std::vector<value_view> parts;
    for (const value& part : key) parts.push_back(part.view());
    return p->identities.find(parts);
}

void object_table::require_own(const mapping::model& m) const {
    if (!of_stream_) return;
    throw usage_error{"this " + m.name + " is one of a stream, for reading: get it from the session to change it"};
}

bool object_table::look_for_listed() noexcept {
    any_listed_ = std::any_of(states_.begin(), states_.end(), [](const auto& s) { return s != nullptr && !s->idle(); });
    return any_listed_;
}

void object_table::clear() {
    graph::arena* next = nullptr;
    if (!arena_->sole()) {
        next = new graph::arena{arena_->session()};
        try {
            for (const auto& s : states_) {
                if (s != nullptr) (void)next->pool_of(*s->objects->what);
            }
        } catch (...) {
            next->release();
            throw;
        }
    }
    for (const auto& s : states_) {
        if (s == nullptr) continue;
        s->pending.clear();
        s->touched.clear();
        s->removed.clear();
        s->stale_lists = false;
    }
    // An empty table would still be wiped.
    if (!orphans_.empty()) orphans_.clear();
    if (!removed_for_good_.empty()) removed_for_good_.clear();
    if (next == nullptr) {
        arena_->reset();
        return;
    }
    for (const auto& s : states_) {
        if (s != nullptr) s->objects = &next->pool_of(*s->objects->what);
    }
    arena_->close();
    arena_->release();
    arena_ = next;
}

}  // namespace kin::detail
