// The state of one relation inside an object: one word for a to-one, two for a to-many. Everything else about the
// relation is found through the object's slab when it is needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include <kin/graph/aggregate.hpp>
#include <kin/graph/node.hpp>
#include <kin/value/value.hpp>

namespace kin::graph {

struct asked_link;
struct pivot_result;
struct pivot_request;
struct sought;

/// What a slot's low three bits say (the rows of a collection need not be aligned to more). Up to `said_none` the slot
/// stands in a transient object, on the stack or in a container; from `unloaded` on in an object of an arena.
enum class mark : std::uintptr_t {
    empty = 0,      ///< nothing said
    owned = 1,      ///< an object that this slot made and destroys (to many: a list of nodes)
    shared = 2,     ///< a counted handle to an object of an arena
    said_none = 3,  ///< set to null
    unloaded = 4,
    loaded = 5,  ///< as the database has it
    staged = 6,  ///< as the next flush will write it
    added = 7,   ///< not loaded, but these are added to it; to one: who has the place in the database goes
};
inline constexpr std::uintptr_t mark_bits = 7;

[[nodiscard]] inline std::uintptr_t tagged(mark m, const void* p = nullptr) noexcept {
    return reinterpret_cast<std::uintptr_t>(p) | static_cast<std::uintptr_t>(m);
}
[[nodiscard]] constexpr mark mark_of(std::uintptr_t word) noexcept { return static_cast<mark>(word & mark_bits); }
[[nodiscard]] inline void* pointer_of(std::uintptr_t word) noexcept {
    return reinterpret_cast<void*>(word & ~mark_bits);
}

// -- access to objects ----------------------------------------------------------------------------------------------

void touch_slow(node*);
void reload_slow(node*);
[[noreturn]] void throw_empty_handle();
[[noreturn]] void throw_no_handle();
/// A handle keeps an arena alive; what a transient object owns is in none.
inline node* with_handle(node* n) {
    if (n != nullptr && n->in->home == nullptr) throw_no_handle();
    return n;
}
/// Before a change through a handle, a range or a relation.
inline void touch(node* n) {
    if ((n->word & node::writable) == 0) [[unlikely]]
        touch_slow(n);
}
/// Before a read.
inline void look(node* n) {
    if ((n->word & node::expired) != 0) [[unlikely]]
        reload_slow(n);
}

// -- transient objects ----------------------------------------------------------------------------------------------

/// Moves `from` into a node of its own on the heap.
[[nodiscard]] node* make_transient(group&, void* from);
void destroy_transient(node*) noexcept;
/// While one lives, copying a transient slot of this thread takes what it holds instead (list literals copy each of
/// their elements once and throw the original away).
class taking_over {
  public:
    // Compiled, not inlined: who is suspended between two of them may go on in another thread.
    taking_over() noexcept;
    ~taking_over();
    taking_over(const taking_over&) = delete;
    taking_over& operator=(const taking_over&) = delete;
    [[nodiscard]] static bool active() noexcept { return active_; }

  private:
    bool before_;
    static thread_local bool active_;
};

/// Says that a value is to hold the same targets as a relation of a session's object: `Box{.items = box->items}`. A
/// copy of a whole object holds none: its columns say what it refers to, and what refers to it stays behind.
struct same_targets {};

// -- to one ---------------------------------------------------------------------------------------------------------

class to_one : public countable {
  public:
    to_one() noexcept = default;
    to_one(const to_one& other) : countable{}, word_{other.word_ == 0 ? 0 : copied(this, other)} {}
    to_one(to_one&& other) noexcept : countable{}, word_{other.word_ == 0 ? 0 : taken(other)} {}
    to_one(to_one& other, same_targets) : countable{}, word_{other.word_ == 0 ? 0 : shared_with(other)} {}
    to_one& operator=(const to_one& other);
    to_one& operator=(to_one&& other);
    ~to_one() {
        if (mark_of(word_) == mark::owned || mark_of(word_) == mark::shared) drop();
    }

  protected:
    /// The target's node, or null; loads it where that is allowed.
    [[nodiscard]] node* target(const site& where = {}) const {
        if (mark_of(word_) >= mark::loaded) return static_cast<node*>(pointer_of(word_));
        return target_slow(where);
    }
    [[nodiscard]] node& required(const site& where = {}) const {
        node* n = target(where);
        if (n == nullptr) [[unlikely]]
            throw_null();
        return *n;
    }
    /// target = a node of the same session, or null.
    void set(node*);
    /// target = the other one's; from the side without the key the other one loses it.
    void follow(to_one& other);
    /// target = a new object, moved from.
    void set_new(group& transient, void* object);
    /// The same, written at once: a node (null for none), or an object that becomes one; see host::save.
    node* save(void* object, node*, const site&);
    /// The same with the target that has this key.
    node* save_key(const value& key, const site&);
    node& find_or_create(const sought&, const site&);
    /// The node of an object of the slot's session.
    [[nodiscard]] node* session_node(const void* object, const site&) const;
    [[nodiscard]] bool is_loaded() const noexcept {
        return mark_of(word_) != mark::unloaded && mark_of(word_) != mark::empty;
    }

  private:
    friend struct slot_access;
    [[nodiscard]] static std::uintptr_t copied(to_one* to, const to_one& from);
    [[nodiscard]] static std::uintptr_t taken(to_one&) noexcept;
    [[nodiscard]] static std::uintptr_t shared_with(to_one&);
    [[nodiscard]] node* target_slow(const site&) const;
    [[noreturn]] void throw_null() const;
    void drop() noexcept;

    mutable std::uintptr_t word_ = 0;
};

// -- to many --------------------------------------------------------------------------------------------------------

/// In the capacity of a session's collection: places of its array are gaps, left by members that were taken out. The
/// next read closes them (graph/large_lists.hpp). A gap still says who stood there, for ranges that run over the array.
inline constexpr std::uint32_t gap_bit = 0x80000000u;
[[nodiscard]] inline bool is_gap(const node* n) noexcept { return (reinterpret_cast<std::uintptr_t>(n) & 1) != 0; }
[[nodiscard]] inline node* as_gap(node* n) noexcept {
    return reinterpret_cast<node*>(reinterpret_cast<std::uintptr_t>(n) | 1);
}
/// Who stands, or stood, at a place.
[[nodiscard]] inline node* member_at(node* const* place) noexcept {
    return reinterpret_cast<node*>(reinterpret_cast<std::uintptr_t>(*place) & ~std::uintptr_t{1});
}

class to_many : public countable {
  public:
    to_many() noexcept = default;
    to_many(const to_many& other);
    to_many(to_many&& other) noexcept;
    to_many(to_many& other, same_targets);
    to_many& operator=(const to_many& other);
    to_many& operator=(to_many&& other);
    ~to_many() {
        if (mark_of(word_) == mark::owned) drop();
    }

  protected:
    struct span {
        node* const* data = nullptr;
        std::uint32_t size = 0;
    };
    /// The items, loaded where that is allowed.
    [[nodiscard]] span items(const site& where = {}) const {
        if (!has_gaps()) [[likely]] {
            const mark m = mark_of(word_);
            if (m == mark::loaded || m == mark::staged) return {static_cast<node* const*>(pointer_of(word_)), size_};
        }
        return items_slow(where);
    }
    /// How many there are, loaded where that is allowed.
    [[nodiscard]] std::uint32_t how_many(const site& where) const {
        const mark m = mark_of(word_);
        if (m != mark::loaded && m != mark::staged) return items_slow(where).size;
        return has_gaps() ? size_ - gaps() : size_;
    }
    /// Whether the node is among the items.
    [[nodiscard]] bool holds(const node*, const site& where) const;
    /// Keyed collections: the item with the key, or null; not_found in `require_keyed`.
    [[nodiscard]] node* find_keyed(const value_view& key, const site& where) const;
    [[nodiscard]] node& require_keyed(const value_view& key, const site& where) const;
    /// The same members: a child leaves the other collection, a link is one more link.
    void follow(to_many& other);
    void push(node* child);
    node& push_new(group& transient, void* object);
    void take_out(node* child);
    void take_out_all();
    /// Written at once; see host::save.
    void save(void* objects, node** nodes, std::size_t count, void* pivot, const site&);
    pivot_result change_pivot(const pivot_request&, const site&);
    [[nodiscard]] node* find_pivot(const asked_link&, const site&) const;
    node& find_or_create(const sought&, const site&);
    [[nodiscard]] node* session_node(const void* object, const site&) const;
    [[nodiscard]] bool is_loaded() const noexcept {
        return mark_of(word_) == mark::loaded || mark_of(word_) == mark::staged || mark_of(word_) == mark::owned;
    }

  private:
    friend struct slot_access;
    /// A graph that nobody changes is read by several threads: the first of them that finds gaps closes them.
    [[nodiscard]] bool has_gaps() const noexcept {
        return (__atomic_load_n(&capacity_, __ATOMIC_ACQUIRE) & gap_bit) != 0;
    }
    [[nodiscard]] std::uint32_t gaps() const noexcept;
    [[nodiscard]] span items_slow(const site&) const;
    void replace_with(node* const* members, std::size_t count);
    [[nodiscard]] span items_for_change() const;
    void drop() noexcept;

    mutable std::uintptr_t word_ = 0;
    mutable std::uint32_t size_ = 0;
    mutable std::uint32_t capacity_ = 0;  ///< 0: the array is shared and copied before it is changed
};

}  // namespace kin::graph
