// The state of one relation inside an object.
#include <kin/graph/arena.hpp>
#include <kin/graph/fields.hpp>
#include <kin/graph/pivots.hpp>
#include <kin/graph/slot_access.hpp>
#include <kin/graph/slots.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "graph/keyed_index.hpp"
#include "graph/large_lists.hpp"
#include "graph/slot_words.hpp"

namespace kin::graph {

// -- objects --------------------------------------------------------------------------------------------------------

void touch_slow(node* n) {
    if (n->in->home != nullptr && n->in->home->session() != nullptr) {
        n->in->home->session()->touch(*n);
    } else {
        n->word |= node::writable;  // nobody keeps track any more: a plain value
    }
}

void reload_slow(node* n) {
    if (n->in->home != nullptr && n->in->home->session() != nullptr) n->in->home->session()->reload(*n);
}

void throw_empty_handle() { throw usage_error{"an empty kin::ref is read"}; }

void throw_no_handle() {
    throw usage_error{"the object belongs to no session yet, so it has no handle: add its owner to one first"};
}

node* make_transient(group& g, void* from) {
    const std::size_t size = (sizeof(node) + g.type->size + 15) & ~std::size_t{15};
    void* place = std::aligned_alloc(16, size);
    if (place == nullptr) throw std::bad_alloc{};
    auto* n = ::new (place) node{&g, 0};
    n->state(life::detached);
    try {
        g.type->move_construct(n->object(), from);
    } catch (...) {
        std::free(place);
        throw;
    }
    return n;
}

namespace {

thread_local unsigned destroying = 0;  ///< objects of this thread, each inside of the one before
thread_local node* doomed = nullptr;   ///< what waits for its turn, linked by its word

void destroy_now(node* n) noexcept {
    n->in->type->destroy(n->object());
    std::free(n);
}

}  // namespace

/// Values stand in one another as deep as they like: from some depth on they are destroyed one behind the other.
void destroy_transient(node* n) noexcept {
    if (destroying == deepest_value) {
        n->word = reinterpret_cast<std::uintptr_t>(std::exchange(doomed, n));
        return;
    }
    ++destroying;
    destroy_now(n);
    while (destroying == deepest_value && doomed != nullptr) {
        node* next = doomed;
        doomed = reinterpret_cast<node*>(next->word);
        destroy_now(next);
    }
    --destroying;
}

host& host_of(const void* slot, const mapping::relation& r, const site& where) {
    host* h = home_of(slot)->session();
    if (h == nullptr) {
        // An operator knows nothing of its caller: then the statement that brought the object is the nearest place.
        throw raised_load{r.owner->name + "." + r.name + " was not loaded, and its session is gone",
                          {.where = where.line() != 0 ? where : owner_of(slot)->in->where}};
    }
    return *h;
}

const mapping::relation& relation_of(const node* owner, const void* slot) {
    const auto offset = static_cast<const std::byte*>(slot) - static_cast<const std::byte*>(owner->object());
    const mapping::relation* r = owner->in->what->relation_at(static_cast<std::size_t>(offset));
    if (!r->problem.empty()) throw mapping_error{r->problem};
    return *r;
}

void make_room(std::uintptr_t& word, std::uint32_t size, std::uint32_t& capacity) {
    if (size < capacity) return;
    const std::uint32_t wanted = capacity == 0 ? 4 : capacity * 2;
    void* more = std::realloc(pointer_of(word), wanted * sizeof(node*));
    if (more == nullptr) throw std::bad_alloc{};
    word = tagged(mark::owned, more);
    capacity = wanted;
}

namespace {

/// Whose relation a write helper was called on.
struct written_side {
    node* owner;
    const mapping::relation* what;
    host* session;
};

/// Write helpers act at once, so they want an object that is in a session.
written_side side_of(const void* slot, std::uintptr_t word, const site& where) {
    if (attached(word)) {
        node* owner = owner_of(slot);
        const mapping::relation& r = relation_of(owner, slot);
        host* session = home_of(slot)->session();
        if (session != nullptr && owner->state() != life::detached) return {owner, &r, session};
        throw usage_error{r.owner->name + "." + r.name + " cannot be written: its " + r.owner->name +
                              " is in no session" + (session == nullptr ? " any more" : ": add it again first"),
                          {.where = where}};
    }
    throw usage_error{"the relation of an object that is in no session cannot be written: add it first",
                      {.where = where}};
}

}  // namespace

void require_save_update(const mapping::relation& r) {
    if (r.options.has(cascades::save_update)) return;
    throw usage_error{r.owner->name + "." + r.name + " does not cascade save_update: add the " + r.target->name +
                      " to the session first, then put its handle into the relation"};
}

// -- to one ---------------------------------------------------------------------------------------------------------

node* to_one::target_slow(const site& where) const {
    require_readable(word_);
    switch (mark_of(word_)) {
        case mark::owned:
        case mark::shared:
            return static_cast<node*>(pointer_of(word_));
        case mark::unloaded: {
            node* owner = owner_of(this);
            const mapping::relation& r = relation_of(owner, this);
            host_of(this, r, where).load(*owner, r, where);
            return static_cast<node*>(pointer_of(word_));
        }
        default:
            return nullptr;
    }
}

void to_one::throw_null() const {
    if (!attached(word_)) throw not_found{"this relation is not set"};
    const node* owner = owner_of(this);
    const mapping::relation& r = relation_of(owner, this);
    throw not_found{r.owner->name + "." + r.name + " is null"};
}

void to_one::set(node* n) {
    if (attached(word_)) {
        node* owner = owner_of(this);
        const mapping::relation& r = relation_of(owner, this);
        host_of(this, r).assign(*owner, r, n);
        return;
    }
    const std::uintptr_t word = n != nullptr ? share(n) : tagged(mark::said_none);
    drop_word(word_);
    word_ = word;
}

void to_one::set_new(group& transient, void* object) {
    if (attached(word_)) {
        node* owner = owner_of(this);
        const mapping::relation& r = relation_of(owner, this);
        host_of(this, r).assign_new(*owner, r, object);
        return;
    }
    const std::uintptr_t word = tagged(mark::owned, make_transient(transient, object));
    drop_word(word_);
    word_ = word;
}

node* to_one::save(void* object, node* n, const site& where) {
    const written_side at = side_of(this, word_, where);
    at.session->save(*at.owner, *at.what, object, &n, 1, nullptr, where);
    return n;
}

node* to_one::save_key(const value& key, const site& where) {
    const written_side at = side_of(this, word_, where);
    node* n = &at.session->with_key(*at.what, key, where);
    at.session->save(*at.owner, *at.what, nullptr, &n, 1, nullptr, where);
    return n;
}

node& to_one::find_or_create(const sought& what, const site& where) {
    const written_side at = side_of(this, word_, where);
    return at.session->find_or_create(*at.owner, *at.what, what, where);
}

node* to_one::session_node(const void* object, const site& where) const {
    return &side_of(this, word_, where).session->node_of(object, where);
}

// -- to many --------------------------------------------------------------------------------------------------------

std::uint32_t to_many::gaps() const noexcept { return home_of(this)->lists().gaps(const_cast<to_many&>(*this)); }

to_many::span to_many::items_slow(const site& where) const {
    require_readable(word_);
    if (has_gaps()) home_of(this)->lists().close_gaps(const_cast<to_many&>(*this), *home_of(this));
    switch (mark_of(word_)) {
        case mark::owned:
            return {list_of(word_), size_};
        case mark::unloaded:
        case mark::added: {
            node* owner = owner_of(this);
            const mapping::relation& r = relation_of(owner, this);
            host_of(this, r, where).load(*owner, r, where);
            return {static_cast<node* const*>(pointer_of(word_)), size_};
        }
        case mark::loaded:
        case mark::staged:
            return {static_cast<node* const*>(pointer_of(word_)), size_};
        default:
            return {};
    }
}

bool to_many::holds(const node* n, const site& where) const {
    const mark m = mark_of(word_);
    if (m == mark::loaded || m == mark::staged)
        return home_of(this)->lists().find(const_cast<to_many&>(*this), n) != nullptr;
    const span all = items(where);
    return std::find(all.data, all.data + all.size, n) != all.data + all.size;
}

node* to_many::find_keyed(const value_view& key, const site& where) const {
    if (!attached(word_)) {
        throw usage_error{"a keyed collection is searched before its owner is in a session: add it first"};
    }
    const mapping::relation& r = relation_of(owner_of(this), this);
    const span all = items(where);
    return home_of(this)->keyed().find(this, r.keyed_by->io, all.data, all.size, key);
}

node& to_many::require_keyed(const value_view& key, const site& where) const {
    if (node* n = find_keyed(key, where)) return *n;
    const mapping::relation& r = relation_of(owner_of(this), this);
    throw not_found{r.owner->name + "." + r.name + " has no member with " + r.keyed_by->name + " = " + describe(key)};
}

namespace {

/// The handle that is given to a collection has to lead somewhere.
void require_target(const node* child, const mapping::relation& r) {
    if (child != nullptr) return;
    throw usage_error{r.owner->name + "." + r.name + ": an empty handle leads to no " + r.target->name};
}

}  // namespace

void to_many::push(node* child) {
    if (attached(word_)) {
        node* owner = owner_of(this);
        const mapping::relation& r = relation_of(owner, this);
        require_target(child, r);
        host_of(this, r).append(*owner, r, *child);
        return;
    }
    if (child == nullptr) throw_empty_handle();
    require_readable(word_);
    make_room(word_, size_, capacity_);
    child->in->home->retain();
    list_of(word_)[size_++] = child;
}

node& to_many::push_new(group& transient, void* object) {
    if (attached(word_)) {
        node* owner = owner_of(this);
        const mapping::relation& r = relation_of(owner, this);
        return host_of(this, r).append_new(*owner, r, object);
    }
    require_readable(word_);
    make_room(word_, size_, capacity_);
    node* n = make_transient(transient, object);
    list_of(word_)[size_++] = n;
    return *n;
}

void to_many::take_out(node* child) {
    if (attached(word_)) {
        node* owner = owner_of(this);
        const mapping::relation& r = relation_of(owner, this);
        require_target(child, r);
        host_of(this, r).erase(*owner, r, *child);
        return;
    }
    if (child == nullptr) throw_empty_handle();
    node** list = list_of(word_);
    for (std::uint32_t i = 0; i < size_; ++i) {
        if (list[i] != child) continue;
        drop_node(child);
        std::memmove(list + i, list + i + 1, (size_ - i - 1) * sizeof *list);
        --size_;
        return;
    }
}

void to_many::take_out_all() { attached(word_) ? replace_with(nullptr, 0) : drop(); }

void to_many::save(void* objects, node** nodes, std::size_t count, void* pivot, const site& where) {
    const written_side at = side_of(this, word_, where);
    at.session->save(*at.owner, *at.what, objects, nodes, count, pivot, where);
}

pivot_result to_many::change_pivot(const pivot_request& what, const site& where) {
    const written_side at = side_of(this, word_, where);
    return at.session->change_pivot(*at.owner, *at.what, what, where);
}

node* to_many::find_pivot(const asked_link& target, const site& where) const {
    const written_side at = side_of(this, word_, where);
    return at.session->find_pivot(*at.owner, *at.what, target, where);
}

void set_stand_in(const mapping::model& m, const mapping::relation_options& options, void* object) {
    for (std::size_t i = 0; i < options.stand_in_count; ++i) {
        const auto& said = options.stand_in[i];
        const value is = said.is_text ? value{said.text} : value{static_cast<std::int64_t>(said.number)};
        assign(m.require_column(said.column, site::current()).io, object, is.view());
    }
}

void read_key(const mapping::model& m, const std::vector<value>& key, void* into) {
    if (key.size() != 1) throw mapping_error{m.name + ".id is not its primary key"};
    field f = m.fields[m.primary_key[0]];
    f.offset = 0;
    assign(f, into, key[0].view());
}

node& to_many::find_or_create(const sought& what, const site& where) {
    const written_side at = side_of(this, word_, where);
    return at.session->find_or_create(*at.owner, *at.what, what, where);
}

node* to_many::session_node(const void* object, const site& where) const {
    return &side_of(this, word_, where).session->node_of(object, where);
}

}  // namespace kin::graph
