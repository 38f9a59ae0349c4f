// Relations as values: copied, moved and assigned, between plain objects and objects of a session.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <new>
#include <utility>
#include <vector>

#include "graph/slot_words.hpp"

namespace kin::graph {

thread_local bool taking_over::active_ = false;

taking_over::taking_over() noexcept : before_{active_} { active_ = true; }
taking_over::~taking_over() { active_ = before_; }

namespace {

/// Whether a value may hold what the relation leads to: of a view, and of a polymorphic one, the columns say all.
bool passes_on(const mapping::relation& r) noexcept {
    return !r.computed() && !r.options.viewonly && r.morph != mapping::morph_side::arm;
}

/// Slots of copies that are still to be filled, as they stand deeper than a stack should be.
struct unfinished_copies {
    struct slot {
        void* to;
        const void* from;
        bool many;
    };
    std::vector<slot> left{};
    const void* begin = nullptr;  ///< of the object that is being copied
    const void* end = nullptr;
};

thread_local unsigned copying = 0;                     ///< objects of this thread, each inside of the one before
thread_local unfinished_copies* unfinished = nullptr;  ///< of the innermost

/// Whether the slot, which is one of the object that is being copied, will be filled later: a temporary of a
/// constructor's own would be gone by then.
bool filled_later(void* to, const void* from, bool many) {
    if (copying < deepest_value || unfinished == nullptr) return false;
    if (std::less<>{}(to, unfinished->begin) || !std::less<>{}(to, unfinished->end)) return false;
    unfinished->left.push_back({to, from, many});
    return true;
}

node* copy_of(const node* n, unfinished_copies& all) {
    const mapping::type_operations& type = *n->in->type;
    if (type.copy_construct == nullptr) throw usage_error{"a relation holds an object that cannot be copied"};
    const std::size_t size = (sizeof(node) + type.size + 15) & ~std::size_t{15};
    void* place = std::aligned_alloc(16, size);
    if (place == nullptr) throw std::bad_alloc{};
    auto* copy = ::new (place) node{n->in, n->word};
    all.begin = copy->object();
    all.end = static_cast<const std::byte*>(all.begin) + type.size;
    unfinished_copies* const around = std::exchange(unfinished, &all);
    ++copying;
    try {
        type.copy_construct(copy->object(), n->object());
    } catch (...) {
        --copying;
        unfinished = around;
        std::free(place);
        throw;
    }
    --copying;
    unfinished = around;
    return copy;
}

std::uintptr_t copy_word(std::uintptr_t word, unfinished_copies& all) {
    switch (mark_of(word)) {
        case mark::owned:
            return tagged(mark::owned, copy_of(static_cast<const node*>(pointer_of(word)), all));
        case mark::shared:
            if (word != unreadable) static_cast<node*>(pointer_of(word))->in->home->retain();
            return word;
        default:
            return word;
    }
}

void copy_list(to_many& to, to_many& from, unfinished_copies& all) {
    for (std::uint32_t i = 0; i < slot_access::size(from); ++i) {
        const node* n = list_of(slot_access::word(from))[i];
        std::uint32_t& size = slot_access::size(to);
        make_room(slot_access::word(to), size, slot_access::capacity(to));
        const std::uintptr_t word = copy_word(tagged(held_as(n), n), all);
        list_of(slot_access::word(to))[size++] = static_cast<node*>(pointer_of(word));
    }
}

/// What was left, and what that leaves: each object stands in its slot before those inside of it are made.
void finish(unfinished_copies& all) {
    while (!all.left.empty()) {
        const unfinished_copies::slot next = all.left.back();
        all.left.pop_back();
        copying += deepest_value;  // nothing of them by recursion
        try {
            if (next.many) {
                copy_list(*static_cast<to_many*>(next.to), *static_cast<to_many*>(const_cast<void*>(next.from)), all);
            } else {
                const std::uintptr_t from = slot_access::word(*static_cast<to_one*>(const_cast<void*>(next.from)));
                slot_access::word(*static_cast<to_one*>(next.to)) = copy_word(from, all);
            }
        } catch (...) {
            copying -= deepest_value;
            throw;
        }
        copying -= deepest_value;
    }
}

std::uintptr_t copy_word(std::uintptr_t word) {
    unfinished_copies all;
    const std::uintptr_t copy = copy_word(word, all);
    try {
        finish(all);
    } catch (...) {
        drop_word(copy);
        throw;
    }
    return copy;
}

}  // namespace

void require_readable(std::uintptr_t word) {
    if (word != unreadable) return;
    throw usage_error{
        "a relation was moved from an object of a session, and could not be loaded for that: load it first"};
}

void drop_node(node* n) noexcept {
    if (n->in->home == nullptr) {
        destroy_transient(n);
    } else {
        n->in->home->release();
    }
}

void drop_word(std::uintptr_t word) noexcept {
    if (word == unreadable) return;
    if (mark_of(word) == mark::owned || mark_of(word) == mark::shared) drop_node(static_cast<node*>(pointer_of(word)));
}

std::uintptr_t share(node* n) {
    n->in->home->retain();
    return tagged(mark::shared, n);
}

// -- to one ---------------------------------------------------------------------------------------------------------

std::uintptr_t to_one::copied(to_one* to, const to_one& other) {
    // A copy of an object of a session is a value: its columns say what it refers to, its relations stay behind.
    if (attached(other.word_)) return 0;
    if (taking_over::active()) return std::exchange(other.word_, 0);
    if (mark_of(other.word_) == mark::owned && filled_later(to, &other, false)) return 0;
    return copy_word(other.word_);
}

std::uintptr_t to_one::taken(to_one& other) noexcept {
    if (!attached(other.word_)) return std::exchange(other.word_, 0);
    if (home_of(&other)->session() == nullptr) return 0;  // nobody's any more: a plain value
    try {
        return shared_with(other);
    } catch (...) {
        return unreadable;
    }
}

std::uintptr_t to_one::shared_with(to_one& other) {
    if (!attached(other.word_)) return copied(nullptr, other);
    node* owner = owner_of(&other);
    const mapping::relation& r = relation_of(owner, &other);
    if (!passes_on(r)) return 0;
    if (mark_of(other.word_) == mark::unloaded) host_of(&other, r).load_for_change(*owner, r);
    auto* n = static_cast<node*>(pointer_of(other.word_));
    return n != nullptr ? share(n) : tagged(mark::said_none);
}

void to_one::drop() noexcept {
    drop_word(word_);
    word_ = 0;
}

to_one& to_one::operator=(const to_one& other) {
    if (this == &other) return *this;
    if (attached(word_) && attached(other.word_)) {
        follow(const_cast<to_one&>(other));
        return *this;
    }
    to_one copy{other};
    return *this = std::move(copy);
}

void to_one::follow(to_one& other) {
    if (this == &other) return;
    to_one target(other, same_targets{});
    if (target.word_ != 0 || !attached(other.word_)) *this = std::move(target);
}

to_one& to_one::operator=(to_one&& other) {
    if (this == &other) return *this;
    require_readable(other.word_);
    if (!attached(word_)) {
        const std::uintptr_t word = attached(other.word_) ? shared_with(other) : std::exchange(other.word_, 0);
        drop_word(word_);
        word_ = word;
        return *this;
    }
    if (attached(other.word_)) {
        follow(other);
        return *this;
    }
    // A whole object is assigned to one of a session: the slot keeps its owner, and what the value says of the
    // relation is staged; where it says nothing, nothing changes.
    switch (mark_of(other.word_)) {
        case mark::said_none:
            set(nullptr);
            break;
        case mark::shared:
            set(static_cast<node*>(pointer_of(other.word_)));
            break;
        case mark::owned: {
            node* owner = owner_of(this);
            const mapping::relation& r = relation_of(owner, this);
            auto* value = static_cast<node*>(pointer_of(other.word_));
            (void)host_of(this, r).assign_new(*owner, r, value->object());
            break;
        }
        default:
            break;
    }
    return *this;
}

// -- to many --------------------------------------------------------------------------------------------------------

to_many::to_many(const to_many& other) : to_many{} {  // delegating: the destructor runs if a copy throws
    require_readable(other.word_);
    if (mark_of(other.word_) != mark::owned) return;  // see to_one::copied
    if (taking_over::active()) {
        word_ = std::exchange(other.word_, 0);
        size_ = std::exchange(other.size_, 0);
        capacity_ = std::exchange(other.capacity_, 0);
        return;
    }
    if (filled_later(this, &other, true)) return;
    unfinished_copies all;
    copy_list(*this, const_cast<to_many&>(other), all);
    finish(all);
}

to_many::to_many(to_many&& other) noexcept {
    if (attached(other.word_)) {
        if (home_of(&other)->session() == nullptr) return;  // see to_one::taken
        try {
            to_many held(other, same_targets{});
            *this = std::move(held);
        } catch (...) {
            word_ = unreadable;
        }
        return;
    }
    word_ = std::exchange(other.word_, 0);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
}

to_many::to_many(to_many& other, same_targets) : to_many{} {
    if (!attached(other.word_)) {
        *this = to_many{other};
        return;
    }
    if (!passes_on(relation_of(owner_of(&other), &other))) return;
    const span all = other.items_for_change();
    for (std::uint32_t i = 0; i < all.size; ++i) push(all.data[i]);
    // An empty list says that there are none; nothing at all would leave an object of a session as it is.
    if (all.size == 0) make_room(word_, size_, capacity_);
}

to_many& to_many::operator=(const to_many& other) {
    if (this == &other) return *this;
    if (attached(word_) && attached(other.word_)) {
        follow(const_cast<to_many&>(other));
        return *this;
    }
    return *this = to_many{other};
}

void to_many::follow(to_many& other) {
    if (this == &other) return;
    if (attached(word_) && attached(other.word_)) {
        if (!passes_on(relation_of(owner_of(&other), &other))) return;
        const span all = other.items_for_change();
        const std::vector<node*> wanted(all.data, all.data + all.size);
        replace_with(wanted.data(), wanted.size());
    } else {
        *this = to_many(other, same_targets{});
    }
}

to_many& to_many::operator=(to_many&& other) {
    if (this == &other) return *this;
    require_readable(other.word_);
    if (attached(other.word_)) {
        follow(other);
    } else if (attached(word_)) {
        if (mark_of(other.word_) == mark::owned) replace_with(list_of(other.word_), other.size_);
    } else {
        drop();
        word_ = std::exchange(other.word_, 0);
        size_ = std::exchange(other.size_, 0);
        capacity_ = std::exchange(other.capacity_, 0);
    }
    return *this;
}

void to_many::replace_with(node* const* members, std::size_t count) {
    node* owner = owner_of(this);
    const mapping::relation& r = relation_of(owner, this);
    host_of(this, r).replace(*owner, r, members, count);
}

/// The items, loaded where they are not, as a change needs to know them.
to_many::span to_many::items_for_change() const {
    if (mark_of(word_) == mark::unloaded || mark_of(word_) == mark::added) {
        node* owner = owner_of(this);
        const mapping::relation& r = relation_of(owner, this);
        host_of(this, r).load_for_change(*owner, r);
    }
    return items();
}

void to_many::drop() noexcept {
    if (mark_of(word_) != mark::owned) return;
    for (std::uint32_t i = 0; i < size_; ++i) drop_node(list_of(word_)[i]);
    std::free(list_of(word_));
    word_ = 0;
    size_ = capacity_ = 0;
}

}  // namespace kin::graph
