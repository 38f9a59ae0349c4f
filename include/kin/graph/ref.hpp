// ref<T>: the handle to an object of a session; rows<T>: the objects that a query found. Both keep the arena alive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <kin/graph/permuting.hpp>
#include <kin/graph/slots.hpp>

namespace kin {

/// A handle: one pointer, counted by the arena that the object lives in; empty or an object, never dangling.
/// Access through ref<T> is mutable access: the first one takes a snapshot of the object, and each has the next flush
/// compare the two. A `T&` that is kept is compared once more at commit; after that, access the object through its
/// handle again (session::commit). Through ref<const T> nothing is tracked.
template <class T>
class ref {
  public:
    using element_type = T;

    constexpr ref() noexcept = default;
    constexpr ref(std::nullptr_t) noexcept {}
    ref(const ref& other) noexcept : object_{other.object_} { retain(); }
    ref(ref&& other) noexcept : object_{std::exchange(other.object_, nullptr)} {}
    /// A handle to const from one to mutable.
    ref(const ref<std::remove_const_t<T>>& other) noexcept requires std::is_const_v<T> : object_{other.object_} {
        retain();
    }
    ref(ref<std::remove_const_t<T>>&& other) noexcept requires std::is_const_v<T>
        : object_{std::exchange(other.object_, nullptr)} {}
    ref& operator=(ref other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~ref() {
        if (object_ != nullptr) graph::node::of(object_)->in->home->release();
    }

    /// The core's way in: the object's node.
    static ref of(graph::node* n) noexcept {
        ref r;
        if (n != nullptr) {
            r.object_ = static_cast<T*>(n->object());
            r.retain();
        }
        return r;
    }
    [[nodiscard]] graph::node* kin_node() const noexcept {
        return object_ == nullptr ? nullptr : graph::node::of(object_);
    }

    [[nodiscard]] explicit operator bool() const noexcept { return object_ != nullptr; }
    /// The object; an empty handle is a usage_error.
    T& operator*() const { return *access(); }
    T* operator->() const { return access(); }
    /// The object without tracking and without checks; null if empty.
    [[nodiscard]] const T* get() const noexcept { return object_; }

    friend bool operator==(const ref& a, const ref& b) noexcept { return a.object_ == b.object_; }
    friend bool operator==(const ref& a, std::nullptr_t) noexcept { return a.object_ == nullptr; }

  private:
    template <class>
    friend class ref;
    void retain() const noexcept {
        if (object_ != nullptr) graph::node::of(object_)->in->home->retain();
    }
    T* access() const {
        if (object_ == nullptr) [[unlikely]]
            graph::throw_empty_handle();
        if constexpr (std::is_const_v<T>) {
            graph::look(graph::node::of(object_));
        } else {
            graph::touch(graph::node::of(object_));
        }
        return object_;
    }

    T* object_ = nullptr;
};

namespace graph {

/// Walks nodes as objects of T: mutable objects are touched, expired ones read again, when they are reached.
template <class T>
class iterator {
  public:
    using iterator_category = std::random_access_iterator_tag;
    /// What permutes asks for more than this.
    using iterator_concept =
        std::conditional_t<std::is_const_v<T>, std::random_access_iterator_tag, std::input_iterator_tag>;
    using value_type = std::remove_const_t<T>;
    using difference_type = std::ptrdiff_t;
    using pointer = T*;
    using reference = T&;

    iterator() noexcept = default;
    explicit iterator(node* const* at) noexcept : at_{at} {}

    reference operator*() const {
        node* n = member_at(at_);
        if constexpr (std::is_const_v<T>) {
            look(n);
        } else {
            touch(n);
        }
        return *static_cast<T*>(n->object());
    }
    pointer operator->() const { return &**this; }
    reference operator[](difference_type i) const { return *(*this + i); }
    iterator& operator++() noexcept {
        ++at_;
        return *this;
    }
    iterator operator++(int) noexcept { return iterator{at_++}; }
    iterator& operator--() noexcept {
        --at_;
        return *this;
    }
    iterator operator--(int) noexcept { return iterator{at_--}; }
    iterator& operator+=(difference_type n) noexcept {
        at_ += n;
        return *this;
    }
    iterator& operator-=(difference_type n) noexcept {
        at_ -= n;
        return *this;
    }
    friend iterator operator+(iterator i, difference_type n) noexcept { return i += n; }
    friend iterator operator+(difference_type n, iterator i) noexcept { return i += n; }
    friend iterator operator-(iterator i, difference_type n) noexcept { return i -= n; }
    friend difference_type operator-(iterator a, iterator b) noexcept { return a.at_ - b.at_; }
    friend bool operator==(const iterator&, const iterator&) = default;
    friend auto operator<=>(const iterator& a, const iterator& b) noexcept { return a.at_ <=> b.at_; }

    [[nodiscard]] node* kin_node() const noexcept { return member_at(at_); }

  private:
    node* const* at_ = nullptr;
};

/// What a query hands over: nodes of one arena, which it keeps alive, and with it their list, which counts who does.
class row_list {
  public:
    row_list() noexcept = default;
    row_list(arena_count* home, node* const* rows, std::size_t count, std::uint32_t* holders = nullptr) noexcept
        : home_{home}, rows_{rows}, count_{count}, holders_{holders} {
        if (home_ == nullptr) return;
        home_->retain();
        if (holders_ != nullptr) __atomic_fetch_add(holders_, 1, __ATOMIC_RELAXED);
    }
    row_list(const row_list& other) noexcept : row_list{other.home_, other.rows_, other.count_, other.holders_} {}
    row_list(row_list&& other) noexcept
        : home_{std::exchange(other.home_, nullptr)},
          rows_{other.rows_},
          count_{std::exchange(other.count_, 0)},
          holders_{other.holders_} {}
    row_list& operator=(row_list other) noexcept {
        std::swap(home_, other.home_);
        std::swap(rows_, other.rows_);
        std::swap(count_, other.count_);
        std::swap(holders_, other.holders_);
        return *this;
    }
    ~row_list() {
        if (home_ == nullptr) return;
        if (holders_ != nullptr) __atomic_fetch_sub(holders_, 1, __ATOMIC_RELEASE);
        home_->release();
    }

    [[nodiscard]] arena_count* home() const noexcept { return home_; }
    [[nodiscard]] node* const* begin() const noexcept { return rows_; }
    [[nodiscard]] node* const* end() const noexcept { return rows_ + count_; }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }

  private:
    arena_count* home_ = nullptr;
    node* const* rows_ = nullptr;
    std::size_t count_ = 0;
    std::uint32_t* holders_ = nullptr;
};

}  // namespace graph

/// The objects that a query found, in its order. Ranging over a const one gives `const T&` and tracks nothing:
/// prefer `const auto users = ….all();`. Over a mutable one each object reached is tracked.
template <class T>
class rows {
  public:
    using value_type = T;
    using iterator = graph::iterator<T>;
    using const_iterator = graph::iterator<const T>;

    rows() noexcept = default;
    explicit rows(graph::row_list list) noexcept : list_{std::move(list)} {}

    [[nodiscard]] iterator begin() noexcept { return iterator{list_.begin()}; }
    [[nodiscard]] iterator end() noexcept { return iterator{list_.end()}; }
    [[nodiscard]] const_iterator begin() const noexcept { return const_iterator{list_.begin()}; }
    [[nodiscard]] const_iterator end() const noexcept { return const_iterator{list_.end()}; }
    [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }
    [[nodiscard]] bool empty() const noexcept { return list_.size() == 0; }
    T& operator[](std::size_t i) { return begin()[static_cast<std::ptrdiff_t>(i)]; }
    const T& operator[](std::size_t i) const { return begin()[static_cast<std::ptrdiff_t>(i)]; }
    T& front() { return *begin(); }
    const T& front() const { return *begin(); }
    T& back() { return *(end() - 1); }
    const T& back() const { return *(end() - 1); }

    /// The same objects, read only: nothing is tracked.
    [[nodiscard]] const rows view() const noexcept { return *this; }
    /// The handle of one of them.
    [[nodiscard]] ref<T> handle(std::size_t i) const { return ref<T>::of(list_.begin()[i]); }

    [[nodiscard]] const graph::row_list& kin_list() const noexcept { return list_; }

  private:
    graph::row_list list_;
};

}  // namespace kin
