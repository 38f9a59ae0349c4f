// The objects of one session, by model and by key.
#include "memory/object_table.hpp"

#include <algorithm>
#include <new>

#include <kin/graph/fields.hpp>

namespace kin::detail {

using graph::life;
using graph::node;

model_state& object_table::new_state(const mapping::model& m) {
    if (states_.size() <= m.number) states_.resize(m.number + 1);
    auto state = std::make_unique<model_state>();
    met_.reserve(met_.size() + 1);
    state->objects = &arena_->pool_of(m);
    met_.push_back(state.get());
    return *(states_[m.number] = std::move(state));
}

void object_table::refuse_foreign(const node& n, const site& where) {
    throw usage_error{
        "this " + (n.in->what != nullptr ? n.in->what->name : std::string{"object"}) + " belongs to another session",
        {.where = where}};
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
    if (p == nullptr || !k.to_primary_key) return nullptr;
    std::vector<value_view> parts;
    for (const value& part : key) parts.push_back(part.view());
    return p->identities.find(parts);
}

void object_table::refuse_of_stream(const mapping::model& m) {
    throw usage_error{"this " + m.name + " is one of a stream, for reading: get it from the session to change it"};
}

bool object_table::look_for_listed() noexcept {
    any_listed_ = std::any_of(met_.begin(), met_.end(), [](const model_state* s) { return !s->idle(); });
    return any_listed_;
}

void object_table::note_rewritten(model_state& s, node& n) noexcept {
    // An index with as many outdated entries as others is better made anew.
    if (s.rewritten.size() < 1024 + 2 * (s.objects->identities.size() + s.pending.size())) {
        try {
            s.rewritten.push_back(&n);
            return;
        } catch (const std::bad_alloc&) {
        }
    }
    s.rewritten.clear();
    ++s.edition;
}

void object_table::rewrote_all() noexcept {
    for (model_state* s : met_) {
        if (!s->indexed) continue;
        s->rewritten.clear();
        ++s->edition;
    }
}

void object_table::clear() {
    graph::arena* next = nullptr;
    if (!arena_->sole()) {
        next = new graph::arena{arena_->session()};
        try {
            for (const model_state* s : met_) (void)next->pool_of(*s->objects->what);
        } catch (...) {
            next->release();
            throw;
        }
    }
    if (any_listed_) {
        for (model_state* s : met_) {
            s->pending.clear();
            s->touched.clear();
            s->removed.clear();
            s->stale_lists = false;
        }
        any_listed_ = false;
    }
    left_before_.clear();
    rewrote_all();
    if (any_settled_) {
        for (model_state* s : met_) s->any_settled = false;
        any_settled_ = false;
    }
    // An empty table would still be wiped.
    if (!orphans_.empty()) orphans_.clear();
    if (!removed_for_good_.empty()) removed_for_good_.clear();
    if (next == nullptr) {
        arena_->reset();
        return;
    }
    for (model_state* s : met_) s->objects = &next->pool_of(*s->objects->what);
    arena_->close();
    arena_->release();
    arena_ = next;
}

}  // namespace kin::detail
