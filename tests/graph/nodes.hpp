// Objects in an arena without a session, and a member type that counts what is done to it.
#pragma once

#include <new>
#include <utility>

#include <kin/graph/arena.hpp>
#include <kin/graph/slot_access.hpp>
#include <kin/kin.hpp>

namespace graph_test {

/// An arena as a session holds it.
class home {
  public:
    home() : arena_{new kin::graph::arena{nullptr}} {}
    home(const home&) = delete;
    home& operator=(const home&) = delete;
    ~home() { arena_->release(); }
    kin::graph::arena& operator*() const noexcept { return *arena_; }
    kin::graph::arena* operator->() const noexcept { return arena_; }

    template <class T>
    kin::graph::node* add(T value = {}) const {
        kin::graph::pool& p = arena_->pool_of(kin::mapping::model_of<T>());
        kin::graph::node* n = arena_->reserve(p);
        ::new (n) kin::graph::node{&p.loners, 0};
        ::new (n->object()) T(std::move(value));
        kin::graph::arena::keep(p);
        return n;
    }

  private:
    kin::graph::arena* arena_;
};

template <class T>
T& object(kin::graph::node* n) {
    return *static_cast<T*>(n->object());
}

/// Counts how it is copied, moved, made and destroyed.
struct counted {
    static inline int alive = 0;
    static inline int copies = 0;
    static inline int moves = 0;
    static void restart() { copies = moves = 0; }

    int number = 0;
    counted() { ++alive; }
    explicit counted(int n) : number{n} { ++alive; }
    counted(const counted& other) : number{other.number} { ++alive, ++copies; }
    counted(counted&& other) noexcept : number{std::exchange(other.number, -1)} { ++alive, ++moves; }
    counted& operator=(const counted& other) {
        number = other.number;
        ++copies;
        return *this;
    }
    counted& operator=(counted&& other) noexcept {
        number = std::exchange(other.number, -1);
        ++moves;
        return *this;
    }
    ~counted() { --alive; }
};

}  // namespace graph_test

template <>
struct kin::codec<graph_test::counted> {
    using stored = int;
    static stored to_stored(const graph_test::counted& c) { return c.number; }
    static graph_test::counted from_stored(stored s) { return graph_test::counted{s}; }
};
